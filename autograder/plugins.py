"""What nbgrader asks instead of its own classes; `nbgrader_config.py` names each where it is plugged in."""

import csv
import json
import shutil
import weakref
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.batch import Batch, result_store
from autograder.course import Course, CourseError
from autograder.gradebook import opened, read_grades, release_of, settle, shown
from autograder.grades import Grade
from autograder.named import read_names, with_names
from autograder.notebook import METADATA_KEY, autograded_notebook
from autograder.protection import choose_wall
from autograder.publish import record
from autograder.report import lecture_sections, spreadsheet_text, student_page
from autograder.results import Result
from autograder.sandbox.launcher import Zygote
from autograder.submission import Submission, names_beside
from autograder.timestamps import TIMESTAMP, NoTime, handed_in
from autograder.written import Written


# isort: split

import nbformat
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from nbgrader.preprocessors import NbGraderPreprocessor


# Metadata of a notebook and of its cells that students get.
RELEASED = ("kernelspec", "language_info")
RELEASED_CELL = ("deletable", "editable", "nbgrader", "tags")


class GradingExporter(NotebookExporter):
    """Reads a notebook for `nbgrader autograde`; a submitted one is graded while it is read."""

    result: Result | None = None

    def __init__(self, **known: Any) -> None:
        super().__init__(**known)
        # nbgrader asks its folders, whose own reader ends the run at what is no time and misreads "+0200".
        folders = _folders(self)
        folders.get_existing_timestamp = self._handed_in
        # What failed by our fault is tried again, where nbgrader takes every autograded folder for done.
        converter: Any = self.parent
        for student, assignment in (Path(folder).parts[-2:] for folder in converter.assignments):
            if not shown(student, assignment, folders).get("settled", True):
                shutil.rmtree(folders.format_path(folders.autograded_directory, student, assignment))

    def _handed_in(self, folder: str) -> datetime | None:
        try:
            return handed_in(Path(folder))
        except NoTime as problem:
            self.log.warning("%s/%s is not used: %s", folder, TIMESTAMP, problem)
            return None

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        folders = _folders(self)
        about = resources["nbgrader"]
        submitted = Path(
            folders.format_path(folders.submitted_directory, about["student"], about["assignment"])
        )
        path = Path(filename)
        if path.resolve().parent != submitted.resolve():
            return super().from_filename(filename, resources=resources, **kwargs)
        course = Course.find(Path(folders.root))
        assignment = course.assignment(about["assignment"])
        batch = Batch(course, assignment, choose_wall(course))
        beside = names_beside(submitted, path.name)
        (job,) = batch.jobs([Submission(about["student"], submitted, path, beside=beside)])
        graded = batch.known(job) or batch.grade_one(job, self._started_zygote(batch))
        self.result = with_names(graded, assignment, read_names(course, assignment))
        notebook = autograded_notebook(self.result, assignment, release_of(course, assignment, folders))
        resources["output_extension"] = ".ipynb"
        return json.dumps(notebook, indent=1), resources

    def _started_zygote(self, batch: Batch) -> Zygote:
        """One zygote for all notebooks of a run; it ends with this exporter."""
        if not hasattr(self, "_zygote"):
            self._zygote = Zygote(batch.wall).__enter__()
            weakref.finalize(self, self._zygote.__exit__)
        return self._zygote


class BreakSolutions(NbGraderPreprocessor):  # type: ignore[misc]
    """After solutions were cleared: in the cells of functions that are to be mended stands a broken one."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        name = resources["nbgrader"]["assignment"]
        # Used by itself, as in tests, it belongs to no command.
        known = Course.find(Path(_folders(self.parent).root) if self.parent else None).assignments
        exercises = known.load(name).exercises if name in known else ()
        given = {each.name: each.as_given.variant for each in exercises if each.as_given}
        for cell in nb.cells:
            broken = given.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if isinstance(broken, Written):
                cell.source = broken.put_into(cell.source)
        return nb, resources


class StripMetadata(NbGraderPreprocessor):  # type: ignore[misc]
    """The last step of a release: of the metadata only what Jupyter and nbgrader need is handed out.

    What an author's front end has left, such as the states of widgets, may hold what the solution showed.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb.metadata = _only(nb.metadata, RELEASED)
        for cell in nb.cells:
            cell.metadata = _only(cell.metadata, RELEASED_CELL)
        return nb, resources


