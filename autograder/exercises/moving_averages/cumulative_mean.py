from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.moving_averages.inputs import positive_series, series, whole_numbers
from autograder.exercises.moving_averages.sections import MOVING_MEAN, RUNNING_MEAN
from autograder.exercises.slips import one_axis, series as slips_of_series, short


UPDATE = "mean + (x[n - 1] - mean) / n"
STEP, STORE = f"mean = {UPDATE}", "means[n - 1] = mean"
ONE = "one observation, and none"

CUMULATIVE_MEAN = exercise(
    solution="""
        def cumulative_mean(x):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:])
            for n in range(1, len(x) + 1):
                mean = mean + (x[n - 1] - mean) / n
                means[n - 1] = mean
            return means
    """,
    reference=averages.cumulative_mean,
    points=3,
    read=RUNNING_MEAN,
    probes=(
        Probe("a series", lambda rng: call(series(rng, 6))),
        Probe("several columns", lambda rng: call(series(rng, 5, 3))),
        Probe("whole numbers", lambda rng: call(whole_numbers(rng, 6))),
        Probe(ONE, lambda rng: (call(series(rng, 0)), call(series(rng, 1)))),
        Probe("a longer series", lambda rng: call(series(rng, 40)), public=False),
        Probe("whole numbers in columns", lambda rng: call(whole_numbers(rng, 5, 2)), public=False),
        Probe("three axes", lambda rng: call(series(rng, 4, 2, 3)), public=False),
        Probe("single precision", lambda rng: call(positive_series(rng, 7)), public=False),
    ),
    misconceptions=(
        Wrong(
            "counts_the_start",
            {UPDATE: "mean + (x[n - 1] - mean) / (n + 1)"},
            "the start counts as an observation, so that the n-th step divides by one too many: `{}`",
        ),
        Wrong(
            "divides_old_mean_by_n",
            {UPDATE: "mean / n + x[n - 1] / n"},
            "the old mean is divided by n as well, as if it were a single observation: `{}`",
            passes=(short,),
        ),
        Wrong(
            "halfway",
            {UPDATE: "(mean + x[n - 1]) / 2"},
            "every step goes halfway, so that old observations fade: `{}`",
        ),
        Wrong(
            "divides_only_the_mean",
            {UPDATE: "(n - 1) / n * mean + x[n - 1]"},
            "the new observation is not divided by the number of observations: `{}`",
            passes=(short,),
        ),
        Wrong(
            "adds_without_taking_away",
            {UPDATE: "mean + x[n - 1] / n"},
            "a share of the new observation is added and nothing of the old mean taken away: `{}`",
            passes=(short,),
        ),
        Wrong(
            "sign_turned",
            {UPDATE: "mean - (x[n - 1] - mean) / n"},
            "the step leads away from the new observation: `{}`",
        ),
        Wrong(
            "divides_by_index",
            {UPDATE: "x[0] if n == 1 else mean + (x[n - 1] - mean) / (n - 1)"},
            "the mean starts at `x[0]` and `x[i]` is then divided by i, counted from 0, which forgets the "
            "first observation: `mean + (x[i] - mean) / i`",
            passes=(short,),
        ),
        Wrong(
            "sum_over_index",
            {UPDATE: "mean + x[n - 1]", STORE: "means[n - 1] = mean / (n - 1)"},
            "the n-th sum is divided by n - 1, because the index starts at 0: `np.cumsum(x) / np.arange(T)`",
            kind="not_finite",
        ),
        Wrong(
            "step_over_index",
            {UPDATE: "mean + (x[n - 1] - mean) / (n - 1)"},
            "the index starts at 0 and the first step divides by it: `mean + (x - mean) / 0`",
            kind="not_finite",
        ),
        Wrong(
            "only_sums",
            {UPDATE: "mean + x[n - 1]"},
            "the observations are added up and never divided by their number: `np.cumsum(x)`",
            passes=(short,),
        ),
        Wrong(
            "last_two",
            {STORE: "means[n - 1] = x[max(0, n - 2) : n].mean(axis=0)"},
            "only the last 2 observations are averaged, which is a mean in a moving window: "
            "`(x[n] + x[n - 1]) / 2`",
            passes=(short,),
            read=MOVING_MEAN,
        ),
        Wrong(
            "last_three",
            {STORE: "means[n - 1] = x[max(0, n - 3) : n].mean(axis=0)"},
            "only the last 3 observations are averaged, which is a mean in a moving window: "
            "`x[n - 2 : n + 1].mean()`",
            passes=(short,),
            read=MOVING_MEAN,
        ),
        Wrong(
            "mean_of_all",
            {STORE: "means[n - 1] = x.mean(axis=0)"},
            "every entry is the mean of the whole series, so that it knows the future: `x.mean()`",
            passes=(short,),
        ),
        Wrong(
            "before_the_observation",
            {STEP: STORE, STORE: STEP},
            "each mean is stored before its observation is taken in: `x[: n - 1].mean()`",
        ),
        Wrong(
            "mean_of_the_others",
            {STORE: "means[n - 1] = x[: n - 1].sum(axis=0) / (n - np.ones(x.shape[1:]))"},
            "each mean is stored before its observation is taken in: `x[: n - 1].mean()`",
            kind="not_finite",
        ),
        Wrong(
            "flattened",
            {"": "x = x.ravel()"},
            "all columns are strung together before averaging: `np.cumsum(x)` without an axis",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "floor_division",
            {UPDATE: "mean + x[n - 1]", STORE: "means[n - 1] = mean // n"},
            "the sums are divided with `//`, which drops the fraction: `np.cumsum(x) // n`",
        ),
        *slips_of_series("mean", STORE),
    ),
    alternatives={
        "vectorised": """
            def cumulative_mean(x):
                x = np.asarray(x)
                return np.cumsum(x, axis=0) / np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
        """,
        "slices, as a list": """
            def cumulative_mean(x):
                return [x[: n + 1].mean(axis=0) for n in range(len(x))] or x
        """,
        "slices": """
            def cumulative_mean(x):
                return np.array([np.mean(x[:n], axis=0) for n in range(1, len(x) + 1)]).reshape(x.shape)
        """,
        "lists and tuples": """
            def cumulative_mean(x):
                return [sum(x[: n + 1]) / (n + 1) for n in range(len(x))]
        """,
        "in place on a copy": """
            def cumulative_mean(x):
                means = np.array(x, dtype=float)
                for n in range(1, len(means)):
                    means[n] = (n * means[n - 1] + means[n]) / (n + 1)
                return means
        """,
        "matrix": """
            def cumulative_mean(x):
                weights = np.tril(np.ones((len(x), len(x)))) / np.arange(1, len(x) + 1)[:, None]
                return np.tensordot(weights, x, axes=1)
        """,
        "single precision": """
            def cumulative_mean(x):
                n = np.arange(1, len(x) + 1, dtype=np.float32).reshape(-1, *[1] * (x.ndim - 1))
                return np.cumsum(x, axis=0, dtype=np.float32) / n
        """,
    },
)
