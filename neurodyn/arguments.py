"""Arguments of public verbs, checked once at the boundary by their own annotations.

``@checked`` reads the annotations of a function when it is first called, and from then on turns a
call with the wrong names, types or numbers into one sentence: what, what was given, what is
expected. An annotation says what the type alone cannot by one of the kinds below: ``t_end:
Positive``, ``n: Count``. A plain ``float`` is a finite number; NaN is never one.
"""

from __future__ import annotations

import builtins
import collections.abc
import functools
import inspect
import math
import numbers
import os
import reprlib
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, cast

import numpy as np
import numpy.typing as npt

from neurodyn.errors import CallError, InputError, near_hint

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Kind:
    """What a number must be beyond its type: a phrase, and the test that it names."""

    phrase: str
    holds: Callable[[Any], bool]


Positive = Annotated[float, Kind("a positive number", lambda x: 0 < x < math.inf)]
NonNegative = Annotated[float, Kind("a number of 0 or more", lambda x: 0 <= x < math.inf)]
Tolerance = Annotated[float, Kind("a number above 0 and below 1", lambda x: 0 < x < 1)]
Extended = Annotated[float, Kind("a number; infinity is one", lambda x: x == x)]
Count = Annotated[int, Kind("a whole number of 1 or more", lambda n: n >= 1)]
Whole = Annotated[int, Kind("a whole number of 0 or more", lambda n: n >= 0)]
_ALL_FINITE = Kind("finite numbers", lambda values: bool(np.all(np.isfinite(values))))
Numbers = Annotated[npt.ArrayLike, _ALL_FINITE]
"""Numbers of any shape, all of them finite."""

_FINITE = Kind("a finite number", math.isfinite)
_WORDS: dict[Any, str] = {str: "text", bool: "True or False", os.PathLike: "a path"}


