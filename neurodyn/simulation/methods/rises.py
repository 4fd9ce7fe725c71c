"""Where an event rises through zero within a step: every time, on the polynomial of the step.

An event depends on a few *rows*, sums of states and inputs that are polynomials over the step.
Where interval bounds of the event exclude zero, or those of its slope exclude a turn, the signs at
the ends of a part tell all; other parts are halved. So a rise and fall within one step is found
however short it is (R. E. Moore et al., Introduction to Interval Analysis (2009), ch. 8). An event
*rises* where it comes from below zero to zero or above; what starts there has not come from below.

The text below the mark is part of the modules that bring ``event_at`` and ``event_bounds``.
"""

from numba import njit

from neurodyn.codegen.interface import BOUNDED, INNER, LINEAR, event_at, event_bounds

# --- kernel ---
MOST_PARTS = 1024  # of a step that are looked at between two rises
COARSEST = 0.25  # of a step: parts this short are taken by their ends where that is not enough
FINEST = 2.0**-50
RESOLUTION = 1e-14  # of a step, of the place of a rise


@njit(**INNER)
def far(c):
    """Whether a row stays so far from zero over the step that no rounding matters; quickly."""
    return abs(c[1]) + abs(c[2]) + abs(c[3]) + abs(c[4]) < 0.99 * abs(c[0])


@njit(**INNER)
def _still(rows):
    """Whether no row moves by more than rounding over the step."""
    for r in range(len(rows)):
        c = rows[r]
        moved = abs(c[1]) + abs(c[2]) + abs(c[3]) + abs(c[4])
        if not moved <= 2.0**-50 * abs(c[0]):
            return False
    return True


@njit(**INNER)
def _located(rows, p, e, low, high):
    """Where the event, below zero at low and not at high, rises; on the side where it is not.

    False position after N. Anderson, A. Bjorck, BIT 13, 253 (1973).
    """
    g_low, g_high = event_at(rows, low, p, e), event_at(rows, high, p, e)
    if not (g_low < 0.0 and g_high > 0.0):  # signs that differ by rounding between two steps
        g_low, g_high = -1.0, 1.0
    side = 0
    for _ in range(100):
        theta = high - g_high * (high - low) / (g_high - g_low)
        if not low < theta < high:
            theta = 0.5 * (low + high)
            if not low < theta < high:
                break
        g = event_at(rows, theta, p, e)
        if g >= 0.0:
            if side == 1:
                m = 1.0 - g / g_high
                g_low *= m if m > 0.0 else 0.5
            shift, high, g_high, side = high - theta, theta, g, 1
        else:
            if side == -1:
                m = 1.0 - g / g_low
                g_high *= m if m > 0.0 else 0.5
            shift, low, g_low, side = theta - low, theta, g, -1
        if g == 0.0 or (shift <= RESOLUTION and side == 1):
            break
    return high


@njit(**INNER)
def next_rise(rows, p, e, begin, below, above_at_end, ends):
    """Return the next place in (begin, 1] of a step at which event e rises, or 2.

    Also whether there may be more after it, and whether nothing may have been missed.

    Parameters
    ----------
    rows (R, 5), p : polynomials over the step, parameters
    below : whether the event is below zero at ``begin``
    above_at_end : whether it is zero or above at the end, as the next step sees it
    ends (64,) : scratch
    """
    if LINEAR and far(rows[0]):  # of most steps: spares the bounds
        return 2.0, False, True
    left, right, waiting, parts, sure = begin, 1.0, 0, 0, True
    above = above_at_end
    while True:
        parts += 1
        low, high, least, largest = event_bounds(rows, left, right, p, e)
        decided = (
            low > 0.0
            or high < 0.0
            or least >= 0.0
            or largest <= 0.0
            or right - left <= FINEST
            or _still(rows)
        )
        if not decided and (not BOUNDED or parts > MOST_PARTS):
            sure = False
            decided = right - left <= COARSEST
        if not decided:
            ends[waiting] = right
            waiting += 1
            right = 0.5 * (left + right)
            above = event_at(rows, right, p, e) >= 0.0
            continue
        if below and above:
            return _located(rows, p, e, left, right), waiting > 0, sure
        if waiting == 0:
            return 2.0, False, sure
        waiting -= 1
        left, right, below = right, ends[waiting], not above
        above = above_at_end if right == 1.0 else event_at(rows, right, p, e) >= 0.0
