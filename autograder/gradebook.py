"""nbgrader's gradebook, which alone says what a grade is: opened, read, and lateness settled in it.

Only this module, `penalties`, `publish` and `plugins` import nbgrader, which is slow to import.
"""

import contextlib
import json
import os
import sqlite3
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from autograder import quick_nbgrader  # noqa: F401


# isort: split

from nbgrader import api
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url, select
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config

from autograder.batch import result_store
from autograder.course import Course, CourseError, Postponed
from autograder.exercise import Assignment
from autograder.failpoints import failpoint
from autograder.files import TEMPORARY, cannot_be_written
from autograder.grades import Grade, Mark
from autograder.notebook import METADATA_KEY, read_release, with_mark_schemes
from autograder.penalties import grant_extension, of_student, seconds_late, settle
from autograder.results import Result
from autograder.stopping import STOPS
from autograder.when_shown import WhenShown, asked_for


# nbgrader runs `alembic` by name when it makes a database.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def configuration(course: Course) -> Config:
    """The course's nbgrader_config.py, with the folders of `course.work`."""
    config = course.settings()
    default = course.root / ".course"
    if course.work != default:
        for name in ("release", "submitted", "autograded", "feedback", "solution"):
            config.CourseDirectory[f"{name}_directory"] = str(course.work.relative_to(course.root) / name)
        config.CourseDirectory.db_url = f"sqlite:///{course.gradebook}"
    return config


