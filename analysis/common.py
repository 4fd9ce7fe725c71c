"""Shared by the analyses: claims and verdicts, cycles at a given current, figures, JSON files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from PIL import Image

import neurodyn as nd

SOURCE = "M. Drouhin, PhD thesis, Paris-Saclay 2023 (NNT 2023UPAST168)"
REPRODUCED = "reproduced"  # with the source's numbers, Table 2.1 and our default T_amb of 298 K
CHANGED = "reproduced with a stated change"  # of a number that the source gives or leaves open
CONTRADICTED = "contradicted"
AMBIENTS = (293.0, 296.0, 298.0, 300.0)  # K; the source does not give T_amb
SPAN = (0.0, 1.2e-3)  # source current [A]
SOURCE_CURRENT = 0.96702e-3  # A, where the source shows phasic bursting
OUT = Path(__file__).parent / "results"


def diagram(model: nd.Model) -> nd.BifurcationDiagram:
    """Return the diagram over the source current, from rest at no current."""
    return nd.bifurcation_diagram(model, "I_s", SPAN, start=model.x0)


def cycles_at(model: nd.Model, known: nd.BifurcationDiagram, current: float) -> dict[str, Any]:
    """Return the cycles at one current, by stability, from branches that end exactly there."""
    found = {}
    if current < known.cycle_folds[0].parameter:
        for hopf in known.equilibria.hopf:
            if hopf.parameter < current:
                branch = nd.continue_cycles(model, hopf, (0.0, current))
                found["stable" if branch.stable[-1] else "unstable"] = branch.cycles[-1]
    return found


def ghost_constant(cycles: nd.CycleBranch) -> float:
    """Return c [sqrt(A)] of N = c / sqrt(I_s - I_fold), from multipliers below the fold.

    Near a fold of cycles the distance x to the fold's cycle changes by ``a eps + b x**2`` a turn.
    Below the fold (eps < 0) its zeros are the two cycles, with ``log(mu) = -+2 sqrt(a b |eps|)``;
    above it, passing the gap takes ``pi / sqrt(a b eps)`` turns. So with ``|log(mu)|`` near
    ``k sqrt(|eps|)``, N = 2 pi / k: nothing is left to fit to the spikes.
    """
    (fold,) = cycles.folds
    below = fold.parameter - cycles.parameter
    log_mu = np.log(np.abs(cycles.multipliers[:, 1]))
    near = (np.abs(log_mu) < 2) & (np.abs(log_mu) > 1e-3) & (below > 0)
    powers = log_mu[near, None] ** np.arange(2, 6) / below[near, None]
    return float(2 * np.pi * np.sqrt(np.linalg.lstsq(powers, np.ones(near.sum()))[0][0]))


def curves(model: nd.Model, known: nd.BifurcationDiagram, name: str, span: Any) -> Any:
    """Return the curves of upper Hopf points and of folds of cycles."""
    hopf = nd.continue_hopf(model, known.equilibria.hopf[1], name, span)
    return hopf, nd.continue_cycle_fold(model, known.cycle_folds[0], name, span)


def column(rows: Sequence[dict[str, Any]], name: str) -> Any:
    """Return one column of a table, NaN where nothing was found."""
    return np.array([row[name] for row in rows], float)


def spikes_from_rest(model: nd.Model, current: float, t_end: float) -> nd.SpikeTrain:
    """Return the spikes after the current is switched on at rest."""
    return nd.spikes(nd.solve(model, t_end, inputs={"I_s": current}, method=nd.Adaptive(1e-10)))


def provenance(model: nd.Model, **settings: Any) -> dict[str, Any]:
    """Return what is needed to make a number again."""
    made = nd.solve(model, 1e-9).provenance
    return {
        "source": SOURCE,
        "equations": made["digest"],
        "parameters": made["parameters"],
        "versions": made["versions"],
        "settings": settings,
    }


def claim(claim: str, source: Any, ours: Any, verdict: str, why: str) -> dict[str, Any]:
    """Return one statement of the source, its number, ours beside it, and what we make of it."""
    if verdict not in (REPRODUCED, CHANGED, CONTRADICTED):
        raise ValueError(f"verdict is {verdict!r}")
    return {"claim": claim, "source": source, "ours": ours, "verdict": verdict, "why": why}


def result(figure: str, claims: Sequence[dict[str, Any]], **data: Any) -> dict[str, Any]:
    """Return the content of a JSON file: the first claim at the top level, all of them as a list.

    Everything else that the figure shows, and the provenance, follow as ``data``.
    """
    return {"figure": figure, **claims[0], "claims": list(claims), **data}


def write(out: Path, name: str, figure: plt.Figure, result: dict[str, Any]) -> None:
    """Write ``name.png`` and ``name.json``."""
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / f"{name}.png", dpi=130)
    plt.close(figure)
    with Image.open(out / f"{name}.png") as picture:  # a palette: a third of the size
        small = picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE)
    small.save(out / f"{name}.png", optimize=True)
    text = json.dumps(result, indent=1, allow_nan=False, default=_plain)
    (out / f"{name}.json").write_text(text + "\n")


def _plain(value: npt.NDArray | np.generic) -> Any:
    return value.tolist()


def run(main: Callable[[Path], dict[str, Any]]) -> None:
    """Run an analysis from the command line and print its comparison with the source."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the PNG and the JSON")
    for row in main(parser.parse_args().out)["claims"]:
        print(f"{row['claim']}: {row['source']}")
        print(f"  ours: {row['ours']}. {row['verdict'].capitalize()}: {row['why']}")
