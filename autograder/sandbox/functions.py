"""Test functions that exercises pass as arguments, by name: the same code on both sides of the wall."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .values import Named


Params = dict[str, np.ndarray]


def constant_steps(size: float) -> Callable[[int], float]:
    """The step size `size` for every n."""
    return lambda n: size


def power_steps(scale: float, exponent: float) -> Callable[[int], float]:
    """The step sizes scale * n**-exponent; n counts from 1."""
    return lambda n: scale * float(n) ** -exponent


def harmonic_steps(scale: float, offset: float) -> Callable[[int], float]:
    """The step sizes scale / (n + offset); with an offset above 0 also for n = 0."""
    return lambda n: scale / (n + offset)


def ridge_predictions(penalty: float) -> Callable[..., Any]:
    """Linear regression without intercept, penalised: from (X, y, X_test) to predictions."""

    def fit_predict(X: np.ndarray, y: np.ndarray, X_test: np.ndarray) -> Any:
        return X_test @ np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)

    return fit_predict


def nearest_predictions() -> Callable[..., Any]:
    """What was observed at the nearest example: from (X, y, X_test) to predictions."""
    return lambda X, y, X_test: y[np.argmin(((X_test[:, None] - X) ** 2).sum(axis=2), axis=1)]


def cubic_gradient(slope: float, cubic: float) -> Callable[[Any], Any]:
    """The gradient slope * w + cubic * w**3 of a bowl."""
    return lambda w: slope * w + cubic * w**3


def heavy_ball_step(beta: float) -> Callable[..., tuple[Any, Any]]:
    """The step of an optimiser whose state is its velocity."""
    return lambda w, dw, v, lr: (w - lr * (beta * v + dw), beta * v + dw)


def shrinking_step(offset: float) -> Callable[..., tuple[Any, Any]]:
    """The step of an optimiser whose state is the number t of steps taken, by which its steps shrink."""
    return lambda w, dw, t, lr: (w - lr / (t + offset) * dw, t + 1)


def valley(curved: float, squared: float) -> Callable[[Any], Any]:
    """A function of an array that rises on all sides, and whose derivatives hang together."""
    return lambda theta: (
        curved * np.sum(np.cosh(theta)) + squared * np.sum(theta**2) ** 2 + np.sum(theta) / 10
    )


def columns(scale: float) -> Callable[[Any], Any]:
    """A function of an array that depends on its shape, by the sums of its columns."""
    return lambda theta: scale * np.sum(np.cosh(np.sum(theta, axis=0)))


def exponentials(rate: float) -> Callable[[Any], Any]:
    """A function of an array whose derivatives grow with the rate."""
    return lambda theta: np.sum(np.exp(rate * theta))


def slope_of_exponentials(rate: float) -> Callable[[Any], Any]:
    """The gradient of `exponentials`."""
    return lambda theta: rate * np.exp(rate * theta)


def logarithms(scale: float) -> Callable[[Any], Any]:
    """A function of an array of positive numbers; of negative ones it is nan."""
    return lambda theta: scale * np.sum(np.log(theta))


def slope_of_logarithms(scale: float) -> Callable[[Any], Any]:
    """The gradient of `logarithms`."""
    return lambda theta: scale / theta


def sum_over_blocks(w1: float, c1: float, w2: float, c2: float) -> Callable[[Params], Any]:
    """A function of the blocks of a network: each contributes with its weight."""
    weights = {"W1": w1, "b1": c1, "W2": w2, "b2": c2}
    return lambda p: sum(w * ((p[k] ** 2).sum() ** 2 + (p[k] ** 3).sum()) for k, w in weights.items())


def slopes_of_blocks(*numbers: float) -> Callable[[Params], Params]:
    """The gradient of `sum_over_blocks`: four times the weight of each block, then three times."""
    weights = dict(zip(("W1", "b1", "W2", "b2"), zip(numbers[:4], numbers[4:], strict=True), strict=True))
    return lambda p: {k: w * p[k] * (p[k] ** 2).sum() + c * p[k] ** 2 for k, (w, c) in weights.items()}


def slopes_from_the_last(*numbers: float) -> Callable[[Params], Params]:
    """The same with the blocks in the order in which a backward pass comes to them."""
    slopes = slopes_of_blocks(*numbers)
    return lambda p: dict(reversed(slopes(p).items()))


def momentum_steps(beta: float, curvature: float) -> Callable[[Any, Any, float], tuple[Any, Any]]:
    """A step of an optimiser with momentum v towards zero weights."""

    def step(w: Any, v: Any, lr: float) -> tuple[Any, Any]:
        v = beta * v + (1 - beta) * curvature * w
        return w - lr * v, v

    return step


def momentum_steps_in_place(beta: float, curvature: float) -> Callable[[Any, Any, float], tuple[Any, Any]]:
    """The same, in the arrays that are given."""

    def step(w: Any, v: Any, lr: float) -> tuple[Any, Any]:
        np.add(beta * v, (1 - beta) * curvature * w, out=v)
        return np.subtract(w, lr * v, out=w), v

    return step


def flattened_bowl(level: float, scale: float) -> Callable[[Any], Any]:
    """A loss that grows from `level`, and further away more and more slowly."""
    return lambda w: level + scale * np.log(1 + np.sum(w**2))


def squares(scale: float) -> Callable[[Any], Any]:
    """A loss without rounding where weights are powers of two."""
    return lambda w: scale * np.sum(w**2)


def loss_within_bounds(level: float, scale: float, limit: float) -> Callable[[Any], Any]:
    """A loss that grows from `level`, and is no number where the squares add up to more than `limit`."""
    return lambda w: level - scale * np.log(1 - np.sum(w**2) / limit)


def slopes_towards(curvature: float, place: float) -> Callable[[Any], Any]:
    """The gradient of a loss that is lowest where all weights are at `place`."""
    return lambda w: curvature * (w - place)


FUNCTIONS: dict[str, Callable[..., Callable[..., Any]]] = {
    "columns": columns,
    "constant_steps": constant_steps,
    "cubic_gradient": cubic_gradient,
    "exponentials": exponentials,
    "flattened_bowl": flattened_bowl,
    "harmonic_steps": harmonic_steps,
    "heavy_ball_step": heavy_ball_step,
    "logarithms": logarithms,
    "loss_within_bounds": loss_within_bounds,
    "momentum_steps": momentum_steps,
    "momentum_steps_in_place": momentum_steps_in_place,
    "nearest_predictions": nearest_predictions,
    "power_steps": power_steps,
    "ridge_predictions": ridge_predictions,
    "shrinking_step": shrinking_step,
    "slope_of_exponentials": slope_of_exponentials,
    "slope_of_logarithms": slope_of_logarithms,
    "slopes_from_the_last": slopes_from_the_last,
    "slopes_of_blocks": slopes_of_blocks,
    "slopes_towards": slopes_towards,
    "squares": squares,
    "sum_over_blocks": sum_over_blocks,
    "valley": valley,
}

# The same as a student would write them.
TEXTS = {
    "columns": "lambda theta: {0} * np.sum(np.cosh(np.sum(theta, axis=0)))",
    "constant_steps": "lambda n: {0}",
    "cubic_gradient": "lambda w: {0} * w + {1} * w**3",
    "exponentials": "lambda theta: np.sum(np.exp({0} * theta))",
    "flattened_bowl": "lambda w: {0} + {1} * np.log(1 + np.sum(w**2))",
    "harmonic_steps": "lambda n: {0} / (n + {1})",
    "heavy_ball_step": "lambda w, dw, v, lr: (w - lr * ({0} * v + dw), {0} * v + dw)",
    "logarithms": "lambda theta: {0} * np.sum(np.log(theta))",
    "loss_within_bounds": "lambda w: {0} - {1} * np.log(1 - np.sum(w**2) / {2})",
    "momentum_steps": "lambda w, v, lr: (w - lr * (v := {0} * v + (1 - {0}) * {1} * w), v)",
    "momentum_steps_in_place": (
        "lambda w, v, lr: (np.subtract(w, lr * np.add({0} * v, (1 - {0}) * {1} * w, out=v), out=w), v)"
    ),
    "nearest_predictions": (
        "lambda X, y, X_test: y[np.argmin(((X_test[:, None] - X) ** 2).sum(axis=2), axis=1)]"
    ),
    "power_steps": "lambda n: {0} * n**-{1}",
    "ridge_predictions": (
        "lambda X, y, X_test: X_test @ np.linalg.solve(X.T @ X + {0} * np.eye(X.shape[1]), X.T @ y)"
    ),
    "shrinking_step": "lambda w, dw, t, lr: (w - lr / (t + {0}) * dw, t + 1)",
    "slope_of_exponentials": "lambda theta: {0} * np.exp({0} * theta)",
    "slope_of_logarithms": "lambda theta: {0} / theta",
    "slopes_from_the_last": (
        "lambda p: {{k: w * p[k] * (p[k] ** 2).sum() + c * p[k] ** 2 for k, w, c in "
        '[("b2", {3}, {7}), ("W2", {2}, {6}), ("b1", {1}, {5}), ("W1", {0}, {4})]}}'
    ),
    "slopes_of_blocks": (
        "lambda p: {{k: w * p[k] * (p[k] ** 2).sum() + c * p[k] ** 2 for k, w, c in "
        '[("W1", {0}, {4}), ("b1", {1}, {5}), ("W2", {2}, {6}), ("b2", {3}, {7})]}}'
    ),
    "slopes_towards": "lambda w: {0} * (w - {1})",
    "squares": "lambda w: {0} * np.sum(w**2)",
    "sum_over_blocks": (
        "lambda p: sum(w * ((p[k] ** 2).sum() ** 2 + (p[k] ** 3).sum()) for k, w in "
        '[("W1", {0}), ("b1", {1}), ("W2", {2}), ("b2", {3})])'
    ),
    "valley": (
        "lambda theta: {0} * np.sum(np.cosh(theta)) + {1} * np.sum(theta**2) ** 2 + np.sum(theta) / 10"
    ),
}


def make(named: Named) -> Callable[..., Any]:
    """The function that `named` stands for."""
    return FUNCTIONS[named.name](*named.parameters)


def text(named: Named) -> str:
    """Python for the function that `named` stands for."""
    return TEXTS[named.name].format(*named.parameters)
