from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Named, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.optimizers.sections import LOOP


STEP = "w, state = step(w, grad(w), state, lr=lr)"
ROOM, STORE, RETURN = "np.zeros((n_steps + 1, len(w0)))", "path[t + 1] = w", "return path"
COUNT, ONE_STEP = "a state that is a count", "a single step"


def minimize(grad: Any, w0: NDArray, step: Any, state: Any, *, lr: float, n_steps: int) -> NDArray:
    """The loop of `advsec.minimize`, with the step and its first state given one by one.

    w, state <- step(w, grad(w), state)
    """
    path = [w0]
    for _ in range(n_steps):
        w, state = step(path[-1], grad(path[-1]), state, lr=lr)
        path.append(w)
    return np.array(path)


def bowl(rng: np.random.Generator) -> Named:
    """A gradient that is not linear, so that it differs from point to point in size and in ratio."""
    return Named("cubic_gradient", (round(rng.uniform(0.5, 0.9), 2), round(rng.uniform(0.1, 0.2), 2)))


def with_velocity(rng: np.random.Generator, *shape: int) -> tuple[Named, NDArray]:
    """A step whose state is a velocity, and a velocity to begin with."""
    return Named("heavy_ball_step", (round(rng.uniform(0.3, 0.5), 2),)), rng.uniform(0.5, 1, shape).round(2)


def with_velocity_in_single(rng: np.random.Generator, *shape: int) -> tuple[Named, NDArray]:
    """So that all of the way is in single precision, whatever an answer stores it in."""
    step, velocity = with_velocity(rng, *shape)
    return step, velocity.astype(np.float32)


def with_count(rng: np.random.Generator) -> tuple[Named, int]:
    """A step whose state is the number of steps taken."""
    return Named("shrinking_step", (round(rng.uniform(1.5, 2.5), 2),)), int(rng.integers(0, 3))


def start(rng: np.random.Generator, *shape: int) -> NDArray:
    return (rng.uniform(1, 2, shape) * rng.choice([-1, 1], shape)).round(2)


def drawn(rng: np.random.Generator, w0: NDArray, step: tuple[Named, Any], n_steps: int) -> Call:
    function, state = step
    return call(bowl(rng), w0, function, state, lr=round(rng.uniform(0.15, 0.3), 2), n_steps=n_steps)


def fractions(single: Call) -> bool:
    return bool(single.args[1].dtype.kind == "f")


