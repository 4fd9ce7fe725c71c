"""Every public verb, called with what its annotations exclude: one sentence, and nothing else.

A call that is right is listed for each public callable; each of its arguments in turn is then
replaced by each of some bad values. A call must end in a NeurodynError of one short sentence, or
give a result without a trace of the bad value; anything else that is raised is a fault of the verb.
"""

import inspect
import math
import pathlib
import time
import warnings
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pytest

import neurodyn as nd
from tests.arguments.verbs import (
    CALLS,
    COSTLY,
    NOT_CALLED,
    Enough,
    harmless,
    prepared,
    public_callables,
)

LONGEST = 700  # characters of a message
SLOWEST = 20.0  # seconds of a processor that a call takes
BAD = {
    "none": None, "text": "1us", "nan": math.nan, "inf": math.inf, "minus": -1, "zero": 0,
    "half": 0.5, "huge": 10**400, "list": [], "mapping": {}, "object": object(),
    "function": lambda *_: None, "path": pathlib.Path("no/such/file"), "shape": np.ones((2, 3, 4)),
    "nans": np.array([math.nan, 1.0]), "texts": ["a", "b"], "keys": {"no such name": 1.0},
    "number": {1: 2}, "complex": 1j, "true": True, "model": nd.devices.leaky_integrate_and_fire(),
    "long text": "x" * 100_000,
}  # fmt: skip

# a span that is meant, and takes minutes: half a second is a million spikes
LONG = {("t_end", "half"), ("duration", "half"), ("t_max", "half"), ("t_start", "minus")}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def called(name, values):
    """Return how a call ended: refused, allowed, or what is wrong with it."""
    began = time.process_time()
    end = ended(name, values)
    taken = time.process_time() - began
    if taken > SLOWEST:  # the first call may have compiled what it needs
        ended(name, values)
        taken = time.process_time() - began - taken
    return end if taken < SLOWEST else f"{taken:.0f} s"


def ended(name, values):
    function, args = prepared(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = function(**(args | values)) if values is not None else function(**args)
    except nd.NeurodynError as error:
        end = "refused"
        if len(str(error)) >= LONGEST or "\n" in str(error):
            end = f"a message of {len(str(error))} characters: {str(error)[:80]!r}"
    except Enough:
        end = "allowed"
    except Exception as error:
        end = f"raw {type(error).__name__}: {str(error)[:100]}"
    else:
        end = "allowed" if harmless(result) else f"nonsense: {result!r:.100}"
    plt.close("all")
    return end


def faults(name, bad):
    """Return what went wrong with each argument of a verb in turn, and how calls ended."""
    function, args = prepared(name)
    wrong, ends = [], Counter()
    for argument in arguments(function, args):
        for label in bad:
            if (argument, label) in LONG:
                continue
            end = called(name, {argument: BAD[label]})
            known = end in ("refused", "allowed")
            ends[end if known else "wrong"] += 1
            if not known:
                wrong.append(f"{name}({argument}={label}): {end}")
    return wrong, ends


def arguments(function, args):
    kinds = inspect.signature(function).parameters.values()
    named = [p.name for p in kinds if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return [*named, *(name for name in args if name not in named)]


def test_every_public_callable_is_in_the_table():
    assert not public_callables() - CALLS.keys() - NOT_CALLED
    assert not (CALLS.keys() | NOT_CALLED) - public_callables()


@pytest.mark.parametrize("name", sorted(CALLS.keys() - COSTLY))
def test_what_makes_no_sense_is_refused_in_a_sentence(name):
    few = ["none", "text", "nan", "list", "object", "huge"]
    wrong, ends = faults(name, few)
    assert not wrong, "\n".join(wrong)
    assert ends["refused"] or not arguments(*prepared(name))


def every_bad_value() -> None:
    """Try every bad value on every argument, by ``python -m tests.arguments.test_every_verb``."""
    wrong, ends = [], Counter()
    for name in sorted(CALLS):
        new, counts = faults(name, BAD)
        wrong += new
        ends += counts
        print(f"{name}: {dict(counts)}", *new, sep="\n  ", flush=True)
    print(f"{len(CALLS)} callables, {ends.total()} calls: {dict(ends)}; {len(wrong)} wrong")


if __name__ == "__main__":
    every_bad_value()