def shown(value: object) -> str:
    """Return a value as a message shows it: one short line, whatever it is.

    >>> shown("1us"), shown(10**400)[:6]
    ("'1us'", '100000')
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    try:
        text = repr(value) if isinstance(value, float | complex) else reprlib.repr(value)
    except Exception:  # a repr of somebody else's that fails is no reason to lose the sentence
        text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


class _Refused(Exception):
    """A value is not of a type; the message is what was expected."""


def _number(value: Any, kind: Kind = _FINITE) -> float:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if kind.holds(number):
            return number
    raise _Refused(kind.phrase)


def finite(name: str, value: object, unit: str = "") -> float:
    """Return one finite number as a float.

    Raises
    ------
    InputError
        Naming what was given; text is no number, whatever it says.
    """
    try:
        return _number(value)
    except _Refused as refused:
        unit = f" in {unit}" if unit else ""
        raise InputError(f"{name} is {shown(value)}; expected {refused}{unit}") from None


def _whole(value: Any, kind: Kind | None) -> int:
    phrase = kind.phrase if kind else "a whole number"
    number = _number(value, Kind(phrase, math.isfinite))
    if not number.is_integer() or (kind is not None and not kind.holds(number)):
        raise _Refused(phrase)
    return int(value)


def _array(value: Any, kind: Kind | None) -> Any:
    phrase = kind.phrase if kind else "numbers"
    if isinstance(value, str | bytes | Mapping) or value is None:
        raise _Refused(phrase)
    try:
        found = np.asarray(value)
        if found.dtype.kind not in "fiub":
            found = found.astype(float)
            if any(isinstance(x, str) for x in np.asarray(value, dtype=object).flat):
                raise _Refused(phrase)
    except (TypeError, ValueError, OverflowError):
        raise _Refused(phrase) from None
    if found.dtype.kind == "b" or (kind is not None and not kind.holds(found)):
        raise _Refused(phrase)
    return value


def _sequence(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _Refused(what)
    if isinstance(value, collections.abc.Iterator):
        return value  # looking would use it up
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and args[:1] == (float,):
        return _array(value, _ALL_FINITE)
    for item in cast(Iterable[Any], value):
        _fitted(item, args[0] if args else Any)
    return value


def _mapping(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if not isinstance(value, Mapping):
        raise _Refused(what)
    for key, item in value.items():
        for part, wanted in zip((key, item), args, strict=False):
            try:
                _fitted(part, wanted)
            except _Refused as refused:
                raise _Refused(f"{what}; {shown(key)} is {shown(item)}, not {refused}") from None
    return value


def _tuple(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if len(args) == 2 and args[1] is Ellipsis:
        return _sequence(value, args[:1], what)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence | np.ndarray):
        raise _Refused(what)
    if len(value) != len(args):
        raise _Refused(what)
    for item, wanted in zip(value, args, strict=True):
        _fitted(item, wanted)
    return value


def _union(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if value is None and type(None) in args:
        return None
    for wanted in args:
        try:
            return _fitted(value, wanted)
        except _Refused:
            continue
    raise _Refused(what)


def _is_arraylike(wanted: Any) -> bool:
    return wanted is npt.ArrayLike or typing.get_origin(wanted) is np.ndarray


def expectation(wanted: Any) -> str:
    """Return an annotation in words.

    >>> expectation(Mapping[str, float]), expectation(Count | None)
    ('a mapping from text to a finite number', 'a whole number of 1 or more or None')
    """
    origin, args = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is Annotated:
        return next((k.phrase for k in args[1:] if isinstance(k, Kind)), expectation(args[0]))
    if wanted is None or wanted is type(None):
        return "None"
    if _is_arraylike(wanted):
        return "numbers"
    if wanted is float:
        return _FINITE.phrase
    if wanted is int:
        return "a whole number"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(expectation(a) for a in args))
    if origin is Literal:
        return "one of " + ", ".join(map(repr, args))
    if origin is tuple and args and args[-1] is not Ellipsis:
        return "(" + ", ".join(expectation(a) for a in args) + ")"
    if origin is not None and inspect.isclass(origin):
        if issubclass(origin, Mapping):
            return "a mapping from " + " to ".join(expectation(a) for a in args)
        if issubclass(origin, Iterable):
            return f"a sequence, each item {expectation(args[0])}"
    if origin is collections.abc.Callable or wanted in (Callable, collections.abc.Callable):
        return "a function"
    for known, words in _WORDS.items():
        if wanted is known:
            return words
    name = getattr(wanted, "__name__", str(wanted))
    return f"{'an' if name[:1] in 'AEIO' else 'a'} {name}"


def _fitted(value: Any, wanted: Any) -> Any:
    """Return the value as the annotation wants it (numbers as float or int), or refuse it."""
    kind = None
    if typing.get_origin(wanted) is Annotated:
        wanted, *marks = typing.get_args(wanted)
        kind = next((mark for mark in marks if isinstance(mark, Kind)), None)
    if wanted is float:
        return _number(value, kind or _FINITE)
    if wanted is int:
        return _whole(value, kind)
    if _is_arraylike(wanted):
        return _array(value, kind)
    origin, args, what = typing.get_origin(wanted), typing.get_args(wanted), expectation(wanted)
    if origin in (typing.Union, types.UnionType):
        return _union(value, args, what)
    if origin is Literal:
        if not any(value is a or (isinstance(value, str) and value == a) for a in args):
            hint = near_hint(value, args) if isinstance(value, str) else ""
            raise _Refused(what + hint)
        return value
    if wanted is bool:
        if not isinstance(value, bool | np.bool_):
            raise _Refused(what)
        return bool(value)
    if origin is tuple:
        return _tuple(value, args, what)
    if origin is collections.abc.Callable:
        wanted = collections.abc.Callable
    elif inspect.isclass(origin):
        if issubclass(origin, Mapping):
            return _mapping(value, args, what)
        if issubclass(origin, Iterable):
            return _sequence(value, args, what)
        wanted = origin
    if wanted is None:
        wanted = type(None)
    if isinstance(wanted, _Unloaded | TypeVar):
        return value
    checkable = inspect.isclass(wanted) and not getattr(wanted, "_is_protocol", False)
    if checkable and wanted is not object and not isinstance(value, wanted):
        raise _Refused(what)
    return value


class _Names(dict[str, Any]):
    """Names for annotations that are imported for type checkers only: public ones, else Any."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._known = getattr(inspect.unwrap(function), "__globals__", {})

    def __getitem__(self, name: str) -> Any:
        if name in self._known or hasattr(builtins, name):
            raise KeyError(name)  # the name's own scope comes next
        import neurodyn

        return getattr(neurodyn, name, _Unloaded())

    def __contains__(self, name: object) -> bool:
        return True


class _Unloaded:
    """A type, or the module of one, that is not loaded: nothing is said of its values."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __getitem__(self, item: Any) -> Any:
        return self

    def __or__(self, other: Any) -> Any:
        return self

    __ror__ = __or__

    def __call__(self) -> None:
        """Be what ``typing`` takes for a type."""


class _Checker:
    """Signature of a function with its annotations resolved."""

    def __init__(self, function: Callable[..., Any], moved: Mapping[str, str]) -> None:
        self.name = (
            function.__name__
            if function.__name__ != "__init__"
            else (function.__qualname__.split(".")[-2])
        )
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
            if wanted is Any or isinstance(wanted, _Unloaded):
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
            return _fitted(value, wanted)
        except _Refused as refused:
            raise InputError(f"{self.name}: {name} is {shown(value)}; expected {refused}") from None

    def _bad_call(self, kwargs: dict[str, Any], said: str) -> CallError:
        known = [
            n
            for n, p in self.signature.parameters.items()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and n != "self"
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
