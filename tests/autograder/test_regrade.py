"""Grading again: what would change is shown before anything is written, and people's marks stay."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner, Result as Typed

from autograder.batch import result_store
from autograder.cli import app, regrade as regrading
from autograder.course import Course, CourseError
from autograder.exercise import Assignment
from autograder.exercises import load
from autograder.gradebook import grades, make_release
from autograder.grades import Grade, Mark
from autograder.publish import publish
from autograder.regrade import KINDS, Difference, counts, difference
from autograder.results import Origin, Result
from autograder.verdict import Finding, Judgement

from .course import SUBMISSIONS, make_course
from .grades import grade_of


ASSIGNMENT = load("01_moving_averages")
NAME = ASSIGNMENT.name
RIGHT, EMPTY = "ada-all-right", "empty-file"
TEST_CELL = "test-ewma"

Typing = Callable[..., Typed]


def graded(student: str, ewma: float = 3.0, says: str = "") -> Result:
    """Somebody who has all points but some of `ewma`, and what they hear about it."""
    judgements = [
        Judgement(each.name, each.points, each.points, (), None)
        if each.name != "ewma"
        else Judgement("ewma", ewma, each.points, (), Finding("wrong_values", says) if says else None)
        for each in ASSIGNMENT.exercises
    ]
    return Result.graded(Origin(student, ASSIGNMENT, "full", key=f"{student}{ewma}"), judgements)


def rejected(student: str) -> Result:
    return Result.rejected(Origin(student, ASSIGNMENT, key=f"{student}-no"), "The file is empty.")


def held(result: Result, **marks: float) -> Grade:
    """The grade of a result, in which a person has given these points, or `extra`, for `ewma`."""

    def of(mark: Mark) -> Mark:
        if mark.cell != TEST_CELL:
            return mark
        counting = marks.get("manual", mark.automatic)
        extra = marks.get("extra", 0.0)
        score = None if counting is None else counting + extra
        return replace(mark, score=score, manual=marks.get("manual"), extra=extra)

    grade = grade_of(result, ASSIGNMENT)
    return replace(grade, marks=tuple(map(of, grade.marks)))


@pytest.mark.parametrize(
    ("old", "new", "kind", "points"),
    [
        (graded("ann"), graded("ann"), "unchanged", (26, 26)),
        (graded("ann", 1.5), graded("ann"), "up", (24.5, 26)),
        (graded("ann"), graded("ann", 1.5, "Look at t = 2."), "down", (26, 24.5)),
        (graded("ann", 0, "Once."), graded("ann", 0, "Twice."), "other words", (23, 23)),
        (rejected("ann"), graded("ann"), "graded now", (None, 26)),
        (graded("ann"), rejected("ann"), "no longer graded", (26, None)),
        (rejected("ann"), rejected("ann"), "unchanged", (None, None)),
    ],
)
def test_every_change_has_its_kind_and_its_points(
    old: Result, new: Result, kind: str, points: tuple[float | None, float | None]
) -> None:
    found = difference(old, held(old), new, ASSIGNMENT)
    assert (found.kind, (found.before, found.after)) == (kind, points)
    assert counts([found]) == {each: int(each == kind) for each in KINDS}


def test_a_change_says_what_was_and_what_is_found() -> None:
    old, new = graded("ann", 0, "It divides by n."), graded("ann", 1.5, "It starts too late.")
    (change,) = difference(old, held(old), new, ASSIGNMENT).changes
    assert (change.exercise, change.before, change.after) == ("ewma", 0, 1.5)
    assert (change.said, change.says) == ("It divides by n.", "It starts too late.")


def test_who_was_never_graded_is_new() -> None:
    found = difference(None, None, graded("ann"), ASSIGNMENT)
    assert (found.kind, found.before, found.after) == ("new", None, 26)
    nothing = Grade("ann", 30.0)
    assert difference(None, nothing, rejected("ann"), ASSIGNMENT).kind == "new"


def test_points_of_a_person_stay_and_extra_credit_is_added_as_before() -> None:
    old, new = graded("ann", 0), graded("ann", 3)
    by_hand = difference(old, held(old, manual=1.0), new, ASSIGNMENT)
    assert (by_hand.kind, by_hand.before, by_hand.after) == ("other words", 24, 24)
    assert by_hand.changes[0].kept == 1.0
    extra = difference(old, held(old, extra=0.5), new, ASSIGNMENT)
    assert (extra.kind, extra.before, extra.after) == ("up", 23.5, 26.5)


def test_points_change_also_where_the_old_result_is_lost() -> None:
    old = graded("ann", 0, "It divides by n.")
    found = difference(None, held(old), graded("ann"), ASSIGNMENT)
    assert (found.kind, found.changes[0].said) == ("up", "")


# --- the command ----------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A class of which a grader of earlier days has thought otherwise, and one marked by hand."""
    course = Course.find(make_course(tmp_path, (RIGHT, EMPTY)))
    shutil.copytree(SUBMISSIONS / RIGHT, course.submitted / "ben")
    make_release(course, ASSIGNMENT)
    earlier = [graded(RIGHT, 1.5, "Too late."), graded("ben", 0.0), rejected(EMPTY)]
    for result in earlier:
        result_store(course, NAME).save(result)
    publish(earlier, ASSIGNMENT, course)
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.find_grade(TEST_CELL, NAME, NAME, "ben").manual_score = 2.0
        gradebook.db.commit()
    monkeypatch.chdir(tmp_path)
    return course


