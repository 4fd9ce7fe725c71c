"""The loops of collocation over intervals and points.

Orbits come as nodal values x (N m, n): interval j has the nodes j m to j m + m, the last of which
is the first of the next interval, and the very last that of the orbit.
"""

from __future__ import annotations

import numpy as np

from neurodyn.codegen.loops import compiled_loop


@compiled_loop
def at_gauss_points(x, values):
    """Values of the polynomials at the Gauss points, (N m, n); ``values`` (m, m + 1)."""
    total, n = x.shape
    m = values.shape[0]
    out = np.zeros((total, n))
    for start in range(0, total, m):
        for k in range(m):
            for i in range(m + 1):
                node = (start + i) % total
                for a in range(n):
                    out[start + k, a] += values[k, i] * x[node, a]
    return out


@compiled_loop
def assemble(x, speed, f, matrix, by_parameter, values, slopes):
    """Residual and derivatives of x' - speed f at the Gauss points.

    Takes x (N m, n), speed (N,), f (N m, n), its derivatives by state and parameters at the Gauss
    points, and the tables of the basis. Returns blocks (N, m n, (m + 1) n), derivatives by the
    nodes of the interval; and columns (N, m n, 2 + k): by ln T, by the first parameter, the
    residual, by the other parameters.
    """
    m = values.shape[0]
    total, n = x.shape
    count, k_parameters = total // m, by_parameter.shape[2]
    blocks = np.empty((count, m * n, (m + 1) * n))
    columns = np.empty((count, m * n, 2 + k_parameters))
    for j in range(count):
        for k in range(m):
            point = j * m + k
            for a in range(n):
                row = k * n + a
                change = 0.0
                for i in range(m + 1):
                    change += slopes[k, i] * x[(j * m + i) % total, a]
                    for b in range(n):
                        blocks[j, row, i * n + b] = -values[k, i] * speed[j] * matrix[point, a, b]
                    blocks[j, row, i * n + a] += slopes[k, i]
                flow = speed[j] * f[point, a]
                columns[j, row, 0] = -flow
                columns[j, row, 2] = change - flow
                for b in range(k_parameters):
                    slope = -speed[j] * by_parameter[point, a, b]
                    columns[j, row, b + 1 if b == 0 else b + 2] = slope
    return blocks, columns


@compiled_loop
def interpolated(mesh, x, tau, m):
    """Values of the piecewise polynomial at times ``tau`` in [0, 1), (len(tau), n)."""
    total, n = x.shape
    out = np.zeros((tau.size, n))
    for t in range(tau.size):
        j = np.searchsorted(mesh, tau[t], side="right") - 1
        j = min(max(j, 0), mesh.size - 2)
        s = m * (tau[t] - mesh[j]) / (mesh[j + 1] - mesh[j])
        for i in range(m + 1):
            weight = 1.0  # Lagrange polynomial of node i, nodes 0 to m
            for l in range(m + 1):
                if l != i:
                    weight *= (s - l) / (i - l)
            node = (j * m + i) % total
            for a in range(n):
                out[t, a] += weight * x[node, a]
    return out


@compiled_loop
def spread_over_nodes(mesh, weights):
    """Quadrature weights of the nodes (N m,) from those of one interval of length one (m + 1,)."""
    count, m = mesh.size - 1, weights.size - 1
    out = np.zeros(count * m)
    for j in range(count):
        for i in range(m + 1):
            out[(j * m + i) % (count * m)] += (mesh[j + 1] - mesh[j]) * weights[i]
    return out


@compiled_loop
def highest_derivative(mesh, x, m):
    """Size of the derivative of order m + 1 in every interval, from jumps of that of order m, (N,).

    The latter is constant in an interval: the m-th difference of its equidistant nodes.
    """
    total, n = x.shape
    count = mesh.size - 1
    highest, jump, out = np.zeros((count, n)), np.empty(count), np.empty(count)
    for j in range(count):
        sign = 1.0 if m % 2 == 0 else -1.0
        for i in range(m + 1):
            for a in range(n):
                highest[j, a] += sign * x[(j * m + i) % total, a]
            sign *= -(m - i) / (i + 1.0)  # binomial coefficients
        for a in range(n):
            highest[j, a] *= (m / (mesh[j + 1] - mesh[j])) ** m
    for j in range(count):
        k, square = (j + 1) % count, 0.0
        for a in range(n):
            square += (highest[k, a] - highest[j, a]) ** 2
        jump[j] = 2 * np.sqrt(square) / (mesh[j + 1] - mesh[j] + mesh[k + 1] - mesh[k])
    for j in range(count):
        out[j] = max(jump[j], jump[j - 1])
    return out
