r"""Linear systems on a ring of intervals, by structured orthogonal elimination.

After condensation the unknowns are the states at the mesh points, ln T and lambda; the equations

.. math:: \delta_{j+1} = G_j \delta_j + P_j p + r_j, \qquad
          \sum_j (w_j \delta_j + v_j p + \rho_j) + e\,p = c

with p = (ln T, lambda) and, for the second kind, phase and arclength. The sums are made states too,
:math:`\sigma_{j+1} = \sigma_j + w_j \delta_j + v_j p + \rho_j`, so that every equation couples two
neighbours only. Householder reflections then eliminate one mesh point after the other; what is left
is one dense system in the first mesh point and p. As these are orthogonal transformations of the
whole matrix, the result is stable whatever grows or decays along the orbit, where Gaussian
elimination need not be. Time and memory are linear in the number of intervals. S. J. Wright, SIAM
J. Sci. Stat. Comput. 13, 742 (1992); 14, 231 (1993).
"""

from __future__ import annotations

import numpy as np

from neurodyn.codegen.loops import compiled_loop


@compiled_loop
def condense(blocks, columns):
    """Eliminate the inner nodes: inverse of the last columns of each block, times all the rest.

    Takes blocks (N, s, s + n) and columns (N, s, c); returns (N, s, n + c), so that inner nodes =
    -result @ (first node, coefficients of the columns). Gauss elimination with partial pivoting.
    """
    count, size, _ = blocks.shape
    n, extra = blocks.shape[2] - size, columns.shape[2]
    width = size + n + extra
    out = np.empty((count, size, n + extra))
    a = np.empty((size, width))
    for j in range(count):
        for i in range(size):
            for l in range(size):
                a[i, l] = blocks[j, i, n + l]
            for l in range(n):
                a[i, size + l] = blocks[j, i, l]
            for l in range(extra):
                a[i, size + n + l] = columns[j, i, l]
        triangular(a, size)
        for k in range(size - 1, -1, -1):
            scale = 1.0 / a[k, k]
            for l in range(size, width):
                a[k, l] *= scale
            for i in range(k):
                factor = a[i, k]
                for l in range(size, width):
                    a[i, l] -= factor * a[k, l]
        for i in range(size):
            for l in range(size, width):
                out[j, i, l - size] = a[i, l]
    return out


@compiled_loop
def triangular(a, size):
    """Bring the first ``size`` columns of a (size, width) to triangular form, rows exchanged.

    Returns the sign of the exchange.
    """
    width, sign = a.shape[1], 1.0
    for k in range(size):
        best = k
        for i in range(k + 1, size):
            if abs(a[i, k]) > abs(a[best, k]):
                best = i
        if best != k:
            sign = -sign
            for l in range(k, width):
                kept = a[k, l]
                a[k, l] = a[best, l]
                a[best, l] = kept
        scale = 1.0 / a[k, k]
        for i in range(k + 1, size):
            factor = a[i, k] * scale
            for l in range(k + 1, width):
                a[i, l] -= factor * a[k, l]
    return sign


@compiled_loop
def with_sums(eliminated, rows, m):
    """Equations from mesh point to mesh point, the sums included.

    Takes the result of ``condense`` (N, m n, n + c) and the rows of the sums over the nodes
    (q, N m, n). Returns transitions (N, n + q, n + c): what carries (first node, coefficients) to
    the next mesh point and into the sums.
    """
    count, size, width = eliminated.shape
    q, _, n = rows.shape
    inner = size - n
    out = np.empty((count, n + q, width))
    for j in range(count):
        for a in range(n):
            for l in range(width):
                out[j, a, l] = -eliminated[j, inner + a, l]
        for s in range(q):
            for l in range(width):
                out[j, n + s, l] = rows[s, j * m, l] if l < n else 0.0
            for i in range(1, m):
                for a in range(n):
                    row = rows[s, j * m + i, a]
                    for l in range(width):
                        out[j, n + s, l] -= row * eliminated[j, (i - 1) * n + a, l]
    return out


