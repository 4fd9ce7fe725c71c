"""Fit recipes: a small TOML file that says which data are fitted, with which model and options."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from neurodyn import devices
from neurodyn.arguments import checked
from neurodyn.errors import InputError, unknown_name
from neurodyn.files import read_toml
from neurodyn.fitting.iv.fit import IVFit
from neurodyn.fitting.iv.fit_iv import fit_iv
from neurodyn.fitting.iv.instrument import IVInstrument
from neurodyn.fitting.iv.request import IVMisfit
from neurodyn.fitting.noise import ChannelNoise
from neurodyn.fitting.trace.fit import TraceFit
from neurodyn.fitting.trace.fit_trace import fit_trace
from neurodyn.fitting.trace.instrument import TraceInstrument
from neurodyn.fitting.trace.methods import Features
from neurodyn.fitting.trace.record import SpikeTrace, spike_trace
from neurodyn.io import read_iv, read_trace
from neurodyn.progress import Progress, silent

IV_OPTIONS = (
    "model",
    "parameters",
    "noise",
    "misfit",
    "offset",
    "instrument",
    "starts",
    "seed",
)
"""Options of an I-V fit that a recipe may hold."""

_REPORT = ("profile", "draws", "dynamic_draws")  # what the command line adds to its report
_PAIRS = ("noise", "offset")
_TRACE_OPTIONS = ("parameters", "static", "method", "T_amb", "instrument", "starts", "seed")
_FEATURES = {"features": "names", "skip": "skip"}  # option to parameter of nd.Features
_I = TypeVar("_I", IVInstrument, IVMisfit, TraceInstrument)
_READER = ("time", "channels", "time_unit", "units", "encoding", "sheet")


@checked
def read_recipe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the recipe of an I-V fit.

    The table ``[fit]`` holds the options of :func:`neurodyn.fit_iv` by their names; a pair (value,
    standard deviation) is a list of two, a noise may be a table of the parts of
    :class:`neurodyn.ChannelNoise`, ``instrument`` and ``misfit`` are tables of
    :class:`neurodyn.IVInstrument` and :class:`neurodyn.IVMisfit`.
    "profile", "draws" and "dynamic_draws" beside them say what the command line adds to its report.
    Each ``[[data]]`` names a file, relative to the recipe, and its ``T_amb``, with further keys
    passed to :func:`neurodyn.read_iv`.

    Parameters
    ----------
    path : path of a TOML file

    Returns
    -------
    dict
        "kind", "files", "T_amb", "readers", "options" and "report", checked.

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
    content = _content(path, "iv", ("fit", "data"))
    given = _options(content, path, (*IV_OPTIONS, *_REPORT))
    report = {key: given.pop(key) for key in _REPORT if key in given}
    for key in _PAIRS:
        if isinstance(given.get(key), list):
            given[key] = tuple(_noise(part) for part in given[key])
    if "noise" in given:
        given["noise"] = _noise(given["noise"])
    if "instrument" in given:
        given["instrument"] = _choice(given["instrument"], IVInstrument, "instrument")
    if "misfit" in given:
        given["misfit"] = _choice(given["misfit"], IVMisfit, "misfit")
    files, ambients, readers = [], [], []
    for entry in _entries(content, "data", "file and T_amb", path):
        missing = [key for key in ("file", "T_amb") if key not in entry]
        if missing:
            raise InputError(
                f"a [[data]] of {path.name} has no {missing[0]}; expected file and T_amb"
            )
        files.append(path.parent / str(entry.pop("file")))
        T_amb = entry.pop("T_amb")
        ambients.append(tuple(T_amb) if isinstance(T_amb, list) else T_amb)
        readers.append(entry)
    return {
        "kind": "iv",
        "files": files,
        "T_amb": ambients,
        "readers": readers,
        "options": given,
        "report": report,
    }


@checked
def fit_recipe(
    path: str | os.PathLike[str],
    *,
    store: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
    **changes: Any,
) -> IVFit:
    """Read the I-V curves that a recipe names, and fit as it says.

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
    >>> fit = nd.fit_recipe(nd.default_iv().with_name("fit.toml"), starts=2)
    >>> fit.accepted
    True
    """
    recipe = read_recipe(path)
    options: Mapping[str, Any] = {**recipe["options"], **changes}
    for key in changes:
        if key not in IV_OPTIONS:
            raise unknown_name("option of a fit", key, IV_OPTIONS)
    pairs = zip(recipe["files"], recipe["readers"], strict=True)
    try:
        data = [read_iv(file, **reader) for file, reader in pairs]
    except TypeError as error:
        raise InputError(f"the recipe {Path(path).name}: {error}") from None
    return fit_iv(data, recipe["T_amb"], store=store, progress=progress, **options)


@checked
def fit_trace_recipe(
    path: str | os.PathLike[str],
    *,
    store: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
) -> TraceFit:
    """Read the spike traces that a recipe names, and fit as it says.

    The table ``[fit]`` has ``kind = "trace"``, ``model`` (of :mod:`neurodyn.devices`) and options
    of :func:`neurodyn.fit_trace` and :class:`neurodyn.Features` by their names; ``static`` may name
    the recipe of an I-V fit, ``instrument`` is a table of :class:`neurodyn.TraceInstrument`.
    ``[set]`` holds parameters of the model, in SI units. Each ``[[trace]]`` names a ``file``,
    relative to the recipe, with what :func:`neurodyn.read_trace` and :func:`neurodyn.spike_trace`
    take; further keys are what was set for that trace.

    Parameters
    ----------
    path : path of a TOML file
    store, progress
        As in :func:`neurodyn.fit_trace`.

    Returns
    -------
    TraceFit

    Raises
    ------
    InputError
        If the recipe cannot be read, or says something that is not understood.

    Examples
    --------
    >>> import neurodyn as nd, numpy as np, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> neuron = nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, C_ext=20e-12)
    >>> t = np.arange(0.0, 6e-6, 0.7e-9)
    >>> y = nd.solve(neuron, 6e-6).at(t, "V") + 2e-3 * np.sin(np.arange(len(t)) ** 2)
    >>> np.savez(folder / "run.npz", t=t, V=y)
    >>> _ = (folder / "fit.toml").write_text('''
    ... [fit]
    ... kind = "trace"
    ... model = "nbox_voltage_driven"
    ... parameters = ["C_th"]
    ... T_amb = [298.0, 1.0]
    ... starts = 1
    ... [set]
    ... R_load = 7e3
    ... C_ext = 20e-12
    ... [[trace]]
    ... file = "run.npz"
    ... V_s = 1.6
    ... ''')
    >>> nd.fit_trace_recipe(folder / "fit.toml").accepted
    True
    """
    path = Path(path)
    content = _content(path, "trace", ("fit", "set", "trace"))
    options = _options(content, path, ("model", *_TRACE_OPTIONS, *_FEATURES))
    name = str(options.pop("model", "nbox_voltage_driven"))
    if name not in devices.__all__:
        raise unknown_name("model", name, devices.__all__)
    if isinstance(options.get("T_amb"), list):
        options["T_amb"] = tuple(options["T_amb"])
    if "instrument" in options:
        options["instrument"] = _choice(options["instrument"], TraceInstrument, "instrument")
    features = {key: options.pop(key) for key in _FEATURES if key in options}
    if features:
        if options.get("method", "features") != "features":
            raise InputError(f"{path.name}: {next(iter(features))} is an option of features only")
        options["method"] = Features(**{_FEATURES[key]: value for key, value in features.items()})
    static = options.get("static", "fixed")
    if static not in ("fixed", "free"):
        options["static"] = fit_recipe(path.parent / str(static), progress=progress)
    traces = [_record(entry, path) for entry in _entries(content, "trace", "a file", path)]
    model = getattr(devices, name)(**content.get("set", {}))
    return fit_trace(traces, model, store=store, progress=progress, **options)


def _content(path: Path, kind: str, tables: Collection[str]) -> dict[str, Any]:
    """Read the file, and check its kind and the names of its tables."""
    content = read_toml(path, "the recipe")
    for key in content:
        if key not in tables:
            raise unknown_name(f"table in a recipe of kind {kind!r}", key, tables)
    found = content.get("fit", {}).get("kind", kind)
    if found != kind:
        raise unknown_name("kind of fit here", str(found), (kind,))
    return content


def _options(content: Mapping[str, Any], path: Path, known: Collection[str]) -> dict[str, Any]:
    options = {key: value for key, value in content.get("fit", {}).items() if key != "kind"}
    for key in options:
        if key not in known:
            raise unknown_name(f"option in {path.name}", key, known)
    return options


def _entries(
    content: Mapping[str, Any], table: str, expected: str, path: Path
) -> list[dict[str, Any]]:
    entries = content.get(table, [])
    if not isinstance(entries, list) or not entries:
        raise InputError(f"the recipe {path.name} has no [[{table}]]; expected {expected} in each")
    return [dict(entry) for entry in entries]


def _noise(given: Any) -> Any:
    """Return a table of the parts of a channel's noise as such, and anything else as it is."""
    if not isinstance(given, dict):
        return given
    for key in given:
        if key not in ("relative", "absolute", "resolution"):
            raise unknown_name("part of a noise", key, ("relative", "absolute", "resolution"))
    return ChannelNoise(**given)


def _choice(given: Any, kind: type[_I], what: str) -> _I:
    """Return a table of the settings of a choice as such; a list of two is (mean, sd)."""
    known = [field.name for field in fields(kind)]
    if not isinstance(given, dict):
        raise InputError(f"{what} is {given!r}; expected a table of {', '.join(known)}")
    for key in given:
        if key not in known:
            raise unknown_name(f"setting of {what}", key, known)
    settings: dict[str, Any] = {
        key: tuple(x) if isinstance(x, list) else x for key, x in given.items()
    }
    return kind(**settings)


def _record(entry: dict[str, Any], path: Path) -> SpikeTrace:
    if "file" not in entry:
        raise InputError(f"a [[trace]] of {path.name} has no file; expected one in each")
    file = path.parent / str(entry.pop("file"))
    reader = {key: entry.pop(key) for key in _READER if key in entry}
    return spike_trace(read_trace(file, **reader), **entry)
