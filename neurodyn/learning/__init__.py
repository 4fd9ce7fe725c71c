"""Networks that learn: labelled data, training with pulses, Equilibrium Propagation."""

from neurodyn.learning.data import Labelled, labelled, read_labelled, split
from neurodyn.learning.eqprop.estimator import DeviceWeights, EqProp, eqprop_preset
from neurodyn.learning.eqprop.gradient import GradientCheck, gradient_check
from neurodyn.learning.eqprop.settling import Settling
from neurodyn.learning.eqprop.trained import EqPropFit, Settled
from neurodyn.learning.eqprop.updates import (
    Continuous,
    ProbabilisticTernary,
    Quantised,
    Ternary,
)
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.learning.recipe import LearningRecipe, read_learning
from neurodyn.learning.sets import digits

__all__ = [
    "Continuous",
    "DeviceWeights",
    "EqProp",
    "EqPropFit",
    "GradientCheck",
    "Labelled",
    "LearningRecipe",
    "ProbabilisticTernary",
    "PulseCounts",
    "Quantised",
    "Settled",
    "Settling",
    "Ternary",
    "digits",
    "eqprop_preset",
    "gradient_check",
    "labelled",
    "read_labelled",
    "read_learning",
    "split",
]
