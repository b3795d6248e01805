"""The only values that cross the wall, and how any Python object becomes one of them.

Plain values: None, str, numpy arrays of numbers or booleans (scalars are 0-d arrays), tuples and
dictionaries of these. Three more kinds travel only towards the sandbox: a generator seed, a test function
by name, and the result of an earlier call. Two travel only back: the name of an unsupported type, and the
shape of an array that was too large to send.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


MAX_DEPTH = 6
MAX_ITEMS = 255
NUMERIC_KINDS = "biufc"


@dataclass(frozen=True)
class Seeded:
    """A `numpy.random.Generator` to be made from this seed where the call is run."""

    seed: int


@dataclass(frozen=True)
class Named:
    """A function of the library in `functions.py`, made with these numbers."""

    name: str
    parameters: tuple[float, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """The result of an earlier call of the same probe, or one item of it; never sent back and forth."""

    call: int
    item: int | None = None


@dataclass(frozen=True)
class Unsupported:
    """Something was returned that is no plain value; its type's name is all that is kept."""

    type_name: str


@dataclass(frozen=True)
class Oversized:
    """An array was returned that is much larger than asked for; its shape is all that is kept."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Call:
    """One call of a function by name. Positional arguments come first, in the order of the signature."""

    function: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def resolve(self, argument: Callable[[Any], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return tuple(map(argument, self.args)), {name: argument(value) for name, value in self.kwargs.items()}


def plain(value: Any, depth: int = 0) -> Any:
    """Turn whatever a function returned into a plain value; never raises, never keeps a reference to it."""
    try:
        return _plain(value, depth)
    except Exception:
        return Unsupported(type(value).__name__[:80])


def _plain(value: Any, depth: int) -> Any:
    if value is None or type(value) is str:
        return value
    if depth >= MAX_DEPTH:
        return Unsupported("nested " + type(value).__name__[:60])
    if isinstance(value, np.ma.MaskedArray):
        return Unsupported("masked array")
    if isinstance(value, dict):
        if len(value) > MAX_ITEMS or not all(type(key) is str for key in value):
            return Unsupported("dict")
        return {key: plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, tuple):
        if len(value) > MAX_ITEMS:
            return _array(value)
        return tuple(plain(item, depth + 1) for item in value)
    if isinstance(value, list):
        array = _array(value)
        if isinstance(array, Unsupported) and len(value) <= MAX_ITEMS:
            return tuple(plain(item, depth + 1) for item in value)
        return array
    return _array(value)


def _array(value: Any) -> np.ndarray | Unsupported:
    # asarray drops subclasses, so a lying __eq__, shape or __array_ufunc__ never leaves the sandbox.
    try:
        array = np.asarray(value)
    except ValueError:  # a ragged list
        return Unsupported(type(value).__name__[:80])
    if array.dtype.kind not in NUMERIC_KINDS or array.dtype.itemsize > 16:
        return Unsupported(_type_name(value, array))
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C", subok=False)


def _type_name(value: Any, array: np.ndarray) -> str:
    if isinstance(value, np.ndarray):
        return f"array of dtype {array.dtype.name}"[:80]
    return type(value).__name__[:80]
