"""A submission is graded on its own, and costs nobody else anything; test_walls.py is about the points."""

import dataclasses
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder import submission
from autograder.exercises import load
from autograder.results import ResultStore
from autograder.sandbox.launcher import BoxStopped, Zygote
from autograder.sandbox.perform import Stopped
from tests.autograder.sample_class import grade, without_time
from tests.make_submissions import ASSIGNMENT, SUBMISSIONS, main as make_submissions


def test_the_sample_class_is_what_its_maker_writes() -> None:
    assert make_submissions(["--check"]) == 0


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


def test_how_a_box_ends_is_told_even_if_its_end_takes_a_while(zygote: Zygote) -> None:
    with zygote.box() as box, pytest.raises(BoxStopped) as caught:
        box.run_cell("import os, time\nos.close(3)\ntime.sleep(0.5)\nos._exit(7)", seconds=20)
    assert caught.value.stopped == Stopped("exit", "exit code 7")


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
    assert found.file == copy
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
