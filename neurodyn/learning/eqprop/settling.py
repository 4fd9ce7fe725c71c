"""How a network is settled and nudged: every choice that the source leaves open, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from neurodyn.arguments import Count, Positive, checked
from neurodyn.errors import InputError

Rho = Literal["hard", "logistic", "tanh"]
Nudge = Literal["random_sign", "random_sign_per_sample", "one_sided", "centred"]


@checked
@dataclass(frozen=True)
class Settling:
    """Euler steps of ds/dt = -dF/ds in a free phase and a nudged one.

    F is the energy E plus beta times the cost 1/2 |y - t|^2 (B. Scellier and Y. Bengio, Front.
    Comput. Neurosci. 11, 24 (2017)).

    Parameters
    ----------
    rho : {"hard", "logistic", "tanh"}
        What a unit shows of its state: clip(s, 0, 1) with states kept from 0 to 1 after each
        step (its slope counts as 1 at the bounds too, or units would stay there for ever),
        1 / (1 + exp(-s)), or tanh(s).
    free_steps, nudge_steps : int
    dt : float
        Of one step, in time constants of a unit.
    beta : float
        Strength of the nudge.
    nudge : str
        ``"random_sign"``: of beta, drawn for each batch; ``"random_sign_per_sample"``; or
        ``"one_sided"``, always towards the target; or ``"centred"``, once each way from the free
        state, with the difference over 2 beta.
    start : {"zero", "half", "persistent"}
        State in which the free phase begins; persistent is where it ended for that sample last.
    order : {"together", "layer_by_layer"}
        Whether units of a step see the states before it, or what layers nearer the input have
        become in it.

    Raises
    ------
    InputError
        If dt is above 2, where Euler steps of a lone unit diverge.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.Settling(nudge="centred").beta
    0.4
    """

    rho: Rho = "hard"
    free_steps: Count = 30
    nudge_steps: Count = 10
    dt: Positive = 0.5
    beta: Positive = 0.4
    nudge: Nudge = "random_sign"
    start: Literal["zero", "half", "persistent"] = "zero"
    order: Literal["together", "layer_by_layer"] = "together"

    def __post_init__(self) -> None:
        if self.dt > 2:
            raise InputError(
                f"Settling: dt is {self.dt:g}; expected at most 2, above which steps diverge"
            )
