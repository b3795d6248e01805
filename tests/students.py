"""The sample class: who hands in what, and what it deserves.

Everybody has all seven functions right but for what their line says. What an answer deserves is worked out
here by hand: the probes that a wrong formula passes are named one by one, each because the formula happens
to be right there (a start at zero, a single observation, a constant series).
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Deserved:
    """What one answer deserves: the probes it passes ("all", or their names), and the finding.

    `credit` is the share of the points that recognising the mistake is worth, `says` a part of the message.
    """

    passes: tuple[str, ...] | str = ()
    kind: str | None = None
    misconception: str | None = None
    credit: float = 0.0
    says: str = ""


ALL_RIGHT = Deserved("all")


@dataclass(frozen=True)
class Student:
    """A student, the cells that differ from the right ones, and what was done to the notebook or its file."""

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    deserved: Mapping[str, Deserved] = field(default_factory=dict)
    edit: str = ""
    rejected: str = ""


def code(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


# --- right answers --------------------------------------------------------------------------------------

RIGHT = {
    "cumulative_mean": code("""
        def cumulative_mean(x):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:])
            for n in range(1, len(x) + 1):
                mean = mean + (x[n - 1] - mean) / n
                means[n - 1] = mean
            return means
    """),
    "ewma": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:]) + init
            for t in range(len(x)):
                mean = beta * mean + (1 - beta) * x[t]
                means[t] = mean
            return means
    """),
    "ewma_weights": code("""
        def ewma_weights(T, beta):
            weights = np.array([(1 - beta) * beta ** (T - 1 - i) for i in range(T)])
            return weights, beta**T
    """),
    "ewma_corrected": code("""
        def ewma_corrected(x, beta):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:])
            for t in range(1, len(x) + 1):
                mean = beta * mean + (1 - beta) * x[t - 1]
                means[t - 1] = mean / (1 - beta**t)
            return means
    """),
    "window": code("""
        def window(beta):
            N = (1 + beta) / (1 - beta)
            influence = 1 - beta**N
            n_eff = (1 - beta**2) / (1 - beta) ** 2
            return N, influence, n_eff
    """),
    "stochastic_average": code("""
        def stochastic_average(x, step_size, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:]) + init
            for n in range(1, len(x) + 1):
                mean = mean + step_size(n) * (x[n - 1] - mean)
                means[n - 1] = mean
            return means
    """),
    "robbins_monro_conditions": code("""
        def robbins_monro_conditions(exponent):
            sum_diverges = exponent <= 1
            squares_converge = exponent > 1 / 2
            return sum_diverges, squares_converge
    """),
}

VECTORISED = {
    "cumulative_mean": code("""
        def cumulative_mean(x):
            n = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
            return np.cumsum(x, axis=0) / n
    """),
    "ewma": code("""
        def ewma(x, beta, *, init=0.0):
            t = np.arange(len(x))
            age = t[:, None] - t
            weights = np.where(age >= 0, (1 - beta) * beta ** np.maximum(age, 0.0), 0.0)
            start = beta ** (t + 1.0)
            return np.tensordot(weights, x, axes=1) + start.reshape(-1, *[1] * (x.ndim - 1)) * init
    """),
    "ewma_weights": code("""
        def ewma_weights(T, beta):
            return (1 - beta) * np.power(beta, np.arange(T)[::-1]), np.power(beta, float(T))
    """),
    "ewma_corrected": code("""
        def ewma_corrected(x, beta):
            return ewma(x, beta) / ewma(np.ones(x.shape), beta)
    """),
    "window": code("""
        def window(beta):
            N = (1 + beta) / (1 - beta)
            w = (1 - beta) * beta ** np.arange(5000)
            return np.array([N, 1 - beta**N, 1 / np.sum(w**2)])
    """),
    "stochastic_average": code("""
        def stochastic_average(x, step_size, *, init=0.0):
            means = np.empty_like(x, dtype=float)
            sizes = np.array([step_size(n) for n in range(1, len(x) + 1)])
            for n in range(1, len(x) + 1):
                kept = np.cumprod(np.append(1.0, (1 - sizes[:n])[::-1]))[::-1]
                means[n - 1] = kept[0] * np.asarray(init) + np.tensordot(sizes[:n] * kept[1:], x[:n], axes=1)
            return means
    """),
    "robbins_monro_conditions": code("""
        def robbins_monro_conditions(exponent):
            return np.array([exponent <= 1, 2 * exponent > 1])
    """),
}

