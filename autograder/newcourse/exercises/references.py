"""The right functions. Students never see this file: it is not in what they get."""

import numpy as np


def softmax(x):
    """Probabilities from scores: positive, and of sum 1 in every row."""
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)
