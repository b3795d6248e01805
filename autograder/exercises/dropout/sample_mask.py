import numpy as np

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, Seeded, call
from autograder.exercises.credit import SLIP
from autograder.exercises.dropout.sections import DIRECT
from autograder.properties.masks import are_random_masks


MANY, FEW, THREE_AXES, ALL = "most units are kept", "few units are kept", "three axes", "keep_prob = 1"
DRAWS, OTHER = "one mask after the other", "other shapes"
UNIFORM, KEPT = "rng.random(shape)", "rng.random(shape) < keep_prob"


def a_mask(rng: np.random.Generator, shape: tuple[int, ...], keep_prob: float) -> Call:
    return call(shape, keep_prob, rng=Seeded(int(rng.integers(2**31))))


def between(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 3)


def wrong(name: str, formula: str, message: str, passes: tuple[str, ...] = (), credit: float = 0.0) -> Wrong:
    return Wrong(name, {KEPT: formula}, message, passes=passes, credit=credit)


# Most and few are kept where as many normal numbers lie neither below keep_prob nor above it.
SAMPLE_MASK = exercise(
    solution="""
        def sample_mask(shape, keep_prob, *, rng):
            return rng.random(shape) < keep_prob
    """,
    reference=dropout.sample_mask,
    points=3,
    read=DIRECT,
    probes=(
        Probe(MANY, lambda rng: a_mask(rng, (80, 100), between(rng, 0.88, 0.92)), holds=are_random_masks),
        Probe(FEW, lambda rng: a_mask(rng, (100, 80), between(rng, 0.2, 0.25)), holds=are_random_masks),
        Probe(
            DRAWS,
            lambda rng: tuple(a_mask(rng, (10, 14), 4 / 5) for _ in range(12)),
            holds=are_random_masks,
        ),
        Probe(ALL, lambda rng: a_mask(rng, (30, 50), 1.0), holds=are_random_masks),
        Probe(
            THREE_AXES,
            lambda rng: a_mask(rng, (10, 16, 50), between(rng, 0.2, 0.25)),
            holds=are_random_masks,
        ),
        Probe(
            OTHER,
            lambda rng: (
                a_mask(rng, (200, 40), between(rng, 0.2, 0.25)),
                a_mask(rng, (40, 200), between(rng, 0.2, 0.25)),
            ),
            public=False,
            holds=are_random_masks,
        ),
    ),
    misconceptions=(
        wrong(
            "keeps_the_others",
            "rng.random(shape) > keep_prob",
            "what should be dropped is kept, and what should be kept is dropped: `{}`",
        ),
        wrong(
            "normal_below",
            "rng.standard_normal(shape) < keep_prob",
            "the random numbers are normally distributed, as those of `np.random.randn` are, and not uniform",
            (DRAWS,),
        ),
        wrong(
            "normal_above",
            "rng.standard_normal(shape) > keep_prob",
            "the random numbers are normally distributed, as those of `np.random.randn` are, and what lies "
            "above keep_prob is kept",
        ),
        wrong(
            "half",
            "rng.integers(0, 2, shape) == 1",
            "half of the units are kept, whatever keep_prob is: `rng.integers(0, 2, shape)`",
        ),
        wrong(
            "all_alike",
            "np.full(shape, rng.random() < keep_prob)",
            "one random number decides for all units, or none decides anything, so that all are kept or all "
            "are dropped",
            (ALL,),
        ),
        wrong(
            "scaled",
            "(rng.random(shape) < keep_prob) / keep_prob",
            "the mask is scaled already, which `dropout_forward` would do once more: `{}`",
            (ALL,),
            SLIP,
        ),
        wrong(
            "multiplied",
            "(rng.random(shape) < keep_prob) * keep_prob",
            "the mask is multiplied by keep_prob, where True or 1 marks what is kept: `{}`",
            (ALL,),
        ),
        wrong(
            "scaled_and_keeps_the_others",
            "(rng.random(shape) > keep_prob) / keep_prob",
            "a share of 1 - keep_prob is kept, and scaled as if it were keep_prob: `{}`",
        ),
        wrong(
            "scaled_by_the_rest",
            "(rng.random(shape) < keep_prob) / np.float64(1 - keep_prob)",
            "the mask is scaled already, by the probability of dropping: `mask / (1 - keep_prob)`",
        ),
        wrong(
            "keeps_and_scales_the_others",
            "(rng.random(shape) > keep_prob) / np.float64(1 - keep_prob)",
            "keep_prob is taken for the probability of dropping, and the mask is scaled already: "
            "`(rng.random(shape) > keep_prob) / (1 - keep_prob)`",
        ),
        wrong(
            "normal_below_and_scaled",
            "(rng.standard_normal(shape) < keep_prob) / keep_prob",
            "the random numbers are normally distributed, as those of `np.random.randn` are, and the mask is "
            "scaled already: `/ keep_prob`",
        ),
        wrong(
            "normal_above_and_scaled",
            "(rng.standard_normal(shape) > keep_prob) / keep_prob",
            "the random numbers are normally distributed, as those of `np.random.randn` are, what lies above "
            "keep_prob is kept, and the mask is scaled already: `/ keep_prob`",
        ),
        wrong(
            "one_row_for_all",
            "np.zeros(shape) + rng.random(shape[1:]) < keep_prob",
            "one mask is drawn and used for all examples, so that the same units are missing in each",
            (ALL,),
        ),
        wrong(
            "one_column_for_all",
            "np.zeros(shape) + rng.random((*shape[:-1], 1)) < keep_prob",
            "one number is drawn for each example, so that all its units are kept or dropped together",
            (ALL,),
        ),
        wrong(
            "one_row",
            "rng.random((1, *shape[1:])) < keep_prob",
            "one mask is drawn for all examples: its shape is `(1, n)`",
        ),
        wrong(
            "one_column",
            "rng.random((*shape[:-1], 1)) < keep_prob",
            "one number is drawn for each example: the shape is `(m, 1)`",
        ),
        wrong(
            "single_value",
            "rng.random() < keep_prob",
            "one number is drawn, and a single truth value is returned: `{}`",
        ),
        wrong(
            "one_axis",
            "rng.random(shape[0]) < keep_prob",
            "there is one number for each example, and not one for each of its units: `shape[0]`",
        ),
        wrong(
            "two_axes",
            "rng.random(shape[:2]) < keep_prob",
            "the mask has two axes, however many are asked for: `shape[0], shape[1]`",
            (MANY, FEW, DRAWS, ALL, OTHER),
            SLIP,
        ),
        wrong("transposed", "rng.random(shape[::-1]) < keep_prob", "rows and columns are swapped"),
        wrong(
            "not_compared",
            "rng.random(shape)",
            "the random numbers are returned themselves, and keep_prob decides nothing: `{}`",
        ),
        wrong(
            "minus_one",
            "np.where(rng.random(shape) < keep_prob, 1, -1)",
            "dropped units are marked by -1, which turns their sign in place of dropping them",
            (ALL,),
        ),
        wrong(
            "same_number_in_each_row",
            "rng.permuted(np.zeros(shape) + np.arange(shape[-1]) < round(keep_prob * shape[-1]), axis=-1)",
            "exactly the same number of units is kept in every example, as when they are shuffled or chosen "
            "without replacement, and none is kept independently of the others",
            (ALL,),
            SLIP,
        ),
        wrong(
            "same_number_in_all",
            "rng.permutation(np.arange(np.prod(shape)) < round(keep_prob * np.prod(shape))).reshape(shape)",
            "exactly the same number of units is kept in every mask, as when they are shuffled or chosen "
            "without replacement, and none is kept independently of the others",
            (MANY, FEW, ALL, THREE_AXES, OTHER),
            SLIP,
        ),
        wrong(
            "always_the_same",
            "np.random.default_rng(0).random(shape) < keep_prob",
            "a new generator is started with the same seed in every call, so that every mask is the same: "
            "`np.random.default_rng(0)`, or `np.random.seed(0)`",
            (MANY, FEW, ALL, THREE_AXES, OTHER),
            SLIP,
        ),
    ),
    equivalent={"return rng.random(shape) <= keep_prob": "of 2**53 numbers it keeps one more"},
    alternatives={
        "the others are dropped": """
            def sample_mask(shape, keep_prob, *, rng):
                return ~(rng.random(shape) >= keep_prob)
        """,
        "above one minus the probability": """
            def sample_mask(shape, keep_prob, *, rng):
                return (rng.uniform(size=shape) > 1 - keep_prob).astype(int)
        """,
        "binomial": """
            def sample_mask(shape, keep_prob, *, rng):
                return rng.binomial(1, keep_prob, size=shape)
        """,
        "choice": """
            def sample_mask(shape, keep_prob, *, rng):
                return rng.choice([True, False], size=shape, p=[keep_prob, 1 - keep_prob])
        """,
        "numpy's global generator": """
            def sample_mask(shape, keep_prob, *, rng):
                return (np.random.rand(*shape) < keep_prob).astype(np.float32)
        """,
        "loop, as a list": """
            def sample_mask(shape, keep_prob, rng):
                mask = [1 if rng.random() < keep_prob else 0 for _ in range(np.prod(shape))]
                return np.reshape(mask, shape).tolist()
        """,
        "rounded down": """
            def sample_mask(shape, keep_prob, *, rng):
                mask = np.floor(rng.random(shape) + keep_prob)
                return mask == 1.0
        """,
    },
)
