import numpy as np

from tests.advsec.examples import Example, normal


def unit():
    return {"w": normal(3), "x": normal(3, seed=1), "keep_prob": 0.7}


def mask():
    return normal(2, 3, seed=2) > 0


NEVER_KEPT = {"keep_prob must be in (0, 1], got 0": {"keep_prob": 0}}
OTHER_SHAPE = {"x.shape must be (3,), the shape of w, got (2,)": {"x": np.ones(2)}}

EXAMPLES = {
    "sample_mask": Example(
        lambda: {"shape": (2, 3), "keep_prob": 0.7, "rng": np.random.default_rng(0)},
        raises=NEVER_KEPT | {"shape must be an integer >= 0, got -1": {"shape": -1}},
    ),
    "dropout_forward": Example(
        lambda: {"a": normal(2, 3), "mask": mask(), "keep_prob": 0.7},
        raises={
            "keep_prob must be in (0, 1], got 1.5": {"keep_prob": 1.5},
            "mask.shape must be broadcastable to (2, 3), the shape of a, got (2,)": {"mask": [True, False]},
        },
    ),
    "dropout_backward": Example(
        lambda: {"da": normal(2, 3), "cache": mask() * np.float32(0.7)},
        raises={
            "cache.shape must be broadcastable to (2, 3), the shape of da, got (2,)": {"cache": np.ones(2)}
        },
        analytic=True,
    ),
    "dropout_test": Example(
        lambda: {"a": normal(2, 3), "keep_prob": 0.7, "inverted": False}, raises=NEVER_KEPT, analytic=True
    ),
    "all_masks": Example(lambda: {"n": 3}, raises={"n must be in 0 .. 22, got 23": {"n": 23}}),
    "mask_probabilities": Example(
        lambda: {"masks": mask(), "keep_prob": 0.7},
        raises=NEVER_KEPT | {"masks.shape must be (M, n), got ()": {"masks": True}},
        keeps_float32=False,
    ),
    "nwgm": Example(
        lambda: {"a": 1 / (1 + np.exp(-normal(3))), "prob": np.array([0.2, 0.3, 0.5])},
        raises={
            "a must be strictly between 0 and 1, got [0.5, 1.0]": {"a": [0.5, 1.0], "prob": [0.5, 0.5]},
            "prob.shape must be (2,), the shape of a, got (1,)": {"a": [0.5, 0.5], "prob": [1.0]},
        },
    ),
    "nwgm_logistic": Example(lambda: unit() | {"b": 0.5}, raises=NEVER_KEPT | OTHER_SHAPE),
    "linear_dropout_error": Example(lambda: unit() | {"y": 1.0}, raises=NEVER_KEPT | OTHER_SHAPE),
    "dropout_penalty": Example(
        lambda: {"w": normal(2), "X": normal(4, 2, seed=1), "keep_prob": 0.7},
        raises=NEVER_KEPT | {"X.shape must be (m, 2), got (4, 3)": {"X": np.ones((4, 3))}},
    ),
    "dropout_ridge": Example(
        lambda: {"X": normal(5, 2), "y": normal(5, seed=1), "keep_prob": 0.7},
        raises=NEVER_KEPT
        | {
            "y.shape must be (5,), one number per row of X, got (4,)": {"y": np.ones(4)},
            "X.shape must be (m, n), got (5,)": {"X": np.ones(5)},
        },
    ),
    "logistic_dropout_gradient": Example(lambda: unit() | {"y": 1.0}, raises=NEVER_KEPT | OTHER_SHAPE),
    "deep_average": Example(
        lambda: {
            "weights": [normal(3, 2), normal(2, 1, seed=1)],
            "x": normal(3, seed=2),
            "keep_prob": 0.7,
        },
        raises=NEVER_KEPT
        | {
            "weights must be of at most 20 rows in total, got 30": {
                "weights": [np.ones((30, 1))],
                "x": np.ones(30),
            },
            "weights must be of shapes that fit x and each other, got [(2,), (3, 1)]": {
                "weights": [np.ones((3, 1))],
                "x": np.ones(2),
            },
        },
    ),
    "softmax_average": Example(
        lambda: {"a": normal(2, 3), "W": normal(3, 4, seed=1), "b": normal(4, seed=2), "keep_prob": 0.7},
        raises=NEVER_KEPT
        | {
            "W.shape must be (3, c), got (2, 4)": {"W": np.ones((2, 4))},
            "b.shape must be (4,), got (3,)": {"b": np.ones(3)},
            "a.shape must be (m, n), got (3,)": {"a": np.ones(3)},
        },
    ),
}
