"""What a network did: raster with rates, stacked traces, weights, correlograms."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurodyn.arguments import Count, NonNegative, Positive, Whole, checked
from neurodyn.errors import InputError, unknown_name
from neurodyn.network import Connection, Network, NetworkRun, Population, SpikeTrains
from neurodyn.plot.network import weight_unit
from neurodyn.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    label,
    new_axes,
    prefixed,
    pretty,
    rate_unit,
)

_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
_BINS = 100  # of a rate, along a run


@checked
def raster(
    run: NetworkRun,
    populations: Sequence[str] | None = None,
    window: tuple[float, float] | None = None,
    bin_width: Positive | None = None,
    axes: Sequence[Axes] | None = None,
) -> npt.NDArray[np.object_]:
    """Draw the spikes of every neuron, and below them the rates per neuron; return the Axes.

    Parameters
    ----------
    run : NetworkRun
    populations : sequence of str, optional
        From below; all by default.
    window : (start, stop), optional
    bin_width : float, optional [time unit of the models]
        Of the rates; a hundredth of the run by default.
    axes : sequence of two Axes, optional
        For the spikes, and for the rates.
    """
    names = list(populations or run.spikes)
    trains = [run[name] for name in names]
    start, stop = window or (0.0, run.t_end)
    if axes is None:
        made = plt.subplots(2, 1, sharex=True, height_ratios=(3, 1), figsize=(6.4, 5.0))[1]
        axes = list(made)
    if len(axes) != 2 or not start < stop:
        raise InputError(
            f"raster: {len(axes)} axes, from {start:g} to {stop:g}; expected two axes, and a "
            "window (start, stop) with start < stop"
        )
    above, below = axes
    ft, ut = prefixed([stop], run.network.time_unit)
    fr, ur = 1.0, rate_unit(run.network.time_unit)
    rates = [spikes.population_rate(bin_width or run.t_end / _BINS) for spikes in trains]
    if any(len(spikes) for spikes in trains):
        fr, ur = prefixed(np.concatenate([rate for _, rate in rates]), ur)
    rows = sum(spikes.n for spikes in trains)
    tall = above.get_window_extent().height * 72.0 / above.figure.dpi / rows
    base, ticks = 0, {}
    for k, (name, spikes) in enumerate(zip(names, trains, strict=True)):
        colour = _COLOURS[k % len(_COLOURS)]
        seen = (spikes.times >= start) & (spikes.times <= stop)
        above.plot(
            ft * spikes.times[seen],
            base + spikes.neurons[seen],
            ls="none",
            marker="|",
            ms=float(np.clip(0.8 * tall, 2.2, 12.0)),
            mew=1.2 if tall > 3.0 else 0.8,
            color=colour,
            rasterized=len(spikes) > 20_000,
        )
        ticks[base + 0.5 * (spikes.n - 1)] = f"{name}\n{spikes.n}"
        base += spikes.n
        if base < rows:
            above.axhline(base - 0.5, color="0.8", lw=0.8)
        middle, rate = rates[k]
        shown = (middle >= start) & (middle <= stop)
        x, y = ft * middle[shown], fr * rate[shown]
        below.plot(x, y, drawstyle="steps-mid", color=colour, lw=1.2)
    above.set_yticks(list(ticks), list(ticks.values()))
    for tick, colour in zip(above.get_yticklabels(), itertools.cycle(_COLOURS), strict=False):
        tick.set_color(colour)
    above.grid(visible=False, axis="y")
    above.set(ylim=(-0.7, rows - 0.3), xlim=(ft * start, ft * stop), ylabel="neurons")
    below.set(xlabel=label("time", ut), ylabel=label("rate", ur), ylim=(0, None))
    return np.asarray(axes, dtype=object)


@checked
def network_traces(
    run: NetworkRun,
    population: str | None = None,
    state: str | None = None,
    window: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw recorded traces of a state above each other, a row for each neuron; return the Axes.

    Parameters
    ----------
    run : NetworkRun
    population : str, optional
        The only one with traces by default.
    state : str, optional
        The first by default.
    window : (start, stop), optional
    ax : Axes, optional

    Raises
    ------
    InputError
        If there are no such traces.
    """
    population = _only("population with traces", population, run.traces, "nd.Record(traces=...)")
    traces = run.traces[population]
    values = traces[state or next(iter(traces.states))]
    state = state or next(iter(traces.states))
    neurons = run.network[population]
    assert isinstance(neurons, Population)  # sources have no traces
    model = neurons.model
    start, stop = window or (0.0, run.t_end)
    seen = (traces.times >= start) & (traces.times <= stop)
    if seen.sum() < 2:
        raise InputError(f"network_traces: no times from {start:g} to {stop:g}; expected a window")
    t, values = traces.times[seen], values[:, seen]
    ft, ut = prefixed([stop], model.time_unit)
    low, high = float(values.min()), float(values.max())
    step = 1.15 * (high - low or 1.0)
    fy, uy = prefixed([step], model.quantity(state).unit)
    if ax is None:
        ax = plt.subplots(figsize=(6.4, min(1.2 + 0.6 * len(values), 9.0)))[1]
    for k, (neuron, row) in enumerate(zip(traces.neurons, values, strict=True)):
        ax.plot(ft * t, (row - low) / step + k, color=_COLOURS[k % len(_COLOURS)], lw=1.0)
        times = run[population].train(int(neuron))
        times = times[(times >= start) & (times <= stop)]
        ax.plot(ft * times, np.full(len(times), k + 0.93), "|", color=BLACK, ms=4, mew=0.8)
    ax.set_yticks(range(len(values)), list(map(str, traces.neurons)))
    ax.grid(visible=False, axis="y")
    ax.set(xlabel=label("time", ut), ylabel=f"neuron of {population!r}")
    ax.set_title(f"{pretty(state)}: a row is {fy * step:.3g} {uy} high; ticks are spikes")
    ax.set(ylim=(-0.1, len(values) + 0.05), xlim=(ft * start, ft * stop))
    return ax


