"""What stands in for a figure where nothing moves: the same quantities, for one position of its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import dropout, plots
from ..batchnorm import batchnorm_forward
from ..bias_variance import decompose
from ..gradient_check import numerical_gradient
from ..linear_models import ridge
from ..lr_search import RangeTest, lr_range_test
from ..optimizers import minimize
from ..schedules import range_test_lrs


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


def memory() -> NDArray:
    return plots.kernels([0.9])


def momentum() -> NDArray:
    ends = {"along the valley": (0.01, 0.9), "across": (0.2, 0.9)}

    def way(x: float, beta: float) -> NDArray:
        form: dict[str, Any] = {"lr": x, "beta": beta, "dampened": False}
        return minimize(lambda w: w, [1.0], "momentum", n_steps=60, **form).w[:, 0]

    return plots.momentum_plane(ends, {label: way(*end) for label, end in ends.items()})


def range_test() -> NDArray:
    curvatures, start = np.array([1.0, 10.0]), np.array([-2.0, 0.7])

    def step(squares: NDArray, state: None, lr: float) -> tuple[NDArray, None]:
        """Expected squares of the weights, with gradients whose noise has the standard deviation 0.1."""
        return (1 - lr * curvatures) ** 2 * squares + (0.1 * lr) ** 2, state

    def loss(squares: NDArray) -> float:
        return float(curvatures @ squares) / 2

    def test(lrs: NDArray) -> RangeTest:
        return lr_range_test(step, loss, start**2, None, lrs, beta=0.0, diverge_factor=30.0)

    def training(lr: float) -> NDArray:
        squares, losses = start**2, []
        for _ in range(60):
            squares, _ = step(squares, None, lr)
            losses.append(loss(squares))
        return np.array(losses)

    shown = test(range_test_lrs(50, lr_min=1e-3, lr_max=1.0))
    return plots.rate_reader(shown.lrs, shown.smoothed, {lr: training(lr) for lr in (0.02, 0.1)})


def difference_step() -> Axes:
    eps = 10.0 ** np.arange(-15.5, -0.4, 0.25)
    slopes = [numerical_gradient(lambda x: x[0] * x[0] * x[0], [1.0], eps=h)[0] for h in eps.tolist()]
    # Where rounding happens to hit 3 exactly there is no point on a logarithmic axis.
    measured = np.maximum(np.abs(np.array(slopes) / 3 - 1), 2.0**-53)
    parts = {"truncation": eps**2 / 3, "round-off, at most": 5 * 2.0**-53 * (1 + 3 * eps**2) / (3 * eps)}
    return plots.error_parts(eps, measured, parts, mark=1e-2)


def double_descent() -> Axes:
    m, places = 20, np.linspace(0, 1, 101)
    examples = (np.arange(m) + 0.5) / m
    degrees = np.array([*range(41), *range(45, 101, 5)])
    truth, seen = (np.sin(2 * np.pi * x) for x in (places, examples))
    # These 2 m noises have mean 0 and covariance 0.3**2: with them a mean over fits is exact.
    noise = 0.3 * np.sqrt(m) * np.concatenate([np.eye(m), -np.eye(m)])
    parts = []
    for degree in degrees:
        old, new = (_polynomials(x, degree) for x in (examples, places))
        fits = ridge(np.broadcast_to(old, (2 * m, *old.shape)), seen + noise) @ new.T
        parts.append(decompose(fits, truth, noise=0.3**2))
    bias, variance, _, total = np.transpose(parts)
    shown = np.where(bias > 1e-4, bias, np.nan)
    lines = {"sum with the noise": total, "variance": variance, "squared bias": shown}
    labels = {"xlabel": "degree of the polynomial", "ylabel": "squared error", "yscale": "log"}
    return plots.curves(degrees, lines, marks={"as many weights as examples": m - 1.0}, **labels)


def _polynomials(x: NDArray, degree: int) -> NDArray:
    k = np.arange(degree + 1)
    return np.cos(k * np.arccos(2 * x[:, None] - 1)) / np.maximum(k, 1)


def thinned_networks() -> NDArray:
    inputs, offset, p = np.array([0.9, -0.4, 0.7, 1.2, -0.8, 0.5, 0.3, 0.6]), -0.2, 0.1
    masks = np.concatenate(list(dropout.all_masks(8)))
    prob = dropout.mask_probabilities(masks, p)
    outputs, marks = {}, {}
    for size in (0.5, 2.0, 8.0):
        title = f"p = {p}, size of the weights {size:g}"
        outputs[title] = 1 / (1 + np.exp(-size * (masks @ inputs + offset)))
        one_pass = dropout.nwgm_logistic(size * inputs, np.ones(8), p, b=size * offset)
        marks[title] = {"mean of all": float(prob @ outputs[title]), "one pass": one_pass}
    return plots.outputs_of_masks(outputs, prob, marks)


def batch_neighbours() -> Axes:
    z = np.linspace(-10, 10, 201)
    others = np.linspace(-np.sqrt(3), np.sqrt(3), 7)
    batches = np.vstack([z, np.tile(others[:, None], len(z))])  # one in each column
    out, _ = batchnorm_forward(batches, np.ones(len(z)), np.zeros(len(z)))
    names = "the one that is moved", "the lowest of the others", "the highest of the others"
    lines = dict(zip(names, out[[0, 1, -1]], strict=True))
    labels = {"xlabel": "z of one example in a batch of eight", "ylabel": "output in training"}
    return plots.curves(z, lines, levels={"√(m − 1)": np.sqrt(7.0)}, **labels)
