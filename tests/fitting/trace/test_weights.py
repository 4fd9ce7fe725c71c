"""Weights from an estimated covariance: how much wider the errors of the estimates become."""

import numpy as np
import pytest
from scipy import stats

from neurodyn.fitting.trace.features.means import MeanFeatures
from neurodyn.fitting.trace.problem import _whitener


@pytest.mark.parametrize(("m", "k", "nu"), [(7, 2, 18), (7, 4, 18), (4, 4, 12), (5, 1, 60)])
def test_errors_of_estimates_are_their_scatter_over_many_covariances(m, k, nu):
    """Monte Carlo: linear estimates with weights from Wishart draws of nu degrees of freedom."""
    rng = np.random.default_rng([m, k, nu])
    design = rng.standard_normal((m, k))
    root = rng.standard_normal((m, m))
    true = root @ root.T + np.eye(m)
    draws = stats.wishart(df=nu, scale=true / nu).rvs(4000, random_state=rng)
    found, told = [], []
    for covariance in draws:
        measured = MeanFeatures(("",) * m, np.zeros(m), covariance, np.zeros(m), 100, nu)
        factor, _ = _whitener(measured, k)
        data = np.linalg.cholesky(true) @ rng.standard_normal(m)
        rows = np.linalg.solve(factor, design)
        found.append(np.linalg.lstsq(rows, np.linalg.solve(factor, data))[0])
        told.append(np.linalg.inv(rows.T @ rows))
    seen, told = np.cov(np.array(found).T).reshape(k, k), np.mean(told, axis=0)
    # 4000 draws know a variance to 2.2 %
    np.testing.assert_allclose(np.diag(told), np.diag(seen), rtol=0.09)
