"""Invariants on random input."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

import neurodyn as nd

INTEGRATOR = nd.Model.from_equations(["q"], {}, ["u"], inputs={"u": 0.0})

durations = st.floats(1e-9, 1.0)
levels = st.floats(-10, 10)


@settings(max_examples=40)
@given(st.lists(st.tuples(durations, levels), min_size=1, max_size=12), st.floats(0.0, 5.0))
def test_no_piece_of_a_stimulus_is_stepped_over(pieces, start):
    """dq/dt = u: the solution is the area under the stimulus, however short its pieces."""
    widths, values = np.array(pieces).T
    edges = start + np.concatenate([[0.0], np.cumsum(widths)])
    times, heights = np.repeat(edges, 2)[1:-1], np.repeat(values, 2)
    wave = nd.sampled(times, heights)
    traj = nd.solve(INTEGRATOR, float(edges[-1]) + 1.0, inputs={"u": wave})
    area = heights[0] * start + (widths * values).sum() + heights[-1] * 1.0
    scale = np.abs(widths * values).sum() + abs(heights[0] * start) + abs(heights[-1])
    assert abs(traj.x[-1, 0] - area) <= 1e-9 * scale + 1e-13
    assert np.isin(edges[(edges > 0)], traj.t).all()


@settings(max_examples=25)
@given(levels, durations, st.floats(0.0, 1.0), st.floats(0.0, 3.0))
@example(amplitude=1.0, width=1.0, edge_fraction=5e-324, start=0.0)  # its slope overflows
def test_a_pulse_delivers_amplitude_times_width(amplitude, width, edge_fraction, start):
    wave = nd.pulse(amplitude, width, start=start, edge=edge_fraction * width)
    traj = nd.solve(INTEGRATOR, 10.0, inputs={"u": wave})
    assert abs(traj.x[-1, 0] - amplitude * width) <= 1e-9 * abs(amplitude) + 1e-13


@settings(max_examples=10)
@given(st.floats(1e-3, 1e3))
def test_rescaling_the_unit_of_time_rescales_the_solution(factor):
    """FitzHugh-Nagumo in another unit of time: the same spikes, at scaled times."""
    rhs = ["(v - v**3/3 - w + 0.5)/s", "0.08*(v + 0.7 - 0.8*w)/s"]
    make = lambda s: nd.Model.from_equations(  # noqa: E731
        {"v": -1.2, "w": -0.625}, {"s": s}, rhs, spike="v"
    )
    one = nd.solve(make(1.0), 200.0, method=nd.Adaptive(1e-9)).spike_times
    two = nd.solve(make(factor), 200.0 * factor, method=nd.Adaptive(1e-9)).spike_times
    np.testing.assert_allclose(two / factor, one, rtol=1e-6)


@settings(max_examples=30)
@given(
    st.floats(50, 1000), st.floats(0.1, 0.35), st.floats(20, 120), st.floats(2e5, 2e7),
    st.floats(200, 400),
)  # fmt: skip
def test_every_device_has_a_curve_that_rises_falls_and_rises_or_only_rises(R_0, E_a, eps, R_th, T):
    """Current grows along the whole curve, whatever the parameters."""
    model = nd.devices.nbox_neuron(R_0=R_0, E_a=E_a * nd.eV, eps_r=eps, R_th=R_th, T_amb=T)
    curve = nd.iv_curve(model, n=60)
    assert (np.diff(curve.I) > 0).all()
    if curve.threshold is not None and curve.hold is not None:
        assert curve.threshold.V > curve.hold.V
        assert curve.threshold.I < curve.hold.I
        assert curve.threshold.T < curve.hold.T