def _only(metadata: Any, keys: tuple[str, ...]) -> Any:
    return nbformat.from_dict({key: metadata[key] for key in keys if key in metadata})


class RecordResult(NbGraderPreprocessor):  # type: ignore[misc]
    """In the place of nbgrader's Execute and SaveAutoGrades: writes the result that the notebook shows."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        folders = _folders(self.parent)
        course = Course.find(Path(folders.root))
        assignment = course.assignment(about["assignment"])
        result = self.parent.result  # of the exporter, which has read the submission just now
        release = release_of(course, assignment, folders)
        with opened(about["db_url"]) as gradebook:
            record(gradebook, result, assignment, release)
        return nb, resources


class FeedbackExporter(HTMLExporter):
    """The student's page, for `nbgrader generate_feedback`: the same that `autograder report` writes."""

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        folders = _folders(self)
        about = resources["nbgrader"]
        course = Course.find(Path(folders.root))
        assignment = course.assignment(about["assignment"])
        key = json.loads(Path(filename).read_text())["metadata"].get(METADATA_KEY, {}).get("key", "")
        result = result_store(course, assignment.name).load(key)
        if result is None:
            raise CourseError(
                f"the result of {about['student']} is no longer there; "
                f"run: autograder grade {assignment.name}"
            )
        with opened(about["db_url"]) as gradebook:
            settle(gradebook, assignment.name, self.config)
            grade = read_grades(gradebook, assignment.name, result.student)[result.student]
        resources["output_extension"] = ".html"
        lecture = lecture_sections(course.lectures / f"{assignment.name}.ipynb")
        said = with_names(result, assignment, read_names(course, assignment))
        return student_page(said, assignment, grade, lecture), resources


class ExportGrades(ExportPlugin):  # type: ignore[misc]
    """`nbgrader export` with nbgrader's columns; what is no grade is left blank, and `outcome` says why."""

    COLUMNS = (
        "assignment",
        "duedate",
        "timestamp",
        "student_id",
        "last_name",
        "first_name",
        "email",
        "raw_score",
        "late_submission_penalty",
        "score",
        "max_score",
        "outcome",
        "waiting",
        "remark",
    )

    def export(self, gradebook: Gradebook) -> None:
        only = [str(name) for name in self.assignment]
        with open(self.to or "grades.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(self.COLUMNS)
            for assignment in gradebook.assignments:
                if not only or assignment.name in only:
                    settle(gradebook, assignment.name, self.config)
                    writer.writerows(self._rows(gradebook, assignment))

    def _rows(self, gradebook: Gradebook, assignment: Any) -> list[tuple[str, ...]]:
        students = [str(student) for student in self.student]
        times = {each.student_id: each.timestamp for each in assignment.submissions}
        return [
            (
                assignment.name,
                str(assignment.duedate or ""),
                str(times.get(student) or ""),
                *map(spreadsheet_text, (student, grade.last_name, grade.first_name, grade.email)),
                *map(
                    _number, (grade.raw_score, _of_grade(grade, grade.penalty), grade.score, grade.max_score)
                ),
                grade.outcome,
                _number(_of_grade(grade, grade.waiting)),
                spreadsheet_text(grade.remark),
            )
            for student, grade in read_grades(gradebook, assignment.name).items()
            if not students or student in students
        ]


def _folders(exporter: Any) -> CourseDirectory:
    """Where nbgrader's command, for which this exporter works, keeps everything."""
    return exporter.parent.coursedir


def _of_grade(grade: Grade, value: float) -> float | None:
    return None if grade.score is None else value


def _number(value: float | None) -> str:
    return "" if value is None else str(float(value))
