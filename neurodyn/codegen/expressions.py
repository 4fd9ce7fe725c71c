"""Array functions of a list of expressions: outputs, closed forms, nullclines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sympy

from neurodyn.codegen.printing import Target, assignments, constant_lines
from neurodyn.model import Model


def function_source(
    name: str,
    groups: Sequence[tuple[str, Sequence[str]]],
    expressions: Sequence[sympy.Expr],
    constants: Mapping[str, float],
    target: Target,
    shape: tuple[int, ...] | None = None,
) -> str:
    """Return the source of an array function ``name(group, ...)`` for numpy or jax.

    Parameters
    ----------
    name : str
    groups : sequence of (argument name, names unpacked from it)
    expressions : sequence of sympy expressions
    constants : mapping from name to value
    target : {"numpy", "jax"}
    shape : tuple of int, optional
        Leading shape of the result; (n_expressions,) by default.
    """
    array = {"numpy": "numpy", "jax": "jax.numpy"}[target]
    lines = [f"def {name}({', '.join('_' + group for group, _ in groups)}):"]
    lines += [f"    {', '.join(names)}, = _{group}" for group, names in groups if names]
    results = [f"_r{i}" for i in range(len(expressions))]
    body = constant_lines(constants) + assignments(expressions, results, target)
    lines += [f"    {line}" for line in body]
    # constant entries broadcast to the shape of the arguments
    unpacked = [n for _, names in groups for n in names]
    lines.append(
        f"    _shape = {array}.broadcast_shapes(*map({array}.shape, ({', '.join(unpacked)},)))"
    )
    lines.append(
        f"    _result = {array}.stack([{array}.broadcast_to(_r, _shape) "
        f"for _r in ({', '.join(results)},)])"
    )
    target_shape = shape if shape is not None else (len(expressions),)
    lines.append(f"    return _result.reshape({target_shape} + _shape)")
    return "\n".join(lines) + "\n"


def build(source: str, name: str, target: Target) -> Callable[..., Any]:
    """Execute generated source for numpy or jax and return the function ``name``."""
    import functools  # how sympy prints the largest of three

    if target == "numpy":
        import numpy
        import scipy.special  # binds `scipy`, which generated code may call

        namespace: dict[str, Any] = {"numpy": numpy, "scipy": scipy, "functools": functools}
    else:
        from neurodyn.codegen.jax_setup import jax

        namespace = {"jax": jax, "functools": functools}
    exec(compile(source, f"<neurodyn {target} {name}>", "exec"), namespace)
    return namespace[name]


def expression_function(
    expressions: Sequence[sympy.Expr],
    groups: Sequence[tuple[str, Sequence[str]]],
    constants: Mapping[str, float],
    target: Target = "numpy",
) -> Callable[..., Any]:
    """Compile expressions to one array function.

    Parameters
    ----------
    expressions : sequence of sympy expressions
    groups : sequence of (argument name, names unpacked from it)
        E.g. ``[("x", ("V", "T")), ("p", ("I_s", "C_ext"))]``.
    constants : mapping from name to value
    target : {"numpy", "jax"}

    Returns
    -------
    function
        ``f(x, p)`` -> (n_expressions, ...) array; arguments broadcast.
    """
    return _expression_function(
        tuple(expressions),
        tuple((group, tuple(names)) for group, names in groups),
        tuple(constants.items()),
        target,
    )


@lru_cache(maxsize=1024)
def _expression_function(
    expressions: tuple[sympy.Expr, ...],
    groups: tuple[tuple[str, tuple[str, ...]], ...],
    constants: tuple[tuple[str, float], ...],
    target: Target,
) -> Callable[..., Any]:
    source = function_source("evaluate", groups, expressions, dict(constants), target)
    return build(source, "evaluate", target)


def model_function(
    model: Model, expressions: Sequence[sympy.Expr], target: Target = "numpy"
) -> Callable[..., Any]:
    """Compile expressions of a model's quantities to one array function.

    Parameters
    ----------
    model : Model
    expressions : sequence of sympy expressions
        Of states, parameters, inputs and constants.
    target : {"numpy", "jax"}

    Returns
    -------
    function
        ``f(x, p)`` -> (n_expressions, ...) array of the state and the parameter vector; entries of
        both may be arrays, which broadcast.
    """
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    return expression_function(expressions, groups, model.constant_values, target)
