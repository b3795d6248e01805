"""Grading the sample class as the batch does it."""

import json
from dataclasses import replace
from typing import Any

from autograder import submission
from autograder.exercises import load
from autograder.grading import grade_submission
from autograder.results import Origin, Result
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.reader import Unreadable
from autograder.verdict import Judgement
from tests.make_submissions import ASSIGNMENT, SUBMISSIONS


KEY = b"a key for the tests"
EXPECTED: dict[str, Any] = json.loads((SUBMISSIONS / "expected.json").read_text())
# A loop that never ends need not run long to show it.
CELL_SECONDS = {"loop-forever": 3.0}


def grade(student: str, zygote: Zygote, key: bytes = KEY) -> Result:
    """Grade one student's folder."""
    assignment = load(ASSIGNMENT)
    assignment = replace(assignment, cell_seconds=CELL_SECONDS.get(student, assignment.cell_seconds))
    (found,) = submission.find_submissions(SUBMISSIONS, ASSIGNMENT, student)
    try:
        data = found.read()
    except Unreadable as problem:
        return Result.rejected(Origin(student, assignment), submission.reason(problem, ASSIGNMENT))
    return grade_submission(data, assignment, student=student, course_key=key, zygote=zygote)


def assert_deserved(result: Result, expected: dict[str, Any], assignment: str = ASSIGNMENT) -> None:
    """That grading found what somebody deserves."""
    assert result.outcome == expected["outcome"], result.reason
    assert result.score == expected["score"]
    if expected["reason"]:
        assert result.reason.startswith(submission.reason(Unreadable(expected["reason"]), assignment))
    assert {judgement.exercise for judgement in result.judgements} == set(expected["exercises"])
    for judgement in result.judgements:
        assert_found(judgement, expected["exercises"][judgement.exercise])


def assert_found(judgement: Judgement, expected: dict[str, Any]) -> None:
    assert [name for name, passed in judgement.passed if passed] == expected["passes"], judgement
    assert judgement.score == expected["score"], judgement
    wanted, finding = expected["finding"], judgement.finding
    if wanted is None:
        assert finding is None, finding
    else:
        assert finding is not None, judgement
        assert (finding.kind, finding.misconception) == (wanted["kind"], wanted["misconception"]), finding
        assert wanted["says"] in finding.message


def without_time(result: Result) -> Result:
    return replace(result, seconds=0.0)
