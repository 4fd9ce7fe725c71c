"""Weights that change with spikes: pair and triplet rules as traces, at located times.

G. Bi, M. Poo, J. Neurosci. 18, 10464 (1998); pairings after A. Morrison, M. Diesmann, W. Gerstner,
Biol. Cybern. 98, 459 (2008), sec. 4; triplets after J.-P. Pfister, W. Gerstner, J. Neurosci. 26,
9673 (2006), eqs. 3 and 4. A synapse has traces of arrivals, a neuron traces of its spikes. An
arrival and a spike at one instant do not pair: both see the traces before that instant.

The text below the mark is part of the modules that ``module.py`` generates.
"""

import math

import numpy as np
from numba import njit

from neurodyn.codegen.interface import INNER

# --- kernel ---
ALL_TO_ALL, NEAREST_SYMMETRIC, NEAREST_PRESYNAPTIC, NEAREST_REDUCED = 0, 1, 2, 3
UNBOUNDED, HARD, SOFT = 0, 1, 2
# places in a row of ``rules``: amplitudes of pairs and of triplets, time constants, bounds
PAIRING, PLUS, MINUS, TAU_PLUS, TAU_MINUS = 0, 1, 2, 3, 4
TRIPLET_PLUS, TRIPLET_MINUS, TAU_X, TAU_Y, BOUNDS, LEAST_WEIGHT, MOST_WEIGHT = 5, 6, 7, 8, 9, 10, 11
# places in a row of traces: time of the last event, fast and slow trace after and before it
LAST, FAST, SLOW, FAST_BEFORE, SLOW_BEFORE = 0, 1, 2, 3, 4


@njit(**INNER)
def _trace(row, t, tau, after, before):
    """Value of a trace at t, without an event at t itself."""
    return row[after] * math.exp(-(t - row[LAST]) / tau) if t > row[LAST] else row[before]


@njit(**INNER)
def _count(row, t, tau_fast, tau_slow, adds):
    """Add an event at t to the traces of a row; the fast one is set to 1 where it does not add."""
    fast = _trace(row, t, tau_fast, FAST, FAST_BEFORE)
    slow = _trace(row, t, tau_slow, SLOW, SLOW_BEFORE)
    row[LAST], row[FAST_BEFORE], row[SLOW_BEFORE] = t, fast, slow
    row[FAST], row[SLOW] = (fast + 1.0 if adds else 1.0), slow + 1.0


@njit(**INNER)
def _change(w, s, up, rule):
    """Change the weight of synapse s, up or down."""
    if rule[BOUNDS] == SOFT:
        up *= rule[MOST_WEIGHT] - w[s] if up > 0.0 else w[s] - rule[LEAST_WEIGHT]
    w[s] += up
    if rule[BOUNDS] == HARD:
        w[s] = min(max(w[s], rule[LEAST_WEIGHT]), rule[MOST_WEIGHT])


@njit(**INNER)
def _arrive(t, s, w, rule, x, y):
    """One arrival by synapse s: x are its traces (5,), y those of the neuron."""
    fast = _trace(y, t, rule[TAU_MINUS], FAST, FAST_BEFORE)
    if rule[PAIRING] == NEAREST_REDUCED and x[LAST] > y[LAST]:
        fast = 0.0  # an arrival since the last spike has paired with it
    slow = _trace(x, t, rule[TAU_X], SLOW, SLOW_BEFORE)
    _change(w, s, -fast * (rule[MINUS] + rule[TRIPLET_MINUS] * slow), rule)
    adds = rule[PAIRING] == ALL_TO_ALL or rule[PAIRING] == NEAREST_PRESYNAPTIC
    _count(x, t, rule[TAU_PLUS], rule[TAU_X], adds)


@njit(**INNER)
def _fire(t, s, w, rule, x, y):
    """What one spike of the neuron does to synapse s."""
    fast = _trace(x, t, rule[TAU_PLUS], FAST, FAST_BEFORE)
    slow = _trace(y, t, rule[TAU_Y], SLOW, SLOW_BEFORE)
    _change(w, s, fast * (rule[PLUS] + rule[TRIPLET_PLUS] * slow), rule)
    if rule[PAIRING] == NEAREST_PRESYNAPTIC or rule[PAIRING] == NEAREST_REDUCED:
        x[FAST_BEFORE] = 0.0  # arrivals before the spike have paired with it
        x[FAST] = 1.0 if x[LAST] == t else 0.0


@njit(**INNER)
def on_arrival(i, a, t, arrivals, plastic):
    """Change the weight of the synapse by which arrival a reaches neuron i."""
    channel, synapse, w = arrivals[2], arrivals[3], arrivals[4]
    rule_of, rules, place, x, y = plastic[0], plastic[1], plastic[2], plastic[3], plastic[4]
    r = rule_of[channel[a]]
    if r >= 0:
        s = synapse[a]
        _arrive(t, s, w, rules[r], x[place[s]], y[i, r])


@njit(**INNER)
def on_spike(i, t, arrivals, plastic):
    """Change the weights of all synapses of neuron i."""
    w = arrivals[4]
    _, rules, place, x, y, first, incoming, rule_of_synapse = plastic
    for n in range(first[i], first[i + 1]):
        s = incoming[n]
        r = rule_of_synapse[n]
        _fire(t, s, w, rules[r], x[place[s]], y[i, r])
    for r in range(len(rules)):
        adds = rules[r, PAIRING] == ALL_TO_ALL
        _count(y[i, r], t, rules[r, TAU_MINUS], rules[r, TAU_Y], adds)


@njit(cache=True, nogil=True, error_model="numpy")
def pair_trains(arrivals, spikes, w, rule):
    """Change one weight w (1,) by arrivals and spikes in order; at one instant arrivals first."""
    x, y = np.zeros(5), np.zeros(5)
    x[LAST], y[LAST] = -math.inf, -math.inf
    a = 0
    for n in range(len(spikes) + 1):
        until = spikes[n] if n < len(spikes) else math.inf
        while a < len(arrivals) and arrivals[a] <= until:
            _arrive(arrivals[a], 0, w, rule, x, y)
            a += 1
        if n < len(spikes):
            _fire(until, 0, w, rule, x, y)
            adds = rule[PAIRING] == ALL_TO_ALL
            _count(y, until, rule[TAU_MINUS], rule[TAU_Y], adds)
