"""Learning rates: schedules, the range test and how to read it, snapshots and ensembles."""

from autograder.exercise import Assignment
from autograder.exercises.learning_rates.average_predictions import AVERAGE_PREDICTIONS
from autograder.exercises.learning_rates.cosine_restarts import COSINE_RESTARTS
from autograder.exercises.learning_rates.cyclical import CYCLICAL
from autograder.exercises.learning_rates.disagreement import DISAGREEMENT
from autograder.exercises.learning_rates.inputs_for_cosine_restarts import INPUTS_FOR_COSINE_RESTARTS
from autograder.exercises.learning_rates.lr_range_test import LR_RANGE_TEST
from autograder.exercises.learning_rates.snapshot_steps import SNAPSHOT_STEPS
from autograder.exercises.learning_rates.suggest_lr import SUGGEST_LR
from autograder.exercises.learning_rates.train_with_snapshots import TRAIN_WITH_SNAPSHOTS


ASSIGNMENT = Assignment(
    name="03_learning_rate",
    title="Learning rates",
    exercises=(
        CYCLICAL,
        LR_RANGE_TEST,
        SUGGEST_LR,
        COSINE_RESTARTS,
        SNAPSHOT_STEPS,
        TRAIN_WITH_SNAPSHOTS,
        AVERAGE_PREDICTIONS,
        DISAGREEMENT,
        INPUTS_FOR_COSINE_RESTARTS,
    ),
    answers_in_words=("experiment-answer",),
)
