"""A submission is graded on its own, and costs nobody else anything; test_walls.py is about the points."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from autograder import submission
from autograder.exercises import load
from autograder.given import Given
from autograder.grading import grade_submission
from autograder.notebook import autograded_notebook
from autograder.results import Result, ResultStore
from autograder.sandbox.launcher import BoxStopped, Zygote
from autograder.sandbox.perform import Stopped
from autograder.sandbox.reader import read_cells
from tests.autograder.sample_class import grade, without_time
from tests.make_submissions import ASSIGNMENT, SUBMISSIONS, hand_in, main as make_submissions, release
from tests.students import RIGHT, Student


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


def test_test_cells_are_not_run(zygote: Zygote) -> None:
    result = grade("ada-all-right", zygote)
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


def notebook(edit: Callable[[list[Any]], None]) -> bytes:
    """The released notebook with right answers in it, after an edit of its cells."""
    template = release(load(ASSIGNMENT))
    document = json.loads(hand_in(Student("ada"), template))
    edit(document["cells"])
    return json.dumps(document).encode()


def with_id(cells: list[Any], grade_id: str) -> Any:
    return next(cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def _edit_the_imports(cells: list[Any]) -> None:
    with_id(cells, "imports")["source"] = (
        "import tensorflow as tf\n!pip install seaborn\n%pip install seaborn\nfrom advsec import averages\n"
        "import numpy as np\nfrom autograder import check\nimport math\nmath.nothing"
    )


def _remove_the_imports(cells: list[Any]) -> None:
    cells.remove(with_id(cells, "imports"))
    cells.append({"cell_type": "code", "metadata": {}, "outputs": [], "source": "del np"})


def _answer_in_the_test_cells(cells: list[Any]) -> None:
    for name in RIGHT:
        answer, test = with_id(cells, name), with_id(cells, f"test-{name}")
        test["source"] = f"{''.join(answer['source'])}\n\n{''.join(test['source'])}"
        answer["source"] = "# see below"


@pytest.mark.parametrize(
    ("edit", "notes"),
    [
        (
            _edit_the_imports,
            (
                "Cell 2 is locked, and was changed",
                "`tensorflow` is not available while grading",
                "`advsec` is not available while grading",
                "Commands of the shell do nothing",
                "`%pip` does nothing",
            ),
        ),
        (_remove_the_imports, ("The locked cell `imports` is missing",)),
        (_answer_in_the_test_cells, ("Cell 6 is a test cell: your code in it was run",)),
    ],
)
def test_what_was_done_to_locked_cells_costs_nothing_and_is_said(
    edit: Callable[[list[Any]], None], notes: tuple[str, ...], zygote: Zygote
) -> None:
    assignment, data = load(ASSIGNMENT), notebook(edit)
    given = Given.of(release(assignment))
    result = grade_submission(data, assignment, student="ada", course_key=b"k", zygote=zygote, given=given)
    assert result.score == 26
    said = "\n".join(result.notes)
    assert all(note in said for note in notes), said
    shown = autograded_notebook(result, assignment, release(assignment))["cells"]
    changed = [cell.source for cell in read_cells(data) if given.is_changed(cell)]
    assert all(source in [cell["source"] for cell in shown] for source in changed)
    assert with_id(shown, "imports")["source"] == given.locked["imports"]


def of(*sources: str) -> bytes:
    """A notebook of one's own."""
    cells = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def test_another_notebook_gets_no_zero_but_a_person(zygote: Zygote) -> None:
    """Of what has nothing to do with the assignment; whatever earns a point is graded."""
    assignment = load(ASSIGNMENT)

    def graded(data: bytes) -> Result:
        return grade_submission(data, assignment, student="ada", course_key=b"k", zygote=zygote)

    for data, found in (
        (of(), "none of its 9 exercises is"),
        (of("def bubble_sort(x):\n    return x"), "none of its 9 exercises is"),
        (of("def window(size):\n    return size"), "only 1 of its 9 exercises is"),
        (of("def window(size):\n    ...", "def ewma(x):\n    ..."), "only 2 of its 9 exercises are"),
    ):
        result = graded(data)
        assert (result.outcome, result.score, result.judgements) == ("needs_human", None, ())
        assert result.reason.startswith(f"This is not the assignment {ASSIGNMENT}: {found} in the file.")
    one_right = graded(of("import numpy as np", RIGHT["window"]))
    assert (one_right.outcome, one_right.score) == ("graded", 3)
    unfilled = graded(notebook(lambda cells: [cell.update(source="") for cell in cells]))
    assert (unfilled.outcome, unfilled.score) == ("graded", 0)


def test_what_is_repeated_for_ever_is_said_a_few_times(zygote: Zygote) -> None:
    def repeat(cells: list[Any]) -> None:
        test = with_id(cells, "test-ewma") | {"source": "def helper(): ..."}
        cells += [test] * 30

    assignment, data = load(ASSIGNMENT), notebook(repeat)
    given = Given.of(release(assignment))
    result = grade_submission(data, assignment, student="ada", course_key=b"k", zygote=zygote, given=given)
    assert (result.score, len(result.notes)) == (26, 10)