@pytest.fixture
def typed() -> Typing:
    return lambda *arguments: CliRunner().invoke(app, arguments, catch_exceptions=False)


@pytest.mark.filterwarnings("ignore")  # of nbgrader and what it imports
def test_nothing_is_written_until_somebody_says_so(course: Course, typed: Typing) -> None:
    before = course.gradebook.read_bytes()
    shown = {path: path.read_bytes() for path in course.work.glob("autograded/*/*/*.ipynb")}
    done = typed("regrade", NAME, "--diff", "--json")
    assert done.exit_code == 5
    lines = {each["student"]: each for each in map(json.loads, done.stdout.splitlines())}
    assert lines.keys() == {RIGHT, "ben", EMPTY}
    assert (lines[RIGHT]["kind"], lines[RIGHT]["before"], lines[RIGHT]["after"]) == ("up", 24.5, 26)
    (change,) = lines[RIGHT]["exercises"]
    assert (change["exercise"], change["said"], change["says"]) == ("ewma", "Too late.", "")
    assert (lines["ben"]["kind"], lines["ben"]["exercises"][0]["kept"]) == ("other words", 2.0)
    # Its words are other ones today.
    assert (lines[EMPTY]["kind"], lines[EMPTY]["before"]) == ("other words", None)
    assert typed("regrade", NAME).exit_code == 5  # nobody sits at this terminal who could say yes
    assert course.gradebook.read_bytes() == before
    assert {path: path.read_bytes() for path in course.work.glob("autograded/*/*/*.ipynb")} == shown

    done = typed("regrade", NAME, "--yes")
    assert done.exit_code == 0, done.output
    assert "ewma: 1.5 → 3" in done.stdout
    assert "before: Too late." in done.stdout
    # Each on a line of its own; this is what stands where a text would begin one.
    assert "␊" not in done.stdout
    assert "3 graded again = 1 up + 2 other words." in done.stdout
    found = grades(course, NAME)
    assert (found[RIGHT].score, found["ben"].score, found[EMPTY].score) == (26, 25, None)
    assert found["ben"].points(TEST_CELL) == 2.0
    again = typed("regrade", NAME, "--diff")
    assert (again.exit_code, "3 graded again = 3 unchanged." in again.stdout) == (0, True)


@pytest.mark.filterwarnings("ignore")
def test_what_changes_between_looking_and_writing_is_noticed(
    course: Course, typed: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_marks(found: list[Difference], assignment: Assignment) -> None:
        with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
            gradebook.find_grade(TEST_CELL, NAME, NAME, "ben").manual_score = 1.0
            gradebook.db.commit()

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(regrading, "print_differences", somebody_marks)
        with pytest.raises(
            CourseError, match="of ben has changed since this was shown, so nothing is written"
        ):
            typed("regrade", NAME, "--yes")
    assert grades(course, NAME)[RIGHT].score == 24.5
    assert typed("regrade", NAME, "--yes").exit_code == 0
    assert (grades(course, NAME)[RIGHT].score, grades(course, NAME)["ben"].points(TEST_CELL)) == (26, 1)


@pytest.mark.filterwarnings("ignore")
def test_what_nobody_has_graded_yet_is_new(
    tmp_path: Path, typed: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_course(tmp_path, (RIGHT,))
    monkeypatch.chdir(tmp_path)
    done = typed("regrade", NAME, "--diff")
    assert (done.exit_code, "1 graded again = 1 new." in done.stdout) == (5, True)
