"""Nobody loses twice for one mistake, and nobody earns anything for none of their own."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from autograder.exercises import load
from autograder.follow_through import follow_through
from autograder.grading import grade_submission
from autograder.sandbox.launcher import Zygote
from autograder.verdict import Finding, Judgement


ASSIGNMENT = load("01_moving_averages")
POINTS = {exercise.name: exercise.points for exercise in ASSIGNMENT.exercises}
RIGHT = {exercise.name: exercise.solution.text for exercise in ASSIGNMENT.exercises if exercise.solution}

WRONG = {
    "cumulative_mean": "def cumulative_mean(x):\n    return x / 2 + 1",
    "ewma": "def ewma(x, beta, *, init=0.0):\n    return x - 7.0",
    "ewma_weights": "def ewma_weights(T, beta):\n    return np.full(T, 0.3), 0.3",
    "stochastic_average": "def stochastic_average(x, step_size, *, init=0.0):\n    return x + 3.0",
}
ON_WEIGHTS = """
    def ewma(x, beta, *, init=0.0):
        means = np.zeros(x.shape)
        for t in range(len(x)):
            weights, init_weight = ewma_weights(t + 1, beta)
            means[t] = np.tensordot(weights, x[: t + 1], axes=1) + init_weight * np.asarray(init)
        return means
"""
CORRECTED_ON_WEIGHTS = """
    def ewma_corrected(x, beta):
        means = np.zeros(x.shape)
        for t in range(len(x)):
            weights, init_weight = ewma_weights(t + 1, beta)
            means[t] = np.tensordot(weights, x[: t + 1], axes=1) / (1 - init_weight)
        return means
"""
MEAN_ON_STEPS = """
    def cumulative_mean(x):
        return stochastic_average(x, lambda n: 1 / n)
"""
WEIGHTS_ON_EWMA = """
    def ewma_weights(T, beta):
        if not T:
            return np.zeros(0), 1.0
        return ewma(np.eye(T), beta)[-1], float(ewma(np.zeros(T), beta, init=1.0)[-1])
