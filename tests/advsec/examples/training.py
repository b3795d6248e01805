import numpy as np

from tests.advsec.examples import Example
from tests.advsec.examples.network import inputs, labels
from tests.advsec.examples.optimizers import OTHER_SHAPE, adam_state, step


EXAMPLES = {
    "adam_step_in_place": Example(
        step(adam_state, eps=1e-3),
        raises=OTHER_SHAPE
        | {
            "v must be a C-contiguous array, got 0.0": {"state": (0.0, 0.0, 0)},
            "lr must be a number, got array([0.1, 0.2])": {"lr": np.array([0.1, 0.2])},
            "beta1 must be in [0, 1), got 1.0": {"beta1": 1.0},
        },
        modifies=("w", "state"),
    ),
    "train": Example(
        lambda: (
            inputs()
            | {"y": labels(), "lr": 0.1, "n_epochs": 2, "batch_size": 4, "rng": np.random.default_rng(0)}
        ),
        raises={
            "batch_size must be in 1 .. 5, got 6": {"batch_size": 6},
            "patience must be an integer >= 1, got 0": {"patience": 0},
            "watch must be a mapping with the set val when patience is given, got None": {"patience": 2},
            "optimizer must be one of gd, momentum, rmsprop, adam, amsgrad, got 'sgd'": {"optimizer": "sgd"},
        },
    ),
}
