"""What a command was asked for: the assignment, and the submissions of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.says import short
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.exercise import Assignment
    from autograder.submission import Submission


def asked_assignment(name: str) -> "Assignment":
    """The assignment of the course that we are in; completed by a shell, `name` is the path of a folder."""
    return Course.find().assignment(Path(name).name)


def found_submissions(
    submitted: Path, assignments: "Sequence[Assignment]", student: str | None
) -> "dict[str, list[Submission]]":
    """What was handed in, by assignment; raises CourseError where that is nothing at all."""
    from autograder.submission import find_submissions

    try:
        found = {each.name: find_submissions(submitted, each.name, student) for each in assignments}
    except FileNotFoundError:
        raise CourseError(f"there is no folder {short(submitted)}; name another with --submitted") from None
    except NotADirectoryError:
        raise CourseError(f"{short(submitted)} is not a folder; name one with --submitted") from None
    except PermissionError:
        raise CourseError(f"the folder {short(submitted)} may not be read") from None
    if not any(found.values()):
        who = f"nobody named {student!r}" if student is not None else "nobody"
        what = " or ".join(found) if len(found) < 3 else "any assignment"
        raise CourseError(f"{who} has handed in {what} in {short(submitted)}")
    return found
