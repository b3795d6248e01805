"""nbgrader's side: its database, its autograded notebooks, and the plug by which it asks our grader.

The same `record` writes a result whichever way it was reached: `autograder grade`, `nbgrader autograde`,
or the button of formgrader. Only this module imports nbgrader, which is slow to import.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import warnings
import weakref
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder import quick_jsonschema  # noqa: F401


# isort: split

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config

from autograder import exercises
from autograder.batch import Batch, result_store
from autograder.course import Course, CourseError
from autograder.exercise import Assignment
from autograder.notebook import METADATA_KEY, autograded_notebook, read_release, sources, with_mark_schemes
from autograder.protection import choose_wall
from autograder.results import Result
from autograder.sandbox.launcher import Zygote
from autograder.submission import Submission, names_beside


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


def make_release(course: Course, assignment: Assignment) -> Path:
    """Run `nbgrader generate_assignment`; the folder that students get. Raises CourseError."""
    course.work.mkdir(parents=True, exist_ok=True)
    api = NbGraderAPI(config=configuration(course))
    answer = api.generate_assignment(assignment.name, force=True, create=True)
    if not answer["success"]:
        last = (answer.get("error") or answer.get("log") or "no reason given").strip().splitlines()[-1]
        raise CourseError(f"nbgrader could not make the release of {assignment.name}: {last}")
    return Path(api.coursedir.format_path(api.coursedir.release_directory, ".", assignment.name))


def publish(
    results: Iterable[Result],
    assignment: Assignment,
    course: Course,
    times: Mapping[str, datetime | None] = MappingProxyType({}),
) -> list[Result]:
    """Write results into nbgrader's database and folder as they come, and return them. Raises CourseError.

    `times` say when students handed in, in UTC, as far as that is known. To be called from one process at a
    time.
    """
    course.work.mkdir(parents=True, exist_ok=True)
    config = configuration(course)
    folders = CourseDirectory(config=config)
    release = _release(course, assignment, folders)
    written: list[Result] = []
    dated: list[Result] = []  # without a time of handing in nobody is late
    with _opened(folders.db_url) as gradebook:
        # What everybody shares is read once: nobody else changes the cells meanwhile.
        gradebook.db().expire_on_commit = False
        source = gradebook.find_notebook(assignment.name, assignment.name)
        cells = (*source.grade_cells, *source.solution_cells)  # noqa: F841 (held, since the session forgets)
        for result in results:
            gradebook.update_or_create_student(result.student)
            known = times.get(result.student)
            gradebook.update_or_create_submission(
                assignment.name, result.student, **({"timestamp": known} if known else {})
            )
            if known:
                dated.append(result)
            record(gradebook, result, assignment, release)
            _write_autograded(result, assignment, release, folders)
            written.append(result)
    penalties = AssignLatePenalties(config=config)
    for result in dated:
        penalties.preprocess(nbformat.v4.new_notebook(), _resources(result, folders.db_url))
    result_store(course, assignment.name).mark_published(written)
    return written


def record(gradebook: Gradebook, result: Result, assignment: Assignment, release: dict[str, Any]) -> None:
    """Write the scores and comments of one result; what a person has entered stays as it is.

    A submission that was not graded keeps no score and waits for a person: it is never a silent zero.
    """
    tests = {assignment.test_cell(exercise): exercise.name for exercise in assignment.exercises}
    judgements = {judgement.exercise: judgement for judgement in result.judgements}
    written = {each.cell.grade_id: each.cell.source for each in result.cells if each.cell.grade_id}
    given = sources(release)
    notebook = gradebook.find_submission_notebook(assignment.name, assignment.name, result.student)
    for grade in notebook.grades:
        if result.outcome != "graded":
            grade.auto_score = None
        elif grade.name in tests:
            grade.auto_score = judgements[tests[grade.name]].score
        else:
            # A question that a person grades, also when nothing was written: that is for a person to see.
            grade.auto_score = None if grade.max_score else 0
        grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
    for comment in notebook.comments:
        judgement = judgements.get(comment.name)
        if result.outcome != "graded":
            comment.auto_comment = result.reason
        elif judgement:
            comment.auto_comment = judgement.finding.message if judgement.finding else None
        else:
            unanswered = written.get(comment.name, "").strip() == given.get(comment.name, "").strip()
            comment.auto_comment = "No response." if unanswered else None
    gradebook.db.commit()


class GradingExporter(NotebookExporter):
    """Reads a notebook for `nbgrader autograde`; a submitted one is graded while it is read."""

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
        folders: CourseDirectory = self.parent.coursedir
        about = resources["nbgrader"]
        submitted = Path(
            folders.format_path(folders.submitted_directory, about["student"], about["assignment"])
        )
        path = Path(filename)
        if path.resolve().parent != submitted.resolve():
            return super().from_filename(filename, resources=resources, **kwargs)
        course = Course.find(Path(folders.root))
        assignment = _assignment(about["assignment"])
        batch = Batch(course, assignment, choose_wall(course))
        beside = names_beside(submitted, path.name)
        (job,) = batch.jobs([Submission(about["student"], submitted, path, beside=beside)])
        result = batch.known(job) or batch.grade_one(job, self._started_zygote(batch))
        notebook = autograded_notebook(result, assignment, _release(course, assignment, folders))
        resources["output_extension"] = ".ipynb"
        return json.dumps(notebook, indent=1), resources

    def _started_zygote(self, batch: Batch) -> Zygote:
        """One zygote for all notebooks of a run; it ends with this exporter."""
        if not hasattr(self, "_zygote"):
            self._zygote = Zygote(batch.wall).__enter__()
            weakref.finalize(self, self._zygote.__exit__)
        return self._zygote


class RecordResult(NbGraderPreprocessor):
    """In the place of nbgrader's Execute and SaveAutoGrades: writes the result that the notebook shows."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        folders: CourseDirectory = self.parent.parent.coursedir
        course = Course.find(Path(folders.root))
        assignment = _assignment(about["assignment"])
        store = result_store(course, assignment.name)
        result = store.load(nb.metadata[METADATA_KEY]["key"])
        with _opened(about["db_url"]) as gradebook:
            record(gradebook, result, assignment, _release(course, assignment, folders))
        store.mark_published([result])
        return nb, resources


