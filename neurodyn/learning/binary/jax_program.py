"""Batches of a binarised network: forward, straight-through gradient, Adam; compiled by jax.

Layers have weights of -1 and +1. ``z = BN(W a)`` with statistics of the batch and no affine part,
``a = sign(z)`` of which 0 is -1 (A. Majumdar, thesis 2023, eq. 2.9); inputs and outputs are real.
A layer that is cut into blocks has a batch normalisation and a sign for each, and the majority of
these as its output (eq. 3.9).
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from neurodyn.codegen.jax_setup import jax
from neurodyn.learning.binary.layers import EPS
from neurodyn.learning.jax_arrays import uniform

Layers = tuple[jax.Array, ...]
BETA_1, BETA_2, TINY = 0.9, 0.999, 1e-8
"""Of Adam (D. Kingma and J. Ba 2015)."""
PACE = 0.1
"""Of the running averages of batch normalisation; plain means over the first ten batches."""


class Shape(NamedTuple):
    """What decides the program: how gradients pass, the loss, blocks of each layer."""

    ste: str
    loss: str
    blocks: tuple[tuple[int, ...], ...]


class Moments(NamedTuple):
    """What Adam and batch normalisation remember."""

    first: Layers
    second: Layers
    mean: Layers
    var: Layers
    batches: jax.Array


def fresh(shapes: list[tuple[int, int]], blocks: tuple[tuple[int, ...], ...], kind: str) -> Moments:
    """Return what is remembered before the first batch."""
    zeros = tuple(jnp.zeros(shape, kind) for shape in shapes)
    means = tuple(
        jnp.zeros((sum(size > 0 for size in sizes), post), kind)
        for (post, _), sizes in zip(shapes, blocks, strict=True)
    )
    ones = tuple(jnp.ones_like(m) for m in means)
    # a program may take over memory that it is given: nothing is shared
    return Moments(zeros, tuple(map(jnp.copy, zeros)), means, ones, jnp.asarray(0, jnp.int32))


@lru_cache(4)
def binarised(ste: str) -> Any:
    """Return the sign, 0 being -1, whose slope is 1 within +-1 or everywhere."""

    @jax.custom_vjp
    def sign(z: jax.Array) -> jax.Array:
        return jnp.where(z > 0, 1.0, -1.0).astype(z.dtype)

    def forward(z: jax.Array) -> tuple[jax.Array, jax.Array]:
        return sign(z), z

    def backward(z: jax.Array, g: jax.Array) -> tuple[jax.Array]:
        return (jnp.where(jnp.abs(z) <= 1, g, 0.0) if ste == "hardtanh" else g,)

    sign.defvjp(forward, backward)
    return sign


def sums(a: jax.Array, w: jax.Array, sizes: tuple[int, ...]) -> jax.Array:
    """Return the sums of each block that is not empty, (samples, blocks, post)."""
    sizes = tuple(size for size in sizes if size)
    if len(sizes) == 1:
        return (a @ w.T)[:, None, :]
    block, missing = max(sizes), len(sizes) * max(sizes) - a.shape[1]
    a, w = (jnp.pad(one, ((0, 0), (0, missing))) for one in (a, w))
    parts = (one.reshape(one.shape[0], len(sizes), block) for one in (a, w))
    return jnp.einsum("nbk,pbk->nbp", *parts)


def loss_of(
    shape: Shape, weights: Layers, x: jax.Array, target: jax.Array, share: jax.Array
) -> Any:
    """Return the loss, and what was seen: means, variances by layer, and the outputs."""
    sign = binarised(shape.ste)
    a, means, variances = x, [], []
    # sums of whole numbers are divided, not their shares added: a mean that is whole is so exactly,
    # and a sum that equals it says -1 here as it does in inference
    present, samples = (share > 0)[:, None, None], jnp.round(1 / share.max())
    for layer, (w, sizes) in enumerate(zip(weights, shape.blocks, strict=True)):
        s = sums(a, w, sizes)
        mean = (s * present).sum(0) / samples
        var = ((s - mean) ** 2 * present).sum(0) / samples
        means.append(lax.stop_gradient(mean))
        variances.append(lax.stop_gradient(var))
        z = (s - mean) / jnp.sqrt(var + jnp.asarray(EPS, s.dtype))
        if layer == len(weights) - 1:
            a = z[:, 0]
        elif z.shape[1] == 1:
            a = sign(z[:, 0])
        else:  # votes in units of what fair ones spread
            a = sign(sign(z).sum(1) * jnp.asarray(len(z[0]) ** -0.5, z.dtype))
    if shape.loss == "cross_entropy":
        each = -(jax.nn.log_softmax(a) * target).sum(1)
    else:
        each = (jnp.maximum(0.0, 1 - (2 * target - 1) * a) ** 2).mean(1)
    return (each * share).sum(), (tuple(means), tuple(variances), a)


def asked(
    shape: Shape, weights: Layers, kept: Moments, x: jax.Array, target: jax.Array, share: jax.Array
) -> tuple[list[jax.Array], Moments, dict[str, jax.Array]]:
    """Return U, what Adam of unit rate asks weights to change by, and what was seen."""
    run = jax.value_and_grad(partial(loss_of, shape), has_aux=True)
    (loss, (means, variances, out)), gradients = run(weights, x, target, share)
    number = kept.batches + 1
    kind = x.dtype

    def averaged(old: Layers, new: Layers, pace: Any) -> Layers:
        part = jnp.asarray(pace, kind)
        return tuple((1 - part) * o + part * n for o, n in zip(old, new, strict=True))

    first = averaged(kept.first, tuple(gradients), 1 - BETA_1)
    second = averaged(kept.second, tuple(g**2 for g in gradients), 1 - BETA_2)
    scale = [1 / (1 - jnp.asarray(b, kind) ** number.astype(kind)) for b in (BETA_1, BETA_2)]
    wanted = [
        -(m * scale[0]) / (jnp.sqrt(v * scale[1]) + jnp.asarray(TINY, kind))
        for m, v in zip(first, second, strict=True)
    ]
    pace = jnp.maximum(PACE, 1 / number.astype(kind))
    mean, var = averaged(kept.mean, means, pace), averaged(kept.var, variances, pace)
    right = ((out.argmax(1) == target.argmax(1)) * share).sum()
    seen = {"right": right, "loss": loss}
    return wanted, Moments(first, second, mean, var, number), seen


def rounded(rounding: str, most: int, wanted: Any, chance: Any) -> jax.Array:
    """Return whole pulses for changes in pulses, at most ``most`` either way."""
    if rounding == "trunc":
        whole = jnp.trunc(wanted)
    elif rounding == "floor":
        whole = jnp.floor(wanted)
    else:
        whole = jnp.floor(wanted + chance)
    return jnp.clip(whole, -most, most)


@lru_cache(16)
def float_epoch(shape: Shape, rate: float) -> Any:
    """Return the compiled run through all batches of an epoch on float weights within +-1."""

    @partial(jax.jit, donate_argnums=(0, 1))
    def run(hidden, kept, data, targets, batches, shares):
        def one(carry: Any, batch: Any) -> Any:
            hidden, kept = carry
            places, share = batch
            weights = tuple(jnp.where(w > 0, 1.0, -1.0).astype(w.dtype) for w in hidden)
            wanted, kept, seen = asked(shape, weights, kept, data[places], targets[places], share)
            moved = (
                w + jnp.asarray(rate, w.dtype) * u for w, u in zip(hidden, wanted, strict=True)
            )
            return (tuple(jnp.clip(w, -1.0, 1.0) for w in moved), kept), seen

        (hidden, kept), seen = lax.scan(one, (hidden, kept), (batches, shares))
        return hidden, kept, seen

    return run


@lru_cache(16)
def pulsed_batch(shape: Shape, eta: float, rounding: str, most: int) -> Any:
    """Return the compiled step of one batch that gives pulses, for weights kept elsewhere."""

    @partial(jax.jit, donate_argnums=(1,))
    def run(signs, kept, x, target, share, keys):
        weights = tuple(s.astype(x.dtype) for s in signs)
        wanted, kept, seen = asked(shape, weights, kept, x, target, share)
        pulses = []
        for layer, u in enumerate(wanted):
            chance = None
            if rounding == "stochastic":
                chance = uniform(keys[layer], u.shape, u.dtype)
            change = jnp.asarray(eta, u.dtype) * u
            pulses.append(rounded(rounding, most, change, chance).astype(jnp.int8))
        return tuple(pulses), kept, seen

    return run