@compiled_loop
def factorise(transitions, n, c, closing, ends):
    """Eliminate all mesh points but the first.

    Takes transitions (N, b, n + c or more) with b = n + q; closing, 1 for periodic, -1 for
    antiperiodic solutions; and the coefficients e of p, ends (q, c). Returns the reflections
    (N - 1, b, 2 b), the upper rows (N - 1, b, 2 b + n + c) in the unknowns (point, next point,
    first point, p), the last system (b, n + c) and the part (b, q) of it that multiplies the sums.
    """
    count, b, _ = transitions.shape
    q, width = b - n, 2 * b + n + c
    reflections = np.zeros((count - 1, b, 2 * b))
    upper = np.empty((count - 1, b, width))
    w, dots = np.zeros((2 * b, width)), np.empty(width)
    for i in range(b):
        w[i, i] = 1.0
        for l in range(n + c):
            w[i, 2 * b + l] = -transitions[0, i, l]
    for j in range(1, count):
        for i in range(b):
            for l in range(width):
                w[b + i, l] = 0.0
            for l in range(b, 2 * b):
                w[i, l] = 0.0
            w[b + i, b + i] = 1.0
            if i >= n:
                w[b + i, i] = -1.0
            for l in range(n):
                w[b + i, l] = -transitions[j, i, l]
            for l in range(c):
                w[b + i, 2 * b + n + l] = -transitions[j, i, n + l]
        for k in range(b):
            v, square = reflections[j - 1, k], 0.0
            for i in range(k, 2 * b):
                square += w[i, k] * w[i, k]
            size = -np.sqrt(square) if w[k, k] >= 0.0 else np.sqrt(square)
            half = square - w[k, k] * size  # |v|^2 / 2 before v is scaled to |v|^2 = 2
            scale = 1.0 / np.sqrt(half) if half > 0.0 else 0.0
            v[k] = (w[k, k] - size) * scale
            for i in range(k + 1, 2 * b):
                v[i] = w[i, k] * scale
            for l in range(k + 1, width):
                dots[l] = 0.0
            for i in range(k, 2 * b):
                for l in range(k + 1, width):
                    dots[l] += v[i] * w[i, l]
            for i in range(k, 2 * b):
                for l in range(k + 1, width):
                    w[i, l] -= v[i] * dots[l]
            w[k, k] = size
        for i in range(b):
            for l in range(width):
                upper[j - 1, i, l] = w[i, l]
            for l in range(b):
                w[i, l] = w[b + i, b + l]
            for l in range(2 * b, width):
                w[i, l] = w[b + i, l]
    last, tail = np.empty((b, n + c)), np.empty((b, q))
    for i in range(b):
        for s in range(q):
            tail[i, s] = w[i, n + s]
        for l in range(n):
            last[i, l] = closing * w[i, l] + w[i, 2 * b + l]
        for l in range(c):
            last[i, n + l] = w[i, 2 * b + n + l]
            for s in range(q):
                last[i, n + l] -= w[i, n + s] * ends[s, l]
    return reflections, upper, last, tail


@compiled_loop
def solve(factors, closing, ends, right, values):
    """Solve for right-hand sides r, rho (N, b) and c (q,); return mesh points (N, n) and p (c,)."""
    reflections, upper, last, tail = factors
    count, b = right.shape
    q, extra = ends.shape
    n = b - q
    rest, pair = np.empty((count, b)), np.empty(2 * b)
    for i in range(b):
        pair[i] = right[0, i]
    for j in range(1, count):
        for i in range(b):
            pair[b + i] = right[j, i]
        for k in range(b):
            v, dot = reflections[j - 1, k], 0.0
            for i in range(k, 2 * b):
                dot += v[i] * pair[i]
            for i in range(k, 2 * b):
                pair[i] -= dot * v[i]
        for i in range(b):
            rest[j, i] = pair[i]
            pair[i] = pair[b + i]
    a = np.empty((b, b + 1))
    for i in range(b):
        for l in range(b):
            a[i, l] = last[i, l]
        a[i, b] = pair[i]
        for s in range(q):
            a[i, b] -= tail[i, s] * values[s]
    triangular(a, b)
    u = np.empty(b)
    for k in range(b - 1, -1, -1):
        u[k] = a[k, b]
        for l in range(k + 1, b):
            u[k] -= a[k, l] * u[l]
        u[k] /= a[k, k]
    points, here, following = np.empty((count, n)), np.empty(b), np.empty(b)
    for i in range(n):
        points[0, i] = u[i]
        following[i] = closing * u[i]
    for s in range(q):
        following[n + s] = values[s]
        for l in range(extra):
            following[n + s] -= ends[s, l] * u[n + l]
    for j in range(count - 1, 0, -1):
        row = upper[j - 1]
        for i in range(b - 1, -1, -1):
            total = rest[j, i]
            for l in range(i + 1, b):
                total -= row[i, l] * here[l]
            for l in range(b):
                total -= row[i, b + l] * following[l] + row[i, 2 * b + l] * u[l]
            here[i] = total / row[i, i]
        for i in range(n):
            points[j, i] = here[i]
        for i in range(b):
            following[i] = here[i]
    return points, u[n:]


@compiled_loop
def inner_nodes(eliminated, points, coefficients, m):
    """Recover all nodes (N m, n) from the mesh points and the coefficients of the columns (c,)."""
    count, size, width = eliminated.shape
    n = points.shape[1]
    out = np.empty((count * m, n))
    for j in range(count):
        for a in range(n):
            out[j * m, a] = points[j, a]
        for i in range(size - n):
            total = 0.0
            for l in range(n):
                total += eliminated[j, i, l] * points[j, l]
            for l in range(width - n):
                total += eliminated[j, i, n + l] * coefficients[l]
            out[j * m + 1 + i // n, i % n] = -total
    return out
