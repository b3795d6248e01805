"""A fully connected network with dropout and batch normalisation, the one that the lectures train.

    net = MLP((64, 64, 10), batchnorm=True)
    theta = init_params(net, rng=rng, n_seeds=10)
    run = training.train(net, theta, X, y, lr=0.01, n_epochs=5, batch_size=32, rng=rng)
    error_rate(predict(net, run.theta, X_test, stats=run.stats), y_test)        # ten numbers

All parameters of a network are one vector `theta`; `net.views(theta)` shows them as named arrays. Axes in
front are independent networks, the *seed axis*: `theta` of shape (S, P) holds S networks, and one batched
matrix product serves them all. They share the price of the calls: ten networks as small as this one, and
with them error bars, cost about four runs. Ten wide ones, whose price is arithmetic, cost eight or nine.

Examples are rows. A hidden layer computes a <- dropout(g(batchnorm(a W))), or g(a W + b) without batch
normalisation, whose shift makes the offset b obsolete; the last layer computes a W + b.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._numbers import (
    KEPT_SHARE,
    NOT_NEGATIVE,
    POSITIVE,
    check,
    check_choice,
    check_kind,
    count,
    floating,
    numbers,
    real,
    repeated,
)
from .batchnorm import Normalised, RunningStats, batchnorm_infer, normalise, normalise_backward
from .dropout import dropout_backward, dropout_forward, dropout_test, sample_mask


__all__ = [
    "MLP",
    "Gradient",
    "activations",
    "batch_statistics",
    "cross_entropy",
    "error_rate",
    "init_params",
    "loss",
    "loss_and_gradient",
    "predict",
    "sample_masks",
]


@dataclass(frozen=True)
class MLP:
    """What a network is, apart from its parameters: sizes of its layers and what they compute.

        net = MLP((64, 128, 10), keep_prob=0.5)      64 inputs, one hidden layer, 10 outputs

    Parameters
    ----------
    sizes : tuple of ints
        Number of inputs, of units in each hidden layer, and of outputs.
    activation : "relu", "tanh", "sigmoid" or "identity", default "relu"
        g of the hidden layers.
    batchnorm : bool, default False
        Normalise the hidden layers, before g.
    keep_prob : float in (0, 1] or tuple of them, default 1.0
        Probability of keeping a hidden unit, after g. A tuple has one for the inputs, then one for each
        hidden layer.
    inverted : bool, default True
        Scale during training, as in `dropout_forward`.
    l2 : float >= 0, default 0.0
        Adds l2 / 2 times the sum of all squared weights W to the loss.
    loss : "cross_entropy" or "squared_error", default "cross_entropy"
        Cross-entropy of a softmax over the outputs, with integer labels of shape (m,); or the sum over
        outputs of squared differences, with targets of shape (m, n_out). Both are means over examples.
    eps : float > 0, default 1e-5
        Stabiliser of batch normalisation.

    Raises
    ------
    ValueError
        "sizes must be a tuple of at least two integers >= 1, got (3,)";
        "keep_prob must be one number or a tuple of 2, got (0.8,)".
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    batchnorm: bool = False
    keep_prob: float | tuple[float, ...] = 1.0
    inverted: bool = True
    l2: float = 0.0
    loss: str = "cross_entropy"
    eps: float = 1e-5

    def __post_init__(self) -> None:
        if not isinstance(self.sizes, tuple) or len(self.sizes) < 2:
            raise ValueError(f"sizes must be a tuple of at least two integers >= 1, got {self.sizes!r}")
        for size in self.sizes:
            check("sizes", size, count(1))
        check_choice("activation", self.activation, ACTIVATIONS)
        check_choice("loss", self.loss, LOSSES)
        keep_prob = real("keep_prob", self.keep_prob)
        if not np.all(KEPT_SHARE.holds(keep_prob)):
            raise ValueError(f"keep_prob must be in (0, 1], got {self.keep_prob!r}")
        if keep_prob.shape not in ((), (len(self.sizes) - 1,)):
            rule = f"one number or a tuple of {len(self.sizes) - 1}"
            raise ValueError(f"keep_prob must be {rule}, got {self.keep_prob!r}")
        check("l2", self.l2, NOT_NEGATIVE)
        check("eps", self.eps, POSITIVE)

    @property
    def n_hidden(self) -> int:
        """Number of hidden layers, which are numbered 1 .. n_hidden; layer n_hidden + 1 is the last."""
        return len(self.sizes) - 2

    @cached_property
    def keep_probs(self) -> tuple[float, ...]:
        """`keep_prob` of each layer with a mask: of the inputs if it is a tuple, then of the hidden ones."""
        each = np.asarray(self.keep_prob, dtype=np.float64).tolist()
        return tuple(each) if isinstance(each, list) else (each,) * self.n_hidden

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter array, in the order in which `theta` holds them."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, (n_in, n_out) in enumerate(pairwise(self.sizes), start=1):
            shapes[f"W{layer}"] = (n_in, n_out)
            normalised = self.batchnorm and layer <= self.n_hidden
            for name in ("gamma", "beta") if normalised else ("b",):
                shapes[f"{name}{layer}"] = (n_out,)
        return shapes

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where `theta` holds each parameter array."""
        ends = np.cumsum([0, *(math.prod(shape) for shape in self.shapes.values())]).tolist()
        return {name: slice(*pair) for name, pair in zip(self.shapes, pairwise(ends), strict=True)}

    @cached_property
    def n_params(self) -> int:
        """Length P of `theta`."""
        return max(part.stop for part in self.slices.values())

    def views(self, theta: NDArray) -> dict[str, NDArray]:
        """The parameter arrays W1, b1, ... inside `theta` (*S, P), each of shape (*S, *its shape).

        They share their memory with `theta`: what is written into a view is written into `theta`.
        """
        if theta.shape[-1:] != (self.n_params,):
            raise ValueError(f"theta.shape must be (..., {self.n_params}), got {theta.shape!r}")
        leading = theta.shape[:-1]
        views = {}
        for name, part, shape in self._layout:
            view = theta[..., part]
            views[name] = view if len(shape) == 1 else view.reshape(leading + shape)
        return views

    @cached_property
    def _layout(self) -> list[tuple[str, slice, tuple[int, ...]]]:
        return [(name, part, self.shapes[name]) for name, part in self.slices.items()]


Stats = list[RunningStats]


def init_params(
    net: MLP,
    *,
    rng: np.random.Generator,
    n_seeds: int | None = None,
    scale: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> NDArray:
    """Draw the parameters of one network, or of several.

        W ~ scale sqrt(2 / n_in) Normal(0, 1)      sqrt(1 / n_in) unless the activation is ReLU
        b = 0,  gamma = 1,  beta = 0

    Parameters
    ----------
    net : MLP
        The network.
    rng : numpy.random.Generator
        Source of the random numbers. The first networks are the same however many are drawn.
    n_seeds : int >= 0, optional
        Number S of networks; by default one, without a seed axis.
    scale : float, default 1.0
        Multiplies all weights.
    dtype : data-type, default float64
        Precision of the parameters, and with it of everything that is computed from them.

    Returns
    -------
    theta : ndarray of shape (P,) or (S, P)

    References
    ----------
    He, Zhang, Ren and Sun (2015), Delving deep into rectifiers.

    Examples
    --------
    >>> net = MLP((2, 3, 1))
    >>> init_params(net, rng=np.random.default_rng(0), n_seeds=5).shape, net.shapes["W1"]
    ((5, 13), (2, 3))
    """
    check_kind("net", net, MLP)
    check_kind("rng", rng, np.random.Generator)
    check("scale", scale)
    if n_seeds is not None:
        check("n_seeds", n_seeds, count(0))
    leading = () if n_seeds is None else (n_seeds,)
    theta = rng.normal(size=(*leading, net.n_params)).astype(dtype, copy=False)
    gain = 2.0 if net.activation == "relu" else 1.0
    for name, view in net.views(theta).items():
        if name.startswith("W"):
            view *= scale * (gain / view.shape[-2]) ** 0.5
        else:
            view[...] = 1.0 if name.startswith("gamma") else 0.0
    return theta


def sample_masks(
    net: MLP,
    shape: int | tuple[int, ...],
    *,
    rng: np.random.Generator,
) -> list[NDArray]:
    """Draw the dropout masks of all layers for one batch.

        one `sample_mask` per hidden layer; before them one for the inputs if net.keep_prob is a tuple

    Parameters
    ----------
    net : MLP
        The network.
    shape : int or tuple of ints
        Number of examples m, or (*S, m): every network and every example gets masks of its own.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    masks : list of ndarrays of bool of shape (*S, m, n), one per layer with dropout

    Slides
    ------
    "Inverted dropout": p_l and D of every layer l, whose first drops inputs (erratum E32).

    Examples
    --------
    >>> net = MLP((2, 3, 4, 1), keep_prob=(0.8, 0.5, 0.5))
    >>> [mask.shape for mask in sample_masks(net, 5, rng=np.random.default_rng(0))]
    [(5, 2), (5, 3), (5, 4)]
    """
    check_kind("net", net, MLP)
    check_kind("rng", rng, np.random.Generator)
    leading = shape if isinstance(shape, tuple) else (shape,)
    for size in leading:
        check("shape", size, count(0))
    sizes = net.sizes[-1 - len(net.keep_probs) : -1]
    layers = zip(sizes, net.keep_probs, strict=True)
    return [sample_mask((*leading, n), keep_prob, rng=rng) for n, keep_prob in layers]


def predict(
    net: MLP,
    theta: ArrayLike,
    X: ArrayLike,
    *,
    stats: Sequence[RunningStats] | None = None,
    masks: Sequence[ArrayLike] | None = None,
) -> NDArray:
    """Compute the outputs of a network; with cross-entropy, probabilities of classes.

        softmax of the last layer's outputs, or the outputs themselves

    Parameters
    ----------
    net : MLP
        The network.
    theta : array_like of shape (*S, P)
        Parameters. Not modified.
    X : array_like of shape (m, n_in) or (*S, m, n_in)
        Examples, for all networks or for each its own. Not modified.
    stats : sequence of RunningStats, optional
        Statistics for batch normalisation, one per hidden layer; by default those of the examples given.
    masks : sequence of array_like of bool, each of shape (*S, m, n), optional
        Dropout masks, as from `sample_masks`; by default all units are used, as at test time.

    Returns
    -------
    outputs : ndarray of shape (*S, m, n_out)

    Raises
    ------
    ValueError
        "X.shape must be (..., m, 2), got (4, 3)"; "theta.shape must be (..., 17), got (12,)".

    Slides
    ------
    "Batch norm at test time"; "Inverted dropout".

    Examples
    --------
    >>> net = MLP((2, 3, 2))
    >>> predict(net, np.zeros(net.n_params), [[1.0, 2.0]]).tolist()
    [[0.5, 0.5]]
    """
    outputs, _ = forward(net, theta, X, masks, stats)
    return np.exp(_log_softmax(outputs)) if net.loss == "cross_entropy" else outputs


def activations(
    net: MLP,
    theta: ArrayLike,
    X: ArrayLike,
    *,
    stats: Sequence[RunningStats] | None = None,
    masks: Sequence[ArrayLike] | None = None,
) -> list[NDArray]:
    """Compute what the hidden units pass on.

        a <- dropout(g(batchnorm(a W))), layer by layer

    Parameters
    ----------
    net : MLP
        The network.
    theta : array_like of shape (*S, P)
        Parameters. Not modified.
    X : array_like of shape (m, n_in) or (*S, m, n_in)
        Examples. Not modified.
    stats : sequence of RunningStats, optional
        As in `predict`.
    masks : sequence of array_like of bool, each of shape (*S, m, n), optional
        As in `predict`.

    Returns
    -------
    activations : list of ndarrays of shape (*S, m, n), one per hidden layer

    Slides
    ------
    "Applying batch norm to a network".

    Examples
    --------
    >>> [a.shape for a in activations(MLP((2, 3, 4, 1)), np.zeros(30), [[1.0, 2.0]])]
    [(1, 3), (1, 4)]
    """
    _, layers = forward(net, theta, X, masks, stats)
    return [layer.a_in for layer in layers[1:]]


def batch_statistics(net: MLP, theta: ArrayLike, X: ArrayLike) -> Stats:
    """Compute the statistics that batch normalisation finds in these examples.

        mu, var of every hidden layer, all examples being one batch

    With them in place of the running averages, a network adapts to inputs that have shifted.

    Parameters
    ----------
    net : MLP
        The network, with batch normalisation.
    theta : array_like of shape (*S, P)
        Parameters. Not modified.
    X : array_like of shape (m, n_in) or (*S, m, n_in)
        Examples. Not modified.

    Returns
    -------
    stats : list of RunningStats, one per hidden layer

    Slides
    ------
    "Covariate shift" (erratum E52).

    Examples
    --------
    >>> net = MLP((1, 2, 1), batchnorm=True)
    >>> batch_statistics(net, np.ones(net.n_params), [[1.0], [3.0]])[0].mu.tolist()
    [2.0, 2.0]
    """
    _, layers = forward(net, theta, X, None, None)
    return [RunningStats(layer.norm.mu, layer.norm.var, 1) for layer in layers if layer.norm is not None]


def loss(
    net: MLP,
    theta: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    masks: Sequence[ArrayLike] | None = None,
) -> NDArray:
    """Compute the training loss of a batch.

        mean loss of the examples + l2 / 2 sum W**2

    It is analytic in `theta`, apart from the kinks of ReLU, so the complex step may check gradients with it.

    Parameters
    ----------
    net : MLP
        The network.
    theta : array_like of shape (*S, P)
        Parameters. Not modified.
    X : array_like of shape (m, n_in) or (*S, m, n_in)
        Examples. Not modified.
    y : array_like of shape (m,) or (m, n_out), seeds in front where X has them
        Labels or targets, see `MLP`. Not modified.
    masks : sequence of array_like of bool, each of shape (*S, m, n), optional
        Dropout masks, as from `sample_masks`; by default all units are used.

    Returns
    -------
    loss : ndarray of shape (*S,)

    Raises
    ------
    ValueError
        "y must be labels in 0 .. 1, got [0, 2]";
        "y.shape must be (..., 2), one label per example, got (1,)".

    Slides
    ------
    "Implement batch norm"; "Gradient checking".

    Examples
    --------
    >>> net = MLP((2, 3, 2))
    >>> round(float(loss(net, np.zeros(net.n_params), [[1.0, 2.0]], [1])), 4)
    0.6931
    """
    check_kind("net", net, MLP)
    theta = floating("theta", theta)
    params = net.views(theta)
    outputs, _ = _forward(net, params, X, masks, None)
    value, _ = LOSSES[net.loss](outputs, y)
    return value + _penalty(net, params)


class Gradient(NamedTuple):
    """Loss of shape (*S,), its gradient of shape (*S, P), and (mu, var) of every normalised layer."""

    loss: NDArray
    dtheta: NDArray
    moments: list[tuple[NDArray, NDArray]]


def loss_and_gradient(
    net: MLP,
    theta: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    masks: Sequence[ArrayLike] | None = None,
) -> Gradient:
    """Compute the loss of a batch, and its gradient by going back layer by layer.

        last layer     dz = gradient of the loss,             da = dz W'
        each layer     dz = batchnorm_backward(dropout_backward(da) g'(z)),   dW = a_in' dz,   db = sum dz

    Parameters
    ----------
    net : MLP
        The network.
    theta : array_like of shape (*S, P)
        Parameters. Not modified.
    X : array_like of shape (m, n_in) or (*S, m, n_in)
        Examples. Not modified.
    y : array_like of shape (m,) or (m, n_out), seeds in front where X has them
        Labels or targets, see `MLP`. Not modified.
    masks : sequence of array_like of bool, each of shape (*S, m, n), optional
        Dropout masks, as from `sample_masks`; by default all units are used.

    Returns
    -------
    loss, dtheta, moments : Gradient

    Raises
    ------
    ValueError
        "y must be labels in 0 .. 1, got [0, 2]";
        "y.shape must be (..., 2), one label per example, got (1,)".

    Slides
    ------
    "Implement batch norm": "use backprop to compute dW, dbeta, dgamma".

    Examples
    --------
    >>> net = MLP((2, 3, 2), activation="tanh")
    >>> gradient = loss_and_gradient(net, np.zeros(net.n_params), [[1.0, 2.0]], [1])
    >>> net.views(gradient.dtheta)["b2"].tolist()
    [0.5, -0.5]
    """
    check_kind("net", net, MLP)
    theta = floating("theta", theta)
    dtheta = np.empty_like(theta)
    value, moments = backpropagate(net, net.views(theta), X, y, masks, net.views(dtheta))
    return Gradient(value, dtheta, moments)


def backpropagate(
    net: MLP,
    params: Mapping[str, NDArray],
    X: ArrayLike,
    y: ArrayLike,
    masks: Sequence[ArrayLike] | None,
    grads: Mapping[str, NDArray],
) -> tuple[NDArray, list[tuple[NDArray, NDArray]]]:
    """`loss_and_gradient` with views of parameters; the gradient is written into `grads`."""
    outputs, layers = _forward(net, params, X, masks, None)
    value, dz = LOSSES[net.loss](outputs, y)
    derivative, last = ACTIVATIONS[net.activation].derivative, net.n_hidden + 1
    for number in range(last, 0, -1):
        layer = layers[number - 1]
        if number < last:
            da = dz @ params[f"W{number + 1}"].mT
            if layer.factor is not None:
                da = dropout_backward(da, layer.factor)
            dz = np.multiply(da, derivative(layer.before), out=da)
        if layer.norm is None:
            np.add.reduce(dz, axis=-2, out=grads[f"b{number}"])
        else:
            dz = normalise_backward(dz, layer.norm, grads[f"gamma{number}"], grads[f"beta{number}"])
        np.matmul(layer.a_in.mT, dz, out=grads[f"W{number}"])
        if net.l2 > 0:
            grads[f"W{number}"] += net.l2 * params[f"W{number}"]
    moments = [(layer.norm.mu, layer.norm.var) for layer in layers if layer.norm is not None]
    return value + _penalty(net, params), moments


def cross_entropy(probabilities: ArrayLike, y: ArrayLike) -> NDArray:
    """Average the negative log-probability of the right class.

        - mean log probabilities[example, its label]

    Parameters
    ----------
    probabilities : array_like of shape (*S, m, c)
        From `predict`, or averages of several predictions. Not modified.
    y : array_like of shape (m,)
        Labels. Not modified.

    Returns
    -------
    cross_entropy : ndarray of shape (*S,)
        A probability of 0 counts as the smallest positive float.

    Raises
    ------
    ValueError
        "y must be labels in 0 .. 1, got [0, 2]";
        "y.shape must be (..., 2), one label per example, got (1,)";
        "probabilities.shape must be (..., m, c), got (2,)".

    Slides
    ------
    "Dynamics of a single logistic unit" is about this loss (erratum E39).

    Examples
    --------
    >>> round(float(cross_entropy([[0.5, 0.5], [0.75, 0.25]], [0, 1])), 4)
    1.0397
    """
    probabilities = _probabilities(probabilities)
    smallest = np.finfo(probabilities.dtype).tiny
    log_p = np.log(np.maximum(probabilities, smallest))
    return _mean_of_right_class(-log_p, _one_hot(y, *log_p.shape[-2:]))


def error_rate(probabilities: ArrayLike, y: ArrayLike) -> NDArray:
    """Share of the examples whose most probable class is wrong.

        mean of (argmax of probabilities != label)

    Parameters
    ----------
    probabilities : array_like of shape (*S, m, c)
        From `predict`, or averages of several predictions. Not modified.
    y : array_like of shape (m,)
        Labels. Not modified.

    Returns
    -------
    error : ndarray of shape (*S,)

    Raises
    ------
    ValueError
        "y.shape must be (..., 2), one label per example, got (1,)";
        "probabilities.shape must be (..., m, c), got (2,)".

    Slides
    ------
    "Diagnose bias-variance": the errors of its table.

    Examples
    --------
    >>> float(error_rate([[0.5, 0.4], [0.75, 0.25]], [0, 1]))
    0.5
    """
    predicted = np.argmax(_probabilities(probabilities), axis=-1)
    return np.mean(predicted != _labels(y, predicted.shape[-1]), axis=-1)


class _Layer(NamedTuple):
    """What the backward pass needs of a layer; of the last one, its input alone."""

    a_in: NDArray
    before: NDArray  # what dropout is applied to
    norm: Normalised | None = None
    factor: NDArray | float | None = None  # what dropout multiplied it by; None is 1


def forward(
    net: MLP,
    theta: ArrayLike,
    X: ArrayLike,
    masks: Sequence[ArrayLike] | None,
    stats: Sequence[RunningStats] | None,
) -> tuple[NDArray, list[_Layer]]:
    check_kind("net", net, MLP)
    theta = floating("theta", theta)
    return _forward(net, net.views(theta), X, masks, stats)


def _forward(
    net: MLP,
    params: Mapping[str, NDArray],
    X: ArrayLike,
    masks: Sequence[ArrayLike] | None,
    stats: Sequence[RunningStats] | None,
) -> tuple[NDArray, list[_Layer]]:
    """Outputs, and what the way back needs, from views of parameters."""
    W = params["W1"]
    a = _inputs(net, X, W.dtype)
    drops = _drops(net, masks)
    _check_stats(net, stats)
    if len(net.keep_probs) > net.n_hidden:
        a, _ = _drop(net, np.broadcast_to(a, (*W.shape[:-2], *a.shape[-2:])), *next(drops))
    function, last = ACTIVATIONS[net.activation].function, net.n_hidden + 1
    layers = []
    for number in range(1, last):
        a_in, norm = a, None
        z = a @ params[f"W{number}"]
        if not net.batchnorm:
            z += params[f"b{number}"][..., None, :]
        elif stats is None:
            z, norm = normalise(z, params[f"gamma{number}"], params[f"beta{number}"], net.eps)
        else:
            gamma, beta = params[f"gamma{number}"], params[f"beta{number}"]
            z = batchnorm_infer(z, gamma, beta, stats[number - 1], eps=net.eps)
        before = function(z)
        a, factor = _drop(net, before, *next(drops))
        layers.append(_Layer(a_in, before, norm, factor))
    layers.append(_Layer(a, a))
    outputs = a @ params[f"W{last}"]
    outputs += params[f"b{last}"][..., None, :]
    return outputs, layers


def _check_stats(net: MLP, stats: Sequence[RunningStats] | None) -> None:
    count = net.n_hidden if net.batchnorm else 0
    if stats is not None and not (isinstance(stats, list | tuple) and len(stats) == count):
        raise ValueError(f"stats must be a sequence of {count} RunningStats, got {stats!r}")


def _drops(net: MLP, masks: Sequence[ArrayLike] | None) -> Iterator[tuple[ArrayLike | None, float]]:
    """Mask and keep_prob of each layer with dropout."""
    if masks is None:
        return zip([None] * len(net.keep_probs), net.keep_probs, strict=True)
    if not isinstance(masks, list | tuple):
        raise ValueError(f"masks must be a sequence of arrays, got {masks!r}")
    if len(masks) != len(net.keep_probs):
        raise ValueError(f"masks must be {len(net.keep_probs)} arrays, got {len(masks)!r}")
    return zip(masks, net.keep_probs, strict=True)


def _drop(
    net: MLP, a: NDArray, mask: ArrayLike | None, keep_prob: float
) -> tuple[NDArray, NDArray | float | None]:
    if mask is not None:
        return dropout_forward(a, mask, keep_prob, inverted=net.inverted)
    if net.inverted:
        return a, None
    return dropout_test(a, keep_prob, inverted=False), keep_prob


def _inputs(net: MLP, X: ArrayLike, dtype: np.dtype) -> NDArray:
    """Examples in the precision of the parameters; complex parameters leave real examples real."""
    array = floating("X", X)
    if array.ndim < 2 or array.shape[-1] != net.sizes[0]:
        raise ValueError(f"X.shape must be (..., m, {net.sizes[0]}), got {array.shape!r}")
    if array.dtype == dtype or array.dtype.kind == "c":
        return array
    return array.astype(np.empty(0, dtype).real.dtype, copy=False)


def _penalty(net: MLP, params: Mapping[str, NDArray]) -> NDArray | float:
    if net.l2 == 0:
        return 0.0
    weights = (view for name, view in params.items() if name.startswith("W"))
    return net.l2 / 2 * sum(np.sum(W * W, axis=(-1, -2)) for W in weights)


def _log_softmax(outputs: NDArray) -> NDArray:
    # Without overflow; analytic, as the largest cancels.
    shifted = outputs - np.maximum.reduce(outputs.real, axis=-1, keepdims=True)
    ones = repeated(1.0, shifted.shape[-1], shifted.dtype)
    shifted -= np.log(np.exp(shifted) @ ones)[..., None]
    return shifted


def _one_hot(y: ArrayLike, m: int, n_classes: int) -> NDArray:
    labels = _labels(y, m)
    one_hot = labels[..., None] == np.arange(n_classes)
    if labels.dtype.kind not in "iu" or np.count_nonzero(one_hot) != labels.size:
        raise ValueError(f"y must be labels in 0 .. {n_classes - 1}, got {y!r}")
    return one_hot


def _labels(y: ArrayLike, m: int) -> NDArray:
    labels = numbers("y", y)
    if labels.shape[-1:] != (m,):
        raise ValueError(f"y.shape must be (..., {m}), one label per example, got {labels.shape!r}")
    return labels


def _probabilities(probabilities: ArrayLike) -> NDArray:
    array = real("probabilities", probabilities)
    if array.ndim < 2:
        raise ValueError(f"probabilities.shape must be (..., m, c), got {array.shape!r}")
    return array


def _mean_of_right_class(values: NDArray, one_hot: NDArray) -> NDArray:
    return np.add.reduce(values, axis=(-1, -2), where=one_hot) / values.shape[-2]


def _cross_entropy(outputs: NDArray, y: ArrayLike) -> tuple[NDArray, NDArray]:
    """Loss of shape (*S,), and its gradient with respect to the outputs."""
    log_p, one_hot = _log_softmax(outputs), _one_hot(y, *outputs.shape[-2:])
    value = _mean_of_right_class(-log_p, one_hot)
    dz = np.exp(log_p, out=log_p)
    dz -= one_hot
    dz /= outputs.shape[-2]
    return value, dz


def _squared_error(outputs: NDArray, y: ArrayLike) -> tuple[NDArray, NDArray]:
    """Loss of shape (*S,), and its gradient with respect to the outputs."""
    m, n_out = outputs.shape[-2:]
    targets = real("y", y).astype(outputs.real.dtype, copy=False)
    if targets.shape[-2:] != (m, n_out):
        raise ValueError(f"y.shape must be (..., {m}, {n_out}), got {targets.shape!r}")
    distance = outputs - targets
    return np.sum(distance * distance, axis=(-1, -2)) / m, 2 * distance / m


def _relu(z: NDArray) -> NDArray:
    return np.maximum(z, 0, out=z) if z.dtype.kind == "f" else z * (z.real > 0)


def _sigmoid(z: NDArray) -> NDArray:
    return 0.5 * (1 + np.tanh(0.5 * z))  # neither overflows nor stops being analytic


class _Activation(NamedTuple):
    """A function of z, which may be overwritten, and its derivative expressed by a = function(z)."""

    function: Callable[[NDArray], NDArray]
    derivative: Callable[[NDArray], NDArray | float]


ACTIVATIONS = {
    "relu": _Activation(_relu, lambda a: a.real > 0),
    "tanh": _Activation(lambda z: np.tanh(z, out=z), lambda a: 1 - a * a),
    "sigmoid": _Activation(_sigmoid, lambda a: a * (1 - a)),
    "identity": _Activation(lambda z: z, lambda a: 1.0),
}
LOSSES = {"cross_entropy": _cross_entropy, "squared_error": _squared_error}
