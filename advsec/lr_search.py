"""Finding a learning rate: the range test, and rules that read its curve."""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import MEMORY, Rule, check, check_choice, check_function, one_minus_power, real, unpacked


__all__ = ["RangeTest", "lr_range_test", "suggest_bounds", "suggest_lr"]


class RangeTest(NamedTuple):
    """Rates that were tried, the loss after each, its debiased average, and where the test gave up.

    `stopped_at` is the index of the rate whose loss diverged, or None if no loss did; a loss that is not
    finite is left out of the three arrays.
    """

    lrs: NDArray
    losses: NDArray
    smoothed: NDArray
    stopped_at: int | None


def lr_range_test(
    step: Callable[[Any, Any, float], tuple[Any, Any]],
    val_loss: Callable[[Any], float],
    w0: Any,
    state0: Any,
    lrs: ArrayLike,
    *,
    beta: float = 0.98,
    diverge_factor: float = 4.0,
) -> RangeTest:
    """Take one step at each of rising learning rates, and record the loss after it.

        w, state <- step(w, state, lr);   losses <- val_loss(w)
        smoothed = debiased exponential average of the losses

    The test ends when the smoothed loss exceeds `diverge_factor` times its minimum, or when the loss is
    not finite. It works on copies: weights and optimiser are afterwards as they were before.

    Parameters
    ----------
    step : callable
        Maps (w, state, lr) to the next (w, state), usually on the next mini-batch.
    val_loss : callable
        Maps weights to the loss that is recorded; the slide takes the validation set.
    w0, state0 : Any
        Weights and state of the optimiser at the start. Not modified.
    lrs : array_like of shape (n,)
        Rates, in rising order.
    beta : float in [0, 1), default 0.98
        Memory of the smoothing; 0 does not smooth.
    diverge_factor : float > 1, default 4.0
        How many times the best smoothed loss is too much.

    Returns
    -------
    result : RangeTest

    Raises
    ------
    ValueError
        "beta must be in [0, 1), got 1.0";
        "diverge_factor must be > 1, got 1.0";
        "lrs must be an array of rising numbers > 0, got [0.1, 0.1]".

    Slides
    ------
    "Estimating the learning rate". A pass over the validation set after every batch is expensive
    (erratum E20); without the correction the smoothed curve first rises from zero (erratum E10).

    Peers
    -----
    fastai: `Learner.lr_find` records the training loss of the batch itself, with the same defaults.

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks, section 3.3.

    Examples
    --------
    >>> descend = lambda w, state, lr: (w - lr * 2 * w, state)
    >>> result = lr_range_test(descend, lambda w: w**2, 1.0, None, [0.1, 0.2, 0.4, 4.0, 8.0], beta=0.0)
    >>> result.losses.round(6).tolist(), result.stopped_at
    ([0.64, 0.2304, 0.009216, 0.451584], 3)
    """
    check_function("step", step)
    check_function("val_loss", val_loss)
    check("beta", beta, MEMORY)
    check("diverge_factor", diverge_factor, Rule("> 1", lambda factor: factor > 1))
    rates = real("lrs", lrs)
    if rates.ndim != 1 or not np.all(np.diff(rates, prepend=0) > 0):
        raise ValueError(f"lrs must be an array of rising numbers > 0, got {lrs!r}")
    w, state = copy.deepcopy((w0, state0))
    losses: list[float] = []
    smoothed: list[float] = []
    average = 0.0
    for t, lr in enumerate(rates.tolist(), start=1):
        with np.errstate(over="ignore", invalid="ignore"):  # to diverge is what the test is for
            w, state = step(w, state, lr)
            loss = float(val_loss(w))
        if not np.isfinite(loss):
            return _result(rates, losses, smoothed, stopped_at=t - 1)
        average = beta * average + (1 - beta) * loss
        losses.append(loss)
        smoothed.append(average / one_minus_power(beta, t))
        if smoothed[-1] > diverge_factor * min(smoothed):
            return _result(rates, losses, smoothed, stopped_at=t - 1)
    return _result(rates, losses, smoothed, stopped_at=None)


