"""``nd.simulate``: run a network."""

from __future__ import annotations

from os import PathLike

from neurodyn.arguments import Positive, checked
from neurodyn.errors import InputError, NumericalError
from neurodyn.network.engine.windows import Windows
from neurodyn.network.lockstep import Lockstep
from neurodyn.network.network import Network
from neurodyn.network.record import Record
from neurodyn.network.run import NetworkRun
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.simulation.options import Adaptive, Threads


@checked
def simulate(
    network: Network,
    t_end: Positive,
    *,
    record: Record = Record(),
    method: Adaptive | Lockstep = Adaptive(),
    run: Threads = Threads(),
    resume: NetworkRun | None = None,
    store: str | PathLike[str] | None = None,
    raise_on_failure: bool = True,
    progress: Progress = silent,
) -> NetworkRun:
    """Run a network from t = 0.

    Every neuron advances alone, with steps of its own, to the end of a *window* as long as the
    smallest delay: what it sends in a window arrives in a later one. Spikes are located to the
    order of the method, and steps end on every edge of every pulse. Neurons with one linear state
    (leaky integrate-and-fire) go from event to event in closed form. A neuron at rest that nothing
    reaches costs nothing.

    Parameters
    ----------
    network : Network
    t_end : float [time unit of the models]
    record : Record
        What is kept beside spikes.
    method : Adaptive or Lockstep
        ``nd.Adaptive(rtol)``: each neuron's own steps by a tolerance. ``nd.Lockstep(dt)``: equal
        steps, fastest for dense input.
    run : Threads
        No digit depends on their number.
    resume : NetworkRun, optional
        A run of the same network, with the same record and method, to go on from; no digit
        depends on where it was split.
    store : path, optional
        A file that keeps the run while it is under way; if it is there, the run goes on from it.
    raise_on_failure : bool
        If false, a run with another status than OK is returned instead of raised.
    progress : function, optional

    Returns
    -------
    NetworkRun

    Raises
    ------
    InputError
        For a start at or above threshold, or a record of what is not there.
    NumericalError
        If a neuron cannot be followed; it is named, and ``error.result`` holds the run until then.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=3e-4)
    >>> chain = nd.Population("chain", neuron, 3, parameters={"I_s": [3e-4, 0.0, 0.0]})
    >>> forward = nd.Connection("chain", "chain", 5e-4, 1e-7, nd.Rectangular(3e-7),
    ...                         pattern=nd.FromList([0, 1], [1, 2]))
    >>> nd.simulate(nd.Network([chain], [forward]), 3e-6)["chain"].counts.tolist()
    [7, 6, 6]
    """
    if resume is not None and resume.network is not network:
        raise InputError("resume= is a run of another network; expected the same Network object")
    for name, now in (("record", record), ("method", method)):
        if resume is not None and resume.provenance[name] != repr(now):
            raise InputError(
                f"resume= is a run with {name}={resume.provenance[name]:.200}; expected the same "
                f"{name} again"
            )
    windows = Windows(network, t_end, record, method, run.n)
    if resume is not None:
        windows.restore(resume.state)
    done = windows.run(t_end, monotonic(progress, "simulating"), store)
    if not done.status and raise_on_failure:
        raise NumericalError(done.notes[-1], done.status, done)
    return done
