"""The dialect of LTspice, which is not run here, read by spicelib, which scripts LTspice."""

from __future__ import annotations

import pytest

import neurodyn as nd
from neurodyn.export.netlist import device_of
from tests.conftest import DEVICES, DRIVEN

spicelib = pytest.importorskip("spicelib", reason="spicelib is not installed (make compare has it)")

JUMPING = {"izhikevich", "leaky_integrate_and_fire", "comparator", "thermal_neuristor"}


@pytest.mark.parametrize("which", sorted(set(DEVICES) - JUMPING))
def test_every_element_is_read_with_its_whole_expression(which, tmp_path):
    """The reader's elements are the file's own lines that name one, continued lines joined."""
    text = nd.export.ltspice(DEVICES[which](**DRIVEN[which])).text
    (tmp_path / "model.cir").write_text(text)
    file = spicelib.SpiceEditor(tmp_path / "model.cir", encoding="utf-8")
    (name,) = file.get_subcircuit_names()
    inside = file.get_subcircuit_named(name)
    body = text[text.index("\n.subckt") : text.index("\n.ends")].replace("\n+ ", "")
    lines = [line for line in body.splitlines() if line[:1] in "BCR" and line]
    assert len(lines) >= 3
    assert inside.get_components() == [line.split()[0].upper() for line in lines]
    for line in lines:
        element, _, _, rest = line.split(maxsplit=3)
        assert inside.get_component_nodes(element) == line.split()[1:3]
        assert _plain(inside.get_component_value(element)) == _plain(rest)
    bench = text[text.index(".ends") :]
    top = [line.split()[0].upper() for line in bench.splitlines() if line[:1] in "VIXCLR" and line]
    assert file.get_components() == top
    assert (device_of(DEVICES[which]()) is not None) == ("_device" in name)


def _plain(text: str) -> str:
    """Without the continuations, which the reader keeps as " + "; the files have no other."""
    return text.replace(" + ", "").strip()
