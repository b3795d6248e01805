"""The trusted comparator: is what came back what was asked for?

Shapes must be equal before any value is read; nothing is ever broadcast. NaN and infinities must stand
where the reference has them. The tolerance is measured on the reference alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox.values import NUMERIC_KINDS, Oversized, Unsupported


Path = tuple[int | str, ...]


@dataclass(frozen=True)
class Tolerance:
    """How far a right answer may lie from the reference: |returned - expected| <= atol + rtol |expected|."""

    rtol: float = 1e-6
    atol: float = 1e-9
    # Half and single precision carry fewer digits; a right answer in float32 must not fail.
    rtol_single: float = 2e-4
    atol_single: float = 1e-5
    # Accept (n, 1) or (1, n) where (n,) is asked, by reshaping and never by broadcasting.
    columns_as_vectors: bool = False

    def between(self, *arrays: np.ndarray) -> tuple[float, float]:
        """The tolerance that the least precise of the arrays needs."""
        single = any(array.dtype.kind in "fc" and array.real.dtype.itemsize <= 4 for array in arrays)
        return (self.rtol_single, self.atol_single) if single else (self.rtol, self.atol)


@dataclass(frozen=True)
class Mismatch:
    """The first way in which a returned value is not the expected one.

    `kind` is a rung of the ladder: returned_none, wrong_type, wrong_shape, not_finite or wrong_values.
    `path` leads to the item inside tuples and dictionaries, `index` to the entry of the array.
    """

    kind: str
    says: str
    path: Path = ()
    index: tuple[int, ...] = ()
    error: float = float("nan")


def compare(returned: Any, expected: Any, tolerance: Tolerance) -> Mismatch | None:
    """Compare a returned plain value with the expected one; None means equal within the tolerance."""
    with np.errstate(all="ignore"):
        return _compare(returned, expected, tolerance, ())


def parts_right(returned: Any, expected: Any, tolerance: Tolerance) -> tuple[bool, ...]:
    """Which of several values are right; empty where there is one, or not as many as were asked."""
    parts, wanted = parts_of(returned, expected), parts_of(expected, expected)
    return tuple(compare(*pair, tolerance) is None for pair in zip(parts, wanted, strict=bool(parts)))


def parts_of(returned: Any, expected: Any) -> tuple[Any, ...]:
    """The values that stand where several were asked for: the items of a tuple or a dictionary. None of them
    where a single one was asked, or not as many came back. What is not compared is no part."""
    if isinstance(expected, tuple):
        asked = [place for place, item in enumerate(expected) if item is not ...]
        items = items_of(returned, len(expected)) if len(asked) > 1 else None
        return tuple(items[place] for place in asked) if items else ()
    if isinstance(expected, dict) and isinstance(returned, dict) and expected.keys() <= returned.keys():
        return tuple(returned[key] for key in expected)
    return ()


def without(value: Any, own: tuple[int, ...], expected: Any) -> Any:
    """Several values with `...` in the places that are not compared, where as many came as are expected."""
    items = items_of(value, len(expected)) if own and isinstance(expected, tuple) else None
    return value if items is None else tuple(... if i in own else item for i, item in enumerate(items))


def _compare(returned: Any, expected: Any, tolerance: Tolerance, path: Path) -> Mismatch | None:
    if isinstance(returned, Oversized):
        if isinstance(expected, np.ndarray):
            return _wrong_shape(returned.shape, expected.shape, path)
        return _wrong_type(returned, expected, path)
    if returned is None and expected is not None:
        return Mismatch("returned_none", f"returned None instead of {describe(expected)}", path)
    if isinstance(expected, tuple):
        return _compare_tuples(returned, expected, tolerance, path)
    if isinstance(expected, dict):
        return _compare_dicts(returned, expected, tolerance, path)
    if isinstance(expected, np.ndarray):
        return _compare_arrays(returned, expected, tolerance, path)
    if returned is expected or (
        isinstance(expected, str) and isinstance(returned, str) and returned == expected
    ):
        return None
    if type(returned) is type(expected):
        return Mismatch("wrong_values", f"returned {describe(returned)}, expected {describe(expected)}", path)
    return _wrong_type(returned, expected, path)


def _compare_tuples(returned: Any, expected: tuple, tolerance: Tolerance, path: Path) -> Mismatch | None:
    items = items_of(returned, len(expected))
    if items is None:
        if not isinstance(returned, tuple):
            return _wrong_type(returned, expected, path)
        says = f"returned {len(returned)} values where {len(expected)} are asked for"
        return Mismatch("wrong_shape", says, path)
    for position, (item, wanted) in enumerate(zip(items, expected, strict=True)):
        if mismatch := _compare(item, wanted, tolerance, (*path, position)):
            return mismatch
    return None


def items_of(returned: Any, count: int) -> tuple[Any, ...] | None:
    """So many values, or none; an array whose rows are the asked items is the same in another container."""
    if isinstance(returned, np.ndarray) and returned.ndim > 0:
        returned = tuple(np.asarray(row) for row in returned) if len(returned) == count else None
    return returned if isinstance(returned, tuple) and len(returned) == count else None


def _compare_dicts(returned: Any, expected: dict, tolerance: Tolerance, path: Path) -> Mismatch | None:
    if not isinstance(returned, dict):
        return _wrong_type(returned, expected, path)
    if missing := [key for key in expected if key not in returned]:
        return Mismatch("wrong_shape", f"the dictionary has no {missing[0]!r}", path)
    for key, wanted in expected.items():
        if mismatch := _compare(returned[key], wanted, tolerance, (*path, key)):
            return mismatch
    return None


def _compare_arrays(returned: Any, expected: np.ndarray, tolerance: Tolerance, path: Path) -> Mismatch | None:
    if isinstance(returned, tuple):
        returned = _stack(returned, expected)
    if not isinstance(returned, np.ndarray) or returned.dtype.kind not in NUMERIC_KINDS:
        return _wrong_type(returned, expected, path)
    if returned.shape != expected.shape:
        if not (tolerance.columns_as_vectors and _is_column_of(returned, expected)):
            return _wrong_shape(returned.shape, expected.shape, path)
        returned = returned.reshape(expected.shape)
    if returned.dtype == expected.dtype and returned.tobytes() == expected.tobytes():
        return None  # as most right answers are, and the comparisons below take longer
    if not expected.size:
        return None
    if expected.dtype.kind in "biu":
        return _compare_exactly(returned, expected, path)
    return _compare_floats(returned, expected, tolerance, path)


def _compare_exactly(returned: np.ndarray, expected: np.ndarray, path: Path) -> Mismatch | None:
    """Booleans and integers: equal as whole numbers, without a detour through float."""
    if returned.dtype.kind == "b" and expected.dtype.kind != "b":
        return _wrong_type(returned, expected, path)
    if returned.dtype.kind in "fc":
        whole = np.isfinite(returned) & (returned.imag == 0) & (np.abs(returned) < 2.0**53)
        whole &= returned.real == np.floor(np.where(whole, returned.real, 0))
        if not whole.all():
            if not np.isfinite(returned).all():
                return _not_finite(~np.isfinite(returned), path)
            return _wrong_values(~whole, np.abs(returned - expected.astype(float)), path)
        returned = returned.real.astype(np.int64)
    if returned.dtype.kind == expected.dtype.kind:
        differs = np.asarray(returned != expected)
    else:  # Python integers compare exactly across signed and unsigned types.
        differs = np.asarray(returned.astype(object) != expected.astype(object), dtype=bool)
    if not differs.any():
        return None
    return _wrong_values(differs, np.abs(returned.astype(float) - expected.astype(float)), path)


def _compare_floats(
    returned: np.ndarray, expected: np.ndarray, tolerance: Tolerance, path: Path
) -> Mismatch | None:
    if returned.dtype.kind == "b":
        return _wrong_type(returned, expected, path)
    rtol, atol = tolerance.between(returned, expected)
    if returned.dtype.kind == "c" and expected.dtype.kind != "c":
        if np.any(returned.imag != 0):
            return _wrong_type(returned, expected, path)
        returned = returned.real
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    returned, expected = returned.astype(wide), expected.astype(wide)
    finite = np.isfinite(expected)
    stray = np.isfinite(returned) != finite
    if stray.any():
        return _not_finite(stray, path)
    # Where the reference has NaN or an infinity the answer must have the same one.
    same = (returned == expected) | (np.isnan(returned) & np.isnan(expected))
    if not (same | finite).all():
        return _not_finite(~(same | finite), path)
    error = np.abs(np.where(finite, returned, 0) - np.where(finite, expected, 0))
    differs = error > atol + rtol * np.abs(np.where(finite, expected, 0))
    return _wrong_values(differs, error, path) if differs.any() else None


def _stack(items: tuple, expected: np.ndarray) -> Any:
    """A tuple of equal arrays as one array, when that has about the size that was asked for."""
    arrays = all(isinstance(item, np.ndarray) for item in items)
    if not items:
        return np.empty(0)
    if not arrays or len({item.shape for item in items}) != 1:
        return items
    if sum(item.size for item in items) > max(4 * expected.size, 64):
        return Oversized((len(items), *items[0].shape))
    return np.stack(items)


def is_reshaped(returned: Any, expected: Any) -> bool:
    """Whether an array has other axes of length 1 than the one that is asked for."""
    if isinstance(expected, tuple):
        return any(map(is_reshaped, items_of(returned, len(expected)) or (), expected))
    arrays = isinstance(returned, np.ndarray) and isinstance(expected, np.ndarray)
    return arrays and returned.shape != expected.shape and _is_column_of(returned, expected)


def _is_column_of(returned: np.ndarray, expected: np.ndarray) -> bool:
    return returned.size == expected.size and [n for n in returned.shape if n != 1] == [
        n for n in expected.shape if n != 1
    ]


def _wrong_type(returned: Any, expected: Any, path: Path) -> Mismatch:
    says = f"returned {describe(returned)} where {describe(expected)} is asked for"
    return Mismatch("wrong_type", says, path)


def _wrong_shape(returned: tuple[int, ...], expected: tuple[int, ...], path: Path) -> Mismatch:
    says = f"returned {_shape_words(returned)} where {_shape_words(expected)} is asked for"
    return Mismatch("wrong_shape", says, path)


def _not_finite(where: np.ndarray, path: Path) -> Mismatch:
    index = _first(where)
    says = f"the returned value is not finite where it should be, or the reverse{_at(index)}"
    return Mismatch("not_finite", says, path, index)


def _wrong_values(where: np.ndarray, error: np.ndarray, path: Path) -> Mismatch:
    index = _first(where)
    count = int(where.sum())
    says = (
        f"{count} of {where.size} values differ, the first{_at(index)}"
        if where.size > 1
        else "the value differs"
    )
    return Mismatch("wrong_values", says, path, index, float(np.max(error[where])))


def _first(where: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(where)[0])


def _at(index: tuple[int, ...]) -> str:
    if not index:
        return ""
    return f" at index {index[0] if len(index) == 1 else index}"


def _shape_words(shape: tuple[int, ...]) -> str:
    return f"an array of shape {shape}" if shape else "a single number"


def describe(value: Any) -> str:
    """A few words on what kind of value this is."""
    if value is None:
        return "None"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if isinstance(value, dict):
        return "a dictionary with " + ", ".join(repr(key) for key in list(value)[:6])
    if isinstance(value, Unsupported):
        return f"an object of type {value.type_name}"
    if isinstance(value, Oversized):
        return f"an array of shape {value.shape}"
    noun = {"b": "boolean", "c": "complex number"}.get(value.dtype.kind, "number")
    return f"an array of {noun}s of shape {value.shape}" if value.shape else f"a {noun}"
