import numpy as np

from advsec import averages
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.moving_averages.sections import WINDOW


LENGTH, INFLUENCE, SIZE = "(1 + beta) / (1 - beta)", "1 - beta**N", "(1 - beta**2) / (1 - beta) ** 2"
RETURN = "return N, influence, n_eff"


def wrong_window(name: str, N: str, message: str) -> tuple[Wrong, ...]:
    """A wrong N, with the sample size worked out on its own or taken from N."""
    return (
        Wrong(name, {LENGTH: N}, message, parts=(2,)),
        Wrong(f"{name}_twice", {LENGTH: N, SIZE: "N"}, message),
    )


def wrong_influence(name: str, influence: str, message: str) -> Wrong:
    change = {INFLUENCE: influence}
    return Wrong(f"influence_{name}", change, f"the influence is {message}", parts=(0, 2))


def wrong_size(name: str, n_eff: str, message: str) -> Wrong:
    return Wrong(f"n_eff_{name}", {SIZE: n_eff}, message, parts=(0, 1))


def window_beta(rng: np.random.Generator) -> float:
    """A beta whose window lies above a half number, and whose influence is not yet its limit."""
    N = rng.integers(4, 12) + rng.uniform(0.6, 0.8)
    return round(float((N - 1) / (N + 1)), 3)


def long_window_beta(rng: np.random.Generator) -> float:
    """A beta near 1, whose window lies below a half number and whose weights fade within 1000 observations.

    The text asks for an exact sum; one that is long enough to be exact for its own examples may pass.
    """
    return float(rng.choice([0.972, 0.976, 0.981, 0.982]))


