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

    Slides
    ------
    "Moving averages", the boxed recursion (alpha_n is `step_size`).

    Examples
    --------
    >>> float(mean_update(4.0, 10.0, step_size=0.5))
    7.0
    """
    x = _floating(x)
    mean = _floating(mean, like=x)
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
    pandas: `Series.expanding().mean()`. `np.cumsum(x) / n` is equal, but loses digits far from zero.

    References
    ----------
    Welford (1962), Note on a method for calculating corrected sums of squares and products.

    Examples
    --------
    >>> cumulative_mean([2.0, 4.0, 9.0]).tolist()
    [2.0, 3.0, 5.0]
    """
    return stochastic_average(x, lambda n: 1 / n)


def stochastic_average(x: ArrayLike, step_size: Callable[[int], float], *, init: ArrayLike = 0.0) -> NDArray:
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
        "x must be an array with at least one axis, got 3.0".

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
    x = _series(x)
    means = np.empty(x.shape, dtype=np.result_type(x, _floating(init, like=x)))
    mean = np.broadcast_to(_floating(init, like=x), x.shape[1:])
    for n, observation in enumerate(x, start=1):
        mean = mean_update(mean, observation, step_size(n))
        means[n - 1] = mean
    return means


def ewma(x: ArrayLike, beta: float, *, init: ArrayLike | str = 0.0, debias: bool = False) -> NDArray:
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
        "init must be 0 when debias is true, got 'first'".

    Slides
    ------
    "Exponentially weighted moving average"; the recap line there has its index wrong (erratum E6).

    Peers
    -----
    pandas: `ewm(alpha=1 - beta, adjust=False)` is `init="first"`, `adjust=True` is `debias=True`.
    scipy: `lfilter([1 - beta], [1, -beta], x)` is the default. optax: `ema(beta)` debiases by default.

    Examples
    --------
    >>> ewma([4.0, 4.0, 4.0], 0.5).tolist()
    [2.0, 3.0, 3.5]
    >>> ewma([4.0, 4.0, 4.0], 0.5, debias=True).tolist()
    [4.0, 4.0, 4.0]
    """
    _check_beta(beta)
    x = _series(x)
    means = stochastic_average(x, lambda n: 1 - beta, init=_start(x, init, debias))
    if debias:
        for t in range(1, len(x) + 1):
            means[t - 1] /= 1 - beta**t
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
        "t must be >= 1, got 0".

    Slides
    ------
    "Bias correction"; the exponent counts the observations seen (erratum E9).

    Examples
    --------
    >>> float(debias(0.5, 0.5, t=1))
    1.0
    """
    _check_beta(beta)
    if t < 1:
        raise ValueError(f"t must be >= 1, got {t!r}")
    return np.asarray(_floating(value) / (1 - beta**t))


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
        "T must be >= 1 when debias is true, got 0".

    Slides
    ------
    "Exponentially weighted moving average", the boxed expansion.

    Examples
    --------
    >>> weights, init_weight = ewma_weights(2, 0.5)
    >>> weights.tolist(), init_weight
    ([0.25, 0.5], 0.25)
    """
    _check_beta(beta)
    if T < int(debias):
        rule = ">= 1 when debias is true" if debias else ">= 0"
        raise ValueError(f"T must be {rule}, got {T!r}")
    weights = (1 - beta) * float(beta) ** np.arange(T - 1, -1, -1)
    init_weight = float(beta) ** T
    if debias:
        return weights / (1 - init_weight), 0.0
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
    _check_beta(beta)
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
    if not N >= 1:
        raise ValueError(f"N must be >= 1, got {N!r}")
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
        "N must be >= 0, got -1".

    Slides
    ------
    "Exponentially weighted moving average": "amounts to 86% of influence" (erratum E7).

    Examples
    --------
    >>> round(window_influence(0.9, 19), 4)
    0.8649
    """
    _check_beta(beta)
    if not N >= 0:
        raise ValueError(f"N must be >= 0, got {N!r}")
    return 1 - float(beta) ** N


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
        At most T, reached by equal weights.

    Raises
    ------
    ValueError
        "weights must be an array with a nonzero sum of squares, got [0.0]".

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
    squares = float(np.sum(np.square(_floating(weights))))
    if not squares > 0:
        raise ValueError(f"weights must be an array with a nonzero sum of squares, got {weights!r}")
    return float(np.sum(_floating(weights))) ** 2 / squares


class Window(NamedTuple):
    """What the memory `beta` of an exponential average amounts to; made by `window`."""

    N: float
    influence: float
    n_eff: float


def window(beta: float) -> Window:
    """Describe the memory of an exponential average: window, its share of weight, sample size.

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
    sum_of_squares = (1 - beta) ** 2 / (1 - beta**2)
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
    if exponent != exponent:
        raise ValueError(f"exponent must be a number, got {exponent!r}")
    return bool(exponent <= 1), bool(exponent > 0.5)


def _check_beta(beta: float) -> None:
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta!r}")


def _start(x: NDArray, init: ArrayLike | str, debias: bool) -> ArrayLike:
    """The average before the first observation."""
    is_first = isinstance(init, str)
    if is_first and init != "first":
        raise ValueError(f'init must be an array, a number or "first", got {init!r}')
    if debias and (is_first or np.any(np.asarray(init) != 0)):
        raise ValueError(f"init must be 0 when debias is true, got {init!r}")
    if is_first:
        return x[0] if len(x) else 0.0
    return init


def _floating(x: ArrayLike, like: NDArray | None = None) -> NDArray:
    """`x` as a floating or complex array; Python numbers take the precision of `like`."""
    array = np.asarray(x)
    if like is not None and isinstance(x, int | float):
        return array.astype(like.dtype)
    return array if array.dtype.kind in "fc" else array.astype(np.float64)


def _series(x: ArrayLike) -> NDArray:
    array = _floating(x)
    if array.ndim == 0:
        raise ValueError(f"x must be an array with at least one axis, got {x!r}")
    return array
