"""What the text of the first assignment allows as arguments."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def of_ewma(arguments: Mapping[str, Any]) -> str | None:
    """What is not allowed about arguments of `ewma`."""
    x, beta, init = (arguments[name] for name in ("x", "beta", "init"))
    if np.ndim(x) == 0 or not np.size(x):
        return "`x` is a series of one observation or more"
    if np.max(np.abs(x)) > 1000 or np.max(np.abs(init)) > 1000:
        return "no number of `x` and of `init` is larger than 1000"
    if np.ndim(beta) or not 0 <= beta <= 0.99:
        return "`beta` is a number from 0 to 0.99"
    if np.ndim(init) and np.shape(init) != np.shape(x)[1:]:
        return "`init` is a number, or one number for each column of `x`"
    return None
