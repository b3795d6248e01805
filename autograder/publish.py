"""Results into nbgrader's gradebook and among its autograded notebooks.

The same `record` writes a result whichever way it was reached: `autograder grade`, `nbgrader autograde`,
or the button of formgrader.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from autograder.course import Course, CourseError
from autograder.exercise import Assignment
from autograder.failpoints import failpoint
from autograder.files import TEMPORARY, cannot_be_written, remove_temporaries, sync_folder
from autograder.gradebook import (
    GradebookInUse,
    configuration,
    entries_of,
    is_in_use,
    opened,
    read_grades,
    release_of,
    shown,
    troubles,
)
from autograder.grades import Grade
from autograder.named import Named, read_names, with_names
from autograder.notebook import autograded_notebook, sources
from autograder.penalties import settle
from autograder.results import Result


# isort: split

from nbgrader import api
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError


# How often a row is written anew that somebody else has written meanwhile.
ATTEMPTS = 5
# How long another program may have the gradebook to itself, and how long one look at that takes, in seconds.
PATIENCE = 60.0
LOOK_SECONDS = 1.0
# Copies of the gradebook that are kept.
BACKUPS = 5
# How folders begin that are not whole yet.
NEW = ".new-"

Found = TypeVar("Found")


def publish(
    results: Iterable[Result],
    assignment: Assignment,
    course: Course,
    times: Mapping[str, datetime | None] = MappingProxyType({}),
) -> list[Result]:
    """Write results of one assignment into the gradebook as they come, and return them; see `Outbox`."""
    with Outbox(course, [assignment]) as outbox:
        written = [outbox.publish(result) for result in results]
        outbox.settle(assignment.name, times)
    return written


class Outbox:
    """The one writer into nbgrader's database and among its autograded notebooks. Raises CourseError.

    What they hold already is left alone, and whatever a person has entered. What is written is read back.
    Mistakes that a person has given a name are written, and returned, by that.
    Before the first change the gradebook is copied. Where another program has it to itself, `waiting` is
    called, once, and it is tried again for `PATIENCE` seconds.
    """

    def __init__(
        self, course: Course, assignments: Iterable[Assignment], waiting: Callable[[], None] = lambda: None
    ) -> None:
        course.work.mkdir(parents=True, exist_ok=True)
        self._course = course
        self._config = configuration(course)
        self._folders = CourseDirectory(config=self._config)
        self._assignments = {each.name: each for each in assignments}
        self._shelves: dict[str, _Shelf] = {}
        self._waiting = waiting
        self._changed = False

    def __enter__(self) -> "Outbox":
        with contextlib.ExitStack() as stack:
            url = self._folders.db_url
            open_it = lambda: stack.enter_context(opened(url, LOOK_SECONDS))  # noqa: E731
            self._gradebook = self._patiently(open_it)
            # What everybody shares is read once: nobody else changes the cells meanwhile.
            self._gradebook.db().expire_on_commit = False
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def publish(self, graded: Result) -> Result:
        """Have the gradebook hold the result."""
        shelf = self._shelf(graded.assignment)
        result = with_names(graded, shelf.assignment, shelf.names)
        entries = shelf.cells.entries(result, shelf.assignment, shelf.release)
        shows = shown(result.student, result.assignment, self._folders).get("key") == result.key
        known = shelf.held.get(result.student) == entries
        if known and shows:
            return result
        if not self._changed:
            self._patiently(self._back_up)
            self._changed = True
        failpoint("publish: before")
        if not known:
            self._patiently(lambda: _add(self._gradebook, result, shelf, entries))
            failpoint("publish: committed")
            if _held(self._gradebook, result.assignment, result.student).get(result.student) != entries:
                raise CourseError(
                    f"the gradebook does not hold what was written into it of {result.student}; look whether "
                    "another program changes it, and run the same command again"
                )
            shelf.held[result.student] = entries
            failpoint("publish: read back")
        _write_autograded(result, shelf.assignment, shelf.release, self._folders)
        failpoint("publish: shown")
        return result

    def settle(self, assignment: str, times: Mapping[str, datetime | None]) -> None:
        """Work out lateness anew for everybody; `times` are those of handing in, in UTC, where known."""
        self._shelf(assignment)
        failpoint("settle: before")
        self._patiently(lambda: settle(self._gradebook, assignment, self._config, times))
        failpoint("settle: after")

    def grades(self, assignment: str) -> dict[str, Grade]:
        """Everybody's grade as the gradebook holds it now, by student."""
        return self._patiently(lambda: read_grades(self._gradebook, assignment, self._config))

    def _shelf(self, assignment: str) -> "_Shelf":
        if assignment not in self._shelves:
            known = self._assignments[assignment]
            find = lambda: release_of(self._course, known, self._folders, self._gradebook)  # noqa: E731
            release = self._patiently(find)
            names = read_names(self._course, known)
            make = lambda: _Shelf.of(self._gradebook, known, release, names)  # noqa: E731
            self._shelves[assignment] = self._patiently(make)
        return self._shelves[assignment]

    def _back_up(self) -> None:
        back_up(self._gradebook, self._course.backups)

    def _patiently(self, write: Callable[[], Found]) -> Found:
        """What it gives; tried again while another program has the gradebook to itself."""
        patience, waits = time.monotonic() + PATIENCE, False
        while True:
            try:
                with troubles(self._folders.db_url):
                    return write()
            except GradebookInUse:
                if hasattr(self, "_gradebook"):
                    self._gradebook.db.rollback()
                if time.monotonic() > patience:
                    raise
                if not waits:
                    self._waiting()
                waits = True
                time.sleep(LOOK_SECONDS / 10)


