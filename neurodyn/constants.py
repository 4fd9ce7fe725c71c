"""Physical constants in SI units (CODATA 2022; k_B and q are exact since 2019)."""

from __future__ import annotations

k_B: float = 1.380649e-23
"""Boltzmann constant [J/K]."""

q: float = 1.602176634e-19
"""Elementary charge [C]."""

eps_0: float = 8.8541878188e-12
"""Vacuum permittivity [F/m]."""

eV: float = q
"""One electronvolt [J]: write an activation energy as ``0.215 * nd.eV``."""
