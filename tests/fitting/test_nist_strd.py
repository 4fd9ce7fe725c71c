"""The least-squares core against the certified problems of NIST.

NIST/ITL Statistical Reference Datasets, nonlinear regression: every set, from both of its starts,
to 5 digits in the values, 3 in the standard deviations. Models as NIST prints them.
"""

import json

import numpy as np
import pytest

from neurodyn.fitting.least_squares import inverse_normal_matrix, least_squares
from tests.conftest import REPOSITORY

SETS = json.loads((REPOSITORY / "tests" / "reference" / "nist_strd.json").read_text())["sets"]
exp, cos, sin, arctan, pi = np.exp, np.cos, np.sin, np.arctan, np.pi


def enso(x, b):
    year = b[0] + b[1] * cos(2 * pi * x / 12) + b[2] * sin(2 * pi * x / 12)
    slow = b[4] * cos(2 * pi * x / b[3]) + b[5] * sin(2 * pi * x / b[3])
    return year + slow + b[7] * cos(2 * pi * x / b[6]) + b[8] * sin(2 * pi * x / b[6])


def gauss(x, b):
    one = b[2] * exp(-((x - b[3]) ** 2) / b[4] ** 2)
    return b[0] * exp(-b[1] * x) + one + b[5] * exp(-((x - b[6]) ** 2) / b[7] ** 2)


def cubic(x, b):
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (
        1 + b[4] * x + b[5] * x**2 + b[6] * x**3
    )


def chwirut(x, b):
    return exp(-b[0] * x) / (b[1] + b[2] * x)


def lanczos(x, b):
    return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x)


MODELS = {
    "Bennett5": lambda x, b: b[0] * (b[1] + x) ** (-1 / b[2]),
    "BoxBOD": lambda x, b: b[0] * (1 - exp(-b[1] * x)),
    "Chwirut1": chwirut,
    "Chwirut2": chwirut,
    "DanWood": lambda x, b: b[0] * x ** b[1],
    "ENSO": enso,
    "Eckerle4": lambda x, b: b[0] / b[1] * exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Gauss1": gauss,
    "Gauss2": gauss,
    "Gauss3": gauss,
    "Hahn1": cubic,
    "Kirby2": lambda x, b: (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2),
    "Lanczos1": lanczos,
    "Lanczos2": lanczos,
    "Lanczos3": lanczos,
    "MGH09": lambda x, b: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda x, b: b[0] * exp(b[1] / (x + b[2])),
    "MGH17": lambda x, b: b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4]),
    "Misra1a": lambda x, b: b[0] * (1 - exp(-b[1] * x)),
    "Misra1b": lambda x, b: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "Misra1c": lambda x, b: b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
    "Misra1d": lambda x, b: b[0] * b[1] * x / (1 + b[1] * x),
    "Nelson": lambda x, b: b[0] - b[1] * x[0] * exp(-b[2] * x[1]),  # of ln y
    "Rat42": lambda x, b: b[0] / (1 + exp(b[1] - b[2] * x)),
    "Rat43": lambda x, b: b[0] / (1 + exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "Roszman1": lambda x, b: b[0] - b[1] * x - arctan(b[2] / (x - b[3])) / pi,
    "Thurber": cubic,
}


def digits(found, certified):
    """NIST's LRE: number of right digits."""
    return -np.log10(np.maximum(np.abs(found - certified) / np.abs(certified), 1e-16)).min()


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", sorted(SETS))
def test_certified_problem(name, start):
    case = SETS[name]
    x, y = np.array(case["x"]), np.array(case["y"])
    y = np.log(y) if name == "Nelson" else y
    with np.errstate(all="ignore"):
        fit = least_squares(lambda b: MODELS[name](x, b) - y, case["starts"][start])
    sd = np.sqrt(
        np.diag(inverse_normal_matrix(fit.jacobian))
        * fit.sum_of_squares
        / (len(y) - len(fit.theta))
    )
    assert digits(fit.theta, np.array(case["values"])) > 5
    if name != "Lanczos1":  # its residuals are rounding: the certified 1e-25 needs more than floats
        assert digits(sd, np.array(case["standard_deviations"])) > 3
