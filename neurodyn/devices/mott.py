r"""A metallic core that grows in an insulating channel: the Mott memristor of Pickett and Williams.

The wall of the core is at the transition temperature, ``delta_T`` above ambient. With the state
u = radius of the core / radius of the channel (0 < u < 1), the published equations are

.. math::

    R &= \frac{\rho_{ins} L}{\pi r^2}\,\frac{1}{1 + (\rho_{ins}/\rho_{met} - 1)\,u^2}, \qquad
    G_{th} = \frac{2\pi L\kappa}{\ln(1/u)} \\
    \frac{dH}{du} &= \pi L r^2\left[ c_p \Delta T\,\frac{1 - u^2 + 2u^2\ln u}{2u \ln^2 u}
        + 2\,\Delta h\,u \right], \qquad
    \dot u = \frac{V^2/R - G_{th}\,\Delta T}{dH/du}

M. D. Pickett, R. S. Williams, Nanotechnology 23, 215202 (2012); M. D. Pickett, G. Medeiros-Ribeiro,
R. S. Williams, Nature Mater. 12, 114 (2013). As u -> 0, ln u and dH/du have no limit. The same flow
is smooth in the reduced power z = 1 / ln(1/u), the power that a core of that size needs over
P_0 = 2 pi L kappa delta_T:

.. math::

    \dot z = \frac{V^2/R - P_0 z}{\pi L r^2\left[ c_p\Delta T\,(1 - u^2 - 2u^2/z)/2
        + 2\,\Delta h\,(u/z)^2 \right]}, \qquad u = e^{-1/z}

which is what is written below, 1/z being rounded off below z = 1e-4, where u = 0 to all digits. At
rest V = sqrt(P_0 z R(z)) and I = sqrt(P_0 z / R(z)): the I-V curve is explicit in z.
"""

from __future__ import annotations

import sympy

from neurodyn.arguments import checked
from neurodyn.devices.in_circuit import Circuit, in_circuit
from neurodyn.model import Model, Output, Quantity, SpikeEvent, symbol
from neurodyn.model.circuits import Element, V

_PAPER = (
    "M. D. Pickett, R. S. Williams, Nanotechnology 23, 215202 (2012), doi 10.1088/0957-4484/23/21/"
    "215202"
)
_UNVERIFIED = " (from memory of the paper, not verified)"


def _mott_element(name: str, reference: str, values: dict[str, float], swing: float) -> Element:
    names = "kappa c_p delta_h rho_ins rho_met r_ch L_ch delta_T u_spike z_round z"
    kappa, c_p, delta_h, rho_ins, rho_met, r_ch, L_ch, delta_T, u_spike, z_round, z = map(
        symbol, names.split()
    )
    inverse = 1 / sympy.sqrt(z**2 + z_round**2)  # 1/z = ln(1/u)
    u = sympy.exp(-inverse)
    area = sympy.pi * r_ch**2
    resistance = rho_ins * L_ch / area / (1 + (rho_ins / rho_met - 1) * u**2)
    power = 2 * sympy.pi * L_ch * kappa * delta_T
    sensible = c_p * delta_T * (1 - u**2 * (1 + 2 * inverse)) / 2
    latent = 2 * delta_h * (u * inverse) ** 2
    units = {
        "kappa": ("W/m/K", 1.0, "thermal conductivity of the insulating shell"),
        "c_p": ("J/m^3/K", 1e6, "heat capacity per volume"),
        "delta_h": ("J/m^3", 1e8, "latent heat of the transition per volume"),
        "rho_ins": ("ohm*m", 1e-2, "resistivity of the insulator"),
        "rho_met": ("ohm*m", 1e-4, "resistivity of the metal"),
        "r_ch": ("m", 1e-8, "radius of the channel"),
        "L_ch": ("m", 1e-8, "length of the channel"),
        "delta_T": ("K", 100.0, "transition temperature above ambient"),
    }
    return Element(
        name=name,
        reference=reference,
        states=(Quantity("z", 0.0, "1", 1.0, (-0.01, 1e6), "reduced power 1/ln(1/u)"),),
        parameters=(
            *(
                Quantity(key, values[key], unit, scale, (0.0, 1e15), meaning + _UNVERIFIED)
                for key, (unit, scale, meaning) in units.items()
            ),
            Quantity("u_spike", 0.3, "1", 0.1, (0.0, 1.0), "core size whose crossing is a spike"),
        ),
        constants=(Quantity("z_round", 1e-4, "1", 1e-4, meaning="rounding of 1/z"),),
        resistance=resistance,
        rhs=((V**2 / resistance - power * z) / (area * L_ch * (sensible + latent)),),
        spike=SpikeEvent(
            u - u_spike,
            observable="I_device",
            meaning="The metallic core grows through a given size.",
        ),
        time_constant=r_ch**2 * c_p / (4 * kappa),
        coordinate="z",
        origin=0.0,
        voltage_at_rest=sympy.sqrt(power * z * resistance),
        current_at_rest=sympy.sqrt(power * z / resistance),
        outputs=(Output("u", u, "1", "radius of the metallic core / radius of the channel"),),
        swing_resistance=swing,
    )


