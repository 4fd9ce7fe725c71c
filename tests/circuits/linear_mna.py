"""Random linear circuits, and their modified nodal analysis by numpy: nothing of neurodyn in it.

G x + C dx/dt = b with x the node voltages, then currents of voltage sources and of inductors.
"""

import numpy as np
import scipy.linalg


def random_circuit(seed):
    """Return element lines (name, plus, minus, value) of a connected circuit with 2 to 6 nodes."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 7))
    nodes = ["0", *(f"n{i}" for i in range(1, n))]
    lines = []

    def add(letter, a, b):
        size = {"R": 1e3, "C": 1e-9, "L": 1e-3}.get(letter, 1.0)
        value = float(size * 10 ** rng.uniform(-0.5, 0.5))
        count = sum(line[0][0] == letter for line in lines) + 1
        lines.append((f"{letter}{count}", a, b, value))

    for i in range(1, n):  # a tree of resistors and capacitors leaves nothing to float
        add(str(rng.choice(["R", "R", "C"])), nodes[i], nodes[int(rng.integers(0, i))])
    for _ in range(int(rng.integers(2, 7))):
        a, b = rng.choice(n, 2, replace=False)
        add(str(rng.choice(["R", "C", "C", "L", "L"])), nodes[a], nodes[b])
    add("R", nodes[1], "0")
    add("C", nodes[1], "0")
    for node in nodes[1:]:
        ends = [end for line in lines for end in line[1:3]]
        if ends.count(node) < 2:
            add(str(rng.choice(["R", "C", "L"])), node, "0" if node != "0" else nodes[1])
    source = str(rng.choice(["V", "I"]))
    drive = f"n{n}"
    if source == "V":  # through a resistor, so that no input lies across a capacitor
        lines.append(("V1", drive, "0", 0.0))
        add("R", drive, nodes[int(rng.integers(1, n))])
    else:
        lines.append(("I1", "0", nodes[int(rng.integers(1, n))], 0.0))
        add("R", lines[-1][2], "0")
    return lines


def matrices(lines):
    """Return G, C, the column b of the source, and the place of each node."""
    nodes = {
        name: i
        for i, name in enumerate(dict.fromkeys(n for line in lines for n in line[1:3] if n != "0"))
    }
    extra = [line[0] for line in lines if line[0][0] in "VL"]
    place = {**nodes, **{name: len(nodes) + i for i, name in enumerate(extra)}}
    size = len(place)
    G, C, b = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)

    def stamp(matrix, one, other, value):
        for row, column, sign in (
            (one, one, 1),
            (other, other, 1),
            (one, other, -1),
            (other, one, -1),
        ):
            if row != "0" and column != "0":
                matrix[nodes[row], nodes[column]] += sign * value

    for name, plus, minus, value in lines:
        if name[0] == "R":
            stamp(G, plus, minus, 1 / value)
        elif name[0] == "C":
            stamp(C, plus, minus, value)
        elif name[0] in "VL":
            k = place[name]
            for node, sign in ((plus, 1), (minus, -1)):
                if node != "0":
                    G[nodes[node], k] += sign
                    G[k, nodes[node]] += sign
            if name[0] == "L":
                C[k, k] -= value
            else:
                b[k] = 1.0
        else:
            for node, sign in ((plus, -1), (minus, 1)):
                if node != "0":
                    b[nodes[node]] += sign
    return G, C, b, nodes


def poles(lines):
    """Return the finite generalised eigenvalues of (-G, C)."""
    G, C, _, _ = matrices(lines)
    unit = 1e-6  # time in microseconds balances the pencil
    alpha, beta = scipy.linalg.eigvals(-G, C / unit, homogeneous_eigvals=True)
    # cut-sets of inductors make infinity a double eigenvalue, which rounding brings to 1e13/s; the
    # fastest mode of these elements is below 1e10/s
    finite = np.abs(beta) > 1e-5 * np.abs(alpha)
    return alpha[finite] / beta[finite] / unit


def response(lines, f):
    """Return the voltages of the nodes per unit of the source at a frequency."""
    G, C, b, nodes = matrices(lines)
    x = np.linalg.solve(G + 2j * np.pi * f * C, b)
    return {name: x[i] for name, i in nodes.items()}


def netlist(lines, *, driven=True):
    """Return the circuit as text; the sources are inputs, or constant."""
    return "\n".join(
        f"{name} {plus} {minus} " + ("input" if driven and name[0] in "VI" else f"{value!r}")
        for name, plus, minus, value in lines
    )


def wild_circuit(seed):
    """Return element lines of any circuit at all, with several constant sources: many are none."""
    rng = np.random.default_rng(seed)
    n, lines, counts = int(rng.integers(3, 7)), [], {}
    for _ in range(int(rng.integers(n, 2 * n + 2))):
        letter = str(rng.choice(list("RRCCLLVI")))
        a, b = rng.choice(n, 2, replace=False)
        counts[letter] = counts.get(letter, 0) + 1
        size = {"R": 1e3, "C": 1e-9, "L": 1e-3, "V": 1.0, "I": 1e-3}[letter]
        value = float(size * 10 ** rng.uniform(-0.5, 0.5))
        ends = ["0" if node == 0 else f"n{node}" for node in (a, b)]
        lines.append((f"{letter}{counts[letter]}", *ends, value))
    return lines
