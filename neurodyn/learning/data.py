"""Labelled data: checked, split, and read from files."""

from __future__ import annotations

import gzip
import io
import math
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Probability, Whole, checked, shown
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io.guard import check_archive, require_room
from neurodyn.network.distributions import generator


@dataclass(frozen=True, eq=False)
class Labelled:
    """Samples and their classes.

    Parameters
    ----------
    x : (n, features) float
    codes : (n,) int
        Places of the labels in ``classes``.
    classes : (n_classes,) array
        Labels, sorted.
    """

    x: Array
    codes: npt.NDArray[np.int64]
    classes: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        n, features = self.x.shape
        return f"<{n} samples of {features} features in {len(self.classes)} classes>"

    @property
    def labels(self) -> npt.NDArray[Any]:
        """The label of each sample."""
        return self.classes[self.codes]

    def take(self, places: npt.ArrayLike) -> Labelled:
        """Return some of the samples, classes unchanged."""
        chosen = np.asarray(places)
        return Labelled(self.x[chosen], self.codes[chosen], self.classes)

    @property
    def one_hot(self) -> Array:
        """Targets, (n, n_classes): 1 for the class of a sample."""
        return np.eye(len(self.classes))[self.codes]


@checked
def labelled(x: npt.ArrayLike, y: Any) -> Labelled:
    """Return data that learning can use.

    Parameters
    ----------
    x : (n, ...) float
        Features; more axes (an image) are made one.
    y : (n,) int or str
        Labels.

    Raises
    ------
    InputError
        If they do not fit, hold what is not finite, or name fewer than two classes.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.labelled([[0.0, 1.0], [1.0, 0.0]], ["right", "left"]).classes
    array(['left', 'right'], dtype='<U5')
    """
    return coded(x, y)


def coded(x: npt.ArrayLike, y: Any, classes: npt.NDArray[Any] | None = None) -> Labelled:
    """Return labelled data; if classes are known beforehand, others are refused."""
    features, labels = samples_of(x), np.asarray(y)
    if labels.shape != (len(features),):
        raise InputError(
            f"y has shape {labels.shape} for {len(features)} samples in x; expected one label each"
        )
    if labels.dtype.kind == "f":
        if not (np.isfinite(labels) & (labels == np.floor(labels))).all():
            raise InputError("y holds numbers that are not whole; expected classes as labels")
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "iubUS":
        raise InputError(f"y is of type {labels.dtype}; expected whole numbers or text as labels")
    known = np.unique(labels) if classes is None else classes
    if len(known) < 2:
        raise InputError(f"y names {len(known)} class; expected at least two")
    codes = np.searchsorted(known, labels).clip(0, len(known) - 1)
    strange = known[codes] != labels
    if strange.any():
        raise InputError(
            f"y has the label {shown(labels[strange][0].item())}; expected one of those learned, "
            f"{shown(known.tolist())}"
        )
    return Labelled(features, codes.astype(np.int64), known)


def held_data(
    validation: tuple[npt.ArrayLike, Any] | Labelled | None, data: Labelled
) -> Labelled | None:
    """Return data held back, of the features and classes that are learned.

    Raises
    ------
    InputError
        If they have others.
    """
    held = validation
    if held is not None and not isinstance(held, Labelled):
        held = coded(*held, classes=data.classes)
    if held is not None and held.x.shape[1] != data.x.shape[1]:
        raise InputError(
            f"validation has {held.x.shape[1]} features; expected {data.x.shape[1]}, as x"
        )
    return held


def samples_of(x: npt.ArrayLike, features: int | None = None) -> Array:
    """Return samples as (n, features).

    Raises
    ------
    InputError
        If these are none, or not as many features as were learned.
    """
    try:
        found = np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            f"x is {shown(x)}; expected an array of numbers, sample by sample"
        ) from None
    if found.ndim < 2 or not found.size:
        raise InputError(f"x has shape {found.shape}; expected (samples, features), at least one")
    found = found.reshape(len(found), -1)
    if not np.isfinite(found).all():
        sample, feature = np.argwhere(~np.isfinite(found))[0]
        raise InputError(
            f"x holds {found[sample, feature]} in sample {sample}, feature {feature}; expected "
            "finite numbers"
        )
    if features is not None and found.shape[1] != features:
        raise InputError(f"x has {found.shape[1]} features; expected {features}, as learned")
    return found


