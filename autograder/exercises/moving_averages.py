"""Moving averages: seven functions, the inputs that tell right from wrong, and the wrong formulas by name.

Inputs are drawn where formulas differ: a start away from zero, betas far from 1/2, several columns, whole
numbers, series of one observation and of none. A wrong variant behaves on all of them as a student's code
would, so it accepts whatever the right function accepts.

Two published habits are mistakes here, because the exercise asks for the opposite by name: starting an
average at its first observation (pandas with adjust=False) although `init` is given, and correcting the
bias of a start that is no longer zero (pandas with adjust=True).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import averages
from autograder.exercise import Assignment, Call, Exercise, Misconception, Named, Probe, call


# Sections of the lecture.
RUNNING_MEAN = "1.1 All of the past in one number"
START = "Where does it start?"
MOVING_MEAN = "Is that a moving average?"
EXPONENTIAL = "1.2 Forgetting at a constant rate"
INDEX = "One line with a wrong index"
WINDOW = "1.3 How many observations does it remember?"
STEP_SIZES = "1.6 Steps that shrink: which condition buys what"
BIAS_CORRECTION = "1.7 Starting from zero"
EXPONENT = "The exponent"
CORRECTS_WHAT = "Does it correct the variance?"

# Worth points although it is wrong: the formula is right and one kind of input is not looked after, ...
SLIP = 0.75
# ... or all values that were asked for are right but one.
PART = 0.5

Variant = Callable[..., Any]
Update = Callable[[Any, Any, int], Any]


def recursion(x: ArrayLike, update: Update, init: ArrayLike = 0.0) -> NDArray:
    """All values of mean = update(mean, x_n, n) for n = 1, 2, ...; single precision stays single."""
    x = np.asarray(x)
    means = np.empty(x.shape, dtype=np.result_type(x, np.float32))
    mean = np.zeros(x.shape[1:], dtype=means.dtype) + np.asarray(init, dtype=means.dtype)
    with np.errstate(all="ignore"):
        for n, observation in enumerate(x, start=1):
            mean = means[n - 1] = update(mean, observation, n)
    return means


def scaled(means: ArrayLike, factor: Callable[[int], float]) -> NDArray:
    """Each of the means times factor(t), t = 1, 2, ..."""
    return recursion(means, lambda _, mean, t: mean * factor(t))


def only_last(function: Variant) -> Variant:
    """Only the final value; of an empty series the start."""

    def variant(x: NDArray, *args: Any, **kwargs: Any) -> NDArray:
        means = function(x, *args, **kwargs)
        return means[-1] if len(x) else np.zeros(x.shape[1:]) + kwargs.get("init", 0.0)

    return variant


def along_rows(function: Variant) -> Variant:
    """Time runs along the last axis; right for a single series."""

    def variant(x: NDArray, *args: Any, **kwargs: Any) -> NDArray:
        return np.moveaxis(function(np.moveaxis(x, -1, 0), *args, **kwargs), 0, -1)

    return variant


def stored_like_input(function: Variant) -> Variant:
    """The right values, put into an array of the input's type: `np.empty_like(x)`."""
    return lambda x, *args, **kwargs: function(x, *args, **kwargs).astype(x.dtype)


def delayed(means: NDArray, init: ArrayLike = 0.0) -> NDArray:
    """Every value one place later, after the start."""
    return np.concatenate([np.zeros_like(means[:1]) + init, means[:-1]]).astype(means.dtype)


def series(rng: np.random.Generator, *shape: int) -> NDArray:
    """Short numbers, so that a failing case can be read."""
    return rng.uniform(-5, 10, shape).round(2)


def positive_series(rng: np.random.Generator, *shape: int) -> NDArray:
    """In single precision; without signs, so that nothing cancels."""
    return rng.uniform(1, 9, shape).round(2).astype(np.float32)


def whole_numbers(rng: np.random.Generator, *shape: int) -> NDArray:
    """Even numbers and one odd, so that means have fractions."""
    x = 2 * rng.integers(1, 40, shape)
    x[1] += 1
    return x


