"""Many runs, one question: sweeps, f-I curves, escape by noise, locking."""

from neurodyn.sweeps.escape_times import EscapeTimes, escape_times
from neurodyn.sweeps.fi_curve import FICurve, fi_curve
from neurodyn.sweeps.measures import settled_rate
from neurodyn.sweeps.median_frequency import MedianFrequency, median_frequency
from neurodyn.sweeps.networks import NetworkSweep, sweep_networks
from neurodyn.sweeps.reduction import Reduction, reduce_to_lif
from neurodyn.sweeps.result import Sweep
from neurodyn.sweeps.staircase import Plateau, Staircase, staircase
from neurodyn.sweeps.sweep import sweep

__all__ = [
    "EscapeTimes",
    "FICurve",
    "MedianFrequency",
    "NetworkSweep",
    "Plateau",
    "Reduction",
    "Staircase",
    "Sweep",
    "escape_times",
    "fi_curve",
    "median_frequency",
    "reduce_to_lif",
    "settled_rate",
    "staircase",
    "sweep",
    "sweep_networks",
]
