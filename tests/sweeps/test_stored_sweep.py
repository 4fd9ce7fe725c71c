"""Sweeps that are interrupted and go on, and sweeps on other processes."""

import signal
import subprocess
import sys

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.sweeps import chunks

SCRIPT = """
import os, signal, sys, threading, numpy as np, neurodyn as nd
from neurodyn.sweeps import chunks
signal.signal(signal.SIGINT, signal.default_int_handler)   # background jobs ignore it
chunks.run_all.__defaults__ = (64,)   # small pieces: 313
neuron = nd.devices.nbox_neuron(T_amb=298.0)
# somewhere in the pieces that follow the third, however fast they are
end = threading.Timer(0.005, os.kill, (os.getpid(), int(sys.argv[2])))
def after_three(_, share):
    if share > 3 / 313 and end.ident is None:
        end.start()
nd.sweep(neuron, {"I_s": np.linspace(3e-5, 1e-3, 20000)}, 4e-6, measure=["rate", "final"],
         store=sys.argv[1], run=nd.Threads(1), progress=after_three)
"""


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(chunks.run_all, "__defaults__", (64,))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.usefixtures("small_pieces")
def test_a_killed_sweep_goes_on_and_gives_the_same_digits(neuron, tmp_path, end):
    store = tmp_path / "store"
    command = [sys.executable, "-c", SCRIPT, store, str(int(end))]
    done = subprocess.run(command, stderr=subprocess.DEVNULL)
    assert done.returncode != 0
    kept = {path: path.stat().st_mtime_ns for path in store.glob("*/*.npz")}
    assert 3 <= len(kept) < 313
    ask = {"t_end": 4e-6, "measure": ["rate", "final"]}
    values = {"I_s": np.linspace(3e-5, 1e-3, 20000)}
    resumed = nd.sweep(neuron, values, store=store, **ask)
    # what a kill inside a write has left is removed by the next to write there
    assert not [path for path in store.glob("*/*") if path.suffix not in (".npz", ".json")]
    whole = nd.sweep(neuron, values, **ask)
    for name in whole.data:
        np.testing.assert_array_equal(resumed[name], whole[name])
    assert all(path.stat().st_mtime_ns == then for path, then in kept.items())  # none done again


@pytest.mark.usefixtures("small_pieces")
def test_another_question_has_another_place_and_a_torn_piece_is_done_again(neuron, tmp_path):
    values = {"I_s": np.linspace(3e-5, 1e-3, 100)}
    fractions = []
    first = nd.sweep(
        neuron, values, 1e-6, store=tmp_path, progress=lambda _, f: fractions.append(f)
    )
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    nd.sweep(neuron, values, 1e-6, method=nd.Adaptive(1e-5), store=tmp_path)
    assert len(list(tmp_path.glob("*/question.json"))) == 2
    for piece in tmp_path.glob("*/*.npz"):
        piece.write_bytes(piece.read_bytes()[:100])
    np.testing.assert_array_equal(
        nd.sweep(neuron, values, 1e-6, store=tmp_path)["rate"], first["rate"]
    )


def test_a_store_that_cannot_be_made_is_refused(neuron, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no folder can be made"):
        nd.sweep(neuron, {"I_s": [1e-4]}, 1e-6, store=tmp_path / "file")


@pytest.mark.slow
@pytest.mark.usefixtures("small_pieces")
@pytest.mark.filterwarnings("ignore")  # of a cluster that loses a worker on purpose
def test_a_cluster_that_loses_a_worker_gives_the_same_digits(neuron):
    distributed = pytest.importorskip("distributed")
    values = {"I_s": np.linspace(3e-5, 1e-3, 2000)}
    ask = {"t_end": 20e-6, "measure": ["rate", "final"]}
    whole = nd.sweep(neuron, values, **ask)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim = next(iter(cluster.workers.values()))
        done = []

        def after_some(_, fraction):
            if fraction > 0.2 and not done:
                done.append(victim.pid)
                import os

                os.kill(victim.pid, signal.SIGKILL)

        away = nd.sweep(neuron, values, run=nd.Dask(client), progress=after_some, **ask)
    assert done
    for name in whole.data:
        np.testing.assert_array_equal(away[name], whole[name])
