"""Orthogonal collocation of periodic orbits: orbits, equations, mesh, elimination, multipliers."""
