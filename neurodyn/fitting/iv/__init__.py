"""Fits of quasi-static I-V curves."""
