import numpy as np

from advsec.lr_search import RangeTest
from tests.advsec.examples import Example, normal


def result():
    losses = np.array([1.0, 0.9, 0.2, 0.8])
    return RangeTest(np.array([0.01, 0.1, 1.0, 10.0]), losses, losses.copy(), None)


one = np.ones(1)

# A learning rate is a number of its own, whatever the precision of the weights.
EXAMPLES = {
    "lr_range_test": Example(
        lambda: {
            "step": lambda w, state, lr: (w - lr * 2 * w, state),
            "val_loss": lambda w: (w**2).sum(),
            "w0": normal(3),
            "state0": (normal(3), 0),
            "lrs": np.array([0.1, 0.2, 0.4, 4.0, 8.0]),
        },
        raises={
            "beta must be in [0, 1), got 1.0": {"beta": 1.0},
            "diverge_factor must be > 1, got 1.0": {"diverge_factor": 1.0},
            "lrs must be an array of rising numbers > 0, got [0.1, 0.1]": {"lrs": [0.1, 0.1]},
        },
        keeps_float32=False,
    ),
    "suggest_lr": Example(
        lambda: {"result": result()},
        raises={
            "rule must be one of steepest, min_over_10, got 'valley'": {"rule": "valley"},
            "result must be a test of at least 2 rates, got 1": {"result": (one, one, one, None)},
        },
    ),
    "suggest_bounds": Example(
        lambda: {"result": result()},
        raises={
            "result must be a test whose smoothed loss falls, got [1.0]": {"result": (one, one, one, None)},
        },
    ),
}
