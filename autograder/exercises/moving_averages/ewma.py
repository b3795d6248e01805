from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import averages
from autograder.exercise import Exercise, Misconception, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.moving_averages.inputs import memory, positive_series, series, start, whole_numbers
from autograder.exercises.moving_averages.sections import BIAS_CORRECTION, EXPONENTIAL, WINDOW
from autograder.exercises.moving_averages.variants import (
    Variant,
    along_rows,
    column,
    delayed,
    last_observations,
    only_last,
    recursion,
    scaled,
    stored_like_input,
)


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
        return last_observations(max(1, round(window(beta))))(x)

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
    return np.tensordot(weights, x, axes=1) + column(float(beta) ** n, x) * init


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
