r"""The phase response curve of a cycle, from the adjoint equation.

A kick :math:`\delta x` at the phase :math:`\theta` of a stable cycle x(t) of period T shifts all
later spikes by the phase :math:`Z(\theta)\cdot\delta x` (small kicks; radians; positive: earlier).
Z is the gradient of the asymptotic phase, and the one periodic solution of

.. math:: \dot Z = -J(x(t))^T Z, \qquad Z \cdot f(x(t)) = 2\pi/T .

It is found as the boundary value problem that it is, by the collocation of the cycle itself, so
that neither a strong contraction nor a long period matters. G. B. Ermentrout, D. H. Terman,
Mathematical Foundations of Neuroscience (2010), ch. 8; I. G. Malkin (1949); W. Govaerts,
B. Sautois, Neural Comput. 18, 817 (2006).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation.floquet import is_stable, nontrivial
from neurodyn.continuation.collocation.frame import Frame
from neurodyn.continuation.collocation.mesh import adapted_mesh, remeshed
from neurodyn.continuation.collocation.orbit import DEGREE, Orbit, interpolate
from neurodyn.continuation.cycles.adjoint import adjoint_solution, normalisation_error
from neurodyn.continuation.cycles.curve import CycleChart, SolvedCycle
from neurodyn.continuation.cycles.cycle import Cycle, require_states
from neurodyn.continuation.equations.smoothness import require_smooth
from neurodyn.continuation.equations.system import System, check_parameter, free_system
from neurodyn.errors import InputError, NumericalError, unknown_name
from neurodyn.model import Model
from neurodyn.provenance import require
from neurodyn.status import Status

if TYPE_CHECKING:
    import xarray


_GOAL = 1e-10  # error of Z aimed at, relative to the largest value of each component
_ACCEPTED = 1e-6  # ... and the largest that is returned
_VANISHING = 1e-4  # part of the largest component, in amplitudes of the states, that counts as none
_MAX_INTERVALS = 4000
_PROBES = 1024
_SIMPLE = 1e-6  # a second multiplier nearer to 1 than this makes the phase meaningless
_SAME_CYCLE, _SAME_PARAMETER = 1e-3, 1e-6


@dataclass(frozen=True, repr=False, eq=False)
class PhaseResponse:
    """The infinitesimal phase response curve (iPRC) of a cycle.

    Parameters
    ----------
    model_name : str
    parameter_name : str
    parameter : float
        Where the cycle lies.
    period : float [time unit]
    names, units : tuple of str
        The states, and the unit of each response, e.g. "rad/V".
    time_unit : str
    phase : (n,) float [rad]
        From 0, the beginning of the cycle, evenly to just below 2 pi.
    t : (n,) float [time unit]
        The same as times.
    x : (n, n_states) float [model units]
        The cycle at these phases.
    Z : (n, n_states) float [rad per unit of the state]
        Phase gained for each unit by which a state is kicked.
    stable : bool
        Whether the cycle is. An unstable hyperbolic cycle has this solution too; it then tells the
        phase only of kicks that stay on the stable manifold of the cycle.
    error : float
        Estimated error of Z, relative to the largest value of each component (of one below 1e-4 of
        all, in amplitudes of the states, to that): from the last refinement of the mesh, and from
        how constant ``Z . f`` is.
    mesh : (N + 1,) float
        Collocation intervals, in periods.
    nodes : (4 N, n_states) float
        Z at the nodes of the mesh.
    """

    model_name: str
    parameter_name: str
    parameter: float
    period: float
    names: tuple[str, ...]
    units: tuple[str, ...]
    time_unit: str
    phase: Array
    t: Array
    x: Array
    Z: Array
    stable: bool
    error: float
    mesh: Array = field(default_factory=lambda: np.empty(0))
    nodes: Array = field(default_factory=lambda: np.empty(0))

    def __getitem__(self, name: str) -> Array:
        """Return the response to kicks of one state, (n,) [rad per unit of the state]."""
        if name not in self.names:
            raise unknown_name("state", name, self.names)
        return self.Z[:, self.names.index(name)]

    def at(self, phase: npt.ArrayLike) -> Array:
        """Return Z at phases in radians, (len(phase), n_states)."""
        phase = np.atleast_1d(np.asarray(phase, float))
        return interpolate(self.mesh, self.nodes, phase / (2 * np.pi))

    def to_xarray(self) -> xarray.Dataset:
        """Return the responses along the dimension ``phase`` as an ``xarray.Dataset``."""
        xr = require("xarray", extra="xarray")
        return xr.Dataset(
            {
                name: ("phase", self[name], {"units": unit})
                for name, unit in zip(self.names, self.units, strict=True)
            },
            coords={
                "phase": ("phase", self.phase, {"units": "rad"}),
                "t": ("phase", self.t, {"units": self.time_unit}),
            },
            attrs={
                "model": self.model_name,
                self.parameter_name: self.parameter,
                "period": self.period,
            },
        )

    def __repr__(self) -> str:
        time = "" if self.time_unit == "1" else f" {self.time_unit}"
        kind = "stable" if self.stable else "unstable"
        lines = [
            f"Phase response of {self.model_name} at {self.parameter_name} = {self.parameter:.9g}: "
            f"{kind} cycle, period {self.period:.9g}{time}"
        ]
        for name, unit in zip(self.names, self.units, strict=True):
            z = self[name]
            low, high = int(np.argmin(z)), int(np.argmax(z))
            lines.append(
                f"  {name}: {z[low]:.5g} to {z[high]:.5g} {unit}, at phases "
                f"{self.phase[low]:.3f} and {self.phase[high]:.3f}"
            )
        lines.append(f"  {len(self.phase)} phases, relative error {self.error:.0e}")
        return "\n".join(lines)


@checked
def phase_response(model: Model, cycle: Cycle, *, n: Count = 256) -> PhaseResponse:
    """Return the infinitesimal phase response curve of a cycle, by the adjoint equation.

    The cycle and its adjoint are solved anew on meshes of twice as many intervals each, adapted to
    both, until the response no longer changes.

    Parameters
    ----------
    model : Model
        Its parameters are used, but for the one along which the cycle was found: that is taken
        from the cycle.
    cycle : Cycle
        A member of a branch of cycles, as from ``continue_cycles(...).cycles``.
    n : int
        Number of phases.

    Returns
    -------
    PhaseResponse
        ``Z`` in radians per unit of each state, normalised to ``Z . f = 2 pi / period``. A kick of
        ``d`` brings the next spikes forward by ``Z d period / (2 pi)``.

    Raises
    ------
    InputError
        If ``cycle`` is not one, is not a cycle of this model, or n is below 2.
    NumericalError
        If the multiplier 1 of the cycle is not simple (a fold or branch point of cycles), where no
        phase is defined; or if the mesh cannot resolve the response.

    References
    ----------
    G. B. Ermentrout, D. H. Terman, Mathematical Foundations of Neuroscience (2010), ch. 8.
    W. Govaerts, B. Sautois, Neural Comput. 18, 817 (2006).

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import continue_cycles, continue_equilibria, phase_response
    >>> model = nd.devices.stuart_landau(mu=-1.0)
    >>> hopf = continue_equilibria(model, "mu", (-1.0, 1.0), [0.0, 0.0]).hopf[0]
    >>> response = phase_response(model, continue_cycles(model, hopf).cycles[-1])
    >>> radius = (response.Z**2).sum(axis=1) ** 0.5     # a kick across the unit circle
    >>> bool(abs(radius - 1.0).max() < 1e-8)
    True
    """
    _check(model, cycle, n)
    at = model.with_parameters(**{cycle.parameter_name: cycle.parameter})
    problem = _Problem(free_system(at, (cycle.parameter_name,)), cycle, *_units(at, cycle))
    solved, adjoint, error = _converged(problem)
    phase = 2 * np.pi * np.arange(n) / n
    tau = phase / (2 * np.pi)
    orbit = solved.orbit
    nodes = adjoint.x / problem.states
    return PhaseResponse(
        model_name=model.name,
        parameter_name=cycle.parameter_name,
        parameter=cycle.parameter,
        period=orbit.period,
        names=model.state_names,
        units=tuple("rad" if s.unit == "1" else f"rad/{_factor(s.unit)}" for s in model.states),
        time_unit=model.time_unit,
        phase=phase,
        t=tau * orbit.period,
        x=orbit.at(tau),
        Z=interpolate(orbit.mesh, nodes, tau),
        stable=is_stable(solved.multipliers),
        error=error,
        mesh=orbit.mesh,
        nodes=nodes,
    )


def _factor(unit: str) -> str:
    """Bracket a compound unit."""
    return unit if unit.isalnum() else f"({unit})"


def _check(model: Model, cycle: Cycle, n: int) -> None:
    if not isinstance(cycle, Cycle):
        raise InputError(
            f"the cycle is a {type(cycle).__name__}; expected a Cycle, such as "
            "continue_cycles(model, hopf).cycles[0]"
        )
    check_parameter(model, cycle.parameter_name)
    require_states(cycle, model)
    if n < 2:
        raise InputError(f"n is {n}; expected 2 phases or more")
    require_smooth(model)
    if len(cycle.multipliers) > 1:
        _require_simple(cycle.multipliers, cycle)


def _require_simple(multipliers: ComplexArray, cycle: Cycle) -> None:
    """Raise NumericalError if a second Floquet multiplier is 1."""
    gap = float(np.min(np.abs(nontrivial(multipliers) - 1), initial=np.inf))
    if gap < _SIMPLE:
        raise NumericalError(
            f"the multiplier 1 of the cycle at {cycle.parameter_name} = {cycle.parameter:.9g} is "
            f"not simple: a second one differs from it by {gap:.1e}, so Z . f vanishes, no phase "
            "is defined and Z cannot be normalised. The cycle lies at a fold or branch point of "
            "cycles; take one beside it",
            Status.NOT_CONVERGED,
        )


def _units(model: Model, cycle: Cycle) -> tuple[Array, float]:
    """Size of each state on the cycle, and of the parameter."""
    size = np.ptp(cycle.nodes, axis=0) / 2
    size = np.maximum(size, 1e-6 * np.max(size / model.scales) * model.scales)
    return size, abs(cycle.parameter) or 1.0


@dataclass(frozen=True)
class _Problem:
    """The cycle, its equations, and the units of states and parameter."""

    system: System
    cycle: Cycle
    states: Array
    parameter: float

    def chart(self, orbit: Orbit, along: int) -> CycleChart:
        """Return the chart of an orbit (model units) whose plane holds one unknown fixed."""
        frame = Frame(orbit.mesh, self.states, np.array([self.parameter]))
        tangent = np.zeros_like(frame.units)
        tangent[along] = 1.0
        system = self.system.scaled(frame.states, frame.parameters)
        mean, still = np.zeros(len(self.states)), np.zeros(len(orbit.mesh))
        base = frame.vector(orbit)
        return CycleChart(system, frame, base, tangent, 0 * tangent, mean, mean, still)


def _converged(problem: _Problem) -> tuple[SolvedCycle, Orbit, float]:
    """Refine the mesh until the adjoint solution stands; return cycle, adjoint, error."""
    tau, cycle = np.arange(_PROBES) / _PROBES, problem.cycle
    before: Array | None = None
    orbit, error = cycle.orbit, np.inf
    while True:
        solved = _polished(problem, orbit)
        _require_simple(solved.multipliers, cycle)
        system, scaled = solved.chart.system, solved.frame.scaled(solved.u)
        adjoint = adjoint_solution(system, scaled)
        now = adjoint.at(tau)
        if before is not None:
            change = float(np.max(np.abs(now - before) / _size(np.max(np.abs(now), axis=0))))
            constancy = normalisation_error(system, scaled, adjoint)
            previous, error = error, max(change / 2 ** (DEGREE + 1), constancy)
            settled = error < _GOAL or (error < 1e-8 and error > previous / 4)
            if settled or 2 * orbit.intervals > _MAX_INTERVALS:
                break
        before = now
        orbit = remeshed(solved.orbit, _finer(scaled, adjoint))
    if error > _ACCEPTED:
        raise NumericalError(
            f"the phase response at {cycle.parameter_name} = {cycle.parameter:.9g} is not resolved "
            f"by {orbit.intervals} mesh intervals: relative error {error:.1e}. The cycle "
            "passes too near to an equilibrium or a fold of cycles, or is a canard; take one "
            "further away",
            Status.NOT_CONVERGED,
        )
    return solved, adjoint, error


def _size(each: Array) -> Array:
    """Size of each component; one that all but vanishes, as of a state that feeds nothing back,
    counts against the largest.
    """
    return np.maximum(each, _VANISHING * each.max())


def _finer(orbit: Orbit, adjoint: Orbit) -> Array:
    """Return the mesh of twice as many intervals that suits the cycle and its adjoint."""
    columns = np.hstack([v / _size(np.ptp(v, axis=0)) for v in (orbit.x, adjoint.x)])
    joint = Orbit(orbit.mesh, columns, orbit.log_period, orbit.lam)
    return adapted_mesh(joint, 2 * orbit.intervals)


def _polished(problem: _Problem, orbit: Orbit) -> SolvedCycle:
    """Solve the cycle on the mesh of ``orbit`` (model units), at its parameter and phase.

    Where the parameter does not determine the cycle (canards, folds), its period does.
    """
    solved, reason, cycle = None, None, problem.cycle
    for along in (-1, -2):
        chart = problem.chart(orbit, along)
        try:
            solved = chart.solve(chart.base, chart.tangent)
            break
        except NumericalError as error:
            reason = reason or error
    if solved is None:
        raise NumericalError(
            f"the cycle at {cycle.parameter_name} = {cycle.parameter:.9g} could not be solved "
            f"again: {reason}. Either it lies at a fold of cycles or a Hopf point, or it belongs "
            "to other values of the parameters than the model's",
            Status.NOT_CONVERGED,
        )
    moved = abs(solved.orbit.lam - orbit.lam) / problem.parameter
    if abs(solved.orbit.period / cycle.period - 1) > _SAME_CYCLE or moved > _SAME_PARAMETER:
        raise InputError(
            f"the cycle at {cycle.parameter_name} = {cycle.parameter:.9g} has the period "
            f"{cycle.period:.9g}; with the model's parameters there is none such; expected a "
            "cycle found with the same parameters"
        )
    return solved
