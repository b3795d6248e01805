"""Gradient descent and its relatives, one pure step each: momentum, RMSprop, Adam, AMSGrad.

    state = adam_init(w)
    w, state = adam_step(w, dw, state, lr=0.01)

A step takes the state and returns the next one, so every line of a slide is a value that can be printed
and a run can go on from any step. States are named tuples; plain tuples in the same order do as well.
Published variants differ only in the keyword switches; their defaults are those of the slides, except
where the slide is in error. Hyper-parameters may be arrays that broadcast with `w`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import (
    MEMORY,
    POSITIVE,
    check,
    check_choice,
    check_each,
    check_function,
    count,
    floating,
    one_minus_power,
    real,
    unpacked,
)


__all__ = [
    "OPTIMIZERS",
    "AMSGradState",
    "AdamState",
    "MomentumState",
    "Optimizer",
    "RMSpropState",
    "Trace",
    "adam_drift",
    "adam_init",
    "adam_step",
    "amsgrad_init",
    "amsgrad_step",
    "gd_step",
    "minimize",
    "momentum_init",
    "momentum_step",
    "rmsprop_init",
    "rmsprop_step",
    "steps_needed",
]


Hyper = float | NDArray


class MomentumState(NamedTuple):
    """Velocity `v` of shape (*k,) after `t` steps."""

    v: NDArray
    t: int


class RMSpropState(NamedTuple):
    """Average `s` of squared gradients, of shape (*k,), after `t` steps."""

    s: NDArray
    t: int


class AdamState(NamedTuple):
    """Averages `v` of gradients and `s` of squared gradients, of shape (*k,), after `t` steps."""

    v: NDArray
    s: NDArray
    t: int


class AMSGradState(NamedTuple):
    """Adam's averages and the largest second moment `s_max` so far, after `t` steps."""

    v: NDArray
    s: NDArray
    s_max: NDArray
    t: int


def gd_step(
    w: ArrayLike,
    dw: ArrayLike,
    state: None = None,
    *,
    lr: Hyper,
) -> tuple[NDArray, None]:
    """Take one step of gradient descent.

        w <- w - lr dw

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights. Not modified.
    dw : array_like of shape (*k,)
        Gradient at `w`.
    state : None
        Gradient descent has no state; the argument makes it interchangeable with the other steps.
    lr : float or array of a shape that broadcasts with `w`
        Learning rate.

    Returns
    -------
    w, state : ndarray of shape (*k,), None

    Raises
    ------
    ValueError
        "dw must be an array of the shape (3,) of w, got shape (3, 1)"; "lr must be a number, got nan".

    Slides
    ------
    "Gradient descent". Without sampling it has no variance: on ill-conditioned problems it oscillates
    (erratum E12).

    Examples
    --------
    >>> w, _ = gd_step([1.0, 2.0], [0.5, -1.0], lr=0.1)
    >>> w.tolist()
    [0.95, 2.1]
    """
    w, dw = _matching(w, dw)
    check_each("lr", lr)
    return w - lr * dw, None


def momentum_init(w: ArrayLike) -> MomentumState:
    """Start momentum at rest.

        v = 0,   t = 0

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights that will be optimised; only shape and precision matter.

    Returns
    -------
    state : MomentumState

    Slides
    ------
    "Gradient descent with momentum".

    Examples
    --------
    >>> momentum_init([1.0, 2.0])
    MomentumState(v=array([0., 0.]), t=0)
    """
    return MomentumState(_zeros(w), 0)


