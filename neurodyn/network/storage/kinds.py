"""What a file may name beside numbers: the same classes as in Python, by names in lower case."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from neurodyn.network.distributions import LogNormal, Normal, Uniform
from neurodyn.network.lockstep import Lockstep
from neurodyn.network.patterns import (
    AllToAll,
    Distance,
    FixedInDegree,
    FixedProbability,
    FromList,
    OneToOne,
)
from neurodyn.network.plasticity import STDP, EqSpike
from neurodyn.network.shapes import Charge, Exponential, Rectangular
from neurodyn.simulation.options import Adaptive

KINDS: dict[str, dict[str, type[Any]]] = {
    "distribution": {"normal": Normal, "lognormal": LogNormal, "uniform": Uniform},
    "shape": {"rectangular": Rectangular, "exponential": Exponential, "charge": Charge},
    "pattern": {
        "all_to_all": AllToAll,
        "one_to_one": OneToOne,
        "fixed_probability": FixedProbability,
        "fixed_in_degree": FixedInDegree,
        "distance": Distance,
        "from_list": FromList,
    },
    "plasticity": {"stdp": STDP, "eqspike": EqSpike},
    "method": {"adaptive": Adaptive, "lockstep": Lockstep},
}
"""Kind, name in a file, class."""

NAMES = {cls: name for kind in KINDS.values() for name, cls in kind.items()}
"""Class to its name in a file."""


def argument_names(cls: type[Any]) -> list[str]:
    """Return the names of a class's arguments."""
    return [field.name for field in fields(cls)]
