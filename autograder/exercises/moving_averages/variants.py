"""What wrong formulas for moving averages are made of."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


Variant = Callable[..., Any]
Update = Callable[[Any, Any, int], Any]


def recursion(x: ArrayLike, update: Update, init: ArrayLike = 0.0) -> NDArray:
    """All values of mean = update(mean, x_n, n) for n = 1, 2, ...; single precision stays single."""
    x = np.asarray(x)
    means = np.empty(x.shape, dtype=np.result_type(x, np.float32))
    mean = np.zeros(x.shape[1:], dtype=means.dtype) + np.asarray(init, dtype=means.dtype)
    with np.errstate(all="ignore"):
        for n, observation in enumerate(x, start=1):
            mean = means[n - 1] = update(mean, observation, n)
    return means


def scaled(means: ArrayLike, factor: Callable[[int], float]) -> NDArray:
    """Each of the means times factor(t), t = 1, 2, ..."""
    return recursion(means, lambda _, mean, t: mean * factor(t))


def only_last(function: Variant) -> Variant:
    """Only the final value; of an empty series the start."""

    def variant(x: NDArray, *args: Any, **kwargs: Any) -> NDArray:
        means = function(x, *args, **kwargs)
        return means[-1] if len(x) else np.zeros(x.shape[1:]) + kwargs.get("init", 0.0)

    return variant


def along_rows(function: Variant) -> Variant:
    """Time runs along the last axis; right for a single series."""

    def variant(x: NDArray, *args: Any, **kwargs: Any) -> NDArray:
        return np.moveaxis(function(np.moveaxis(x, -1, 0), *args, **kwargs), 0, -1)

    return variant


def stored_like_input(function: Variant) -> Variant:
    """The right values, put into an array of the input's type: `np.empty_like(x)`."""
    return lambda x, *args, **kwargs: function(x, *args, **kwargs).astype(x.dtype)


def delayed(means: NDArray, init: ArrayLike = 0.0) -> NDArray:
    """Every value one place later, after the start."""
    return np.concatenate([np.zeros_like(means[:1]) + init, means[:-1]]).astype(means.dtype)


def column(numbers: NDArray, x: NDArray) -> NDArray:
    """One number for each observation, along the first axis of x."""
    return numbers.reshape(-1, *[1] * (x.ndim - 1))


def last_observations(count: int) -> Variant:
    """The mean of the last so many observations."""

    def variant(x: NDArray) -> NDArray:
        means = [x[max(0, n - count) : n].mean(axis=0) for n in range(1, len(x) + 1)]
        return np.array(means).reshape(x.shape)

    return variant
