"""Test functions that exercises pass as arguments, by name: the same code on both sides of the wall."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .values import Named


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


FUNCTIONS: dict[str, Callable[..., Callable[..., Any]]] = {
    "constant_steps": constant_steps,
    "cubic_gradient": cubic_gradient,
    "harmonic_steps": harmonic_steps,
    "nearest_predictions": nearest_predictions,
    "power_steps": power_steps,
    "ridge_predictions": ridge_predictions,
    "heavy_ball_step": heavy_ball_step,
    "shrinking_step": shrinking_step,
}

# The same as a student would write them.
TEXTS = {
    "constant_steps": "lambda n: {0}",
    "cubic_gradient": "lambda w: {0} * w + {1} * w**3",
    "harmonic_steps": "lambda n: {0} / (n + {1})",
    "nearest_predictions": (
        "lambda X, y, X_test: y[np.argmin(((X_test[:, None] - X) ** 2).sum(axis=2), axis=1)]"
    ),
    "power_steps": "lambda n: {0} * n**-{1}",
    "ridge_predictions": (
        "lambda X, y, X_test: X_test @ np.linalg.solve(X.T @ X + {0} * np.eye(X.shape[1]), X.T @ y)"
    ),
    "heavy_ball_step": "lambda w, dw, v, lr: (w - lr * ({0} * v + dw), {0} * v + dw)",
    "shrinking_step": "lambda w, dw, t, lr: (w - lr / (t + {0}) * dw, t + 1)",
}


def make(named: Named) -> Callable[..., Any]:
    """The function that `named` stands for."""
    return FUNCTIONS[named.name](*named.parameters)


def text(named: Named) -> str:
    """Python for the function that `named` stands for."""
    return TEXTS[named.name].format(*named.parameters)
