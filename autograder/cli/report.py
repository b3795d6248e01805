"""`autograder report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import AssignmentName
from autograder.cli.pages import make_reports, name_failed
from autograder.cli.running import SOMEBODY_HAS_TO_LOOK
from autograder.cli.says import complain, short
from autograder.course import Course, CourseError, grader_version


if TYPE_CHECKING:
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

    Exit code 3 says that some page could not be made, or that results of several versions of the grader stand
    side by side.
    """
    course = Course.find()
    known = asked_assignment(assignment)
    from autograder.gradebook import grades, has_gradebook, shown_results

    results = []
    if has_gradebook(course):
        shown = shown_results(course, known.name)
        results = [result for result in shown.values() if result]
        _name_lost([student for student, result in shown.items() if result is None], known.name)
    if not results:
        raise CourseError(f"nothing of {known.name} is graded yet; run: autograder grade {known.name}")
    reports = make_reports(course, known, results, grades(course, known.name), output)
    made = len(results) - len(reports.failed)
    print(f"Pages for {made} students. The class report: {short(reports.index)}")
    name_failed(reports)
    _name_mixed(results, grader_version(course), known.name)


def _name_lost(students: list[str], assignment: str) -> None:
    """Name whose result is in the gradebook and no longer in its file."""
    if students:
        says = f"not in the report, since the results are no longer there: {', '.join(students)}"
        complain(f"{says}; run: autograder grade {assignment}")


def _name_mixed(results: "list[Result]", version: str, assignment: str) -> None:
    """Results of two versions of the grader, before and after an upgrade, are never mixed silently."""
    if len({result.version for result in results}) == 1:
        return
    others = sorted(result.student for result in results if result.version != version)
    complain(
        f"results of several versions of the grader stand side by side: {len(others)} of {len(results)} are "
        f"not of this one ({', '.join(others[:5])}{' ...' if len(others) > 5 else ''}); "
        f"run: autograder grade {assignment}"
    )
    raise typer.Exit(SOMEBODY_HAS_TO_LOOK)
