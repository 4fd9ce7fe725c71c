"""FitzHugh-Nagumo neuron, dimensionless.

R. FitzHugh, Biophys. J. 1, 445 (1961); J. Nagumo, S. Arimoto, S. Yoshizawa, Proc. IRE 50, 2061
(1962); parameters as usual in textbooks, a = 0.7, b = 0.8, eps = 0.08:
dv/dt = v - v^3/3 - w + I,  dw/dt = eps (v + a - b w).
Hopf points where the trace 1 - v^2 - b eps vanishes: I = 0.33128 and 1.41872.
"""

from __future__ import annotations

from functools import cache

from neurodyn.model import Model, Quantity, SpikeEvent, symbol


@cache
def _fitzhugh_nagumo() -> Model:
    v, w, a, b, eps, current = map(symbol, ("v", "w", "a", "b", "eps", "I"))
    return Model(
        name="FitzHugh-Nagumo",
        states=(
            Quantity("v", -1.2, meaning="membrane potential"),
            Quantity("w", -0.625, meaning="recovery"),
        ),
        parameters=(
            Quantity("a", 0.7, meaning="offset of the recovery"),
            Quantity("b", 0.8, meaning="leak of the recovery"),
            Quantity("eps", 0.08, bounds=(0.0, 1e6), meaning="rate of recovery over excitation"),
        ),
        inputs=(Quantity("I", 0.0, meaning="input current"),),
        rhs=(v - v**3 / 3 - w + current, eps * (v + a - b * w)),
        spike=SpikeEvent(v, observable="v", meaning="v rises through 0."),
        time_unit="1",
        cycle=40.0,
        reference="R. FitzHugh, Biophys. J. 1, 445 (1961)",
    )


def fitzhugh_nagumo(**parameters: float) -> Model:
    """FitzHugh-Nagumo neuron, states (v, w), input ``I``; dimensionless.

    Parameters
    ----------
    **parameters : float
        ``a``, ``b``, ``eps`` and the input ``I``.

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.devices.fitzhugh_nagumo(I=0.5)["eps"]
    0.08
    """
    return _fitzhugh_nagumo().with_parameters(**parameters)
