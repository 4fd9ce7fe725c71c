"""How close two ways must agree, named by what separates them. Relative unless said otherwise."""

ROUNDING = 1e-12
"""One expression in two orders of arithmetic: generated targets, transposed sums, unit changes."""
ROOT = 1e-9
"""A root found twice, each down to rounding, through derivatives of moderate condition."""
COLLOCATION = 1e-6
"""A cycle by collocation on a default mesh against one with a finer mesh or by shooting."""
INTEGRATION = 1e-6
"""A run at the default tolerance of ``solve`` against one at a tolerance far below."""
SIX_DIGITS = 1e-5
"""A published or printed number with six digits."""
FOUR_DIGITS = 1e-3
"""A published or printed number with four digits."""
