"""Results into nbgrader's gradebook and among its autograded notebooks.

The same `record` writes a result whichever way it was reached: `autograder grade`, `nbgrader autograde`,
or the button of formgrader.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.course import Course
from autograder.exercise import Assignment
from autograder.gradebook import configuration, entries_of, opened, release_of, settle, shown
from autograder.named import read_names, with_names
from autograder.notebook import autograded_notebook, sources
from autograder.results import Result


# isort: split

from nbgrader import api
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import IntegrityError


# How often a row is written anew that somebody else has written meanwhile.
ATTEMPTS = 5


def publish(
    results: Iterable[Result],
    assignment: Assignment,
    course: Course,
    times: Mapping[str, datetime | None] = MappingProxyType({}),
) -> list[Result]:
    """Write results into nbgrader's database and folder as they come, and return them. Raises CourseError.

    Mistakes that a person has given a name are written, and returned, by that.
    What they hold already is left alone. `times` say when students handed in, in UTC, as far as it is known;
    penalties for lateness are worked out anew for everybody.
    """
    course.work.mkdir(parents=True, exist_ok=True)
    names = read_names(course, assignment)
    config = configuration(course)
    folders = CourseDirectory(config=config)
    release = release_of(course, assignment, folders)
    written: list[Result] = []
    with opened(folders.db_url) as gradebook:
        # What everybody shares is read once: nobody else changes the cells meanwhile.
        gradebook.db().expire_on_commit = False
        shared = gradebook.find_notebook(assignment.name, assignment.name)
        cells = _Cells.of(shared)
        held = _held(gradebook, assignment.name)
        for graded in results:
            result = with_names(graded, assignment, names)
            known = held.get(result.student) == cells.entries(result, assignment, release)
            if not (known and shown(result.student, assignment.name, folders).get("key") == result.key):
                _add(gradebook, result, assignment, release)
                _write_autograded(result, assignment, release, folders)
            written.append(result)
        settle(gradebook, assignment.name, config, times)
    return written


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
    """The cells of an assignment in the gradebook: those with points, and those with comments."""

    points: Mapping[str, float]
    commented: tuple[str, ...]

    @classmethod
    def of(cls, notebook: Any) -> "_Cells":
        """The cells of nbgrader's row of a notebook."""
        graded = (*notebook.grade_cells, *notebook.task_cells)
        commented = (*notebook.solution_cells, *notebook.task_cells)
        return cls({cell.name: cell.max_score for cell in graded}, tuple(cell.name for cell in commented))

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


def _held(gradebook: Gradebook, assignment: str) -> dict[str, _Entries]:
    """What the gradebook holds of the machine's, by student."""
    scores = _by_cell(gradebook, entries_of(api.Grade, assignment, api.BaseCell.name, api.Grade.auto_score))
    comments = _by_cell(
        gradebook, entries_of(api.Comment, assignment, api.BaseCell.name, api.Comment.auto_comment)
    )
    return {student: _Entries(held, comments.get(student, {})) for student, held in scores.items()}


def _by_cell(gradebook: Gradebook, query: Any) -> dict[str, dict[str, Any]]:
    """Rows of student, cell and value, by student and cell."""
    found: dict[str, dict[str, Any]] = {}
    for student, cell, value in gradebook.db.execute(query):
        found.setdefault(student, {})[cell] = value
    return found


def _add(gradebook: Gradebook, result: Result, assignment: Assignment, release: dict[str, Any]) -> None:
    """Write a result, and look again where somebody else has made the same rows at the same time."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            gradebook.update_or_create_student(result.student)
            gradebook.update_or_create_submission(assignment.name, result.student)
            record(gradebook, result, assignment, release)
            return
        except (InvalidEntry, IntegrityError):
            gradebook.db.rollback()
            if attempt == ATTEMPTS:
                raise


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
