"""The comparator never broadcasts, never rounds whole numbers, and puts NaN where the reference has it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from hypothesis.extra import numpy as hnp

from autograder.compare import Mismatch, Tolerance, compare, describe
from autograder.sandbox.values import Oversized, Unsupported


TOLERANCE = Tolerance()
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
FLOATS = hnp.arrays(np.float64, SHAPES)
WHOLE = hnp.arrays(st.sampled_from([np.int64, np.uint64, np.uint8, np.int32]), SHAPES)


def kind(returned: Any, expected: Any, tolerance: Tolerance = TOLERANCE) -> str | None:
    mismatch = compare(returned, expected, tolerance)
    return mismatch and mismatch.kind


def array(*values: Any, dtype: Any = float) -> np.ndarray:
    return np.array(values, dtype=dtype)


# --- properties -----------------------------------------------------------------------------------------


@given(st.one_of(FLOATS, WHOLE))
def test_everything_equals_itself(value: np.ndarray) -> None:
    assert compare(value.copy(), value, TOLERANCE) is None


@given(FLOATS, SHAPES)
def test_arrays_of_other_shapes_are_never_equal(value: np.ndarray, shape: tuple[int, ...]) -> None:
    """Least of all where numpy would broadcast."""
    assume(shape != value.shape)
    for returned in (np.ones(shape), np.zeros(shape), np.full(shape, np.nan)):
        assert kind(returned, value) == "wrong_shape"


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6)))
def test_the_mean_of_an_array_is_not_the_array(value: np.ndarray) -> None:
    assert kind(np.asarray(value.mean()), np.full(value.shape, value.mean())) == "wrong_shape"
    assert kind(value[None], value) == "wrong_shape"
    assert kind(value[..., None], value) == "wrong_shape"


@given(FLOATS.filter(lambda value: value.size), st.data())
def test_nan_in_one_place_too_many_or_too_few_is_seen(value: np.ndarray, data: st.DataObject) -> None:
    place = np.unravel_index(data.draw(st.integers(0, value.size - 1)), value.shape)
    with_nan, without = value.copy(), value.copy()
    with_nan[place], without[place] = np.nan, 1.0
    assert kind(with_nan, without) == "not_finite"
    assert kind(without, with_nan) == "not_finite"
    assert kind(with_nan, with_nan) is None


@given(WHOLE.filter(lambda value: value.size), st.data())
def test_whole_numbers_are_compared_to_the_last_digit(value: np.ndarray, data: st.DataObject) -> None:
    place = np.unravel_index(data.draw(st.integers(0, value.size - 1)), value.shape)
    limits = np.iinfo(value.dtype)
    changed = value.copy()
    changed[place] = value[place] + 1 if value[place] < limits.max else value[place] - 1
    assume(changed[place] != value[place])
    mismatch = compare(changed, value, TOLERANCE)
    assert mismatch is not None
    assert mismatch.kind == "wrong_values"
    assert mismatch.index == tuple(int(i) for i in place)


@given(
    hnp.arrays(np.float64, SHAPES, elements=st.floats(-1e9, 1e9)),
    st.floats(-1, 1),
)
def test_the_tolerance_is_measured_on_the_reference(value: np.ndarray, share: float) -> None:
    room = TOLERANCE.atol + TOLERANCE.rtol * np.abs(value)
    assert kind(np.asarray(value + 0.99 * share * room), value) is None
    if value.size:
        assert kind(np.asarray(value + 1.01 * room), value) == "wrong_values"


# --- numbers --------------------------------------------------------------------------------------------


def test_the_largest_whole_numbers_are_told_apart() -> None:
    """As floating-point numbers these pairs are equal."""
    for first, second, dtype in (
        (2**64 - 1, 2**64 - 2, np.uint64),
        (2**53 + 1, 2**53, np.int64),
        (-(2**63), -(2**63) + 1, np.int64),
    ):
        assert kind(array(first, dtype=dtype), array(second, dtype=dtype)) == "wrong_values"
    assert kind(array(2**63, dtype=np.uint64), array(-(2**63), dtype=np.int64)) == "wrong_values"


def test_whole_numbers_may_come_as_floats_and_others_may_not() -> None:
    expected = array(1, 2, dtype=int)
    assert kind(array(1.0, 2.0), expected) is None
    assert kind(array(1.0, 2.5), expected) == "wrong_values"
    assert kind(array(1.0, np.nan), expected) == "not_finite"
    assert kind(array(2.0**53 + 2, 2.0), array(2**53 + 2, 2, dtype=int)) == "wrong_values"


def test_true_and_one_are_not_the_same_answer() -> None:
    assert kind(array(True, dtype=bool), array(1, dtype=int)) == "wrong_type"
    assert kind(array(True, dtype=bool), array(1.0)) == "wrong_type"
    assert kind(array(1, 0, dtype=int), array(True, False, dtype=bool)) is None


def test_complex_numbers() -> None:
    assert kind(array(1 + 0j, dtype=complex), array(1.0)) is None
    assert kind(array(1 + 1e-12j, dtype=complex), array(1.0)) == "wrong_type"
    assert kind(array(1.0), array(1j, dtype=complex)) == "wrong_values"
    assert kind(array(1j, dtype=np.complex64), array(1j, dtype=complex)) is None


def test_infinities_have_signs() -> None:
    assert kind(array(np.inf), array(np.inf)) is None
    assert kind(array(-np.inf), array(np.inf)) == "not_finite"
    assert kind(array(np.nan), array(np.inf)) == "not_finite"
    assert kind(array(1e308), array(np.inf)) == "not_finite"


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.complex64])
def test_few_digits_are_forgiven_on_either_side(dtype: Any) -> None:
    """A reference that keeps single precision has rounded; an answer in double precision has not."""
    precise = array(1.0, 1 / 3, 100 / 3)
    rounded = (precise * (1 + 5e-5)).astype(dtype)
    tolerance = Tolerance(rtol_single=2e-3)
    assert kind(rounded, precise, tolerance) is None
    if rounded.dtype.kind == "f":
        assert kind(precise, rounded, tolerance) is None
    assert kind(rounded.astype(np.result_type(dtype, np.float64)), precise, tolerance) == "wrong_values"


def test_an_error_is_located_and_measured() -> None:
    expected = np.arange(6.0).reshape(2, 3)
    returned = expected.copy()
    returned[1, 0] += 0.5
    returned[1, 2] -= 2
    mismatch = compare(returned, expected, TOLERANCE)
    assert mismatch == Mismatch(
        "wrong_values", "2 of 6 values differ, the first at index (1, 0)", (), (1, 0), 2.0
    )


# --- containers -----------------------------------------------------------------------------------------


def test_a_sequence_of_numbers_is_an_array() -> None:
    numbers = tuple(map(np.asarray, (1.0, 2.0)))
    assert kind(numbers, array(1.0, 2.0)) is None
    assert kind(array(1.0, 2.0), numbers) is None
    assert kind((), np.empty(0)) is None
    assert kind((), np.empty((0, 3))) == "wrong_shape"
    assert kind((), array(1.0)) == "wrong_shape"
    assert kind((array(1.0), array(1.0, 2.0)), array(1.0, 2.0)) == "wrong_type"


def test_items_of_a_tuple_are_named() -> None:
    mismatch = compare((array(1.0), array(3.0)), (array(1.0), array(2.0)), TOLERANCE)
    assert mismatch.path == (1,)
    assert kind((array(1.0),), (array(1.0), array(2.0))) == "wrong_shape"
    assert kind((array(1.0), None), (array(1.0), array(2.0))) == "returned_none"
    assert kind(array(1.0, 2.0), (array(1.0), array(2.0))) == "wrong_shape"


def test_a_dictionary_may_hold_more_than_was_asked() -> None:
    expected = {"mean": array(1.0), "var": array(2.0)}
    assert kind({**expected, "note": "mine"}, expected) is None
    assert compare({"mean": array(1.0)}, expected, TOLERANCE).says == "the dictionary has no 'var'"
    assert compare({**expected, "var": array(3.0)}, expected, TOLERANCE).path == ("var",)
    assert kind((array(1.0), array(2.0)), expected) == "wrong_type"


@pytest.mark.parametrize(
    ("returned", "expected", "wanted"),
    [
        (None, array(1.0), "returned_none"),
        (None, None, None),
        (array(1.0), None, "wrong_type"),
        ("a", "a", None),
        ("a", "b", "wrong_values"),
        ("1.0", array(1.0), "wrong_type"),
        (Unsupported("generator"), array(1.0), "wrong_type"),
        (Unsupported("generator"), "text", "wrong_type"),
        (Oversized((10**9,)), array(1.0), "wrong_shape"),
        (Oversized((10**9,)), "text", "wrong_type"),
        ({}, array(1.0), "wrong_type"),
    ],
)
def test_other_kinds_of_values(returned: Any, expected: Any, wanted: str | None) -> None:
    assert kind(returned, expected) == wanted


def test_columns_are_vectors_only_where_the_exercise_says_so() -> None:
    lenient = Tolerance(columns_as_vectors=True)
    vector = np.arange(3.0)
    for returned in (vector[:, None], vector[None]):
        assert kind(returned, vector) == "wrong_shape"
        assert kind(returned, vector, lenient) is None
    assert kind(np.zeros((3, 3)), vector, lenient) == "wrong_shape"
    assert kind(np.zeros((3, 2)), np.zeros((2, 3)), lenient) == "wrong_shape"


@given(st.one_of(FLOATS, WHOLE, st.text(max_size=50), st.none()))
def test_everything_can_be_described_in_a_few_words(value: Any) -> None:
    assert 0 < len(describe(value)) < 450  # 40 characters of text, each written out
