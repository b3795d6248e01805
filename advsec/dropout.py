"""Dropout: the layer itself, and what it computes on average, by exact enumeration of all masks.

`keep_prob` is always the probability of keeping a unit. Masks are explicit: they are drawn by
`sample_mask`, so that everything else is deterministic and can be checked.

The slides' theory concerns expectations over masks. n units have 2**n masks, few enough to visit them all
up to n = 20 or so, and then an identity either holds to the last digits or is not one.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import KEPT_SHARE, SHARE, broadcastable, check, check_kind, count, floating, real, within


__all__ = [
    "DeepAverage",
    "LinearDropoutError",
    "all_masks",
    "deep_average",
    "dropout_backward",
    "dropout_forward",
    "dropout_penalty",
    "dropout_ridge",
    "dropout_test",
    "linear_dropout_error",
    "logistic_dropout_gradient",
    "mask_probabilities",
    "nwgm",
    "nwgm_logistic",
    "sample_mask",
    "softmax_average",
]

MAX_UNITS = 22  # 4 million masks: a second or two
MAX_UNITS_DEEP = 20  # all networks are in memory at once: some 200 MB
BLOCK = 2**14
OUTPUTS_AT_ONCE = 2**20


def sample_mask(
    shape: int | tuple[int, ...],
    keep_prob: float,
    *,
    rng: np.random.Generator,
) -> NDArray:
    """Draw a mask: every unit of every example is kept independently.

        mask = (uniform random numbers < keep_prob)

    Parameters
    ----------
    shape : int or tuple of ints
        Shape of the activations, (m, n): each example gets a mask of its own.
    keep_prob : float in (0, 1]
        Probability of keeping a unit.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    mask : ndarray of bool of the given shape
        True = kept.

    Raises
    ------
    ValueError
        "keep_prob must be in (0, 1], got 0"; "shape must be an integer >= 0, got -1".

    Slides
    ------
    "Inverted dropout": the diagonal of D, drawn anew for each example (erratum E32).

    Peers
    -----
    PyTorch and Keras take the probability of dropping, 1 - keep_prob.

    Examples
    --------
    >>> sample_mask((2, 3), 1.0, rng=np.random.default_rng(0)).tolist()
    [[True, True, True], [True, True, True]]
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    check_kind("rng", rng, np.random.Generator)
    for size in shape if isinstance(shape, tuple) else (shape,):
        check("shape", size, count(0))
    return rng.random(shape) < keep_prob


