"""What losses may be, of which a function says when training stops."""

from typing import Any

import numpy as np


def of_early_stopping(val_losses: Any, patience: Any) -> str | None:
    """What the text of the exercise does not allow."""
    losses = np.asarray(val_losses)
    if losses.ndim != 1 or not 1 <= losses.size <= 50 or losses.dtype.kind not in "iuf":
        return "`val_losses` holds 1 to 50 numbers in one row"
    if not np.isfinite(losses).all() or np.abs(losses).max() > 1000:
        return "no loss is larger than 1000"
    if not isinstance(patience, int) or isinstance(patience, bool) or not 1 <= patience <= 50:
        return "`patience` is a whole number from 1 to 50"
    return None
