"""Dropout."""

from autograder.exercise import Assignment
from autograder.exercises.dropout.all_masks import ALL_MASKS_EXERCISE
from autograder.exercises.dropout.dropout_backward import DROPOUT_BACKWARD
from autograder.exercises.dropout.dropout_forward import DROPOUT_FORWARD
from autograder.exercises.dropout.dropout_penalty import DROPOUT_PENALTY
from autograder.exercises.dropout.dropout_ridge import DROPOUT_RIDGE
from autograder.exercises.dropout.dropout_test import DROPOUT_TEST
from autograder.exercises.dropout.mask_probabilities import MASK_PROBABILITIES
from autograder.exercises.dropout.nwgm import NWGM
from autograder.exercises.dropout.nwgm_logistic import NWGM_LOGISTIC
from autograder.exercises.dropout.sample_mask import SAMPLE_MASK


ASSIGNMENT = Assignment(
    name="06_dropout",
    title="Dropout",
    exercises=(
        SAMPLE_MASK,
        DROPOUT_FORWARD,
        DROPOUT_BACKWARD,
        DROPOUT_TEST,
        ALL_MASKS_EXERCISE,
        MASK_PROBABILITIES,
        DROPOUT_PENALTY,
        DROPOUT_RIDGE,
        NWGM,
        NWGM_LOGISTIC,
    ),
    answers_in_words=("choice-answer",),
)
