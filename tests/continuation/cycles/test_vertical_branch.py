"""Special points where a branch of cycles stands upright: which strides are looked at."""

from dataclasses import dataclass
from itertools import pairwise

from neurodyn.continuation.cycles import vertical_branch


@dataclass(frozen=True)
class _End:
    place: int
    slope: float
    multipliers: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class _Stride:
    start: _End
    end: _End


def test_a_fold_that_a_branch_point_hides_is_looked_for_beside_a_doubling(monkeypatch):
    """The slope changes sign over an upright stretch; no multiplier is seen to pass 1."""
    changes = {(0, 1): {"doubling"}, (1, 2): {"slope"}, (0, 2): {"slope", "doubling"}}
    monkeypatch.setattr(
        vertical_branch, "sign_changes", lambda s: changes[s.start.place, s.end.place]
    )
    located = []
    pending = vertical_branch.PendingPoints(lambda *asked: located.append(asked) or [], 1.0)
    ends = [_End(0, 0.5), _End(1, 0.0), _End(2, -0.5)]
    for start, end in pairwise(ends):
        pending.look_at(_Stride(start, end), [], end.place)
    assert {(s.start.place, s.end.place) for s, _ in located} == {(0, 1), (1, 2)}
    assert all(turns for _, turns in located)
