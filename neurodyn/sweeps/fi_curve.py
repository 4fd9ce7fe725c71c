"""``nd.fi_curve``: firing rate against a constant input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.progress import Progress, silent
from neurodyn.simulation import Adaptive, Stiff, solve
from neurodyn.sweeps.measures import settled_rate
from neurodyn.tables import Columns, Tabular


@dataclass(frozen=True, eq=False)
class FICurve(Tabular):
    """Firing rate against a constant input.

    Parameters
    ----------
    model : Model
    parameter : str
    values : (n,) float [unit of the parameter]
    rate : (n,) float [1 / time unit]
        Rate after settling; 0 where the neuron is silent at the end of the run.
    transient : (n,) int
        Spikes fired before falling silent, where the rate is 0.
    duration : float
        Length of each run.
    """

    model: Model
    parameter: str
    values: Array
    rate: Array
    transient: npt.NDArray[np.int64]
    duration: float

    def columns(self) -> Columns:
        """Return parameter, rate and transient spikes by name, each with its unit."""
        time = self.model.time_unit
        per_time = "1" if time == "1" else f"1/{time}"
        values = self.values, self.model.quantity(self.parameter).unit
        return {
            self.parameter: values,
            "rate": (self.rate, per_time),
            "transient": (self.transient, "1"),
        }

    def __repr__(self) -> str:
        active = self.values[self.rate > 0]
        span = f"{active.min():.4g} to {active.max():.4g}" if len(active) else "nowhere"
        return (
            f"<f-I curve of {self.model.name}: {len(self.values)} values of {self.parameter}, "
            f"spiking {span}, highest rate {self.rate.max():.4g}>"
        )


@checked(moved={"rtol": "method=nd.Adaptive(rtol)"})
def fi_curve(
    model: Model,
    parameter: str,
    values: Sequence[float] | Array,
    *,
    duration: Positive | None = None,
    method: Adaptive | Stiff = Adaptive(1e-6),
    progress: Progress = silent,
) -> FICurve:
    """Return the firing rate from rest at each of a number of constant inputs.

    Parameters
    ----------
    model : Model
    parameter : str
        Input or parameter that takes the values.
    values : sequence of float
    duration : float, optional
        Of each run; 60 of the model's typical cycles by default. The first 40 % is left out.
    method : Adaptive or Stiff
        As in :func:`neurodyn.solve`.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    FICurve

    Raises
    ------
    InputError
        If there are no values or a value is out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.fi_curve(nd.devices.nbox_neuron(), "I_s", [2e-5, 2e-4])
    >>> [bool(rate > 0) for rate in curve.rate]
    [False, True]
    """
    values = np.atleast_1d(np.asarray(values, dtype=float))
    if not len(values):
        raise InputError(f"no values of {parameter} were given; expected at least one")
    duration = 60 * model.time_scale if duration is None else duration
    rates, transients = [], []
    for i, value in enumerate(values):
        driven = model.with_parameters(**{parameter: value})
        traj = solve(driven, duration, method=method)
        rates.append(settled_rate(traj))
        transients.append(0 if rates[-1] else len(traj.spike_times))
        progress("f-I curve", (i + 1) / len(values))
    return FICurve(
        model, parameter, values, np.array(rates), np.array(transients, dtype=np.int64), duration
    )
