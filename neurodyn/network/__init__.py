"""Networks of spiking neurons: populations and connections as data, and one verb that runs them."""

from neurodyn.network.distributions import LogNormal, Normal, Uniform
from neurodyn.network.lockstep import Lockstep
from neurodyn.network.network import Connection, Network
from neurodyn.network.patterns import (
    AllToAll,
    Distance,
    FixedInDegree,
    FixedProbability,
    FromList,
    OneToOne,
)
from neurodyn.network.plasticity import STDP, EqSpike
from neurodyn.network.populations import PoissonSource, Population, SpikeSource
from neurodyn.network.record import Record
from neurodyn.network.run import NetworkRun, Traces
from neurodyn.network.shapes import Charge, Exponential, Rectangular
from neurodyn.network.simulate import simulate
from neurodyn.network.storage.examples import example_network
from neurodyn.network.storage.read import read_network, run_options
from neurodyn.network.storage.write import write_network
from neurodyn.network.trains import SpikeTrains

__all__ = [
    "STDP",
    "AllToAll",
    "Charge",
    "Connection",
    "Distance",
    "EqSpike",
    "Exponential",
    "FixedInDegree",
    "FixedProbability",
    "FromList",
    "Lockstep",
    "LogNormal",
    "Network",
    "NetworkRun",
    "Normal",
    "OneToOne",
    "PoissonSource",
    "Population",
    "Record",
    "Rectangular",
    "SpikeSource",
    "SpikeTrains",
    "Traces",
    "Uniform",
    "example_network",
    "read_network",
    "run_options",
    "simulate",
    "write_network",
]
