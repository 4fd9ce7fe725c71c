"""Functions of a model on numba, jax or numpy, from the one symbolic source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.codegen.expressions import build, function_source
from neurodyn.codegen.memory import kept_by_equations
from neurodyn.codegen.numba_module import load_numba_module, numba_source
from neurodyn.codegen.printing import Target
from neurodyn.model import Model


@dataclass(frozen=True)
class CompiledModel:
    """Numeric functions of a model; all take ``(x, p)`` with x (n_states,), p (n_parameters,).

    Parameters
    ----------
    target : {"numba", "numpy", "jax"}
    source : str
        The generated code, readable.
    rhs : function
        dx/dt, shape (n_states,).
    jacobian : function
        d rhs / dx, shape (n_states, n_states).

    For numpy and jax, ``x`` and ``p`` may carry further axes, which broadcast.
    """

    target: Target
    source: str = field(repr=False)
    rhs: Callable[[Any, Any], Any] = field(repr=False)
    jacobian: Callable[[Any, Any], Any] = field(repr=False)


@checked
def compiled(model: Model, target: Target = "numba") -> CompiledModel:
    """Generate a model's right-hand side and Jacobian for one target, in float64.

    Parameters
    ----------
    model : Model
    target : {"numba", "numpy", "jax"}
        numba for long scalar work, numpy for arrays, jax for what is differentiated or vmapped.

    Raises
    ------
    InputError
        If the target is none of the three.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=1e-4)
    >>> functions = nd.compiled(neuron)
    >>> float(functions.rhs(neuron.x0, neuron.p)[0])   # a cold capacitor charges at I / C, V/s
    500000.0
    """
    return _compiled(model, target)


@kept_by_equations(most=128)
def _compiled(model: Model, target: Target) -> CompiledModel:
    return _on_numba(model) if target == "numba" else _on_arrays(model, target)


def _on_arrays(model: Model, target: Target) -> CompiledModel:
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    constants = model.constant_values
    n = len(model.states)
    rhs = function_source("rhs", groups, model.rhs, constants, target)
    jacobian = function_source(
        "jacobian", groups, list(model.jacobian), constants, target, shape=(n, n)
    )
    return CompiledModel(
        target,
        rhs + "\n" + jacobian,
        build(rhs, "rhs", target),
        build(jacobian, "jacobian", target),
    )


def _on_numba(model: Model) -> CompiledModel:
    module, n = load_numba_module(model), len(model.states)

    def rhs(x: Array, p: Array) -> Array:
        out = np.empty(n)
        module.rhs(np.ascontiguousarray(x, dtype=float), p, out)
        return out

    def jacobian(x: Array, p: Array) -> Array:
        out = np.empty((n, n))
        module.jacobian(np.ascontiguousarray(x, dtype=float), p, out)
        return out

    return CompiledModel("numba", numba_source(model), rhs, jacobian)
