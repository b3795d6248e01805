"""What a command was asked for: the assignment, and the submissions of it."""

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


def found_submissions(submitted: Path, assignment: "Assignment", student: str | None) -> list["Submission"]:
    from autograder.submission import find_submissions

    try:
        submissions = find_submissions(submitted, assignment.name, student)
    except FileNotFoundError:
        raise CourseError(f"there is no folder {short(submitted)}; name another with --submitted") from None
    except NotADirectoryError:
        raise CourseError(f"{short(submitted)} is not a folder; name one with --submitted") from None
    except PermissionError:
        raise CourseError(f"the folder {short(submitted)} may not be read") from None
    if not submissions:
        who = f"nobody named {student!r}" if student is not None else "nobody"
        raise CourseError(f"{who} has handed in {assignment.name} in {short(submitted)}")
    return submissions