def nbo2_element() -> Element:
    return _mott_element(
        "NbO2 Mott core",
        _PAPER,
        {
            "kappa": 1.5, "c_p": 2.6e6, "delta_h": 1.6e8, "rho_ins": 1e-2, "rho_met": 3e-4,
            "r_ch": 30e-9, "L_ch": 20e-9, "delta_T": 800.0,
        },
        swing=1.3e4,
    )  # fmt: skip


def vo2_element() -> Element:
    return _mott_element(
        "VO2 Mott core",
        f"W. Yi et al., Nature Commun. 9, 4661 (2018), doi 10.1038/s41467-018-07052-w; {_PAPER}",
        {
            "kappa": 3.5, "c_p": 3.3e6, "delta_h": 2.35e8, "rho_ins": 1e-2, "rho_met": 3e-6,
            "r_ch": 36e-9, "L_ch": 50e-9, "delta_T": 43.0,
        },
        swing=1e4,
    )  # fmt: skip


@checked
def mott_nbo2(circuit: Circuit = "current_driven", **parameters: float) -> Model:
    """NbO2 Mott memristor of Pickett and Williams (2012) in a circuit, states (V, z).

    Threshold 1.87 V at 33 uA, hold 1.284 V at 0.215 mA. The output ``u`` is the published state,
    the core's share of the radius; ``z = 1/ln(1/u)``. The values are written down from memory of
    the paper and could not be verified.

    Parameters
    ----------
    circuit : {"current_driven", "voltage_driven", "full_circuit"}
    **parameters : float
        ``kappa`` [W/m/K], ``c_p`` [J/m^3/K], ``delta_h`` [J/m^3], ``rho_ins``, ``rho_met``
        [ohm m], ``r_ch``, ``L_ch`` [m], ``delta_T`` [K], ``u_spike``, and those of the circuit
        (``I_s``, ``C_ext``, ...), as in :func:`nbox_neuron`.

    Raises
    ------
    InputError
        For an unknown circuit or parameter, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.iv_curve(nd.devices.mott_nbo2())
    >>> round(curve.threshold.V, 2), round(curve.hold.V, 2)
    (1.87, 1.28)
    """
    return in_circuit(nbo2_element, circuit).with_parameters(**parameters)


@checked
def mott_vo2(circuit: Circuit = "current_driven", **parameters: float) -> Model:
    """VO2 Mott memristor: the equations of :func:`mott_nbo2` with the values of Yi et al. (2018).

    Threshold 1.007 V at 9.1 uA, hold 0.097 V at 0.97 mA. The values are written down from memory of
    the paper and could not be verified.

    Parameters
    ----------
    circuit : {"current_driven", "voltage_driven", "full_circuit"}
    **parameters : float
        As in :func:`mott_nbo2`.

    Raises
    ------
    InputError
        For an unknown circuit or parameter, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.iv_curve(nd.devices.mott_vo2())
    >>> round(curve.threshold.V, 2), round(curve.hold.V, 3)
    (1.01, 0.097)
    """
    return in_circuit(vo2_element, circuit).with_parameters(**parameters)
