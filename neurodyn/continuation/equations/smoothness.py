"""Refuse equations that jump: continuation rests on the implicit function theorem.

A branch is followed by Newton's method on ``f(x, parameter) = 0`` and its derivatives. Where ``f``
jumps, equilibria end in mid-air, cycles slide, and every special point would be an artefact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy

from neurodyn.errors import InputError
from neurodyn.model import Model

_JUMPS = (sympy.floor, sympy.ceiling, sympy.sign, sympy.Heaviside, sympy.Mod, sympy.DiracDelta)
_TRIALS = 40


def require_smooth(model: Model) -> None:
    """Raise InputError, naming equation and function, if a right-hand side or the state jumps.

    ``Abs``, ``Max``, ``Min`` and a continuous ``Piecewise`` are accepted: only their derivatives
    jump, and only at points that a branch passes in one step.
    """
    if model.switch is not None:
        raise InputError(
            f"{model.name!r} has a memory, which changes by jumps ({model.switch.meaning}); its "
            "equilibria and cycles depend on where it has been, and continuation, phase response "
            "and manifolds follow smooth flows only: use nd.solve"
        )
    if model.jump is not None:
        raise InputError(
            f"{model.name!r} is reset at its spikes, so its flow jumps; continuation, phase "
            "response and manifolds follow smooth flows only: use nd.solve"
        )
    for state, expression in zip(model.states, model.rhs, strict=True):
        for part in sympy.preorder_traversal(expression):
            jumps = isinstance(part, _JUMPS) or (
                isinstance(part, sympy.Piecewise) and _piecewise_jumps(part)
            )
            if jumps:
                raise InputError(
                    f"d{state.name}/dt of {model.name!r} contains {part}, which is discontinuous; "
                    "continuation follows smooth equations only: replace the jump by a steep "
                    "smooth function, such as (1 + tanh(x/width))/2, or use nd.solve"
                )


def _piecewise_jumps(expression: sympy.Piecewise) -> bool:
    """Whether two neighbouring pieces differ where their condition switches (tried at random)."""
    boundaries = [c for _, condition in expression.args for c in condition.atoms(sympy.Rel)]
    symbols = sorted(expression.free_symbols, key=str)
    value = sympy.lambdify(symbols, expression, "math")
    draw = np.random.default_rng(0)
    return any(
        _jumps_across(value, sympy.lambdify(symbols, c.lhs - c.rhs, "math"), len(symbols), draw)
        for c in boundaries
    )


def _jumps_across(value, gap, n: int, draw: np.random.Generator) -> bool:
    """Bisect random lines onto the surface ``gap = 0`` and compare ``value`` on its two sides."""
    for trial in range(_TRIALS):
        size = 10.0 ** (trial % 5 - 1)
        ends: Sequence = [draw.normal(size=n) * size for _ in range(2)]
        low, high = ends
        try:
            if gap(*low) * gap(*high) >= 0:
                continue
            for _ in range(200):
                middle = (low + high) / 2
                if gap(*middle) * gap(*low) > 0:
                    low = middle
                else:
                    high = middle
            left, right = value(*low), value(*high)
        except (ValueError, OverflowError, ZeroDivisionError, TypeError):
            continue
        if abs(left - right) > 1e-6 * (abs(left) + abs(right)) + 1e-12:
            return True
    return False
