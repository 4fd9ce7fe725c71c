"""Boundary of the package: a decorator that checks a call by its function's annotations."""

from __future__ import annotations

import builtins
import functools
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from neurodyn.arguments.annotations import Unloaded, fitted
from neurodyn.arguments.kinds import Refused, shown
from neurodyn.errors import CallError, InputError, near_hint

F = TypeVar("F", bound=Callable[..., Any])


class _Names(dict[str, Any]):
    """Names for annotations that are imported for type checkers only: public ones, else Any."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._known = getattr(inspect.unwrap(function), "__globals__", {})

    def __getitem__(self, name: str) -> Any:
        if name in self._known or hasattr(builtins, name):
            raise KeyError(name)  # the name's own scope comes next
        return getattr(sys.modules["neurodyn"], name, Unloaded())

    def __contains__(self, name: object) -> bool:
        return True


def _called(function: Callable[..., Any]) -> str:
    """Return a function as a call of it is written: ``solve``, ``Model.quantity``, ``Sweep[]``."""
    *_, owner, name = ("", *function.__qualname__.split("."))
    if name in ("__init__", "__call__"):
        return owner
    if name == "__getitem__":
        return f"{owner}[]"
    return name if owner in ("", "<locals>") else f"{owner}.{name}"


class _Checker:
    """Signature of a function with its annotations resolved."""

    def __init__(self, function: Callable[..., Any], moved: Mapping[str, str]) -> None:
        self.name = _called(function)
        self.signature = inspect.signature(function)
        self.moved = moved
        self.wanted = typing.get_type_hints(function, localns=_Names(function), include_extras=True)

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> inspect.BoundArguments:
        try:
            call = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise self._bad_call(kwargs, str(error)) from None
        for name, value in call.arguments.items():
            wanted = self.wanted.get(name, Any)
            if wanted is Any or isinstance(wanted, Unloaded):
                continue
            shape = self.signature.parameters[name].kind
            if shape is inspect.Parameter.VAR_KEYWORD:
                continue  # names that only the function knows, and their units
            if shape is inspect.Parameter.VAR_POSITIONAL:
                call.arguments[name] = tuple(self._one(name, v, wanted) for v in value)
            else:
                default = self.signature.parameters[name].default
                call.arguments[name] = value if value is default else self._one(name, value, wanted)
        return call

    def _one(self, name: str, value: Any, wanted: Any) -> Any:
        try:
            return fitted(value, wanted)
        except Refused as refused:
            raise InputError(f"{self.name}: {name} is {shown(value)}; expected {refused}") from None

    def _bad_call(self, kwargs: dict[str, Any], said: str) -> CallError:
        known = [
            n
            for n, p in self.signature.parameters.items()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and n not in ("self", "cls")
        ]
        for name in kwargs:
            if name in self.moved and name not in known:
                return CallError(f"{self.name} has no {name}=; use {self.moved[name]}")
            if name not in known:
                return CallError(
                    f"{self.name} has no {name}={near_hint(name, known)}; expected "
                    f"{', '.join(known)}"
                )
        return CallError(f"{self.name}: {said}; expected {self.name}({', '.join(known)})")


@typing.overload
def checked(function: F) -> F: ...
@typing.overload
def checked(*, moved: Mapping[str, str]) -> Callable[[F], F]: ...
def checked(function: Any = None, *, moved: Mapping[str, str] | None = None) -> Any:
    """Check the arguments of a public function or of a frozen dataclass by their annotations.

    Parameters
    ----------
    function : function or dataclass
    moved : mapping, optional
        Keywords that the function had once, to what took their place.

    Raises
    ------
    InputError
        When the decorated function is called with a value that its annotation excludes.
    CallError
        When it is called with names that it does not have, or without those it needs.

    Examples
    --------
    >>> from neurodyn.arguments import Count, Positive
    >>> @checked
    ... def wait(t: Positive, n: Count = 1) -> float:
    ...     return n * t
    >>> wait(2.0, n=3.0)
    6.0
    >>> wait("1us")
    Traceback (most recent call last):
    neurodyn.errors.InputError: wait: t is '1us'; expected a positive number
    """
    if function is None:
        return functools.partial(_with_checks, moved=moved or {})
    return _with_checks(function, moved or {})


def _with_checks(function: Any, moved: Mapping[str, str]) -> Any:
    if inspect.isclass(function):
        function.__init__ = _with_checks(function.__init__, moved)
        return function
    checker: _Checker | None = None

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal checker
        if checker is None:
            checker = _Checker(function, moved)
        bound = checker.bound(args, kwargs)
        return function(*bound.args, **bound.kwargs)

    return call