def momentum_step(
    w: ArrayLike,
    dw: ArrayLike,
    state: MomentumState,
    *,
    lr: Hyper,
    beta: Hyper = 0.9,
    dampened: bool = True,
    debias: bool = False,
) -> tuple[NDArray, MomentumState]:
    """Take one step of gradient descent with momentum.

        v <- beta v + (1 - beta) dw        (not dampened: beta v + dw)
        w <- w - lr v                      (debiased: lr v / (1 - beta**t))

    The two forms of v differ by the factor 1 - beta, which a constant learning rate can absorb: the
    undampened form with lr (1 - beta) takes the same steps as the dampened form with lr (erratum E14).

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights. Not modified.
    dw : array_like of shape (*k,)
        Gradient at `w`.
    state : MomentumState or tuple (v, t)
        Velocity and number of steps taken; zeros at the start.
    lr : float or array of a shape that broadcasts with `w`
        Learning rate.
    beta : float in [0, 1), default 0.9
        Memory of the velocity.
    dampened : bool, default True
        Weigh the gradient with 1 - beta, which makes the velocity an average.
    debias : bool, default False
        Divide the velocity by 1 - beta**t; only for a dampened velocity.

    Returns
    -------
    w, state : ndarray of shape (*k,), MomentumState

    Raises
    ------
    ValueError
        "dw must be an array of the shape (3,) of w, got shape (3, 1)";
        "beta must be in [0, 1), got 1.0";
        "debias must be False when dampened is false, got True".

    Slides
    ------
    "Gradient descent with momentum", lines 3-4; erratum E14.

    Peers
    -----
    PyTorch, optax: `dampened=False`. Keras puts lr inside the velocity, the same only while lr is constant.

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods.

    Examples
    --------
    >>> w, state = momentum_step([1.0], [2.0], momentum_init([1.0]), lr=0.5)
    >>> w.round(12).tolist(), state.v.round(12).tolist(), state.t
    ([0.9], [0.2], 1)
    """
    w, dw = _matching(w, dw)
    check_each("lr", lr)
    check_each("beta", beta, MEMORY)
    if debias and not dampened:
        raise ValueError(f"debias must be False when dampened is false, got {debias!r}")
    v, t = _unpacked(state, MomentumState, w)
    v = beta * v + (1 - beta) * dw if dampened else beta * v + dw
    v_corrected = v / one_minus_power(beta, t) if debias else v
    return w - lr * v_corrected, MomentumState(v, t)


def rmsprop_init(w: ArrayLike) -> RMSpropState:
    """Start RMSprop with no memory of gradients.

        s = 0,   t = 0

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights that will be optimised; only shape and precision matter.

    Returns
    -------
    state : RMSpropState

    Slides
    ------
    "RMSprop".

    Examples
    --------
    >>> rmsprop_init([1.0, 2.0])
    RMSpropState(s=array([0., 0.]), t=0)
    """
    return RMSpropState(_zeros(w), 0)


def rmsprop_step(
    w: ArrayLike,
    dw: ArrayLike,
    state: RMSpropState,
    *,
    lr: Hyper,
    beta2: Hyper = 0.9,
    eps: Hyper = 1e-8,
    eps_inside_sqrt: bool = True,
    debias: bool = False,
) -> tuple[NDArray, RMSpropState]:
    """Take one step of RMSprop.

        s <- beta2 s + (1 - beta2) dw**2
        w <- w - lr dw / sqrt(s + eps)     (eps outside: sqrt(s) + eps)

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights. Not modified.
    dw : array_like of shape (*k,)
        Gradient at `w`.
    state : RMSpropState or tuple (s, t)
        Average of squared gradients and number of steps taken; zeros at the start.
    lr : float or array of a shape that broadcasts with `w`
        Learning rate.
    beta2 : float in [0, 1), default 0.9
        Memory of the squared gradients.
    eps : float > 0, default 1e-8
        Keeps the division finite. Inside the root it bounds the divisor by sqrt(eps), outside by eps.
    eps_inside_sqrt : bool, default True
        Add `eps` before the root is taken.
    debias : bool, default False
        Divide s by 1 - beta2**t before the root.

    Returns
    -------
    w, state : ndarray of shape (*k,), RMSpropState

    Raises
    ------
    ValueError
        "dw must be an array of the shape (3,) of w, got shape (3, 1)";
        "beta2 must be in [0, 1), got 1.0";
        "eps must be > 0, got 0.0".

    Slides
    ------
    "RMSprop", lines 3-4. s follows the mean of dw**2, which a large constant gradient raises as much as
    a noisy one (erratum E13); where eps belongs is erratum E16.

    Peers
    -----
    optax, Keras: as here. PyTorch: `eps_inside_sqrt=False`.

    References
    ----------
    Tieleman and Hinton (2012), Neural networks for machine learning, lecture 6.5.

    Examples
    --------
    >>> w, state = rmsprop_step([1.0], [2.0], rmsprop_init([1.0]), lr=0.1, beta2=0.75)
    >>> w.round(6).tolist(), state.s.tolist()
    ([0.8], [1.0])
    """
    w, dw = _matching(w, dw)
    check_each("lr", lr)
    check_each("beta2", beta2, MEMORY)
    check_each("eps", eps, POSITIVE)
    s, t = _unpacked(state, RMSpropState, w)
    s = beta2 * s + (1 - beta2) * dw**2
    s_corrected = s / one_minus_power(beta2, t) if debias else s
    return w - lr * dw / _root(s_corrected, eps, eps_inside_sqrt), RMSpropState(s, t)