def dropout_forward(
    a: ArrayLike, mask: ArrayLike, keep_prob: float, *, inverted: bool = True
) -> tuple[NDArray, NDArray]:
    """Drop units during training.

        a_drop = a mask / keep_prob     inverted: its expectation is a, nothing remains to do at test time
        a_drop = a mask                 direct: `dropout_test` scales by keep_prob

    Parameters
    ----------
    a : array_like of shape (m, n), or any
        Activations. Not modified.
    mask : array_like of bool, broadcastable to the shape of `a`
        True = kept. Not modified.
    keep_prob : float in (0, 1]
        Probability with which the mask was drawn.
    inverted : bool, default True
        Scale during training rather than at test time.

    Returns
    -------
    a_drop : ndarray of the shape of `a`
    cache : ndarray
        The factor of each unit, for `dropout_backward`.

    Raises
    ------
    ValueError
        "keep_prob must be in (0, 1], got 1.5";
        "mask.shape must be broadcastable to (2, 3), the shape of a, got (2,)".

    Slides
    ------
    "Inverted dropout"; "Motivation and direct implementation" (erratum E33).

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), Dropout: a simple way to prevent
    neural networks from overfitting.

    Examples
    --------
    >>> a_drop, cache = dropout_forward([1.0, 2.0, 3.0], [True, False, True], keep_prob=0.5)
    >>> a_drop.tolist()
    [2.0, 0.0, 6.0]
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    a, mask = floating("a", a), real("mask", mask)
    if not broadcastable(mask.shape, a.shape):
        raise ValueError(f"mask.shape must be broadcastable to {a.shape}, the shape of a, got {mask.shape!r}")
    factor = mask.astype(a.real.dtype)
    if inverted:
        factor /= keep_prob
    return a * factor, factor


def dropout_backward(da: ArrayLike, cache: ArrayLike) -> NDArray:
    """Pass a gradient back through dropout.

        da_before = da factor,     the factor that the forward pass applied

    Parameters
    ----------
    da : array_like of the shape of the activations
        Gradient with respect to the output of `dropout_forward`. Not modified.
    cache : ndarray of the same shape
        Second result of `dropout_forward`.

    Returns
    -------
    da : ndarray of the same shape
        Gradient with respect to its input.

    Raises
    ------
    ValueError
        "cache.shape must be broadcastable to (2, 3), the shape of da, got (2,)".

    Slides
    ------
    "Inverted dropout".

    Examples
    --------
    >>> a_drop, cache = dropout_forward([1.0, 2.0], [True, False], keep_prob=0.5)
    >>> dropout_backward([10.0, 10.0], cache).tolist()
    [20.0, 0.0]
    """
    da, cache = floating("da", da), floating("cache", cache)
    if not broadcastable(cache.shape, da.shape):
        raise ValueError(
            f"cache.shape must be broadcastable to {da.shape}, the shape of da, got {cache.shape!r}"
        )
    return np.asarray(da * cache)


def dropout_test(a: ArrayLike, keep_prob: float, *, inverted: bool = True) -> NDArray:
    """Use all units at test time.

        a                 inverted: training was scaled already
        keep_prob a       direct

    Parameters
    ----------
    a : array_like of any shape
        Activations. Not modified.
    keep_prob : float in (0, 1]
        Probability of keeping a unit during training.
    inverted : bool, default True
        Whether training divided by `keep_prob`.

    Returns
    -------
    a : ndarray of the same shape

    Raises
    ------
    ValueError
        "keep_prob must be in (0, 1], got 0".

    Slides
    ------
    "Motivation and direct implementation": the scaling at test time is not printed there (erratum E33).

    Examples
    --------
    >>> dropout_test([1.0, 2.0], 0.5, inverted=False).tolist()
    [0.5, 1.0]
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    return floating("a", a) * (1.0 if inverted else float(keep_prob))


def all_masks(n: int) -> Iterator[NDArray]:
    """All 2**n masks of n units, in blocks that fit into the cache.

        row number i holds the binary digits of i, the first unit changing fastest

    Parameters
    ----------
    n : int in 0 .. 22
        Number of units.

    Returns
    -------
    blocks : iterator over ndarrays of bool of shape (M, n)
        M is at most 16384; all blocks together have 2**n rows.

    Raises
    ------
    ValueError
        "n must be in 0 .. 22, got 23".

    Slides
    ------
    "Dropout in logistic regression": "total number of network configurations".

    Examples
    --------
    >>> np.concatenate(list(all_masks(2))).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    check("n", n, within(0, MAX_UNITS))
    return _mask_blocks(n)


def mask_probabilities(masks: ArrayLike, keep_prob: float) -> NDArray:
    """Probability of each mask.

        keep_prob ** kept (1 - keep_prob) ** dropped

    Parameters
    ----------
    masks : array_like of bool of shape (M, n)
        Masks, one per row. Not modified.
    keep_prob : float in (0, 1]
        Probability of keeping a unit.

    Returns
    -------
    prob : ndarray of shape (M,)
        They sum to 1 over all 2**n masks.

    Raises
    ------
    ValueError
        "keep_prob must be in (0, 1], got 0"; "masks.shape must be (M, n), got ()".

    Slides
    ------
    "Dropout in logistic regression": the weights P_i, undefined there (erratum E38).

    Examples
    --------
    >>> mask_probabilities([[True, True, False]], 0.5).tolist()
    [0.125]
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    masks = real("masks", masks).astype(bool)
    if masks.ndim == 0:
        raise ValueError(f"masks.shape must be (M, n), got {masks.shape!r}")
    n = masks.shape[-1]
    kept = np.arange(n + 1)
    by_count = float(keep_prob) ** kept * (1 - float(keep_prob)) ** (n - kept)
    return by_count[np.count_nonzero(masks, axis=-1)]