"""


def grade(zygote: Zygote, answers: Mapping[str, str], *further: str) -> dict[str, Judgement]:
    """Grade the model solution with other answers, and further cells, in it."""
    sources = ["import os\nimport numpy as np", *(RIGHT | dict(answers)).values(), *further]
    cells = [{"cell_type": "code", "source": textwrap.dedent(source)} for source in sources]
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    result = grade_submission(data, ASSIGNMENT, student="ada", course_key=b"k", zygote=zygote)
    assert result.outcome == "graded"
    return {judgement.exercise: judgement for judgement in result.judgements}


FOLLOWED = {
    "an earlier function": ("ewma_weights", {"ewma_corrected": CORRECTED_ON_WEIGHTS}),
    "a later one": ("ewma_weights", {"ewma": ON_WEIGHTS}),
    "a function that takes a function": ("stochastic_average", {"cumulative_mean": MEAN_ON_STEPS}),
    "two answers on one": ("ewma_weights", {"ewma": ON_WEIGHTS, "ewma_corrected": CORRECTED_ON_WEIGHTS}),
    "a chain": (
        "stochastic_average",
        {
            "ewma": "def ewma(x, beta, *, init=0.0):\n"
            "    return stochastic_average(x, step_size=lambda n: 1 - beta, init=init)",
            "ewma_weights": WEIGHTS_ON_EWMA,
        },
    ),
}


@pytest.mark.parametrize(("helper", "answers"), FOLLOWED.values(), ids=FOLLOWED)
def test_what_is_right_on_a_wrong_function_has_all_points(
    helper: str, answers: Mapping[str, str], zygote: Zygote
) -> None:
    judgements = grade(zygote, {helper: WRONG[helper]} | dict(answers))
    for name in POINTS.keys() - {helper}:
        assert judgements[name].score == POINTS[name], judgements[name].finding
    assert judgements[helper].score < POINTS[helper] / 2
    for name in answers:
        finding = judgements[name].finding
        assert finding is not None
        assert (finding.kind, finding.misconception) == ("follow_through", None)
        assert f"on which your `{name}` builds" in finding.message


def test_functions_that_build_on_each_other_earn_nothing_through_each_other(zygote: Zygote) -> None:
    circle = grade(zygote, {"ewma": ON_WEIGHTS, "ewma_weights": WEIGHTS_ON_EWMA})
    assert circle["ewma"].score == 0
    assert circle["ewma_weights"].score < POINTS["ewma_weights"] / 2  # of no observation nothing is asked


def test_a_mistake_of_ones_own_is_called_by_its_name_beside_that_of_a_helper(zygote: Zygote) -> None:
    twice = "def ewma_corrected(x, beta):\n    return ewma(x, beta)"
    judgement = grade(zygote, {"ewma": WRONG["ewma"], "ewma_corrected": twice})["ewma_corrected"]
    assert judgement.finding is not None
    assert judgement.finding.misconception == "not_corrected"
    assert judgement.finding.message.endswith("look there first.)")


def test_who_asks_in_a_way_that_has_no_answer_is_told_of_no_mistake_but_where_to_look(zygote: Zygote) -> None:
    """Numbers that come from a wrong helper may be those of a mistake that is not there."""
    swapped = RIGHT["ewma"].replace("beta * mean + (1 - beta) * x[t]", "beta * x[t] + (1 - beta) * mean")
    assert swapped != RIGHT["ewma"]
    asked = swapped.replace("init=0.0)", "init=0.0, more=None)")
    corrected = """
        def ewma_corrected(x, beta):
            t = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
            return ewma(x, beta, more=1) / (1 - beta**t)
    """
    judgement = grade(zygote, {"ewma": asked, "ewma_corrected": corrected})["ewma_corrected"]
    assert judgement.finding is not None
    assert judgement.finding.misconception is None
    assert (
        "builds on `ewma`; look there first: its results are not the ones that are asked for."
        in judgement.finding.message
    )


def test_what_does_not_call_it_is_judged_as_if_the_other_were_right(zygote: Zygote) -> None:
    alone = grade(zygote, {"ewma": WRONG["ewma"]})
    beside = grade(zygote, WRONG, "print(ewma(np.ones(3), 0.5), ewma_weights(3, 0.5))")
    assert beside["ewma"].score == alone["ewma"].score
    assert {beside["ewma"].finding.kind, alone["ewma"].finding.kind} == {"wrong_values"}


# --- functions among the arguments ----------------------------------------------------------------------

WRONG_AVERAGE = {"stochastic_average": WRONG["stochastic_average"]}


def mean_on_steps(zygote: Zygote, step: str) -> Judgement:
    """A mean of the wrong average, with such a rule for its steps."""
    answer = f"""
        def step(n):
            {step}

        def cumulative_mean(x):
            return stochastic_average(x, step)
    """
    return grade(zygote, WRONG_AVERAGE | {"cumulative_mean": answer})["cumulative_mean"]


def test_a_function_that_is_handed_over_may_remember_and_may_ask_in_turn(zygote: Zygote) -> None:
    counting = "step.n = getattr(step, 'n', 0) % n + 1\n            return 1 / n"
    assert mean_on_steps(zygote, counting).score == POINTS["cumulative_mean"]
    asking = "return 1 / (1 + stochastic_average(np.ones(n), lambda n: 1.0)[-1] * (n - 1))"
    assert mean_on_steps(zygote, asking).score == POINTS["cumulative_mean"]


HINDERED = {
    "raises": "raise SystemExit",
    "returns nothing": "return None",
    "returns what cannot be sent": "return object()",
    "asks without end": "return stochastic_average(np.ones(n), step)[-1]",
    "leaves": "os._exit(0)",
    "takes for ever": "while True: pass",
}


@pytest.mark.parametrize("step", HINDERED.values(), ids=HINDERED)
def test_a_function_that_is_handed_over_and_has_no_value_earns_nothing(step: str, zygote: Zygote) -> None:
    judgement = mean_on_steps(zygote, step)
    assert judgement.score < POINTS["cumulative_mean"] / 2
    assert judgement.finding is not None


# --- what it costs --------------------------------------------------------------------------------------


def attempts(failing: Mapping[str, str], *, mentioned: bool = True) -> list[str]:
    """The exercises that are tried again where these fail, with the kind of their finding."""
    tried: list[str] = []

    def attempt(exercise: Any, answers: Any) -> tuple[()]:
        tried.append(exercise.name)
        return ()

    judgements = {
        exercise: Judgement(exercise.name, 0, 1, (), Finding(failing[exercise.name], ""))
        if exercise.name in failing
        else Judgement(exercise.name, 1, 1, (), None)
        for exercise in ASSIGNMENT.exercises
    }
    made = follow_through(
        judgements,
        attempt=attempt,
        judge=lambda exercise, trials: judgements[exercise],
        mentioned=lambda name: mentioned,
    )
    assert made == {}, "nothing was asked"
    return tried


def test_only_what_fails_beside_something_else_that_fails_is_tried_again() -> None:
    values = "wrong_values"
    assert attempts({}) == []
    assert attempts({"ewma": values}) == []
    assert attempts({"ewma": values, "window": "raised"}) == ["ewma", "window"]
    assert attempts({"ewma": values, "window": "not_defined"}) == ["ewma"]
    assert attempts({"ewma": values, "window": values}, mentioned=False) == []


def answered(*questions: tuple[Any, ...]) -> list[bool]:
    """Which of these calls of `ewma_weights` and `ewma` are answered to a third function that fails."""
    found = []

    def attempt(exercise: Any, answers: Mapping[str, Any]) -> tuple[()]:
        if exercise.name == "window":
            for name, *args in questions:
                try:
                    answers[name](name, tuple(map(np.asarray, args)), {})
                    found.append(True)
                except ValueError:
                    found.append(False)
        return ()

    failing = {
        exercise: Judgement(exercise.name, 0, 1, (), Finding("wrong_values", ""))
        for exercise in ASSIGNMENT.exercises
    }
    follow_through(failing, attempt, lambda exercise, _: failing[exercise], lambda name: True)
    return found


def test_nobody_has_the_grader_work_without_end() -> None:
    """What is asked is worked out outside of the box, where no limit holds."""
    assert answered(("ewma_weights", 250, 0.9), ("ewma", np.ones((250, 250)), 0.9)) == [True, True]
    huge = [("ewma_weights", number, 0.5) for number in (10**9, -(10**9), 1e300, np.inf, np.nan)]
    assert answered(*huge, ("ewma", np.empty((10**6, 0)), 0.5)) == [False] * 6
    assert answered(*[("ewma", np.ones(4000), 0.5)] * 100).count(True) < 80