def adam_init(w: ArrayLike) -> AdamState:
    """Start Adam with no memory of gradients.

        v = 0,   s = 0,   t = 0

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights that will be optimised; only shape and precision matter.

    Returns
    -------
    state : AdamState

    Slides
    ------
    "Adaptive moment estimation (Adam)".

    Examples
    --------
    >>> adam_init([1.0, 2.0])
    AdamState(v=array([0., 0.]), s=array([0., 0.]), t=0)
    """
    return AdamState(_zeros(w), _zeros(w), 0)


def adam_step(
    w: ArrayLike,
    dw: ArrayLike,
    state: AdamState,
    *,
    lr: Hyper,
    beta1: Hyper = 0.9,
    beta2: Hyper = 0.999,
    eps: Hyper = 1e-8,
    eps_inside_sqrt: bool = True,
    debias_first: bool = True,
    debias_second: str = "before_eps",
) -> tuple[NDArray, AdamState]:
    """Take one step of Adam.

        v <- beta1 v + (1 - beta1) dw
        s <- beta2 s + (1 - beta2) dw**2
        v_corrected = v / (1 - beta1**t)
        s_corrected = s / (1 - beta2**t)
        w <- w - lr v_corrected / sqrt(s_corrected + eps)

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights. Not modified.
    dw : array_like of shape (*k,)
        Gradient at `w`.
    state : AdamState or tuple (v, s, t)
        Both averages and the number of steps taken; zeros at the start.
    lr : float or array of a shape that broadcasts with `w`
        Learning rate: about the length of a step in each coordinate.
    beta1, beta2 : float in [0, 1), default 0.9, 0.999
        Memory of the gradients and of the squared gradients.
    eps : float > 0, default 1e-8
        Keeps the division finite. Inside the root it bounds the divisor by sqrt(eps), outside by eps.
    eps_inside_sqrt : bool, default True
        Add `eps` before the root is taken.
    debias_first : bool, default True
        Divide v by 1 - beta1**t.
    debias_second : "before_eps" (default), "after_eps" or "none"
        When to divide the second moment by 1 - beta2**t: before `eps` is added, after it, or never.

    Returns
    -------
    w, state : ndarray of shape (*k,), AdamState

    Raises
    ------
    ValueError
        "dw must be an array of the shape (3,) of w, got shape (3, 1)";
        "beta1 must be in [0, 1), got 1.0";
        "beta2 must be in [0, 1), got -0.1";
        "eps must be > 0, got 0.0";
        "debias_second must be one of before_eps, after_eps, none, got 'before_max'".

    Slides
    ------
    "Adaptive moment estimation (Adam)", lines 3-7. Line 7 prints s instead of s_corrected, which is
    `debias_second="none"` (erratum E15); where eps belongs is erratum E16.

    Peers
    -----
    The paper, PyTorch, optax: `eps_inside_sqrt=False`. Keras: also `debias_second="after_eps"`.

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization, algorithm 1.

    Examples
    --------
    >>> w, state = adam_step([1.0], [2.0], adam_init([1.0]), lr=0.1)
    >>> w.round(6).tolist(), state.t
    ([0.9], 1)
    """
    w, dw = _matching(w, dw)
    check_adam(lr, beta1, beta2, eps)
    check_choice("debias_second", debias_second, ("before_eps", "after_eps", "none"))
    v, s, t = _unpacked(state, AdamState, w)
    v = beta1 * v + (1 - beta1) * dw
    s = beta2 * s + (1 - beta2) * dw**2
    v_corrected = v / one_minus_power(beta1, t) if debias_first else v
    s_corrected = s / one_minus_power(beta2, t) if debias_second == "before_eps" else s
    root = _root(s_corrected, eps, eps_inside_sqrt)
    if debias_second == "after_eps":
        root = root / np.sqrt(one_minus_power(beta2, t))
    return w - lr * v_corrected / root, AdamState(v, s, t)


