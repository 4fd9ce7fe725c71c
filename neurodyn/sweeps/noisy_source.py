"""Source of the lane engine for a model with noise."""

from __future__ import annotations

from types import ModuleType

from neurodyn.codegen.numba_module import load_generated
from neurodyn.noise import StochasticModel
from neurodyn.sweeps.lane_constants import header
from neurodyn.sweeps.lane_source import GENERATORS, LaneModel, function, kernel_text


def load_noisy_module(noisy: StochasticModel, driven: tuple[str, ...], order_4: bool) -> ModuleType:
    """Return the compiled lane engine of a model with noise."""
    texts = kernel_text("lane_math.py"), kernel_text("noisy_kernel.py")
    content = "".join((noisy.digest, repr((driven, order_4)), GENERATORS, *texts))
    return load_generated(content, lambda: noisy_source(noisy, driven, order_4))


def noisy_source(noisy: StochasticModel, driven: tuple[str, ...], order_4: bool) -> str:
    """Return the whole source; the method is that of ``nd.solve_sde`` of the same order.

    Euler-Maruyama, or the Runge-Kutta method for additive noise that
    ``neurodyn/simulation/sde_kernel.py`` describes.
    """
    n, sources = noisy.diffusion.shape
    m = LaneModel(noisy.model, driven, list(noisy.diffusion))
    per_source = [f"{a}{j}" for a in "WZ" for j in range(sources)]
    events = range(len(m.events))
    rows = m.rows([*(f"F{i}" for i in range(4)), *per_source, "ACTIVE", "FLAG"], ["T"])
    diffusion = [f"_b{i}_{j}" for i in range(n) for j in range(sources)]
    parts = m.functions()
    body = [*m.lines(m.more, diffusion), f"return ({', '.join(diffusion)},)"]
    parts += function("_diffusion", m.arguments, body)

    g = "".join(f"_g{e}, " for e in events)
    inputs = {
        place: [f"_{place}{j} = _{place}[{j}]" for j in range(len(driven))]
        for place in ("now", "halfway", "then")
    }

    def at(place: str) -> list[str]:
        return [f"    {name} = _{place}{j}" for j, name in enumerate(driven)]

    step = ["_prefer_wide_vectors()", "_flagged = 0", "_half = 0.5 * _h", "_sixth = _h / 6.0"]
    step += [line for lines in inputs.values() for line in lines]
    step += ["for _l in range(_L):", *(f"    {line}" for line in m.load_q)]
    step += [f"    _x{i} = _w[_X{i} + _l]" for i in range(n)]
    step += [f"    {name} = _x{i}" for i, name in enumerate(m.states)]
    step += at("now")
    step.append(f"    {''.join(f'{b}, ' for b in diffusion)} = _diffusion({m.arguments})")
    for i in range(n):
        for name in "WZ":
            total = " + ".join(f"_b{i}_{j} * _w[_{name}{j} + _l]" for j in range(sources))
            step.append(f"    _{name.lower()}{i} = {total}")

    def slopes(s: int) -> str:
        return f"    {''.join(f'_k{s}_{i}, ' for i in range(n))} = _rhs({m.arguments})"

    step.append(slopes(0))
    if order_4:
        for s, place, factor in (
            (1, "halfway", "_half"),
            (2, "halfway", "_half"),
            (3, "then", "_h"),
        ):
            shift = " + 1.5 * _z{i}" if s < 3 else ""
            step += [
                f"    {name} = _x{i} + {factor} * _k{s - 1}_{i}" + shift.format(i=i)
                for i, name in enumerate(m.states)
            ]
            step += [*at(place), slopes(s)]
        moves = [f"_sixth * (_k0_{i} + 2.0 * _k1_{i} + 2.0 * _k2_{i} + _k3_{i})" for i in range(n)]
    else:
        moves = [f"_h * _k0_{i}" for i in range(n)]
    step += [f"    {name} = _x{i} + {moves[i]} + _w{i}" for i, name in enumerate(m.states)]
    step += [f"    _w[_X{i} + _l] = {name}" for i, name in enumerate(m.states)]
    step += [*at("then"), f"    {g} = _events({m.arguments})", "    _crossed = False"]
    for e in events:
        step += [
            f"    _crossed = _crossed | ((_w[_G{e} + _l] < 0.0) & (_g{e} >= 0.0))",
            f"    _w[_GN{e} + _l] = _g{e}",
        ]
    finite = " & ".join(f"(math.fabs({name}) < _INFINITE)" for name in m.states)
    step += [
        f"    _finite = {finite}",
        "    _active = _w[_ACTIVE + _l] > 0.0",
        "    _flag = (1 if _active & _finite & _crossed else 0)"
        " + (2 if _active & (not _finite) else 0)",
        "    _flagged += _flag",
        "    _w[_FLAG + _l] = float(_flag)",
    ]
    # the usual case: nothing to look at, and the new events become the old ones
    step += ["if _flagged == 0:", "    _keep_events(_w)", "return _flagged"]
    keep = ["for _l in range(_L):", *(f"    _w[_G{e} + _l] = _w[_GN{e} + _l]" for e in events)]
    parts += function("_keep_events", "_w", keep, "_LOOP")
    parts += function("_noisy_step", "_w, _h, _now, _halfway, _then", step, "_LOOP")

    lane = [*m.load_q, *(f"{name} = _w[_X{i} + _l]" for i, name in enumerate(m.states))]
    lane += [f"{name} = _u[{j}]" for j, name in enumerate(driven)]
    note = [f"{g} = _events({m.arguments})"]
    body = ["for _l in range(_L):", *(f"    {line}" for line in [
        *lane, *note, *(f"_w[_G{e} + _l] = _g{e}" for e in events)])]  # fmt: skip
    parts += function("_set_events", "_w, _u", body, "_SCALAR")
    dx = "".join(f"{name}, " for name in m.states)
    body = [*lane, f"{dx} = _reset({m.arguments})", *note]
    body += [f"_w[_X{i} + _l] = {name}" for i, name in enumerate(m.states)]
    body += [f"_w[_GN{e} + _l] = _g{e}" for e in events]
    parts += function("_jump_lane", "_w, _l, _u", body, "_SCALAR")
    head = [*header("float64"), f"_SOURCES = {sources}", "_INFINITE = math.inf"]
    return "\n".join((
        *head, kernel_text("lane_math.py"), *rows, "", *parts, kernel_text("noisy_kernel.py"),
    ))  # fmt: skip
