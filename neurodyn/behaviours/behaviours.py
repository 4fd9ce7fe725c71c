"""``nd.behaviours``: what a neuron does, entry by entry of the excitability catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.arguments import Whole, checked
from neurodyn.behaviours.catalogue import CATALOGUE
from neurodyn.behaviours.landmarks import Landmarks
from neurodyn.behaviours.response import ENOUGH, RTOL, Undecidable
from neurodyn.behaviours.subject import Subject
from neurodyn.behaviours.table import BehaviourTable, Finding
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.progress import Progress, silent
from neurodyn.provenance import versions


@checked
def behaviours(
    model: Model,
    *,
    input: str | None = None,
    only: str | Sequence[str] | None = None,
    landmarks: Landmarks | None = None,
    seed: Whole = 0,
    progress: Progress = silent,
) -> BehaviourTable:
    """Run a protocol for each entry of the catalogue of excitable behaviours.

    The neuron is held at the value that its input has in the model, where it must rest. Heights of
    stimuli come from its rheobase, the onset and end of its sustained firing and the input at which
    rest loses stability; widths from its chronaxie, its interspike interval and the ringing of its
    membrane. All are measured first. The definitions are in ``neurodyn.behaviours.rules``.

    Parameters
    ----------
    model : Model
        With a spike event and at least one input.
    input : str, optional
        Name of the input to drive; the model's first by default.
    only : name or sequence of names, optional
        Entries to look at, e.g. ``"bistability"``; all by default.
    landmarks : Landmarks, optional
        Where rest is lost, where firing begins and ends, and where both are stable, if that has
        been computed; measured by runs by default.
    seed : int
        Of the noise of stochastic spiking.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    BehaviourTable
        One :class:`Finding` per entry: verdict ("shown", "not shown", "not decidable"), the
        stimulus that shows it, the numbers that the verdict rests on, and traces.

    Raises
    ------
    InputError
        For an unknown behaviour or input, or a model without input or spike event.

    References
    ----------
    E. M. Izhikevich, IEEE Trans. Neural Netw. 15, 1063 (2004).

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.leaky_integrate_and_fire()
    >>> table = nd.behaviours(neuron, only=["tonic_spiking", "class_1", "rebound_spike"])
    >>> [finding.verdict for finding in table]
    ['shown', 'shown', 'not shown']
    """
    if model.spike is None:
        raise InputError(f"model {model.name!r} declares no spike event; expected one")
    if not model.inputs:
        raise InputError(f"model {model.name!r} has no input to drive; expected at least one")
    name = model.input_names[0] if input is None else input
    if name not in model.input_names:
        raise unknown_name("input", name, model.input_names)
    wanted = [only] if isinstance(only, str) else list(CATALOGUE if only is None else only)
    if not wanted:
        raise InputError("only= names no behaviour; expected at least one, or None for all")
    for entry in wanted:
        if entry not in CATALOGUE:
            raise unknown_name("behaviour", entry, CATALOGUE)
    subject = Subject(model, name, model[name], seed=seed, known=landmarks)
    findings = []
    for i, entry in enumerate(dict.fromkeys(wanted)):
        try:
            findings.append(CATALOGUE[entry](subject))
        except Undecidable as reason:
            findings.append(Finding(entry, "not decidable", str(reason)))
        progress("behaviours", (i + 1) / len(wanted))
    return BehaviourTable(
        model_name=model.name,
        input_name=name,
        input_unit=next(q.unit for q in model.inputs if q.name == name),
        time_unit=model.time_unit,
        observable=model.spike.observable,
        landmarks=_landmarks(subject),
        findings=tuple(findings),
        provenance={
            "digest": model.digest,
            "parameters": {key: model[key] for key in model.parameter_names},
            "rtol": RTOL,
            "seed": seed,
            "spikes of sustained firing": ENOUGH,
            "versions": versions(),
        },
    )


def _landmarks(subject: Subject) -> dict[str, float]:
    try:
        return subject.landmarks
    except Undecidable:
        return {"held input": subject.held}
