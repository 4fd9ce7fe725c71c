"""Trajectory with dense output: the result of :func:`neurodyn.solve`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.arguments import Numbers, checked
from neurodyn.arrays import Array
from neurodyn.codegen import model_function
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.provenance import require
from neurodyn.simulation.events import incomplete, rises_along
from neurodyn.simulation.lanes.threads import on_all_processors
from neurodyn.simulation.observables import add_up, observing_loop, states_at, states_within
from neurodyn.simulation.options import Adaptive, Stiff
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus
from neurodyn.tables import Columns, Tabular

if TYPE_CHECKING:
    import xarray


_LONG, _LOOKED_AT = 5000, 400  # steps: of a run that is looked at for stiffness, and of these
_EDGE = 2.5  # of the region of stability, for eigenvalue times step
_MOST_BOUNDED = 0.5  # of the steps, by stability, before another method is offered
_BLOCK = 2**14  # steps integrated together: enough that threads seldom wait for each other
_WORTH_COMPILING = 2**22  # steps whose observables take numpy longer than a compiler
_NODES, _WEIGHTS = (
    (x + shift) / 2 for x, shift in zip(np.polynomial.legendre.leggauss(3), (1, 0), strict=True)
)  # of Gauss and Legendre, on the unit interval


def share_bounded_by_stability(traj: Trajectory) -> float:
    """Return the share of the steps of a long run that a decay limits; 0 of a short run.

    Of some steps: where the eigenvalue of largest modulus, times the step, is near the edge of the
    region of stability of Tsit5, which reaches to about -3.5 (E. Hairer, G. Wanner, Solving
    Ordinary Differential Equations II, sec. IV.2).
    """
    if len(traj.t) < _LONG:
        return 0.0
    step = np.linspace(0, len(traj.t) - 2, _LOOKED_AT).astype(np.intp)
    n = len(traj.model.states)
    jacobian = model_function(traj.model, list(traj.model.jacobian))
    entries = jacobian(traj.x[step].T, traj.parameter_vector(traj.t[step]))
    matrices = np.moveaxis(entries.reshape(n, n, -1), -1, 0)
    known = np.isfinite(matrices).all(axis=(1, 2))
    reach = np.linalg.eigvals(matrices[known]) * (traj.t[step + 1] - traj.t[step])[known, None]
    fastest = np.take_along_axis(reach, np.abs(reach).argmax(axis=1)[:, None], axis=1)
    return (
        float(((np.abs(fastest) > _EDGE) & (np.real(fastest) < 0)).mean()) if known.any() else 0.0
    )


@dataclass(frozen=True, eq=False)
class Trajectory(Tabular):
    """A solution in time, with dense output.

    Parameters
    ----------
    model : Model
        With the parameter values that were used.
    t : (n_steps + 1,) float [time unit of the model]
        Ends of the solver's steps.
    x : (n_steps + 1, n_states) float [units of the states]
    coefficients : (n_steps, n_states, 5) float
        Each state over each step as a polynomial in ``(t - t_start) / (t_end - t_start)``.
    inputs : mapping from input name to Stimulus
    resets : (n_steps,) bool
        Whether the step ends on a spike at which the state is reset. At the time of a reset the
        trajectory has the state after it.
    status : Status
    provenance : mapping
        Method with its options, versions, digest of the equations, parameters.
    method : Adaptive or Stiff
    unsure : int
        Steps in which a jump of the state may have been missed.

    Examples
    --------
    >>> import neurodyn as nd
    >>> traj = nd.solve(nd.devices.stuart_landau(), t_end=10.0)
    >>> traj["x"].shape == traj.t.shape
    True
    >>> bool(abs(traj.at(10.0, "x") ** 2 + traj.at(10.0, "y") ** 2 - 1) < 1e-6)
    True
    """

    model: Model
    t: Array
    x: Array
    coefficients: Array
    inputs: Mapping[str, Stimulus]
    resets: npt.NDArray[np.bool_]
    status: Status
    provenance: Mapping[str, Any]
    method: Adaptive | Stiff
    unsure: int = 0

    @checked
    def __call__(self, t: Numbers) -> Array:
        """Return the states at the times ``t`` (any shape), shape (n_states, *t.shape).

        Raises
        ------
        InputError
            If a time lies outside the solution.
        """
        t = np.asarray(t, dtype=float)
        if t.size and (t.min() < self.t[0] or t.max() > self.t[-1] or np.isnan(t).any()):
            raise InputError(
                f"a time of {np.min(t):g} to {np.max(t):g} was asked for; "
                f"the trajectory covers {self.t[0]:g} to {self.t[-1]:g}"
            )
        if len(self.t) == 1:
            return np.broadcast_to(
                self.x[0].reshape(-1, *(1,) * t.ndim), (self.x.shape[1], *t.shape)
            )
        step = np.clip(np.searchsorted(self.t, t, side="right") - 1, 0, len(self.t) - 2)
        theta = (t - self.t[step]) / (self.t[step + 1] - self.t[step])
        return self.within(step, theta)

    def within(self, step: npt.NDArray[np.intp], theta: Array) -> Array:
        """Return the states at the fraction ``theta`` of the given steps, (n_states, ...)."""
        # copies: views that numpy broadcasts make compiled code warn with some versions of numpy
        step, theta = map(np.array, np.broadcast_arrays(step, theta))
        states = np.empty((self.x.shape[1], step.size))
        states_at(self.coefficients, step.ravel(), theta.ravel(), states)
        return states.reshape(len(states), *step.shape)

    def sampler(self, names: Sequence[str]) -> Callable[[slice, Array], Array]:
        """Return a function of steps and fractions of them: states, inputs or outputs there.

        Of a slice with a start and a stop, and of ``theta`` (k,), it gives (n_names, m, k).
        """
        states = self.model.state_names
        if set(names) <= set(states):  # of the others nothing is needed
            used = [states.index(name) for name in names]
            return lambda steps, theta: states_within(self.coefficients[steps, used], theta)
        values = self._values_of(names)

        def sampled(steps: slice, theta: Array) -> Array:
            start, end = self.t[steps, None], self.t[steps.start + 1 : steps.stop + 1, None]
            t = start + theta * (end - start) if self.inputs else np.empty(())
            return values(states_within(self.coefficients[steps], theta), t)

        return sampled

    @checked
    def at(self, t: Numbers, name: str) -> Array:
        """Return a state, input or output at the times ``t``, shape of ``t``.

        Raises
        ------
        InputError
            For an unknown name or a time outside the solution.
        """
        t = np.asarray(t, dtype=float)
        return self.evaluate(name, self(t), t)

    @checked
    def __getitem__(self, name: str) -> Array:
        return self.evaluate(name, self.x.T, self.t)

    def evaluate(self, name: str, x: Array, t: Array) -> Array:
        """Return a state, input or output at times ``t`` whose states ``x`` are known already."""
        if name in self.model.state_names:
            return x[self.model.state_names.index(name)]
        if name in self.model.input_names:
            if name in self.inputs:
                return self.inputs[name](t)
            return np.full(t.shape, self.model[name])
        return self._values_of((name,))(x, t)[0]

    def _values_of(self, names: Sequence[str]) -> Callable[[Array, Array], Array]:
        """Return a function of states and times: observables, (n_names, ...).

        What they have in common is computed once.
        """
        known = (*self.model.observable_names, *self.model.input_names)
        for name in names:
            if name not in known:
                raise unknown_name("state, input or output", name, known)
        if len(self.t) > _WORTH_COMPILING:
            return self._compiled_values_of(tuple(names))
        outputs = model_function(self.model, [self.model.expression(name) for name in names])
        return lambda x, t: outputs(x, self.parameter_vector(t))

    def _compiled_values_of(self, names: tuple[str, ...]) -> Callable[[Array, Array], Array]:
        loop = observing_loop(self.model, names, tuple(self.inputs))

        def values(x: Array, t: Array) -> Array:
            out = np.empty((len(names), *x.shape[1:]))
            driven = np.empty((len(self.inputs), *x.shape[1:]))
            for i, stimulus in enumerate(self.inputs.values()):
                driven[i] = stimulus(t)
            x, driven, flat = (a.reshape(len(a), out[0].size) for a in (x, driven, out))
            loop(np.ascontiguousarray(x), driven, self.model.p, flat)
            return out

        return values

    def parameter_vector(self, t: Array) -> list[Any]:
        """Return the parameter vector at the times ``t``: floats, arrays for driven inputs."""
        return [
            self.inputs[name](t) if name in self.inputs else value
            for name, value in self.model.parameter_values.items()
        ]

    @checked
    def integral(self, name: str, t: Numbers) -> Array:
        """Return the integral of an observable from the start to the times ``t``, shape of ``t``.

        Gauss-Legendre quadrature with three nodes on each step of the dense output, whose own
        error is some hundred times larger.

        Parameters
        ----------
        t : float or array of float
        name : str
            State, input or output, e.g. ``"P_device"`` for an energy in joules.
        """
        return self.integrals((name,), t)[0]

    def integrals(self, names: Sequence[str], t: Numbers) -> Array:
        """Return the integrals of several observables, (n_names, ...), in one pass over the steps.

        Steps are added up in blocks, of which only the sums are kept: a long run has more steps
        than anyone asks for.
        """
        t = np.asarray(t, dtype=float)
        if len(self.t) == 1:
            return np.zeros((len(names), *t.shape))
        step = np.clip(np.searchsorted(self.t, t, side="right") - 1, 0, len(self.t) - 2)
        width = self.t[step + 1] - self.t[step]
        fraction = (t - self.t[step]) / width
        theta = fraction[..., None] * _NODES
        states = self.within(step[..., None], theta)
        at = self.t[step][..., None] + theta * width[..., None]
        last = self._values_of(names)(states, at) @ _WEIGHTS * (fraction * width)
        return self._sums_until(names, step.ravel()).reshape(last.shape) + last

    def _sums_until(self, names: Sequence[str], step: npt.NDArray[np.intp]) -> Array:
        """Return the integrals of observables until steps begin, (n_names, k)."""
        sampled, n = self.sampler(names), len(self.t) - 1
        order = np.argsort(step, kind="stable")
        asked = np.searchsorted(step[order], np.arange(0, n + _BLOCK, _BLOCK))
        within = np.empty((len(names), len(step)))

        def sums_of(block: int) -> Array:
            here = order[asked[block] : asked[block + 1]]
            if not len(here) and all(name in self._sums for name in names):
                return np.array([self._sums[name][block] for name in names])
            first = block * _BLOCK
            steps = slice(first, min(first + _BLOCK, n))
            values = sampled(steps, _NODES)
            sums = np.empty((len(names), steps.stop - first + 1))
            add_up(values, self.t[first : steps.stop + 1], _WEIGHTS, sums)
            within[:, here] = sums[:, step[here] - first]
            return sums[:, -1]

        blocks = np.array(on_all_processors(sums_of, range(len(asked) - 1))).T
        self._sums.update(zip(names, blocks, strict=True))
        before = np.cumsum(np.pad(blocks, ((0, 0), (1, 0))), axis=1)
        return before[:, step // _BLOCK] + within

    @cached_property
    def _sums(self) -> dict[str, Array]:
        """Integrals of observables over blocks of steps."""
        return {}

    @property
    def _jumps_missed(self) -> tuple[str, ...]:
        """What the run itself tells of its jumps."""
        what = "spikes" if self.model.jump is self.model.spike else "switches"
        return (incomplete(self.unsure, what),) if self.unsure else ()

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of this result, in sentences; mostly nothing. Searches the spikes."""
        model, notes = self.model, list(self._jumps_missed)
        if model.spike is not None and not model.spike.reset and (unsure := self._spikes[1]):
            notes.append(incomplete(unsure))
        if self.method.explicit and model.jump is None:
            share = share_bounded_by_stability(self)
            if share > _MOST_BOUNDED:
                notes.append(
                    f"stability, not accuracy, bounds {100 * share:.0f} % of the steps: "
                    "method=nd.Stiff() takes fewer"
                )
        return tuple(notes)

    @cached_property
    def spike_times(self) -> Array:
        """Times at which the model's spike event happens, (n_spikes,), located on the interpolant.

        Raises
        ------
        InputError
            If the model declares no spike event.
        """
        if self.model.spike is None:
            raise InputError(f"model {self.model.name!r} declares no spike event")
        if self.model.spike.reset:  # the solver has located them
            return self.t[1:][self.resets]
        return self._spikes[0]

    @cached_property
    def _spikes(self) -> tuple[Array, int]:
        """The spikes of a model without reset, and in how many searches one may be missed."""
        assert self.model.spike is not None
        return self._rises(self.model.spike.expression)

    def rises(self, expression: sympy.Expr) -> Array:
        """Return the times at which an expression rises through zero, (n,).

        The expression is of the model's quantities; crossings are located on the dense output, to
        the resolution of the time axis, and in order.
        """
        return self._rises(expression)[0]

    def _rises(self, expression: sympy.Expr) -> tuple[Array, int]:
        return rises_along(
            self.model, expression, self.t, self.coefficients, self.resets, self.inputs
        )

    def columns(self) -> Columns:
        """Return time, states and outputs at the solver's steps: name to (values, unit)."""
        units = {name: self.model.quantity(name).unit for name in self.model.observable_names}
        time = {"t": (self.t, self.model.time_unit)}
        return time | {name: (self[name], unit) for name, unit in units.items()}

    def to_xarray(self) -> xarray.Dataset:
        """Return states and outputs at the solver's steps as an ``xarray.Dataset``."""
        xr = require("xarray", extra="xarray")
        items = {name: self.model.quantity(name) for name in self.model.observable_names}
        return xr.Dataset(
            {
                name: ("t", self[name], {"units": item.unit, "long_name": item.meaning})
                for name, item in items.items()
            },
            coords={"t": ("t", self.t, {"units": self.model.time_unit})},
            attrs={"model": self.model.name, "digest": self.model.digest},
        )

    def __repr__(self) -> str:
        unit = self.model.time_unit
        ranges = ", ".join(
            f"{state.name} {self.x[:, i].min():.4g} to {self.x[:, i].max():.4g} {state.unit}"
            for i, state in enumerate(self.model.states)
        )
        return (
            f"<trajectory of {self.model.name}: t {self.t[0]:.4g} to {self.t[-1]:.4g} {unit}, "
            f"{len(self.t) - 1} steps of {self.provenance['method']}; {ranges}; "
            f"{'; '.join((str(self.status), *self._jumps_missed))}>"
        )
