"""A network as a graph: populations as nodes, connections as arrows."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch
from matplotlib.path import Path

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.network import Charge, Connection, Network, PoissonSource, Population
from neurodyn.network.populations import Source
from neurodyn.plot.style import BLUE, PURPLE, VERMILION, prefixed

_RADIUS = 0.42  # of a node; the nodes stand 2 apart or more
_INCHES = 1.5  # of a unit of length, at which texts fit into nodes


@checked
def network(what: Network, ax: Axes | None = None) -> Axes:
    """Draw populations as circles, sources as boxes, connections as arrows; return the Axes.

    Arrows end in a head where weights are above zero, in a bar where they are below, and are purple
    where both are found; dashed ones are plastic. Beside each stand the number of synapses and the
    mean weight.

    Parameters
    ----------
    what : Network
    ax : Axes, optional
    """
    places = _places(what)
    corners = np.array(list(places.values()))
    low, high = corners.min(axis=0) - 1.2, corners.max(axis=0) + 1.2
    wide, tall = high - low
    if ax is None:
        ax = plt.subplots(figsize=(_INCHES * wide + 0.4, _INCHES * tall + 0.2))[1]
    already = len(ax.texts)
    nodes = {item.name: _node(ax, item, places[item.name]) for item in what.populations}
    drawn: Counter[tuple[str, str]] = Counter()
    for connection in what.connections:
        ends = connection.pre, connection.post
        if ends[0] == ends[1]:
            _loop(ax, connection, what, places[ends[0]], drawn[ends])
        else:
            two = [(places[end], nodes[end]) for end in ends]
            _arrow(ax, connection, what, two, drawn[ends])
        drawn[ends] += 1
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    ax.set_axis_off()
    box = ax.get_window_extent()
    scale = min(box.width / wide, box.height / tall) / ax.figure.dpi / _INCHES
    for text in ax.texts[already:]:
        text.set_fontsize(min(scale**0.5, 1.0) * text.get_fontsize())  # still to be read
    return ax


def weight_unit(connection: Connection, network: Network) -> str:
    """Return the unit of a connection's weights."""
    post = network[connection.post]
    assert isinstance(post, Population)  # checked by the network
    model, shape = post.model, connection.shape
    if not isinstance(shape, Charge):
        return model.quantity(connection.input_of(model)).unit
    unit = model.quantity(shape.state).unit
    return unit if shape.capacitance is None else f"{model.quantity(shape.capacitance).unit} {unit}"


def _places(what: Network) -> dict[str, Array]:
    """Return where each node stands: populations on a circle, sources in a column left of it."""
    neurons = [p.name for p in what.populations if isinstance(p, Population)]
    sources = [p.name for p in what.populations if not isinstance(p, Population)]
    n = len(neurons)
    radius = 0.0 if n == 1 else 1.25 / np.sin(np.pi / n)
    first = np.pi if n == 2 else np.pi / 2 + (np.pi / n if n % 2 == 0 else 0.0)  # one edge is level
    angles = first - 2.0 * np.pi * np.arange(n) / n
    places = {
        name: radius * np.array([np.cos(a), np.sin(a)])
        for name, a in zip(neurons, angles, strict=True)
    }
    left = min(place[0] for place in places.values()) - 2.3
    for k, name in enumerate(sources):
        places[name] = np.array([left, 1.7 * (0.5 * (len(sources) - 1) - k)])
    return places


def _looks(connection: Connection, what: Network) -> tuple[dict[str, Any], str, str]:
    """Return the style of an arrow, its head, and what stands beside it."""
    synapses = what.synapses[connection.name]
    w = synapses.weights
    sign = 0 if not len(w) or w.min() < 0.0 < w.max() else (1 if w.sum() >= 0.0 else -1)
    style = {
        "color": {1: BLUE, -1: VERMILION, 0: PURPLE}[sign],
        "lw": 1.0 + 0.35 * np.log10(1.0 + len(w)),
        "ls": "--" if connection.plasticity is not None else "-",
        "zorder": 2,
    }
    head = "-[,widthB=0.45,lengthB=0" if sign < 0 else "-|>,head_length=0.5,head_width=0.22"
    text = f"{len(w)} synapses" if len(w) != 1 else "1 synapse"
    if len(w):
        factor, unit = prefixed([np.abs(w).max()], weight_unit(connection, what))
        text += f"\n{'' if np.ptp(w) == 0.0 else 'mean '}{factor * w.mean():.3g} {unit}".rstrip()
    return style, head, text


def _node(ax: Axes, item: Population | Source, place: Array) -> Patch:
    x, y = place
    style: dict[str, Any] = {"facecolor": "white", "edgecolor": "0.25", "lw": 1.4, "zorder": 3}
    if isinstance(item, Population):
        node: Patch = Circle((x, y), _RADIUS, **style)
        kind = item.model.name
    else:
        side = 1.4 * _RADIUS
        corner = x - side / 2, y - side / 2
        node = FancyBboxPatch(corner, side, side, "round,pad=0.08", **style)
        kind = "Poisson" if isinstance(item, PoissonSource) else "given spikes"
    ax.add_patch(node)
    name, kind = (
        "\n".join(textwrap.wrap(text, 18, break_on_hyphens=False))
        for text in (item.name, f"{item.n} × {kind}")
    )
    within: dict[str, Any] = {"ha": "center", "zorder": 4}
    ax.text(x, y + 0.03, name, va="bottom", fontsize=8, fontweight="bold", **within)
    ax.text(x, y - 0.03, kind, va="top", fontsize=6, color="0.35", **within)
    return node


def _arrow(
    ax: Axes, connection: Connection, what: Network, ends: list[tuple[Array, Patch]], before: int
) -> None:
    style, head, text = _looks(connection, what)
    bend = 0.2 + 0.25 * before
    (start, first), (end, last) = ends
    ax.add_patch(
        FancyArrowPatch(
            tuple(start),
            tuple(end),
            patchA=first,
            patchB=last,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle=head,
            mutation_scale=14,
            shrinkA=1,
            shrinkB=3,
            **style,
        )
    )
    way = end - start
    aside = np.array([way[1], -way[0]])  # arcs bend to the right of their way
    _beside(ax, 0.5 * (start + end) + 0.5 * bend * aside, text, style["color"])


def _loop(ax: Axes, connection: Connection, what: Network, place: Array, before: int) -> None:
    """Draw the arrow of a population to itself, up or down, where no other arrow is."""
    style, head, text = _looks(connection, what)
    out = np.array([0.0, 1.0 if place[1] > -0.5 else -1.0])
    aside = np.array([out[1], -out[0]])
    size = 1.0 + 0.5 * before
    begin, end = (place + _RADIUS * (0.8 * out + s * 0.6 * aside) for s in (-1, 1))
    bends = (place + size * (1.3 * out + s * 0.75 * aside) for s in (-1, 1))
    path = Path([begin, *bends, end + 0.05 * out], [Path.MOVETO, *[Path.CURVE4] * 3])
    ax.add_patch(FancyArrowPatch(path=path, arrowstyle=head, mutation_scale=14, **style))
    _beside(ax, place + 1.08 * size * out, text, style["color"])


def _beside(ax: Axes, place: Array, text: str, colour: str) -> None:
    frame = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    x, y = place
    ax.text(x, y, text, ha="center", va="center", fontsize=7, color=colour, bbox=frame, zorder=5)
