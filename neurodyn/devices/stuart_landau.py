"""Stuart-Landau oscillator: the normal form of the Hopf bifurcation, solved in closed form.

dz/dt = (mu + i omega) z - (1 + i shear) |z|^2 z with z = x + i y. For mu > 0 the cycle has the
radius sqrt(mu), the period 2 pi / (omega - shear mu) and the Floquet exponent -2 mu; the Hopf
point lies at mu = 0 and is supercritical. Y. Kuramoto, Chemical Oscillations, Waves, and
Turbulence (1984), ch. 2.
"""

from __future__ import annotations

from functools import cache

from neurodyn.model import Model, Quantity, SpikeEvent, symbol


@cache
def _stuart_landau() -> Model:
    x, y, mu, omega, shear = map(symbol, ("x", "y", "mu", "omega", "shear"))
    square = x**2 + y**2
    return Model(
        name="Stuart-Landau",
        states=(Quantity("x", 0.1), Quantity("y", 0.0)),
        parameters=(
            Quantity("mu", 1.0, meaning="distance to the Hopf point"),
            Quantity("omega", 1.0, meaning="angular frequency at the Hopf point"),
            Quantity("shear", 0.0, meaning="dependence of the frequency on the amplitude"),
        ),
        rhs=(
            mu * x - omega * y - square * (x - shear * y),
            omega * x + mu * y - square * (shear * x + y),
        ),
        spike=SpikeEvent(x, observable="x", meaning="x rises through 0."),
        time_unit="1",
        cycle=6.3,
        reference="Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984)",
    )


def stuart_landau(**parameters: float) -> Model:
    """Stuart-Landau oscillator, states (x, y); parameters ``mu``, ``omega``, ``shear``.

    Parameters
    ----------
    **parameters : float

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.devices.stuart_landau(mu=0.25)["omega"]
    1.0
    """
    return _stuart_landau().with_parameters(**parameters)
