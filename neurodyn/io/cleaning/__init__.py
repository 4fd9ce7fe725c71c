"""Rows of an I-V measurement: which can be used, at compliance, sweeps and jumps."""
