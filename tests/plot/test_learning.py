"""Pictures of training show the numbers of its result."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import neurodyn as nd


@pytest.fixture(scope="module")
def fit():
    rng = np.random.default_rng(0)
    x = rng.random((40, 3))
    y = (x[:, 0] > 0.5).astype(int)
    net = nd.learning.EqProp(5, nd.learning.Ternary(1e-3, 2e-3), 0.1, epochs=3, batch=10)
    return net.fit(x, y, validation=(x[:10], y[:10]))


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_accuracy_against_epochs_and_pulses(fit):
    train, held = nd.plot.accuracy(fit).get_lines()
    np.testing.assert_allclose(held.get_ydata(), 100 * fit.history["validation"])
    np.testing.assert_allclose(train.get_xdata(), [1, 2, 3])
    lines = nd.plot.accuracy({"a": fit, "b": fit}, against="pulses").get_lines()
    weights = sum(w.size for w in fit.weights)
    total = sum(c.total.sum() for c in fit.pulses)
    assert lines[-1].get_xdata()[-1] == pytest.approx(total / weights)


def test_histograms_hold_every_weight_once(fit):
    for ax in (nd.plot.pulse_counts(fit), nd.plot.weight_drift(fit)):
        shares = [patch.get_data().values.sum() for patch in ax.patches]
        assert shares == pytest.approx([1.0, 1.0])


def test_confusion_counts_are_written_where_they_are():
    classes = np.array(["no", "yes"])
    ax = nd.plot.confusion(nd.learning.Confusion(np.array([[3, 1], [0, 4]]), classes))
    assert {(t.get_position(), t.get_text()) for t in ax.texts} == {
        ((0, 0), "3"), ((1, 0), "1"), ((1, 1), "4"),
    }  # fmt: skip
    assert [t.get_text() for t in ax.get_yticklabels()] == ["no", "yes"]


def test_confusion_counts_every_sample_in_its_place(fit):
    x = np.random.default_rng(0).random((40, 3))
    y = (x[:, 0] > 0.5).astype(int)
    found = fit.confusion(x, y)
    predicted = fit.predict(x)
    for i in (0, 1):
        for j in (0, 1):
            assert found.counts[i, j] == np.sum((y == i) & (predicted == j))
