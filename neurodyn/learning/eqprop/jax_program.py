"""Settling, nudging and a whole epoch of training, compiled by jax.

Layers have states s_1 .. s_L, the input x is clamped, weights are W_l[post, pre]:

.. math:: \\dot s_l = \\rho'(s_l)\\,(W_l \\rho(s_{l-1}) + W_{l+1}^T \\rho(s_{l+1}) + b_l) - s_l
          + \\beta (t - y)\\,\\delta_{lL}
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import jax.numpy as jnp
from jax import lax

from neurodyn.codegen.jax_setup import jax
from neurodyn.learning.eqprop.settling import Settling
from neurodyn.learning.eqprop.updates import Continuous, Update
from neurodyn.learning.jax_arrays import uniform

Layers = tuple[jax.Array, ...]
MOST_COUNTED = 2**15 - 1
"""Pulses of one weight that a run of the epoch's program can count."""


def shown(rho: str, s: jax.Array) -> jax.Array:
    """Return rho(s); ``"linear"`` is the hard one between its bounds."""
    if rho == "hard":
        return jnp.clip(s, 0.0, 1.0)
    if rho == "linear":
        return s
    return jax.nn.sigmoid(s) if rho == "logistic" else jnp.tanh(s)


def energy(rho: str, weights: Layers, biases: Layers, x: jax.Array, states: Layers) -> jax.Array:
    """Return the energy of each sample, (batch,)."""
    below, total = x, jnp.zeros(x.shape[0], x.dtype)
    for w, b, s in zip(weights, biases, states, strict=True):
        r = shown(rho, s)
        total += 0.5 * (s**2).sum(1) - r @ b - jnp.einsum("ni,ij,nj->n", r, w, below)
        below = r
    return total


def _step(how: Settling, weights: Layers, driven: jax.Array, biases: Layers) -> Any:
    """Return the function that does one Euler step, nudged by beta towards a target."""
    last = len(weights) - 1
    # states of the hard rho are kept within its bounds, where it shows them as they are
    rho = "linear" if how.rho == "hard" else how.rho

    def rate(index: int, states: Layers, nudge: Any) -> jax.Array:
        s = states[index]
        if index == 0:
            drive = driven
        else:
            drive = shown(rho, states[index - 1]) @ weights[index].T + biases[index]
        if index < last:
            drive += shown(rho, states[index + 1]) @ weights[index + 1]
        if how.rho == "logistic":
            r = jax.nn.sigmoid(s)
            drive *= r * (1 - r)
        elif how.rho == "tanh":
            drive *= 1 - jnp.tanh(s) ** 2
        ds = drive - s
        if index == last and nudge is not None:
            beta, target = nudge
            ds += beta * (target - s)
        return ds

    def moved(s: jax.Array, ds: jax.Array) -> jax.Array:
        s = s + how.dt * ds
        return jnp.clip(s, 0.0, 1.0) if how.rho == "hard" else s

    def step(states: Layers, nudge: Any) -> Layers:
        seen = list(states)
        for index in range(last + 1):
            source = seen if how.order == "layer_by_layer" else list(states)
            seen[index] = moved(states[index], rate(index, tuple(source), nudge))
        return tuple(seen)

    return step


def rate_of(how: Settling, before: Layers, after: Layers) -> jax.Array:
    """Return the largest |ds/dt| of one step."""
    moves = [jnp.abs(a - b).max() for a, b in zip(after, before, strict=True)]
    return jnp.stack(moves).max() / how.dt


def first_states(how: Settling, biases: Layers, samples: int) -> Layers:
    """Return the states in which a free phase begins, unless they are persistent."""
    value = 0.5 * (how.start == "half")
    return tuple(jnp.full((samples, b.shape[0]), value, b.dtype) for b in biases)


def settled(
    how: Settling,
    weights: Layers,
    biases: Layers,
    driven: jax.Array,
    states: Layers,
    steps: int,
    nudge: Any = None,
) -> tuple[Layers, jax.Array]:
    """Return the states after a number of steps, and the largest rate in the last of them."""
    step = _step(how, weights, driven, biases)
    before = lax.fori_loop(0, steps - 1, lambda _, s: step(s, nudge), states)
    after = step(before, nudge)
    return after, rate_of(how, before, after)


def estimate(
    how: Settling,
    weights: Layers,
    biases: Layers,
    x: jax.Array,
    target: jax.Array,
    sign: jax.Array,
    start: Layers,
    share: jax.Array,
) -> tuple[Layers, Layers, Layers, dict[str, jax.Array]]:
    """Return what a batch asks weights and biases to become less, -dJ/dtheta as estimated.

    Parameters
    ----------
    sign : (batch, 1) or (1, 1)
        Of beta.
    share : (batch, 1)
        Weight of each sample in the mean over the batch.

    Returns
    -------
    dW, db : arrays by layer
    free : arrays by layer
        Free states.
    seen : dict
        Rates left at the end of the phases, and the cost of the free phase.
    """
    driven = x @ weights[0].T + biases[0]
    free, left = settled(how, weights, biases, driven, start, how.free_steps)
    centred = how.nudge == "centred"
    beta = (jnp.ones_like(sign) if centred else sign) * jnp.asarray(how.beta, x.dtype)
    run = partial(settled, how, weights, biases, driven, free, how.nudge_steps)
    plus, nudged_left = run((beta, target))
    minus, scale = (run((-beta, target))[0], 2 * beta) if centred else (free, beta)
    scale = share / scale
    dw, db = [], []
    for index in range(len(weights)):
        high, low = shown(how.rho, plus[index]), shown(how.rho, minus[index])
        db.append(((high - low) * scale).sum(0))
        if index == 0:  # the input is the same in both phases: one product in place of two
            dw.append(((high - low) * scale).T @ x)
            continue
        below = [shown(how.rho, states[index - 1]) for states in (plus, minus)]
        dw.append((high * scale).T @ below[0] - (low * scale).T @ below[1])
    cost = 0.5 * (((free[-1] - target) ** 2).sum(1) * share[:, 0]).sum()
    return tuple(dw), tuple(db), free, {"free": left, "nudged": nudged_left, "cost": cost}


