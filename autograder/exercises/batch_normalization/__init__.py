from autograder.exercise import Assignment
from autograder.exercises.batch_normalization.normalize_inputs import NORMALIZE_INPUTS


ASSIGNMENT = Assignment(
    name="07_batch_normalization",
    title="Batch normalisation",
    exercises=(NORMALIZE_INPUTS,),
    answers_in_words=("serving-answer",),
)
