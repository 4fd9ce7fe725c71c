"""The loop over epochs: ideal weights inside one compiled program, devices batch by batch."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import SaturationError
from neurodyn.learning.data import Labelled
from neurodyn.learning.eqprop.trained import EqPropFit, outputs
from neurodyn.learning.eqprop.updates import Continuous
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.learning.store import TrainingStore
from neurodyn.network.distributions import generator
from neurodyn.progress import Progress, monotonic
from neurodyn.provenance import jax_setting, sha256, versions
from neurodyn.status import Status
from neurodyn.synapses import MeasuredTable

if TYPE_CHECKING:
    from neurodyn.learning.eqprop.estimator import EqProp

UNSETTLED = 0.05
"""Rate left at the end of a phase, in states from 0 to 1 per time constant, that is told."""
_HISTORY = ("train", "validation", "cost", "free_rate", "nudged_rate", "pulses")


@dataclass(frozen=True, eq=False)
class Plan:
    """Batches of one epoch.

    Parameters
    ----------
    places : (n_batches, batch) int
    shares : (n_batches, batch, 1) float
        Of each sample in the mean over its batch.
    signs : (n_batches, batch or 1, 1) float
        Of beta.
    keys : (n_batches, layers, 2) uint32
        Of chance.
    """

    places: npt.NDArray[np.int64]
    shares: Array
    signs: Array
    keys: npt.NDArray[np.uint32]


def plan_of(settings: EqProp, n: int, seed: int, epoch: int) -> Plan:
    """Return the batches of an epoch; the last is filled up with samples of no weight."""
    rng = generator(seed, "learning", "epoch", epoch)
    batch = min(settings.batch, n)
    order = rng.permutation(n)
    missing = -n % batch
    places = np.concatenate([order, order[:missing]]).reshape(-1, batch)
    shares = np.full(places.shape, 1.0 / batch)
    if missing:
        shares[-1] = np.where(np.arange(batch) < batch - missing, 1.0 / (batch - missing), 0.0)
    nudge = settings.settling.nudge
    wide = (len(places), batch if nudge == "random_sign_per_sample" else 1, 1)
    signs = rng.choice([-1.0, 1.0], wide) if nudge.startswith("random") else np.ones(wide)
    words = (len(places), len(settings.units) + 1, 2)
    keys = rng.integers(0, 2**32, words, dtype=np.uint32)
    return Plan(places, shares[:, :, None], signs, keys)


class _Trainee(ABC):
    """Weights in training."""

    def __init__(self, settings: EqProp, data: Labelled) -> None:
        from neurodyn.learning.eqprop import jax_program

        self._jax, self._settings = jax_program, settings
        kind = settings.precision
        self._x = np.asarray(data.x, kind)
        self._targets = np.asarray(data.one_hot, kind)
        shapes = settings.shapes(data.x.shape[1], len(data.classes))
        self.shapes = shapes
        self.biases = [np.zeros(post, kind) for post, _ in shapes]
        self.kept = [np.zeros((len(data), post), kind) for post, _ in shapes]
        if settings.settling.start != "persistent":
            self.kept = []

    @abstractmethod
    def weights(self) -> list[Array]:
        """Return the weights as they are now."""

    @abstractmethod
    def epoch(self, plan: Plan) -> dict[str, Array]:
        """Train through the batches; return what was seen in each."""

    @abstractmethod
    def counts(self) -> list[tuple[Any, Any]]:
        """Return pulses up and down of each layer, since the beginning."""

    @abstractmethod
    def arrays(self) -> dict[str, Any]:
        """Return what a later process needs to go on."""

    @abstractmethod
    def restore(self, arrays: dict[str, Any]) -> None:
        """Go back to what :meth:`arrays` gave."""

    def _common(self) -> dict[str, Any]:
        named = {f"bias{i}": b for i, b in enumerate(self.biases)}
        return named | {f"kept{i}": k for i, k in enumerate(self.kept)}

    def _restore_common(self, arrays: dict[str, Any]) -> None:
        self.biases = [arrays[f"bias{i}"] for i in range(len(self.shapes))]
        self.kept = [arrays[f"kept{i}"] for i in range(len(self.kept))]


class _Ideal(_Trainee):
    def __init__(self, settings: EqProp, data: Labelled, seed: int) -> None:
        super().__init__(settings, data)
        first = settings.first_weights(data.x.shape[1], len(data.classes), seed)
        self._weights = [np.asarray(w, settings.precision) for w in first]
        kind = float if isinstance(settings.update, Continuous) else np.int64
        self._up = [np.zeros(shape, kind) for shape in self.shapes]
        self._down = [np.zeros(shape, kind) for shape in self.shapes]
        self._on_device = self._jax.array(self._x), self._jax.array(self._targets)
        self._run = self._jax.epoch_program(
            settings.settling, settings.update, settings.rates, settings.biases == "learned"
        )

    def weights(self) -> list[Array]:
        return self._weights

    def epoch(self, plan: Plan) -> dict[str, Array]:
        """Run the batches in parts so long that no count of pulses overflows."""
        longest = self._jax.MOST_COUNTED // self._settings.update.most
        parts = [
            self._part(plan, slice(i, i + longest)) for i in range(0, len(plan.places), longest)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _part(self, plan: Plan, which: slice) -> dict[str, Array]:
        array, kind = self._jax.array, self._settings.precision
        weights, biases, kept, counters, seen = self._run(
            tuple(map(array, self._weights)),
            tuple(map(array, self.biases)),
            tuple(map(array, self.kept)),
            *self._on_device,
            array(plan.places[which]),
            array(plan.shares[which], kind),
            array(plan.signs[which], kind),
            array(plan.keys[which]),
        )
        before = self._weights
        self._weights = [np.array(w) for w in weights]
        self.biases = [np.array(b) for b in biases]
        self.kept = [np.array(k) for k in kept]
        for layer, counted in enumerate(map(np.asarray, counters)):
            if counted.dtype.kind == "f":  # what is not positive of the whole change is negative
                up, down = counted, counted - (self._weights[layer] - before[layer])
            else:
                up, down = counted >> 16, counted & 0xFFFF
            self._up[layer] += up
            self._down[layer] += down
        return {name: np.asarray(values, float) for name, values in seen.items()}

    def counts(self) -> list[tuple[Any, Any]]:
        return list(zip(self._up, self._down, strict=True))

    def arrays(self) -> dict[str, Any]:
        found = self._common()
        for i in range(len(self.shapes)):
            found |= {
                f"weight{i}": self._weights[i],
                f"up{i}": self._up[i],
                f"down{i}": self._down[i],
            }
        return found

    def restore(self, arrays: dict[str, Any]) -> None:
        self._restore_common(arrays)
        layers = range(len(self.shapes))
        self._weights = [arrays[f"weight{i}"] for i in layers]
        self._up = [arrays[f"up{i}"] for i in layers]
        self._down = [arrays[f"down{i}"] for i in layers]


class _OnDevices(_Trainee):
    def __init__(self, settings: EqProp, data: Labelled, seed: int) -> None:
        super().__init__(settings, data)
        assert settings.synapse is not None
        self._pairs = settings.synapse.pairs(self.shapes, seed)
        self._read()
        self._run = self._jax.pulsed_batch(
            settings.settling, settings.update, settings.rates, settings.biases == "learned"
        )

    def _read(self) -> None:
        self._weights = [np.asarray(p.weights(), self._settings.precision) for p in self._pairs]

    def weights(self) -> list[Array]:
        return self._weights

    def epoch(self, plan: Plan) -> dict[str, Array]:
        array, kind, how = self._jax.array, self._settings.precision, self._settings.settling
        seen: dict[str, list[float]] = {}
        biases = tuple(map(array, self.biases))
        start = self._jax.first_states(how, biases, plan.places.shape[1])
        for i, places in enumerate(plan.places):
            own = tuple(k[places] for k in self.kept) if self.kept else start
            pulses, biases, free, told = self._run(
                tuple(map(array, self._weights)),
                biases,
                array(self._x[places]),
                array(self._targets[places]),
                array(plan.signs[i], kind),
                tuple(map(array, own)),
                array(plan.shares[i], kind),
                array(plan.keys[i]),
            )
            for states, found in zip(self.kept, free, strict=False):
                states[places] = found
            right = np.asarray(free[-1]).argmax(1) == self._targets[places].argmax(1)
            told["right"] = (right * plan.shares[i, :, 0]).sum()
            for name, one in told.items():
                seen.setdefault(name, []).append(float(one))
            for layer, k in enumerate(pulses):
                if self._settings.rates[layer] > 0:
                    self._weights[layer] = self._pulsed(layer, np.asarray(k))
        self.biases = [np.array(b) for b in biases]
        return {name: np.array(values) for name, values in seen.items()}

    def _pulsed(self, layer: int, k: npt.NDArray[np.int8]) -> Array:
        self._pairs[layer].pulse(k)
        return np.asarray(self._pairs[layer].weights(), self._settings.precision)

    def counts(self) -> list[tuple[Any, Any]]:
        return [(p.devices.pulses[0], p.devices.pulses[1]) for p in self._pairs]

    def arrays(self) -> dict[str, Any]:
        found = self._common()
        for i, pairs in enumerate(self._pairs):
            found |= {f"{name}{i}": counts for name, counts in pairs.state().items()}
        return found

    def restore(self, arrays: dict[str, Any]) -> None:
        """Pulse fresh devices as often: what a device is, is its seed and its pulses."""
        self._restore_common(arrays)
        for i, pairs in enumerate(self._pairs):
            pairs.restore({name: arrays[f"{name}{i}"] for name in pairs.state()})
        self._read()


@dataclass
class _Record:
    """What has been seen so far."""

    history: dict[str, list[float]] = field(default_factory=lambda: {n: [] for n in _HISTORY})
    best: float = -np.inf
    best_epoch: int = 0
    best_arrays: dict[str, Array] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return len(self.history["train"])


def train(
    settings: EqProp,
    data: Labelled,
    held: Labelled | None,
    seed: int,
    path: str | os.PathLike[str] | None,
    progress: Progress | None,
) -> EqPropFit:
    """Train through all epochs, or go on with what a store holds."""
    digest = sha256(data.x.tobytes() + data.codes.tobytes())
    other = "" if held is None else sha256(held.x.tobytes() + held.codes.tobytes())
    store = TrainingStore(path, f"{settings!r} {_measured(settings)} {seed} {digest} {other}")
    trainee = (_Ideal if settings.synapse is None else _OnDevices)(settings, data, seed)
    record = _resumed(store, trainee)
    tell = monotonic(progress, "learning")
    status, notes = Status.OK, []
    for epoch in range(record.done, settings.epochs):
        tell(epoch / settings.epochs)
        try:
            seen = trainee.epoch(plan_of(settings, len(data), seed, epoch))
        except KeyboardInterrupt:
            status = Status.INTERRUPTED
            break
        except SaturationError as error:
            status = Status.MAX_STEPS
            notes.append(f"stopped in epoch {epoch + 1}: {error}")
            break
        _note_epoch(record, settings, trainee, held, seen)
        store.save(
            {"history": record.history, "best": record.best, "best_epoch": record.best_epoch},
            trainee.arrays() | {f"best_{k}": v for k, v in record.best_arrays.items()},
        )
    tell(1.0)
    return _fit(settings, data, trainee, record, seed, status, notes, digest)


def _measured(settings: EqProp) -> str:
    """Return the digest of the table that devices follow, if they do: its text is cut short."""
    technology = None if settings.synapse is None else settings.synapse.technology
    if not isinstance(technology, MeasuredTable):
        return ""
    return sha256(technology.table.G.tobytes() + technology.table.pulse.tobytes())


def _resumed(store: TrainingStore, trainee: _Trainee) -> _Record:
    kept = store.load()
    if kept is None:
        return _Record()
    about, arrays = kept
    best = {k.removeprefix("best_"): v for k, v in arrays.items() if k.startswith("best_")}
    trainee.restore({k: v for k, v in arrays.items() if not k.startswith("best_")})
    history = {
        name: [np.nan if value is None else value for value in values]
        for name, values in about["history"].items()
    }
    return _Record(history, about["best"], about["best_epoch"], best)


def _note_epoch(
    record: _Record,
    settings: EqProp,
    trainee: _Trainee,
    held: Labelled | None,
    seen: dict[str, Array],
) -> None:
    total = sum(float(up.sum() + down.sum()) for up, down in trainee.counts())
    score = np.nan
    if held is not None:
        found = outputs(settings, trainee.weights(), trainee.biases, held.x)
        score = float(np.mean(found.argmax(1) == held.codes))
    row = {
        "train": seen["right"].mean(),
        "validation": score,
        "cost": seen["cost"].mean(),
        "free_rate": seen["free"].max(),
        "nudged_rate": seen["nudged"].max(),
        "pulses": total - sum(record.history["pulses"]),
    }
    for name, value in row.items():
        record.history[name].append(float(value))
    if settings.keep == "last" or held is None or score > record.best:
        record.best = float(np.nan_to_num(score, nan=-1.0))
        record.best_epoch = record.done
        layers = enumerate(zip(trainee.weights(), trainee.biases, strict=True))
        record.best_arrays = {
            f"{kind}{i}": np.array(a)
            for i, (w, b) in layers
            for kind, a in (("weight", w), ("bias", b))
        }


def _fit(
    settings: EqProp,
    data: Labelled,
    trainee: _Trainee,
    record: _Record,
    seed: int,
    status: Status,
    notes: list[str],
    digest: str,
) -> EqPropFit:
    layers, best = range(len(trainee.shapes)), record.best_arrays
    weights = [best[f"weight{i}"] for i in layers] if best else trainee.weights()
    biases = [best[f"bias{i}"] for i in layers] if best else trainee.biases
    batches = record.done * -(-len(data) // min(settings.batch, len(data)))
    return EqPropFit(
        settings=settings,
        weights=tuple(np.asarray(w, float) for w in weights),
        biases=tuple(np.asarray(b, float) for b in biases),
        classes=data.classes,
        history={name: np.array(values) for name, values in record.history.items()},
        pulses=tuple(PulseCounts(np.array(u), np.array(d), batches) for u, d in trainee.counts()),
        best_epoch=record.best_epoch,
        seed=seed,
        status=status,
        notes=(*notes, *_warnings(record, settings)),
        provenance={"versions": versions(), "data": digest, **jax_setting()},
    )


def _warnings(record: _Record, settings: EqProp) -> list[str]:
    found = []
    for name, steps in (("free", "free_steps"), ("nudged", "nudge_steps")):
        rate = record.history[f"{name}_rate"][-1] if record.done else 0.0
        if rate > UNSETTLED:
            found.append(
                f"the {name} phase ends at a rate of {rate:.2g} after "
                f"{getattr(settings.settling, steps)} steps: its states are not those of rest; "
                f"more {steps} would bring them nearer"
            )
    return found
