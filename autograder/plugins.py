"""What nbgrader asks instead of its own classes; `nbgrader_config.py` names each where it is plugged in."""

import contextlib
import csv
import glob
import json
import shutil
import weakref
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.batch import Batch, result_store
from autograder.course import Course, CourseError
from autograder.files import read_strangers, write_ours
from autograder.gradebook import opened, read_grades, release_of, shown, when_shown
from autograder.grades import Grade
from autograder.named import read_names, with_names
from autograder.notebook import METADATA_KEY, autograded_notebook
from autograder.ordinary import NotBehindTheWall, files_beside, outputs_of, run_cells
from autograder.protection import build_strongest, choose_wall
from autograder.publish import record
from autograder.report import lecture_sections, spreadsheet_text, student_page
from autograder.results import Result
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.reader import Unreadable
from autograder.sandbox.wall import Wall
from autograder.submission import Submission, names_beside
from autograder.timestamps import TIMESTAMP, NoTime, handed_in
from autograder.written import Written


# isort: split

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.plugins import ExportPlugin
from nbgrader.preprocessors import AssignLatePenalties, Execute, NbGraderPreprocessor


# What `nbgrader submit` adds: the secret is the name under which the feedback will lie in the exchange.
OF_EXCHANGE = ("submission_secret.txt", TIMESTAMP)
MAX_OF_EXCHANGE = 1000

# Metadata of a notebook and of its cells that students get.
RELEASED = ("kernelspec", "language_info")
RELEASED_CELL = ("deletable", "editable", "nbgrader", "tags")


class GradingExporter(NotebookExporter):
    """Reads a notebook for `nbgrader autograde`; a submitted one is graded while it is read.

    So is one of an assignment of the catalogue. All others go through nbgrader's own steps, of which
    `ExecuteBehindWall` is one.
    """

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
        if not _is_ours(folders, about["assignment"]):
            return super().from_filename(filename, resources=resources, **kwargs)
        submitted = Path(
            folders.format_path(folders.submitted_directory, about["student"], about["assignment"])
        )
        path = Path(filename)
        if path.resolve().parent != submitted.resolve():
            self._preprocessors = []
            for step in (RecordResult, AssignLatePenalties):
                self.register_preprocessor(step)
            return super().from_filename(filename, resources=resources, **kwargs)
        course = Course.find(Path(folders.root))
        assignment = course.assignment(about["assignment"])
        batch = Batch(course, assignment, choose_wall(course))
        beside = names_beside(submitted, path.name)
        (job,) = batch.jobs([Submission(about["student"], submitted, path, beside=beside)])
        graded = batch.known(job) or batch.grade_one(job, self.started_zygote(batch.wall))
        self.result = with_names(graded, assignment, read_names(course, assignment))
        with opened(folders.db_url) as gradebook:
            release = release_of(course, assignment, folders, gradebook)
        notebook = autograded_notebook(self.result, assignment, release)
        resources["output_extension"] = ".ipynb"
        return json.dumps(notebook, indent=1), resources

    def started_zygote(self, wall: Wall) -> Zygote:
        """One zygote for all notebooks of a run; it ends with this exporter."""
        if not hasattr(self, "_zygote"):
            self._zygote = Zygote(wall).__enter__()
            weakref.finalize(self, self._zygote.__exit__)
        return self._zygote


class ExecuteBehindWall(Execute):  # type: ignore[misc]
    """In the place of nbgrader's Execute, with its settings: an ordinary notebook runs in a box of ours.

    The tests of such a notebook run beside the student's code, as they do for nbgrader, and what they show is
    as true as there. What the student's code writes stays in the box.
    """

    def preprocess(self, nb: Any, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        self._expect_python(nb)
        exporter: Any = self.parent
        course = _course(Path(_folders(exporter).root))
        minimum = str(self.config.Autograder.get("minimum_tier", "reduced"))
        cells = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]
        ran = run_cells(
            [cell.source for cell in cells],
            files_beside(Path(resources["metadata"]["path"] or ".")),
            exporter.started_zygote(choose_wall(course) if course else build_strongest(minimum, ())),
            lambda index: self.timeout_func(cells[index]) if self.timeout_func else self.timeout,
        )
        for cell, result in zip(cells, ran, strict=True):
            cell.outputs = [nbformat.from_dict(output) for output in outputs_of(result)]
        return nb, resources

    def _expect_python(self, nb: Any) -> None:
        """Raises NoSuchKernel as nbgrader does, and NotBehindTheWall for another language."""
        name = self.kernel_name or nb.metadata.get("kernelspec", {}).get("name") or "python3"
        # As Jupyter does, whose name for the Python that runs here it is.
        language = KernelSpecManager().get_kernel_spec("python3" if name == "python" else name).language
        if language.lower() != "python":
            raise NotBehindTheWall(
                f"a notebook in {language} cannot run behind the wall; where you trust the students, put "
                "nbgrader.preprocessors.Execute in the place of autograder.plugins.ExecuteBehindWall"
            )


