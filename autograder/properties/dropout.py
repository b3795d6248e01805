"""What the text of the sixth assignment allows as arguments."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def of_dropout_penalty(arguments: Mapping[str, Any]) -> str | None:
    """What is not allowed about arguments of `dropout_penalty`."""
    w, X, keep_prob = (arguments[name] for name in ("w", "X", "keep_prob"))
    if np.ndim(w) != 1 or not np.size(w):
        return "`w` is an array of shape (n,), with one weight or more"
    if np.ndim(X) != 2 or np.shape(X)[1] != np.size(w) or not np.size(X):
        return "`X` has one example or more in its rows, and a column for each weight"
    if max(np.max(np.abs(w)), np.max(np.abs(X))) > 1000:
        return "no number of `w` and of `X` is larger than 1000"
    if np.ndim(keep_prob) or not 0 < keep_prob < 1:
        return "`keep_prob` is a number above 0 and below 1"
    return None