def start(rng: np.random.Generator, *shape: int) -> Any:
    """A start well outside of the series."""
    return rng.uniform(12, 30, shape).round(1) if shape else round(rng.uniform(12, 30), 1)


def memory(rng: np.random.Generator) -> float:
    """A beta far from 1/2, whose window is shorter than the series."""
    return round(rng.uniform(0.6, 0.78), 2)


# cumulative_mean


def _mean_by(update: Update) -> Variant:
    return lambda x: recursion(x, update)


def _last_observations(count: int) -> Variant:
    def variant(x: NDArray) -> NDArray:
        means = [x[max(0, n - count) : n].mean(axis=0) for n in range(1, len(x) + 1)]
        return np.array(means).reshape(x.shape)

    return variant


def _divides_by_index(x: NDArray) -> NDArray:
    return recursion(x, lambda mean, x, n: x if n == 1 else mean + (x - mean) / (n - 1))


def _sum_over_index(x: NDArray) -> NDArray:
    return recursion(x, lambda total, x, n: total + x) / _column(np.arange(len(x)), x)


def _mean_of_the_others(x: NDArray) -> NDArray:
    return np.concatenate([np.full_like(x[:1], np.nan, dtype=float), averages.cumulative_mean(x)[:-1]])


def _flattened(x: NDArray) -> NDArray:
    return averages.cumulative_mean(x.ravel())


def _column(numbers: NDArray, x: NDArray) -> NDArray:
    return numbers.reshape(-1, *[1] * (x.ndim - 1))


