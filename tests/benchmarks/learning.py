"""Time of one epoch of Equilibrium Propagation, in float32 products (50 x 784)(784 x 512).

    OMP_NUM_THREADS=1 taskset -c 0 python tests/benchmarks/learning.py

Processor time of one thread, product and training in turn, the least of three; a plain numpy
version does the same batches for comparison.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import neurodyn as nd
from neurodyn.learning.eqprop import trainees

IMAGES, BATCH, EPOCH = 56_000, 50, 56_000
RNG = np.random.default_rng(0)
DATA = nd.learning.labelled(RNG.random((IMAGES, 784)), np.arange(IMAGES) % 10)
A, B = RNG.random((50, 784), dtype=np.float32), RNG.random((784, 512), dtype=np.float32)


def product() -> float:
    began = time.process_time()
    for _ in range(500):
        A @ B
    return (time.process_time() - began) / 500


def in_numpy() -> float:
    """Seconds of a batch of the ternary rule, written plainly."""
    f = np.float32
    W1 = RNG.uniform(-1, 1, (512, 784)).astype(f) / f(28)
    W2 = RNG.uniform(-1, 1, (10, 512)).astype(f) / f(22.6)
    counts = np.zeros((2, 512, 784), np.int32)
    x, t = np.asarray(DATA.x[:BATCH], f), np.asarray(DATA.one_hot[:BATCH], f)
    batches = 40
    began = time.process_time()
    for _ in range(batches):
        driven = x @ W1.T
        h, y = np.zeros((BATCH, 512), f), np.zeros((BATCH, 10), f)
        for step in range(40):
            if step == 30:
                h0, y0 = h, y
            dh, dy = driven + y @ W2 - h, h @ W2.T - y
            if step >= 30:
                dy += f(0.4) * (t - y)
            h, y = np.clip(h + f(0.5) * dh, 0, 1), np.clip(y + f(0.5) * dy, 0, 1)
        d1 = f(0.15 / 0.4 / BATCH) * ((h - h0).T @ x)
        d2 = f(0.005 / 0.4 / BATCH) * (y.T @ h - y0.T @ h0)
        for W, d in ((W1, d1), (W2, d2)):
            k = np.where(np.abs(d) >= f(5e-5), np.sign(d), 0)
            W += f(1e-4) * k
            if d is d1:
                counts[0] += k > 0
                counts[1] += k < 0
    return (time.process_time() - began) / batches


def ours(name: str, technology: nd.synapses.WeakReset | None = None, images: int = IMAGES) -> None:
    network = nd.learning.eqprop_preset(name, technology)
    kind = trainees.Ideal if technology is None else trainees.OnDevices
    data = DATA.take(np.arange(images))
    state = kind(network, data, 0)
    state.epoch(trainees.plan_of(replace(network, batch=BATCH), images, 0, 0))
    least = np.inf
    for number in range(1, 4):
        plan = trainees.plan_of(network, images, 0, number)
        unit, began = product(), time.process_time()
        state.epoch(plan)
        batch = (time.process_time() - began) / len(plan.places)
        least = min(least, batch / unit * EPOCH / BATCH)
    print(f"{name:16s} {least:7.0f} products for {EPOCH:,} images")


if __name__ == "__main__":
    for preset in ("continuous", "ternary", "probabilistic", "quantised_fine"):
        ours(preset)
    plain = min(in_numpy() / product() for _ in range(3))
    print(f"{'plain numpy':16s} {plain * EPOCH / BATCH:7.0f} products for {EPOCH:,} images")
    for preset in ("devices_linear", "devices_log"):
        ours(preset, nd.synapses.WeakReset(), 5_000)
