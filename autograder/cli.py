"""The command line of teaching assistants: `autograder demo | release | grade | report | doctor`.

Nothing slow is imported before it is needed, so that `--help` answers at once.
"""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.batch import Batch, Job
    from autograder.exercise import Assignment
    from autograder.results import Result


app = typer.Typer(
    name="autograder",
    help="Grade notebooks of the course: student code runs behind a wall, the verdict is computed outside.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AssignmentName = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Such as 01_moving_averages.")]
Submitted = Annotated[
    Path | None,
    typer.Option(
        "--submitted",
        metavar="DIR",
        help="Folder of DIR/<student>/<assignment>/<assignment>.ipynb.  [default: .course/submitted]",
    ),
]
Student = Annotated[str | None, typer.Option("--student", metavar="ID", help="Only this student.")]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=1, metavar="N", help="Submissions at a time.", show_default="cores")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per submission.")]

DEFAULT_JOBS = os.cpu_count() or 1


def main() -> None:
    """Run the command line; what a person has to put right is one sentence, never a traceback."""
    try:
        app()
    except CourseError as error:
        print(f"autograder: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("autograder: stopped; what is graded is kept, the same command goes on", file=sys.stderr)
        sys.exit(130)


@app.command()
def demo(jobs: Jobs = DEFAULT_JOBS) -> None:
    """Grade the sample class that comes with the course, and print who wrote what.

    Uses folders of its own (.course/demo); a course's gradebook is not touched.
    """
    course = Course.find()
    course = Course(course.root, course.work / "demo")
    submitted = course.root / "tests" / "submissions"
    assignment = _assignment("01_moving_averages")
    results = _grade(course, assignment, submitted, None, jobs, quiet=False)
    _print_table(results, assignment)
    index = _write_reports(course, assignment, results)
    print(f"The class report: {_short(index)}")


@app.command()
def release(assignment: AssignmentName) -> None:
    """Make what students get: the notebook without its solutions."""
    course = Course.find()
    known = _assignment(assignment)
    from autograder.gradebook import make_release

    print(f"Released: {_short(make_release(course, known))}")


@app.command()
def grade(
    assignment: AssignmentName,
    submitted: Submitted = None,
    student: Student = None,
    jobs: Jobs = DEFAULT_JOBS,
    as_json: AsJson = False,
) -> None:
    """Grade what was handed in and write the scores into nbgrader's gradebook.

    What is graded already is not run again. Points given by hand are never changed. Exit code 3 says that
    some submission needs a person.
    """
    course = Course.find()
    known = _assignment(assignment)
    results = _grade(course, known, submitted or course.submitted, student, jobs, quiet=as_json)
    if as_json:
        from autograder.results import summary

        for result in results:
            print(json.dumps(summary(result), ensure_ascii=False))
    else:
        _print_table(results, known)
    if any(result.outcome == "needs_human" for result in results):
        raise typer.Exit(3)


@app.command()
def report(
    assignment: AssignmentName,
    submitted: Submitted = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="DIR", help="Where to write.  [default: .course/reports/ASSIGNMENT]"
        ),
    ] = None,
) -> None:
    """Write a feedback page for every student and one for the class, from what is graded."""
    course = Course.find()
    known = _assignment(assignment)
    batch, jobs = _jobs(course, known, submitted or course.submitted, None)
    results = [result for job in jobs if (result := batch.known(job))]
    if not results:
        raise CourseError(f"nothing of {assignment} is graded yet; run: autograder grade {assignment}")
    index = _write_reports(course, known, results, output)
    print(f"{len(results)} of {len(jobs)} submissions are graded. The class report: {_short(index)}")


@app.command()
def doctor() -> None:
    """Say whether this machine and this course can grade, and which protections work here."""
    raise CourseError("not yet")


# --- what the commands share ----------------------------------------------------------------------------


def _assignment(name: str) -> "Assignment":
    from autograder import exercises

    if name not in exercises.ASSIGNMENT_NAMES:
        raise CourseError(
            f"there is no assignment {name!r}; there is {', '.join(exercises.ASSIGNMENT_NAMES)}"
        )
    return exercises.load(name)


