"""Output of a command: its table on standard output, its files whole and together or not at all."""

from __future__ import annotations

import argparse
import functools
import glob
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.files import writable_place, write_together, write_whole


class Destination:
    """Place that ``--out`` names; checked when the options are read, before any work.

    Parameters
    ----------
    text : str
        As it was given.
    """

    def __init__(self, text: str) -> None:
        self.text, self.path = text, Path(text)
        self.written = False

    def __str__(self) -> str:
        return self.text

    def check(self) -> None:
        """Refuse a place where nothing can be written."""
        if not self.text.strip():
            raise InputError("--out is empty; expected a name")

    def _write(self, write: Callable[[], Any]) -> Any:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            found = write()
        except OSError as error:
            raise InputError(f"cannot write to {self.text}: {error.strerror or error}") from None
        self.written = True
        return found


class Folder(Destination):
    """Folder for the files of a command, whose names may have wildcards."""

    def __init__(self, text: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.names = names

    def check(self) -> None:
        super().check()
        writable_place(self.path, self.names)

    def write(
        self,
        texts: Mapping[str, str],
        pictures: Mapping[str, Callable[[], Any]] | None = None,
        others: Mapping[str, Callable[[Path], Any]] | None = None,
    ) -> None:
        """Write texts, pictures and what writes itself so that all of them change or none."""

        def make(folder: Path) -> None:
            for name, text in texts.items():
                (folder / name).write_text(text, encoding="utf-8")
            for name, draw in (pictures or {}).items():
                _draw(draw, folder / name)
            for name, write in (others or {}).items():
                write(folder / name)

        paths = self._write(lambda: write_together(self.path, make))
        print("written: " + ", ".join(map(str, paths)))


class Picture(Destination):
    """File of one picture."""

    def check(self) -> None:
        super().check()
        if self.path.suffix.lower() not in (".png", ".pdf", ".svg"):
            raise InputError(
                f"--out is {self.text!r}; expected a name that ends in .png, .pdf or .svg"
            )
        writable_place(self.path.parent, (glob.escape(self.path.name),), together=False)

    def write(self, draw: Callable[[], Any]) -> None:
        """Draw and write the picture whole."""
        self._write(lambda: write_whole(self.path, lambda path: _draw(draw, path)))
        print(f"written: {self.path}")


class TextFile(Destination):
    """One file of text."""

    def check(self) -> None:
        super().check()
        writable_place(self.path.parent, (glob.escape(self.path.name),), together=False)

    def write(self, text: str) -> None:
        """Write the text whole."""
        self._write(lambda: write_whole(self.path, text))
        print(f"written: {self.path}")


def out_option(parser: argparse.ArgumentParser, *names: str, default: str | None = None) -> None:
    """Let the command take ``--out DIR``, and say which files it writes there."""
    listing = ", ".join(names[:-1]) + " and " * (len(names) > 1) + names[-1]
    end = "" if default is None else f" [{default}]"
    parser.add_argument(
        "--out",
        metavar="DIR",
        default=default,
        type=functools.partial(Folder, names=names),
        help=f"write {listing} there{end}",
    )


def _draw(draw: Callable[[], Any], path: Path) -> None:
    import matplotlib
    import matplotlib.pyplot as plt

    with matplotlib.rc_context(nd.plot.style(backend="agg")):
        figure = draw()
        figure.savefig(path)
        plt.close(figure)


def branch_table(branch: nd.EquilibriumBranch | nd.CycleBranch) -> str:
    """Return a branch as CSV: name and unit of each column, a row for each point."""
    columns = branch.columns()
    head = ",".join(f"{name} ({unit})" if unit else name for name, (_, unit) in columns.items())
    rows = zip(*(values.tolist() for values, _ in columns.values()), strict=True)
    return head + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)


def csv_rows(table: Any) -> str:
    """Return rows of numbers as CSV."""
    return "".join(",".join(f"{value:.10g}" for value in row) + "\n" for row in table)
