"""The pages that commands make: one for every student, and one for the class."""

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from autograder.cli.says import complain
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.exercise import Assignment
    from autograder.flags import Flag
    from autograder.grades import Grade
    from autograder.report import Reports
    from autograder.results import Result


def make_reports(
    course: Course,
    assignment: "Assignment",
    results: list["Result"],
    grades: "Mapping[str, Grade]",
    output: Path | None = None,
) -> "Reports":
    from autograder.gradebook import when_shown
    from autograder.named import read_names, with_names
    from autograder.report import lecture_sections, write_reports

    directory = output or course.reports / assignment.name
    found = _flags(course, assignment, results)
    lecture = lecture_sections(course.lectures / f"{assignment.name}.ipynb")
    names = read_names(course, assignment)
    said = [with_names(result, assignment, names) for result in results]
    held = when_shown(course, assignment).held_back(datetime.now(UTC))
    return write_reports(said, assignment, grades, directory, course.key(), found, lecture, names, held)


def name_failed(reports: "Reports") -> None:
    """Name whose page could not be made; the exit code says so too."""
    if reports.failed:
        names = ", ".join(reports.failed)
        complain(f"no page could be made for {names}; every other page is there")
        raise typer.Exit(3)


def _flags(
    course: Course, assignment: "Assignment", results: list["Result"]
) -> "dict[str, tuple[Flag, ...]]":
    """What a person should look at, beyond what everybody was given."""
    from autograder.flags import flags
    from autograder.notebook import read_release, sources

    given = course.release / assignment.name / f"{assignment.name}.ipynb"
    if not given.is_file():
        from autograder.gradebook import make_release

        make_release(course, assignment)
    return flags(results, assignment, sources(read_release(given)), _groups(course))


def _groups(course: Course) -> "list[frozenset[str]]":
    """Who hands in together, as the roster says; of one that cannot be read `collect` speaks."""
    from autograder.collect import folder_name
    from autograder.roster import Roster

    if course.roster.exists():
        with contextlib.suppress(CourseError):
            groups = Roster.read(course.roster).groups
            return [frozenset(map(folder_name, members)) for members in groups]
    return []
