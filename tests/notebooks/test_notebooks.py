"""Every lesson runs from top to bottom, and every cell computes something finite."""

import ast
import json
import math

import pytest

from tests.conftest import REPOSITORY

NOTEBOOKS = {path.stem: path for path in (REPOSITORY / "notebooks").glob("*.ipynb")}


def run_cell(source, namespace):
    """Run a cell; return the value of its last expression, as a notebook shows it."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)


def shown_by(path):
    """Run a lesson; return what each of its cells shows."""
    cells = [c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
    assert len(cells) < 25
    namespace = {}
    return [run_cell("".join(cell["source"]), namespace) for cell in cells]


def test_threshold_switch_to_neuron():
    """The last cell shows the energy of a spike in the device and from the source: equal."""
    device, source = shown_by(NOTEBOOKS["01_threshold_switch_to_neuron"])[-1]
    assert math.isclose(device, source, rel_tol=1e-6)


@pytest.mark.slow
def test_learning_with_pulses():
    """The last cell shows accuracies, devices below ideal weights, and the order of nudges."""
    pytest.importorskip("sklearn")
    on_devices, ideal, order = shown_by(NOTEBOOKS["11_learning_with_pulses"])[-1]
    assert 0.6 < on_devices < ideal
    assert ideal > 0.9
    assert math.isclose(order, 2, abs_tol=0.1)


def test_every_lesson_is_run():
    assert set(NOTEBOOKS) == {"01_threshold_switch_to_neuron", "11_learning_with_pulses"}
