"""What a student's `softmax` is tried on, and what it may be instead."""

import numpy as np
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call

from .. import references

# The share of the points for a formula that is right but for one kind of input.
SLIP = 0.75


def row(rng, far):
    return np.append(rng.normal(0, 2, 3), far)


def rows(rng):
    return rng.normal(0, 2, (2, 3)) + np.array([[800], [-800]])


def one_row(call):
    """Without a second axis there is none to go wrong on."""
    return np.ndim(call.args[0]) == 1


SOFTMAX = exercise(
    solution="""
        def softmax(x):
            shifted = x - x.max(axis=-1, keepdims=True)
            powers = np.exp(shifted)
            return powers / powers.sum(axis=-1, keepdims=True)
    """,
    reference=references.softmax,
    points=4,
    probes=(
        Probe("a row of scores", lambda rng: call(rng.normal(0, 2, 4))),
        Probe("several rows", lambda rng: call(rng.normal(0, 2, (3, 4)))),
        Probe("large scores", lambda rng: call(rng.normal(800, 2, 4))),
        Probe("a score far below", lambda rng: call(row(rng, far=-800)), public=False),
        Probe("rows far apart", lambda rng: call(rows(rng)), public=False),
        Probe("a long row", lambda rng: call(rng.normal(0, 2, 50)), public=False),
    ),
    misconceptions=(
        Wrong(
            "not_shifted",
            {"x - x.max(axis=-1, keepdims=True)": "x"},
            "the exponential is taken of the scores as they are, which are too large: `np.exp(x)`",
            passes=(
                "a row of scores",
                "several rows",
                "a score far below",
                "a long row",
            ),
            credit=SLIP,
            kind="not_finite",
        ),
        Wrong(
            "sum_of_all",
            {"powers.sum(axis=-1, keepdims=True)": "powers.sum()"},
            "all rows together have the sum 1, and not every row: `{}`",
            passes=(one_row,),
            credit=SLIP,
        ),
        Wrong(
            "down_the_columns",
            {"powers.sum(axis=-1, keepdims=True)": "powers.sum(axis=0)"},
            "every column has the sum 1, and not every row: `{}`",
            passes=(one_row,),
            credit=SLIP,
        ),
        Wrong(
            "not_divided",
            {"powers / powers.sum(axis=-1, keepdims=True)": "powers"},
            "the exponentials are not divided by their sum: `{}`",
        ),
    ),
    alternatives={
        "a loop over the rows": """
            def softmax(x):
                rows = np.reshape(x, (-1, x.shape[-1]))
                powers = [np.exp(row - max(row)) for row in rows]
                return np.reshape([each / sum(each) for each in powers], x.shape)
        """,
        "by logarithms": """
            def softmax(x):
                return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))
        """,
        "in place": """
            def softmax(x):
                powers = np.array(x, dtype=float)
                powers -= powers.max(-1)[..., None]
                np.exp(powers, out=powers)
                powers /= powers.sum(-1)[..., None]
                return powers
        """,
        "by differences": """
            def softmax(x):
                with np.errstate(over="ignore"):
                    return 1 / np.exp(x[..., None, :] - x[..., :, None]).sum(axis=-1)
        """,
    },
)
