"""Inputs on which formulas for batch normalisation differ: examples in rows, never as many as features."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def features(rng: np.random.Generator, m: int, n: int) -> NDArray:
    """Numbers with two decimals, whose columns have means away from 0 and spreads away from 0 and from 1."""
    steps = rng.permuted(np.tile(np.linspace(-1, 1, m)[:, None], n), axis=0) if m > 1 else np.zeros((1, n))
    steps = steps + rng.uniform(-0.3, 0.3, (m, n))
    return (away_from_zero(rng, 3, 6, n) + rng.uniform(2.5, 4, n) * steps).round(2)


def small_features(rng: np.random.Generator, m: int, n: int) -> NDArray:
    """Spreads that an eps of 1e-5 is noticed beside, and last a constant feature."""
    z = (features(rng, m, n) / 50).round(4)
    z[:, -1] = constant(rng)
    return z


def with_a_constant(rng: np.random.Generator, m: int, n: int) -> NDArray:
    """The last feature is constant."""
    x = features(rng, m, n)
    x[:, -1] = constant(rng)
    return x


def constant(rng: np.random.Generator) -> float:
    """A number whose mean is exact in whichever way it is worked out."""
    return float(rng.integers(3, 9)) / 2


def whole_features(rng: np.random.Generator, m: int, n: int) -> NDArray:
    """Whole numbers whose means are not whole, each column wider than the one before."""
    steps = rng.permuted(np.tile(np.arange(m)[:, None], n), axis=0)
    x: NDArray = steps * (3 + 2 * np.arange(n)) + rng.integers(0, 2, (m, n)) + 5
    x[0] += x.sum(axis=0) % m == 0
    return x


def single(rng: np.random.Generator, m: int, n: int) -> NDArray:
    return features(rng, m, n).astype(np.float32)


def away_from_zero(rng: np.random.Generator, low: float, high: float, *shape: int) -> NDArray:
    """Of either sign."""
    return (rng.choice([-1, 1], shape) * rng.uniform(low, high, shape)).round(2)


def scale(rng: np.random.Generator, n: int) -> NDArray:
    """A gamma that is nowhere near 1."""
    return away_from_zero(rng, 1.5, 3, n)


def shift(rng: np.random.Generator, n: int) -> NDArray:
    """A beta that is nowhere near 0."""
    return away_from_zero(rng, 4, 7, n)


def means(rng: np.random.Generator, n: int) -> NDArray:
    return away_from_zero(rng, 2, 5, n)


def variances(rng: np.random.Generator, n: int) -> NDArray:
    """Away from 0 and from 1, the only ones that are their own roots."""
    return rng.uniform(2, 6, n).round(2)


def running(rng: np.random.Generator, n: int, t: int = 7) -> tuple[Any, ...]:
    """Running statistics after a few batches."""
    return means(rng, n), variances(rng, n), t


def large_eps(rng: np.random.Generator) -> float:
    """So large that it is seen wherever it stands."""
    return round(rng.uniform(0.2, 0.4), 2)
