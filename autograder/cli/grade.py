"""`autograder grade`."""

import json
from typing import Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment, found_submissions
from autograder.cli.options import DEFAULT_JOBS, AsJson, Jobs, Student, Submitted, Unsafe
from autograder.cli.running import SOMEBODY_HAS_TO_LOOK, grade_class
from autograder.cli.says import complain
from autograder.cli.tables import print_table
from autograder.course import Course


@app.command()
def grade(
    assignments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ASSIGNMENT",
            help="Such as 01_moving_averages.",
            show_default="all that somebody handed in",
        ),
    ] = None,
    submitted: Submitted = None,
    student: Student = None,
    jobs: Jobs = DEFAULT_JOBS,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Grade on the workers of this scheduler of Dask, such as tcp://10.0.0.7:8786.",
        ),
    ] = None,
    unsafe: Unsafe = False,
    as_json: AsJson = False,
) -> None:
    """Grade what was handed in and write the scores into nbgrader's gradebook.

    What is graded already is not run again. Points given by hand are never changed. However it ends, nothing
    is lost, and the same command goes on. The first Ctrl-C lets what is being graded come to its end.

    Exit codes: 0 all is graded or rejected; 1 something has to be put right first; 2 no such option; 3 some
    submission needs a person; 4 the accounts do not agree; 75 not now: the disk is full or the gradebook in
    use; 130 or 143 stopped.
    """
    course = Course.find()
    folder = submitted or course.submitted
    # The exercises, numpy and more are imported meanwhile.
    from autograder.protection import examine_ahead

    examine_ahead()
    from autograder.submission import ignored

    names = course.assignments.names
    known = [asked_assignment(name) for name in dict.fromkeys(assignments or names)]
    handed_in = found_submissions(folder, known, student)
    if not assignments:
        known = [each for each in known if handed_in[each.name]]
    accounts = grade_class(
        course,
        known,
        handed_in,
        jobs,
        cluster=cluster,
        insist=bool(student),
        unsafe=unsafe,
        quiet=as_json,
    )
    for each, account in zip(known, accounts, strict=True):
        if as_json:
            from autograder.results import summary

            for result in account.results:
                print(json.dumps(summary(result, each, account.grades[result.student])))
        else:
            print_table(list(account.results), each, account.grades)
    if student is None and (left_out := ignored(folder, {*names, *_ordinary(course)})):
        complain(f"not looked at ({len(left_out)}): {', '.join(left_out)}")
    if any(account.count("needs_human") for account in accounts):
        raise typer.Exit(SOMEBODY_HAS_TO_LOOK)


def _ordinary(course: Course) -> list[str]:
    """Assignments of nbgrader's own, which `nbgrader autograde` grades."""
    return [each.name for each in course.source.glob("*/") if each.is_dir()]