FILTERS = {
    "cumulative_mean": code("""
        def cumulative_mean(x):
            return np.array([np.mean(x[:n], axis=0) for n in range(1, len(x) + 1)]).reshape(x.shape)
    """),
    "ewma": code("""
        from scipy.signal import lfilter


        def ewma(x, beta, *, init=0.0):
            if len(x) == 0:
                return np.zeros(x.shape)
            state = beta * np.broadcast_to(init, (1, *x.shape[1:]))
            return lfilter([1 - beta], [1, -beta], x, axis=0, zi=state)[0]
    """),
    "ewma_corrected": code("""
        def ewma_corrected(x, beta):
            if len(x) == 0:
                return np.zeros(x.shape)
            numerator = lfilter([1.0], [1, -beta], x, axis=0)
            return numerator / lfilter([1.0], [1, -beta], np.ones(x.shape), axis=0)
    """),
}

SINGLE_PRECISION = {
    "cumulative_mean": code("""
        def cumulative_mean(x):
            n = np.arange(1, len(x) + 1, dtype=np.float32).reshape(-1, *[1] * (x.ndim - 1))
            return np.cumsum(x, axis=0, dtype=np.float32) / n
    """),
    "ewma": code("""
        def ewma(x, beta, *, init=0.0):
            x = x.astype(np.float32)
            means = np.zeros_like(x)
            mean = np.float32(init)
            for t in range(len(x)):
                mean = np.float32(beta) * mean + np.float32(1 - beta) * x[t]
                means[t] = mean
            return means
    """),
    "ewma_weights": code("""
        def ewma_weights(T, beta):
            weights = (1 - beta) * beta ** np.arange(T - 1, -1, -1, dtype=np.float32)
            return weights.astype(np.float32), np.float32(beta**T)
    """),
    "ewma_corrected": code("""
        def ewma_corrected(x, beta):
            t = np.arange(1, len(x) + 1, dtype=np.float32).reshape(-1, *[1] * (x.ndim - 1))
            return ewma(x, np.float32(beta)) / (1 - np.float32(beta) ** t)
    """),
    "window": code("""
        def window(beta):
            beta = np.float32(beta)
            N = (1 + beta) / (1 - beta)
            return N, 1 - beta**N, N
    """),
    "stochastic_average": code("""
        def stochastic_average(x, step_size, *, init=0.0):
            x = np.asarray(x, dtype=np.float32)
            means = np.zeros_like(x)
            mean = np.float32(init)
            for n, observation in enumerate(x, start=1):
                mean = mean + np.float32(step_size(n)) * (observation - mean)
                means[n - 1] = mean
            return means
    """),
}

