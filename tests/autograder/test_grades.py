"""What the gradebook holds is the grade, everywhere; nothing here runs a student's code."""

import contextlib
import csv
import json
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jupyter_core.application import NoStart
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.nbgraderapp import NbGraderApp
from typer.testing import CliRunner

from autograder import batch, engine, plugins, protection
from autograder.cli import app
from autograder.cli.tables import print_table
from autograder.course import Course, CourseError
from autograder.exercises import load
from autograder.gradebook import (
    configuration,
    due_date,
    enter_people,
    extend,
    grades,
    make_release,
    shown_results,
)
from autograder.grades import Grade
from autograder.lateness import LateDays
from autograder.publish import publish
from autograder.report import page_name, student_page
from autograder.results import CellRecord, Origin, Result, summary
from autograder.sandbox import launcher
from autograder.sandbox.policy import Policy
from autograder.sandbox.reader import Cell
from autograder.sandbox.wall import build_wall
from autograder.verdict import Judgement

from .course import make_course


pytestmark = pytest.mark.filterwarnings("ignore")  # of nbgrader and what it imports

ASSIGNMENT = load("01_moving_averages")
NAME = ASSIGNMENT.name
RIGHT, DUE = "ada-all-right", datetime(2026, 11, 1, 22, 59)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose release is made, in which nobody has handed in."""
    folder = make_course(tmp_path_factory.mktemp("prepared"), students=())
    make_release(Course.find(folder), ASSIGNMENT)
    return folder


@pytest.fixture
def course(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Course.find(tmp_path)


def graded(student: str, ewma: float = 3.0, words: str = "0.95, since ...") -> Result:
    """Somebody who has all points but some of `ewma`, and has answered in words."""
    judgements = [
        Judgement(each.name, ewma if each.name == "ewma" else each.points, each.points, (), None)
        for each in ASSIGNMENT.exercises
    ]
    cells = (CellRecord(Cell("markdown", words, "choice-answer")),)
    return Result.graded(Origin(student, ASSIGNMENT, "full", key=f"{student}{ewma}"), judgements, cells)


def rejected(student: str) -> Result:
    return Result.rejected(Origin(student, ASSIGNMENT, key=f"{student}-rejected"), "The file is empty.")


@contextlib.contextmanager
def gradebook(course: Course) -> Iterator[Gradebook]:
    """nbgrader's own hand on the gradebook, as a TA has it in formgrader."""
    with Gradebook(f"sqlite:///{course.gradebook}") as opened:
        yield opened
        opened.db.commit()


def put(course: Course, *results: Result, **known: object) -> list[Result]:
    """Grade: keep the results and publish them."""
    for result in results:
        batch.result_store(course, NAME).save(result)
    return publish(results, ASSIGNMENT, course, **known)


def mark(
    course: Course, student: str, cell: str, score: float | None = None, extra: float | None = None
) -> None:
    with gradebook(course) as opened:
        grade = opened.find_grade(cell, NAME, NAME, student)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, extra, False


def say(course: Course, student: str, cell: str, comment: str) -> None:
    with gradebook(course) as opened:
        opened.find_comment(cell, NAME, NAME, student).manual_comment = comment


def due(course: Course, moment: datetime | None) -> None:
    with gradebook(course) as opened:
        opened.find_assignment(NAME).duedate = moment


def penalise(course: Course) -> None:
    """Whoever is late gets nothing, as a course says it in its settings."""
    path = course.root / "nbgrader_config.py"
    path.write_text(path.read_text().replace('penalty_method = "none"', 'penalty_method = "zero"'))


def nbgrader(*arguments: str) -> None:
    """Run nbgrader's command line here."""
    command = NbGraderApp.instance()
    try:
        command.initialize(list(arguments))
        with contextlib.suppress(NoStart):  # its way to say that a subcommand has run
            command.start()
    finally:
        type(command.subapp).clear_instance()
        NbGraderApp.clear_instance()


