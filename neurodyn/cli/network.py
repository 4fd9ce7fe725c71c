"""``neurodyn network``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import neurodyn as nd
from neurodyn.cli.options import EXIT_OK, command, pairs_of, parse_value, shortened, whole
from neurodyn.cli.output import out_option
from neurodyn.errors import InputError, NumericalError, unknown_name
from neurodyn.progress import progress_bar

_FILES = """\
FILE is described in docs/networks.md; "ring" and "excitation_inhibition" are shipped.
--set takes POPULATION.NAME=VALUE here: --set ring.C_ext=150pF

"""


def add(commands: Any) -> None:
    text = "Run the network of a TOML file, and draw it and its spikes."
    parser = command(commands, "network", run, text, _FILES)
    parser.add_argument("file", metavar="FILE", help="TOML, or the name of a shipped network")
    parser.add_argument("--t-end", metavar="TIME", help="end of the run, in place of the file's")
    parser.add_argument("--seed", type=whole(0), help="of all that is drawn, likewise")
    parser.add_argument("--threads", type=whole(1, 1024), help="[all processors]")
    parser.add_argument(
        "--store",
        metavar="FILE",
        type=_store,
        help="keep what is done in a file (.npz); call again to go on",
    )
    out_option(parser, "spikes.csv", "run.npz", "raster.png", "network.png")


def run(options: argparse.Namespace) -> int:
    network, given = network_of(options.file, options.settings, options.t_end, options.seed)
    with progress_bar() as report:
        found = nd.simulate(
            network,
            **given,
            run=nd.Threads(options.threads),
            store=options.store,
            raise_on_failure=False,
            progress=report,
        )
    print(network)
    print(found)
    for name, spikes in found.spikes.items():
        silent = f", {(spikes.counts == 0).sum()} silent" if (spikes.counts == 0).any() else ""
        print(f"{name}: {_rate(spikes)} per neuron{silent}")
    if options.out:
        options.out.write(
            {},
            {
                "raster.png": lambda: nd.plot.raster(found)[0].figure,
                "network.png": lambda: nd.plot.network(network).figure,
            },
            {"spikes.csv": found.to_csv, "run.npz": found.to_npz},
        )
    if found.status is nd.Status.INTERRUPTED:
        raise KeyboardInterrupt
    if not found.status:
        raise NumericalError(found.notes[-1], found.status, found)
    return EXIT_OK


def _rate(spikes: nd.SpikeTrains) -> str:
    from neurodyn.plot.style import prefixed, rate_unit

    rate = spikes.rates().mean()
    factor, unit = prefixed([rate], rate_unit(spikes.time_unit))
    return f"{factor * rate:.4g} {unit}".rstrip()


def network_of(
    file: str, settings: Sequence[str], t_end: str | None, seed: int | None = None
) -> tuple[nd.Network, dict[str, Any]]:
    """Return the network of a file or a shipped one, and what is said of its run."""
    path = _path(file)
    network = _changed(nd.read_network(path, seed=seed), settings)
    given = nd.run_options(path)
    if t_end is not None:
        given["t_end"] = parse_value(t_end, network.time_unit, "--t-end")
    if "t_end" not in given:
        raise InputError(f"{file} does not say how long to run; expected --t-end")
    return network, given


def _path(text: str) -> Path:
    from neurodyn.network.storage.examples import Example

    for name in get_args(Example):
        if name == text and not Path(text).exists():
            return nd.example_network(name)
    if not Path(text).suffix and not Path(text).exists():
        raise unknown_name("network file or shipped network", text, get_args(Example))
    return Path(text)


def _changed(network: nd.Network, texts: Sequence[str]) -> nd.Network:
    """Return the network with the parameters of ``--set POPULATION.NAME=VALUE``."""
    populations = {item.name: item for item in network.populations}
    for key, value in pairs_of(texts, "--set").items():
        population, dot, name = key.rpartition(".")
        if not dot:
            raise InputError(f"--set has {shortened(key)!r}; expected POPULATION.NAME=VALUE")
        item = populations.get(population, network[population])  # or the sentence of the network
        if not isinstance(item, nd.Population):
            raise InputError(f"--set {shortened(key)}: {population!r} is a source of spikes")
        quantities = {q.name: q for q in (*item.model.parameters, *item.model.inputs)}
        if name not in quantities:
            raise unknown_name("parameter or input", name, quantities)
        number = parse_value(value, quantities[name].unit, name)
        populations[population] = replace(item, parameters={**item.parameters, name: number})
    return nd.Network(tuple(populations.values()), network.connections, network.seed)


def _store(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; expected a file")
    return text
