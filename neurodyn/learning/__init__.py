"""Networks that learn: labelled data, training with pulses, Equilibrium Propagation."""

from neurodyn.learning.data import Labelled, labelled, read_labelled, split
from neurodyn.learning.eqprop.estimator import DeviceWeights, EqProp, eqprop_preset
from neurodyn.learning.eqprop.gradient import GradientCheck, gradient_check
from neurodyn.learning.eqprop.settling import Settling
from neurodyn.learning.eqprop.trained import Confusion, EqPropFit, Settled
from neurodyn.learning.eqprop.updates import (
    Continuous,
    ProbabilisticTernary,
    Quantised,
    Ternary,
)
from neurodyn.learning.inference.arrays import (
    Partition,
    ThresholdColumns,
    block_majority,
    divided_disagreement,
    partition,
    threshold_columns,
)
from neurodyn.learning.inference.errors import (
    comparator_probability,
    decision_error,
    probability_of_one,
    read_error_of_pair,
    read_error_of_single,
    supply_error,
)
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.learning.recipe import LearningRecipe, read_learning
from neurodyn.learning.sets import digits

__all__ = [
    "Confusion",
    "Continuous",
    "DeviceWeights",
    "EqProp",
    "EqPropFit",
    "GradientCheck",
    "Labelled",
    "LearningRecipe",
    "Partition",
    "ProbabilisticTernary",
    "PulseCounts",
    "Quantised",
    "Settled",
    "Settling",
    "Ternary",
    "ThresholdColumns",
    "block_majority",
    "comparator_probability",
    "decision_error",
    "digits",
    "divided_disagreement",
    "eqprop_preset",
    "gradient_check",
    "labelled",
    "partition",
    "probability_of_one",
    "read_error_of_pair",
    "read_error_of_single",
    "read_labelled",
    "read_learning",
    "split",
    "supply_error",
    "threshold_columns",
]