def _jobs(
    course: Course, assignment: "Assignment", submitted: Path, student: str | None
) -> tuple["Batch", list["Job"]]:
    from autograder.batch import Batch
    from autograder.submission import find_submissions

    try:
        submissions = find_submissions(submitted, assignment.name, student)
    except FileNotFoundError:
        raise CourseError(f"there is no folder {_short(submitted)}; name another with --submitted") from None
    except NotADirectoryError:
        raise CourseError(f"{_short(submitted)} is not a folder; name one with --submitted") from None
    except PermissionError:
        raise CourseError(f"the folder {_short(submitted)} may not be read") from None
    if not submissions:
        who = f"nobody named {student!r}" if student is not None else "nobody"
        raise CourseError(f"{who} has handed in {assignment.name} in {_short(submitted)}")
    batch = Batch(course, assignment)
    return batch, batch.jobs(submissions)


def _grade(
    course: Course,
    assignment: "Assignment",
    submitted: Path,
    student: str | None,
    workers: int,
    quiet: bool,
) -> list["Result"]:
    """Grade what is not known, publish it, and return the results in the order of the students."""
    batch, jobs = _jobs(course, assignment, submitted, student)
    results = {job.submission.student: result for job in jobs if (result := batch.known(job))}
    new = [job for job in jobs if job.submission.student not in results]
    for result in _progress(batch.grade(new, workers), len(new), quiet):
        results[result.student] = result
    ordered = [results[job.submission.student] for job in jobs]
    _publish(ordered, assignment, course)
    if not quiet:
        print(_accounting(ordered, len(new)))
    return ordered


def _publish(results: list["Result"], assignment: "Assignment", course: Course) -> None:
    """Write what the gradebook does not have yet; a note beside it says which result it has of whom."""
    path = course.work / "published" / f"{assignment.name}.json"
    published: dict[str, str] = {}
    if path.exists() and course.gradebook.exists():
        published = json.loads(path.read_text())
    new = [result for result in results if published.get(result.student) != result.key]
    if not new:
        return
    from autograder.gradebook import publish

    publish(new, assignment, course)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(published | {result.student: result.key for result in new}))
    temporary.replace(path)


def _progress(results: "object", total: int, quiet: bool) -> "object":
    """The results as they come, with a bar on the terminal."""
    if quiet or not total:
        return results
    from rich.console import Console
    from rich.progress import track

    return track(results, "Grading", total, console=Console(stderr=True), transient=True)


def _accounting(results: list["Result"], new: int) -> str:
    """Every submission is somewhere: the parts add up to the whole."""
    count = {
        name: sum(result.outcome == name for result in results)
        for name in ("graded", "rejected", "needs_human")
    }
    fresh = f"{new} graded just now" if new else "nothing graded anew: all results were known"
    return (
        f"{len(results)} handed in = {count['graded']} graded + {count['rejected']} rejected + "
        f"{count['needs_human']} for a person to look at ({fresh})."
    )


def _print_table(results: list["Result"], assignment: "Assignment") -> None:
    """Who, the score, the score per exercise, and in words what was wrong."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.report import plain_text

    table = Table(title=assignment.title, title_justify="left", show_lines=False, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    for number, _ in enumerate(assignment.exercises, start=1):
        table.add_column(f"{number}", justify="right", no_wrap=True)
    table.add_column("what was wrong")
    for result in results:
        scores = {judgement.exercise: judgement for judgement in result.judgements}
        cells = [f"{scores[each.name].score:g}" if scores else "–" for each in assignment.exercises]
        total = "–" if result.score is None else f"{result.score:g}"
        table.add_row(
            plain_text(result.student), total, *cells, Text("\n".join(map(plain_text, _words(result))))
        )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    names = ", ".join(f"{n} {each.name}" for n, each in enumerate(assignment.exercises, start=1))
    console.print(f"Out of {assignment.max_score:g} points. Exercises: {names}.", highlight=False)


def _words(result: "Result") -> list[str]:
    if result.outcome != "graded":
        return [result.reason]
    findings = [
        f"{judgement.exercise}: {judgement.finding.message}"
        for judgement in result.judgements
        if judgement.finding
    ]
    return [*findings, *result.notes]


def _write_reports(
    course: Course, assignment: "Assignment", results: list["Result"], output: Path | None = None
) -> Path:
    from autograder.report import write_reports

    return write_reports(results, assignment, output or course.reports / assignment.name)


def _short(path: Path) -> str:
    """The path as one would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
