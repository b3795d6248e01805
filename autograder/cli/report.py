"""`autograder report`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import AssignmentName
from autograder.cli.says import complain, short
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.exercise import Assignment
    from autograder.flags import Flag
    from autograder.grades import Grade
    from autograder.report import Reports
    from autograder.results import Result


@app.command()
def report(
    assignment: AssignmentName,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="DIR", help="Where to write.", show_default=".course/reports/ASSIGNMENT"
        ),
    ] = None,
) -> None:
    """Write a feedback page for every student and one for the class, from what is graded.

    Exit code 3 says that some page could not be made.
    """
    course = Course.find()
    known = asked_assignment(assignment)
    from autograder.gradebook import grades, shown_results

    results = []
    if course.gradebook.exists():
        shown = shown_results(course, known.name)
        results = [result for result in shown.values() if result]
        _name_lost([student for student, result in shown.items() if result is None], known.name)
    if not results:
        raise CourseError(f"nothing of {known.name} is graded yet; run: autograder grade {known.name}")
    reports = make_reports(course, known, results, grades(course, known.name), output)
    made = len(results) - len(reports.failed)
    print(f"Pages for {made} students. The class report: {short(reports.index)}")
    name_failed(reports)


def make_reports(
    course: Course,
    assignment: "Assignment",
    results: list["Result"],
    grades: "Mapping[str, Grade]",
    output: Path | None = None,
) -> "Reports":
    from autograder.report import lecture_sections, write_reports

    directory = output or course.reports / assignment.name
    found = _flags(course, assignment, results)
    lecture = lecture_sections(course.lectures / f"{assignment.name}.ipynb")
    return write_reports(results, assignment, grades, directory, course.key(), found, lecture)


def _name_lost(students: list[str], assignment: str) -> None:
    """Name whose result is in the gradebook and no longer in its file."""
    if students:
        says = f"not in the report, since the results are no longer there: {', '.join(students)}"
        complain(f"{says}; run: autograder grade {assignment}")


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
    return flags(results, assignment, sources(read_release(given)))
