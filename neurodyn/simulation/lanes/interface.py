"""Names that a generated lane module offers to its kernels: to write against, not to call.

The counterpart of ``neurodyn.codegen.interface``. A lane's numbers lie in two arrays, w and z, as
rows of ``_L`` numbers (see ``source``); row names below are offsets. Names begin with an underscore
where generated functions use them, since names of a model may not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

OPTIONS: dict[str, Any] = {}
"""How functions called from within the module are compiled."""
OUTER: dict[str, Any] = {}
"""How functions that Python calls are compiled."""
INLINE: dict[str, Any] = {}
"""How functions are compiled that are to vanish in their callers."""
_real = np.float64
"""Type of the numbers in w."""
_L: int = 32
"""Lanes."""
_N: int = 0
"""States."""
_DRIVEN: int = 0
"""Inputs that a stimulus drives."""
_EVENTS: int = 0
"""Events that are watched: the spike, and what makes the state jump."""
_JUMP: int = -1
"""Which event makes the state jump; -1 if none does."""
_SPIKES: bool = False
"""Whether event 0 is a spike."""
_SOURCES: int = 0
"""Independent sources of noise."""

# coefficients of elementary functions, see ``numbers``
_EXP_HIGH = _real(0.0)
_EXP_LOW = _real(0.0)
_LN2_HIGH = _real(0.0)
_LN2_LOW = _real(0.0)
_LOG2_E = _real(0.0)
_ROUNDER = _real(0.0)
_TINY = _real(0.0)
_LOG: tuple[Any, ...] = ()

# rows of w: inputs at the last kink and their slopes, state and trial state, slopes of stages,
# level of each event and its rate before a step and after, step wanted and used, error of the last,
# what to look at, whether accepted
_U0: int = 0
_S0: int = 0
_X0: int = 0
_N0: int = 0
_K0_0: int = 0
_K1_0: int = 0
_K6_0: int = 0
_LEVEL0: int = 0
_LEVEL_NEW0: int = 0
_RATE0: int = 0
_RATE_NEW0: int = 0
_H: int = 0
_USED: int = 0
_PAST: int = 0
_FLAG: int = 0
_GOOD: int = 0
# ... and with noise: four normal numbers, increments of each source, powers of the Jacobian
_NORMAL0: int = 0
_NORMAL1: int = 0
_NORMAL2: int = 0
_NORMAL3: int = 0
_W0: int = 0
_Z0: int = 0
_J0: int = 0
_SQUARE0: int = 0
# rows of z (with noise: ACTIVE of w): times, steps so far, whether a run is under way
_T: int = 0
_TN: int = 0
_STOP: int = 0
_KNOT: int = 0
_ACCEPTED: int = 0
_REJECTED: int = 0
_ACTIVE: int = 0


def _exp_tail(_r: Any) -> Any:
    """See ``numbers``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _sine_tail(_r: Any) -> Any:
    """See ``numbers``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _cosine_tail(_r: Any) -> Any:
    """See ``numbers``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _constants(_p: Any, _w: Any, _l: Any) -> Any:
    """Put what is constant along a run with the parameters p into the rows of lane l."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _slopes_of(_w: Any, _z: Any, _l: Any, _t: Any, _x: Any, _k: Any) -> Any:
    """Put dx/dt of a lane, whose state begins at the place x, into those from k on."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _event_at(_w: Any, _z: Any, _l: Any, _t: Any, _x: Any, _n: Any) -> Any:
    """Return the level of event n at the state x (n_states,)."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _event_rate_of(_w: Any, _z: Any, _l: Any, _t: Any, _x: Any, _k: Any, _n: Any) -> Any:
    """Return the rate of event n of a lane whose state begins at the place x, slopes at k."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _jump_at(_w: Any, _z: Any, _l: Any, _t: Any, _x: Any) -> Any:
    """Put where the state x jumps to into the rows of the trial state."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _advance(_w: Any, _z: Any, _atol: Any, _rtol: Any, _max_steps: Any) -> Any:
    """Make a trial step of all lanes; return how much there is to look at more closely."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _accept(_w: Any, _z: Any) -> Any:
    """Take the trial step where it is good."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _noisy_step(_w: Any, _h: Any, _now: Any, _halfway: Any, _then: Any, _lanes: Any) -> Any:
    """Make a step of all lanes; return how much there is to look at more closely."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _keep_levels(_w: Any, _lanes: Any) -> Any:
    """Make the levels after the step those before the next."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _levels_of_lane(_w: Any, _l: Any, _u: Any) -> Any:
    """Put the levels of all events at the lane's state and the inputs u into the new ones."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _jump_lane(_w: Any, _l: Any, _u: Any) -> Any:
    """Let the state of a lane jump, inputs being u."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _jacobian_rows(_w: Any, _u: Any, _lanes: Any) -> Any:
    """Put d rhs / dx of all lanes into the rows from J0, inputs being u."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _get(_w: Any, _row: Any, _l: Any) -> Any:
    """See ``bits``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _put(_w: Any, _row: Any, _l: Any, _value: Any) -> Any:
    """See ``bits``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _power_1(_w: Any, _first: Any, _l: Any, _stride: Any) -> Any:
    """Return the coefficient of theta in a state over a step, in units of the step."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


_power_2 = _power_3 = _power_4 = _power_1


def _count_up(_shared: Any, _place: Any) -> Any:
    """Return shared[place] and add 1 to it, as one act for all threads."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _prefer_wide_vectors() -> Any:
    """Ask for the widest vectors there are."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _two_to(_t: Any) -> Any:
    """See ``bits``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _root_guess(_x: Any) -> Any:
    """See ``bits``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _step_factors(_x: Any, _y: Any) -> Any:
    """See ``bits``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _exponent(_x: Any) -> Any:
    """See ``bits``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _mantissa(_x: Any) -> Any:
    """See ``bits``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")
