from typing import Any

import numpy as np

from advsec import optimizers
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe
from autograder.exercises.credit import SLIP
from autograder.exercises.libraries import libraries
from autograder.exercises.optimizers.families import average, averages, states, steps
from autograder.exercises.optimizers.inputs import (
    gradients,
    learning_rate,
    memory,
    run,
    weights,
    whole_gradients,
)
from autograder.exercises.optimizers.sections import MOMENTUM


AVERAGE = average("v", "dw", "beta")
UPDATE, STEP = f"v = {AVERAGE}", "w = w - lr * v"
SHAPES = "one weight, and three axes of them, with gradients in whole numbers"
# Where it is all the same whether the learning rate stands in the velocity or before it.
ALL_BUT_CHANGES = (
    "three steps from rest",
    "the usual memory",
    "no memory at all, and a long one",
    SHAPES,
    "single precision",
)


def at_rest(*shape: int) -> tuple[np.ndarray, int]:
    return np.zeros(shape), 0


def from_rest(rng: np.random.Generator, n_steps: int, *shape: int, **hyper: Any) -> tuple[Call, ...]:
    dws = gradients(rng, n_steps, *shape)
    return run(weights(rng, *shape), dws, at_rest(*shape), lr=learning_rate(rng), **hyper)


def under_way(rng: np.random.Generator) -> tuple[Call, ...]:
    state = (weights(rng, 5), int(rng.integers(3, 9)))
    rates = [learning_rate(rng), round(rng.uniform(0.1, 0.2), 2)]
    return run(weights(rng, 5), gradients(rng, 2, 5), state, lr=rates, beta=memory(rng))


def no_memory(rng: np.random.Generator) -> tuple[Call, ...]:
    calls = from_rest(rng, 2, 3, beta=0.0)
    w, dws = weights(rng, 3), gradients(rng, 2, 3)
    return run(w, dws, at_rest(3), lr=learning_rate(rng), beta=0.95, after=calls)


def changing_rate(rng: np.random.Generator) -> tuple[Call, ...]:
    rates = [round(rng.uniform(*bounds), 2) for bounds in ((0.5, 0.6), (0.1, 0.15), (0.3, 0.4))]
    return run(weights(rng, 4), gradients(rng, 3, 4), at_rest(4), lr=rates, beta=memory(rng))


def single(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 5).astype(np.float32), gradients(rng, 2, 5)
    state = (np.zeros(5, np.float32), 0)
    return run(w, [dw.astype(np.float32) for dw in dws], state, lr=learning_rate(rng), beta=memory(rng))


def other_shapes(rng: np.random.Generator) -> tuple[Call, ...]:
    calls = from_rest(rng, 2, 1, beta=memory(rng))
    w, dws = weights(rng, 3, 2, 2), whole_gradients(rng, 2, 3, 2, 2)
    return run(w, dws, at_rest(3, 2, 2), lr=learning_rate(rng), beta=memory(rng), after=calls)


OWN = (1,)

SUMS = libraries("momentum", dampened=False)

