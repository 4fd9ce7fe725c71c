"""Fit recipes: a small TOML file that says which data are fitted with which model and options."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.fit_iv import fit_iv
from neurodyn.fitting.iv_fit import IVFit
from neurodyn.io import read_iv
from neurodyn.progress import Progress, silent

_OPTIONS = (
    "model", "parameters", "noise", "loss", "offset", "R_series", "censored", "jumps", "starts",
    "seed", "profile", "draws", "dynamic_draws",
)  # fmt: skip
_PAIRS = ("noise", "offset", "R_series")


def read_recipe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a fit recipe.

    The table ``[fit]`` holds the options of :func:`neurodyn.fit_iv` by their names; a pair (value,
    standard deviation) is a list of two. Each ``[[data]]`` names a file, relative to the recipe,
    and its ``T_amb``, with further keys passed to :func:`neurodyn.read_iv`.

    Parameters
    ----------
    path : path of a TOML file

    Returns
    -------
    dict
        "kind", "files", "T_amb", "readers" and "options", checked.

    Raises
    ------
    InputError
        If the file cannot be read, or says something that is not understood.

    Examples
    --------
    >>> import neurodyn as nd
    >>> recipe = nd.read_recipe(nd.default_iv().with_name("fit.toml"))
    >>> recipe["T_amb"]
    [(298.0, 1.0)]
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the recipe {str(path)!r} cannot be read: {error}") from None
    for key in content:
        if key not in ("fit", "data"):
            raise unknown_name("table in a recipe", key, ("fit", "data"))
    options = dict(content.get("fit", {}))
    kind = options.pop("kind", "iv")
    if kind != "iv":
        raise unknown_name("kind of fit in a recipe", str(kind), ("iv",))
    for key in options:
        if key not in _OPTIONS:
            raise unknown_name(f"option in {path.name}", key, _OPTIONS)
    for key in _PAIRS:
        if isinstance(options.get(key), list):
            options[key] = tuple(options[key])
    entries = content.get("data", [])
    if not isinstance(entries, list) or not entries:
        raise InputError(
            f"the recipe {path.name} has no [[data]]; expected a file and T_amb in each"
        )
    files, ambients, readers = [], [], []
    for entry in entries:
        reader: dict[str, Any] = dict(entry)
        missing = [key for key in ("file", "T_amb") if key not in reader]
        if missing:
            raise InputError(
                f"a [[data]] of {path.name} has no {missing[0]}; expected file and T_amb"
            )
        files.append(path.parent / str(reader.pop("file")))
        T_amb = reader.pop("T_amb")
        ambients.append(tuple(T_amb) if isinstance(T_amb, list) else T_amb)
        readers.append(reader)
    return {
        "kind": kind, "files": files, "T_amb": ambients, "readers": readers, "options": options,
    }  # fmt: skip


def fit_recipe(
    path: str | os.PathLike[str],
    *,
    store: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
    **changes: Any,
) -> IVFit:
    """Read the data that a recipe names, and fit as it says.

    Parameters
    ----------
    path : path of a TOML file
        See :func:`read_recipe`.
    store, progress
        As in :func:`neurodyn.fit_iv`.
    **changes
        Options that take the place of those in the recipe.

    Returns
    -------
    IVFit

    Raises
    ------
    InputError
        For a recipe, a file or an option that cannot be used.

    Examples
    --------
    >>> import neurodyn as nd
    >>> fit = nd.fit_recipe(nd.default_iv().with_name("fit.toml"), profile=False, draws=0)
    >>> fit.accepted
    True
    """
    recipe = read_recipe(path)
    options: Mapping[str, Any] = {**recipe["options"], **changes}
    for key in changes:
        if key not in _OPTIONS:
            raise unknown_name("option of a fit", key, _OPTIONS)
    pairs = zip(recipe["files"], recipe["readers"], strict=True)
    try:
        data = [read_iv(file, **reader) for file, reader in pairs]
    except TypeError as error:
        raise InputError(f"the recipe {Path(path).name}: {error}") from None
    return fit_iv(data, recipe["T_amb"], store=store, progress=progress, **options)
