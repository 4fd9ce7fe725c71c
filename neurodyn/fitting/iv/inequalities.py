"""Inequalities of an I-V fit: rows at compliance, and the voltages at which a device jumped.

A row at compliance is no point of the curve. A current limit says that the device carries the limit
at the shown voltage or less; a voltage limit, that at the shown current it takes the limit or more.
Both compare V of the curve at one current with a bound. A jump of a voltage sweep says between
which two settings the threshold (upwards) or the hold voltage (downwards) lies; behind a load R it
is the voltage of the source that turns there, where dV/dI = -R.

Each enters as the exact likelihood of a censored datum, Phi(z), with z the distance from the bound
in units of the noise (J. Tobin, Econometrica 26, 24 (1958)), written as a residual
sqrt(-2 ln Phi(z)): nothing where the inequality holds well, z where it is badly broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import log_ndtr

from neurodyn.arrays import Array
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.equilibria.terminals import Terminals
from neurodyn.fitting.noise import ChannelNoise
from neurodyn.io import IVData
from neurodyn.io.iv_data import Jump

_BROKEN = 10.0  # residual of a jump that the curve has no fold for
_STEPS = 5  # before a jump, by whose median the step of the source is known
_MISSING = 3.0  # steps of voltage that must be missing at a jump to tell a load


@dataclass(frozen=True)
class Inequality:
    """A bound on ln V of the curve at one place.

    Parameters
    ----------
    where : {"current", "threshold", "hold"}
    ln_I : float
        The current at which V is bounded; NaN at the folds.
    ln_V : float
        The bound.
    side : {1, -1}
        1: V of the curve is at least that; -1: at most.
    row : int
        Line of the file.
    direction : {1, -1}
        Of the sweep.
    sd : float
        Standard deviation of ln V there, by the noise of the meters.
    load : float
        Resistance between the source and the readings of V [ohm]: at a fold, what is bounded and
        what turns is the voltage of the source.
    loose : float
        What is added to it in squares: a step of the source, of ln V. A device jumps within one
        step or, by noise or because it lags, in the next.
    drop : float
        Share of the load in the voltage that is bounded.
    """

    where: Literal["current", "threshold", "hold"]
    ln_I: float
    ln_V: float
    side: int
    row: int
    direction: int
    sd: float
    load: float = 0.0
    loose: float = 0.0
    drop: float = 0.0

    def with_noise(self, V: ChannelNoise, I: ChannelNoise) -> Inequality:
        """Return it with other noise of the meters."""
        volts = (1 - self.drop) * np.exp(self.ln_V)
        sd = (1 - self.drop) * float(V.relative_sd(np.array(volts)))
        if self.drop:
            amps = self.drop * np.exp(self.ln_V) / self.load
            sd = float(np.hypot(sd, self.drop * float(I.relative_sd(np.array(amps)))))
        return replace(self, sd=sd)


def inequalities_in(
    data: IVData, meters: tuple[ChannelNoise, ChannelNoise], *, censored: bool, jumps: bool
) -> Iterator[Inequality]:
    """Yield what the rows at compliance and the jumps of a measurement say.

    Parameters
    ----------
    data : IVData
    meters : (noise of V, noise of I)
    """
    rows = data.censored
    if censored and rows.limited is not None:
        side = -1 if rows.limited == "current" else 1
        for V, I, row, way in zip(rows.V, rows.I, rows.rows, rows.direction, strict=True):
            ln_I, ln_V = float(np.log(I)), float(np.log(V))
            bound = Inequality("current", ln_I, ln_V, side, int(row), int(way), 0.0)
            yield bound.with_noise(*meters)
    for jump in data.jumps if jumps else ():
        found = _source_step(data, jump)
        if found is None:
            continue
        step, load = found
        (row, V, I), way = jump.before, jump.direction
        volts, where = V + load * I, "threshold" if way > 0 else "hold"
        if volts - step <= 0:
            continue
        for bound, side in ((volts, way), (volts + way * step, -way)):
            yield Inequality(
                where,
                np.nan,
                float(np.log(bound)),
                side,
                row,
                way,
                0.0,
                load=load,
                loose=step / bound,
                drop=load * I / bound,
            ).with_noise(*meters)


def _source_step(data: IVData, jump: Jump) -> tuple[float, float] | None:
    """Return the step of the source at a jump, and the load before which V was read.

    Before and at the jump the source makes the same step: of V alone, or of V + R I behind a load
    R. So the voltage that is missing at the jump, over the current that came, is the load.
    """
    k = int(np.searchsorted(data.rows, jump.before[0]))
    if k >= len(data.V) or data.rows[k] != jump.before[0]:
        return None
    first = max(k - _STEPS, int(np.searchsorted(data.sweep, data.sweep[k])))
    V, I = data.V[first : k + 1], data.I[first : k + 1]
    if len(V) < 2:
        return None
    step_V, step_I = float(np.median(np.diff(V))), float(np.median(np.diff(I)))
    scatter = float(np.median(np.abs(np.diff(V) - step_V)))
    came, missing = jump.after[2] - jump.before[2], step_V - (jump.after[1] - jump.before[1])
    load = missing / (came - step_I)
    if jump.at_limit or not abs(missing) > _MISSING * (abs(step_V) + scatter) or load <= 0:
        load = 0.0
    return abs(step_V + load * step_I), load


def residuals_and_slopes(
    rows: tuple[Inequality, ...], curve: StaticCurve, p: Array, terminals: Terminals
) -> tuple[Array, Array, Array]:
    """Return residuals (m,), d/d(ln parameter) (m, k) and d/d(each of the terminals) (m, 4)."""
    residual, by_log = np.empty(len(rows)), np.empty((len(rows), len(curve.names)))
    by_terminals = np.empty((len(rows), 4))
    for load in {row.load for row in rows}:
        here = [i for i, row in enumerate(rows) if row.load == load]
        before = replace(terminals, series=terminals.series + load)
        some = _behind_one_load(tuple(rows[i] for i in here), curve, p, before)
        residual[here], by_log[here], by_terminals[here] = some
    return residual, by_log, by_terminals


def _behind_one_load(
    rows: tuple[Inequality, ...], curve: StaticCurve, p: Array, terminals: Terminals
) -> tuple[Array, Array, Array]:
    u = _places(rows, curve, p, terminals)
    found = np.isfinite(u)
    safe = np.where(found, u, 0.0)
    values = curve.values_and_slopes(safe, p, terminals)
    at_fold = np.array([row.where != "current" for row in rows])
    # at a fixed current V moves along the curve too; at a fold it does not, to first order
    slope = np.where(at_fold, 0.0, values[2] / values[3])
    side = np.array([row.side for row in rows])
    bound = np.array([row.ln_V for row in rows])
    sd_V = np.array([np.hypot(row.sd, row.loose) for row in rows])
    z = side * (values[0] - bound) / sd_V
    log_p = log_ndtr(z)
    residual = np.sqrt(-2 * log_p)
    with np.errstate(all="ignore"):
        by_z = -np.exp(-0.5 * z**2 - log_p) / np.sqrt(2 * np.pi) / residual
    by_z = np.where(residual > 1e-100, by_z, 0.0) * side / sd_V
    residual, by_z = np.where(found, residual, _BROKEN), np.where(found, by_z, 0.0)
    by_log, by_terminals = (
        (by_z * (by[:, 0] - slope * by[:, 1])).T for by in curve.by_parameters(safe, p, terminals)
    )
    return residual, by_log, by_terminals


def _places(
    rows: tuple[Inequality, ...], curve: StaticCurve, p: Array, terminals: Terminals
) -> Array:
    """Return where along the curve each inequality is looked at; NaN where it has no such place."""
    grid = curve.grid(p)
    values = curve.values_and_slopes(grid, p, terminals)
    usable = np.isfinite(values).all(axis=0)
    grid, values = grid[usable], values[:, usable]
    u = np.full(len(rows), np.nan)
    if len(grid) < 2:
        return u
    at = np.array([row.where == "current" for row in rows])
    if at.any():  # the current grows along the curve
        wanted = np.array([row.ln_I for row in rows])[at]
        k = np.clip(np.searchsorted(values[1], wanted), 1, len(grid) - 1)
        u[at] = curve.places(1, wanted, (grid[k - 1], grid[k]), p, terminals)
    if not at.all():
        folds = curve.folds(p, terminals)
        for i in np.flatnonzero(~at):
            which = rows[i].where == "hold"
            u[i] = folds[which] if len(folds) > which else np.nan
    return u
