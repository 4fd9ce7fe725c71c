"""Measured tables: files, what is understood of them, and synapses that follow them."""

import warnings

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError

HEAD = "device \\ pulse [S],0,1,2\n"
G = np.array([[1e-4, 9e-5, 8e-5], [1.1e-4, 1e-4, 9e-5], [1.2e-4, np.nan, 1e-4]])


@pytest.fixture
def table():
    return nd.synapses.pulse_table(G, [0, 10, 30], names=["a", "b", "c"])


@pytest.mark.parametrize("ending", ["csv", "npz"])
def test_a_table_comes_back_as_it_was_written(table, ending, tmp_path):
    path = nd.synapses.write_pulse_table(table, tmp_path / f"pulses.{ending}")
    back = nd.synapses.read_pulse_table(path)
    np.testing.assert_array_equal(back.G, table.G)
    np.testing.assert_array_equal(back.pulse, table.pulse)
    assert back.names == table.names
    assert back.source == path.name


def test_a_csv_by_hand(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "# measured by hand\n\nDevice \\ pulse [S], 0, 5\nx,1e-4,\n# no more\ny,2e-4, NaN \n"
    )
    table = nd.synapses.read_pulse_table(path)
    np.testing.assert_array_equal(table.G, [[1e-4, np.nan], [2e-4, np.nan]])
    assert table.pulse.tolist() == [0, 5]


BAD_TEXT = {
    "empty": "",
    "heading only": HEAD,
    "no heading": "a,1e-4,9e-5,8e-5\nb,1e-4,9e-5,8e-5\n",
    "other unit": HEAD.replace("[S]", "[uS]") + "a,100,90,80\n",
    "no unit": HEAD.replace(" [S]", "") + "a,1e-4,9e-5,8e-5\n",
    "semicolons": (HEAD + "a,1e-4,9e-5,8e-5\n").replace(",", ";"),
    "tabs": (HEAD + "a,1e-4,9e-5,8e-5\n").replace(",", "\t"),
    "decimal commas": HEAD + "a,1,2e-4,9,1e-5,8,1e-5\n",
    "one pulse": "device \\ pulse [S],0\na,1e-4\n",
    "short row": HEAD + "a,1e-4,9e-5\n",
    "long row": HEAD + "a,1e-4,9e-5,8e-5,7e-5\n",
    "word": HEAD + "a,1e-4,high,8e-5\n",
    "unit in a cell": HEAD + "a,1e-4 S,9e-5,8e-5\n",
    "infinite": HEAD + "a,1e-4,inf,8e-5\n",
    "negative": HEAD + "a,1e-4,-9e-5,8e-5\n",
    "overflow": HEAD + "a,1e-4,1e999,8e-5\n",
    "complex": HEAD + "a,1e-4,1j,8e-5\n",
    "pulses fall": "device \\ pulse [S],2,1,0\na,1e-4,9e-5,8e-5\n",
    "pulse twice": "device \\ pulse [S],0,1,1\na,1e-4,9e-5,8e-5\n",
    "part of a pulse": "device \\ pulse [S],0,0.5,1\na,1e-4,9e-5,8e-5\n",
    "negative pulse": "device \\ pulse [S],-1,0,1\na,1e-4,9e-5,8e-5\n",
    "pulse a word": "device \\ pulse [S],start,1,2\na,1e-4,9e-5,8e-5\n",
    "pulse nan": "device \\ pulse [S],0,nan,2\na,1e-4,9e-5,8e-5\n",
    "pulse infinite": "device \\ pulse [S],0,1,inf\na,1e-4,9e-5,8e-5\n",
    "huge pulse": "device \\ pulse [S],0,1,1e30\na,1e-4,9e-5,8e-5\n",
    "name twice": HEAD + "a,1e-4,9e-5,8e-5\na,1e-4,9e-5,8e-5\n",
    "turned around": "pulse,a,b\n0,1e-4,1e-4\n1,9e-5,9e-5\n",
    "open quote": HEAD + 'a,"1e-4,9e-5,8e-5\nb,1e-4,9e-5,8e-5\n',
    "long table": "device,pulse,G\na,0,1e-4\na,1,9e-5\n",
    "remarks only": "# nothing\n# here\n",
    "prose": "The devices were measured on Monday.\n",
    "html": "<html><body>404</body></html>\n",
    "json": '{"G": [[1e-4, 9e-5]]}\n',
    "hex": HEAD + "a,0x1f,9e-5,8e-5\n",
    "underscore unit": HEAD + "a,1e-4_S,9e-5,8e-5\n",
    "digits in groups": HEAD + "a,1_0e-5,9e-5,8e-5\n",
    "two marks": HEAD + "a,1.2.3e-4,9e-5,8e-5\n",
    "spaces": HEAD.replace(",", " ") + "a 1e-4 9e-5 8e-5\n",
    "very long cell": HEAD + "a," + "x" * 5000 + ",9e-5,8e-5\n",
}
BAD_BYTES = {
    "binary": b"\x00\x01\x02\x03" * 20,
    "cut archive": b"PK\x03\x04" + b"\x00" * 40,
    "workbook": b"\xd0\xcf\x11\xe0" + b"\x00" * 40,
    "gzip": b"\x1f\x8b" + b"\x00" * 40,
    "hdf5": b"\x89HDF\r\n\x1a\n" + b"\x00" * 40,
    "one array": b"\x93NUMPY" + b"\x00" * 40,
    "pdf": b"%PDF-1.4" + b"\x00" * 40,
}
BAD_ARRAYS = {
    "no G": {"g": G},
    "G and more": {"G": G, "current": G},
    "one row": {"G": G[0]},
    "three axes": {"G": G[None]},
    "no points": {"G": np.zeros((3, 0))},
    "one point": {"G": G[:, :1]},
    "no devices": {"G": np.zeros((0, 3))},
    "text": {"G": np.array([["a", "b"]])},
    "complex": {"G": G + 0j},
    "truth": {"G": G > 0},
    "objects": {"G": np.array([[1e-4, None]], dtype=object)},
    "negative": {"G": -G},
    "infinite": {"G": np.where(np.isnan(G), np.inf, G)},
    "other pulses": {"G": G, "pulse": [0, 1]},
    "falling pulses": {"G": G, "pulse": [2, 1, 0]},
    "parts of pulses": {"G": G, "pulse": [0, 0.5, 1]},
    "pulses of text": {"G": G, "pulse": ["0", "1", "2"]},
    "pulses in two axes": {"G": G, "pulse": [[0, 1, 2]]},
    "other names": {"G": G, "names": ["a"]},
    "names twice": {"G": G, "names": ["a", "a", "b"]},
    "names in two axes": {"G": G, "names": [["a", "b", "c"]]},
}


