"""Noise that the device makes itself: thermal noise of its resistance, of its heat, of its make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from neurodyn import constants
from neurodyn.arguments import NonNegative, checked
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model, Output, Quantity, symbol
from neurodyn.noise.source import Contribution


def _boltzmann(model: Model) -> tuple[sympy.Symbol, tuple[Quantity, ...]]:
    """Return k_B, and the constant to declare unless the model has it."""
    constant = Quantity("k_B", constants.k_B, "J/K", 1e-23, meaning="Boltzmann constant")
    known = any(item.name == constant.name for item in model.constants)
    return constant.symbol, () if known else (constant,)


@dataclass(frozen=True)
class JohnsonNyquist:
    """See :func:`johnson_nyquist`."""

    temperature: str = "T"

    def contribution(self, model: Model, _suffix: str, /) -> Contribution:
        """Return the diffusion wherever the current through the device stands."""
        T = symbol(self.temperature)
        outputs = {output.name: output for output in model.outputs}
        for name in ("I_device", "R_device"):
            if name not in outputs:
                raise unknown_name("output", name, outputs)
        if isinstance(model.quantity(self.temperature), Output):
            raise InputError(f"johnson_nyquist: {self.temperature} is an output; expected a state")
        k_B, constant = _boltzmann(model)
        amplitude = sympy.sqrt(2 * k_B * T / outputs["R_device"].expression)
        gains = _through_device(model, outputs["I_device"].expression)
        return Contribution(
            constants=constant, column={name: gain * amplitude for name, gain in gains.items()}
        )


def _through_device(model: Model, current: sympy.Expr) -> dict[str, sympy.Expr]:
    """Return d rhs / d I_device for each state: what a current beside the device's would do.

    The rhs holds the conduction law written out. A parameter of that law which stands nowhere
    else moves the rhs through the current alone, so the ratio of the two slopes is the answer; it
    must not depend on that parameter.
    """
    for parameter in model.parameters:
        slope = sympy.diff(current, parameter.symbol)
        if slope == 0:
            continue
        gains = {
            state.name: sympy.simplify(sympy.diff(expression, parameter.symbol) / slope)
            for state, expression in zip(model.states, model.rhs, strict=True)
        }
        if not any(parameter.symbol in gain.free_symbols for gain in gains.values()):
            return {name: gain for name, gain in gains.items() if gain != 0}
    raise InputError(
        f"johnson_nyquist: no parameter of I_device in {model.name} tells where that current "
        "enters the equations; expected one that only the conduction law holds"
    )


@checked
def johnson_nyquist(temperature: str = "T") -> JohnsonNyquist:
    """Thermal noise of the device's resistance, a current of one-sided density ``4 k_B T / R``.

    It adds to the current through the device wherever that stands: the noise that charges the
    capacitor by ``i`` takes ``V i`` out of the heat. H. Nyquist, Phys. Rev. 32, 110 (1928). T and R
    (the ratio V / I) are those of the moment, in the Ito sense; away from V = 0 a nonlinear
    resistor has no universal thermal noise, and this is the usual local rule.

    Parameters
    ----------
    temperature : str
        State or parameter that is the temperature of the resistance.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.noise.stochastic(nd.devices.nbox_neuron(), nd.noise.johnson_nyquist()).additive
    False
    """
    return JohnsonNyquist(temperature)


@dataclass(frozen=True)
class TemperatureFluctuation:
    """See :func:`temperature_fluctuation`."""

    temperature: str = "T"
    heat_capacity: str = "C_th"
    ambient: str = "T_amb"

    def contribution(self, model: Model, _suffix: str, /) -> Contribution:
        """Return the diffusion of the temperature."""
        if self.temperature not in model.state_names:
            raise unknown_name("state", self.temperature, model.state_names)
        for name in (self.heat_capacity, self.ambient):
            if name not in model.parameter_names:
                raise unknown_name("parameter", name, model.parameter_names)
        rhs = model.rhs[model.state_names.index(self.temperature)]
        rate = sympy.diff(rhs, symbol(self.ambient))  # 1 / (R_th C_th)
        k_B, constant = _boltzmann(model)
        T, C_th = symbol(self.temperature), symbol(self.heat_capacity)
        column = {self.temperature: sympy.sqrt(2 * k_B * rate / C_th) * T}
        return Contribution(constants=constant, column=column)


@checked
def temperature_fluctuation(
    temperature: str = "T", heat_capacity: str = "C_th", ambient: str = "T_amb"
) -> TemperatureFluctuation:
    """Fluctuation of the temperature by exchange of heat with the surroundings.

    Diffusion ``T sqrt(2 k_B / (R_th C_th^2))``, which gives the variance ``k_B T^2 / C_th`` in
    equilibrium: L. D. Landau, E. M. Lifshitz, Statistical Physics (1980), sec. 112. T is that of
    the moment, in the Ito sense.

    Parameters
    ----------
    temperature : str
        State.
    heat_capacity, ambient : str
        Parameters; the exchange rate is the slope of dT/dt against the ambient temperature.

    Examples
    --------
    >>> import neurodyn as nd
    >>> noise = nd.noise.temperature_fluctuation()
    >>> nd.noise.stochastic(nd.devices.nbox_neuron(), noise).diffusion[1]
    sqrt(2)*T*sqrt(k_B/(C_th**2*R_th))
    """
    return TemperatureFluctuation(temperature, heat_capacity, ambient)


@dataclass(frozen=True)
class ParameterJitter:
    """See :func:`parameter_jitter`."""

    relative_sd: Mapping[str, float]

    def contribution(self, model: Model, _suffix: str, /) -> Contribution:
        """Return the parameters that are drawn anew at each spike."""
        names = [quantity.name for quantity in model.parameters]
        for name in self.relative_sd:
            if name not in names:
                raise unknown_name("parameter", name, names)
        if model.spike is None:
            raise InputError(
                f"parameter_jitter draws at each spike; {model.name!r} declares no spike event"
            )
        return Contribution(jitter=dict(self.relative_sd))


@checked
def parameter_jitter(relative_sd: Mapping[str, NonNegative]) -> ParameterJitter:
    """Parameters that differ from cycle to cycle.

    At the start and at each spike every named parameter is drawn anew from a log-normal
    distribution whose mean is the model's value and whose standard deviation is ``relative_sd``
    times that; so it keeps its sign.

    Parameters
    ----------
    relative_sd : mapping from parameter name to float

    Raises
    ------
    InputError
        If a standard deviation is negative.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.noise.parameter_jitter({"R_0": 0.02})
    ParameterJitter(relative_sd={'R_0': 0.02})
    """
    return ParameterJitter({name: float(value) for name, value in relative_sd.items()})
