"""Stochastic integration in one compiled loop: one run after another, each with its own noise.

Euler-Maruyama, of strong order 1/2 (1 where the noise is additive), and a Runge-Kutta method of
strong order 3/2 for additive noise: the classical tableau of order 4, with 3/2 I_(1,0)/h in both
middle stages. With alpha = (1, 2, 2, 1)/6 and B = (0, 3/2, 3/2, 0) this meets the order conditions
alpha B = 1 and alpha B^2 = 3/2 of A. Roessler, SIAM J. Numer. Anal. 48, 922 (2010), sec. 6; where
the noise is small it keeps the fourth order of the classical method.

Random numbers: Philox4x32-10, J. Salmon et al., SC'11 (2011): a function of (seed, run, place), so
they depend neither on threads nor on the number of runs. Both methods see the same Brownian path.

The text below the mark is appended to the module generated for a model, which brings ``rhs``,
``jacobian``, ``diffusion``, ``event``, ``reset`` and ``N_STATES`` of its own.
"""

import math

import numpy as np

from neurodyn.codegen.interface import (
    HAS_RESET,
    N_STATES,
    diffusion,
    event,
    jacobian,
    njit,
    reset,
    rhs,
)

# --- kernel ---
LOW, SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
MULTIPLY_0, MULTIPLY_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
PATH, JITTER = 0, 1  # streams of random numbers

RUNNING, DONE, NOT_FINITE, TOO_COARSE = 0, 1, 2, 3
# places in the array of whole numbers, and in the array of reals, that survive between calls
SEGMENT, STEP, TOTAL, SAVED, STATE, SPIKES, FRESH = 0, 1, 2, 3, 4, 5, 6
LAST_EVENT, LAST_SPIKE, FASTEST, TIME = 0, 1, 2, 3


@njit(cache=True, nogil=True, error_model="numpy")
def philox(c0, c1, c2, c3, k0, k1, out):
    """Write four random whole numbers below 2^32 into out, from a counter and a key."""
    for _ in range(10):
        p0, p1 = MULTIPLY_0 * c0, MULTIPLY_1 * c2
        c0, c1, c2, c3 = (p1 >> SHIFT) ^ c1 ^ k0, p1 & LOW, (p0 >> SHIFT) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + WEYL_0) & LOW, (k1 + WEYL_1) & LOW
    out[0], out[1], out[2], out[3] = c0, c1, c2, c3


@njit(cache=True, nogil=True, error_model="numpy")
def normals(seed, run, stream, block, words, out):
    """Write the four standard normal numbers of one block into out (Box and Muller)."""
    place = np.uint64(block)
    philox(
        place & LOW, place >> SHIFT, np.uint64(run), np.uint64(stream),
        seed & LOW, seed >> SHIFT, words,
    )  # fmt: skip
    for pair in range(2):
        radius = math.sqrt(-2.0 * math.log((words[2 * pair] + 0.5) * 2.0**-32))
        angle = 2.0 * math.pi * ((words[2 * pair + 1] + 0.5) * 2.0**-32)
        out[2 * pair] = radius * math.cos(angle)
        out[2 * pair + 1] = radius * math.sin(angle)


@njit(cache=True, nogil=True, error_model="numpy")
def increments(seed, run, step, refine, h, words, four, W, Z):
    """Write W(t + h) - W(t) and I_(1,0) / h, the mean of W - W(t) over the step, of each source.

    The path is drawn on a grid of h / refine. P. Kloeden, E. Platen, Numerical Solution of
    Stochastic Differential Equations (1992), eq. 10.4.3.
    """
    fine = h / refine
    root, held = math.sqrt(fine), np.int64(-1)
    for j in range(W.size):
        W[j], Z[j] = 0.0, 0.0
    for sub in range(step * refine, (step + 1) * refine):
        for j in range(W.size):
            pair = sub * W.size + j
            if pair // 2 != held:
                held = pair // 2
                normals(seed, run, PATH, held, words, four)
            first, second = root * four[2 * (pair % 2)], root * four[2 * (pair % 2) + 1]
            Z[j] += (W[j] + 0.5 * (first + second / math.sqrt(3.0))) / refine
            W[j] += first


@njit(cache=True, nogil=True, error_model="numpy")
def euler_step(x, p, h, W, G, f):
    """One step of Euler-Maruyama."""
    rhs(x, p, f)
    for i in range(N_STATES):
        x[i] += h * f[i]
        for j in range(W.size):
            x[i] += G[i, j] * W[j]


@njit(cache=True, nogil=True, error_model="numpy")
def runge_kutta_step(x, p, h, W, Z, G, slots, now, slopes, k, stage, shift):
    """One step of the Runge-Kutta method for additive noise; now: the inputs at its start."""
    for i in range(N_STATES):
        shift[i] = 0.0
        for j in range(W.size):
            shift[i] += 1.5 * G[i, j] * Z[j]
    rhs(x, p, k[0])
    for j in range(slots.size):
        p[slots[j]] = now[j] + 0.5 * h * slopes[j]
    for s in range(2):
        for i in range(N_STATES):
            stage[i] = x[i] + 0.5 * h * k[s, i] + shift[i]
        rhs(stage, p, k[s + 1])
    for j in range(slots.size):
        p[slots[j]] = now[j] + h * slopes[j]
    for i in range(N_STATES):
        stage[i] = x[i] + h * k[2, i]
    rhs(stage, p, k[3])
    for i in range(N_STATES):
        x[i] += h / 6.0 * (k[0, i] + 2.0 * k[1, i] + 2.0 * k[2, i] + k[3, i])
        for j in range(W.size):
            x[i] += G[i, j] * W[j]


