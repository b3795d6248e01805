from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.dropout.inputs import (
    keep_prob,
    low_keep_prob,
    mask,
    numbers,
    whole_numbers,
)
from autograder.exercises.dropout.scaling import EVERYTHING_KEPT
from autograder.exercises.dropout.sections import INVERTED


WHOLE = "whole numbers"
STEP, RETURN = "da * (a > 0) / keep_prob", "return X.T @ dz"


def hidden_layer_gradient(X: Any, W: Any, mask: Any, keep_prob: Any, da: Any) -> Any:
    """The gradient of a loss with respect to the weights of a layer of rectified units with dropout.

    It is what `autograder` compares with; `da` is the gradient with respect to the layer's output.
    """
    return X.T @ (da * mask / keep_prob * (X @ W > 0))


def layer(
    rng: np.random.Generator,
    m: int,
    k: int,
    n: int,
    keep_prob: float,
    draw: Callable[..., NDArray] = numbers,
) -> Call:
    """Units that are kept and dropped, both among those that are cut to zero and among the others."""
    while True:
        X, W, kept = draw(rng, m, k), draw(rng, k, n), mask(rng, m, n)
        positive = X @ W > 0
        if min(np.sum(one & other) for one in (kept, ~kept) for other in (positive, ~positive)) > 1:
            return call(X, W, kept, keep_prob, draw(rng, m, n))


def everything_kept(rng: np.random.Generator) -> Call:
    X, W, kept, _, da = layer(rng, 5, 3, 4, 1.0).args
    return call(X, W, np.ones_like(kept), 1.0, da)


def in_whole_numbers(rng: np.random.Generator) -> Call:
    """Inputs and gradients; weights have fractions."""
    m, k, n = 5, 3, 4

    def draw(rng: np.random.Generator, *shape: int) -> NDArray:
        return (numbers if shape == (k, n) else whole_numbers)(rng, *shape)

    return layer(rng, m, k, n, keep_prob(rng), draw)


def in_single_precision(rng: np.random.Generator, *shape: int) -> NDArray:
    return numbers(rng, *shape).astype(np.float32)


def wrong(
    name: str, step: str, message: str, passes: tuple[str, ...] = (), kind: str = "wrong_values"
) -> Wrong:
    return Wrong(name, {STEP: step}, f"{message}: `{step}`", passes=passes, kind=kind)


ALL_BUT_WHOLE = (
    "most units are kept",
    "few units are kept",
    EVERYTHING_KEPT,
    "one input",
    "more units",
    "single precision",
)

