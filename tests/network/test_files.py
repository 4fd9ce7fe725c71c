"""A network as a file: the same digits back, and a sentence for what cannot be read."""

import typing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import neurodyn as nd
from neurodyn.network.storage.kinds import KINDS
from neurodyn.network.synapses import SparseMatrix
from tests.network.test_properties import random_network, same
from tests.network.test_resume import plastic_network

LIF = nd.devices.leaky_integrate_and_fire
EXAMPLES = ("ring", "excitation_inhibition")


def back(network: nd.Network, folder: Path) -> nd.Network:
    nd.write_network(network, folder / "network.toml")
    return nd.read_network(folder / "network.toml")


def same_synapses(one: nd.Network, two: nd.Network) -> bool:
    return all(
        np.array_equal(getattr(s, part), getattr(two.synapses[name], part))
        for name, s in one.synapses.items()
        for part in ("first", "post", "weights", "delays")
    )


def of_every_kind() -> nd.Network:
    """Return a network with every kind of number, pattern, shape and source that a file knows."""
    rng = np.random.default_rng(0)
    cells = nd.Population(
        "cells",
        LIF(tau=1 / 3 + 9.0),
        40,
        parameters={"R": nd.Normal(10.0, 0.1), "V_reset": rng.uniform(-72, -68, 40)},
        inputs={"I": nd.pulse(2.3, width=30.0, start=1 / 7, edge=0.1)},
        start={"V": -66.6},
        refractory=0.1 + 0.2,
    )
    few = nd.Population(
        "few",
        nd.devices.izhikevich("tonic_bursting", I=np.float64(14.9)),
        3,
        devices={"a": rng.uniform(0.018, 0.022, 40), "b": rng.uniform(0.19, 0.21, 40)},
    )
    given = nd.SpikeSource("given", [rng.uniform(0, 50, 30), [], rng.uniform(0, 50, 9)])
    short = nd.SpikeSource("short", [[0.1, 0.3]])
    rain = nd.PoissonSource("rain", 40, rng.uniform(0.05, 0.1, 40))
    dense, thin = np.triu(rng.normal(size=(40, 40)), 1), sparse.random(3, 40, 0.3, rng=rng)
    line, rule = np.arange(40.0)[:, None], nd.STDP(0.1, 0.2, 20.0, 21.0, w_min=-1.0)
    slow = nd.EqSpike(0.1, 0.05, 10.0, 20.0, 1.0, start=10.0, stop=50.0, every=7.0)
    kick, decay = nd.Charge("V"), nd.Exponential(np.pi)
    ring, near = nd.Distance(line, 2.0, period=40.0), 'near "neighbours" → µ'
    connections = [
        nd.Connection("cells", "cells", dense, np.abs(dense) + 0.1, decay, plasticity=rule),
        nd.Connection("cells", "few", thin, 1.0, nd.Rectangular(1.5), into="I"),
        nd.Connection("given", "few", 1.0, 1.0, nd.Charge("v"), pattern=nd.OneToOne()),
        nd.Connection("short", "cells", [5.0, -3.0], nd.Uniform(1.0, 2.0), kick,
                      pattern=nd.FromList([0, 0], [3, 4])),
        nd.Connection("rain", "cells", 0.3, 0.5, decay, pattern=nd.FixedInDegree(2),
                      plasticity=slow),
        nd.Connection("cells", "cells", 0.1, 1.0, decay, pattern=ring, name=near,
                      self_connections=True, dale=True),
        nd.Connection("cells", "cells", nd.LogNormal(0.1, 0.3), 1.0, decay, name="sparse",
                      pattern=nd.FixedProbability(0.07)),
    ]  # fmt: skip
    return nd.Network([rain, cells, given, few, short], connections, seed=2**40 + 1)


