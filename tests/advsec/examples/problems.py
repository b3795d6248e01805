import numpy as np

from tests.advsec.examples import Example, normal


ONE_COORDINATE = {"d must be an integer >= 2, got 1": {"d": 1}}


def symmetric():
    A = normal(3, 3)
    return A + A.T


def wilson_like():
    return {"X": np.array([[1.0, 1.0, 1.0, 0.0], [-1.0, 1.0, 0.0, 1.0]]), "y": np.array([1.0, -1.0])}


# A problem is two functions, checked in test_problems.py; what is made from numbers has no precision to keep.
EXAMPLES = {
    "quadratic": Example(
        lambda: {"H": symmetric(), "minimum": normal(3)},
        raises={
            "H must be a symmetric matrix, got [[1.0, 2.0]]": {"H": [[1.0, 2.0]]},
            "minimum.shape must be (3,), got (2,)": {"minimum": np.ones(2)},
        },
    ),
    "ill_conditioned": Example(
        lambda: {"d": 3, "rotation": np.eye(3)},
        raises=ONE_COORDINATE
        | {"condition must be >= 1, got 0.5": {"condition": 0.5}}
        | {"rotation.shape must be (3, 3), got (2, 2)": {"rotation": np.eye(2)}},
    ),
    "random_rotation": Example(lambda: {"d": 3, "rng": np.random.default_rng(0)}, keeps_float32=False),
    "saddle": Example(dict, keeps_float32=False),
    "rosenbrock": Example(lambda: {"d": 3}, raises=ONE_COORDINATE, keeps_float32=False),
    "reddi_gradient": Example(
        lambda: {"t": np.arange(1, 8)},
        raises={
            "C must be > 2, got 2.0": {"C": 2.0},
            "t must be an integer >= 1 or an array of them, got 0": {"t": 0},
        },
        keeps_float32=False,
    ),
    "average_regret": Example(
        lambda: {"x": normal(4), "dx": normal(4, seed=1)},
        raises={"dx must be an array of the shape (2,) of x, got shape (3,)": {"x": [1, 1], "dx": [3, 1, 1]}},
    ),
    "least_squares": Example(
        lambda: {"X": normal(4, 3), "y": normal(4)},
        raises={
            "X.shape must be (m, d), got (2,)": {"X": np.ones(2)},
            "y must be an array of shape (2,), one target per row of X, got shape (3,)": {
                "X": np.eye(2),
                "y": np.ones(3),
            },
        },
    ),
    "wilson_data": Example(
        lambda: {"n_positive": 3, "n_negative": 2},
        raises={
            "n_negative must be an integer >= 1, got 0": {"n_negative": 0},
            "n_positive must be an integer > n_negative = 20, got 20": {"n_positive": 20, "n_negative": 20},
        },
        keeps_float32=False,
    ),
    "wilson_solutions": Example(
        wilson_like,
        raises={
            "y.shape must be (2,), one label per row of X, got (3,)": {"X": np.eye(2), "y": np.ones(3)},
            "X must be such that y * (X sign(X' y)) is one number > 0, got (1.0, 2.0)": {
                "X": np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]),
                "y": np.ones(2),
            },
        },
    ),
    "linear_chain": Example(dict),
    "chain_terms": Example(
        lambda: {"w": normal(3), "change": normal(3, seed=1)},
        raises={
            "change must be an array of the shape (2,) of w, got shape (3,)": {
                "w": np.ones(2),
                "change": np.ones(3),
            }
        },
        analytic=True,
    ),
}
