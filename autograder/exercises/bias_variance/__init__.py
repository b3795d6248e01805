"""Bias and variance: of estimators, of predictions, and what to do about them; eight functions and a test.

A squared bias, a variance and a noise add up exactly, and the inputs are such that whatever does not add up
is seen: biases of both signs, more models than points and fewer, noise whose root is far from it. Splits are
random, so they are judged by what every right one has in common.
"""

from autograder.exercise import Assignment
from autograder.exercises.bias_variance.bias import BIAS
from autograder.exercises.bias_variance.cross_validation_error import CROSS_VALIDATION_ERROR
from autograder.exercises.bias_variance.decompose import DECOMPOSE
from autograder.exercises.bias_variance.diagnose import DIAGNOSE
from autograder.exercises.bias_variance.early_stopping_step import EARLY_STOPPING_STEP
from autograder.exercises.bias_variance.inputs_for_early_stopping import INPUTS_FOR_EARLY_STOPPING
from autograder.exercises.bias_variance.k_fold_indices import K_FOLD_INDICES
from autograder.exercises.bias_variance.mse import MSE
from autograder.exercises.bias_variance.sample_variance import SAMPLE_VARIANCE_EXERCISE


ASSIGNMENT = Assignment(
    name="05_bias_variance",
    title="Bias and variance",
    exercises=(
        BIAS,
        MSE,
        SAMPLE_VARIANCE_EXERCISE,
        DECOMPOSE,
        DIAGNOSE,
        K_FOLD_INDICES,
        CROSS_VALIDATION_ERROR,
        EARLY_STOPPING_STEP,
        INPUTS_FOR_EARLY_STOPPING,
    ),
    answers_in_words=("diagnosis-answer",),
)
