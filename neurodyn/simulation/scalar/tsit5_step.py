"""One step of Tsit5 for one neuron, whatever loop takes it.

The text below the mark is appended to a module generated for a model, which brings ``rhs`` and
``N_STATES``, and before a loop, which brings ``set_inputs(p, t, drive)``: it puts the value of each
driven input at time t into the parameter vector.
"""

import numpy as np

from neurodyn.codegen.interface import INNER, N_STATES, njit, rhs, set_inputs
from neurodyn.simulation.methods.tsit5 import (
    GROW_EXPONENT,
    LEAST,
    LEAST_REJECTED,
    MOST,
    PAST_EXPONENT,
    SAFETY,
    SHRINK_EXPONENT,
    SMALLEST_ERROR,
    A,
    C,
    E,
    P,
    first_step,
    first_trial,
)

# --- kernel ---


@njit(**INNER)
def norm(v, x, atol, rtol):
    """Root mean square of v in units of the tolerance; infinite if v is not finite."""
    total = 0.0
    for i in range(N_STATES):
        r = v[i] / (atol[i] + rtol * abs(x[i]))
        total += r * r
    return np.sqrt(total / N_STATES) if np.isfinite(total) else np.inf


@njit(**INNER)
def starting_step(x, k, trial, p, atol, rtol, span):
    """Starting step; span: what lies ahead."""
    d1 = norm(k[0], x, atol, rtol)
    h = first_trial(norm(x, x, atol, rtol), d1, span)
    for i in range(N_STATES):
        trial[i] = x[i] + h * k[0, i]
    rhs(trial, p, k[1])
    for i in range(N_STATES):
        trial[i] = k[1, i] - k[0, i]
    return first_step(h, d1, norm(trial, x, atol, rtol) / h)


@njit(**INNER)
def trial_step(x, k, trial, error, p, t, h, drive, atol, rtol):
    """From x with slope k[0], write x after h into trial and all slopes into k; return the error.

    In units of the tolerance; infinite if the state or its slope is not finite.
    """
    for stage in range(1, 7):
        for i in range(N_STATES):
            total = 0.0
            for j in range(stage):
                total += A[stage, j] * k[j, i]
            trial[i] = x[i] + h * total
        set_inputs(p, t + C[stage] * h, drive)
        rhs(trial, p, k[stage])
    for i in range(N_STATES):
        total = 0.0
        for j in range(7):
            total += E[j] * k[j, i]
        error[i] = h * total
    size = norm(error, x, atol, rtol)
    for i in range(N_STATES):
        if not (np.isfinite(k[6, i]) and np.isfinite(trial[i])):
            size = np.inf
    return size


@njit(**INNER)
def shrunk(h, size):
    """Step to try after one that failed; a stage that overflowed counts as a large error."""
    shrink = SAFETY * size**SHRINK_EXPONENT if np.isfinite(size) else 0.0
    return h * max(LEAST_REJECTED, shrink)


@njit(**INNER)
def grown(h, size, past):
    """Step to try after one that was accepted."""
    factor = max(size, SMALLEST_ERROR) ** GROW_EXPONENT * past**PAST_EXPONENT
    return h * min(MOST, max(LEAST, SAFETY * factor))


@njit(**INNER)
def write_polynomial(coefs, x, k, h):
    """Write the polynomials (n_states, 5) of the step in theta = (t - t_start) / h."""
    for i in range(N_STATES):
        coefs[i, 0] = x[i]
        for j in range(4):
            total = 0.0
            for stage in range(7):
                total += P[stage, j] * k[stage, i]
            coefs[i, j + 1] = h * total
