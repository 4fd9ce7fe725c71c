"""Fits of spike traces."""
