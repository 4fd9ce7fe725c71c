"""What all formats share: the result, names that a format can hold, and what it must refuse."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sympy

from neurodyn.arguments import checked, shown
from neurodyn.errors import InputError
from neurodyn.export.printing import number
from neurodyn.files import write_whole
from neurodyn.model import Model
from neurodyn.noise import StochasticModel

DIGITS = 30
"""Of a number while sympy folds it; a file holds the nearest double."""


@dataclass(frozen=True, repr=False)
class Exported:
    """A model in the language of another program.

    Parameters
    ----------
    program : str
        Which one.
    text : str
        The file.
    suffix : str
        What the name of such a file ends in, e.g. ``".cir"``.
    names : mapping from neurodyn name to name in the file
        Of states, parameters, inputs and constants.
    """

    program: str
    text: str
    suffix: str
    names: Mapping[str, str]

    @checked
    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file, whole or not at all.

        Raises
        ------
        InputError
            If the place cannot be written.
        """
        write_file(path, self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        renamed = [f"{name} -> {new}" for name, new in self.names.items() if name != new]
        told = f"; renamed: {', '.join(renamed)}" if renamed else ""
        return f"<{self.program} file of {len(self.text.splitlines())} lines{told}>"


def write_file(path: str | os.PathLike[str], text: str) -> None:
    """Write a file, whole or not at all, or say why not."""
    try:
        write_whole(Path(path), text)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{shown(str(path))} cannot be written: {reason}") from None


@dataclass(frozen=True)
class Language:
    """What a format can hold.

    Parameters
    ----------
    program : str
    reserved : collection of str
        Words that the format keeps for itself.
    capitals : bool
        Whether it tells small letters from capitals.
    resets : bool
        Whether it can hold a neuron that is reset at its spikes.
    switches : bool
        Whether it can hold a device whose state jumps (hysteresis).
    noise : bool
        Whether it can hold white noise.
    """

    program: str
    reserved: Collection[str]
    capitals: bool = True
    resets: bool = False
    switches: bool = False
    noise: bool = False

    def model_of(self, model: Model | StochasticModel) -> Model:
        """Return the model, without the noise on it, if the format can hold it.

        Raises
        ------
        InputError
            For white noise, a reset or a switch that the format does not have.
        """
        if isinstance(model, StochasticModel) and self.noise:
            model = model.model
        elif isinstance(model, StochasticModel):
            raise InputError(
                f"{model.model.name!r} has white noise, which {self.program} files of neurodyn do "
                "not hold; expected the model without noise (.base)"
            )
        what = ""
        if model.switch is not None and not self.switches:
            what = "switches (it has hysteresis: a state that jumps)"
        elif model.switch is None and model.jump is not None and not self.resets:
            what = "is reset at its spikes"
        if what:
            raise InputError(
                f"{model.name!r} {what}, which a {self.program} file cannot express; sbml can"
            )
        return model

    def names(self, model: Model, *taken: str) -> dict[str, str]:
        """Return a name in the file for each state, parameter, input and constant.

        A name that is reserved or taken gets a number at its end.
        """
        groups = (model.states, model.parameters, model.inputs, model.constants)
        used = {self._plain(word) for word in (*self.reserved, *taken)}
        found = {}
        every = [item.name for group in groups for item in group]
        kept = {self._plain(name) for name in every}
        for name in every:
            new, count = name, 1
            while self._plain(new) in used or (count > 1 and self._plain(new) in kept):
                count += 1
                new = f"{name}_{count}"
            used.add(self._plain(new))
            found[name] = new
        return found

    def _plain(self, name: str) -> str:
        return name if self.capitals else name.lower()


def renamed(expression: sympy.Expr, names: Mapping[str, str]) -> sympy.Expr:
    """Return an expression in the names of a file; "@" keeps new symbols apart from old ones."""
    swap: dict[sympy.Basic, sympy.Expr] = {
        symbol: sympy.Symbol(f"@{names[symbol.name]}", real=True)
        for symbol in expression.free_symbols
        if isinstance(symbol, sympy.Symbol) and symbol.name in names
    }
    return expression.xreplace({**swap, sympy.pi: sympy.pi.evalf(DIGITS)})


def heading(model: Model, names: Mapping[str, str], program: str, more: Iterable[str] = ()) -> str:
    """Return what every file says at its top, a line each: source, mapping of names, meanings."""
    lines = [f"{model.name}, written by neurodyn for {program}"]
    lines += textwrap.wrap(model.reference, 90)
    lines += more
    changed = [f"{name} is {new}" for name, new in names.items() if name != new]
    if changed:
        told = f"names that could not stay (neurodyn is file): {', '.join(changed)}"
        lines += textwrap.wrap(told, 90)
    return "\n".join(line.encode("ascii", "replace").decode() for line in lines)


def commented(text: str, mark: str) -> str:
    """Return lines as comments."""
    return "\n".join(f"{mark} {line}".rstrip() for line in text.splitlines())


def identifier(model: Model) -> str:
    """Return the name of a model as one word of small letters, digits and underscores."""
    word = "".join(c if c.isascii() and c.isalnum() else "_" for c in model.name.lower())
    word = "_".join(part for part in word.split("_") if part)
    return word if word[:1].isalpha() else f"model_{word}"


def value_of(model: Model, name: str) -> str:
    """Return the value of a parameter, input or constant with all its digits."""
    constants = model.constant_values
    return number(constants[name] if name in constants else model[name])


def described(model: Model, name: str) -> str:
    """Return unit and meaning of a quantity."""
    groups = (model.states, model.parameters, model.inputs, model.constants, model.outputs)
    item = next(item for group in groups for item in group if item.name == name)
    text = f"[{item.unit}] {item.meaning}".strip()
    return text.encode("ascii", "replace").decode()
