"""The entries of the catalogue, in the order in which they are reported."""

from __future__ import annotations

from collections.abc import Callable

from neurodyn.behaviours import (
    excitability,
    hysteresis,
    inhibition,
    noisy,
    pulses,
    resonance,
    steps,
)
from neurodyn.behaviours.subject import Subject
from neurodyn.behaviours.table import Finding

Protocol = Callable[[Subject], Finding]

CATALOGUE: dict[str, Protocol] = {
    protocol.__name__: protocol
    for protocol in (
        steps.tonic_spiking,
        steps.phasic_spiking,
        steps.tonic_bursting,
        steps.phasic_bursting,
        steps.mixed_mode,
        steps.spike_frequency_adaptation,
        excitability.class_1,
        excitability.class_2,
        pulses.spike_latency,
        resonance.subthreshold_oscillations,
        resonance.resonator,
        resonance.integrator,
        pulses.all_or_nothing,
        pulses.spatial_integration,
        pulses.temporal_integration,
        inhibition.threshold_variability,
        inhibition.rebound_spike,
        inhibition.rebound_burst,
        hysteresis.bistability,
        hysteresis.accommodation,
        hysteresis.depolarising_after_potential,
        inhibition.inhibition_induced_spiking,
        inhibition.inhibition_induced_bursting,
        noisy.stochastic_spiking,
    )
}
