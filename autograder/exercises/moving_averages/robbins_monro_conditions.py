from collections.abc import Callable

import numpy as np

from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.moving_averages.sections import STEP_SIZES


GROW = "steps that grow"
SUM, SQUARES, RETURN = "exponent <= 1", "exponent > 1 / 2", "return sum_diverges, squares_converge"


def exponents(*further: tuple[float, float]) -> Callable[[np.random.Generator], tuple[Call, ...]]:
    """Calls for an exponent from each of the ranges, the last one in sight, and for all that every probe has.

    Those are the borders, exponents next to them on both sides, and some further away: a method that does
    not see the borders, such as adding up a million terms, earns nothing by luck.
    """

    def draw(rng: np.random.Generator) -> tuple[Call, ...]:
        fixed = [0.0, 0.499, 0.5, 0.501, 0.504, 0.506, 0.999, 1.0, 1.001, 1.004, 1.006]
        inner = [(0.1, 0.24), (0.26, 0.4), (0.6, 0.95), (1.05, 1.9), (2.1, 3.0)]
        drawn = [*fixed, *(rng.uniform(*ends) for ends in (*inner, *further))]
        return tuple(call(float(round(exponent, 3))) for exponent in drawn)

    return draw


PROBES = (
    Probe("exponents up to 1/2", exponents((0.1, 0.4), (0.5, 0.5))),
    Probe("exponents up to 1", exponents((0.6, 0.9), (1.0, 1.0))),
    Probe("exponents down to 0: constant steps", exponents((0.0, 0.0))),
    Probe("exponents between 1/2 and 1", exponents((0.86, 0.95))),
    Probe("exponents above 1", exponents((1.5, 3.0))),
    Probe("exponents just below 1/2", exponents((0.4, 0.47), (0.49, 0.498)), public=False),
    Probe(GROW, exponents((-3.0, -1.5))),
)

BUT_GROWING = tuple(probe.name for probe in PROBES if probe.name != GROW)

