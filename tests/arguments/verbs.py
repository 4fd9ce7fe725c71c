"""One right call of every public callable, small and quick; see test_every_verb.py."""

import inspect
import re
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

import neurodyn as nd

RECIPE = Path(__file__).parents[2] / "fits/nbox_drouhin2023/fit.toml"


class Enough(Exception):
    """Raised by :func:`stop`: the arguments were accepted, and work had begun."""


def stop(*_):
    raise Enough


@cache
def shared(name):
    """Return something that many calls need, made once."""
    return SHARED[name]()


def _fit():
    truth = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=40)
    return nd.fit_iv((truth.V, truth.I), T_amb=298.0, noise=0.01, starts=1)


def _folder():
    return Path(tempfile.mkdtemp())


def _labelled_file():
    path = _folder() / "two.npz"
    np.savez(path, x=[[0.0, 1.0], [1.0, 0.0]], y=[0, 1])
    return path


def _trace_file():
    t = np.linspace(0, 1e-6, 400)
    path = shared("folder") / "trace.csv"
    rows = "".join(f"{a:.9e},{np.sin(2e7 * a):.9e}\n" for a in t)
    path.write_text("Time (s),Voltage (V)\n" + rows)
    return path


def _card_file():
    path = shared("folder") / "card.json"
    nd.device_card(shared("fhn")).write(path)
    return path


def _trace_fit():
    neuron = nd.devices.nbox_neuron(I_s=335e-6, C_th=4.5e-15)
    run = nd.solve(neuron, 15e-6)
    t = np.linspace(1e-6, 15e-6, 10000)
    model = neuron.with_parameters(C_th=4.3e-15)
    return nd.fit_trace((t, run.at(t, "V")), model, parameters=["C_th"], T_amb=298.0, starts=1)


def _oscillator():
    return nd.Model.from_equations(
        ["theta", "phi"], {"a": 0.5}, ["6 - a*sin(theta - phi)", "w"], inputs={"w": 6.0},
        spike="theta - 6.283185307", reset={"theta": 0},
    )  # fmt: skip


def _steps(f, n):
    del n
    return {"w": 6.283185307 * f}


def _one_network(I_s):
    return nd.Network([nd.Population("a", nd.devices.nbox_neuron(I_s=I_s), 1)])


def _count_spikes(run):
    return len(run["a"])


def _network_run():
    record = nd.Record({"a": [0]}, period=1e-8, integrals={"a": ["P_device"]}, weights=1e-7)
    return nd.simulate(shared("network"), 1e-6, record=record)


def _circuit_file():
    path = shared("folder") / "neuron.cir"
    path.write_text("I1 0 b input\nC1 b 0 200p\nX1 b 0 nbox\n")
    return path


SHARED = {
    "circuit_file": _circuit_file,
    "wires": lambda: nd.Circuit.from_netlist("V1 a 0 input\nR1 a b 1k\nC1 b 0 1n"),
    "pulse": lambda: nd.Rectangular(1e-7),
    "population": lambda: nd.Population("a", shared("neuron"), 2),
    "connection": lambda: nd.Connection(
        "a", "a", 1e-5, 1e-7, shared("pulse"), plasticity=nd.STDP(1e-7, 1e-7, 1e-7, 1e-7)
    ),
    "network": lambda: nd.Network([shared("population")], [shared("connection")]),
    "network_run": _network_run,
    "fixed_run": lambda: nd.simulate(_one_network(3e-4), 1e-6),
    "network_traces": lambda: shared("network_run").traces["a"],
    "trains": lambda: shared("network_run")["a"],
    "lif": nd.devices.leaky_integrate_and_fire,
    "lif_population": lambda: nd.Population("a", shared("lif"), 2),
    "reduction": lambda: nd.reduce_to_lif(shared("lif"), "I", [2.2, 3.0, 5.0, 9.0]),
    "rule": lambda: nd.STDP(0.1, 0.1, 20.0, 20.0),
    "eqspike": lambda: nd.EqSpike(0.1, 1.0, 3.0, 6.0, 0.1, stop=20.0),
    "neuron": lambda: nd.devices.nbox_neuron(I_s=335e-6),
    "fhn": lambda: nd.devices.fitzhugh_nagumo(I=0.5),
    "cycle": lambda: nd.devices.stuart_landau(),
    "folder": _folder,
    "oscillator": _oscillator,
    "noisy": lambda: nd.noise.stochastic(shared("neuron"), nd.noise.white_current(2e-9)),
    "run": lambda: nd.solve(shared("neuron"), 3e-6),
    "train": lambda: nd.spikes(shared("run")),
    "runs": lambda: nd.solve_sde(shared("noisy"), 3e-7, n=2),
    "sweep": lambda: nd.sweep(shared("neuron"), {"I_s": [2e-4]}, 1e-6),
    "network_sweep": lambda: nd.sweep_networks(
        _one_network, {"I_s": [2e-4]}, 1e-7, measure={"spikes": _count_spikes}
    ),
    "fit": _fit,
    "trace_fit": _trace_fit,
    "data": lambda: nd.read_iv(nd.default_iv()),
    "trace": lambda: nd.read_trace(_trace_file()),
    "equilibria": lambda: nd.continue_equilibria(shared("fhn"), "I", (0.0, 2.0)),
    "cycles": lambda: nd.continue_cycles(
        shared("fhn"), shared("equilibria").hopf[0], max_points=10
    ),
    "hopf_curve": lambda: nd.continue_hopf(
        shared("fhn"), shared("equilibria").hopf[0], "b", (0.5, 1.0)
    ),
    "survival": lambda: nd.survival([1.0, 2.0, 3.0]),
    "staircase": lambda: nd.Staircase(
        shared("neuron"), (), (), np.array([1.0]), np.array([0.5]), ()
    ),
    "median": lambda: nd.median_frequency(shared("noisy"), "I_s", [3e-4], 1e-6, quiet=1e-6, n=2),
    "iv": lambda: nd.iv_curve(shared("neuron"), n=40),
    "plan": lambda: nd.identifiability(
        shared("neuron"), nd.protocols.iv_sweep(1e-6, 1e-3, points=20), parameters=["R_0"]
    ),
    "table": lambda: nd.behaviours(shared("fhn"), only="tonic_spiking"),
    "derived": lambda: nd.derived(shared("fit"), draws=2),
    "profiles": lambda: nd.profile(shared("fit"), ["R_0"]),
}

