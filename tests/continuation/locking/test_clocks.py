"""Radial isochron clocks: phase is the angle, so that everything is known in closed form.

x' = x (1 - r^2) - y + I, y' = y (1 - r^2) + x. A. T. Winfree, The Geometry of Biological Time, 2nd
ed. (2001), ch. 6; J. Guckenheimer, J. Math. Biol. 1, 259 (1975).
"""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd

pytestmark = pytest.mark.slow  # it compiles everything anew for one small model
CLOCK = nd.Model.from_equations(
    {"x": 1.0, "y": -0.1},
    {},
    ["x*(1 - x^2 - y^2) - y + I", "y*(1 - x^2 - y^2) + x"],
    inputs={"I": 0.0},
    spike="y",
    time_scale=6.0,
    name="clock",
)


@pytest.fixture(scope="module")
def cycle():
    return nd.settled_cycle(CLOCK, 40.0)


@pytest.mark.parametrize("kick", [0.1, 0.6, -0.8])
def test_a_kick_moves_the_angle(cycle, kick):
    """A short pulse takes (cos a, sin a) to (cos a + kick, sin a); its angle stays what it is."""
    width = 1e-6
    found = nd.pulse_response(CLOCK, cycle, nd.pulse(kick / width, width=width), n=40)
    angle = 2 * np.pi * found.phase
    after = np.arctan2(np.sin(angle), np.cos(angle) + kick)
    later = (angle - after + np.pi) % (2 * np.pi) - np.pi
    assert found.period == pytest.approx(2 * np.pi, rel=1e-9)
    assert found.total == pytest.approx(later, abs=3e-6)
    assert found.weak == pytest.approx(kick * np.sin(angle), abs=1e-6)  # Z_x = -sin


@pytest.mark.parametrize("kick", [0.1, -0.1])
@pytest.mark.parametrize("late", [0.1, 0.35, 0.6, 0.85])
def test_pulses_lock_clocks_where_the_sine_rises(cycle, kick, late):
    """Change of later spikes kick sin(a): in phase stable iff kick cos(2 pi d/P) > 0."""
    width = 1e-6
    response = nd.pulse_response(CLOCK, cycle, nd.pulse(kick / width, width=width), n=64)
    found = nd.pulse_locking(response, late * cycle.period, weak=True)
    in_phase, antiphase = found.locked
    slope = kick * np.cos(2 * np.pi * late)
    assert in_phase.multiplier == pytest.approx(1 - 2 * slope, abs=1e-4)
    assert antiphase.multiplier == pytest.approx(1 + 2 * slope, abs=1e-4)
    assert found.locking_range == pytest.approx(2 * abs(slope) / (2 * np.pi), rel=1e-3)
    assert nd.pulse_locking(response, late * cycle.period).stable[0].phase == (
        0.0 if slope > 0 else 0.5
    )


def test_a_resistor_between_clocks(cycle):
    """Averaging by hand: the difference changes by -2 pi sin(difference)/R in a period."""
    found = nd.weak_locking(CLOCK, cycle, [nd.Resistor("a", "b", 50.0, state="x")])
    expected = -2 * np.pi * np.sin(2 * np.pi * found.phase) / 50
    assert found.shift == pytest.approx(expected, abs=1e-7)
    assert found.locked[0].multiplier == pytest.approx(np.exp(-2 * np.pi / 50), rel=1e-6)
    assert found.locked[1].multiplier == pytest.approx(np.exp(2 * np.pi / 50), rel=1e-6)
    assert found.locking_range == pytest.approx(1 / 50, rel=1e-6)
