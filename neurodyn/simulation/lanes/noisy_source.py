"""Source of the lane engine for a model with noise: its loops over lanes in step."""

from __future__ import annotations

from types import ModuleType

from neurodyn.codegen.numba_module import kernel_text, load_generated
from neurodyn.noise import StochasticModel
from neurodyn.simulation.lanes.numbers import HERE, header, load_shared, plain_numbers
from neurodyn.simulation.lanes.source import GENERATORS, LaneModel, function
from neurodyn.simulation.methods.additive_rk4 import FRACTION, SHIFT, WEIGHT


def load_noisy_module(noisy: StochasticModel, driven: tuple[str, ...], order_4: bool) -> ModuleType:
    """Return the compiled lane engine of a model with noise."""
    shared = load_shared("float64").__name__
    after = kernel_text(HERE / "noise.py", HERE / "noisy_kernel.py")
    content = "".join((noisy.digest, repr((driven, order_4, shared)), GENERATORS, after))

    def source() -> str:
        generated = _NoisyLanes(noisy, driven).lines(order_4)
        lines = [f"from {shared} import *", *header(cached=False), *generated, after]
        return plain_numbers("\n".join(lines), "float64")

    return load_generated(content, source)


class _NoisyLanes:
    """The loops over lanes of one model, as lines."""

    def __init__(self, noisy: StochasticModel, driven: tuple[str, ...]) -> None:
        n, self.sources = noisy.diffusion.shape
        self.m = LaneModel(noisy.model, driven, [*noisy.diffusion, *noisy.model.jacobian])
        self.diffusion, self.jacobian = self.m.more[: n * self.sources], self.m.more[-n * n :]
        self.events = range(len(self.m.events))
        self.levels = "".join(f"_g{e}, " for e in self.events)
        self.states = [f"{name} = _get(_w, _X{i}, _l)" for i, name in enumerate(self.m.states)]

    def lines(self, order_4: bool) -> list[str]:
        """Return everything that is written for the model."""
        m, n = self.m, self.m.n
        rows = m.rows(
            [
                *(f"NORMAL{i}" for i in range(4)),
                *(f"{a}{j}" for a in "WZ" for j in range(max(self.sources, 1))),
                *(f"J{i}" for i in range(n * n)),
                *(f"SQUARE{i}" for i in range(n * n)),
                "ACTIVE",
                "FLAG",
            ],
            ["T"],
        )
        entries = [f"_b{i}_{j}" for i in range(n) for j in range(self.sources)]
        body = [*m.lines(self.diffusion, entries), f"return ({''.join(f'{b}, ' for b in entries)})"]
        return [
            f"_SOURCES = {self.sources}",
            *rows,
            "",
            *m.functions(),
            *function("_diffusion", m.arguments, body),
            *self._step(order_4),
            *self._jacobian_rows(),
            *self._keep_levels(),
            *self._one_lane(),
        ]

    def _at(self, place: str) -> list[str]:
        return [f"    {name} = _{place}{j}" for j, name in enumerate(self.m.driven)]

    def _slopes(self, stage: int) -> str:
        names = "".join(f"_k{stage}_{i}, " for i in range(self.m.n))
        return f"    {names} = _rhs({self.m.arguments})"

    def _step(self, order_4: bool) -> list[str]:
        m, n = self.m, self.m.n
        body = ["_prefer_wide_vectors()", "_flagged = 0"]
        for place in ("now", "halfway", "then"):
            body += [f"_{place}{j} = _{place}[{j}]" for j in range(len(m.driven))]
        body += ["for _l in range(_lanes):", *(f"    {line}" for line in m.load_q)]
        body += [f"    _x{i} = _get(_w, _X{i}, _l)" for i in range(n)]
        body += [f"    {name} = _x{i}" for i, name in enumerate(m.states)]
        body += self._at("now")
        if self.sources:
            entries = "".join(f"_b{i}_{j}, " for i in range(n) for j in range(self.sources))
            body.append(f"    {entries} = _diffusion({m.arguments})")
        for i in range(n):
            for name in "WZ":
                terms = [f"_b{i}_{j} * _get(_w, _{name}{j}, _l)" for j in range(self.sources)]
                body.append(f"    _{name.lower()}{i} = {' + '.join(terms) or '0.0'}")
        body.append(self._slopes(0))
        moves = [f"_h * _k0_{i}" for i in range(n)]
        if order_4:
            for s, (fraction, shift) in enumerate(zip(FRACTION, SHIFT, strict=True), start=1):
                for i, name in enumerate(m.states):
                    line = f"    {name} = _x{i} + {fraction!r} * _h * _k{s - 1}_{i}"
                    body.append(line + (f" + {shift!r} * _z{i}" if shift else ""))
                body += [*self._at("halfway" if fraction == 0.5 else "then"), self._slopes(s)]
            moves = [
                "_h * (" + " + ".join(f"{b!r} * _k{s}_{i}" for s, b in enumerate(WEIGHT)) + ")"
                for i in range(n)
            ]
        body += [f"    {name} = _x{i} + {moves[i]} + _w{i}" for i, name in enumerate(m.states)]
        body += [f"    _put(_w, _X{i}, _l, {name})" for i, name in enumerate(m.states)]
        body += [*self._at("then"), f"    {self.levels} = _events({m.arguments})"]
        body.append("    _crossed = False")
        for e in self.events:
            body += [
                f"    _crossed = _crossed | ((_get(_w, _LEVEL{e}, _l) < 0.0) & (_g{e} >= 0.0))",
                f"    _put(_w, _LEVEL_NEW{e}, _l, _g{e})",
            ]
        finite = " & ".join(f"(math.fabs({name}) < math.inf)" for name in m.states)
        body += [
            f"    _finite = {finite}",
            "    _active = _get(_w, _ACTIVE, _l) > 0.0",
            "    _flag = (1 if _active & _finite & _crossed else 0)"
            " + (2 if _active & (not _finite) else 0)",
            "    _flagged += _flag",
            "    _put(_w, _FLAG, _l, float(_flag))",
            # the usual case: nothing to look at, and the new levels become the old ones
            "if _flagged == 0:",
            "    _keep_levels(_w, _lanes)",
            "return _flagged",
        ]
        return function("_noisy_step", "_w, _h, _now, _halfway, _then, _lanes", body, "OPTIONS")

    def _jacobian_rows(self) -> list[str]:
        m, entries = self.m, [f"_j{i}" for i in range(self.m.n**2)]
        body = ["_prefer_wide_vectors()", *(f"_u{j} = _u[{j}]" for j in range(len(m.driven)))]
        body += ["for _l in range(_lanes):", *(f"    {line}" for line in m.load_q + self.states)]
        body += [f"    {name} = _u{j}" for j, name in enumerate(m.driven)]
        body += [f"    {line}" for line in m.lines(self.jacobian, entries)]
        body += [f"    _put(_w, _J{i}, _l, {name})" for i, name in enumerate(entries)]
        return function("_jacobian_rows", "_w, _u, _lanes", body, "OPTIONS")

    def _keep_levels(self) -> list[str]:
        body = [f"    _put(_w, _LEVEL{e}, _l, _get(_w, _LEVEL_NEW{e}, _l))" for e in self.events]
        return function(
            "_keep_levels", "_w, _lanes", ["for _l in range(_lanes):", *body], "OPTIONS"
        )

    def _one_lane(self) -> list[str]:
        m = self.m
        lane = [*m.load_q, *self.states, *(f"{name} = _u[{j}]" for j, name in enumerate(m.driven))]
        levels = [f"{self.levels} = _events({m.arguments})"]
        levels += [f"_put(_w, _LEVEL_NEW{e}, _l, _g{e})" for e in self.events]
        lines = function("_levels_of_lane", "_w, _l, _u", [*lane, *levels], "OPTIONS")
        to = "".join(f"_d{i}, " for i in range(m.n))
        jump = [f"{to} = _jump_to({m.arguments})"]
        jump += [f"_put(_w, _X{i}, _l, _d{i})" for i in range(m.n)]
        return lines + function("_jump_lane", "_w, _l, _u", [*lane, *jump], "OPTIONS")
