"""Reasons for which a row is not used, as words; a row holds their index."""

USABLE = "usable"
REASONS = (
    USABLE,
    "not a number",  # text, or nothing, where a number belongs
    "wrong number of cells",  # the numbers may stand in other columns than they seem to
    "not finite",
    "zero",
    "wrong sign",
    "below the offset",
    "at compliance",
    "glitch",  # of one row, as where the instrument changes its range
)
OVER_RANGE = 9.8e37  # SCPI writes 9.9e37 for infinity and 9.91e37 for "not a number"
