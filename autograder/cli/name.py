"""`autograder name`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import AssignmentName
from autograder.cli.pages import make_reports, name_failed
from autograder.cli.running import say_waiting
from autograder.cli.says import short
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.results import Result


@app.command()
def name(
    assignment: AssignmentName,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="Its id on the report, such as 3f9a21c4.")],
    called: Annotated[str, typer.Argument(metavar="NAME", help="An identifier, such as divided_twice.")],
    message: Annotated[
        str,
        typer.Option(
            "--message", metavar="TEXT", help="What completes: Your result is what you get when ..."
        ),
    ],
    read: Annotated[
        str,
        typer.Option(
            "--read", metavar="SECTION", help="Of the lecture.", show_default="that of the exercise"
        ),
    ] = "",
    as_entry: Annotated[
        bool,
        typer.Option("--as-entry", help="Print it as an entry of the catalogue, for the exercise's author."),
    ] = False,
) -> None:
    """Name a group of wrong answers that no entry of the catalogue explains.

    Everybody whose answer does the same hears it: on their page, in the gradebook and in the table, now and
    whenever somebody hands in later. Nothing is graded again, and no score changes. The names lie in
    named/ASSIGNMENT.json, which belongs to the course.
    """
    course = Course.find()
    known = asked_assignment(assignment)
    from autograder.gradebook import grades, has_gradebook, shown_results

    if not has_gradebook(course):
        raise CourseError(f"nothing of {known.name} is graded yet; run: autograder grade {known.name}")
    from autograder.named import read_names, unheard, with_names, write_names
    from autograder.naming import added, entry_of, group_of, name_of
    from autograder.publish import publish
    from autograder.report import lecture_sections

    with course.alone(say_waiting):
        results: list[Result] = [each for each in shown_results(course, known.name).values() if each]
        found = group_of(results, known, group)
        lecture = lecture_sections(course.lectures / f"{known.name}.ipynb")
        new = name_of(found, called, message, read, lecture)
        entry = entry_of(found, new) if as_entry else ""
        names = added(read_names(course, known), new, found.exercise)
        path = write_names(course, known, names)
        publish(results, known, course)
        hear = sum(with_names(each, known, (new,)) != each for each in results)
    reports = make_reports(course, known, results, grades(course, known.name))
    said = print if not entry else _aside
    said(f"{hear} hear it now: on their pages, in the gradebook, and in the report {short(reports.index)}.")
    said(f"The name lies in {short(path)}; commit it.")
    if idle := unheard(names, [with_names(each, known, names) for each in results]):
        listed = ", ".join(f"{each.name} in {each.exercise}" for each in idle)
        said(f"Of the names there these match nobody: {listed}.")
    if entry:
        print(entry)
        then = f"autograder prove {known.name} --exercise {found.exercise.name}"
        _aside(f"This goes into {_module(course, known.name, found.exercise.name)}; then run: {then}")
    name_failed(reports)


def _module(course: Course, assignment: str, exercise: str) -> str:
    """Where the exercise is written down: usually in a module of its name."""
    package = sys.modules[course.assignments.package_of(assignment)]
    path = Path(str(package.__file__)).with_name(f"{exercise}.py")
    return short(path) if path.exists() else "the module of the exercise"


def _aside(says: str) -> None:
    """Where what is printed is for a file."""
    print(says, file=sys.stderr)
