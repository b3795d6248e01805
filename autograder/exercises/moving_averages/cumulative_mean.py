import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import averages
from autograder.exercise import Exercise, Misconception, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.moving_averages.inputs import positive_series, series, whole_numbers
from autograder.exercises.moving_averages.sections import MOVING_MEAN, RUNNING_MEAN
from autograder.exercises.moving_averages.variants import (
    Update,
    Variant,
    along_rows,
    column,
    delayed,
    last_observations,
    only_last,
    recursion,
    stored_like_input,
)


def _mean_by(update: Update) -> Variant:
    return lambda x: recursion(x, update)


def _divides_by_index(x: NDArray) -> NDArray:
    return recursion(x, lambda mean, x, n: x if n == 1 else mean + (x - mean) / (n - 1))


def _sum_over_index(x: NDArray) -> NDArray:
    return recursion(x, lambda total, x, n: total + x) / column(np.arange(len(x)), x)


def _mean_of_the_others(x: NDArray) -> NDArray:
    return np.concatenate([np.full_like(x[:1], np.nan, dtype=float), averages.cumulative_mean(x)[:-1]])


def _flattened(x: NDArray) -> NDArray:
    return averages.cumulative_mean(x.ravel())


def _cumsum(x: ArrayLike) -> NDArray:
    x = np.asarray(x)
    return np.cumsum(x, axis=0) / column(np.arange(1, len(x) + 1), x)


def _means_of_slices(x: NDArray) -> list:
    return [x[: n + 1].mean(axis=0) for n in range(len(x))] or x


def _mean_in_place_on_a_copy(x: NDArray) -> NDArray:
    means = np.array(x, dtype=float)
    for n in range(1, len(means)):
        means[n] = (n * means[n - 1] + means[n]) / (n + 1)
    return means


def _lower_triangle(x: NDArray) -> NDArray:
    weights = np.tril(np.ones((len(x), len(x)))) / np.arange(1, len(x) + 1)[:, None]
    return np.tensordot(weights, x, axes=1)


