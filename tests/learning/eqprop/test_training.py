"""Training: what is counted, kept, resumed and refused."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError

L = nd.learning


def points(n=120, seed=0):
    """Two classes in five dimensions, well apart."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    x = np.clip(0.3 + 0.4 * y[:, None] * [1, 0, 1, 0, 1] + 0.1 * rng.standard_normal((n, 5)), 0, 1)
    return x, np.array(["no", "yes"])[y]


def net(**more):
    return L.EqProp(**{"hidden": 6, "eta": 0.1, "epochs": 4, "batch": 10, **more})


RULES = {
    "continuous": L.Continuous(),
    "ternary": L.Ternary(1e-3, 2e-3),
    "probabilistic": L.ProbabilisticTernary(2e-3, 4e-3),
    "quantised": L.Quantised(1e-3, 2e-3),
}


@pytest.mark.parametrize("rule", RULES)
def test_two_classes_are_learned_and_weights_move_by_their_pulses(rule):
    """Weights of a pulsed rule are where they began plus v for each pulse up less each down."""
    x, y = points()
    settings = net(hidden=12, update=RULES[rule], eta=0.2, epochs=20, precision="float64")
    fit = settings.fit(x, y, seed=3)
    assert fit.score(x, y) > 0.97
    begin = settings.first_weights(5, 2, 3)
    v = getattr(RULES[rule], "v", 1.0)
    for layer, counts in enumerate(fit.pulses):
        np.testing.assert_allclose(
            fit.weights[layer], begin[layer] + v * counts.net, rtol=0, atol=1e-12
        )
        assert counts.batches == 20 * 12
    if rule != "continuous":
        assert sum(c.total.sum() for c in fit.pulses) == fit.history["pulses"].sum()
        assert all(c.total.dtype == np.int64 for c in fit.pulses)


def test_devices_are_pulsed_as_counted_and_read_as_they_are():
    """Ideal devices of one step: W = alpha (G_BLb - G_BL) follows from the counts alone.

    All pairs start equal, so all weights at 0, from which only a net without hidden units moves.
    """
    x, y = points()
    step, alpha = -1e-8, 2e5
    weights = L.DeviceWeights(nd.synapses.Ideal(1e-4, step), "linear", alpha)
    rule = L.Ternary(1e-3)
    fit = net(hidden=(), update=rule, synapse=weights, biases="zero", epochs=6).fit(x, y)
    for layer, counts in enumerate(fit.pulses):
        np.testing.assert_allclose(
            fit.weights[layer], -alpha * step * counts.net, rtol=1e-5, atol=1e-9
        )
        assert (counts.total > 0).any()


def test_a_batch_that_is_not_full_counts_its_own_samples_only():
    """25 samples in batches of 10: the last of 5, filled up; the same as a batch of those 5."""
    x, y = points(25)
    from neurodyn.learning.eqprop.trainees import plan_of

    plan = plan_of(net(), 25, 0, 0)
    assert plan.places.shape == (3, 10)
    np.testing.assert_allclose(plan.shares.sum(1), 1)
    assert (plan.shares[-1, 5:] == 0).all()
    assert sorted(np.concatenate([plan.places[:2].ravel(), plan.places[2, :5]])) == list(range(25))
    fit = net(epochs=1, batch=40).fit(x, y)
    assert fit.pulses[0].batches == 1


def test_energy_is_pulses_and_reads_counted_by_hand():
    """V^2 t / R: 0.9 V for 0.6 us on 7 kohm is 69.43 pJ; two devices of 42 weights, 12 updates."""
    x, y = points()
    energy = nd.synapses.SynapseEnergy.from_voltages(
        7e3, V_pulse=0.9, pulse_time=0.6e-6, V_read=0.1, read_time=1e-6
    )
    assert energy.pulse == pytest.approx(6.942857142857143e-11, rel=1e-14)
    fit = net(update=L.Ternary(1e-3), epochs=1).fit(x, y)
    pulses, reads = fit.history["pulses"].sum(), 2 * (5 * 6 + 6 * 2) * 12
    expected = pulses * energy.pulse + reads * 0.1**2 * 1e-6 / 7e3
    assert fit.energy(energy) == pytest.approx(expected, rel=1e-13)
    with pytest.raises(InputError, match="without pulses"):
        net(epochs=1).fit(x, y).energy(energy)


