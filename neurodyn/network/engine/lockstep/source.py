"""Source of the loops over lanes in lockstep, for one model and the channels that lead to it.

The solution of order 5 of Tsit5, without its error estimate (``simulation/methods/tsit5.py``), for
32 neurons at once, in rows as in ``simulation/lanes/source.py``: on spikes of NbOx it is as exact
with steps of 3 ns as the classical method of order 4 with 1 ns, at half the work. Pulses and
packets of charge act from the start of a step on; currents that decay do so within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from neurodyn.codegen.numba_module import kernel_text, load_generated
from neurodyn.model import Model
from neurodyn.network.engine.edges import EXPONENTIAL, KICK
from neurodyn.network.engine.lockstep import kernel
from neurodyn.simulation.lanes.numbers import header, load_shared, plain_numbers
from neurodyn.simulation.lanes.source import GENERATORS, LaneModel, function

STAGES = 6
"""Of the method; the last one lies at the end of the step."""
Kinds = tuple[tuple[int, int], ...]
"""Kind and target of each channel."""


def load_lockstep(model: Model, inputs: Sequence[str], channels: Kinds) -> ModuleType:
    """Return the compiled loops of a population."""
    shared = load_shared("float64").__name__
    after = kernel_text(Path(str(kernel.__file__)))
    own = Path(__file__).read_text()
    content = f"{model.digest}{tuple(inputs)}{channels}{GENERATORS}{shared}{after}{own}"

    def source() -> str:
        generated = _Loops(LaneModel(model, inputs), channels).lines()
        lines = [f"from {shared} import *", *header(cached=False), *generated, after]
        return plain_numbers("\n".join(lines), "float64")

    return load_generated(content, source)


class _Loops:
    def __init__(self, parts: LaneModel, channels: Kinds) -> None:
        self.m, self.channels = parts, channels
        self.inputs = range(len(parts.driven))

    def lines(self) -> list[str]:
        """Return everything that is written for the model."""
        m = self.m
        channels = [f"CHANNEL{c}" for c in range(max(len(self.channels), 1))]
        mail = [f"MAIL{c}" for c in range(max(len(self.channels), 1))]
        bases = [f"BASE{j}" for j in range(max(len(m.driven), 1))]
        return [
            *m.rows([*channels, *mail, *bases, "FLAG"], ["T"]),
            *(f"_stage_{s} = _weighted(A[{s}, :{s}])" for s in range(1, STAGES + 1)),
            "",
            *m.functions(),
            *self._lock_step(),
            *self._locate(),
            *self._levels(),
        ]

    def _inputs(self, place: int) -> list[str]:
        """Return lines that set the inputs at a stage; the last one is at the end of the step."""
        lines = []
        for j, name in enumerate(self.m.driven):
            terms = [f"_w[_BASE{j} + _l]", f"_stim{j}_{place}"]
            for c, (kind, target) in enumerate(self.channels):
                if target != j or kind == KICK:
                    continue
                decays = kind == EXPONENTIAL and place > 0
                terms.append(f"_c{c} * _decay{c}_{place}" if decays else f"_c{c}")
            lines.append(f"{name} = {' + '.join(terms)}")
        return lines

    def _fixed(self) -> list[str]:
        """Return lines that load what is the same in all lanes."""
        lines = [f"_stim{j}_{k} = _stim[{j}, {k}]" for j in self.inputs for k in range(STAGES)]
        for c, (kind, _) in enumerate(self.channels):
            if kind == EXPONENTIAL:
                lines += [f"_decay{c}_{k} = _decay[{c}, {k}]" for k in range(STAGES)]
        return lines

    def _load_channels(self) -> list[str]:
        return [
            f"_c{c} = _w[_CHANNEL{c} + _l]"
            for c, (kind, _) in enumerate(self.channels)
            if kind != KICK
        ]

    def _lock_step(self) -> list[str]:
        """One loop over lanes for each stage: short loops of independent work overlap best."""
        m, n = self.m, self.m.n
        kicked = any(kind == KICK for kind, _ in self.channels)
        arrive = [f"_x{i} = _w[_X{i} + _l]" for i in range(n)]
        for c, (kind, target) in enumerate(self.channels):
            if kind == KICK:
                arrive.append(f"_x{target} += _w[_MAIL{c} + _l]")
            else:
                arrive.append(f"_w[_CHANNEL{c} + _l] += _w[_MAIL{c} + _l]")
        arrive += [f"_w[_N{i} + _l] = _x{i}" for i in range(n)]
        loops = [arrive]
        for s in range(STAGES):
            body = [*m.load_q, *self._load_channels()]
            for i, name in enumerate(m.states):
                move = f" + _h * _stage_{s}(_w, _K0_{i}, _l, _N * _L)" if s else ""
                body.append(f"{name} = _w[_N{i} + _l]{move}")
            body += self._inputs(s)
            if s == 0 and kicked:
                body += [f"{self._levels_of()} = _events({m.arguments})", "_w[_LEVEL0 + _l] = _g0"]
            body += [self._slopes(s), *(f"_w[_K{s}_{i} + _l] = _k{s}_{i}" for i in range(n))]
            loops.append(body)
        body = [*m.load_q, *self._load_channels()]
        for i, name in enumerate(m.states):
            total = f"_stage_{STAGES}(_w, _K0_{i}, _l, _N * _L)"
            body += [f"{name} = _w[_N{i} + _l] + _h * {total}", f"_w[_X{i} + _l] = {name}"]
        body += [*self._inputs(STAGES - 1), f"{self._levels_of()} = _events({m.arguments})"]
        finite = " & ".join(f"(math.fabs({name}) < math.inf)" for name in m.states)
        body += [
            f"_finite = {finite}",
            "_flag = (1 if (_w[_LEVEL0 + _l] < 0.0) & (_g0 >= 0.0) & _finite else 0)"
            " + (2 if not _finite else 0)",
            "_flagged += _flag",
            "_w[_FLAG + _l] = float(_flag)",
            "_w[_LEVEL0 + _l] = _g0",
        ]
        loops.append(body)
        lines = ["_prefer_wide_vectors()", "_flagged = 0", *self._fixed()]
        for body in loops:
            lines += ["for _l in range(_L):", *(f"    {line}" for line in body)]
        lines.append("return _flagged")
        return function("_lock_step", "_w, _h, _stim, _decay", lines, "OPTIONS")

    def _levels_of(self) -> str:
        return "".join(f"_g{e}, " for e in range(len(self.m.events)))

    def _slopes(self, stage: int) -> str:
        names = "".join(f"_k{stage}_{i}, " for i in range(self.m.n))
        return f"{names} = _rhs({self.m.arguments})"

    def _locate(self) -> list[str]:
        """By the cubic with the states and slopes at both ends of the step."""
        m, n = self.m, self.m.n
        body = [*self._fixed(), *m.load_q, *self._load_channels(), *self._inputs(STAGES - 1)]
        body += [f"_a{i}, _b{i} = _w[_N{i} + _l], _w[_X{i} + _l]" for i in range(n)]
        body += [f"_s{i} = _h * _w[_K0_{i} + _l]" for i in range(n)]
        body += [f"{name} = _b{i}" for i, name in enumerate(m.states)]
        body += [self._slopes(1), *(f"_e{i} = _h * _k1_{i}" for i in range(n))]
        body += ["_low, _high = 0.0, 1.0", "for _ in range(_HALVINGS):"]
        at = ["_theta = 0.5 * (_low + _high)"]
        for i, name in enumerate(m.states):
            at.append(
                f"{name} = _a{i} + _theta * (_s{i} + _theta * (3.0 * (_b{i} - _a{i}) - 2.0 * _s{i}"
                f" - _e{i} + _theta * (2.0 * (_a{i} - _b{i}) + _s{i} + _e{i})))"
            )
        at += [f"{self._levels_of()} = _events({m.arguments})"]
        at += ["if _g0 >= 0.0:", "    _high = _theta", "else:", "    _low = _theta"]
        body += [f"    {line}" for line in at]
        body += [f"_x[{i}] = {name}" for i, name in enumerate(m.states)]
        return function(
            "_locate", "_w, _l, _h, _stim, _decay, _x", [*body, "return _high"], "OPTIONS"
        )

    def _levels(self) -> list[str]:
        m = self.m
        body = [*self._fixed(), *m.load_q, *self._load_channels(), *self._inputs(0)]
        body += [f"{name} = _w[_X{i} + _l]" for i, name in enumerate(m.states)]
        body += [f"{self._levels_of()} = _events({m.arguments})", "_w[_LEVEL0 + _l] = _g0"]
        return function("_first_level", "_w, _l, _stim, _decay", body, "OPTIONS")
