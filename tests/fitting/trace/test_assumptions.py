"""What a fit assumes is tried beside what explains the data best: nested fits of random data."""

import numpy as np
import pytest

from neurodyn.fitting.extensions import chance
from neurodyn.fitting.trace.assumptions import Trial, errors_beside

N, K = 40, 3


def drawn(rng, effect):
    """Unknowns, a cause, something much like it, and residuals that the cause alone has moved."""
    jacobian, cause = rng.standard_normal((N, K)), rng.standard_normal(N)
    alike = 0.9 * cause + 0.4 * rng.standard_normal(N)
    return jacobian, cause, alike, effect * cause + rng.standard_normal(N)


def errors(jacobian, column, residuals, **more):
    trial = Trial("gain", "1", 1.0, False, column, "", **more)
    return errors_beside(residuals, jacobian, trial)


def square_left(residuals, *columns):
    design = np.column_stack(columns)
    return np.sum((residuals - design @ np.linalg.lstsq(design, residuals)[0]) ** 2)


def test_it_is_the_fall_of_the_sum_of_squares_of_nested_fits():
    jacobian, cause, alike, residuals = drawn(np.random.default_rng(1), 5.0)
    before = square_left(residuals, jacobian, cause)
    after = square_left(residuals, jacobian, cause, alike)
    noise = max(after / (N - K - 2), 1.0)
    found = errors(np.column_stack([jacobian, cause]), alike, residuals)
    assert found == pytest.approx(((before - after) / noise) ** 0.5, rel=1e-9)


def test_what_only_looks_like_the_cause_is_asked_for_no_more_often_than_by_chance():
    rng, alone, beside = np.random.default_rng(2), [], []
    for _ in range(1000):
        jacobian, cause, alike, residuals = drawn(rng, 5.0)
        alone.append(chance(errors(jacobian, alike, residuals), np.inf, 1))
        wider = np.column_stack([jacobian, cause])
        beside.append(chance(errors(wider, alike, residuals), np.inf, 1))
    assert np.mean(np.array(alone) < 0.05) > 0.9
    share = np.mean(np.array(beside) < 0.05)
    assert 0.01 < share < 0.05 + 3 * (0.05 * 0.95 / 1000) ** 0.5


def test_a_second_cause_is_asked_for_beside_the_first():
    jacobian, cause, alike, residuals = drawn(np.random.default_rng(3), 5.0)
    found = errors(np.column_stack([jacobian, cause]), alike, residuals + 5.0 * alike)
    assert chance(found, np.inf, 20) < 1e-3


def test_a_lag_is_not_asked_for_with_the_wrong_sign():
    jacobian, cause, alike, residuals = drawn(np.random.default_rng(4), 0.0)
    wider = np.column_stack([jacobian, cause])
    for sign in (-1.0, 1.0):  # residuals + column is what is left with a lag
        found = errors(wider, alike, residuals + sign * 5.0 * alike, positive=True)
        assert (found > 3) == (sign < 0)
