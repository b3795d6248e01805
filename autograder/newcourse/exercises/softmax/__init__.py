"""From scores to probabilities."""

from autograder.exercise import Assignment

from .softmax import SOFTMAX

ASSIGNMENT = Assignment(
    name="01_softmax",
    title="Softmax",
    exercises=(SOFTMAX,),
)
