import numpy as np
from numpy.typing import NDArray

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.dropout.inputs import numbers
from autograder.exercises.dropout.sections import AVERAGE


LOG_G, LOG_REST = "np.sum(prob * np.log(a))", "np.sum(prob * np.log(1 - a))"
RESULT = "1 / (1 + np.exp(log_rest - log_G))"


def law(rng: np.random.Generator, n: int) -> NDArray:
    """Probabilities that are far from equal, of four decimals at most."""
    weights = rng.permutation(np.geomspace(1, 12, n))
    shares = np.rint(10_000 * weights / weights.sum())
    shares[np.argmax(shares)] += 10_000 - shares.sum()
    return shares / 10_000


def networks(rng: np.random.Generator, n: int) -> Call:
    """On both sides of 1/2, and more on one of them."""
    a = rng.permutation(np.concatenate([rng.uniform(0.03, 0.2, n // 3), rng.uniform(0.6, 0.95, n - n // 3)]))
    return call(a.round(3), law(rng, n))


def dropped_in_pairs(rng: np.random.Generator, keep_prob: float = 0.7) -> Call:
    """A logistic unit whose inputs are kept or dropped two by two: no product of single probabilities."""
    pairs = (np.arange(8)[:, None] >> np.arange(3)) & 1
    kept = pairs.sum(axis=1)
    z = np.repeat(pairs, 2, axis=1) @ (numbers(rng, 6) / 2) + rng.uniform(0.2, 0.8)
    prob = keep_prob**kept * (1 - keep_prob) ** (3 - kept)
    return call((1 / (1 + np.exp(-z))).round(6), prob.round(3))


def sure(rng: np.random.Generator) -> Call:
    """Networks that say very nearly 0, very nearly 1, and neither."""
    near_0, near_1 = rng.integers(3, 10, 2) / 1e7
    return call(rng.permutation([near_0, 1 - near_1, 0.3]).round(7), law(rng, 3))


def wrong(name: str, formula: str, message: str) -> Wrong:
    return Wrong(name, {RESULT: formula}, f"{message}: `{{}}`")


NWGM = exercise(
    solution="""
        def nwgm(a, prob):
            log_G = np.sum(prob * np.log(a))
            log_rest = np.sum(prob * np.log(1 - a))
            return 1 / (1 + np.exp(log_rest - log_G))
    """,
    reference=dropout.nwgm,
    points=2,
    read=AVERAGE,
    probes=(
        Probe("three networks", lambda rng: networks(rng, 3)),
        Probe("seven networks", lambda rng: networks(rng, 7)),
        Probe("inputs that are dropped in pairs", dropped_in_pairs),
        Probe("networks that are sure", sure),
        Probe("many networks", lambda rng: networks(rng, 40), public=False),
        Probe("eight networks", lambda rng: networks(rng, 8), public=False),
    ),
    misconceptions=(
        wrong("mean", "np.sum(prob * a)", "the mean of the activations is taken, and no geometric mean"),
        wrong("not_normalised", "np.exp(log_G)", "the geometric mean is not normalised"),
        wrong(
            "complement_turned_round",
            "1 / (1 + np.exp(log_G - log_rest))",
            "the two geometric means are swapped",
        ),
        wrong(
            "difference",
            "np.exp(log_G) / (np.exp(log_G) - np.exp(log_rest))",
            "the two geometric means are taken from each other in the denominator",
        ),
        wrong(
            "odds",
            "np.exp(log_G - log_rest)",
            "one geometric mean is divided by the other, and not by the sum of both",
        ),
        wrong("log_odds", "log_G - log_rest", "the logarithm of the ratio is returned"),
        wrong(
            "one_minus_the_rest",
            "1 - np.exp(log_rest)",
            "one minus the geometric mean of `1 - a` is returned",
        ),
        wrong("logarithm", "log_G", "the logarithm of the geometric mean is returned"),
        wrong(
            "sum_of_both",
            "np.exp(log_G) + np.exp(log_rest)",
            "the sum of the two geometric means is returned",
        ),
        wrong(
            "logarithms_divided",
            "log_G / (log_G + log_rest)",
            "the logarithms are divided, and not the geometric means",
        ),
        wrong("only_the_rest", "np.exp(log_rest)", "the geometric mean of `1 - a` is returned"),
        wrong(
            "root_of_the_product",
            "np.sqrt(np.exp(log_G) * (1 - np.exp(log_rest)))",
            "two geometric means are averaged in place of being normalised",
        ),
        wrong("plain_mean", "np.mean(a)", "all networks count alike, and the mean is no geometric one"),
        wrong("median", "np.median(a)", "the median of the activations is returned"),
        wrong("most_probable", "a[np.argmax(prob)]", "only the most probable network counts"),
        Wrong(
            "equal_weights",
            {LOG_G: "np.mean(np.log(a))", LOG_REST: "np.mean(np.log(1 - a))"},
            "all networks count alike: `np.prod(a) ** (1 / len(a))`",
        ),
        Wrong(
            "equal_weights_and_not_normalised",
            {LOG_G: "np.mean(np.log(a))", RESULT: "np.exp(log_G)"},
            "all networks count alike, and the geometric mean is not normalised",
        ),
        Wrong(
            "mean_of_weighted_logarithms",
            {LOG_G: "np.mean(prob * np.log(a))", LOG_REST: "np.mean(prob * np.log(1 - a))"},
            "the logarithms are weighted, and divided by the number of networks once more: `{}`",
        ),
        wrong(
            "sigmoid_of_the_mean",
            "1 / (1 + np.exp(-np.sum(prob * a)))",
            "the mean of the activations goes through a sigmoid once more",
        ),
        Wrong(
            "no_weights",
            {LOG_G: "np.sum(np.log(a))", LOG_REST: "np.sum(np.log(1 - a))"},
            "the probabilities are no exponents: the activations are multiplied as they are, or together "
            "with them, as in `np.prod(prob * a)`",
        ),
        Wrong(
            "weights_in_the_product",
            {RESULT: "np.prod(prob * a)"},
            "the probabilities are factors and no exponents, and nothing is normalised: `{}`",
        ),
        Wrong(
            "probability_to_the_power",
            {LOG_G: "np.sum(a * np.log(prob))", LOG_REST: "np.sum((1 - a) * np.log(prob))"},
            "base and exponent are swapped: `np.prod(prob**a)`",
        ),
        Wrong(
            "rest_of_each_power",
            {LOG_REST: "np.sum(np.log(1 - a**prob))"},
            "each power is taken from 1, and not each activation: `np.prod(1 - a**prob)`",
        ),
        Wrong(
            "powers_added",
            {LOG_G: "np.log(np.sum(a**prob))", LOG_REST: "np.log(np.sum((1 - a) ** prob))"},
            "the powers are added and not multiplied: `np.sum(a**prob)`",
        ),
        Wrong(
            "rest_of_the_exponent",
            {LOG_REST: "np.sum((1 - prob) * np.log(1 - a))"},
            "the exponents of the second product are `1 - prob`",
        ),
        Wrong(
            "rest_of_the_geometric_mean",
            {RESULT: "np.exp(log_G) / (np.exp(log_G) + (1 - np.exp(log_G)) ** 2)"},
            "a power of `1 - G` stands for the geometric mean of `1 - a`",
        ),
        Wrong(
            "harmonic",
            {RESULT: "1 / np.sum(prob / a)"},
            "a harmonic mean is returned: `{}`",
        ),
        Wrong(
            "both",
            {"return ": "return np.exp(log_G), "},
            "two values are returned where one is asked",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "products": """
            def nwgm(a, prob):
                G, rest = np.prod(a**prob), np.prod((1 - a) ** prob)
                return G / (G + rest)
        """,
        "loop": """
            def nwgm(a, prob):
                G = rest = 1.0
                for activation, p in zip(a, prob):
                    G *= activation**p
                    rest *= (1 - activation) ** p
                return G / (G + rest)
        """,
        "mean of the log-odds": """
            def nwgm(a, prob):
                z = np.log(a / (1 - a)) @ prob
                return np.exp(z) / (1 + np.exp(z))
        """,
        "odds, as a list": """
            def nwgm(a, prob):
                odds = np.prod((a / (1 - a)) ** prob)
                return np.asarray(odds / (1 + odds)).tolist()
        """,
        "logarithms of base two, in place": """
            def nwgm(a, prob):
                logs = np.log2([a, 1 - a])
                logs *= prob
                G, rest = 2 ** logs.sum(axis=1)
                return G / (G + rest)
        """,
        "single precision at the end": """
            def nwgm(a, prob):
                G = np.exp(np.average(np.log(a), weights=prob))
                rest = np.exp(np.average(np.log1p(-a), weights=prob))
                return np.float32(G / (G + rest))
        """,
    },
)
