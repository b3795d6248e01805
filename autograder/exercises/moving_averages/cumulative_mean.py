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
        Probe("several columns", lambda rng: call(series(rng, 6, 3))),
        Probe("whole numbers", lambda rng: call(whole_numbers(rng, 8))),
        Probe(ONE, lambda rng: (call(series(rng, 0)), call(series(rng, 1)))),
        Probe("a longer series", lambda rng: call(series(rng, 30)), public=False),
        Probe("whole numbers in columns", lambda rng: call(whole_numbers(rng, 12, 2)), public=False),
        Probe("three axes", lambda rng: call(series(rng, 12, 2, 3)), public=False),
        Probe("single precision", lambda rng: call(positive_series(rng, 12)), public=False),
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
            "halfway_from_the_first",
            {UPDATE: "x[0] if n == 1 else (mean + x[n - 1]) / 2"},
            "after the first every step goes halfway, so that old observations fade: `(mean + x) / 2`",
            passes=(short,),
        ),
        Wrong(
            "only_the_share",
            {UPDATE: "x[n - 1] / n"},
            "each observation is divided by its number and nothing is added up: `{}`",
            passes=(short,),
        ),
        Wrong(
            "divides_only_the_mean",
            {UPDATE: "(n - 1) / n * mean + x[n - 1]"},
            "only the old mean is divided by the number of observations: `{}`",
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
            "multiplies_the_old_mean",
            {UPDATE: "(n - 1) * mean + x[n - 1] / n"},
            "only the new observation is divided, because a bracket is missing: `{}`",
            passes=(short,),
        ),
        Wrong(
            "divides_by_one_more",
            {UPDATE: "((n - 1) * mean + x[n - 1]) / (n + 1)"},
            "the sum of n observations is divided by n + 1: `{}`",
        ),
        Wrong(
            "divides_by_one_less",
            {UPDATE: "x[0] if n == 1 else ((n - 1) * mean + x[n - 1]) / (n - 1)"},
            "the sum of i + 1 observations is divided by i, their index: `(i * mean + x[i]) / i`",
            passes=(short,),
        ),
        Wrong(
            "first_counts_twice",
            {UPDATE: "x[0] if n == 1 else mean + (x[n - 1] - mean) / (n + 1)"},
            "the mean starts at `x[0]`, which is then counted once more: `mean + (x[i] - mean) / (i + 2)`",
            passes=(short,),
        ),
        Wrong(
            "divides_by_all",
            {UPDATE: "mean + x[n - 1] / len(x)"},
            "every sum is divided by the length of the whole series: `np.cumsum(x) / len(x)`",
            passes=(short,),
        ),
        Wrong(
            "same_step_for_all",
            {UPDATE: "mean + (x[n - 1] - mean) / len(x)"},
            "every step is divided by the length of the whole series: `{}`",
            passes=(short,),
        ),
        Wrong(
            "divided_twice",
            {STORE: "means[n - 1] = mean / n"},
            "what is a mean already is divided by n again: `{}`",
            passes=(short,),
        ),
        Wrong(
            "mean_of_the_means",
            {UPDATE: "(means[: n - 1].sum(axis=0) + x[n - 1]) / n"},
            "the earlier means are averaged in place of the observations: `{}`",
            passes=(short,),
        ),
        Wrong(
            "median",
            {STORE: "means[n - 1] = np.median(x[:n], axis=0)"},
            "the value in the middle is taken and not the mean: `np.median(x[:n])`",
            passes=(short,),
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
        *(
            Wrong(
                f"last_{name}",
                {STORE: f"means[n - 1] = x[max(0, n - {count}) : n].mean(axis=0)"},
                f"only the last {count} observations are averaged, which is a mean in a moving window: "
                f"`x[n - {count} : n].mean()`",
                passes=(short,),
                read=MOVING_MEAN,
            )
            for name, count in {"two": 2, "three": 3, "four": 4, "five": 5}.items()
        ),
        Wrong(
            "mean_of_all",
            {STORE: "means[n - 1] = x.mean(axis=0)"},
            "every entry is the mean of the whole series: `x.mean()`, or one and the same array, stored at "
            "every step and changed by the next",
            passes=(short,),
        ),
        Wrong(
            "before_the_observation",
            {STEP: STORE, STORE: STEP},
            "each mean is stored before its observation is taken in: `x[: n - 1].mean()`",
        ),
        Wrong(
            "one_ahead",
            {STORE: "means[n - 1] = x[: n + 1].mean(axis=0)"},
            "each mean has taken in the next observation already: `x[: n + 1].mean()`",
            passes=(short,),
        ),
        Wrong(
            "sum_before_the_observation",
            {STORE: "means[n - 1] = x[: n - 1].sum(axis=0) / n"},
            "the newest observation is counted but not added: `x[: n - 1].sum() / n`",
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
            "columns_together",
            {STORE: "means[n - 1] = x[:n].mean()"},
            "the columns are averaged together: `{}` without an axis",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "columns_together_in_one",
            {"return means": "return np.array([x[:n].mean() for n in range(1, len(x) + 1)])"},
            "the columns are averaged together into one: `x[:n].mean()` without an axis",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "one_number",
            {"return means": "return x.sum() / max(x.size, 1)"},
            "all is averaged into one number: `x.mean()`",
            kind="wrong_shape",
        ),
        Wrong(
            "floor_division",
            {UPDATE: "mean + x[n - 1]", STORE: "means[n - 1] = mean // n"},
            "the sums are divided with `//`, which drops the fraction: `np.cumsum(x) // n`",
        ),
        *(
            slip
            for slip in slips_of_series("mean", STORE, "x[n - 1]")
            if slip.name != "same_array_at_every_step"  # the final mean is the mean of all
        ),
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
    equivalent={"mean = np.zeros(x.shape[2:])": "a start of fewer axes broadcasts"},
)
