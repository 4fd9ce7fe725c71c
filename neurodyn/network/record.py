"""What is recorded of a network beside its spikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from neurodyn.arguments import Positive, checked


@checked
@dataclass(frozen=True, eq=False)
class Record:
    """What :func:`neurodyn.simulate` records beside spikes.

    Parameters
    ----------
    traces : mapping from population to numbers of neurons
        Whose states are kept, every ``period``.
    period : float, optional [time unit of the models]
        Of traces.
    states_at_spikes : sequence of str
        Populations whose states are kept at each spike.
    integrals : mapping from population to names of outputs
        What is integrated along the run and kept at each spike: ``{"cells": ["P_device"]}`` gives
        the energy of every spike.
    weights : float, optional
        How often the weights of plastic connections are kept.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Record(traces={"cells": [0, 1]}, period=1e-9).period
    1e-09
    """

    traces: Mapping[str, Sequence[int]] = field(default_factory=dict)
    period: Positive | None = None
    states_at_spikes: Sequence[str] = ()
    integrals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    weights: Positive | None = None