def refused(path):
    with pytest.raises(nd.InputError) as error:
        nd.synapses.read_pulse_table(path)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


@pytest.mark.parametrize("name", BAD_TEXT)
def test_malformed_text_is_refused_in_a_sentence(name, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(BAD_TEXT[name])
    assert "bad.csv" in refused(path)


@pytest.mark.parametrize("name", BAD_BYTES)
def test_other_files_are_refused_in_a_sentence(name, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(BAD_BYTES[name])
    assert "bad.csv" in refused(path)


@pytest.mark.parametrize("name", BAD_ARRAYS)
def test_malformed_archives_are_refused_in_a_sentence(name, tmp_path):
    path = tmp_path / "bad.npz"
    np.savez(path, **{key: np.asarray(value) for key, value in BAD_ARRAYS[name].items()})
    assert "bad.npz" in refused(path)


def test_a_message_names_the_line_and_the_cell(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("# remark\n" + BAD_TEXT["word"])
    assert "line 3" in refused(path)
    assert "'high'" in refused(path)


def test_a_report_tells_range_monotony_noise_and_dead_devices():
    """3 % of 200 devices are killed in five ways; the numbers come from the model itself."""
    model = nd.synapses.WeakReset()
    table = nd.synapses.synthetic_table(model, 200, 2000, every=10, seed=3)
    bad = table.G.copy()
    bad[7] = bad[7, 0]  # stuck
    bad[50] = 1e-12  # open
    bad[51] = 1e-2  # short
    bad[90] = np.nan  # never read
    bad[91] = 0.0
    bad[120] = bad[120, 0] * (1 + 1e-5 * (np.arange(bad.shape[1]) % 2))  # converter's last bit
    bad[3, 5] = np.nan  # one reading
    report = nd.synapses.pulse_table(bad, table.pulse).report()
    assert set(report.dead) == {"7", "50", "51", "90", "91", "120"}
    assert [report.dead[k].split(":")[0] for k in ("7", "50", "51", "120")] == [
        "never changes", "open", "short", "does not follow pulses"
    ]  # fmt: skip
    assert report.missing == 1 + bad.shape[1]
    assert report.direction == "R rises"
    assert 0.5 < report.forward < 0.75
    alive = table.G[[i for i in range(200) if i not in (7, 50, 51, 90, 91, 120)]]
    assert report.G_range[1] == np.nanmax(alive)
    # steps over 10 pulses: pink noise with the correlation of its taps, quartiles of a normal
    c = nd.synapses.weak_reset.pink_taps(15)
    sd = 0.025 * np.sqrt(2 * (c @ c - c[:-10] @ c[10:]))
    assert report.noise == pytest.approx(0.6745 * sd, rel=0.05)
    assert "6 dead devices" in str(report)


def test_a_clean_table_is_wholly_monotone():
    model = nd.synapses.WeakReset().without_noise()
    report = nd.synapses.synthetic_table(model, 50, 1000, every=50).report()
    assert report.forward == 1.0
    assert not report.dead


def test_synapses_pass_through_the_readings_and_are_straight_between(table):
    devices = nd.synapses.MeasuredTable(table).devices(30, seed=4)
    assert set(devices.row) == {0, 1, 2}
    filled = [[1e-4, 9e-5, 8e-5], [1.1e-4, 1e-4, 9e-5], [1.2e-4, 1.2e-4 - 2e-5 / 3, 1e-4]]
    seen = {}
    for t in range(31):
        seen[t] = devices.conductance()
        if t < 30:
            devices.pulse(1)
    for k, t in enumerate([0, 10, 30]):
        np.testing.assert_allclose(seen[t], np.array(filled)[devices.row, k], rtol=1e-12)
    np.testing.assert_allclose(seen[20], (seen[10] + seen[30]) / 2, rtol=1e-12)
    assert devices.saturated.all()


def test_a_table_of_a_model_gives_the_model_back():
    """Every pulse measured: a synapse has exactly the conductances of its row."""
    model = nd.synapses.WeakReset()
    table = nd.synapses.synthetic_table(model, 5, 40, seed=1)
    state = model.devices(5, 1)
    state.pulse(40)
    np.testing.assert_array_equal(table.G[:, -1], state.conductance())
    devices = nd.synapses.MeasuredTable(table).devices(50, seed=2)
    devices.pulse(np.arange(50) % 41)
    np.testing.assert_array_equal(devices.conductance(), table.G[devices.row, np.arange(50) % 41])


def test_rows_are_assigned_alike_by_the_seed_and_dead_devices_never():
    dead = np.vstack([G, [[1e-4, 1e-4, 1e-4]]])
    synapse = nd.synapses.MeasuredTable(nd.synapses.pulse_table(dead))
    rows = synapse.devices(3000, seed=1).row
    np.testing.assert_array_equal(rows, synapse.devices(3000, seed=1).row)
    assert (rows != synapse.devices(3000, seed=2).row).any()
    shares = np.bincount(rows, minlength=3)
    assert len(shares) == 3
    assert (np.abs(shares - 1000) < 4 * np.sqrt(3000 * 2 / 9)).all()


@pytest.mark.parametrize("policy", ["stop", "freeze", "warn"])
def test_policies_of_saturation(table, policy):
    devices = nd.synapses.MeasuredTable(table, policy).devices(3)
    devices.pulse([29, 30, 0])
    before = devices.conductance()
    if policy == "stop":
        with pytest.raises(nd.SaturationError, match="2 of 3 devices") as error:
            devices.pulse([2, 1, 1])
        assert error.value.number == 2
        np.testing.assert_array_equal(devices.conductance(), before)
        assert devices.pulses.tolist() == [29, 30, 0]
        return
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        devices.pulse([2, 1, 1])
    assert [str(w.message)[:16] for w in told] == ["2 of 3 devices h"] * (policy == "warn")
    assert all(warning.filename == __file__ for warning in told)  # of the caller
    assert devices.pulses.tolist() == [30, 30, 1]
    assert devices.lost.tolist() == [1, 1, 0]
    assert devices.saturated.tolist() == [True, True, False]


def test_a_table_without_a_device_that_lives():
    still = nd.synapses.pulse_table(np.full((3, 4), 1e-4))
    for use in (still.report, lambda: nd.synapses.MeasuredTable(still)):
        with pytest.raises(nd.InputError, match="no device that follows its pulses"):
            use()


def test_a_live_device_that_pulses_brought_far_is_not_open():
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 20, 500, every=100)
    G = table.G.copy()
    G[4] *= np.array([1, 0.3, 0.1, 0.03, 0.01, 0.003])
    assert not nd.synapses.pulse_table(G).dead


def test_a_table_of_many_devices_is_judged_once():
    """20,000 devices: judging each anew for each took minutes."""
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 20_000, 2)
    assert table.dead is table.dead
    assert len(table.live().names) + len(table.dead) == 20_000


# ---- HDF5 and the log of an ArC ONE


def test_hdf5_keeps_every_digit(tmp_path):
    pytest.importorskip("h5py")
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 5, 60, every=20)
    path = nd.synapses.write_pulse_table(table, tmp_path / "pulses.h5")
    back = nd.synapses.read_pulse_table(path)
    np.testing.assert_array_equal(back.G, table.G)
    np.testing.assert_array_equal(back.pulse, table.pulse)
    assert back.names == table.names


