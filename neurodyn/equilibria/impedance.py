"""``nd.impedance``: what a small sine does at a port of a circuit, at a bias point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import Numbers, checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.codegen.expressions import model_function
from neurodyn.equilibria.curve_source import refuse_memory
from neurodyn.equilibria.fixed_points import fixed_points
from neurodyn.equilibria.search import equilibria_at
from neurodyn.equilibria.small_signal import Port, frequencies_around, linearised, port_of
from neurodyn.errors import InputError
from neurodyn.model import Model


@dataclass(frozen=True, eq=False)
class Impedance:
    """Small-signal response of a model at a bias point.

    Parameters
    ----------
    model : Model
    port : Port
    state : dict from state name to float
        The bias point.
    f : (n,) float [1 / time unit]
    response : (n,) complex
        Answer over input at each frequency, in ``port.unit``.
    poles, zeros : complex [1 / time unit]
        Of the response.
    """

    model: Model
    port: Port
    state: dict[str, float]
    f: Array
    response: ComplexArray
    poles: ComplexArray
    zeros: ComplexArray

    @property
    def Z(self) -> ComplexArray:
        """Impedance, (n,): voltage over current."""
        return 1 / self.response if self.port.inverted else self.response

    @property
    def Y(self) -> ComplexArray:
        """Admittance, (n,): current over voltage."""
        return self.response if self.port.inverted else 1 / self.response

    @property
    def stable(self) -> bool:
        """Whether every small disturbance of the bias point dies out."""
        return bool((self.poles.real < 0).all())

    @property
    def negative_bands(self) -> tuple[tuple[float, float], ...]:
        """Ranges of ``f`` in which the real part of the impedance is negative.

        Ends between two frequencies are found by a straight line in ln f.
        """
        return negative_bands(self.f, self.Z.real)

    def __repr__(self) -> str:
        bands = ", ".join(f"{a:.4g} to {b:.4g}" for a, b in self.negative_bands) or "none"
        return (
            f"<impedance of {self.model.name} at {self.port.input} = "
            f"{self.model[self.port.input]:.6g}: {'stable' if self.stable else 'unstable'}, "
            f"negative resistance at frequencies: {bands}>"
        )


def negative_bands(f: Array, real: Array) -> tuple[tuple[float, float], ...]:
    """Return the ranges of ``f`` where ``real`` is negative."""
    negative = real < 0
    edges = np.flatnonzero(negative[1:] != negative[:-1])
    weight = real[edges] / (real[edges] - real[edges + 1])
    crossings = np.exp(np.log(f[edges]) + weight * np.log(f[edges + 1] / f[edges]))
    ends = [*([f[0]] if negative[0] else []), *crossings, *([f[-1]] if negative[-1] else [])]
    return tuple((float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True))


@checked
def impedance(
    model: Model,
    f: Numbers | None = None,
    *,
    at: Mapping[str, float] | None = None,
    input: str | None = None,
    output: str | None = None,
    **held: float,
) -> Impedance:
    """Return the small-signal impedance of a model at a port, from its Jacobian.

    At a bias point x_0 with input u_0, the answer of y to a small sine in u is
    ``c (i omega - A)^-1 b + d`` with A = df/dx, b = df/du, c = dy/dx, d = dy/du, all exact.

    Parameters
    ----------
    model : Model
        Without memory.
    f : (n,) float, optional [1 / time unit]
        Frequencies; some 400 around the modes of the bias point by default.
    at : mapping from state name to float, optional
        Near which bias point; needed where there are several.
    input : str, optional
        Where the sine goes in; the only input by default.
    output : str, optional
        State or output that answers; by default the voltage or the current of the source, which
        follows from ``P_source``.
    **held : float
        Parameters and inputs to change first: the bias.

    Returns
    -------
    Impedance

    Raises
    ------
    InputError
        For an unknown name, a port that must be named, frequencies that are not positive, no bias
        point or several.

    Examples
    --------
    The neuron at rest beyond its Hopf point, yet with negative differential resistance:

    >>> import neurodyn as nd
    >>> found = nd.impedance(nd.devices.nbox_neuron(T_amb=298.0), I_s=0.91e-3)
    >>> found.stable, bool(found.Z[0].real < 0)
    (True, True)
    >>> round(float(found.Z[0].real))     # the slope of the I-V curve [ohm]
    -10
    """
    model = model.with_parameters(**held)
    refuse_memory(model)
    port = port_of(model, input, output)
    state = _bias(model, at)
    near = linearised(model, port, state[:, None], np.array([model[port.input]]))[0]
    poles = near.poles
    if f is None:
        places = frequencies_around(np.append(poles, near.zeros), 400)
    else:
        places = np.atleast_1d(np.asarray(f, dtype=float))
        if places.ndim != 1 or not len(places) or not (places > 0).all():
            raise InputError("impedance: f has numbers that are not positive; expected frequencies")
    return Impedance(
        model=model,
        port=port,
        state=dict(zip(model.state_names, map(float, state), strict=True)),
        f=places,
        response=near.response((2j * np.pi * places).astype(np.complex128)),
        poles=poles,
        zeros=near.zeros,
    )


def _bias(model: Model, at: Mapping[str, float] | None) -> Array:
    """Return the bias point; that which Newton's method finds from ``at``, if it is given."""
    if at is not None:
        functions, p = model_function(model, [*model.rhs, *model.jacobian]), model.p
        n = len(model.states)

        def evaluate(x: Array) -> tuple[Array, Array]:
            values = functions(x.T, p)
            return values[:n].T, np.moveaxis(values[n:].reshape(n, n, -1), -1, 0)

        found = equilibria_at(model, evaluate, model.state_vector(at)[None])
        if not found:
            raise InputError(f"{model.name!r} has no bias point near {dict(at)}")
        return found[0]
    points = fixed_points(model)
    if len(points) != 1:
        listing = "; ".join(
            ", ".join(f"{name} = {value:.6g}" for name, value in point.state.items())
            for point in points
        )
        raise InputError(
            f"{model.name!r} has {len(points)} bias points ({listing or 'none'}); expected at= "
            "near one of them"
        )
    return np.array(list(points[0].state.values()))