def amsgrad_init(w: ArrayLike) -> AMSGradState:
    """Start AMSGrad with no memory of gradients.

        v = 0,   s = 0,   s_max = 0,   t = 0

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights that will be optimised; only shape and precision matter.

    Returns
    -------
    state : AMSGradState

    Slides
    ------
    "AMSGrad".

    Examples
    --------
    >>> amsgrad_init([1.0])
    AMSGradState(v=array([0.]), s=array([0.]), s_max=array([0.]), t=0)
    """
    return AMSGradState(_zeros(w), _zeros(w), _zeros(w), 0)


def amsgrad_step(
    w: ArrayLike,
    dw: ArrayLike,
    state: AMSGradState,
    *,
    lr: Hyper,
    beta1: Hyper = 0.9,
    beta2: Hyper = 0.999,
    eps: Hyper = 1e-8,
    eps_inside_sqrt: bool = True,
    debias_first: bool = True,
    debias_second: str = "none",
) -> tuple[NDArray, AMSGradState]:
    """Take one step of AMSGrad: Adam whose second moment never decreases.

        v <- beta1 v + (1 - beta1) dw
        s <- beta2 s + (1 - beta2) dw**2
        s_max <- max(s_max, s)
        w <- w - lr v_corrected / sqrt(s_max + eps),   v_corrected = v / (1 - beta1**t)

    Parameters
    ----------
    w : array_like of shape (*k,)
        Weights. Not modified.
    dw : array_like of shape (*k,)
        Gradient at `w`.
    state : AMSGradState or tuple (v, s, s_max, t)
        Both averages, the largest second moment and the number of steps taken; zeros at the start.
    lr : float or array of a shape that broadcasts with `w`
        Learning rate.
    beta1, beta2 : float in [0, 1), default 0.9, 0.999
        Memory of the gradients and of the squared gradients.
    eps : float > 0, default 1e-8
        Keeps the division finite. Inside the root it bounds the divisor by sqrt(eps), outside by eps.
    eps_inside_sqrt : bool, default True
        Add `eps` before the root is taken.
    debias_first : bool, default True
        Divide v by 1 - beta1**t.
    debias_second : "none" (default), "before_max", "before_eps" or "after_eps"
        When to divide the second moment by 1 - beta2**t: never, before the maximum is taken, after it but
        before `eps` is added, or at last.

    Returns
    -------
    w, state : ndarray of shape (*k,), AMSGradState

    Raises
    ------
    ValueError
        "dw must be an array of the shape (3,) of w, got shape (3, 1)";
        "beta1 must be in [0, 1), got 1.0";
        "eps must be > 0, got 0.0";
        "debias_second must be one of none, before_max, before_eps, after_eps, got 'later'".

    Slides
    ------
    "AMSGrad", lines 3-6. The slide divides a corrected v, which it does not define, by an uncorrected
    s_max (erratum E17).

    Peers
    -----
    The paper: `debias_first=False`, no eps. optax: `debias_second="before_max"`, PyTorch: "before_eps",
    Keras: "after_eps"; these three with `eps_inside_sqrt=False`.

    References
    ----------
    Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, algorithm 2.

    Examples
    --------
    >>> w, state = [1.0], amsgrad_init([1.0])
    >>> for dw in ([2.0], [0.0]):
    ...     w, state = amsgrad_step(w, dw, state, lr=0.1, beta2=0.75)
    >>> state.s.tolist(), state.s_max.tolist()
    ([0.75], [1.0])
    """
    w, dw = _matching(w, dw)
    check_adam(lr, beta1, beta2, eps)
    check_choice("debias_second", debias_second, ("none", "before_max", "before_eps", "after_eps"))
    v, s, s_max, t = _unpacked(state, AMSGradState, w)
    v = beta1 * v + (1 - beta1) * dw
    s = beta2 * s + (1 - beta2) * dw**2
    v_corrected = v / one_minus_power(beta1, t) if debias_first else v
    s_max = np.maximum(s_max, s / one_minus_power(beta2, t) if debias_second == "before_max" else s)
    s_corrected = s_max / one_minus_power(beta2, t) if debias_second == "before_eps" else s_max
    root = _root(s_corrected, eps, eps_inside_sqrt)
    if debias_second == "after_eps":
        root = root / np.sqrt(one_minus_power(beta2, t))
    return w - lr * v_corrected / root, AMSGradState(v, s, s_max, t)


