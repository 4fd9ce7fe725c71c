"""``nd.local_activity``: where along the bias a port can amplify, and where it does so at rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.codegen.expressions import model_function
from neurodyn.equilibria.curve_source import refuse_memory
from neurodyn.equilibria.small_signal import Linearised, Port, linearised, port_of
from neurodyn.equilibria.stability import span_on_curve
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.model import Model

_NEGATIVE = 1e-9  # of the size of the response: less is rounding
_HALVINGS = 60
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BiasRange:
    """A stretch of the curve of bias points.

    Parameters
    ----------
    input : (first, last) float
        Values of the input at its ends, in order along the curve.
    answer : (first, last) float
        Of the port's answer there: the voltage of a current source, or the reverse.
    """

    input: tuple[float, float]
    answer: tuple[float, float]


@dataclass(frozen=True, eq=False)
class LocalActivity:
    """Local activity of a port along its bias.

    Parameters
    ----------
    model : Model
    port : Port
    values, answers : (n,) float
        Input and answer along the curve (not sorted where it folds).
    states : (n_states, n) float
    least_real : (n,) float
        Least real part of the response over all frequencies.
    active : (n,) bool
        Whether the port is locally active: its response has a pole in the right half-plane, or a
        negative real part at some frequency.
    stable : (n,) bool
        Whether the bias point is stable as it is driven.
    stable_otherwise : (n,) bool
        Whether it would be with the port held by the other kind of source (shorted for small
        signals in place of open, or the reverse).
    active_ranges, edge_of_chaos, edge_of_chaos_otherwise : tuple of BiasRange
        Where the port is active; where it is active and stable, as driven or by the other source.
    """

    model: Model
    port: Port
    values: Array
    answers: Array
    states: Array
    least_real: Array
    active: Flags
    stable: Flags
    stable_otherwise: Flags
    active_ranges: tuple[BiasRange, ...]
    edge_of_chaos: tuple[BiasRange, ...]
    edge_of_chaos_otherwise: tuple[BiasRange, ...]

    def __repr__(self) -> str:
        def told(ranges: tuple[BiasRange, ...]) -> str:
            return ", ".join(f"{r.input[0]:.5g} to {r.input[1]:.5g}" for r in ranges) or "nowhere"

        return (
            f"<local activity of {self.model.name} along {self.port.input}: active at "
            f"{told(self.active_ranges)}; edge of chaos at {told(self.edge_of_chaos)}>"
        )


def least_real_part(near: Linearised) -> tuple[float, bool]:
    """Return the least real part of the response on the imaginary axis, and whether it is negative.

    It changes sign only at zeros of H(s) + H(-s), which are generalised eigenvalues; between the
    imaginary parts of all these it is looked at once, and at frequencies zero and infinity.
    """
    n = len(near.A)
    A = np.zeros((2 * n, 2 * n))
    A[:n, :n], A[n:, n:] = near.A, -near.A
    both = Linearised(A, np.tile(near.b, 2), np.concatenate([near.c, -near.c]), 2 * near.d)
    rates = np.concatenate([near.poles, both.zeros])
    edges = np.unique(np.abs(np.concatenate([rates.imag, np.abs(rates)])))
    edges = edges[edges > 0]
    if len(edges):
        inner = np.sqrt(edges[1:] * edges[:-1])
        omega = np.concatenate([[0.0, edges[0] / 10], inner, edges, [edges[-1] * 10]])
    else:
        omega = np.zeros(1)
    with np.errstate(all="ignore"):
        values = _responses(near, omega)
    usable = np.isfinite(values)
    values = np.concatenate([values[usable], np.array([near.d], dtype=complex)])
    negative = values.real < -_NEGATIVE * np.abs(values)
    return float(values.real.min()), bool(negative.any())


def _responses(near: Linearised, omega: Array) -> ComplexArray:
    found = np.full(len(omega), np.nan, dtype=complex)
    for i, w in enumerate(omega):
        try:
            found[i] = near.response(np.array([1j * w]))[0]
        except np.linalg.LinAlgError:  # a pole on the axis
            continue
    return found


@checked
def local_activity(
    model: Model, span: tuple[float, float] | None = None, *, n: Count = 300, **held: float
) -> LocalActivity:
    """Return where along its bias a port is locally active, and its edge-of-chaos ranges.

    A port is locally passive if its response H(s) has no pole in the right half-plane and no
    negative real part on the imaginary axis; else small signals can take power from the bias. Edge
    of chaos is where it is locally active and yet at rest: all poles in the left half-plane.
    (L. O. Chua, Int. J. Bifurc. Chaos 15, 3435 (2005); poles on the axis itself, where also
    residues count, are single points of a curve and are not judged apart.)

    Parameters
    ----------
    model : Model
        With equilibria in closed form and one input. The device alone is the circuit of a voltage
        source across it.
    span : (low, high), optional
        Range of the input; as for :func:`stability` by default.
    n : int
        Number of points; ends of ranges are then found to rounding.
    **held : float
        Parameters to change first.

    Returns
    -------
    LocalActivity

    Raises
    ------
    InputError
        If the model has no closed form, or the range is empty.

    Examples
    --------
    The device alone, held by a current, is at the edge of chaos all along its negative resistance:

    >>> import neurodyn as nd
    >>> device = nd.Circuit().voltage_source("V1", "a", "0").device("X1", "a", "0", "nbox").model()
    >>> found = nd.local_activity(device)
    >>> [(round(r.answer[0] * 1e6, 2), round(r.answer[1] * 1e6, 2))            # uA
    ...  for r in found.edge_of_chaos_otherwise]
    [(43.11, 959.36)]
    """
    model = model.with_parameters(**held)
    refuse_memory(model)
    curve, port = StaticCurve(model), port_of(model, None, None)
    low, high = span_on_curve(curve, span, n)
    u = np.linspace(low, high, n)

    def judged(u: Array) -> tuple[Array, Flags, Flags, Flags]:
        states, values = curve.at_rest(u)
        nears = linearised(model, port, states, values)
        least, negative = zip(*map(least_real_part, nears), strict=True)
        stable = np.array([bool((near.poles.real < 0).all()) for near in nears])
        other = np.array([bool((near.zeros.real < 0).all()) for near in nears])
        return np.array(least), np.array(negative) | ~stable, stable, other

    least, active, stable, other = judged(u)

    # edges of each property apart: two may lie between the same neighbours
    edges = [
        _refined(lambda place, c=c: bool(judged(np.array([place]))[c][0]), u, edge)
        for c, flags in ((1, active), (2, stable), (3, other))
        for edge in _edges(flags)
    ]
    ends = np.unique([u[0], *edges, u[-1]])
    inside = judged(0.5 * (ends[1:] + ends[:-1]))

    def ranges(*columns: int) -> tuple[BiasRange, ...]:
        flags = np.logical_and.reduce([inside[c] for c in columns])
        turns = np.flatnonzero(np.diff([False, *flags, False]))
        return tuple(
            _stretch(curve, port, ends[[first, last]])
            for first, last in zip(turns[::2], turns[1::2], strict=True)
        )

    states, values = curve.at_rest(u)
    return LocalActivity(
        model=model,
        port=port,
        values=values,
        answers=_answers(model, port, states, values),
        states=states,
        least_real=least,
        active=active,
        stable=stable,
        stable_otherwise=other,
        active_ranges=ranges(1),
        edge_of_chaos=ranges(1, 2),
        edge_of_chaos_otherwise=ranges(1, 3),
    )


def _edges(flags: Flags) -> list[int]:
    return [int(i) for i in np.flatnonzero(flags[1:] != flags[:-1])]


def _refined(which: Callable[[float], bool], u: Array, edge: int) -> float:
    """Return the place between two neighbours where a yes begins or ends, by halving."""
    low, high = float(u[edge]), float(u[edge + 1])
    first = which(low)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        if which(middle) == first:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _answers(model: Model, port: Port, states: Array, values: Array) -> Array:
    p = [
        values if name == port.input else value
        for name, value in zip(model.parameter_names, model.p, strict=True)
    ]
    return model_function(model, [port.answer])(states, p)[0]


def _stretch(curve: StaticCurve, port: Port, ends: Array) -> BiasRange:
    states, values = curve.at_rest(ends)
    answers = _answers(curve.model, port, states, values)
    return BiasRange((float(values[0]), float(values[1])), (float(answers[0]), float(answers[1])))
