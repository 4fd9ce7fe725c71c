"""The one symbolic source -> numba, jax and numpy functions."""

from neurodyn.codegen.expressions import expression_function, model_function
from neurodyn.codegen.model_functions import CompiledModel, compiled
from neurodyn.codegen.numba_module import load_numba_module
from neurodyn.codegen.remembered import Remembered

__all__ = [
    "CompiledModel",
    "Remembered",
    "compiled",
    "expression_function",
    "load_numba_module",
    "model_function",
]
