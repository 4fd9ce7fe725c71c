"""Published circuits, as circuits: ``.model()`` makes each a model, ``.netlist()`` shows it.

What could not be verified says so.
"""

from __future__ import annotations

from typing import Any, Literal

from neurodyn.arguments import Count, Positive, checked
from neurodyn.circuits.circuit import Circuit

_COUPLED = (
    "A. Parihar, N. Shukla, S. Datta, A. Raychowdhury, J. Appl. Phys. 117, 054902 (2015), doi "
    "10.1063/1.4906783 (topology; from memory, not verified)"
)
_HEAT = "E. Qiu et al., Adv. Mater. 36, 2306818 (2024), doi 10.1002/adma.202306818"
_PEARSON = "S. O. Pearson, H. S. G. Anson, Proc. Phys. Soc. London 34, 204 (1922)"
_TWO_SWITCHES = (
    "M. D. Pickett, G. Medeiros-Ribeiro, R. S. Williams, Nature Mater. 12, 114 (2013), doi "
    "10.1038/nmat3510; Nat. Commun. 2024, doi 10.1038/s41467-024-48399-7 (topology)"
)


@checked
def pearson_anson(
    kind: str = "nbox", *, R: Positive = 4e3, C: Positive = 200e-12, **parameters: Any
) -> Circuit:
    """Return the oscillator of Pearson and Anson: a switch and a capacitor behind a resistor.

    S. O. Pearson, H. S. G. Anson, Proc. Phys. Soc. London 34, 204 (1922), with a neon lamp. It
    oscillates where the load line ``I = (V1 - V) / R`` crosses the negative branch of the switch
    and the capacitor is large enough.

    Parameters
    ----------
    kind : str
        A device of the library.
    R [ohm], C [F] : float
    **parameters
        Of the device.

    Examples
    --------
    >>> import neurodyn as nd
    >>> model = nd.circuits.pearson_anson().model()
    >>> [round(point.parameter, 3) for point in nd.stability(model).hopf]    # V
    [1.087, 4.223]
    """
    return (
        Circuit("Pearson-Anson oscillator", reference=_PEARSON)
        .voltage_source("V1", "s", "0")
        .resistor("R1", "s", "b", R)
        .capacitor("C1", "b", "0", C)
        .device("X1", "b", "0", kind, **parameters)
    )


def _cells(
    name: str, reference: str, n: int, kind: str, C: float, parameters: dict[str, Any]
) -> Circuit:
    """Return n neurons under one input ``I_s``, of one capacitance ``C``."""
    circuit = Circuit(name, reference=reference).input("I_s").parameter("C", C)
    for i in range(1, n + 1):
        circuit = (
            circuit.current_source(f"I{i}", "0", f"n{i}", "I_s")
            .capacitor(f"C{i}", f"n{i}", "0", "C")
            .device(f"X{i}", f"n{i}", "0", kind, **parameters)
        )
    return circuit


@checked
def ring(
    n: Count,
    by: Literal["resistor", "capacitor"] = "resistor",
    value: Positive = 3e3,
    *,
    kind: str = "nbox",
    C: Positive = 200e-12,
    **parameters: Any,
) -> Circuit:
    """Return n current-driven neurons in a ring, neighbours joined alike; a pair for n = 2.

    One input ``I_s`` drives all; the coupling is the parameter ``R_c`` or ``C_c``. Topology of
    oscillator computing, e.g. A. Parihar et al., J. Appl. Phys. 117, 054902 (2015).

    Parameters
    ----------
    n : int
    by : {"resistor", "capacitor"}
    value : float [ohm or F]
        Of the coupling.
    kind : str
        A device of the library.
    C : float [F]
        Of each neuron.
    **parameters
        Of every device.

    Examples
    --------
    >>> import neurodyn as nd
    >>> pair = nd.circuits.ring(2).model(shared=["R_0", "T_amb"])
    >>> pair.state_names, pair.input_names
    (('V_n1', 'V_n2', 'T_X1', 'T_X2'), ('I_s',))
    """
    letter = by[0].upper()
    circuit = _cells(f"ring of {n} by {by}s", _COUPLED, n, kind, C, parameters)
    links = [] if n == 1 else [(1, 2)] if n == 2 else [(i, i % n + 1) for i in range(1, n + 1)]
    if links:
        circuit = circuit.parameter(f"{letter}_c", value)
    for i, j in links:
        join = circuit.resistor if by == "resistor" else circuit.capacitor
        circuit = join(f"{letter}c{i}", f"n{i}", f"n{j}", f"{letter}_c")
    return circuit