WINDOW_EXERCISE = exercise(
    solution="""
        def window(beta):
            N = (1 + beta) / (1 - beta)
            influence = 1 - beta**N
            n_eff = (1 - beta**2) / (1 - beta) ** 2
            return N, influence, n_eff
    """,
    reference=averages.window,
    points=3,
    read=WINDOW,
    probes=(
        Probe("some beta", lambda rng: call(window_beta(rng))),
        Probe("another beta", lambda rng: call(window_beta(rng))),
        Probe("a long memory", lambda rng: (call(window_beta(rng)), call(long_window_beta(rng)))),
        Probe(
            "a short memory, and none at all",
            lambda rng: (call(0.0), call(round(rng.uniform(0.3, 0.45), 3))),
        ),
        Probe(
            "a third beta", lambda rng: (call(window_beta(rng)), call(long_window_beta(rng))), public=False
        ),
    ),
    misconceptions=(
        *wrong_window(
            "reciprocal",
            "1 / (1 - beta)",
            "N is another rule of thumb, which holds about 63% of the weight: `{}`",
        ),
        *wrong_window(
            "upside_down",
            "(1 - beta) / (1 + beta)",
            "numerator and denominator of N are swapped: `{}`",
        ),
        *wrong_window("mean_age", "beta / (1 - beta)", "N is the mean age of the observations: `{}`"),
        *wrong_window("twice_the_reciprocal", "2 / (1 - beta)", "N lacks a `- 1`: `{}`"),
        *wrong_window("precedence", "1 + beta / 1 - beta", "N lacks its brackets: `{}`"),
        *wrong_window(
            "time_constant",
            "-1 / np.log(beta)",
            "N is the time after which an observation has lost 63% of its weight: `{}`",
        ),
        *wrong_window(
            "half_life",
            "np.log(1 / 2) / np.log(beta)",
            "N is the time after which an observation has lost half of its weight: `{}`",
        ),
        *wrong_window(
            "of_the_step_size",
            "2 / np.float64(beta) - 1",
            "beta is taken for the step size: `N = 2 / beta - 1`",
        ),
        *wrong_window(
            "rounded_up",
            "np.ceil((1 + beta) / (1 - beta))",
            "N is rounded up to a whole number: `np.ceil(N)`",
        ),
        *wrong_window(
            "rounded",
            "round((1 + beta) / (1 - beta))",
            "N is rounded to a whole number: `round(N)`",
        ),
        *wrong_window(
            "rounded_down",
            "int((1 + beta) / (1 - beta))",
            "N is cut to a whole number: `int(N)`",
        ),
        wrong_influence("of_the_rest", "beta**N", "that of everything before the window: `{}`"),
        wrong_influence(
            "of_one",
            "(1 - beta) * beta**N",
            "the weight of one old observation, not of the whole window: `{}`",
        ),
        wrong_influence("of_the_newest", "1 - beta", "the weight of the newest observation alone: `{}`"),
        wrong_influence("one_less", "1 - beta ** (N - 1)", "that of N - 1 observations: `{}`"),
        wrong_influence("one_more", "1 - beta ** (N + 1)", "that of N + 1 observations: `{}`"),
        wrong_influence("of_the_slide", "0.86", "the rounded number of the slide, whatever beta is: `{}`"),
        wrong_influence(
            "in_the_limit", "1 - np.exp(-2)", "its limit for beta near 1, whatever beta is: `{}`"
        ),
        wrong_influence("of_three_digits", "0.865", "a rounded number, whatever beta is: `{}`"),
        wrong_influence(
            "of_another_limit", "1 - np.exp(-1)", "the limit for another window, whatever beta is: `{}`"
        ),
        wrong_influence("of_the_step_size", "1 - (1 - beta) ** N", "a power of 1 - beta: `{}`"),
        wrong_influence("of_equal_weights", "N * (1 - beta)", "N times the weight of the newest: `{}`"),
        wrong_influence(
            "of_bare_powers",
            "(1 - beta**N) / (1 - beta)",
            "a sum of bare powers of beta, which do not add up to 1: `sum(beta**i)`",
        ),
        wrong_influence("of_powers_times_beta", "beta * (1 - beta**N)", "a power of beta too small: `{}`"),
        wrong_influence(
            "of_the_other_window", "1 - beta ** (1 / (1 - beta))", "that of another window: `{}`"
        ),
        wrong_influence("of_the_whole_part", "1 - beta ** int(N)", "that of N cut to a whole number: `{}`"),
        wrong_influence(
            "of_one_begun",
            "1 - beta ** (int(N) + 1)",
            "that of the next whole number, because a sum has whole steps: `sum(w[: int(N) + 1])`",
        ),
        wrong_influence("of_the_nearest", "1 - beta ** round(N)", "that of N rounded: `{}`"),
        wrong_influence("rounded", "round(1 - beta**N, 2)", "rounded to two decimals: `round(influence, 2)`"),
        wrong_influence(
            "in_percent",
            "100 * (1 - beta**N)",
            "given in percent and not as a share: `100 * influence`",
        ),
        wrong_size(
            "of_the_largest_weight",
            "1 / (1 - beta)",
            "the sample size is one over the largest weight: `1 / max(w)`",
        ),
        wrong_size("of_plain_weights", "1.0", "the weights are added up without being squared: `1 / sum(w)`"),
        wrong_size(
            "upside_down",
            "(1 - beta) / (1 + beta)",
            "the sum of squared weights is not inverted: `sum(w**2)`",
        ),
        wrong_size(
            "of_bare_powers",
            "1 - beta**2",
            "the weights are bare powers of beta that do not add up to 1: `w = beta**i`",
        ),
        wrong_size(
            "without_numerator", "1 / (1 - beta**2)", "it is a sum of bare powers: `sum(beta**(2 * i))`"
        ),
        wrong_size("of_plain_squares", "1 + beta", "one of the sums is not squared: `1 + beta`"),
        wrong_size("of_the_square", "1 / (1 - beta) ** 2", "the denominator is missing: `{}`"),
        wrong_size("twice_the_reciprocal", "2 / (1 - beta)", "the sample size lacks a `- 1`: `{}`"),
        wrong_size("mean_age", "beta / (1 - beta)", "the sample size is the mean age: `{}`"),
        wrong_size(
            "of_the_window",
            "(1 - beta**N) ** 2 / (1 - beta ** (2 * N)) * (1 + beta) / (1 - beta)",
            "the sample size is that of the window alone: `sum(w[:N])**2 / sum(w[:N]**2)`",
        ),
        wrong_size(
            "of_one_begun",
            "np.sum(beta ** np.arange(np.ceil(N))) ** 2 / np.sum(beta ** (2 * np.arange(np.ceil(N))))",
            "the sample size is that of the weights inside the window alone, with the one at its edge: "
            "`np.arange(np.ceil(N))`",
        ),
        wrong_size(
            "of_the_whole_part",
            "np.sum(beta ** np.arange(int(N))) ** 2 / np.sum(beta ** (2 * np.arange(int(N))))",
            "the sample size is that of the weights inside the window alone, without the one at its edge: "
            "`np.arange(int(N))`",
        ),
        wrong_size("times_influence", "N * influence", "the sample size is a share of the window: `{}`"),
        wrong_size("cut", "int(N)", "the sample size is cut to a whole number: `int(n_eff)`"),
        wrong_size("rounded", "round(N)", "the sample size is rounded to a whole number: `round(n_eff)`"),
        Wrong(
            "influence_first",
            {RETURN: "return influence, N, n_eff"},
            "the first two values are returned in the other order: `{}`",
            parts=(2,),
        ),
        Wrong(
            "two_of_three",
            {RETURN: "return N, influence"},
            "the sample size is not returned: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "returned_in_another_order",
            {RETURN: "return N, n_eff, influence"},
            "the last two values are returned in the other order: `{}`",
            parts=(0,),
        ),
        Wrong(
            "only_N",
            {RETURN: "return N"},
            "the window is returned without its influence and its sample size: `{}`",
            kind="wrong_type",
        ),
    ),
    alternatives={
        "vectorised": """
            def window(beta):
                N = (1 + beta) / (1 - beta)
                w = (1 - beta) * beta ** np.arange(5000)
                return np.array([N, 1 - beta**N, 1 / np.sum(w**2)])
        """,
        "long sums, as a list": """
            def window(beta):
                w = (1 - beta) * beta ** np.arange(2000)
                N = (1 + beta) / (1 - beta)
                influence = sum((1 - beta) * beta**i for i in range(1000)) - beta**N
                return [N, influence, w.sum() ** 2 / (w**2).sum()]
        """,
        "lists and tuples": """
            def window(beta):
                N = (1 + beta) / (1 - beta)
                return [N, 1 - beta**N, N]
        """,
        "logarithms and 0-d arrays": """
            def window(beta):
                N = 2 / (1 - np.asarray(beta)) - 1
                return N, -np.expm1(N * np.log(np.maximum(beta, 1e-300))), (1 - beta**2) / (1 - beta) ** 2
        """,
        "single precision": """
            def window(beta):
                beta = np.float32(beta)
                N = (1 + beta) / (1 - beta)
                return N, 1 - beta**N, N
        """,
    },
)
