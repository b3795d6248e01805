"""Inputs on which formulas for bias and variance differ."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def observations(rng: np.random.Generator, *shape: int) -> NDArray:
    """Short numbers, with one that is far smaller and one far larger: the mean lies above the middle.

    Their last digits are such that neither a mean nor the variance of two is right by luck where a wrong
    formula rounds to two decimals.
    """
    x = rng.uniform(1, 2, shape)
    digit = rng.choice([1, 3, 7, 9], shape)
    if len(x) > 1:
        x[0], x[1] = rng.uniform(0, 0.3, shape[1:]), rng.uniform(8, 9, shape[1:])
        digit[0], digit[1] = 1, 7
    return (10 * np.floor(100 * x) + digit) / 1000


def far_from_zero(rng: np.random.Generator, *shape: int) -> NDArray:
    """With a mean that is much larger than the deviation from it."""
    return (observations(rng, *shape) + 100).round(3)


def whole_numbers(rng: np.random.Generator, *shape: int) -> NDArray:
    """The first is larger than all others, and no mean is whole."""
    x = rng.integers(1, 9, shape)
    x[0] += 12
    x[-1] += x.sum(axis=0) % len(x) == 0
    return x


def single_precision(rng: np.random.Generator, *shape: int) -> NDArray:
    """In so many columns that some are rounded by more than single precision forgives."""
    return observations(rng, *shape, 12).astype(np.float32)


def low(rng: np.random.Generator, *shape: int) -> Any:
    """A truth above one of the `observations` and below their mean."""
    return _rounded(rng.uniform(0.5, 0.9, shape))


def high(rng: np.random.Generator, *shape: int) -> Any:
    """A truth below one of the `observations` and above their mean."""
    return _rounded(rng.uniform(5.6, 7.5, shape))


def _rounded(value: NDArray) -> Any:
    return value.round(2) if value.ndim else round(float(value), 2)
