"""Kinds of calls on which some wrong formulas are right all the same."""

import numpy as np

from autograder.exercise import Call


def eps_as_it_stands(call: Call) -> bool:
    """None is given, and it is too small to be seen beside most variances."""
    return "eps" not in call.kwargs


def fractions(call: Call) -> bool:
    """No whole numbers, whose type an array could take over."""
    return bool(np.asarray(call.args[0]).dtype.kind == "f")