def autograder(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return done.output


# --- one number, everywhere -----------------------------------------------------------------------------


class Text(HTMLParser):
    """The words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_page_table_and_exports_show_what_the_gradebook_holds(course: Course) -> None:
    """A class with a late, a rejected, a hand-marked and an overridden submission, and somebody missing."""
    penalise(course)
    due(course, DUE)
    enter_people(
        course, {"hand": {"first_name": "Hanna", "last_name": "Doe", "email": "h@x.org"}, "none": {}}
    )
    results = [
        graded("late"),
        rejected("rejected"),
        graded("hand", 1.5),
        graded("over", 0.0),
        rejected("by-hand"),
    ]
    put(course, *results, times={"late": DUE + timedelta(hours=1), "hand": DUE})
    mark(course, "hand", "choice-answer", 2.5)
    say(course, "hand", "choice-answer", "Which noise?")
    mark(course, "over", "test-ewma", 2.0, extra=1.0)
    say(course, "over", "ewma", "Nearly right.")
    mark(course, "rejected", "choice-answer", 4.0)
    for exercise in ASSIGNMENT.exercises:
        mark(course, "by-hand", f"test-{exercise.name}", 1.0)
    expected = {"late": "0", "rejected": "", "hand": "27", "over": "26", "by-hand": "9", "none": ""}

    autograder("report", NAME)
    reports = course.reports / NAME
    table = {row["student"]: row for row in rows(reports / "scores.csv")}
    assert {student: row["score"] for student, row in table.items()} == expected
    assert {row["max_score"] for row in table.values()} == {"30"}
    assert {student: row["outcome"] for student, row in table.items()} == {
        "late": "graded", "rejected": "rejected", "hand": "graded", "over": "graded",
        "by-hand": "graded by a person", "none": "nothing handed in",
    }  # fmt: skip
    assert (table["hand"]["last_name"], table["hand"]["email"]) == ("Doe", "h@x.org")
    assert (table["over"]["ewma"], table["over"]["comments"]) == ("3", "ewma: Nearly right.")

    nbgrader("export", "--to", "out.csv")
    exported = {row["student_id"]: row for row in rows(course.root / "out.csv")}
    assert {student: row["score"].removesuffix(".0") for student, row in exported.items()} == expected
    assert exported["rejected"]["outcome"] == "not graded"
    assert exported["rejected"]["remark"] == "The file is empty."
    assert exported["late"]["late_submission_penalty"] == "26.0"

    everybody = Text((reports / "index.html").read_text()).text
    nbgrader("generate_feedback", NAME)
    for student, score in expected.items():
        if student == "none":
            assert "none – nothing handed in" in everybody
            continue
        page = (reports / "students" / page_name(student, course.key())).read_text()
        assert (course.work / "feedback" / student / NAME / f"{NAME}.html").read_text() == page
        says = f"{score} of 30 points" if score else "This is not a score of zero"
        assert says in Text(page).text
        assert "one point for each of the four parts" not in page  # the mark scheme
        if score:
            assert f"{student} {'Hanna Doe ' if student == 'hand' else ''}{score} " in everybody
    assert "rejected – rejected" in everybody

    printed = autograder_table(course)
    assert {student: printed[student]["score"] for student in printed} == {
        student: float(score) if score else None for student, score in expected.items() if student != "none"
    }


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def autograder_table(course: Course) -> dict[str, dict[str, float | None]]:
    """What `autograder grade --json` prints of what is graded."""
    found = grades(course, NAME)
    return {
        student: summary(result, ASSIGNMENT, found[student])
        for student, result in shown_results(course, NAME).items()
        if result
    }


def test_a_rejected_file_is_no_grade_in_formgrader(course: Course) -> None:
    put(course, rejected("ann"), graded("ben"))
    with gradebook(course) as opened:
        ann, ben = (opened.find_submission_notebook(NAME, NAME, student) for student in ("ann", "ben"))
        assert (ann.flagged, ben.flagged) == (True, False)
        assert {comment.comment for comment in ann.comments} == {"The file is empty."}
        assert all(grade.auto_score is None and grade.needs_manual_grade for grade in ann.grades)
    put(course, graded("ann"))  # handed in again
    with gradebook(course) as opened:
        assert not opened.find_submission_notebook(NAME, NAME, "ann").flagged


# --- the gradebook is what results are compared with ----------------------------------------------------


def test_a_gradebook_of_an_older_backup_is_filled_again(course: Course, tmp_path: Path) -> None:
    put(course, graded("ann", 1.0))
    mark(course, "ann", "choice-answer", 3.0)
    say(course, "ann", "ewma", "See me.")
    backup = tmp_path / "backup.db"
    shutil.copy(course.gradebook, backup)
    results = put(course, graded("ann", 2.0), graded("ben"))
    shutil.copy(backup, course.gradebook)
    put(course, *results)
    found = grades(course, NAME)
    assert (found["ann"].score, found["ben"].score) == (28, 26)
    assert found["ann"].comment("ewma") == "See me."


def test_an_emptied_gradebook_is_filled_again(course: Course) -> None:
    results = put(course, graded("ann"), rejected("ben"))
    course.gradebook.unlink()
    put(course, *results)
    assert {student: grade.score for student, grade in grades(course, NAME).items()} == {
        "ann": 26,
        "ben": None,
    }


def test_what_the_gradebook_holds_is_left_alone(course: Course) -> None:
    results = put(course, graded("ann"), rejected("ben"))
    mark(course, "ann", "test-ewma", 1.0)
    before = course.gradebook.read_bytes()
    written = course.work / "autograded" / "ann" / NAME / f"{NAME}.ipynb"
    inode = written.stat().st_ino
    put(course, *results)
    with gradebook(course) as opened:
        assert not opened.find_grade("test-ewma", NAME, NAME, "ann").needs_manual_grade
    assert written.stat().st_ino == inode
    assert course.gradebook.read_bytes() == before


def test_points_given_by_hand_are_to_be_looked_at_when_the_answer_is_another(course: Course) -> None:
    put(course, graded("ann", 1.0))
    mark(course, "ann", "choice-answer", 3.0)
    put(course, graded("ann", 2.0))
    with gradebook(course) as opened:
        grade = opened.find_grade("choice-answer", NAME, NAME, "ann")
        assert (grade.manual_score, grade.needs_manual_grade) == (3.0, True)


def test_a_lost_autograded_notebook_is_written_again(course: Course) -> None:
    results = put(course, graded("ann"), graded("ben"))
    shutil.rmtree(course.work / "autograded" / "ann")
    assert shown_results(course, NAME) == {"ann": None, "ben": results[1]}
    assert "since the results are no longer there: ann; run: autograder grade" in autograder("report", NAME)
    put(course, *results)
    assert shown_results(course, NAME) == {result.student: result for result in results}


def test_rows_that_somebody_else_writes_at_the_same_time_are_taken(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our look and our writing another program makes the same student and submission."""
    for name in ("add_student", "add_submission"):
        ours = getattr(Gradebook, name)

        def first(
            self: Gradebook, *args: object, name: str = name, ours: Callable = ours, **known: object
        ) -> object:
            monkeypatch.setattr(Gradebook, name, ours)
            with Gradebook(f"sqlite:///{course.gradebook}") as other:
                ours(other, *args, **known)
            return ours(self, *args, **known)

        monkeypatch.setattr(Gradebook, name, first)
    put(course, graded("ann"))
    assert grades(course, NAME)["ann"].score == 26


def test_one_grader_waits_for_the_other_and_says_so(course: Course) -> None:
    waits, entered = threading.Event(), threading.Event()

    def second() -> None:
        with course.alone(waits.set):
            entered.set()

    thread = threading.Thread(target=second)
    with course.alone(lambda: pytest.fail("nobody else is there")):
        thread.start()
        assert waits.wait(60)
        assert not entered.is_set()
    assert entered.wait(60)
    thread.join()


# --- lateness -------------------------------------------------------------------------------------------


def test_a_moved_due_date_and_an_extension_count_at_once(course: Course) -> None:
    penalise(course)
    late = {"ann": DUE + timedelta(days=1), "ben": DUE + timedelta(days=1)}
    results = put(course, graded("ann"), graded("ben"), times=late)
    assert grades(course, NAME)["ann"].score == 26  # nothing is due yet
    due(course, DUE)
    found = grades(course, NAME)
    assert (found["ann"].score, found["ann"].penalty, found["ann"].seconds_late) == (0, 26, 86400)
    with gradebook(course) as opened:
        opened.grant_extension(NAME, "ann", days=2)
    put(course, *results, times=late)
    assert [grades(course, NAME)[student].score for student in ("ann", "ben")] == [26, 0]
    mark(course, "ben", "choice-answer", 4.0)
    assert grades(course, NAME)["ben"].score == 0
    due(course, DUE + timedelta(days=3))
    nbgrader("export")
    assert {row["student_id"]: row["score"] for row in rows(course.root / "grades.csv")} == {
        "ann": "26.0", "ben": "30.0",
    }  # fmt: skip


def test_a_time_that_is_no_longer_known_costs_nothing(course: Course) -> None:
    penalise(course)
    due(course, DUE)
    (result,) = put(course, graded("ann"), times={"ann": DUE + timedelta(days=1)})
    put(course, result, times={"ann": None})
    assert grades(course, NAME)["ann"].score == 26


def test_due_dates_are_given_as_the_settings_say(course: Course) -> None:
    text = (course.root / "nbgrader_config.py").read_text()
    example = text.partition("--duedate=")[2].split()[0]
    nbgrader("db", "assignment", "add", NAME, f"--duedate={example}")
    assert due_date(course, NAME) == datetime.fromisoformat(example).astimezone(UTC).replace(tzinfo=None)


# --- failures of ours -----------------------------------------------------------------------------------


class Broken:
    """A grader that fails until it is mended."""

    fails = True

    def __call__(self, data: bytes, assignment: object, *, student: str, key: str, **_: object) -> Result:
        if self.fails:
            raise RuntimeError("no space left on device")
        return replace(graded(student), key=key)


class NoZygote(contextlib.nullcontext):
    """In the place of a zygote and its process."""

    tier = "none"
    alive = True

    def __init__(self, *_: object) -> None:
        super().__init__(self)

    def close(self) -> None:
        pass


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    broken = Broken()
    wall = build_wall(Policy(), "none")
    monkeypatch.setattr(engine, "grade_submission", broken)
    for module in (engine, plugins):
        monkeypatch.setattr(module, "Zygote", NoZygote)
    monkeypatch.setattr(launcher, "ZygoteProcess", NoZygote)
    monkeypatch.setattr(protection, "choose_wall", lambda *_, **__: wall)
    monkeypatch.setattr(plugins, "choose_wall", lambda *_: wall)
    return broken


def by_autograder(course: Course) -> None:
    autograder("grade", NAME)


def by_nbgrader(course: Course) -> None:
    nbgrader("autograde", NAME)


def by_formgrader(course: Course) -> None:
    answer = NbGraderAPI(config=configuration(course)).autograde(NAME, RIGHT)
    assert answer["success"], answer


@pytest.mark.parametrize("way", [by_autograder, by_nbgrader, by_formgrader])
def test_a_failure_of_ours_is_told_with_its_reason_and_tried_again(
    way: Callable[[Course], None], course: Course, broken: Broken
) -> None:
    submitted = Path(__file__).parents[1] / "submissions" / RIGHT
    shutil.copytree(submitted, course.submitted / RIGHT)
    way(course)
    reason = "The grader itself failed 3 times (RuntimeError: no space left on device)"
    grade = grades(course, NAME)[RIGHT]
    assert grade.score is None
    assert grade.remark.startswith(reason)
    autograded = course.work / "autograded" / RIGHT / NAME / f"{NAME}.ipynb"
    assert reason in "".join(json.loads(autograded.read_text())["cells"][0]["source"])
    autograder("report", NAME)
    assert reason in (course.reports / NAME / "index.html").read_text()
    broken.fails = False
    way(course)
    assert grades(course, NAME)[RIGHT].score == 26


def bank(course: Course, settings: str = "bank = 2") -> None:
    """Everybody has late days, as a course says it in its settings."""
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write('c.AssignLatePenalties.plugin_class = "autograder.penalties.LateDaysPlugin"\n')
        file.write(f"c.LateDaysPlugin.{settings}\n")


def other_work(course: Course, student: str, due: datetime, handed_in: datetime) -> None:
    """The student hands in for another assignment of the course."""
    with gradebook(course) as opened:
        opened.update_or_create_assignment("00_other", duedate=str(due))
        opened.update_or_create_submission("00_other", student, timestamp=str(handed_in))


def test_late_days_are_free_until_the_bank_of_the_course_is_spent(course: Course) -> None:
    bank(course)
    due(course, DUE)
    late = {"ann": DUE + timedelta(days=1.5), "ben": DUE + timedelta(days=1.5), "cy": DUE}
    results = put(course, graded("ann"), graded("ben"), graded("cy"), times=late)
    assert {who: grade.penalty for who, grade in grades(course, NAME).items()} == {
        "ann": 0,
        "ben": 0,
        "cy": 0,
    }
    other_work(course, "ben", DUE - timedelta(days=7), DUE - timedelta(days=6))
    found = grades(course, NAME)
    assert found["ann"].late_days == LateDays(days=2, from_bank=2, used=2, bank=2)
    assert found["ben"].late_days == LateDays(days=2, from_bank=1, used=2, bank=2)
    assert (found["ben"].penalty, found["ben"].score) == (2.6, 23.4)
    # What was due first moves behind: then it is the other work that costs.
    other_work(course, "ben", DUE + timedelta(days=1), DUE + timedelta(days=2))
    assert grades(course, NAME)["ben"].penalty == 0
    autograder("report", NAME)
    page = (course.reports / NAME / "index.html").read_text()
    assert "2 of 2 late days used, 2 of them here" in page
    assert "2 of 2 late days used, 2 of them here" in student_page(results[1], ASSIGNMENT, found["ann"])
    assert "0 of 2 late days used." in student_page(results[2], ASSIGNMENT, found["cy"])


def test_lateness_is_seen_where_it_costs_nothing(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    due(course, DUE)
    results = put(course, graded("ann"), graded("ben"), times={"ann": DUE + timedelta(days=1.5)})
    found = grades(course, NAME)
    assert found["ann"].score == 26
    print_table(results, ASSIGNMENT, found)
    assert capsys.readouterr().out.count("1 day late, which costs nothing") == 1


def test_nbgrader_itself_asks_the_bank(course: Course, broken: Broken) -> None:
    broken.fails = False
    bank(course, "per_day = 0.25")
    due(course, DUE)
    shutil.copytree(Path(__file__).parents[1] / "submissions" / RIGHT, course.submitted / RIGHT)
    (course.submitted / RIGHT / NAME / "timestamp.txt").write_text("2026-11-02 00:00 +0100")
    by_nbgrader(course)
    with gradebook(course) as opened:
        assert opened.find_submission(NAME, RIGHT).late_submission_penalty == 6.5


def test_a_bank_that_is_no_number_is_said(course: Course) -> None:
    bank(course, "bank = -1")
    with pytest.raises(CourseError, match="the settings for late work cannot be used"):
        put(course, graded("ann"))


def test_an_extension_is_kept_before_anything_is_handed_in_and_is_no_work(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank(course)
    enter_people(course, {"ann": {}, "ben": {}})
    with pytest.raises(CourseError, match="has no due date"):
        extend(course, NAME, "ann", timedelta(days=2))
    due(course, DUE)
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "CET-1")  # of a TA's own clock
        time.tzset()
        assert "is due 2026-11-03 23:59+01:00." in autograder("extend", NAME, "ann", "--days", "2")
    time.tzset()
    assert not grades(course, NAME)["ann"].handed_in
    put(course, graded("ann"), times={"ann": DUE + timedelta(days=2.5)})
    found = grades(course, NAME)["ann"]
    assert found.handed_in
    assert found.late_days == LateDays(days=1, from_bank=1, used=1, bank=2)
    autograder("extend", NAME, "ann")
    assert grades(course, NAME)["ann"].late_days == LateDays(days=3, from_bank=2, used=2, bank=2)
    autograder("extend", NAME, "ben", "--hours", "5")
    autograder("extend", NAME, "ben")
    with gradebook(course) as opened, pytest.raises(MissingEntry):
        opened.find_submission(NAME, "ben")
    with pytest.raises(CourseError, match=r"knows no student .nobody.; autograder collect .* --roster"):
        extend(course, NAME, "nobody", timedelta(days=2))
    with pytest.raises(CourseError, match="knows no student 'Anna'; did you mean ann"):
        extend(course, NAME, "Anna", timedelta(days=2))
    due(course, None)
    found = grades(course, NAME)["ann"]
    assert (found.seconds_late, found.late_days) == (0, None)


# --- time stamps and people -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "late"), [("2026-11-02 00:00 +0100", 60), ("2026-11-02 00:30 CEST", 0), ("no date", 0)]
)
@pytest.mark.parametrize("way", [by_autograder, by_nbgrader, by_formgrader])
def test_a_time_is_read_as_what_it_says_or_not_at_all(
    text: str, late: float, way: Callable[[Course], None], course: Course, broken: Broken
) -> None:
    broken.fails = False
    due(course, DUE)
    shutil.copytree(Path(__file__).parents[1] / "submissions" / RIGHT, course.submitted / RIGHT)
    (course.submitted / RIGHT / NAME / "timestamp.txt").write_text(text)
    way(course)
    assert grades(course, NAME)[RIGHT].seconds_late == late


def test_names_and_addresses_of_a_roster_reach_the_gradebook(course: Course, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(
        "id,first_name,last_name,email\nann,Ann,Ode,a@x.org\nO'Hara,Mo,O'Hara,\n"
    )
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"ann/{NAME}.ipynb", "{}")
    assert "1 collected" in autograder("collect", "all.zip", "--roster", "roster.csv")
    found = grades(course, NAME)
    assert found["ann"] == Grade("ann", 30, first_name="Ann", last_name="Ode", email="a@x.org")
    assert found["O=27Hara"].name == "Mo O'Hara"
    enter_people(course, {"ann": {"email": "new@x.org"}})
    assert grades(course, NAME)["ann"].name == "Ann Ode"


def test_the_roster_of_last_time_keeps_one_folder_for_each(course: Course, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("id,first_name,last_name\nann,Ann,Ode\n")
    for archive, who in (("first.zip", "Ann Ode"), ("second.zip", "Ode Ann"), ("third.zip", "Cy Roe")):
        with zipfile.ZipFile(tmp_path / archive, "w") as packed:
            packed.writestr(f"{who}_12_assignsubmission_file_/{NAME}.ipynb", "{}")
    autograder("collect", "first.zip", "--roster", "roster.csv")
    (tmp_path / "roster.csv").unlink()
    said = autograder("collect", "second.zip")
    assert "names are looked up in the roster of last time, .course/roster.csv" in said
    assert [each.name for each in course.submitted.iterdir()] == ["ann"]
    assert "nobody on the roster has this name" in " ".join(autograder("collect", "third.zip").split())
    assert [each.name for each in course.submitted.iterdir()] == ["ann"]


def test_an_interrupt_while_nbgrader_makes_the_release_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nbgrader keeps it, as it keeps every error, and says that it has failed."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    folder = make_course(tmp_path, ())
    monkeypatch.setattr("nbgrader.apps.api.GenerateAssignment.start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_release(Course.find(folder), ASSIGNMENT)


def test_a_platform_gets_the_grades_of_the_gradebook(course: Course, tmp_path: Path) -> None:
    enter_people(course, {"ann": {"last_name": "Ode", "lms_user_id": "7"}, "out": {"lms_user_id": "8"}})
    put(course, graded("ann", ewma=1.0), rejected("ben"), graded("cy"))
    mark(course, "ann", "choice-answer", score=2.5)
    says = autograder("export", NAME, "--for", "canvas")
    assert says.splitlines() == [
        f"2 grades: .course/exports/{NAME}.canvas.csv",
        "Left blank, since not graded (1): ben",
    ]
    rows = list(csv.reader((course.work / "exports" / f"{NAME}.canvas.csv").open()))
    assert {row[3]: (row[1], row[5]) for row in rows[2:]} == {
        "ann": ("7", "26.5"),
        "ben": ("", ""),
        "cy": ("", "26"),
        "out": ("8", ""),
    }
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Identifier,Full name,Email address,Username,Grade\nParticipant 3,Ann Ode,a@x,ann,\n")
    done = CliRunner().invoke(app, ["export", NAME, "--fill", str(sheet), "--output", "filled.csv"])
    assert done.exit_code == 3
    assert done.stdout.startswith("1 grades in column 'Grade': filled.csv\n")
    assert done.stderr == f"autograder: not in {sheet}, or more than once: ben, cy\n"
    assert Path("filled.csv").read_text().splitlines()[1] == "Participant 3,Ann Ode,a@x,ann,26.5"
    assert sheet.read_text().endswith("ann,\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--for and a platform, or --fill"),
        (("--for", "canvas", "--fill", "a.csv"), "--for and a platform, or --fill"),
        (("--fill", "a.csv", "--by-exercise"), "take --for"),
        (("--for", "canvas", "--column", "A"), "together with --fill"),
        (("--for", "canvas"), "nothing of 01_moving_averages is graded yet"),
    ],
)
def test_an_export_that_cannot_be_is_one_sentence(
    course: Course, arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(CourseError, match=says):
        autograder("export", NAME, *arguments)
