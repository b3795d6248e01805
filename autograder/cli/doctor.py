"""`autograder doctor`."""

import sys
from typing import TYPE_CHECKING

from autograder.cli.app import app
from autograder.course import Course


if TYPE_CHECKING:
    from autograder.sandbox.tiers import Choice


@app.command()
def doctor() -> None:
    """Say whether this machine can grade, and which protections work on it.

    Exit code 1 says that the course would refuse to grade here.
    """
    course = Course.find()
    from autograder.protection import choose_wall, examined

    choice = examined()
    _print_protections(choice)
    choose_wall(course)
    print(
        f"This machine grades behind the tier {choice.tier!r}; the course asks for {course.minimum_tier!r}."
    )


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