class BreakSolutions(NbGraderPreprocessor):  # type: ignore[misc]
    """After solutions were cleared: in the cells of functions that are to be mended stands a broken one."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        name = resources["nbgrader"]["assignment"]
        # Used by itself, as in tests, it belongs to no command.
        course = _course(Path(_folders(self.parent).root) if self.parent else Path.cwd())
        known = course.assignments if course else ()
        exercises = course.assignment(name).exercises if course and name in known else ()
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
    """For an assignment of the catalogue: writes the result that the notebook shows into the gradebook."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        folders = _folders(self.parent)
        course = Course.find(Path(folders.root))
        assignment = course.assignment(about["assignment"])
        result = self.parent.result  # of the exporter, which has read the submission just now
        with opened(about["db_url"]) as gradebook:
            release = release_of(course, assignment, folders, gradebook)
            record(gradebook, result, assignment, release)
        return nb, resources


class FeedbackExporter(HTMLExporter):
    """The student's page, for `nbgrader generate_feedback`: the same that `autograder report` writes.

    An assignment that is not of the catalogue has nbgrader's own page.
    """

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        folders = _folders(self)
        about = resources["nbgrader"]
        if not _is_ours(folders, about["assignment"]):
            return super().from_filename(filename, resources=resources, **kwargs)
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
            grade = read_grades(gradebook, assignment.name, self.config, result.student)[result.student]
        self._hand_on_what_the_exchange_needs(folders, about["student"], assignment.name)
        resources["output_extension"] = ".html"
        lecture = lecture_sections(course.lectures / f"{assignment.name}.ipynb")
        # Releasing the feedback is nbgrader's next step.
        held = when_shown(course, assignment).held_back(datetime.now(UTC), released=True)
        said = with_names(result, assignment, read_names(course, assignment))
        return student_page(said, assignment, grade, lecture, held), resources

    @staticmethod
    def _hand_on_what_the_exchange_needs(folders: CourseDirectory, student: str, assignment: str) -> None:
        """Copy what names the student's page in the exchange, of the submission that lies there now."""
        submitted = Path(folders.format_path(folders.submitted_directory, student, assignment))
        feedback = Path(folders.format_path(folders.feedback_directory, student, assignment))
        for name in OF_EXCHANGE:
            (feedback / name).unlink(missing_ok=True)
            with contextlib.suppress(Unreadable):
                write_ours(feedback / name, read_strangers(submitted / name, MAX_OF_EXCHANGE))


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """`nbgrader release_feedback`: whose work has not come through the exchange is named and stops nobody."""

    def copy_files(self) -> None:
        outside = [
            Path(folder).parts[-2]
            for folder in sorted(glob.glob(self.src_path))
            if not all((Path(folder) / name).is_file() for name in OF_EXCHANGE)
        ]
        if outside:
            self.log.warning(
                "Not handed in through the exchange, so not released there: %s. Their pages are in %s",
                ", ".join(outside),
                self.src_path,
            )
        excluded = filter(None, (self.coursedir.student_id_exclude, *outside))
        self.coursedir.student_id_exclude = ",".join(excluded)
        super().copy_files()


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
            for student, grade in read_grades(gradebook, assignment.name, self.config).items()
            if not students or student in students
        ]


def _folders(exporter: Any) -> CourseDirectory:
    """Where nbgrader's command, for which this exporter works, keeps everything."""
    return exporter.parent.coursedir


def _course(root: Path) -> Course | None:
    """The course that nbgrader works in; None where only the settings are ours and lie elsewhere."""
    try:
        return Course.find(root)
    except CourseError:
        return None


def _is_ours(folders: CourseDirectory, assignment: str) -> bool:
    """Whether the assignment is one of the course's own, with exercises; all others are nbgrader's."""
    course = _course(Path(folders.root))
    return course is not None and assignment in course.assignments


def _of_grade(grade: Grade, value: float) -> float | None:
    return None if grade.score is None else value


def _number(value: float | None) -> str:
    return "" if value is None else str(float(value))