HIDDEN_LAYER_GRADIENT = exercise(
    solution="""
        def hidden_layer_gradient(X, W, mask, keep_prob, da):
            z = X @ W
            a = np.maximum(z, 0) * mask / keep_prob
            dz = da * (a > 0) / keep_prob
            return X.T @ dz
    """,
    broken={STEP: "da * (a > 0)"},
    broken_passes=(EVERYTHING_KEPT,),
    reference=hidden_layer_gradient,
    points=2,
    read=INVERTED,
    probes=(
        Probe("most units are kept", lambda rng: layer(rng, 5, 3, 4, keep_prob(rng))),
        Probe("few units are kept", lambda rng: layer(rng, 7, 2, 3, low_keep_prob(rng))),
        Probe(EVERYTHING_KEPT, everything_kept),
        Probe("one input", lambda rng: layer(rng, 9, 1, 3, keep_prob(rng))),
        Probe(WHOLE, in_whole_numbers),
        Probe("more units", lambda rng: layer(rng, 4, 3, 9, keep_prob(rng)), public=False),
        Probe(
            "single precision",
            lambda rng: layer(rng, 5, 3, 4, keep_prob(rng), in_single_precision),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "cut_to_whole_numbers",
            {STEP: f"({STEP}).astype(da.dtype)"},
            "of whole numbers the gradient of the units is cut to whole numbers, because it is stored in an "
            "array of their type: `np.zeros_like(da)`",
            passes=ALL_BUT_WHOLE,
            credit=SLIP,
        ),
        Wrong(
            "cut_in_the_end",
            {RETURN: "return (X.T @ dz).astype(X.dtype)"},
            "of whole numbers the gradient of the weights is cut to whole numbers: `.astype(X.dtype)`",
            passes=ALL_BUT_WHOLE,
            credit=SLIP,
        ),
        wrong(
            "multiplied",
            "da * (a > 0) * keep_prob",
            "the gradient is made smaller and not larger",
            (EVERYTHING_KEPT,),
        ),
        wrong(
            "divided_twice",
            "da * (a > 0) / keep_prob**2",
            "the gradient is divided by keep_prob twice",
            (EVERYTHING_KEPT,),
        ),
        wrong(
            "square_root",
            "da * (a > 0) / np.sqrt(keep_prob)",
            "the root of keep_prob divides the gradient",
            (EVERYTHING_KEPT,),
        ),
        wrong(
            "share_of_this_mask",
            "da * (a > 0) / np.mean(mask)",
            "the share that this one mask happens to keep stands for the probability",
            (EVERYTHING_KEPT,),
        ),
        wrong(
            "divided_by_the_rest",
            "da * (a > 0) / (1 - keep_prob)",
            "the gradient is divided by the probability of dropping",
            kind="not_finite",
        ),
        wrong(
            "not_masked",
            "da * (z > 0) / keep_prob",
            "units that are dropped have a gradient, although they do not reach the loss",
            (EVERYTHING_KEPT,),
        ),
        wrong(
            "neither_masked_nor_scaled",
            "da * (z > 0)",
            "dropout plays no part in the gradient",
            (EVERYTHING_KEPT,),
        ),
        wrong(
            "not_rectified",
            "da * mask / keep_prob",
            "units whose sum is negative have a gradient, although they are cut to zero",
        ),
        wrong(
            "neither_masked_nor_rectified",
            "da / keep_prob",
            "all units have a gradient, also those that are zero",
        ),
        wrong(
            "only_negative",
            "da * (z < 0) * mask / keep_prob",
            "the units that are cut to zero have the gradient",
        ),
        wrong(
            "the_others",
            "da * (z > 0) * (1 - mask) / keep_prob",
            "the units that are dropped have the gradient",
        ),
        wrong("activations", "da * a", "the activation stands for its derivative"),
        wrong("activations_scaled", "da * a / keep_prob", "the activation stands for its derivative"),
        Wrong(
            "mean_over_examples",
            {RETURN: "return X.T @ dz / len(X)"},
            "the gradient is a mean over the examples: `{}`",
        ),
        Wrong(
            "transposed",
            {RETURN: "return dz.T @ X"},
            "rows and columns of the gradient are swapped: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "of_the_inputs",
            {RETURN: "return dz @ W.T"},
            "the gradient is the one with respect to the inputs: `{}`",
            kind="wrong_shape",
        ),
    ),
    equivalent={
        "a = np.maximum(z, -1) * mask / keep_prob": "of the activations only the sign is used",
        "a = np.maximum(z, 0) * mask * keep_prob": "of the activations only the sign is used",
    },
    alternatives={
        "layer by layer": """
            def hidden_layer_gradient(X, W, mask, keep_prob, da):
                z = X @ W
                dh = da * mask / keep_prob
                dz = dh * (z > 0)
                return X.T @ dz
        """,
        "one factor, in place": """
            def hidden_layer_gradient(X, W, mask, keep_prob, da):
                factor = mask / keep_prob
                a = np.maximum(X @ W, 0) * factor
                dz = da * factor
                dz[a <= 0] = 0
                return X.T.dot(dz)
        """,
        "loop over the examples, as a list": """
            def hidden_layer_gradient(X, W, mask, keep_prob, da):
                dW = np.zeros(W.shape)
                for x, kept, d in zip(X, mask, da):
                    active = (x @ W > 0) & kept
                    dW += np.outer(x, np.where(active, d, 0))
                return (dW / keep_prob).tolist()
        """,
        "scaled at the end": """
            def hidden_layer_gradient(X, W, mask, keep_prob, da):
                z = X @ W
                return np.einsum("mk,mn->kn", X, da * (z > 0) * mask) / keep_prob
        """,
        "single precision at the end": """
            def hidden_layer_gradient(X, W, mask, keep_prob, da):
                alive = np.logical_and(X @ W > 0, mask)
                return (X.T @ np.where(alive, da / keep_prob, 0)).astype(np.float32)
        """,
    },
)
