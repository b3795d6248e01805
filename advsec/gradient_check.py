"""Gradient checking: compare a hand-written gradient with one that only needs the function itself.

Three approximations are offered. Central differences are the slides' method: their error falls like
eps**2 until round-off, which grows like 1 / eps, takes over. Forward differences show what the second
evaluation buys. The complex step has no difference to take and so no round-off: it is exact to the last
digits wherever the function is analytic.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import NOT_NEGATIVE, POSITIVE, check, check_choice, check_function, count, floating


__all__ = [
    "GradientCheck",
    "best_eps",
    "check_blocks",
    "check_gradient",
    "directional_derivative",
    "error_curve",
    "numerical_gradient",
    "pack",
    "relative_error",
]

Params = dict[str, NDArray]
METHODS = ("central", "forward", "complex")


def pack(params: Mapping[str, ArrayLike]) -> tuple[NDArray, Callable[[ArrayLike], Params]]:
    """Lay all parameters out in one vector, and return the way back.

        theta = (params of the first name, params of the second name, ...)

    Parameters
    ----------
    params : mapping of names to array_like of any shapes
        Parameters; their order in the mapping is their order in the vector. Not modified.

    Returns
    -------
    theta : ndarray of shape (n,)
        All parameters, each flattened row by row.
    unpack : callable
        Maps a vector of shape (n,) to a dict of arrays with the names and shapes of `params`. The
        arrays take the type of the vector, so a complex vector gives complex parameters.

    Raises
    ------
    ValueError
        "params must be a mapping with at least one array, got {}".

    Slides
    ------
    "Algorithm for gradient checking", line 1: it is the parameters that are reshaped (erratum E27).

    Peers
    -----
    PyTorch: `nn.utils.parameters_to_vector`. JAX: `ravel_pytree`, which sorts the names.

    Examples
    --------
    >>> theta, unpack = pack({"W": [[1.0, 2.0]], "b": [3.0]})
    >>> theta.tolist()
    [1.0, 2.0, 3.0]
    >>> unpack(-theta)["W"].tolist()
    [[-1.0, -2.0]]
    """
    if not (isinstance(params, Mapping) and params):
        raise ValueError(f"params must be a mapping with at least one array, got {params!r}")
    arrays = {name: floating(f"params[{name!r}]", array) for name, array in params.items()}
    theta = np.concatenate([array.ravel() for array in arrays.values()])
    ends = np.cumsum([array.size for array in arrays.values()])

    def unpack(theta: ArrayLike) -> Params:
        theta = np.asarray(theta)
        if theta.shape != (ends[-1],):
            raise ValueError(f"theta.shape must be ({ends[-1]},), got {theta.shape!r}")
        parts = np.split(theta, ends[:-1])
        return {
            name: part.reshape(arrays[name].shape).copy() for name, part in zip(arrays, parts, strict=True)
        }

    return theta, unpack


def numerical_gradient(
    f: Callable[[NDArray], Any],
    theta: ArrayLike,
    *,
    method: str = "central",
    eps: float | None = None,
    at_once: int | None = None,
) -> NDArray:
    """Approximate a gradient from values of the function, one component at a time.

        central   (f(theta + eps e_r) - f(theta - eps e_r)) / (2 eps)     error ~ eps**2 + u / eps
        forward   (f(theta + eps e_r) - f(theta)) / eps                   error ~ eps + u / eps
        complex   imag(f(theta + i eps e_r)) / eps                        error ~ eps**2, no round-off

    Parameters
    ----------
    f : callable
        Maps an array of the shape of `theta` to a number. It sees one array that changes between calls.
        For the complex step it must be analytic: no `abs`, `norm`, `real` or `conj` on the way.
    theta : array_like of shape (*k,)
        Where to differentiate. Not modified; integers become floats, since integers cannot move by eps.
    method : "central", "forward" or "complex", default "central"
    eps : float > 0, optional
        Step of every component, as the slides have it. Default: where truncation and round-off balance,
        max(1, |theta_r|) times u**(1/3) for central and u**(1/2) for forward differences (u is the spacing of
        floats: 6e-6 and 1.5e-8 in float64), and 1e-20 for the complex step, which has no round-off to fear.
    at_once : int >= 1, optional
        How many components are moved at once, each in a point of its own. `f` then takes several points,
        an array of shape (n, *k), and returns n numbers, as `network.loss` does. The gradient is the same up
        to round-off; of a network some 5 times sooner, as points share the price of the calls. By default
        one point at a time.

    Returns
    -------
    gradient : ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "method must be one of central, forward, complex, got 'backward'"; "eps must be > 0, got 0.0";
        "at_once must be an integer >= 1, got 0";
        "f must be analytic and return complex numbers for complex theta, got 1.0";
        "f must be a function that returns one number for each of 4 points, got shape ()".

    Slides
    ------
    "Gradient checking": its limit is the symmetric derivative (erratum E25), and round-off bounds the
    useful eps from below (E26). "Algorithm for gradient checking", lines 2-7.

    Peers
    -----
    scipy: `approx_fprime` is forward with the step u**(1/2) max(1, |theta_r|) of here,
    `approx_derivative(method="3-point")` central with the step of here, `method="cs"` complex.

    References
    ----------
    Squire and Trapp (1998), Using complex variables to estimate derivatives of real functions.

    Examples
    --------
    >>> numerical_gradient(lambda theta: np.sum(theta**2), [1, 2, 3]).round(6).tolist()
    [2.0, 4.0, 6.0]
    """
    check_function("f", f)
    check_choice("method", method, METHODS)
    theta = floating("theta", theta)
    if eps is not None:
        check("eps", eps, POSITIVE)
    steps = _default_steps(method, theta) if eps is None else np.full(theta.shape, eps)
    if at_once is not None:
        check("at_once", at_once, count(1))
        return _many_at_once(f, theta, method, steps, at_once)
    gradient = np.empty_like(theta)
    point = theta.astype(np.result_type(theta, np.complex64)) if method == "complex" else theta.copy()
    at_theta = f(point) if method == "forward" else None
    for r in np.ndindex(theta.shape):
        old, step = point[r], steps[r].item()
        if method == "complex":
            point[r] = old + step * 1j
            gradient[r] = _imaginary_part(f(point)) / step
        elif method == "forward":
            point[r] = old + step
            gradient[r] = (f(point) - at_theta) / step
        else:
            point[r] = old + step
            above = f(point)
            point[r] = old - step
            gradient[r] = (above - f(point)) / (2 * step)
        point[r] = old  # assigned, not stepped back: adding and subtracting eps would drift
    return gradient


def _many_at_once(
    f: Callable[[NDArray], Any], theta: NDArray, method: str, steps: NDArray, at_once: int
) -> NDArray:
    """The gradient of `numerical_gradient` from few calls of f with many points each."""
    moves = {"central": (1, -1), "forward": (1,), "complex": (1j,)}[method]
    components, steps = theta.ravel(), steps.ravel()
    at_once = max(1, min(at_once, theta.size))
    # Points of one move behind those of the other: which component each point moves changes, nothing else.
    shape = (len(moves), at_once, theta.size)
    points = np.array(np.broadcast_to(components, shape), dtype=np.result_type(theta, *moves))
    at_theta = _values(f, theta[np.newaxis]) if method == "forward" else 0.0
    gradient = np.empty_like(components)
    for start in range(0, theta.size, at_once):
        moved = np.arange(start, min(start + at_once, theta.size))
        rows = np.arange(len(moved))
        for each, move in zip(points, moves, strict=True):
            each[rows, moved] = components[moved] + move * steps[moved]
        values = _values(f, points.reshape(-1, *theta.shape)).reshape(shape[:2])[:, rows]
        points[:, rows, moved] = components[moved]
        if method == "complex":
            gradient[moved] = _imaginary_part(values[0]) / steps[moved]
        elif method == "forward":
            gradient[moved] = (values[0] - at_theta) / steps[moved]
        else:
            gradient[moved] = (values[0] - values[1]) / (2 * steps[moved])
    return gradient.reshape(theta.shape)


def _values(f: Callable[[NDArray], Any], points: NDArray) -> NDArray:
    values = np.asarray(f(points))
    if values.shape != points.shape[:1]:
        rule = f"a function that returns one number for each of {len(points)} points"
        raise ValueError(f"f must be {rule}, got shape {values.shape}")
    return values


def directional_derivative(
    f: Callable[[NDArray], Any],
    theta: ArrayLike,
    direction: ArrayLike,
    *,
    method: str = "central",
    eps: float | None = None,
) -> float:
    """Approximate how fast a function changes when all parameters move at once.

        central   (f(theta + eps d) - f(theta - eps d)) / (2 eps)
        forward   (f(theta + eps d) - f(theta)) / eps
        complex   imag(f(theta + i eps d)) / eps

    The right value is the inner product of the gradient with d. Two evaluations of f check a gradient of any
    length along d: a random d sees every component, and an error in the share that it has of the gradient.

    Parameters
    ----------
    f : callable
        Maps an array of the shape of `theta` to a number; analytic for the complex step.
    theta : array_like of shape (*k,)
        Where to differentiate. Not modified.
    direction : array_like of shape (*k,)
        d, of any length. Not modified.
    method : "central", "forward" or "complex", default "central"
    eps : float > 0, optional
        Step, in units of d. By default as in `numerical_gradient` for components of size 1.

    Returns
    -------
    derivative : float

    Raises
    ------
    ValueError
        "method must be one of central, forward, complex, got 'backward'"; "eps must be > 0, got 0.0";
        "direction.shape must be (3,), the shape of theta, got (2,)";
        "f must be analytic and return complex numbers for complex theta, got 1.0".

    Slides
    ------
    "Gradient checking" moves one component at a time: two evaluations each.

    Peers
    -----
    JAX `check_grads` takes one random direction. PyTorch `gradcheck(fast_mode=True)` takes random directions.

    Examples
    --------
    >>> round(directional_derivative(lambda theta: np.sum(theta**2), [1.0, 2.0], [1.0, -1.0]), 6)
    -2.0
    """
    check_function("f", f)
    theta, direction = floating("theta", theta), floating("direction", direction)
    if direction.shape != theta.shape:
        raise ValueError(
            f"direction.shape must be {theta.shape}, the shape of theta, got {direction.shape!r}"
        )
    along = numerical_gradient(lambda t: f(theta + t[0] * direction), np.zeros(1), method=method, eps=eps)
    return float(along[0])


def relative_error(approx: ArrayLike, exact: ArrayLike) -> float:
    """Distance of two gradients relative to their lengths.

        xi = ||approx - exact|| / (||approx|| + ||exact||),   xi = 0 when both are zero

    It lies between 0 and 1, and 1 means opposite directions or that one of the two is zero.

    Parameters
    ----------
    approx, exact : array_like of shape (*k,)
        Gradients of the same shape. Not modified.

    Returns
    -------
    xi : float in [0, 1]
        nan when a gradient holds nan or infinity.

    Raises
    ------
    ValueError
        "approx.shape must be (3,), the shape of exact, got (2,)".

    Slides
    ------
    "Algorithm for gradient checking", line 8; the norm is the 2-norm, 0/0 counts as 0 (erratum E28).

    Peers
    -----
    CS231n takes the largest componentwise error. `||approx - exact|| / ||approx + exact||`, found in some
    courses, has no upper bound: it explodes on a flipped sign.

    Examples
    --------
    >>> relative_error([1.0, 2.0], [1.0, 2.0])
    0.0
    >>> relative_error([1.0], [-1.0])
    1.0
    """
    approx, exact = floating("approx", approx), floating("exact", exact)
    if approx.shape != exact.shape:
        raise ValueError(f"approx.shape must be {exact.shape}, the shape of exact, got {approx.shape!r}")
    scale = max(np.max(np.abs(approx), initial=0.0), np.max(np.abs(exact), initial=0.0))
    if not np.isfinite(scale):
        return math.nan
    if scale == 0:
        return 0.0
    approx, exact = approx / scale, exact / scale  # squares of very small or large numbers would be 0 or inf
    distance = np.linalg.norm((approx - exact).ravel())
    return float(distance / (np.linalg.norm(approx.ravel()) + np.linalg.norm(exact.ravel())))


class GradientCheck(NamedTuple):
    """Outcome of `check_gradient`: one number for all components, and the component that is worst."""

    xi: float
    worst_index: tuple[int, ...]
    worst_error: float
    approx: NDArray
    exact: NDArray
    passed: bool


def check_gradient(
    f: Callable[[NDArray], Any],
    grad: Callable[[NDArray], ArrayLike],
    theta: ArrayLike,
    *,
    method: str = "central",
    eps: float | None = None,
    tol: float = 1e-7,
    at_once: int | None = None,
) -> GradientCheck:
    """Check a gradient against a numerical one.

        passed = relative_error(numerical_gradient(f, theta), grad(theta)) <= tol

    One xi for all components hides a small wrong one; `worst_error` is the largest error of a single
    component, |approx - exact| / (|approx| + |exact|), and `check_blocks` gives every array its own xi.
    A component that is zero up to round-off has a large `worst_error` without being wrong; one that is nan
    or infinite is the worst, and its error is nan.

    Parameters
    ----------
    f : callable
        Maps an array of the shape of `theta` to a number.
    grad : callable
        Maps an array of the shape of `theta` to its gradient, the one to be checked.
    theta : array_like of shape (*k,)
        Where to check, at least one number. Not modified.
    method : "central", "forward" or "complex", default "central"
    eps : float > 0, optional
        Step of `numerical_gradient`.
    tol : float >= 0, default 1e-7
        Largest xi that passes: 1e-7 for smooth functions in float64, 1e-4 with kinks (ReLU), 1e-12 for
        the complex step.
    at_once : int >= 1, optional
        As in `numerical_gradient`: f takes many points, grad still takes one.

    Returns
    -------
    xi, worst_index, worst_error, approx, exact, passed : GradientCheck

    Raises
    ------
    ValueError
        "tol must be >= 0, got -1"; "theta must be at least one number, got []";
        "grad must be a function that returns an array of shape (2,), got shape (1,)".

    Slides
    ------
    "Algorithm for gradient checking"; the threshold it leaves open is erratum E28.

    Peers
    -----
    PyTorch `gradcheck`: componentwise, atol 1e-5 + rtol 1e-3. scipy `check_grad` returns the absolute
    distance to a forward difference. JAX `check_grads` tries one direction, the same at every call, with a
    tolerance that is absolute for small values: of gradients below 1e-5 it passes the wrong ones too.

    Examples
    --------
    >>> check = check_gradient(lambda theta: np.sum(theta**3), lambda theta: 3 * theta**2, [1.0, 2.0])
    >>> check.passed
    True
    >>> wrong = check_gradient(lambda theta: np.sum(theta**3), lambda theta: theta**2, [1.0, 2.0])
    >>> wrong.passed, round(wrong.xi, 3)
    (False, 0.5)
    """
    check("tol", tol, NOT_NEGATIVE)
    check_function("grad", grad)
    point = floating("theta", theta)
    if point.size == 0:
        raise ValueError(f"theta must be at least one number, got {theta!r}")
    approx = numerical_gradient(f, point, method=method, eps=eps, at_once=at_once)
    return _compare(approx, _gradient_at(grad, point), tol)


def check_blocks(
    f: Callable[[Params], Any],
    grad: Callable[[Params], Mapping[str, ArrayLike]],
    params: Mapping[str, ArrayLike],
    *,
    method: str = "central",
    eps: float | None = None,
    tol: float = 1e-7,
) -> dict[str, GradientCheck]:
    """Check the gradient of every parameter array on its own.

        for each name: relative_error(numerical gradient of params[name], grad(params)[name]) <= tol

    A bias gradient of size 1e-6 with the wrong sign beside weight gradients of size 1 gives a joint xi
    near 1e-6 and a xi of 1 for its own block: the block that is wrong is named.

    Parameters
    ----------
    f : callable
        Maps a dict like `params` to a number.
    grad : callable
        Maps a dict like `params` to a mapping with the gradient of each of its arrays.
    params : mapping of names to array_like of any shapes
        Where to check. Not modified.
    method, eps, tol : str, float, float
        As in `check_gradient`.

    Returns
    -------
    checks : dict of GradientCheck
        One for each name, in the order of `params`.

    Raises
    ------
    ValueError
        "tol must be >= 0, got -1";
        "grad must be a function that returns the names ['W', 'b'] of params, got ['W']";
        "params must be arrays of at least one number, got {'W': []}".

    Slides
    ------
    "Algorithm for gradient checking", line 8, once per array (erratum E28).

    Examples
    --------
    >>> def f(p):
    ...     return np.sum(p["W"] ** 2) + np.sum(p["b"])
    >>> checks = check_blocks(f, lambda p: {"W": 2 * p["W"], "b": 0 * p["b"]}, {"W": [1.0, 2.0], "b": [3.0]})
    >>> {name: check.passed for name, check in checks.items()}
    {'W': True, 'b': False}
    """
    check("tol", tol, NOT_NEGATIVE)
    check_function("f", f)
    check_function("grad", grad)
    theta, unpack = pack(params)
    if any(array.size == 0 for array in unpack(theta).values()):
        raise ValueError(f"params must be arrays of at least one number, got {params!r}")
    approx = unpack(numerical_gradient(lambda theta: f(unpack(theta)), theta, method=method, eps=eps))
    exact = grad(unpack(theta))
    if not isinstance(exact, Mapping) or set(exact) != set(approx):
        got = list(exact) if isinstance(exact, Mapping) else exact
        raise ValueError(
            f"grad must be a function that returns the names {list(approx)} of params, got {got!r}"
        )
    return {name: _compare(approx[name], _shaped(exact[name], approx[name].shape), tol) for name in approx}


def error_curve(
    f: Callable[[NDArray], Any],
    grad: Callable[[NDArray], ArrayLike],
    theta: ArrayLike,
    eps: ArrayLike,
    *,
    method: str = "central",
) -> NDArray:
    """Relative error of the numerical gradient for each step.

        xi_j = relative_error(numerical_gradient(f, theta, eps=eps_j), grad(theta))

    On log axes it is a V: truncation falls with slope 2 (central) or 1 (forward) towards small steps,
    round-off rises with slope -1; the bottom lies near u**(1/3) or u**(1/2).

    Parameters
    ----------
    f, grad : callable
        As in `check_gradient`.
    theta : array_like of shape (*k,)
        Where to check. Not modified.
    eps : array_like of shape (E,)
        Steps, all > 0. Not modified.
    method : "central", "forward" or "complex", default "central"

    Returns
    -------
    xi : ndarray of shape (E,)

    Raises
    ------
    ValueError
        "eps must be > 0, got 0.0".

    Slides
    ------
    "Gradient checking": "the approximation error is in the order O(eps**2)" (erratum E26).

    Examples
    --------
    >>> curve = error_curve(lambda x: np.exp(x[0]), np.exp, [1.0], [1e-2, 1e-5, 1e-12])
    >>> int(np.argmin(curve))
    1
    """
    check_function("grad", grad)
    point, steps = floating("theta", theta), _steps(eps)
    exact = _gradient_at(grad, point)
    return np.array(
        [relative_error(numerical_gradient(f, point, method=method, eps=h), exact) for h in steps]
    )


def best_eps(
    f: Callable[[NDArray], Any],
    grad: Callable[[NDArray], ArrayLike],
    theta: ArrayLike,
    eps: ArrayLike,
    *,
    method: str = "central",
) -> float:
    """Step with the smallest relative error among those given.

        eps[argmin error_curve(f, grad, theta, eps)]

    Parameters
    ----------
    f, grad : callable
        As in `check_gradient`.
    theta : array_like of shape (*k,)
        Where to check. Not modified.
    eps : array_like of shape (E,)
        Steps, all > 0. Not modified.
    method : "central", "forward" or "complex", default "central"

    Returns
    -------
    eps : float
        The first of equally good ones.

    Raises
    ------
    ValueError
        "eps must be steps of which at least one has a finite error, got []".

    Slides
    ------
    "Gradient checking" (erratum E26).

    Examples
    --------
    >>> best_eps(lambda x: np.exp(x[0]), np.exp, [1.0], [1e-2, 1e-5, 1e-12])
    1e-05
    """
    curve = error_curve(f, grad, theta, eps, method=method)
    if not np.any(np.isfinite(curve)):
        raise ValueError(f"eps must be steps of which at least one has a finite error, got {eps!r}")
    return _steps(eps)[np.nanargmin(curve)]


def _steps(eps: ArrayLike) -> list[float]:
    steps: list[float] = floating("eps", eps).ravel().tolist()
    for step in steps:
        check("eps", step, POSITIVE)
    return steps


def _gradient_at(grad: Callable[[NDArray], ArrayLike], theta: NDArray) -> NDArray:
    return _shaped(grad(theta.copy()), theta.shape)


def _shaped(gradient: ArrayLike, shape: tuple[int, ...]) -> NDArray:
    array = floating("grad", gradient).copy()
    if array.shape != shape:
        raise ValueError(
            f"grad must be a function that returns an array of shape {shape}, got shape {array.shape}"
        )
    return array


def _compare(approx: NDArray, exact: NDArray, tol: float) -> GradientCheck:
    xi = relative_error(approx, exact)
    size = np.abs(approx) + np.abs(exact)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        errors = np.divide(np.abs(approx - exact), size, out=np.zeros_like(size), where=size != 0)
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    return GradientCheck(
        xi, tuple(int(i) for i in worst), float(errors[worst]), approx, exact, passed=bool(xi <= tol)
    )


def _default_steps(method: str, theta: NDArray) -> NDArray:
    """One step per component: far from 0 floats are so far apart that a fixed step would not move them."""
    if method == "complex":
        return np.full(theta.shape, 1e-20)
    exponent = 1 / 3 if method == "central" else 1 / 2
    steps = float(np.finfo(theta.dtype).eps) ** exponent * np.maximum(1.0, np.abs(theta))
    return np.abs((theta + steps) - theta)  # what the sum moves by, rounded as it is


def _imaginary_part(value: Any) -> Any:
    """Imaginary part of a value that must be complex: a real one has lost it, and its gradient would be 0."""
    if not np.iscomplexobj(value):
        raise ValueError(f"f must be analytic and return complex numbers for complex theta, got {value!r}")
    return np.imag(value)
