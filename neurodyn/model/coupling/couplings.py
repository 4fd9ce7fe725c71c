"""What joins two neurons of one model: a resistor, a capacitor, a weighted output.

All three are continuous: no event is waited for, and nothing arrives late.
"""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.arguments import Positive, checked
from neurodyn.errors import InputError

Ends = str | tuple[str, str]
"""One name for both ends, or one for each."""


def _require_two(kind: str, first: str, second: str) -> None:
    if first == second:
        raise InputError(f"a {kind} joins the member {first!r} to itself; expected two members")


@checked
@dataclass(frozen=True)
class Resistor:
    """A resistor between two neurons: ``I_a += (V_b - V_a)/ohm``, and the opposite into b.

    Parameters
    ----------
    a, b : str
        Members of :func:`neurodyn.coupled`.
    ohm : float
        In the units of the models: volts per ampere [ohm] of those in SI, otherwise the unit of
        the state over that of the input.
    state : str or (str, str)
        The states that are joined.
    into : str or (str, str), optional
        The input of each into which the current flows; its only current by default.
    name : str, optional
        Of the parameter of the joint model; ``R_a_b`` by default. Couplings of one name share it.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Resistor("a", "b", 3e3, name="R_c").ohm
    3000.0
    """

    a: str
    b: str
    ohm: Positive
    state: Ends = "V"
    into: Ends | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        _require_two("Resistor", self.a, self.b)


@checked
@dataclass(frozen=True)
class Capacitor:
    """A capacitor between two neurons: ``I_a += farad (dV_b/dt - dV_a/dt)``, and the opposite.

    The derivatives stand on both sides of the equations, which are solved for them symbolically.

    Parameters
    ----------
    a, b, state, into, name
        As in :class:`neurodyn.Resistor`; the parameter is ``C_a_b`` by default.
    farad : float
        In the units of the models: coulombs per volt [F] of those in SI.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Capacitor("a", "b", 5e-12).farad
    5e-12
    """

    a: str
    b: str
    farad: Positive
    state: Ends = "V"
    into: Ends | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        _require_two("Capacitor", self.a, self.b)


@checked
@dataclass(frozen=True)
class Analogue:
    """An output of one neuron, weighted, into another: ``I_target += weight * output``.

    Continuous and without delay, as in EqSpike (Drouhin 2023, sec. 4.3); no spike event is used.
    Several into one neuron add up.

    Parameters
    ----------
    source, target : str
        Members of :func:`neurodyn.coupled`.
    weight : float [unit of the input per unit of the output]
    output : str
        A state or output of the source.
    into : str, optional
        The input of the target; its only current by default.
    name : str, optional
        Of the parameter of the joint model; ``w_source_target`` by default.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Analogue("a", "b", -0.1).output
    'I_device'
    """

    source: str
    target: str
    weight: float
    output: str = "I_device"
    into: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        _require_two("Analogue", self.source, self.target)


Coupling = Resistor | Capacitor | Analogue
