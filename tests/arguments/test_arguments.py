"""The boundary: a call with what its annotations exclude gets one sentence, whatever it is."""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.arguments import Count, NonNegative, Numbers, Positive, checked
from neurodyn.errors import CallError, IdentifiabilityError, InputError, NumericalError

BAD_NUMBERS = [None, "1us", np.nan, np.inf, 10**400, [1.0], {}, object(), True, 1j, np.array("a")]


@checked
def verb(
    t: Positive,
    n: Count = 1,
    *,
    span: tuple[float, float] = (0.0, 1.0),
    table: Mapping[str, float] | None = None,
    names: Sequence[str] = (),
    values: Numbers = 0.0,
    gap: NonNegative = 0.0,
):
    return t, n, span, table, names, values, gap


@pytest.mark.parametrize("name", ["t", "n", "gap"])
@pytest.mark.parametrize("value", [*BAD_NUMBERS, -1], ids=lambda v: str(v)[:12])
def test_what_is_no_such_number_is_refused_by_name(name, value):
    with pytest.raises(InputError, match=f"^verb: {name} is .*; expected a") as caught:
        verb(**({"t": 1.0} | {name: value}))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "bad",
    [
        {"n": 0.5}, {"n": 0}, {"span": 3.0}, {"span": (0.0,)}, {"span": (0.0, np.nan)},
        {"table": [1.0]}, {"table": {"a": "b"}}, {"table": {1: 1.0}}, {"names": "abc"},
        {"names": [1]}, {"values": "abc"}, {"values": [1.0, np.nan]}, {"values": {}},
        {"values": [[1.0], [1.0, 2.0]]}, {"values": ["1"]},
    ],
    ids=str,
)  # fmt: skip
def test_what_has_another_shape_is_refused(bad):
    (name,) = bad
    with pytest.raises(InputError, match=f"^verb: {name} is "):
        verb(1.0, **bad)


def test_what_is_meant_passes_as_a_python_number():
    t, n, span, *_ = verb(np.float32(2.0), np.int64(3), span=[0, 1], values=np.arange(3))
    assert (type(t), type(n), span) == (float, int, [0, 1])
    assert verb(1, 2.0)[1] == 2


def test_wrong_names_are_named():
    with pytest.raises(CallError, match="verb has no nn=; did you mean 'n'"):
        verb(1.0, nn=3)
    with pytest.raises(TypeError, match="missing a required argument: 't'"):
        verb()


def test_keywords_that_moved_say_where():
    moved = checked(lambda t: t, moved={"threads": "run=nd.Threads(n)"})
    with pytest.raises(CallError, match=r"has no threads=; use run=nd.Threads\(n\)"):
        moved(1.0, threads=2)


def test_dataclasses_are_checked_when_they_are_made():
    @checked
    @dataclass(frozen=True)
    class Choice:
        rtol: Positive = 1e-6

    assert Choice(1e-3) == Choice(rtol=0.001)
    with pytest.raises(InputError, match="Choice: rtol is 'a'; expected a positive number"):
        Choice("a")


@pytest.mark.parametrize(
    "error",
    [
        NumericalError("stopped", nd.Status.MAX_STEPS, {"t": 1.0}),
        IdentifiabilityError("not determined", [{"R_th": 1.0, "C_th": -1.0}]),
        nd.FitRejectedError("rejected", None),
        InputError("bad"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_errors_come_back_from_another_process(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_a_choice_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'tonic_spiking'"):
        nd.devices.izhikevich("tonic_spikin")
    with pytest.raises(InputError, match="excitability is '1'; expected one of 1, 2"):
        nd.devices.morris_lecar("1")
