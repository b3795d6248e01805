from typing import Any

import numpy as np

from advsec import optimizers
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe
from autograder.exercises.optimizers.adam_formulas import FORMULAS, S_CORRECTED, USUAL
from autograder.exercises.optimizers.families import counts, states
from autograder.exercises.optimizers.inputs import (
    epsilon,
    gradients,
    learning_rate,
    memory,
    memory_of_squares,
    run,
    weights,
    whole_gradients,
)
from autograder.exercises.optimizers.sections import ADAM, CORRECTION


SHAPES = "one weight, and three axes of them, with gradients in whole numbers"
RETURN = "return w, (v, s, t)"


def hyper(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "lr": learning_rate(rng),
        "beta1": memory(rng),
        "beta2": memory_of_squares(rng),
        "eps": epsilon(rng),
    }


def at_rest(*shape: int) -> tuple[np.ndarray, np.ndarray, int]:
    return np.zeros(shape), np.zeros(shape), 0


def from_rest(rng: np.random.Generator, n_steps: int, *shape: int) -> tuple[Call, ...]:
    return run(weights(rng, *shape), gradients(rng, n_steps, *shape), at_rest(*shape), **hyper(rng))


def usual(rng: np.random.Generator) -> tuple[Call, ...]:
    dws = gradients(rng, 2, 4)
    for dw in dws:
        dw[1] = 0.0
    return run(weights(rng, 4), dws, at_rest(4), lr=learning_rate(rng))


def no_memory(rng: np.random.Generator) -> tuple[Call, ...]:
    calls = run(weights(rng, 3), gradients(rng, 2, 3), at_rest(3), **hyper(rng) | {"beta1": 0.0})
    w, dws = weights(rng, 3), gradients(rng, 2, 3)
    return run(w, dws, at_rest(3), **hyper(rng) | {"beta2": 0.0}, after=calls)


def under_way(rng: np.random.Generator) -> tuple[Call, ...]:
    state = (rng.uniform(-2, 2, 5).round(2), rng.uniform(2, 6, 5).round(2), int(rng.integers(3, 6)))
    return run(weights(rng, 5), gradients(rng, 2, 5), state, **hyper(rng))


def other_shapes(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 3, 2, 2), whole_gradients(rng, 2, 3, 2, 2)
    return run(w, dws, at_rest(3, 2, 2), **hyper(rng), after=from_rest(rng, 2, 1))


def single(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 5).astype(np.float32), [dw.astype(np.float32) for dw in gradients(rng, 2, 5)]
    return run(w, dws, (np.zeros(5, np.float32), np.zeros(5, np.float32), 0), **hyper(rng))


OWN = (1,)


ADAM_STEP = exercise(
    solution="""
        def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
            v, s, t = state
            t = t + 1
            v = beta1 * v + (1 - beta1) * dw
            s = beta2 * s + (1 - beta2) * dw**2
            v_corrected = v / (1 - beta1**t)
            s_corrected = s / (1 - beta2**t)
            w = w - lr * v_corrected / np.sqrt(s_corrected + eps)
            return w, (v, s, t)
    """,
    reference=optimizers.adam_step,
    points=5,
    read=ADAM,
    probes=(
        Probe("three steps from rest", lambda rng: from_rest(rng, 3, 3), own=OWN),
        Probe(USUAL, usual, own=OWN),
        Probe("two steps in the middle of a run", under_way, own=OWN),
        Probe("no memory of one kind, then of the other", no_memory, own=OWN),
        Probe(SHAPES, other_shapes, public=False, own=OWN),
        Probe("single precision", single, public=False, own=OWN),
    ),
    misconceptions=(
        *FORMULAS,
        *counts("v, s"),
        Wrong(
            "corrected_values_fed_back",
            {RETURN: "return w, (v_corrected, s_corrected, t)"},
            "the corrected averages are stored in the state, so that the next step corrects them again: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "largest_so_far",
            {
                "v, s, t = state": "v, s, t, *largest = state",
                S_CORRECTED: "np.max([s / (1 - beta2**t), *largest], axis=0)",
                RETURN: "return w, (v, s, t, s_corrected)",
            },
            "the step divides by the largest second moment so far, as AMSGrad does: "
            "`np.maximum(largest, s_corrected)`",
        ),
        *states("(v, s, t)"),
    ),
    alternatives={
        "in place, on a copy of the weights": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                (v, s, t), w = state, w.copy()
                t += 1
                v *= beta1
                v += (1 - beta1) * dw
                s *= beta2
                s += (1 - beta2) * dw * dw
                w -= lr * (v / (1 - beta1**t)) / np.sqrt(s / (1 - beta2**t) + eps)
                return w, (v, s, t)
        """,
        "both corrections in the learning rate": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, t = state
                v = v + (1 - beta1) * (dw - v)
                s = s + (1 - beta2) * (dw**2 - s)
                rest = 1 - beta2 ** (t + 1)
                rate = lr * np.sqrt(rest) / (1 - beta1 ** (t + 1))
                return w - rate * v / np.sqrt(s + eps * rest), (v, s, t + 1)
        """,
        "loop, as lists": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, t = np.ravel(state[0]), np.ravel(state[1]), state[2] + 1
                new_w, new_v, new_s = [], [], []
                for i, g in enumerate(np.ravel(dw).astype(float)):
                    new_v.append(beta1 * v[i] + (1 - beta1) * g)
                    new_s.append(beta2 * s[i] + (1 - beta2) * g**2)
                    root = (new_s[i] / (1 - beta2**t) + eps) ** 0.5
                    new_w.append(np.ravel(w)[i] - lr * new_v[i] / (1 - beta1**t) / root)
                return np.reshape(new_w, np.shape(w)).tolist(), [new_v, new_s, t]
        """,
        "a dictionary from the second step on": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                if not isinstance(state, dict):
                    state = dict(zip("vst", state))
                state["t"] += 1
                state["v"] = beta1 * state["v"] + (1 - beta1) * dw
                state["s"] = beta2 * state["s"] + (1 - beta2) * np.square(dw)
                v_hat = state["v"] / (1 - np.power(beta1, state["t"]))
                s_hat = state["s"] / (1 - np.power(beta2, state["t"]))
                return w - lr * v_hat * (s_hat + eps) ** -0.5, state
        """,
        "powers of the betas, and sums in the state": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, t, *powers = state
                power1, power2 = powers or (beta1**t, beta2**t)
                power1, power2 = power1 * beta1, power2 * beta2
                v, s = (1 - beta1) * dw + beta1 * v, (1 - beta2) * dw**2 + beta2 * s
                step = np.divide(v, 1 - power1) / np.sqrt(np.divide(s, 1 - power2) + eps)
                return np.subtract(w, lr * step), (v, s, t + 1, power1, power2)
        """,
        "single precision": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, dw, t = np.float32(state[0]), np.float32(state[1]), np.float32(dw), state[2] + 1
                v = np.float32(beta1) * v + np.float32(1 - beta1) * dw
                s = np.float32(beta2) * s + np.float32(1 - beta2) * dw**2
                v_hat, s_hat = v / np.float32(1 - beta1**t), s / np.float32(1 - beta2**t)
                return np.float32(w) - np.float32(lr) * v_hat / np.sqrt(s_hat + np.float32(eps)), (v, s, t)
        """,
    },
)
