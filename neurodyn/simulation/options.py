"""Choices as frozen objects that carry their own options: how to integrate, where, what to keep.

``method=nd.Adaptive(1e-9)``, ``run=nd.Threads(2)``, ``keep=nd.Keep(thin=10)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from neurodyn.arguments import Count, NonNegative, Positive, Whole, checked, shown
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.noise import NoiseSource

if TYPE_CHECKING:
    from distributed import Client

Precision = Literal["float64", "float32"]

_SMALLEST: dict[Precision, float] = {"float64": 1e-14, "float32": 1e-9}
"""Tolerances below which the error of a step is rounding: it shrinks with the step alone, and steps
without number take a run nowhere."""


def _check_tolerances(
    name: str, rtol: float, atol: float | None, precision: Precision = "float64"
) -> None:
    least = _SMALLEST[precision]
    for option, value in (("rtol", rtol), ("atol", atol)):
        if value is not None and not least < value < 1:
            which = "" if precision == "float64" else f" with precision={precision!r}"
            raise InputError(
                f"{name}: {option} is {value:g}; expected a number above {least:g} and below 1"
                + which
            )


@checked
@dataclass(frozen=True)
class Adaptive:
    """Steps as long as a tolerance allows: the explicit Runge-Kutta pair Tsit5, of order 5(4).

    Parameters
    ----------
    rtol : float
        Relative tolerance of each step.
    atol : float, optional
        Absolute tolerance in units of each state's ``scale``; ``rtol`` by default.
    max_steps : int
        Accepted and rejected steps of a run together, after which its status is ``MAX_STEPS``.
    precision : {"float64", "float32"}
        Of a sweep. float32 is faster, as a vector holds twice as many numbers; its rounding leaves
        some 2e-7 of a period. Time itself stays float64.

    Raises
    ------
    InputError
        For a tolerance that is not between 1e-14 and 1; in float32, between 1e-9 and 1.

    Examples
    --------
    >>> import neurodyn as nd
    >>> traj = nd.solve(nd.devices.nbox_neuron(I_s=2e-4), 1e-6, method=nd.Adaptive(1e-10))
    >>> print(traj.provenance["method"])
    Adaptive(rtol=1e-10, atol=None, max_steps=50000000, precision='float64')
    """

    rtol: float = 1e-7
    atol: float | None = None
    max_steps: Count = 50_000_000
    precision: Precision = "float64"
    explicit: ClassVar[bool] = True
    """Whether a decay that is fast beside the step makes it unstable."""

    def __post_init__(self) -> None:
        _check_tolerances("Adaptive", self.rtol, self.atol, self.precision)


@checked
@dataclass(frozen=True)
class Stiff:
    """Steps that a fast decay does not limit: the implicit method Radau IIA of order 5, from scipy.

    For :func:`neurodyn.solve` and :func:`neurodyn.fi_curve`, for models without jumps.

    Parameters
    ----------
    rtol, atol, max_steps
        As in :class:`neurodyn.Adaptive`.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.solve(nd.devices.nbox_neuron(I_s=2e-4), 1e-7, method=nd.Stiff()).status.name
    'OK'
    """

    rtol: float = 1e-7
    atol: float | None = None
    max_steps: Count = 50_000_000
    explicit: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _check_tolerances("Stiff", self.rtol, self.atol)


def absolute(method: Adaptive | Stiff, model: Model) -> Array:
    """Return the absolute tolerance of each state, (n_states,)."""
    return (method.rtol if method.atol is None else method.atol) * model.scales


@checked
@dataclass(frozen=True)
class FixedStep:
    """Equal steps with noise, for :func:`neurodyn.sweep`.

    Run i follows the path of run i of :func:`neurodyn.solve_sde` with the same step and seed.

    Parameters
    ----------
    dt : float, optional [time unit of the model]
        Largest step; chosen from the dynamics without noise if not given.
    noise : source, or several, made by the functions of ``nd.noise``
    trials : int
        Runs at each point, with independent noise: an axis ``"trial"``.
    seed : int
        From 0 to 2^64 - 1.

    Raises
    ------
    InputError
        If no noise is given; without noise, steps follow a tolerance.

    Examples
    --------
    >>> import neurodyn as nd
    >>> method = nd.FixedStep(noise=nd.noise.white_current(2e-9), trials=10, seed=1)
    >>> runs = nd.sweep(nd.devices.nbox_neuron(), {"I_s": [3e-5, 3e-4]}, 1e-6, method=method)
    >>> runs["rate"].shape
    (2, 10)
    """

    dt: Positive | None = None
    noise: NoiseSource | Iterable[NoiseSource] | None = None
    trials: Count = 1
    seed: Whole = 0

    def __post_init__(self) -> None:
        check_seed(self.seed)
        sources = (self.noise,) if isinstance(self.noise, NoiseSource) else self.noise
        if not (sources := tuple(sources or ())):
            raise InputError(
                "FixedStep: no noise was given; expected noise=nd.noise.white_current(...) or "
                "such (without noise: nd.Adaptive)"
            )
        object.__setattr__(self, "noise", sources)

    def check(self, *, whole: bool) -> None:
        """Raise InputError if whole trajectories are wanted."""
        if whole:
            raise InputError(
                "a measure is a function of a trajectory, which nd.FixedStep does not keep; "
                "expected the name of a measure, or nd.solve_sde"
            )


def check_seed(seed: Any) -> None:
    """Raise InputError for a seed that has no place in 64 bits."""
    if not 0 <= seed < 2**64:
        raise InputError(f"seed is {seed}; expected a whole number from 0 to 2^64 - 1")


@checked
@dataclass(frozen=True)
class AdditiveRK4:
    """Runge-Kutta method for additive noise: strong order 3/2, and order 4 in the dynamics.

    Parameters
    ----------
    refine : int
        The Brownian path is drawn on a grid of dt / refine: a run with ``dt=4*h, refine=4`` follows
        the same path as one with ``dt=h`` where both steps divide each stretch between kinks.

    Examples
    --------
    >>> import neurodyn as nd
    >>> noise = nd.noise.white("x", 0.1)
    >>> fine, coarse = (
    ...     nd.solve_sde(nd.devices.stuart_landau(), 1.0, noise=noise, dt=dt, method=method).end
    ...     for dt, method in ((1 / 64, nd.AdditiveRK4()), (1 / 16, nd.AdditiveRK4(refine=4))))
    >>> bool(abs(fine - coarse).max() < 1e-3)
    True
    """

    refine: Count = 1


@checked
@dataclass(frozen=True)
class EulerMaruyama:
    """Euler's method for any noise, in the Ito sense: strong order 1/2 (1 where it is additive).

    Parameters
    ----------
    refine : int
        As in :class:`neurodyn.AdditiveRK4`.

    Examples
    --------
    >>> import neurodyn as nd
    >>> runs = nd.solve_sde(nd.devices.stuart_landau(), 1.0, noise=nd.noise.white("x", 0.1),
    ...                     method=nd.EulerMaruyama())
    >>> runs.provenance["method"]
    'EulerMaruyama(refine=1)'
    """

    refine: Count = 1


@checked
@dataclass(frozen=True)
class Keep:
    """What :func:`neurodyn.solve_sde` keeps of each run, which spikes count, and when a run stops.

    Parameters
    ----------
    traces : bool
        Whether states are kept along the run: 8 n (steps / thin) n_states bytes.
    thin : int
        Every thin-th step is kept of traces.
    dead_time : float [time unit of the model]
        A crossing sooner than this after a spike does not count: for events that are themselves
        noisy, and cross several times at once.
    stop_spikes : int, optional
        A run stops after this many spikes.
    stop_quiet : float, optional
        A run stops when it has had no spike for this long.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron, noise = nd.devices.nbox_neuron(I_s=3e-4), nd.noise.white_current(2e-9)
    >>> first_two = nd.Keep(traces=False, stop_spikes=2)
    >>> runs = nd.solve_sde(neuron, 3e-6, noise=noise, keep=first_two)
    >>> len(runs.spike_times[0])
    2
    """

    traces: bool = True
    thin: Count = 1
    dead_time: NonNegative = 0.0
    stop_spikes: Count | None = None
    stop_quiet: NonNegative | None = None


@checked
@dataclass(frozen=True)
class Threads:
    """Runs of a sweep on the threads of this process.

    Parameters
    ----------
    n : int, optional
        All processors by default. No digit depends on it.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.sweep(nd.devices.nbox_neuron(), {"I_s": [2e-4]}, 1e-6, run=nd.Threads(1))["rate"].shape
    (1,)
    """

    n: Count | None = None


@checked
@dataclass(frozen=True)
class Dask:
    """Runs of a sweep in pieces on the workers of a dask cluster, with the same digits.

    Parameters
    ----------
    client : distributed.Client

    Examples
    --------
    >>> import neurodyn as nd
    >>> from distributed import Client                                          # doctest: +SKIP
    >>> nd.sweep(neuron, values, t_end, run=nd.Dask(Client("host:8786")))       # doctest: +SKIP
    """

    client: Client

    def __post_init__(self) -> None:
        if not callable(getattr(self.client, "submit", None)):
            raise InputError(f"Dask: client is {shown(self.client)}; expected a distributed.Client")


@dataclass(frozen=True)
class Jax:
    """Runs of a sweep side by side under ``jax.vmap``, on the device that jax has.

    A GPU if there is one. In float64, without noise, for models that do not jump.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.sweep(nd.devices.nbox_neuron(), {"I_s": [2e-4]}, 1e-7, run=nd.Jax()).ok.all()
    np.True_
    """

    def check(self, model: Model, method: object, *, stored: bool, whole: bool) -> None:
        """Raise InputError for what jax does not do."""
        refused = {
            "models whose state jumps": model.jump is not None,
            "noise": isinstance(method, FixedStep),
            "float32": isinstance(method, Adaptive) and method.precision != "float64",
            "store=": stored,
            "measures that are functions": whole,
        }
        for what, present in refused.items():
            if present:
                raise InputError(f"nd.Jax does not do {what}; expected run=nd.Threads()")