@pytest.mark.parametrize(
    ("network", "t_end"),
    [(of_every_kind, 60.0), (plastic_network, 100.0), (random_network, 1.5e-6)],
    ids=["of every kind", "plastic", "adaptive"],
)
def test_what_is_read_back_runs_with_the_same_digits(network, t_end: float, tmp_path: Path) -> None:
    one = network()
    two = back(one, tmp_path)
    assert same_synapses(one, two)
    a, b = nd.simulate(one, t_end), nd.simulate(two, t_end)
    assert len(a.spikes[next(p.name for p in one.populations if isinstance(p, nd.Population))]) > 50
    assert same(a, b)
    assert a.weights.keys() == b.weights.keys()
    for name, weights in a.weights.items():
        assert np.array_equal(weights, b.weights[name])
    text = (tmp_path / "network.toml").read_text()
    nd.write_network(two, tmp_path / "network.toml")
    assert text.split("[files]")[0] == (tmp_path / "network.toml").read_text().split("[files]")[0]


def test_every_device_is_read_back_in_every_circuit(tmp_path: Path) -> None:
    models = [getattr(nd.devices, name)() for name in nd.devices.__all__ if name != "stuart_landau"]
    models += [nd.devices.mott_vo2("full_circuit"), nd.devices.morris_lecar(1, I=40.0)]
    for model in models:
        if model.spike is None:
            continue
        network = nd.Network([nd.Population("one", model, 1)])
        found = back(network, tmp_path)["one"]
        assert isinstance(found, nd.Population)
        assert found.model.name == model.name
        assert found.model.digest == model.digest
        assert np.array_equal(found.model.p, model.p)
        assert np.array_equal(found.model.x0, model.x0)


def test_a_file_knows_every_kind_that_python_knows() -> None:
    """What is added to a union of Python has to be added to the names in files."""
    hints = typing.get_type_hints(nd.Connection) | typing.get_type_hints(nd.simulate)
    for kind, names in KINDS.items():
        of = hints["weight" if kind == "distribution" else kind]
        known = {c for c in typing.get_args(of) if getattr(c, "__module__", "").startswith("neuro")}
        assert (known or {of}) - {SparseMatrix} == set(names.values()), kind


def test_options_of_a_run_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    record = nd.Record({"cells": range(40)}, 1e-8, ["cells"], {"cells": ["P_device"]}, 1e-7)
    nd.write_network(random_network(), path, t_end=1e-6, record=record, method=nd.Adaptive(1e-9))
    options = nd.run_options(path)
    assert options["t_end"] == 1e-6
    assert options["method"] == nd.Adaptive(1e-9)
    found = options["record"]
    assert list(found.traces["cells"]) == list(range(40))
    assert (found.period, list(found.states_at_spikes)) == (1e-8, ["cells"])
    assert (dict(found.integrals), found.weights) == ({"cells": ["P_device"]}, 1e-7)
    nd.write_network(random_network(), path, method=nd.Lockstep(1e-9))
    assert nd.run_options(path) == {"method": nd.Lockstep(1e-9)}
    assert nd.run_options(nd.example_network("ring")) == {"t_end": 1e-5}


def test_a_recorded_run_is_a_source(tmp_path: Path) -> None:
    """Trains of a run in NPZ, and one train in CSV, by hand."""
    cells = nd.Population("cells", LIF(), 3, parameters={"I": [2.2, 2.4, 0.0]})
    run = nd.simulate(nd.Network([cells]), 50.0)
    run.to_npz(tmp_path / "run.npz")
    np.savetxt(tmp_path / "t.csv", [3.5, 1.5], header="time [ms]", comments="")
    (tmp_path / "network.toml").write_text(
        """
        [[populations]]
        name = "cell"
        model = "leaky_integrate_and_fire"
        n = 1
        [[populations]]
        name = "recorded"
        times = {file = "run.npz", array = "cells/times", neurons = "cells/neurons", n = 3}
        [[populations]]
        name = "table"
        times = [{file = "t.csv", array = "time"}]
        """
    )
    again = nd.simulate(nd.read_network(tmp_path / "network.toml"), 50.0)
    assert np.array_equal(again["recorded"].times, run["cells"].times)
    assert np.array_equal(again["recorded"].counts, run["cells"].counts)
    assert again["table"].times.tolist() == [1.5, 3.5]


