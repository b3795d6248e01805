from collections.abc import Callable

import numpy as np

from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.moving_averages.sections import STEP_SIZES


SUM, SQUARES, RETURN = "exponent <= 1", "exponent > 1 / 2", "return sum_diverges, squares_converge"


def exponents_up_to(last: Callable[[np.random.Generator], float]) -> Callable[..., tuple[Call, ...]]:
    """Calls for exponents on every side of both borders and on them, `last` the last one."""

    def draw(rng: np.random.Generator) -> tuple[Call, ...]:
        inner = [0.0, 0.5, 1.0, rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.95), rng.uniform(1.05, 2.5)]
        return tuple(call(float(round(exponent, 2))) for exponent in (*inner, last(rng)))

    return draw


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
    probes=(
        Probe("exponents up to 1/2", exponents_up_to(lambda rng: 0.5)),
        Probe("exponents up to 1", exponents_up_to(lambda rng: 1.0)),
        Probe("exponents down to 0: constant steps", exponents_up_to(lambda rng: 0.0)),
        Probe("exponents between 1/2 and 1", exponents_up_to(lambda rng: rng.uniform(0.86, 0.95))),
        Probe("exponents above 1", exponents_up_to(lambda rng: rng.uniform(1.5, 3))),
        Probe("exponents just below 1/2", exponents_up_to(lambda rng: rng.uniform(0.4, 0.47)), public=False),
        Probe("steps that grow", exponents_up_to(lambda rng: rng.uniform(-3, -1.5)), public=False),
    ),
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
