from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.moving_averages.inputs import series
from autograder.exercises.moving_averages.sections import EXPONENTIAL


AGE, WEIGHTS, SUM = "times[t] - times[: t + 1]", "np.exp(-age / tau)", " / np.sum(weights)"
REGULAR = "an observation in every second"


def ewma_at_times(times: NDArray, x: NDArray, tau: float) -> NDArray:
    """The weighted mean of all observations so far: one of that age in seconds weighs exp(-age / tau)."""
    past = np.tri(len(x), dtype=bool)
    weights = np.where(past, np.exp(-(times[:, None] - times) / tau, where=past, out=np.zeros(past.shape)), 0)
    return weights @ x / weights.sum(axis=1)


def at(rng: np.random.Generator, *gaps: Any, start: float = 0.0) -> Call:
    """A series whose observations are these seconds apart."""
    times = start + np.concatenate([[0.0], np.cumsum(gaps)])
    return call(times.round(2), series(rng, len(times)), round(rng.uniform(2.2, 3.8), 2))


def uneven(rng: np.random.Generator, count: int = 6) -> list[float]:
    """Gaps far from one second, each another one."""
    return (rng.permutation(count) * 0.7 + rng.uniform(0.2, 0.3)).round(2).tolist()


def _whole(rng: np.random.Generator) -> Call:
    times = np.cumsum(rng.permutation([0, 2, 3, 5, 4]))
    return call(times, rng.permutation([3, 8, 17, 40, 66]), 3)


EWMA_AT_TIMES = exercise(
    solution="""
        def ewma_at_times(times, x, tau):
            means = np.zeros(len(x))
            for t in range(len(x)):
                age = times[t] - times[: t + 1]
                weights = np.exp(-age / tau)
                means[t] = np.sum(weights * x[: t + 1]) / np.sum(weights)
            return means
    """,
    reference=ewma_at_times,
    points=3,
    read=EXPONENTIAL,
    probes=(
        Probe(REGULAR, lambda rng: at(rng, *[1.0] * 6)),
        Probe("uneven gaps", lambda rng: at(rng, *uneven(rng))),
        Probe("one long gap", lambda rng: at(rng, 1.0, 1.0, 7.5, 1.0, 1.0)),
        Probe("another start of time", lambda rng: at(rng, *uneven(rng), start=1000.0), public=False),
        Probe("several in one second", lambda rng: at(rng, 0.0, 2.5, 0.0, 0.4, 3.1), public=False),
        Probe("whole numbers", _whole, public=False),
    ),
    misconceptions=(
        Wrong(
            "oldest_weighs_most",
            {AGE: "times[: t + 1] - times[0]"},
            "the oldest observation weighs most: weights fall with the time at which an observation was made",
        ),
        Wrong(
            "one_gap_for_all",
            {AGE: "np.arange(t, -1, -1) * (times[-1] - times[0]) / max(len(x) - 1, 1)"},
            "all gaps count as equally long",
            passes=(REGULAR,),
        ),
        Wrong(
            "last_gap_alone",
            {AGE: "np.arange(t, -1, -1) * (times[t] - times[t - 1] if t else 1)"},
            "the last gap stands for all gaps before it",
            passes=(REGULAR,),
        ),
        Wrong(
            "not_divided",
            {SUM: ""},
            "nothing is divided by the sum of the weights, which is larger than 1",
        ),
        Wrong(
            "divided_by_the_number",
            {SUM: " / (t + 1)"},
            "the number of observations stands in the place of the sum of their weights: `{}`",
        ),
        Wrong(
            "divided_by_tau",
            {SUM: " / tau"},
            "tau stands in the place of the sum of the weights: `{}`",
        ),
        Wrong(
            "tau_turned_over",
            {WEIGHTS: "np.exp(-age * tau)"},
            "the age is multiplied by tau: `{}`",
        ),
        Wrong(
            "tau_outside",
            {WEIGHTS: "np.exp(-age) / tau"},
            "tau stands outside of the exponential function, where it divides all weights alike, so that the "
            "mean does not hang on it: `{}`",
        ),
        Wrong(
            "half_life",
            {WEIGHTS: "0.5 ** (age / tau)"},
            "tau is taken for the time in which a weight is halved: `{}`",
        ),
        Wrong(
            "squared",
            {WEIGHTS: "np.exp(-((age / tau) ** 2))"},
            "the age is squared, so that weights fall slowly at first and then fast: `{}`",
        ),
        Wrong(
            "reciprocal",
            {WEIGHTS: "1 / (1 + age / tau)"},
            "weights fall like one over the age, which is no constant rate: `{}`",
        ),
        Wrong(
            "straight_line",
            {WEIGHTS: "np.maximum(1 - age / tau, 0)"},
            "weights fall on a straight line and then are zero: `{}`",
        ),
        Wrong(
            "all_alike",
            {WEIGHTS: "np.ones(t + 1)"},
            "all observations weigh the same, as in the running mean",
        ),
        Wrong(
            "own_rate_at_each_step",
            """
            def ewma_at_times(times, x, tau):
                means = np.zeros(len(x))
                for t in range(len(x)):
                    kept = np.exp(-(times[t] - times[t - 1]) / tau) if t else 0.0
                    means[t] = kept * means[t - 1] + (1 - kept) * x[t]
                return means
            """,
            "a new observation takes exactly the weight that was forgotten since the last one: "
            "`kept * means[t - 1] + (1 - kept) * x[t]`",
        ),
        Wrong(
            "only_last",
            {"return means": "return means[-1]"},
            "only the final average is returned, not the average after each observation",
            kind="wrong_shape",
        ),
        Wrong(
            "without_the_newest",
            {
                "range(len(x))": "range(1, len(x))",
                "weights * x[: t + 1]": "weights[:-1] * x[:t]",
                SUM: " / np.sum(weights[:-1])",
            },
            "the newest observation does not count in its own average",
        ),
    ),
    alternatives={
        "from step to step": """
            def ewma_at_times(times, x, tau):
                means, total, weight, last = [], 0.0, 0.0, times[0]
                for time, value in zip(times, x):
                    kept = np.exp((last - time) / tau)
                    total, weight, last = kept * total + value, kept * weight + 1, time
                    means.append(total / weight)
                return means
        """,
        "ages at the end, which all grow alike": """
            def ewma_at_times(times, x, tau):
                weights = np.exp((times - times[-1]) / tau)
                return np.cumsum(weights * x) / np.cumsum(weights)
        """,
        "table of ages": """
            def ewma_at_times(times, x, tau):
                age = np.asarray(times)[:, None] - times
                weights = np.tril(np.exp(-np.abs(age) / tau))
                return (weights @ x) / weights.sum(axis=1)
        """,
        "numpy's average": """
            def ewma_at_times(times, x, tau):
                means = []
                for t in range(1, len(x) + 1):
                    weights = np.exp((times[:t] - times[t - 1]) / tau)
                    means.append(np.average(x[:t], weights=weights))
                return np.array(means)
        """,
        "single precision": """
            def ewma_at_times(times, x, tau):
                means = np.zeros(len(x), dtype=np.float32)
                for t in range(len(x)):
                    weights = np.exp(-(times[t] - times[: t + 1]) / tau).astype(np.float32)
                    means[t] = np.sum(weights * x[: t + 1].astype(np.float32)) / np.sum(weights)
                return means
        """,
    },
    broken={AGE: "np.arange(t, -1, -1)"},
    broken_passes=(REGULAR,),
)