@checked
def split(data: Labelled, fraction: Probability, seed: Whole = 0) -> tuple[Labelled, Labelled]:
    """Shuffle data and part it in two, the second being ``fraction`` of it.

    Raises
    ------
    InputError
        If one part would be empty.

    Examples
    --------
    >>> import neurodyn as nd
    >>> data = nd.learning.labelled([[0.0], [1.0], [0.1], [0.9]], [0, 1, 0, 1])
    >>> nd.learning.split(data, 0.25)
    (<3 samples of 1 features in 2 classes>, <1 samples of 1 features in 2 classes>)
    """
    order = generator(seed, "learning", "split").permutation(len(data))
    first = len(data) - round(fraction * len(data))
    if not 0 < first < len(data):
        raise InputError(
            f"fraction is {fraction:g} of {len(data)} samples; expected some in both parts"
        )
    return data.take(order[:first]), data.take(order[first:])


@checked
def read_labelled(path: str | os.PathLike[str]) -> Labelled:
    """Read labelled data from a file.

    Parameters
    ----------
    path : path
        NPZ with arrays ``x`` and ``y``; or CSV of numbers whose last column is the label, after
        any lines of names; or an IDX file of images (as MNIST and Fashion-MNIST come, also .gz),
        whose labels lie beside it under the same name with ``labels-idx1`` for ``images-idx3``.
        Bytes become 0 to 1.

    Raises
    ------
    InputError
        If it cannot be read, or is none of these.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import neurodyn as nd
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = file.write_text("0.0,1.0,a\\n1.0,0.0,b\\n")
    >>> nd.learning.read_labelled(file)
    <2 samples of 2 features in 2 classes>
    """
    file = Path(path)
    name = file.name.lower()
    reader: Callable[[Path], tuple[Any, Any]] = _idx
    if name.endswith(".npz"):
        reader = _npz
    elif name.endswith((".csv", ".txt")):
        reader = _csv
    try:
        x, y = reader(file)
    except InputError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"data {shown(str(path))} cannot be read: {reason}") from None
    except (ValueError, KeyError, EOFError, struct.error, zipfile.BadZipFile) as error:
        raise InputError(
            f"data {shown(str(path))} cannot be read: {shown(str(error))}; expected NPZ with x and "
            "y, CSV with labels in the last column, or IDX images beside IDX labels"
        ) from None
    return labelled(_scaled(np.asarray(x)), y)


def _scaled(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return x / 255.0 if x.dtype == np.uint8 else x


def _npz(path: Path) -> tuple[Any, Any]:
    raw = path.read_bytes()
    check_archive(raw, path.name)
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        return arrays["x"], arrays["y"]


def _csv(path: Path) -> tuple[Any, Any]:
    rows = [row.split(",") for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
    while rows and not _is_number(rows[0][0]):
        rows.pop(0)
    if not rows or len(rows[0]) < 2:
        raise ValueError("no rows of numbers and a label")
    x = np.array([[float(cell) for cell in row[:-1]] for row in rows])
    labels = [row[-1].strip() for row in rows]
    return x, [float(one) for one in labels] if all(map(_is_number, labels)) else labels


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _idx(path: Path) -> tuple[Any, Any]:
    if "images-idx3" not in path.name:
        raise ValueError("its name says nothing known")
    labels = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    return _idx_array(path), _idx_array(labels)


def _idx_array(path: Path) -> npt.NDArray[np.uint8]:
    size = path.stat().st_size
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        head = file.read(4)
        if len(head) < 4 or head[:2] != b"\0\0" or head[2] != 8 or not 1 <= head[3] <= 3:
            raise ValueError("no IDX file of bytes")
        shape = struct.unpack(f">{head[3]}I", file.read(4 * head[3]))
        count = math.prod(shape)
        require_room(count, size, path.name)
        return np.frombuffer(file.read(count), np.uint8).reshape(shape)
