"""Where the shipped I-V curve lies."""

from __future__ import annotations

from pathlib import Path

DEFAULT_T_AMB = 298.0
"""Ambient temperature of the shipped curve [K]."""

ORIGIN = (
    "The I-V curve of this sheet is SYNTHETIC: made from the parameters of Drouhin (2023), "
    "Table 2.1, at an assumed 298 K, with 1 % noise. It is not a measurement."
)


def default_iv() -> Path:
    """Return the path of the shipped I-V curve: in an installed package, or in a checkout.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.default_iv().name
    'iv.csv'
    """
    installed = Path(__file__).parent / "default" / "iv.csv"
    if installed.exists():
        return installed
    return Path(__file__).parents[2] / "fits" / "nbox_drouhin2023" / "iv.csv"
