"""Inputs on which formulas for batch normalisation differ: examples in rows, never as many as features."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.exercise import Call


def features(rng: np.random.Generator, m: int, n: int) -> NDArray:
    """Numbers with two decimals, whose columns have means away from 0 and spreads away from 0 and from 1."""
    steps = rng.permuted(np.tile(np.linspace(-1, 1, m)[:, None], n), axis=0) if m > 1 else np.zeros((1, n))
    steps = steps + rng.uniform(-0.3, 0.3, (m, n))
    return (away_from_zero(rng, 3, 6, n) + rng.uniform(2.5, 4, n) * steps).round(2)


def small_features(rng: np.random.Generator, m: int, n: int) -> NDArray:
    """Spreads beside which an eps of 1e-5 is noticed, a tiny one, and last a constant feature."""
    z = features(rng, m, n) / 50
    z[:, -2] /= 100
    z[:, -1] = constant(rng)
    return z.round(6)


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


def in_single(call: Call) -> Call:
    """The same with all arrays in single precision."""
    return Call(
        call.function, _single(call.args), {name: _single(value) for name, value in call.kwargs.items()}
    )


def _single(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_single, value))
    return value.astype(np.float32) if isinstance(value, np.ndarray) else value


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


def running(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    """Running statistics after a few batches; one of the means is no variance."""
    mu = means(rng, n)
    mu[0] = -abs(mu[0])
    return mu, variances(rng, n), int(rng.integers(4, 9))


def running_with_tiny_variances(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    """So small that an eps of 1e-5 is noticed; the first feature never moved."""
    mu, _, t = running(rng, n)
    var = rng.uniform(2e-5, 5e-5, n).round(6)
    var[0] = 0
    return mu, var, t


def large_eps(rng: np.random.Generator) -> float:
    """So large that it is seen wherever it stands."""
    return round(rng.uniform(0.2, 0.4), 2)
