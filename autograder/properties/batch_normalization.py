"""What the text of the seventh assignment allows as arguments."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def of_batchnorm_forward(arguments: Mapping[str, Any]) -> str | None:
    """What is not allowed about arguments of `batchnorm_forward`."""
    z, gamma, beta, eps = (arguments[name] for name in ("z", "gamma", "beta", "eps"))
    if np.ndim(z) != 2 or not np.size(z):
        return "`z` is a batch of shape (m, n), one example per row"
    if np.size(z) > 12:
        return "`z` holds 12 numbers at most"
    if np.shape(gamma) != np.shape(z)[1:] or np.shape(beta) != np.shape(z)[1:]:
        return "`gamma` and `beta` have one number for each column of `z`"
    if max(np.max(np.abs(each)) for each in (z, gamma, beta)) > 100:
        return "no number of `z`, `gamma` and `beta` is larger than 100"
    if np.ndim(eps) or not 0 < eps <= 1:
        return "`eps` is a number above 0, and at most 1"
    return None
