"""Arguments of public verbs, checked once at the boundary by their own annotations.

``@checked`` reads the annotations of a function when it is first called, and from then on turns a
call with the wrong names, types or numbers into one sentence: what, what was given, what is
expected. An annotation says what the type alone cannot by one of the kinds below: ``t_end:
Positive``, ``n: Count``. A plain ``float`` is a finite number; NaN is never one.
"""

from neurodyn.arguments.boundary import checked
from neurodyn.arguments.kinds import (
    Count,
    Extended,
    NonNegative,
    Numbers,
    Positive,
    Probability,
    Tolerance,
    Whole,
    finite,
    shown,
)

__all__ = [
    "Count",
    "Extended",
    "NonNegative",
    "Numbers",
    "Positive",
    "Probability",
    "Tolerance",
    "Whole",
    "checked",
    "finite",
    "shown",
]