def nwgm(a: ArrayLike, prob: ArrayLike) -> float:
    """Normalised weighted geometric mean of activations between 0 and 1.

        G = prod a**prob,   G' = prod (1 - a)**prob,   NWGM = G / (G + G')

    It is computed in logs, as the sigmoid of sum prob (log a - log(1 - a)). An activation that has been
    rounded to 0 or 1 carries no more information and is refused; `nwgm_logistic` starts from the inputs
    and has no such limit.

    Parameters
    ----------
    a : array_like of shape (M,)
        Activations of M networks. Not modified.
    prob : array_like of shape (M,)
        Probability of each network; any law of the masks. Not modified.

    Returns
    -------
    nwgm : float in (0, 1)

    Raises
    ------
    ValueError
        "a must be strictly between 0 and 1, got [0.5, 1.0]";
        "prob.shape must be (2,), the shape of a, got (1,)".

    Slides
    ------
    "Dropout in logistic regression"; "Dropout in Deep Neural Networks" (erratum E38).

    References
    ----------
    Baldi and Sadowski (2013), Understanding dropout.

    Examples
    --------
    >>> round(nwgm([0.5, 0.9], [0.5, 0.5]), 12)
    0.75
    """
    activations, prob = real("a", a), real("prob", prob)
    if prob.shape != activations.shape:
        raise ValueError(f"prob.shape must be {activations.shape}, the shape of a, got {prob.shape!r}")
    if not np.all((activations > 0) & (activations < 1)):
        raise ValueError(f"a must be strictly between 0 and 1, got {a!r}")
    log_G = np.sum(prob * np.log(activations))
    log_G_complement = np.sum(prob * np.log1p(-activations))
    return float(_sigmoid(log_G - log_G_complement))


