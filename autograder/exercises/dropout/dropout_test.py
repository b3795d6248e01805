import numpy as np

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.dropout.inputs import (
    keep_prob,
    low_keep_prob,
    numbers,
    single_precision,
    whole_numbers,
)
from autograder.exercises.dropout.sections import DIRECT, INVERTED
from autograder.exercises.slips import fractions


INVERTED_RESULT, DIRECT_RESULT = "a if inverted", "else keep_prob * a"


def both_ways(a: np.ndarray, keep_prob: float) -> tuple[Call, ...]:
    """A network that was trained with inverted dropout, and one with direct dropout."""
    return call(a, keep_prob), call(a, keep_prob, inverted=False), call(a, keep_prob, inverted=True)


# The exercise is named so by its function; it is no test of ours.
DROPOUT_TEST = exercise(
    solution="""
        def dropout_test(a, keep_prob, *, inverted=True):
            return a if inverted else keep_prob * a
    """,
    reference=dropout.dropout_test,
    points=1,
    read=DIRECT,
    probes=(
        Probe("most units were kept", lambda rng: both_ways(numbers(rng, 3, 5), keep_prob(rng))),
        Probe("few units were kept", lambda rng: both_ways(numbers(rng, 4), low_keep_prob(rng))),
        Probe("one unit", lambda rng: both_ways(numbers(rng, 4, 1), keep_prob(rng))),
        Probe("whole numbers", lambda rng: both_ways(whole_numbers(rng, 3, 4), keep_prob(rng))),
        Probe("three axes", lambda rng: both_ways(numbers(rng, 2, 3, 4), keep_prob(rng)), public=False),
        Probe(
            "single precision",
            lambda rng: both_ways(single_precision(rng, 3, 4), keep_prob(rng)),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "always_scaled",
            {INVERTED_RESULT: "keep_prob * a if inverted"},
            "the activations are made smaller after inverted dropout as well, which has scaled them during "
            "training: `keep_prob * a`",
            read=INVERTED,
        ),
        Wrong(
            "never_scaled",
            {DIRECT_RESULT: "else a"},
            "the activations stay as they are after direct dropout as well, so that the next layer gets more "
            "than it was trained with: `return a`",
        ),
        Wrong(
            "swapped",
            {INVERTED_RESULT: "keep_prob * a if inverted", DIRECT_RESULT: "else a"},
            "the two cases are swapped: `{}`",
        ),
        Wrong(
            "direct_divides",
            {DIRECT_RESULT: "else a / keep_prob"},
            "the activations are made larger after direct dropout, although more units are there than "
            "during training: `a / keep_prob`",
        ),
        Wrong(
            "inverted_divides",
            {INVERTED_RESULT: "a / keep_prob if inverted"},
            "the activations are divided by keep_prob after inverted dropout, which training has done "
            "already: `a / keep_prob`",
            read=INVERTED,
        ),
        Wrong(
            "inverted_divides_and_direct_does_nothing",
            {INVERTED_RESULT: "a / keep_prob if inverted", DIRECT_RESULT: "else a"},
            "the scale of inverted dropout during training is applied at test time, and direct dropout is "
            "not scaled at all: `a / keep_prob`",
            read=INVERTED,
        ),
        Wrong(
            "both_divide",
            {INVERTED_RESULT: "a / keep_prob if inverted", DIRECT_RESULT: "else a / keep_prob"},
            "the activations are divided by keep_prob in both cases: `a / keep_prob`",
        ),
        Wrong(
            "share_that_is_dropped",
            {DIRECT_RESULT: "else (1 - keep_prob) * a"},
            "keep_prob is taken for the probability of dropping: `(1 - keep_prob) * a`",
        ),
        Wrong(
            "direct_divides_by_the_rest",
            {DIRECT_RESULT: "else a / (1 - keep_prob)"},
            "the activations are divided by the probability of dropping: `a / (1 - keep_prob)`",
        ),
        Wrong(
            "square_root",
            {DIRECT_RESULT: "else np.sqrt(keep_prob) * a"},
            "the second moment is kept in place of the mean: `np.sqrt(keep_prob) * a`",
        ),
        Wrong(
            "direct_is_zero",
            {DIRECT_RESULT: "else 0 * a"},
            "nothing is left of the activations after direct dropout",
        ),
        Wrong(
            "only_the_factor",
            {"return a if inverted else keep_prob * a": "return 1.0 if inverted else keep_prob"},
            "the factor is returned, and the activations are not multiplied by it",
            kind="wrong_shape",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {DIRECT_RESULT: "else (keep_prob * a).astype(a.dtype)"},
            "of whole numbers the activations are cut to whole numbers, because they are stored in an array "
            "of their type: `np.zeros_like(a)`",
            passes=(fractions,),
            credit=SLIP,
        ),
    ),
    alternatives={
        "if and else": """
            def dropout_test(a, keep_prob, *, inverted=True):
                if inverted:
                    return a.copy()
                return np.multiply(a, keep_prob)
        """,
        "a factor": """
            def dropout_test(a, keep_prob, *, inverted=True):
                scale = {True: 1.0, False: keep_prob}[bool(inverted)]
                return scale * a
        """,
        "the mean over what may happen": """
            def dropout_test(a, keep_prob, inverted=True):
                kept = a / keep_prob if inverted else a
                return keep_prob * kept + (1 - keep_prob) * 0
        """,
        "in place on a copy, as a list": """
            def dropout_test(a, keep_prob, *, inverted=True):
                a = np.array(a, dtype=float)
                if not inverted:
                    a *= keep_prob
                return a.tolist()
        """,
        "single precision": """
            def dropout_test(a, keep_prob, *, inverted=True):
                return a.astype(np.float32) * np.float32(1 if inverted else keep_prob)
        """,
    },
)