def _arc(mark="\t", rows=()):
    heading = ["Wordline", "Bitline", "Resistance", "Amplitude (V)", "Pulse width (s)", "Tag",
               "ReadTag", "ReadVoltage"]  # fmt: skip
    lines = ["Local", "Fri Nov 27 2026", mark.join(heading)]
    lines += [mark.join([*map(str, row), "P", "R2", "0.2"]) for row in rows]
    return "\n".join(lines) + "\n"


ROWS = [
    (1, 1, 7000, 0.2, 0), (2, 7, 8000, 0.2, 0), (1, 1, 7010, 1.0, 1e-7), (1, 1, 7012, 0.2, 0),
    (2, 7, 8020, 1.0, 1e-7), (1, 1, 7030, 1.0, 1e-7),
]  # fmt: skip


@pytest.mark.parametrize("mark", ["\t", ","])
def test_pulses_of_an_arc_one_are_counted_by_hand(tmp_path, mark):
    """Width above 0 is a pulse; a later reading without one replaces that after the pulse."""
    (tmp_path / "log.txt").write_text(_arc(mark, ROWS))
    table = nd.synapses.read_pulse_table(tmp_path / "log.txt")
    assert table.names == ("W1B1", "W2B7")
    assert table.pulse.tolist() == [0, 1, 2]
    np.testing.assert_allclose(1 / table.G, [[7000, 7012, 7030], [8000, 8020, np.nan]])


