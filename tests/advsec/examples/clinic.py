import numpy as np

from advsec.clinic import FAULTS
from advsec.network import MLP
from tests.advsec.examples import Example, normal


NET = MLP((2, 3, 3, 2), activation="tanh", l2=0.1)
SENTENCE = "net must be a tanh network of two hidden layers of equal size, got (2, 3, 2)"

EXAMPLES = {
    "crossed_kinks": Example(
        lambda: {"net": MLP((2, 3, 2)), "theta": normal(4, 17), "X": normal(5, 2, seed=1), "eps": 0.1}
    ),
    "faulty_gradient": Example(
        lambda: {
            "net": NET, "theta": normal(4, NET.n_params), "X": normal(5, 2, seed=1),
            "y": np.array([0, 1, 1, 0, 1]), "fault": "sign of db3",
        },
        raises={
            f"fault must be one of {', '.join(FAULTS)}, got 'none'": {"fault": "none"},
            SENTENCE: {"net": MLP((2, 3, 2), activation="tanh")},
        },
    ),
}  # fmt: skip
