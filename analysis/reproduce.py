"""Run every figure of the source again, and write what came of it to REPRODUCTION.md."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
VERDICTS = ("reproduced", "reproduced with a stated change", "contradicted")
COLUMNS = ("claim", "source", "ours", "verdict", "why")
HEAD = """\
# The figures of the source, redone

Written by `make reproduce` (`python analysis/reproduce.py`) from the JSON files in `results/`; not
to be edited. The source is M. Drouhin, PhD thesis, Paris-Saclay 2023 (NNT 2023UPAST168), chapter 2
and perspectives.

- **reproduced**: with the source's numbers, its Table 2.1, and our default T_amb = 298 K, which it
  does not give. Where it leaves something else open, all readings were computed and "why" says for
  which it holds.
- **reproduced with a stated change**: what it shows comes out after the change that "why" states.
- **contradicted**: its equations or numbers say something else.

Figures 2.1 to 2.3 and 2.7 (device, forming, circuits) show nothing that can be simulated.
"""


def order(path: Path) -> list[Any]:
    """Return a key that puts fig_2_4 before fig_2_10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.stem)]


def scripts() -> list[Path]:
    """Return all scripts that redo a figure, in the order of the source."""
    return sorted(HERE.glob("fig_*.py"), key=order)


def cell(value: Any) -> str:
    """Return one cell of a Markdown table."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.replace("|", "\\|").split())


def claims(path: Path) -> list[dict[str, Any]]:
    """Return the statements in a JSON file, each with its figure.

    Raises
    ------
    ValueError
        If a statement lacks a key or has another verdict than the three.
    """
    result = json.loads(path.read_text())
    rows = [{"figure": result["figure"], **row} for row in result.get("claims", [result])]
    for row in rows:
        missing = [name for name in COLUMNS if name not in row]
        if missing or row["verdict"] not in VERDICTS:
            raise ValueError(f"{path.name}: lacks {missing}, or verdict {row.get('verdict')!r}")
    return rows


def report(results: Path) -> str:
    """Return REPRODUCTION.md as the JSON files say it."""
    paths = sorted(results.glob("fig_*.json"), key=order)
    rows = [(path, row) for path in paths for row in claims(path)]
    count = Counter(row["verdict"] for _, row in rows)
    summary = ", ".join(f"{count[verdict]} {verdict}" for verdict in VERDICTS)
    lines = [HEAD, f"{len(rows)} statements: {summary}.\n"]
    lines += [
        "| figure | the source's claim | its numbers | ours | verdict | why |",
        "|---" * 6 + "|",
    ]
    for path, row in rows:
        link = f"[{row['figure']}](results/{path.stem}.png)"
        cells = [cell(row[name]) for name in COLUMNS]
        cells[3] = f"**{cells[3]}**"
        lines.append(" | ".join([f"| {link}", *cells]) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all scripts, or with ``--table`` only write the table from the JSON files at hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help="do not run the scripts")
    results = HERE / "results"
    if not parser.parse_args().table:
        begin = time.perf_counter()
        for script in scripts():
            start = time.perf_counter()
            subprocess.run([sys.executable, str(script), "--out", str(results)], check=True)
            print(f"-- {script.name}: {time.perf_counter() - start:.0f} s", flush=True)
        print(f"-- all: {(time.perf_counter() - begin) / 60:.1f} min")
    (HERE / "REPRODUCTION.md").write_text(report(results))


if __name__ == "__main__":
    main()
