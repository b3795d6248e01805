"""`autograder export`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import AssignmentName
from autograder.cli.says import complain, short
from autograder.course import Course, CourseError


class Platform(StrEnum):
    """Whose columns the table has; `exports.PLATFORMS` makes them."""

    canvas = "canvas"
    moodle = "moodle"
    blackboard = "blackboard"
    brightspace = "brightspace"
    gradescope = "gradescope"
    sakai = "sakai"


@app.command()
def export(
    assignment: AssignmentName,
    platform: Annotated[
        Platform | None, typer.Option("--for", help="Make a table with the columns of this platform.")
    ] = None,
    fill: Annotated[
        Path | None,
        typer.Option(
            "--fill",
            metavar="FILE",
            help="Instead, fill in a copy of the gradebook or grading worksheet that the platform gave you.",
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            "--column",
            metavar="HEADING",
            help="Which column of FILE to fill.",
            show_default="the one named like the assignment",
        ),
    ] = None,
    by_exercise: Annotated[
        bool, typer.Option("--by-exercise", help="Also a column for each exercise and each answer in words.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to write.", show_default=".course/exports"),
    ] = None,
) -> None:
    """Write the grades of the gradebook into a table that your learning platform imports.

    What is not graded is left blank. Exit code 3 says that somebody is not in the FILE to be filled.
    """
    if (platform is None) == (fill is None):
        raise CourseError("say what to make: --for and a platform, or --fill and a file of the platform")
    if fill is not None and by_exercise:
        raise CourseError("--by-exercise makes columns, and --fill makes none; take --for and a platform")
    if column is not None and fill is None:
        raise CourseError("--column names a column of the file to be filled; take it together with --fill")
    course = Course.find()
    known = asked_assignment(assignment)
    from autograder.exports import composed, filled, in_bytes
    from autograder.files import write_ours
    from autograder.gradebook import grades, has_gradebook, shown_results
    from autograder.roster import Table

    if not has_gradebook(course) or not shown_results(course, known.name):
        raise CourseError(f"nothing of {known.name} is graded yet; run: autograder grade {known.name}")
    all_grades = grades(course, known.name)
    missing: tuple[str, ...] = ()
    if fill is not None:
        done = filled(Table.read(fill, called="table"), known, all_grades, column)
        data, missing = in_bytes(done.table), done.missing
        path = output or course.work / "exports" / f"{known.name}.{fill.name}"
    else:
        assert platform is not None
        data = composed(platform.value, known, all_grades, by_exercise=by_exercise).encode()
        path = output or course.work / "exports" / f"{known.name}.{platform.value}.csv"
    if fill is not None and path.exists() and path.samefile(fill):
        raise CourseError(f"{fill} is what is filled in; write it elsewhere with --output")
    write_ours(path, data)
    outcomes = [grade.outcome for student, grade in all_grades.items() if student not in missing]
    blank = sorted(s for s, grade in all_grades.items() if grade.outcome == "not graded")
    where = f" in column {done.heading!r}" if fill is not None else ""
    print(f"{outcomes.count('graded')} grades{where}: {short(path)}")
    if blank:
        print(f"Left blank, since not graded ({len(blank)}): {', '.join(blank)}")
    if missing:
        complain(f"not in {fill}, or more than once: {', '.join(missing)}")
        raise typer.Exit(3)