def _cumsum(x: ArrayLike) -> NDArray:
    x = np.asarray(x)
    return np.cumsum(x, axis=0) / _column(np.arange(1, len(x) + 1), x)


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
            _last_observations(2),
            "only the last 2 observations are averaged, which is a mean in a moving window: "
            "`(x[n] + x[n - 1]) / 2`",
            MOVING_MEAN,
        ),
        Misconception(
            "last_three",
            _last_observations(3),
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
            lambda x: np.cumsum(x, axis=0) // _column(np.arange(1, len(x) + 1), x),
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


# ewma


def _average_by(update: Callable[[Any, Any, float], Any]) -> Variant:
    """Variants that differ in the update alone."""
    return lambda x, beta, *, init=0.0: recursion(x, lambda mean, x, n: update(mean, x, beta), init)


def _starts_at_first(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return averages.ewma(x, beta, init="first")


def _ignores_init(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return averages.ewma(x, beta)


def _before_the_observation(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return delayed(averages.ewma(x, beta, init=init), init)


def _skips_the_first(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return recursion(x, lambda mean, x, n: mean if n == 1 else beta * mean + (1 - beta) * x, init)


def _start_comes_first(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return np.concatenate([np.zeros((1, *x.shape[1:])) + init, averages.ewma(x, beta, init=init)])


def _no_memory(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return recursion(x, lambda mean, x, n: beta * np.asarray(init) + (1 - beta) * x)


def _previous_observation(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return beta * delayed(averages.ewma(x, 0.0), init) + (1 - beta) * x


def _corrects(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    return scaled(averages.ewma(x, beta, init=init), lambda t: 1 / (1 - beta**t))


def _window_mean(window: Callable[[float], float]) -> Variant:
    def variant(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
        return _last_observations(max(1, round(window(beta))))(x)

    return variant


def _loop_over_one_series(x: NDArray, beta: float, init: float) -> list[float]:
    means, mean = [], init
    for observation in x:
        mean = mean + (1 - beta) * (observation - mean)
        means.append(mean)
    return means


def _ewma_list(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> Any:
    means, mean = [], init
    for observation in x:
        mean = beta * mean + (1 - beta) * observation
        means.append(mean)
    return means or x


def _ewma_lfilter(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    from scipy.signal import lfilter

    if not len(x):
        return np.empty(x.shape)
    state = beta * np.broadcast_to(init, x[:1].shape)
    return lfilter([1 - beta], [1, -beta], x, axis=0, zi=state)[0]


def _ewma_matrix(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    n = np.arange(1, len(x) + 1)
    age = n[:, None] - n
    weights = (1 - beta) * np.where(age < 0, 0.0, float(beta) ** np.maximum(age, 0))
    return np.tensordot(weights, x, axes=1) + _column(float(beta) ** n, x) * init


def _ewma_recursive(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    if not len(x):
        return np.empty(x.shape)
    past = _ewma_recursive(x[:-1], beta, init=init)
    last = past[-1] if len(past) else init
    return np.concatenate([past, [beta * last + (1 - beta) * x[-1]]])


def _ewma_single(x: NDArray, beta: float, *, init: ArrayLike = 0.0) -> NDArray:
    means = np.zeros(x.shape, dtype=np.float32)
    mean = np.float32(init)
    for t in range(len(x)):
        mean = np.float32(beta) * mean + np.float32(1 - beta) * x[t].astype(np.float32)
        means[t] = mean
    return means


EWMA = Exercise(
    name="ewma",
    reference=averages.ewma,
    signature="(x, beta, *, init=0.0)",
    points=3,
    read=EXPONENTIAL,
    probes=(
        Probe("a start away from zero", lambda rng: call(series(rng, 10), memory(rng), init=start(rng))),
        Probe("several columns", lambda rng: call(series(rng, 10, 3), memory(rng), init=start(rng))),
        Probe("no start given", lambda rng: call(series(rng, 10), memory(rng))),
        Probe(
            "whole numbers",
            lambda rng: call(whole_numbers(rng, 10), memory(rng), init=int(rng.integers(90, 120))),
        ),
        Probe(
            "one observation, and none",
            lambda rng: (
                call(series(rng, 0), memory(rng), init=start(rng)),
                call(series(rng, 1), memory(rng), init=start(rng)),
            ),
        ),
        Probe(
            "a start for each column",
            lambda rng: call(series(rng, 10, 3), memory(rng), init=start(rng, 3)),
            public=False,
        ),
        Probe(
            "three axes",
            lambda rng: call(series(rng, 10, 2, 4), memory(rng), init=start(rng)),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: call(positive_series(rng, 10), memory(rng), init=start(rng)),
            public=False,
        ),
        Probe(
            "no memory at all, and a constant series",
            lambda rng: (
                call(series(rng, 10), 0.0, init=start(rng)),
                call(np.full(10, 4.0) + rng.uniform(), memory(rng), init=start(rng)),
            ),
            public=False,
        ),
    ),
    misconceptions=(
        Misconception(
            "swapped",
            _average_by(lambda mean, x, beta: beta * x + (1 - beta) * mean),
            "beta weighs the new observation in place of the old average: `beta * x + (1 - beta) * mean`",
            EXPONENTIAL,
        ),
        Misconception(
            "no_weight_on_the_observation",
            _average_by(lambda mean, x, beta: beta * mean + x),
            "the new observation comes in with full weight, so that the weights add up to more than 1: "
            "`beta * mean + x`",
            EXPONENTIAL,
        ),
        Misconception(
            "no_weight_on_the_average",
            _average_by(lambda mean, x, beta: mean + (1 - beta) * x),
            "nothing of the old average is given up, so that it grows for ever: `mean + (1 - beta) * x`",
            EXPONENTIAL,
        ),
        Misconception(
            "sign_turned",
            _average_by(lambda mean, x, beta: mean - (1 - beta) * (x - mean)),
            "the step leads away from the new observation: `mean - (1 - beta) * (x - mean)`",
            EXPONENTIAL,
        ),
        Misconception(
            "no_memory",
            _no_memory,
            "the start is used again at every step and the average never moves on: "
            "`beta * init + (1 - beta) * x`",
            EXPONENTIAL,
        ),
        Misconception(
            "previous_observation",
            _previous_observation,
            "the previous observation stands where the previous average belongs: "
            "`beta * x[t - 1] + (1 - beta) * x[t]`",
            EXPONENTIAL,
        ),
        Misconception(
            "starts_at_first",
            _starts_at_first,
            "the average starts at the first observation, whatever `init` says: `mean = x[0]` (pandas does "
            "so with adjust=False; here the start is an argument)",
            EXPONENTIAL,
        ),
        Misconception(
            "ignores_init",
            _ignores_init,
            "the average starts at zero, whatever `init` says: `mean = 0`",
            EXPONENTIAL,
        ),
        Misconception(
            "before_the_observation",
            _before_the_observation,
            "each average is stored before its observation is taken in: `means[t] = mean` stands one line "
            "too early",
            EXPONENTIAL,
        ),
        Misconception(
            "skips_the_first",
            _skips_the_first,
            "the start takes the place of the first result and `x[0]` is never used: `means[0] = init`",
            EXPONENTIAL,
        ),
        Misconception(
            "start_comes_first",
            _start_comes_first,
            "the start is returned as well, so that there is one value too many: `means = [init]`",
            EXPONENTIAL,
        ),
        Misconception(
            "corrects_the_bias",
            _corrects,
            "the bias correction of a later exercise is already applied: `mean / (1 - beta**t)`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "corrects_and_ignores_init",
            lambda x, beta, *, init=0.0: averages.ewma_corrected(x, beta),
            "`init` is not used and the bias correction of a later exercise is already applied (pandas does "
            "so with adjust=True): `mean / (1 - beta**t)`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "window_mean",
            _window_mean(averages.effective_window),
            "the last (1 + beta) / (1 - beta) observations are averaged with equal weights: "
            "`x[t - N + 1 : t + 1].mean()`",
            WINDOW,
        ),
        Misconception(
            "short_window_mean",
            _window_mean(lambda beta: 1 / (1 - beta)),
            "the last 1 / (1 - beta) observations are averaged with equal weights: "
            "`x[t - N + 1 : t + 1].mean()`",
            WINDOW,
        ),
        Misconception(
            "running_mean",
            lambda x, beta, *, init=0.0: averages.cumulative_mean(x),
            "beta is not used and all observations weigh the same, as in the running mean: "
            "`mean + (x - mean) / n`",
            EXPONENTIAL,
        ),
        Misconception(
            "only_last",
            only_last(averages.ewma),
            "only the final average is returned, not the average after each observation",
            EXPONENTIAL,
        ),
        Misconception(
            "along_rows",
            along_rows(averages.ewma),
            "the average runs along each row and not down each column: `axis=1`",
            EXPONENTIAL,
            credit=SLIP,
        ),
        Misconception(
            "cut_to_whole_numbers",
            stored_like_input(averages.ewma),
            "averages of whole numbers are cut to whole numbers, because they are stored in an array of the "
            "input's type: `np.empty_like(x)`",
            EXPONENTIAL,
            credit=SLIP,
        ),
    ),
    alternatives={
        "loop, as a list": _ewma_list,
        "scipy lfilter": _ewma_lfilter,
        "matrix": _ewma_matrix,
        "recursion": _ewma_recursive,
        "single precision": _ewma_single,
    },
)


# ewma_weights


def _weights_by(
    weight: Callable[[NDArray, int, float], Any], init_weight: Callable[[int, float], float]
) -> Variant:
    """Variants that are given by weight(i, T, beta), i = 0 for the oldest, and the weight of the start."""

    def variant(T: int, beta: float) -> tuple[NDArray, float]:
        weights = weight(np.arange(T), T, float(beta))
        return np.zeros(T) + weights, float(init_weight(T, float(beta)))

    return variant


def _right_weight(i: NDArray, T: int, beta: float) -> NDArray:
    return (1 - beta) * beta ** (T - 1 - i)


def _right_init_weight(T: int, beta: float) -> float:
    return beta**T


def _normalised(T: int, beta: float) -> tuple[NDArray, float]:
    return averages.ewma_weights(T, beta, debias=T > 0)[0], 0.0


def _weights_of_unit_vectors(T: int, beta: float) -> tuple[list[float], float]:
    weights = [float(averages.ewma(np.eye(T)[i], beta)[-1]) for i in range(T)]
    return weights, float(averages.ewma(np.zeros(T + 1)[1:], beta, init=1.0)[-1]) if T else 1.0


def _weights_from_the_end(T: int, beta: float) -> list:
    weights, share = [], 1.0
    for _ in range(T):
        weights.insert(0, (1 - beta) * share)
        share *= beta
    return [weights, share]


def _weights_flipped(T: int, beta: float) -> tuple[NDArray, NDArray]:
    powers = np.cumprod(np.full(T, beta))
    weights = ((1 - beta) * np.append(1.0, powers)[:T])[::-1]
    return weights, np.asarray(1 - weights.sum())


def _weights_single(T: int, beta: float) -> tuple[NDArray, np.float32]:
    weights, init_weight = averages.ewma_weights(T, beta)
    return weights.astype(np.float32), np.float32(init_weight)


EWMA_WEIGHTS = Exercise(
    name="ewma_weights",
    reference=averages.ewma_weights,
    signature="(T, beta)",
    points=3,
    read=EXPONENTIAL,
    probes=(
        Probe("five observations", lambda rng: call(5, memory(rng))),
        Probe("a long memory", lambda rng: call(7, round(rng.uniform(0.9, 0.97), 3))),
        Probe("one observation, and none", lambda rng: (call(0, memory(rng)), call(1, memory(rng)))),
        Probe("no memory at all", lambda rng: (call(4, 0.0), call(3, memory(rng)))),
        Probe("a short memory", lambda rng: call(4, round(rng.uniform(0.1, 0.4), 2)), public=False),
        Probe("many observations", lambda rng: call(int(rng.integers(15, 25)), memory(rng)), public=False),
    ),
    misconceptions=(
        Misconception(
            "reversed",
            _weights_by(lambda i, T, beta: (1 - beta) * beta**i, _right_init_weight),
            "the weights stand in reverse order, so that the oldest observation weighs most: "
            "`(1 - beta) * beta**i` for `x[i]`",
            EXPONENTIAL,
        ),
        Misconception(
            "only_powers",
            _weights_by(lambda i, T, beta: beta ** (T - 1 - i), _right_init_weight),
            "the weights are bare powers of beta and add up to more than 1: `beta**(T - 1 - i)`",
            EXPONENTIAL,
        ),
        Misconception(
            "one_power_too_many",
            _weights_by(lambda i, T, beta: (1 - beta) * beta ** (T - i), _right_init_weight),
            "the exponent is one too large, as if the newest observation had aged a step already: "
            "`(1 - beta) * beta**(T - i)`",
            EXPONENTIAL,
        ),
        Misconception(
            "reversed_and_one_power_too_many",
            _weights_by(lambda i, T, beta: (1 - beta) * beta ** (i + 1), _right_init_weight),
            "the weights stand in reverse order and the exponent is one too large: "
            "`(1 - beta) * beta**(i + 1)` for `x[i]`",
            EXPONENTIAL,
        ),
        Misconception(
            "start_one_step_older",
            _weights_by(_right_weight, lambda T, beta: beta ** (T + 1)),
            "the start has aged one step too many: `beta**(T + 1)`",
            EXPONENTIAL,
            credit=PART,
        ),
        Misconception(
            "start_one_step_younger",
            _weights_by(_right_weight, lambda T, beta: beta ** (T - 1) if T else 1.0),
            "the start has aged one step too few: `beta**(T - 1)`",
            EXPONENTIAL,
            credit=PART,
        ),
        Misconception(
            "start_as_an_observation",
            _weights_by(_right_weight, lambda T, beta: (1 - beta) * beta**T),
            "the start is weighed as if it were one more observation: `(1 - beta) * beta**T`",
            EXPONENTIAL,
            credit=PART,
        ),
        Misconception(
            "start_has_no_weight",
            _weights_by(_right_weight, lambda T, beta: 0.0),
            "the start has no weight and the weights do not add up to 1: `init_weight = 0`",
            EXPONENTIAL,
            credit=PART,
        ),
        Misconception(
            "normalised",
            _normalised,
            "the weights are divided by their sum, which leaves nothing for the start: "
            "`weights / weights.sum()`",
            BIAS_CORRECTION,
        ),
        Misconception(
            "beta_is_the_step_size",
            _weights_by(lambda i, T, beta: beta * (1 - beta) ** (T - 1 - i), lambda T, beta: (1 - beta) ** T),
            "beta is taken for the step size, so that what is kept and what is new are swapped: "
            "`beta * (1 - beta)**(T - 1 - i)`",
            EXPONENTIAL,
        ),
        Misconception(
            "equal_weights",
            _weights_by(lambda i, T, beta: 1 / max(T, 1), lambda T, beta: 0.0),
            "all observations weigh the same, as in the running mean: `1 / T`",
            RUNNING_MEAN,
        ),
        Misconception(
            "start_first_in_the_array",
            lambda T, beta: np.append(*averages.ewma_weights(T, beta)[::-1]),
            "everything stands in one array, the start first, where two values were asked",
            EXPONENTIAL,
        ),
        Misconception(
            "returned_in_the_other_order",
            lambda T, beta: averages.ewma_weights(T, beta)[::-1],
            "the two values are returned in the other order: `return init_weight, weights`",
            EXPONENTIAL,
        ),
        Misconception(
            "only_the_weights",
            lambda T, beta: averages.ewma_weights(T, beta)[0],
            "the weights are returned without the weight of the start: `return weights`",
            EXPONENTIAL,
        ),
    ),
    alternatives={
        "responses to unit vectors": _weights_of_unit_vectors,
        "from the end, as a list": _weights_from_the_end,
        "flipped, the rest to the start": _weights_flipped,
        "single precision": _weights_single,
    },
)


# ewma_corrected


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


# window


def _window_by(
    N: Callable[[float], float] = averages.effective_window,
    influence: Callable[[float, float], float] = averages.window_influence,
    n_eff: Callable[[float], float] = averages.effective_window,
) -> Variant:
    """Variants that differ in one of the three values; `influence` is that of the N above it."""
    return lambda beta: (float(N(beta)), float(influence(beta, N(beta))), float(n_eff(beta)))


def _wrong_window(name: str, N: Callable[[float], float], message: str) -> tuple[Misconception, ...]:
    """A wrong N, with the sample size worked out on its own or taken from N."""
    return (
        Misconception(name, _window_by(N), message, WINDOW),
        Misconception(f"{name}_twice", _window_by(N, n_eff=N), message, WINDOW),
    )


def _window_of_a_long_sum(beta: float) -> list[float]:
    w = (1 - beta) * beta ** np.arange(2000)
    N = (1 + beta) / (1 - beta)
    return [N, sum((1 - beta) * beta**i for i in range(1000)) - beta**N, w.sum() ** 2 / (w**2).sum()]


def _window_of_scalars(beta: float) -> tuple[NDArray, np.float64, float]:
    N = 2 / (1 - np.asarray(beta)) - 1
    return N, -np.expm1(N * np.log(np.maximum(beta, 1e-300))), (1 - beta**2) / (1 - beta) ** 2


def window_beta(rng: np.random.Generator) -> float:
    """A beta whose window lies above a half number, and whose influence is not yet its limit."""
    N = rng.integers(4, 12) + rng.uniform(0.6, 0.8)
    return round(float((N - 1) / (N + 1)), 3)


WINDOW_EXERCISE = Exercise(
    name="window",
    reference=averages.window,
    signature="(beta)",
    points=3,
    read=WINDOW,
    probes=(
        Probe("some beta", lambda rng: call(window_beta(rng))),
        Probe("another beta", lambda rng: call(window_beta(rng))),
        Probe(
            "a short memory, and none at all",
            lambda rng: (call(0.0), call(round(rng.uniform(0.3, 0.45), 3))),
        ),
        Probe("a third beta", lambda rng: call(window_beta(rng)), public=False),
    ),
    misconceptions=(
        *_wrong_window(
            "reciprocal",
            lambda beta: 1 / (1 - beta),
            "N is another rule of thumb, which holds about 63% of the weight: `1 / (1 - beta)`",
        ),
        *_wrong_window(
            "upside_down",
            lambda beta: (1 - beta) / (1 + beta),
            "numerator and denominator of N are swapped: `(1 - beta) / (1 + beta)`",
        ),
        *_wrong_window(
            "mean_age",
            lambda beta: beta / (1 - beta),
            "N is the mean age of the observations: `beta / (1 - beta)`",
        ),
        *_wrong_window(
            "rounded",
            lambda beta: round(averages.effective_window(beta)),
            "N is rounded to a whole number: `round(N)`",
        ),
        *_wrong_window(
            "rounded_down",
            lambda beta: int(averages.effective_window(beta)),
            "N is cut to a whole number: `int(N)`",
        ),
        Misconception(
            "influence_of_the_rest",
            _window_by(influence=lambda beta, N: beta**N),
            "the influence is that of everything before the window: `beta**N`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "influence_of_one",
            _window_by(influence=lambda beta, N: (1 - beta) * beta**N),
            "the influence is the weight of one old observation, not of the whole window: "
            "`(1 - beta) * beta**N`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "influence_of_the_newest",
            _window_by(influence=lambda beta, N: 1 - beta),
            "the influence is the weight of the newest observation alone: `1 - beta`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "influence_one_less",
            _window_by(influence=lambda beta, N: 1 - beta ** (N - 1)),
            "the influence is that of N - 1 observations: `1 - beta**(N - 1)`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "influence_one_more",
            _window_by(influence=lambda beta, N: 1 - beta ** (N + 1)),
            "the influence is that of N + 1 observations: `1 - beta**(N + 1)`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "influence_of_the_slide",
            _window_by(influence=lambda beta, N: 0.86),
            "the influence is the rounded number of the slide, whatever beta is: `0.86`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "influence_in_the_limit",
            _window_by(influence=lambda beta, N: 1 - np.exp(-2)),
            "the influence is its limit for beta near 1, whatever beta is: `1 - np.exp(-2)`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "influence_in_percent",
            _window_by(influence=lambda beta, N: 100 * (1 - beta**N)),
            "the influence is given in percent and not as a share: `100 * influence`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "n_eff_of_the_largest_weight",
            _window_by(n_eff=lambda beta: 1 / (1 - beta)),
            "the sample size is one over the largest weight: `1 / max(w)`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "n_eff_of_plain_weights",
            _window_by(n_eff=lambda beta: 1.0),
            "the weights are added up without being squared: `1 / sum(w)`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "n_eff_upside_down",
            _window_by(n_eff=lambda beta: (1 - beta) / (1 + beta)),
            "the sum of squared weights is not inverted: `sum(w**2)`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "n_eff_of_bare_powers",
            _window_by(n_eff=lambda beta: 1 - beta**2),
            "the weights are bare powers of beta that do not add up to 1: `w = beta**i`",
            WINDOW,
            credit=PART,
        ),
        Misconception(
            "returned_in_another_order",
            lambda beta: tuple(averages.window(beta)[i] for i in (0, 2, 1)),
            "the last two values are returned in the other order: `return N, n_eff, influence`",
            WINDOW,
        ),
        Misconception(
            "only_N",
            averages.effective_window,
            "the window is returned without its influence and its sample size: `return N`",
            WINDOW,
        ),
    ),
    alternatives={
        "long sums, as a list": _window_of_a_long_sum,
        "logarithms and 0-d arrays": _window_of_scalars,
        "one array": lambda beta: np.array(averages.window(beta)),
        "single precision": lambda beta: np.array(averages.window(beta), dtype=np.float32),
    },
)


# stochastic_average


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
    """Step sizes that also exist for n = 0, so that counting from there shows in the values."""
    return Named("harmonic_steps", (round(rng.uniform(0.8, 1.6), 2), round(rng.uniform(1, 2), 2)))


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


# robbins_monro_conditions


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


ASSIGNMENT = Assignment(
    name="01_moving_averages",
    title="Moving averages",
    exercises=(
        CUMULATIVE_MEAN,
        EWMA,
        EWMA_WEIGHTS,
        EWMA_CORRECTED,
        WINDOW_EXERCISE,
        STOCHASTIC_AVERAGE,
        ROBBINS_MONRO_CONDITIONS,
    ),
)