def nwgm_logistic(w: ArrayLike, x: ArrayLike, keep_prob: float, *, b: float = 0.0) -> float:
    """Normalised weighted geometric mean of a logistic unit over all masks of inputs.

        a = sigma(w (D x) + b) for each of the 2**n masks D;   the NWGM of all a  =  sigma(keep_prob w x + b)

    The right-hand side is the slides' theorem; this function enumerates the left-hand side.

    Parameters
    ----------
    w : array_like of shape (n,)
        Weights. Not modified.
    x : array_like of shape (n,)
        Inputs, each of which is dropped at random. Not modified.
    keep_prob : float in (0, 1]
        Probability of keeping an input.
    b : float, default 0.0
        Offset, never dropped.

    Returns
    -------
    nwgm : float in [0, 1]

    Raises
    ------
    ValueError
        "x.shape must be (3,), the shape of w, got (2,)"; "keep_prob must be in (0, 1], got 0".

    Slides
    ------
    "Dropout in logistic regression" (erratum E38).

    References
    ----------
    Baldi and Sadowski (2013), Understanding dropout.

    Examples
    --------
    >>> theorem = 1 / (1 + np.exp(-0.5 * (2.0 - 1.0)))
    >>> bool(np.isclose(nwgm_logistic([2.0, -1.0], [1.0, 1.0], 0.5), theorem, rtol=1e-14))
    True
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    check("b", b)
    w, x = _unit(w, x)
    log_G = log_G_complement = 0.0
    for masks, prob in _weighted_masks(len(w), keep_prob):
        z = masks @ (w * x) + b
        log_G += prob @ _log_sigmoid(z)
        log_G_complement += prob @ _log_sigmoid(-z)
    return float(_sigmoid(log_G - log_G_complement))


class LinearDropoutError(NamedTuple):
    """Expected error of a linear unit with dropout and its parts; made by `linear_dropout_error`."""

    expected: float
    ensemble: float
    penalty: float


def linear_dropout_error(
    w: ArrayLike, x: ArrayLike, y: float, keep_prob: float, *, inverted: bool = False
) -> LinearDropoutError:
    """Expected squared error of a linear unit with dropout, enumerated, and its parts.

        expected = sum over masks of prob (y - w (D x))**2
        ensemble = (y - keep_prob w x)**2
        penalty  = sum keep_prob (1 - keep_prob) x**2 w**2;     expected = ensemble + penalty

    `inverted` divides D by keep_prob: the ensemble becomes (y - w x)**2, the factor of the penalty
    (1 - keep_prob) / keep_prob.

    Parameters
    ----------
    w, x : array_like of shape (n,)
        Weights, and one example. Not modified.
    y : float
        Target of the example.
    keep_prob : float in (0, 1]
        Probability of keeping an input.
    inverted : bool, default False
        The slide's unit is the direct one.

    Returns
    -------
    expected, ensemble, penalty : LinearDropoutError

    Raises
    ------
    ValueError
        "x.shape must be (3,), the shape of w, got (2,)"; "keep_prob must be in (0, 1], got 0".

    Slides
    ------
    "Dynamics of a single linear unit": the factor 1/2 printed there is wrong for these errors (erratum E35).

    References
    ----------
    Baldi and Sadowski (2013), Understanding dropout; with the factor 1/2, as their errors have one.

    Examples
    --------
    >>> linear_dropout_error([2.0], [1.0], 1.0, 0.5)
    LinearDropoutError(expected=1.0, ensemble=0.0, penalty=1.0)
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    check("y", y)
    w, x = _unit(w, x)
    scale = 1 / keep_prob if inverted else 1.0
    expected = 0.0
    for masks, prob in _weighted_masks(len(w), keep_prob):
        expected += prob @ (y - scale * (masks @ (w * x))) ** 2
    ensemble = (y - scale * keep_prob * (w @ x)) ** 2
    penalty = dropout_penalty(w, x[None], keep_prob, inverted=inverted)
    return LinearDropoutError(float(expected), float(ensemble), penalty)


def dropout_penalty(
    w: ArrayLike,
    X: ArrayLike,
    keep_prob: float,
    *,
    inverted: bool = False,
) -> float:
    """Penalty that dropout on the inputs adds to a sum of squared errors.

        sum over examples and inputs of keep_prob (1 - keep_prob) X**2 w**2       direct
        sum over examples and inputs of (1 - keep_prob) / keep_prob X**2 w**2     inverted

    Parameters
    ----------
    w : array_like of shape (n,)
        Weights of the linear unit. Not modified.
    X : array_like of shape (m, n)
        Examples, one per row. Not modified.
    keep_prob : float in (0, 1]
        Probability of keeping an input.
    inverted : bool, default False
        The slide's unit is the direct one.

    Returns
    -------
    penalty : float

    Raises
    ------
    ValueError
        "X.shape must be (m, 2), got (4, 3)"; "keep_prob must be in (0, 1], got 0".

    Slides
    ------
    "Dynamics of a single linear unit" (errata E35 and E37: each feature has its own strength).

    Examples
    --------
    >>> dropout_penalty([2.0, 1.0], [[1.0, 3.0]], 0.5)
    3.25
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    w = _vector("w", w)
    X = _design(X, len(w))
    variance = (1 - keep_prob) / keep_prob if inverted else keep_prob * (1 - keep_prob)
    return float(variance * np.sum(X**2 @ w**2))


def dropout_ridge(X: ArrayLike, y: ArrayLike, keep_prob: float) -> NDArray:
    """Weights of least expected squared error of a linear unit with inverted dropout.

        w = (X' X + (1 - keep_prob) / keep_prob diag(X' X))**-1 X' y

    A ridge regression whose strength is the size of each feature: it does not change when a feature is
    given in other units, unlike the usual ridge.

    Parameters
    ----------
    X : array_like of shape (m, n)
        Examples, one per row. Not modified.
    y : array_like of shape (m,)
        Targets. Not modified.
    keep_prob : float in (0, 1]
        Probability of keeping an input.

    Returns
    -------
    w : ndarray of shape (n,)
        Without dropout (keep_prob = 1), the least squares solution; the shortest one where there are several.

    Raises
    ------
    ValueError
        "y.shape must be (5,), one number per row of X, got (4,)";
        "X.shape must be (m, n), got (5,)"; "keep_prob must be in (0, 1], got 0".

    Slides
    ------
    "Dynamics of a single linear unit": "a regularized cost function" (erratum E37).

    References
    ----------
    Wager, Wang and Liang (2013), Dropout training as adaptive regularization.

    Examples
    --------
    >>> dropout_ridge([[1.0], [1.0]], [3.0, 5.0], 0.5).round(12).tolist()
    [2.0]
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    X = _design(X)
    y = real("y", y)
    if y.shape != X.shape[:1]:
        raise ValueError(f"y.shape must be {X.shape[:1]}, one number per row of X, got {y.shape!r}")
    # The same minimum as least squares with one more example per weight: it exists whatever the rank of X.
    strength = np.sqrt((1 - keep_prob) / keep_prob * np.sum(X**2, axis=0))
    rows, targets = np.vstack([X, np.diag(strength)]), np.concatenate([y, np.zeros_like(strength)])
    return np.linalg.lstsq(rows, targets)[0]