def has_gradebook(course: Course) -> bool:
    """Whether there is a gradebook: a file that nobody has made yet is none, a server's is taken for one."""
    url = make_url(CourseDirectory(config=configuration(course)).db_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def make_release(course: Course, assignment: Assignment) -> Path:
    """Run `nbgrader generate_assignment`; the folder that students get. Raises CourseError."""
    from nbgrader.apps.api import NbGraderAPI  # with all of nbgrader, and Jupyter's server

    course.work.mkdir(parents=True, exist_ok=True)
    nbgrader = NbGraderAPI(config=configuration(course))
    with opened(nbgrader.coursedir.db_url):
        pass  # nbgrader would make a database that is half there meanwhile
    answer = nbgrader.generate_assignment(assignment.name, force=True, create=True)
    if not answer["success"]:
        last = (answer.get("error") or answer.get("log") or "no reason given").strip().splitlines()[-1]
        for stop in STOPS:  # which nbgrader takes for errors like any other
            if last.partition(":")[0].rpartition(".")[2] == stop.__name__:
                raise stop
        raise CourseError(f"nbgrader could not make the release of {assignment.name}: {last}")
    folders = nbgrader.coursedir
    return Path(folders.format_path(folders.release_directory, ".", assignment.name))


def read_grades(
    gradebook: Gradebook, assignment: str, config: Config, student: str | None = None
) -> dict[str, Grade]:
    """The grades of everybody in the gradebook, or of one, by student; also of who handed in nothing.

    Penalties for lateness are those that due dates and extensions ask for today. Raises CourseError.
    """
    late_days = settle(gradebook, assignment, config, student=student)
    marks, comments = _marks(gradebook, assignment, student), _comments(gradebook, assignment, student)
    handed_in = _handed_in(gradebook, assignment, student)
    maximum = gradebook.find_assignment(assignment).max_score
    found = {}
    for person, first_name, last_name, email, lms_user_id in _people(gradebook, student):
        penalty, late = handed_in.get(person, (None, 0.0))
        said = comments.get(person, ())
        grade = Grade(
            person,
            maximum,
            tuple(marks.get(person, ())),
            tuple((cell, by_person) for cell, _, by_person in said if by_person),
            penalty=penalty or 0.0,
            seconds_late=late,
            late_days=late_days.get(person),
            first_name=first_name or "",
            last_name=last_name or "",
            email=email or "",
            lms_user_id=lms_user_id or "",
        )
        remark = next((automatic for _, automatic, _ in said if automatic), "")
        found[person] = grade if grade.score is not None else replace(grade, remark=remark)
    return found


def _people(gradebook: Gradebook, only: str | None) -> Iterable[Any]:
    """Everybody of the course, or one, by id: the id, both names, the address and the id elsewhere."""
    columns = ("id", "first_name", "last_name", "email", "lms_user_id")
    query = select(*(getattr(api.Student, name) for name in columns)).order_by(api.Student.id)
    return gradebook.db.execute(query if only is None else query.where(api.Student.id == only))


def _handed_in(
    gradebook: Gradebook, assignment: str, only: str | None
) -> dict[str, tuple[float | None, float]]:
    """By student the penalty, and how many seconds late it was handed in."""
    columns = (
        api.SubmittedAssignment.student_id,
        api.SubmittedAssignment.late_submission_penalty,
        api.Assignment.duedate,
        api.SubmittedAssignment.timestamp,
        api.SubmittedAssignment.extension,
    )
    query = select(*columns).join(api.Assignment).where(api.Assignment.name == assignment)
    rows = gradebook.db.execute(of_student(query, only))
    return {who: (penalty, seconds_late(*times)) for who, penalty, *times in rows}


def grades(course: Course, assignment: str) -> dict[str, Grade]:
    """Everybody's grade by student, with the penalties that due dates and extensions ask for today."""
    config = configuration(course)
    with opened(CourseDirectory(config=config).db_url) as gradebook:
        try:
            return read_grades(gradebook, assignment, config)
        except MissingEntry:  # nobody has released it yet
            return {}


def enter_people(course: Course, people: Mapping[str, Mapping[str, str]]) -> None:
    """Enter who takes the course, by id, with names and addresses; what is known of others stays."""
    course.work.mkdir(parents=True, exist_ok=True)
    with opened(CourseDirectory(config=configuration(course)).db_url) as gradebook:
        for student, about in people.items():
            gradebook.update_or_create_student(student, **about)


def due_date(course: Course, assignment: str) -> datetime | None:
    """When the assignment is due, in UTC; None where the gradebook does not say."""
    if not has_gradebook(course):
        return None
    with opened(CourseDirectory(config=configuration(course)).db_url) as gradebook:
        try:
            return gradebook.find_assignment(assignment).duedate
        except MissingEntry:
            return None


def when_shown(course: Course, assignment: Assignment) -> WhenShown:
    """When students see points and messages of the exercises of an assignment. Raises CourseError."""
    settings = course.settings().Autograder.get("show", {})
    if not settings:
        return WhenShown()
    everything = map(course.assignment, course.assignments.names)
    known = frozenset(name for each in everything for name in (each.name, *(e.name for e in each.exercises)))
    try:
        names = tuple(exercise.name for exercise in assignment.exercises)
        when = asked_for(settings, assignment.name, names, known)
    except ValueError as problem:
        raise CourseError(str(problem)) from None
    return WhenShown(when, _last_due(course, assignment.name) if when else None)


def _last_due(course: Course, assignment: str) -> datetime | None:
    """When the last of all students has no time left, in UTC."""
    due = due_date(course, assignment)
    if due is None:
        return None
    query = (
        select(api.SubmittedAssignment.extension)
        .join(api.Assignment)
        .where(api.Assignment.name == assignment, api.SubmittedAssignment.extension.is_not(None))
    )
    with opened(CourseDirectory(config=configuration(course)).db_url) as gradebook:
        return due + max(gradebook.db.scalars(query), default=timedelta())


def extend(course: Course, assignment: str, student: str, time: timedelta) -> datetime:
    """Give a student more time; when their work is due now, in UTC. Raises CourseError."""
    with opened(CourseDirectory(config=configuration(course)).db_url) as gradebook:
        return grant_extension(gradebook, assignment, student, time)


def shown_results(course: Course, assignment: str) -> dict[str, Result | None]:
    """The results that the autograded notebooks show, by student; None where a result is no longer there.

    They are as they were graded; what a person has named is said by `with_names`.
    """
    with opened(CourseDirectory(config=configuration(course)).db_url) as gradebook:
        students = list(_marks(gradebook, assignment))
    held = held_results(course, assignment)
    return {student: held(student) for student in students}


def held_results(course: Course, assignment: str) -> Callable[[str], Result | None]:
    """Asked for a student, the result that the autograded notebook shows; None where there is none."""
    folders = CourseDirectory(config=configuration(course))
    store = result_store(course, assignment)

    def held(student: str) -> Result | None:
        key = shown(student, assignment, folders).get("key")
        return store.load(key) if key else None

    return held


def _marks(gradebook: Gradebook, assignment: str, only: str | None = None) -> dict[str, list[Mark]]:
    """The points of every cell, by student.

    Who was given more time and has not handed in has rows that nobody has ever written to.
    """
    columns = (
        api.BaseCell.name,
        api.BaseCell.type,
        api.Grade.auto_score,
        api.Grade.manual_score,
        api.Grade.score,
        api.Grade.max_score,
        api.Grade.extra_credit,
        api.Grade.needs_manual_grade,
    )
    notebooks = gradebook.db.scalars(
        select(api.Notebook).join(api.Assignment).where(api.Assignment.name == assignment)
    )
    answers = {cell.name for notebook in notebooks for cell in notebook.solution_cells}
    found: dict[str, list[Mark]] = {}
    written: set[str] = set()
    for student, cell, kind, automatic, manual, score, maximum, extra, waits in gradebook.db.execute(
        of_student(entries_of(api.Grade, assignment, *columns), only)
    ):
        nobody = automatic is None and manual is None
        if waits or not nobody:
            written.add(student)
        in_words = kind == "TaskCell" or cell in answers
        counts = None if nobody else score
        mark = Mark(cell, counts, maximum, automatic, in_words, manual, extra or 0.0)
        found.setdefault(student, []).append(mark)
    return {student: marks for student, marks in found.items() if student in written}


def _comments(
    gradebook: Gradebook, assignment: str, only: str | None
) -> dict[str, list[tuple[str, str | None, str | None]]]:
    """Cell, the machine's comment and a person's, by student."""
    columns = (api.BaseCell.name, api.Comment.auto_comment, api.Comment.manual_comment)
    found: dict[str, list[tuple[str, str | None, str | None]]] = {}
    query = of_student(entries_of(api.Comment, assignment, *columns), only)
    for student, *comment in gradebook.db.execute(query):
        found.setdefault(student, []).append(tuple(comment))
    return found


def entries_of(entry: Any, assignment: str, *columns: Any) -> Any:
    """A query for the student and these columns of all grades, or all comments, of an assignment."""
    return (
        select(api.SubmittedAssignment.student_id, *columns)
        .select_from(entry)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == entry.notebook_id)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .join(api.BaseCell, api.BaseCell.id == entry.cell_id)
        .where(api.Assignment.name == assignment)
    )