def test_a_spike_travels_around_the_shipped_ring() -> None:
    """Neuron by neuron, lap after lap; nd.solve of one neuron under its pulses is the judge."""
    path = nd.example_network("ring")
    fine = nd.Adaptive(1e-11)
    ring = nd.simulate(nd.read_network(path), **nd.run_options(path), method=fine)["ring"]
    assert ring.neurons.tolist() == [k % 12 for k in range(len(ring))]
    assert len(ring) > 36
    edges = np.repeat(ring.train(4) + 1e-7, 4) + np.tile([0.0, 0.0, 2e-7, 2e-7], 4)
    current = nd.Stimulus(edges, 1e-5 + np.tile([0.0, 1e-3, 1e-3, 0.0], 4))
    neuron = nd.devices.nbox_neuron()
    alone = nd.solve(neuron, 1e-5, inputs={"I_s": current}, method=fine).spike_times
    assert ring.train(5) == pytest.approx(alone, rel=1e-9)


def test_the_shipped_excitation_and_inhibition() -> None:
    path = nd.example_network("excitation_inhibition")
    network, options = nd.read_network(path), nd.run_options(path)
    run = nd.simulate(network, **options)
    learned, first = run.weights["excitatory -> excitatory"], network.synapses
    assert 5 < 1000 * run["excitatory"].rates().mean() < 50  # spikes per second
    assert len(run["inhibitory"]) > 20
    assert np.abs(learned - first["excitatory -> excitatory"].weights).max() > 0.05
    assert learned.min() >= 0.0
    assert learned.max() <= 0.4
    without = [c for c in network.connections if c.pre != "inhibitory"]
    freed = nd.simulate(nd.Network(network.populations, without, network.seed), options["t_end"])
    assert len(freed["excitatory"]) > 1.1 * len(run["excitatory"])


def test_another_seed_is_another_network() -> None:
    path = nd.example_network("excitation_inhibition")
    one, two = nd.read_network(path), nd.read_network(path, seed=3)
    assert (one.seed, two.seed) == (2, 3)
    assert not same_synapses(one, two)


OWN = nd.Model.from_equations(["x"], {"k": 2.0}, ["k - x"], spike="x - 1", reset={"x": 0})


@pytest.mark.parametrize(
    "model",
    [
        OWN,
        nd.coupled({"a": nd.devices.nbox_neuron(), "b": nd.devices.nbox_neuron()}),
        replace(LIF(), states=(replace(LIF().states[0], scale=1.0),)),
    ],
    ids=["equations", "coupled", "changed"],
)
def test_a_model_that_is_not_of_the_library_is_refused(model: nd.Model, tmp_path: Path) -> None:
    network = nd.Network([nd.Population("own", model, 1)])
    with pytest.raises(nd.InputError, match=r"population 'own': .* holds no equations"):
        back(network, tmp_path)
    assert not list(tmp_path.iterdir())


