"""`autograder grade`."""

import json

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import DEFAULT_JOBS, AsJson, AssignmentName, Jobs, Student, Submitted, Unsafe
from autograder.cli.running import grade_class
from autograder.cli.tables import print_table
from autograder.course import Course


@app.command()
def grade(
    assignment: AssignmentName,
    submitted: Submitted = None,
    student: Student = None,
    jobs: Jobs = DEFAULT_JOBS,
    unsafe: Unsafe = False,
    as_json: AsJson = False,
) -> None:
    """Grade what was handed in and write the scores into nbgrader's gradebook.

    What is graded already is not run again. Points given by hand are never changed. Exit code 3 says that
    some submission needs a person.
    """
    course = Course.find()
    known = asked_assignment(assignment)
    folder = submitted or course.submitted
    results, grades = grade_class(course, known, folder, student, jobs, unsafe=unsafe, quiet=as_json)
    if as_json:
        from autograder.results import summary

        for result in results:
            print(json.dumps(summary(result, known, grades[result.student])))
    else:
        print_table(results, known, grades)
    if any(result.outcome == "needs_human" for result in results):
        raise typer.Exit(3)
