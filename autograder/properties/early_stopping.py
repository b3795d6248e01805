"""What the text of the fifth assignment allows as arguments."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def of_early_stopping_step(arguments: Mapping[str, Any]) -> str | None:
    """What is not allowed about arguments of `early_stopping_step`."""
    losses, patience = np.asarray(arguments["val_losses"]), arguments["patience"]
    if losses.ndim != 1 or not 1 <= losses.size <= 50:
        return "`val_losses` holds 1 to 50 numbers, one for each step"
    if not np.max(np.abs(losses)) <= 1000:
        return "no loss is larger than 1000"
    if np.ndim(patience) or patience != int(patience) or not 1 <= patience <= 50:
        return "`patience` is a whole number from 1 to 50"
    return None