def suggest_lr(result: RangeTest, *, rule: str = "steepest") -> float:
    """Read one learning rate off the smoothed curve of a range test.

        steepest:     the rate at which d smoothed / d log(lr) is lowest
        min_over_10:  a tenth of the rate at which smoothed is lowest

    At the minimum itself the loss has stopped falling: the rate there is already too high.

    Parameters
    ----------
    result : RangeTest or tuple (lrs, losses, smoothed, stopped_at)
        Result of `lr_range_test`.
    rule : "steepest" (default) or "min_over_10"
        Which point of the curve to take.

    Returns
    -------
    lr : float

    Raises
    ------
    ValueError
        "rule must be one of steepest, min_over_10, got 'valley'";
        "result must be a test of at least 2 rates, got 1".

    Slides
    ------
    "Estimating the learning rate"; both rules agree only within a factor of 2 to 5 (erratum E20).

    Peers
    -----
    fastai: `minimum` is "min_over_10"; `steep` takes forward differences where "steepest" takes central
    ones, and on a noisy curve mostly names another rate.

    Examples
    --------
    >>> lrs, losses = np.array([0.01, 0.1, 1.0, 10.0]), np.array([1.0, 0.9, 0.2, 0.8])
    >>> suggest_lr(RangeTest(lrs, losses, losses, None))
    0.1
    """
    lrs, smoothed = _curve(result)
    check_choice("rule", rule, ("steepest", "min_over_10"))
    if len(lrs) < 2:
        raise ValueError(f"result must be a test of at least 2 rates, got {len(lrs)!r}")
    if rule == "min_over_10":
        return float(lrs[np.argmin(smoothed)] / 10)
    return float(lrs[np.argmin(np.gradient(smoothed, np.log(lrs)))])


def suggest_bounds(result: RangeTest) -> tuple[float, float]:
    """Read the bounds of a cyclical schedule off the smoothed curve of a range test.

        lr_min: the first rate that has brought a tenth of the whole fall;   lr_max: the lowest point

    Parameters
    ----------
    result : RangeTest or tuple (lrs, losses, smoothed, stopped_at)
        Result of `lr_range_test`.

    Returns
    -------
    lr_min, lr_max : float

    Raises
    ------
    ValueError
        "result must be a test whose smoothed loss falls, got [1.0]".

    Slides
    ------
    "Estimating the learning rate": "also works for finding bounds for cyclic LRs".

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks, section 3.3, which reads both off
    the plot of the accuracy: where it starts to rise, and where it stops.

    Examples
    --------
    >>> lrs, losses = np.array([0.01, 0.1, 1.0, 10.0]), np.array([1.0, 0.9, 0.2, 0.8])
    >>> suggest_bounds(RangeTest(lrs, losses, losses, None))
    (0.1, 1.0)
    """
    lrs, smoothed = _curve(result)
    lowest = int(np.argmin(smoothed)) if len(smoothed) else 0
    if lowest == 0:
        curve = smoothed.tolist()
        raise ValueError(f"result must be a test whose smoothed loss falls, got {curve!r}")
    fallen = smoothed <= smoothed[0] - 0.1 * (smoothed[0] - smoothed[lowest])
    return float(lrs[np.argmax(fallen)]), float(lrs[lowest])


def _curve(result: RangeTest) -> tuple[NDArray, NDArray]:
    """Rates and smoothed losses."""
    lrs, _, smoothed, _ = unpacked("result", result, RangeTest._fields)
    return real("lrs", lrs), real("smoothed", smoothed)


def _result(rates: NDArray, losses: list[float], smoothed: list[float], stopped_at: int | None) -> RangeTest:
    return RangeTest(rates[: len(losses)].copy(), np.array(losses), np.array(smoothed), stopped_at)
