"""Learning rates and cycles on which formulas for schedules differ."""

import numpy as np


def bounds(rng: np.random.Generator) -> dict[str, float]:
    """A lowest rate well above zero and a highest one that is no simple multiple of it."""
    return {"lr_min": round(rng.uniform(0.11, 0.19), 3), "lr_max": round(rng.uniform(0.61, 0.89), 3)}


def whole_bounds(rng: np.random.Generator) -> dict[str, float]:
    """The same as whole numbers, whose difference is odd and no multiple of a step size of up to ten."""
    low = int(rng.integers(2, 5))
    return {"lr_min": low, "lr_max": low + int(rng.choice([11, 13, 17, 19]))}
