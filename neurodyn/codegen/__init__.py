"""The one symbolic source -> numba, jax and numpy functions."""

from neurodyn.codegen.compiled import CompiledModel, compile
from neurodyn.codegen.expressions import expression_function
from neurodyn.codegen.numba_module import load_numba_module

__all__ = ["CompiledModel", "compile", "expression_function", "load_numba_module"]
