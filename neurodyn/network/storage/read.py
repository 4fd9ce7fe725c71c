"""``nd.read_network`` and ``nd.run_options``: a network from a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from neurodyn.arguments import Whole, checked, shown
from neurodyn.errors import InputError, unknown_name
from neurodyn.files import read_toml
from neurodyn.model import Model
from neurodyn.network.network import Connection, Network
from neurodyn.network.populations import PoissonSource, Population, Source, SpikeSource
from neurodyn.network.record import Record
from neurodyn.network.storage.arrays import ArrayFiles
from neurodyn.network.storage.kinds import KINDS, argument_names
from neurodyn.network.storage.models import model_from
from neurodyn.stimuli import Stimulus
from neurodyn.stimuli.parse import parse_stimulus

_TABLES = ("seed", "populations", "connections", "run", "files")
_RUN = ("t_end", "record", "method")


@checked
def read_network(path: str | os.PathLike[str], *, seed: Whole | None = None) -> Network:
    """Read a network from a TOML file; docs/networks.md tells its format.

    Keys are the names of the arguments of :class:`neurodyn.Population` and the sources,
    :class:`neurodyn.Connection` and their parts. A file holds data only, and nothing in it is run.

    Parameters
    ----------
    path : path of a TOML file
        Other files that it names lie relative to it.
    seed : int, optional
        In place of the file's.

    Returns
    -------
    Network

    Raises
    ------
    InputError
        If a file cannot be read, or says something that is not understood.

    Examples
    --------
    >>> import neurodyn as nd
    >>> network = nd.read_network(nd.example_network("ring"))
    >>> nd.simulate(network, **nd.run_options(nd.example_network("ring")))
    <network run: 46 spikes of 12 neurons 'ring' in 1e-05 s
      1 spikes of 1 neurons 'start' in 1e-05 s>
    """
    path = Path(path)
    content = _content(path)
    with _at(path.name):
        files = ArrayFiles(path.parent, _table(content, "files"))
        given = content.get("seed", 0) if seed is None else seed
        populations = [
            _named_entry("population", entry, files, _population)
            for entry in _entries(content, "populations")
        ]
        connections = [
            _named_entry("connection", entry, files, _connection)
            for entry in _entries(content, "connections")
        ]
        network = Network(populations, connections, given)
        len(network.synapses)  # drawn here, so that what cannot be drawn is told with the file
        return network


@checked
def run_options(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what a network file says of its run, as keywords of :func:`neurodyn.simulate`.

    Parameters
    ----------
    path : path of a TOML file

    Returns
    -------
    dict
        ``t_end``, ``record`` and ``method``, those that the file has.

    Raises
    ------
    InputError
        If the file cannot be read, or says something that is not understood.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.run_options(nd.example_network("ring"))["t_end"]
    1e-05
    """
    path = Path(path)
    content = _content(path)
    with _at(f"{path.name}: run"):
        run = dict(_table(content, "run"))
        for key in run:
            if key not in _RUN:
                raise unknown_name("key of a run", key, _RUN)
        files = ArrayFiles(path.parent, {})
        if "record" in run:
            run["record"] = _made(Record, run["record"], files)
        if "method" in run:
            run["method"] = _chosen("method", run["method"], files)
        return run


def _content(path: Path) -> dict[str, Any]:
    content = read_toml(path, "the network")
    with _at(path.name):
        for key in content:
            if key not in _TABLES:
                raise unknown_name("key of a network", key, _TABLES)
    return content


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Say where in a file it is that something is not understood."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from None


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, Mapping):
        raise InputError(f"{name} is {shown(found)}; expected a table")
    return found


