from typing import Any

import numpy as np

from advsec import optimizers
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe
from autograder.exercises.credit import SLIP
from autograder.exercises.optimizers.families import average, averages, counts, squares, steps
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
from autograder.exercises.optimizers.sections import ADAM, CORRECTION, EPSILON


FIRST, SECOND = average("v", "dw", "beta1"), average("s", "dw**2", "beta2")
V_CORRECTED, S_CORRECTED = "v / (1 - beta1**t)", "s / (1 - beta2**t)"
DIVISOR = "np.sqrt(s_corrected + eps)"
STEP = f"v_corrected / {DIVISOR}"
RETURN = "return w, (v, s, t)"
USUAL = "the usual numbers, and a gradient of zero"


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


def whole_numbers(rng: np.random.Generator) -> tuple[Call, ...]:
    return run(weights(rng, 4, 3), whole_gradients(rng, 2, 4, 3), at_rest(4, 3), **hyper(rng))


def no_memory(rng: np.random.Generator) -> tuple[Call, ...]:
    calls = run(weights(rng, 3), gradients(rng, 2, 3), at_rest(3), **hyper(rng) | {"beta1": 0.0})
    w, dws = weights(rng, 3), gradients(rng, 2, 3)
    return run(w, dws, at_rest(3), **hyper(rng) | {"beta2": 0.0}, after=calls)


def under_way(rng: np.random.Generator) -> tuple[Call, ...]:
    state = (rng.uniform(-2, 2, 5).round(2), rng.uniform(2, 6, 5).round(2), int(rng.integers(3, 6)))
    return run(weights(rng, 5), gradients(rng, 2, 5), state, **hyper(rng))


def other_shapes(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 3, 2, 2), gradients(rng, 2, 3, 2, 2)
    return run(w, dws, at_rest(3, 2, 2), **hyper(rng), after=from_rest(rng, 2, 1))


def single(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 5).astype(np.float32), [dw.astype(np.float32) for dw in gradients(rng, 2, 5)]
    return run(w, dws, (np.zeros(5, np.float32), np.zeros(5, np.float32), 0), **hyper(rng))


OWN = (1,)


