"""Systems of other fields: their equilibria against own eigenvalues, their cycles against runs.

Equations as in the manuals and papers named beside them; eigenvalues of the Jacobian that sympy
derives from the same text; runs by scipy.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp

import neurodyn as nd
from neurodyn.continuation.cycles.cycle import Cycle

pytestmark = pytest.mark.slow


class System(NamedTuple):
    """Equations, the parameter to vary, where to start, and what is known in closed form."""

    states: str
    parameters: dict[str, float]
    rhs: list[str]
    name: str
    span: tuple[float, float]
    start: list[float]
    known: Mapping[str, list[float]] = MappingProxyType({})


RING = [
    f"v{i} - v{i}**3/3 - w{i} + I + k*(v{(i + 1) % 4} + v{(i - 1) % 4} - 2*v{i})" for i in range(4)
]
GENE = "-{m} + a/(1 + {p}**2)"
SYSTEMS = {
    # E. N. Lorenz 1984
    "Lorenz 84": System(
        "X Y Z",
        {"a": 0.25, "b": 4.0, "G": 0.25, "F": 0.5},
        ["-Y**2 - Z**2 - a*X + a*F", "X*Y - b*X*Z - Y + G", "b*X*Y + X*Z - Z"],
        "F",
        (0.0, 4.0),
        [0.5, 0.2, 0.1],
    ),
    # C. Steinmetz, R. Larter 1991 (MatCont)
    "peroxidase": System(
        "A B X Y",
        {
            "k1": 0.1631021,
            "k2": 1250.0,
            "k3": 0.046875,
            "k4": 20.0,
            "k5": 1.104,
            "k6": 0.001,
            "k7": 4.235322,
            "k8": 0.5,
            "km7": 0.1175,
        },
        [
            "-k1*A*B*X - k3*A*B*Y + k7 - km7*A",
            "-k1*A*B*X - k3*A*B*Y + k8",
            "k1*A*B*X - 2*k2*X**2 + 2*k3*A*B*Y - k4*X + k6",
            "-k3*A*B*Y + 2*k2*X**2 - k5*Y",
        ],
        "k7",
        (0.6, 5.0),
        [31.8, 1.45, 0.0153, 0.18],
    ),
    # L. O. Chua 1986, cubic; at the origin, det = beta (alpha c), c = -0.16666
    "Chua": System(
        "x y z",
        {"alpha": 1.0, "beta": 14.3},
        ["alpha*(y - 0.0625*x**3 + 0.16666*x)", "x - y + z", "-beta*y"],
        "alpha",
        (0.5, 8.5),
        [1.633, 0.0, -1.633],
    ),
    # M. B. Elowitz, S. Leibler 2000; p^3 + p = a, and |slope| = 2 p^2/(1 + p^2) reaches
    # the value at which the cube root of it times exp(i pi/3) crosses: own eigenvalues
    "repressilator": System(
        "m1 p1 m2 p2 m3 p3",
        {"a": 1.0, "b": 5.0},
        [
            GENE.format(m="m1", p="p3"),
            "b*(m1 - p1)",
            GENE.format(m="m2", p="p1"),
            "b*(m2 - p2)",
            GENE.format(m="m3", p="p2"),
            "b*(m3 - p3)",
        ],
        "a",
        (0.5, 40.0),
        [0.68] * 6,
    ),
    # R. J. Field, R. M. Noyes 1974
    "Oregonator": System(
        "x y z",
        {"e": 0.04, "d": 0.0004, "q": 0.0008, "f": 0.3},
        ["(q*y - x*y + x*(1 - x))/e", "(-q*y - x*y + f*z)/d", "x - z"],
        "f",
        (0.3, 2.6),
        [0.7, 0.29, 0.7],
    ),
    # two Brusselators: in phase B = 1 + A^2, and (B - 1 - 2 Dx)(A^2 + 2 Dy) = A^2 B
    "Brusselators": System(
        "x1 y1 x2 y2",
        {"A": 2.0, "B": 3.0, "Dx": 0.1, "Dy": 1.0},
        [
            "A - (B + 1)*x1 + x1**2*y1 + Dx*(x2 - x1)",
            "B*x1 - x1**2*y1 + Dy*(y2 - y1)",
            "A - (B + 1)*x2 + x2**2*y2 + Dx*(x1 - x2)",
            "B*x2 - x2**2*y2 + Dy*(y1 - y2)",
        ],
        "B",
        (2.0, 7.0),
        [2.0, 1.0, 2.0, 1.0],
        {"hopf": [5.0], "branch_point": [3.6]},
    ),
    # H. R. Wilson, J. D. Cowan 1972
    "Wilson-Cowan": System(
        "E I",
        {"P": 0.0},
        [
            "-E + (1 - E)*(1/(1 + exp(-1.3*(16*E - 12*I + P - 4))) - 1/(1 + exp(5.2)))",
            "-I + (1 - I)*(1/(1 + exp(-2*(15*E - 3*I - 3.7))) - 1/(1 + exp(7.4)))",
        ],
        "P",
        (0.0, 5.0),
        [0.0, 0.0],
    ),
    # two cells of E. E. Selkov 1968; in phase b^2 = ((1 - 2a) -+ sqrt(1 - 8a))/2
    "glycolysis": System(
        "x1 y1 x2 y2",
        {"a": 0.08, "b": 0.3, "k": 0.05},
        [
            "-x1 + a*y1 + x1**2*y1 + k*(x2 - x1)",
            "b - a*y1 - x1**2*y1",
            "-x2 + a*y2 + x2**2*y2 + k*(x1 - x2)",
            "b - a*y2 - x2**2*y2",
        ],
        "b",
        (0.1, 1.2),
        [0.3, 1.7647, 0.3, 1.7647],
        {"hopf": [((0.84 - 0.36**0.5) / 2) ** 0.5, ((0.84 + 0.36**0.5) / 2) ** 0.5]},
    ),
    # a ring of four with one odd sign: eigenvalues -1 + w (-1)^(1/4)
    "odd ring": System(
        "a b c d",
        {"w": 0.5},
        ["-a - tanh(w*d)", "-b + tanh(w*a)", "-c + tanh(w*b)", "-d + tanh(w*c)"],
        "w",
        (0.2, 3.0),
        [0.0] * 4,
        {"hopf": [2**0.5]},
    ),
    # A. Goldbeter 1995
    "circadian": System(
        "M P0 P1 P2 PN",
        {
            "vs": 0.4,
            "vm": 0.65,
            "Km": 0.5,
            "ks": 0.38,
            "V1": 3.2,
            "V2": 1.58,
            "V3": 5.0,
            "V4": 2.5,
            "K": 2.0,
            "k1": 1.9,
            "k2": 1.3,
            "vd": 0.95,
            "Kd": 0.2,
        },
        [
            "vs/(1 + PN**4) - vm*M/(Km + M)",
            "ks*M - V1*P0/(K + P0) + V2*P1/(K + P1)",
            "V1*P0/(K + P0) - V2*P1/(K + P1) - V3*P1/(K + P1) + V4*P2/(K + P2)",
            "V3*P1/(K + P1) - V4*P2/(K + P2) - k1*P2 + k2*PN - vd*P2/(Kd + P2)",
            "k1*P2 - k2*PN",
        ],
        "vs",
        (0.3, 1.2),
        [0.5, 0.3, 0.3, 0.1, 0.15],
    ),
    # A. Uppal, W. H. Ray, A. B. Poore 1974
    "stirred tank": System(
        "x y",
        {"Da": 0.05, "B": 14.0, "beta": 2.0},
        ["-x + Da*(1 - x)*exp(y)", "-y + B*Da*(1 - x)*exp(y) - beta*y"],
        "Da",
        (0.01, 0.5),
        [0.05, 0.24],
    ),
    # laser with saturable absorber; off, N = 0, until A = 1 + B
    "laser": System(
        "N G Q",
        {"A": 5.0, "B": 5.8, "a": 1.8, "g": 0.04},
        ["N*(G - Q - 1)", "g*(A - G*(1 + N))", "g*(B - Q*(1 + a*N))"],
        "A",
        (5.0, 10.0),
        [0.0, 5.0, 5.8],
        {"branch_point": [6.8]},
    ),
    # M. T. M. Koper 1995; odd in (x, y, z, l): every point has its mirror image
    "Koper": System(
        "x y z",
        {"k": -10.0, "l": -7.0, "e1": 0.1, "e2": 1.0},
        ["(k*y - x**3 + 3*x - l)/e1", "x - 2*y + z", "e2*(y - z)"],
        "l",
        (-9.0, 9.0),
        [-1.8, -1.8, -1.8],
    ),
    # T. S. Gardner, C. R. Cantor, J. J. Collins 2000; u = v = 1 where the slope is 1
    "toggle switch": System(
        "u v",
        {"a": 1.0},
        ["a/(1 + v**2) - u", "a/(1 + u**2) - v"],
        "a",
        (0.5, 6.0),
        [0.7, 0.7],
        {"branch_point": [2.0]},
    ),
    # four sine modes of a Kuramoto-Sivashinsky equation; at rest mode n grows from L = 4 n^2
    "four modes": System(
        "u1 u2 u3 u4",
        {"L": 1.0},
        [
            "(L - 4)*u1 - L*(u1*u2 + u2*u3 + u3*u4)/2",
            "(4*L - 64)*u2 + L*(u1*u1 - 2*u1*u3 - 2*u2*u4)/2",
            "(9*L - 324)*u3 + L*(3*u1*u2 - 3*u1*u4)/2",
            "(16*L - 1024)*u4 + L*(2*u2*u2 + 4*u1*u3)/2",
        ],
        "L",
        (1.0, 30.0),
        [0.0] * 4,
        {"branch_point": [4.0, 16.0]},
    ),
    # four FitzHugh-Nagumo cells in a ring: trace of mode n zero, 1 - v^2 - 2 k (1 - cos) = b e
    "ring of cells": System(
        " ".join(f"v{i}" for i in range(4)) + " " + " ".join(f"w{i}" for i in range(4)),
        {"I": 0.0, "k": 0.05, "e": 0.08, "a": 0.7, "b": 0.8},
        [*RING, *(f"e*(v{i} + a - b*w{i})" for i in range(4))],
        "I",
        (0.0, 2.0),
        [-1.2] * 4 + [-0.6243] * 4,
        {
            "hopf": sorted(
                v**3 / 3 + (v + 0.7) / 0.8 - v
                for n in (0, 1, 2)
                for sign in (-1, 1)
                for v in [sign * (1 - 0.064 - 0.1 * (1 - np.cos(np.pi * n / 2))) ** 0.5]
            )
        },
    ),
}


def model_of(system: System) -> nd.Model:
    return nd.Model.from_equations(system.states.split(), system.parameters, system.rhs)


def by_sympy(system: System) -> tuple[Any, Any]:
    """Return the flow and its eigenvalues at (x, value of the parameter), by sympy and numpy."""
    names = [*system.states.split(), *system.parameters]
    symbols = {name: sympy.Symbol(name) for name in names}
    rhs = sympy.Matrix([sympy.sympify(text, locals=symbols) for text in system.rhs])
    states = [symbols[name] for name in system.states.split()]
    arguments = [symbols[name] for name in names]
    flow = sympy.lambdify(arguments, list(rhs))
    jacobian = sympy.lambdify(arguments, rhs.jacobian(states).tolist())

    def given(x: np.ndarray, value: float) -> list[float]:
        return [*x, *{**system.parameters, system.name: value}.values()]

    return (
        lambda x, value: flow(*given(x, value)),
        lambda x, value: np.linalg.eigvals(np.array(jacobian(*given(x, value)), float)),
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_change_of_stability_is_a_special_point_and_the_other_way_round(name: str) -> None:
    system = SYSTEMS[name]
    model, (_, eigenvalues) = model_of(system), by_sympy(system)
    start = dict(zip(model.state_names, system.start, strict=True))
    branch = nd.continue_equilibria(model, system.name, system.span, start)
    x = np.array([branch[state] for state in model.state_names]).T
    unstable = [
        int((eigenvalues(*at).real > 0).sum()) for at in zip(x, branch.parameter, strict=True)
    ]
    crossing = {"hopf": 2, "fold": 1, "branch_point": 1, "neutral_saddle": 0}
    expected = sum(crossing[point.kind] * point.multiplicity for point in branch.special)
    assert np.abs(np.diff(unstable)).sum() == expected
    for point in branch.special:
        assert point.status
        values = eigenvalues(point.x, point.parameter)
        size = np.abs(values).max()
        if point.kind == "hopf":
            pair = values[np.abs(values.imag) > 1e-9 * size]
            assert np.abs(pair.real).min() < 1e-9 * size
        elif point.kind in ("fold", "branch_point"):
            assert np.abs(values).min() < 1e-7 * size
    for kind, known in system.known.items():
        found = np.array([p.parameter for p in branch.special if p.kind == kind])
        for value in known:
            assert np.abs(found / value - 1.0).min() < 1e-9


def period_by_run(flow: Any, cycle: Cycle) -> float:
    """Return the period that another program finds, from a point of a stable cycle."""
    middle = (cycle.maximum[0] + cycle.minimum[0]) / 2

    def level(_: float, x: np.ndarray) -> float:
        return x[0] - middle

    level.direction = 1.0  # type: ignore[attr-defined]
    run = solve_ivp(
        lambda _, x: flow(x, cycle.parameter),
        (0.0, 3.5 * cycle.period),
        cycle.nodes[0],
        method="LSODA",
        rtol=1e-10,
        atol=1e-12 * np.abs(cycle.nodes).max(axis=0),
        events=level,
    )
    times = run.t_events[0]
    return float((times[-1] - times[0]) / round((times[-1] - times[0]) / cycle.period))


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name != "ring of cells"])
def test_diagrams_are_whole_and_periods_are_those_of_runs(name: str) -> None:
    system = SYSTEMS[name]
    model, (flow, _) = model_of(system), by_sympy(system)
    start = dict(zip(model.state_names, system.start, strict=True))
    diagram = nd.bifurcation_diagram(model, system.name, system.span, start=start)
    assert diagram.failures == ()
    for family in diagram.cycles:
        assert family.status
        assert all(point.status for point in family.special)
        stable = [c for c, s in zip(family.cycles, family.stable, strict=True) if s]
        for cycle in stable[len(stable) // 4 :: max(1, len(stable) // 3)][:3]:
            assert period_by_run(flow, cycle) == pytest.approx(cycle.period, rel=1e-5)


def test_a_ring_in_phase_folds_where_one_cell_does() -> None:
    """In its canards other multipliers pass 1 and -1 within the same step, and hide the fold."""
    system = SYSTEMS["ring of cells"]
    model = model_of(system)
    start = dict(zip(model.state_names, system.start, strict=True))
    first = nd.continue_equilibria(model, system.name, system.span, start).hopf[0]
    ring = nd.continue_cycles(model, first)
    alone = nd.devices.fitzhugh_nagumo(I=0.5)
    cell = nd.continue_cycles(alone, nd.solve(alone, 400.0), system.span, parameter="I")
    known, found = (
        [point.parameter for point in family.special if point.kind == "cycle_fold"]
        for family in (cell, ring)
    )
    assert sorted(found) == pytest.approx(sorted(known), abs=1e-9)
