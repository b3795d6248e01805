"""The pool of this machine, with real boxes: who is killed is replaced, and no order matters."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.engine import LocalPool, Lost, Task
from autograder.results import Result
from autograder.sandbox.wall import Wall
from tests.hostile.corpus import ANSWER, ASSIGNMENT, BESIDE, WRONG, code_cell, notebook


ANSWERS = {"ada": ANSWER, "ben": WRONG, "eve": "x = 1 / 0", "gus": "import os\nos._exit(3)", "pia": ANSWER}


def tasks(students: list[str]) -> Iterator[Task]:
    for student in students:
        data = notebook(code_cell(ANSWERS[student]), code_cell(BESIDE))
        yield Task(
            f"key of {student}", student, ASSIGNMENT.name, ASSIGNMENT.cell_seconds, data, b"a key for tests"
        )


def graded(wall: Wall, workers: int, students: list[str]) -> dict[str, Result]:
    with LocalPool(wall, workers, {ASSIGNMENT.name: ASSIGNMENT}) as pool:
        return by_student(list(pool.grade(tasks(students))))


def by_student(outcomes: list[Result | Lost]) -> dict[str, Result]:
    """All of them are results; how long they took is nobody's business."""
    return {each.student: replace(each, seconds=0.0) for each in outcomes if isinstance(each, Result)}


@pytest.fixture(scope="module")
def one_by_one(wall: Wall) -> dict[str, Result]:
    return graded(wall, 1, sorted(ANSWERS))


def test_neither_the_number_of_workers_nor_the_order_matters(
    wall: Wall, one_by_one: dict[str, Result]
) -> None:
    assert {student: result.score for student, result in one_by_one.items()} == {
        "ada": 6.0, "ben": 3.0, "eve": 3.0, "gus": 3.0, "pia": 6.0,
    }  # fmt: skip
    assert graded(wall, 3, sorted(ANSWERS, reverse=True)) == one_by_one


def test_a_zygote_that_is_killed_is_replaced_and_says_what_was_lost(
    wall: Wall, one_by_one: dict[str, Result]
) -> None:
    with LocalPool(wall, 2, {ASSIGNMENT.name: ASSIGNMENT}) as pool:
        outcomes = []
        coming = pool.grade(tasks(sorted(ANSWERS)))
        outcomes.append(next(coming))
        kill_children()
        outcomes += coming
        lost = [each.key.removeprefix("key of ") for each in outcomes if isinstance(each, Lost)]
        assert len(outcomes) == len(ANSWERS)
        assert len(lost) <= 2, "no more than was running"
        outcomes += pool.grade(tasks(lost))
    assert by_student(outcomes) == one_by_one


def kill_children() -> None:
    """The zygotes of this process: kill -9, as the system does for want of memory."""
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"sandbox.zygote" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
