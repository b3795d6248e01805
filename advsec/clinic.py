"""Patients of the lecture on gradient checking: backward passes with one fault each, and networks with kinks.

    gradient = faulty_gradient(net, theta, X, y, fault="sign of db3")

The faults are those that people make: a factor forgotten or taken twice, a sign, a derivative at the wrong
place, a matrix not transposed. Each changes one step of the way back, and what follows from it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import POSITIVE, check, check_choice, check_kind, floating
from .network import ACTIVATIONS, LOSSES, MLP, activations, forward


__all__ = ["FAULTS", "crossed_kinks", "faulty_gradient"]


class Fault(NamedTuple):
    """One step of the backward pass, in one layer, that computes something else.

    `step` is "dz", "W" (as the way back uses it), "slope", "dW", "db" or "penalty"; layer 0 is every layer.
    `change` makes what is computed instead of the right value and of the number of examples.
    """

    step: str
    layer: int
    change: Callable[[NDArray, int], NDArray]


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "1/m forgotten": Fault("dz", 3, lambda dz, m: dz * m),
        "dW2 added twice": Fault("dW", 2, lambda dW, m: 2 * dW),
        "db1 a mean": Fault("db", 1, lambda db, m: db / m),
        "tanh' of a": Fault("slope", 2, lambda slope, m: 1 - np.tanh(np.sqrt(1 - slope)) ** 2),
        "W2 not transposed": Fault("W", 2, lambda W, m: W.mT),
        "sign of db3": Fault("db", 3, lambda db, m: -db),
        "penalty forgotten": Fault("penalty", 0, lambda penalty, m: 0 * penalty),
        "W3 decayed too early": Fault("W", 3, lambda W, m: 0.9 * W),
    }
)


def faulty_gradient(
    net: MLP,
    theta: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    fault: str,
) -> NDArray:
    """Compute the gradient of a network's loss with one fault in the backward pass.

        as `network.loss_and_gradient`, with the one step that FAULTS[fault] names computed wrongly

    Parameters
    ----------
    net : MLP
        The network: two hidden layers of equal size, no batch normalisation, no dropout.
    theta : array_like of shape (*S, P)
        Parameters. Not modified.
    X : array_like of shape (m, n_in) or (*S, m, n_in)
        Examples. Not modified.
    y : array_like of shape (m,) or (m, n_out), seeds in front where X has them
        Labels or targets, see `MLP`. Not modified.
    fault : str
        One of `FAULTS`.

    Returns
    -------
    dtheta : ndarray of shape (*S, P)

    Raises
    ------
    ValueError
        "fault must be one of 1/m forgotten, dW2 added twice, db1 a mean, tanh' of a, W2 not transposed,
        sign of db3, penalty forgotten, W3 decayed too early, got 'none'";
        "net must be a tanh network of two hidden layers of equal size, got (2, 3, 2)".

    Slides
    ------
    "Gradient checking": "it can help to identify errors in a backpropagation implementation".

    Examples
    --------
    >>> net = MLP((2, 3, 3, 2), activation="tanh")
    >>> gradient = faulty_gradient(net, np.zeros(29), [[1.0, 2.0]], [1], fault="sign of db3")
    >>> net.views(gradient)["b3"].tolist()  # the right one is 0.5, -0.5
    [-0.5, 0.5]
    """
    check_kind("net", net, MLP)
    check_choice("fault", fault, FAULTS)
    if net.activation != "tanh" or net.n_hidden != 2 or net.sizes[1] != net.sizes[2]:
        raise ValueError(f"net must be a tanh network of two hidden layers of equal size, got {net.sizes!r}")
    planted = FAULTS[fault]
    theta = floating("theta", theta)
    params = net.views(theta)
    outputs, layers = forward(net, theta, X, None, None)
    m = outputs.shape[-2]

    def step(name: str, layer: int, value: NDArray) -> NDArray:
        here = planted.step == name and planted.layer in (0, layer)
        return planted.change(value, m) if here else value

    dtheta = np.empty_like(theta)
    grads = net.views(dtheta)
    dz = step("dz", 3, LOSSES[net.loss](outputs, y)[1])
    for number in (3, 2, 1):
        if number < 3:
            da = dz @ step("W", number + 1, params[f"W{number + 1}"]).mT
            slope = np.asarray(ACTIVATIONS[net.activation].derivative(layers[number - 1].before))
            dz = da * step("slope", number, slope)
        dW = layers[number - 1].a_in.mT @ dz + step("penalty", number, net.l2 * params[f"W{number}"])
        grads[f"W{number}"][...] = step("dW", number, dW)
        grads[f"b{number}"][...] = step("db", number, np.sum(dz, axis=-2))
    return dtheta


def crossed_kinks(net: MLP, theta: ArrayLike, X: ArrayLike, *, eps: float) -> NDArray:
    """Find the parameters whose central difference leads across a kink.

        some unit is above 0 for some example at theta_r + eps, and is not at theta_r - eps, or the reverse

    Parameters
    ----------
    net : MLP
        The network, of rectified units: others have no kinks.
    theta : array_like of shape (*S, P)
        Parameters. Not modified.
    X : array_like of shape (m, n_in) or (*S, m, n_in)
        Examples. Not modified.
    eps : float > 0
        Step of every parameter.

    Returns
    -------
    crossed : ndarray of bool of shape (*S, P)

    Slides
    ------
    "Gradient checking": its limit needs a derivative (erratum E25), and a kink has none.

    Examples
    --------
    >>> crossed_kinks(MLP((1, 1, 1)), [1.0, 0.1, 1.0, 0.0], [[0.0], [1.0]], eps=0.2).tolist()
    [False, True, False, False]
    """
    check_kind("net", net, MLP)
    check("eps", eps, POSITIVE)
    theta = floating("theta", theta)
    crossed = np.zeros(theta.shape, dtype=bool)
    for r in range(net.n_params):
        step = np.zeros(net.n_params, dtype=theta.dtype)
        step[r] = eps
        pairs = zip(activations(net, theta + step, X), activations(net, theta - step, X), strict=True)
        switched = [((above > 0) != (below > 0)).any(axis=(-1, -2)) for above, below in pairs]
        crossed[..., r] = np.any(switched, axis=0)
    return crossed
