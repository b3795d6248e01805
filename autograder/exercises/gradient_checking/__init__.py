"""Gradient checking: from two values of a function to the line of a backward pass that is wrong.

Steps are so large that the error of a right approximation can be seen, so that another approximation is told
from it; blocks differ in size by powers of ten; gradients are wrong in some blocks and right in others. The
order in which parameters are packed is the student's own: it is judged by what has to hold of every order.

A published habit is a mistake here, because the exercise asks for the opposite by its formula: the error of
the worst component (CS231n) in place of that of the whole vector.
"""

from autograder.exercise import Assignment
from autograder.exercises.gradient_checking.best_eps import BEST_EPS
from autograder.exercises.gradient_checking.check_blocks import CHECK_BLOCKS
from autograder.exercises.gradient_checking.first_wrong_block import FIRST_WRONG_BLOCK
from autograder.exercises.gradient_checking.inputs_for_relative_error import INPUTS_FOR_RELATIVE_ERROR
from autograder.exercises.gradient_checking.network_gradient import NETWORK_GRADIENT
from autograder.exercises.gradient_checking.numerical_gradient import NUMERICAL_GRADIENT
from autograder.exercises.gradient_checking.pack import PACK
from autograder.exercises.gradient_checking.relative_error import RELATIVE_ERROR
from autograder.exercises.gradient_checking.unpack import UNPACK


ASSIGNMENT = Assignment(
    name="04_gradient_checking",
    title="Gradient checking",
    exercises=(
        PACK,
        UNPACK,
        NUMERICAL_GRADIENT,
        RELATIVE_ERROR,
        CHECK_BLOCKS,
        BEST_EPS,
        FIRST_WRONG_BLOCK,
        NETWORK_GRADIENT,
        INPUTS_FOR_RELATIVE_ERROR,
    ),
    answers_in_words=("diagnosis-answer",),
)