ROBBINS_MONRO_CONDITIONS = exercise(
    solution="""
        def robbins_monro_conditions(exponent):
            sum_diverges = exponent <= 1
            squares_converge = exponent > 1 / 2
            return sum_diverges, squares_converge
    """,
    reference=averages.robbins_monro_conditions,
    points=2,
    read=STEP_SIZES,
    probes=PROBES,
    misconceptions=(
        Wrong(
            "squares_border",
            {SQUARES: "exponent >= 1 / 2"},
            "the sum of squares is said to converge at exponent 1/2, where it is the harmonic series: `{}`",
            parts=(0,),
        ),
        Wrong(
            "sum_border",
            {SUM: "exponent < 1"},
            "the sum is said to converge at exponent 1, where it is the harmonic series: `{}`",
            parts=(1,),
        ),
        Wrong(
            "both_borders",
            {SUM: "exponent < 1", SQUARES: "exponent >= 1 / 2"},
            "the harmonic series is said to converge, on both borders: `{}` and `{}`",
        ),
        Wrong(
            "returned_in_the_other_order",
            {RETURN: "return squares_converge, sum_diverges"},
            "the two answers are returned in the other order: `{}`",
        ),
        Wrong(
            "same_condition_twice",
            {SQUARES: "exponent <= 1"},
            "the second answer repeats the first, though it is about the squares",
            parts=(0,),
        ),
        Wrong(
            "not_squared",
            {SQUARES: "exponent > 1"},
            "the second answer is about the sum itself and not about the squares: `{}`",
            parts=(0,),
        ),
        Wrong(
            "squares_diverge",
            {SQUARES: "exponent <= 1 / 2"},
            "the second answer says that the squares diverge: `{}`",
            parts=(0,),
        ),
        Wrong(
            "sum_converges",
            {SUM: "exponent > 1"},
            "the first answer says that the sum converges: `{}`",
            parts=(1,),
        ),
        Wrong(
            "opposite",
            {SUM: "exponent > 1", SQUARES: "exponent <= 1 / 2"},
            "both answers are turned into their opposites: `{}` and `{}`",
        ),
        Wrong(
            "constant_steps_converge",
            {SUM: "0 < exponent <= 1"},
            "the sum of steps that do not shrink is said to converge: `{}`",
            parts=(1,),
        ),
        *(
            Wrong(f"sum_{name}", {SUM: condition}, f"{message}: `{{}}`", parts=(1,))
            for name, condition, message in (
                (
                    "until_terms_vanish",
                    "exponent <= 0",
                    "a sum is said to converge once its terms go to zero",
                ),
                ("only_at_the_border", "exponent == 1", "the sum is said to diverge for one exponent only"),
                (
                    "at_the_border_of_squares",
                    "exponent <= 1 / 2",
                    "the first answer has the border of the second",
                ),
                ("from_the_border_on", "exponent >= 1", "the first answer says that large exponents diverge"),
                ("always", "True", "the sum is said to diverge for every exponent"),
                ("never", "False", "the sum is said to converge for every exponent"),
            )
        ),
        *(
            Wrong(f"squares_{name}", {SQUARES: condition}, f"{message}: `{{}}`", parts=(0,))
            for name, condition, message in (
                (
                    "diverge_but_at_the_border",
                    "exponent < 1 / 2",
                    "the second answer says that squares diverge",
                ),
                ("at_the_border_of_the_sum", "exponent >= 1", "the second answer is about the sum itself"),
                ("with_the_sum", "1 / 2 < exponent <= 1", "the second answer asks for both conditions"),
                ("once_terms_vanish", "exponent > 0", "a sum is said to converge once its terms go to zero"),
                ("of_half_the_exponent", "exponent > 2", "the exponent is halved and not doubled"),
                ("of_four_times", "exponent > 1 / 4", "the exponent is doubled twice"),
                ("of_the_exponent", "exponent**2 > 1", "the exponent is squared and not the step size"),
                ("always", "True", "the squares are said to converge for every exponent"),
                ("never", "False", "the squares are said to diverge for every exponent"),
            )
        ),
        Wrong(
            "steps_that_grow_converge",
            {SUM: "0 <= exponent <= 1"},
            "the sum of steps that grow is said to converge: `{}`",
            passes=BUT_GROWING,
            parts=(1,),
            credit=SLIP,
        ),
        Wrong(
            "size_of_the_exponent",
            {"": "exponent = abs(exponent)"},
            "the sign of the exponent is dropped: `abs(exponent)`",
            passes=BUT_GROWING,
            credit=SLIP,
        ),
        Wrong(
            "rounded",
            {"": "exponent = round(exponent, 2)"},
            "the exponent is rounded, so that those next to a border count as on it: `round(exponent, 2)`",
        ),
        Wrong(
            "exponent_without_its_sign",
            {"": "exponent = -exponent"},
            "the step sizes are taken to be `n**exponent`",
        ),
        Wrong(
            "sums_to_a_limit",
            {
                "": "n = np.arange(1.0, 1001)",
                SUM: "(n**-exponent).sum() > 20",
                SQUARES: "(n ** (-2 * exponent)).sum() < 20",
            },
            "a finite part of each series is added up and compared with a limit, which cannot tell slow "
            "growth from convergence: `sum(n**-exponent) > 20`",
        ),
        Wrong(
            "both_or_none",
            {RETURN: "return 1 / 2 < exponent <= 1, 1 / 2 < exponent <= 1"},
            "both answers say whether the two conditions hold together: `1/2 < exponent <= 1`",
        ),
        Wrong(
            "only_the_sum",
            {RETURN: "return sum_diverges"},
            "the answer about the squares is not returned: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "one_answer",
            {RETURN: "return 1 / 2 < exponent <= 1"},
            "one answer is given for the two conditions together: `1/2 < exponent <= 1`",
            kind="wrong_type",
        ),
    ),
    alternatives={
        "vectorised": """
            def robbins_monro_conditions(exponent):
                return np.array([exponent <= 1, 2 * exponent > 1])
        """,
        "lists and tuples": """
            def robbins_monro_conditions(exponent):
                return [not exponent > 1, not exponent <= 0.5]
        """,
        "the p-series": """
            def robbins_monro_conditions(exponent):
                converges = np.array([exponent, 2 * exponent]) > 1
                return ~converges[0], converges[1]
        """,
        "negations": """
            def robbins_monro_conditions(exponent):
                return not exponent > 1, not 2 * exponent <= 1
        """,
    },
)