# what a call needs: a text names what SHARED makes where it is written "@name"
CALLS = {
    "AdditiveRK4": {"refine": 1},
    "Adaptive": {"rtol": 1e-6},
    "Analogue": {"source": "a", "target": "b", "weight": 0.1},
    "circuits.pearson_anson": {},
    "circuits.ring": {"n": 2},
    "circuits.thermal_pair": {"R": 1e6},
    "circuits.two_switch_neuron": {},
    "Circuit": {"name": "one"},
    "Circuit.from_netlist": {"text": "V1 a 0 input\nR1 a b 1k\nC1 b 0 1n"},
    "Circuit.resistor": {"self": "@wires", "name": "R2", "plus": "b", "minus": "0", "ohm": 1e3},
    "Circuit.capacitor": {
        "self": "@wires", "name": "C2", "plus": "b", "minus": "0", "farad": 1e-9},
    "Circuit.inductor": {"self": "@wires", "name": "L1", "plus": "b", "minus": "0", "henry": 1e-6},
    "Circuit.voltage_source": {
        "self": "@wires", "name": "V2", "plus": "c", "minus": "0", "volt": 1.0},
    "Circuit.current_source": {
        "self": "@wires", "name": "I1", "plus": "0", "minus": "b", "ampere": 1e-3},
    "Circuit.device": {
        "self": "@wires", "name": "X1", "plus": "b", "minus": "0", "kind": "nbox"},
    "Circuit.ladder": {
        "self": "@wires", "name": "Z1", "plus": "b", "minus": "0", "form": "cauer",
        "pairs": [(1e3, 1e-9)]},
    "Circuit.parameter": {"self": "@wires", "name": "C", "value": 1e-9},
    "Circuit.input": {"self": "@wires", "name": "I", "value": 1e-3},
    "Circuit.model": {"self": "@wires"},
    "read_circuit": {"path": "@circuit_file"},
    "Capacitor": {"a": "a", "b": "b", "farad": 1e-12},
    "Resistor": {"a": "a", "b": "b", "ohm": 1e3},
    "ChannelNoise": {"relative": 0.01},
    "Dask": {"client": None},
    "EulerMaruyama": {"refine": 1},
    "Features": {"skip": 1},
    "FixedStep": {"noise": nd.noise.white_current(1e-9)},
    "Jax": {},
    "IVInstrument": {},
    "IVMisfit": {},
    "AllToAll": {},
    "Charge": {"state": "V", "capacitance": "C_ext"},
    "Connection": {"pre": "a", "post": "a", "weight": 1e-5, "delay": 1e-7, "shape": "@pulse"},
    "Distance": {"positions": [[0.0], [1.0]], "length": 1.0},
    "Exponential": {"tau": 1.0},
    "FixedInDegree": {"k": 2},
    "FixedProbability": {"p": 0.5},
    "FromList": {"pre": [0], "post": [1]},
    "Lockstep": {"dt": 1e-9},
    "LogNormal": {"median": 190.0, "sd": 0.1},
    "Network": {"populations": ["@population"], "connections": ["@connection"], "seed": 1},
    "Network.__getitem__": {"self": "@network", "name": "a"},
    "NetworkRun.__getitem__": {"self": "@network_run", "population": "a"},
    "NetworkRun.per_spike": {"self": "@network_run", "population": "a", "output": "P_device"},
    "NetworkRun.trajectory": {"self": "@fixed_run", "population": "a", "neuron": 0},
    "NetworkRun.to_csv": {"self": "@network_run", "path": "spikes.csv"},
    "NetworkRun.to_npz": {"self": "@network_run", "path": "spikes.npz"},
    "Normal": {"mean": 1.0, "sd": 0.1},
    "OneToOne": {},
    "PoissonSource": {"name": "noise", "n": 2, "rate": 1e5},
    "Population": {"name": "a", "model": "@neuron", "n": 2},
    "Record": {"traces": {"a": [0]}, "period": 1e-8},
    "Rectangular": {"width": 1e-7},
    "STDP": {"a_plus": 0.1, "a_minus": 0.1, "tau_plus": 20.0, "tau_minus": 20.0},
    "STDP.weight_change": {"self": "@rule", "pre": [1.0], "post": [2.0], "delay": 0.5},
    "EqSpike": {
        "eta": 0.1, "gamma": 1.0, "tau": 3.0, "average": 6.0, "width": 0.1, "stop": 20.0
    },
    "EqSpike.filtered": {"self": "@eqspike", "spikes": [1.0], "t": [2.0]},
    "EqSpike.rate_change": {"self": "@eqspike", "spikes": [1.0]},
    "EqSpike.weight_change": {"self": "@eqspike", "pre": [1.0], "post": [2.0], "delay": 0.5},
    "SpikeSource": {"name": "source", "times": [[1e-7, 2e-7]]},
    "SpikeTrains.correlogram": {
        "self": "@trains", "i": 0, "j": 1, "width": 1e-8, "reach": 1e-7
    },
    "SpikeTrains.order_parameter": {"self": "@trains", "t": [5e-7]},
    "SpikeTrains.population_rate": {"self": "@trains", "width": 1e-7},
    "SpikeTrains.rates": {"self": "@trains", "after": 1e-7},
    "SpikeTrains.train": {"self": "@trains", "neuron": 0},
    "Traces.__getitem__": {"self": "@network_traces", "state": "V"},
    "Uniform": {"low": 1.0, "high": 2.0},
    "Reduction.population": {"self": "@reduction", "population": "@lif_population"},
    "reduce_to_lif": {
        "model": "@lif", "parameter": "I", "values": [2.2, 3.0, 5.0, 9.0]
    },
    "simulate": {"network": "@network", "t_end": 1e-7},
    "example_network": {"name": "ring"},
    "read_network": {"path": nd.example_network(), "seed": 1},
    "run_options": {"path": nd.example_network()},
    "write_network": {"network": "@network", "path": "network.toml", "t_end": 1e-6},
    "Keep": {"thin": 1},
    "Stiff": {"rtol": 1e-6},
    "Stimulus": {"times": np.array([0.0, 1.0]), "values": np.array([0.0, 1.0])},
    "TraceInstrument": {},
    "Threads": {"n": 1},
    "Waveform": {},
    "Model.from_equations": {"states": ["x"], "parameters": {"k": 1.0}, "rhs": ["-k*x"]},
    "Model.with_parameters": {"self": "@neuron", "I_s": 1e-4},
    "Model.quantity": {"self": "@neuron", "name": "I_s"},
    "Model.expression": {"self": "@neuron", "name": "I_s"},
    "Model.state_vector": {"self": "@neuron", "start": {"V": 0.1}},
    "Model.__getitem__": {"self": "@neuron", "name": "I_s"},
    "StochasticModel.with_parameters": {"self": "@noisy", "I_s": 1e-4},
    "Stimulus.__call__": {"self": nd.step(1.0), "t": 0.5},
    "Stimulus.slope": {"self": nd.step(1.0), "t": 0.5},
    "ChannelNoise.sd": {"self": nd.ChannelNoise(0.01), "values": np.ones(3)},
    "ChannelNoise.relative_sd": {"self": nd.ChannelNoise(0.01), "values": np.ones(3)},
    "Trajectory.__call__": {"self": "@run", "t": 1e-7},
    "Trajectory.__getitem__": {"self": "@run", "name": "V"},
    "Trajectory.at": {"self": "@run", "t": 1e-7, "name": "V"},
    "Trajectory.integral": {"self": "@run", "name": "V", "t": 1e-7},
    "StochasticTrajectories.__getitem__": {"self": "@runs", "name": "V"},
    "NetworkSweep.__getitem__": {"self": "@network_sweep", "name": "spikes"},
    "Sweep.__getitem__": {"self": "@sweep", "name": "rate"},
    "SpikeTrain.energy_per_spike": {"self": "@train", "by": "device"},
    "Survival.__call__": {"self": "@survival", "t": 1.0},
    "Survival.rate_interval": {"self": "@survival", "confidence": 0.9},
    "Staircase.__getitem__": {"self": "@staircase", "ratio": "1/1"},
    "MedianFrequency.quantile": {"self": "@median", "q": 0.5},
    "IVFit.__getitem__": {"self": "@fit", "name": "R_0"},
    "IVFit.interval": {"self": "@fit", "name": "R_0"},
    "IVFit.sample": {"self": "@fit", "n": 2},
    "IVFit.to_markdown": {"self": "@fit"},
    "IVFit.unknown_of": {"self": "@fit", "name": "R_0"},
    "IVFit.with_profiles": {"self": "@fit", "profiles": "@profiles"},
    "TraceFit.__getitem__": {"self": "@trace_fit", "name": "C_th"},
    "TraceFit.interval": {"self": "@trace_fit", "name": "C_th"},
    "TraceFit.sample": {"self": "@trace_fit", "n": 2},
    "TraceFit.to_markdown": {"self": "@trace_fit"},
    "TraceFit.unknown_of": {"self": "@trace_fit", "name": "C_th"},
    "Identifiability.__getitem__": {"self": "@plan", "name": "R_0"},
    "Identifiability.status": {"self": "@plan", "name": "R_0"},
    "Identifiability.combination": {"self": "@plan", "i": 0},
    "BehaviourTable.__getitem__": {"self": "@table", "name": "tonic_spiking"},
    "Derived.__getitem__": {"self": "@derived", "name": "threshold_V"},
    "Profiles.__getitem__": {"self": "@profiles", "name": "R_0"},
    "TraceData.__getitem__": {"self": "@trace", "name": "V"},
    "TraceData.resampled": {"self": "@trace", "dt": 1e-8},
    "TraceFit.overlay": {"self": "@trace_fit", "trace": 1},
    "EquilibriumBranch.__getitem__": {"self": "@equilibria", "name": "v"},
    "CycleBranch.envelope": {"self": "@cycles", "state": "v"},
    "PairLocking.end": {"self": "@pair_locking", "start": 0.2},
    "TwoParameterCurve.__getitem__": {"self": "@hopf_curve", "name": "I"},
    "TwoParameterCurve.of_kind": {"self": "@hopf_curve", "kind": "cusp"},
    "behaviours": {"model": "@fhn", "only": "tonic_spiking", "progress": stop},
    "bifurcation_diagram": {
        "model": "@fhn", "parameter": "I", "span": (0.0, 2.0), "progress": stop},
    "bursts": {"what": [0.0, 1.0, 2.0, 12.0, 13.0], "gap": 5.0},
    "compare_fits": {"fits": ["@fit", "@fit"]},
    "compiled": {"model": "@fhn"},
    "constant": {"value": 1.0},
    "continue_cycles": {"model": "@fhn", "start": "@hopf", "max_points": 5, "progress": stop},
    "continue_equilibria": {
        "model": "@fhn", "parameter": "I", "span": (0.0, 2.0), "progress": stop},
    "continue_fold": {"model": "@fhn", "point": "@hopf", "parameter": "b", "span": (0.5, 1.0)},
    "continue_hopf": {"model": "@fhn", "point": "@hopf", "parameter": "b", "span": (0.5, 1.0)},
    "continue_cycle_fold": {
        "model": "@fhn", "point": "@hopf", "parameter": "b", "span": (0.5, 1.0)},
    "coupled": {
        "members": {"a": nd.devices.nbox_neuron(), "b": nd.devices.nbox_neuron()},
        "couplings": [nd.Resistor("a", "b", 1e3)]},
    "datasheet": {"fit": "@fit", "draws": 2, "progress": stop},
    "default_iv": {},
    "derived": {"fit": "@fit", "draws": 2, "progress": stop},
    "escape_times": {
        "model": "@noisy", "t_max": 1e-6, "to": "silence", "n": 2, "progress": stop},
    "fano_factor": {"what": [0.0, 1.0, 2.0, 3.0, 4.0], "windows": 2.0},
    "fi_curve": {"model": "@neuron", "parameter": "I_s", "values": [3e-4], "duration": 1e-6},
    "fit_iv": {"data": "@data", "T_amb": 298.0, "starts": 1, "progress": stop},
    "fit_recipe": {"path": RECIPE, "progress": stop},
    "fit_trace_recipe": {"path": "no such file.toml"},
    "read_recipe": {"path": RECIPE},
    "fit_trace": {"traces": "@trace", "model": "@neuron", "T_amb": 298.0, "progress": stop},
    "fixed_points": {"model": "@fhn", "box": {"v": (-3.0, 3.0)}, "I": 0.4},
    "identifiability": {
        "model": "@neuron", "protocol": nd.protocols.iv_sweep(1e-6, 1e-3, points=20),
        "parameters": ["R_0"]},
    "isi_histogram": {"what": [0.0, 1.0, 2.0, 4.0]},
    "iv_curve": {"model": "@neuron", "current": (1e-6, 1e-3), "n": 20, "R_0": 200.0},
    "impedance": {"model": "@neuron", "f": [1e6], "I_s": 1e-3},
    "local_activity": {"model": "@neuron", "n": 10},
    "iv_data": {"V": np.linspace(0, 1, 11), "I": np.linspace(0, 1, 11) / 1e3},
    "joint_cycle": {
        "pair": "@pair", "cycle": "@settled_cycle", "lags": {"a": 0.0, "b": 0.5}},
    "median_frequency": {
        "model": "@noisy", "parameter": "I_s", "values": [3e-4], "duration": 1e-6,
        "quiet": 1e-6, "n": 2, "progress": stop},
    "nullclines": {"model": "@fhn", "window": {"v": (-3.0, 3.0), "w": (-1.0, 2.0)}, "n": 20},
    "phase_locking": {"what": [float(k) for k in range(20)], "period": 1.0},
    "phase_plane": {
        "model": "@fhn", "window": {"v": (-3.0, 3.0), "w": (-1.0, 2.0)}, "n_field": 4},
    "phase_response": {"model": "@fhn", "cycle": "@cycle_of_fhn", "n": 16},
    "power_spectrum": {"what": [float(k) for k in range(100)]},
    "profile": {"fit": "@fit", "parameters": ["R_0"], "progress": stop},
    "pulse": {"amplitude": 1.0, "width": 1.0},
    "pulse_locking": {"response": "@pulse_response", "delay": 1e-8},
    "pulse_response": {
        "model": "@neuron", "cycle": "@settled_cycle", "pulse": nd.pulse(1e-6, width=1e-8),
        "n": 8},
    "ramp": {"end": 1.0, "duration": 1.0},
    "read_iv": {"path": "@iv_file"},
    "read_trace": {"path": "@trace_file"},
    "saddle_manifolds": {"model": "@fhn", "point": "@rest"},
    "sampled": {"times": [0.0, 1.0], "values": [0.0, 1.0]},
    "sensitivity": {"model": "@neuron", "parameters": ["C_ext"], "t_end": 2e-6},
    "settled_cycle": {"model": "@neuron", "t_end": 2e-6},
    "solve": {"model": "@neuron", "t_end": 1e-7},
    "solve_sde": {"model": "@noisy", "t_end": 1e-7},
    "spike_trace": {"data": "@trace", "channel": "V"},
    "spikes": {"traj": "@run"},
    "stability": {"model": "@neuron", "span": (1e-5, 1e-3), "n": 20},
    "staircase": {
        "model": "@oscillator", "drive": _steps, "span": (0.8, 1.1), "ratios": ["1/1"],
        "resolution": 0.1, "progress": stop},
    "step": {"value": 1.0},
    "survival": {"durations": [1.0, 2.0]},
    "sweep": {"model": "@neuron", "values": {"I_s": [2e-4]}, "t_end": 1e-7},
    "sweep_networks": {
        "network": _one_network, "values": {"I_s": [2e-4]}, "t_end": 1e-7,
        "measure": {"spikes": _count_spikes}},
    "train": {"amplitude": 1.0, "width": 1.0, "period": 3.0, "count": 2},
    "weak_locking": {
        "model": "@neuron", "cycle": "@settled_cycle",
        "couplings": [nd.Resistor("a", "b", 1e5)]},
    "triangle": {"peak": 1.0, "period": 1.0, "count": 2},
    "FICurve.to_csv": {"self": "@fi_curve", "path": "fi.csv"},
    "IVCurve.to_csv": {"self": "@iv", "path": "iv.csv"},
    "SpikeTrain.to_csv": {"self": "@train", "path": "train.csv"},
    "Trajectory.to_csv": {"self": "@run", "path": "run.csv"},
    "device_card": {"system": "@neuron"},
    "load_device": {"path": "@card_file"},
    **{
        f"export.{name}": {"model": "@neuron"}
        for name in (
            "bifurcation_kit", "brian2", "json_model", "latex", "ltspice", "matcont", "nestml",
            "ngspice", "pynest", "sbml", "verilog_a",
        )
    },
    "export.brian2_network": {"network": _one_network, "t_end": 1e-7},
    "export.pynest_network": {"network": _one_network, "t_end": 1e-7},
    "export.xpp": {"model": "@fhn", "span": (0.0, 1.0), "continue_in": "I"},
    "learning.BinaryNet": {"hidden": 4, "epochs": 1},
    "learning.BinaryNet.fit": {"self": "@binary_net", "x": [[0.0, 1.0], [1.0, 0.0]], "y": [0, 1]},
    "learning.BinaryFit.confusion": {"self": "@binary_fit", "x": [[0.0, 1.0]], "y": [0]},
    "learning.BinaryFit.to_csv": {"self": "@binary_fit", "path": "history.csv"},
    "learning.BinaryFit.decide": {"self": "@binary_fit", "x": [[0.0, 1.0]]},
    "learning.BinaryFit.predict": {"self": "@binary_fit", "x": [[0.0, 1.0]]},
    "learning.BinaryFit.score": {"self": "@binary_fit", "x": [[0.0, 1.0]], "y": [0]},
    "learning.CountingNet.decide": {"self": "@counting_net", "x": [[0.0, 1.0]]},
    "learning.CountingNet.predict": {"self": "@counting_net", "x": [[0.0, 1.0]]},
    "learning.CountingNet.score": {"self": "@counting_net", "x": [[0.0, 1.0]], "y": [0]},
    "learning.ErrorStudy.to_csv": {"self": "@error_study", "path": "study.csv"},
    "learning.FloatWeights": {},
    "learning.PulsedWeights": {"technology": "@weak_reset"},
    "learning.ReadErrors": {},
    "learning.WeakSupply": {"amplitude": 0.1, "width": 1.0},
    "learning.imperfections": {},
    "learning.error_study": {
        "net": "@counting_net", "x": [[0.0, 1.0]], "y": [0], "errors": ["@read_errors"],
        "repeats": 2,
    },
    "learning.EqProp": {"hidden": 4, "epochs": 1},
    "learning.EqProp.fit": {"self": "@eqprop", "x": [[0.0, 1.0], [1.0, 0.0]], "y": [0, 1]},
    "learning.EqPropFit.confusion": {"self": "@eqprop_fit", "x": [[0.0, 1.0]], "y": [0]},
    "learning.EqPropFit.to_csv": {"self": "@eqprop_fit", "path": "history.csv"},
    "learning.GradientCheck.to_csv": {"self": "@gradient_check", "path": "check.csv"},
    "learning.EqPropFit.decide": {"self": "@eqprop_fit", "x": [[0.0, 1.0]]},
    "learning.EqPropFit.predict": {"self": "@eqprop_fit", "x": [[0.0, 1.0]]},
    "learning.EqPropFit.score": {"self": "@eqprop_fit", "x": [[0.0, 1.0]], "y": [0]},
    "learning.EqPropFit.energy": {"self": "@pulsed_fit", "of_synapse": "@synapse_energy"},
    "synapses.SynapseEnergy": {"pulse": 6e-11},
    "synapses.SynapseEnergy.of": {"self": "@synapse_energy", "pulses": 10.0},
    "synapses.SynapseEnergy.from_voltages": {"R": 7e3, "V_pulse": 0.9, "pulse_time": 6e-7},
    "learning.EqPropFit.settle": {"self": "@eqprop_fit", "x": [[0.0, 1.0]]},
    "learning.DeviceWeights": {"technology": "@weak_reset"},
    "learning.ProbabilisticTernary": {"theta": 2e-4},
    "learning.ProbabilisticTernary.pulses": {"self": "@ternary", "change": [1e-4]},
    "learning.Quantised": {"theta": 1e-3, "v": 2e-3},
    "learning.Quantised.pulses": {"self": "@ternary", "change": [1e-4]},
    "learning.Settling": {},
    "learning.Ternary": {"theta": 5e-5},
    "learning.Ternary.pulses": {"self": "@ternary", "change": [1e-4]},
    "learning.Continuous": {},
    "learning.eqprop_preset": {"name": "ternary"},
    "learning.gradient_check": {
        "network": "@eqprop", "x": [[0.2, 0.7], [0.9, 0.1]], "y": [0, 1], "seed": 1,
    },
    "learning.labelled": {"x": [[0.0, 1.0], [1.0, 0.0]], "y": [0, 1]},
    "learning.block_majority": {"outputs": [[1.0, -1.0], [1.0, 1.0], [-1.0, -1.0]]},
    "learning.comparator_probability": {"distance": [0.5], "sigma": 0.3},
    "learning.decision_error": {"inputs": 5, "p": 0.05},
    "learning.divided_disagreement": {"blocks": 3, "rows": 5},
    "learning.partition": {"inputs": 100},
    "learning.probability_of_one": {"inputs": 5, "p": 0.05},
    "learning.read_error_of_pair": {"mu": (9.0, 11.0), "s": (0.3, 0.8)},
    "learning.read_error_of_single": {"mu": (9.0, 11.0), "s": (0.3, 0.8)},
    "learning.supply_error": {"distance": [0.0], "amplitude": 0.4, "width": 1.0},
    "learning.threshold_columns": {"inputs": 33},
    "learning.digits": {},
    "learning.read_learning": {"path": "digits_probabilistic"},
    "learning.read_labelled": {"path": "@labelled_file"},
    "learning.split": {"data": "@labelled", "fraction": 0.5},
    "synapses.Devices.pulse": {"self": "@synapse_devices", "n": 1},
    "synapses.Exponential": {"low": 0.0, "scale": 1.0},
    "synapses.Ideal": {"G_start": 1e-4, "step": -1e-6},
    "synapses.Ideal.devices": {"self": "@ideal_synapse", "shape": 2},
    "synapses.MeasuredDevices.pulse": {"self": "@measured_devices", "n": 1},
    "synapses.MeasuredTable": {"table": "@pulse_table", "on_saturation": "freeze"},
    "synapses.MeasuredTable.devices": {"self": "@measured_synapse", "shape": 2},
    "synapses.Pairs": {"technology": "@ideal_synapse", "shape": 2},
    "synapses.Pairs.pulse": {"self": "@synapse_pairs", "k": [1, -1]},
    "synapses.WeakReset": {},
    "synapses.WeakReset.devices": {"self": "@weak_reset", "shape": 2},
    "synapses.WeakReset.moments": {"self": "@weak_reset", "t": 10.0},
    "synapses.WeakReset.pink_density": {"self": "@weak_reset", "f": [0.1]},
    "synapses.WeakReset.trap_on": {"self": "@weak_reset", "n": 10.0},
    "synapses.WeakReset.without_noise": {"self": "@weak_reset"},
    "synapses.WeakResetDevices.pulse": {"self": "@synapse_devices", "n": 1},
    "synapses.SynapseSpectrum.slope": {"self": "@synapse_spectrum", "low": 0.03, "high": 0.3},
    "synapses.increments": {"table": "@pulse_table"},
    "synapses.synapse_correlation": {"table": "@pulse_table"},
    "synapses.synapse_spectrum": {"table": "@pulse_table"},
    "synapses.table_moments": {"table": "@pulse_table"},
    "synapses.pulse_table": {"G": [[1e-4, 9e-5], [1e-4, 8e-5]]},
    "synapses.read_pulse_table": {"path": "@pulse_file"},
    "synapses.synthetic_table": {"synapse": "@weak_reset", "devices": 2, "pulses": 10},
    "synapses.write_pulse_table": {"table": "@pulse_table", "path": "pulses.csv"},
    "noise.johnson_nyquist": {},
    "noise.ornstein_uhlenbeck_current": {"sd": 1e-6, "correlation_time": 1e-6},
    "noise.parameter_jitter": {"relative_sd": {"R_0": 0.02}},
    "noise.stochastic": {"model": "@neuron", "noise": nd.noise.white_current(1e-9)},
    "noise.temperature_fluctuation": {},
    "noise.white": {"state": "x", "amplitude": 0.1},
    "noise.white_current": {"density": 1e-9},
    "protocols.iv_sweep": {"low": 1e-6, "high": 1e-3},
    "protocols.trace": {"cycles": 8},
    **{f"devices.{name}": {} for name in nd.devices.__all__},
    **{
        f"plot.{name}": {argument: "@" + made}
        for name, argument, made in (
            ("bode", "found", "impedance"), ("nyquist", "found", "impedance"),
            ("local_activity", "found", "activity"),
            ("behaviours", "table", "table"), ("bifurcation", "equilibria", "equilibria"),
            ("correlations", "fit", "fit"), ("fi_curve", "curve", "fi_curve"),
            ("fit", "result", "fit"), ("isi_histogram", "found", "isi"), ("iv", "curve", "iv"),
            ("median_frequency", "found", "median"), ("phase_plane", "plane", "plane"),
            ("phase_response", "found", "response"), ("network", "what", "network"),
            ("network_traces", "run", "network_run"), ("raster", "run", "network_run"),
            ("weights", "what", "network_run"), ("weight_history", "run", "network_run"),
            ("correlogram", "trains", "trains"), ("pair_locking", "found", "pair_locking"),
            ("pulse_response", "found", "pulse_response"),
            ("power_spectrum", "found", "spectrum"), ("residuals", "fit", "fit"),
            ("sensitivity", "found", "sensitivity"), ("stability", "curve", "stability"),
            ("staircase", "found", "staircase"),
            ("survival", "found", "survival"), ("trace_fit", "result", "trace_fit"),
            ("traces", "traj", "run"), ("pulse_table", "table", "pulse_table"),
            ("table_moments", "found", "table_moments"), ("increments", "found", "increments"),
            ("synapse_spectrum", "found", "synapse_spectrum"),
            ("synapse_correlation", "found", "synapse_correlation"),
        )
    },
    "plot.accuracy": {"fits": "@eqprop_fit"},
    "plot.confusion": {"found": "@confusion"},
    "plot.pulse_counts": {"fit": "@eqprop_fit"},
    "plot.weight_drift": {"fit": "@eqprop_fit"},
    "plot.style": {},
    "plot.two_parameter": {},
}  # fmt: skip
SHARED |= {
    "impedance": lambda: nd.impedance(shared("neuron"), I_s=1e-3),
    "ideal_synapse": lambda: nd.synapses.Ideal(1e-4, -1e-6),
    "weak_reset": nd.synapses.WeakReset,
    "eqprop": lambda: nd.learning.EqProp(4, epochs=1),
    "binary_net": lambda: nd.learning.BinaryNet((4, 3), epochs=1),
    "binary_fit": lambda: shared("binary_net").fit([[0.0, 1.0], [1.0, 0.0]], [0, 1]),
    "counting_net": lambda: shared("binary_fit").counting(),
    "read_errors": lambda: nd.learning.ReadErrors(0.1),
    "error_study": lambda: nd.learning.error_study(
        shared("counting_net"), [[0.0, 1.0]], [0], [shared("read_errors")], repeats=2
    ),
    "ternary": lambda: nd.learning.Ternary(5e-5),
    "labelled": lambda: nd.learning.labelled([[0.0, 1.0], [1.0, 0.0]] * 2, [0, 1] * 2),
    "eqprop_fit": lambda: shared("eqprop").fit([[0.0, 1.0], [1.0, 0.0]], [0, 1]),
    "labelled_file": _labelled_file,
    "confusion": lambda: shared("eqprop_fit").confusion([[0.0, 1.0]], [0]),
    "synapse_energy": lambda: nd.synapses.SynapseEnergy(6e-11),
    "pulsed_fit": lambda: nd.learning.EqProp(4, shared("ternary"), epochs=1).fit(
        [[0.0, 1.0], [1.0, 0.0]], [0, 1]
    ),
    "gradient_check": lambda: nd.learning.gradient_check(
        shared("eqprop"), [[0.2, 0.7], [0.9, 0.1]], [0, 1], seed=1
    ),
    "measured_synapse": lambda: nd.synapses.MeasuredTable(shared("pulse_table"), "freeze"),
    "synapse_devices": lambda: shared("weak_reset").devices(2),
    "measured_devices": lambda: shared("measured_synapse").devices(2),
    "synapse_pairs": lambda: nd.synapses.Pairs(shared("ideal_synapse"), 2),
    "pulse_table": lambda: nd.synapses.synthetic_table(shared("weak_reset"), 3, 64),
    "table_moments": lambda: nd.synapses.table_moments(shared("pulse_table")),
    "increments": lambda: nd.synapses.increments(shared("pulse_table")),
    "synapse_spectrum": lambda: nd.synapses.synapse_spectrum(shared("pulse_table")),
    "synapse_correlation": lambda: nd.synapses.synapse_correlation(shared("pulse_table")),
    "pulse_file": lambda: nd.synapses.write_pulse_table(
        shared("pulse_table"), shared("folder") / "pulses.csv"
    ),
    "activity": lambda: nd.local_activity(shared("neuron"), n=10),
    "hopf": lambda: shared("equilibria").hopf[0],
    "cycle_of_fhn": lambda: shared("cycles").cycles[-1],
    "iv_file": nd.default_iv,
    "card_file": _card_file,
    "trace_file": _trace_file,
    "pair": lambda: nd.coupled({"a": shared("neuron"), "b": shared("neuron")}),
    "pulse_response": lambda: nd.pulse_response(
        shared("neuron"), shared("settled_cycle"), nd.pulse(1e-5, width=1e-8), n=64
    ),
    "pair_locking": lambda: nd.pulse_locking(shared("pulse_response"), 1e-8),
    "settled_cycle": lambda: nd.settled_cycle(shared("neuron"), 2e-6),
    "rest": lambda: nd.fixed_points(shared("fhn"))[0],
    "fi_curve": lambda: nd.fi_curve(shared("neuron"), "I_s", [3e-4, 4e-4]),
    "isi": lambda: nd.isi_histogram([0.0, 1.0, 2.0, 4.0]),
    "plane": lambda: nd.phase_plane(shared("fhn")),
    "response": lambda: nd.phase_response(shared("fhn"), shared("cycle_of_fhn"), n=16),
    "sensitivity": lambda: nd.sensitivity(shared("neuron"), ["C_ext"], 2e-6),
    "spectrum": lambda: nd.power_spectrum([float(k) for k in range(100)]),
    "stability": lambda: nd.stability(shared("neuron"), (1e-5, 1e-3), n=20),
}