@checked
def thermal_pair(
    R: Positive = 2e6, *, kind: str = "nbox", C: Positive = 200e-12, **parameters: Any
) -> Circuit:
    """Return two neurons with inputs of their own, coupled by heat alone.

    As neighbours on one chip: E. Qiu et al., Adv. Mater. 36, 2306818 (2024). The thermal resistance
    is the parameter ``R_c``.

    Parameters
    ----------
    R : float [K/W]
        Between the devices; theirs to ambient is 2 MK/W by default.
    kind : str
        A device of the library that has a temperature.
    C : float [F]
        Of each neuron.
    **parameters
        Of both devices.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.circuits.thermal_pair(5e6).model().input_names
    ('I1', 'I2')
    """
    circuit = Circuit("thermally coupled pair", reference=_HEAT).parameter("R_c", R)
    for i in (1, 2):
        circuit = (
            circuit.current_source(f"I{i}", "0", f"n{i}")
            .capacitor(f"C{i}", f"n{i}", "0", C)
            .device(f"X{i}", f"n{i}", "0", kind, **parameters)
        )
    return circuit.resistor("R1", "X1.T", "X2.T", "R_c")


@checked
def two_switch_neuron(
    *,
    kind: str = "nbox",
    R1: Positive = 12.1e3,
    R2: Positive = 606.0,
    C1: Positive = 348e-12,
    C2: Positive = 319e-12,
    E1: Positive = 0.884,
    E2: Positive = 0.828,
    **parameters: Any,
) -> Circuit:
    """Return the neuron of two threshold switches under opposite biases, after Hodgkin and Huxley.

    The input ``V1`` charges C1 through R1, from which R2 leads to the output, node ``b``, with C2.
    X1 leads from the first node to -E1 and X2 from +E2 to the output: the one discharges, the
    other charges, as channels of sodium and potassium do. Topology: M. D. Pickett et al., Nature
    Mater. 12, 114 (2013), doi 10.1038/nmat3510; Nat. Commun. 2024, doi 10.1038/s41467-024-48399-7,
    fig. 2, which spikes at 0.7 V and fires bursts of two at 1.2 V, with the change near 1.0 V.
    The published values could not be had: these were searched so that NbOx devices of other
    thresholds do the same at 0.7 and 1.2 V.

    Parameters
    ----------
    kind : str
        A device of the library, for both.
    R1, R2 [ohm], C1, C2 [F], E1, E2 [V] : float
    **parameters
        Of both devices.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.circuits.two_switch_neuron().model().state_names
    ('V_a', 'V_b', 'T_X1', 'T_X2')
    """
    return (
        Circuit("two-switch neuron", spike="X2", reference=_TWO_SWITCHES)
        .voltage_source("V1", "s", "0")
        .resistor("R1", "s", "a", R1)
        .voltage_source("V2", "0", "n", E1)
        .device("X1", "a", "n", kind, **parameters)
        .capacitor("C1", "a", "0", C1)
        .resistor("R2", "a", "b", R2)
        .voltage_source("V3", "p", "0", E2)
        .device("X2", "p", "b", kind, **parameters)
        .capacitor("C2", "b", "0", C2)
    )