def logistic_dropout_gradient(
    w: ArrayLike, x: ArrayLike, y: float, keep_prob: float
) -> tuple[NDArray, NDArray]:
    """Expected cross-entropy gradient with dropout: exact, and by the slides' expansion.

        exact  = sum over masks of prob (sigma(w (D x)) - y) D x
        approx = p x (sigma(p z) - y) + sigma'(p z) x**2 p (1 - p) w,     z = w x,  p = keep_prob

    The first term of `approx` is the gradient of the ensemble unit sigma(p z), the second a ridge term.
    What is missing, relative to the ridge term, falls with the square of the size of the weights.

    Parameters
    ----------
    w, x : array_like of shape (n,)
        Weights, and one example. Not modified.
    y : float in [0, 1]
        Target of the example.
    keep_prob : float in (0, 1]
        Probability of keeping an input.

    Returns
    -------
    exact, approx : ndarray of shape (n,)

    Raises
    ------
    ValueError
        "x.shape must be (3,), the shape of w, got (2,)"; "keep_prob must be in (0, 1], got 0".

    Slides
    ------
    "Dynamics of a single logistic unit": its lambda is 1, its var(p) the variance of the mask (erratum E39).

    References
    ----------
    Baldi and Sadowski (2013), Understanding dropout.

    Examples
    --------
    >>> exact, approx = logistic_dropout_gradient([0.1, 0.2], [1.0, 1.0], 1.0, 0.5)
    >>> bool(np.max(np.abs(exact - approx)) < 1e-4)
    True
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    check("y", y, SHARE)
    w, x = _unit(w, x)
    exact = np.zeros_like(x)
    for masks, prob in _weighted_masks(len(w), keep_prob):
        exact += (prob * (_sigmoid(masks @ (w * x)) - y)) @ masks * x
    ensemble = _sigmoid(keep_prob * (w @ x))
    slope = ensemble * (1 - ensemble)
    ridge = slope * x**2 * keep_prob * (1 - keep_prob) * w
    return exact, keep_prob * x * (ensemble - y) + ridge


class DeepAverage(NamedTuple):
    """Three averages of a network over all its masks; made by `deep_average` and `softmax_average`."""

    expected: NDArray
    nwgm: NDArray
    forward: NDArray


def deep_average(
    weights: Sequence[ArrayLike],
    x: ArrayLike,
    keep_prob: float,
) -> DeepAverage:
    """Average a sigmoid network over every mask of all layers; compare with one pass.

        expected   E{a}: mean of the output over all masks
        nwgm       their normalised weighted geometric mean  =  sigma(E{S}), S the input of the last layer
        forward    one pass with every layer's weights scaled: a <- sigma(keep_prob a W)

    The slides write E{a} = sigma(E{S}). Exact is nwgm = sigma(E{S}); that E{a} and the forward pass come
    close to it is an approximation, better the smaller the weights (erratum E40).

    Parameters
    ----------
    weights : sequence of array_like of shapes (n_0, n_1), (n_1, n_2), ...
        Weights of the layers; the inputs of every layer are dropped. Not modified.
    x : array_like of shape (n_0,)
        One example. Not modified.
    keep_prob : float in (0, 1]
        Probability of keeping a unit.

    Returns
    -------
    expected, nwgm, forward : DeepAverage of ndarrays of shape (n_L,)

    Raises
    ------
    ValueError
        "keep_prob must be in (0, 1], got 0";
        "weights must be of at most 20 rows in total, got 30";
        "weights must be of shapes that fit x and each other, got [(2,), (3, 1)]".

    Slides
    ------
    "Dropout in Deep Neural Networks" (erratum E40).

    References
    ----------
    Baldi and Sadowski (2013), Understanding dropout.

    Examples
    --------
    >>> average = deep_average([[[0.1, -0.2]], [[0.3], [0.1]]], [1.0], 0.5)
    >>> bool(abs(average.expected - average.nwgm).max() < 1e-3)
    True
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    if not isinstance(weights, Sequence) or isinstance(weights, str):
        raise ValueError(f"weights must be a sequence of arrays, got {weights!r}")
    layers, forward = [real("weights", W) for W in weights], _vector("x", x)
    shapes = [forward.shape, *(W.shape for W in layers)]
    if any(len(below) == 0 or above[:-1] != below[-1:] for below, above in pairwise(shapes)):
        raise ValueError(
            f"weights must be of shapes that fit x and each other, got {shapes!r}",
        )
    n_units = sum(len(W) for W in layers)
    if n_units > MAX_UNITS_DEEP:
        raise ValueError(
            f"weights must be of at most {MAX_UNITS_DEEP} rows in total, got {n_units!r}",
        )
    a = S = forward[None]  # one layer in all networks so far: (M, n)
    prob = np.ones(1, dtype=a.dtype)
    for W in layers:
        masks = np.concatenate(list(all_masks(len(W))))
        S = ((a[:, None] * masks) @ W).reshape(-1, W.shape[1])
        prob = np.outer(prob, mask_probabilities(masks, keep_prob).astype(a.dtype)).ravel()
        a = _sigmoid(S)
        forward = _sigmoid(keep_prob * (forward @ W))
    log_odds = prob @ _log_sigmoid(S) - prob @ _log_sigmoid(-S)
    return DeepAverage(prob @ a, _sigmoid(log_odds), forward)