@checked
def weights(
    what: NetworkRun | Network,
    connection: str | None = None,
    at: NonNegative | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a connection as a matrix of weights, a row for each neuron after it; return the Axes.

    White is no synapse; several synapses of a pair of neurons are added up.

    Parameters
    ----------
    what : NetworkRun or Network
        Of a run the weights at its end; of a network those it starts with.
    connection : str, optional
        The only one by default.
    at : float, optional [time unit of the models]
        The last weights recorded until then, in place of those at the end.
    ax : Axes, optional

    Raises
    ------
    InputError
        For a connection that is not there, or a time at which nothing was recorded.
    """
    run = what if isinstance(what, NetworkRun) else None
    network = what if isinstance(what, Network) else what.network
    found = _connection(network, connection, [c.name for c in network.connections])
    synapses, when = network.synapses[found.name], ""
    if at is not None:
        times = np.empty(0) if run is None else run.weight_times
        row = int(np.searchsorted(times, at, side="right")) - 1
        if run is None or row < 0 or found.name not in run.weight_history:
            raise InputError(
                f"weights: none of {found.name!r} were recorded until {at:g}; expected a run with "
                "nd.Record(weights=...) of a plastic connection"
            )
        synapses = replace(synapses, weights=run.weight_history[found.name][row])
        when = _at(times[row], network)
    elif run is not None and found.name in run.weights:
        synapses = replace(synapses, weights=run.weights[found.name])
        when = _at(run.t_end, network)
    pre, post = network[found.pre], network[found.post]
    there = replace(synapses, weights=np.ones(len(synapses))).matrix(post.n) > 0
    factor, unit = prefixed(synapses.weights, weight_unit(found, network))
    matrix = np.where(there, factor * synapses.matrix(post.n), np.nan)
    ax = new_axes(ax)
    values = matrix[there]
    both = bool(values.size) and values.min() < 0.0 < values.max()
    top = float(np.abs(values).max()) if both else None
    image = ax.imshow(
        matrix,
        cmap="RdBu_r" if both else "viridis",
        vmin=-top if top else None,
        vmax=top,
        aspect="auto",
        interpolation="nearest",
        origin="lower",
    )
    ax.grid(visible=False)
    ax.figure.colorbar(image, ax=ax, label=label("weight", unit))
    ax.set(xlabel=f"from neuron of {found.pre!r}", ylabel=f"to neuron of {found.post!r}")
    for axis, n in ((ax.xaxis, pre.n), (ax.yaxis, post.n)):
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=min(n, 2)))
    ax.set_title(f"{found.name}: {len(synapses)} synapses{when}")
    return ax


@checked
def weight_history(
    run: NetworkRun, connection: str | None = None, lines: Count = 30, ax: Axes | None = None
) -> Axes:
    """Draw how weights changed: their mean, half and nine tenths of them, some alone.

    Parameters
    ----------
    run : NetworkRun
        With ``nd.Record(weights=...)``.
    connection : str, optional
        The only one with recorded weights by default.
    lines : int
        Weights drawn alone.
    ax : Axes, optional

    Raises
    ------
    InputError
        If its weights were not recorded.
    """
    if not run.weight_history:
        raise InputError(
            "weight_history: no weights were recorded; expected nd.Record(weights=...) and a "
            "plastic connection"
        )
    found = _connection(run.network, connection, run.weight_history)
    history = run.weight_history[found.name]
    ft, ut = prefixed([run.t_end], run.network.time_unit)
    fw, uw = prefixed(history, weight_unit(found, run.network))
    ax = new_axes(ax)
    t, n = ft * run.weight_times, history.shape[1]
    if n:
        for share, alpha, name in ((0.9, 0.15, "nine tenths"), (0.5, 0.25, "half of them")):
            low, high = np.quantile(fw * history, (0.5 - share / 2, 0.5 + share / 2), axis=1)
            ax.fill_between(t, low, high, color=BLUE, alpha=alpha, lw=0, label=name)
        some = np.unique(np.linspace(0, n - 1, min(lines, n)).astype(int))
        ax.plot(t, fw * history[:, some], color="0.45", lw=0.5, alpha=0.6)
        ax.plot(t, fw * history.mean(axis=1), color=BLUE, lw=2.0, label="mean")
        ax.legend(loc="best")
    ax.set(xlabel=label("time", ut), ylabel=label("weight", uw))
    ax.set_title(f"{found.name}: {n} synapses")
    return ax


@checked
def correlogram(
    trains: SpikeTrains,
    i: Whole = 0,
    j: Whole = 1,
    width: Positive | None = None,
    reach: Positive | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often neuron j spikes how long after neuron i; return the Axes.

    Parameters
    ----------
    trains : SpikeTrains
    i, j : int
    width : float, optional [time unit of the models]
        Of a bin; a fiftieth of ``reach`` by default.
    reach : float, optional
        The largest lag; a tenth of the run by default.
    ax : Axes, optional
    """
    reach = reach or 0.1 * trains.t_end
    lags, counts = trains.correlogram(i, j, width or reach / 50, reach)
    factor, unit = prefixed(lags, trains.time_unit)
    half = 0.5 * (lags[1] - lags[0])
    ax = new_axes(ax)
    ax.stairs(counts, factor * np.append(lags - half, lags[-1] + half), fill=True, color=BLUE)
    ax.axvline(0.0, color="0.6", lw=0.8)
    ax.set(xlabel=label(f"from a spike of {i} to one of {j}", unit), ylabel="number")
    ax.set_title(f"neurons {i} and {j} of {trains.name!r}")
    return ax


def _at(t: float, network: Network) -> str:
    factor, unit = prefixed([t], network.time_unit)
    return f", at {factor * t:.4g} {unit}"


def _only(kind: str, name: str | None, known: Iterable[str], source: str) -> str:
    """Return the name that was asked for, or the only one there is."""
    names = list(known)
    if name is None and len(names) == 1:
        return names[0]
    if name not in names:
        if names and name is not None:
            raise unknown_name(kind, name, names)
        raise InputError(
            f"no {kind} is named, and there are {len(names)}; expected "
            + (f"one of {', '.join(map(repr, names))}" if names else source)
        )
    return name


def _connection(network: Network, name: str | None, known: Iterable[str]) -> Connection:
    name = _only("connection", name, known, "a network with connections")
    return next(c for c in network.connections if c.name == name)
