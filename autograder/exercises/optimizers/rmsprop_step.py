from typing import Any

import numpy as np

from advsec import optimizers
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe
from autograder.exercises.credit import SLIP
from autograder.exercises.libraries import libraries
from autograder.exercises.optimizers.families import average, squares, states, steps
from autograder.exercises.optimizers.inputs import (
    epsilon,
    gradients,
    learning_rate,
    memory_of_squares,
    run,
    weights,
    whole_gradients,
)
from autograder.exercises.optimizers.sections import EPSILON, RMSPROP


AVERAGE = average("s", "dw**2", "beta2")
UPDATE, STEP = f"s = {AVERAGE}", "w = w - lr * dw / np.sqrt(s + eps)"
DIVISOR = "np.sqrt(s + eps)"
SHAPES = "one weight, and three axes of them, with gradients in whole numbers"
USUAL = "the usual numbers, and a gradient of zero"


def hyper(rng: np.random.Generator) -> dict[str, Any]:
    return {"lr": learning_rate(rng), "beta2": memory_of_squares(rng), "eps": epsilon(rng)}


def from_rest(rng: np.random.Generator, n_steps: int, *shape: int) -> tuple[Call, ...]:
    return run(weights(rng, *shape), gradients(rng, n_steps, *shape), (np.zeros(shape), 0), **hyper(rng))


def usual(rng: np.random.Generator) -> tuple[Call, ...]:
    dws = gradients(rng, 2, 4)
    for dw in dws:
        dw[1] = 0.0
    return run(weights(rng, 4), dws, (np.zeros(4), 0), lr=learning_rate(rng))


def no_memory(rng: np.random.Generator) -> tuple[Call, ...]:
    state = (np.zeros(3), 0)
    calls = run(weights(rng, 3), gradients(rng, 2, 3), state, **hyper(rng) | {"beta2": 0.0})
    return run(weights(rng, 3), gradients(rng, 2, 3), state, **hyper(rng) | {"beta2": 0.95}, after=calls)


def under_way(rng: np.random.Generator) -> tuple[Call, ...]:
    state = (rng.uniform(2, 6, 5).round(2), int(rng.integers(3, 9)))
    return run(weights(rng, 5), gradients(rng, 2, 5), state, **hyper(rng))