_SLOW = {
    "@cycles",
    "@cycle_of_fhn",
    "@response",
    "@sensitivity",
    "@settled_cycle",
    "@pulse_response",
    "@pair_locking",
    "@trace_fit",
    "@hopf_curve",
    "@stability",
}
COSTLY = {"datasheet"} | {
    name for name, args in CALLS.items() if _SLOW & set(map(str, args.values()))
}
"""Calls that need something which takes long to make."""

RESULTS = """BehaviourTable BifurcationDiagram Bursts CycleBranch Datasheet Derived DeviceCard
EquilibriumBranch EscapeTimes FICurve FanoFactor FitComparison FixedPoint
ISIHistogram IVCurve IVData IVFit IVPoint Identifiability Impedance LocalActivity
MedianFrequency Model NetworkRun NetworkSweep PairLocking PhaseLocking PhasePlane
PowerSpectrum Profile Profiles PulseResponse Reduction Sensitivity SpikeTrace
SpikeTrain SpikeTrains StabilityCurve Staircase StochasticModel
StochasticTrajectories Survival Sweep TraceData TraceFit Traces Trajectory
TwoParameterCurve Validity export.Exported export.XppFile synapses.Increments
synapses.SynapseCorrelation synapses.SynapseSpectrum synapses.TableMoments
learning.BinaryFit learning.BinaryLayer learning.CountingNet learning.ErrorStudy
learning.EqPropFit learning.LearningRecipe learning.Partition
learning.ThresholdColumns learning.GradientCheck learning.Labelled
learning.PulseCounts learning.Settled learning.Confusion synapses.Devices synapses.MeasuredDevices
synapses.Moments synapses.PulseTable synapses.TableReport synapses.WeakResetDevices"""
ERRORS = """DimensionError FitRejectedError IdentifiabilityError InputError NeurodynError
NumericalError SaturationError Status noise.NoiseSource"""
INSIDE = """AllToAll.draw Connection.input_of Connection.synapses Distance.draw FixedInDegree.draw
FixedProbability.draw FromList.draw LogNormal.draw Normal.draw OneToOne.draw
PoissonSource.spikes Population.parameter_table Population.start_table SpikeSource.spikes
Uniform.draw Datasheet.write DeviceCard.text DeviceCard.with_model DeviceCard.write
export.Exported.write TraceInstrument.offset_for TraceFit.with_profiles FixedStep.check
Jax.check Features.target Waveform.target Trajectory.evaluate synapses.Exponential.draw
synapses.Pairs.restore synapses.Devices.pulse_at synapses.Devices.read_at
synapses.MeasuredDevices.pulse_at synapses.MeasuredDevices.read_at
synapses.WeakResetDevices.pulse_at synapses.WeakResetDevices.read_at learning.Labelled.take
learning.BinaryNet.shapes learning.BinaryNet.blocks learning.BinaryLayer.sums
learning.BinaryLayer.normalised learning.BinaryLayer.counts learning.CountingNet.tables
learning.CountingNet.disturbed learning.ReadErrors.table learning.WeakSupply.table
learning.DeviceWeights.pairs learning.Continuous.counts learning.Ternary.counts
learning.Quantised.counts learning.ProbabilisticTernary.counts learning.EqProp.first_weights
learning.EqProp.shapes learning.PulseCounts.histogram noise.NoiseSource.contribution
Trajectory.parameter_vector Trajectory.rises Trajectory.integrals Trajectory.sampler
Trajectory.within"""
NOT_CALLED = frozenset(f"{RESULTS} {ERRORS} {INSIDE}".split())
"""What verbs return (made by them alone), what is raised, and what verbs ask of one another."""


