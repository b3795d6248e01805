"""Dropout: twelve small functions, from the mask to what is computed on average over all of them.

Inputs are drawn where formulas differ: keep_prob far from 1/2, where keeping and dropping are the same; masks
that differ in every row and column; features of different sizes. Random masks are judged by what holds for
every right way of drawing them. The layout of a cache is the student's own.

Two published habits are mistakes here, because the exercises ask for the opposite by name: a probability of
dropping (PyTorch, Keras) in place of one of keeping, and inverted dropout where the direct one is asked.
"""

from autograder.exercise import Assignment
from autograder.exercises.dropout.all_masks import ALL_MASKS_EXERCISE
from autograder.exercises.dropout.dropout_backward import DROPOUT_BACKWARD
from autograder.exercises.dropout.dropout_forward import DROPOUT_FORWARD
from autograder.exercises.dropout.dropout_penalty import DROPOUT_PENALTY
from autograder.exercises.dropout.dropout_ridge import DROPOUT_RIDGE
from autograder.exercises.dropout.dropout_test import DROPOUT_TEST
from autograder.exercises.dropout.hidden_layer_gradient import HIDDEN_LAYER_GRADIENT
from autograder.exercises.dropout.inputs_for_dropout_penalty import INPUTS_FOR_DROPOUT_PENALTY
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
        HIDDEN_LAYER_GRADIENT,
        INPUTS_FOR_DROPOUT_PENALTY,
    ),
    answers_in_words=("choice-answer",),
)