@njit(cache=True, nogil=True, error_model="numpy")
def fastest_rate(x, p, scales, J, square):
    """Return the spectral radius of the Jacobian, from above: |J^16|^(1/16) in scaled states."""
    jacobian(x, p, J)
    for i in range(N_STATES):
        for j in range(N_STATES):
            J[i, j] *= scales[j] / scales[i]
    logarithm, weight = 0.0, 1.0
    for doubling in range(5):
        size = 0.0
        for i in range(N_STATES):
            for j in range(N_STATES):
                size += J[i, j] * J[i, j]
        size = math.sqrt(size)
        if not size > 0.0:
            return size  # zero, or not a number
        logarithm += weight * math.log(size)
        weight *= 0.5
        if doubling == 4:
            break
        for i in range(N_STATES):
            for j in range(N_STATES):
                square[i, j] = 0.0
                for m in range(N_STATES):
                    square[i, j] += J[i, m] / size * (J[m, j] / size)
        for i in range(N_STATES):
            for j in range(N_STATES):
                J[i, j] = square[i, j]
    return math.exp(logarithm)


@njit(cache=True, nogil=True, error_model="numpy")
def draw_parameters(p, base, jittered, spreads, seed, run, spike, words, four):
    """Draw the jittered parameters for one cycle: log-normal, with the mean they are given."""
    for j in range(jittered.size):
        if j % 4 == 0:
            normals(seed, run, JITTER, spike * ((jittered.size + 3) // 4) + j // 4, words, four)
        s = spreads[j]
        p[jittered[j]] = base[jittered[j]] * math.exp(s * four[j % 4] - 0.5 * s * s)


@njit(cache=True, nogil=True, error_model="numpy")
def advance(
    order_4, additive, x, p, base, slots, knots, counts, values, slopes, refine, seed, run,
    jittered, spreads, scales, check_every, limit, dead_time, stop_spikes, stop_quiet, max_steps,
    thin, whole, real, saved, spikes, G,
):  # fmt: skip
    """Integrate one run until its end, a reason to stop, a full buffer or max_steps; return spikes.

    Between knots[s] and knots[s+1] there are counts[s] equal steps, and input slots[j] is
    values[s, j] + slopes[s, j] (t - knots[s]). Every thin-th state goes to saved (m, n) if m > 0.
    """
    n_sources = G.shape[1]
    f, k, stage, shift = (
        np.empty(N_STATES), np.empty((4, N_STATES)), np.empty(N_STATES), np.empty(N_STATES)
    )  # fmt: skip
    J, square = np.empty((N_STATES, N_STATES)), np.empty((N_STATES, N_STATES))
    W, Z, now = np.empty(n_sources), np.empty(n_sources), np.empty(slots.size)
    words, four, level = np.empty(4, np.uint64), np.empty(4), np.empty(1)
    level[0] = np.nan  # where there is no event
    written, taken = 0, 0
    while True:
        s = whole[SEGMENT]
        if s == counts.size:
            whole[STATE] = DONE
            return written
        if written == spikes.size or taken == max_steps:
            return written
        taken += 1
        step = whole[STEP]
        h = (knots[s + 1] - knots[s]) / counts[s]
        t = knots[s] + step * h
        for j in range(slots.size):
            now[j] = values[s, j] + slopes[s, j] * (step * h)
            p[slots[j]] = now[j]
        if whole[FRESH] == 1:
            draw_parameters(p, base, jittered, spreads, seed, run, 0, words, four)
            event(x, p, level)
            real[LAST_EVENT] = level[0]
            whole[FRESH] = 0
        if whole[TOTAL] == 0 or not additive or jittered.size > 0:
            diffusion(x, p, G)
        if whole[TOTAL] % check_every == 0:
            rate = fastest_rate(x, p, scales, J, square)
            if rate > real[FASTEST]:
                real[FASTEST] = rate
            if rate * h > limit:
                whole[STATE] = TOO_COARSE
                return written
        increments(seed, run, whole[TOTAL], refine, h, words, four, W, Z)
        if order_4:
            runge_kutta_step(x, p, h, W, Z, G, slots, now, slopes[s], k, stage, shift)
        else:
            euler_step(x, p, h, W, G, f)
            for j in range(slots.size):
                p[slots[j]] = now[j] + h * slopes[s, j]
        for i in range(N_STATES):
            if not np.isfinite(x[i]):
                whole[STATE] = NOT_FINITE
                return written

        whole[TOTAL] += 1
        whole[STEP] += 1
        real[TIME] = t + h
        if whole[STEP] == counts[s]:
            whole[SEGMENT] += 1
            whole[STEP] = 0
            real[TIME] = knots[s + 1]
        event(x, p, level)
        before, after = real[LAST_EVENT], level[0]
        if before < 0.0 <= after:
            crossing = t + h * before / (before - after)
            if crossing - real[LAST_SPIKE] >= dead_time:
                spikes[written] = crossing
                written += 1
                whole[SPIKES] += 1
                real[LAST_SPIKE] = crossing
                number = whole[SPIKES]
                draw_parameters(p, base, jittered, spreads, seed, run, number, words, four)
            if HAS_RESET:
                for i in range(N_STATES):
                    stage[i] = x[i]
                reset(stage, p, x)
            event(x, p, level)
        real[LAST_EVENT] = level[0]
        if saved.shape[0] > 0 and whole[TOTAL] % thin == 0:
            for i in range(N_STATES):
                saved[whole[SAVED], i] = x[i]
            whole[SAVED] += 1
        if (
            whole[SPIKES] == stop_spikes
            or real[TIME] - max(real[LAST_SPIKE], knots[0]) > stop_quiet
        ):
            whole[STATE] = DONE
            return written
