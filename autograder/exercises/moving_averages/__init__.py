"""Moving averages: nine functions, the inputs that tell right from wrong, and the wrong formulas by name.

Inputs are drawn where formulas differ: a start away from zero, betas far from 1/2, several columns, whole
numbers, series of one observation and of none. A wrong variant behaves on all of them as a student's code
would, so it accepts whatever the right function accepts.

Two published habits are mistakes here, because the exercise asks for the opposite by name: starting an
average at its first observation (pandas with adjust=False) although `init` is given, and correcting the
bias of a start that is no longer zero (pandas with adjust=True).
"""

from autograder.exercise import Assignment
from autograder.exercises.moving_averages.cumulative_mean import CUMULATIVE_MEAN
from autograder.exercises.moving_averages.ewma import EWMA
from autograder.exercises.moving_averages.ewma_at_times import EWMA_AT_TIMES
from autograder.exercises.moving_averages.ewma_corrected import EWMA_CORRECTED
from autograder.exercises.moving_averages.ewma_weights import EWMA_WEIGHTS
from autograder.exercises.moving_averages.inputs_for_ewma import INPUTS_FOR_EWMA
from autograder.exercises.moving_averages.robbins_monro_conditions import ROBBINS_MONRO_CONDITIONS
from autograder.exercises.moving_averages.stochastic_average import STOCHASTIC_AVERAGE
from autograder.exercises.moving_averages.window import WINDOW_EXERCISE


ASSIGNMENT = Assignment(
    name="01_moving_averages",
    title="Moving averages",
    exercises=(
        CUMULATIVE_MEAN,
        EWMA,
        EWMA_WEIGHTS,
        EWMA_CORRECTED,
        WINDOW_EXERCISE,
        STOCHASTIC_AVERAGE,
        ROBBINS_MONRO_CONDITIONS,
        EWMA_AT_TIMES,
        INPUTS_FOR_EWMA,
    ),
    answers_in_words=("choice-answer",),
)
