"""Arrays of a network file: beside it in NPZ or CSV, or inline where they are short."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import shown
from neurodyn.errors import InputError, near_hint, unknown_name
from neurodyn.provenance import sha256

_REFERENCE = ("file", "array", "neurons", "n")
_INLINE = 32  # numbers that are still read with the eye
_SPARSE = ("data", "indices", "indptr", "shape")


class ArrayFiles:
    """The files beside a network file.

    Parameters
    ----------
    folder : Path
    digests : mapping from file to SHA-256
        As they were when the network was written.
    """

    def __init__(self, folder: Path, digests: Mapping[str, str]) -> None:
        self.folder = folder
        for name, digest in digests.items():
            if sha256(self._bytes(name)) != digest:
                raise InputError(
                    f"{name} is not the file that the network was written with; expected that "
                    "file, or no [files] if it was changed on purpose"
                )

    def array(self, reference: Mapping[str, Any]) -> Any:
        """Return what ``{file = ..., array = ...}`` names.

        Raises
        ------
        InputError
            If it cannot be read, or there is no such array.
        """
        for key in reference:
            if key not in _REFERENCE:
                raise unknown_name("key beside file", key, _REFERENCE)
        name, array = reference["file"], reference.get("array")
        if not isinstance(name, str) or not isinstance(array, str | None):
            raise InputError(f"{shown(dict(reference))}: expected file and array as text")
        found = self._named(name, array)
        if "neurons" in reference:
            neurons = np.asarray(self._named(name, str(reference["neurons"])))
            return _trains(found, neurons, reference.get("n"))
        return found

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            beside = [p.name for p in self.folder.iterdir() if p.suffix in (".npz", ".csv")]
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"the file {shown(name)} cannot be read: {reason}{near_hint(name, beside)}"
            ) from None

    def _named(self, name: str, array: str | None) -> Any:
        if Path(name).suffix.lower() == ".npz":
            return self._from_npz(name, array)
        return self._from_csv(name, array)

    def _from_npz(self, name: str, array: str | None) -> Any:
        content = io.BytesIO(self._bytes(name))  # numpy leaves a damaged file open
        try:
            with np.load(content, allow_pickle=False) as file:
                names = list(file.files)
                if array is None and len(names) == 1:
                    array = names[0]
                if array in names:
                    return file[array]
                parts = [f"{array}/{part}" for part in _SPARSE]
                if set(parts) <= set(names):
                    data, indices, starts, shape = (file[part] for part in parts)
                    return _sparse(data, indices, starts, tuple(shape))
        except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError) as error:
            raise InputError(f"{name} cannot be read as NPZ: {error}") from None
        if array is None:
            raise InputError(f"{name} holds {len(names)} arrays; expected array = one of them")
        raise unknown_name(f"array in {name}", array, names)

    def _from_csv(self, name: str, column: str | None) -> npt.NDArray[Any]:
        try:
            rows = [row for row in csv.reader(self._bytes(name).decode().splitlines()) if row]
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"{name} cannot be read as CSV: {error}") from None
        head: list[str] = []
        if rows and not all(_is_number(cell) for cell in rows[0]):
            head = [cell.partition("[")[0].partition("(")[0].strip() for cell in rows[0]]
            rows = rows[1:]
        if column is not None and column not in head:
            raise unknown_name(f"column in {name}", column, head)
        try:
            if column is None:
                table = np.array([[float(cell) for cell in row] for row in rows])
                return table[:, 0] if table.ndim == 2 and table.shape[1] == 1 else table
            place = head.index(column)
            return np.array([float(row[place]) for row in rows])
        except (ValueError, IndexError):
            what = "the table" if column is None else f"the column {column!r}"
            raise InputError(f"{what} of {name} is not all numbers, as many in each row") from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _sparse(data: Any, indices: Any, starts: Any, shape: tuple[int, ...]) -> Any:
    from scipy.sparse import csc_array

    return csc_array((data, indices, starts), shape=shape)


def _trains(times: npt.NDArray[Any], neurons: npt.NDArray[Any], n: Any) -> list[npt.NDArray[Any]]:
    """Return the times of each neuron."""
    most = int(neurons.max(initial=-1)) + 1
    n = most if n is None else n
    if times.shape != neurons.shape or times.ndim != 1 or neurons.min(initial=0) < 0:
        raise InputError(
            f"{times.shape} times of {neurons.shape} neurons; expected a neuron, from 0, for each"
        )
    if not isinstance(n, int) or n < max(most, 1):
        raise InputError(f"n is {shown(n)}; expected a whole number of {max(most, 1)} or more")
    return [times[neurons == i] for i in range(n)]


class NewArrays:
    """Arrays that are to be written beside a network file.

    Parameters
    ----------
    file : str
        Name of the NPZ file.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.arrays: dict[str, npt.NDArray[Any]] = {}

    def refer(self, name: str, values: Any) -> Any:
        """Return what stands for numbers in the file: themselves, or where they are."""
        name = self._free(name)
        if hasattr(values, "tocsc"):
            sparse = values.tocsc()
            for part in _SPARSE:
                self.arrays[f"{name}/{part}"] = np.asarray(getattr(sparse, part))
            return {"file": self.file, "array": name}
        numbers = np.asarray(values)
        if numbers.size <= _INLINE:
            return numbers.tolist()
        self.arrays[name] = numbers
        return {"file": self.file, "array": name}

    def refer_trains(self, name: str, trains: list[npt.NDArray[Any]]) -> Any:
        """Return what stands for the spike times of several neurons."""
        name, sizes = self._free(name), [len(train) for train in trains]
        if sum(sizes) <= _INLINE:
            return [train.tolist() for train in trains]
        self.arrays[f"{name}/times"] = np.concatenate(trains)
        self.arrays[f"{name}/neurons"] = np.repeat(np.arange(len(trains)), sizes)
        names = {"array": f"{name}/times", "neurons": f"{name}/neurons"}
        return {"file": self.file, **names, "n": len(trains)}

    def _free(self, name: str) -> str:
        """Return a name that no other array has, though a connection is named like a population."""
        while any(known == name or known.startswith(f"{name}/") for known in self.arrays):
            name += "+"
        return name