def back_up(gradebook: Gradebook, folder: Path) -> None:
    """Copy a gradebook of SQLite's into the folder, where the last few copies are kept."""
    url = gradebook.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or not Path(url.database).is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = f"gradebook-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.db"
    fresh = folder / f".{name}{TEMPORARY}"
    failpoint("backup: before")
    with cannot_be_written(folder), contextlib.closing(sqlite3.connect(url.database)) as source:
        source.execute(f"PRAGMA busy_timeout = {1000 * LOOK_SECONDS:.0f}")
        source.execute("VACUUM INTO ?", (str(fresh),))
        failpoint("backup: written")
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        fresh.rename(folder / name)
        sync_folder(folder)
    failpoint("backup: renamed")
    for old in sorted(folder.glob("gradebook-*.db"))[:-BACKUPS]:
        old.unlink(missing_ok=True)


def remove_left_behind(course: Course) -> None:
    """Remove what a run that was killed has left half-written among notebooks and copies."""
    folders = CourseDirectory(config=configuration(course))
    autograded = Path(folders.format_path(folders.autograded_directory, ".", "."))
    for folder in autograded.glob(f"*/{NEW}*"):
        shutil.rmtree(folder, ignore_errors=True)
    remove_temporaries(course.backups)


def record(gradebook: Gradebook, result: Result, assignment: Assignment, release: dict[str, Any]) -> None:
    """Write the scores and comments of one result; what a person has entered stays as it is.

    A submission that was not graded keeps no score and waits for a person, flagged: never a silent zero.
    """
    notebook = gradebook.find_submission_notebook(assignment.name, assignment.name, result.student)
    entries = _Cells.of(notebook.notebook).entries(result, assignment, release)
    before = [grade.auto_score for grade in notebook.grades]
    for grade in notebook.grades:
        grade.auto_score = entries.scores[grade.name]
        grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
    for comment in notebook.comments:
        comment.auto_comment = entries.comments[comment.name]
    if result.outcome != "graded":
        notebook.flagged = True
    elif all(score is None for score in before):
        notebook.flagged = False
    gradebook.db.commit()


@dataclass(frozen=True)
class _Entries:
    """What the machine enters for one submission: points and comments by the grade_id of the cell."""

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]


