from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import averages
from autograder.exercise import Exercise, Misconception, Probe, call
from autograder.exercises.credit import PART
from autograder.exercises.moving_averages.inputs import memory
from autograder.exercises.moving_averages.sections import BIAS_CORRECTION, EXPONENTIAL, RUNNING_MEAN
from autograder.exercises.moving_averages.variants import Variant


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
