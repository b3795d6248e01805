"""A test is written: how many wrong versions it notices, and what is no test at all."""

import json
from typing import Any

import numpy as np
import pytest

from autograder import handout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Assignment, Exercise, Probe, call
from autograder.exercises.moving_averages.ewma import EWMA
from autograder.exercises.moving_averages.inputs_for_ewma import INPUTS_FOR_EWMA
from autograder.grading import grade_submission
from autograder.properties.moving_averages import of_ewma
from autograder.sandbox.launcher import Zygote
from autograder.trials import draw_hidden, draw_public, try_here
from autograder.verdict import Judgement, judge
from autograder.write_the_test import write_the_test


WRONG_ONES = len(EWMA.misconceptions)
X = np.array([3.0, 8.0, 7.0])


def judged(returned: Any, asked: Exercise = INPUTS_FOR_EWMA) -> Judgement:
    return judge(asked, try_here(lambda: returned, draw_hidden(asked, b"key")))


def test_inputs_that_catch_every_wrong_version_have_all_points() -> None:
    judgement = judged(INPUTS_FOR_EWMA.solution())
    assert (judgement.score, judgement.finding) == (INPUTS_FOR_EWMA.points, None)


def count_caught(**arguments: Any) -> int:
    """Worked out here once more, from what the versions return."""
    right = EWMA.reference(**arguments)

    def is_caught(variant: Any) -> bool:
        made = np.asarray(variant(**arguments))
        return made.shape != right.shape or not np.allclose(made, right, rtol=1e-6, atol=1e-9)

    return sum(is_caught(entry.variant) for entry in EWMA.misconceptions)


def test_what_is_caught_beyond_plain_inputs_is_the_share_of_the_points_and_is_said() -> None:
    arguments = {"x": X, "beta": 0.9, "init": 2.0}
    plainly, caught = count_caught(x=X, beta=0.9), count_caught(**arguments)
    assert 0 < plainly < caught < WRONG_ONES
    judgement = judged(arguments)
    share = (caught - plainly) / (WRONG_ONES - plainly)
    assert judgement.score == round(INPUTS_FOR_EWMA.points * share, 2)
    message = judgement.finding.message
    assert f"beyond the {plainly} that plain inputs tell." in message
    assert (
        f"Your inputs tell {caught} of {WRONG_ONES} wrong versions of `ewma` from the right one." in message
    )
    assert any(f"is what you get when {entry.message}" in message for entry in EWMA.misconceptions)


def test_plain_inputs_are_worth_nothing_and_what_slips_through_is_said_all_the_same() -> None:
    for beta in (0.9, 0.5):
        judgement = judged({"x": X, "beta": beta})
        assert judgement.score == 0
        assert f"of {WRONG_ONES} wrong versions of `ewma` from the right one." in judgement.finding.message


def test_more_calls_catch_more() -> None:
    one, two = {"x": X, "beta": 0.7}, {"x": X.astype(int), "beta": 0.7, "init": 20.0}
    assert judged([one, two]).score > max(judged(one).score, judged(two).score)


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, "A dictionary with the arguments of `ewma` is asked for."),
        (X, "A dictionary with the arguments of `ewma` is asked for."),
        ({"x": X}, "These are no arguments of `ewma`: missing a required argument: 'beta'."),
        ({"x": X, "beta": 0.5, "y": 1}, "These are no arguments of `ewma`: got an unexpected keyword"),
        ({"x": X, "beta": 1.0}, "`beta` is a number from 0 to 0.99."),
        ({"x": X[:0], "beta": 0.5}, "`x` is a series of one observation or more."),
        ({"x": X, "beta": np.nan}, "Among the arguments there is something else than finite numbers."),
        ({"x": "3, 8, 7", "beta": 0.5}, "Among the arguments there is something else than finite numbers."),
        ({"x": np.ones(10**4), "beta": 0.5}, "One call has 10002 numbers, and 200 are allowed at most."),
        ([{"x": X, "beta": 0.5}] * 3, "There are 3 calls, and 2 are allowed at most."),
        ((X, 0.5, 0.0, 1.0), "`ewma` takes 3 arguments, and here are 4."),
    ],
    ids=range(11),
)
def test_what_the_text_does_not_allow_is_worth_nothing(returned: Any, says: str) -> None:
    judgement = judged(returned)
    assert judgement.score == 0
    assert judgement.finding.message.startswith(says)


