"""Equilibrium Propagation: networks that settle, are nudged, and learn from the difference."""
