"""A training as a TOML file: data, network, rule, settling, synapses."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

from neurodyn.arguments import checked, shown
from neurodyn.errors import CallError, InputError, unknown_name
from neurodyn.files import read_toml
from neurodyn.learning.data import Labelled, read_labelled, split
from neurodyn.learning.eqprop.estimator import PRESETS, DeviceWeights, EqProp, eqprop_preset
from neurodyn.learning.eqprop.settling import Settling
from neurodyn.learning.eqprop.updates import (
    Continuous,
    ProbabilisticTernary,
    Quantised,
    Ternary,
    Update,
)
from neurodyn.learning.sets import Digits, digits
from neurodyn.synapses import MeasuredTable, WeakReset, read_pulse_table

_RULES: Mapping[str, type[Update]] = {
    "continuous": Continuous,
    "ternary": Ternary,
    "probabilistic_ternary": ProbabilisticTernary,
    "quantised": Quantised,
}
_TABLES = ("data", "network", "update", "settling", "synapse")
_DATA = ("file", "set", "held_back", "split_seed")
_NETWORK = ("preset", "hidden", "eta", "epochs", "batch", "init", "biases", "keep", "precision")
EXAMPLES = ("digits_probabilistic", "digits_on_measured_devices")


@dataclass(frozen=True)
class LearningRecipe:
    """What a file asks for.

    Parameters
    ----------
    network : EqProp
    data : Labelled
    validation : Labelled or None
        The part held back.
    """

    network: EqProp
    data: Labelled
    validation: Labelled | None


@checked
def read_learning(
    path: str | os.PathLike[str], *, data: str | os.PathLike[str] | None = None
) -> LearningRecipe:
    """Read a training from a TOML file, or one that is shipped.

    Parameters
    ----------
    path : path
        Or "digits_probabilistic", "digits_on_measured_devices". Files that it names lie beside it.
    data : path, optional
        Labelled data in place of the file's own; see ``read_labelled``.

    Raises
    ------
    InputError
        If the file cannot be read, or says what is unknown or does not fit.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.read_learning("digits_probabilistic").network.update
    ProbabilisticTernary(theta=0.0005, v=0.001)
    """
    place = Path(path)
    if str(path) in EXAMPLES and not place.exists():
        place = Path(__file__).parent / "examples" / f"{path}.toml"
    elif not place.suffix and not place.exists():
        raise unknown_name("file of a training, or shipped one", str(path), EXAMPLES)
    said = read_toml(place, "file of a training")
    for name, table in said.items():
        if name not in _TABLES:
            raise unknown_name("table", name, _TABLES)
        if not isinstance(table, dict):
            raise InputError(f"{name} is {shown(table)}; expected a table, [{name}]")
    network = _network(said, place.parent)
    whole, held = _data(said.get("data", {}), place.parent, data)
    return LearningRecipe(network, whole, held)


def _only(table: Mapping[str, Any], known: tuple[str, ...], name: str) -> None:
    for key in table:
        if key not in known:
            raise unknown_name(f"key in [{name}]", key, known)


def _made(what: Any, table: Mapping[str, Any], name: str) -> Any:
    """Call with the numbers of a table; lists become tuples."""
    known = tuple(f.name for f in fields(what) if f.init)
    _only(table, known, name)
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    try:
        return what(**values)
    except CallError as error:
        raise InputError(f"[{name}]: {error}") from None


def _network(said: Mapping[str, Any], folder: Path) -> EqProp:
    table = dict(said.get("network", {}))
    _only(table, _NETWORK, "network")
    preset = table.pop("preset", None)
    synapse = _synapse(said["synapse"], folder) if "synapse" in said else None
    if preset is None:
        network = EqProp()
    elif preset not in PRESETS:
        raise unknown_name("preset", str(preset), PRESETS)
    else:
        on_devices = preset.startswith("devices")
        if on_devices and synapse is None:
            raise InputError(f"preset {preset!r} needs devices; expected a table [synapse]")
        network = eqprop_preset(preset, synapse.technology if synapse and on_devices else None)
    changes: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    if "update" in said:
        rule = dict(said["update"])
        name = rule.pop("rule", None)
        if name not in _RULES:
            raise unknown_name("rule", str(name), _RULES)
        changes["update"] = _made(_RULES[name], rule, "update")
    if "settling" in said:
        changes["settling"] = _made(Settling, said["settling"], "settling")
    if synapse is not None:
        changes["synapse"] = synapse
    return replace(network, **changes)


def _synapse(table: Mapping[str, Any], folder: Path) -> DeviceWeights:
    rest = dict(table)
    file, model = rest.pop("table", None), rest.pop("model", None)
    when = rest.pop("on_saturation", "stop")
    if (file is None) == (model is None):
        raise InputError(
            "[synapse]: expected either table = FILE of pulses or model = 'weak_reset'"
        )
    if file is not None:
        technology: Any = MeasuredTable(read_pulse_table(folder / str(file)), when)
    elif model == "weak_reset":
        technology = WeakReset()
    else:
        raise unknown_name("model of a synapse", str(model), ("weak_reset",))
    _only(rest, ("weight", "alpha", "G_th"), "synapse")
    return _made(DeviceWeights, {"technology": technology, **rest}, "synapse")


def _data(
    table: Mapping[str, Any], folder: Path, given: str | os.PathLike[str] | None
) -> tuple[Labelled, Labelled | None]:
    _only(table, _DATA, "data")
    if given is not None:
        whole = read_labelled(given)
    elif "file" in table:
        whole = read_labelled(folder / str(table["file"]))
    elif "set" in table:
        if table["set"] not in get_args(Digits):
            raise unknown_name("set of data", str(table["set"]), get_args(Digits))
        whole = digits(table["set"])
    else:
        raise InputError("[data]: expected file = FILE, or set = 'digits' or 'mnist_5000'")
    part = table.get("held_back", 0.2)
    if part == 0:
        return whole, None
    return split(whole, part, table.get("split_seed", 20))
