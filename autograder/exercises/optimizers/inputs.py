"""Inputs on which formulas for the step of an optimiser differ.

Gradients begin large and go on small, so that averages rise and fall; no first axis has the length 2, or an
array could be taken for two values.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.exercise import Call, Earlier, call


def weights(rng: np.random.Generator, *shape: int) -> NDArray:
    """So far from zero that a few steps do not lead there, where differences would be large or small."""
    return (rng.uniform(3, 9, shape) * rng.choice([-1, 1], shape)).round(2)


def gradients(rng: np.random.Generator, n_steps: int, *shape: int) -> list[NDArray]:
    """Away from zero and from one, with either sign; the first is at least twice as large as the others."""
    scales = [rng.uniform(2.4, 3.6, shape), *rng.uniform(0.3, 0.9, (n_steps - 1, *shape))]
    return [(scale * rng.choice([-1, 1], shape)).round(2) for scale in scales]


def mixed_gradients(rng: np.random.Generator, *shape: int) -> list[NDArray]:
    """Large, then small, then of every second weight large again: the largest average is not the newest one,
    nor the one before it, and is beaten later on."""
    first, second, third = gradients(rng, 3, *shape)
    third.flat[::2] = (rng.uniform(2.6, 3.4, third.flat[::2].shape)).round(2)
    return [first, second, third]


def whole_gradients(rng: np.random.Generator, n_steps: int, *shape: int) -> list[NDArray]:
    """Whole numbers, the first of them larger."""
    scales = [rng.integers(7, 10, shape), *rng.integers(1, 3, (n_steps - 1, *shape))]
    return [scale * rng.choice([-1, 1], shape) for scale in scales]


def learning_rate(rng: np.random.Generator) -> float:
    """Another number than 1 - beta2."""
    return round(rng.uniform(0.28, 0.4), 2)


def memory(rng: np.random.Generator) -> float:
    """A short memory of the gradients."""
    return round(rng.uniform(0.55, 0.7), 2)


def memory_of_squares(rng: np.random.Generator) -> float:
    """A memory of the squared gradients that is another one, and short as well."""
    return round(rng.uniform(0.76, 0.88), 2)


def epsilon(rng: np.random.Generator) -> float:
    """Large enough to be seen beside the squares of the gradients."""
    return round(rng.uniform(0.04, 0.08), 3)


def run(
    w: NDArray,
    dws: Sequence[NDArray],
    state: tuple[Any, ...],
    *,
    lr: float | Sequence[float],
    after: Sequence[Call] = (),
    **hyper: Any,
) -> tuple[Call, ...]:
    """Steps that each go on from the one before, after other calls of the probe; `lr` may be one for each."""
    rates = [lr] * len(dws) if isinstance(lr, float) else lr
    calls = [*after]
    for number, (dw, rate) in enumerate(zip(dws, rates, strict=True)):
        last = len(calls) - 1
        here = (Earlier(last, 0), dw, Earlier(last, 1)) if number else (w, dw, state)
        calls.append(call(*here, lr=rate, **hyper))
    return tuple(calls)
