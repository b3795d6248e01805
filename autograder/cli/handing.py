"""`autograder release` and `autograder collect`: out to the students, and back from the platform."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import AssignmentName, Submitted
from autograder.cli.says import complain, short
from autograder.cli.tables import print_collection
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from autograder.roster import Roster


@app.command()
def release(assignment: AssignmentName) -> None:
    """Make what students get: a folder and a zip file with the assignment, its lecture and what to install.

    Neither solutions nor hidden inputs are in it. nbgrader's own release is made too, in .course/release.
    """
    course = Course.find()
    known = asked_assignment(assignment)
    from autograder.bundle import HandedOut, make_bundle
    from autograder.gradebook import make_release, when_shown

    released = (name for name in course.assignments.names if name != known.name)
    before = [
        HandedOut(each, course.release / each.name, when_shown(course, each))
        for each in (course.assignments.load(name) for name in released)
        if (course.release / each.name).is_dir()
    ]
    handed_out = HandedOut(known, make_release(course, known), when_shown(course, known))
    bundle = make_bundle(course, handed_out, before)
    print(f"For students: {short(bundle.archive)}, and the same as a folder beside it.")
    if bundle.worked_in:
        print(
            f"But {short(bundle.folder)} is left as it was: somebody has worked in it ({bundle.worked_in})."
        )


@app.command()
def collect(
    archive: Annotated[
        Path, typer.Argument(metavar="ARCHIVE", help="The zip file that your learning platform gave you.")
    ],
    assignment: Annotated[
        str | None,
        typer.Option(
            "--assignment",
            metavar="NAME",
            help="Of which assignment, where the names of the files do not say.",
        ),
    ] = None,
    submitted: Submitted = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="CSV",
            help="Who takes the course: the list of people or grades that your platform exports, or one "
            "with columns id and, where known, first_name, last_name, email, lms_user_id. Names of the "
            "archive become ids, the gradebook learns the rest; who is missing is listed. It is kept for the "
            "next time.",
            show_default="that of last time",
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone",
            metavar="ZONE",
            help="Of times that the platform writes without their zone: which it is, such as Europe/Berlin.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per entry.")] = False,
) -> None:
    """Take what students handed in out of an archive, and put it where `grade` looks for it.

    Archives of Canvas, Moodle, Blackboard, Brightspace, Gradescope, Google Classroom, Sakai and ILIAS are
    known, and folders or files with the names of students. Of several attempts the latest is taken. Every
    entry is accounted for: collected, skipped or refused, with the reason. Exit code 3 says that something
    was refused.
    """
    course = Course.find()
    from autograder.collect import collect, folder_name

    name = asked_assignment(assignment).name if assignment is not None else None
    people = _people(course, roster)
    collection = collect(
        archive,
        course.assignments.names,
        submitted or course.submitted,
        assignment=name,
        roster=people,
        zone=_zone(zone) if zone is not None else None,
        due=lambda of: _due_date(course, of),
    )
    if as_json:
        for entry in collection.entries:
            print(json.dumps(dataclasses.asdict(entry)))
    else:
        print_collection(collection)
    if people:
        from autograder.gradebook import enter_people

        # nbgrader's students are called what their folders are called.
        enter_people(course, {folder_name(student): about for student, about in people.people.items()})
    if any(entry.outcome == "refused" for entry in collection.entries):
        raise typer.Exit(3)


def _people(course: Course, path: Path | None) -> "Roster | None":
    """The roster that is named, kept for the next time, or the one of last time: without it, who is known by
    an id would get a second folder by their name."""
    from autograder.files import write_ours
    from autograder.roster import Roster

    if path is None:
        if not course.roster.exists():
            return None
        complain(f"names are looked up in the roster of last time, {short(course.roster)}")
        return Roster.read(course.roster)
    people = Roster.read(path)
    if not (course.roster.exists() and course.roster.samefile(path)):
        write_ours(course.roster, path.read_bytes())
    return people


def _zone(name: str) -> "ZoneInfo":
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise CourseError(f"there is no time zone {name!r}; name one such as Europe/Berlin or UTC") from None


def _due_date(course: Course, assignment: str) -> "datetime | None":
    from autograder.gradebook import due_date

    return due_date(course, assignment)