def test_no_count_of_pulses_overflows(monkeypatch):
    """An epoch in parts of one batch gives the digits of one in a piece; the limit is 15 bits."""
    from neurodyn.learning.eqprop import jax_program

    x, y = points()
    whole = net(update=RULES["quantised"], epochs=2).fit(x, y)
    assert jax_program.MOST_COUNTED == 2**15 - 1  # of the upper half, which has a sign
    monkeypatch.setattr(jax_program, "MOST_COUNTED", 9 * 5)
    parts = net(update=RULES["quantised"], epochs=2).fit(x, y)
    for a, b in zip(whole.pulses, parts.pulses, strict=True):
        np.testing.assert_array_equal(a.up, b.up)
        np.testing.assert_array_equal(a.down, b.down)
    np.testing.assert_array_equal(whole.weights[0], parts.weights[0])
    monkeypatch.undo()
    # all but one sample of one class, nudged one way: 127 pulses each time, 101,600 in all
    how = L.Settling(rho="logistic", nudge="one_sided")
    many = L.EqProp((), L.Quantised(1e-9, 1e-12, most=127), 0.1, how, epochs=1, batch=1)
    counts = many.fit(np.full((800, 2), 0.7), (np.arange(800) == 7).astype(int)).pulses[0]
    assert counts.up.max() == 127 * 800
    assert counts.down.max() == 127
    assert counts.total.min() >= 0


def test_the_seed_alone_decides():
    x, y = points()
    one, two, other = (net(update=RULES["probabilistic"]).fit(x, y, seed=s) for s in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one.weights, two.weights, strict=True))
    assert (one.weights[0] != other.weights[0]).any()


def test_a_layer_without_a_rate_stays():
    x, y = points()
    settings = net(eta=(0.1, 0.0), epochs=2)
    fit = settings.fit(x, y, seed=5)
    np.testing.assert_allclose(fit.weights[1], settings.first_weights(5, 2, 5)[1], rtol=1e-7)
    assert (fit.pulses[1].total == 0).all()
    assert fit.pulses[1].silent == 1.0


@pytest.mark.parametrize(
    ("hidden", "start"),
    [((), "zero"), (20, "persistent"), ((30, 20), "half")],
)
def test_any_number_of_layers_from_any_start(hidden, start):
    x, y = points()
    fit = net(hidden=hidden, settling=L.Settling(start=start), epochs=15, eta=0.2).fit(x, y)
    assert fit.score(x, y) > 0.9


def test_the_best_epoch_on_the_validation_data_is_kept():
    x, y = points()
    held = points(40, 1)
    settings = net(eta=2.0, epochs=8)
    fit = settings.fit(x, y, validation=held)
    best = int(np.argmax(fit.history["validation"]))
    assert fit.best_epoch == best + 1
    assert fit.score(*held) == pytest.approx(fit.history["validation"][best])
    last = replace(settings, keep="last").fit(x, y, validation=held)
    assert last.best_epoch == 8
    assert last.score(*held) == pytest.approx(fit.history["validation"][-1])


def test_what_is_not_settled_is_said():
    x, y = points()
    fit = net(settling=L.Settling(free_steps=2, nudge_steps=1), epochs=1).fit(x, y)
    assert any("free phase ends at a rate of" in note for note in fit.notes)
    assert not net(settling=L.Settling(free_steps=80, nudge_steps=80), epochs=1).fit(x, y).notes


def test_rest_by_steps_is_told():
    x, y = points()
    fit = net(precision="float64").fit(x, y)
    free = fit.settle(x[:3], tolerance=1e-12)
    assert free.status
    assert free.rate <= 1e-12
    nudged = fit.settle(x[:3], target=np.eye(2)[[0, 0, 0]], beta=0.5)
    assert (nudged.states[-1][:, 0] > free.states[-1][:, 0]).all()
    short = fit.settle(x[:3], most=3)
    assert short.status is nd.Status.NOT_CONVERGED
    assert short.steps == 3
    with pytest.raises(InputError, match="both, or none"):
        fit.settle(x[:3], beta=0.5)


def test_devices_at_their_end_that_stop_end_the_training_and_keep_what_there_is():
    x, y = points()
    short = nd.synapses.Ideal(1e-4, -1e-7, G_min=9.99e-5, on_saturation="stop")
    weights = L.DeviceWeights(short, "linear", 2e4)
    rule = L.Ternary(1e-4)
    fit = net(hidden=(), update=rule, synapse=weights, biases="zero", epochs=40).fit(x, y)
    assert fit.status is nd.Status.MAX_STEPS
    assert "have reached their end" in fit.notes[0]
    assert np.isfinite(fit.decide(x)).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"eta": (0.1, 0.2, 0.3)}, "3 numbers for 2 layers"),
        ({"synapse": L.DeviceWeights(nd.synapses.WeakReset())}, "take pulses"),
        ({"init": "fan"}, "fan_in"),
    ],
)
def test_settings_that_do_not_fit_are_refused(change, said):
    with pytest.raises(InputError, match=said):
        net(**change)