def shown(student: str, assignment: str, folders: CourseDirectory) -> dict[str, Any]:
    """Of the result that a student's autograded notebook shows the key, and whether it is settled."""
    folder = Path(folders.format_path(folders.autograded_directory, student, assignment))
    try:
        notebook = json.loads((folder / f"{assignment}.ipynb").read_text())
        return dict(notebook["metadata"][METADATA_KEY])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class GradebookInUse(Postponed):
    """Another program has the gradebook to itself."""


@contextlib.contextmanager
def opened(db_url: str, patience: float | None = None) -> Iterator[Gradebook]:
    """nbgrader's database, made whole if there is none; one that cannot be used is a CourseError.

    `patience` is how many seconds one statement waits for another program; the usual are 5.
    """
    url = make_url(db_url)
    if url.get_backend_name() == "sqlite" and patience is not None:
        url = url.update_query_dict({"timeout": str(patience)})
    with troubles(db_url), warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own business, nothing for a TA to act on
        make_gradebook(db_url)
        with _connected(url.render_as_string(hide_password=False)) as gradebook:
            yield gradebook


def make_gradebook(db_url: str) -> None:
    """Make a database of SQLite's that is not there yet, whole or not at all."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database or os.path.lexists(url.database):
        return
    path = Path(url.database)
    fresh = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    with cannot_be_written(path):
        fresh.unlink(missing_ok=True)
        failpoint("gradebook: before")
        try:
            _connected(f"sqlite:///{fresh}").close()
            failpoint("gradebook: written")
            os.link(fresh, path)  # the first of two that make one at once wins
            failpoint("gradebook: linked")
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def troubles(db_url: str) -> Iterator[None]:
    """What the database complains about on the way is a CourseError: one sentence, and what to do."""
    try:
        yield
    except (SQLAlchemyError, InvalidEntry, sqlite3.Error) as error:
        says = str(error).strip().splitlines()[0]
        name = f"the gradebook {make_url(db_url).render_as_string(hide_password=True)}"
        if is_in_use(error):
            raise GradebookInUse(
                f"{name} is being used by another program; close formgrader, or wait until nbgrader has "
                "finished, and run the same command again: nothing is lost"
            ) from None
        if "disk is full" in says:
            raise Postponed(
                f"{name} cannot be written: the disk is full; make room, and the same command goes on"
            ) from None
        if "readonly" in says or "unable to open" in says:
            raise CourseError(f"{name} cannot be written; make it and its folder writable") from None
        raise CourseError(
            f"{name} cannot be used ({says}); put back the last copy of it that you trust, from "
            ".course/backups or your own: it has what people entered until then"
        ) from None


def is_in_use(error: Exception) -> bool:
    """Whether another program has the database to itself for now."""
    return "is locked" in str(error)


def _connected(db_url: str) -> Gradebook:
    """A gradebook; nbgrader's constructor leaves its connection open where it fails half-way."""
    gradebook = Gradebook.__new__(Gradebook)
    try:
        Gradebook.__init__(gradebook, db_url)
    except BaseException:
        if "db" in vars(gradebook):
            gradebook.close()
        raise
    return gradebook


def release_of(
    course: Course, assignment: Assignment, folders: CourseDirectory, gradebook: Gradebook
) -> dict[str, Any]:
    """The release, made now if nobody has made it: the gradebook needs its cells."""
    path = (
        Path(folders.format_path(folders.release_directory, ".", assignment.name))
        / f"{assignment.name}.ipynb"
    )
    try:
        gradebook.find_notebook(assignment.name, assignment.name)
        known = path.is_file()
    except MissingEntry:
        known = False
    try:
        release = read_release(path) if known else None
    except CourseError:  # as a run leaves it that is killed just then
        release = None
    if release is None:
        gradebook.db.rollback()  # so that nbgrader finds nothing held
        make_release(course, assignment)
        failpoint("release: made")
        release = read_release(path)
    source = Path(folders.format_path(folders.source_directory, ".", assignment.name)) / path.name
    return with_mark_schemes(release, read_release(source))
