from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Named, Probe, call
from autograder.exercises.credit import HALF_MENDED
from autograder.exercises.learning_rates.sections import SNAPSHOTS


STEP, CHOSEN, KEEP = "w -= lrs[t] * gradient(w)", "if t in steps", "snapshots.append(w.copy())"
RETURN = "return np.array(snapshots)"
SAME_ARRAY, ONE_LATE = "snapshots.append(w)", "if t - 1 in steps"


def train_with_snapshots(
    gradient: Callable[[NDArray], NDArray], w0: NDArray, lrs: NDArray, steps: NDArray
) -> NDArray:
    """The weights after each of the chosen steps of gradient descent.

    w <- w - lrs[t] gradient(w)
    """
    trace = [w0]
    for lr in lrs:
        trace.append(trace[-1] - lr * gradient(trace[-1]))
    return np.array(trace)[steps + 1]


def training(rng: np.random.Generator, cycles: int, T_0: int, *shape: int) -> Call:
    """Descent with rates that restart, and the last steps of all cycles but the last one, which goes on."""
    w0 = np.round(rng.uniform(-3, 3, shape), 2)
    gradient = Named("slopes_towards", (round(rng.uniform(0.5, 0.9), 2), round(rng.uniform(4, 6), 2)))
    n_steps = cycles * T_0
    lrs = np.round(rng.uniform(0.1, 0.7, n_steps), 3)
    steps = np.arange(T_0 - 1, n_steps - T_0, T_0)
    return call(gradient, w0, lrs, steps)


TRAIN_WITH_SNAPSHOTS = exercise(
    solution="""
        def train_with_snapshots(gradient, w0, lrs, steps):
            w = w0.copy()
            snapshots = []
            for t in range(len(lrs)):
                w -= lrs[t] * gradient(w)
                if t in steps:
                    snapshots.append(w.copy())
            return np.array(snapshots)
    """,
    broken={KEEP: SAME_ARRAY, CHOSEN: ONE_LATE},
    reference=train_with_snapshots,
    points=3,
    read=SNAPSHOTS,
    probes=(
        Probe("four cycles", lambda rng: training(rng, 4, 3, 2)),
        Probe("longer cycles", lambda rng: training(rng, 4, 5, 3)),
        Probe("weights with two axes", lambda rng: training(rng, 4, 4, 2, 3)),
        Probe("many cycles", lambda rng: training(rng, 7, 3, 4), public=False),
        Probe("cycles of two steps", lambda rng: training(rng, 5, 2, 3), public=False),
    ),
    misconceptions=(
        Wrong(
            "one_late",
            {CHOSEN: ONE_LATE},
            "the snapshots differ now, but each is taken one step too late, when the rate has gone up again: "
            "`{}`",
            credit=HALF_MENDED,
        ),
        Wrong(
            "one_early",
            {CHOSEN: "if t + 1 in steps"},
            "each snapshot is taken one step too early, or before the step is made: `{}`",
        ),
        Wrong(
            "copies_of_the_start",
            {KEEP: "snapshots.append(w0.copy())"},
            "the weights of the start are kept, and not those of the moment",
        ),
        Wrong(
            "starts_again",
            {KEEP: "snapshots.append(w.copy())\nw = w0.copy()"},
            "training starts again from `w0` after each snapshot, and not from where it was",
        ),
        Wrong(
            "gradient_at_the_start",
            {STEP: "w -= lrs[t] * gradient(w0)"},
            "every step takes the gradient at the weights of the start: `gradient(w0)`",
        ),
        Wrong(
            "from_the_start",
            {STEP: "w = w0 - lrs[t] * gradient(w)"},
            "every step starts at the weights of the start: `{}`",
        ),
        Wrong(
            "all_weights",
            {CHOSEN: "if True"},
            "the weights after every step are returned, not only after the chosen ones",
            kind="wrong_shape",
        ),
        Wrong(
            "start_as_well",
            {"snapshots = []": "snapshots = [w0]"},
            "the weights of the start are returned as well: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_last_weights",
            {RETURN: "return w"},
            "the weights at the end of the run are returned, and not the snapshots: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_last_snapshot",
            {RETURN: "return snapshots[-1]"},
            "only the last snapshot is returned: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "mean_of_the_snapshots",
            {RETURN: "return np.mean(snapshots, axis=0)"},
            "the snapshots are averaged, and not returned one by one: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "last_first",
            {RETURN: "return np.array(snapshots[::-1])"},
            "the snapshots stand in reverse order: `snapshots[::-1]`",
        ),
    ),
    alternatives={
        "a new array for each step": """
            def train_with_snapshots(gradient, w0, lrs, steps):
                w = w0.copy()
                snapshots = []
                for t in range(len(lrs)):
                    w = w - lrs[t] * gradient(w)
                    if t in steps:
                        snapshots.append(w)
                return np.array(snapshots)
        """,
        "a trace of all weights": """
            def train_with_snapshots(gradient, w0, lrs, steps):
                trace = np.empty((len(lrs) + 1, *w0.shape))
                trace[0] = w0
                for t, lr in enumerate(lrs):
                    trace[t + 1] = trace[t] - lr * gradient(trace[t])
                return trace[1:][steps]
        """,
        "a row for each snapshot": """
            def train_with_snapshots(gradient, w0, lrs, steps):
                w, snapshots, n = np.array(w0, dtype=float), np.zeros((len(steps), *w0.shape)), 0
                for t in range(1, len(lrs) + 1):
                    w = w - lrs[t - 1] * gradient(w)
                    if t - 1 in steps:
                        snapshots[n] = w
                        n += 1
                return snapshots
        """,
        "lists": """
            def train_with_snapshots(gradient, w0, lrs, steps):
                w, snapshots, chosen = w0, [], set(steps.tolist())
                for t, lr in enumerate(lrs.tolist()):
                    w = w - lr * gradient(w)
                    if t in chosen:
                        snapshots += [w.tolist()]
                return snapshots
        """,
        "from snapshot to snapshot, in single precision": """
            def train_with_snapshots(gradient, w0, lrs, steps):
                w, snapshots, start = w0, [], 0
                for step in steps:
                    for lr in lrs[start : step + 1]:
                        w = w - lr * gradient(w)
                    start = step + 1
                    snapshots.append(w.astype(np.float32))
                return np.stack(snapshots)
        """,
    },
)
