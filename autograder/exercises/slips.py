"""Slips that students make in every exercise of a kind, as changes of its model solution.

A family is taken over with one word, and gives rows like those that an exercise writes for itself. The
rules say on which calls a wrong formula is right all the same.
"""

import numpy as np

from autograder.catalogue import Wrong
from autograder.exercise import Call
from autograder.exercises.credit import SLIP


def one_axis(call: Call) -> bool:
    """A single series: there is no other axis to go wrong on."""
    return bool(np.ndim(call.args[0]) == 1)


def fractions(call: Call) -> bool:
    """No whole numbers, whose type an array could take over."""
    return bool(np.asarray(call.args[0]).dtype.kind == "f")


def short(call: Call) -> bool:
    """One observation at most."""
    return len(call.args[0]) <= 1


def no_start(call: Call) -> bool:
    """No start is given, so that it is zero."""
    return "init" not in call.kwargs


def series(noun: str, store: str, *, start: str = "0.0", state: str = "mean") -> tuple[Wrong, ...]:
    """The family of solutions that go through `x` and return one result for each observation.

    `noun` says what the results are. `store` is the line of the solution that stores one of them, as in
    "means[t] = mean"; it makes room for them with `np.zeros(x.shape)` and returns them by name. `state` is
    the variable that goes from step to step, and `start` what it is before the first.
    """
    results = store.split("[")[0]
    made, returned = "np.zeros(x.shape)", f"return {results}"
    return (
        Wrong(
            "only_last",
            {returned: f"{returned}[-1] if len(x) else {state}"},
            f"only the final {noun} is returned, not the {noun} after each observation",
            kind="wrong_shape",
        ),
        Wrong(
            "along_rows",
            {"": "x = np.moveaxis(x, -1, 0)", returned: f"return np.moveaxis({results}, 0, -1)"},
            f"the {noun} runs along each row and not down each column: `axis=1`",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "cut_to_whole_numbers",
            {made: "np.zeros_like(x)"},
            f"each {noun} of whole numbers is cut to a whole number, because it is stored in an array of the "
            "input's type: `{}`",
            passes=(fractions,),
            credit=SLIP,
        ),
    )
