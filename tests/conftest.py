"""Settings and fixtures for all tests."""

from __future__ import annotations

import os
import random
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "agg")

import hypothesis
import numpy as np
import pytest

import neurodyn as nd

# The same examples in every run; HYPOTHESIS_PROFILE=explore looks for new ones.
# No clock: a busy machine is no failure.
_PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("same", derandomize=True, **_PATIENT)
hypothesis.settings.register_profile("explore", max_examples=500, **_PATIENT)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

REPOSITORY = Path(__file__).parents[1]

_approx = pytest.approx


def _relative(expected, rel=None, abs=None, nan_ok=False):
    """Compare as ``pytest.approx``, but where ``rel=`` is given alone, by that alone.

    pytest then also lets 1e-12 pass, which is 1 % of the energy of a spike in joules.
    """
    return _approx(
        expected, rel=rel, abs=0.0 if abs is None and rel is not None else abs, nan_ok=nan_ok
    )


pytest.approx = _relative


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shuffle", metavar="SEED", help="files, and tests in them, in random order")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle if asked to: no test may count on those before it."""
    seed = config.getoption("--shuffle", None)
    if seed is not None:
        random.Random(seed).shuffle(items)
        files = list(dict.fromkeys(item.path for item in items))
        items.sort(key=lambda item: files.index(item.path))  # fixtures of a file are made once


DEVICES = {
    "nbox_neuron": nd.devices.nbox_neuron,
    "nbox_circuit": nd.devices.nbox_circuit,
    "nbox_voltage_driven": nd.devices.nbox_voltage_driven,
    "fitzhugh_nagumo": nd.devices.fitzhugh_nagumo,
    "hodgkin_huxley": nd.devices.hodgkin_huxley,
    "izhikevich": nd.devices.izhikevich,
    "leaky_integrate_and_fire": nd.devices.leaky_integrate_and_fire,
    "morris_lecar": nd.devices.morris_lecar,
    "stuart_landau": nd.devices.stuart_landau,
    "comparator": nd.devices.comparator,
    "core_shell": nd.devices.core_shell,
    "mott_nbo2": nd.devices.mott_nbo2,
    "mott_vo2": nd.devices.mott_vo2,
    "poole_frenkel_3d": nd.devices.poole_frenkel_3d,
    "thermal_neuristor": nd.devices.thermal_neuristor,
}
# values at which every term of a device is alive
DRIVEN = {
    "nbox_neuron": {"I_s": 335e-6},
    "nbox_circuit": {"I_s": 335e-6},
    "nbox_voltage_driven": {"V_s": 1.52},
    "fitzhugh_nagumo": {"I": 0.5},
    "hodgkin_huxley": {"I": 10.0},
    "izhikevich": {"I": 14.0},
    "leaky_integrate_and_fire": {"I": 4.0},
    "morris_lecar": {"I": 100.0},
    "stuart_landau": {"shear": 0.3},
    "comparator": {"V_s": 14.0},
    "core_shell": {"I_s": 335e-6},
    "mott_nbo2": {"I_s": 85e-6, "C_ext": 20e-12},
    "mott_vo2": {"I_s": 60e-6, "C_ext": 20e-12},
    "poole_frenkel_3d": {"I_s": 200e-6},
    "thermal_neuristor": {"V_s": 12.0},
}


@pytest.fixture(params=sorted(DEVICES))
def device(request: pytest.FixtureRequest) -> nd.Model:
    """Return each device of the library, driven."""
    return DEVICES[request.param](**DRIVEN[request.param])


@pytest.fixture
def neuron() -> nd.Model:
    """Return the two-state NbOx neuron at the temperature the acceptance numbers are given for."""
    return nd.devices.nbox_neuron(T_amb=298.0)


@pytest.fixture
def typical_states() -> callable:
    """Return a function giving states spread around where a device lives, (n_states, n)."""

    def states(model: nd.Model, n: int = 50, seed: int = 3) -> np.ndarray:
        traj = nd.solve(model, 3 * model.time_scale)
        t = np.random.default_rng(seed).uniform(traj.t[0], traj.t[-1], n)
        return traj(t)

    return states


@pytest.fixture
def real_data() -> Path:
    """Return the folder of third-party measurements, or skip."""
    folder = REPOSITORY.parent / "shared" / "data" / "real"
    if not folder.is_dir():
        pytest.skip("the third-party measurements (../shared/data/real) are not here")
    return folder


@pytest.fixture(autouse=True)
def _no_open_figures():
    """Close what a test has drawn."""
    yield
    import sys

    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
