import numpy as np

from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Named, Probe, call
from autograder.exercises.moving_averages.inputs import memory, positive_series, series, start, whole_numbers
from autograder.exercises.moving_averages.sections import INDEX, START, STEP_SIZES
from autograder.exercises.moving_averages.starts import starts
from autograder.exercises.slips import no_start, series as slips_of_series, short


UPDATE = "mean + step_size(n) * (x[n - 1] - mean)"
STEP, STORE = f"mean = {UPDATE}", "means[n - 1] = mean"


def shrinking(rng: np.random.Generator) -> Named:
    """Step sizes that also exist for n = 0, so that counting from there shows in the values.

    The first is less than 1/2, where the old mean and the observation would weigh the same.
    """
    return Named("harmonic_steps", (round(rng.uniform(0.8, 1.2), 2), round(rng.uniform(1.5, 2.2), 2)))


STOCHASTIC_AVERAGE = exercise(
    solution="""
        def stochastic_average(x, step_size, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:]) + init
            for n in range(1, len(x) + 1):
                mean = mean + step_size(n) * (x[n - 1] - mean)
                means[n - 1] = mean
            return means
    """,
    reference=averages.stochastic_average,
    points=3,
    read=STEP_SIZES,
    probes=(
        Probe("steps that shrink", lambda rng: call(series(rng, 7), shrinking(rng), init=start(rng))),
        Probe("several columns", lambda rng: call(series(rng, 6, 3), shrinking(rng), init=start(rng))),
        Probe("no start given", lambda rng: call(series(rng, 6), shrinking(rng))),
        Probe(
            "whole numbers",
            lambda rng: (
                call(whole_numbers(rng, 6), shrinking(rng), init=int(rng.integers(90, 120))),
                call(whole_numbers(rng, 5), shrinking(rng), init=int(rng.integers(90, 120)) + 0.6),
            ),
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
        Wrong(
            "counts_from_zero",
            {UPDATE: "mean + step_size(n - 1) * (x[n - 1] - mean)"},
            "n counts from 0, so that every step size comes one observation late: `step_size(n - 1)`",
        ),
        Wrong(
            "counts_one_ahead",
            {UPDATE: "mean + step_size(n + 1) * (x[n - 1] - mean)"},
            "n is one ahead of the observations: `step_size(n + 1)`",
        ),
        Wrong(
            "first_step_size_for_all",
            {UPDATE: "mean + step_size(1) * (x[n - 1] - mean)"},
            "every step has the size of the first: `step_size(1)`",
            passes=(short,),
        ),
        Wrong(
            "last_step_size_for_all",
            {UPDATE: "mean + step_size(len(x)) * (x[n - 1] - mean)"},
            "every step has the size of the last: `step_size(len(x))`",
            passes=(short,),
        ),
        Wrong(
            "adds_without_taking_away",
            {UPDATE: "mean + step_size(n) * x[n - 1]"},
            "the steps are added up and nothing of the old mean is taken away: `mean + step_size(n) * x`",
        ),
        Wrong(
            "sum_of_steps",
            {UPDATE: "mean + step_size(n) * x[n - 1]", " + init": ""},
            "the steps are added up from zero and nothing is taken away: `sum(step_size(n) * x[n - 1])`",
        ),
        Wrong(
            "weighted_mean",
            {
                " + init": "\nweight = 0.0",
                STEP: "weight = weight + step_size(n)\nmean = mean + step_size(n) * x[n - 1]",
                STORE: "means[n - 1] = mean / weight",
            },
            "the step sizes are taken for fixed weights of the observations: "
            "`sum(step_size(n) * x[n - 1]) / sum(step_size(n))`",
        ),
        Wrong(
            "swapped",
            {UPDATE: "(1 - step_size(n)) * x[n - 1] + step_size(n) * mean"},
            "the step size weighs the old mean in place of the new observation: `{}`",
        ),
        Wrong(
            "sign_turned",
            {UPDATE: "mean - step_size(n) * (x[n - 1] - mean)"},
            "the step leads away from the new observation: `{}`",
        ),
        *starts("mean", START),
        Wrong(
            "start_without_its_weight",
            {UPDATE: "(mean if n == 1 else (1 - step_size(n)) * mean) + step_size(n) * x[n - 1]"},
            "the start comes in with full weight at the first step: `init + step_size(1) * x[0]`",
            passes=(no_start,),
            read=START,
        ),
        Wrong(
            "starts_at_first",
            {UPDATE: f"x[0] if n == 1 else {UPDATE}"},
            "the mean starts at the first observation, whatever `init` says: `mean = x[0]`",
            read=START,
        ),
        Wrong(
            "starts_at_first_and_counts_again",
            {UPDATE: "x[0] if n == 1 else mean + step_size(n - 1) * (x[n - 1] - mean)"},
            "the mean starts at the first observation and the second one takes the first step: "
            "`mean = x[0]`, then `step_size(1)` for `x[1]`",
            read=START,
        ),
        Wrong(
            "before_the_observation",
            {STEP: STORE, STORE: STEP},
            "each mean is stored before its observation is taken in: `means[n - 1] = mean` stands one line "
            "too early",
            read=INDEX,
        ),
        Wrong(
            "skips_the_first",
            {STEP: "if n > 1:\n    mean = mean + step_size(n - 1) * (x[n - 1] - mean)"},
            "the start takes the place of the first result and `x[0]` is never used: `means[0] = init`",
            read=INDEX,
        ),
        Wrong(
            "skips_the_first_and_its_step",
            {STEP: f"if n > 1:\n    {STEP}"},
            "the start takes the place of the first result, and `x[0]` and the first step are never used: "
            "`means[0] = init`, then `step_size(2)` for `x[1]`",
            read=INDEX,
        ),
        Wrong(
            "sizes_in_reverse",
            {UPDATE: "mean + step_size(len(x) - n + 1) * (x[n - 1] - mean)"},
            "the last step size comes first: `step_size(len(x) - n + 1)`",
            passes=(short,),
        ),
        Wrong(
            "no_weight_on_the_observation",
            {UPDATE: "(1 - step_size(n)) * mean + x[n - 1]"},
            "the new observation comes in with full weight: `{}`",
        ),
        Wrong(
            "step_divided_by_n",
            {UPDATE: "mean + step_size(n) / n * (x[n - 1] - mean)"},
            "the step size is divided by n once more: `step_size(n) / n`",
            passes=(short,),
        ),
        Wrong(
            "power_of_the_step_size",
            {UPDATE: "mean + step_size(n) ** n * (x[n - 1] - mean)"},
            "the step size is raised to the power n: `step_size(n)**n`",
            passes=(short,),
        ),
        Wrong(
            "no_memory",
            {UPDATE: "init + step_size(n) * (x[n - 1] - init)"},
            "the start is used again at every step and the mean never moves on: `{}`",
            passes=(short,),
        ),
        Wrong(
            "distance_from_the_start",
            {UPDATE: "mean + step_size(n) * (x[n - 1] - init)"},
            "the distance is that from the start and not from the mean: `{}`",
            passes=(short,),
        ),
        Wrong(
            "only_the_share",
            {UPDATE: "step_size(n) * x[n - 1]"},
            "nothing of the old mean is kept: `{}`",
        ),
        Wrong(
            "only_the_step",
            {UPDATE: "step_size(n) * (x[n - 1] - mean)"},
            "only the step is stored and not the mean after it: `{}`",
        ),
        Wrong(
            "the_step_times_both",
            {UPDATE: "step_size(n) * (mean + x[n - 1])"},
            "mean and observation have the same weight: `{}`",
        ),
        Wrong(
            "minus",
            {UPDATE: "(1 - step_size(n)) * mean - step_size(n) * x[n - 1]"},
            "the new observation is taken away and not added: `{}`",
        ),
        Wrong(
            "halfway",
            {UPDATE: "(mean + x[n - 1]) / 2"},
            "the step size is not used and every step goes halfway: `{}`",
        ),
        Wrong(
            "running_mean",
            {UPDATE: "mean + (x[n - 1] - mean) / n"},
            "the step size is not used and all observations weigh the same: `{}`",
        ),
        *slips_of_series("mean", STORE, "x[n - 1]", start="init"),
    ),
    alternatives={
        "vectorised": """
            def stochastic_average(x, step_size, *, init=0.0):
                means = np.empty_like(x, dtype=float)
                sizes = np.array([step_size(n) for n in range(1, len(x) + 1)])
                for n in range(1, len(x) + 1):
                    kept = np.cumprod(np.append(1.0, (1 - sizes[:n])[::-1]))[::-1]
                    weights = sizes[:n] * kept[1:]
                    means[n - 1] = kept[0] * np.asarray(init) + np.tensordot(weights, x[:n], axes=1)
                return means
        """,
        "loop, as a list": """
            def stochastic_average(x, step_size, *, init=0.0):
                means, mean = [], init
                for n, observation in enumerate(x, start=1):
                    mean = (1 - step_size(n)) * mean + step_size(n) * observation
                    means.append(mean)
                return means or x
        """,
        "lists and tuples": """
            def stochastic_average(x, step_size, init=0.0):
                means = [init]
                for n, observation in enumerate(x, start=1):
                    means.append((1 - step_size(n)) * means[-1] + step_size(n) * observation)
                return means[1:]
        """,
        "products of what is kept": """
            def stochastic_average(x, step_size, *, init=0.0):
                means = np.zeros(x.shape)
                for n in range(1, len(x) + 1):
                    sizes = np.array([step_size(i) for i in range(1, n + 1)])
                    kept = np.append(np.cumprod((1 - sizes)[::-1])[::-1], 1.0)
                    means[n - 1] = kept[0] * np.asarray(init) + np.tensordot(sizes * kept[1:], x[:n], axes=1)
                return means
        """,
        "recursion": """
            def stochastic_average(x, step_size, *, init=0.0):
                if not len(x):
                    return np.empty(x.shape)
                past = stochastic_average(x[:-1], step_size, init=init)
                mean = past[-1] if len(past) else np.asarray(init)
                return np.concatenate([past, [mean - step_size(len(x)) * (mean - x[-1])]])
        """,
        "single precision": """
            def stochastic_average(x, step_size, *, init=0.0):
                x = np.asarray(x, dtype=np.float32)
                means = np.zeros_like(x)
                mean = np.float32(init)
                for n, observation in enumerate(x, start=1):
                    mean = mean + np.float32(step_size(n)) * (observation - mean)
                    means[n - 1] = mean
                return means
        """,
    },
    equivalent={"mean = np.zeros(x.shape[2:]) + init": "a start of fewer axes broadcasts"},
)
