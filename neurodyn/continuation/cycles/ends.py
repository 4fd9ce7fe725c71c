"""Why a branch of cycles ends: Hopf point, homoclinic orbit, limit of the range, closed loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.floquet import nontrivial
from neurodyn.continuation.collocation.orbit import Orbit, node_times, node_weights
from neurodyn.continuation.cycles.curve import (
    CycleCurve,
    SolvedCycle,
    half_amplitude,
    mean_state,
)
from neurodyn.continuation.cycles.cycle import Cycle
from neurodyn.continuation.equilibria.points import HopfPoint
from neurodyn.continuation.equilibria.problem import BranchProblem
from neurodyn.continuation.equilibria.special_points import polished_hopf
from neurodyn.equilibria.newton import newton
from neurodyn.model import Model

_SMALL = 0.15  # a cycle this small, against the largest so far, may be about to vanish
_SLOW = 1e-5  # slowest speed, in amplitudes per period, of an orbit that is all but homoclinic
_RESTING = 1e-2  # ... and of one whose period grows without bound
_LONG = 1e3  # growth of the period that counts as unbounded
VERTICAL = 1e-9
"""Slope (eighths of the range, per size of the cycle) below which a branch is vertical.

In a canard explosion a whole family of cycles exists at one parameter value, to all digits of a
float. Sign changes there are rounding, so stability is compared before and after such a stretch.
"""
_DOUBLE = 1e-5  # distance from 1 of the second multiplier in a family at one parameter value
_NEAR = 0.05  # distance to the saddle, in amplitudes
UPRIGHT = 400
"""Cycles at one value of the parameter after which a canard explosion is not followed further.

The longest that was passed has 150; a deeper one holds cycles by the thousand, whose multipliers no
mesh resolves.
"""
FAILING = 50
"""And of a family that cannot be followed any further."""
_STILL = 1e-9  # variation of the parameter, in ranges, that is none


def turned_over(old: Orbit, new: Orbit) -> bool:
    """Whether the deviation from the mean changed sign: the branch went through a Hopf point."""
    size = np.maximum(half_amplitude(old), np.finfo(float).tiny)
    a = (old.x - mean_state(old)) / size
    b = (new.at(node_times(old.mesh)) - mean_state(new)) / size
    return bool(np.einsum("i,in,in->", node_weights(old.mesh), a, b) < 0)


def is_small(orbit: Orbit, size: Array) -> bool:
    """Whether a cycle is small against the largest of the branch so far."""
    return bool(np.max(half_amplitude(orbit) / size) < _SMALL)


def hopf_at_end(
    model: Model, curve: CycleCurve, orbit: Orbit, size: Array, span: tuple[float, float]
) -> HopfPoint | None:
    """Return the Hopf point that a shrinking cycle runs into, or None."""
    problem = BranchProblem(model, curve.parameter, span, curve.system, np.asarray(size))
    hopf = polished_hopf(problem, np.append(mean_state(orbit), orbit.lam))
    if hopf is None or abs(np.log(hopf.omega * orbit.period / (2 * np.pi))) > 0.2:
        return None
    near = np.max(np.abs(hopf.x - mean_state(orbit)) / size) < 0.3
    return hopf if near and abs(hopf.parameter - orbit.lam) < 0.1 * curve.width else None


def is_neutral(cycle: SolvedCycle) -> bool:
    """Whether a cycle is one of a family at a single parameter value, as of a conservative system.

    There a second multiplier is 1 all along. In a canard explosion, which is as steep, none is.
    """
    beside = np.abs(nontrivial(cycle.multipliers) - 1.0)
    return bool(abs(cycle.slope) <= VERTICAL and beside.min(initial=np.inf) < _DOUBLE)


@dataclass(frozen=True)
class Slowness:
    """How nearly a cycle rests somewhere."""

    speed: float
    """Slowest speed, in amplitudes per period."""
    state: Array
    """Where that is."""


def slowest(curve: CycleCurve, orbit: Orbit) -> Slowness:
    """Return where the orbit is slowest."""
    size = np.maximum(half_amplitude(orbit), np.finfo(float).tiny)
    velocity = curve.system.rhs(orbit.x.T, np.array([orbit.lam])).T * orbit.period / size
    speed = np.linalg.norm(velocity, axis=1)
    place = int(np.argmin(speed))
    return Slowness(float(speed[place]), orbit.x[place])


def is_homoclinic(curve: CycleCurve, orbit: Orbit, shortest: float) -> bool:
    """Whether an orbit is homoclinic for all that numbers can tell.

    Either it all but rests near an equilibrium (a saddle), or its period has grown a thousandfold
    while it slows down near one (saddle-node on an invariant circle).
    """
    slow = slowest(curve, orbit)
    if orbit.period > _LONG * shortest and slow.speed < _RESTING:
        return True
    return slow.speed < _SLOW and _is_at_rest(curve, orbit, slow)


def stalls_at_saddle(curve: CycleCurve, orbit: Orbit) -> bool:
    """Whether an orbit that cannot be followed is one that slows down near an equilibrium.

    Where the flow conserves something, the period grows so slowly towards the homoclinic orbit that
    no digits are left long before the orbit all but rests.
    """
    slow = slowest(curve, orbit)
    return slow.speed < _RESTING and _is_at_rest(curve, orbit, slow)


def _is_at_rest(curve: CycleCurve, orbit: Orbit, slow: Slowness) -> bool:
    """Whether there is an equilibrium where an orbit is slowest."""
    size = np.maximum(half_amplitude(orbit), np.finfo(float).tiny)
    lam = np.array([orbit.lam])
    root = newton(lambda x: curve.system.parts(x, lam)[:2], slow.state, size)
    return bool(root.status) and bool(np.max(np.abs(root.z - slow.state) / size) < _NEAR)


def stands_upright(cycles: Sequence[Cycle], width: float, last: int = UPRIGHT) -> bool:
    """Whether the last cycles, so many, all lie at one value of the parameter."""
    values = [cycle.parameter for cycle in cycles[-last:]]
    return len(values) == last and float(np.ptp(values)) < _STILL * width


def canard_note(cycles: Sequence[Cycle], name: str, last: int = UPRIGHT) -> str:
    """Say where a family was left, in a canard explosion."""
    periods = [cycle.period for cycle in cycles[-last:]]
    return (
        f"the family stands upright at {name} = {cycles[-1].parameter:.9g} (a canard explosion), "
        f"with periods from {min(periods):.4g} to {max(periods):.4g} so far; it is not followed "
        "through it"
    )
