"""Constants of nature, against scipy's table."""

import math

import scipy.constants

from neurodyn import constants


def test_constants_are_codata():
    assert constants.k_B == scipy.constants.k
    assert constants.q == scipy.constants.e
    assert math.isclose(constants.eps_0, scipy.constants.epsilon_0, rel_tol=1e-9)
