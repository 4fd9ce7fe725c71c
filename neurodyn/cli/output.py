"""Write what a command found: files that are whole or absent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import neurodyn as nd


def branch_table(branch: nd.EquilibriumBranch | nd.CycleBranch) -> str:
    """Return a branch as CSV: name and unit of each column, a row for each point."""
    columns = branch.columns()
    head = ",".join(f"{name} ({unit})" if unit else name for name, (_, unit) in columns.items())
    rows = zip(*(values.tolist() for values, _ in columns.values()), strict=True)
    return head + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)


def csv_rows(table: Any) -> str:
    """Return rows of numbers as CSV."""
    return "".join(",".join(f"{value:.10g}" for value in row) + "\n" for row in table)


def write_files(
    folder: Path, texts: dict[str, str], pictures: dict[str, Callable[[], Any]]
) -> None:
    """Write files so that each is whole or absent."""
    import os
    import tempfile

    import matplotlib
    import matplotlib.pyplot as plt

    from neurodyn.datasheet.render import checked_folder

    folder = checked_folder(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".neurodyn-") as name:
        for key, text in texts.items():
            (Path(name) / key).write_text(text)
        with matplotlib.rc_context(nd.plot.style(backend="agg")):
            for key, draw in pictures.items():
                figure = draw()
                figure.savefig(Path(name) / key)
                plt.close(figure)
        folder.mkdir(exist_ok=True)
        for key in (*texts, *pictures):
            os.replace(Path(name) / key, folder / key)
    print("written: " + ", ".join(str(folder / key) for key in (*texts, *pictures)))
