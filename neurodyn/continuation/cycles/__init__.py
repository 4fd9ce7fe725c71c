"""Branches of periodic orbits, their special points and ends, and the phase response."""
