"""Recipes of trace fits: a small TOML file that says which records are fitted, and how."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from neurodyn import devices
from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.fit_trace import fit_trace
from neurodyn.fitting.recipe import fit_recipe
from neurodyn.fitting.trace_fit import TraceFit
from neurodyn.fitting.trace_record import SpikeTrace, spike_trace
from neurodyn.io import read_trace
from neurodyn.progress import Progress, silent

_OPTIONS = ("parameters", "static", "method", "features", "skip", "T_amb", "starts", "seed")
_READER = ("time", "channels", "time_unit", "units", "encoding", "sheet")


def fit_trace_recipe(
    path: str | os.PathLike[str],
    *,
    store: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
) -> TraceFit:
    """Read the records that a recipe names, and fit as it says.

    The table ``[fit]`` has ``kind = "trace"``, ``model`` (of :mod:`neurodyn.devices`) and options
    of :func:`neurodyn.fit_trace` by their names; ``static`` may name the recipe of an I-V fit.
    ``[set]`` holds parameters of the model, in SI units. Each ``[[trace]]`` names a ``file``,
    relative to the recipe, with what :func:`neurodyn.read_trace` and
    :func:`neurodyn.spike_trace` take; further keys are what was set for that trace.

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
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the recipe {str(path)!r} cannot be read: {error}") from None
    for key in content:
        if key not in ("fit", "set", "trace"):
            raise unknown_name("table in a recipe of a trace fit", key, ("fit", "set", "trace"))
    options = dict(content.get("fit", {}))
    kind, name = options.pop("kind", "trace"), str(options.pop("model", "nbox_voltage_driven"))
    if kind != "trace":
        raise unknown_name("kind of fit here", str(kind), ("trace",))
    if name not in devices.__all__:
        raise unknown_name("model", name, devices.__all__)
    for key in options:
        if key not in _OPTIONS:
            raise unknown_name(f"option in {path.name}", key, _OPTIONS)
    if isinstance(options.get("T_amb"), list):
        options["T_amb"] = tuple(options["T_amb"])
    static = options.get("static", "fixed")
    if static not in ("fixed", "free"):
        options["static"] = fit_recipe(path.parent / str(static), progress=progress)
    entries = content.get("trace", [])
    if not isinstance(entries, list) or not entries:
        raise InputError(f"the recipe {path.name} has no [[trace]]; expected a file in each")
    traces = [_record(dict(entry), path) for entry in entries]
    model = getattr(devices, name)(**content.get("set", {}))
    return fit_trace(traces, model, store=store, progress=progress, **options)


def _record(entry: dict[str, Any], path: Path) -> SpikeTrace:
    if "file" not in entry:
        raise InputError(f"a [[trace]] of {path.name} has no file; expected one in each")
    file = path.parent / str(entry.pop("file"))
    reader = {key: entry.pop(key) for key in _READER if key in entry}
    return spike_trace(read_trace(file, **reader), **entry)
