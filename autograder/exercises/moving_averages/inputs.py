"""Inputs on which formulas for moving averages differ."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def series(rng: np.random.Generator, *shape: int) -> NDArray:
    """Short numbers, so that a failing case can be read, whose last digit is odd.

    None is right by luck where a wrong formula rounds to whole numbers or to two decimals.
    """
    return (2 * rng.integers(-2500, 5000, shape) + 1) / 1000


def positive_series(rng: np.random.Generator, *shape: int) -> NDArray:
    """In single precision; without signs, so that nothing cancels."""
    return rng.uniform(1, 9, shape).round(2).astype(np.float32)


def whole_numbers(rng: np.random.Generator, *shape: int) -> NDArray:
    """Even numbers and one odd, so that means have fractions: halves first, and thirds that never end."""
    x = 2 * rng.integers(1, 40, shape)
    x[1] += 1
    x[2] += 2 * (x[:3].sum(axis=0) % 3 == 0)
    return x


def start(rng: np.random.Generator, *shape: int) -> Any:
    """A start well outside of the series."""
    return rng.uniform(12, 30, shape).round(1) if shape else round(rng.uniform(12, 30), 1)


def memory(rng: np.random.Generator) -> float:
    """A beta far from 1/2, whose window is shorter than the series."""
    return round(rng.uniform(0.6, 0.78), 2)


def long_memory(rng: np.random.Generator) -> float:
    """A beta near 1, as it is used in practice."""
    return round(rng.uniform(0.98, 0.999), 3)
