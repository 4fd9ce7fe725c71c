"""Conductances measured pulse by pulse, and a report of what was understood of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Numbers, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError

_STILL = 0.02  # of the median device's range: what moves less does not follow pulses
_FAR = 20.0  # times the median conductance, or that part of it: open or short
_FEW = 0.5  # of the readings


@dataclass(frozen=True, eq=False)
class PulseTable:
    """Conductance of each device at some numbers of pulses.

    Attributes
    ----------
    G : (devices, points) float [S]
        NaN where there is no reading.
    pulse : (points,) int
        Pulses that devices had had, rising.
    names : tuple of str
        Of devices.
    source, sha256 : str
        File it was read from, and its digest.
    notes : tuple of str
        What was assumed.
    """

    G: Array
    pulse: npt.NDArray[np.int64]
    names: tuple[str, ...]
    source: str = "arrays"
    sha256: str = ""
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for values in (self.G, self.pulse):
            values.setflags(write=False)

    @property
    def ln_R(self) -> Array:
        """Logarithm of the resistance in ohm; NaN where there is no positive reading."""
        return -np.log(np.where(self.G > 0, self.G, np.nan))

    @cached_property
    def dead(self) -> dict[str, str]:
        """Why a device cannot be used, by its name."""
        return {self.names[i]: why for i, why in _dead(self).items()}

    def live(self) -> PulseTable:
        """Return the table without dead devices.

        Raises
        ------
        InputError
            If none is left.
        """
        dead = self.dead
        kept = [i for i, name in enumerate(self.names) if name not in dead]
        if not kept:
            raise InputError(f"{self.source!r} holds no device that follows its pulses")
        names = tuple(self.names[i] for i in kept)
        return PulseTable(
            self.G[kept].copy(), self.pulse.copy(), names, self.source, self.sha256, self.notes
        )

    def report(self) -> TableReport:
        """Return range, monotony, noise and dead devices of the table.

        Raises
        ------
        InputError
            If all devices are dead.
        """
        live = self.live()
        rises = np.diff(live.ln_R, axis=1)
        seen = np.isfinite(rises)
        change = _ends(live.ln_R)
        forward = np.sign(np.nanmedian(change)) or 1.0
        q1, q3 = np.quantile(rises[seen], [0.25, 0.75])
        return TableReport(
            source=self.source,
            devices=len(self.names),
            points=len(self.pulse),
            pulses=(int(self.pulse[0]), int(self.pulse[-1])),
            missing=int(np.count_nonzero(~np.isfinite(self.G))),
            G_range=(float(np.nanmin(live.G)), float(np.nanmax(live.G))),
            span=float(np.median(np.exp(_range(live.ln_R)))),
            forward=float(np.mean(forward * rises[seen] > 0)),
            direction="R rises" if forward > 0 else "R falls",
            noise=float((q3 - q1) / 2),
            dead=self.dead,
            notes=self.notes,
        )


@dataclass(frozen=True)
class TableReport:
    """What was understood of a table; printed, a few sentences.

    Attributes
    ----------
    source : str
    devices, points : int
    pulses : (int, int)
        The first and last number of pulses.
    missing : int
        Readings that are not there.
    G_range : (float, float) [S]
        Of devices that live.
    span : float
        Largest resistance of a device over its smallest: the median of devices.
    forward : float
        Share of steps, from point to point, that go the way the device goes as a whole. One half
        is what noise alone gives.
    direction : {"R rises", "R falls"}
    noise : float
        Half the distance of the quartiles of steps of ln R.
    dead : dict of str
        Why, by name of the device.
    notes : tuple of str
    """

    source: str
    devices: int
    points: int
    pulses: tuple[int, int]
    missing: int
    G_range: tuple[float, float]
    span: float
    forward: float
    direction: str
    noise: float
    dead: dict[str, str]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        low, high = self.G_range
        lines = [
            f"{self.source}: {self.devices} devices, {self.points} points from pulse "
            f"{self.pulses[0]} to {self.pulses[1]}; {self.missing} readings are missing.",
            f"Conductances from {low:.4g} to {high:.4g} S (resistances from {1 / high:.4g} to "
            f"{1 / low:.4g} ohm); the median device spans a factor of {self.span:.3g}.",
            f"With pulses {self.direction}; {100 * self.forward:.1f} % of steps go that way.",
            f"Noise: half the steps of ln R lie within {self.noise:.3g} of their middle.",
            f"{len(self.dead)} dead devices{':' if self.dead else '.'}",
            *(f"  {name}: {why}" for name, why in list(self.dead.items())[:20]),
        ]
        if len(self.dead) > 20:
            lines.append(f"  and {len(self.dead) - 20} more")
        return "\n".join([*lines, *self.notes])


@checked
def pulse_table(
    G: npt.ArrayLike,
    pulse: Numbers | None = None,
    *,
    names: Sequence[str] | None = None,
) -> PulseTable:
    """Return a table of conductances, checked.

    Parameters
    ----------
    G : (devices, points) array [S]
        NaN where there is no reading.
    pulse : (points,) array of int, optional
        Pulses that devices had had; 0, 1, 2, ... by default.
    names : sequence of str, optional
        Of devices; their numbers from 0 by default.

    Raises
    ------
    InputError
        If shapes do not fit, pulses do not rise, or a reading is infinite or negative.

    Examples
    --------
    >>> import neurodyn as nd
    >>> table = nd.synapses.pulse_table([[1e-4, 9e-5, 8e-5], [1e-4, 1e-4, 1e-4]], [0, 10, 20])
    >>> table.dead
    {'1': 'never changes'}
    """
    return made_table(np.array(G, dtype=float), pulse, names, "the table")


def made_table(
    G: Array,
    pulse: npt.ArrayLike | None,
    names: Sequence[str] | None,
    source: str,
    sha256: str = "",
) -> PulseTable:
    """Return a table from the numbers of a file or a call, checked."""
    if G.ndim != 2 or G.shape[0] < 1 or G.shape[1] < 2:
        raise InputError(
            f"{source} has the shape {G.shape}; expected (devices, points), at least two points"
        )
    at = np.arange(G.shape[1]) if pulse is None else np.asarray(pulse, dtype=float)
    if at.shape != (G.shape[1],):
        raise InputError(
            f"{source} has pulses of shape {at.shape}; expected one for each of {G.shape[1]} points"
        )
    if not (np.isfinite(at).all() and (at == np.floor(at)).all() and at[0] >= 0):
        raise InputError(f"{source} has pulses that are no whole numbers of 0 or more")
    back = np.flatnonzero(np.diff(at) <= 0)
    if len(back) or at[-1] > 2**53:
        where = int(back[0]) if len(back) else len(at) - 2
        raise InputError(
            f"{source} has pulse {at[where + 1]:g} after {at[where]:g}; expected rising pulses"
        )
    named = [str(i) for i in range(len(G))] if names is None else list(names)
    if len(named) != len(G):
        raise InputError(f"{source} has {len(named)} names for {len(G)} devices; expected as many")
    twice = [name for name, number in Counter(named).items() if number > 1]
    if twice:
        raise InputError(f"{source} names {twice[0]!r:.60} twice; expected one row for a device")
    bad = np.argwhere(np.isinf(G) | (G < 0))
    if len(bad):
        i, j = map(int, bad[0])
        raise InputError(
            f"{source} has {G[i, j]:g} S for device {named[i]!r:.60} at pulse {at[j]:g}; expected "
            "conductances of 0 or more, and nothing where there is no reading"
        )
    return PulseTable(G, at.astype(np.int64), tuple(named), source, sha256)


def _range(values: Array) -> Array:
    return np.nanmax(values, axis=1) - np.nanmin(values, axis=1)


def _ends(values: Array) -> Array:
    """Change from the first reading of each row to its last."""
    seen = np.isfinite(values)
    rows = np.arange(len(values))
    first, last = seen.argmax(axis=1), values.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    return values[rows, last] - values[rows, first]


def _dead(table: PulseTable) -> dict[int, str]:
    """Return the devices that cannot be used, and why."""
    ln_R = table.ln_R
    seen = np.isfinite(ln_R)
    found: dict[int, str] = {}
    enough = seen.sum(axis=1) >= max(2, _FEW * len(table.pulse))
    for i in np.flatnonzero(~enough):
        found[int(i)] = f"{seen[i].sum()} positive readings of {len(table.pulse)}"
    rest = np.flatnonzero(enough)
    if not len(rest):
        return found
    low, high = np.nanmin(ln_R[rest], axis=1), np.nanmax(ln_R[rest], axis=1)
    level = float(np.median(np.nanmedian(ln_R[rest], axis=1)))
    usual = np.median(high - low)
    for i, least, most in zip(rest.tolist(), low, high, strict=True):
        # a device that pulses have brought far was near at first
        if least - level > np.log(_FAR):
            found[i] = f"open: {np.exp(least):.3g} ohm or more"
        elif level - most > np.log(_FAR):
            found[i] = f"short: {np.exp(most):.3g} ohm or less"
        elif most - least <= _STILL * usual:
            found[i] = "never changes" if most == least else "does not follow pulses"
        if found.get(i, "")[:1] in ("o", "s"):
            found[i] += f" where the median device has {np.exp(level):.3g}"
    return dict(sorted(found.items()))
