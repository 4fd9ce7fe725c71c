"""Memory of what was made from a model's equations, whatever the values of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from neurodyn.model import Model

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class _Equations:
    digest: str
    model: Model = field(compare=False)


def kept_by_equations(
    most: int,
) -> Callable[[Callable[Concatenate[Model, P], R]], Callable[Concatenate[Model, P], R]]:
    """Decorate a function of a model and hashable arguments, to be called once for each.

    Models with the same equations count as one, so the result may depend on nothing else of the
    model unless it is among the arguments.

    Parameters
    ----------
    most : int
        How many results are kept; the one that was asked for longest ago is dropped.
    """

    def decorate(
        function: Callable[Concatenate[Model, P], R],
    ) -> Callable[Concatenate[Model, P], R]:
        @lru_cache(maxsize=most)
        def kept(equations: _Equations, *arguments: Hashable) -> R:
            return function(equations.model, *arguments)  # type: ignore[call-arg]

        @wraps(function)
        def ask(model: Model, *arguments: P.args, **_: P.kwargs) -> R:
            return kept(_Equations(model.digest, model), *arguments)

        return ask

    return decorate