class Optimizer(NamedTuple):
    """A pair of functions: `init(w) -> state` and `step(w, dw, state, *, lr, ...) -> (w, state)`."""

    init: Callable[..., Any]
    step: Callable[..., tuple[NDArray, Any]]


OPTIMIZERS: dict[str, Optimizer] = {
    "gd": Optimizer(lambda w: None, gd_step),
    "momentum": Optimizer(momentum_init, momentum_step),
    "rmsprop": Optimizer(rmsprop_init, rmsprop_step),
    "adam": Optimizer(adam_init, adam_step),
    "amsgrad": Optimizer(amsgrad_init, amsgrad_step),
}


class Trace(NamedTuple):
    """What a run did: `w` of shape (T + 1, *k), `lr` of shape (T,), `dw` of shape (T, *k)."""

    w: NDArray
    lr: NDArray
    dw: NDArray


def minimize(
    grad: Callable[[NDArray], ArrayLike],
    w0: ArrayLike,
    optimizer: str | Optimizer,
    *,
    lr: float | Callable[[int], float],
    n_steps: int,
    **hyper: Any,
) -> Trace:
    """Take steps with one optimiser and record every one of them.

        w_{t+1} <- step(w_t, grad(w_t)),   t = 0, ..., n_steps - 1

    Parameters
    ----------
    grad : callable
        Maps weights of shape (*k,) to the gradient there.
    w0 : array_like of shape (*k,)
        Start. Not modified.
    optimizer : str or Optimizer
        A key of `OPTIMIZERS`, or any pair of functions (init, step).
    lr : float or callable
        Learning rate, or a schedule: the rate of step t = 0, 1, ...
    n_steps : int >= 0
        Number of steps T.
    **hyper : Any
        Further hyper-parameters of the step.

    Returns
    -------
    trace : Trace
        `trace.w[0]` is the start and `trace.w[t + 1]` what step t made of `trace.w[t]`.

    Raises
    ------
    ValueError
        "optimizer must be one of gd, momentum, rmsprop, adam, amsgrad, got 'sgd'";
        "n_steps must be an integer >= 0, got -1".

    Slides
    ------
    "Optimization algorithms", the loop that every algorithm there begins with.

    Examples
    --------
    >>> trace = minimize(lambda w: 2 * w, [4.0], "gd", lr=0.25, n_steps=3)
    >>> trace.w.ravel().tolist()
    [4.0, 2.0, 1.0, 0.5]
    """
    check_function("grad", grad)
    check("n_steps", n_steps, count(0))
    init, step = functions_of(optimizer)
    w = floating("w0", w0)
    state = init(w)
    trace = Trace(
        w=np.empty((n_steps + 1, *w.shape), w.dtype),
        lr=np.empty(n_steps, w.real.dtype),
        dw=np.empty((n_steps, *w.shape), w.dtype),
    )
    trace.w[0] = w
    for t in range(n_steps):
        rate = lr(t) if callable(lr) else lr
        check("lr", rate)
        trace.lr[t] = rate
        trace.dw[t] = grad(trace.w[t].copy())
        trace.w[t + 1], state = step(trace.w[t], trace.dw[t], state, lr=float(trace.lr[t]), **hyper)
    return trace


