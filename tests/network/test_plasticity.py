"""Weight changes against closed forms by other code, and against direct sums over all spikes."""

import numpy as np
import pytest

import neurodyn as nd

PAIRINGS = ("all_to_all", "nearest_symmetric", "nearest_presynaptic", "nearest_reduced")


def rule(case: dict, pairing: str, **options: object) -> nd.STDP:
    names = ("A_plus", "A_minus", "tau_plus", "tau_minus")
    return nd.STDP(*(case[name] for name in names), pairing=pairing, **options)


@pytest.mark.parametrize("pairing", PAIRINGS)
def test_pairs_of_spikes_agree_with_closed_forms(reference: dict, pairing: str) -> None:
    """27 pairs of trains by other code, a tie and an empty one among them."""
    for case in reference["stdp"]:
        free = rule(case, pairing, bounds="none")
        change = free.weight_change(case["pre"], case["post"], delay=case["delay"], w=case["w0"])
        assert change == pytest.approx(case["weight_change"][pairing], abs=1e-14)


@pytest.mark.parametrize("pairing", PAIRINGS[:2])
def test_soft_bounds_agree_with_closed_forms(reference: dict, pairing: str) -> None:
    cases = [case for case in reference["stdp"] if "final_weight_soft_bounds" in case]
    assert len(cases) > 20
    for case in cases:
        soft = rule(case, pairing, bounds="soft", w_min=case["w_min"], w_max=case["w_max"])
        change = soft.weight_change(case["pre"], case["post"], delay=case["delay"], w=case["w0"])
        final = case["final_weight_soft_bounds"][pairing]
        assert case["w0"] + change == pytest.approx(final, abs=1e-14)


def test_hard_bounds_are_never_left() -> None:
    """Ten strong potentiations from below, ten strong depressions from above: by hand."""
    strong = nd.STDP(0.4, 0.3, 1.0, 1.0, w_min=0.0, w_max=1.0, pairing="nearest_reduced")
    times = 100.0 * np.arange(1, 11)
    assert strong.weight_change(times, times + 1e-9, w=0.2) == pytest.approx(0.8)
    assert strong.weight_change(times + 1e-9, times, w=0.2) == pytest.approx(-0.2)


def test_triplets_agree_with_sums_over_all_triplets() -> None:
    """Pfister and Gerstner (2006), eqs. 3 and 4, summed directly over earlier spikes."""
    rng = np.random.default_rng(4)
    pre, post = (np.sort(rng.uniform(0.0, 400.0, n)) for n in (23, 17))
    a, tau = (0.01, 0.007, 0.02, 0.013), (16.8, 33.7, 101.0, 125.0)
    triplet = nd.STDP(
        *a[:2], *tau[:2], bounds="none", triplet_plus=a[2], triplet_minus=a[3],
        tau_x=tau[2], tau_y=tau[3],
    )  # fmt: skip

    def trace(times: np.ndarray, t: float, decay: float) -> float:
        return float(np.exp(-(t - times[times < t]) / decay).sum())

    up = sum(trace(pre, t, tau[0]) * (a[0] + a[2] * trace(post, t, tau[3])) for t in post)
    down = sum(trace(post, t, tau[1]) * (a[1] + a[3] * trace(pre, t, tau[2])) for t in pre)
    assert triplet.weight_change(pre, post) == pytest.approx(up - down, rel=1e-12)
