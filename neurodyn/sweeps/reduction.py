"""``nd.reduce_to_lif``: the leaky integrate-and-fire neuron that comes closest to a neuron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sympy import Integer

from neurodyn.arguments import Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.model import Model, Quantity, SpikeEvent, symbol
from neurodyn.network import (
    Connection,
    Network,
    PoissonSource,
    Population,
    Rectangular,
    simulate,
)
from neurodyn.progress import Progress, part, silent
from neurodyn.simulation import Adaptive
from neurodyn.sweeps.fi_curve import fi_curve

_PRECISION = 0.1  # of the mean interval: spikes closer than this coincide
_INTERVALS, _SOURCES = 200, 10  # length of the run with random input; its sources


@dataclass(frozen=True, eq=False)
class Reduction:
    """A leaky integrate-and-fire neuron in place of another, and the errors that it makes.

    Parameters
    ----------
    original, model : Model
        The neuron, and its stand-in: tau dV/dt = I / rheobase - V, a spike at V = 1, V := 0.
    refractory : float [time unit]
        How long the stand-in is held after a spike.
    parameter : str
        The input.
    values, rates, reduced_rates : (n,) float
        Inputs, and firing rates of both.
    rate_error : float
        Root mean square relative error of the rate, where both fire.
    count_ratio : float
        Spikes of the stand-in over those of the neuron under random pulses.
    coincidence : float
        Of their spikes there, within a tenth of the mean interval: 1 if all do, 0 by chance (after
        W. Kistler, W. Gerstner, J. L. van Hemmen, Neural Comput. 9, 1015 (1997), sec. 2.3).

    Examples
    --------
    >>> import neurodyn as nd
    >>> lif = nd.devices.leaky_integrate_and_fire()
    >>> same = nd.reduce_to_lif(lif, "I", [2.2, 3.0, 5.0, 9.0])
    >>> round(same.model["tau"], 3), round(same.model["rheobase"], 3), same.rate_error < 1e-4
    (10.0, 2.0, True)
    """

    original: Model
    model: Model
    refractory: float
    parameter: str
    values: Array
    rates: Array
    reduced_rates: Array
    rate_error: float
    count_ratio: float
    coincidence: float

    @checked
    def population(self, population: Population) -> Population:
        """Return a population with the stand-in in place of the neuron; inputs stay.

        Raises
        ------
        InputError
            If neurons have parameters of their own that the stand-in lacks.
        """
        other = sorted(set(population.own) - {self.parameter})
        if other:
            raise InputError(
                f"neurons of {population.name!r} have {other[0]} of their own, which the stand-in "
                f"lacks; expected {self.parameter} alone"
            )
        value = population.model[self.parameter]
        return replace(
            population,
            model=self.model.with_parameters(**{self.parameter: value}),
            refractory=self.refractory,
            start={},
        )

    def __repr__(self) -> str:
        return (
            f"<leaky integrate-and-fire in place of {self.original.name}: "
            f"rheobase {self.model['rheobase']:.4g}, tau {self.model['tau']:.4g}, refractory "
            f"{self.refractory:.4g}; rates within {100 * self.rate_error:.2g} % (rms), coincidence "
            f"{self.coincidence:.2g} under random pulses>"
        )


@checked
def reduce_to_lif(
    model: Model,
    parameter: str,
    values: Sequence[float] | Array,
    *,
    seed: Whole = 0,
    method: Adaptive = Adaptive(1e-6),
    progress: Progress = silent,
) -> Reduction:
    """Fit a leaky integrate-and-fire neuron to the f-I curve of a neuron, and state its errors.

    Leak, threshold and time held after a spike are found by least squares of the logarithm of the
    interval, t_ref + tau ln(I / (I - rheobase)). The two then get the same random pulses, about the
    least of the values at which the neuron fires.

    Parameters
    ----------
    model : Model
    parameter : str
        The input.
    values : sequence of float
        At which the neuron's rate is measured; four or more at which it fires.
    seed : int
        Of the random pulses.
    method : Adaptive
    progress : function, optional

    Returns
    -------
    Reduction

    Raises
    ------
    InputError
        If there is no such input, or the neuron fires at fewer than four of the values.

    Examples
    --------
    >>> import neurodyn as nd
    >>> currents = [6e-5, 1e-4, 2e-4, 4e-4]
    >>> nd.reduce_to_lif(nd.devices.nbox_neuron(), "I_s", currents).rate_error < 0.1
    True
    """
    from scipy.optimize import least_squares

    if parameter not in model.input_names:
        raise InputError(
            f"{parameter!r} is no input of {model.name}; expected one of "
            f"{', '.join(model.input_names)}"
        )
    curve = fi_curve(
        model, parameter, values, method=method, progress=part(progress, "f-I curve", 0.0, 0.8)
    )
    fires = curve.rate > 0
    if fires.sum() < 4:
        raise InputError(
            f"{model.name} fires at {fires.sum()} of {len(fires)} values; expected four or more"
        )
    inputs, intervals = curve.values[fires], 1.0 / curve.rate[fires]

    def numbers(u: Array) -> tuple[float, float, float]:
        """Return rheobase, below all inputs at which it fires; tau; and the time held."""
        return inputs.min() / (1.0 + np.exp(u[0])), float(np.exp(u[1])), float(u[2] ** 2)

    def misfit(u: Array) -> Array:
        rheobase, tau, held = numbers(u)
        return np.log((held + tau * np.log(inputs / (inputs - rheobase))) / intervals)

    scale, least = float(np.median(intervals)), float(inputs.min())
    starts = [[a, np.log(scale), b * scale**0.5] for a in (-2.0, 0.0) for b in (0.01, 0.3)]
    fits = [least_squares(misfit, start, x_scale=[1.0, 1.0, scale**0.5]) for start in starts]
    rheobase, tau, held = numbers(min(fits, key=lambda fit: fit.cost).x)
    lif = _stand_in(model, parameter, rheobase, tau)
    above = curve.values > rheobase
    reduced = np.zeros(len(curve.values))
    ratio = curve.values[above] / (curve.values[above] - rheobase)
    reduced[above] = 1.0 / (held + tau * np.log(ratio))
    both = fires & above
    error = float(np.sqrt(np.mean((reduced[both] / curve.rate[both] - 1.0) ** 2)))
    true, made = (
        _under_random_pulses(each, parameter, least, scale, hold, seed, method)
        for each, hold in ((model, 0.0), (lif, held))
    )
    progress("random pulses", 1.0)
    return Reduction(
        model,
        lif,
        held,
        parameter,
        curve.values,
        curve.rate,
        reduced,
        error,
        len(made) / len(true) if len(true) else np.nan,
        coincidence(true, made, _INTERVALS * scale),
    )


def _stand_in(model: Model, parameter: str, rheobase: float, tau: float) -> Model:
    drive = model.inputs[model.input_names.index(parameter)]
    V, time, least = symbol("V"), symbol("tau"), symbol("rheobase")
    return Model(
        name=f"leaky integrate-and-fire for {model.name}",
        states=(Quantity("V", 0.0, "1", 1.0, meaning="potential over threshold"),),
        parameters=(
            Quantity("tau", tau, model.time_unit, tau, (0.0, np.inf), "time constant of the leak"),
            Quantity("rheobase", rheobase, drive.unit, rheobase, (0.0, np.inf), "least input"),
        ),
        inputs=(drive,),
        rhs=((drive.symbol / least - V) / time,),
        spike=SpikeEvent(V - 1, "V", "V reaches 1 and is reset.", reset={"V": Integer(0)}),
        time_unit=model.time_unit,
        cycle=time,
        reference="fitted to the f-I curve; L. Lapicque, J. Physiol. Pathol. Gen. 9, 620 (1907)",
    )


def _under_random_pulses(
    model: Model,
    parameter: str,
    least: float,
    interval: float,
    held: float,
    seed: int,
    method: Adaptive,
) -> Array:
    """Return the spikes under 0.8 of an input and random pulses of 0.5 of it, 0.6 on the mean."""
    cell = Population("cell", model.with_parameters(**{parameter: 0.8 * least}), 1, refractory=held)
    width = 0.25 * interval
    rain = PoissonSource("rain", _SOURCES, 0.6 / (0.5 * width * _SOURCES))
    pulses = Connection("rain", "cell", 0.5 * least, width, Rectangular(width), into=parameter)
    network = Network([cell, rain], [pulses], seed=seed)
    return simulate(network, _INTERVALS * interval, method=method)["cell"].times


def coincidence(one: Array, other: Array, duration: float) -> float:
    """Return the coincidence factor of two spike trains; NaN if one is empty.

    Spikes of the second that lie within a tenth of the first's mean interval of one of its spikes,
    less those that would by chance (the share of time that is so near), so that 1 is agreement.
    """
    if not len(one) or not len(other):
        return np.nan
    window = _PRECISION * duration / len(one)
    place = np.searchsorted(one, other)
    near = np.minimum(
        np.abs(other - one[np.clip(place, 0, len(one) - 1)]),
        np.abs(other - one[np.clip(place - 1, 0, len(one) - 1)]),
    )
    starts, ends = np.maximum(one - window, 0.0), np.minimum(one + window, duration)
    covered = np.minimum(ends - starts, np.concatenate([[np.inf], np.diff(ends)])).sum() / duration
    agree = (near <= window).sum() - covered * len(other)
    return float(agree / (0.5 * (len(one) + len(other))) / (1.0 - covered))