def test_data_that_do_not_fit_what_was_learned_are_refused():
    x, y = points()
    fit = net(epochs=1).fit(x, y)
    with pytest.raises(InputError, match="expected 5, as learned"):
        fit.predict(x[:, :4])
    with pytest.raises(InputError, match="'maybe'"):
        fit.score(x[:1], ["maybe"])
    with pytest.raises(InputError, match="expected 5, as x"):
        net().fit(x, y, validation=(x[:, :4], y))


def test_a_store_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    x, y = points()
    (tmp_path / "file").write_text("")
    steps = []
    with pytest.raises(InputError, match="file"):
        net().fit(x, y, store=tmp_path / "file" / "s.npz", progress=lambda *at: steps.append(at))
    assert not steps


ON_DEVICES = {
    "update": L.Ternary(1e-3),
    "synapse": L.DeviceWeights(nd.synapses.WeakReset(), "log", 3.0, G_th=1.4e-4),
    "biases": "zero",
}


@pytest.mark.parametrize("kind", [{"update": RULES["probabilistic"]}, ON_DEVICES])
def test_a_training_that_goes_on_has_the_same_digits(tmp_path, kind):
    x, y = points()
    whole = net(epochs=5, **kind).fit(x, y, validation=points(30, 2))
    calls = []

    def interrupt(_, fraction):
        calls.append(fraction)
        if len(calls) == 3:
            raise KeyboardInterrupt

    store = tmp_path / "state.npz"
    with pytest.raises(KeyboardInterrupt):
        net(epochs=5, **kind).fit(x, y, validation=points(30, 2), store=store, progress=interrupt)
    on = net(epochs=5, **kind).fit(x, y, validation=points(30, 2), store=store)
    for name, values in whole.history.items():
        np.testing.assert_array_equal(on.history[name], values)
    for a, b in zip(whole.weights, on.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(whole.pulses, on.pulses, strict=True):
        np.testing.assert_array_equal(a.up, b.up)
    with pytest.raises(InputError, match="another training"):
        net(epochs=6, **kind).fit(x, y, store=store)
    store.write_bytes(store.read_bytes()[:-200])
    with pytest.raises(InputError, match="not the store of a training"):
        net(epochs=5, **kind).fit(x, y, validation=points(30, 2), store=store)


def test_a_store_of_another_table_is_refused(tmp_path):
    """Two large tables that differ in one reading in the middle look alike in print."""
    x, y = points()
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 40, 2000, every=20)
    G = table.G.copy()
    G[20, 50] *= 1.001
    store = tmp_path / "state.npz"
    for number, values in enumerate((table.G, G)):
        measured = nd.synapses.MeasuredTable(nd.synapses.pulse_table(values, table.pulse))
        weights = L.DeviceWeights(measured, "log", 3.0)
        settings = net(update=L.Ternary(1e-3), synapse=weights, biases="zero", epochs=1)
        if number == 0:
            settings.fit(x, y, store=store)
        else:
            with pytest.raises(InputError, match="another training"):
                settings.fit(x, y, store=store)


SCRIPT = """
import sys
import numpy as np
import neurodyn as nd
x = np.random.default_rng(0).random((400, 20)); y = (x[:, 0] > 0.5).astype(int)
net = nd.learning.EqProp(30, nd.learning.Ternary(1e-3, 2e-3), 0.1, epochs=40, batch=5)
fit = net.fit(x, y, store=sys.argv[1] if len(sys.argv) > 1 else None)
print(*(f"{w.sum():.17g} {np.abs(w).sum():.17g}" for w in fit.weights), fit.history["cost"].sum())
"""


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_with_the_same_digits(tmp_path):
    def whole(*args):
        call = [sys.executable, "-c", SCRIPT, *args]
        return subprocess.run(call, capture_output=True, text=True, check=True).stdout

    store = tmp_path / "state.npz"
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(store)]) as killed:
        while killed.poll() is None and not store.exists():
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    assert store.exists()
    assert whole(str(store)) == whole() != ""


def test_a_training_that_ends_in_its_first_epoch_says_so():
    x, y = points()
    spent = nd.synapses.Ideal(1e-4, -1e-4, G_min=9.9e-5, on_saturation="stop")
    weights = L.DeviceWeights(spent, "linear", 2e4)
    rule = L.Ternary(1e-4)
    fit = net(hidden=(), update=rule, synapse=weights, biases="zero").fit(x, y)
    assert len(fit.history["train"]) == 0
    assert "before an epoch was whole" in fit.report()
    assert "stopped in epoch 1" in fit.report()
    assert fit.to_dict()["history"]["train"] == []
