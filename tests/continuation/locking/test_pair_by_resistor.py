"""Two NbOx neurons joined by a resistor, against independent shooting code (its numbers in
tests/reference/coupled_neurons.json) and against runs.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import neurodyn as nd

IN_PHASE, ANTIPHASE = {"a": 0.0, "b": 0.0}, {"a": 0.0, "b": 0.5}


@pytest.fixture(scope="module")
def neuron(pair_reference):
    return nd.devices.nbox_neuron(I_s=pair_reference["resistor"]["I_s"])


@pytest.fixture(scope="module")
def pair(neuron):
    common = [name for name in neuron.parameter_names if name != "I_s"]
    links = [nd.Resistor("a", "b", 3e3, name="R_c")]
    return nd.coupled({"a": neuron, "b": neuron}, links, shared=common)


@pytest.fixture(scope="module")
def alone(neuron):
    return nd.settled_cycle(neuron, 3e-6)


@pytest.fixture(scope="module")
def antiphase(pair, alone):
    start = nd.joint_cycle(pair, alone, ANTIPHASE)
    return nd.continue_cycles(pair, start, (700.0, 7e3), parameter="R_c")


def at(pair, alone, lags, ohm):
    """Return the cycle at one coupling resistance."""
    joined, start = pair.with_parameters(R_c=ohm), nd.joint_cycle(pair, alone, lags)
    span = (0.999 * ohm, 1.001 * ohm)
    branch = nd.continue_cycles(joined, start, span, parameter="R_c", max_points=1)
    return branch.cycles[int(np.argmin(np.abs(branch.parameter - ohm)))]


def test_in_phase_is_stable_for_every_resistance(pair, alone, pair_reference):
    """Transverse multipliers; near 1, where the coupling is weak, 1 - mu goes like 1/R_c."""
    known = pair_reference["resistor"]
    assert 1e9 * alone.period == pytest.approx(known["period_ns"], rel=known["tolerance"]["period"])
    for ohm, multiplier in known["in_phase"]:
        cycle = at(pair, alone, IN_PHASE, ohm)
        assert cycle.period == pytest.approx(alone.period, rel=1e-9)  # no current flows
        assert cycle.multipliers[1] == pytest.approx(multiplier, abs=1e-9)


def test_antiphase_periods_and_multipliers(pair, alone, pair_reference):
    known = pair_reference["resistor"]
    for ohm, period, swap in known["antiphase"]:
        cycle = at(pair, alone, ANTIPHASE, ohm)
        assert 1e9 * cycle.period == pytest.approx(period, rel=1e-9)
        assert cycle.multipliers[1] == pytest.approx(swap**2, abs=known["tolerance"]["multiplier"])


def test_antiphase_is_stable_in_a_window(pair, antiphase):
    """From a fold to where the symmetry breaks; runs from beside the cycle stay or leave."""
    ends = {point.kind: point for point in antiphase.special if point.period < 4.25e-7}
    fold, broken = ends["cycle_fold"].parameter, ends["branch_point"].parameter
    assert fold == pytest.approx(
        810.79494389, rel=1e-8
    )  # same to 10 digits on 150 to 400 intervals
    assert broken == pytest.approx(1162.40545, rel=1e-7)  # independent shooting, below
    long = antiphase.period < ends["cycle_fold"].period  # beyond the fold
    inside = (antiphase.parameter > fold) & (antiphase.parameter < broken) & long
    outside = (antiphase.parameter > broken) & long
    assert inside.sum() > 3
    assert antiphase.stable[inside].all()
    assert not antiphase.stable[outside].any()
    assert settles(pair, antiphase, inside, fold + 2) == pytest.approx(0.5, abs=1e-6)
    assert settles(pair, antiphase, inside, fold - 2) == pytest.approx(0.0, abs=1e-6)


def settles(pair, branch, chosen, ohm):
    """Return the phase difference that a run from beside the nearest chosen cycle ends at."""
    cycle = branch.cycles[min(np.flatnonzero(chosen), key=lambda i: abs(branch.parameter[i] - ohm))]
    x = cycle.x[0] + [1e-3, 0, 0, 0]
    start = dict(zip(pair.state_names, x.tolist(), strict=True))
    joined = pair.with_parameters(R_c=ohm)
    run = nd.solve(joined, 100e-6, x0=start, method=nd.Adaptive(1e-9))
    first, second = run.spike_times[-4:], run.rises(pair.expression("T_b") - 600)[-3]
    phase = (second - first) / np.diff(first).mean()
    return abs(np.min(np.abs(phase)) if np.min(np.abs(phase)) < 0.1 else phase[phase > 0][-1])


@pytest.mark.slow
def test_ends_of_the_window_by_shooting(antiphase):
    """Half a period and a swap, by scipy's DOP853 and Newton: eigenvalue -1 and +1."""
    points = {p.kind: p for p in antiphase.special if p.period < 4.25e-7}
    breaking = points["branch_point"]
    shoot = Shooting(breaking.cycle.x[0], breaking.period / 2)
    found = brentq(lambda ohm: shoot(ohm) + 1, 1155.0, 1170.0, xtol=1e-4)
    assert breaking.parameter == pytest.approx(found, rel=1e-6)
    fold = points["cycle_fold"]
    beside = [c for c in antiphase.cycles if c.period < fold.period and c.parameter < 830]
    two = sorted(beside, key=lambda cycle: cycle.parameter)[:2]
    values = [Shooting(c.x[0], c.period / 2)(c.parameter) for c in two]
    known = [cycle.multipliers[1].real for cycle in two]
    assert np.square(values) == pytest.approx(known, abs=1e-5)  # by finite differences
    left = (1 - np.array(values)) ** 2  # straight at a fold
    line = np.polyfit(left, [c.parameter for c in two], 1)
    assert fold.parameter == pytest.approx(line[1], rel=2e-6)


