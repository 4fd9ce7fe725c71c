"""Many neurons at once: sweeps over parameters, in lanes on all processors; sensitivities."""

from neurodyn.sweeps.gradient import Sensitivity, sensitivity
from neurodyn.sweeps.result import Sweep
from neurodyn.sweeps.sweep import sweep

__all__ = ["Sensitivity", "Sweep", "sensitivity", "sweep"]
