"""Many neurons at once: sweeps over parameters, in lanes on all processors."""

from neurodyn.sweeps.result import Sweep
from neurodyn.sweeps.sweep import sweep

__all__ = ["Sweep", "sweep"]
