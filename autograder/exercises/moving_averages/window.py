from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from advsec import averages
from autograder.exercise import Exercise, Misconception, Probe, call
from autograder.exercises.credit import PART
from autograder.exercises.moving_averages.sections import WINDOW
from autograder.exercises.moving_averages.variants import Variant


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
