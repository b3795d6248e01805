"""What a wrong answer does is kept in few numbers, by which students with the same mistake are found."""

import hashlib
import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from autograder.behaviour import NUMBERS, Answered, alike, behaviour, digest
from autograder.compare import Tolerance
from autograder.exercises import load
from autograder.results import Result, ResultStore
from autograder.sandbox.perform import Raised, Returned, Stopped
from autograder.trials import draw_public, try_here, try_out
from autograder.verdict import Judgement
from autograder.written import Written


ASSIGNMENT = load("01_moving_averages")
CUMULATIVE_MEAN = ASSIGNMENT.exercise("cumulative_mean")
TOLERANCE = Tolerance()


def does(text: str):
    """The behaviour of a `cumulative_mean` with this body."""
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    function = Written(f"def cumulative_mean(x):\n{lines}")
    return behaviour(try_here(function, draw_public(CUMULATIVE_MEAN)))


HALVED = "return np.cumsum(x, axis=0) / 2"
HALVED_OTHERWISE = """
total, found = 0.0, []
for value in np.asarray(x):
    total = total + 0.5 * value
    found.append(total)
return np.array(found)
"""


def test_the_same_mistake_in_other_words_is_alike():
    assert alike(does(HALVED), does(HALVED_OTHERWISE), TOLERANCE)
    assert not alike(does(HALVED), does("return np.cumsum(x, axis=0) / 3"), TOLERANCE)
    assert not alike(does(HALVED), does("return np.cumsum(x, axis=0)[..., None] / 2"), TOLERANCE)


def test_single_precision_is_no_mistake_of_its_own():
    single = does("return np.cumsum(x, axis=0, dtype=np.float32) / np.float32(2)")
    assert any(each.single for each in single)
    assert alike(does(HALVED), single, TOLERANCE)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=NUMBERS),
    st.floats(-1e-8, 1e-8),
)
def test_no_rounding_edge_lies_between_equal_answers(numbers, off):
    """Where rounded numbers or their digests differ, answers are alike all the same."""
    one = (Answered("a", "wrong_values", "number", tuple(numbers)),)
    rounded = tuple(float(f"{number * (1 + off):.10g}") for number in numbers)
    assert alike(one, (replace(one[0], numbers=rounded),), TOLERANCE)


def test_numbers_that_are_none_are_compared_too():
    one = (Answered("a", "not_finite", "number[2]", (float("nan"), float("inf"))),)
    other = (Answered("a", "not_finite", "number[2]", (float("inf"), float("inf"))),)
    assert alike(one, one, TOLERANCE)
    assert not alike(one, other, TOLERANCE)


def test_an_error_is_known_by_its_words_without_the_names_that_a_student_chose():
    assert alike(does("return reslut"), does("return total"), TOLERANCE)
    assert not alike(does("return reslut"), does("return 1 + [2]"), TOLERANCE)
    assert all(each.kind == "raised" for each in does("return reslut"))


def test_what_passes_is_the_right_answer_whatever_its_digits():
    right = does("return (np.cumsum(x, axis=0).T / np.arange(1, len(x) + 1)).T")
    assert all(each == Answered(each.probe, "") for each in right)


@pytest.mark.parametrize(
    "value", ["np.arange(6e3).reshape(-1, 3)", "('x' * 10**5, {'\\ud800': 1})", "(1,) * 200"]
)
def test_a_behaviour_is_small_and_survives_its_file(value, tmp_path):
    found = does(f"return {value}")
    judgement = Judgement("cumulative_mean", 0.0, 2.0, (), None, found)
    kept = Result("ann", ASSIGNMENT.name, "graded", "", 0.0, 2.0, (judgement,), key="0")
    ResultStore(tmp_path).save(kept)
    assert (tmp_path / "0.json").stat().st_size < 4096
    loaded = ResultStore(tmp_path).load("0")
    assert loaded is not None
    assert loaded.judgements[0].behaviour == found
    assert digest(loaded.judgements[0].behaviour) == digest(found)


def test_a_result_of_before_has_no_behaviour_and_can_be_read(tmp_path):
    judgement = Judgement("cumulative_mean", 0.0, 2.0, (), None, does(HALVED))
    ResultStore(tmp_path).save(Result("ann", ASSIGNMENT.name, "graded", "", 0.0, 2.0, (judgement,), key="0"))
    plain = json.loads((tmp_path / "0.json").read_text().splitlines()[0])
    del plain["judgements"][0]["behaviour"]
    text = json.dumps(plain)
    (tmp_path / "0.json").write_text(f"{text}\n{hashlib.sha256(text.encode()).hexdigest()}\n")
    loaded = ResultStore(tmp_path).load("0")
    assert loaded is not None
    assert loaded.judgements == (replace(judgement, behaviour=()),)


def test_numbers_all_over_a_long_answer_count():
    (drawn, *_) = draw_public(CUMULATIVE_MEAN)
    long = np.arange(1000.0)
    other = long.copy()
    other[501] += 1
    found = [behaviour([try_out(drawn, (Returned(values),))]) for values in (long, other)]
    assert not alike(*found, TOLERANCE)


def test_ways_to_end_are_told_apart():
    (drawn, *_) = draw_public(CUMULATIVE_MEAN)
    endings = (Stopped("time"), Stopped("memory"), Raised("ValueError", "a"), Raised("ValueError", "b"))
    found = [behaviour([try_out(drawn, (ending,))]) for ending in endings]
    assert not any(alike(*pair, TOLERANCE) for pair in combinations(found, 2))


def test_the_wrong_formulas_of_the_catalogue_are_told_apart():
    """Of the entries that other inputs than those that are shown are not needed for."""
    exercise = CUMULATIVE_MEAN
    entries = [entry for entry in exercise.misconceptions if not entry.passes]
    found = {entry.name: behaviour(try_here(entry.variant, draw_public(exercise))) for entry in entries}
    same = [
        {one, other}
        for one, other in combinations(found, 2)
        if alike(found[one], found[other], exercise.tolerance)
    ]
    assert len(entries) > 10
    assert not same
