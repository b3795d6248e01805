"""What the text of the second assignment allows as arguments."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def of_adam_path(arguments: Mapping[str, Any]) -> str | None:
    """What is not allowed about arguments of `adam_path`."""
    w, dws = arguments["w"], arguments["dws"]
    if np.ndim(w) == 0 or not np.size(w):
        return "`w` is an array of one weight or more"
    if np.shape(dws)[1:] != np.shape(w) or not len(dws):
        return "`dws` holds one gradient or more, each of the shape of `w`"
    if np.max(np.abs(w)) > 100 or np.max(np.abs(dws)) > 100:
        return "no number of `w` and of `dws` is larger than 100"
    return _numbers(arguments)


def _numbers(arguments: Mapping[str, Any]) -> str | None:
    for name, low, high in (("lr", 0.001, 10), ("beta1", 0, 0.999), ("beta2", 0, 0.999), ("eps", 1e-8, 1)):
        if np.ndim(arguments[name]) or not low <= arguments[name] <= high:
            return f"`{name}` is a number from {low} to {high}"
    return None
