"""Branches of equilibria, their special points, and the branches that cross there."""