GOOD = """
[[populations]]
name = "cells"
model = {device = "nbox_neuron", I_s = 3e-4}
n = 3
[[connections]]
pre = "cells"
post = "cells"
weight = 1e-5
delay = 1e-7
shape = {rectangular = 1e-7}
[run]
t_end = 1e-6
"""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("[[populations]]", "[[population]]"), "no key of a network 'population'; did you mean"),
        (("[[populations]]", "[populations]"), r"expected tables \[\[populations\]\]"),
        (("n = 3", "m = 3"), "population 'cells': no argument of Population 'm'"),
        (("n = 3", "n = 2.5"), "Population: n is 2.5; expected a whole number"),
        (("n = 3", "n = 1_000_000_000_000"), "expected a whole number from 1 to 2147483647"),
        (
            ("[run]", "pattern = {from_list = {pre = [3], post = [0]}}\n[run]"),
            "connection 'cells -> cells': FromList: pre names neuron 3; expected numbers from",
        ),
        (("weight = 1e-5", "weight = [1e-5, 2e-5]"), r"weight has the shape \(2,\); expected one"),
        (("n = 3", ""), "missing a required argument: 'n'"),
        (("nbox_neuron", "nbox_neurn"), "no device 'nbox_neurn'; did you mean 'nbox_neuron'"),
        (('model = {device = "nbox_neuron", I_s = 3e-4}', "model = 3"), "the name of a device"),
        (('model = {device = "nbox_neuron", I_s = 3e-4}', ""), "expected a model, or times or a"),
        (("I_s = 3e-4", "I_x = 3e-4"), "did you mean 'I_s'"),
        (("I_s = 3e-4", 'I_s = "3e-4"'), "I_s"),
        (("weight", "wieght"), "connection 'cells -> cells': no argument of Connection 'wieght'; "),
        (("weight = 1e-5", 'weight = "x"'), "weight is 'x'; expected finite numbers or"),
        (("weight = 1e-5", "weight = {lognorml = [1, 2]}"), "did you mean 'lognormal'"),
        (("weight = 1e-5", "weight = {lognormal = [1]}"), "LogNormal: missing a required argument"),
        (("weight = 1e-5", "weight = {lognormal = [1, -2]}"), "sd is -2; expected a number of 0"),
        (("weight = 1e-5", 'weight = {file = "a.npz"}'), "'a.npz' cannot be read: No such file"),
        (("weight = 1e-5", 'weight = {file = "b.csf"}'), "did you mean 'b.csv'"),
        (("weight = 1e-5", 'weight = {file = "b.csv", array = "w"}'), "no column in b.csv 'w'"),
        (("weight = 1e-5", 'weight = {file = "bad.npz", array = "w"}'), "cannot be read as NPZ"),
        (("weight = 1e-5", 'weight = {file = "c.npz", array = "V"}'), "no array in c.npz 'V'"),
        (("weight = 1e-5", 'weight = {file = "c.npz"}'), "c.npz holds 2 arrays; expected array ="),
        (("weight = 1e-5", 'weight = {file = "c.npz", key = 1}'), "no key beside file 'key'"),
        (("weight = 1e-5", 'weight = {file = "o.npz"}'), "cannot be read as NPZ"),
        (("delay = 1e-7", "delay = 0"), "a delay is 0; expected delays above zero"),
        (("{rectangular = 1e-7}", '"rectangular"'), "Rectangular: missing a required argument"),
        (("{rectangular = 1e-7}", "1e-7"), "shape is 1e-07; expected one name and its arguments"),
        (("{rectangular = 1e-7}", "{rectanglar = 1e-7}"), "did you mean 'rectangular'"),
        (("[run]", "pattern = {fixed_probability = 2}\n[run]"), "p is 2; expected a number from"),
        (("[run]", "plasticity.stdp.a = 2\n[run]"), "no argument of STDP 'a'"),
        (("[run]", "[run.x]"), "no key of a run 'x'"),
        (("[run]", "[run.record]"), "no argument of Record 't_end'"),
        (("[run]", "[run.method.adaptve]"), "no method 'adaptve'; did you mean 'adaptive'"),
        (("[run]", 'files."c.npz" = "0"\n[run]'), "no argument of Connection 'files'"),
        (("t_end = 1e-6", '[files]\n"c.npz" = "0"'), "c.npz is not the file that the network was"),
        (("[[connections]]", 'inputs.I_s = "1mA"\n[[connections]]'), "expected a number, a shape"),
        (("[[connections]]", 'inputs.I_s = "puls(1)"\n[[connections]]'), "did you mean 'pulse'"),
        (("[[connections]]", 'inputs.I = "pulse(1)"\n[[connections]]'), "no input 'I'"),
        (("n = 3", "n = ["), "cannot be read: "),
    ],
)
def test_what_is_not_understood_is_told_in_a_sentence(
    change: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04nonsense")
    np.savez(tmp_path / "c.npz", a=np.ones(2), b=np.ones(3))
    np.savez(tmp_path / "o.npz", o=np.array([{}], dtype=object))
    path = tmp_path / "net.toml"
    path.write_text(GOOD)
    assert len(nd.read_network(path).synapses) == 1
    path.write_text(GOOD.replace(*change))
    with pytest.raises(nd.InputError, match=sentence) as caught:  # noqa: PT012
        nd.read_network(path)
        nd.run_options(path)
    message = str(caught.value)
    assert "net.toml" in message
    assert "\n" not in message
    assert len(message) < 700


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    back(of_every_kind(), tmp_path)
    np.savez(tmp_path / "network.npz", a=np.ones(3))
    with pytest.raises(nd.InputError, match="not the file that the network was written with"):
        nd.read_network(path)


def test_arrays_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    """A parameter and a connection's weights that would both be ``a/weight``."""
    own = nd.Population("a", LIF(), 40, parameters={"I": np.linspace(2.1, 3.0, 40)})
    line = [np.linspace(0.1, 9.0, 40)]
    weight = nd.Connection("a/I", "a", np.arange(1.0, 41.0)[:, None], 1.0, nd.Charge("V"), name="a")
    network = nd.Network([own, nd.SpikeSource("a/I", line)], [weight])
    found = back(network, tmp_path)
    assert same(nd.simulate(network, 20.0), nd.simulate(found, 20.0))
    assert same_synapses(network, found)


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    places = {
        "none/a.toml": "its folder does not exist",
        "folder.toml": "[Ii]s a (folder|directory)",
        "x" * 300: "cannot write to",
        "a\0b": "cannot write to",
    }
    for network in (random_network(), nd.read_network(nd.example_network("ring"))):
        for place, sentence in places.items():
            with pytest.raises(nd.InputError, match=sentence):
                nd.write_network(network, tmp_path / place)


CARD_NETWORK = """
[[populations]]
name = "cells"
model = {device = "CARD", k = 3.0}
n = 2

[[connections]]
pre = "cells"
post = "cells"
weight = 0.1
delay = 0.5
shape = {charge = "x"}
"""


@pytest.mark.parametrize("card", ["card.json", "card.toml"])
def test_a_population_takes_a_device_card_beside_the_file(card, tmp_path):
    """Equations that no device of the library has; spikes to the digit of the model itself."""
    model = nd.Model.from_equations(
        {"x": 0.0, "y": 0.5}, {"k": 2.0}, ["k*y", "-k*x + (1 - x**2)*y"], spike="x - 1"
    )
    nd.device_card(model).write(tmp_path / card)
    (tmp_path / "network.toml").write_text(CARD_NETWORK.replace("CARD", card))
    cells = nd.Population("cells", model.with_parameters(k=3.0), 2)
    kick = nd.Connection("cells", "cells", 0.1, 0.5, nd.Charge("x"))
    expected = nd.simulate(nd.Network([cells], [kick]), 20.0)["cells"]
    found = nd.simulate(nd.read_network(tmp_path / "network.toml"), 20.0)["cells"]
    assert len(expected) > 10
    assert np.array_equal(found.times, expected.times)
    text = (tmp_path / card).read_text()
    (tmp_path / card).write_text(text.replace("2.0", "2.5"))
    with pytest.raises(nd.InputError, match=r"population 'cells'.*its digest is another"):
        nd.read_network(tmp_path / "network.toml")
    (tmp_path / card).unlink()
    with pytest.raises(nd.InputError, match=r"population 'cells'.*No such file"):
        nd.read_network(tmp_path / "network.toml")
