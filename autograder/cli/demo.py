"""`autograder demo`."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment, found_submissions
from autograder.cli.options import DEFAULT_JOBS, Jobs
from autograder.cli.pages import make_reports, name_failed
from autograder.cli.running import grade_class
from autograder.cli.says import short
from autograder.cli.tables import print_table
from autograder.course import Course


if TYPE_CHECKING:
    from autograder.exercise import Assignment
    from autograder.grades import Grade
    from autograder.report import Reports
    from autograder.results import Result
    from autograder.run import Account

# Of the sample class so many are shown in a table; a cell of theirs may take so long.
SHOWN = 12
DEMO_SECONDS = 3.0


@app.command()
def demo(
    assignment: Annotated[
        str | None,
        typer.Argument(metavar="ASSIGNMENT", help="Such as 01_moving_averages.", show_default="all"),
    ] = None,
    jobs: Jobs = DEFAULT_JOBS,
) -> None:
    """Grade a sample class that is made from the catalogue, and print who wrote what.

    Of one assignment it prints a table, of several a line each. Uses folders of its own (.course/demo); a
    course's gradebook is not touched.
    """
    course = Course.find()
    course = Course(course.root, course.work / "demo")
    names = course.assignments.names
    known = [
        # What never ends need not run long to show it.
        dataclasses.replace(asked_assignment(name), cell_seconds=DEMO_SECONDS)
        for name in (names if assignment is None else [assignment])
    ]
    for each in known:
        _let_hand_in(course, each, hazards=each.name == names[0])
    # The sample class is our own code: it is graded even where there is no wall. Each has people of its own.
    handed_in = found_submissions(course.submitted, known, None)
    accounts = grade_class(course, known, handed_in, jobs, unsafe=True, quiet=False, absent=False)
    if len(known) == 1:
        (only,) = accounts
        print_table(_worst_first(only.results, only.grades), known[0], only.grades, rows=SHOWN)
    made = [_reports(course, each, account) for each, account in zip(known, accounts, strict=True)]
    print("Open in a browser:", *(f"  {short(reports.index)}" for reports in made), sep="\n")
    if len(known) > 1:
        print(f"For who wrote what: autograder demo {known[0].name}")
    for reports in made:
        name_failed(reports)


def _reports(course: Course, assignment: "Assignment", account: "Account") -> "Reports":
    """Pages for everybody who was graded, and for the class."""
    from autograder.gradebook import shown_results

    shown = shown_results(course, assignment.name)
    results = [result for each in account.results if (result := shown[each.student])]
    theirs = {student: grade for student, grade in account.grades.items() if grade.handed_in}
    return make_reports(course, assignment, results, theirs)


def _let_hand_in(course: Course, assignment: "Assignment", *, hazards: bool) -> None:
    """What the sample class hands in, made from the catalogue in the place of what was there."""
    import shutil

    import nbformat

    from autograder import sample
    from autograder.gradebook import make_release

    release = make_release(course, assignment) / f"{assignment.name}.ipynb"
    for folder in course.submitted.glob(f"*/{assignment.name}"):
        shutil.rmtree(folder)
    sample.write(assignment, nbformat.read(release, as_version=4), course.submitted, hazards=hazards)


def _worst_first(results: "Iterable[Result]", grades: "Mapping[str, Grade]") -> list["Result"]:
    """What was not graded, then the lowest scores, and among these known mistakes."""

    def rank(result: "Result") -> tuple[bool, float, bool]:
        score = grades[result.student].score
        findings = [judgement.finding for judgement in result.judgements if judgement.finding]
        return score is not None, score or 0.0, not any(finding.misconception for finding in findings)

    return sorted(results, key=rank)
