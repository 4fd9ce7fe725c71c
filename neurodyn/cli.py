"""The shell's way to the same verbs. No science here: read options, call, print, write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import neurodyn as nd
from neurodyn.errors import FitRejectedError, InputError, NeurodynError, unknown_name
from neurodyn.progress import progress_bar

EXIT_OK, EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130

_EPILOG = """\
values may carry a unit: 200pF, 335uA, 0.215eV, 20us; without one they are in SI units.
exit status: 0 done, 1 the data or the equations say no, 2 bad input, 130 interrupted.
"""

_STIMULI = """\
stimuli for --input, times in seconds or with a unit:
  I_s=335uA                                         constant
  I_s=pulse(193uA,width=1us,edge=100ns,start=0)     one pulse
  I_s=train(100uA,width=1us,period=2.86us,count=3)  equal pulses
  I_s=ramp(680uA,duration=100us,fall=100ns)         ramp from 0
  I_s=step(200uA,start=1us)                         jump from 0
  V_s=triangle(2.06V,period=1us,count=20)           triangles
  I_s=FILE.csv                                      two columns, time and value, joined by lines
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        options = _parser().parse_args(arguments)
        return options.run(options)
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return EXIT_INTERRUPTED
    except FitRejectedError as error:
        print(f"neurodyn: {error}", file=sys.stderr)
        return EXIT_FAILED
    except InputError as error:
        print(f"neurodyn: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except NeurodynError as error:
        print(f"neurodyn: {error}", file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:  # the reader of our output has left
        sys.stderr.close()
        return EXIT_OK


def parse_value(text: str, unit: str, what: str) -> float:
    """Read a number that may carry a unit (imported late: ``--help`` need not wait for sympy)."""
    from neurodyn.model import units

    return units.parse_value(text, unit, what)


# ---------------------------------------------------------------------- options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neurodyn",
        description="Nonlinear dynamics of spiking memristor neurons.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"neurodyn {nd.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _datasheet_options(commands)
    _iv_options(commands)
    _phase_options(commands)
    _simulate_options(commands)
    _bifurcate_options(commands)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str, epilog: str = ""
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=epilog + _EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
        help="change a parameter, e.g. --set C_ext=50pF (may be repeated)",
    )  # fmt: skip
    return parser


def _datasheet_options(commands: Any) -> None:
    parser = _command(
        commands,
        "datasheet",
        _datasheet,
        "From an I-V curve to a datasheet of the neuron the device makes: HTML, figures, JSON.",
    )
    parser.add_argument(
        "file", nargs="?", help="I-V curve (CSV or text); the shipped one if left out"
    )
    parser.add_argument("--t-amb", metavar="K", help="ambient temperature, needed with a file [K]")
    parser.add_argument("--t-amb-sd", metavar="K", default="0", help="its standard deviation [K]")
    parser.add_argument("--noise", type=float, help="relative noise of the data, if known: 0.01")
    parser.add_argument("--voltage", help="name of the voltage column, if it is not recognised")
    parser.add_argument("--current", help="name of the current column, if it is not recognised")
    parser.add_argument("--seed", type=int, default=1, help="seed of the uncertainty draws")
    parser.add_argument("--out", default="datasheet", metavar="DIR", help="folder [datasheet]")


def _model_option(parser: argparse.ArgumentParser, models: Sequence[str], default: str) -> None:
    parser.add_argument("--model", default=default, help=f"{', '.join(models)} [{default}]")


def _iv_options(commands: Any) -> None:
    text = "Quasi-static I-V curve of a device, with threshold switching point and hold point."
    parser = _command(commands, "iv", _iv, text)
    _model_option(parser, _MODELS[:3], "nbox_neuron")
    parser.add_argument("--points", type=int, default=400, help="number of points [400]")
    parser.add_argument("--out", metavar="DIR", help="write iv.csv and iv.png there")


def _phase_options(commands: Any) -> None:
    text = "Phase plane of a model with two states: nullclines, fixed points, trajectory."
    parser = _command(commands, "phase", _phase, text)
    _model_option(parser, _MODELS, "nbox_neuron")
    parser.add_argument("--t-end", metavar="TIME", help="length of the trajectory")
    parser.add_argument("--out", default="phase.png", metavar="FILE", help="picture [phase.png]")


def _simulate_options(commands: Any) -> None:
    text = "Simulate a model and measure its spikes."
    parser = _command(commands, "simulate", _simulate, text, _STIMULI + "\n")
    _model_option(parser, _MODELS, "nbox_neuron")
    parser.add_argument(
        "--input", action="append", default=[], metavar="NAME=STIMULUS", dest="inputs",
        help="drive an input, e.g. --input I_s=200uA (may be repeated)",
    )  # fmt: skip
    parser.add_argument("--t-end", metavar="TIME", help="end of the simulation")
    parser.add_argument("--rtol", type=float, default=1e-7, help="relative tolerance [1e-7]")
    parser.add_argument("--points", type=int, default=5000, help="rows of trace.csv [5000]")
    parser.add_argument("--out", metavar="DIR", help="write trace.csv, spikes.csv, trace.png there")


def _bifurcate_options(commands: Any) -> None:
    text = "Bifurcation diagram of a model along one parameter: equilibria, cycles, special points."
    parser = _command(commands, "bifurcate", _bifurcate, text)
    _model_option(parser, _MODELS, "nbox_neuron")
    parser.add_argument("--along", default="I_s", metavar="NAME", help="parameter or input [I_s]")
    parser.add_argument("--from", default="0", metavar="VALUE", dest="low", help="start [0]")
    parser.add_argument("--to", metavar="VALUE", dest="high", required=True, help="end, e.g. 1.2mA")
    parser.add_argument("--state", help="state that is drawn [the first]")
    parser.add_argument("--out", metavar="DIR", help="write branch tables and picture there")


_MODELS = (
    "nbox_neuron",
    "nbox_circuit",
    "nbox_voltage_driven",
    "fitzhugh_nagumo",
    "morris_lecar",
    "stuart_landau",
)


def _settings(texts: Sequence[str], model: nd.Model) -> dict[str, float]:
    """Read NAME=VALUE texts, each value in the unit of its parameter."""
    quantities = {q.name: q for q in (*model.parameters, *model.inputs)}
    found = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(f"--set {text!r}; expected NAME=VALUE, e.g. C_ext=50pF")
        if name not in quantities:
            raise unknown_name("parameter or input", name, quantities)
        found[name] = parse_value(value, quantities[name].unit, name)
    return found


def _model(options: argparse.Namespace) -> nd.Model:
    if options.model not in _MODELS:
        raise unknown_name("model", options.model, _MODELS)
    model = getattr(nd.devices, options.model)()
    return model.with_parameters(**_settings(options.settings, model))


# ---------------------------------------------------------------------- commands


def _datasheet(options: argparse.Namespace) -> int:
    from neurodyn.datasheet.default import DEFAULT_T_AMB, ORIGIN
    from neurodyn.datasheet.render import checked_folder

    checked_folder(Path(options.out))
    if options.file is None:
        path, origin = nd.default_iv(), ORIGIN
        t_amb = str(DEFAULT_T_AMB) if options.t_amb is None else options.t_amb
    else:
        path, origin = Path(options.file), f"Data: {options.file}."
        if options.t_amb is None:
            raise InputError(
                "the ambient temperature of the measurement is not in the data and cannot be "
                "fitted; give it in kelvin with --t-amb, e.g. --t-amb 298"
            )
        t_amb = options.t_amb
    ambient = parse_value(t_amb, "K", "--t-amb"), parse_value(options.t_amb_sd, "K", "--t-amb-sd")
    settings = _settings(options.settings, nd.devices.nbox_circuit())
    data = nd.read_iv(path, voltage=options.voltage, current=options.current)
    fit = nd.fit_iv(data, T_amb=ambient, noise=options.noise)
    if not fit.accepted:
        print(fit.report(), file=sys.stderr)
    with progress_bar() as report:
        sheet = nd.datasheet(
            fit, parameters=settings, seed=options.seed, origin=origin, report=report
        )
    written = sheet.write(options.out)
    print("\n".join(sheet.summary))
    print("written: " + ", ".join(str(path) for path in written))
    return EXIT_OK


def _iv(options: argparse.Namespace) -> int:
    curve = nd.iv_curve(_model(options), n=options.points)
    for name, point in (
        ("threshold switching point TS", curve.threshold),
        ("hold point H", curve.hold),
    ):
        print(f"{name}: " + ("none" if point is None else _point(point)))
    if options.out:
        rows = zip(curve.V, curve.I, curve.T, strict=True)
        table = "V (V),I (A),T (K)\n" + "".join(f"{v:.10g},{i:.10g},{t:.10g}\n" for v, i, t in rows)
        _write(Path(options.out), {"iv.csv": table}, {"iv.png": lambda: nd.plot.iv(curve).figure})
    return EXIT_OK


def _point(point: nd.IVPoint) -> str:
    return f"{point.V:.6g} V, {point.I * 1e6:.6g} uA, {point.T:.5g} K"


def _phase(options: argparse.Namespace) -> int:
    model = _model(options)
    plane = nd.phase_plane(model, t_end=_time(options.t_end, model))
    for point in plane.fixed_points:
        print(point)
    out = Path(options.out)
    if out.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise InputError(
            f"--out is {options.out!r}; expected a name that ends in .png, .pdf or .svg"
        )
    _write(out.parent, {}, {out.name: lambda: nd.plot.phase_plane(plane).figure})
    return EXIT_OK


def _simulate(options: argparse.Namespace) -> int:
    import numpy as np

    model = _model(options)
    inputs = dict(_stimulus(text, model) for text in options.inputs)
    given = _time(options.t_end, model)
    t_end = 20 * model.time_scale if given is None else given
    if options.points < 2:
        raise InputError(f"--points is {options.points}; expected 2 or more")
    with progress_bar() as report:
        traj = nd.solve(
            model, t_end, inputs=inputs, rtol=options.rtol, progress=lambda f: report("solving", f)
        )
    train = nd.spikes(traj)
    print(traj)
    print(train)
    for by, values in (("device", train.energy_device), ("source", train.energy_source)):
        if values is not None and len(train):
            print(f"energy per spike ({by}): {train.energy_per_spike(by) * 1e12:.5g} pJ")
    if options.out:
        names = model.observable_names
        t = np.linspace(traj.t[0], traj.t[-1], options.points)
        columns = [t, *(traj.at(t, name) for name in names)]
        head = [f"t ({model.time_unit})"]
        head += [f"{name} ({model.quantity(name).unit})" for name in names]
        trace = ",".join(head) + "\n" + _rows(np.array(columns).T)
        spike_columns = np.array([train.times, train.peaks, train.widths]).T
        spikes = f"t ({model.time_unit}),peak of {train.observable},width\n" + _rows(spike_columns)
        picture = {"trace.png": lambda: nd.plot.traces(traj)[0].figure}
        _write(Path(options.out), {"trace.csv": trace, "spikes.csv": spikes}, picture)
    return EXIT_OK


def _bifurcate(options: argparse.Namespace) -> int:
    model = _model(options)
    quantities = {q.name: q for q in (*model.parameters, *model.inputs)}
    if options.along not in quantities:
        raise unknown_name("parameter or input", options.along, quantities)
    if options.state is not None and options.state not in model.state_names:
        raise unknown_name("state", options.state, model.state_names)
    unit = quantities[options.along].unit
    span = parse_value(options.low, unit, "--from"), parse_value(options.high, unit, "--to")
    with progress_bar() as report:
        diagram = nd.bifurcation_diagram(
            model, options.along, span, progress=lambda f: report("bifurcation diagram", f)
        )
    print(diagram)
    if options.out:
        tables = {"equilibria.csv": _table(diagram.equilibria)}
        for number, family in enumerate(diagram.cycles, start=1):
            tables[f"cycles_{number}.csv"] = _table(family)
        draw = {"bifurcation.png": lambda: nd.plot.bifurcation(diagram, state=options.state).figure}
        _write(Path(options.out), tables, draw)
    return EXIT_OK


def _table(branch: nd.EquilibriumBranch | nd.CycleBranch) -> str:
    """Return a branch as CSV: name and unit of each column, a row for each point."""
    columns = branch.columns()
    head = ",".join(f"{name} ({unit})" if unit else name for name, (_, unit) in columns.items())
    rows = zip(*(values.tolist() for values, _ in columns.values()), strict=True)
    return head + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)


def _rows(table: Any) -> str:
    return "".join(",".join(f"{value:.10g}" for value in row) + "\n" for row in table)


def _time(text: str | None, model: nd.Model) -> float | None:
    return None if text is None else parse_value(text, model.time_unit, "--t-end")


def _stimulus(text: str, model: nd.Model) -> tuple[str, nd.Stimulus]:
    """Read ``NAME=STIMULUS`` as described in the help."""
    from neurodyn.stimuli.parse import parse_stimulus

    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        raise InputError(f"--input {text!r}; expected NAME=STIMULUS, e.g. I_s=200uA")
    quantity = next((q for q in model.inputs if q.name == name), None)
    if quantity is None:
        raise unknown_name("input", name, model.input_names)
    return name, parse_stimulus(value, quantity.unit, model.time_unit)


def _write(folder: Path, texts: dict[str, str], pictures: dict[str, Callable[[], Any]]) -> None:
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


if __name__ == "__main__":
    sys.exit(main())