@dataclass(frozen=True)
class _Cells:
    """The cells of an assignment in the gradebook: those with points, and those with comments.

    Both come with the ids of their rows, of which a cell that is of both kinds may have two. `assignment_id`
    is empty where the assignment has other notebooks as well.
    """

    points: Mapping[str, float]
    commented: tuple[str, ...]
    with_points: Mapping[str, str]
    with_comments: Mapping[str, str]
    notebook_id: str
    assignment_id: str

    @classmethod
    def of(cls, notebook: Any) -> "_Cells":
        """The cells of nbgrader's row of a notebook."""
        graded = (*notebook.grade_cells, *notebook.task_cells)
        commented = (*notebook.solution_cells, *notebook.task_cells)
        return cls(
            {cell.name: cell.max_score for cell in graded},
            tuple(cell.name for cell in commented),
            {cell.name: cell.id for cell in graded},
            {cell.name: cell.id for cell in commented},
            notebook.id,
            notebook.assignment.id if len(notebook.assignment.notebooks) == 1 else "",
        )

    def entries(self, result: Result, assignment: Assignment, release: dict[str, Any]) -> _Entries:
        """What the gradebook has to hold of a result."""
        if result.outcome != "graded":
            return _Entries(dict.fromkeys(self.points), dict.fromkeys(self.commented, result.reason))
        judgements = {judgement.exercise: judgement for judgement in result.judgements}
        tests = {assignment.test_cell(exercise): exercise.name for exercise in assignment.exercises}
        scores: dict[str, float | None] = {
            # A question that a person grades, also when nothing was written: that is for a person to see.
            cell: judgements[tests[cell]].score if cell in tests else None if maximum else 0.0
            for cell, maximum in self.points.items()
        }
        written = {each.cell.grade_id: each.cell.source for each in result.cells if each.cell.grade_id}
        given = sources(release)
        comments: dict[str, str | None] = {}
        for cell in self.commented:
            if judgement := judgements.get(cell):
                comments[cell] = judgement.finding.message if judgement.finding else None
            else:
                unanswered = written.get(cell, "").strip() == given.get(cell, "").strip()
                comments[cell] = "No response." if unanswered else None
        return _Entries(scores, comments)


@dataclass(frozen=True)
class _Shelf:
    """What is known of one assignment: its cells, its release, what people have named, and what the gradebook
    holds by student."""

    assignment: Assignment
    cells: _Cells
    release: dict[str, Any]
    names: tuple[Named, ...]
    held: dict[str, _Entries]

    @classmethod
    def of(
        cls, gradebook: Gradebook, assignment: Assignment, release: dict[str, Any], names: tuple[Named, ...]
    ) -> "_Shelf":
        cells = _Cells.of(gradebook.find_notebook(assignment.name, assignment.name))
        return cls(assignment, cells, release, names, _held(gradebook, assignment.name))


# Statements for each submission of a class, put together once. They are executed by the session's connection,
# which has the same transaction and spares what the session does for objects.
_ASSIGNMENT: Any = bindparam("assignment")
_STUDENT: Any = bindparam("student")
_SCORES = entries_of(api.Grade, _ASSIGNMENT, api.BaseCell.name, api.Grade.auto_score)
_COMMENTS = entries_of(api.Comment, _ASSIGNMENT, api.BaseCell.name, api.Comment.auto_comment)
_OF_ALL = (_SCORES, _COMMENTS)
_OF_ONE = tuple(query.where(api.SubmittedAssignment.student_id == _STUDENT) for query in _OF_ALL)
_KNOWN = (
    select(api.SubmittedAssignment.id)
    .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
    .where(api.Assignment.name == _ASSIGNMENT, api.SubmittedAssignment.student_id == _STUDENT)
)
_PERSON = select(api.Student.id).where(api.Student.id == _STUDENT)
_INSERT = {
    kind: insert(kind)
    for kind in (api.Student, api.SubmittedAssignment, api.SubmittedNotebook, api.Grade, api.Comment)
}


