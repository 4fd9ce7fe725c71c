"""Inequalities of an I-V fit: rows at compliance, and the voltages at which a device jumped.

A row at compliance is no point of the curve. A current limit says that the device carries the limit
at the shown voltage or less; a voltage limit, that at the shown current it takes the limit or more.
Both compare V of the curve at one current with a bound. A jump of a voltage sweep says between
which two settings the threshold (upwards) or the hold voltage (downwards) lies.

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

_BROKEN = 10.0  # residual of a jump that the curve has no fold for


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
        Standard deviation of ln V there.
    load : float
        Resistance between the source and the readings of V [ohm]: at a fold, what is bounded and
        what turns is the voltage of the source.
    """

    where: Literal["current", "threshold", "hold"]
    ln_I: float
    ln_V: float
    side: int
    row: int
    direction: int
    sd: float
    load: float = 0.0


def inequalities_in(
    data: IVData, noise: ChannelNoise, *, censored: bool, jumps: bool
) -> Iterator[Inequality]:
    """Yield what the rows at compliance and the jumps of a measurement say.

    Parameters
    ----------
    data : IVData
    noise : ChannelNoise
        Of the voltage.
    """

    def sd(V: float) -> float:
        return float(noise.relative_sd(np.array(V)))

    rows = data.censored
    if censored and rows.limited is not None:
        side = -1 if rows.limited == "current" else 1
        for V, I, row, way in zip(rows.V, rows.I, rows.rows, rows.direction, strict=True):
            ln_I, ln_V = float(np.log(I)), float(np.log(V))
            yield Inequality("current", ln_I, ln_V, side, int(row), int(way), sd(V))
    for jump in data.jumps if jumps else ():
        V, way = jump.before[1], jump.direction
        step = _step_before(data, jump.before[0])
        # only a voltage sweep jumps: a current sweep follows the whole S
        if step is None or V - way * step <= 0:
            continue
        where = "threshold" if way > 0 else "hold"
        for bound, side in ((V, way), (V + way * step, -way)):
            ln_V = float(np.log(bound))
            yield Inequality(where, np.nan, ln_V, side, jump.before[0], way, sd(bound))


def _step_before(data: IVData, row: int) -> float | None:
    """Return the step of the voltage that led to a row."""
    k = int(np.searchsorted(data.rows, row))
    if k == 0 or k >= len(data.V) or data.rows[k] != row or data.sweep[k - 1] != data.sweep[k]:
        return None
    return float(abs(data.V[k] - data.V[k - 1]))


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
    sd_V = np.array([row.sd for row in rows])
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