def softmax_average(
    a: ArrayLike,
    W: ArrayLike,
    b: ArrayLike,
    keep_prob: float,
) -> DeepAverage:
    """Average a classifier over all masks of its last layer; compare with one pass.

        expected   mean over all masks of softmax((D a / keep_prob) W + b)
        nwgm       their geometric mean, normalised: softmax of the mean of their logarithms
        forward    one pass with all units: softmax(a W + b)

    nwgm and forward are the same, whatever the units compute: masks enter the logarithms linearly. The
    expected probabilities are others.

    Parameters
    ----------
    a : array_like of shape (m, n)
        Activations of the last hidden layer for m examples. Not modified.
    W : array_like of shape (n, c)
        Weights of the last layer. Not modified.
    b : array_like of shape (c,)
        Its offsets, never dropped. Not modified.
    keep_prob : float in (0, 1]
        Probability of keeping a unit.

    Returns
    -------
    expected, nwgm, forward : DeepAverage of ndarrays of shape (m, c)

    Raises
    ------
    ValueError
        "keep_prob must be in (0, 1], got 0"; "W.shape must be (3, c), got (2, 4)";
        "b.shape must be (4,), got (3,)"; "a.shape must be (m, n), got (3,)".

    Slides
    ------
    "Dropout in Deep Neural Networks", for more than two classes (erratum E40).

    References
    ----------
    Goodfellow, Bengio and Courville (2016), Deep Learning, section 7.12.

    Examples
    --------
    >>> average = softmax_average([[4.0, 0.0]], [[1.0, -1.0], [1.0, 0.0]], [0.0, 0.0], 0.5)
    >>> average.expected.round(2).tolist(), average.forward.round(2).tolist()
    ([[0.75, 0.25]], [[1.0, 0.0]])
    """
    check("keep_prob", keep_prob, KEPT_SHARE)
    a, W, b = _design(a, name="a"), real("W", W), real("b", b)
    n = a.shape[1]
    if W.ndim != 2 or len(W) != n:
        raise ValueError(f"W.shape must be ({n}, c), got {W.shape!r}")
    if b.shape != W.shape[1:]:
        raise ValueError(f"b.shape must be {W.shape[1:]}, got {b.shape!r}")
    expected = np.zeros((len(a), len(b)), dtype=np.result_type(a, W, b))
    log_G = np.zeros_like(expected)
    at_once = max(1, OUTPUTS_AT_ONCE // max(1, expected.size))
    for block, probabilities in _weighted_masks(n, keep_prob):
        for start in range(0, len(block), at_once):
            masks = block[start : start + at_once]
            prob = probabilities[start : start + at_once].astype(expected.dtype)
            log_a = _log_softmax((a * (masks / expected.dtype.type(keep_prob))[:, None]) @ W + b)
            expected += np.tensordot(prob, np.exp(log_a), axes=1)
            log_G += np.tensordot(prob, log_a, axes=1)
    return DeepAverage(expected, np.exp(_log_softmax(log_G)), np.exp(_log_softmax(a @ W + b)))


def _mask_blocks(n: int) -> Iterator[NDArray]:
    for start in range(0, 2**n, BLOCK):
        numbers = np.arange(start, min(start + BLOCK, 2**n), dtype="<u4")
        digits = np.unpackbits(numbers[:, None].view(np.uint8), axis=1, count=n, bitorder="little")
        yield digits.view(bool)


def _weighted_masks(n: int, keep_prob: float) -> Iterator[tuple[NDArray, NDArray]]:
    for masks in all_masks(n):
        yield masks, mask_probabilities(masks, keep_prob)


def _sigmoid(z: ArrayLike) -> NDArray:
    return np.exp(_log_sigmoid(z))


def _log_sigmoid(z: ArrayLike) -> NDArray:
    """log sigma(z) = -log(1 + exp(-z)), without overflow and precise where sigma(z) rounds to 0 or 1."""
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


def _log_softmax(z: NDArray) -> NDArray:
    shifted = z - np.max(z, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def _unit(w: ArrayLike, x: ArrayLike) -> tuple[NDArray, NDArray]:
    w, x = _vector("w", w), real("x", x)
    if x.shape != w.shape:
        raise ValueError(f"x.shape must be {w.shape}, the shape of w, got {x.shape!r}")
    return w, x


def _vector(name: str, x: ArrayLike) -> NDArray:
    array = real(name, x)
    if array.ndim != 1:
        raise ValueError(f"{name}.shape must be (n,), got {array.shape!r}")
    return array


def _design(X: ArrayLike, n: int | None = None, *, name: str = "X") -> NDArray:
    X = real(name, X)
    if X.ndim != 2 or (n is not None and X.shape[1] != n):
        raise ValueError(f"{name}.shape must be (m, {'n' if n is None else n}), got {X.shape!r}")
    return X