def steps_needed(
    f: Callable[[NDArray], NDArray],
    grad: Callable[[NDArray], NDArray],
    starts: ArrayLike,
    optimizer: str | Optimizer,
    *,
    lrs: ArrayLike,
    n_steps: int,
    reduction: float = 1e-6,
    **hyper: Any,
) -> NDArray:
    """Count the steps that an optimiser needs from each start, at its best learning rate.

        first t with f(w_t) <= reduction f(w_0), for the best of the learning rates

    All starts and all learning rates run at the same time. A comparison at one learning rate compares the
    rate and not the optimisers.

    Parameters
    ----------
    f, grad : callable
        Map weights of shape (..., d) to values of shape (...,) and gradients of shape (..., d).
    starts : array_like of shape (S, d)
        Starts. Not modified.
    optimizer : str or Optimizer
        A key of `OPTIMIZERS`, or any pair of functions (init, step).
    lrs : array_like of shape (R,)
        Learning rates to try. One that diverges does no harm.
    n_steps : int >= 0
        When to give up.
    reduction : float > 0, default 1e-6
        Share of the first value that is to be reached.
    **hyper : Any
        Further hyper-parameters of the step.

    Returns
    -------
    steps : ndarray of shape (S,)
        Infinite where no learning rate was quick enough.

    Raises
    ------
    ValueError
        "starts.shape must be (S, d), got (2,)"; "lrs.shape must be (R,), got ()";
        "n_steps must be an integer >= 0, got -1"; "reduction must be > 0, got 0.0".

    Slides
    ------
    "Gradient descent": speed up convergence.

    Examples
    --------
    >>> def f(w):
    ...     return (w**2).sum(axis=-1)
    >>> steps_needed(f, lambda w: 2 * w, [[1.0], [8.0]], "gd", lrs=[0.25, 2.0], n_steps=99).tolist()
    [10.0, 10.0]
    """
    check_function("f", f)
    check_function("grad", grad)
    check("n_steps", n_steps, count(0))
    check("reduction", reduction, POSITIVE)
    starts, lrs = floating("starts", starts), floating("lrs", lrs)
    if starts.ndim != 2:
        raise ValueError(f"starts.shape must be (S, d), got {starts.shape!r}")
    if lrs.ndim != 1:
        raise ValueError(f"lrs.shape must be (R,), got {lrs.shape!r}")
    init, step = functions_of(optimizer)
    rates = lrs.astype(starts.dtype)[:, None, None]
    first, w = f(starts), np.tile(starts, (len(lrs), 1, 1))
    state, steps = init(w), np.full(len(starts), np.inf, starts.dtype)
    for t in range(1, n_steps + 1):
        w, state = step(w, grad(w), state, lr=rates, **hyper)
        value = f(w)
        steps[np.isinf(steps) & (value <= reduction * first).any(axis=0)] = t
        if np.isfinite(steps).all():
            break
        # What has left for good goes back to its start, so that nothing overflows.
        w = np.where((value < 1e12 * first)[..., None], w, starts)
    return steps


