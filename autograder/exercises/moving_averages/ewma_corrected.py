from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import averages
from autograder.exercise import Exercise, Misconception, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.moving_averages.ewma import EWMA
from autograder.exercises.moving_averages.inputs import memory, positive_series, series, whole_numbers
from autograder.exercises.moving_averages.sections import (
    BIAS_CORRECTION,
    CORRECTS_WHAT,
    EXPONENT,
    EXPONENTIAL,
)
from autograder.exercises.moving_averages.variants import (
    Variant,
    along_rows,
    only_last,
    recursion,
    scaled,
    stored_like_input,
)


def _corrected_by(factor: Callable[[int, float, int], float]) -> Variant:
    """Variants that multiply the average after t of T observations by factor(t, beta, T)."""

    def variant(x: NDArray, beta: float) -> NDArray:
        with np.errstate(all="ignore"):
            return scaled(averages.ewma(x, beta), lambda t: factor(np.float64(t), beta, len(x)))

    return variant


def _feeds_back(x: NDArray, beta: float) -> NDArray:
    return recursion(x, lambda mean, x, t: (beta * mean + (1 - beta) * x) / (1 - beta**t))


def _swapped_and_corrected(x: NDArray, beta: float) -> NDArray:
    means = recursion(x, lambda mean, x, t: beta * x + (1 - beta) * mean)
    return scaled(means, lambda t: 1 / (1 - beta**t))


def _first_and_corrected(x: NDArray, beta: float) -> NDArray:
    return scaled(averages.ewma(x, beta, init="first"), lambda t: 1 / (1 - beta**t))


def _ratio_of_averages(x: NDArray, beta: float) -> NDArray:
    return averages.ewma(x, beta) / averages.ewma(np.ones_like(x, dtype=float), beta)


def _shrinking_step_size(x: NDArray, beta: float) -> NDArray:
    return averages.stochastic_average(x, lambda t: (1 - beta) / (1 - beta**t))


def _corrected_list(x: NDArray, beta: float) -> Any:
    means, mean, power = [], 0.0, 1.0
    for observation in x:
        mean = beta * mean + (1 - beta) * observation
        power *= beta
        means.append(mean / (1 - power))
    return means or x


def _corrected_matrix(x: NDArray, beta: float) -> NDArray:
    rows = [
        averages.ewma_weights(t, beta, debias=True)[0] @ x[:t].reshape(t, -1) for t in range(1, len(x) + 1)
    ]
    return np.reshape(rows, x.shape)


