"""A run settles on a cycle whose radius and period are known in closed form."""

import math

import numpy as np
import pytest

import neurodyn as nd


@pytest.mark.parametrize(("mu", "shear"), [(1.0, 0.0), (0.25, 0.4)])
def test_stuart_landau_cycle_has_its_radius_and_period(mu, shear):
    model = nd.devices.stuart_landau(mu=mu, shear=shear, omega=2.0)
    traj = nd.solve(model, 80.0, method=nd.Adaptive(1e-11))
    assert np.hypot(*traj.x[-1]) == pytest.approx(math.sqrt(mu), rel=1e-9)
    period = np.diff(traj.spike_times)[-1]
    assert period == pytest.approx(2 * math.pi / (2.0 - shear * mu), rel=1e-9)
