"""numba code for a model: written to a cache folder once, then imported.

numba caches machine code beside the source file, so source that lives in a file keyed by its
digest starts fast in the next process; functions made by ``exec`` would be compiled every time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from types import ModuleType

import sympy

from neurodyn.codegen import event_source, printing
from neurodyn.codegen.cache import VARIABLE, load_cached
from neurodyn.codegen.event_source import event_lines, row_lines, split_event
from neurodyn.codegen.printing import assignments, constant_lines
from neurodyn.model import Model, symbol

Function = tuple[str, Sequence[sympy.Expr], Sequence[str]]
"""Name, expressions, and the places in ``_out`` that they are written to."""

HEADER = (
    "import math",
    "import numpy as np",
    "from numba import njit",
    "",
    "OPTIONS = dict(cache=True, nogil=True, error_model='numpy', no_cfunc_wrapper=True)",
    "INNER = dict(",
    "    nogil=True, error_model='numpy', no_cpython_wrapper=True, no_cfunc_wrapper=True",
    ")",
    "",
)
"""First lines of a module: functions with OPTIONS may be called from Python, INNER ones may not."""
KERNEL_MARK = "# --- kernel ---\n"
_generator_text = "".join(
    Path(str(part)).read_text() for part in (__file__, printing.__file__, event_source.__file__)
)


def numba_source(model: Model, more: Sequence[Function] = ()) -> str:
    """Return readable numba source for a model: ``rhs``, ``jacobian``, each ``f(x, p, out)``.

    ``jump_level`` and ``jump_to`` are of the same form; they do nothing unless ``HAS_JUMP``. Names
    of the generator begin with an underscore, which names of a model may not.
    """
    n = len(model.states)
    jacobian = list(model.jacobian)
    jumps = model.jump.reset if model.jump is not None else {}
    crossing = [model.jump.expression] if model.jump is not None else []
    lines = [*HEADER, f"N_STATES = {n}", f"HAS_JUMP = {bool(jumps)}", ""]
    for name, expressions, targets in (
        ("rhs", model.rhs, [f"_out[{i}]" for i in range(n)]),
        ("jacobian", jacobian, [f"_out[{i}, {j}]" for i in range(n) for j in range(n)]),
        ("jump_level", crossing, ["_out[0]"] if crossing else []),
        ("jump_to", jumps.values(), [f"_out[{model.state_names.index(name)}]" for name in jumps]),
        *more,
    ):
        expressions = list(expressions)
        used = set().union(*(e.free_symbols for e in expressions))
        lines += ["@njit(**OPTIONS)", f"def {name}(_x, _p, _out):"]
        for vector, group in (("_x", model.state_names), ("_p", model.parameter_names)):
            lines += [
                f"    {item} = {vector}[{i}]"
                for i, item in enumerate(group)
                if any(s.name == item for s in used)
            ]
        body = constant_lines(model.constant_values) + assignments(expressions, targets, "numba")
        lines += [f"    {line}" for line in body or ["pass"]]
        lines.append("")
    return "\n".join(lines)


def _jump_lines(model: Model) -> list[str]:
    """Return the event at which the state jumps, as ``next_rise`` takes it."""
    states = model.state_names
    events = [] if model.jump is None else [model.jump.expression]
    split = [split_event(e, [symbol(name) for name in states]) for e in events]
    arguments = model.parameter_names, model.constant_values
    return [*event_lines(split, *arguments), *row_lines(split, states, *arguments)]


_modules: dict[tuple[str, str], ModuleType] = {}  # unbounded: they stay in sys.modules anyhow
_loading = Lock()  # two threads that ask for one module get one


def kernel_text(*paths: Path) -> str:
    """Return the texts below the mark of kernel files, one after another."""
    return "\n\n".join(path.read_text().split(KERNEL_MARK, 1)[1] for path in paths)


def load_numba_module(
    model: Model, kernel: Path | Sequence[Path] = (), more: Sequence[Function] = ()
) -> ModuleType:
    """Return the compiled module of a model, with kernels appended to it.

    Parameters
    ----------
    model : Model
        Only its equations matter, not its parameter values.
    kernel : Path, or several
        Python files whose text below ``# --- kernel ---`` is appended.
    more : sequence of (name, expressions, targets)
        Further functions of the form of ``rhs`` that the kernel needs.
    """
    text = kernel_text(*((kernel,) if isinstance(kernel, Path) else kernel))
    content = model.digest + _generator_text + text
    content += "".join(f"{name} {sympy.srepr(list(parts))} {to}" for name, parts, to in more)

    def source() -> str:
        return "\n".join((numba_source(model, more), *_jump_lines(model), text))

    return load_generated(content, source)


def load_generated(content: str, source: Callable[[], str]) -> ModuleType:
    """Return the module of some generated source, written once to the cache folder.

    Parameters
    ----------
    content : str
        All that the source depends on; its digest names the file.
    source : function
        Gives the source; called only where the file is not there yet.
    """
    name = f"neurodyn_generated_{hashlib.sha256(content.encode()).hexdigest()[:24]}"
    key = name, os.environ.get(VARIABLE, "")
    with _loading:
        if key not in _modules:
            _modules[key] = load_cached(name, source)
        return _modules[key]
