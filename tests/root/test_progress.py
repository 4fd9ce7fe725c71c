"""Every verb that takes time tells how far it is: never less than before, and one at the end."""

from __future__ import annotations

import pytest

import neurodyn as nd


def fhn():
    return nd.devices.fitzhugh_nagumo(I=0.5)


def cycles(progress):
    hopf = nd.continue_equilibria(fhn(), "I", (0.0, 1.0)).hopf[0]
    nd.continue_cycles(fhn(), hopf, (0.0, 1.0), progress=progress)


VERBS = {
    "continue_equilibria": lambda p: nd.continue_equilibria(fhn(), "I", (0.0, 1.0), progress=p),
    "continue_cycles": cycles,
    "bifurcation_diagram": lambda p: nd.bifurcation_diagram(fhn(), "I", (0.0, 1.0), progress=p),
    "solve": lambda p: nd.solve(fhn(), 100.0, progress=p),
    "sweep": lambda p: nd.sweep(fhn(), {"I": [0.4, 0.5]}, 100.0, progress=p),
    "simulate": lambda p: nd.simulate(
        nd.Network([nd.Population("cells", fhn(), 2)]), 2000.0, progress=p
    ),
    "behaviours": lambda p: nd.behaviours(fhn(), only="tonic_spiking", progress=p),
}


@pytest.mark.parametrize("name", VERBS)
def test_progress_never_falls_and_ends_at_one(name):
    told = []
    VERBS[name](lambda _, fraction: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert told[0] >= 0.0
