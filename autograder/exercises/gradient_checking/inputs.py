"""Functions, gradients and parameters on which checks of gradients differ."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def with_signs(rng: np.random.Generator, sizes: NDArray) -> NDArray:
    """Both signs, whatever is drawn: the first number is negative and the second is not."""
    signs = rng.choice([-1.0, 1.0], sizes.shape)
    signs.flat[:2] = (-1.0, 1.0)[: signs.size]
    return sizes * signs


def gradient(rng: np.random.Generator, *shape: int) -> NDArray:
    """Numbers that are short and away from zero, the first below 1 and the last above."""
    sizes = rng.uniform(0.5, 2, shape)
    sizes.flat[0] = rng.uniform(0.5, 0.8)
    sizes.flat[-1] = rng.uniform(1.2, 2)
    return with_signs(rng, sizes).round(3)


def network(rng: np.random.Generator, names: tuple[str, ...] = ("W1", "b1", "W2", "b2")) -> dict[str, Any]:
    """Parameters of two layers, none of whose blocks has as many numbers as another, and no number twice."""
    n_in, n_hidden, n_out = 2, int(rng.integers(4, 6)), 3
    shapes = ((n_in, n_hidden), (n_hidden,), (n_hidden, n_out), (n_out,))
    return blocks(rng, dict(zip(names, shapes, strict=True)))


def blocks(rng: np.random.Generator, shapes: dict[str, tuple[int, ...]]) -> dict[str, NDArray]:
    """Arrays of these shapes with short numbers, each of which comes once, and none of which is whole."""
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    numbers = (
        10 * rng.permutation(np.arange(-250, 250))[: sum(sizes)] + rng.integers(1, 10, sum(sizes))
    ) / 1000
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def layers(rng: np.random.Generator) -> dict[str, NDArray]:
    """Parameters of two small layers, away from zero, so that a large step still gives a fair derivative."""
    shapes = {"W1": (2, 2), "b1": (2,), "W2": (3, 1), "b2": (2,)}
    return {name: with_signs(rng, rng.uniform(0.7, 1.5, shape)).round(3) for name, shape in shapes.items()}
