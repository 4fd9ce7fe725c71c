"""Waveforms as data: what drives an input, and where its kinks are."""

from neurodyn.stimuli.waveforms import (
    Stimulus,
    constant,
    pulse,
    ramp,
    sampled,
    step,
    train,
    triangle,
)

__all__ = ["Stimulus", "constant", "pulse", "ramp", "sampled", "step", "train", "triangle"]