EWMA_CORRECTED = Exercise(
    name="ewma_corrected",
    reference=averages.ewma_corrected,
    signature="(x, beta)",
    points=3,
    read=BIAS_CORRECTION,
    uses=(EWMA,),
    probes=(
        Probe("a series", lambda rng: call(series(rng, 8), memory(rng))),
        Probe("several columns", lambda rng: call(series(rng, 7, 3), memory(rng))),
        Probe("a long memory", lambda rng: call(series(rng, 6), round(rng.uniform(0.95, 0.99), 3))),
        Probe("whole numbers", lambda rng: call(whole_numbers(rng, 6), memory(rng))),
        Probe(
            "one observation, and none",
            lambda rng: (call(series(rng, 0), memory(rng)), call(series(rng, 1), memory(rng))),
        ),
        Probe(
            "a constant series",
            lambda rng: call(np.full(6, round(rng.uniform(2, 9), 2)), memory(rng)),
            public=False,
        ),
        Probe("three axes", lambda rng: call(series(rng, 6, 2, 4), memory(rng)), public=False),
        Probe("single precision", lambda rng: call(positive_series(rng, 7), memory(rng)), public=False),
    ),
    misconceptions=(
        Misconception(
            "not_corrected",
            lambda x, beta: averages.ewma(x, beta),
            "nothing is corrected and the average still starts at zero: `ewma(x, beta)`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "same_correction_for_all",
            _corrected_by(lambda t, beta, T: 1 / (1 - beta**T)),
            "every value gets the correction of the last one: `mean / (1 - beta**T)`",
            EXPONENT,
        ),
        Misconception(
            "counts_from_zero",
            _corrected_by(lambda t, beta, T: 1 / (1 - beta ** (t - 1))),
            "t counts from 0, so that the first value is divided by 0 and the others are corrected too much: "
            "`mean / (1 - beta**(t - 1))`",
            EXPONENT,
        ),
        Misconception(
            "counts_one_ahead",
            _corrected_by(lambda t, beta, T: 1 / (1 - beta ** (t + 1))),
            "t is one ahead of the observations seen: `mean / (1 - beta**(t + 1))`",
            EXPONENT,
        ),
        Misconception(
            "t_stays_at_one",
            _corrected_by(lambda t, beta, T: 1 / (1 - beta)),
            "every value is divided by the same number, because the power of beta is missing or t stays "
            "at 1: `mean / (1 - beta)`",
            EXPONENT,
        ),
        Misconception(
            "power_outside",
            _corrected_by(lambda t, beta, T: 1 / (1 - beta) ** t),
            "the power is taken of the whole bracket: `mean / (1 - beta)**t`",
            EXPONENT,
        ),
        Misconception(
            "power_of_the_step_size",
            _corrected_by(lambda t, beta, T: 1 / (1 - (1 - beta) ** t)),
            "the power is taken of 1 - beta: `mean / (1 - (1 - beta)**t)`",
            EXPONENT,
        ),
        Misconception(
            "only_the_power",
            _corrected_by(lambda t, beta, T: 1 / beta**t if beta else 1.0),
            "the average is divided by the weight of the start: `mean / beta**t`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "multiplies",
            _corrected_by(lambda t, beta, T: 1 - beta**t),
            "the average is multiplied where it should be divided, which shrinks it once more: "
            "`mean * (1 - beta**t)`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "multiple_of_beta",
            _corrected_by(lambda t, beta, T: 1 / (1 - beta * t)),
            "beta is multiplied by t and not raised to a power: `mean / (1 - beta * t)`",
            EXPONENT,
        ),
        Misconception(
            "twice_the_power",
            _corrected_by(lambda t, beta, T: 1 / (1 - beta ** (2 * t))),
            "the correction is the one for a variance: `mean / (1 - beta**(2 * t))`",
            CORRECTS_WHAT,
        ),
        Misconception(
            "square_root",
            _corrected_by(lambda t, beta, T: 1 / np.sqrt(1 - beta**t)),
            "the correction is the one for a standard deviation: `mean / np.sqrt(1 - beta**t)`",
            CORRECTS_WHAT,
        ),
        Misconception(
            "feeds_back",
            _feeds_back,
            "the corrected value takes the place of the average at the next step, so that it is corrected "
            "again and again: `mean = mean / (1 - beta**t)` inside the loop",
            BIAS_CORRECTION,
        ),
        Misconception(
            "starts_at_first",
            lambda x, beta: averages.ewma(x, beta, init="first"),
            "the average starts at the first observation and is not corrected: `mean = x[0]`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "starts_at_first_and_corrects",
            _first_and_corrected,
            "the average starts at the first observation and is corrected although it does not start at "
            "zero: `mean = x[0]`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "swapped_and_corrected",
            _swapped_and_corrected,
            "beta weighs the new observation in place of the old average, before the correction: "
            "`beta * x + (1 - beta) * mean`",
            EXPONENTIAL,
        ),
        Misconception(
            "running_mean",
            lambda x, beta: averages.cumulative_mean(x),
            "beta is not used and all observations weigh the same, as in the running mean: "
            "`mean + (x - mean) / n`",
            EXPONENTIAL,
        ),
        Misconception(
            "only_last",
            only_last(averages.ewma_corrected),
            "only the final average is returned, not the average after each observation",
            BIAS_CORRECTION,
        ),
        Misconception(
            "along_rows",
            along_rows(averages.ewma_corrected),
            "the average runs along each row and not down each column: `axis=1`",
            EXPONENTIAL,
            credit=SLIP,
        ),
        Misconception(
            "cut_to_whole_numbers",
            stored_like_input(averages.ewma_corrected),
            "averages of whole numbers are cut to whole numbers, because they are stored in an array of the "
            "input's type: `np.empty_like(x)`",
            EXPONENTIAL,
            credit=SLIP,
        ),
    ),
    alternatives={
        "ratio of two averages": _ratio_of_averages,
        "a step size that shrinks": _shrinking_step_size,
        "loop, as a list": _corrected_list,
        "matrix": _corrected_matrix,
        "single precision": lambda x, beta: _ratio_of_averages(x, beta).astype(np.float32),
    },
)
