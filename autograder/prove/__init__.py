"""The proof of the grader: what is right passes, what is wrong fails and is called by its name.

It runs on the inputs that everybody sees and on those drawn from many keys, through the judge that gives
the points. The tests make every check of every exercise; `autograder prove` prints the result as a table.
"""

from autograder.prove.bench import Bench
from autograder.prove.proof import CHECKS, Proof, prove


__all__ = ["CHECKS", "Bench", "Proof", "prove"]
