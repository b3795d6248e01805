"""nbgrader's database says the same whichever way a class was graded."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.exercises import load
from autograder.gradebook import make_release, shown_results
from autograder.publish import publish
from autograder.results import Result
from autograder.stopping import Terminated

from .course import ASSIGNMENT, make_course, run


# What the gradebook holds of one student: automatic score and "a person has to look" per cell.
Scores = dict[str, dict[str, tuple[float | None, bool]]]

# Of every outcome somebody: right, partly right, stopped, rejected, and with cells moved or lost.
SAMPLE = (
    "ada-all-right",
    "ewma-swapped",
    "prints-instead",
    "exits-the-process",
    "test-cell-deleted",
    "empty-file",
    "truncated-file",
)

ALL_WITH_API = """
import sys
from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader
api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", path=".").load_config())
for student in sys.argv[2:]:
    answer = api.autograde(sys.argv[1], student, create=True)
    assert answer["success"], answer
"""


def scores(course: Path) -> Scores:
    query = """
        select submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.needs_manual_grade
        from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
    """
    found: Scores = {}
    with closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection, connection:
        for student, cell, score, manual in connection.execute(query):
            found.setdefault(student, {})[cell] = (score, bool(manual))
    connection.close()
    return found


@pytest.fixture(scope="module")
def by_autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = make_course(tmp_path_factory.mktemp("autograder"), SAMPLE)
    done = run("autograder", "grade", ASSIGNMENT, "--json", cwd=course)
    assert done.returncode == 0, done.stderr
    (course / "graded.jsonl").write_text(done.stdout)
    return course


def test_every_score_of_the_command_line_is_in_the_gradebook(by_autograder: Path) -> None:
    recorded = scores(by_autograder)
    lines = [json.loads(line) for line in (by_autograder / "graded.jsonl").read_text().splitlines()]
    assert {line["student"] for line in lines} == set(recorded)
    for line in lines:
        cells = recorded[line["student"]]
        if line["outcome"] == "graded":
            for name, exercise in line["exercises"].items():
                assert cells[f"test-{name}"] == (exercise["score"], False)
        else:
            assert all(cell == (None, True) for cell in cells.values()), line


def test_a_result_is_in_the_gradebook_before_the_next_one_has_come(
    by_autograder: Path, tmp_path: Path
) -> None:
    shown = shown_results(Course.find(by_autograder), ASSIGNMENT)
    first, second, third = (shown[student] for student in sorted(shown)[:3])
    course = Course.find(make_course(tmp_path, students=()))
    seen: list[set[str]] = []

    def coming() -> Iterator[Result]:
        for result in (first, second, third):
            seen.append(set(scores(course.root)))
            yield result

    assert publish(coming(), load(ASSIGNMENT), course) == [first, second, third]
    assert seen == [set(), {first.student}, {first.student, second.student}]


def test_nbgrader_autograde_gives_the_same_scores(by_autograder: Path, tmp_path: Path) -> None:
    course = make_course(tmp_path, SAMPLE)
    assert run("nbgrader", "generate_assignment", ASSIGNMENT, cwd=course).returncode == 0
    done = run("nbgrader", "autograde", ASSIGNMENT, cwd=course)
    assert done.returncode == 0, done.stderr[-2000:]
    assert scores(course) == scores(by_autograder)


def test_the_programmatic_interface_gives_the_same_scores(by_autograder: Path, tmp_path: Path) -> None:
    course = make_course(tmp_path, SAMPLE)
    # The same course key and results: what is asked here is what gets recorded, not graded once more.
    shutil.copy(by_autograder / ".course" / "course_key", course / ".course")
    shutil.copytree(by_autograder / ".course" / "results", course / ".course" / "results")
    assert run("nbgrader", "generate_assignment", ASSIGNMENT, cwd=course).returncode == 0
    students = sorted(scores(by_autograder))
    done = run("python", "-c", ALL_WITH_API, ASSIGNMENT, *students, cwd=course)
    assert done.returncode == 0, done.stderr[-2000:]
    assert scores(course) == scores(by_autograder)


def test_formgrader_and_feedback_find_the_autograded_notebooks(by_autograder: Path) -> None:
    done = run("nbgrader", "generate_feedback", ASSIGNMENT, cwd=by_autograder)
    assert done.returncode == 0, done.stderr[-2000:]
    pages = list((by_autograder / ".course" / "feedback").glob(f"*/{ASSIGNMENT}/{ASSIGNMENT}.html"))
    assert {page.parts[-3] for page in pages} == set(scores(by_autograder))


def test_points_given_by_hand_are_never_changed(by_autograder: Path) -> None:
    database = by_autograder / ".course" / "gradebook.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update grade set manual_score = 1.5, needs_manual_grade = 0")
    connection.close()
    assert run("autograder", "grade", ASSIGNMENT, cwd=by_autograder).returncode == 0
    with closing(sqlite3.connect(database)) as connection, connection:
        assert set(connection.execute("select distinct manual_score from grade")) == {(1.5,)}
    connection.close()


def test_a_question_in_words_waits_for_a_person_even_when_nothing_was_written(tmp_path: Path) -> None:
    course = make_course(tmp_path, ("ada-all-right", "ben-vectorised"))
    path = course / ".course" / "submitted" / "ada-all-right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(path.read_text())
    (answer,) = (
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "choice-answer"
    )
    answer["source"] = "I choose beta = 0.98, because ..."
    path.write_text(json.dumps(notebook))
    assert run("autograder", "grade", ASSIGNMENT, cwd=course).returncode == 0
    recorded = scores(course)
    assert recorded["ada-all-right"]["choice-answer"] == (None, True)
    assert recorded["ben-vectorised"]["choice-answer"] == (None, True)
    with closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection, connection:
        comments = connection.execute("select auto_comment from comment where auto_comment is not null")
        assert list(comments) == [("No response.",)]
    connection.close()
    autograded = course / ".course" / "autograded" / "ada-all-right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    text = autograded.read_text()
    assert "I choose beta = 0.98" in text
    assert "one point for each of the four parts" in text  # the mark scheme, for those who mark


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Terminated])
def test_who_ends_the_program_amid_a_release_is_not_told_that_nbgrader_failed(
    stop: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nbgrader takes whatever a signal raises for an error of its own."""

    def strikes(*_: object) -> None:
        raise stop

    course = make_course(tmp_path, students=())
    monkeypatch.chdir(course)
    monkeypatch.setattr("nbgrader.converters.GenerateAssignment.convert_notebooks", strikes)
    with pytest.raises(stop):
        make_release(Course.find(course), load(ASSIGNMENT))
