import numpy as np

from tests.advsec.examples import Example, normal


def mean_model(X, y, X_test):
    return np.full(len(X_test), y.mean(), dtype=y.dtype)


def estimates(k=(3,)):
    return {"estimates": normal(5, *k), "truth": normal(*k, seed=1)}


OTHER_SHAPE = {
    "truth.shape must be (), the shape of one estimate, got (2,)": {
        "estimates": normal(5),
        "truth": np.ones(2),
    }
}
FEW_TARGETS = {"y.shape must be (5, ...), one row per row of X, got (4,)": {"y": np.ones(4)}}

EXAMPLES = {
    "sample_variance": Example(
        lambda k=(3,): {"x": normal(5, *k)},
        raises={"x.shape must be (m, ...) with m >= 2, got (1,)": {"x": np.ones(1), "unbiased": True}},
        analytic=True,
    ),
    "bias": Example(estimates, raises=OTHER_SHAPE, analytic=True),
    "variance": Example(
        lambda k=(3,): {"estimates": normal(5, *k)},
        raises={"estimates.shape must be (m, ...) with m >= 1, got (0,)": {"estimates": []}},
        analytic=True,
    ),
    "mse": Example(estimates, raises=OTHER_SHAPE, analytic=True),
    "decompose": Example(
        lambda: {"predictions": normal(5, 2), "y": normal(2, seed=1), "noise": 0.5},
        raises={
            "y.shape must be (2,), the shape of one row of predictions, got (3,)": {"y": np.ones(3)},
            "noise must be >= 0, got -1": {"noise": -1},
        },
    ),
    "bootstrap_predictions": Example(
        lambda: {
            "fit_predict": mean_model,
            "X": normal(5, 2),
            "y": normal(5, seed=1),
            "X_test": normal(3, 2, seed=2),
            "n_rounds": 4,
            "rng": np.random.default_rng(0),
        },
        raises=FEW_TARGETS | {"n_rounds must be an integer >= 1, got 0": {"n_rounds": 0}},
    ),
    "k_fold_indices": Example(
        lambda: {"m": 5, "k": 2, "rng": np.random.default_rng(0)},
        raises={"m must be an integer >= 2, got 1": {"m": 1}, "k must be in 2 .. 5, got 6": {"k": 6}},
    ),
    "cross_validation_error": Example(
        lambda: {
            "fit_predict": mean_model,
            "X": normal(5, 2),
            "y": normal(5, seed=1),
            "folds": [([0, 1, 2], [3, 4]), ([3, 4], [0, 1, 2])],
        },
        raises=FEW_TARGETS
        | {"folds must be pairs (train, val) of row numbers, at least one, got []": {"folds": []}},
    ),
    "diagnose": Example(
        lambda: {"human_error": 0.01, "train_error": 0.1, "val_error": 0.3},
        raises={"threshold must be >= 0, got -1": {"threshold": -1}},
    ),
    "early_stopping_step": Example(
        lambda: {"val_losses": normal(9), "patience": 2},
        raises={
            "patience must be an integer >= 1, got 0": {"patience": 0},
            "min_delta must be >= 0, got -1": {"min_delta": -1},
            "val_losses.shape must be (T,), got ()": {"val_losses": 1.0},
        },
    ),
}
