import numpy as np

from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.moving_averages.inputs import (
    long_memory,
    memory,
    positive_series,
    series,
    whole_numbers,
)
from autograder.exercises.moving_averages.sections import (
    BIAS_CORRECTION,
    CORRECTS_WHAT,
    EXPONENT,
    EXPONENTIAL,
)
from autograder.exercises.moving_averages.updates import update, updates
from autograder.exercises.slips import series as slips_of_series, short


UPDATE, CORRECTED = update("x[t - 1]"), "mean / (1 - beta**t)"
STEP, STORE = f"mean = {UPDATE}", f"means[t - 1] = {CORRECTED}"
FIRST = f"x[0] if t == 1 else {UPDATE}"
CONSTANT = "a constant series"

EWMA_CORRECTED = exercise(
    solution="""
        def ewma_corrected(x, beta):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:])
            for t in range(1, len(x) + 1):
                mean = beta * mean + (1 - beta) * x[t - 1]
                means[t - 1] = mean / (1 - beta**t)
            return means
    """,
    reference=averages.ewma_corrected,
    points=3,
    read=BIAS_CORRECTION,
    probes=(
        Probe("a series", lambda rng: call(series(rng, 8), memory(rng))),
        Probe("several columns", lambda rng: call(series(rng, 7, 3), memory(rng))),
        Probe(
            "no memory at all, and a long one",
            lambda rng: (call(series(rng, 6), 0.0), call(series(rng, 6), long_memory(rng))),
        ),
        Probe("whole numbers", lambda rng: call(whole_numbers(rng, 6), memory(rng))),
        Probe(
            "one observation, and none",
            lambda rng: (call(series(rng, 0), memory(rng)), call(series(rng, 1), memory(rng))),
        ),
        Probe(
            CONSTANT,
            lambda rng: call(np.full(6, series(rng)), memory(rng)),
            public=False,
        ),
        Probe("three axes", lambda rng: call(series(rng, 6, 2, 4), memory(rng)), public=False),
        Probe("single precision", lambda rng: call(positive_series(rng, 7), memory(rng)), public=False),
    ),
    misconceptions=(
        Wrong(
            "not_corrected",
            {CORRECTED: "mean"},
            "nothing is corrected and the average still starts at zero: `ewma(x, beta)`",
        ),
        Wrong(
            "same_correction_for_all",
            {CORRECTED: "mean / (1 - beta ** len(x))"},
            "every value gets the correction of the last one: `mean / (1 - beta**T)`",
            passes=(short,),
            read=EXPONENT,
        ),
        Wrong(
            "counts_from_zero",
            {CORRECTED: "mean / (1 - beta ** (t - 1))"},
            "t counts from 0, so that the first value is divided by 0 and the others are corrected too much: "
            "`{}`",
            kind="not_finite",
            read=EXPONENT,
        ),
        Wrong(
            "counts_one_ahead",
            {CORRECTED: "mean / (1 - beta ** (t + 1))"},
            "t is one ahead of the observations seen: `{}`",
            read=EXPONENT,
        ),
        Wrong(
            "t_stays_at_one",
            {CORRECTED: "mean / (1 - beta)"},
            "every value is divided by the same number, because the power of beta is missing or t stays "
            "at 1: `{}`",
            passes=(short,),
            read=EXPONENT,
        ),
        Wrong(
            "power_outside",
            {CORRECTED: "mean / (1 - beta) ** t"},
            "the power is taken of the whole bracket: `{}`",
            passes=(short,),
            read=EXPONENT,
        ),
        Wrong(
            "power_of_the_step_size",
            {CORRECTED: "mean / (1 - (1 - beta) ** t)"},
            "the power is taken of 1 - beta: `{}`",
            read=EXPONENT,
        ),
        Wrong(
            "only_the_power",
            {CORRECTED: "mean / beta**t"},
            "the average is divided by the weight of the start: `{}`",
        ),
        Wrong(
            "multiplies",
            {CORRECTED: "mean * (1 - beta**t)"},
            "the average is multiplied where it should be divided, which shrinks it once more: `{}`",
        ),
        Wrong(
            "multiple_of_beta",
            {CORRECTED: "mean / (1 - beta * t)"},
            "beta is multiplied by t and not raised to a power: `{}`",
            passes=(short,),
            read=EXPONENT,
        ),
        Wrong(
            "twice_the_power",
            {CORRECTED: "mean / (1 - beta ** (2 * t))"},
            "the correction is the one for a variance: `{}`",
            read=CORRECTS_WHAT,
        ),
        Wrong(
            "square_root",
            {CORRECTED: "mean / np.sqrt(1 - beta**t)"},
            "the correction is the one for a standard deviation: `{}`",
            read=CORRECTS_WHAT,
        ),
        Wrong(
            "feeds_back",
            {CORRECTED: "mean", UPDATE: f"({UPDATE}) / (1 - beta**t)"},
            "the corrected value takes the place of the average at the next step, so that it is corrected "
            "again and again: `mean = mean / (1 - beta**t)` inside the loop",
            passes=(short,),
        ),
        Wrong(
            "starts_at_first",
            {CORRECTED: "mean", UPDATE: FIRST},
            "the average starts at the first observation and is not corrected: `mean = x[0]`",
            passes=(short, CONSTANT),
        ),
        Wrong(
            "starts_at_first_and_corrects",
            {UPDATE: FIRST},
            "the average starts at the first observation and is corrected although it does not start at "
            "zero: `mean = x[0]`",
        ),
        *(
            wrong
            for wrong in updates("x[t - 1]", from_zero=True)
            if wrong.name != "minus"  # the same as "negative"
        ),
        Wrong(
            "precedence_of_the_correction",
            {CORRECTED: "mean / 1 - beta**t"},
            "a bracket is missing, so that a power of beta is taken away: `{}`",
        ),
        Wrong(
            "takes_away",
            {CORRECTED: "mean / (1 + beta**t)"},
            "the weight of the start is added and not taken away: `{}`",
        ),
        Wrong(
            "negative",
            {CORRECTED: "mean / (beta**t - 1)"},
            "the sign turns, because a difference is the wrong way round: `beta**t - 1`, or "
            "`beta * mean - (1 - beta) * x`",
        ),
        Wrong(
            "base_and_exponent_swapped",
            {CORRECTED: "mean / (1 - np.float64(t) ** beta)"},
            "base and exponent are swapped: `mean / (1 - t**beta)`",
            read=EXPONENT,
            kind="not_finite",
        ),
        Wrong(
            "counts_down",
            {CORRECTED: "mean / (1 - beta ** (len(x) - t + 1))"},
            "t counts down, so that the last value is corrected most: `mean / (1 - beta**(T - t + 1))`",
            passes=(short,),
            read=EXPONENT,
        ),
        Wrong(
            "corrects_twice",
            {CORRECTED: "mean / (1 - beta**t) ** 2"},
            "the correction is made twice: `{}`",
        ),
        Wrong(
            "corrects_the_observation",
            {CORRECTED: "mean", UPDATE: "beta * mean + (1 - beta) * x[t - 1] / (1 - beta**t)"},
            "the new observation is corrected and not the average: `(1 - beta) * x / (1 - beta**t)`",
            passes=(short,),
        ),
        Wrong(
            "corrects_the_first_only",
            {CORRECTED: "mean / (1 - beta if t == 1 else 1)"},
            "only the first value is corrected",
            passes=(short,),
        ),
        Wrong(
            "corrects_the_last_only",
            {CORRECTED: "mean / (1 - beta**t if t == len(x) else 1)"},
            "only the last value is corrected",
            passes=(short,),
        ),
        Wrong(
            "leaves_the_first",
            {CORRECTED: "mean / (1 - beta ** (t - 1) if t > 1 else 1)"},
            "t counts from 0 and the first value is left as it is",
            read=EXPONENT,
        ),
        Wrong(
            "counts_from_zero_after_the_first",
            {CORRECTED: "mean / (1 - beta ** max(t - 1, 1))"},
            "t is one behind the observations seen, but for the first",
            passes=(short,),
            read=EXPONENT,
        ),
        Wrong(
            "divides_by_the_number",
            {CORRECTED: "mean / t"},
            "the average is divided by the number of observations: `{}`",
        ),
        Wrong(
            "weighs_again",
            {CORRECTED: "mean * (1 - beta) / (1 - beta**t)"},
            "the weight of the new observation is applied twice: `{}`",
        ),
        Wrong(
            "before_the_observation",
            {STEP: STORE, STORE: STEP},
            "each value is corrected and stored before its observation is taken in",
        ),
        Wrong(
            "one_beta_for_all",
            {"": "beta = 0.9"},
            "beta is not used and always the same: `{}`",
            passes=(short, CONSTANT),
        ),
        Wrong(
            "corrects_by_another_beta",
            {CORRECTED: "mean / (1 - 0.9**t)"},
            "the correction does not use beta: `{}`",
        ),
        Wrong(
            "running_mean",
            {CORRECTED: "mean", UPDATE: "mean + (x[t - 1] - mean) / t"},
            "beta is not used and all observations weigh the same, as in the running mean: `{1}`",
            passes=(short, CONSTANT),
            read=EXPONENTIAL,
        ),
        *slips_of_series("average", STORE, "x[t - 1]", constant=(CONSTANT,)),
    ),
    alternatives={
        "vectorised": """
            def ewma_corrected(x, beta):
                t = np.arange(len(x))
                powers = np.tril(float(beta) ** np.abs(t[:, None] - t))
                return np.tensordot(powers / powers.sum(axis=1, keepdims=True), x, axes=1)
        """,
        "ratio of two averages": """
            def ewma_corrected(x, beta):
                means = np.zeros((2, *x.shape))
                mean, weight = 0.0, 0.0
                for t, observation in enumerate(x):
                    mean = beta * mean + (1 - beta) * observation
                    weight = beta * weight + (1 - beta)
                    means[:, t] = mean, weight + 0.0 * mean
                return means[0] / means[1]
        """,
        "a step size that shrinks": """
            def ewma_corrected(x, beta):
                means = np.empty(x.shape)
                mean = np.zeros(x.shape[1:])
                for t in range(1, len(x) + 1):
                    mean = mean + (1 - beta) / (1 - beta**t) * (x[t - 1] - mean)
                    means[t - 1] = mean
                return means
        """,
        "lists and tuples": """
            def ewma_corrected(x, beta):
                means, mean, power = [], 0.0, 1.0
                for observation in x:
                    mean = beta * mean + (1 - beta) * observation
                    power *= beta
                    means.append(mean / (1 - power))
                return means or x
        """,
        "matrix": """
            def ewma_corrected(x, beta):
                rows = []
                for t in range(1, len(x) + 1):
                    weights = float(beta) ** np.arange(t)[::-1]
                    rows.append(weights / weights.sum() @ x[:t].reshape(t, -1))
                return np.reshape(rows, x.shape)
        """,
        "scipy filter": """
            from scipy.signal import lfilter


            def ewma_corrected(x, beta):
                if len(x) == 0:
                    return np.zeros(x.shape)
                numerator = lfilter([1.0], [1, -beta], x, axis=0)
                return numerator / lfilter([1.0], [1, -beta], np.ones(x.shape), axis=0)
        """,
        "single precision": """
            def ewma_corrected(x, beta):
                beta = np.float32(beta)
                means = np.zeros(x.shape, dtype=np.float32)
                mean = np.zeros(x.shape[1:], dtype=np.float32)
                for t in range(1, len(x) + 1):
                    mean = beta * mean + (1 - beta) * x[t - 1].astype(np.float32)
                    means[t - 1] = mean / (1 - beta**t)
                return means
        """,
    },
    equivalent={"mean = np.zeros(x.shape[2:])": "a start of fewer axes broadcasts"},
)
