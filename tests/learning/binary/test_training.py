"""Training of binarised networks: against plain numpy, on devices, resumed, refused."""

import numpy as np
import pytest
from scipy import stats

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.learning.batches import batches
from neurodyn.learning.binary import jax_program
from neurodyn.learning.binary.weights import PairedLayer
from neurodyn.network.distributions import generator
from tests.learning.binary import plain

L = nd.learning
S = nd.synapses


def points(n=120, seed=0):
    """Three classes in six dimensions, well apart."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    x = 0.4 * np.eye(3)[y].repeat(2, axis=1) + 0.1 * rng.standard_normal((n, 6))
    return x, np.array(["one", "three", "two"])[y]


def net(**more):
    return L.BinaryNet(**{"hidden": 12, "epochs": 4, "batch": 20, **more})


@pytest.mark.parametrize(
    ("ste", "loss", "rows"),
    [
        ("hardtanh", "cross_entropy", None),
        ("identity", "squared_hinge", None),
        ("hardtanh", "squared_hinge", 4),
        ("identity", "cross_entropy", 3),
    ],
)
def test_epochs_are_those_of_plain_numpy(ste, loss, rows):
    """Backpropagation and Adam by hand, float64, the same first weights and batches; blocks of 4
    of 10 leave a last one of 2, blocks of 3 an even number that an empty one makes odd."""
    x, y = points(90)
    rate = 0.03
    settings = net(
        hidden=(10, 7, 6), weights=L.FloatWeights(rate), loss=loss, ste=ste, rows=rows,
        epochs=4, batch=25, precision="float64",
    )  # fmt: skip
    fit = settings.fit(x, y, seed=4)
    codes = L.labelled(x, y).codes
    shapes, blocks = settings.shapes(6, 3), settings.blocks(6, 3)
    hidden = [
        generator(4, "learning", "weights", i).uniform(-1, 1, s) / np.sqrt(s[1])
        for i, s in enumerate(shapes)
    ]
    adam, mean, var = plain.Adam(shapes), [0.0] * 4, [1.0] * 4
    for epoch in range(4):
        places, shares = batches(generator(4, "learning", "epoch", epoch), 90, 25)
        for which, share in zip(places, shares, strict=True):
            which = which[share > 0]
            ws = [np.where(w > 0, 1.0, -1.0) for w in hidden]
            gs, means, variances = plain.gradients(ws, x[which], codes[which], blocks, ste, loss)
            us = adam.wanted(gs)
            hidden = [np.clip(w + rate * u, -1, 1) for w, u in zip(hidden, us, strict=True)]
            pace = max(0.1, 1 / adam.t)
            mean = [(1 - pace) * a + pace * np.array(b) for a, b in zip(mean, means, strict=True)]
            var = [(1 - pace) * a + pace * np.array(b) for a, b in zip(var, variances, strict=True)]
    for layer in range(4):
        np.testing.assert_allclose(fit.hidden[layer], hidden[layer], rtol=0, atol=1e-9)
        np.testing.assert_allclose(fit.layers[layer].mean, mean[layer], atol=1e-9)
        np.testing.assert_allclose(fit.layers[layer].var, var[layer], rtol=1e-9)


def test_whole_pulses_of_each_rounding():
    """Truncated towards 0, floored to -1 for small negative ones, or right on average."""
    wanted = np.array([0.4, -0.4, 2.7, -2.7, 40.0, -40.0])
    found = {kind: jax_program.rounded(kind, 15, wanted, None) for kind in ("trunc", "floor")}
    np.testing.assert_array_equal(found["trunc"], [0, 0, 2, -2, 15, -15])
    np.testing.assert_array_equal(found["floor"], [0, -1, 2, -3, 15, -15])
    chance = (np.arange(1000)[:, None] + 0.5) / 1000
    mean = jax_program.rounded("stochastic", 15, wanted[:4], chance).mean(0)
    np.testing.assert_allclose(mean, wanted[:4], atol=1e-9)


def test_pairs_move_by_their_pulses():
    """Ideal devices fall by one step a pulse: log10(G_BLb / G_BL) from the counts alone."""
    x, y = points()
    weights = L.PulsedWeights(S.Ideal(1e-4, -1e-8), eta=4.0)
    fit = net(weights=weights).fit(x, y)
    for layer, counts in enumerate(fit.pulses):
        down, line = (1e-4 - 1e-8 * n for n in (counts.down, counts.up))
        np.testing.assert_allclose(fit.hidden[layer], np.log10(down / line), atol=1e-12)
        sign = np.sign(counts.up - counts.down)
        kept = fit.layers[layer].signs
        assert (kept[sign != 0] == sign[sign != 0]).all()
        assert set(np.unique(kept)) == {-1, 1}
        assert counts.batches == 4 * 6
    assert sum(c.total.sum() for c in fit.pulses) == fit.history["pulses"].sum()


def test_a_seed_of_one_tie_is_one_sign():
    fit = net(weights=L.PulsedWeights(S.Ideal(1e-4, -1e-8), eta=1e-6, tie="+1")).fit(*points())
    assert all((layer.signs == 1).all() for layer in fit.layers)
    assert fit.history["pulses"].sum() == 0


@pytest.mark.parametrize(
    ("kind", "loss"),
    [("floats", "squared_hinge"), ("devices", "cross_entropy"), ("divided", "cross_entropy")],
)
def test_three_classes_are_learned(kind, loss):
    x, y = points(300)
    more = {
        "floats": {"weights": L.FloatWeights(0.01)},
        "devices": {"weights": L.PulsedWeights(S.WeakReset(), eta=4.0)},
        "divided": {"hidden": (40, 30), "rows": 8, "weights": L.FloatWeights(0.01)},
    }[kind]
    fit = net(**{"hidden": 40, "loss": loss, "epochs": 15, **more}).fit(x, y, seed=1)
    assert fit.score(*points(300, 1)) > 0.93


def test_pairs_that_are_used_up_are_set_back_with_their_signs():
    """No device has more pulses than its life and what one batch gives."""
    weights = L.PulsedWeights(S.WeakReset(), refresh="reset_pair", life=30)
    pairs = PairedLayer(weights, (12, 6), 0, 3)
    k = np.zeros((12, 6), int)
    k[0], k[1] = 15, -15
    pairs.pulse(k)
    assert len(pairs.generations) == 1
    first = pairs.signs
    pairs.pulse(k)
    assert (pairs.place[:2] == 1).all()
    assert (pairs.place[2:] == 0).all()
    np.testing.assert_array_equal(pairs.signs[2:], first[2:])
    pulsed = S.Pairs.signs(pairs.generations[0])
    np.testing.assert_array_equal(pairs.signs, pulsed)
    fresh = pairs.generations[1].signs()[:2]
    np.testing.assert_array_equal(pairs.turns[1][:2] * fresh, pulsed[:2])
    assert (pairs.turns[1] == -1).any()
    before = pairs.weights()
    np.testing.assert_array_equal(np.sign(before), pulsed)
    pairs.pulse(k)  # still up in the first row, down in the second, whichever line that is
    np.testing.assert_array_equal(pairs.pulses()[0][0], 45)
    np.testing.assert_array_equal(pairs.pulses()[1][1], 45)
    bare = PairedLayer(
        L.PulsedWeights(S.Ideal(1e-4, -1e-7), refresh="reset_pair", life=30), (12, 6), 0, 3
    )
    for _ in range(3):
        bare.pulse(k)
    ratio = np.log10(1e-4 / (1e-4 - 15e-7))
    np.testing.assert_allclose(bare.weights()[:2].T, [[ratio, -ratio]] * 6, rtol=1e-12)
    x, y = points()
    weights = L.PulsedWeights(S.WeakReset(), eta=3.0, refresh="reset_pair", life=30)
    fit = net(weights=weights, epochs=15, hidden=40).fit(x, y)
    assert max(p.total.max() for p in fit.pulses) > 60
    assert fit.score(x, y) > 0.85


def test_noise_of_reading_flips_weights_near_zero_and_no_others():
    weights = L.PulsedWeights(S.WeakReset(), read_noise=0.01)
    pairs = PairedLayer(weights, (100, 200), 0, 0)
    rng = np.random.default_rng(0)
    share = np.mean([pairs.seen(rng) != pairs.signs for _ in range(20)], axis=0)
    # a reading flips with the normal probability of the distance to zero
    expected = stats.norm.cdf(-np.abs(pairs.weights()) * np.log(10) / (np.sqrt(2) * 0.01))
    assert abs(share.mean() - expected.mean()) < 4 * np.sqrt(expected.mean() / (20 * share.size))
    assert share[expected < 1e-9].sum() == 0


def test_switches_leave_out_what_they_say():
    found = L.imperfections(R_max=2e4)
    signs = {}
    for name, model in found.items():
        pairs = S.Pairs(model, 4000, seed=1)
        pairs.pulse(5)
        signs[name] = pairs.devices.w[0]
    assert np.ptp(signs["none"]) == 0
    assert np.ptp(signs["saturation"]) == 0
    assert len(np.unique(signs["telegraph"])) == 2
    assert signs["pink"].std() == pytest.approx(0.034856, rel=0.05)
    assert signs["spread"].std() == pytest.approx(
        np.sqrt(nd.synapses.WeakReset().moments(5).law_var), rel=0.05
    )
    assert found["all"] == nd.synapses.WeakReset(R_max=2e4)


KINDS = {
    "floats": {},
    "devices": {"weights": L.PulsedWeights(S.WeakReset(), eta=4.0, rounding="stochastic")},
    "set back, noisy reading": {
        "weights": L.PulsedWeights(
            S.WeakReset(), eta=8.0, read_noise=0.01, refresh="reset_pair", life=25
        )
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_that_goes_on_has_the_same_digits(tmp_path, kind):
    x, y = points()
    more = KINDS[kind]
    whole = net(**more).fit(x, y, validation=points(30, 2))
    calls = []

    def interrupt(_, fraction):
        calls.append(fraction)
        if len(calls) == 3:
            raise KeyboardInterrupt

    store = tmp_path / "state.npz"
    with pytest.raises(KeyboardInterrupt):
        net(**more).fit(x, y, validation=points(30, 2), store=store, progress=interrupt)
    on = net(**more).fit(x, y, validation=points(30, 2), store=store)
    for name, values in whole.history.items():
        np.testing.assert_array_equal(on.history[name], values)
    for a, b in zip(whole.layers, on.layers, strict=True):
        np.testing.assert_array_equal(a.signs, b.signs)
        np.testing.assert_array_equal(a.mean, b.mean)
    for a, b in zip(whole.hidden, on.hidden, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(InputError, match="another training"):
        net(epochs=6, **more).fit(x, y, store=store)


def test_a_store_of_another_network_is_refused(tmp_path):
    """Stores of both kinds of network hold fingerprints of their own settings."""
    x, y = points()
    store = tmp_path / "state.npz"
    L.EqProp(5, epochs=1).fit(x, y, store=store)
    with pytest.raises(InputError, match="another training"):
        net().fit(x, y, store=store)


def test_devices_that_stop_at_their_end_end_the_training():
    spent = S.Ideal(1e-4, -1e-6, G_min=9.9e-5, on_saturation="stop")
    fit = net(weights=L.PulsedWeights(spent, eta=15.0)).fit(*points())
    assert fit.status is nd.Status.MAX_STEPS
    assert "have reached their end" in fit.report()


def test_one_sample_is_no_batch():
    """Its spread is 0: the one of 101 that is left over waits for another epoch."""
    places, shares = batches(np.random.default_rng(0), 101, 25, least=2)
    assert places.shape == (4, 25)
    assert (shares == 1 / 25).all()
    assert batches(np.random.default_rng(0), 102, 25, least=2)[0].shape == (5, 25)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: net(batch=1), "batch is 1"),
        (lambda: net(hidden=0), "hidden"),
        (lambda: L.PulsedWeights(S.WeakReset(), refresh="reset_pair"), "life is None"),
        (lambda: L.PulsedWeights(S.WeakReset(), life=5), "refresh is 'none'"),
        (lambda: L.PulsedWeights(S.WeakReset(), most=128), "127 pulses"),
        (lambda: L.PulsedWeights("HfOx"), "technology"),
        (lambda: net().fit(*points(), validation=(np.ones((3, 4)), ["one"] * 3)), "expected 6"),
        (lambda: net().fit([[np.nan, 1.0]] * 2, [0, 1]), "finite"),
    ],
    ids=["batch", "hidden", "life", "refresh", "most", "technology", "held", "nan"],
)
def test_what_does_not_fit_is_refused_in_one_sentence(make, said):
    with pytest.raises(InputError, match=said) as error:
        make()
    assert "\n" not in str(error.value)
