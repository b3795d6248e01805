import numpy as np

from advsec import optimizers
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe
from autograder.exercises.credit import SLIP
from autograder.exercises.libraries import libraries
from autograder.exercises.optimizers.adam_step import hyper
from autograder.exercises.optimizers.families import average, averages, counts, squares, states, steps
from autograder.exercises.optimizers.inputs import learning_rate, mixed_gradients, run, weights
from autograder.exercises.optimizers.sections import AMSGRAD, CORRECTION, EPSILON


FIRST = average("v", "dw", "beta1")
V_CORRECTED, LARGEST = "v / (1 - beta1**t)", "np.maximum(s_max, s)"
DIVISOR = "np.sqrt(s_max + eps)"
STEP, RETURN = f"v_corrected / {DIVISOR}", "return w, (v, s, s_max, t)"
USUAL = "the usual numbers, in the middle of a run"


def at_rest(*shape: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    return np.zeros(shape), np.zeros(shape), np.zeros(shape), 0


def from_rest(rng: np.random.Generator, *shape: int) -> tuple[Call, ...]:
    return run(weights(rng, *shape), mixed_gradients(rng, *shape), at_rest(*shape), **hyper(rng))


def state_under_way(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Of six weights: the maximum lies so close above every second average that a large gradient lifts the
    average above it at any memory, and far above the others."""
    v, s = rng.uniform(-2, 2, 6).round(2), rng.uniform(1.5, 2.5, 6).round(2)
    return v, s, (s * np.tile([1.001, 3.0], 3)).round(5), int(rng.integers(3, 6))


def usual(rng: np.random.Generator) -> tuple[Call, ...]:
    return run(weights(rng, 6), mixed_gradients(rng, 6), state_under_way(rng), lr=learning_rate(rng))


def under_way(rng: np.random.Generator) -> tuple[Call, ...]:
    return run(weights(rng, 6), mixed_gradients(rng, 6), state_under_way(rng), **hyper(rng))


def zero_gradient(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 4), mixed_gradients(rng, 4)
    for dw in dws:
        dw[1] = 0.0
    return run(w, dws, at_rest(4), **hyper(rng))


def no_memory(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 3), mixed_gradients(rng, 3)
    calls = run(w, dws, at_rest(3), **hyper(rng) | {"beta1": 0.0})
    w, dws = weights(rng, 3), mixed_gradients(rng, 3)
    return run(w, dws, at_rest(3), **hyper(rng) | {"beta2": 0.0}, after=calls)


def other_shapes(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 3, 2, 2), mixed_gradients(rng, 3, 2, 2)
    return run(w, dws, at_rest(3, 2, 2), **hyper(rng), after=from_rest(rng, 1))


def single(rng: np.random.Generator) -> tuple[Call, ...]:
    w, dws = weights(rng, 5).astype(np.float32), [dw.astype(np.float32) for dw in mixed_gradients(rng, 5)]
    zeros = np.zeros(5, np.float32)
    return run(w, dws, (zeros, zeros, zeros, 0), **hyper(rng))


OWN = (1,)

CORRECTED_FIRST = libraries("amsgrad", eps_inside_sqrt=False, debias_second="before_max")
CORRECTED_AFTER = libraries("amsgrad", eps_inside_sqrt=False, debias_second="before_eps")
CORRECTED_LAST = libraries("amsgrad", eps_inside_sqrt=False, debias_second="after_eps")


def published(name: str, change: dict[str, str], message: str) -> Wrong:
    return Wrong(name, change, message, kind="convention", convention=True)


AMSGRAD_STEP = exercise(
    solution="""
        def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
            v, s, s_max, t = state
            t = t + 1
            v = beta1 * v + (1 - beta1) * dw
            s = beta2 * s + (1 - beta2) * dw**2
            s_max = np.maximum(s_max, s)
            v_corrected = v / (1 - beta1**t)
            w = w - lr * v_corrected / np.sqrt(s_max + eps)
            return w, (v, s, s_max, t)
    """,
    reference=optimizers.amsgrad_step,
    points=4,
    read=AMSGRAD,
    probes=(
        Probe("three steps from rest, one weight without a gradient", zero_gradient, own=OWN),
        Probe(USUAL, usual, own=OWN),
        Probe("three steps in the middle of a run", under_way, own=OWN),
        Probe("no memory of one kind, then of the other", no_memory, own=OWN),
        Probe("one weight, and three axes", other_shapes, public=False, own=OWN),
        Probe("single precision", single, public=False, own=OWN),
    ),
    misconceptions=(
        published(
            "paper",
            {STEP: "v / np.sqrt(s_max + eps)"},
            "neither average is corrected, as in the paper of Reddi, Kale and Kumar: `{}`",
        ),
        published(
            "paper_with_eps_outside",
            {STEP: "v / (np.sqrt(s_max) + eps)"},
            "neither average is corrected, as in the paper of Reddi, Kale and Kumar, and epsilon is added to "
            "the root: `{}`",
        ),
        published(
            "optax_with_eps_inside",
            {LARGEST: "np.maximum(s_max, s / (1 - beta2**t))"},
            f"the maximum is taken of the corrected second moments, as in {CORRECTED_FIRST}: `{{}}`",
        ),
        published(
            "optax",
            {LARGEST: "np.maximum(s_max, s / (1 - beta2**t))", DIVISOR: "(np.sqrt(s_max) + eps)"},
            "the maximum is taken of the corrected second moments and epsilon is added to its root, as in "
            f"{CORRECTED_FIRST}: `{{}}`",
        ),
        published(
            "pytorch_with_eps_inside",
            {DIVISOR: "np.sqrt(s_max / (1 - beta2**t) + eps)"},
            f"the maximum is corrected after it was taken, as in {CORRECTED_AFTER}: `{{}}`",
        ),
        published(
            "pytorch",
            {DIVISOR: "(np.sqrt(s_max / (1 - beta2**t)) + eps)"},
            "the maximum is corrected after it was taken and epsilon is added to its root, as in "
            f"{CORRECTED_AFTER}: `{{}}`",
        ),
        published(
            "keras",
            {STEP: "np.sqrt(1 - beta2**t) * v_corrected / (np.sqrt(s_max) + eps)"},
            f"the root is corrected after epsilon was added to it, as in {CORRECTED_LAST}: `{{}}`",
        ),
        Wrong(
            "eps_outside",
            {DIVISOR: "(np.sqrt(s_max) + eps)"},
            "epsilon is added to the root and not under it as the exercise asks: `{}`",
            passes=(USUAL,),
            read=EPSILON,
            credit=SLIP,
        ),
        Wrong(
            "eps_before_the_correction",
            {STEP: "np.sqrt(1 - beta2**t) * v_corrected / np.sqrt(s_max + eps)"},
            "epsilon is added under the root before the correction, which enlarges it as well: `{}`",
            read=EPSILON,
            credit=SLIP,
        ),
        Wrong(
            "no_eps",
            {DIVISOR: "np.sqrt(s_max)"},
            "epsilon is left out, so that a gradient of zero is divided by zero: `{}`",
            passes=(USUAL,),
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_after_the_division",
            {STEP: "(v_corrected / np.sqrt(s_max) + eps)"},
            "a bracket is missing, so that epsilon is added to the step and not to its divisor: "
            "`v_corrected / np.sqrt(s_max) + eps`",
            passes=(USUAL,),
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "maximum_fed_back",
            {RETURN: "return w, (v, s_max, s_max, t)"},
            "the maximum is stored in the place of the average too, so that the next average starts from it: "
            "`s = np.maximum(s, ...)`",
        ),
        Wrong(
            "average_of_the_maximum",
            {"s = beta2 * s +": "s = beta2 * s_max +"},
            "the average goes on from the maximum, and not from the last average: `beta2 * s_max`",
        ),
        Wrong(
            "maximum_of_two",
            {RETURN: "return w, (v, s, s, t)"},
            "the newest average is stored in the place of the maximum, so that only the last two are "
            "compared: "
            "`{}`",
        ),
        Wrong(
            "maximum_not_carried",
            {RETURN: "return w, (v, s, state[2], t)"},
            "the maximum is not carried on: the next step is given the one that came in: `{}`",
        ),
        Wrong(
            "maximum_not_used",
            {DIVISOR: "np.sqrt(s + eps)"},
            "the maximum is worked out and then not used: `{}`",
        ),
        Wrong(
            "adam",
            {DIVISOR: "np.sqrt(s / (1 - beta2**t) + eps)"},
            "the maximum is not used at all, and the step is that of Adam: `{}`",
        ),
        Wrong(
            "adam_with_eps_outside",
            {DIVISOR: "(np.sqrt(s / (1 - beta2**t)) + eps)"},
            "the maximum is not used at all, and the step is that of Adam with epsilon added to the root: "
            "`{}`",
        ),
        Wrong(
            "old_maximum",
            {DIVISOR: "np.sqrt(state[2] + eps)"},
            "the step divides by the old maximum, before this gradient came in: `{}`",
        ),
        Wrong(
            "largest_square",
            {LARGEST: "np.maximum(s_max, dw**2)"},
            "the maximum is that of the squared gradients, and not of their average: `{}`",
        ),
        Wrong(
            "one_maximum_for_all",
            {LARGEST: "np.maximum(s_max, np.max(s))"},
            "all weights share one maximum, the largest of all: `{}`",
        ),
        Wrong(
            "one_maximum_for_all_times",
            {LARGEST: "np.full(s.shape, max(np.max(s_max), np.max(s)))"},
            "all weights share one maximum, the largest of all weights and steps: "
            "`max(np.max(s_max), np.max(s))`",
        ),
        Wrong(
            "smallest",
            {LARGEST: "np.minimum(s_max, s)"},
            "the smaller of the two is kept, and not the larger: `{}`",
        ),
        Wrong(
            "maximum_of_the_roots",
            {LARGEST: "np.maximum(s_max, np.sqrt(s))", DIVISOR: "(s_max + eps)"},
            "the roots are compared and epsilon is added to the larger: `{}`",
        ),
        Wrong(
            "v_corrected_with_the_other_beta",
            {V_CORRECTED: "v / (1 - beta2**t)"},
            "the average of the gradients is corrected with the beta of the squares: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "first_correction_always",
            {V_CORRECTED: "v / (1 - beta1)"},
            "the power t is missing in the correction: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "power_of_the_rest",
            {V_CORRECTED: "v / (1 - beta1) ** t"},
            "the power stands outside of the bracket in the correction: `{}`",
            read=CORRECTION,
        ),
        Wrong(
            "corrected_value_fed_back",
            {RETURN: "return w, (v_corrected, s, s_max, t)"},
            "the corrected average is stored in the state, so that the next step corrects it again: `{}`",
            read=CORRECTION,
        ),
        *counts("v, s, s_max"),
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
            "betas_swapped",
            {"": "beta1, beta2 = beta2, beta1"},
            "the two betas have changed places: beta2 weighs the gradients and beta1 their squares",
        ),
        Wrong("no_root", {DIVISOR: "(s_max + eps)"}, "the root is missing: the divisor is `{}`"),
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
            "v_grows_by_all",
            {FIRST: "beta1 * v + dw"},
            "the gradient comes in with its full weight, so that the weights add up to more than 1: `{}`",
        ),
        *averages("v", "dw", "beta1", "gradient", AMSGRAD)[:-1],
        *(row for row in squares(AMSGRAD, below_zero="wrong_values") if row.name != "s_without_average"),
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
        *steps(STEP),
        *states("(v, s, s_max, t)"),
    ),
    alternatives={
        "in place, on a copy of the weights": """
            def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                (v, s, s_max, t), w = state, w.copy()
                v *= beta1
                v += (1 - beta1) * dw
                s *= beta2
                s += (1 - beta2) * dw * dw
                s_max[s > s_max] = s[s > s_max]
                w -= lr / (1 - beta1 ** (t + 1)) * v / np.sqrt(s_max + eps)
                return w, (v, s, s_max, t + 1)
        """,
        "where one is larger": """
            def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, largest, t = (np.asarray(item) for item in state)
                v = v + (1 - beta1) * (dw - v)
                s = s + (1 - beta2) * (np.square(dw) - s)
                largest = np.where(s > largest, s, largest)
                rate = lr / (1 - beta1 ** (t + 1))
                return w - rate * v * (largest + eps) ** -0.5, (v, s, largest, t + 1)
        """,
        "loop, as lists": """
            def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, s_max = (np.ravel(item).astype(float) for item in state[:3])
                t, new_w = state[3] + 1, []
                for i, g in enumerate(np.ravel(dw).astype(float)):
                    v[i] = beta1 * v[i] + (1 - beta1) * g
                    s[i] = beta2 * s[i] + (1 - beta2) * g**2
                    s_max[i] = max(s_max[i], s[i])
                    new_w.append(np.ravel(w)[i] - lr * v[i] / (1 - beta1**t) / (s_max[i] + eps) ** 0.5)
                return np.reshape(new_w, np.shape(w)).tolist(), [v.tolist(), s.tolist(), s_max.tolist(), t]
        """,
        "a dictionary from the second step on": """
            def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                if not isinstance(state, dict):
                    state = dict(zip(("v", "s", "s_max", "t"), state))
                state["t"] += 1
                state["v"] = beta1 * state["v"] + (1 - beta1) * dw
                state["s"] = beta2 * state["s"] + (1 - beta2) * np.power(dw, 2)
                state["s_max"] = np.max([state["s_max"], state["s"]], axis=0)
                v_hat = state["v"] / (1 - np.power(beta1, state["t"]))
                return w - lr * v_hat / np.sqrt(state["s_max"] + eps), state
        """,
        "counts at the end": """
            def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, s_max, t = state
                v = beta1 * v + (1 - beta1) * dw
                s = beta2 * s + (1 - beta2) * dw**2
                s_max = np.maximum(s_max, s)
                v_corrected = v / (1 - beta1 ** (t + 1))
                w = w - lr * v_corrected / np.sqrt(s_max + eps)
                return w, (v, s, s_max, t + 1)
        """,
        "single precision": """
            def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                (v, s, s_max), t, dw = map(np.float32, state[:3]), state[3] + 1, np.float32(dw)
                v = np.float32(beta1) * v + np.float32(1 - beta1) * dw
                s = np.float32(beta2) * s + np.float32(1 - beta2) * dw**2
                s_max = np.maximum(s_max, s)
                rate = np.float32(lr / (1 - beta1**t))
                return np.float32(w) - rate * v / np.sqrt(s_max + np.float32(eps)), (v, s, s_max, t)
        """,
    },
)
