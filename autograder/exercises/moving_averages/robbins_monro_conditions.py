from collections.abc import Callable

import numpy as np

from advsec import averages
from autograder.exercise import Call, Exercise, Misconception, Probe, call
from autograder.exercises.credit import PART
from autograder.exercises.moving_averages.sections import STEP_SIZES


def _sums_to_a_limit(exponent: float) -> tuple[bool, bool]:
    n = np.arange(1.0, 1001)
    return bool((n**-exponent).sum() > 20), bool((n ** (-2 * exponent)).sum() < 20)


def _conditions_of_a_list(exponent: float) -> list[bool]:
    return [not exponent > 1, not 2 * exponent <= 1]


def _conditions_of_the_p_series(exponent: float) -> tuple[np.bool_, np.bool_]:
    converges = np.array([exponent, 2 * exponent]) > 1
    return ~converges[0], converges[1]


def exponents_up_to(last: Callable[[np.random.Generator], float]) -> Callable[..., tuple[Call, ...]]:
    """Calls for exponents on every side of both borders and on them, `last` the last one."""

    def draw(rng: np.random.Generator) -> tuple[Call, ...]:
        inner = [0.0, 0.5, 1.0, rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.95), rng.uniform(1.05, 2.5)]
        return tuple(call(float(round(exponent, 2))) for exponent in (*inner, last(rng)))

    return draw


ROBBINS_MONRO_CONDITIONS = Exercise(
    name="robbins_monro_conditions",
    reference=averages.robbins_monro_conditions,
    signature="(exponent)",
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
        Misconception(
            "squares_border",
            lambda exponent: (exponent <= 1, exponent >= 0.5),
            "the sum of squares is said to converge at exponent 1/2, where it is the harmonic series: "
            "`exponent >= 1/2`",
            STEP_SIZES,
            credit=PART,
        ),
        Misconception(
            "sum_border",
            lambda exponent: (exponent < 1, exponent > 0.5),
            "the sum is said to converge at exponent 1, where it is the harmonic series: `exponent < 1`",
            STEP_SIZES,
            credit=PART,
        ),
        Misconception(
            "both_borders",
            lambda exponent: (exponent < 1, exponent >= 0.5),
            "the harmonic series is said to converge, on both borders: `exponent < 1` and `exponent >= 1/2`",
            STEP_SIZES,
        ),
        Misconception(
            "returned_in_the_other_order",
            lambda exponent: (exponent > 0.5, exponent <= 1),
            "the two answers are returned in the other order: `return squares_converge, sum_diverges`",
            STEP_SIZES,
        ),
        Misconception(
            "same_condition_twice",
            lambda exponent: (exponent <= 1, exponent <= 1),
            "the second answer repeats the first: `exponent <= 1` twice",
            STEP_SIZES,
        ),
        Misconception(
            "not_squared",
            lambda exponent: (exponent <= 1, exponent > 1),
            "the second answer is about the sum itself and not about the squares: `exponent > 1`",
            STEP_SIZES,
        ),
        Misconception(
            "squares_diverge",
            lambda exponent: (exponent <= 1, exponent <= 0.5),
            "the second answer says that the squares diverge: `exponent <= 1/2`",
            STEP_SIZES,
        ),
        Misconception(
            "sum_converges",
            lambda exponent: (exponent > 1, exponent > 0.5),
            "the first answer says that the sum converges: `exponent > 1`",
            STEP_SIZES,
        ),
        Misconception(
            "opposite",
            lambda exponent: (exponent > 1, exponent <= 0.5),
            "both answers are turned into their opposites: `exponent > 1` and `exponent <= 1/2`",
            STEP_SIZES,
        ),
        Misconception(
            "constant_steps_converge",
            lambda exponent: (0 < exponent <= 1, exponent > 0.5),
            "the sum of steps that do not shrink is said to converge: `0 < exponent <= 1`",
            STEP_SIZES,
        ),
        Misconception(
            "exponent_without_its_sign",
            lambda exponent: (exponent >= -1, exponent < -0.5),
            "the step sizes are taken to be `n**exponent`",
            STEP_SIZES,
        ),
        Misconception(
            "sums_to_a_limit",
            _sums_to_a_limit,
            "a finite part of each series is added up and compared with a limit, which cannot tell slow "
            "growth from convergence: `sum(n**-exponent) > 20`",
            STEP_SIZES,
        ),
        Misconception(
            "both_or_none",
            lambda exponent: (0.5 < exponent <= 1, 0.5 < exponent <= 1),
            "both answers say whether the two conditions hold together: `1/2 < exponent <= 1`",
            STEP_SIZES,
        ),
        Misconception(
            "one_answer",
            lambda exponent: 0.5 < exponent <= 1,
            "one answer is given for the two conditions together: `1/2 < exponent <= 1`",
            STEP_SIZES,
        ),
    ),
    alternatives={
        "negations, as a list": _conditions_of_a_list,
        "the p-series": _conditions_of_the_p_series,
        "one array": lambda exponent: np.array([exponent <= 1, exponent > 0.5]),
    },
)
