"""Adam as its paper has it, epsilon outside of the root, which is what other courses ask for.

The exercise of this course has it inside. All else, such as the inputs that `check` tries, is the same.
The wrong formulas are those that were counted against published checks; the order is theirs.
"""

import functools
from typing import Any

from advsec import optimizers
from advsec.conventions import CONVENTIONS
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Exercise
from autograder.exercises.optimizers.adam_formulas import FIRST, S_CORRECTED, SECOND, V_CORRECTED
from autograder.exercises.optimizers.adam_step import ADAM_STEP, RETURN


DIVISOR = "(np.sqrt(s_corrected) + eps)"
STEP = f"v_corrected / {DIVISOR}"


@functools.wraps(optimizers.adam_step)
def adam_step(*args: Any, **kwargs: Any) -> Any:
    """The reference, by the switch of the package."""
    return optimizers.adam_step(*args, **{**kwargs, **CONVENTIONS["paper"]["adam"]})


def corrections(instead: str) -> dict[str, str]:
    """Something else in the place of `/ (1 - beta**t)`, in both of them."""
    pairs = ((V_CORRECTED, "v", "beta1"), (S_CORRECTED, "s", "beta2"))
    return {right: f"{mean} {instead.replace('beta', beta)}" for right, mean, beta in pairs}


ADAM_OF_THE_PAPER: Exercise = exercise(
    solution=f"""
        def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
            v, s, t = state
            t = t + 1
            v = {FIRST}
            s = {SECOND}
            v_corrected = {V_CORRECTED}
            s_corrected = {S_CORRECTED}
            w = w - lr * {STEP}
            {RETURN}
    """,
    reference=adam_step,
    points=ADAM_STEP.points,
    read=ADAM_STEP.read,
    probes=ADAM_STEP.probes,
    misconceptions=(
        Wrong("slide", {DIVISOR: "np.sqrt(s + eps)"}, "the second moment is not corrected: `{}`"),
        Wrong("s_not_corrected", {DIVISOR: "(np.sqrt(s) + eps)"}, "the second moment is not corrected: `{}`"),
        Wrong("eps_inside", {DIVISOR: "np.sqrt(s_corrected + eps)"}, "epsilon stands inside the root: `{}`"),
        Wrong(
            "eps_hat",
            {STEP: "np.sqrt(1 - beta2**t) * v_corrected / (np.sqrt(s) + eps)"},
            "both corrections are moved into the learning rate, and epsilon is added to the root of the "
            "uncorrected second moment",
        ),
        Wrong(
            "eps_after_the_division",
            {STEP: "(v_corrected / np.sqrt(s_corrected) + eps)"},
            "epsilon is added to the quotient: `{}`",
        ),
        Wrong("no_eps", {DIVISOR: "np.sqrt(s_corrected)"}, "epsilon is left out: `{}`"),
        Wrong("no_correction", {STEP: "v / (np.sqrt(s) + eps)"}, "nothing is corrected: `{}`"),
        Wrong("v_not_corrected", {"lr * v_corrected": "lr * v"}, "the first moment is not corrected"),
        Wrong(
            "count_stuck",
            {RETURN: "return w, (v, s, t - 1)"},
            "t stays at 1, so that every step is corrected as the first one is",
        ),
        Wrong("no_power", corrections("/ (1 - beta)"), "the power t is missing in the corrections: `{}`"),
        Wrong("count_ahead", corrections("/ (1 - beta ** (t + 1))"), "t is one ahead of the steps: `{}`"),
        Wrong("betas_swapped", {"": "beta1, beta2 = beta2, beta1"}, "the betas have changed places"),
        Wrong("no_root", {DIVISOR: "(s_corrected + eps)"}, "the root is missing: `{}`"),
        Wrong("s_of_the_size", {"dw**2": "np.abs(dw)"}, "the sizes of the gradients are averaged: `{}`"),
        Wrong("s_of_the_average", {"dw**2": "v**2"}, "the squares of the averages are averaged: `{}`"),
        Wrong("one_number_for_all", {"dw**2": "np.mean(dw**2)"}, "all weights share one average: `{}`"),
        Wrong(
            "gradient_for_its_average",
            {"lr * v_corrected": "lr * dw"},
            "the gradient stands for its average: `{}`",
        ),
        Wrong("v_grows_by_all", {FIRST: "beta1 * v + dw"}, "the gradient has its full weight: `{}`"),
        Wrong(
            "state_forgotten",
            {"v, s, t = state": "v, s, t = 0 * state[0], 0 * state[1], 0"},
            "every step starts from rest: `{}`",
        ),
        Wrong(
            "corrected_values_fed_back",
            {RETURN: "return w, (v_corrected, s_corrected, t)"},
            "the corrected averages are kept, and corrected again: `{}`",
        ),
        Wrong("sign_turned", {"w - lr": "w + lr"}, "the step goes uphill: `{}`"),
        Wrong("sign_of_the_gradient", {STEP: "np.sign(dw)"}, "only the sign of the gradient is used: `{}`"),
        Wrong("sign_of_the_average", {STEP: "np.sign(v)"}, "only the sign of the average is used: `{}`"),
        Wrong(
            "largest_so_far",
            {
                "v, s, t = state": "v, s, t, *largest = state",
                S_CORRECTED: "np.max([s / (1 - beta2**t), *largest], axis=0)",
                RETURN: "return w, (v, s, t, s_corrected)",
            },
            "the step divides by the largest second moment so far, as AMSGrad does",
        ),
    ),
    alternatives={
        "in place, on a copy of the weights": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                (v, s, t), w = state, np.array(w, dtype=float)
                t += 1
                v = v * beta1
                v += (1 - beta1) * dw
                s = s * beta2
                s += (1 - beta2) * dw * dw
                w -= lr * (v / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
                return w, (v, s, t)
        """,
        "both corrections in the learning rate": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, t = state
                v = v + (1 - beta1) * (dw - v)
                s = s + (1 - beta2) * (dw**2 - s)
                rest = np.sqrt(1 - beta2 ** (t + 1))
                rate = lr * rest / (1 - beta1 ** (t + 1))
                return w - rate * v / (np.sqrt(s) + eps * rest), (v, s, t + 1)
        """,
        "powers for roots and squares": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                v, s, t = state[0], state[1], state[2] + 1
                v = (1 - beta1) * dw + beta1 * v
                s = (1 - beta2) * np.square(dw) + beta2 * s
                root = np.power(s / (1 - np.power(beta2, t)), 0.5)
                return np.subtract(w, lr * np.divide(v, 1 - np.power(beta1, t)) / (root + eps)), (v, s, t)
        """,
        "one weight after the other": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                w, dw = np.array(w, dtype=float), np.asarray(dw)
                v, s, t = np.array(state[0], dtype=float), np.array(state[1], dtype=float), state[2] + 1
                for i in np.ndindex(w.shape):
                    v[i] = beta1 * v[i] + (1 - beta1) * dw[i]
                    s[i] = beta2 * s[i] + (1 - beta2) * dw[i] * dw[i]
                    w[i] -= lr * v[i] / (1 - beta1**t) / ((s[i] / (1 - beta2**t)) ** 0.5 + eps)
                return w, (v, s, t)
        """,
    },
)