def public_callables():
    """Return the names of public functions, classes, and methods that take arguments."""
    rooms = {"": nd} | {
        f"{name}.": getattr(nd, name)
        for name in (
            "circuits",
            "devices",
            "export",
            "learning",
            "noise",
            "plot",
            "protocols",
            "stimuli",
            "synapses",
        )
    }
    found, seen = set(), set()
    for room, module in rooms.items():
        for name in module.__all__:
            item = getattr(module, name)
            if not callable(item) or isinstance(item, ModuleType) or id(item) in seen:
                continue
            seen.add(id(item))
            if inspect.isclass(item) or inspect.isfunction(item):
                found.add(room + name)
            if inspect.isclass(item):
                found |= {f"{room}{name}.{m}" for m in _methods(item)}
    return found


def _methods(cls):
    for kind in cls.__mro__:
        for name, item in vars(kind).items():
            method = getattr(item, "__func__", item)
            shown = not name.startswith("_") or name in ("__call__", "__getitem__")
            ours = kind.__module__.startswith("neurodyn") and inspect.isfunction(method)
            if shown and ours and len(inspect.signature(method).parameters) > 1:
                yield name


def _made(value):
    if isinstance(value, str) and value.startswith("@"):
        return shared(value[1:])
    return [_made(item) for item in value] if isinstance(value, list) else value


@cache
def prepared(name):
    """Return a public callable and the arguments of a right call."""
    function = nd
    for part in name.split("."):
        function = getattr(function, part)
    args = {key: _made(value) for key, value in CALLS[name].items()}
    if "self" in args:
        function = getattr(args.pop("self"), name.split(".")[-1])
    return function, args


def harmless(result):
    """Return whether nothing says that a result was made of NaN."""
    if isinstance(result, np.ndarray | float):
        numbers = np.asarray(result)
        return numbers.dtype.kind != "f" or not numbers.size or not np.isnan(numbers).all()
    if isinstance(result, tuple):
        return all(map(harmless, result))
    return not re.search(r"\bnan\b", repr(result))
