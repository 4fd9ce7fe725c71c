"""The one class that holds equations: :class:`Model`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import sympy

from neurodyn.arguments import checked, shown
from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.closed_form import ClosedFormEquilibria
from neurodyn.model.consistency import check_expressions, check_kinds, check_names
from neurodyn.model.describe import equations_as_latex, equations_as_text
from neurodyn.model.dimensions import check_dimensions
from neurodyn.model.from_strings import parts_from_strings
from neurodyn.model.parse import parse_equation
from neurodyn.model.quantities import Output, Quantity, SpikeEvent, Switch, as_expression


@dataclass(frozen=True, eq=False)
class Model:
    """A neuron as symbolic equations ``dx/dt = rhs(x, parameters, inputs)``.

    Immutable; :meth:`with_parameters` returns a changed copy. Everything numeric (right-hand
    sides, Jacobians, outputs) is generated from the expressions held here.

    Parameters
    ----------
    name : str
        Short name, used in titles.
    states : sequence of Quantity
        In the order of the state vector. ``default`` is where the state starts.
    parameters, inputs : sequence of Quantity
        An input counts as a parameter wherever it is held constant.
    rhs : sequence of sympy expressions
        Time derivatives, in the order of ``states``.
    outputs : sequence of Output
        What can be read off beside the states.
    constants : sequence of Quantity
        Physical constants: symbols in print, numbers in generated code.
    spike : SpikeEvent, optional
        What counts as a spike.
    switch : Switch, optional
        What makes the state jump without being a spike: memory of a device with hysteresis.
    equilibria : ClosedFormEquilibria, optional
        The equilibria in closed form, where they are known.
    time_unit : str
        ``"s"``, or ``"1"`` for a dimensionless model.
    cycle : float or sympy expression of parameters
        Typical duration of one cycle, in ``time_unit``; its value is :attr:`time_scale`.
    reference : str
        Where the equations come from.

    Raises
    ------
    InputError
        If names clash, an expression uses an undeclared name, or a value is out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> model = nd.Model.from_equations(
    ...     states=["V", "w"], parameters={"I": 0.5},
    ...     rhs=["V - V**3/3 - w + I", "0.08*(V + 0.7 - 0.8*w)"])
    >>> model.with_parameters(I=0.0)["I"]
    0.0
    """

    name: str
    states: tuple[Quantity, ...]
    parameters: tuple[Quantity, ...]
    rhs: tuple[sympy.Expr, ...]
    inputs: tuple[Quantity, ...] = ()
    outputs: tuple[Output, ...] = ()
    constants: tuple[Quantity, ...] = ()
    spike: SpikeEvent | None = None
    switch: Switch | None = None
    equilibria: ClosedFormEquilibria | None = None
    time_unit: str = "s"
    cycle: float | sympy.Expr = 1.0
    reference: str = ""

    # ------------------------------------------------------------------ construction

    def __post_init__(self) -> None:
        for attribute in ("states", "parameters", "inputs", "outputs", "constants", "rhs"):
            object.__setattr__(self, attribute, tuple(getattr(self, attribute)))
        check_kinds(self)
        check_names(self)
        rhs = zip(self.states, self.rhs, strict=True)
        object.__setattr__(
            self, "rhs", tuple(as_expression(e, f"d{state.name}/dt") for state, e in rhs)
        )
        check_expressions(self)
        for quantity in (*self.parameters, *self.inputs):
            quantity.validated(quantity.default)
        for state in self.states:
            state.validated(
                self[state.default] if isinstance(state.default, str) else state.default
            )

    @classmethod
    @checked
    def from_equations(
        cls,
        states: Sequence[str] | Mapping[str, float],
        parameters: Mapping[str, float],
        rhs: Sequence[str] | Mapping[str, str],
        *,
        inputs: Mapping[str, float] | None = None,
        outputs: Mapping[str, str] | None = None,
        spike: str | None = None,
        reset: Mapping[str, str | float] | None = None,
        scales: Mapping[str, float] | None = None,
        time_scale: float | str = 1.0,
        name: str = "model",
        reference: str = "",
    ) -> Model:
        """Build a dimensionless model from plain strings.

        Parameters
        ----------
        states : sequence of names, or mapping from name to starting value
            Starts at 0 where no value is given.
        parameters : mapping from name to value
        rhs : sequence of strings in the order of ``states``, or mapping from state to string
            Arithmetic, ``**`` or ``^``, and the elementary functions (``exp``, ``tanh``, ...).
        inputs : mapping from name to value, optional
            Quantities that a stimulus may drive.
        outputs : mapping from name to string, optional
        spike : str, optional
            Expression whose upward crossing of zero is a spike, e.g. ``"V - 1"``.
        reset : mapping from state to string or number, optional
            What states jump to at a spike, of the state just before it: ``{"V": 0, "u": "u + d"}``.
        scales : mapping from state to typical size, optional
            1 where not given.
        time_scale : float or string
            Typical duration of one cycle, or an expression of the parameters that gives it.

        Raises
        ------
        InputError
            Naming the equation and the name in it that is not declared.

        Examples
        --------
        >>> import neurodyn as nd
        >>> decay = nd.Model.from_equations(["x"], {"k": 2.0}, ["-k*x"])
        >>> print(decay.rhs[0])
        -k*x
        """
        parts = parts_from_strings(
            states, parameters, rhs, inputs or {}, outputs or {}, spike, reset or {}, scales or {}
        )
        declared = [*parameters, *(inputs or {})]
        cycle = parse_equation(time_scale, declared, "time_scale")
        model = cls(name=name, **parts, time_unit="1", cycle=cycle, reference=reference)
        if not model.time_scale > 0:
            raise InputError(
                f"time_scale is {shown(time_scale)}, that is {model.time_scale:g}; expected a "
                "positive duration"
            )
        return model

    @checked
    def with_parameters(self, **values: float) -> Model:
        """Return a copy with other values of parameters or inputs.

        Raises
        ------
        InputError
            For an unknown name (the nearest is named), or a value that is not finite or outside
            its bounds (the bound is named).

        Examples
        --------
        >>> import neurodyn as nd
        >>> nd.devices.nbox_neuron().with_parameters(C_ext=50e-12)["C_ext"]
        5e-11
        """
        settable = {quantity.name: quantity for quantity in (*self.parameters, *self.inputs)}
        for name, value in values.items():
            if name not in settable:
                kind = "parameter or input"
                if name in self.state_names:
                    raise InputError(
                        f"{name!r} is a state of {self.name}, not a {kind}; set where it starts "
                        "with x0="
                    )
                raise unknown_name(kind, name, settable)
            settable[name] = replace(settable[name], default=settable[name].validated(value))
        changed = replace(
            self,
            parameters=tuple(settable[quantity.name] for quantity in self.parameters),
            inputs=tuple(settable[quantity.name] for quantity in self.inputs),
        )
        # of the equations alone, and slow to derive anew: a fit asks for hundreds of copies
        changed.__dict__["digest"] = self.digest
        if "jacobian" in self.__dict__:
            changed.__dict__["jacobian"] = self.jacobian
        return changed

    # ------------------------------------------------------------------ names and values

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states, in the order of the state vector."""
        return tuple(state.name for state in self.states)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(quantity.name for quantity in self.inputs)

    @property
    def jump(self) -> SpikeEvent | Switch | None:
        """The event at which the state jumps: the switch, the spike if it resets, or None."""
        resets = self.spike is not None and bool(self.spike.reset)
        return self.spike if resets else self.switch

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameter vector: parameters, then inputs."""
        return tuple(quantity.name for quantity in (*self.parameters, *self.inputs))

    @property
    def constant_values(self) -> dict[str, float]:
        """Values of the physical constants by name."""
        return {constant.name: float(constant.default) for constant in self.constants}

    @property
    def parameter_values(self) -> dict[str, float]:
        """Values of the parameter vector by name, in its order."""
        return dict(zip(self.parameter_names, self.p.tolist(), strict=True))

    @property
    def observable_names(self) -> tuple[str, ...]:
        """Names of the states, then of the outputs."""
        return (*self.state_names, *(output.name for output in self.outputs))

    @checked
    def __getitem__(self, name: str) -> float:
        for quantity in (*self.parameters, *self.inputs):
            if quantity.name == name:
                return float(quantity.default)
        raise unknown_name("parameter or input", name, self.parameter_names)

    @checked
    def quantity(self, name: str) -> Quantity | Output:
        """Return the state, parameter, input or output of that name.

        Raises
        ------
        InputError
            If there is none; the nearest name is named.
        """
        everything = {
            item.name: item
            for group in (self.states, self.parameters, self.inputs, self.outputs)
            for item in group
        }
        if name not in everything:
            raise unknown_name("quantity", name, everything)
        return everything[name]

    @checked
    def expression(self, name: str) -> sympy.Expr:
        """Return what stands for a state, parameter, input or output in the equations.

        Raises
        ------
        InputError
            If there is no such quantity; the nearest name is named.

        Examples
        --------
        >>> import neurodyn as nd
        >>> neuron = nd.Model.from_equations(["x"], {"k": 2.0}, ["-k*x"], outputs={"P": "k*x**2"})
        >>> neuron.expression("x"), neuron.expression("P")
        (x, k*x**2)
        """
        item = self.quantity(name)
        return item.expression if isinstance(item, Output) else item.symbol

    @cached_property
    def time_scale(self) -> float:
        """Typical duration of one cycle with these parameters, in ``time_unit``."""
        cycle = as_expression(self.cycle, "cycle")
        return float(cycle.subs({symbol: self[str(symbol)] for symbol in cycle.free_symbols}))

    @cached_property
    def p(self) -> Array:
        """Parameter vector, shape (n_parameters + n_inputs,), in the model's units."""
        vector = np.array([self[name] for name in self.parameter_names], dtype=float)
        vector.flags.writeable = False
        return vector

    @cached_property
    def x0(self) -> Array:
        """Starting state, shape (n_states,), in the model's units."""
        starts = [s.default for s in self.states]
        vector = np.array([self[s] if isinstance(s, str) else s for s in starts], dtype=float)
        vector.flags.writeable = False
        return vector

    @cached_property
    def scales(self) -> Array:
        """Typical size of each state, shape (n_states,), in the model's units."""
        vector = np.array([state.scale for state in self.states])
        vector.flags.writeable = False
        return vector

    @checked
    def state_vector(self, start: Mapping[str, float] | None = None) -> Array:
        """Return the starting state with some states set by name.

        Raises
        ------
        InputError
            For an unknown state, or a value that is not finite or out of bounds.
        """
        x = self.x0.copy()
        for name, value in (start or {}).items():
            if name not in self.state_names:
                raise unknown_name("state", name, self.state_names)
            index = self.state_names.index(name)
            x[index] = self.states[index].validated(value)
        return x

    # ------------------------------------------------------------------ symbols

    @cached_property
    def jacobian(self) -> sympy.Matrix:
        """Symbolic derivative of the right-hand side by the states, (n_states, n_states).

        At a jump of the right-hand side it is the derivative of the parts beside the jump.
        """
        matrix = sympy.Matrix(self.rhs).jacobian([state.symbol for state in self.states])
        # sympy leaves the slope of a step as DiracDelta, that of floor as an unevaluated derivative
        return matrix.replace(
            lambda part: isinstance(part, sympy.DiracDelta | sympy.Derivative | sympy.Subs),
            lambda _: sympy.Integer(0),
        )

    @cached_property
    def digest(self) -> str:
        """Hexadecimal fingerprint of the equations (not of the parameter values)."""
        parts: list[str] = [str(self.state_names), str(self.parameter_names)]
        parts += [f"{c.name}={c.default!r}" for c in self.constants]
        parts += [sympy.srepr(expression) for expression in self.rhs]
        parts += [f"{o.name}={sympy.srepr(o.expression)}" for o in self.outputs]
        if self.spike is not None:
            parts.append(sympy.srepr(self.spike.expression))
        if self.switch is not None:
            parts.append(f"switch {sympy.srepr(self.switch.expression)}")
        if self.jump is not None:
            parts += [f"{n}:={sympy.srepr(e)}" for n, e in sorted(self.jump.reset.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def check_dimensions(self) -> None:
        """Check that every equation has the unit it should have.

        Raises
        ------
        DimensionError
            Naming the equation and the terms that disagree.

        Examples
        --------
        >>> import neurodyn as nd
        >>> nd.devices.nbox_circuit().check_dimensions()
        """
        check_dimensions(self)

    def latex(self) -> str:
        """Return the equations as a LaTeX ``aligned`` block."""
        return equations_as_latex(self)

    def _repr_latex_(self) -> str:
        return f"$${self.latex()}$$"

    def __repr__(self) -> str:
        return equations_as_text(self)