LISTS_AND_TUPLES = {
    "cumulative_mean": code("""
        def cumulative_mean(x):
            return [sum(x[: n + 1]) / (n + 1) for n in range(len(x))]
    """),
    "ewma": code("""
        def ewma(x, beta, init=0.0):
            means = []
            for observation in x:
                last = means[-1] if means else init
                means.append(beta * last + (1 - beta) * observation)
            return tuple(means)
    """),
    "ewma_weights": code("""
        def ewma_weights(T, beta):
            return [[(1 - beta) * beta**age for age in reversed(range(T))], beta**T]
    """),
    "ewma_corrected": code("""
        def ewma_corrected(x, beta):
            return [mean / (1 - beta**t) for t, mean in enumerate(ewma(x, beta), start=1)]
    """),
    "window": code("""
        def window(beta):
            N = (1 + beta) / (1 - beta)
            return [N, 1 - beta**N, N]
    """),
    "stochastic_average": code("""
        def stochastic_average(x, step_size, init=0.0):
            means = [init]
            for n, observation in enumerate(x, start=1):
                means.append((1 - step_size(n)) * means[-1] + step_size(n) * observation)
            return means[1:]
    """),
    "robbins_monro_conditions": code("""
        def robbins_monro_conditions(exponent):
            return [not exponent > 1, not exponent <= 0.5]
    """),
}

# --- wrong formulas -------------------------------------------------------------------------------------


def _ewma(update: str) -> str:
    """The loop of a student whose update is wrong."""
    return RIGHT["ewma"].replace("beta * mean + (1 - beta) * x[t]", update)


def _corrected(result: str, update: str = "beta * mean + (1 - beta) * x[t - 1]") -> str:
    """The loop of a student who stores the wrong result, or gets there by a wrong update."""
    loop = RIGHT["ewma_corrected"].replace("mean / (1 - beta**t)", result)
    return loop.replace("beta * mean + (1 - beta) * x[t - 1]", update)


