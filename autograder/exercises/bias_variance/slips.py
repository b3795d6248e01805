"""Slips in what is averaged over the rows of the first argument, as changes of a model solution."""

import numpy as np

from autograder.catalogue import Wrong
from autograder.exercise import Call
from autograder.exercises.credit import SLIP
from autograder.exercises.slips import fractions


def one_row(call: Call) -> bool:
    """A single row, of which every kind of mean is itself."""
    return len(call.args[0]) == 1


def truth_of_fractions(call: Call) -> bool:
    """No whole numbers in the second argument, whose type an array could take over."""
    return bool(np.asarray(call.args[1]).dtype.kind == "f")


def cut_like_the_truth(noun: str, result: str) -> Wrong:
    return Wrong(
        "cut_like_the_truth",
        {f"return {result}": f"return np.asarray({result}).astype(np.asarray(truth).dtype)"},
        f"the {noun} is cut to a whole number where the truth is one, because it is stored in an array of "
        "its type: `np.zeros_like(truth)`",
        passes=(truth_of_fractions,),
        credit=SLIP,
    )


def averages(noun: str, result: str, quotient: str) -> tuple[Wrong, ...]:
    """The family of solutions that average over rows and return one `noun`.

    `result` is the expression that is returned, `quotient` the one with the only division in it.
    """
    returned, rows = f"return {result}", quotient.split("/ ")[1]
    return (
        Wrong(
            "floor_division",
            {quotient: quotient.replace("/", "//")},
            "the sum is divided with `//`, which drops the fraction: `{}`",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {returned: f"return np.asarray({result}).astype({rows[4:-1]}.dtype)"},
            f"the {noun} of whole numbers is cut to a whole number, because it is stored in an array of the "
            "input's type",
            passes=(fractions,),
            credit=SLIP,
        ),
        Wrong(
            "rounded",
            {returned: f"return np.round({result}, 2)"},
            f"the {noun} is rounded to two decimals: `np.round(..., 2)`",
        ),
        Wrong(
            "rounded_to_whole_numbers",
            {returned: f"return np.round({result})"},
            f"the {noun} is rounded to a whole number: `np.round(...)`",
        ),
    )
