import numpy as np
from numpy.typing import NDArray

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.dropout.inputs import keep_prob, low_keep_prob
from autograder.exercises.dropout.sections import ALL_MASKS


KEPT, POWERS = "masks.sum(axis=1)", "keep_prob**kept * (1 - keep_prob) ** dropped"
DROPPED, RETURN = "masks.shape[1] - kept", f"return {POWERS}"


def some_masks(rng: np.random.Generator, n_masks: int, n: int) -> NDArray:
    """Different numbers of kept units in rows and in columns, never half of them, never all or none."""
    kept = np.array([1, n - 1, *rng.permutation([2, n - 2, 1, n - 1, n - 2, 2])])[:n_masks]
    return rng.permuted(np.arange(n) < kept[:, None], axis=1)


def all_of(rng: np.random.Generator, n: int) -> NDArray:
    """Every mask of n units, in some order."""
    masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return rng.permutation(masks.astype(bool))


def wrong(name: str, formula: str, message: str) -> Wrong:
    return Wrong(name, {POWERS: formula}, f"{message}: `{formula}`")


MASK_PROBABILITIES = exercise(
    solution="""
        def mask_probabilities(masks, keep_prob):
            kept = masks.sum(axis=1)
            dropped = masks.shape[1] - kept
            return keep_prob**kept * (1 - keep_prob) ** dropped
    """,
    reference=dropout.mask_probabilities,
    points=2,
    read=ALL_MASKS,
    probes=(
        Probe("all masks of three units", lambda rng: call(all_of(rng, 3), keep_prob(rng))),
        Probe("some masks", lambda rng: call(some_masks(rng, 4, 7), keep_prob(rng))),
        Probe("few units are kept", lambda rng: call(some_masks(rng, 6, 5), low_keep_prob(rng))),
        Probe("one mask", lambda rng: call(some_masks(rng, 1, 7), keep_prob(rng))),
        Probe("ten units", lambda rng: call(some_masks(rng, 6, 10), keep_prob(rng)), public=False),
    ),
    misconceptions=(
        wrong("equal", "np.full(len(masks), 0.5 ** masks.shape[1])", "all masks are equally probable"),
        wrong(
            "equal_among_these", "np.full(len(masks), 1 / len(masks))", "the given masks are equally probable"
        ),
        wrong(
            "powers_swapped",
            "(1 - keep_prob) ** kept * keep_prob**dropped",
            "keep_prob is taken for the probability of dropping",
        ),
        wrong("only_kept", "keep_prob**kept", "the units that are dropped are left out"),
        wrong("only_dropped", "(1 - keep_prob) ** dropped", "the units that are kept are left out"),
        wrong("added", "keep_prob**kept + (1 - keep_prob) ** dropped", "the two powers are added"),
        wrong(
            "not_to_a_power", "keep_prob * kept + (1 - keep_prob) * dropped", "the probabilities are added"
        ),
        wrong(
            "products",
            "keep_prob * kept * (1 - keep_prob) * dropped",
            "numbers of units multiply the probabilities, which are not raised to a power",
        ),
        wrong(
            "n_for_dropped",
            "keep_prob**kept * (1 - keep_prob) ** masks.shape[1]",
            "the second exponent is the number of all units",
        ),
        wrong(
            "n_for_kept",
            "keep_prob ** masks.shape[1] * (1 - keep_prob) ** dropped",
            "the first exponent is the number of all units",
        ),
        wrong("one_for_all", "np.full(len(masks), keep_prob)", "every mask has the probability of one unit"),
        wrong(
            "kept_twice",
            "keep_prob**kept * (1 - keep_prob) ** kept",
            "both exponents are the number of kept units",
        ),
        wrong(
            "dropped_twice",
            "keep_prob**dropped * (1 - keep_prob) ** dropped",
            "both exponents are the number of dropped units",
        ),
        wrong(
            "one_minus_power",
            "keep_prob**kept * (1 - keep_prob**dropped)",
            "the rest of a power stands for a power of the rest",
        ),
        wrong("share_of_kept", "kept / masks.shape[1]", "the share of kept units is returned"),
        wrong(
            "mean_probability",
            "(keep_prob * kept + (1 - keep_prob) * dropped) / masks.shape[1]",
            "the mean over the units is returned in place of the product",
        ),
        wrong(
            "logarithm",
            "kept * np.log(keep_prob) + dropped * np.log(1 - keep_prob)",
            "the logarithm of the probability is returned",
        ),
        Wrong(
            "number_of_such_masks",
            {"": "from math import comb", POWERS: f"[comb(len(m), m.sum()) for m in masks] * {POWERS}"},
            "the probability is that of the number of kept units, and not of this one mask: a binomial "
            "coefficient stands before it",
        ),
        Wrong(
            "zero_for_what_is_dropped",
            {RETURN: "return np.prod(masks * keep_prob, axis=1)"},
            "a unit that is dropped has the factor 0, so that most masks have none: `{}`",
        ),
        Wrong(
            "divided_by_their_sum",
            {RETURN: f"prob = {POWERS}\nreturn prob / prob.sum()"},
            "the probabilities of the given masks are divided by their sum: `prob / prob.sum()`",
            passes=("all masks of three units",),
        ),
        Wrong(
            "along_columns",
            {KEPT: "masks.sum(axis=0)", DROPPED: "len(masks) - kept"},
            "one number is worked out for each unit and not for each mask: `masks.sum(axis=0)`",
            kind="wrong_shape",
        ),
        Wrong(
            "each_unit_by_itself",
            {RETURN: "return np.where(masks, keep_prob, 1 - keep_prob)"},
            "the probability of each unit is returned, and they are not multiplied: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "all_together",
            {RETURN: f"return np.prod({POWERS})"},
            "all masks are multiplied to one number",
            kind="wrong_shape",
        ),
        Wrong(
            "sum_of_all",
            {RETURN: f"return np.sum({POWERS})"},
            "the probabilities are added up to one number",
            kind="wrong_shape",
        ),
        Wrong(
            "in_a_column",
            {RETURN: f"return ({POWERS})[:, None]"},
            "the numbers stand in a column of shape (M, 1): `keepdims=True`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "a product over the units": """
            def mask_probabilities(masks, keep_prob):
                return np.prod(np.where(masks, keep_prob, 1 - keep_prob), axis=1)
        """,
        "loops, as a list": """
            def mask_probabilities(masks, keep_prob):
                probabilities = []
                for mask in masks:
                    p = 1.0
                    for kept in mask:
                        p *= keep_prob if kept else 1 - keep_prob
                    probabilities.append(p)
                return probabilities
        """,
        "in logarithms": """
            def mask_probabilities(masks, keep_prob):
                logs = masks * np.log(keep_prob) + ~masks * np.log(1 - keep_prob)
                return np.exp(logs.sum(axis=1))
        """,
        "odds": """
            def mask_probabilities(masks, keep_prob):
                n = masks.shape[1]
                odds = keep_prob / (1 - keep_prob)
                return (1 - keep_prob) ** n * odds ** np.count_nonzero(masks, axis=1)
        """,
        "matrix product": """
            def mask_probabilities(masks, keep_prob):
                ones = np.ones(masks.shape[1])
                return keep_prob ** (masks @ ones) * (1 - keep_prob) ** ((1 - masks) @ ones)
        """,
        "single precision": """
            def mask_probabilities(masks, keep_prob):
                kept = masks.sum(axis=1).astype(np.float32)
                p = np.float32(keep_prob)
                return p**kept * (1 - p) ** (masks.shape[1] - kept)
        """,
    },
)