EWMA_WRONG = {
    "swapped": _ewma("beta * x[t] + (1 - beta) * mean"),
    "no_weight_on_the_observation": _ewma("beta * mean + x[t]"),
    "no_weight_on_the_average": _ewma("mean + (1 - beta) * x[t]"),
    "sign_turned": _ewma("mean - (1 - beta) * (x[t] - mean)"),
    "no_memory": _ewma("beta * init + (1 - beta) * x[t]"),
    "running_mean": _ewma("mean + (x[t] - mean) / (t + 1)"),
    "previous_observation": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            previous = init
            for t in range(len(x)):
                means[t] = beta * previous + (1 - beta) * x[t]
                previous = x[t]
            return means
    """),
    "starts_at_first": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            if len(x) > 0:
                means[0] = x[0]
            for t in range(1, len(x)):
                means[t] = beta * means[t - 1] + (1 - beta) * x[t]
            return means
    """),
    "ignores_init": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:])
            for t in range(len(x)):
                mean = beta * mean + (1 - beta) * x[t]
                means[t] = mean
            return means
    """),
    "before_the_observation": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:]) + init
            for t in range(len(x)):
                means[t] = mean
                mean = beta * mean + (1 - beta) * x[t]
            return means
    """),
    "skips_the_first": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            means[:1] = init
            for t in range(1, len(x)):
                means[t] = beta * means[t - 1] + (1 - beta) * x[t]
            return means
    """),
    "start_comes_first": code("""
        def ewma(x, beta, *, init=0.0):
            means = [np.zeros(x.shape[1:]) + init]
            for observation in x:
                means.append(beta * means[-1] + (1 - beta) * observation)
            return np.array(means)
    """),
    "corrects_the_bias": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[1:]) + init
            for t in range(len(x)):
                mean = beta * mean + (1 - beta) * x[t]
                means[t] = mean / (1 - beta ** (t + 1))
            return means
    """),
    "corrects_and_ignores_init": code("""
        def ewma(x, beta, *, init=0.0):
            weights = beta ** np.arange(len(x))[::-1]
            means = np.zeros(x.shape)
            for t in range(1, len(x) + 1):
                w = weights[-t:]
                means[t - 1] = np.tensordot(w, x[:t], axes=1) / w.sum()
            return means
    """),
    "window_mean": code("""
        def ewma(x, beta, *, init=0.0):
            N = round((1 + beta) / (1 - beta))
            means = np.zeros(x.shape)
            for t in range(len(x)):
                means[t] = x[max(0, t - N + 1) : t + 1].mean(axis=0)
            return means
    """),
    "short_window_mean": code("""
        def ewma(x, beta, *, init=0.0):
            N = round(1 / (1 - beta))
            means = np.zeros(x.shape)
            for t in range(len(x)):
                means[t] = np.mean(x[max(0, t - N + 1) : t + 1], axis=0)
            return means
    """),
    "only_last": code("""
        def ewma(x, beta, *, init=0.0):
            mean = init
            for observation in x:
                mean = beta * mean + (1 - beta) * observation
            return mean
    """),
    "along_rows": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[:-1]) + init
            for t in range(x.shape[-1]):
                mean = beta * mean + (1 - beta) * x[..., t]
                means[..., t] = mean
            return means
    """),
    "cut_to_whole_numbers": code("""
        def ewma(x, beta, *, init=0.0):
            means = np.zeros_like(x)
            mean = init
            for t in range(len(x)):
                mean = beta * mean + (1 - beta) * x[t]
                means[t] = mean
            return means
    """),
}

CORRECTED_WRONG = {
    "not_corrected": _corrected("mean"),
    "same_correction_for_all": _corrected("mean / (1 - beta ** len(x))"),
    "counts_from_zero": _corrected("mean / (1 - beta ** (t - 1))"),
    "counts_one_ahead": _corrected("mean / (1 - beta ** (t + 1))"),
    "t_stays_at_one": _corrected("mean / (1 - beta)"),
    "power_outside": _corrected("mean / (1 - beta) ** t"),
    "power_of_the_step_size": _corrected("mean / (1 - (1 - beta) ** t)"),
    "only_the_power": _corrected("mean / beta**t"),
    "multiplies": _corrected("mean * (1 - beta**t)"),
    "multiple_of_beta": _corrected("mean / (1 - beta * t)"),
    "twice_the_power": _corrected("mean / (1 - beta ** (2 * t))"),
    "square_root": _corrected("mean / np.sqrt(1 - beta**t)"),
    "feeds_back": _corrected("mean", "(beta * mean + (1 - beta) * x[t - 1]) / (1 - beta**t)"),
    "starts_at_first": _corrected("mean", "x[0] if t == 1 else beta * mean + (1 - beta) * x[t - 1]"),
    "starts_at_first_and_corrects": _corrected(
        "mean / (1 - beta**t)", "x[0] if t == 1 else beta * mean + (1 - beta) * x[t - 1]"
    ),
    "swapped_and_corrected": _corrected("mean / (1 - beta**t)", "beta * x[t - 1] + (1 - beta) * mean"),
    "running_mean": _corrected("mean", "mean + (x[t - 1] - mean) / t"),
    "only_last": code("""
        def ewma_corrected(x, beta):
            mean, t = 0.0, 0
            for observation in x:
                t = t + 1
                mean = beta * mean + (1 - beta) * observation
            return mean / (1 - beta ** max(t, 1))
    """),
    "along_rows": code("""
        def ewma_corrected(x, beta):
            means = np.zeros(x.shape)
            mean = np.zeros(x.shape[:-1])
            for t in range(1, x.shape[-1] + 1):
                mean = beta * mean + (1 - beta) * x[..., t - 1]
                means[..., t - 1] = mean / (1 - beta**t)
            return means
    """),
    "cut_to_whole_numbers": code("""
        def ewma_corrected(x, beta):
            means = np.empty_like(x)
            mean = 0.0
            for t in range(1, len(x) + 1):
                mean = beta * mean + (1 - beta) * x[t - 1]
                means[t - 1] = mean / (1 - beta**t)
            return means
    """),
}

ONE = "one observation, and none"

# What is not here passes no probe and fails by its values.
EWMA_DESERVED: dict[str, dict[str, Any]] = {
    # Where no start is given it is zero.
    "ignores_init": {"passes": ("no start given",)},
    # At the first observation the start is the average so far, and the previous observation.
    "no_memory": {"passes": (ONE,)},
    "previous_observation": {"passes": (ONE,)},
    "start_comes_first": {"kind": "wrong_shape"},
    "only_last": {"kind": "wrong_shape"},
    # Right wherever there is one axis; a start for each column does not even fit along the rows.
    "along_rows": {
        "passes": (
            "a start away from zero",
            "no start given",
            "whole numbers",
            ONE,
            "single precision",
            "no memory at all, and a constant series",
        ),
        "kind": "raised",
        "credit": 0.75,
    },
    "cut_to_whole_numbers": {
        "passes": (
            "a start away from zero",
            "several columns",
            "no start given",
            ONE,
            "a start for each column",
            "three axes",
            "single precision",
            "no memory at all, and a constant series",
        ),
        "credit": 0.75,
    },
}
CORRECTED_DESERVED: dict[str, dict[str, Any]] = {
    # After one observation beta**T, beta * t and beta are the same.
    "same_correction_for_all": {"passes": (ONE,)},
    "t_stays_at_one": {"passes": (ONE,)},
    "power_outside": {"passes": (ONE,)},
    "multiple_of_beta": {"passes": (ONE,)},
    "feeds_back": {"passes": (ONE,)},
    # An average that begins at the first observation stays there when all are equal.
    "starts_at_first": {"passes": (ONE, "a constant series")},
    "running_mean": {"passes": (ONE, "a constant series")},
    "counts_from_zero": {"kind": "not_finite"},
    "only_last": {"kind": "wrong_shape"},
    "along_rows": {
        "passes": (
            "a series",
            "a long memory",
            "whole numbers",
            ONE,
            "a constant series",
            "single precision",
        ),
        "credit": 0.75,
    },
    "cut_to_whole_numbers": {
        "passes": (
            "a series",
            "several columns",
            "a long memory",
            ONE,
            "a constant series",
            "three axes",
            "single precision",
        ),
        "credit": 0.75,
    },
}


def _with_misconceptions(
    prefix: str, exercise: str, answers: Mapping[str, str], deserved: Mapping[str, Mapping[str, Any]]
) -> list[Student]:
    """One student for each wrong formula of one exercise."""
    return [
        Student(
            f"{prefix}-{name.replace('_', '-')}",
            {exercise: answer},
            {exercise: Deserved(**{"kind": "wrong_values", "misconception": name, **deserved.get(name, {})})},
        )
        for name, answer in answers.items()
    ]


# --- everybody ------------------------------------------------------------------------------------------

STUDENTS = [
    Student("ada-all-right"),
    Student("ben-vectorised", VECTORISED),
    Student("clara-scipy-filter", FILTERS),
    Student("dev-single-precision", SINGLE_PRECISION),
    Student("emil-lists-and-tuples", LISTS_AND_TUPLES),
    *_with_misconceptions("ewma", "ewma", EWMA_WRONG, EWMA_DESERVED),
    *_with_misconceptions("corrected", "ewma_corrected", CORRECTED_WRONG, CORRECTED_DESERVED),
    Student(
        "follow-through",
        {
            "ewma": EWMA_WRONG["swapped"],
            "ewma_corrected": code("""
                def ewma_corrected(x, beta):
                    t = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
                    return ewma(x, beta) / (1 - beta**t)
            """),
        },
        {
            "ewma": Deserved((), "wrong_values", "swapped"),
            "ewma_corrected": Deserved("all", "follow_through", says="a right `ewma`"),
        },
    ),
    Student(
        "changes-its-input",
        {
            "cumulative_mean": code("""
                def cumulative_mean(x):
                    means = np.asarray(x, dtype=float)
                    for n in range(1, len(means)):
                        means[n] = (n * means[n - 1] + means[n]) / (n + 1)
                    return means
            """)
        },
        {"cumulative_mean": Deserved("all", "input_modified", says="changes its input")},
    ),
    Student(
        "prints-instead",
        {"cumulative_mean": RIGHT["cumulative_mean"].replace("return means", "print(means)")},
        {"cumulative_mean": Deserved((), "returned_none", says="a value that is printed is not returned")},
    ),
    Student(
        "index-error",
        {"cumulative_mean": RIGHT["cumulative_mean"].replace("x[n - 1]", "x[n]")},
        {"cumulative_mean": Deserved((), "raised", says="in the line `mean = mean + (x[n] - mean) / n`")},
    ),
    Student(
        "wrong-signature",
        {"window": RIGHT["window"].replace("window(beta)", "window(beta, N)")},
        {
            "window": Deserved(
                (), "wrong_signature", says="`window` takes (beta, N) where (beta) is asked for"
            )
        },
    ),
    Student(
        "unfilled",
        edit="unfilled",
        deserved={name: Deserved((), "not_implemented", says="not written yet") for name in RIGHT},
    ),
    Student(
        "syntax-error",
        {"cumulative_mean": RIGHT["cumulative_mean"].replace("(x):", "(x)", 1)},
        {"cumulative_mean": Deserved((), "not_defined", says="SyntaxError: expected ':'")},
    ),
    Student(
        "loop-forever",
        {
            "window": RIGHT["window"]
            + "\n\n\nw, total = 0.1, 0.0\nwhile total < 1:\n    w = 0.9 * w\n    total = max(total, w)"
        },
        {"window": Deserved((), "not_defined", says="did not come to an end")},
    ),
    Student(
        "exits-the-process",
        {
            "stochastic_average": "import os\n\n\n" + RIGHT["stochastic_average"] + "\n\n\nos._exit(0)",
        },
        {"stochastic_average": Deserved((), "not_defined", says="ended the whole Python process")},
    ),
    Student(
        "sys-exit",
        {"ewma_weights": "import sys\n\n\n" + RIGHT["ewma_weights"] + "\n\n\nsys.exit()"},
    ),
    Student(
        "memory-bomb",
        {
            "window": "history = []\nwhile True:\n    history.append(np.zeros(10**7))\n\n\n"
            + RIGHT["window"],
        },
        {"window": Deserved((), "not_defined", says="more memory than there is")},
    ),
    Student(
        "memory-in-a-function",
        {
            "window": code("""
                def window(beta):
                    w = (1 - beta) * beta ** np.arange(10**12)
                    N = (1 + beta) / (1 - beta)
                    return N, 1 - beta**N, 1 / np.sum(w**2)
            """)
        },
        {"window": Deserved((), "memory_limit", says="more memory than there is")},
    ),
    Student(
        "output-flood",
        {
            "cumulative_mean": "n = 1\nwhile n > 0:\n    print(n, 'observations so far' * 1000)\n\n\n"
            + RIGHT["cumulative_mean"]
        },
        {"cumulative_mean": Deserved((), "not_defined", says="printed more than there is room for")},
    ),
    Student(
        "warns-on-stderr",
        {
            "ewma": "import sys\nimport warnings\n\n\n"
            + RIGHT["ewma"].replace(
                "    means = np.zeros(x.shape)\n",
                "    warnings.warn('beta is close to 1')\n    means = np.zeros(x.shape)\n",
            )
            + "\n\n\nprint(ewma(np.ones(3), 0.9), file=sys.stderr)",
        },
    ),
    Student("test-cell-twice", edit="test_cell_twice"),
    Student("test-cell-deleted", edit="test_cell_deleted"),
    Student("test-cell-edited", edit="test_cell_edited"),
    Student("helper-cell-and-reordered", edit="helper_and_reordered"),
    Student(
        "cell-turned-to-text",
        edit="turned_to_text",
        deserved={"ewma_weights": Deserved((), "not_defined", says="not a code cell")},
    ),
    Student("truncated-file", edit="truncated", rejected="json"),
    Student("empty-file", edit="empty", rejected="empty"),
]
