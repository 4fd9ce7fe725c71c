"""A value held against a type annotation, and an annotation in words."""

from __future__ import annotations

import collections.abc
import inspect
import itertools
import math
import numbers
import os
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, cast

import numpy as np
import numpy.typing as npt

from neurodyn.arguments.kinds import ALL_FINITE, FINITE, Kind, Refused, read_number, shown
from neurodyn.errors import near_hint

_WORDS: dict[Any, str] = {str: "text", bool: "True or False", os.PathLike: "a path"}


class Unloaded:
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


def _whole(value: Any, kind: Kind | None) -> int:
    phrase = kind.phrase if kind else "a whole number"
    number = read_number(value, Kind(phrase, math.isfinite))
    if not number.is_integer() or (kind is not None and not kind.holds(number)):
        raise Refused(phrase)
    return int(value)


def _array(value: Any, kind: Kind | None) -> Any:
    phrase = kind.phrase if kind else "numbers"
    if isinstance(value, str | bytes | Mapping) or value is None:
        raise Refused(phrase)
    try:
        found = np.asarray(value)
        if found.dtype.kind not in "fiubc":
            found = found.astype(float)
            if any(isinstance(x, str) for x in np.asarray(value, dtype=object).flat):
                raise Refused(phrase)
    except (TypeError, ValueError, OverflowError):
        raise Refused(phrase) from None
    if found.dtype.kind in "bc" or (kind is not None and not kind.holds(found)):
        raise Refused(phrase)
    return value


def _sequence(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise Refused(what)
    if isinstance(value, collections.abc.Iterator):
        return value  # looking would use it up
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and args[:1] == (float,):
        return _array(value, ALL_FINITE)
    _items(cast(Iterable[Any], value), itertools.repeat(args[0] if args else Any), what)
    return value


def _items(items: Iterable[Any], wanted: Iterable[Any], what: str) -> None:
    for item, each in zip(items, wanted, strict=False):
        try:
            fitted(item, each)
        except Refused:
            raise Refused(what) from None


def _mapping(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if not isinstance(value, Mapping):
        raise Refused(what)
    for key, item in value.items():
        for part, wanted in zip((key, item), args, strict=False):
            try:
                fitted(part, wanted)
            except Refused:
                raise Refused(f"{what}; {shown(key)} is {shown(item)}") from None
    return value


def _tuple(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if len(args) == 2 and args[1] is Ellipsis:
        return _sequence(value, args[:1], what)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence | np.ndarray):
        raise Refused(what)
    if len(value) != len(args):
        raise Refused(what)
    _items(value, args, what)
    return value


def _union(value: Any, args: tuple[Any, ...], what: str) -> Any:
    if value is None and type(None) in args:
        return None
    for wanted in args:
        try:
            return fitted(value, wanted)
        except Refused:
            continue
    texts = [t for a in args if typing.get_origin(a) is Literal for t in typing.get_args(a)]
    raise Refused(what + _nearest(value, texts))


def _nearest(value: Any, texts: list[Any]) -> str:
    names = [text for text in texts if isinstance(text, str)]
    return near_hint(value, names) if isinstance(value, str) else ""


def _is_arraylike(wanted: Any) -> bool:
    return wanted is npt.ArrayLike or typing.get_origin(wanted) is np.ndarray


def expectation(wanted: Any) -> str:
    """Return an annotation in words.

    >>> from neurodyn.arguments import Count
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
        return FINITE.phrase
    if wanted is int:
        return "a whole number"
    if origin in (typing.Union, types.UnionType):
        words = dict.fromkeys(expectation(a) for a in args)
        if _WORDS[os.PathLike] in words:  # text is one way to give a path
            words.pop(_WORDS[str], None)
        return " or ".join(words)
    if origin is Literal:
        return "one of " * (len(args) > 1) + ", ".join(map(repr, args))
    if origin is tuple and args and args[-1] is not Ellipsis:
        return "(" + ", ".join(expectation(a) for a in args) + ")"
    if origin is not None and inspect.isclass(origin):
        if issubclass(origin, Mapping):
            return "a mapping from " + " to ".join(expectation(a) for a in args)
        if issubclass(origin, Iterable):
            return f"a list (each {expectation(args[0])})"
    if origin is collections.abc.Callable or wanted in (Callable, collections.abc.Callable):
        return "a function"
    for known, words in _WORDS.items():
        if known in (wanted, origin):
            return words
    name = getattr(wanted, "__name__", str(wanted))
    return f"{'an' if name[:1] in 'AEIO' else 'a'} {name}"


def fitted(value: Any, wanted: Any) -> Any:
    """Return the value as the annotation wants it (numbers as float or int), or refuse it."""
    kind = None
    if typing.get_origin(wanted) is Annotated:
        wanted, *marks = typing.get_args(wanted)
        kind = next((mark for mark in marks if isinstance(mark, Kind)), None)
    if wanted is float:
        return read_number(value, kind or FINITE)
    if wanted is int:
        return _whole(value, kind)
    if _is_arraylike(wanted):
        if wanted is not npt.ArrayLike and isinstance(value, numbers.Number):
            raise Refused("numbers")  # one number is no array, though it can be made one
        return _array(value, kind)
    origin, args, what = typing.get_origin(wanted), typing.get_args(wanted), expectation(wanted)
    if origin in (typing.Union, types.UnionType):
        return _union(value, args, what)
    if origin is Literal:
        if not any(type(value) is type(a) and value == a for a in args):
            raise Refused(what + _nearest(value, list(args)))
        return value
    if wanted is bool:
        if not isinstance(value, bool | np.bool_):
            raise Refused(what)
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
    if wanted is Any or isinstance(wanted, Unloaded | TypeVar):
        return value
    checkable = inspect.isclass(wanted) and (
        not getattr(wanted, "_is_protocol", False) or getattr(wanted, "_is_runtime_protocol", False)
    )
    if checkable and wanted is not object and not isinstance(value, wanted):
        raise Refused(what)
    return value
