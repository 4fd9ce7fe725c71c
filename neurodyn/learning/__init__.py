"""Networks that learn: labelled data, training with pulses, Equilibrium Propagation."""

from neurodyn.learning.binary.counting import CountingNet, ReadErrors, WeakSupply
from neurodyn.learning.binary.error_study import ErrorStudy, error_study
from neurodyn.learning.binary.estimator import BinaryNet
from neurodyn.learning.binary.layers import BinaryLayer
from neurodyn.learning.binary.trained import BinaryFit
from neurodyn.learning.binary.weights import FloatWeights, PulsedWeights, imperfections
from neurodyn.learning.confusion import Confusion
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
    "BinaryFit",
    "BinaryLayer",
    "BinaryNet",
    "Confusion",
    "Continuous",
    "CountingNet",
    "DeviceWeights",
    "EqProp",
    "EqPropFit",
    "ErrorStudy",
    "FloatWeights",
    "GradientCheck",
    "Labelled",
    "LearningRecipe",
    "Partition",
    "ProbabilisticTernary",
    "PulseCounts",
    "PulsedWeights",
    "Quantised",
    "ReadErrors",
    "Settled",
    "Settling",
    "Ternary",
    "ThresholdColumns",
    "WeakSupply",
    "block_majority",
    "comparator_probability",
    "decision_error",
    "digits",
    "divided_disagreement",
    "eqprop_preset",
    "error_study",
    "gradient_check",
    "imperfections",
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
