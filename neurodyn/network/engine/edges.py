"""What arrives at one neuron, and when: pulses under way, currents that decay, arrivals to come.

An *edge* is a time at which a neuron's input is not smooth: an arrival, the end of a pulse, a kink
of a stimulus. At one instant ends of pulses come first, then arrivals in the order of their
weights: an order that does not depend on how neurons are numbered. What is under way is added up
anew at each edge, so that no rounding is left when it is over.

The text below the mark is part of the modules that ``module.py`` generates.
"""

import math

from neurodyn.codegen.interface import INNER, njit
from neurodyn.network.engine.interface import on_arrival

# --- kernel ---
# places among the arrays of all neurons of a population
X, P_OWN, CLOCK, STEP, PAST, PIECE = 0, 1, 2, 3, 4, 5
SEEN, LEVEL, HEAD, ACTIVE, ENDS, SIZES = 6, 7, 8, 9, 10, 11
HELD, ABOVE, STEPS, STILL, DUE, LOOK = 12, 13, 14, 15, 16, 17
PULSE, EXPONENTIAL, KICK = 0, 1, 2  # what a channel does with an arrival


@njit(**INNER, forceinline=True)
def apply_edges(i, t, own, neurons, channels, arrivals, plastic):
    """Apply to neuron i what happens at t or before; return whether its state was kicked.

    ``own`` are its parameters. Channels: kind, target (place among the inputs, or the state that is
    kicked), duration (width, or time constant), capacitance (parameter that divides a kick, or -1).
    """
    x, seen, level = neurons[X], neurons[SEEN], neurons[LEVEL]
    head, active, ends, sizes = neurons[HEAD], neurons[ACTIVE], neurons[ENDS], neurons[SIZES]
    is_held = neurons[HELD][i] > t
    kind, target, duration, capacitance = channels
    first, times, channel, synapse, weights = arrivals
    room, kicked = ends.shape[2], False
    for c in range(kind.size):
        if kind[c] == PULSE:
            ended = False
            while active[i, c] > 0 and ends[i, c, head[i, c]] <= t:
                head[i, c] = (head[i, c] + 1) % room
                active[i, c] -= 1
                ended = True
            if ended:
                _add_up(i, c, level, head, active, sizes)
    a = first[i] + seen[i]
    while a < first[i + 1] and times[a] <= t:
        c, w = channel[a], weights[synapse[a]]
        if kind[c] == PULSE:
            place = (head[i, c] + active[i, c]) % room
            ends[i, c, place], sizes[i, c, place] = times[a] + duration[c], w
            active[i, c] += 1
            _add_up(i, c, level, head, active, sizes)
        elif kind[c] == EXPONENTIAL:
            level[i, c] += w
        elif not is_held:  # a node that is held at its reset takes no charge
            x[i, target[c]] += w / own[capacitance[c]] if capacitance[c] >= 0 else w
            kicked = True
        on_arrival(i, a, t, arrivals, plastic)
        a += 1
    seen[i] = a - first[i]
    return kicked


@njit(**INNER, forceinline=True)
def _add_up(i, c, level, head, active, sizes):
    """Add up the pulses under way in channel c of neuron i."""
    total, room = 0.0, sizes.shape[2]
    for n in range(active[i, c]):
        total += sizes[i, c, (head[i, c] + n) % room]
    level[i, c] = total


@njit(**INNER, forceinline=True)
def next_edge(i, t1, neurons, channels, arrivals, knots):
    """Next time after now at which something happens to neuron i, at most t1."""
    piece, seen = neurons[PIECE], neurons[SEEN]
    head, active, ends = neurons[HEAD], neurons[ACTIVE], neurons[ENDS]
    kind, first, times = channels[0], arrivals[0], arrivals[1]
    stop = t1
    a = first[i] + seen[i]
    if a < first[i + 1]:
        stop = min(stop, times[a])
    for c in range(kind.size):
        if kind[c] == PULSE and active[i, c] > 0:
            stop = min(stop, ends[i, c, head[i, c]])
    if piece[i] + 1 < knots.size:
        stop = min(stop, knots[piece[i] + 1])
    return stop


@njit(**INNER, forceinline=True)
def inputs_from(i, t, neurons, channels, stimulus, steady, rate):
    """Write each input's value at t, without currents that decay, and its slope, for neuron i."""
    p, piece, level = neurons[P_OWN], neurons[PIECE], neurons[LEVEL]
    kind, target = channels[0], channels[1]
    slots, knots, values, slopes, driven = stimulus
    while piece[i] + 1 < knots.size and knots[piece[i] + 1] <= t:
        piece[i] += 1
    row = min(piece[i], values.shape[0] - 1)
    for j in range(slots.size):
        steady[j], rate[j] = p[i, slots[j]], 0.0
        if driven[j]:
            steady[j] = values[row, j] + slopes[row, j] * (t - knots[row])
            rate[j] = slopes[row, j]
    for c in range(kind.size):
        if kind[c] == PULSE:
            steady[target[c]] += level[i, c]


@njit(**INNER, forceinline=True)
def decay(i, span, level, channels):
    """Let currents that decay do so."""
    kind, duration = channels[0], channels[2]
    for c in range(kind.size):
        if kind[c] == EXPONENTIAL and level[i, c] != 0.0:
            level[i, c] *= math.exp(-span / duration[c])