def adam_drift(slopes: ArrayLike, *, beta1: float = 0.9, beta2: float = 0.999) -> NDArray:
    """Average step of Adam, in units of the learning rate, on gradients that repeat.

        - (v_1 / sqrt(s_1) + ... + v_n / sqrt(s_n)) / n,   v and s after many periods

    After many periods both averages repeat too, and nothing is left of their start; a small learning rate
    moves the weight by this much per step. Its sign says where Adam goes.

    Parameters
    ----------
    slopes : array_like of shape (n, *k)
        Gradients of one period, not all of them zero.
    beta1, beta2 : float in [0, 1), default 0.9, 0.999
        Memory of the gradients and of the squared gradients.

    Returns
    -------
    step : ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "slopes must be an array of gradients, got shape ()";
        "beta1 must be in [0, 1), got 1.0"; "beta2 must be in [0, 1), got -0.1".

    Slides
    ------
    "AMSGrad": important directions are weakened (erratum E18).

    References
    ----------
    Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, section 3.

    Examples
    --------
    >>> adam_drift([3.0, -1.0, -1.0], beta1=0.0, beta2=0.0).round(12).item()
    0.333333333333
    """
    check("beta1", beta1, MEMORY)
    check("beta2", beta2, MEMORY)
    slopes = real("slopes", slopes)
    if slopes.ndim == 0 or len(slopes) == 0:
        raise ValueError(f"slopes must be an array of gradients, got shape {slopes.shape}")
    v, s = _repeating_average(slopes, beta1), _repeating_average(slopes**2, beta2)
    return np.asarray(-(v / np.sqrt(s)).mean(axis=0))


def _repeating_average(x: NDArray, beta: float) -> NDArray:
    """The average of observations that repeat, after each observation of a period, in the long run."""
    n = len(x)
    start = float(beta) ** np.arange(n - 1, -1, -1, dtype=x.dtype) @ x.reshape(n, -1)
    average = (1 - beta) / one_minus_power(beta, n) * start  # as it stands before a period begins
    averages = np.empty_like(x).reshape(n, -1)
    for i, observation in enumerate(x.reshape(n, -1)):
        average = beta * average + (1 - beta) * observation
        averages[i] = average
    return averages.reshape(x.shape)


def _root(s: NDArray, eps: Hyper, eps_inside_sqrt: bool) -> NDArray:
    return np.sqrt(s + eps) if eps_inside_sqrt else np.sqrt(s) + eps


def check_adam(lr: Hyper, beta1: Hyper, beta2: Hyper, eps: Hyper) -> None:
    check_each("lr", lr)
    check_each("beta1", beta1, MEMORY)
    check_each("beta2", beta2, MEMORY)
    check_each("eps", eps, POSITIVE)


def functions_of(optimizer: str | Optimizer) -> Optimizer:
    """The pair of functions with this name, or the pair itself."""
    if isinstance(optimizer, str) and optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {optimizer!r}")
    return (
        OPTIMIZERS[optimizer]
        if isinstance(optimizer, str)
        else Optimizer(*unpacked("optimizer", optimizer, Optimizer._fields))
    )


def _unpacked(state: Any, kind: Any, w: NDArray) -> list[Any]:
    """The averages in a state as arrays, and the number of the step that comes next."""
    names = kind._fields
    items = unpacked("state", state, names)
    check("t", items[-1], count(0))
    averages = [floating(name, item, like=w) for name, item in zip(names[:-1], items[:-1], strict=True)]
    return [*averages, items[-1] + 1]


def _matching(w: ArrayLike, dw: ArrayLike) -> tuple[NDArray, NDArray]:
    """Weights and gradient as floating or complex arrays of one shape: broadcasting would hide mistakes."""
    w, dw = floating("w", w), floating("dw", dw)
    if dw.shape != w.shape:
        raise ValueError(f"dw must be an array of the shape {w.shape} of w, got shape {dw.shape}")
    return w, dw


def _zeros(w: ArrayLike) -> NDArray:
    return np.zeros_like(floating("w", w))
