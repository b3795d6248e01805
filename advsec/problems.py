"""Functions to minimise, each with its gradient: what optimisers are compared on, and what breaks them.

    problem = rosenbrock()
    problem.f(w), problem.grad(w), problem.minimum

The last axis of `w` is the coordinate; axes before it hold starts that run at the same time.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import Rule, at_least, check, check_kind, count, floating, integers, real


__all__ = [
    "Problem",
    "WilsonData",
    "average_regret",
    "chain_terms",
    "ill_conditioned",
    "least_squares",
    "linear_chain",
    "quadratic",
    "random_rotation",
    "reddi_gradient",
    "rosenbrock",
    "saddle",
    "wilson_data",
    "wilson_solutions",
]


class Problem(NamedTuple):
    """A function `f` of weights of shape (..., d), its gradient of the same shape, and where it is lowest.

    `minimum` is one point of shape (d,), or None where there is none to name.
    """

    f: Callable[[NDArray], NDArray]
    grad: Callable[[NDArray], NDArray]
    minimum: NDArray | None


class WilsonData(NamedTuple):
    """Inputs of shape (m, d) and labels +1 or -1 of shape (m,), for training and for testing."""

    X: NDArray
    y: NDArray
    X_test: NDArray
    y_test: NDArray


def quadratic(H: ArrayLike, minimum: ArrayLike | None = None) -> Problem:
    """Build the quadratic with a given Hessian and minimum.

        f(w) = (w - minimum) . H (w - minimum) / 2,   grad f(w) = H (w - minimum)

    Parameters
    ----------
    H : array_like of shape (d, d)
        Symmetric matrix. Not modified.
    minimum : array_like of shape (d,) or None, default None
        Where f is 0; None takes the origin.

    Returns
    -------
    problem : Problem

    Raises
    ------
    ValueError
        "H must be a symmetric matrix, got [[1.0, 2.0]]"; "minimum.shape must be (3,), got (2,)".

    Slides
    ------
    "Gradient descent": ill-conditioned problems.

    Examples
    --------
    >>> problem = quadratic([[1.0, 0.0], [0.0, 10.0]])
    >>> float(problem.f(np.array([1.0, 1.0]))), problem.grad(np.array([1.0, 1.0])).tolist()
    (5.5, [1.0, 10.0])
    """
    matrix = floating("H", H).copy()
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.array_equal(matrix, matrix.T):
        raise ValueError(f"H must be a symmetric matrix, got {np.asarray(H).tolist()!r}")
    lowest = np.zeros(len(matrix), matrix.dtype) if minimum is None else floating("minimum", minimum).copy()
    if lowest.shape != matrix.shape[:1]:
        raise ValueError(f"minimum.shape must be {matrix.shape[:1]}, got {lowest.shape!r}")

    def grad(w: NDArray) -> NDArray:
        return (w - lowest) @ matrix

    def f(w: NDArray) -> NDArray:
        return ((w - lowest) * grad(w)).sum(axis=-1) / 2

    return Problem(f, grad, lowest)


def ill_conditioned(
    d: int = 10,
    *,
    condition: float = 1000.0,
    rotation: ArrayLike | None = None,
) -> Problem:
    """Build a quadratic with curvatures spread evenly in logarithm, rotated or not.

        H = Q diag(1, ..., condition) Q',   Q the identity or a rotation

    Methods that scale each coordinate by itself (RMSprop, Adam) profit from the axes and lose by a
    rotation; gradient descent and momentum do not notice it.

    Parameters
    ----------
    d : int >= 2, default 10
        Number of coordinates.
    condition : float >= 1, default 1000.0
        Largest over smallest curvature.
    rotation : array_like of shape (d, d) or None, default None
        Orthogonal matrix, as `random_rotation` gives; None keeps the axes.

    Returns
    -------
    problem : Problem
        Its minimum is the origin.

    Raises
    ------
    ValueError
        "d must be an integer >= 2, got 1";
        "condition must be >= 1, got 0.5"; "rotation.shape must be (3, 3), got (2, 2)".

    Slides
    ------
    "Gradient descent": ill-conditioned problems (erratum E12).

    Examples
    --------
    >>> ill_conditioned(3, condition=100.0).grad(np.ones(3)).round(12).tolist()
    [1.0, 10.0, 100.0]
    """
    check("d", d, count(2))
    check("condition", condition, at_least(1))
    Q = np.eye(d) if rotation is None else real("rotation", rotation)
    if Q.shape != (d, d):
        raise ValueError(f"rotation.shape must be {(d, d)}, got {Q.shape!r}")
    H = (Q * np.geomspace(1, condition, d).astype(Q.dtype)) @ Q.T
    return quadratic((H + H.T) / 2)


def random_rotation(d: int, *, rng: np.random.Generator) -> NDArray:
    """Draw an orthogonal matrix, all of them equally likely.

        Q R = a matrix of normal numbers, with the signs of R's diagonal moved into Q

    Parameters
    ----------
    d : int >= 1
        Size of the matrix.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Q : ndarray of shape (d, d)

    References
    ----------
    Mezzadri (2007), How to generate random matrices from the classical compact groups.

    Examples
    --------
    >>> Q = random_rotation(3, rng=np.random.default_rng(0))
    >>> bool(np.allclose(Q @ Q.T, np.eye(3)))
    True
    """
    check("d", d, count(1))
    check_kind("rng", rng, np.random.Generator)
    Q, R = np.linalg.qr(rng.normal(size=(d, d)))
    return Q * np.sign(np.diag(R))


def saddle() -> Problem:
    """Build a function of two weights with a saddle at the origin and two minima.

        f(w) = w_1**2 / 2 - w_2**2 / 2 + w_2**4 / 4

    Returns
    -------
    problem : Problem
        `minimum` is (0, 1), one of the two.

    Slides
    ------
    "Cyclical Learning Rates for Neural Networks": saddle points (erratum E19).

    Examples
    --------
    >>> saddle().grad(np.array([1.0, 0.0])).tolist()
    [1.0, 0.0]
    """

    def f(w: NDArray) -> NDArray:
        return w[..., 0] ** 2 / 2 - w[..., 1] ** 2 / 2 + w[..., 1] ** 4 / 4

    def grad(w: NDArray) -> NDArray:
        return np.stack([w[..., 0], w[..., 1] ** 3 - w[..., 1]], axis=-1)

    return Problem(f, grad, np.array([0.0, 1.0]))


def rosenbrock(d: int = 2) -> Problem:
    """Build Rosenbrock's curved valley.

        f(w) = sum_i 100 (w_{i+1} - w_i**2)**2 + (1 - w_i)**2

    Parameters
    ----------
    d : int >= 2, default 2
        Number of coordinates of the minimum (1, ..., 1); f and its gradient take any number.

    Returns
    -------
    problem : Problem

    Raises
    ------
    ValueError
        "d must be an integer >= 2, got 1".

    References
    ----------
    Rosenbrock (1960), An automatic method for finding the greatest or least value of a function.

    Examples
    --------
    >>> problem = rosenbrock()
    >>> float(problem.f(np.array([-1.0, 1.0]))), problem.grad(np.array([1.0, 1.0])).tolist()
    (4.0, [0.0, 0.0])
    """
    check("d", d, count(2))

    def f(w: NDArray) -> NDArray:
        return (100 * (w[..., 1:] - w[..., :-1] ** 2) ** 2 + (1 - w[..., :-1]) ** 2).sum(axis=-1)

    def grad(w: NDArray) -> NDArray:
        valley = w[..., 1:] - w[..., :-1] ** 2
        dw = np.zeros_like(w)
        dw[..., :-1] = -400 * w[..., :-1] * valley + 2 * (w[..., :-1] - 1)
        dw[..., 1:] += 200 * valley
        return dw

    return Problem(f, grad, np.ones(d))


def reddi_gradient(t: ArrayLike, C: float = 3.0) -> NDArray | float:
    """Slope of Reddi's linear losses on [-1, 1], on which Adam ends at the worst point.

        f_t(x) = C x if t = 1, 4, 7, ...,   -x otherwise

    Over three steps the losses add up to (C - 2) x, so x = -1 is best. The rare large gradient points the
    right way; Adam divides it by a root that it has itself made large, and the two small ones win.

    Parameters
    ----------
    t : int or array_like of ints of shape (T,)
        Step, 1 for the first.
    C : float > 2, default 3.0
        The rare large slope.

    Returns
    -------
    dx : float or ndarray of shape (T,)

    Raises
    ------
    ValueError
        "C must be > 2, got 2.0";
        "t must be an integer >= 1 or an array of them, got 0".

    Slides
    ------
    "AMSGrad": "certain convex problems"; which memories fail is erratum E18.

    References
    ----------
    Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, theorem 1.

    Examples
    --------
    >>> reddi_gradient([1, 2, 3, 4]).tolist()
    [3.0, -1.0, -1.0, 3.0]
    """
    check("C", C, Rule("> 2", lambda slope: slope > 2))
    slope = np.where(integers("t", t, count(1)) % 3 == 1, float(C), -1.0)
    return slope.item() if slope.ndim == 0 else slope


def average_regret(
    x: ArrayLike,
    dx: ArrayLike,
    *,
    low: float = -1.0,
    high: float = 1.0,
) -> float:
    """Average loss on linear losses, beyond that of the best fixed point.

        (sum_t dx_t x_t - min over fixed z in [low, high] of sum_t dx_t z) / T

    Parameters
    ----------
    x : array_like of shape (T,)
        Point that was chosen at each step.
    dx : array_like of shape (T,)
        Slope of the loss at each step.
    low, high : float, default -1.0, 1.0
        Interval that all points lie in.

    Returns
    -------
    regret : float
        It tends to 0 for an algorithm that converges.

    Raises
    ------
    ValueError
        "dx must be an array of the shape (2,) of x, got shape (3,)".

    Slides
    ------
    "AMSGrad": fail to converge.

    References
    ----------
    Zinkevich (2003), Online convex programming and generalized infinitesimal gradient ascent.

    Examples
    --------
    >>> average_regret([1.0, 1.0, 1.0], [3.0, -1.0, -1.0])
    0.6666666666666666
    """
    check("low", low)
    check("high", high)
    x, dx = real("x", x), real("dx", dx)
    if x.ndim != 1 or dx.shape != x.shape:
        raise ValueError(f"dx must be an array of the shape {x.shape} of x, got shape {dx.shape}")
    best = min(low * dx.sum(), high * dx.sum())
    return float((dx @ x - best) / len(x))


def least_squares(X: ArrayLike, y: ArrayLike) -> Problem:
    """Build the mean squared error of a linear model.

        f(w) = mean((X w - y)**2) / 2,   grad f(w) = X' (X w - y) / m

    Parameters
    ----------
    X : array_like of shape (m, d)
        Inputs, one example per row. Not modified.
    y : array_like of shape (m,)
        Targets. Not modified.

    Returns
    -------
    problem : Problem
        `minimum` is the solution of least norm, which gradient descent from the origin tends to.

    Raises
    ------
    ValueError
        "X.shape must be (m, d), got (2,)";
        "y must be an array of shape (2,), one target per row of X, got shape (3,)".

    Slides
    ------
    "Marginal value of adaptive gradient methods".

    Examples
    --------
    >>> problem = least_squares([[1.0, 0.0], [0.0, 2.0]], [1.0, 2.0])
    >>> problem.minimum.round(12).tolist(), problem.grad(np.zeros(2)).tolist()
    ([1.0, 1.0], [-0.5, -2.0])
    """
    X, y = floating("X", X).copy(), floating("y", y).copy()
    if X.ndim != 2:
        raise ValueError(f"X.shape must be (m, d), got {X.shape!r}")
    if y.shape != X.shape[:1]:
        raise ValueError(
            f"y must be an array of shape {X.shape[:1]}, one target per row of X, got shape {y.shape}"
        )

    def f(w: NDArray) -> NDArray:
        return ((w @ X.T - y) ** 2).mean(axis=-1) / 2

    def grad(w: NDArray) -> NDArray:
        return (w @ X.T - y) @ X / len(y)

    return Problem(f, grad, np.linalg.pinv(X) @ y)


def wilson_data(n_positive: int = 30, n_negative: int = 20) -> WilsonData:
    """Build the data that adaptive methods separate in training and not in the test.

        x = (y, 1, 1, then a 1 for each feature that no other example has: 1 of them if y = 1, 5 if y = -1)

    Only the first feature says anything about y. The test examples have unseen features of their own,
    whose weights were never trained; what is left of them is (y, 1, 1, 0, ...).

    Parameters
    ----------
    n_positive, n_negative : int >= 1, default 30, 20
        Examples of each class, the same numbers for training and testing; more positive ones.

    Returns
    -------
    data : WilsonData
        X and X_test of shape (m, 3 + n_positive + 5 n_negative), labels of shape (m,).

    Raises
    ------
    ValueError
        "n_negative must be an integer >= 1, got 0";
        "n_positive must be an integer > n_negative = 20, got 20".

    Slides
    ------
    "Marginal value of adaptive gradient methods".

    References
    ----------
    Wilson et al. (2017), The marginal value of adaptive gradient methods in machine learning, section 3.3.

    Examples
    --------
    >>> wilson_data(2, 1).X.astype(int).tolist()
    [[1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 1, 0, 0, 0, 0, 0], [-1, 1, 1, 0, 0, 1, 1, 1, 1, 1]]
    """
    check("n_negative", n_negative, count(1))
    more = Rule(f"an integer > n_negative = {n_negative}", lambda n: n > n_negative and n % 1 == 0)
    check("n_positive", n_positive, more)
    y = np.repeat([1.0, -1.0], [n_positive, n_negative])
    owner = np.repeat(np.arange(len(y)), np.where(y > 0, 1, 5))
    own = (owner == np.arange(len(y))[:, None]).astype(float)
    shared = np.column_stack([y, np.ones_like(y), np.ones_like(y)])
    return WilsonData(np.hstack([shared, own]), y, np.hstack([shared, np.zeros_like(own)]), y.copy())


def wilson_solutions(X: ArrayLike, y: ArrayLike) -> tuple[NDArray, NDArray]:
    """Solve X w = y as gradient descent and as adaptive methods do, from the origin.

        w_gd  = X' (X X')^-1 y          the solution of least norm
        w_ada = c sign(X' y)            when such a c exists

    Parameters
    ----------
    X : array_like of shape (m, d)
        Inputs, more features than examples. Not modified.
    y : array_like of shape (m,)
        Labels +1 or -1. Not modified.

    Returns
    -------
    w_gd, w_ada : ndarray of shape (d,)

    Raises
    ------
    ValueError
        "y.shape must be (2,), one label per row of X, got (3,)";
        "X must be such that y * (X sign(X' y)) is one number > 0, got (1.0, 2.0)".

    Slides
    ------
    "Marginal value of adaptive gradient methods".

    References
    ----------
    Wilson et al. (2017), The marginal value of adaptive gradient methods in machine learning, lemma 3.1.

    Examples
    --------
    >>> X, y, *_ = wilson_data(2, 1)
    >>> w_gd, w_ada = wilson_solutions(X, y)
    >>> (X @ w_gd).round(12).tolist(), np.unique(w_ada).tolist()
    ([1.0, 1.0, -1.0], [-0.25, 0.25])
    """
    X, y = real("X", X), real("y", y)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"y.shape must be {X.shape[:1]}, one label per row of X, got {y.shape!r}")
    signs = np.sign(X.T @ y)
    margins = y * (X @ signs)
    if not (margins.min() > 0 and np.allclose(margins, margins[0])):
        low, high = margins.min().item(), margins.max().item()
        raise ValueError(f"X must be such that y * (X sign(X' y)) is one number > 0, got {(low, high)!r}")
    return np.linalg.pinv(X) @ y, signs / margins[0]


def linear_chain(x: float = 1.0, y: float = 0.0) -> Problem:
    """Build the loss of a deep linear network with one unit per layer.

        f(w) = (w_1 w_2 ... w_L x - y)**2 / 2

    Parameters
    ----------
    x, y : float, default 1.0, 0.0
        Input and target.

    Returns
    -------
    problem : Problem
        For any number L of layers, the length of w. It has no single minimum.

    Slides
    ------
    "Problems of deep networks"; erratum E43.

    Examples
    --------
    >>> linear_chain().grad(np.array([1.0, 2.0])).tolist()
    [4.0, 2.0]
    """
    check("x", x)
    check("y", y)

    def f(w: NDArray) -> NDArray:
        return (w.prod(axis=-1) * x - y) ** 2 / 2

    def grad(w: NDArray) -> NDArray:
        L = w.shape[-1]
        others = np.where(np.eye(L, dtype=bool), 1, w[..., None, :]).prod(axis=-1)
        return (w.prod(axis=-1, keepdims=True) * x - y) * others * x

    return Problem(f, grad, None)


def chain_terms(w: ArrayLike, change: ArrayLike, x: float = 1.0) -> NDArray:
    """Split the new output of the deep linear chain by the order of the change.

        (w_1 + change_1) ... (w_L + change_L) x = terms[0] + terms[1] + ... + terms[L]

    `terms[k]` collects the C(L, k) products with k changes: terms[0] is the old output and terms[1] is all
    that a gradient takes into account.

    Parameters
    ----------
    w : array_like of shape (L,)
        Weights. Not modified.
    change : array_like of shape (L,)
        What an update adds to each of them, for instance -lr dw. Not modified.
    x : float, default 1.0
        Input.

    Returns
    -------
    terms : ndarray of shape (L + 1,)

    Raises
    ------
    ValueError
        "change must be an array of the shape (2,) of w, got shape (3,)".

    Slides
    ------
    "Problems of deep networks": "many high order components", 2**L of them (erratum E43).

    Examples
    --------
    >>> chain_terms([1.0, 1.0, 1.0], [-0.1, -0.1, -0.1]).round(12).tolist()
    [1.0, -0.3, 0.03, -0.001]
    """
    check("x", x)
    w, change = floating("w", w), floating("change", change)
    if w.ndim != 1 or change.shape != w.shape:
        raise ValueError(
            f"change must be an array of the shape {w.shape} of w, got shape {change.shape}",
        )
    terms = np.array([x], dtype=np.result_type(w, change))
    for weight, step in zip(w, change, strict=True):
        terms = np.convolve(terms, np.array([weight, step]))
    return terms
