import numpy as np

from advsec.optimizers import Trace
from tests.advsec.examples import Example, normal


FLAT = {
    "labels must be an array of integers >= 0 of shape (M, m) with M >= 1, got [1, 2]": {"labels": [1, 2]}
}


def labels():
    return np.array([[0, 1, 2], [2, 1, 2], [2, 0, 1]])


EXAMPLES = {
    "take_snapshots": Example(
        lambda k=(3,): {"trace": Trace(normal(4, *k), normal(3), normal(3, *k)), "steps": [0, 2]},
        raises={"steps must be in 0 .. 2, got 3": {"steps": [3]}},
    ),
    "average_predictions": Example(
        lambda: {"probs": normal(3, 4, 2)},
        raises={
            "probs must be an array of shape (M, m, c) with M >= 1, got shape (3,)": {
                "probs": [1.0, 0.0, 0.0]
            }
        },
    ),
    "majority_vote": Example(lambda: {"labels": labels()}, raises=FLAT),
    "disagreement": Example(lambda: {"labels": labels()}, raises=FLAT, keeps_float32=False),
}
