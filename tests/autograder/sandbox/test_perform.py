"""Calls are made one after the other, and whatever comes of them is an outcome, never an exception."""

import os
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from autograder.sandbox.messages import carried
from autograder.sandbox.perform import (
    NotCallable,
    NotDefined,
    NotTaken,
    Outcome,
    Raised,
    Returned,
    Stopped,
    WrongSignature,
    perform,
)
from autograder.sandbox.values import Call, Earlier, Named, Seeded, Unsupported, plain

from .strategies import plain_values, same


def one(function: Any, *args: Any, **kwargs: Any) -> Outcome:
    (outcome,) = perform((Call("f", args, kwargs),), {"f": function})
    return outcome


def test_what_a_function_returns_is_reported_as_a_plain_value() -> None:
    assert same(one(lambda x: x + 1, np.array([1, 2])).value, np.array([2, 3]))


def test_a_missing_name_and_a_name_of_something_else() -> None:
    assert perform((Call("f"),), {}) == (NotDefined(),)
    assert one(3.0) == NotCallable("float")


def test_arguments_that_do_not_fit_are_told_from_errors_inside() -> None:
    assert one(lambda a, b: a, 1) == WrongSignature("(a, b)")

    def calls_wrongly(a: float) -> float:
        return len(a, a)  # type: ignore[call-arg]

    assert isinstance(one(calls_wrongly, 1), Raised)


def test_keyword_only_arguments_may_be_taken_by_position() -> None:
    """A student who writes `beta` where `*, beta` was asked can still be called."""
    assert one(lambda x, start: x - start, 5.0, init=2.0).value == 3.0


def test_an_error_carries_its_type_its_message_and_the_line() -> None:
    outcome = one(lambda x: x[3], np.zeros(2))
    assert (outcome.kind, outcome.where) == ("IndexError", "outcome = one(lambda x: x[3], np.zeros(2))")
    assert "index 3 is out of bounds" in outcome.message


class Unspeakable(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError("and it cannot even be told")


@pytest.mark.parametrize("error", [SystemExit(0), GeneratorExit(), Unspeakable(), RecursionError("deep")])
def test_every_kind_of_error_is_an_outcome(error: BaseException) -> None:
    def fails() -> None:
        raise error

    assert one(fails).kind == type(error).__name__


def test_a_student_can_still_interrupt_a_check_that_runs_too_long() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one(interrupted)


def test_asking_for_too_much_memory_stops_a_call() -> None:
    assert one(lambda: np.zeros((10**9, 10**9))) == Stopped("memory")


def test_the_first_call_that_does_not_return_ends_the_sequence() -> None:
    calls = (Call("f", (1.0,)), Call("f", (0.0,)), Call("f", (2.0,)))
    outcomes = perform(calls, {"f": lambda x: 1 / x})
    assert [type(outcome) for outcome in outcomes] == [Returned, Raised]


def test_a_later_call_takes_up_the_very_object_that_an_earlier_one_returned() -> None:
    cache = object()
    functions = {"forward": lambda x: (x, cache), "backward": lambda kept: 1.0 if kept is cache else 0.0}
    calls = (Call("forward", (2.0,)), Call("backward", (Earlier(0, 1),)))
    assert perform(calls, functions)[-1].value == 1.0


@pytest.mark.parametrize("result", [None, 1.0, (2.0,), {"cache": 1}, np.array(3.0)], ids=repr)
def test_what_an_earlier_result_does_not_hold_cannot_be_taken_up(result: Any) -> None:
    calls = (Call("f"), Call("g", (Earlier(0, 1),)))
    outcomes = perform(calls, {"f": lambda: result, "g": lambda cache: cache})
    assert (type(outcomes[0]), outcomes[1:]) == (Returned, (NotTaken(),))
    assert carried(outcomes, calls, 10_000)[1] == NotTaken()


def test_every_call_gets_its_own_copies() -> None:
    """A function that spoils its input spoils neither the caller's array nor the next call's."""
    x = np.ones(3)
    calls = (Call("f", (x,)),) * 2

    def spoils(x: np.ndarray) -> float:
        x += 1
        return x.sum()

    first, second = perform(calls, {"f": spoils})
    assert (first.value, second.value) == (6, 6)
    assert first.modified
    assert x.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "modified"),
    [
        (lambda x: x.sum(), False),
        (lambda x: x.sort(), True),
        (lambda x: x.resize(5, refcheck=False), True),
        (lambda x: x.__setitem__(0, np.nan), False),  # it is NaN already
    ],
    ids=["untouched", "sorted", "resized", "the same NaN again"],
)
def test_a_changed_input_is_noticed(change: Any, modified: bool) -> None:
    assert one(lambda x: str(change(x)), np.array([np.nan, 2.0, 1.0])).modified == modified


def test_numbers_arrive_as_python_numbers() -> None:
    kinds = one(
        lambda *values: tuple(type(value).__name__ for value in values), *map(np.asarray, (1, 0.5, True))
    )
    assert kinds.value == ("int", "float", "bool")