def _asked(update: Update, eta: float, layer: int, dw: jax.Array, keys: jax.Array) -> Any:
    """Return the change asked of a layer, and the pulses for it."""
    change = jnp.asarray(eta, dw.dtype) * dw
    chance = uniform(keys[layer], dw.shape, dw.dtype) if update.needs_chance else None
    return change, update.counts(jnp, change, chance)


def _moved_biases(biases: Layers, eta: tuple[float, ...], db: Layers) -> Layers:
    return tuple(b + jnp.asarray(e, b.dtype) * d for b, e, d in zip(biases, eta, db, strict=True))


@lru_cache(16)
def pulsed_batch(how: Settling, update: Update, eta: tuple[float, ...], learn_biases: bool) -> Any:
    """Return the compiled step of one batch that gives pulses, for weights kept elsewhere."""

    @jax.jit
    def run(weights, biases, x, target, sign, start, share, keys):
        dw, db, free, seen = estimate(how, weights, biases, x, target, sign, start, share)
        pulses = tuple(
            _asked(update, e, layer, d, keys)[1].astype(jnp.int8)
            for layer, (e, d) in enumerate(zip(eta, dw, strict=True))
        )
        return pulses, _moved_biases(biases, eta, db) if learn_biases else biases, free, seen

    return run


@lru_cache(16)
def epoch_program(how: Settling, update: Update, eta: tuple[float, ...], learn_biases: bool) -> Any:
    """Return the compiled run through all batches of an epoch, on ideal weights.

    Of each weight it counts pulses up in the upper and down in the lower half of 32 bits, at most
    ``MOST_COUNTED`` either way; of a rule without pulses it adds up what is positive.
    """

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def run(weights, biases, kept, data, targets, batches, shares, signs, keys):
        counters = tuple(
            jnp.zeros(w.shape, w.dtype if isinstance(update, Continuous) else jnp.int32)
            for w in weights
        )
        start = first_states(how, biases, batches.shape[1])

        def one(carry: Any, batch: Any) -> Any:
            weights, biases, counters, kept = carry
            places, share, sign, words = batch
            own = tuple(k[places] for k in kept) if kept else start
            dw, db, free, seen = estimate(
                how, weights, biases, data[places], targets[places], sign, own, share
            )
            if kept:
                kept = tuple(k.at[places].set(s) for k, s in zip(kept, free, strict=True))
            new, counted = [], []
            for layer, (w, n, d) in enumerate(zip(weights, counters, dw, strict=True)):
                change, k = _asked(update, eta[layer], layer, d, words)
                if isinstance(update, Continuous):
                    new.append(w + change)
                    counted.append(n + jnp.maximum(change, 0))
                    continue
                whole = k.astype(jnp.int32)
                new.append(w + jnp.asarray(update.v, w.dtype) * k)
                counted.append(n + jnp.where(whole > 0, whole * 65536, -whole))
            if learn_biases:
                biases = _moved_biases(biases, eta, db)
            right = (free[-1].argmax(1) == targets[places].argmax(1)) * share[:, 0]
            seen["right"] = right.sum()
            return (tuple(new), biases, tuple(counted), kept), seen

        carry, seen = lax.scan(
            one, (weights, biases, counters, kept), (batches, shares, signs, keys)
        )
        weights, biases, counters, kept = carry
        return weights, biases, kept, counters, seen

    return run


@lru_cache(16)
def settling_program(how: Settling) -> Any:
    """Return the compiled free phase: states, and the rate left."""

    @jax.jit
    def run(weights, biases, x):
        driven = x @ weights[0].T + biases[0]
        states = first_states(how, biases, x.shape[0])
        return settled(how, weights, biases, driven, states, how.free_steps)

    return run


@partial(jax.jit, static_argnums=(0, 5))
def settle_until(
    how: Settling,
    weights: Layers,
    biases: Layers,
    x: jax.Array,
    nudge: Any,
    most: int,
    tolerance: float,
    states: Layers,
) -> tuple[Layers, jax.Array, jax.Array]:
    """Return states whose rate is below a tolerance, the rate left, and the steps it took."""
    step = _step(how, weights, x @ weights[0].T + biases[0], biases)

    def go_on(carry: Any) -> Any:
        _, rate, number = carry
        return (rate > tolerance) & (number < most)

    def once(carry: Any) -> Any:
        before, _, number = carry
        after = step(before, nudge)
        return after, rate_of(how, before, after), number + 1

    return lax.while_loop(go_on, once, (states, jnp.asarray(jnp.inf, x.dtype), jnp.asarray(0)))
