"""What stands in for a figure where nothing moves: the same quantities, for one position of its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import dropout, plots
from ..batchnorm import batchnorm_forward
from ..bias_variance import decompose
from ..gradient_check import numerical_gradient
from ..linear_models import ridge
from ..optimizers import minimize
from ..problems import quadratic
from ..schedules import range_test_lrs


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


def memory() -> NDArray:
    return plots.kernels([0.9])


def momentum() -> Axes:
    valley = quadratic(np.diag([1.0, 20.0]))

    def way(alpha: float, beta: float) -> NDArray:
        form: dict[str, Any] = {"lr": alpha, "beta": beta, "dampened": False}
        return minimize(valley.grad, [10.0, 3.0], "momentum", n_steps=60, **form).w

    settings = ((0.01, 0.9), (0.095, 0.0), (0.12, 0.42))
    paths = {rf"$\alpha$ = {alpha}, $\beta$ = {beta}": way(alpha, beta) for alpha, beta in settings}
    window = np.array([[-4.0, -4.4], [12.0, 4.4]])
    return plots.contours(valley.f, paths, minimum=np.zeros(2), window=window)


def range_test() -> Axes:
    curvatures, tests = np.array([1.0, 10.0]), {}
    for n in (20, 96, 400):
        squares, losses = np.array([4.0, 0.49]), []  # of the weights, expected
        for lr in range_test_lrs(n, lr_min=1e-3, lr_max=1.0):
            # The noise of each gradient has the standard deviation 0.1.
            squares = np.minimum((1 - lr * curvatures) ** 2 * squares + (0.1 * lr) ** 2, 1e6)
            losses.append(curvatures @ squares / 2)
        tests[f"{n} steps"] = np.array(losses)[:: (n - 1) // 19]  # the rates that all three tests have
    lrs = range_test_lrs(20, lr_min=1e-3, lr_max=1.0)
    labels = {"xlabel": "rate of the test", "ylabel": "loss"}
    shown = {label: np.where(losses < 20, losses, np.nan) for label, losses in tests.items()}
    axes = plots.curves(lrs, shown, marks={"limit": 0.2}, xscale="log", yscale="log", **labels)
    lowest = ", ".join(f"of {label} at {lrs[np.argmin(losses)]:.2g}" for label, losses in tests.items())
    axes.figure.set_label(
        "Loss against rate in range tests of three lengths, both logarithmic. Each falls and then rises "
        f"steeply; that {lowest} is lowest: the longer, the further left. A thin line marks the limit, 0.2."
    )
    return axes


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
