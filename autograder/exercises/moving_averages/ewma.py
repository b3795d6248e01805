import numpy as np

from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.moving_averages.inputs import (
    long_memory,
    memory,
    positive_series,
    series,
    start,
    whole_numbers,
)
from autograder.exercises.moving_averages.sections import BIAS_CORRECTION, EXPONENTIAL, START, WINDOW
from autograder.exercises.moving_averages.starts import starts
from autograder.exercises.moving_averages.updates import update, updates
from autograder.exercises.slips import no_start, series as slips_of_series, short


UPDATE = update("x[t]")
STEP, STORE = f"mean = {UPDATE}", "means[t] = mean"

EWMA = exercise(
    solution="""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:]) + init
            for t in range(len(x)):
                mean = beta * mean + (1 - beta) * x[t]
                means[t] = mean
            return means
    """,
    reference=averages.ewma,
    points=3,
    read=EXPONENTIAL,
    probes=(
        Probe("a start away from zero", lambda rng: call(series(rng, 10), memory(rng), init=start(rng))),
        Probe("several columns", lambda rng: call(series(rng, 10, 3), memory(rng), init=start(rng))),
        Probe("a long memory", lambda rng: call(series(rng, 10), long_memory(rng), init=start(rng))),
        Probe("no start given", lambda rng: call(series(rng, 10), memory(rng))),
        Probe(
            "whole numbers",
            lambda rng: (
                call(whole_numbers(rng, 10), memory(rng), init=int(rng.integers(90, 120))),
                call(whole_numbers(rng, 6), memory(rng), init=int(rng.integers(90, 120)) + 0.6),
            ),
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
                call(np.full(10, round(rng.uniform(4, 5), 3)), memory(rng), init=start(rng)),
            ),
            public=False,
        ),
    ),
    misconceptions=(
        *updates("x[t]"),
        Wrong(
            "no_memory",
            {UPDATE: "beta * init + (1 - beta) * x[t]"},
            "the start is used again at every step and the average never moves on: `{}`",
            passes=(short,),
        ),
        Wrong(
            "previous_observation",
            {STORE: f"{STORE}\nmean = x[t]"},
            "the previous observation stands where the previous average belongs: "
            "`beta * x[t - 1] + (1 - beta) * x[t]`",
            passes=(short,),
        ),
        Wrong(
            "starts_at_first",
            {UPDATE: f"x[0] if t == 0 else {UPDATE}"},
            "the average starts at the first observation, whatever `init` says: `mean = x[0]` (pandas does "
            "so with adjust=False; here the start is an argument)",
        ),
        *starts("average", START),
        Wrong(
            "start_without_its_weight",
            {UPDATE: "(mean if t == 0 else beta * mean) + (1 - beta) * x[t]"},
            "the start comes in with full weight at the first step: `init + (1 - beta) * x[0]`",
            passes=(no_start,),
            read=START,
        ),
        Wrong(
            "start_weighed_twice",
            {" + init": " + beta * np.asarray(init)"},
            "the start is multiplied by beta once too often: `mean = beta * init`",
            passes=(no_start,),
            read=START,
        ),
        Wrong(
            "start_as_an_observation",
            {" + init": " + (1 - beta) * np.asarray(init)"},
            "the start is weighed as if it were an observation: `mean = (1 - beta) * init`",
            passes=(no_start,),
            read=START,
        ),
        Wrong(
            "start_is_never_forgotten",
            {" + init": "", STORE: "means[t] = mean + beta * np.asarray(init)"},
            "the start keeps the weight of the first step for ever: `beta * init`",
            passes=(no_start, short),
            read=START,
        ),
        Wrong(
            "before_the_observation",
            {STEP: STORE, STORE: STEP},
            "each average is stored before its observation is taken in: `means[t] = mean` stands one line "
            "too early",
        ),
        Wrong(
            "skips_the_first",
            {STEP: f"if t > 0:\n    {STEP}"},
            "the start takes the place of the first result and `x[0]` is never used: `means[0] = init`",
        ),
        Wrong(
            "skips_the_first_and_its_result",
            {STEP: f"if t > 0:\n    {STEP}", "return means": "return means[1:]"},
            "`x[0]` is never used and has no result, so that there is one value too few: `range(1, len(x))`",
            kind="wrong_shape",
        ),
        Wrong(
            "wraps_around",
            {UPDATE: "beta * x[t - 1] + (1 - beta) * x[t]"},
            "the previous observation stands where the previous average belongs: "
            "`beta * x[t - 1] + (1 - beta) * x[t]`",
        ),
        Wrong(
            "oldest_weighs_most",
            {
                " + init": "",
                UPDATE: "mean + (1 - beta) * beta**t * x[t]",
                STORE: "means[t] = mean + beta ** (t + 1) * np.asarray(init)",
            },
            "the oldest observation weighs most: `(1 - beta) * beta**i` for `x[i]`",
            passes=(short,),
        ),
        Wrong(
            "oldest_weighs_most_without_start",
            {" + init": "", UPDATE: "mean + (1 - beta) * beta**t * x[t]"},
            "the oldest observation weighs most and the start nothing: `(1 - beta) * beta**i` for `x[i]`",
        ),
        Wrong(
            "memory_that_grows",
            {UPDATE: "beta ** (t + 1) * mean + (1 - beta ** (t + 1)) * x[t]"},
            "beta is raised to a power that grows from step to step: `{}`",
            passes=(short,),
        ),
        Wrong(
            "memory_that_grows_from_zero",
            {UPDATE: "beta**t * mean + (1 - beta**t) * x[t]"},
            "beta is raised to a power that grows from step to step: `{}`",
        ),
        Wrong(
            "one_beta_for_all",
            {"": "beta = 0.9"},
            "beta is not used and always the same: `{}`",
        ),
        Wrong(
            "shrinks",
            {STORE: "means[t] = mean * (1 - beta ** (t + 1))"},
            "each average is multiplied by the weight of its observations: `mean * (1 - beta**t)`",
            read=BIAS_CORRECTION,
        ),
        Wrong(
            "corrects_the_bias",
            {STORE: "means[t] = mean / (1 - beta ** (t + 1))"},
            "the bias correction of a later exercise is already applied: `mean / (1 - beta**t)`",
            read=BIAS_CORRECTION,
        ),
        Wrong(
            "corrects_and_ignores_init",
            {" + init": "", STORE: "means[t] = mean / (1 - beta ** (t + 1))"},
            "`init` is not used and the bias correction of a later exercise is already applied (pandas does "
            "so with adjust=True): `mean / (1 - beta**t)`",
            read=BIAS_CORRECTION,
        ),
        Wrong(
            "window_mean",
            {
                "": "N = max(1, round((1 + beta) / (1 - beta)))",
                STORE: "means[t] = x[max(0, t - N + 1) : t + 1].mean(axis=0)",
            },
            "the last (1 + beta) / (1 - beta) observations are averaged with equal weights: "
            "`x[t - N + 1 : t + 1].mean()`",
            read=WINDOW,
        ),
        Wrong(
            "short_window_mean",
            {
                "": "N = max(1, round(1 / (1 - beta)))",
                STORE: "means[t] = x[max(0, t - N + 1) : t + 1].mean(axis=0)",
            },
            "the last 1 / (1 - beta) observations are averaged with equal weights: "
            "`x[t - N + 1 : t + 1].mean()`",
            read=WINDOW,
        ),
        Wrong(
            "running_mean",
            {UPDATE: "mean + (x[t] - mean) / (t + 1)"},
            "beta is not used and all observations weigh the same, as in the running mean: `{}`",
        ),
        *slips_of_series("average", STORE, "x[t]", start="init"),
    ),
    alternatives={
        "vectorised": """
            def ewma(x, beta, *, init=0.0):
                t = np.arange(len(x))
                age = t[:, None] - t
                weights = np.where(age >= 0, (1 - beta) * beta ** np.maximum(age, 0.0), 0.0)
                start = beta ** (t + 1.0)
                return np.tensordot(weights, x, axes=1) + start.reshape(-1, *[1] * (x.ndim - 1)) * init
        """,
        "loop, as a list": """
            def ewma(x, beta, *, init=0.0):
                means, mean = [], init
                for observation in x:
                    mean = beta * mean + (1 - beta) * observation
                    means.append(mean)
                return means or x
        """,
        "lists and tuples": """
            def ewma(x, beta, init=0.0):
                means = []
                for observation in x:
                    last = means[-1] if means else init
                    means.append(beta * last + (1 - beta) * observation)
                return tuple(means)
        """,
        "scipy filter": """
            from scipy.signal import lfilter


            def ewma(x, beta, *, init=0.0):
                if len(x) == 0:
                    return np.zeros(x.shape)
                state = beta * np.broadcast_to(init, (1, *x.shape[1:]))
                return lfilter([1 - beta], [1, -beta], x, axis=0, zi=state)[0]
        """,
        "recursion": """
            def ewma(x, beta, *, init=0.0):
                if not len(x):
                    return np.empty(x.shape)
                past = ewma(x[:-1], beta, init=init)
                last = past[-1] if len(past) else init
                return np.concatenate([past, [beta * last + (1 - beta) * x[-1]]])
        """,
        "single precision": """
            def ewma(x, beta, *, init=0.0):
                x = x.astype(np.float32)
                means = np.zeros_like(x)
                mean = np.float32(init)
                for t in range(len(x)):
                    mean = np.float32(beta) * mean + np.float32(1 - beta) * x[t]
                    means[t] = mean
                return means
        """,
    },
    equivalent={"mean = np.zeros(x.shape[2:]) + init": "a start of fewer axes broadcasts"},
)
