"""`autograder regrade`."""

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment, found_submissions
from autograder.cli.options import DEFAULT_JOBS, AssignmentName, Jobs, Student, Submitted, Unsafe
from autograder.cli.running import (
    SOMEBODY_HAS_TO_LOOK,
    grade_class,
    graded_without_writing,
    kept_results,
)
from autograder.cli.tables import print_differences
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.exercise import Assignment
    from autograder.regrade import Difference
    from autograder.results import Result


# What a script gets to know from `--diff`, or where somebody has said no: nothing was written.
DIFFERS = 5


@app.command()
def regrade(
    assignment: AssignmentName,
    submitted: Submitted = None,
    student: Student = None,
    jobs: Jobs = DEFAULT_JOBS,
    diff: Annotated[
        bool, typer.Option("--diff", help="Only show what would change; write nothing into the gradebook.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    unsafe: Unsafe = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per student.")] = False,
) -> None:
    """Grade again, show who goes up or down and why, and write it into the gradebook if you say so.

    Points and comments given by hand stay. Exit code 5 says that something would change and that nothing was
    written; 3 that some submission needs a person.
    """
    course = Course.find()
    known = asked_assignment(assignment)
    handed_in = found_submissions(submitted or course.submitted, [known], student)[known.name]
    found = _differences(course, known, graded_without_writing(course, known, handed_in, jobs, unsafe=unsafe))
    if as_json:
        _print_json(found)
    else:
        print_differences(found, known)
    changes = any(each.kind != "unchanged" for each in found)
    if changes and (diff or not (yes or _says_yes())):
        raise typer.Exit(DIFFERS)
    if changes:
        # What was found is kept, so that this grades nothing anew.
        grade_class(
            course,
            [known],
            {known.name: handed_in},
            jobs,
            unsafe=unsafe,
            quiet=as_json,
            before=lambda wall: _must_be(
                found, _differences(course, known, kept_results(course, known, handed_in, wall)), known
            ),
        )
        if not as_json:
            print(f"Written into the gradebook. The pages that say so: autograder report {known.name}")
    if any(each.needs_human for each in found):
        raise typer.Exit(SOMEBODY_HAS_TO_LOOK)


def _differences(course: Course, assignment: "Assignment", results: "Iterable[Result]") -> "list[Difference]":
    from autograder.gradebook import grades, held_results
    from autograder.named import read_names, with_names
    from autograder.regrade import difference

    held = grades(course, assignment.name)
    shown = held_results(course, assignment.name)
    names = read_names(course, assignment)

    def of(new: "Result") -> "Difference":
        old = shown(new.student)
        said = old and with_names(old, assignment, names)
        return difference(said, held.get(new.student), with_names(new, assignment, names), assignment)

    return sorted((of(each) for each in results), key=lambda each: each.student)


def _must_be(shown: "list[Difference]", now: "list[Difference]", assignment: "Assignment") -> None:
    """Raise CourseError where what was shown is not what would be written: meanwhile others may have graded,
    marked by hand, or handed in again."""
    of_now = {each.student: each for each in now}
    if changed := [each.student for each in shown if of_now.get(each.student) != each]:
        names = ", ".join(changed[:5]) + (" ..." if len(changed) > 5 else "")
        raise CourseError(
            f"what is known of {names} has changed since this was shown, so nothing is written; look again: "
            f"autograder regrade {assignment.name}"
        )


def _print_json(found: "list[Difference]") -> None:
    from autograder.regrade import plain

    for each in found:
        if each.kind != "unchanged":
            print(json.dumps(plain(each)))


def _says_yes() -> bool:
    if not sys.stdin.isatty():
        return False
    return typer.confirm("Write this into the gradebook?")