CUMULATIVE_MEAN = Exercise(
    name="cumulative_mean",
    reference=averages.cumulative_mean,
    signature="(x)",
    points=3,
    read=RUNNING_MEAN,
    probes=(
        Probe("a series", lambda rng: call(series(rng, 6))),
        Probe("several columns", lambda rng: call(series(rng, 5, 3))),
        Probe("whole numbers", lambda rng: call(whole_numbers(rng, 6))),
        Probe("one observation, and none", lambda rng: (call(series(rng, 0)), call(series(rng, 1)))),
        Probe("a longer series", lambda rng: call(series(rng, 40)), public=False),
        Probe("whole numbers in columns", lambda rng: call(whole_numbers(rng, 5, 2)), public=False),
        Probe("three axes", lambda rng: call(series(rng, 4, 2, 3)), public=False),
        Probe("single precision", lambda rng: call(positive_series(rng, 7)), public=False),
    ),
    misconceptions=(
        Misconception(
            "counts_the_start",
            _mean_by(lambda mean, x, n: mean + (x - mean) / (n + 1)),
            "the start counts as an observation, so that the n-th step divides by one too many: "
            "`mean + (x - mean) / (n + 1)`",
            RUNNING_MEAN,
        ),
        Misconception(
            "divides_old_mean_by_n",
            _mean_by(lambda mean, x, n: mean / n + x / n),
            "the old mean is divided by n as well, as if it were a single observation: `mean / n + x / n`",
            RUNNING_MEAN,
        ),
        Misconception(
            "halfway",
            _mean_by(lambda mean, x, n: (mean + x) / 2),
            "every step goes halfway, so that old observations fade: `(mean + x) / 2`",
            RUNNING_MEAN,
        ),
        Misconception(
            "divides_only_the_mean",
            _mean_by(lambda mean, x, n: (n - 1) * mean / n + x),
            "the new observation is not divided by the number of observations: `(n - 1) / n * mean + x`",
            RUNNING_MEAN,
        ),
        Misconception(
            "adds_without_taking_away",
            _mean_by(lambda mean, x, n: mean + x / n),
            "a share of the new observation is added and nothing of the old mean taken away: `mean + x / n`",
            RUNNING_MEAN,
        ),
        Misconception(
            "sign_turned",
            _mean_by(lambda mean, x, n: mean - (x - mean) / n),
            "the step leads away from the new observation: `mean - (x - mean) / n`",
            RUNNING_MEAN,
        ),
        Misconception(
            "divides_by_index",
            _divides_by_index,
            "the mean starts at `x[0]` and `x[i]` is then divided by i, counted from 0, which forgets the "
            "first observation: `mean + (x[i] - mean) / i`",
            RUNNING_MEAN,
        ),
        Misconception(
            "sum_over_index",
            _sum_over_index,
            "the n-th sum is divided by n - 1, because the index starts at 0: `np.cumsum(x) / np.arange(T)`",
            RUNNING_MEAN,
        ),
        Misconception(
            "step_over_index",
            _mean_by(lambda mean, x, n: mean + (x - mean) / np.float64(n - 1)),
            "the index starts at 0 and the first step divides by it: `mean + (x - mean) / 0`",
            RUNNING_MEAN,
        ),
        Misconception(
            "only_sums",
            lambda x: recursion(x, lambda total, x, n: total + x),
            "the observations are added up and never divided by their number: `np.cumsum(x)`",
            RUNNING_MEAN,
        ),
        Misconception(
            "last_two",
            last_observations(2),
            "only the last 2 observations are averaged, which is a mean in a moving window: "
            "`(x[n] + x[n - 1]) / 2`",
            MOVING_MEAN,
        ),
        Misconception(
            "last_three",
            last_observations(3),
            "only the last 3 observations are averaged, which is a mean in a moving window: "
            "`x[n - 2 : n + 1].mean()`",
            MOVING_MEAN,
        ),
        Misconception(
            "mean_of_all",
            lambda x: np.zeros_like(x, dtype=float) + x.sum(axis=0) / max(len(x), 1),
            "every entry is the mean of the whole series, so that it knows the future: `x.mean()`",
            RUNNING_MEAN,
        ),
        Misconception(
            "only_last",
            only_last(averages.cumulative_mean),
            "only the final mean is returned, not the mean after each observation",
            RUNNING_MEAN,
        ),
        Misconception(
            "before_the_observation",
            lambda x: delayed(averages.cumulative_mean(x)),
            "each mean is stored before its observation is taken in: `x[: n - 1].mean()`",
            RUNNING_MEAN,
        ),
        Misconception(
            "mean_of_the_others",
            _mean_of_the_others,
            "each mean is stored before its observation is taken in: `x[: n - 1].mean()`",
            RUNNING_MEAN,
        ),
        Misconception(
            "along_rows",
            along_rows(averages.cumulative_mean),
            "the mean runs along each row and not down each column: `axis=1`",
            RUNNING_MEAN,
            credit=SLIP,
        ),
        Misconception(
            "flattened",
            _flattened,
            "all columns are strung together before averaging: `np.cumsum(x)` without an axis",
            RUNNING_MEAN,
            credit=SLIP,
        ),
        Misconception(
            "cut_to_whole_numbers",
            stored_like_input(averages.cumulative_mean),
            "the means of whole numbers are cut to whole numbers, because they are stored in an array of "
            "the input's type: `np.empty_like(x)`",
            RUNNING_MEAN,
            credit=SLIP,
        ),
        Misconception(
            "floor_division",
            lambda x: np.cumsum(x, axis=0) // column(np.arange(1, len(x) + 1), x),
            "the sums are divided with `//`, which drops the fraction: `np.cumsum(x) // n`",
            RUNNING_MEAN,
        ),
    ),
    alternatives={
        "cumsum": _cumsum,
        "slices, as a list": _means_of_slices,
        "in place on a copy": _mean_in_place_on_a_copy,
        "matrix": _lower_triangle,
        "single precision": lambda x: _cumsum(x).astype(np.float32),
    },
)
