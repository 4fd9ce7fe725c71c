"""Noise that comes from outside: in the input current, or straight into a state."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from neurodyn.arguments import NonNegative, Positive, checked
from neurodyn.errors import unknown_name
from neurodyn.model import Model, Quantity, symbol
from neurodyn.model.inputs import current_input
from neurodyn.noise.source import (
    Contribution,
    per_root_frequency,
    per_root_time,
    through_input,
)

_OTHERWISE = ", or nd.noise.white(state, amplitude), which acts on a state"


@dataclass(frozen=True)
class WhiteCurrent:
    """See :func:`white_current`."""

    density: float
    into: str | None = None

    def contribution(self, model: Model, suffix: str, /) -> Contribution:
        """Return the diffusion that the current's noise gives each state it drives."""
        current = current_input(model, self.into, "white_current", _OTHERWISE)
        unit = per_root_frequency(current.unit, model.time_unit)
        density = Quantity(
            f"density_{current.name}{suffix}",
            self.density,
            unit,
            current.scale,
            meaning=f"one-sided noise density of {current.name}",
        )
        # <x(t) x(t')> = (S/2) delta(t - t') for a one-sided power density S = density^2
        amplitude = density.symbol / sympy.sqrt(2)
        gains = through_input(model, current, "white_current")
        return Contribution(
            parameters=(density,), column={name: g * amplitude for name, g in gains.items()}
        )


@checked
def white_current(density: NonNegative, into: str | None = None) -> WhiteCurrent:
    """White noise in the input current.

    Parameters
    ----------
    density : float [A/sqrt(Hz)]
        One-sided amplitude density, as a spectrum analyser shows it: over a bandwidth B it gives
        the standard deviation ``density * sqrt(B)``. The diffusion of the current is
        ``density / sqrt(2)``, since one-sided spectra hold the power of both signs of frequency.
        For models in other units: the unit of the input, times root of the time unit.
    into : str, optional
        Name of the input; the model's only current by default.

    Raises
    ------
    InputError
        If the density is negative or not finite.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.noise.white_current(1e-9)
    WhiteCurrent(density=1e-09, into=None)
    """
    return WhiteCurrent(density, into)


@dataclass(frozen=True)
class OrnsteinUhlenbeckCurrent:
    """See :func:`ornstein_uhlenbeck_current`."""

    sd: float
    correlation_time: float
    into: str | None = None

    def contribution(self, model: Model, suffix: str, /) -> Contribution:
        """Return the state that fluctuates, and what it is added to."""
        current = current_input(model, self.into, "ornstein_uhlenbeck_current", _OTHERWISE)
        name = f"{current.name}{suffix}"
        state = Quantity(
            f"noise_{name}",
            0.0,
            current.unit,
            self.sd or current.scale,
            meaning=f"fluctuation of {current.name}",
        )
        sd = Quantity(
            f"sd_{name}",
            self.sd,
            current.unit,
            current.scale,
            meaning=f"standard deviation of {state.name}",
        )
        time = Quantity(
            f"tau_{name}",
            self.correlation_time,
            model.time_unit,
            self.correlation_time,
            (0.0, float("inf")),
            f"correlation time of {state.name}",
        )
        return Contribution(
            parameters=(sd, time),
            states=(state,),
            rhs=(-state.symbol / time.symbol,),
            shift={current.name: state.symbol},
            column={state.name: sd.symbol * sympy.sqrt(2 / time.symbol)},
        )


@checked
def ornstein_uhlenbeck_current(
    sd: NonNegative, correlation_time: Positive, into: str | None = None
) -> OrnsteinUhlenbeckCurrent:
    """Noise in the input current with an exponential correlation, ``sd^2 exp(-|t| / time)``.

    It adds a state ``noise_I_s`` (for the input ``I_s``), which starts at 0 unless ``x0=`` says
    otherwise. One-sided density at low frequency: ``2 sd sqrt(time)``; its -3 dB bandwidth is
    ``1 / (2 pi time)``. C. Gardiner, Stochastic Methods, 4th ed. (2009), sec. 3.8.4.

    Parameters
    ----------
    sd : float [A]
        Standard deviation, in the unit of the input.
    correlation_time : float [s]
        In the time unit of the model.
    into : str, optional
        Name of the input; the model's only current by default.

    Raises
    ------
    InputError
        If the standard deviation is negative or the correlation time not positive.

    Examples
    --------
    >>> import neurodyn as nd
    >>> noise = nd.noise.ornstein_uhlenbeck_current(sd=18e-6, correlation_time=1e-8)
    >>> nd.noise.stochastic(nd.devices.nbox_neuron(), noise).model.state_names
    ('V', 'T', 'noise_I_s')
    """
    return OrnsteinUhlenbeckCurrent(sd, correlation_time, into)


@dataclass(frozen=True)
class White:
    """See :func:`white`."""

    state: str
    amplitude: float

    def contribution(self, model: Model, suffix: str, /) -> Contribution:
        """Return the diffusion of the one state."""
        if self.state not in model.state_names:
            raise unknown_name("state", self.state, model.state_names)
        state = model.states[model.state_names.index(self.state)]
        amplitude = Quantity(
            f"amplitude_{state.name}{suffix}",
            self.amplitude,
            per_root_time(state.unit, model.time_unit),
            state.scale,
            meaning=f"diffusion of {state.name}",
        )
        return Contribution(parameters=(amplitude,), column={state.name: symbol(amplitude.name)})


@checked
def white(state: str, amplitude: NonNegative) -> White:
    """White noise straight into a state: ``dx = ... dt + amplitude dW``.

    Parameters
    ----------
    state : str
    amplitude : float [unit of the state / sqrt(time unit)]
        A free state reaches the standard deviation ``amplitude * sqrt(t)``.

    Raises
    ------
    InputError
        If the amplitude is negative or not finite.

    Examples
    --------
    >>> import neurodyn as nd
    >>> noisy = nd.noise.stochastic(nd.devices.stuart_landau(), nd.noise.white("x", 0.1))
    >>> noisy.diffusion
    Matrix([
    [amplitude_x],
    [          0]])
    """
    return White(state, amplitude)