def ones(rng: np.random.Generator) -> Any:
    return call(np.ones(3))


SUM = exercise(
    solution="def total(x):\n    return x.sum()",
    reference=lambda x: x.sum(),
    points=1,
    read="Section",
    probes=(Probe("ones", ones), Probe("more ones", ones, public=False)),
    misconceptions=(
        Wrong("doubled", {"x.sum()": "x.sum() * 2"}, "it is doubled"),
        Wrong("published", {"x.sum()": "x.sum() + 1"}, "one is added", convention=True),
        Wrong("fails", {"x.sum()": "x.nothing"}, "it fails"),
    ),
    alternatives={
        "single": "def total(x):\n    return np.float32(x).sum(dtype=np.float32)",
        "elsewhere": "import nowhere\n\n\ndef total(x):\n    return nowhere.total(x)",
    },
)
ZEROS = Wrong("zeros", 'def inputs_for_total():\n    return {"x": np.zeros(2)}', "all are zero")
INPUTS_FOR_TOTAL = write_the_test(
    of=SUM,
    solution='def inputs_for_total():\n    return {"x": np.ones(2)}',
    points=4,
    read="Section",
    allowed=of_ewma,
    plain="zeros",
    misconceptions=(ZEROS,),
    alternatives={},
)


def anything(arguments: Any) -> None: ...


def test_inputs_on_which_right_answers_disagree_accuse_the_innocent() -> None:
    asked = write_the_test(
        of=SUM, solution=INPUTS_FOR_TOTAL.solution.text, points=4, read="", allowed=anything,
        plain="zeros", misconceptions=(ZEROS,), alternatives={},
    )  # fmt: skip
    assert judged({"x": np.ones(2)}, asked).score == 4, "conventions and other packages are no matter"
    judgement = judged({"x": np.array([1e8, 1.0, -1e8])}, asked)
    assert judgement.score == 0
    assert "right ways to write `total` differ by more than rounding may" in judgement.finding.message
    assert judged({"x": 3.0}, asked).finding.message == "On your inputs `total` has no result."


def test_check_says_the_same_from_what_is_recorded() -> None:
    assignment = Assignment("a", "A", (INPUTS_FOR_EWMA,))
    text = handout.recorded(assignment)
    assert handout.property_modules(assignment) == {of_ewma.__module__}
    assert not [entry.name for entry in EWMA.misconceptions if f"def {EWMA.name}" in text]
    drawn = handout.restored(text)[INPUTS_FOR_EWMA.name]
    rows = [entry.variant for entry in INPUTS_FOR_EWMA.misconceptions]
    for answer in (INPUTS_FOR_EWMA.solution, *rows, lambda: None, lambda: {"x": X, "beta": 0.9}):
        live = judge(INPUTS_FOR_EWMA, try_here(answer, draw_public(INPUTS_FOR_EWMA)))
        assert judge(drawn[0].exercise, try_here(answer, drawn)) == live


def test_behind_the_wall_the_inputs_are_values_like_any_others(zygote: Zygote) -> None:
    source = "import numpy as np\n\ndef inputs_for_ewma():\n    return [dict(x=[[1, 2], [3, 7]], beta=0.7)]"
    cells = [{"cell_type": "code", "source": source}]
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    assignment = Assignment("a", "A", (INPUTS_FOR_EWMA,))
    result = grade_submission(data, assignment, student="ada", course_key=b"k", zygote=zygote)
    here = judged(({"x": np.array([[1, 2], [3, 7]]), "beta": 0.7},))
    assert result.judgements[0].score == here.score > 0
    assert result.judgements[0].finding.message == here.finding.message
