"""The sample class of every assignment, of its released notebook, gets what it deserves."""

import re
from dataclasses import replace
from typing import Any

import nbformat
import pytest

from autograder.exercise import Assignment
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.given import Given
from autograder.grading import grade_submission
from autograder.results import Result
from autograder.sample import Student, expected, hand_in, sample_class, solution_of
from autograder.sandbox.launcher import Zygote
from autograder.verdict import Judgement
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
    building = _building_on(assignment, set(who.deserved)) | _defined_besides(who, assignment)
    judgements = [each for each in result.judgements if each.exercise in building]
    # Nothing stands in for a convention: what goes with another one is judged as it is.
    as_it_is = any(deserved.kind == "convention" for deserved in who.deserved.values())
    for judgement in judgements:
        has_all = judgement.score == judgement.max_score
        assert has_all or as_it_is or _looks_there_first(judgement), judgement
    assert_deserved(_as_if_alone(result, judgements), expected(who, assignment), name)


def _building_on(assignment: Assignment, names: set[str]) -> set[str]:
    """The exercises whose model answers call these functions, or others that do, or are tried with them."""
    found: set[str] = set()
    for exercise in assignment.exercises:
        called = {name for name in names | found if re.search(rf"\b{name}\(", solution_of(exercise))}
        if exercise.name not in names and (called or (names | found) & exercise.beside.keys()):
            found.add(exercise.name)
    return found


def _defined_besides(student: Student, assignment: Assignment) -> set[str]:
    """The functions of other exercises that an answer defines once more, to go with its own."""
    names = {exercise.name for exercise in assignment.exercises} - student.deserved.keys()
    text = "\n".join(student.answers.values()) if student.deserved else ""
    return {name for name in names if f"def {name}(" in text}


def _looks_there_first(judgement: Judgement) -> bool:
    """A right one cannot always stand in, where a function is handed over; then no wrong formula is named."""
    finding = judgement.finding
    return finding is not None and finding.misconception is None and "look there first" in finding.message


def _all_right(judgement: Judgement) -> Judgement:
    passed = tuple((name, True) for name, _ in judgement.passed)
    return replace(judgement, score=judgement.max_score, passed=passed, finding=None)


def _as_if_alone(result: Result, others: list[Judgement]) -> Result:
    """The result with all points for what builds on something else."""
    judgements = tuple(
        replace(
            each, score=each.max_score, passed=tuple((name, True) for name, _ in each.passed), finding=None
        )
        if each in others
        else each
        for each in result.judgements
    )
    if result.score is None:
        return result
    return replace(result, judgements=judgements, score=round(sum(each.score for each in judgements), 2))


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
