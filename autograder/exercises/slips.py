"""Slips that students make in every exercise of a kind, as changes of its model solution.

A family is taken over with one word, and gives rows like those that an exercise writes for itself. The
rules say on which calls a wrong formula is right all the same.
"""

import numpy as np

from autograder.catalogue import Wrong
from autograder.exercise import Call, Right
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


def with_start(call: Call) -> bool:
    return not no_start(call)


def series(
    noun: str,
    store: str,
    observation: str,
    *,
    start: str = "0.0",
    state: str = "mean",
    constant: tuple[Right, ...] = (),
) -> tuple[Wrong, ...]:
    """The family of solutions that go through `x` and return one result for each observation.

    `noun` says what the results are. `store` is the line of the solution that stores one of them, as in
    "means[t] = mean"; it makes room for them with `np.zeros(x.shape)` and returns them by name. `observation`
    is how it takes one, as in "x[t]", `state` the variable that goes from step to step, and `start` what it
    is before the first. The observations of the probes `constant` are all alike.
    """
    results = store.split("[")[0]
    made, returned = "np.zeros(x.shape)", f"return {results}"
    early = f"{observation[:-1]} - 1]".replace("- 1 - 1]", "- 2]")
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
        Wrong(
            "cut_at_every_step",
            {store: f"{state} = {state}.astype(x.dtype)\n{store}"},
            f"the {noun} of whole numbers is cut to a whole number at every step, and the next step goes on "
            "from there, because it is stored in an array of the input's type: `np.zeros_like(x)`",
            passes=(fractions,),
            credit=SLIP,
        ),
        Wrong(
            "all_cut",
            {returned: f"return {results}.astype(int)"},
            f"every {noun} is cut to a whole number: `.astype(int)`",
        ),
        Wrong(
            "rounded",
            {returned: f"return np.round({results}, 2)"},
            f"every {noun} is rounded to two decimals: `np.round({results}, 2)`",
        ),
        Wrong(
            "rounded_to_whole_numbers",
            {returned: f"return np.round({results})"},
            f"every {noun} is rounded to a whole number: `np.round({results})`",
        ),
        Wrong(
            "first_left_at_zero",
            {returned: f"{results}[:1] = 0\n{returned}"},
            f"the first entry is left at 0 and only the others are the {noun}",
        ),
        Wrong(
            "newest_first",
            {returned: f"{returned}[::-1]"},
            f"the results stand in reverse order, the last {noun} first: `{results}[::-1]`",
            passes=(short, *constant),
        ),
        Wrong(
            "same_array_at_every_step",
            {returned: f"return np.zeros(x.shape) + {results}[-1:]"},
            f"every entry is the final {noun}: one and the same array is stored at every step, and the next "
            "step goes on changing it",
            passes=(short, *constant),
        ),
        Wrong(
            "same_row_at_every_step",
            {returned: f"return {results} if x.ndim == 1 else np.zeros(x.shape) + {results}[-1:]"},
            f"with several columns every row is the final {noun}: one and the same array is stored at every "
            "step, and the next step goes on changing it",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "start_comes_first",
            {returned: f"return np.concatenate([np.zeros((1, *x.shape[1:])) + {start}, {results}])"},
            f"the start is returned as well, so that there is one value too many: `{results} = [{start}]`",
            kind="wrong_shape",
        ),
        Wrong(
            "first_is_missing",
            {returned: f"return {results}[1:]"},
            f"the {noun} after the first observation is missing, so that there is one value too few",
            kind="wrong_shape",
        ),
        Wrong(
            "last_is_missing",
            {returned: f"return {results}[:-1]"},
            f"the {noun} after the last observation is missing, so that there is one value too few",
            kind="wrong_shape",
        ),
        Wrong(
            "one_observation_early",
            {observation: early},
            "every step takes the observation before its own, and the first step the last of all: `{}`",
            passes=(short, *constant),
        ),
        Wrong(
            "backwards",
            {"": "x = x[::-1]"},
            "the series is taken from its newest observation to its oldest: `{}`",
            passes=(short, *constant),
        ),
        Wrong(
            "of_what_follows",
            {"": "x = x[::-1]", returned: f"return {results}[::-1]"},
            f"each entry is the {noun} of what comes after it, from the last observation back",
            passes=(short, *constant),
        ),
    )


def roundings(result: str, noun: str) -> tuple[Wrong, ...]:
    """The family of solutions in which one expression is what they return, or store of it."""
    return tuple(
        Wrong(
            name,
            {result: f"np.round({result}, {digits})"},
            f"the {noun} is rounded: `np.round(..., {digits})`",
        )
        for name, digits in {
            "rounded_to_whole_numbers": 0,
            "rounded": 2,
        }.items()
    )
