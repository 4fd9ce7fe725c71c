"""Fit a model to measurements, with uncertainty."""

from neurodyn.fitting.fit_iv import fit_iv
from neurodyn.fitting.iv_fit import FittedParameter, IVFit

__all__ = ["FittedParameter", "IVFit", "fit_iv"]
