import numpy as np

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.dropout.inputs import keep_prob, low_keep_prob, numbers
from autograder.exercises.dropout.sections import ALL_MASKS, AVERAGE


PROB, INPUT = "keep_prob**kept * (1 - keep_prob) ** (len(w) - kept)", "masks @ (w * x) + b"
RESULT = "1 / (1 + np.exp(log_rest - log_G))"
LARGE, WITHOUT = "large weights", "no offset is given"


def unit(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Neither near zero, where formulas meet, nor so large that an output rounds to 1."""
    while True:
        w, x = numbers(rng, n), numbers(rng, n)
        if 0.8 < abs(w @ x) < 4 and abs(w.sum()) > 0.3 and np.sum(np.abs(w * x)) < 9:
            return w, x


def with_offset(rng: np.random.Generator, n: int, keep_prob: float) -> Call:
    return call(*unit(rng, n), keep_prob, b=round(float(rng.choice([-1, 1]) * rng.uniform(0.5, 0.9)), 2))


def large_unit(rng: np.random.Generator) -> Call:
    """Two inputs that nearly cancel: without either of them the output rounds to 0 or 1."""
    w = np.array([rng.uniform(60, 70), -rng.uniform(60, 70), rng.uniform(1, 2)])
    w[1] = rng.uniform(0.6, 1.4) - w[0]
    return call(w.round(2), np.array([1.0, 1.0, 0.5]), keep_prob(rng), b=0.25)


def wrong(name: str, formula: str, message: str) -> Wrong:
    return Wrong(name, {RESULT: formula}, f"{message}: `{{}}`")


NWGM_LOGISTIC = exercise(
    solution="""
        def nwgm_logistic(w, x, keep_prob, *, b=0.0):
            masks = (np.arange(2 ** len(w))[:, None] >> np.arange(len(w))) & 1
            kept = masks.sum(axis=1)
            prob = keep_prob**kept * (1 - keep_prob) ** (len(w) - kept)
            z = masks @ (w * x) + b
            log_G = -np.sum(prob * np.logaddexp(0, -z))
            log_rest = -np.sum(prob * np.logaddexp(0, z))
            return 1 / (1 + np.exp(log_rest - log_G))
    """,
    reference=dropout.nwgm_logistic,
    points=2,
    read=AVERAGE,
    probes=(
        Probe("four inputs and an offset", lambda rng: with_offset(rng, 4, keep_prob(rng))),
        Probe("few inputs are kept", lambda rng: with_offset(rng, 5, low_keep_prob(rng))),
        Probe(WITHOUT, lambda rng: call(*unit(rng, 4), keep_prob(rng))),
        Probe(LARGE, large_unit),
        Probe("one input", lambda rng: with_offset(rng, 1, keep_prob(rng)), public=False),
        Probe("six inputs", lambda rng: with_offset(rng, 6, low_keep_prob(rng)), public=False),
    ),
    misconceptions=(
        wrong(
            "expected_output",
            "np.sum(prob / (1 + np.exp(-z)))",
            "the mean of the outputs is taken, and no geometric mean",
        ),
        wrong("not_normalised", "np.exp(log_G)", "the geometric mean is not normalised"),
        wrong("turned_round", "1 / (1 + np.exp(log_G - log_rest))", "the two geometric means are swapped"),
        wrong(
            "odds", "np.exp(log_G - log_rest)", "one geometric mean is divided by the other, not by the sum"
        ),
        wrong("log_odds", "log_G - log_rest", "the logarithm of a ratio is returned"),
        wrong(
            "difference",
            "1 / (1 - np.exp(log_rest - log_G))",
            "the two geometric means are taken from each other in the denominator",
        ),
        wrong(
            "of_a_single_network",
            "1 / (1 + np.exp(-(w @ x + b)))",
            "nothing is dropped, or masks are divided by keep_prob",
        ),
        wrong(
            "output_scaled",
            "keep_prob / (1 + np.exp(-(w @ x + b)))",
            "the output is multiplied by keep_prob, and not its input",
        ),
        wrong(
            "input_divided", "1 / (1 + np.exp(-(w @ x / keep_prob + b)))", "the input is divided by keep_prob"
        ),
        wrong(
            "scaled_twice",
            "1 / (1 + np.exp(-(keep_prob**2 * (w @ x) + b)))",
            "the input is multiplied by keep_prob twice",
        ),
        wrong(
            "square_root",
            "1 / (1 + np.exp(-(np.sqrt(keep_prob) * (w @ x) + b)))",
            "the input is multiplied by the root of keep_prob",
        ),
        wrong("hyperbolic", "np.tanh(keep_prob * (w @ x) + b)", "the unit has another nonlinearity"),
        Wrong(
            "not_summed",
            {RESULT: "1 / (1 + np.exp(-(keep_prob * w * x + b)))"},
            "weights and inputs are multiplied and not added up, so that there is a number for each: `w * x`",
            kind="wrong_shape",
        ),
        Wrong(
            "offset_dropped_too",
            {INPUT: "masks @ (w * x) + keep_prob * b"},
            "the offset is multiplied by keep_prob as well, as if it could be dropped: "
            "`keep_prob * (w @ x + b)`",
            passes=(WITHOUT,),
        ),
        Wrong(
            "no_offset",
            {INPUT: "masks @ (w * x)"},
            "the offset is left out: `{}`",
            passes=(WITHOUT,),
        ),
        Wrong(
            "no_inputs",
            {INPUT: "masks @ w + b"},
            "the inputs are left out: `{}`",
        ),
        Wrong(
            "equal_weights",
            {PROB: "np.full(len(masks), 0.5 ** len(w))"},
            "all masks count alike, whatever keep_prob is: `{}`",
            read=ALL_MASKS,
        ),
        Wrong(
            "powers_swapped",
            {PROB: "(1 - keep_prob) ** kept * keep_prob ** (len(w) - kept)"},
            "keep_prob is taken for the probability of dropping: `{}`",
            read=ALL_MASKS,
        ),
        Wrong(
            "only_kept",
            {PROB: "keep_prob**kept"},
            "the probabilities leave out the inputs that are dropped: `{}`",
            read=ALL_MASKS,
        ),
        Wrong(
            "without_the_empty_mask",
            {"& 1": "& 1\nmasks = masks[1:]"},
            "the mask that drops everything is missing: `range(1, 2**n)`",
            passes=(WITHOUT,),
            read=ALL_MASKS,
        ),
        Wrong(
            "without_the_full_mask",
            {"& 1": "& 1\nmasks = masks[:-1]"},
            "the mask that keeps everything is missing: `range(2**n - 1)`",
            read=ALL_MASKS,
        ),
        Wrong(
            "rounds_to_one",
            {
                INPUT: "masks @ (w * x) + b\na = 1 / (1 + np.exp(-z))",
                "-np.sum(prob * np.logaddexp(0, -z))": "np.sum(prob * np.log(a))",
                "-np.sum(prob * np.logaddexp(0, z))": "np.sum(prob * np.log(1 - a))",
            },
            "with large weights an output is rounded to 1 and `1 - a` to 0, of which nothing can be learned: "
            "`np.log(1 - a)`",
            passes=("four inputs and an offset", "few inputs are kept", WITHOUT, "one input", "six inputs"),
            credit=SLIP,
        ),
        Wrong(
            "both",
            {"return ": "return np.exp(log_G), "},
            "two values are returned where one is asked",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "the theorem": """
            def nwgm_logistic(w, x, keep_prob, *, b=0.0):
                return 1 / (1 + np.exp(-(keep_prob * (w @ x) + b)))
        """,
        "loop over all masks": """
            from itertools import product


            def nwgm_logistic(w, x, keep_prob, *, b=0.0):
                log_odds = 0.0
                for mask in product([False, True], repeat=len(w)):
                    p = 1.0
                    for kept in mask:
                        p *= keep_prob if kept else 1 - keep_prob
                    z = sum(w[i] * x[i] for i in range(len(w)) if mask[i]) + b
                    log_odds += p * z
                return 1 / (1 + np.exp(-log_odds))
        """,
        "logarithms of the output and of the rest": """
            def log_sigmoid(z):
                return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


            def nwgm_logistic(w, x, keep_prob, b=0.0):
                n = len(w)
                masks = np.array([[(i >> j) % 2 == 1 for j in range(n)] for i in range(2**n)])
                prob = np.prod(np.where(masks, keep_prob, 1 - keep_prob), axis=1)
                z = masks @ (w * x) + b
                G, rest = np.exp(prob @ log_sigmoid(z)), np.exp(prob @ log_sigmoid(-z))
                return G / (G + rest)
        """,
        "doubling, as a list": """
            def nwgm_logistic(w, x, keep_prob, *, b=0.0):
                z, prob = np.array([b]), np.array([1.0])
                for weight, value in zip(w, x):
                    z = np.concatenate([z, z + weight * value])
                    prob = np.concatenate([(1 - keep_prob) * prob, keep_prob * prob])
                return np.asarray(0.5 * (1 + np.tanh(np.average(z, weights=prob) / 2))).tolist()
        """,
        "single precision at the end": """
            def nwgm_logistic(w, x, keep_prob, *, b=0.0):
                return np.float32(1 / (1 + np.exp(-b - keep_prob * np.sum(w * x))))
        """,
    },
)
