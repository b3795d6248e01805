from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import averages
from autograder.exercise import Exercise, Misconception, Named, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.moving_averages.inputs import memory, positive_series, series, start, whole_numbers
from autograder.exercises.moving_averages.sections import INDEX, START, STEP_SIZES
from autograder.exercises.moving_averages.variants import (
    Variant,
    along_rows,
    delayed,
    only_last,
    recursion,
    scaled,
    stored_like_input,
)


def _stochastic_by(update: Callable[[Any, Any, int, Callable[[int], float]], Any]) -> Variant:
    """Variants that differ in the update alone."""

    def variant(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
        return recursion(x, lambda mean, x, n: update(mean, x, n, step_size), init)

    return variant


def _one_step_size(n: Callable[[int], int]) -> Variant:
    """The step size of observation n(T) for all of them."""

    def variant(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
        return averages.stochastic_average(x, lambda _: step_size(n(len(x))), init=init)

    return variant


def _sums_of_steps(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
    return recursion(x, lambda total, x, n: total + step_size(n) * x)


def _weighted_mean(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
    steps = np.cumsum([step_size(n) for n in range(1, len(x) + 1)])
    return scaled(_sums_of_steps(x, step_size), lambda n: 1 / steps[n - 1])


def _starts_and_steps(first: int) -> Variant:
    """The mean starts at x[0]; the first step is that of x[1], with step size number `first`."""

    def variant(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
        return recursion(x, lambda mean, x, n: x if n == 1 else mean + step_size(n - 2 + first) * (x - mean))

    return variant


def _stochastic_ignores_init(
    x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0
) -> NDArray:
    return averages.stochastic_average(x, step_size)


def _stochastic_delayed(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
    return delayed(averages.stochastic_average(x, step_size, init=init), init)


def _stochastic_skips(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
    return recursion(x, lambda mean, x, n: mean if n == 1 else mean + step_size(n - 1) * (x - mean), init)


def _stochastic_list(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> Any:
    means, mean = [], init
    for n, observation in enumerate(x, start=1):
        mean = (1 - step_size(n)) * mean + step_size(n) * observation
        means.append(mean)
    return means or x


def _stochastic_products(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
    means = np.zeros(x.shape)
    for n in range(1, len(x) + 1):
        sizes = np.array([step_size(i) for i in range(1, n + 1)])
        kept = np.append(np.cumprod((1 - sizes)[::-1])[::-1], 1.0)
        means[n - 1] = kept[0] * np.asarray(init) + np.tensordot(sizes * kept[1:], x[:n], axes=1)
    return means


def _stochastic_recursive(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
    if not len(x):
        return np.empty(x.shape)
    past = _stochastic_recursive(x[:-1], step_size, init=init)
    mean = past[-1] if len(past) else np.asarray(init)
    return np.concatenate([past, [mean - step_size(len(x)) * (mean - x[-1])]])


def _stochastic_single(x: NDArray, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
    return averages.stochastic_average(x.astype(np.float32), step_size, init=np.float32(init))


def shrinking(rng: np.random.Generator) -> Named:
    """Step sizes that also exist for n = 0, so that counting from there shows in the values.

    The first is less than 1/2, where the old mean and the observation would weigh the same.
    """
    return Named("harmonic_steps", (round(rng.uniform(0.8, 1.2), 2), round(rng.uniform(1.5, 2.2), 2)))


STOCHASTIC_AVERAGE = Exercise(
    name="stochastic_average",
    reference=averages.stochastic_average,
    signature="(x, step_size, *, init=0.0)",
    points=3,
    read=STEP_SIZES,
    probes=(
        Probe("steps that shrink", lambda rng: call(series(rng, 7), shrinking(rng), init=start(rng))),
        Probe("several columns", lambda rng: call(series(rng, 6, 3), shrinking(rng), init=start(rng))),
        Probe("no start given", lambda rng: call(series(rng, 6), shrinking(rng))),
        Probe(
            "whole numbers",
            lambda rng: call(whole_numbers(rng, 6), shrinking(rng), init=int(rng.integers(90, 120))),
        ),
        Probe(
            "one observation, and none",
            lambda rng: (
                call(series(rng, 0), shrinking(rng), init=start(rng)),
                call(series(rng, 1), shrinking(rng), init=start(rng)),
            ),
        ),
        Probe(
            "constant steps, and steps that shrink slowly",
            lambda rng: (
                call(series(rng, 6), Named("constant_steps", (memory(rng),)), init=start(rng)),
                call(series(rng, 6), Named("power_steps", (0.9, memory(rng))), init=start(rng)),
            ),
            public=False,
        ),
        Probe(
            "a start for each column",
            lambda rng: call(series(rng, 6, 4), shrinking(rng), init=start(rng, 4)),
            public=False,
        ),
        Probe(
            "three axes",
            lambda rng: call(series(rng, 5, 2, 4), shrinking(rng), init=start(rng)),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: call(positive_series(rng, 6), shrinking(rng), init=start(rng)),
            public=False,
        ),
    ),
    misconceptions=(
        Misconception(
            "counts_from_zero",
            _stochastic_by(lambda mean, x, n, size: mean + size(n - 1) * (x - mean)),
            "n counts from 0, so that every step size comes one observation late: `step_size(n - 1)`",
            STEP_SIZES,
        ),
        Misconception(
            "counts_one_ahead",
            _stochastic_by(lambda mean, x, n, size: mean + size(n + 1) * (x - mean)),
            "n is one ahead of the observations: `step_size(n + 1)`",
            STEP_SIZES,
        ),
        Misconception(
            "first_step_size_for_all",
            _one_step_size(lambda T: 1),
            "every step has the size of the first: `step_size(1)`",
            STEP_SIZES,
        ),
        Misconception(
            "last_step_size_for_all",
            _one_step_size(lambda T: T),
            "every step has the size of the last: `step_size(len(x))`",
            STEP_SIZES,
        ),
        Misconception(
            "adds_without_taking_away",
            _stochastic_by(lambda mean, x, n, size: mean + size(n) * x),
            "the steps are added up and nothing of the old mean is taken away: `mean + step_size(n) * x`",
            STEP_SIZES,
        ),
        Misconception(
            "sum_of_steps",
            _sums_of_steps,
            "the steps are added up from zero and nothing is taken away: `sum(step_size(n) * x[n - 1])`",
            STEP_SIZES,
        ),
        Misconception(
            "weighted_mean",
            _weighted_mean,
            "the step sizes are taken for fixed weights of the observations: "
            "`sum(step_size(n) * x[n - 1]) / sum(step_size(n))`",
            STEP_SIZES,
        ),
        Misconception(
            "swapped",
            _stochastic_by(lambda mean, x, n, size: (1 - size(n)) * x + size(n) * mean),
            "the step size weighs the old mean in place of the new observation: "
            "`(1 - step_size(n)) * x + step_size(n) * mean`",
            STEP_SIZES,
        ),
        Misconception(
            "sign_turned",
            _stochastic_by(lambda mean, x, n, size: mean - size(n) * (x - mean)),
            "the step leads away from the new observation: `mean - step_size(n) * (x - mean)`",
            STEP_SIZES,
        ),
        Misconception(
            "ignores_init",
            _stochastic_ignores_init,
            "the mean starts at zero, whatever `init` says: `mean = 0`",
            START,
        ),
        Misconception(
            "starts_at_first",
            _starts_and_steps(first=2),
            "the mean starts at the first observation, whatever `init` says: `mean = x[0]`",
            START,
        ),
        Misconception(
            "starts_at_first_and_counts_again",
            _starts_and_steps(first=1),
            "the mean starts at the first observation and the second one takes the first step: "
            "`mean = x[0]`, then `step_size(1)` for `x[1]`",
            START,
        ),
        Misconception(
            "before_the_observation",
            _stochastic_delayed,
            "each mean is stored before its observation is taken in: `means[n - 1] = mean` stands one line "
            "too early",
            INDEX,
        ),
        Misconception(
            "skips_the_first",
            _stochastic_skips,
            "the start takes the place of the first result and `x[0]` is never used: `means[0] = init`",
            INDEX,
        ),
        Misconception(
            "running_mean",
            lambda x, step_size, *, init=0.0: averages.cumulative_mean(x),
            "the step size is not used and all observations weigh the same: `mean + (x - mean) / n`",
            STEP_SIZES,
        ),
        Misconception(
            "only_last",
            only_last(averages.stochastic_average),
            "only the final mean is returned, not the mean after each observation",
            STEP_SIZES,
        ),
        Misconception(
            "along_rows",
            along_rows(averages.stochastic_average),
            "the mean runs along each row and not down each column: `axis=1`",
            STEP_SIZES,
            credit=SLIP,
        ),
        Misconception(
            "cut_to_whole_numbers",
            stored_like_input(averages.stochastic_average),
            "means of whole numbers are cut to whole numbers, because they are stored in an array of the "
            "input's type: `np.empty_like(x)`",
            STEP_SIZES,
            credit=SLIP,
        ),
    ),
    alternatives={
        "loop, as a list": _stochastic_list,
        "products of what is kept": _stochastic_products,
        "recursion": _stochastic_recursive,
        "single precision": _stochastic_single,
    },
)
