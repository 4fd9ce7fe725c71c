"""``nd.write_network``: a network as a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import numpy as np

from neurodyn.arguments import Positive, checked
from neurodyn.errors import InputError
from neurodyn.files import save_arrays, write_together, write_whole
from neurodyn.network.lockstep import Lockstep
from neurodyn.network.network import Connection, Network
from neurodyn.network.populations import Population, Source, SpikeSource
from neurodyn.network.record import Record
from neurodyn.network.storage.arrays import NewArrays
from neurodyn.network.storage.kinds import NAMES
from neurodyn.network.storage.models import described
from neurodyn.network.storage.toml import as_toml
from neurodyn.provenance import sha256
from neurodyn.simulation.options import Adaptive
from neurodyn.stimuli import Stimulus


@checked
def write_network(
    network: Network,
    path: str | os.PathLike[str],
    *,
    t_end: Positive | None = None,
    record: Record | None = None,
    method: Adaptive | Lockstep | None = None,
) -> None:
    """Write a network as a TOML file, which :func:`neurodyn.read_network` reads.

    Keys are the names of the arguments in Python, every number has all its digits, and a run of
    what is read back has the same digits. More than a few numbers go into a file of the same name
    that ends in ``.npz``; both change together.

    Parameters
    ----------
    network : Network
        Of models of :mod:`neurodyn.devices`: a file holds no equations.
    path : path
        Its folder exists.
    t_end, record, method : optional
        Of :func:`neurodyn.simulate`, for :func:`neurodyn.run_options`.

    Raises
    ------
    InputError
        For a model that is not of the library, or a place that cannot be written.

    Examples
    --------
    >>> import neurodyn as nd, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "pair.toml"
    >>> pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    >>> inhibition = nd.Connection("pair", "pair", -6e-5, 2.5e-7, nd.Rectangular(1e-7))
    >>> nd.write_network(nd.Network([pair], [inhibition]), path, t_end=3e-6)
    >>> print(path.read_text().split("\\n\\n")[2])
    [[connections]]
    pre = "pair"
    post = "pair"
    weight = -6e-05
    delay = 2.5e-07
    shape.rectangular = 1e-07
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise InputError(f"cannot write to {str(path)!r:.80}: its folder does not exist")
    arrays = NewArrays(f"{path.stem}.npz")
    run = {"t_end": t_end} if t_end is not None else {}
    if record is not None:
        run |= {"record": _arguments(record, arrays, "record")}
    if method is not None:
        run |= {"method": _named(method, arrays, "method")}
    content: dict[str, Any] = {
        "seed": network.seed,
        "populations": [_population(p, arrays) for p in network.populations],
        "connections": [_connection(c, arrays) for c in network.connections],
    }
    content = {key: value for key, value in (content | {"run": run}).items() if value != {}}
    try:
        if not arrays.arrays:
            write_whole(path, as_toml(content))
        else:
            write_together(path.parent, lambda folder: _both(folder / path.name, content, arrays))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write to {str(path)!r:.80}: {reason}") from None


def _both(path: Path, content: Mapping[str, Any], arrays: NewArrays) -> None:
    beside = path.with_name(arrays.file)
    save_arrays(beside, arrays.arrays)
    digest = {"files": {arrays.file: sha256(beside.read_bytes())}}
    path.write_text(as_toml({**content, **digest}), encoding="utf-8")


def _population(item: Population | Source, arrays: NewArrays) -> dict[str, Any]:
    if isinstance(item, SpikeSource):
        trains = [np.asarray(train, float) for train in item.times]
        return {"name": item.name, "times": arrays.refer_trains(item.name, trains)}
    found = _arguments(item, arrays, item.name)
    if isinstance(item, Population):
        try:
            found["model"] = described(item.model)
        except InputError as error:
            raise InputError(f"population {item.name!r}: {error}") from None
    return found


def _connection(item: Connection, arrays: NewArrays) -> dict[str, Any]:
    found = _arguments(item, arrays, item.name)
    if item.name == f"{item.pre} -> {item.post}":
        del found["name"]
    return found


def _arguments(item: Any, arrays: NewArrays, place: str) -> dict[str, Any]:
    """Return the arguments of a dataclass that are not as by default."""
    found = {}
    for field in fields(item):
        value = getattr(item, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if field.name == "model" or not _is(value, default):
            found[field.name] = _plain(value, arrays, f"{place}/{field.name}")
    return found


def _is(value: Any, default: Any) -> bool:
    if value is default:
        return True
    simple = (bool, int, float, str, tuple, dict)
    return isinstance(value, (*simple, type(default))) and np.ndim(value) == 0 and value == default


def _plain(value: Any, arrays: NewArrays, place: str) -> Any:
    """Return what a file holds of an argument; ``place`` names its array."""
    if type(value) in NAMES:
        return _named(value, arrays, place)
    if isinstance(value, Stimulus):
        return _arguments(value, arrays, place)
    if isinstance(value, Mapping):
        base = place.rpartition("/")[0]
        return {key: _plain(item, arrays, f"{base}/{key}") for key, item in value.items()}
    texts = isinstance(value, list | tuple) and any(isinstance(item, str) for item in value)
    if texts or value is None or isinstance(value, bool | int | float | str):
        return value
    return arrays.refer(place, value)


def _named(value: Any, arrays: NewArrays, place: str) -> Any:
    """Return ``"all_to_all"``, ``{rectangular = 1e-7}``, ``{normal = [0.0, 1.0]}`` or a table."""
    found = _arguments(value, arrays, place)
    name, every = NAMES[type(value)], fields(value)
    needed = all(f.default is MISSING and f.default_factory is MISSING for f in every)
    scalars = all(isinstance(part, int | float) for part in found.values())
    if not every:
        return name
    if needed and scalars and len(every) <= 2:
        parts = list(found.values())
        return {name: parts[0] if len(parts) == 1 else parts}
    return {name: found}
