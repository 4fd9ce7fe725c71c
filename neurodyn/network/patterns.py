"""Who is connected to whom: patterns as frozen objects, which draw pairs of neurons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Numbers, Positive, Probability, Whole, checked
from neurodyn.errors import InputError

Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Neurons before and after each synapse."""


@checked
@dataclass(frozen=True)
class AllToAll:
    """Every neuron to every neuron.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.AllToAll()
    AllToAll()
    """

    def draw(self, _: np.random.Generator, n_pre: int, n_post: int) -> Pairs:
        """Return all pairs."""
        pre, post = np.divmod(np.arange(n_pre * n_post), n_post)
        return pre, post


@checked
@dataclass(frozen=True)
class OneToOne:
    """Neuron i to neuron i, for two populations of one size.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.OneToOne()
    OneToOne()
    """

    def draw(self, _: np.random.Generator, n_pre: int, n_post: int) -> Pairs:
        """Return the pairs.

        Raises
        ------
        InputError
            If the sizes differ.
        """
        if n_pre != n_post:
            raise InputError(f"OneToOne: the sizes are {n_pre} and {n_post}; expected equal ones")
        return np.arange(n_pre), np.arange(n_pre)


@checked
@dataclass(frozen=True)
class FixedProbability:
    """Every pair with the same probability, independently.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.FixedProbability(0.1)
    FixedProbability(p=0.1)
    """

    p: Probability

    def draw(self, rng: np.random.Generator, n_pre: int, n_post: int) -> Pairs:
        """Return the pairs, by gaps of geometric length between them: linear in their number."""
        total = n_pre * n_post
        if self.p == 1.0:
            return AllToAll().draw(rng, n_pre, n_post)
        places, last = [], -1
        while self.p > 0.0 and last < total:
            expected = (total - last) * self.p
            gaps = rng.geometric(self.p, int(expected + 5.0 * expected**0.5 + 10))
            # a gap of a tiny probability may be as long as a number can be
            some = last + np.cumsum(np.minimum(gaps, total + 1), dtype=np.int64)
            places.append(some[some < total])
            last = int(some[-1])
        place = np.concatenate(places) if places else np.empty(0, np.int64)
        pre, post = np.divmod(place, n_post)
        return pre, post


@checked
@dataclass(frozen=True)
class FixedInDegree:
    """So many different neurons to every neuron.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.FixedInDegree(100)
    FixedInDegree(k=100)
    """

    k: Whole

    def draw(self, rng: np.random.Generator, n_pre: int, n_post: int) -> Pairs:
        """Return the pairs.

        Raises
        ------
        InputError
            If there are fewer neurons than that.
        """
        if self.k > n_pre:
            raise InputError(f"FixedInDegree: k is {self.k}; expected at most {n_pre} neurons")
        # the k smallest of random numbers where k is large; else numbers without repeats, redrawn
        if self.k**2 > n_pre:
            rows = [rng.permutation(n_pre)[: self.k] for _ in range(n_post)]
            chosen = np.array(rows, dtype=np.int64).reshape(n_post, self.k)
        else:
            chosen = rng.integers(n_pre, size=(n_post, self.k))
            again = np.arange(n_post)
            while len(again):
                repeats = (np.diff(np.sort(chosen[again], axis=1), axis=1) == 0).any(axis=1)
                again = again[repeats]
                chosen[again] = rng.integers(n_pre, size=(len(again), self.k))
        return chosen.ravel(), np.repeat(np.arange(n_post), self.k)


@checked
@dataclass(frozen=True, eq=False)
class Distance:
    """Pairs with the probability p exp(-(distance / length)^2 / 2).

    Parameters
    ----------
    positions : (n, dimensions), of one population that is connected with itself
    length : float, in the unit of the positions
    p : float
    period : float, optional
        Positions that differ by it are the same: a ring, a torus.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Distance([[0.0], [1.0], [2.0]], length=1.0, period=3.0).length
    1.0
    """

    positions: Numbers
    length: Positive
    p: Probability = 1.0
    period: Positive | None = None

    def draw(self, rng: np.random.Generator, n_pre: int, n_post: int) -> Pairs:
        """Return the pairs.

        Raises
        ------
        InputError
            If there is no position for each neuron.
        """
        places = np.asarray(self.positions, dtype=float)
        if places.ndim != 2 or not n_pre == n_post == len(places):
            raise InputError(
                f"Distance: positions have the shape {places.shape}; expected ({n_pre}, "
                "dimensions), for one population"
            )
        squares = np.zeros((n_pre, n_post))
        for axis in places.T:
            apart = np.abs(axis[:, None] - axis)
            if self.period is not None:
                apart %= self.period
                apart = np.minimum(apart, self.period - apart)
            squares += apart**2
        chance = self.p * np.exp(-squares / (2.0 * self.length**2))
        pre, post = np.nonzero(rng.random((n_pre, n_post)) < chance)
        return pre, post


@checked
@dataclass(frozen=True, eq=False)
class FromList:
    """Given pairs.

    Parameters
    ----------
    pre, post : (n,) int

    Examples
    --------
    >>> import neurodyn as nd
    >>> ring = nd.FromList([0, 1, 2], [1, 2, 0])
    """

    pre: Numbers
    post: Numbers

    def draw(self, _: np.random.Generator, n_pre: int, n_post: int) -> Pairs:
        """Return the pairs.

        Raises
        ------
        InputError
            If they are not as many, not whole numbers, or name no neuron.
        """
        found = []
        for name, values, n in (("pre", self.pre, n_pre), ("post", self.post, n_post)):
            numbers = np.asarray(values)
            if numbers.ndim != 1 or not np.array_equal(numbers, numbers.astype(np.int64)):
                raise InputError(f"FromList: {name} is not a list of whole numbers")
            if len(numbers) and not (numbers.min() >= 0 and numbers.max() < n):
                wrong = numbers.max() if numbers.max() >= n else numbers.min()
                raise InputError(
                    f"FromList: {name} names neuron {wrong}; expected numbers from 0 to {n - 1}"
                )
            found.append(numbers.astype(np.int64))
        if len(found[0]) != len(found[1]):
            raise InputError(
                f"FromList: pre has {len(found[0])} numbers and post {len(found[1])}; expected as "
                "many"
            )
        return found[0], found[1]


Pattern = AllToAll | OneToOne | FixedProbability | FixedInDegree | Distance | FromList
