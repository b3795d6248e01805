"""`autograder extend`."""

from datetime import timedelta
from typing import Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import AssignmentName
from autograder.course import Course


@app.command()
def extend(
    assignment: AssignmentName,
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="The id, as in the gradebook.")],
    days: Annotated[float, typer.Option("--days", min=0, max=3650, metavar="N", help="Of 24 hours.")] = 0.0,
    hours: Annotated[float, typer.Option("--hours", min=0, max=87600, metavar="N")] = 0.0,
) -> None:
    """Give one student more time for an assignment, in place of what they were given before.

    It is kept in nbgrader's gradebook, also before anything is handed in. No days and no hours take it back.
    """
    course = Course.find()
    known = asked_assignment(assignment)
    from autograder.gradebook import extend as extend_in_gradebook
    from autograder.timestamps import local

    due = extend_in_gradebook(course, known.name, student, timedelta(days=days, hours=hours))
    print(f"For {student}, {known.name} is due {local(due)}.")
