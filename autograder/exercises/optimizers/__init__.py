"""Optimisers: a step of each, the loop that takes the steps, where they lead, and what it costs on the way.

A state is a plain tuple that the student's own function hands on: only the weights after each step are
compared. Hyper-parameters are never only the usual ones, at which many wrong formulas give the right numbers.

Epsilon stands under the root, as the text of the exercises says; where the text leaves a choice, as it does
for the corrections of AMSGrad, every published one gets full marks.
"""

from autograder.exercise import Assignment
from autograder.exercises.optimizers.adam_path import ADAM_PATH
from autograder.exercises.optimizers.adam_step import ADAM_STEP
from autograder.exercises.optimizers.amsgrad_step import AMSGRAD_STEP
from autograder.exercises.optimizers.average_regret import AVERAGE_REGRET
from autograder.exercises.optimizers.inputs_for_adam import INPUTS_FOR_ADAM
from autograder.exercises.optimizers.minimize import MINIMIZE
from autograder.exercises.optimizers.momentum_step import MOMENTUM_STEP
from autograder.exercises.optimizers.rmsprop_step import RMSPROP_STEP
from autograder.exercises.optimizers.wilson_solutions import WILSON_SOLUTIONS


ASSIGNMENT = Assignment(
    name="02_optimizers",
    title="Optimisers",
    exercises=(
        MOMENTUM_STEP,
        RMSPROP_STEP,
        ADAM_STEP,
        AMSGRAD_STEP,
        MINIMIZE,
        WILSON_SOLUTIONS,
        AVERAGE_REGRET,
        ADAM_PATH,
        INPUTS_FOR_ADAM,
    ),
    answers_in_words=("choice-answer",),
)
