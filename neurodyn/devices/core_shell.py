r"""A Poole-Frenkel core in a conducting shell: the core-shell element.

The NbOx element (:mod:`neurodyn.devices.poole_frenkel`) with a resistor R_sh in parallel, which the
temperature of the core does not change, and a lead R_s in series. At rest the core's V(T) stands,
and the current is I_core + V/R_sh, explicit in T. Along the core's negative branch

.. math:: \frac{dI}{dV} = \frac{1}{R_{sh}} - \left|\frac{dV}{dI}\right|_{core}^{-1}

so V(I) is a continuous S if R_sh exceeds the largest negative differential resistance of the core,
and the curve folds back in I too (snap-back of a current sweep) if it does not.

S. Li, X. Liu, S. K. Nandi, S. K. Nath, R. G. Elliman, Adv. Funct. Mater. 29, 1905060 (2019), doi
10.1002/adfm.201905060 (from memory, not verified). R_sh is a choice, not a value of that paper.
"""

from __future__ import annotations

from dataclasses import replace

from neurodyn.arguments import checked
from neurodyn.devices.in_circuit import Circuit, in_circuit
from neurodyn.devices.poole_frenkel import poole_frenkel_element
from neurodyn.model import Model, Output, Quantity, symbol
from neurodyn.model.circuits import Element, V

_REFERENCE = (
    "S. Li et al., Adv. Funct. Mater. 29, 1905060 (2019), doi 10.1002/adfm.201905060; core: "
    "M. Drouhin, PhD thesis, Paris-Saclay 2023"
)


def core_shell_element() -> Element:
    core = poole_frenkel_element()
    assert core.current_at_rest is not None
    shell, lead = symbol("R_sh"), symbol("R_s")
    return replace(
        core,
        name="core-shell",
        reference=_REFERENCE,
        parameters=(
            *core.parameters,
            Quantity("R_sh", 50e3, "ohm", 1e4, (0.0, 1e15), "resistance of the shell"),
            Quantity("R_s", 0.0, "ohm", 100.0, (-1e-9, 1e9), "resistance of the leads, in series"),
        ),
        resistance=1 / (1 / core.resistance + 1 / shell),
        current_at_rest=core.current_at_rest + core.voltage_at_rest / shell,
        series=lead,
        outputs=(
            Output("I_core", V / core.resistance, "A", "current through the core"),
            Output("P_core", V**2 / core.resistance, "W", "power that heats the core"),
        ),
    )


@checked
def core_shell(circuit: Circuit = "current_driven", **parameters: float) -> Model:
    """Poole-Frenkel core with a shell resistor in parallel and leads in series, states (V, T).

    V is the voltage across core and shell, where the capacitance is; the output ``V_terminal``
    has the drop along the leads on top.

    Parameters
    ----------
    circuit : {"current_driven", "voltage_driven", "full_circuit"}
    **parameters : float
        ``R_sh``, ``R_s`` [ohm], and those of :func:`nbox_neuron`.

    Raises
    ------
    InputError
        For an unknown circuit or parameter, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> device = nd.devices.core_shell(R_sh=20e3)
    >>> round(nd.iv_curve(device).threshold.I * 1e6)     # uA, of which 46 go through the shell
    89
    """
    return in_circuit(core_shell_element, circuit).with_parameters(**parameters)
