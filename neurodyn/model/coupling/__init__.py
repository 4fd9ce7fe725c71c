"""Several neurons joined by continuous couplings into one model."""