def correction(name: str, instead: str, message: str, kind: str = "wrong_values") -> Wrong:
    """Both corrections with something else in the place of `/ (1 - beta**t)`."""
    v, s = (f"{mean} {instead.replace('beta', beta)}" for mean, beta in (("v", "beta1"), ("s", "beta2")))
    return Wrong(name, {V_CORRECTED: v, S_CORRECTED: s}, message, read=CORRECTION, kind=kind)


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
        Probe("a matrix of weights, and gradients in whole numbers", whole_numbers, public=False, own=OWN),
        Probe("one weight, and three axes", other_shapes, public=False, own=OWN),
        Probe("single precision", single, public=False, own=OWN),
    ),
    misconceptions=(
        Wrong(
            "slide",
            {DIVISOR: "np.sqrt(s + eps)"},
            "the corrected second moment is worked out and then not used, as line 7 of the slide has it: "
            "`{}`",
            read=CORRECTION,
        ),
        Wrong(
            "slide_with_eps_outside",
            {DIVISOR: "(np.sqrt(s) + eps)"},
            "the second moment is not corrected, and epsilon is added to its root: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "eps_outside",
            {DIVISOR: "(np.sqrt(s_corrected) + eps)"},
            "epsilon is added to the root, as the paper and PyTorch have it, and not under it as the "
            "exercise "
            "asks: `{}`",
            passes=(USUAL,),
            read=EPSILON,
            credit=SLIP,
        ),
        Wrong(
            "eps_hat",
            {STEP: "np.sqrt(1 - beta2**t) * v_corrected / (np.sqrt(s) + eps)"},
            "both corrections are moved into the learning rate, so that epsilon is added to a root that is "
            "not "
            "corrected, as Keras has it: "
            "`lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * v / (np.sqrt(s) + eps)`",
            passes=(USUAL,),
            read=EPSILON,
            credit=SLIP,
        ),
        Wrong(
            "eps_before_the_correction",
            {STEP: "np.sqrt(1 - beta2**t) * v_corrected / np.sqrt(s + eps)"},
            "epsilon is added before the second moment is corrected, so that the correction enlarges it as "
            "well: `(s + eps) / (1 - beta2**t)`",
            passes=(USUAL,),
            read=EPSILON,
            credit=SLIP,
        ),
        Wrong(
            "no_eps",
            {DIVISOR: "np.sqrt(s_corrected)"},
            "epsilon is left out, so that a gradient of zero is divided by zero: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_as_a_factor",
            {DIVISOR: "(np.sqrt(s_corrected) * eps)"},
            "epsilon is multiplied by the root and not added: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_after_the_division",
            {STEP: "(v_corrected / np.sqrt(s_corrected) + eps)"},
            "a bracket is missing, so that epsilon is added to the step and not to its divisor: "
            "`v_corrected / np.sqrt(s_corrected) + eps`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "no_correction",
            {STEP: "v / np.sqrt(s + eps)"},
            "neither average is corrected for its start at zero: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "no_correction_with_eps_outside",
            {STEP: "v / (np.sqrt(s) + eps)"},
            "neither average is corrected for its start at zero, and epsilon is added to the root: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "no_correction_and_no_eps",
            {STEP: "v / np.sqrt(s)"},
            "neither average is corrected for its start at zero, and epsilon is left out: `{}`",
            read=CORRECTION,
            kind="not_finite",
        ),
        Wrong(
            "v_not_corrected",
            {"lr * v_corrected": "lr * v"},
            "the average of the gradients is not corrected for its start at zero: `w = w - {} / ...`",
            read=CORRECTION,
        ),
        Wrong(
            "v_not_corrected_with_eps_outside",
            {STEP: "v / (np.sqrt(s_corrected) + eps)"},
            "the average of the gradients is not corrected for its start at zero, and epsilon is added to "
            "the "
            "root: `{}`",
            read=CORRECTION,
        ),
        *counts("v, s"),
        correction(
            "first_correction_always", "/ (1 - beta)", "the power t is missing in both corrections: `{}`"
        ),
        correction(
            "power_of_the_rest",
            "/ (1 - beta) ** t",
            "the power stands outside of the bracket in both corrections: `{}`",
        ),
        correction(
            "times_t",
            "/ (1 - beta * t)",
            "beta is multiplied by t and not raised to its power, so that the correction turns negative: "
            "`{}`",
            kind="not_finite",
        ),
        correction(
            "multiplied_by_the_correction",
            "* (1 - beta**t)",
            "the averages are multiplied by the corrections and not divided: `{}`",
        ),
        correction(
            "divided_by_the_power",
            "/ beta**t",
            "the averages are divided by the weight of the start, and not by what is left of it: `{}`",
            kind="not_finite",
        ),
        Wrong(
            "corrections_swapped",
            {V_CORRECTED: "v / (1 - beta2**t)", S_CORRECTED: "s / (1 - beta1**t)"},
            "each average is corrected with the beta of the other: `{}`, `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "corrected_values_fed_back",
            {RETURN: "return w, (v_corrected, s_corrected, t)"},
            "the corrected averages are stored in the state, so that the next step corrects them again: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "first_memory_for_both",
            {"": "beta2 = beta1"},
            "beta1 is the memory of both averages, and beta2 is not used",
        ),
        Wrong(
            "second_memory_for_both",
            {"": "beta1 = beta2"},
            "beta2 is the memory of both averages, and beta1 is not used",
        ),
        Wrong(
            "first_memory_for_the_squares",
            {SECOND: "beta1 * s + (1 - beta1) * dw**2"},
            "beta1 is the memory of the squares as well: `{}`",
        ),
        Wrong(
            "betas_swapped",
            {"": "beta1, beta2 = beta2, beta1"},
            "the two betas have changed places: beta2 weighs the gradients and beta1 their squares",
        ),
        Wrong(
            "corrected_outside_the_root",
            {DIVISOR: "(np.sqrt(s + eps) / (1 - beta2**t))"},
            "the root is divided by the correction, and not what stands under it: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "corrected_outside_the_root_with_eps_outside",
            {DIVISOR: "(np.sqrt(s) / (1 - beta2**t) + eps)"},
            "the root is divided by the correction, and not what stands under it, and epsilon is added to "
            "it: "
            "`{}`",
            read=CORRECTION,
        ),
        Wrong("no_root", {DIVISOR: "(s_corrected + eps)"}, "the root is missing: the divisor is `{}`"),
        Wrong(
            "square_for_root",
            {DIVISOR: "np.square(s_corrected + eps)"},
            "the divisor is squared where its root should be taken: `{}`",
        ),
        Wrong(
            "square_for_root_with_eps_outside",
            {DIVISOR: "(np.square(s_corrected) + eps)"},
            "the divisor is the square where the root should be taken, and epsilon is added to it: `{}`",
        ),
        Wrong(
            "root_of_beta",
            {STEP: "v / (np.sqrt(beta1) + eps)"},
            "the root of a beta stands in the divisor, and not that of the second moment: `{}`",
        ),
        Wrong(
            "multiplied",
            {"v_corrected / np": "v_corrected * np"},
            "the step is multiplied by the root and not divided: `v_corrected * np.sqrt(...)`",
        ),
        Wrong(
            "gradient_for_its_average",
            {"lr * v_corrected": "lr * dw"},
            "the gradient itself stands above the root, and not its average: `w = w - {} / ...`",
        ),
        Wrong(
            "nadam",
            {"lr * v_corrected": "lr * (beta1 * v_corrected + (1 - beta1) * dw / (1 - beta1**t))"},
            "the step looks one step ahead, as Nadam's does: `beta1 * v_corrected + ...`",
        ),
        Wrong(
            "sign_of_the_average",
            {STEP: "np.sign(v)"},
            "only the sign of the averaged gradient is used: `{}`",
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
        Wrong(
            "learning_rate_falls",
            {"w - lr *": "w - lr / np.sqrt(t) *"},
            "the learning rate falls with the root of t: `lr / np.sqrt(t)`",
        ),
        Wrong(
            "v_grows_by_all",
            {FIRST: "beta1 * v + dw"},
            "the gradient comes in with its full weight, so that the weights add up to more than 1: `{}`",
        ),
        *averages("v", "dw", "beta1", "gradient", ADAM)[:-1],
        *squares(ADAM),
        Wrong(
            "s_of_the_average",
            {SECOND: "beta2 * s + (1 - beta2) * v**2"},
            "the second moment averages the squares of v, not those of the gradient: `{}`",
        ),
        Wrong(
            "s_of_the_distance",
            {SECOND: "beta2 * s + (1 - beta2) * (dw - v) ** 2"},
            "the second moment averages the squared distance from v, as AdaBelief does: `{}`",
        ),
        Wrong(
            "usual_memories_always",
            {"": "beta1, beta2 = 0.9, 0.999"},
            "the betas are 0.9 and 0.999 always, whatever the call says",
            passes=(USUAL,),
        ),
        Wrong(
            "usual_epsilon_always",
            {"": "eps = 1e-8"},
            "epsilon is 1e-8 always, whatever the call says",
            passes=(USUAL,),
            read=EPSILON,
        ),
        *steps(STEP, "(v, s, t)"),
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