MOMENTUM_STEP = exercise(
    solution="""
        def momentum_step(w, dw, state, *, lr, beta=0.9):
            v, t = state
            v = beta * v + (1 - beta) * dw
            w = w - lr * v
            return w, (v, t + 1)
    """,
    reference=optimizers.momentum_step,
    points=2,
    read=MOMENTUM,
    probes=(
        Probe("three steps from rest", lambda rng: from_rest(rng, 3, 3, beta=memory(rng)), own=OWN),
        Probe("the usual memory", lambda rng: from_rest(rng, 2, 4), own=OWN),
        Probe("the middle of a run, at changing learning rates", under_way, own=OWN),
        Probe("no memory at all, and a long one", no_memory, own=OWN),
        Probe("a learning rate that changes", changing_rate, public=False, own=OWN),
        Probe(SHAPES, other_shapes, public=False, own=OWN),
        Probe("single precision", single, public=False, own=OWN),
    ),
    misconceptions=(
        Wrong(
            "heavy_ball",
            {AVERAGE: "beta * v + dw"},
            "the gradient comes in with its full weight, so that steps grow to 1 / (1 - beta) times the "
            f"size, as in {SUMS}, which have another learning rate in mind: `{{}}`",
            credit=SLIP,
        ),
        Wrong(
            "learning_rate_in_the_velocity",
            {AVERAGE: "beta * v + lr * dw", STEP: "w = w - v"},
            "the learning rate stands inside the velocity and the gradient has its full weight, as in Keras: "
            "`v = beta * v + lr * dw`",
            credit=SLIP,
        ),
        Wrong(
            "learning_rate_averaged",
            {AVERAGE: "beta * v + (1 - beta) * lr * dw", STEP: "w = w - v"},
            "the learning rate stands inside the average, so that old gradients keep an old learning rate: "
            "`v = {}`",
            passes=ALL_BUT_CHANGES,
            credit=SLIP,
        ),
        Wrong(
            "velocity_in_the_other_direction",
            {AVERAGE: "beta * v - lr * dw", STEP: "w = w + v"},
            "the velocity points down the slope, holds the learning rate and takes in the whole gradient, "
            "as in "
            "CS231n and Keras: `v = {}`, `{}`",
            credit=SLIP,
        ),
        Wrong(
            "average_in_the_other_direction",
            {AVERAGE: "beta * v - (1 - beta) * lr * dw", STEP: "w = w + v"},
            "the velocity points down the slope and holds the learning rate, so that old gradients keep an "
            "old "
            "one: `v = {}`, `{}`",
            passes=ALL_BUT_CHANGES,
            credit=SLIP,
        ),
        Wrong(
            "nesterov_of_pytorch",
            {AVERAGE: "beta * v + dw", STEP: "w = w - lr * (dw + beta * v)"},
            "the step looks one step ahead, as Nesterov's does in PyTorch: `{}`, `{}`",
        ),
        Wrong(
            "nesterov_of_cs231n",
            {AVERAGE: "beta * v - lr * dw", STEP: "w = w - beta * state[0] + (1 + beta) * v"},
            "the step looks one step ahead, as Nesterov's does in CS231n: "
            "`w - beta * v_old + (1 + beta) * v`",
        ),
        Wrong(
            "learning_rate_twice",
            {AVERAGE: "beta * v + (1 - beta) * lr * dw"},
            "the learning rate comes in twice, in the velocity and in the step: `v = {}`",
        ),
        *averages("v", "dw", "beta", "gradient", MOMENTUM)[:-1],
        Wrong(
            "old_velocity",
            {UPDATE: STEP, STEP: UPDATE},
            "the step is taken with the old velocity, before this gradient comes in: `w = w - lr * v` stands "
            "one line too early",
        ),
        Wrong(
            "nesterov",
            {STEP: "w = w - lr * (beta * v + (1 - beta) * dw)"},
            "the step looks one step ahead, as Nesterov's does: `{}`",
        ),
        Wrong(
            "corrected",
            {STEP: "w = w - lr * v / (1 - beta ** (t + 1))"},
            "the velocity is corrected for its start at zero, which the slide leaves out: `{}`",
        ),
        Wrong(
            "corrected_and_fed_back",
            {UPDATE: f"v = ({AVERAGE}) / (1 - beta ** (t + 1))"},
            "the velocity is corrected for its start at zero, and the corrected one is averaged again: "
            "`v = v / (1 - beta**t)`",
        ),
        Wrong(
            "squares",
            {AVERAGE: "beta * v + (1 - beta) * dw**2"},
            "the squares of the gradients are averaged, which have lost their signs: `{}`",
        ),
        Wrong(
            "average_of_the_weights",
            {AVERAGE: "beta * v + (1 - beta) * w"},
            "the weights are averaged in place of the gradients: `{}`",
        ),
        Wrong(
            "gradient_and_velocity",
            {STEP: "w = w - lr * (dw + v)"},
            "the gradient is followed once more beside the velocity, which holds it already: `{}`",
        ),
        Wrong(
            "one_number_for_all",
            {AVERAGE: "beta * v + (1 - beta) * np.mean(dw)"},
            "all weights share one gradient, their mean: `{}`",
        ),
        Wrong(
            "sign_of_the_velocity",
            {STEP: "w = w - lr * np.sign(v)"},
            "only the sign of the velocity is used: `{}`",
        ),
        Wrong(
            "usual_memory_always",
            {"": "beta = 0.9"},
            "beta is 0.9 always, whatever the call says",
            passes=("the usual memory",),
        ),
        *steps("v"),
        *states("(v, t + 1)"),
    ),
    alternatives={
        "in place, on a copy of the weights": """
            def momentum_step(w, dw, state, *, lr, beta=0.9):
                (v, t), w = state, w.copy()
                v *= beta
                v += (1 - beta) * dw
                w -= lr * v
                return w, (v, t + 1)
        """,
        "a step towards the gradient, and no count": """
            def momentum_step(w, dw, state, *, lr, beta=0.9):
                v = state[0] + (1 - beta) * (dw - state[0])
                return w - lr * v, (v, 0)
        """,
        "loop, as lists": """
            def momentum_step(w, dw, state, *, lr, beta=0.9):
                v, t = state
                new_v = [beta * old + (1 - beta) * g for old, g in zip(np.ravel(v), np.ravel(dw))]
                new_w = [old - lr * step for old, step in zip(np.ravel(w), new_v)]
                return np.reshape(new_w, np.shape(w)).tolist(), [new_v, t + 1]
        """,
        "a dictionary from the second step on": """
            def momentum_step(w, dw, state, *, lr, beta=0.9):
                if not isinstance(state, dict):
                    state = {"v": np.array(state[0], dtype=float)}
                state["v"] = beta * state["v"] + (1 - beta) * dw
                return w - lr * state["v"], state
        """,
        "both shares one by one": """
            def momentum_step(w, dw, state, *, lr, beta=0.9):
                v, t = state
                w = np.subtract(w, lr * beta * np.asarray(v)) - lr * (1 - beta) * np.asarray(dw)
                return w, (np.average([v, dw], axis=0, weights=[beta, 1 - beta]), t + 1)
        """,
        "single precision": """
            def momentum_step(w, dw, state, *, lr, beta=0.9):
                v, t = np.float32(state[0]), state[1]
                v = np.float32(beta) * v + np.float32(1 - beta) * np.float32(dw)
                return np.float32(w) - np.float32(lr) * v, (v, t + 1)
        """,
    },
    equivalent={
        f"return (w, (v, t {count}))": "the state is the student's own, and this step needs no count"
        for count in ("- 1", "+ 0", "+ 2")
    },
)
