"""Running means and exponentially weighted averages: the recursions that the other topics reuse.

Every recursion is one update, `mean + step_size * (x - mean)`; the functions differ in the step size:
1/n gives the running mean, a constant 1 - beta the exponentially weighted average, and a sequence
that meets the Robbins-Monro conditions an average that forgets its start and still settles down.

Time runs along the first axis: `x` has shape (T, *k), where k may be empty.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import (
    MEMORY,
    at_least,
    broadcastable,
    check,
    check_function,
    count,
    floating,
    one_minus_power,
    real,
)


__all__ = [
    "Window",
    "beta_for_window",
    "cumulative_mean",
    "debias",
    "effective_sample_size",
    "effective_window",
    "ewma",
    "ewma_corrected",
    "ewma_weights",
    "mean_update",
    "robbins_monro_conditions",
    "stochastic_average",
    "window",
    "window_influence",
]


def mean_update(mean: ArrayLike, x: ArrayLike, step_size: float) -> NDArray:
    """Move an average towards a new observation.

        mean <- mean + step_size (x - mean)

    Parameters
    ----------
    mean : array_like of shape (*k,)
        Average so far. Not modified.
    x : array_like of shape (*k,)
        New observation.
    step_size : float
        Share of the way to go: 1/n for the running mean, 1 - beta for an exponential average.

    Returns
    -------
    mean : ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "step_size must be a number, got nan".

    Slides
    ------
    "Moving averages", the boxed recursion (alpha_n is `step_size`).

    Examples
    --------
    >>> float(mean_update(4.0, 10.0, step_size=0.5))
    7.0
    """
    check("step_size", step_size)
    x = floating("x", x)
    mean = floating("mean", mean, like=x)
    return np.asarray(mean + step_size * (x - mean))


def cumulative_mean(x: ArrayLike) -> NDArray:
    """Average all observations so far, after each one.

        mean_n <- mean_{n-1} + (x_n - mean_{n-1}) / n

    The slides call it a moving average; it has no window, so its usual name is running or cumulative
    mean (erratum E1). The start does not matter: the first step has size 1 and overwrites it.

    Parameters
    ----------
    x : array_like of shape (T, *k)
        Observations, one per row. Not modified.

    Returns
    -------
    means : ndarray of shape (T, *k)
        `means[n - 1]` is the mean of the first n observations.

    Raises
    ------
    ValueError
        "x must be an array with at least one axis, got 3.0".

    Slides
    ------
    "Moving averages".

    Peers
    -----
    pandas: `Series.expanding().mean()`. numpy: `np.cumsum(x) / n`, equal up to rounding.

    References
    ----------
    Welford (1962), Note on a method for calculating corrected sums of squares and products.

    Examples
    --------
    >>> cumulative_mean([2.0, 4.0, 9.0]).tolist()
    [2.0, 3.0, 5.0]
    """
    return stochastic_average(x, lambda n: 1 / n)


def stochastic_average(
    x: ArrayLike,
    step_size: Callable[[int], float],
    *,
    init: ArrayLike = 0.0,
) -> NDArray:
    """Average with a step size that may change from observation to observation.

        mean_n <- mean_{n-1} + step_size(n) (x_n - mean_{n-1}),   n = 1, 2, ...

    Parameters
    ----------
    x : array_like of shape (T, *k)
        Observations, one per row. Not modified.
    step_size : callable
        Maps n = 1, 2, ..., T to the step size of observation n.
    init : array_like of shape (*k,) or scalar, default 0.0
        Average before the first observation.

    Returns
    -------
    means : ndarray of shape (T, *k)
        The average after each observation.

    Raises
    ------
    ValueError
        "x must be an array with at least one axis, got 3.0";
        "step_size must be a function, got 0.5";
        "init.shape must be broadcastable to (2,), the shape of one observation, got (3,)".

    Slides
    ------
    "Weighted moving averages"; the conditions stated there are sufficient, not necessary (erratum E3).

    References
    ----------
    Robbins and Monro (1951), A stochastic approximation method.

    Examples
    --------
    >>> stochastic_average([2.0, 4.0], lambda n: 0.5).tolist()
    [1.0, 2.5]
    """
    check_function("step_size", step_size)
    x = _series(x)
    start = _start(x, init)
    means = np.empty(x.shape, dtype=np.result_type(x, start))
    mean = np.broadcast_to(start, x.shape[1:])
    for n, observation in enumerate(x, start=1):
        mean = mean_update(mean, observation, step_size(n))
        means[n - 1] = mean
    return means


def ewma(
    x: ArrayLike,
    beta: float,
    *,
    init: ArrayLike | str = 0.0,
    debias: bool = False,
) -> NDArray:
    """Exponentially weighted moving average.

        mean <- beta mean + (1 - beta) x

    Parameters
    ----------
    x : array_like of shape (T, *k)
        Observations, one per row. Not modified.
    beta : float in [0, 1)
        Memory: the weight that the average keeps at each step.
    init : array_like of shape (*k,), scalar or "first", default 0.0
        Average before the first observation; "first" takes the first observation.
    debias : bool, default False
        Divide step t by 1 - beta**t, which removes the pull of a zero start.

    Returns
    -------
    means : ndarray of shape (T, *k)
        The average after each observation.

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0";
        "init must be 0 when debias is true, got 'first'";
        "init must be an array, a number or 'first', got 'last'".

    Slides
    ------
    "Exponentially weighted moving average"; the recap line there has its index wrong (erratum E6).

    Peers
    -----
    scipy: `lfilter([1 - beta], [1, -beta], x)` is the default. optax: `ema(beta)` debiases by default.
    pandas: `ewm(alpha=1 - beta, adjust=False)` is `init="first"` and `adjust=True`, its default, is
    `debias=True`, both for a series without gaps: pandas skips nan and infinity, here they spread.

    Examples
    --------
    >>> ewma([4.0, 4.0, 4.0], 0.5).tolist()
    [2.0, 3.0, 3.5]
    >>> ewma([4.0, 4.0, 4.0], 0.5, debias=True).tolist()
    [4.0, 4.0, 4.0]
    """
    check("beta", beta, MEMORY)
    x = _series(x)
    means = stochastic_average(x, lambda n: 1 - beta, init=_first_or(init, x, debias))
    if debias:
        for t in range(1, len(x) + 1):
            means[t - 1] /= one_minus_power(beta, t)
    return means


def ewma_corrected(x: ArrayLike, beta: float) -> NDArray:
    """Exponentially weighted average of a zero start, with its bias removed.

        mean <- beta mean + (1 - beta) x;   returned: mean / (1 - beta**t)

    The correction removes bias, not variance as the slide says: it multiplies the standard deviation by
    1 / (1 - beta**t) (errata E8, E9). The first value returned is the first observation itself.

    Parameters
    ----------
    x : array_like of shape (T, *k)
        Observations, one per row. Not modified.
    beta : float in [0, 1)
        Memory: the weight that the average keeps at each step.

    Returns
    -------
    means : ndarray of shape (T, *k)
        The corrected average after each observation.

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0".

    Slides
    ------
    "Bias correction"; Keras' Adam does apply it, unlike the next slide says (erratum E10).

    Peers
    -----
    pandas: `ewm(alpha=1 - beta, adjust=True).mean()`. optax: `ema(beta, debias=True)`.

    Examples
    --------
    >>> ewma_corrected([4.0, 4.0, 4.0], 0.9).round(12).tolist()
    [4.0, 4.0, 4.0]
    """
    return ewma(x, beta, debias=True)


def debias(value: ArrayLike, beta: float, t: int) -> NDArray:
    """Remove the pull of a zero start from an exponential average of t observations.

        value / (1 - beta**t)

    Parameters
    ----------
    value : array_like of shape (*k,)
        Exponential average that started at zero. Not modified.
    beta : float in [0, 1)
        Memory of the average.
    t : int >= 1
        Observations averaged so far.

    Returns
    -------
    value : ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0"; "t must be an integer >= 1, got 0".

    Slides
    ------
    "Bias correction"; the exponent counts the observations seen (erratum E9).

    Examples
    --------
    >>> float(debias(0.5, 0.5, t=1))
    1.0
    """
    check("beta", beta, MEMORY)
    check("t", t, count(1))
    return np.asarray(floating("value", value) / one_minus_power(beta, t))


def ewma_weights(T: int, beta: float, *, debias: bool = False) -> tuple[NDArray, float]:
    """Weights that an exponential average gives to its T observations and to its start.

        weights[i] = (1 - beta) beta**(T - 1 - i),   init_weight = beta**T

    They sum to 1. With `debias` the weights are divided by 1 - beta**T and the start has weight 0.

    Parameters
    ----------
    T : int >= 0
        Number of observations; at least 1 with `debias`.
    beta : float in [0, 1)
        Memory of the average.
    debias : bool, default False
        Weights of the corrected average.

    Returns
    -------
    weights : ndarray of shape (T,)
        Oldest observation first.
    init_weight : float
        Weight of the value before the first observation.

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0"; "T must be an integer >= 0, got -1";
        "T must be an integer >= 1 when debias is true, got 0".

    Slides
    ------
    "Exponentially weighted moving average", the boxed expansion.

    Examples
    --------
    >>> weights, init_weight = ewma_weights(2, 0.5)
    >>> weights.tolist(), init_weight
    ([0.25, 0.5], 0.25)
    """
    check("beta", beta, MEMORY)
    check("T", T, count(0))
    if debias and T == 0:
        raise ValueError(f"T must be an integer >= 1 when debias is true, got {T!r}")
    weights = (1 - beta) * float(beta) ** np.arange(T - 1, -1, -1)
    init_weight = float(beta) ** T
    if debias:
        return weights / one_minus_power(beta, T), 0.0
    return weights, init_weight


def effective_window(beta: float) -> float:
    """Number of observations in the plain mean that varies as much as the average.

        N = (1 + beta) / (1 - beta)

    Parameters
    ----------
    beta : float in [0, 1)
        Memory of the average.

    Returns
    -------
    N : float >= 1

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0".

    Slides
    ------
    "Exponentially weighted moving average", rule of thumb; what it means exactly is erratum E7.

    Peers
    -----
    pandas calls it `span`: `ewm(span=N)`.

    Examples
    --------
    >>> round(effective_window(0.9), 12)
    19.0
    """
    check("beta", beta, MEMORY)
    return (1 + beta) / (1 - beta)


def beta_for_window(N: float) -> float:
    """Memory of the average whose effective window is N, the inverse of `effective_window`.

        beta = (N - 1) / (N + 1)

    Parameters
    ----------
    N : float >= 1
        Effective window, in observations.

    Returns
    -------
    beta : float in [0, 1)

    Raises
    ------
    ValueError
        "N must be >= 1, got 0".

    Slides
    ------
    "Exponentially weighted moving average", rule of thumb.

    Examples
    --------
    >>> beta_for_window(19)
    0.9
    """
    check("N", N, at_least(1))
    return (N - 1) / (N + 1)


def window_influence(beta: float, N: float) -> float:
    """Share of the total weight that the last N observations carry.

        1 - beta**N

    With N = `effective_window(beta)` it lies between 1 - exp(-2) = 0.8647 (beta near 1) and 1.

    Parameters
    ----------
    beta : float in [0, 1)
        Memory of the average.
    N : float >= 0
        Number of latest observations.

    Returns
    -------
    influence : float in [0, 1]

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0"; "N must be >= 0, got -1".

    Slides
    ------
    "Exponentially weighted moving average": "amounts to 86% of influence" (erratum E7).

    Examples
    --------
    >>> round(window_influence(0.9, 19), 4)
    0.8649
    """
    check("beta", beta, MEMORY)
    check("N", N, at_least(0))
    return one_minus_power(beta, N)


def effective_sample_size(weights: ArrayLike) -> float:
    """Number of equally weighted observations whose mean would vary as much.

        (sum w)**2 / sum w**2

    Parameters
    ----------
    weights : array_like of shape (T,)
        Weights of independent observations. Not modified.

    Returns
    -------
    size : float
        At most T, reached by equal weights; the weights may be given in any scale.

    Raises
    ------
    ValueError
        "weights must be finite and not all zero, got [0.0]".

    Slides
    ------
    "Exponentially weighted moving average": the exact meaning of the rule of thumb (erratum E7).

    References
    ----------
    Kish (1965), Survey Sampling.

    Examples
    --------
    >>> effective_sample_size([0.25, 0.25, 0.25, 0.25])
    4.0
    """
    w = real("weights", weights)
    largest = np.max(np.abs(w), initial=0.0)
    if not 0 < largest < np.inf:
        raise ValueError(f"weights must be finite and not all zero, got {weights!r}")
    w = w / largest  # squares of very small or large numbers would be 0 or inf
    return float(np.sum(w)) ** 2 / float(np.sum(np.square(w)))


class Window(NamedTuple):
    """What the memory `beta` of an exponential average amounts to; made by `window`."""

    N: float
    influence: float
    n_eff: float


def window(beta: float) -> Window:
    """Describe the memory of an exponential average: window, its share, sample size.

        N = (1 + beta) / (1 - beta),   influence = 1 - beta**N,   n_eff = 1 / sum w**2

    The weights are those of an average that has run for ever, w = (1 - beta) beta**i; then n_eff is
    exactly N, which is what the slide's rule of thumb means.

    Parameters
    ----------
    beta : float in [0, 1)
        Memory of the average.

    Returns
    -------
    N, influence, n_eff : float

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0".

    Slides
    ------
    "Exponentially weighted moving average", rule of thumb (erratum E7).

    Examples
    --------
    >>> [round(value, 4) for value in window(0.5)]
    [3.0, 0.875, 3.0]
    """
    N = effective_window(beta)
    sum_of_squares = (1 - beta) ** 2 / one_minus_power(beta, 2)
    return Window(N, window_influence(beta, N), 1 / sum_of_squares)


def robbins_monro_conditions(exponent: float) -> tuple[bool, bool]:
    """Which Robbins-Monro conditions the step sizes n**-exponent meet.

        sum_n n**-a = infinity  when a <= 1;      sum_n n**-2a < infinity  when a > 1/2

    The first lets the average forget its start, the second lets every run come to rest; both together,
    and it rests at the true mean.

    Parameters
    ----------
    exponent : float
        The a of the step sizes n**-a.

    Returns
    -------
    sum_diverges, squares_converge : bool

    Raises
    ------
    ValueError
        "exponent must be a number, got nan".

    Slides
    ------
    "Weighted moving averages"; sufficient, not necessary (erratum E3).

    References
    ----------
    Robbins and Monro (1951), A stochastic approximation method.

    Examples
    --------
    >>> robbins_monro_conditions(1.0)
    (True, True)
    >>> robbins_monro_conditions(0.0)
    (True, False)
    """
    check("exponent", exponent)
    return bool(exponent <= 1), bool(exponent > 0.5)


def _first_or(init: ArrayLike, x: NDArray, debias: bool) -> ArrayLike:
    """The average before the first observation, which may be that observation itself."""
    is_first = isinstance(init, str) and init == "first"
    if isinstance(init, str) and not is_first:
        raise ValueError(f"init must be an array, a number or 'first', got {init!r}")
    if debias and (is_first or np.any(floating("init", init) != 0)):
        raise ValueError(f"init must be 0 when debias is true, got {init!r}")
    if is_first:
        return x[0] if len(x) else 0.0
    return init


def _start(x: NDArray, init: ArrayLike) -> NDArray:
    start = floating("init", init, like=x)
    if not broadcastable(start.shape, x.shape[1:]):
        rule = f"broadcastable to {x.shape[1:]}, the shape of one observation"
        raise ValueError(f"init.shape must be {rule}, got {start.shape!r}")
    return start


def _series(x: ArrayLike) -> NDArray:
    array = floating("x", x)
    if array.ndim == 0:
        raise ValueError(f"x must be an array with at least one axis, got {x!r}")
    return array
