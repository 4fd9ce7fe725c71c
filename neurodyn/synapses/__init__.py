"""Memristive devices as synapses: pulsed, read, measured, and held against a model.

A technology (`Ideal`, `WeakReset`, `MeasuredTable`) holds parameters and makes devices; devices
have a state and take pulses.
"""

from neurodyn.synapses.contract import Devices
from neurodyn.synapses.energy import SynapseEnergy
from neurodyn.synapses.ideal import Ideal
from neurodyn.synapses.measured import MeasuredDevices, MeasuredTable, synthetic_table
from neurodyn.synapses.measures import (
    Increments,
    SynapseCorrelation,
    SynapseSpectrum,
    TableMoments,
    increments,
    synapse_correlation,
    synapse_spectrum,
    table_moments,
)
from neurodyn.synapses.pairs import Pairs
from neurodyn.synapses.pulse_table import PulseTable, TableReport, pulse_table
from neurodyn.synapses.spread import Exponential
from neurodyn.synapses.table_file import read_pulse_table, write_pulse_table
from neurodyn.synapses.weak_reset import Moments, WeakReset, WeakResetDevices

__all__ = [
    "Devices",
    "Exponential",
    "Ideal",
    "Increments",
    "MeasuredDevices",
    "MeasuredTable",
    "Moments",
    "Pairs",
    "PulseTable",
    "SynapseCorrelation",
    "SynapseEnergy",
    "SynapseSpectrum",
    "TableMoments",
    "TableReport",
    "WeakReset",
    "WeakResetDevices",
    "increments",
    "pulse_table",
    "read_pulse_table",
    "synapse_correlation",
    "synapse_spectrum",
    "synthetic_table",
    "table_moments",
    "write_pulse_table",
]
