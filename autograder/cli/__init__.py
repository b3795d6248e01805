"""The command line: `autograder demo | init | release | collect | grade | regrade | extend | report | name
| course | export | doctor | prove | new | blindness`.

One module per command, or for two that belong together; the order here is that of `--help`. Nothing slow is
imported before it is needed, so that `--help` answers at once.
"""

# isort: off
from autograder.cli.app import app, main
from autograder.cli import (
    demo,
    init,
    handing,
    grade,
    regrade,
    late,
    report,
    name,
    course,
    export,
    doctor,
    authors,
    blindness,
)


__all__ = [
    "app",
    "authors",
    "blindness",
    "course",
    "demo",
    "doctor",
    "export",
    "grade",
    "handing",
    "init",
    "late",
    "main",
    "name",
    "regrade",
    "report",
]