def _damaged():
    good = _arc("\t", ROWS)
    csv_good = "device \\ pulse [S],0,1,2\na,1e-4,9e-5,8e-5\nb,1e-4,9e-5,8e-5\n"
    for text in (good, csv_good):
        lines = text.splitlines()
        for i in range(len(lines)):
            for change in ("", "x", lines[i] + "\tx,y", lines[i].replace("1", "one"), '"'):
                yield "\n".join([*lines[:i], change, *lines[i + 1 :]])
    yield from (good[: len(good) // 2], good.replace("Resistance", "Conductance"), "\0" * 50)
    yield from (csv_good.replace("[S]", "[mS]"), csv_good.replace("9e-5", "-9e-5", 1), "")


@pytest.mark.parametrize("number", range(len(list(_damaged()))))
def test_malformed_tables_get_a_sentence_or_are_read(tmp_path, number):
    """More than sixty damaged files: what is not read is told in one sentence."""
    text = list(_damaged())[number]
    (tmp_path / "t.txt").write_text(text)
    said = ""
    try:
        assert np.nanmin(nd.synapses.read_pulse_table(tmp_path / "t.txt").G) >= 0
    except InputError as error:
        said = str(error)
    assert len(said) < 400
    assert "\n" not in said


def test_damaged_hdf5_gets_a_sentence(tmp_path):
    pytest.importorskip("h5py")
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 5, 60, every=20)
    path = nd.synapses.write_pulse_table(table, tmp_path / "pulses.h5")
    raw = path.read_bytes()
    for cut in (20, 500, len(raw) - 100):
        path.write_bytes(raw[:cut])
        with pytest.raises(InputError):
            nd.synapses.read_pulse_table(path)
