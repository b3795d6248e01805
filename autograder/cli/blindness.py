"""`autograder blindness`: for teachers who have tests of their own."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import app
from autograder.course import Course, CourseError


@app.command()
def blindness(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="The name of its function.")],
    tests: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A file of tests, a notebook with test cells, or doctests."),
    ],
) -> None:
    """Say which known wrong formulas pass your own tests of an exercise, and which right answers fail.

    For teachers. The tests run here, with your rights. Exit code 1 says that some do.
    """
    course = Course.find()
    from autograder.blindness.aim import aim
    from autograder.blindness.sources import read_check
    from autograder.blindness.table import print_blindness

    known = course.assignments
    try:
        asked = known.find_exercise(exercise)
    except KeyError:
        names = ", ".join(each.name for name in known.names for each in known.load(name).exercises)
        raise CourseError(f"there is no exercise {exercise!r}; there is {names}") from None
    found = aim(read_check(tests, asked.name), asked)
    print_blindness(found, asked.name)
    if not found.sees:
        raise typer.Exit(1)
