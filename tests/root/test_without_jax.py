"""jax and diffrax serve those who ask for them; the rest runs where they cannot be loaded."""

import subprocess
import sys

import pytest

BLOCKED = """
import sys
class Blocked:  # ahead of all finders: importing one of these raises ImportError
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("jax", "jaxlib", "diffrax", "equinox"):
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
import numpy as np
import neurodyn as nd
"""
USES = {
    "solve": "nd.spikes(nd.solve(nd.devices.nbox_neuron(I_s=2e-4), 2e-6))",
    "sweep": "nd.sweep(nd.devices.nbox_neuron(), {'I_s': [1e-4, 2e-4]}, 1e-6)['rate']",
    "noise": "nd.solve_sde(nd.devices.nbox_neuron(I_s=2e-4), 1e-7, "
    "noise=nd.noise.johnson_nyquist(), n=2)",
    "fit": "nd.fit_iv(nd.read_iv(nd.default_iv()), 298.0, starts=1)",
    "branches": "nd.bifurcation_diagram(nd.devices.fitzhugh_nagumo(), 'I', (0.0, 1.0))",
}


def run_blocked(code):
    done = subprocess.run([sys.executable, "-c", BLOCKED + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("use", USES)
def test_runs_with_jax_blocked(use):
    run_blocked(USES[use])


@pytest.mark.slow
def test_the_main_job_runs_with_jax_blocked(tmp_path):
    run_blocked(f"from neurodyn.cli import main; main(['datasheet', '--out', {str(tmp_path)!r}])")
    assert (tmp_path / "datasheet.html").stat().st_size > 100_000


def test_importing_the_package_loads_nothing_heavy():
    heavy = ["numpy", "sympy", "numba", "scipy", "matplotlib", "jax", "diffrax"]
    code = f"import sys, neurodyn; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout
