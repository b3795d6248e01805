"""What has to hold of parameters in one vector, whose order is the student's own."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.properties import Broken
from autograder.sandbox.values import Call


def one_vector(calls: tuple[Call, ...], values: tuple[Any, ...]) -> str | Broken | None:
    """Each number stands once in the vector, at a place that does not hang on its value."""
    orders: list[NDArray] = []
    for call, theta in zip(calls, values, strict=True):
        blocks = [np.ravel(block) for block in call.args[0].values()]
        if wrong := _not_all_numbers(blocks, theta):
            return wrong
        orders.append(np.argsort(theta)[np.argsort(np.argsort(np.concatenate(blocks)))])
    if any(not np.array_equal(order, orders[0]) for order in orders):
        return Broken(
            "order", "where a number stands hangs on its value, so that nobody can find the way back"
        )
    return None


def _not_all_numbers(blocks: list[NDArray], theta: Any) -> str | Broken | None:
    if isinstance(theta, tuple):
        return Broken("parts", "there are several arrays, which are not joined to one")
    if theta.ndim != 1:
        return Broken(f"{theta.ndim}_axes", f"the result has {theta.ndim} axes, and not the one of a vector")
    if not theta.size:
        return Broken("empty", "the vector is empty")
    if not theta.any():
        return Broken("zeros", "the vector holds nothing but zeros")
    there = [bool(np.isclose(block[:, None], theta).any(axis=1).all()) for block in blocks]
    if _same(theta, [block for block, is_there in zip(blocks, there, strict=True) if is_there]):
        if all(there):
            return None
        missing = "".join(".x"[is_there] for is_there in there)
        return Broken(missing, f"only {sum(there)} of the {len(blocks)} blocks are in the vector")
    if _lie_over_one_another(theta, blocks):
        return Broken("overlap", "the blocks lie over one another, and zeros are left at the end")
    if _same(theta, [np.trunc(block) for block in blocks]):
        return Broken("cut", "the numbers in the vector are those of the parameters cut to whole numbers")
    return "the numbers in the vector are not those of the parameters, each of them once"


def _lie_over_one_another(theta: NDArray, blocks: list[NDArray]) -> bool:
    """Whether numbers are missing, none of the last block, and as many zeros stand at the end."""
    numbers = np.concatenate(blocks)
    written = np.trim_zeros(theta, "b")
    found = [bool(np.isclose(number, numbers).any()) for number in written]
    last = [bool(np.isclose(number, written).any()) for number in blocks[-1]]
    once = len(np.unique(written)) == len(written)
    return len(theta) == len(numbers) and len(written) < len(theta) and once and all(found) and all(last)


def _same(theta: NDArray, blocks: list[NDArray]) -> bool:
    """Whether the vector holds the numbers of these blocks, in any order."""
    numbers = np.sort(np.concatenate([theta[:0], *blocks]))
    return numbers.shape == theta.shape and np.allclose(np.sort(theta), numbers)


def of_relative_error(arguments: Mapping[str, Any]) -> str | None:
    """What is not allowed about arguments of `relative_error`."""
    approx, exact = (np.asarray(arguments[name]) for name in ("approx", "exact"))
    if approx.dtype.kind not in "iuf" or exact.dtype.kind not in "iuf":
        return "`approx` and `exact` are arrays of numbers"
    if approx.shape != exact.shape or approx.ndim not in (1, 2) or not approx.size:
        return "`approx` and `exact` have the same shape, that of a vector or of a matrix"
    sizes = np.abs(np.concatenate([approx.ravel(), exact.ravel()]).astype(float))
    if not np.all((sizes == 0) | ((sizes >= 1e-20) & (sizes <= 1000))):
        return "every number is 0, or its size lies between 1e-20 and 1000"
    return None