def test_generators_and_test_functions_are_made_where_the_call_runs() -> None:
    draw = one(lambda rng: rng.normal(size=3), Seeded(5))
    assert same(draw.value, np.random.default_rng(5).normal(size=3))
    steps = one(lambda step_size: [step_size(n) for n in (1, 2)], Named("power_steps", (2.0, 1.0)))
    assert same(steps.value, np.array([2.0, 1.0]))


@pytest.mark.parametrize(
    ("value", "repacked"), [([1.0], True), (([1.0], 2.0), True), ((1.0, 2.0), False), (np.ones(1), False)]
)
def test_a_list_is_noticed_before_it_is_an_array(value: Any, repacked: bool) -> None:
    assert one(lambda: value).repacked is repacked


def test_what_is_printed_is_noticed_and_kept_away(capfd: pytest.CaptureFixture[str]) -> None:
    outcome = one(lambda: print("0.5"))
    assert outcome == Returned(None, printed=True)
    assert capfd.readouterr() == ("", "")


def test_warnings_are_no_errors() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert one(lambda: warnings.warn("careful", stacklevel=1)) == Returned(None)
        assert one(lambda x: x / 0, np.ones(1)).value.tolist() == [np.inf]


# --- plain values ---------------------------------------------------------------------------------------


@given(plain_values)
def test_a_plain_value_stays_what_it_is(value: Any) -> None:
    if not _holds_shapes(value):
        assert same(plain(value), value)


def _holds_shapes(value: Any) -> bool:
    """Whether something in it is only ever made by `plain` or by the worker."""
    if isinstance(value, tuple | dict):
        return any(map(_holds_shapes, value.values() if isinstance(value, dict) else value))
    return not (value is None or isinstance(value, str | np.ndarray))


ODD = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=5), st.fractions()
)
NESTED = st.recursive(
    ODD,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(ODD, inner, max_size=3), st.tuples(inner, inner)
    ),
    max_leaves=8,
)


@given(NESTED)
@settings(max_examples=60)
def test_anything_becomes_a_plain_value(value: Any) -> None:
    assert _is_plain(plain(value))


def _is_plain(value: Any) -> bool:
    if type(value) in (tuple, dict):
        return all(map(_is_plain, value.values() if type(value) is dict else value))
    if type(value) is np.ndarray:
        return value.dtype.kind in "biufc" and value.dtype.itemsize <= 16
    return value is None or type(value) in (str, Unsupported)


class Lies(np.ndarray):
    shape = property(lambda self: (99,))

    def __eq__(self, other: object) -> bool:
        return True

    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


class Throws:
    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise RuntimeError

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError


def test_a_subclass_is_left_behind() -> None:
    value = plain(np.arange(3.0).view(Lies))
    assert type(value) is np.ndarray
    assert same(value, np.arange(3.0))


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (np.ma.masked_array([1.0], mask=True), "masked array"),
        (np.array([object()]), "array of dtype object"),
        (np.array(["1"]), "array of dtype str32"),
        (np.zeros(2, dtype=[("x", float)]), "array of dtype void64"),
        (np.array(["2026-01-01"], dtype="M8[D]"), "array of dtype datetime64[D]"),
        (Throws(), "Throws"),
        ((item for item in (1.0,)), "generator"),
        ({1: 2.0}, "dict"),
        ({1.0, 2.0}, "set"),
        (10**400, "int"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_cross_is_named(value: Any, type_name: str) -> None:
    assert plain(value) == Unsupported(type_name)


def test_nothing_of_the_original_is_kept() -> None:
    original = np.arange(6.0).reshape(2, 3)[:, ::2]
    value = plain(original)
    original[:] = -1
    assert value.tolist() == [[0, 2], [3, 5]]
    assert value.flags.c_contiguous


def test_byte_order_is_that_of_the_machine() -> None:
    value = plain(np.array([1.5], dtype=">f8"))
    assert value.dtype == np.float64
    assert value.dtype.isnative


def test_a_list_that_contains_itself_comes_to_an_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert _is_plain(plain(endless))


def test_our_own_functions_leave_the_streams_of_the_process_alone_in_any_thread() -> None:
    stdout, stderr = sys.stdout, sys.stderr
    meeting = threading.Barrier(2)

    def meet(x: float) -> float:
        meeting.wait(10)  # both calls are under way at once
        assert sys.stdout is stdout
        return x

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(perform, (Call("meet", (1.0,)),), {"meet": meet}, ours=True) for _ in range(2)]
        assert all(isinstance(run.result()[0], Returned) for run in runs)
    assert (sys.stdout, sys.stderr) == (stdout, stderr)


def test_of_what_is_printed_the_first_text_is_made_and_no_more() -> None:
    """A right answer that prints at every step must not spend its time on what nobody reads."""
    made = []

    class Loud:
        def __str__(self) -> str:
            made.append(self)
            return "loud"

    def f(path: str) -> int:
        print()
        for _ in range(1000):
            print(Loud(), end="")
        with open(path, "w") as file:
            print("kept", file=file)
        return 3

    assert one(f, os.devnull) == Returned(3, printed=True)
    assert len(made) == 1
    assert one(lambda: print("  ")) == Returned(None)


def test_a_name_out_of_an_array_of_names_is_text() -> None:
    value = one(lambda: np.array(["W1", "b1"])[1]).value
    assert type(value) is str
    assert value == "b1"
