"""`autograder doctor`."""

import sys
from typing import TYPE_CHECKING

from autograder.cli.app import app
from autograder.course import MINIMUM_TIER, Course, CourseError


if TYPE_CHECKING:
    from autograder.sandbox.tiers import Choice


@app.command()
def doctor() -> None:
    """Say whether this machine can grade, and which protections work on it.

    Exit code 1 says that the course would refuse to grade here.
    """
    from autograder.protection import build_strongest, examined

    minimum, whose = _asked_for()
    choice = examined()
    _print_protections(choice)
    build_strongest(minimum, ())
    print(f"This machine grades behind the tier {choice.tier!r}; {whose} for {minimum!r}.")


def _asked_for() -> tuple[str, str]:
    """The tier that a course asks for: the one that we are in, or any that says nothing else."""
    try:
        course = Course.find()
    except CourseError:
        return MINIMUM_TIER, "no course is here, and others ask"
    return course.minimum_tier, "the course asks"


def _print_protections(choice: "Choice") -> None:
    """Each protection, whether it is active, and how that was tested just now."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Protections, attacked from inside just now", title_justify="left")
    for column in ("protection", "what it does", "active", "tested by"):
        table.add_column(column)
    for row in choice.examination.table() if choice.examination else ():
        active = "yes" if row.active else "NO" if row.expected else "not in this tier"
        table.add_row(row.protection, row.purpose, active, "; ".join(row.tested_by))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    for reason in choice.reasons:
        print(f"- {reason}")
