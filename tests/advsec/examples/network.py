import numpy as np

from advsec.network import MLP
from tests.advsec.examples import Example, normal


NET = MLP((2, 3, 2), activation="tanh")
NORMALISED = MLP((2, 3, 2), activation="tanh", batchnorm=True)


def theta(net=NET):
    return normal(4, net.n_params)


def inputs():
    return {"net": NET, "theta": theta(), "X": normal(5, 2, seed=1)}


def labels():
    return np.array([0, 1, 1, 0, 1])


FEW_LABELS = {"y.shape must be (..., 2), one label per example, got (1,)": {"y": [0]}}
WRONG_LABELS = {"y must be labels in 0 .. 1, got [0, 2]": {"y": [0, 2]}} | FEW_LABELS


FLAT = {"probabilities.shape must be (..., m, c), got (2,)": {"probabilities": [0.5, 0.5]}}


def pair(name, sentences):
    """The same wrong arguments, with two examples beside them."""
    return {sentence: wrong | {name: np.full((2, 2), 0.5)} for sentence, wrong in sentences.items()}


EXAMPLES = {
    "init_params": Example(
        lambda: {"net": NET, "rng": np.random.default_rng(0), "n_seeds": 4, "dtype": np.float32}
    ),
    "sample_masks": Example(
        lambda: {"net": MLP((2, 3, 2), keep_prob=0.7), "shape": (4, 5), "rng": np.random.default_rng(0)}
    ),
    "predict": Example(
        inputs,
        raises={
            "X.shape must be (..., m, 2), got (4, 3)": {"X": np.ones((4, 3))},
            "theta.shape must be (..., 17), got (12,)": {"theta": np.ones(12)},
        },
        analytic=True,
    ),
    "activations": Example(inputs, analytic=True),
    "batch_statistics": Example(
        lambda: {"net": NORMALISED, "theta": theta(NORMALISED), "X": normal(5, 2, seed=1)}, analytic=True
    ),
    "loss": Example(lambda: inputs() | {"y": labels()}, raises=pair("X", WRONG_LABELS), analytic=True),
    "loss_and_gradient": Example(lambda: inputs() | {"y": labels()}, raises=pair("X", WRONG_LABELS)),
    "cross_entropy": Example(
        lambda: {"probabilities": normal(5, 2) ** 2, "y": labels()},
        raises=pair("probabilities", WRONG_LABELS) | FLAT,
    ),
    "error_rate": Example(
        lambda: {"probabilities": normal(5, 2) ** 2, "y": labels()},
        raises=pair("probabilities", FEW_LABELS) | FLAT,
        keeps_float32=False,
    ),
}
