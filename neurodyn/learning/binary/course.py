"""A binarised network in training, batch by batch: on float weights, or on pairs of devices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.arrays import Array
from neurodyn.learning.batches import batches
from neurodyn.learning.binary.layers import BinaryLayer, by_normalising, forward
from neurodyn.learning.binary.weights import FloatWeights, PairedLayer, PulsedWeights, keys_of
from neurodyn.learning.data import Labelled
from neurodyn.network.distributions import generator

if TYPE_CHECKING:
    from neurodyn.learning.binary.estimator import BinaryNet


def layers_of(arrays: dict[str, Any], blocks: tuple[tuple[int, ...], ...]) -> list[BinaryLayer]:
    """Return the layers of a network from its arrays."""
    return [
        BinaryLayer(arrays[f"signs{i}"], arrays[f"mean{i}"], arrays[f"var{i}"], sizes)
        for i, sizes in enumerate(blocks)
    ]


class BinaryCourse(ABC):
    columns = "train", "validation", "loss", "pulses"

    def __init__(self, settings: BinaryNet, data: Labelled, seed: int) -> None:
        from neurodyn.learning.binary import jax_program
        from neurodyn.learning.jax_arrays import array

        self._jax, self._array, self._settings, self._seed = jax_program, array, settings, seed
        kind = settings.precision
        self._x = np.asarray(data.x, kind)
        self._targets = np.asarray(data.one_hot, kind)
        self.shapes = settings.shapes(data.x.shape[1], len(data.classes))
        self.blocks = settings.blocks(data.x.shape[1], len(data.classes))
        self._shape = jax_program.Shape(settings.ste, settings.loss, self.blocks)
        self._kept = jax_program.fresh(self.shapes, self.blocks, kind)

    def epoch(self, number: int) -> dict[str, float]:
        rng = generator(self._seed, "learning", "epoch", number)
        places, shares = batches(rng, len(self._x), self._settings.batch, least=2)
        before = self._given()
        seen = self._through(rng, places, shares)
        return {
            "train": float(np.mean(seen["right"])),
            "loss": float(np.mean(seen["loss"])),
            "pulses": self._given() - before,
        }

    @abstractmethod
    def _through(self, rng: np.random.Generator, places: Any, shares: Array) -> dict[str, Any]: ...

    @abstractmethod
    def _signs(self) -> list[Any]: ...

    @abstractmethod
    def counts(self) -> list[tuple[Array, Array]]:
        """Return pulses up and down of each layer, since the beginning."""

    @abstractmethod
    def hidden(self) -> list[Array]:
        """Return what lies behind the signs."""

    def _given(self) -> float:
        return float(sum(up.sum() + down.sum() for up, down in self.counts()))

    @property
    def batches(self) -> int:
        """Updates so far."""
        return int(self._kept.batches)

    def score(self, held: Labelled) -> float:
        layers = layers_of(self.network(), self.blocks)
        out = forward(layers, held.x, by_normalising)[1]
        return float(np.mean(out.argmax(1) == held.codes))

    def network(self) -> dict[str, Array]:
        found = {}
        for i, signs in enumerate(self._signs()):
            found[f"signs{i}"] = np.asarray(signs, np.int8)
            found[f"mean{i}"] = np.asarray(self._kept.mean[i], float)
            found[f"var{i}"] = np.asarray(self._kept.var[i], float)
        return found

    def arrays(self) -> dict[str, Any]:
        found = {"batches": np.asarray(self._kept.batches)}
        for name in ("first", "second", "mean", "var"):
            parts = getattr(self._kept, name)
            found |= {f"{name}{i}": np.asarray(part) for i, part in enumerate(parts)}
        return found

    def restore(self, arrays: dict[str, Any]) -> None:
        layers = range(len(self.shapes))
        parts = {
            name: tuple(self._array(arrays[f"{name}{i}"]) for i in layers)
            for name in ("first", "second", "mean", "var")
        }
        self._kept = self._jax.Moments(**parts, batches=self._array(arrays["batches"]))


class OnFloats(BinaryCourse):
    def __init__(self, settings: BinaryNet, data: Labelled, seed: int) -> None:
        super().__init__(settings, data, seed)
        assert isinstance(settings.weights, FloatWeights)
        rate, kind = settings.weights.rate, settings.precision
        drawn = [
            generator(seed, "learning", "weights", i).uniform(-1.0, 1.0, shape) / np.sqrt(shape[1])
            for i, shape in enumerate(self.shapes)
        ]
        self._weights = tuple(self._array(w, kind) for w in drawn)
        self._run = self._jax.float_epoch(self._shape, rate)
        self._on_device = self._array(self._x), self._array(self._targets)

    def _through(self, rng: np.random.Generator, places: Any, shares: Array) -> dict[str, Any]:
        del rng
        parts = self._array(places), self._array(shares, self._settings.precision)
        self._weights, self._kept, seen = self._run(
            self._weights, self._kept, *self._on_device, *parts
        )
        return {name: np.asarray(values) for name, values in seen.items()}

    def _signs(self) -> list[Any]:
        return [np.where(np.asarray(w) > 0, 1, -1) for w in self._weights]

    def counts(self) -> list[tuple[Array, Array]]:
        return []

    def hidden(self) -> list[Array]:
        return [np.asarray(w, float) for w in self._weights]

    def arrays(self) -> dict[str, Any]:
        own = {f"weight{i}": np.asarray(w) for i, w in enumerate(self._weights)}
        return super().arrays() | own

    def restore(self, arrays: dict[str, Any]) -> None:
        super().restore(arrays)
        self._weights = tuple(self._array(arrays[f"weight{i}"]) for i in range(len(self.shapes)))


class OnPairs(BinaryCourse):
    def __init__(self, settings: BinaryNet, data: Labelled, seed: int) -> None:
        super().__init__(settings, data, seed)
        of = settings.weights
        assert isinstance(of, PulsedWeights)
        self.pairs = [PairedLayer(of, shape, i, seed) for i, shape in enumerate(self.shapes)]
        self._reading = 0
        self._run = self._jax.pulsed_batch(self._shape, of.eta, of.rounding, of.most)

    def _signs(self) -> list[Any]:
        rng = generator(self._seed, "learning", "reading", self._reading)
        return [np.asarray(p.seen(rng), np.int8) for p in self.pairs]

    def _through(self, rng: np.random.Generator, places: Any, shares: Array) -> dict[str, Any]:
        keys, kind = keys_of(rng, len(places), len(self.shapes)), self._settings.precision
        seen: dict[str, list[float]] = {"right": [], "loss": []}
        for which, share, words in zip(places, shares, keys, strict=True):
            pulses, self._kept, told = self._run(
                tuple(map(self._array, self._signs())),
                self._kept,
                self._array(self._x[which]),
                self._array(self._targets[which]),
                self._array(share, kind),
                self._array(words),
            )
            for pairs, k in zip(self.pairs, pulses, strict=True):
                pairs.pulse(np.asarray(k))
            self._reading += 1
            for name, value in told.items():
                seen[name].append(float(value))
        return {name: np.array(values) for name, values in seen.items()}

    def counts(self) -> list[tuple[Array, Array]]:
        return [pairs.pulses() for pairs in self.pairs]

    def hidden(self) -> list[Array]:
        return [pairs.weights() for pairs in self.pairs]

    def arrays(self) -> dict[str, Any]:
        found = super().arrays() | {"reading": np.array(self._reading)}
        for i, pairs in enumerate(self.pairs):
            found |= {f"pairs{i} {name}": part for name, part in pairs.state().items()}
        return found

    def restore(self, arrays: dict[str, Any]) -> None:
        super().restore(arrays)
        self._reading = int(arrays["reading"])
        for i, pairs in enumerate(self.pairs):
            own = f"pairs{i} "
            pairs.restore({k.removeprefix(own): v for k, v in arrays.items() if k.startswith(own)})
