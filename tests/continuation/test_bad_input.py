"""Misuse and failure: what is said, and that it is said."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.continuation import continue_cycles, continue_equilibria, continue_fold, continue_hopf
from neurodyn.errors import InputError, NumericalError
from neurodyn.status import Status


def model(*rhs: str, states=("x", "y"), **parameters: float) -> nd.Model:
    return nd.Model.from_equations(list(states), parameters or {"a": 0.0}, list(rhs))


def test_unknown_parameter_names_the_nearest(nbox):
    with pytest.raises(InputError, match="did you mean 'I_s'"):
        continue_equilibria(nbox, "I_S", (0.0, 1e-3))


@pytest.mark.parametrize("span", [(1.0, 0.0), (0.0, np.inf), (0.0,), "ab"])
def test_bad_range(span):
    with pytest.raises(InputError, match=r"range of a|span is .*expected \(a finite number"):
        continue_equilibria(model("a - x", "-y"), "a", span)


def test_range_outside_bounds(nbox):
    with pytest.raises(InputError, match="inside its bounds"):
        continue_equilibria(nbox, "C_ext", (-1e-12, 1e-12))


def test_no_equilibrium_in_range():
    with pytest.raises(NumericalError, match="no equilibrium") as caught:
        continue_equilibria(model("1 + x**2 + a**2", "-y"), "a", (-1.0, 1.0))
    assert caught.value.status is Status.NOT_CONVERGED


def test_start_that_does_not_converge():
    with pytest.raises(NumericalError, match=r"residual .* condition number"):
        continue_equilibria(model("1 + x**2 + a**2", "-y"), "a", (-1.0, 1.0), [0.3, 0.0])


@pytest.mark.parametrize("start", [[1.0], [np.nan, 0.0], {"z": 1.0}, {"x": 0.0, "a": 7.0}])
def test_bad_start(start):
    with pytest.raises(InputError):
        continue_equilibria(model("a - x", "-y"), "a", (-1.0, 1.0), start)


@pytest.mark.parametrize("jump", ["floor(x)", "sign(x)", "heaviside(x - 1)"])
def test_discontinuous_equations_are_refused(jump):
    with pytest.raises(InputError, match="discontinuous"):
        continue_equilibria(model(f"a - x + {jump}", "-y"), "a", (-1.0, 1.0))


def test_piecewise_with_and_without_jump():
    import sympy

    from neurodyn.model import Model, Quantity, symbol

    x, a = symbol("x"), symbol("a")

    def with_piece(piece: sympy.Expr) -> Model:
        return Model("m", (Quantity("x", 0.0),), (Quantity("a", 0.0),), (a - x + piece,))

    jumping = with_piece(sympy.Piecewise((sympy.Integer(0), x < 1), (sympy.Integer(1), True)))
    with pytest.raises(InputError, match="discontinuous"):
        continue_equilibria(jumping, "a", (-1.0, 2.0))
    bent = with_piece(sympy.Piecewise((sympy.Integer(0), x < 1), ((x - 1) / 2, True)))
    branch = continue_equilibria(bent, "a", (-1.0, 2.0))
    assert branch.special == ()
    assert branch["x"].max() == pytest.approx(3.0)


def test_wrong_kind_of_start():
    system = model("a + x**2", "-y")
    fold = continue_equilibria(system, "a", (-1.0, 1.0)).folds[0]
    with pytest.raises(InputError, match=r"expected a Hopf ?[Pp]oint"):
        continue_hopf(system, fold, "a", (0.0, 1.0))
    with pytest.raises(InputError, match="second one"):
        continue_fold(system, fold, "a", (-1.0, 1.0))
    with pytest.raises(InputError, match="SpecialPoint"):
        continue_cycles(system, fold, (-1.0, 1.0))


def test_hopf_point_of_another_parameter_set(nbox, nbox_diagram):
    other = nbox.with_parameters(T_amb=320.0)
    with pytest.raises(InputError, match="no equilibrium of this model"):
        continue_cycles(other, nbox_diagram.equilibria.hopf[0])


def test_constant_or_open_trajectory():
    oscillator = nd.devices.stuart_landau()
    t = np.linspace(0.0, 1.0, 50)
    with pytest.raises(InputError, match="constant"):
        continue_cycles(oscillator, (t, np.ones((50, 2))), (0.0, 2.0), parameter="mu")
    with pytest.raises(InputError, match="come back"):
        continue_cycles(oscillator, (t, np.c_[t, t**2]), (0.0, 2.0), parameter="mu")
    with pytest.raises(InputError, match="which parameter"):
        continue_cycles(oscillator, (t, np.c_[t, t]))


def test_trajectory_that_is_no_cycle_of_the_model():
    oscillator = nd.devices.stuart_landau(mu=-1.0)
    t = np.linspace(0.0, 2 * np.pi, 100)
    with pytest.raises(NumericalError, match=r"does not converge to a periodic orbit|constant"):
        continue_cycles(oscillator, (t, np.c_[np.cos(t), np.sin(t)]), (-2.0, 2.0), parameter="mu")
