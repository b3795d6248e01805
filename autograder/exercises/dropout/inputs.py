"""Inputs on which formulas for dropout differ."""

import numpy as np
from numpy.typing import NDArray


def numbers(rng: np.random.Generator, *shape: int) -> NDArray:
    """Short numbers of both signs whose last digit is odd, so that none is zero or right by luck."""
    return (2 * rng.integers(-1500, 2500, shape) + 1) / 1000


def whole_numbers(rng: np.random.Generator, *shape: int) -> NDArray:
    """Odd whole numbers, of which no share that is kept is whole."""
    return 2 * rng.integers(-20, 40, shape) + 1


def whole_numbers_for(rng: np.random.Generator, mask: NDArray) -> NDArray:
    """Whole numbers of the shape of a mask; what it keeps of them has a sum to divide by."""
    while True:
        drawn = whole_numbers(rng, *mask.shape)
        if drawn[mask].sum() != 0:
            return drawn


def single_precision(rng: np.random.Generator, *shape: int) -> NDArray:
    """Without signs, so that nothing cancels."""
    return rng.uniform(1, 9, shape).round(2).astype(np.float32)


def keep_prob(rng: np.random.Generator) -> float:
    """Far from 1/2, where keeping and dropping are the same, and never the share that a small mask keeps."""
    return round(float(2 * rng.integers(365, 425) + 1) / 1000, 3)


def low_keep_prob(rng: np.random.Generator) -> float:
    """Where more is dropped than is kept."""
    return round(float(2 * rng.integers(125, 165) + 1) / 1000, 3)


def mask(rng: np.random.Generator, *shape: int) -> NDArray:
    """Along each axis, somewhere, both kept and dropped: a mask that is shared along it differs."""
    while True:
        kept = rng.random(shape) < 0.6
        if all((kept.any(axis) & ~kept.all(axis)).any() for axis in range(kept.ndim)):
            return kept
