"""Functions that go on with what they returned themselves, or with what another one of the notebook did."""

import dataclasses
import json
import textwrap
from typing import Any

import numpy as np
import pytest

from autograder import handout, student
from autograder.case import case_of
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Assignment, Earlier, Exercise, GradientOf, Probe, call
from autograder.grading import grade_submission
from autograder.own_gradient import by_differences, counted
from autograder.sandbox.launcher import Zygote
from autograder.student import CheckFailed, check, check_quietly
from autograder.trials import Trial, draw, draw_hidden, draw_public, try_here
from autograder.verdict import Finding, Judgement, judge


FORWARD_TEXT = """
    def squares(x, scale):
        return scale * x**2, (x, scale)
"""
BACKWARD_TEXT = """
    def squares_backward(dout, cache):
        x, scale = cache
        return dout * 2 * scale * x, np.sum(dout * x**2)
"""
STEP_TEXT = """
    def step(w, g, state, *, lr):
        v, t = state
        v = 0.9 * v + g
        return w - lr * v, (v, t + 1)
"""


def vector(rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(1, 4, 3).round(2)


def reference_squares(x: Any, scale: Any) -> Any:
    return scale * x**2, (x, scale)


SQUARES = exercise(
    solution=FORWARD_TEXT,
    reference=reference_squares,
    points=2,
    read="Section 1",
    probes=(
        Probe("a vector", lambda rng: call(vector(rng), 2.5), own=(1,)),
        Probe("another", lambda rng: call(vector(rng), rng.uniform(3, 5)), own=(1,), public=False),
    ),
    misconceptions=(Wrong("cubes", {"x**2": "x**3"}, "x is cubed: `{}`"),),
    alternatives={},
)


def both(rng: np.random.Generator) -> Any:
    return (
        call(vector(rng), rng.uniform(2, 3), function="squares"),
        call(vector(rng), Earlier(0, 1)),
    )


BACKWARD = exercise(
    solution=BACKWARD_TEXT,
    reference=lambda dout, cache: (dout * 2 * cache[1] * cache[0], np.sum(dout * cache[0] ** 2)),
    points=4,
    read="Section 2",
    probes=(Probe("a vector", both), Probe("another", both, public=False)),
    misconceptions=(Wrong("not_doubled", {"2 * scale": "scale"}, "the 2 is missing: `{}`", parts=(1,)),),
    alternatives={},
    beside={"squares": reference_squares},
    gradient_of=GradientOf("squares", wrt=(0, 1)),
)


def three_steps(rng: np.random.Generator) -> Any:
    first, second, third = (vector(rng) for _ in range(3))
    return (
        call(vector(rng), first, (np.zeros(3), 0), lr=0.1),
        call(Earlier(0, 0), second, Earlier(0, 1), lr=0.2),
        call(Earlier(1, 0), third, Earlier(1, 1), lr=0.3),
    )


def reference_step(w: Any, g: Any, state: Any, *, lr: float) -> Any:
    v = 0.9 * state[0] + g
    return w - lr * v, (v, state[1] + 1)


STEP = exercise(
    solution=STEP_TEXT,
    reference=reference_step,
    points=3,
    read="Section 3",
    probes=(
        Probe("three steps", three_steps, own=(1,)),
        Probe("three more", three_steps, own=(1,), public=False),
    ),
    misconceptions=(
        Wrong("no_memory", {"(v, t + 1)": "(np.zeros(3), t + 1)"}, "nothing is carried on: `{}`"),
        Wrong("no_decay", {"0.9 * v": "v"}, "the velocity never decays: `{}`"),
    ),
    alternatives={},
)
ASSIGNMENT = Assignment("beside", "Beside", (SQUARES, BACKWARD, STEP))


# --- a state of one's own -------------------------------------------------------------------------------


def tried(answer: Any) -> Judgement:
    return judge(STEP, try_here(answer, draw_hidden(STEP, b"key")))


def test_a_state_may_have_any_layout() -> None:
    @dataclasses.dataclass
    class State:
        v: Any
        past: list[Any]

    def step(w: Any, g: Any, state: Any, *, lr: float) -> Any:
        state = State(state[0], []) if isinstance(state, tuple) else state
        state.v = 0.9 * state.v + g
        state.past.append(g)
        return w - lr * state.v, state

    assert tried(step).score == STEP.points
    assert tried(step).finding is None


@pytest.mark.parametrize("entry", STEP.misconceptions, ids=lambda entry: entry.name)
def test_what_is_made_of_the_state_is_seen_in_later_steps(entry: Any) -> None:
    judgement = tried(entry.variant)
    assert judgement.score == 0, "the state is not a value that is right by itself"
    assert judgement.finding.misconception == entry.name


def test_the_first_step_that_differs_is_shown() -> None:
    (trial,) = try_here(STEP.misconceptions[0].variant, draw_public(STEP))
    shown = case_of(trial, trial.problem)
    assert shown.call.count("step(") == 2
    assert shown.call.startswith("result_1 = step(np.array(")
    assert "step(result_1[0], np.array(" in shown.call
    assert shown.expected.endswith(", ...)")
    assert shown.returned.endswith(", ...)")


@pytest.mark.parametrize(
    ("result", "kind"), [(None, "returned_none"), (1.0, "wrong_type"), ((2.0,), "wrong_shape")]
)
def test_a_state_that_does_not_come_back_is_said(result: Any, kind: str) -> None:
    assert tried(lambda *_, **__: result).finding.kind == kind


def test_right_values_without_the_state_do_not_pass() -> None:
    class OnlyFirst(tuple):
        def __getitem__(self, item: Any) -> Any:
            if item:
                raise IndexError
            return super().__getitem__(item)

    judgement = tried(lambda w, g, state, *, lr: OnlyFirst(reference_step(w, g, state, lr=lr)))
    assert judgement.score == 0
    assert judgement.finding.kind == "wrong_type"


# --- beside another function ----------------------------------------------------------------------------


def own_pair(forward: str = FORWARD_TEXT, backward: str = BACKWARD_TEXT) -> dict[str, Any]:
    notebook: dict[str, Any] = {"np": np}
    for text in (forward, backward):
        exec(textwrap.dedent(text), notebook)
    return notebook


OWN_LAYOUT = {
    "forward": """
        def squares(x, scale):
            return scale * x**2, {"scale": scale, "x": x, "double": [2 * scale * x]}
    """,
    "backward": """
        def squares_backward(dout, cache):
            return dout * cache["double"][0], np.sum(dout * cache["x"] ** 2)
    """,
}


def test_a_function_is_tried_with_its_partner_of_the_same_notebook() -> None:
    judgement = check_quietly(own_pair(**OWN_LAYOUT)["squares_backward"], BACKWARD)
    assert (judgement.score, judgement.finding) == (BACKWARD.points, None)


def test_its_own_mistake_is_called_by_its_name() -> None:
    wrong = own_pair(backward=BACKWARD_TEXT.replace("2 * scale", "scale"))["squares_backward"]
    judgement = check_quietly(wrong, BACKWARD)
    assert judgement.finding.misconception == "not_doubled"
    assert judgement.score == BACKWARD.points / 2


@pytest.fixture(params=["live", "recorded"])
def catalogue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    live = {each.name: draw_public(each) for each in ASSIGNMENT.exercises}
    recorded = handout.restored(handout.recorded(ASSIGNMENT))
    known = live if request.param == "live" else recorded
    monkeypatch.setattr(student, "_catalogue", lambda: known)


def said_by_check(notebook: dict[str, Any], name: str) -> str:
    try:
        check(notebook[name])
    except CheckFailed as failed:
        return str(failed)
    return ""


@pytest.mark.usefixtures("catalogue")
def test_check_tries_the_students_own_pair() -> None:
    notebook = own_pair(**OWN_LAYOUT)
    assert said_by_check(notebook, "squares") == ""
    assert said_by_check(notebook, "squares_backward") == ""


@pytest.mark.usefixtures("catalogue")
def test_check_sends_to_the_partner_first_when_that_is_wrong() -> None:
    notebook = own_pair(forward=FORWARD_TEXT.replace("(x, scale)\n", "(x + 1, scale)\n", 1))
    assert said_by_check(notebook, "squares") == "", "nobody looks into a cache"
    notebook = own_pair(forward=FORWARD_TEXT.replace("x**2, (x", "x**3, (x + 1"))
    assert "builds on `squares`; look there first" in said_by_check(notebook, "squares_backward")


def test_a_partner_that_is_not_written_yet_is_said() -> None:
    notebook = own_pair(forward="def squares(x, scale):\n    raise NotImplementedError\n")
    finding = check_quietly(notebook["squares_backward"], BACKWARD).finding
    assert finding.kind == "not_implemented"
    assert finding.message == "Your `squares`, with which it is tried, is not written yet."


def test_of_the_partner_and_of_the_cache_nothing_is_recorded() -> None:
    forward, backward, _ = json.loads(handout.recorded(ASSIGNMENT))
    assert forward["shown"][0]["expected"]["tuple"][0]["Returned"]["value"]["tuple"][1] == {"tuple": None}
    assert backward["beside"] == ["squares"]
    assert backward["shown"][0]["expected"]["tuple"][0]["Returned"]["value"] == {"tuple": None}


@pytest.mark.parametrize("asked", ASSIGNMENT.exercises, ids=lambda each: each.name)
def test_a_recorded_exercise_is_judged_as_a_live_one(asked: Exercise) -> None:
    drawn = handout.restored(handout.recorded(ASSIGNMENT))[asked.name]
    for entry in asked.misconceptions:
        notebook: dict[str, Any] = {"np": np, **asked.beside}
        exec(entry.variant.text, notebook)
        live = judge(asked, try_here(notebook[asked.name], draw_public(asked)))
        assert live.finding.misconception == entry.name
        assert judge(drawn[0].exercise, try_here(notebook[asked.name], drawn)) == live


# --- grading --------------------------------------------------------------------------------------------


def grade(zygote: Zygote, *texts: str) -> dict[str, Judgement]:
    sources = ["import numpy as np", *map(textwrap.dedent, texts)]
    cells = [{"cell_type": "code", "source": source} for source in sources]
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    result = grade_submission(data, ASSIGNMENT, student="ada", course_key=b"k", zygote=zygote)
    assert result.outcome == "graded", result.reason
    return {judgement.exercise: judgement for judgement in result.judgements}


def test_in_the_box_it_is_the_students_own_partner(zygote: Zygote) -> None:
    judgements = grade(zygote, OWN_LAYOUT["forward"], OWN_LAYOUT["backward"], STEP_TEXT)
    assert {name: each.finding for name, each in judgements.items()} == dict.fromkeys(judgements)


FAILING = {
    "missing": "",
    "unwritten": "def squares(x, scale):\n    raise NotImplementedError",
    "wrong": FORWARD_TEXT.replace("x**2, (x", "x**3, (1 + x"),
}


@pytest.mark.parametrize("forward", FAILING.values(), ids=FAILING)
def test_a_wrong_partner_costs_nothing_twice(zygote: Zygote, forward: str) -> None:
    judgements = grade(zygote, forward, BACKWARD_TEXT, STEP_TEXT)
    assert judgements["squares"].score == 0
    assert judgements["squares_backward"].score == BACKWARD.points
    assert judgements["squares_backward"].finding.kind == "follow_through"


def test_ours_is_no_partner_for_a_cache_of_ones_own(zygote: Zygote) -> None:
    wrong = OWN_LAYOUT["forward"].replace("x**2, {", "x**3, {").replace("[2 * scale * x]", "[x]")
    finding = grade(zygote, wrong, OWN_LAYOUT["backward"], STEP_TEXT)["squares_backward"].finding
    assert finding.kind == "wrong_values"
    assert "builds on `squares`; look there first" in finding.message


def test_what_is_not_written_says_so_whatever_its_partner_is(zygote: Zygote) -> None:
    stub = "def {}:\n    raise NotImplementedError"
    forward, backward = stub.format("squares(x, scale)"), stub.format("squares_backward(dout, cache)")
    finding = grade(zygote, forward, backward, STEP_TEXT)["squares_backward"].finding
    assert (finding.kind, finding.message) == ("not_implemented", "`squares_backward` is not written yet.")


# --- the gradient of a forward pass that is wrong --------------------------------------------------------

CUBES = """
    def squares(x, scale):
        return scale * x**3, (x, scale)
"""
GRADIENT_OF_CUBES = """
    def squares_backward(dout, cache):
        x, scale = cache
        return dout * 3 * scale * x**2, np.sum(dout * x**3)
"""


@pytest.mark.usefixtures("catalogue")
def test_the_exact_gradient_of_ones_own_forward_pass_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    notebook = own_pair(CUBES, GRADIENT_OF_CUBES)
    assert said_by_check(notebook, "squares")
    assert said_by_check(notebook, "squares_backward") == ""
    assert "the exact gradient of your own `squares`, so it counts in full." in capsys.readouterr().out


@pytest.mark.usefixtures("catalogue")
def test_a_wrong_gradient_of_a_wrong_forward_pass_is_not() -> None:
    notebook = own_pair(CUBES, GRADIENT_OF_CUBES.replace("np.sum(dout * x**3)", "np.sum(dout)"))
    assert "look there first" in said_by_check(notebook, "squares_backward")


def test_each_way_back_belongs_to_its_own_pass() -> None:
    """Two passes come first, and are then gone back through."""
    there = [call(np.array([1.0, 3.0]) + i, 2.0 + i, function="squares") for i in range(2)]
    back = [call(np.array([2.0, -1.0]), Earlier(i, 1)) for i in range(2)]
    probe = Probe("two", lambda rng: (*there, *back), public=False)
    drawn = draw(BACKWARD, probe, np.random.default_rng(0))
    for answer, passes in ((GRADIENT_OF_CUBES, True), (GRADIENT_OF_CUBES.replace("* 3", "* 4"), False)):
        function = own_pair(CUBES, answer)["squares_backward"]
        failed = try_here(function, (drawn,))
        assert not failed[0].passed
        (trial,) = try_here(function, by_differences(failed))
        assert trial.passed == passes


def test_where_a_forward_pass_has_no_gradient_nothing_is_said_and_nothing_gained() -> None:
    logarithms = """
        def squares(x, scale):
            return scale * np.log(x), (x, scale)
    """
    back = """
        def squares_backward(dout, cache):
            x, scale = cache
            return dout * scale / x, np.sum(dout * np.log(x))
    """

    def failed(x: list[float]) -> tuple[Trial, ...]:
        probe = Probe("x", lambda rng: (call(np.array(x), 2.0, function="squares"), call(X, Earlier(0, 1))))
        return try_here(function, (draw(BACKWARD, probe, np.random.default_rng(0)),))

    function = own_pair(logarithms, back)["squares_backward"]
    nowhere, somewhere = (by_differences(failed(x)) for x in ([-1.0, 2.0], [1.5, 2.0]))
    forward = Judgement("squares", 0, 2, (), Finding("wrong_values", "", "cubes"))
    before = Judgement("squares_backward", 0, 4, (), Finding("wrong_values", ""))
    for drawn, score in ((nowhere, 0), (somewhere, 4), (nowhere + somewhere, 4)):
        assert counted(before, forward, SQUARES, try_here(function, drawn)).score == score


X = np.array([2.0, -1.0])


def test_it_counts_in_full_where_the_mistake_is_known_and_in_part_where_it_is_not(zygote: Zygote) -> None:
    known = grade(zygote, CUBES, GRADIENT_OF_CUBES, STEP_TEXT)
    assert known["squares"].finding.misconception == "cubes"
    assert known["squares_backward"].score == BACKWARD.points
    assert known["squares_backward"].finding.kind == "follow_through"
    identity = (
        "def squares(x, scale):\n    return x, x",
        "def squares_backward(dout, cache):\n    return dout, 0.0",
    )
    simple = grade(zygote, *identity, STEP_TEXT)
    assert simple["squares_backward"].score == BACKWARD.points / 2
    wrong = grade(zygote, identity[0], identity[1].replace("0.0", "1.0"), STEP_TEXT)
    assert wrong["squares_backward"].score == 0
