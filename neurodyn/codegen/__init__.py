"""The one symbolic source -> numba, jax and numpy functions."""

from neurodyn.codegen.expressions import expression_function, model_function
from neurodyn.codegen.memory import kept_by_equations
from neurodyn.codegen.model_functions import CompiledModel, compiled
from neurodyn.codegen.numba_module import load_numba_module

__all__ = [
    "CompiledModel",
    "compiled",
    "expression_function",
    "kept_by_equations",
    "load_numba_module",
    "model_function",
]
