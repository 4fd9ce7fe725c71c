"""What lies behind a binary weight: a number, or a pair of devices that takes pulses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, NonNegative, Positive, checked
from neurodyn.errors import InputError
from neurodyn.network.distributions import generator
from neurodyn.synapses import Pairs, WeakReset
from neurodyn.synapses.pairs import Technology


@checked
@dataclass(frozen=True)
class FloatWeights:
    """Hidden weights that are numbers from -1 to 1, moved by Adam and cut at the ends.

    Parameters
    ----------
    rate : float
        Learning rate of Adam.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.FloatWeights()
    FloatWeights(rate=0.001)
    """

    rate: Positive = 1e-3


@checked
@dataclass(frozen=True)
class PulsedWeights:
    """Hidden weights that are log10(R_BL / R_BLb) of two devices, of which the sign is read.

    Adam of unit rate asks for a change U; ``eta U`` as a whole number is the number of pulses on BL
    if it is positive, on BLb if negative (A. Majumdar, thesis 2023, algorithm 2).

    Parameters
    ----------
    technology : WeakReset, MeasuredTable, Ideal or another
    eta : float
        Pulses for a unit of U. The source gives no number; with 1 hardly a pulse is given.
    rounding : {"trunc", "stochastic", "floor"}
        ``"stochastic"`` keeps the mean; ``"floor"``, the source's words taken literally, gives
        a pulse down for every small negative U.
    most : int
        Pulses at once, up to 127; the pole of the source's noise.
    tie : {"random_fixed", "+1"}
        Sign of a pair whose resistances are equal.
    read_noise : float
        Standard deviation of ln R from one reading to the next, in training and in what is kept.
    refresh : {"none", "reset_pair"}
        What to do with a pair of which a device has had ``life`` pulses: nothing, or set it back,
        which makes it a pair of fresh devices; lines are exchanged where it reads the other sign.
    life : int, optional
        Pulses of a device; needed by ``"reset_pair"``.

    Raises
    ------
    InputError
        If ``most`` is above 127, or only one of ``refresh`` and ``life`` is given.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.PulsedWeights(nd.synapses.WeakReset(), eta=4.0).rounding
    'trunc'
    """

    technology: Technology
    eta: Positive = 2.0
    rounding: Literal["trunc", "stochastic", "floor"] = "trunc"
    most: Count = 15
    tie: Literal["random_fixed", "+1"] = "random_fixed"
    read_noise: NonNegative = 0.0
    refresh: Literal["none", "reset_pair"] = "none"
    life: Count | None = None

    def __post_init__(self) -> None:
        if self.most > 127:
            raise InputError(f"PulsedWeights: most is {self.most}; expected from 1 to 127 pulses")
        if (self.refresh == "reset_pair") != (self.life is not None):
            raise InputError(
                f"PulsedWeights: refresh is {self.refresh!r} and life is {self.life}; expected "
                "'reset_pair' with a number of pulses, or 'none' without"
            )


Values = npt.NDArray[Any]
HiddenWeights = FloatWeights | PulsedWeights


class PairedLayer:
    """The pairs of a layer, of which some may have been set back: generations of devices.

    A fresh pair that reads the other sign has its lines exchanged (``turns`` is -1 there).
    """

    def __init__(self, of: PulsedWeights, shape: tuple[int, int], layer: int, seed: int) -> None:
        self._of, self._shape, self._name = of, shape, (seed, layer)
        self.generations: list[Pairs] = []
        self.place = np.zeros(shape, np.int16)
        self.turns: list[Values] = []
        self._grow()
        self.signs = self._whole(Pairs.signs)

    def _grow(self) -> None:
        seed, layer = self._name
        names = "learning", "binary devices", layer, len(self.generations)
        own = int(generator(seed, *names).integers(2**31))
        of = self._of
        self.generations.append(Pairs(of.technology, self._shape, own, tie=of.tie))
        self.turns.append(np.ones(self._shape, np.int8))

    def _whole(self, read: Callable[[Pairs], Values]) -> Values:
        """Return what is read of the pair that each weight has now."""
        found = read(self.generations[0])
        for number in range(1, len(self.generations)):
            later = self.turns[number] * read(self.generations[number])
            found = np.where(self.place == number, later, found)
        return found

    def pulse(self, k: Values) -> None:
        """Give pulses, one number for each weight, and read the signs again."""
        if len(self.generations) == 1:
            self.generations[0].pulse(k)
        else:
            for number, (pairs, turn) in enumerate(zip(self.generations, self.turns, strict=True)):
                pairs.pulse(np.where(self.place == number, k * turn, 0))
        self.signs = self._whole(Pairs.signs)
        if self._of.life is not None:
            self._set_back(self._of.life)

    def _set_back(self, life: int) -> None:
        for number, pairs in enumerate(list(self.generations)):
            used = (self.place == number) & (pairs.devices.pulses.max(0) >= life)
            if not used.any():
                continue
            if number + 1 == len(self.generations):
                self._grow()
            other = used & (self.generations[number + 1].signs() != self.signs)
            self.turns[number + 1][other] = -1
            self.place[used] += 1

    def seen(self, rng: np.random.Generator) -> Values:
        """Return signs as they are read once, with the noise of reading."""
        if self._of.read_noise == 0:
            return self.signs
        sd = np.sqrt(2) * self._of.read_noise / np.log(10)
        return np.where(self.weights() + sd * rng.standard_normal(self._shape) > 0, 1, -1)

    def weights(self) -> Values:
        """Return log10(R_BL / R_BLb) of each pair."""
        return self._whole(Pairs.weights)

    def pulses(self) -> tuple[Values, Values]:
        """Return all pulses so far that raised a weight, and that lowered it."""
        up, down = np.zeros((2, *self._shape), np.int64)
        for pairs, turn in zip(self.generations, self.turns, strict=True):
            line, complement = pairs.devices.pulses
            up += np.where(turn > 0, line, complement)
            down += np.where(turn > 0, complement, line)
        return up, down

    def state(self) -> dict[str, Values]:
        """Return what the pairs follow from, beside their seed."""
        found = {"place": self.place}
        for number, pairs in enumerate(self.generations):
            found |= {f"{name} {number}": counts for name, counts in pairs.state().items()}
            found[f"turns {number}"] = self.turns[number]
        return found

    def restore(self, state: Mapping[str, Values]) -> None:
        """Bring fresh pairs to a state: what a device is, is its seed and its pulses."""
        self.place = np.array(state["place"])
        while f"pulses {len(self.generations)}" in state:
            self._grow()
        for number, pairs in enumerate(self.generations):
            pairs.restore({name: state[f"{name} {number}"] for name in pairs.state()})
            self.turns[number] = np.array(state[f"turns {number}"])
        self.signs = self._whole(Pairs.signs)


@checked
def imperfections(
    model: WeakReset | None = None, R_max: Positive | None = None
) -> dict[str, WeakReset]:
    """Return a model of devices with each of its imperfections alone, without any, and with all.

    Parameters
    ----------
    model : WeakReset, optional
        The source's by default.
    R_max : float, optional [ohm]
        With it, "saturation" is added: readings that end there.

    Returns
    -------
    dict from name to WeakReset
        "none", "telegraph", "pink", "noise" (both), "spread", and "all".

    Examples
    --------
    >>> import neurodyn as nd
    >>> list(nd.learning.imperfections(R_max=8e3))
    ['none', 'telegraph', 'pink', 'noise', 'spread', 'saturation', 'all']
    """
    whole = WeakReset() if model is None else model
    alike = whole.without_spread()
    bare = alike.without_noise()
    found = {
        "none": bare,
        "telegraph": alike.without_noise(rtn=False),
        "pink": alike.without_noise(pink=False),
        "noise": alike,
        "spread": whole.without_noise(),
    }
    if R_max is not None:
        found["saturation"] = replace(bare, R_max=R_max)
        whole = replace(whole, R_max=R_max)
    return found | {"all": whole}


def keys_of(rng: np.random.Generator, batches: int, layers: int) -> np.ndarray:
    """Return the keys of chance, two words for each layer of each batch."""
    return rng.integers(0, 2**32, (batches, layers, 2), dtype=np.uint32)
