import numpy as np
from numpy.typing import NDArray

from advsec import optimizers
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.optimizers.adam_formulas import FORMULAS, S_CORRECTED, STEP, USUAL, V_CORRECTED
from autograder.exercises.optimizers.adam_step import hyper
from autograder.exercises.optimizers.inputs import gradients, learning_rate, weights, whole_gradients
from autograder.exercises.optimizers.sections import CORRECTION


def adam_path(
    w: NDArray,
    dws: NDArray,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> NDArray:
    """The weights after each step of Adam, for gradients that are known beforehand.

    w, state <- adam_step(w, dws[t], state)
    """
    state, path = optimizers.adam_init(w), []
    for dw in dws:
        w, state = optimizers.adam_step(w, dw, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
        path.append(w)
    return np.array(path)


def from_rest(rng: np.random.Generator, n_steps: int, *shape: int) -> Call:
    return call(weights(rng, *shape), np.array(gradients(rng, n_steps, *shape)), **hyper(rng))


def constant(rng: np.random.Generator) -> tuple[Call, Call]:
    """Gradients that change, and one that does not, of which every step is about as long as `lr`."""
    w, (_, dw) = weights(rng, 3), gradients(rng, 2, 3)
    return from_rest(rng, 3, 3), call(w, np.array([dw] * 4), **hyper(rng))


def usual(rng: np.random.Generator) -> Call:
    dws = np.array(gradients(rng, 3, 4))
    dws[:, 1] = 0.0
    return call(weights(rng, 4), dws, lr=learning_rate(rng))


def no_memory(rng: np.random.Generator) -> tuple[Call, Call]:
    calls = from_rest(rng, 3, 3), from_rest(rng, 3, 3)
    calls[0].kwargs["beta2"] = calls[1].kwargs["beta1"] = 0.0
    return calls


IN_WHOLE_NUMBERS = "gradients in whole numbers"

# Written in another way than a step is, of which it would give the lines away.
OLDEST_FIRST = """
    def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
        def average(x, beta):  # after each step, of all entries until then
            averages = np.zeros(x.shape)
            for t in range(len(x)):
                weights = float(beta) ** np.arange(t + 1)
                averages[t] = np.tensordot(weights / weights.sum(), x[: t + 1], axes=1)
            return averages

        root = np.sqrt(average(dws**2, beta2) + eps)
        return w - np.cumsum(lr * average(dws, beta1) / root, axis=0)
"""

ADAM_PATH = exercise(
    solution="""
        def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
            path = np.zeros(dws.shape)
            v = np.zeros(w.shape)
            s = np.zeros(w.shape)
            for t in range(1, len(dws) + 1):
                dw = dws[t - 1]
                v = beta1 * v + (1 - beta1) * dw
                s = beta2 * s + (1 - beta2) * dw**2
                v_corrected = v / (1 - beta1**t)
                s_corrected = s / (1 - beta2**t)
                w = w - lr * v_corrected / np.sqrt(s_corrected + eps)
                path[t - 1] = w
            return path
    """,
    broken=OLDEST_FIRST,
    reference=adam_path,
    points=2,
    read=CORRECTION,
    probes=(
        Probe("four different gradients", lambda rng: from_rest(rng, 4, 2, 3)),
        Probe("gradients that change, and one that stays the same", constant),
        Probe(USUAL, usual),
        Probe(
            IN_WHOLE_NUMBERS,
            lambda rng: call(weights(rng, 3), np.array(whole_gradients(rng, 3, 3)), **hyper(rng)),
        ),
        Probe("no memory of one kind, then of the other", no_memory, public=False),
    ),
    misconceptions=(
        Wrong(
            "both_fed_back",
            {"v_corrected = v": "v = v", "s_corrected = s": "s = s", STEP: "v / np.sqrt(s + eps)"},
            "each average is corrected and then averaged on: the corrected one takes the place of the other",
        ),
        Wrong(
            "s_fed_back",
            {"s_corrected = s": "s = s", STEP: "v_corrected / np.sqrt(s + eps)"},
            "the corrected second moment takes the place of the average, and is averaged on",
        ),
        Wrong(
            "v_fed_back",
            {"v_corrected = v": "v = v", STEP: "v / np.sqrt(s_corrected + eps)"},
            "the corrected average of the gradients takes the place of the average, and is averaged on",
        ),
        Wrong(
            "corrected_once",
            {
                V_CORRECTED: "v / (1 - beta1 if t == 1 else 1)",
                S_CORRECTED: "s / (1 - beta2 if t == 1 else 1)",
            },
            "only the first step is corrected, and the later ones are not",
        ),
        Wrong(
            "first_step_fed_back",
            {
                "v_corrected = v": "if t == 1:\n    v, s = v / (1 - beta1), s / (1 - beta2)\nv_corrected = v",
                "(1 - beta1**t)": "1",
                "(1 - beta2**t)": "1",
            },
            "the averages start from the first gradient and are not corrected later: `v = dws[0]`",
        ),
        Wrong(
            "count_behind",
            {"(1 - beta1**t)": "(1 - beta1 ** (t - 1))", "(1 - beta2**t)": "(1 - beta2 ** (t - 1))"},
            "t is counted from zero, which leads to a division by zero in the first step",
            kind="not_finite",
        ),
        Wrong(
            "count_ahead",
            {"(1 - beta1**t)": "(1 - beta1 ** (t + 1))", "(1 - beta2**t)": "(1 - beta2 ** (t + 1))"},
            "t is one ahead of the steps: `{}`",
        ),
        Wrong(
            "averages_reset",
            {"v = beta1 * v +": "v = beta1 * 0 +", "s = beta2 * s +": "s = beta2 * 0 +"},
            "the averages start from zero at every step, so that nothing is remembered",
        ),
        Wrong(
            "each_step_from_the_start",
            {"w = w -": "row = w -", "path[t - 1] = w": "path[t - 1] = row"},
            "every step starts at the first weights, and not where the last one ended: `path[t] = w - ...`",
        ),
        Wrong(
            "same_row_at_every_step",
            {"return path": "return np.zeros(dws.shape) + path[-1:]"},
            "every row shows the last weights: one and the same array is stored at every step, and the next "
            "step goes on changing it",
        ),
        # From rest it gives what a step uphill does.
        *(row for row in FORMULAS if row.name != "v_minus"),
    ),
    alternatives={
        "corrected in the step": """
            def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                path = np.zeros(dws.shape)
                v = np.zeros(w.shape)
                s = np.zeros(w.shape)
                for t in range(len(dws)):
                    v = beta1 * v + (1 - beta1) * dws[t]
                    s = beta2 * s + (1 - beta2) * dws[t] ** 2
                    w = w - lr * (v / (1 - beta1 ** (t + 1))) / np.sqrt(s / (1 - beta2 ** (t + 1)) + eps)
                    path[t] = w
                return path
        """,
        "a list that grows": """
            def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                path, v, s = [], 0.0, 0.0
                for t, dw in enumerate(dws, start=1):
                    v = v + (1 - beta1) * (dw - v)
                    s = s + (1 - beta2) * (dw**2 - s)
                    w = w - lr / (1 - beta1**t) * v * (s / (1 - beta2**t) + eps) ** -0.5
                    path.append(w.tolist())
                return path
        """,
        "corrected before it is averaged on": """
            def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                path = np.zeros(dws.shape)
                v, s = np.zeros(w.shape), np.zeros(w.shape)
                for t in range(len(dws)):
                    v = beta1 * (1 - beta1**t) * v + (1 - beta1) * dws[t]
                    s = beta2 * (1 - beta2**t) * s + (1 - beta2) * dws[t] ** 2
                    v = v / (1 - beta1 ** (t + 1))
                    s = s / (1 - beta2 ** (t + 1))
                    w = w - lr * v / np.sqrt(s + eps)
                    path[t] = w
                return path
        """,
        "steps added up": """
            def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                t = np.arange(1, len(dws) + 1)
                ages = t[:, None] - t
                def corrected(x, beta):
                    weights = np.where(ages >= 0, (1 - beta) * float(beta) ** np.maximum(ages, 0), 0.0)
                    return np.tensordot(weights / weights.sum(axis=1, keepdims=True), x, axes=1)
                steps = corrected(dws, beta1) / np.sqrt(corrected(dws**2, beta2) + eps)
                return w - lr * np.cumsum(steps, axis=0)
        """,
        "in place, on a copy of the weights": """
            def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-08):
                path, w = np.empty(dws.shape), w.astype(float)
                v, s = np.zeros(w.shape), np.zeros(w.shape)
                for t in range(len(dws)):
                    v *= beta1
                    v += (1 - beta1) * dws[t]
                    s *= beta2
                    s += (1 - beta2) * np.square(dws[t])
                    v_hat, s_hat = v / (1 - beta1 ** (t + 1)), s / (1 - beta2 ** (t + 1))
                    w -= lr * v_hat / np.sqrt(s_hat + eps)
                    path[t] = w
                return path
        """,
    },
)
