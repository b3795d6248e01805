"""The only values that cross the wall, and how any Python object becomes one of them.

Plain values: None, str, numpy arrays of numbers or booleans (scalars are 0-d arrays), tuples and
dictionaries of these. Three more kinds travel only towards the sandbox: a generator seed, a test function
by name, and the result of an earlier call. Three travel only back: the name of an unsupported type, the
shape of an array that was too large to send, and a function that is handed over, which stays where it is.
"""

import numbers
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


MAX_DEPTH = 6
MAX_ITEMS = 255
MAX_AXES = 8
NUMERIC_KINDS = "biufc"
# Of floats that are wider than these, nothing is compared that these do not hold.
WIDEST = {"f": np.dtype(np.float64), "c": np.dtype(np.complex128)}


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
class Handed:
    """A function among the arguments of a question, by its number: who answers calls it in the box.

    It travels in questions only.
    """

    number: int


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
    if type(value) is np.str_:
        return str(value)
    if depth >= MAX_DEPTH:
        return Unsupported("nested " + type(value).__name__[:60])
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
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
    if array.dtype.kind == "O":
        array = _unboxed(array)
    if array.dtype.kind not in NUMERIC_KINDS:
        return Unsupported(_type_name(value, array))
    if array.ndim > MAX_AXES:
        return Unsupported(f"array with {array.ndim} axes")
    wide = WIDEST.get(array.dtype.kind)
    dtype = wide if wide and wide.itemsize < array.dtype.itemsize else array.dtype
    with np.errstate(all="ignore"):
        return np.array(array, dtype=dtype.newbyteorder("="), order="C", subok=False)


def _unboxed(array: np.ndarray) -> np.ndarray:
    """Numbers that Python keeps as objects, such as fractions, as numpy's; anything else as it is."""
    items = array.ravel().tolist()
    if not all(isinstance(item, numbers.Number | np.bool_) for item in items):
        return array
    unboxed = np.array(items)
    if unboxed.dtype.kind not in NUMERIC_KINDS:
        unboxed = np.array([complex(i) if isinstance(i, numbers.Complex) else float(i) for i in items])
        unboxed = unboxed.real if not unboxed.imag.any() else unboxed
    return unboxed.reshape(array.shape)


def usual(value: Any) -> Any:
    """A plain value as code has it: a 0-d array stands for a Python number."""
    match value:
        case tuple():
            return tuple(map(usual, value))
        case dict():
            return {key: usual(item) for key, item in value.items()}
        case np.ndarray() if not value.ndim:
            return value.item()
    return value


def is_repacked(value: Any) -> bool:
    """Whether numbers came in something else than arrays, scalars, and tuples and dictionaries of these."""
    if type(value) is tuple:
        return any(type(item) is not tuple and is_repacked(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "O"
    return not isinstance(value, np.generic | float | int | complex | str | tuple | dict | type(None))


def _type_name(value: Any, array: np.ndarray) -> str:
    if isinstance(value, np.ndarray):
        return f"array of dtype {array.dtype.name}"[:80]
    return type(value).__name__[:80]
