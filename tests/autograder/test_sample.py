"""The sample class of every assignment, of its released notebook, gets what it deserves."""

from dataclasses import replace
from typing import Any

import nbformat
import pytest

from autograder.exercise import Assignment
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.given import Given
from autograder.grading import grade_submission
from autograder.results import Result
from autograder.sample import Student, expected, hand_in, sample_class
from autograder.sandbox.launcher import Zygote
from tests.autograder.sample_class import KEY, assert_deserved
from tests.make_submissions import release


ASSIGNMENTS = {name: load(name) for name in ASSIGNMENT_NAMES}
CLASSES = {name: {each.name: each for each in sample_class(ASSIGNMENTS[name])} for name in ASSIGNMENTS}

every_assignment = pytest.mark.parametrize("name", ASSIGNMENT_NAMES)


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    return {name: release(assignment) for name, assignment in ASSIGNMENTS.items()}


def graded(student: Student, assignment: Assignment, template: Any, zygote: Zygote) -> Result:
    data, given = hand_in(student, assignment, template), Given.of(template)
    return grade_submission(
        data, assignment, student=student.name, course_key=KEY, zygote=zygote, given=given
    )


@pytest.mark.parametrize(
    ("name", "student"),
    [(name, student) for name, students in CLASSES.items() for student in students],
    ids=lambda value: value,
)
def test_everybody_gets_what_they_deserve(
    name: str, student: str, released: dict[str, Any], zygote: Zygote
) -> None:
    who, assignment = CLASSES[name][student], ASSIGNMENTS[name]
    result = graded(who, assignment, released[name], zygote)
    assert_deserved(_without_notes(result, who), expected(who, assignment), name)


def _without_notes(result: Result, student: Student) -> Result:
    """The result without the remark that an answer was tried with a right one of what it builds on."""
    judgements = tuple(
        replace(judgement, finding=None)
        if judgement.exercise not in student.deserved and judgement.score == judgement.max_score
        else judgement
        for judgement in result.judgements
    )
    return replace(result, judgements=judgements)


@every_assignment
def test_the_released_copy_unsolved_gets_nothing_and_hears_one_neutral_line_each(
    name: str, released: dict[str, Any], zygote: Zygote
) -> None:
    result = graded(CLASSES[name]["unfilled"], ASSIGNMENTS[name], released[name], zygote)
    assert (result.outcome, result.score, result.notes) == ("graded", 0, ())
    for exercise, judgement in zip(ASSIGNMENTS[name].exercises, result.judgements, strict=True):
        assert judgement.finding is not None
        message = judgement.finding.message
        assert message == f"`{exercise.name}` is not written yet." or exercise.as_given
        assert "\n" not in message
        assert judgement.finding.misconception in (None, "as_given")


@every_assignment
def test_there_is_one_student_for_each_kind_of_finding_and_not_for_each_entry(name: str) -> None:
    found = [
        (deserved.kind, deserved.credit > 0)
        for student in CLASSES[name].values()
        for deserved in student.deserved.values()
    ]
    kinds = {
        ("convention" if entry.convention else entry.kind, entry.convention or entry.credit > 0)
        for exercise in ASSIGNMENTS[name].exercises
        for entry in exercise.misconceptions
    }
    assert kinds <= set(found)
    assert len(CLASSES[name]) < 30


@every_assignment
def test_what_is_handed_in_is_the_released_notebook(name: str, released: dict[str, Any]) -> None:
    template = released[name]
    for student in CLASSES[name].values():
        if not student.rejected:
            notebook = nbformat.reads(hand_in(student, ASSIGNMENTS[name], template), as_version=4)
            assert [cell.id for cell in notebook.cells] == [cell.id for cell in template.cells]
