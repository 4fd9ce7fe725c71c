"""f, A and f_lambda at many points, in one compiled loop.

The text below the mark is appended to the module generated for a model, which brings ``N_STATES``
and ``first_order`` (f, its Jacobian and its derivatives by the free parameters, row by row in one
vector) of its own.
"""

import numpy as np

from neurodyn.codegen.interface import N_STATES, OPTIONS, first_order, njit


# --- kernel ---
@njit(**OPTIONS)
def at_points(x, lam, places, p, states, parameters, time, f, a, b):
    """Evaluate at points x (M, n) and parameters lam (k, 1) or (k, M), both in the given units.

    Writes f (M, n), a (M, n, n), b (M, n, k) in these units; returns whether all is finite.
    """
    n, k = N_STATES, places.size
    p, point, out = p.copy(), np.empty(n), np.empty(n + n * n + n * k)
    finite = True
    for m in range(x.shape[0]):
        for j in range(k):
            p[places[j]] = lam[j, m if lam.shape[1] > 1 else 0] * parameters[j]
        for i in range(n):
            point[i] = x[m, i] * states[i]
        first_order(point, p, out)
        for value in out:
            finite = finite and np.isfinite(value)
        for i in range(n):
            rate = time / states[i]
            f[m, i] = out[i] * rate
            for j in range(n):
                a[m, i, j] = out[n + i * n + j] * rate * states[j]
            for j in range(k):
                b[m, i, j] = out[n + n * n + i * k + j] * rate * parameters[j]
    return finite
