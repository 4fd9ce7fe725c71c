"""``nd.noise.stochastic``: a model together with its noise, symbolically."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import sympy

from neurodyn.arguments import checked
from neurodyn.errors import DimensionError, InputError
from neurodyn.model import Model, symbol
from neurodyn.model.dimensions import dimension_of
from neurodyn.model.units import parse_unit
from neurodyn.noise.source import NoiseSource


@dataclass(frozen=True, eq=False)
class StochasticModel:
    """``dx = rhs dt + diffusion dW`` in the Ito sense.

    Parameters
    ----------
    model : Model
        With the states and parameters that the noise adds.
    diffusion : sympy.Matrix, (n_states, n_sources)
        One column for each independent Wiener process.
    jitter : mapping from parameter name to float
        Relative standard deviation of parameters drawn anew at each spike.
    noise : tuple of NoiseSource
    base : Model
        What it was made from: the model without noise.
    """

    model: Model
    diffusion: sympy.Matrix
    jitter: Mapping[str, float]
    noise: tuple[NoiseSource, ...]
    base: Model

    @cached_property
    def additive(self) -> bool:
        """Whether the diffusion depends on no state and no input."""
        held = {quantity.symbol for quantity in (*self.model.states, *self.model.inputs)}
        return not (self.diffusion.free_symbols & held)

    @cached_property
    def digest(self) -> str:
        """Hexadecimal fingerprint of equations and diffusion (not of the parameter values)."""
        text = self.model.digest + sympy.srepr(self.diffusion)
        return hashlib.sha256(text.encode()).hexdigest()

    @checked
    def with_parameters(self, **values: float) -> StochasticModel:
        """Return a copy with other values of parameters or inputs, the noise's own included.

        Raises
        ------
        InputError
            As in :meth:`Model.with_parameters`.

        Examples
        --------
        >>> import neurodyn as nd
        >>> noisy = nd.noise.stochastic(nd.devices.nbox_neuron(), nd.noise.white_current(1e-9))
        >>> noisy.with_parameters(density_I_s=2e-9).model["density_I_s"]
        2e-09
        """
        model = self.model.with_parameters(**values)
        known = {name: v for name, v in values.items() if name in self.base.parameter_names}
        return replace(self, model=model, base=self.base.with_parameters(**known))

    def check_dimensions(self) -> None:
        """Check that every equation and every diffusion has the unit it should have.

        Raises
        ------
        DimensionError
            Naming the equation and the terms that disagree.
        """
        model = self.model
        model.check_dimensions()
        groups = (model.states, model.parameters, model.inputs, model.constants)
        units = {item.symbol: parse_unit(item.unit) for group in groups for item in group}
        per_root_time = parse_unit(model.time_unit) ** sympy.Rational(-1, 2)
        for i, state in enumerate(model.states):
            wanted = parse_unit(state.unit) * per_root_time
            for entry in self.diffusion[i, :]:
                if entry != 0 and not (found := dimension_of(entry, units)).same_as(wanted):
                    raise DimensionError(
                        f"the diffusion of {state.name}, {entry}, has the unit [{found}]; "
                        f"expected [{wanted}]"
                    )

    def __repr__(self) -> str:
        sources = ", ".join(map(repr, self.noise))
        return f"<{self.model.name} with {sources or 'no noise'}>"


@checked
def stochastic(model: Model, noise: NoiseSource | Iterable[NoiseSource]) -> StochasticModel:
    """Put noise into a model.

    Parameters
    ----------
    model : Model
    noise : source, or several, made by the functions of ``nd.noise``
        Sources are independent of each other.

    Returns
    -------
    StochasticModel

    Raises
    ------
    InputError
        If a source does not fit the model: no such input, state, parameter or output.

    Examples
    --------
    >>> import neurodyn as nd
    >>> noisy = nd.noise.stochastic(nd.devices.nbox_neuron(), nd.noise.white_current(1e-9))
    >>> noisy.diffusion
    Matrix([
    [sqrt(2)*density_I_s/(2*C_ext)],
    [                            0]])
    >>> noisy.additive
    True
    """
    if model.switch is not None:
        raise InputError(
            f"{model.name!r} has a memory ({model.switch.meaning}); noise on models that switch is "
            "not computed: expected a model without"
        )
    sources = (noise,) if isinstance(noise, NoiseSource) else tuple(noise)
    parts = []
    for i, source in enumerate(sources):
        if not isinstance(source, NoiseSource):
            raise InputError(f"noise holds {source!r}; expected sources such as nd.noise.white(..)")
        before = sum(type(earlier) is type(source) for earlier in sources[:i])
        parts.append(source.contribution(model, f"_{before + 1}" if before else ""))
    shift = {
        name: symbol(name) + sum(part.shift.get(name, sympy.Integer(0)) for part in parts)
        for name in model.input_names
    }
    shifted = {symbol(name): value for name, value in shift.items()}
    added = tuple(state for part in parts for state in part.states)
    constants = {item.name: item for part in parts for item in part.constants}
    spike, rest = model.spike, model.equilibria
    if spike is not None:
        jumps = {name: value.xreplace(shifted) for name, value in spike.reset.items()}
        spike = replace(spike, expression=spike.expression.xreplace(shifted), reset=jumps)
    if rest is not None and added:  # where every fluctuation is zero
        zero = dict.fromkeys((state.name for state in added), sympy.Integer(0))
        rest = replace(rest, states={**rest.states, **zero})
    augmented = replace(
        model,
        states=(*model.states, *added),
        parameters=(*model.parameters, *(q for part in parts for q in part.parameters)),
        constants=(*model.constants, *constants.values()),
        rhs=(
            *(expression.xreplace(shifted) for expression in model.rhs),
            *(expression for part in parts for expression in part.rhs),
        ),
        outputs=tuple(
            replace(output, expression=output.expression.xreplace(shifted))
            for output in model.outputs
        ),
        spike=spike,
        equilibria=rest,
    )
    columns = [part.column for part in parts if part.column]
    diffusion = sympy.Matrix(
        len(augmented.states),
        len(columns),
        lambda i, j: columns[j].get(augmented.states[i].name, sympy.Integer(0)),
    )
    jitter = {name: sd for part in parts for name, sd in part.jitter.items()}
    return StochasticModel(augmented, diffusion, jitter, sources, model)
