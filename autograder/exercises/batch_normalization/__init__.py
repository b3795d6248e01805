"""Batch normalisation: six functions, a layer to mend and a test to write; examples in rows.

Batches are small and eps is large where formulas differ, m is never n, and gamma and beta are nowhere near
1 and 0. Where eps stands is left open in the forward pass, as the two documents of the course differ; what
is used afterwards has to agree with training, so there it counts.
"""

from autograder.exercise import Assignment
from autograder.exercises.batch_normalization.batchnorm_backward import BATCHNORM_BACKWARD
from autograder.exercises.batch_normalization.batchnorm_forward import BATCHNORM_FORWARD
from autograder.exercises.batch_normalization.batchnorm_infer import BATCHNORM_INFER
from autograder.exercises.batch_normalization.batchnorm_layer import BATCHNORM_LAYER
from autograder.exercises.batch_normalization.fold_batchnorm import FOLD_BATCHNORM
from autograder.exercises.batch_normalization.inputs_for_batchnorm_forward import (
    INPUTS_FOR_BATCHNORM_FORWARD,
)
from autograder.exercises.batch_normalization.normalize_inputs import NORMALIZE_INPUTS
from autograder.exercises.batch_normalization.running_update import RUNNING_UPDATE


ASSIGNMENT = Assignment(
    name="07_batch_normalization",
    title="Batch normalisation",
    exercises=(
        NORMALIZE_INPUTS,
        BATCHNORM_FORWARD,
        BATCHNORM_BACKWARD,
        RUNNING_UPDATE,
        BATCHNORM_INFER,
        FOLD_BATCHNORM,
        BATCHNORM_LAYER,
        INPUTS_FOR_BATCHNORM_FORWARD,
    ),
    answers_in_words=("serving-answer",),
)
