"""The file of a device card: read as data, and refused if it is damaged or of a newer format.

Here and not with the cards, because files of networks name cards for their models.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from neurodyn.arguments import shown
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.model.stored.read import model_from_plain
from neurodyn.model.stored.table import Table

FORMAT, VERSION = "neurodyn device card", 1
_LARGEST = 50_000_000  # bytes: what is longer is no card


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a card's content, however its file is laid out."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


@contextmanager
def reading_card(path: Path) -> Iterator[None]:
    """Say which card it is that cannot be read, in one sentence."""
    where = str(path) if len(str(path)) <= 80 else f"...{str(path)[-77:]}"
    try:
        yield
    except (OSError, ValueError, RecursionError) as error:  # ValueError: no JSON, no UTF-8
        reason = getattr(error, "strerror", None) or error
        if isinstance(error, RecursionError):
            reason = "it is nested too deep"
        raise InputError(f"the device card {where!r} cannot be read: {reason}") from None


def card_table(path: Path) -> Table:
    """Return what a card says beside its format, version and digest, which are as they should be.

    Raises
    ------
    InputError, OSError, ValueError, RecursionError
        If not; :func:`reading_card` makes one sentence of them.
    """
    content = _content(path)
    top = Table(content, "the card")
    if top.take("format", None) != FORMAT:
        raise InputError(f'it is no device card; expected format "{FORMAT}"')
    version = top.take("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"its version is {shown(version)}; expected {VERSION}")
    if version > VERSION:
        raise InputError(
            f"it is of format {version}, which a newer neurodyn wrote; this one reads format "
            f"{VERSION}"
        )
    digest = top.take("digest", None)
    if digest is not None and digest != digest_of(content):
        raise InputError(
            "it is not as it was written: its digest is another; expected the file unchanged, or "
            "no digest if it was changed on purpose"
        )
    return top


def model_of_card(path: Path) -> Model:
    """Return the model of a card.

    Raises
    ------
    InputError
        If the card or its model cannot be read.
    """
    with reading_card(path):
        return model_from_plain(card_table(path).take("model"))


def _content(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST:
        raise InputError(f"it has more than {_LARGEST} bytes")
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() == ".toml":
        return tomllib.loads(text)
    return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise InputError(f"{next(n for n in names if names.count(n) > 1)!r} stands there twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise InputError(f"{name} is no number of JSON")
