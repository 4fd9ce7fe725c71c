"""Memristive devices as synapses: pulsed, read, measured, and held against a model.

A technology (`Ideal`, `WeakReset`, `MeasuredTable`) holds parameters and makes devices; devices
have a state and take pulses.
"""

from neurodyn.synapses.contract import Devices
from neurodyn.synapses.ideal import Ideal
from neurodyn.synapses.measured import MeasuredDevices, MeasuredTable, synthetic_table
from neurodyn.synapses.pairs import Pairs
from neurodyn.synapses.pulse_table import PulseTable, TableReport, pulse_table
from neurodyn.synapses.spread import Exponential
from neurodyn.synapses.table_file import read_pulse_table, write_pulse_table
from neurodyn.synapses.weak_reset import Moments, WeakReset, WeakResetDevices

__all__ = [
    "Devices",
    "Exponential",
    "Ideal",
    "MeasuredDevices",
    "MeasuredTable",
    "Moments",
    "Pairs",
    "PulseTable",
    "TableReport",
    "WeakReset",
    "WeakResetDevices",
    "pulse_table",
    "read_pulse_table",
    "synthetic_table",
    "write_pulse_table",
]
