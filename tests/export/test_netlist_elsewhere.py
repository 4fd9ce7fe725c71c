"""A circuit of one's own, of two devices, in the programs that exported files are for.

Both devices spike, joined by a resistor; the names (``V_a``, ``T_X1``, ``C1``) are a netlist's.
"""

from __future__ import annotations

import json
import textwrap

import numpy as np
import pytest

import neurodyn as nd
from tests.export.simulators import (
    BRIAN2_SPIKES,
    ROADRUNNER_RISES,
    openvaf,
    our_rises,
    rises,
    run_ngspice,
    run_python,
    run_vacask,
)

pytestmark = pytest.mark.slow

NETLIST = """\
* two cells
I1 0 a input
C1 a 0 200p
X1 a 0 nbox R_0=190
R1 a b 2k
C2 b 0 200p
X2 b 0 nbox R_0=195
I2 0 b 300u
"""
T_END, LEVEL = 6e-6, 600.0
STATES = ("T_X1", "T_X2")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("netlist") / "cells.cir"
    path.write_text(NETLIST)
    return nd.read_circuit(path).model().with_parameters(I1=250e-6)


@pytest.fixture(scope="module")
def ours(model):
    found = {state: our_rises(model, T_END, state, LEVEL) for state in STATES}
    assert all(len(times) > 10 for times in found.values())
    return found


def test_ngspice_gives_both_trains(model, ours, tmp_path):
    run_ngspice(nd.export.ngspice(model, t_end=T_END, step=0.5e-9).text, tmp_path)
    (path,) = tmp_path.glob("*_run.txt")
    table = np.loadtxt(path)
    for k, state in enumerate(STATES):
        theirs = rises(table[:, 0], table[:, 3 + k] + 298.0 - LEVEL)
        np.testing.assert_allclose(theirs, ours[state], rtol=1e-4)


def test_roadrunner_gives_both_trains(model, ours, tmp_path):
    file = nd.export.sbml(model)
    file.write(tmp_path / "model.xml")
    for state in STATES:
        given = ("model.xml", file.names[state], str(LEVEL), repr(T_END))
        theirs = json.loads(run_python("roadrunner", ROADRUNNER_RISES, tmp_path, *given))
        np.testing.assert_allclose(theirs, ours[state], rtol=1e-6)


def test_brian2_gives_the_train_that_the_model_counts(model, tmp_path):
    step = 0.25e-9
    nd.export.brian2(model, t_end=T_END, step=step).write(tmp_path / "neuron.py")
    said = run_python("brian2", BRIAN2_SPIKES, tmp_path, "neuron.py").split("TIMES ")[1]
    ours = nd.solve(model, T_END, method=nd.Adaptive(1e-10)).spike_times
    np.testing.assert_allclose(json.loads(said), ours, rtol=1e-4, atol=2 * step)


def test_vacask_gives_both_trains(model, ours, tmp_path):
    file = nd.export.verilog_a(model)
    openvaf(file.text, tmp_path, "cells")
    head = next(line for line in file.text.splitlines() if line.startswith("module "))
    name, pins = head.removeprefix("module ").rstrip(");").split("(")
    order = pins.replace(",", " ").split()
    source = file.names["I1"]
    table = run_vacask(
        textwrap.dedent(f"""\
        two cells
        ground 0
        load "cells.osdi"
        model vsource vsource
        model cells {name}
        V1 ({source} 0) vsource dc={model["I1"]!r}
        X1 ({" ".join(order)}) cells
        control
          options tran_method="trap"
          analysis run tran step=0.5n maxstep=0.5n stop=6u icmode="uic"
        endc
        """),
        tmp_path,
    )
    for state in STATES:
        theirs = rises(table["time"], table[file.names[state]] + 298.0 - LEVEL)
        np.testing.assert_allclose(theirs, ours[state], rtol=1e-4)