MINIMIZE = exercise(
    solution="""
        def minimize(grad, w0, step, state, *, lr, n_steps):
            path = np.zeros((n_steps + 1, len(w0)))
            path[0] = w = w0
            for t in range(n_steps):
                w, state = step(w, grad(w), state, lr=lr)
                path[t + 1] = w
            return path
    """,
    reference=minimize,
    points=3,
    read=LOOP,
    probes=(
        Probe("a state that is a velocity", lambda rng: drawn(rng, start(rng, 3), with_velocity(rng, 3), 4)),
        Probe(COUNT, lambda rng: drawn(rng, start(rng, 4), with_count(rng), 5)),
        Probe(
            "a start in whole numbers",
            lambda rng: drawn(rng, rng.integers(1, 4, 3) * rng.choice([-1, 1], 3), with_velocity(rng, 3), 4),
        ),
        Probe(ONE_STEP, lambda rng: drawn(rng, start(rng, 3), with_velocity(rng, 3), 1)),
        Probe("one weight", lambda rng: drawn(rng, start(rng, 1), with_velocity(rng, 1), 6), public=False),
        Probe(
            "single precision",
            lambda rng: drawn(rng, start(rng, 3).astype(np.float32), with_velocity_in_single(rng, 3), 4),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "start_is_missing",
            {RETURN: "return path[1:]"},
            "the weights after each step are returned and the start is not, so that there is one row too few",
            kind="wrong_shape",
        ),
        Wrong(
            "end_is_missing",
            {RETURN: "return path[:-1]"},
            "the weights before each step are returned, so that the last ones are missing and there is one "
            "row "
            "too few",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_end",
            {RETURN: "return path[-1]"},
            "only the last weights are returned, and not the whole way",
            kind="wrong_shape",
        ),
        Wrong(
            "one_step_too_few",
            {"range(n_steps)": "range(n_steps - 1)"},
            "the last step is not taken, so that its row stays at zero: `{}`",
        ),
        Wrong(
            "one_step_too_many",
            {
                "n_steps + 1": "n_steps + 2",
                "range(n_steps)": "range(n_steps + 1)",
            },
            "one step more is taken than asked for, so that there is one row too many",
            kind="wrong_shape",
        ),
        Wrong(
            "one_step_ahead",
            {"path[0] = w = w0": "w = w0", "range(n_steps)": "range(n_steps + 1)", "path[t + 1]": "path[t]"},
            "the start is missing and one step more is taken, so that every row is one step ahead",
        ),
        Wrong(
            "starts_at_zero",
            {"path[0] = w = w0": "path[0] = w = 0.0 * w0"},
            "the way starts at zero and not at `w0`",
        ),
        Wrong(
            "transposed",
            {RETURN: "return path.T"},
            "weights and steps have changed places: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "state_as_well",
            {RETURN: "return path, state"},
            "the state is returned beside the way: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "start_left_at_zero",
            {"path[0] = w = w0": "w = w0"},
            "the first row is left at zero and is not the start",
        ),
        Wrong(
            "state_not_carried",
            {STEP: "w, _ = step(w, grad(w), state, lr=lr)"},
            "the new state is not kept, so that every step is given the first one: `{}`",
            passes=(ONE_STEP,),
        ),
        Wrong(
            "gradient_of_the_start",
            {STEP: "w, state = step(w, grad(w0), state, lr=lr)"},
            "the gradient is that of the start at every step: `grad(w0)`",
            passes=(ONE_STEP,),
        ),
        Wrong(
            "step_from_the_start",
            {STEP: "w, state = step(w0, grad(w), state, lr=lr)"},
            "every step sets out from the start again: `step(w0, ...)`",
            passes=(ONE_STEP,),
        ),
        Wrong(
            "all_from_the_start",
            {STEP: "w, state = step(w0, grad(w0), state, lr=lr)"},
            "every step sets out from the start again, with the gradient there: `{}`",
            passes=(ONE_STEP,),
        ),
        Wrong(
            "gradient_one_step_late",
            {STEP: "w, state = step(w, grad(path[max(t - 1, 0)]), state, lr=lr)"},
            "the gradient is that of the weights one step before: it is worked out before the weights move "
            "on",
            passes=(ONE_STEP,),
        ),
        Wrong(
            "stepped_twice",
            {STEP: "state = step(w, grad(w), state, lr=lr)[1]\nw = step(w, grad(w), state, lr=lr)[0]"},
            "the step is taken twice, once for the state and once more for the weights: `step(...)[1]`, then "
            "`step(...)[0]`",
        ),
        Wrong(
            "stepped_twice_weights_first",
            {STEP: "w = step(w, grad(w), state, lr=lr)[0]\nstate = step(w, grad(w), state, lr=lr)[1]"},
            "the step is taken twice, once for the weights and once more for the state: `step(...)[0]`, then "
            "`step(...)[1]`",
            passes=(ONE_STEP, COUNT),
        ),
        Wrong(
            "gradient_descent",
            {STEP: "w = w - lr * grad(w)"},
            "the step that was given is not used, and plain gradient descent takes its place: `{}`",
        ),
        Wrong(
            "added_to_the_weights",
            {STEP: "change, state = step(w, grad(w), state, lr=lr)\nw = w + change"},
            "what the step returns is added to the weights, but it is the new weights already: "
            "`w = w + step(...)[0]`",
        ),
        Wrong(
            "subtracted_from_the_weights",
            {STEP: "change, state = step(w, grad(w), state, lr=lr)\nw = w - change"},
            "what the step returns is taken away from the weights, but it is the new weights already: "
            "`w = w - step(...)[0]`",
        ),
        Wrong(
            "learning_rate_is_one",
            {STEP: "w, state = step(w, grad(w), state, lr=1)"},
            "the learning rate is 1 always, whatever the call says",
        ),
        Wrong(
            "learning_rate_falls",
            {STEP: "w, state = step(w, grad(w), state, lr=lr / (t + 1))"},
            "the learning rate falls with the number of the step: `lr / (t + 1)`",
            passes=(ONE_STEP,),
        ),
        Wrong(
            "weights_for_the_gradient",
            {STEP: "w, state = step(w, w, state, lr=lr)"},
            "the weights themselves are handed to the step in the place of their gradient: `{}`",
        ),
        Wrong(
            "uphill",
            {STEP: "w, state = step(w, -grad(w), state, lr=lr)"},
            "the gradient is handed on with the other sign, so that the way leads uphill: `-grad(w)`",
        ),
        Wrong(
            "gradients_stored",
            {STORE: "path[t + 1] = grad(w)"},
            "the gradients are stored and not the weights: `{}`",
        ),
        Wrong(
            "same_row_everywhere",
            {RETURN: "return np.zeros(path.shape) + path[-1]"},
            "every row is the last one: one and the same array is stored at every step, and goes on changing",
        ),
        Wrong(
            "backwards",
            {RETURN: "return path[::-1]"},
            "the rows stand in reverse order, the end first: `path[::-1]`",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {ROOM: "np.zeros((n_steps + 1, len(w0)), dtype=w0.dtype)"},
            "weights that start as whole numbers are cut to whole numbers, because they are stored in an "
            "array "
            "of the type of the start",
            passes=(fractions,),
            credit=SLIP,
        ),
    ),
    alternatives={
        "a list that grows": """
            def minimize(grad, w0, step, state, *, lr, n_steps):
                path = [w0]
                for _ in range(n_steps):
                    w, state = step(path[-1], grad(path[-1]), state, lr=lr)
                    path.append(w)
                return np.array(path)
        """,
        "lists": """
            def minimize(grad, w0, step, state, lr, n_steps):
                path, w = [w0.tolist()], w0.copy()
                while len(path) <= n_steps:
                    dw = grad(w)
                    w, state = step(w, dw, state, lr)
                    path.append(w.tolist())
                return path
        """,
        "rows of the result": """
            def minimize(grad, w0, step, state, *, lr, n_steps):
                path = np.empty((n_steps + 1,) + w0.shape)
                path[0] = w0
                for t in range(1, n_steps + 1):
                    path[t], state = step(path[t - 1], grad(path[t - 1]), state, lr=lr)
                return path
        """,
        "stacked": """
            def minimize(grad, w0, step, state, *, lr, n_steps):
                path = np.asarray(w0, dtype=float)[None]
                for t in range(n_steps):
                    w, state = step(path[t], grad(path[t]), state, lr=lr)
                    path = np.concatenate([path, w[None]])
                return path
        """,
        "recursion": """
            def minimize(grad, w0, step, state, *, lr, n_steps):
                if n_steps == 0:
                    return np.stack([w0])
                w, state = step(w0, grad(w0), state, lr=lr)
                return np.stack([w0, *minimize(grad, w, step, state, lr=lr, n_steps=n_steps - 1)])
        """,
        "single precision": """
            def minimize(grad, w0, step, state, *, lr, n_steps):
                path = np.zeros((n_steps + 1, len(w0)), dtype=np.float32)
                path[0] = w = w0
                for t in range(n_steps):
                    w, state = step(w, grad(w), state, lr=lr)
                    path[t + 1] = w
                return path
        """,
    },
)