def _held(gradebook: Gradebook, assignment: str, student: str | None = None) -> dict[str, _Entries]:
    """What the gradebook holds of the machine's, by student; of everybody, or of one."""
    if student is None:
        queries, names = _OF_ALL, {"assignment": assignment}
    else:
        queries, names = _OF_ONE, {"assignment": assignment, "student": student}
    scores, comments = (_by_cell(gradebook, query, names) for query in queries)
    return {student: _Entries(held, comments.get(student, {})) for student, held in scores.items()}


def _by_cell(gradebook: Gradebook, query: Any, names: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Rows of student, cell and value, by student and cell."""
    found: dict[str, dict[str, Any]] = {}
    for student, cell, value in gradebook.db.connection().execute(query, names):
        found.setdefault(student, {})[cell] = value
    return found


def _add(gradebook: Gradebook, result: Result, shelf: "_Shelf", entries: _Entries) -> None:
    """Write a result, and look again where somebody else has made the same rows at the same time."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if shelf.cells.assignment_id and not _is_known(gradebook, result):
                _insert(gradebook, result, shelf.cells, entries)
            else:
                gradebook.update_or_create_submission(result.assignment, result.student)
                record(gradebook, result, shelf.assignment, shelf.release)
            return
        except (InvalidEntry, IntegrityError) as error:
            gradebook.db.rollback()
            if attempt == ATTEMPTS or is_in_use(error):
                raise


def _is_known(gradebook: Gradebook, result: Result) -> bool:
    """Whether the gradebook has rows of the submission, after which the student has a row."""
    connection, names = gradebook.db.connection(), {"student": result.student}
    if connection.execute(_KNOWN, names | {"assignment": result.assignment}).first():
        return True
    if not connection.execute(_PERSON, names).first():
        connection.execute(_INSERT[api.Student], [{"id": result.student}])
    failpoint("publish: student entered")
    return False


def _insert(gradebook: Gradebook, result: Result, cells: "_Cells", entries: _Entries) -> None:
    """What nbgrader's `add_submission` and `record` would do one after the other, at once."""
    submission, notebook = api.new_uuid(), api.new_uuid()
    of_notebook = {"notebook_id": notebook}
    rows: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
        (
            api.SubmittedAssignment,
            [{"id": submission, "assignment_id": cells.assignment_id, "student_id": result.student}],
        ),
        (
            api.SubmittedNotebook,
            [
                {
                    "id": notebook,
                    "assignment_id": submission,
                    "notebook_id": cells.notebook_id,
                    "flagged": result.outcome != "graded",
                }
            ],
        ),
        (
            api.Grade,
            [
                of_notebook
                | {
                    "cell_id": cells.with_points[name],
                    "auto_score": score,
                    "needs_manual_grade": score is None,
                }
                for name, score in entries.scores.items()
            ],
        ),
        (
            api.Comment,
            [
                of_notebook | {"cell_id": cells.with_comments[name], "auto_comment": comment}
                for name, comment in entries.comments.items()
            ],
        ),
    )
    connection = gradebook.db.connection()
    for kind, each in rows:
        if each:
            connection.execute(_INSERT[kind], each)
    failpoint("publish: submission entered")
    gradebook.db.commit()


def _write_autograded(
    result: Result, assignment: Assignment, release: dict[str, Any], folders: CourseDirectory
) -> None:
    """Put the autograded notebook where formgrader looks for it, as a whole folder or not at all."""
    target = Path(folders.format_path(folders.autograded_directory, result.student, assignment.name))
    with cannot_be_written(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=NEW))
        try:
            notebook = autograded_notebook(result, assignment, release)
            failpoint("autograded: before")
            (fresh / f"{assignment.name}.ipynb").write_text(json.dumps(notebook))
            fresh.chmod(0o755)
            failpoint("autograded: written")
            if target.exists():
                shutil.rmtree(target)
                failpoint("autograded: old one removed")
            fresh.rename(target)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
