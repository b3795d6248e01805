import numpy as np

from tests.advsec.examples import Example


NAMES = "breast_cancer, digits, iris, wine, diabetes"

EXAMPLES = {
    "load": Example(
        lambda: {"name": "iris", "n_train": 40, "dtype": np.float32},
        raises={
            f"name must be one of {NAMES}, got 'mnist'": {"name": "mnist"},
            "scale must be one of standard, unit, raw, got 'minmax'": {"scale": "minmax"},
            "val_share must be in [0, 1), got -0.1": {"val_share": -0.1},
            "val_share + test_share must be < 1, got 1.25": {"val_share": 0.5, "test_share": 0.75},
            "n_train must be in 1 .. 90, got 91": {"n_train": 91},
        },
    ),
    "with_label_noise": Example(
        lambda: {
            "y": np.arange(9) % 3,
            "share": 0.5,
            "n_classes": 3,
            "rng": np.random.default_rng(0),
        },
        raises={
            "share must be in [0, 1], got 1.5": {"share": 1.5},
            "n_classes must be an integer >= 2, got 1": {"n_classes": 1},
            "y.shape must be (m,), got ()": {"y": 1},
        },
    ),
}
