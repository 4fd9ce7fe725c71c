"""Curves of folds, Hopf points and folds of cycles in the plane of two parameters."""
