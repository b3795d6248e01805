import functools
from typing import Any

import numpy as np

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.dropout.inputs import (
    keep_prob,
    low_keep_prob,
    mask,
    numbers,
    single_precision,
    whole_numbers_for,
)
from autograder.exercises.dropout.scaling import EVERYTHING_KEPT, scaling
from autograder.exercises.dropout.sections import INVERTED


@functools.wraps(dropout.dropout_forward)
def dropout_forward(a: Any, mask: Any, keep_prob: Any) -> tuple[Any, Any]:
    """The reference, with what a student would keep for the backward pass."""
    a_drop, _ = dropout.dropout_forward(a, mask, keep_prob)
    return a_drop, (mask, keep_prob)


def of_shape(rng: np.random.Generator, *shape: int) -> Call:
    return call(numbers(rng, *shape), mask(rng, *shape), keep_prob(rng))


def of_whole_numbers(rng: np.random.Generator) -> Call:
    kept = mask(rng, 4, 5)
    return call(whole_numbers_for(rng, kept), kept, keep_prob(rng))


FEW_KEPT, ONE_EXAMPLE = "few units are kept", "one example"
OTHERS = ("most units are kept", FEW_KEPT, ONE_EXAMPLE, "whole numbers", "three axes", "single precision")

DROPOUT_FORWARD = exercise(
    solution="""
        def dropout_forward(a, mask, keep_prob):
            a_drop = a * mask / keep_prob
            cache = mask, keep_prob
            return a_drop, cache
    """,
    reference=dropout_forward,
    points=2,
    read=INVERTED,
    probes=(
        Probe("most units are kept", lambda rng: of_shape(rng, 4, 6), own=(1,)),
        Probe(
            FEW_KEPT,
            lambda rng: call(numbers(rng, 6, 4), mask(rng, 6, 4), low_keep_prob(rng)),
            own=(1,),
        ),
        Probe(ONE_EXAMPLE, lambda rng: of_shape(rng, 7), own=(1,)),
        Probe(
            EVERYTHING_KEPT,
            lambda rng: call(numbers(rng, 3, 5), np.ones((3, 5), dtype=bool), 1.0),
            own=(1,),
        ),
        Probe("whole numbers", of_whole_numbers, own=(1,)),
        Probe("three axes", lambda rng: of_shape(rng, 3, 4, 5), public=False, own=(1,)),
        Probe(
            "single precision",
            lambda rng: call(single_precision(rng, 4, 5), mask(rng, 4, 5), keep_prob(rng)),
            public=False,
            own=(1,),
        ),
    ),
    misconceptions=(
        *scaling("a", OTHERS),
        Wrong(
            "mask_added",
            {"a * mask / keep_prob": "a + mask / keep_prob"},
            "the mask is added to the activations, which are not multiplied by it: `a + mask`",
        ),
        Wrong(
            "mask_taken_away",
            {"a * mask / keep_prob": "a - mask / keep_prob"},
            "the mask is taken away from the activations, which are not multiplied by it: `a - mask`",
        ),
        Wrong(
            "only_the_activations",
            {"return a_drop, cache": "return a_drop"},
            "only the activations are returned, without what the backward pass needs: `{}`",
            credit=SLIP,
            kind="wrong_type",
        ),
        Wrong(
            "cache_first",
            {"return a_drop, cache": "return cache, a_drop"},
            "the two values are returned in the other order: `{}`",
            kind="wrong_type",
        ),
    ),
    alternatives={
        "the factor as the cache": """
            def dropout_forward(a, mask, keep_prob):
                factor = np.where(mask, 1 / keep_prob, 0.0)
                return factor * a, factor
        """,
        "loop, with a dictionary": """
            def dropout_forward(a, mask, keep_prob):
                a_drop = np.zeros(a.shape)
                for place in np.ndindex(a.shape):
                    if mask[place]:
                        a_drop[place] = a[place] / keep_prob
                return a_drop, {"mask": mask, "keep_prob": keep_prob}
        """,
        "in place on a copy": """
            def dropout_forward(a, mask, keep_prob):
                out = a.astype(float)
                out *= mask
                out /= keep_prob
                out[~mask] = 0
                return [out, [a, mask, keep_prob, None]]
        """,
        "lists": """
            def dropout_forward(a, mask, keep_prob):
                return (a * (mask.astype(int) / keep_prob)).tolist(), mask.tolist()
        """,
        "nothing kept for later": """
            def dropout_forward(a, mask, keep_prob):
                return np.divide(np.multiply(a, mask), keep_prob), None
        """,
        "single precision": """
            def dropout_forward(a, mask, keep_prob):
                factor = mask.astype(np.float32) / np.float32(keep_prob)
                return a.astype(np.float32) * factor, (factor,)
        """,
    },
)