def _entries(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = content.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise InputError(f"{name} is {shown(found)}; expected tables [[{name}]]")
    return found


def _named_entry(
    kind: str, entry: Mapping[str, Any], files: ArrayFiles, make: Callable[..., Any]
) -> Any:
    ends = f"{entry.get('pre')} -> {entry.get('post')}"
    name = entry.get("name", ends if kind == "connection" else "without a name")
    with _at(f"{kind} {shown(name)}"):
        return make(dict(entry), files)


def _population(entry: dict[str, Any], files: ArrayFiles) -> Population | Source:
    if "times" in entry:
        return _made(SpikeSource, entry, files)
    if "rate" in entry:
        return _made(PoissonSource, entry, files)
    _check_keys(Population, entry)
    if "model" not in entry:
        raise InputError("expected a model, or times or a rate of a source")
    model = entry["model"] = model_from(entry["model"], files.folder)
    for key in ("parameters", "start", "devices"):
        values = _table(entry, key)
        entry[key] = {name: _numbers(value, files) for name, value in values.items()}
    inputs = _table(entry, "inputs")
    entry["inputs"] = {n: _stimulus(n, value, model, files) for n, value in inputs.items()}
    return Population(**entry)


def _stimulus(name: str, given: Any, model: Model, files: ArrayFiles) -> Any:
    if isinstance(given, Mapping):
        return _made(Stimulus, given, files)
    if isinstance(given, str):
        if "(" not in given:
            raise InputError(
                f"inputs: {name} is {shown(given)}; expected a number, a shape such as "
                '"pulse(2e-4, width=1e-6)", or a table of times and values'
            )
        units = {quantity.name: quantity.unit for quantity in model.inputs}
        if name not in units:
            raise unknown_name("input", name, units)
        return parse_stimulus(given, units[name], model.time_unit)
    return given


def _connection(entry: dict[str, Any], files: ArrayFiles) -> Connection:
    _check_keys(Connection, entry)
    for key in ("weight", "delay"):
        if key in entry:
            entry[key] = _numbers(entry[key], files)
    for key in ("shape", "pattern", "plasticity"):
        if key in entry:
            entry[key] = _chosen(key, entry[key], files)
    return Connection(**entry)


def _check_keys(cls: type[Any], given: Mapping[str, Any]) -> None:
    known = argument_names(cls)
    for key in given:
        if key not in known:
            raise unknown_name(f"argument of {cls.__name__}", key, known)


def _made(cls: type[Any], given: Any, files: ArrayFiles) -> Any:
    """Return a dataclass from a table of its arguments, a list of them, or the only one."""
    if not isinstance(given, Mapping) or "file" in given:
        values = given if isinstance(given, list) else [given]
        return cls(*(_numbers(value, files) for value in values))
    _check_keys(cls, given)
    return cls(**{key: _resolved(value, files) for key, value in given.items()})


def _resolved(given: Any, files: ArrayFiles) -> Any:
    """Return a value with what it names in files in its place."""
    if isinstance(given, Mapping):
        if "file" in given:
            return files.array(given)
        return {key: _resolved(value, files) for key, value in given.items()}
    if isinstance(given, list) and any(isinstance(value, Mapping) for value in given):
        return [_resolved(value, files) for value in given]
    return given


def _chosen(kind: str, given: Any, files: ArrayFiles) -> Any:
    """Return what ``"all_to_all"`` or ``{rectangular = 1e-7}`` means."""
    table = {given: {}} if isinstance(given, str) else given
    if not isinstance(table, Mapping) or len(table) != 1:
        example = {"shape": "rectangular = 1e-7", "distribution": "lognormal = [190.0, 0.05]"}
        raise InputError(
            f"{kind} is {shown(given)}; expected one name and its arguments"
            + (f", such as {{{example[kind]}}}" if kind in example else "")
        )
    ((name, arguments),) = table.items()
    if name not in KINDS[kind]:
        raise unknown_name(kind, name, KINDS[kind])
    return _made(KINDS[kind][name], arguments, files)


def _numbers(given: Any, files: ArrayFiles) -> Any:
    """Return numbers, an array in a file, or a distribution."""
    if not isinstance(given, Mapping):
        return given
    return files.array(given) if "file" in given else _chosen("distribution", given, files)
