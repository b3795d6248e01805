"""`autograder prove` and `autograder new`: for authors of exercises."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.asked import asked_assignment
from autograder.cli.options import DEFAULT_JOBS, Jobs
from autograder.cli.says import short
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.exercise import Assignment


@app.command()
def prove(
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="ASSIGNMENT", help="Such as 01_moving_averages; without it, all.", show_default=False
        ),
    ] = None,
    exercise: Annotated[
        str | None, typer.Option("--exercise", metavar="NAME", help="Only this exercise.")
    ] = None,
    jobs: Jobs = DEFAULT_JOBS,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Instead: hide each mistake in turn, and have its place searched."),
    ] = False,
    every: Annotated[
        int, typer.Option("--every", metavar="N", min=1, help="With --repair: only each N-th mistake.")
    ] = 1,
) -> None:
    """Prove the grader: what is right passes, what is wrong fails and is called by its name.

    For authors of exercises. Exit code 1 says that it does not, in words below the table: such as two wrong
    formulas that the probes do not tell apart, or a notebook that asks for something else. With --repair it
    says that a mistake was looked for in the wrong place.
    """
    course = Course.find()
    names = course.assignments.names if assignment is None else (asked_assignment(assignment).name,)
    asked = [(known, _exercises(known, exercise)) for known in map(course.assignment, names)]
    if not any(exercises for _, exercises in asked):
        raise CourseError(f"there is no exercise {exercise!r} in {', '.join(names)}")
    if repair:
        from autograder.prove.located import print_located

        everything = [known.exercise(name) for known, several in asked for name in several]
        if not print_located(everything, every):
            raise typer.Exit(1)
        return
    from autograder.prove.cells import problems
    from autograder.prove.table import in_short, print_proofs, proofs

    proved, amiss = [], 0
    for known, exercises in asked:
        if exercises:
            made = proofs(course, known.name, exercises, jobs)
            print_proofs(known.title, made)
            proved += made
        for problem in () if exercise else problems(course, known):
            print(f"{known.name}.ipynb: {problem}")
            amiss += 1
    print(in_short(proved))
    holds = all(proof.holds for proof in proved) and not amiss
    print("The proof holds." if holds else "The proof does not hold.")
    if not holds:
        raise typer.Exit(1)


@app.command()
def new(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="The name of its function.")],
    assignment: Annotated[
        str, typer.Option("--assignment", metavar="NAME", help="Such as 01_moving_averages.")
    ],
) -> None:
    """Begin an exercise: its module, its place in the assignment, its cells of the notebook, and a test.

    For authors, whose reference function is there already: in `advsec`, or in `exercises/references.py` of
    a course of their own, where a first exercise begins its assignment too. docs/teachers.md and
    CONTRIBUTING.md go on from here.
    """
    course = Course.find()
    from autograder.scaffold import scaffold

    name = Path(assignment).name  # completed by a shell, it is the path of a folder
    for path in scaffold(course, name, exercise):
        print(f"wrote {short(path)}")
    print(f"Fill in what is TODO, then run: autograder prove {name} --exercise {exercise}")


def _exercises(assignment: "Assignment", only: str | None) -> list[str]:
    return [each.name for each in assignment.exercises if only in (None, each.name)]
