r"""Orthogonal collocation of a periodic orbit at Gauss points.

On time :math:`\tau = t/T` in [0, 1], cut into N intervals of length h, the orbit is a polynomial of
degree m = 4 on each interval, continuous, periodic, and

.. math:: x'(\tau_{jk}) = T f(x(\tau_{jk}), \lambda) \qquad j = 1..N,\ k = 1..m

at the Gauss points. The error is O(h^{m+1}) between mesh points, O(h^{2m}) at them and in
period and multipliers. C. de Boor, B. Swartz, SIAM J. Numer. Anal. 10, 582 (1973); E. J. Doedel et
al., Int. J. Bifurcation Chaos 1, 745 (1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.loops import assemble, at_gauss_points
from neurodyn.continuation.collocation.orbit import Orbit, basis
from neurodyn.continuation.equations.system import System


@dataclass(frozen=True)
class Linearised:
    """Residual and derivatives at an orbit, interval by interval.

    Parameters
    ----------
    blocks : (N, m n, (m + 1) n) float
        Derivative by the nodal values of the interval.
    columns : (N, m n, 3 + k) float
        Derivatives by ln T and lambda, the residual, derivatives by k further parameters.
    """

    blocks: Array
    columns: Array

    @property
    def finite(self) -> bool:
        """Whether all entries are numbers."""
        return bool(np.isfinite(self.blocks).all() and np.isfinite(self.columns).all())


def linearise(system: System, orbit: Orbit, fixed: tuple[float, ...] = ()) -> Linearised:
    """Evaluate the collocation equations of an orbit, all Gauss points at once.

    Parameters
    ----------
    system : System
        Whose first parameter is that of the orbit.
    orbit : Orbit
    fixed : tuple of float
        Values of the further parameters of the system.
    """
    b = basis()
    lam = np.array([[orbit.lam], *([value] for value in fixed)])
    parts = system.at_points(at_gauss_points(orbit.x, b.values), lam)
    speed = np.diff(orbit.mesh) * orbit.period
    return Linearised(*assemble(orbit.x, speed, *parts, b.values, b.slopes))
