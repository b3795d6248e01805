"""Every submission of the sample class gets what it deserves, and costs nobody else anything."""

import dataclasses
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from autograder import submission
from autograder.exercises import load
from autograder.grading import grade_submission, rejected
from autograder.results import Result, ResultStore, summary
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.policy import Policy
from autograder.sandbox.wall import build_wall
from tests.make_submissions import ASSIGNMENT, SUBMISSIONS, main as make_submissions


KEY = b"a key for the tests"
EXPECTED: dict[str, Any] = json.loads((SUBMISSIONS / "expected.json").read_text())


def grade(student: str, zygote: Zygote, key: bytes = KEY) -> Result:
    """Grade one student's folder as the batch does."""
    assignment = load(ASSIGNMENT)
    (found,) = submission.find_submissions(SUBMISSIONS, ASSIGNMENT, student)
    data = submission.read_bytes(found)
    if isinstance(data, str):
        return rejected(assignment, student, data)
    return grade_submission(data, assignment, student=student, course_key=key, zygote=zygote)


def without_time(result: Result) -> Result:
    return dataclasses.replace(result, seconds=0.0)


def test_the_sample_class_is_what_its_maker_writes() -> None:
    assert make_submissions(["--check"]) == 0


@pytest.mark.parametrize("student", EXPECTED)
def test_everybody_gets_what_they_deserve(student: str, zygote: Zygote) -> None:
    expected = EXPECTED[student]
    result = grade(student, zygote)
    found = summary(result)
    assert found["outcome"] == expected["outcome"], found["reason"]
    assert found["score"] == expected["score"]
    if expected["reason"]:
        assert found["reason"].startswith(submission.reason(expected["reason"], ASSIGNMENT))
    assert set(found["exercises"]) == set(expected["exercises"])
    for judgement in result.judgements:
        _check(judgement, expected["exercises"][judgement.exercise])


def test_nobody_gains_or_loses_a_point_by_the_wall() -> None:
    """The same class with no wall at all; the others of this module are graded behind the strongest one."""
    slow = {"loop-forever", "memory-bomb", "memory-in-a-function", "output-flood"}
    students = sorted(set(EXPECTED) - slow)
    with Zygote(build_wall(Policy(), "none")) as unprotected, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda student: grade(student, unprotected), students))
    assert {result.tier for result in results if result.tier} == {"none"}
    assert [result.score for result in results] == [EXPECTED[student]["score"] for student in students]


def _check(judgement: Any, expected: dict[str, Any]) -> None:
    assert [name for name, passed in judgement.passed if passed] == expected["passes"], judgement
    assert judgement.score == expected["score"], judgement
    wanted, finding = expected["finding"], judgement.finding
    if wanted is None:
        assert finding is None, finding
    else:
        assert (finding.kind, finding.misconception) == (wanted["kind"], wanted["misconception"]), finding
        assert wanted["says"] in finding.message


def test_a_bad_submission_costs_nobody_else_anything(zygote: Zygote) -> None:
    """Crashing, eating memory and unreadable: before, between, beside and after them the same result."""
    before = without_time(grade("ada-all-right", zygote))
    for student in ("exits-the-process", "truncated-file"):
        grade(student, zygote)
    assert without_time(grade("ada-all-right", zygote)) == before
    with ThreadPoolExecutor(2) as pool:
        beside = [pool.submit(grade, student, zygote) for student in ("memory-bomb", "ada-all-right")]
    assert without_time(beside[1].result()) == before
    assert without_time(grade("ada-all-right", zygote)) == before


def test_a_result_depends_on_bytes_student_and_key_alone(zygote: Zygote) -> None:
    """A wrong answer shows a case whose numbers are drawn; they must be drawn alike, and in no other way."""
    first, again = (without_time(grade("ewma-swapped", zygote)) for _ in range(2))
    assert first == again
    with_another_key = without_time(grade("ewma-swapped", zygote, key=b"another key"))
    assert with_another_key.score == first.score


def test_a_stopped_cell_is_told_apart_from_the_others(zygote: Zygote) -> None:
    result = grade("exits-the-process", zygote)
    stopped = [record for record in result.cells if record.stopped]
    assert [record.cell.grade_id for record in stopped] == ["stochastic_average"]
    ran = {record.cell.grade_id for record in result.cells if record.result}
    assert ran >= {exercise.name for exercise in load(ASSIGNMENT).exercises} - {"stochastic_average"}


def test_test_cells_are_never_run(zygote: Zygote) -> None:
    result = grade("test-cell-edited", zygote)
    tests = [record for record in result.cells if record.cell.grade_id.startswith("test-")]
    assert tests
    assert all(record.result is None for record in tests)


def test_a_renamed_file_is_found_and_noted(tmp_path: Path) -> None:
    # Not in the sample class: nbgrader itself looks for the exact name and would not find it.
    copy = tmp_path / "renamed-file" / ASSIGNMENT / f"{ASSIGNMENT} (1).ipynb"
    copy.parent.mkdir(parents=True)
    shutil.copy(SUBMISSIONS / "ada-all-right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", copy)
    (found,) = submission.find_submissions(tmp_path, ASSIGNMENT, "renamed-file")
    assert found.path == copy
    assert found.notes == (
        "The file is named 01_moving_averages (1).ipynb; it was graded as 01_moving_averages.ipynb.",
    )


def test_the_result_of_everybody_can_be_kept_and_found_again(zygote: Zygote, tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    for student in ("exits-the-process", "empty-file"):
        result = dataclasses.replace(grade(student, zygote), key=student)
        store.save(result)
        assert store.load(student) == result
    assert store.load("nobody") is None
