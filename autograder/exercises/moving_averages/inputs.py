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
    """Even numbers and one odd, so that no mean but the first is whole: halves, and thirds that never end.

    Of a whole mean it would depend on the order of operations to which number it is cut.
    """
    x = 2 * rng.integers(1, 40, shape)
    x[1] += 1
    for n in range(3, len(x) + 1, 2):
        x[n - 1] += 2 * (x[:n].sum(axis=0) % n == 0)
    return x


def start(rng: np.random.Generator, *shape: int) -> Any:
    """A start well outside of the series."""
    return rng.uniform(12, 30, shape).round(1) if shape else round(rng.uniform(12, 30), 1)


def memory(rng: np.random.Generator) -> float:
    """A beta far from 1/2, whose window is shorter than the series."""
    return round(rng.uniform(0.6, 0.78), 2)


def long_memory(rng: np.random.Generator) -> float:
    """A beta near 1, as it is used in practice.

    So near that a small number beside 1 - beta is noticed, and not so near that (1 - beta)**2 is not.
    """
    return round(rng.uniform(0.993, 0.996), 4)
