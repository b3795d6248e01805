"""What the text of the third assignment allows as arguments."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def of_cosine_restarts(arguments: Mapping[str, Any]) -> str | None:
    """What is not allowed about arguments of `cosine_restarts`."""
    if any(map(np.ndim, arguments.values())):
        return "every argument is a single number"
    for name, lowest, highest in (("t", 0, 300), ("T_0", 2, 100), ("T_mult", 1, 5)):
        if arguments[name] != int(arguments[name]) or not lowest <= arguments[name] <= highest:
            return f"`{name}` is a whole number from {lowest} to {highest}"
    if not 0 <= arguments["lr_min"] < arguments["lr_max"] <= 100:
        return "`lr_min` is 0 or more, and less than `lr_max`, which is 100 at most"
    return None
