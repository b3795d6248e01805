import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Earlier, GradientOf, Probe, call
from autograder.exercises.dropout.dropout_forward import dropout_forward
from autograder.exercises.dropout.inputs import keep_prob, low_keep_prob, mask, numbers, whole_numbers_for
from autograder.exercises.dropout.scaling import EVERYTHING_KEPT, scaling
from autograder.exercises.dropout.sections import INVERTED


@functools.wraps(dropout.dropout_backward)
def dropout_backward(da: Any, cache: Any) -> Any:
    """The reference, for the cache of ours."""
    mask, keep_prob = cache
    return dropout.dropout_backward(da, np.asarray(mask) / keep_prob)


def fractions_for(rng: np.random.Generator, mask: NDArray) -> NDArray:
    return numbers(rng, *mask.shape)


def there_and_back(
    rng: np.random.Generator,
    mask: NDArray,
    keep_prob: float,
    drawn: Callable[[np.random.Generator, NDArray], NDArray] = fractions_for,
) -> tuple[Call, Call]:
    """A gradient goes back through the mask that the student's own forward pass has kept.

    Each activation has the sign of its gradient. So it is known when the sign of what came out is taken for
    the mask, and some of what is kept is negative.
    """
    while True:
        da = drawn(rng, mask)
        if (mask & (da < 0)).any():
            a = abs(drawn(rng, mask)) * np.sign(da)
            return call(a, mask, keep_prob, function="dropout_forward"), call(da, Earlier(0, 1))


def of_shape(rng: np.random.Generator, *shape: int) -> tuple[Call, Call]:
    return there_and_back(rng, mask(rng, *shape), keep_prob(rng))


def in_single_precision(rng: np.random.Generator) -> tuple[Call, Call]:
    forward, backward = of_shape(rng, 4, 5)
    (a, *rest), (da, cache) = forward.args, backward.args
    return replace(forward, args=(np.float32(a), *rest)), replace(backward, args=(np.float32(da), cache))


FEW_KEPT, ONE_EXAMPLE = "few units are kept", "one example"
OTHERS = ("most units are kept", FEW_KEPT, ONE_EXAMPLE, "whole numbers", "three axes", "single precision")

DROPOUT_BACKWARD = exercise(
    solution="""
        def dropout_backward(da, cache):
            mask, keep_prob = cache
            return da * mask / keep_prob
    """,
    reference=dropout_backward,
    beside={"dropout_forward": dropout_forward},
    gradient_of=GradientOf("dropout_forward", wrt=(0,)),
    points=3,
    read=INVERTED,
    probes=(
        Probe("most units are kept", lambda rng: of_shape(rng, 4, 6)),
        Probe(FEW_KEPT, lambda rng: there_and_back(rng, mask(rng, 6, 4), low_keep_prob(rng))),
        Probe(ONE_EXAMPLE, lambda rng: of_shape(rng, 7)),
        Probe(EVERYTHING_KEPT, lambda rng: there_and_back(rng, np.ones((3, 5), dtype=bool), 1.0)),
        Probe(
            "whole numbers",
            lambda rng: there_and_back(rng, mask(rng, 4, 5), keep_prob(rng), whole_numbers_for),
        ),
        Probe("three axes", lambda rng: of_shape(rng, 3, 4, 5), public=False),
        Probe("single precision", in_single_precision, public=False),
    ),
    misconceptions=(
        *scaling("da", OTHERS),
        Wrong(
            "output_above_zero",
            {"da * mask / keep_prob": "da * (da > 0) * mask / keep_prob"},
            "units that are kept and negative get no gradient, as it happens when the sign of the output is "
            "taken for the mask: `a_drop > 0`",
        ),
        Wrong(
            "output_above_zero_and_not_scaled",
            {"da * mask / keep_prob": "da * (da > 0) * mask"},
            "the sign of the output is taken for the mask, so that negative units get no gradient, and "
            "nothing is scaled: `da * (a_drop > 0)`",
        ),
        Wrong(
            "in_a_tuple",
            {"return ": "return cache, "},
            "the cache is returned as well, where the gradient alone is asked: `return cache, da`",
            kind="wrong_type",
        ),
    ),
    alternatives={
        "the factor": """
            def dropout_backward(da, cache):
                factor = np.asarray(cache[0]) * (1 / cache[1])
                return np.multiply(factor, da)
        """,
        "loop": """
            def dropout_backward(da, cache):
                mask, keep_prob = cache
                gradient = np.zeros(da.shape)
                for place in np.ndindex(da.shape):
                    gradient[place] = da[place] / keep_prob if mask[place] else 0
                return gradient
        """,
        "in place on a copy": """
            def dropout_backward(da, cache):
                mask, keep_prob = cache
                da = np.array(da, dtype=float)
                da[~mask] = 0
                da /= keep_prob
                return da
        """,
        "lists": """
            def dropout_backward(da, cache):
                return np.where(cache[0], da / cache[1], 0).tolist()
        """,
        "single precision": """
            def dropout_backward(da, cache):
                mask, keep_prob = cache
                return da.astype(np.float32) * mask.astype(np.float32) / np.float32(keep_prob)
        """,
    },
)