class Shooting:
    """Symmetric cycles of the pair by the equations of the thesis, written out."""

    SCALE, NS = np.array([0.5, 300.0, 0.5, 300.0]), 1e-9

    def __init__(self, x, half):
        self.z = np.append(x / self.SCALE, half / self.NS / 100)

    def rates(self, z, ohm):
        V_a, T_a, V_b, T_b = (z * self.SCALE).tolist()
        over = (V_b - V_a) / ohm
        rates = (*self.of_one(V_a, T_a, 300e-6 + over), *self.of_one(V_b, T_b, 300e-6 - over))
        return self.NS * np.array(rates) / self.SCALE

    def of_one(self, V, T, into):
        k_B, q, eps_0 = 1.380649e-23, 1.602176634e-19, 8.8541878188e-12
        barrier = 0.215 * q - q * math.sqrt(q * abs(V) / (math.pi * eps_0 * 45.0 * 31e-9))
        through = V / 190.0 * math.exp(-barrier / (k_B * T))
        return (into - through) / 200e-12, (through * V - (T - 298.0) / 2040816.0) / 2e-15

    def swapped(self, z, ohm):
        span = (0.0, 100 * z[4])
        run = solve_ivp(
            lambda _, y: self.rates(y, ohm), span, z[:4], method="DOP853", rtol=1e-11, atol=1e-12
        )
        return run.y[[2, 3, 0, 1], -1]

    def __call__(self, ohm):
        """Return the largest eigenvalue beside that of the flow itself."""
        held = self.z[1]
        for _ in range(15):

            def off(z):
                return np.append(self.swapped(z, ohm) - z[:4], z[1] - held)

            steps = 1e-6 * np.maximum(np.abs(self.z), 0.1) * np.eye(5)
            columns = [(off(self.z + h) - off(self.z - h)) / (2 * h.max()) for h in steps]
            matrix = np.array(columns).T
            step = np.linalg.solve(matrix, -off(self.z))
            self.z = self.z + step
            if np.abs(step).max() < 1e-9:
                break
        values = np.linalg.eigvals(matrix[:4, :4] + np.eye(4)).real
        rest = np.delete(values, np.argmin(np.abs(values - 1.0)))
        return rest[np.argmax(np.abs(rest))]


@pytest.mark.parametrize("number", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_unequal_neurons_lock_up_to_a_fold(pair, alone, pair_reference, number):
    known = pair_reference["resistor"]
    I_a, I_b, ohm, period = known["detuned"][number]
    unequal = pair.with_parameters(
        I_s_a=I_a, I_s_b=I_b, R_c=1.5e3
    )  # strongly, so that both spike at nearly one time
    start = nd.joint_cycle(pair, alone, IN_PHASE)
    branch = nd.continue_cycles(unequal, start, (1e3, 2 * ohm), parameter="R_c", max_points=80)
    fold = max(branch.folds, key=lambda point: point.parameter)
    assert fold.parameter == pytest.approx(ohm, rel=1e-7)
    assert 1e9 * fold.period == pytest.approx(period, rel=known["tolerance"]["period"])
    turn = int(np.argmax(branch.parameter))
    assert branch.stable[:turn].all()
    assert not branch.stable[turn + 1 :].any()


def test_joint_cycle_refuses_other_states(pair, alone):
    for lags in ({"a": 0.0}, {"a": 0.0, "c": 0.5}, {}):
        with pytest.raises(nd.InputError, match="expected those of coupled NbOx neuron"):
            nd.joint_cycle(pair, alone, lags)


def test_joint_cycle_is_the_cycle_twice(pair, alone):
    t, x = nd.joint_cycle(pair, alone, {"a": 0.25, "b": 0.5})
    for column, lag in ((0, 0.25), (2, 0.5)):
        expected = alone.at((t / alone.period - lag) % 1.0)
        assert x[:, column : column + 2] == pytest.approx(expected, rel=1e-9)
    assert all(b > a for a, b in itertools.pairwise(t))