def other_shapes(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws, state = weights(rng, 3, 2, 2), whole_gradients(rng, 2, 3, 2, 2), (np.zeros((3, 2, 2)), 0)
    return run(w, dws, state, **hyper(rng), after=from_rest(rng, 2, 1))


def single(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 5).astype(np.float32), [dw.astype(np.float32) for dw in gradients(rng, 2, 5)]
    return run(w, dws, (np.zeros(5, np.float32), 0), **hyper(rng))


OWN = (1,)

OUTSIDE = libraries("rmsprop", eps_inside_sqrt=False)

RMSPROP_STEP = exercise(
    solution="""
        def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
            s, t = state
            s = beta2 * s + (1 - beta2) * dw**2
            w = w - lr * dw / np.sqrt(s + eps)
            return w, (s, t + 1)
    """,
    reference=optimizers.rmsprop_step,
    points=3,
    read=RMSPROP,
    probes=(
        Probe("three steps from rest", lambda rng: from_rest(rng, 3, 3), own=OWN),
        Probe(USUAL, usual, own=OWN),
        Probe("two steps in the middle of a run", under_way, own=OWN),
        Probe("no memory at all, and a long one", no_memory, own=OWN),
        Probe(SHAPES, other_shapes, public=False, own=OWN),
        Probe("single precision", single, public=False, own=OWN),
    ),
    misconceptions=(
        Wrong(
            "eps_outside",
            {DIVISOR: "(np.sqrt(s) + eps)"},
            f"epsilon is added to the root, as in {OUTSIDE}, and not under it as the exercise asks: `{{}}`",
            passes=(USUAL,),
            read=EPSILON,
            credit=SLIP,
        ),
        Wrong(
            "no_eps",
            {DIVISOR: "np.sqrt(s)"},
            "epsilon is left out, so that a gradient of zero is divided by zero: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_as_a_factor",
            {DIVISOR: "(np.sqrt(s) * eps)"},
            "epsilon is multiplied by the root and not added: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_after_the_division",
            {DIVISOR: "np.sqrt(s) + eps"},
            "a bracket is missing, so that epsilon is added to the step and not to its divisor: "
            "`dw / np.sqrt(s) + eps`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_averaged",
            {UPDATE: f"{UPDATE} + eps", DIVISOR: "np.sqrt(s)"},
            "epsilon is added to the average itself, where it piles up from step to step: `s = s + eps`",
            passes=(USUAL,),
            read=EPSILON,
        ),
        Wrong("no_root", {DIVISOR: "(s + eps)"}, "the root is missing: the divisor is `{}`"),
        Wrong(
            "square_for_root",
            {DIVISOR: "np.square(s + eps)"},
            "the divisor is squared where its root should be taken: `{}`",
        ),
        Wrong(
            "square_for_root_with_eps_outside",
            {DIVISOR: "(np.square(s) + eps)"},
            "the divisor is the square where the root should be taken, and epsilon is added to it: `{}`",
        ),
        Wrong(
            "multiplied",
            {"dw / np": "dw * np"},
            "the gradient is multiplied by the root and not divided, so that large gradients make still "
            "larger steps: `dw * np.sqrt(...)`",
        ),
        *squares(RMSPROP),
        Wrong(
            "centred",
            {AVERAGE: "beta2 * s + (1 - beta2) * (dw - np.mean(dw)) ** 2"},
            "the mean over the weights is taken away before squaring: `{}`",
        ),
        Wrong(
            "old_average",
            {UPDATE: STEP, STEP: UPDATE},
            "the step divides by the old average, before this gradient comes in: `w = w - lr * dw / ...` "
            "stands one line too early",
        ),
        Wrong(
            "corrected",
            {DIVISOR: "np.sqrt(s / (1 - beta2 ** (t + 1)) + eps)"},
            "the average is corrected for its start at zero, which RMSprop leaves out: `{}`",
        ),
        Wrong(
            "corrected_with_eps_outside",
            {DIVISOR: "(np.sqrt(s / (1 - beta2 ** (t + 1))) + eps)"},
            "the average is corrected for its start at zero, which RMSprop leaves out, and epsilon is added "
            "to "
            "its root: `{}`",
        ),
        Wrong(
            "root_averaged_on",
            {UPDATE: f"s = np.sqrt({AVERAGE})", DIVISOR: "(s + eps)"},
            "the root is stored in the place of the average, so that the next step takes the root of a root: "
            "`s = np.sqrt(...)`",
        ),
        Wrong(
            "largest",
            {AVERAGE: f"np.maximum(s, {AVERAGE})"},
            "the average never falls: `np.maximum(s, ...)`",
        ),
        Wrong(
            "usual_memory_always",
            {"": "beta2 = 0.9"},
            "beta2 is 0.9 always, whatever the call says",
            passes=(USUAL,),
        ),
        Wrong(
            "usual_epsilon_always",
            {"": "eps = 1e-8"},
            "epsilon is 1e-8 always, whatever the call says",
            passes=(USUAL,),
            read=EPSILON,
        ),
        *steps("dw / np.sqrt(s + eps)"),
        *states("(s, t + 1)"),
    ),
    alternatives={
        "in place, on a copy of the weights": """
            def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
                (s, t), w = state, w.copy()
                s *= beta2
                s += (1 - beta2) * dw * dw
                w -= lr * dw / np.sqrt(s + eps)
                return w, (s, t + 1)
        """,
        "a power, and no count": """
            def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
                s = state[0] + (1 - beta2) * (np.square(dw) - state[0])
                return w - lr * (s + eps) ** -0.5 * dw, (s, state[1])
        """,
        "loop, as lists": """
            def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
                s, t = np.ravel(state[0]), state[1]
                new_w, new_s = [], []
                for old_w, g, old_s in zip(np.ravel(w), np.ravel(dw), s):
                    new_s.append(beta2 * old_s + (1 - beta2) * float(g) ** 2)
                    new_w.append(old_w - lr * g / (new_s[-1] + eps) ** 0.5)
                return np.reshape(new_w, np.shape(w)).tolist(), [new_s, t + 1]
        """,
        "a dictionary from the second step on": """
            def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
                if not isinstance(state, dict):
                    state = {"s": np.array(state[0], dtype=float)}
                state["s"] = beta2 * state["s"] + (1 - beta2) * np.power(dw, 2)
                return w - lr * dw / np.sqrt(state["s"] + eps), state
        """,
        "the root of the average": """
            def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
                s, t = np.asarray(state[0], dtype=float), state[1]
                root = np.hypot(np.sqrt(beta2 * s + (1 - beta2) * np.asarray(dw, dtype=float) ** 2), eps**0.5)
                return w - np.divide(lr * np.asarray(dw), root), (root**2 - eps, t + 1)
        """,
        "single precision": """
            def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
                s, dw = np.float32(state[0]), np.float32(dw)
                s = np.float32(beta2) * s + np.float32(1 - beta2) * dw**2
                return np.float32(w) - np.float32(lr) * dw / np.sqrt(s + np.float32(eps)), (s, state[1] + 1)
        """,
    },
    equivalent={
        f"return (w, (s, t {count}))": "the state is the student's own, and this step needs no count"
        for count in ("- 1", "+ 0", "+ 2")
    },
)
