"""Tables of pulses and what is measured of them."""