def _assignment(name: str) -> Assignment:
    if name not in exercises.ASSIGNMENT_NAMES:
        raise CourseError(
            f"there is no assignment {name!r}; there are {', '.join(exercises.ASSIGNMENT_NAMES)}"
        )
    return exercises.load(name)


@contextlib.contextmanager
def _opened(db_url: str) -> Iterator[Gradebook]:
    """nbgrader's database; one that is locked, half made or no database at all is a CourseError."""
    try:
        with warnings.catch_warnings(), Gradebook(db_url) as gradebook:
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own business, nothing for a TA to act on
            yield gradebook
    except SQLAlchemyError as error:
        first = str(error).strip().splitlines()[0]
        raise CourseError(
            f"the gradebook {db_url} cannot be used ({first}); repair it or move it away"
        ) from None


def _release(course: Course, assignment: Assignment, folders: CourseDirectory) -> dict[str, Any]:
    """The release, made now if nobody has made it: the gradebook needs its cells."""
    path = (
        Path(folders.format_path(folders.release_directory, ".", assignment.name))
        / f"{assignment.name}.ipynb"
    )
    with _opened(folders.db_url) as gradebook:
        try:
            gradebook.find_notebook(assignment.name, assignment.name)
            known = path.is_file()
        except MissingEntry:
            known = False
    if not known:
        make_release(course, assignment)
    source = Path(folders.format_path(folders.source_directory, ".", assignment.name)) / path.name
    return with_mark_schemes(read_release(path), read_release(source))


def _write_autograded(
    result: Result, assignment: Assignment, release: dict[str, Any], folders: CourseDirectory
) -> None:
    """Put the autograded notebook where formgrader looks for it, as a whole folder or not at all."""
    target = Path(folders.format_path(folders.autograded_directory, result.student, assignment.name))
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
    notebook = autograded_notebook(result, assignment, release)
    (fresh / f"{assignment.name}.ipynb").write_text(json.dumps(notebook, indent=1))
    fresh.chmod(0o755)
    if target.exists():
        shutil.rmtree(target)
    fresh.rename(target)


def _resources(result: Result, db_url: str) -> dict[str, Any]:
    about = {
        "student": result.student,
        "assignment": result.assignment,
        "notebook": result.assignment,
        "db_url": db_url,
    }
    return {"nbgrader": about}
