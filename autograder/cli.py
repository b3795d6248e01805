"""The command line: `autograder demo | release | collect | grade | report | doctor | prove | new`.

Nothing slow is imported before it is needed, so that `--help` answers at once.
"""

import contextlib
import dataclasses
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from threading import Thread, Timer
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from datetime import datetime
    from sys import UnraisableHookArgs

    from autograder.collect import Collection
    from autograder.exercise import Assignment
    from autograder.flags import Flag
    from autograder.grades import Grade
    from autograder.report import Reports
    from autograder.results import Result
    from autograder.sandbox.tiers import Choice
    from autograder.submission import Submission


app = typer.Typer(
    name="autograder",
    help="Grade notebooks of the course: student code runs behind a wall, the verdict is computed outside.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

AssignmentName = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Such as 01_moving_averages.")]
Submitted = Annotated[
    Path | None,
    typer.Option(
        "--submitted",
        metavar="DIR",
        help="Folder of STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb.",
        show_default=".course/submitted",
    ),
]
Student = Annotated[str | None, typer.Option("--student", metavar="ID", help="Only this student.")]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=1, metavar="N", help="Submissions at a time.", show_default="cores")
]
Unsafe = Annotated[
    bool,
    typer.Option("--unsafe", help="Grade although no wall here is strong enough: only code you trust."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per submission.")]

DEFAULT_JOBS = os.cpu_count() or 1
# Of the sample class so many are shown in a table; a cell of theirs may take so long.
SHOWN = 12
DEMO_SECONDS = 3.0


def main() -> None:
    """Run the command line; what a person has to put right is one sentence, never a traceback."""
    try:
        _expect_utf8()
        app()
    except CourseError as error:
        _fail(str(error))
    except OSError as error:
        if error.filename is None:
            raise
        _fail(f"{error.filename} cannot be used: {error.strerror}")


def _expect_utf8() -> None:
    """Names of students are in any script; what cannot be printed where we print is written as a number."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise CourseError(
            f"here Python reads the names of files as {encoding}; set PYTHONUTF8=1 and start it again"
        )
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _fail(says: str) -> NoReturn:
    _complain(says)
    sys.exit(1)


def _complain(says: str) -> None:
    """One line on stderr; of a stranger's text in it a terminal obeys nothing."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in says)
    print(f"autograder: {shown}", file=sys.stderr)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"autograder {version('advsec')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    assignment: Annotated[
        str | None,
        typer.Argument(metavar="[ASSIGNMENT]", help="Such as 01_moving_averages.", show_default="all"),
    ] = None,
    jobs: Jobs = DEFAULT_JOBS,
) -> None:
    """Grade a sample class that is made from the catalogue, and print who wrote what.

    Uses folders of its own (.course/demo); a course's gradebook is not touched.
    """
    course = Course.find()
    course = Course(course.root, course.work / "demo")
    from autograder.exercises import ASSIGNMENT_NAMES

    for name in ASSIGNMENT_NAMES if assignment is None else [assignment]:
        # What never ends need not run long to show it.
        known = dataclasses.replace(_assignment(name), cell_seconds=DEMO_SECONDS)
        _let_hand_in(course, known, hazards=known.name == ASSIGNMENT_NAMES[0])
        # The sample class is our own code: it is graded even where there is no wall.
        results, grades = _grade(course, known, course.submitted, None, jobs, unsafe=True, quiet=False)
        _print_table(_worst_first(results, grades), known, grades, rows=SHOWN)
        reports = _write_reports(course, known, results, grades)
        print(f"The class report: {_short(reports.index)}\n")
        _name_failed(reports)


def _let_hand_in(course: Course, assignment: "Assignment", *, hazards: bool) -> None:
    """What the sample class hands in, made from the catalogue in the place of what was there."""
    import shutil

    import nbformat

    from autograder import sample
    from autograder.gradebook import make_release

    release = make_release(course, assignment) / f"{assignment.name}.ipynb"
    for folder in course.submitted.glob(f"*/{assignment.name}"):
        shutil.rmtree(folder)
    sample.write(assignment, nbformat.read(release, as_version=4), course.submitted, hazards=hazards)


def _worst_first(results: list["Result"], grades: "Mapping[str, Grade]") -> list["Result"]:
    """What was not graded, then the lowest scores, and among these known mistakes."""

    def rank(result: "Result") -> tuple[bool, float, bool]:
        score = grades[result.student].score
        findings = [judgement.finding for judgement in result.judgements if judgement.finding]
        return score is not None, score or 0.0, not any(finding.misconception for finding in findings)

    return sorted(results, key=rank)


@app.command()
def release(assignment: AssignmentName) -> None:
    """Make what students get: a folder and a zip file with the assignment, its lecture and what to install.

    Neither solutions nor hidden inputs are in it. nbgrader's own release is made too, in .course/release.
    """
    course = Course.find()
    known = _assignment(assignment)
    from autograder.bundle import make_bundle
    from autograder.gradebook import make_release

    bundle = make_bundle(course, known, make_release(course, known))
    print(f"For students: {_short(bundle.archive)}, and the same as a folder beside it.")
    if bundle.worked_in:
        print(
            f"But {_short(bundle.folder)} is left as it was: somebody has worked in it ({bundle.worked_in})."
        )


@app.command()
def collect(
    archive: Annotated[
        Path, typer.Argument(metavar="ARCHIVE", help="The zip file that Canvas, Moodle or another gave you.")
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
            help="Who takes the course: columns id and, where known, first_name, last_name, email, "
            "lms_user_id. Names of the archive become ids, the gradebook learns the rest; who is missing is "
            "listed.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per entry.")] = False,
) -> None:
    """Take what students handed in out of an archive, and put it where `grade` looks for it.

    Of several attempts the latest is taken. Every entry is accounted for: collected, skipped or refused,
    with the reason. Exit code 3 says that something was refused.
    """
    course = Course.find()
    from autograder.collect import collect, folder_name
    from autograder.exercises import ASSIGNMENT_NAMES
    from autograder.roster import Roster

    name = _assignment(assignment).name if assignment is not None else None
    people = Roster.read(roster) if roster else None
    collection = collect(
        archive,
        ASSIGNMENT_NAMES,
        submitted or course.submitted,
        assignment=name,
        roster=people,
        due=lambda of: _due_date(course, of),
    )
    if as_json:
        for entry in collection.entries:
            print(json.dumps(dataclasses.asdict(entry)))
    else:
        _print_collection(collection)
    if people:
        from autograder.gradebook import enter_people

        # nbgrader's students are called what their folders are called.
        enter_people(course, {folder_name(student): about for student, about in people.people.items()})
    if any(entry.outcome == "refused" for entry in collection.entries):
        raise typer.Exit(3)


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
    known = _assignment(assignment)
    folder = submitted or course.submitted
    results, grades = _grade(course, known, folder, student, jobs, unsafe=unsafe, quiet=as_json)
    if as_json:
        from autograder.results import summary

        for result in results:
            print(json.dumps(summary(result, known, grades[result.student])))
    else:
        _print_table(results, known, grades)
    if any(result.outcome == "needs_human" for result in results):
        raise typer.Exit(3)


@app.command()
def report(
    assignment: AssignmentName,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="DIR", help="Where to write.", show_default=".course/reports/ASSIGNMENT"
        ),
    ] = None,
) -> None:
    """Write a feedback page for every student and one for the class, from what is graded.

    Exit code 3 says that some page could not be made.
    """
    course = Course.find()
    known = _assignment(assignment)
    from autograder.gradebook import grades, shown_results

    results = []
    if course.gradebook.exists():
        shown = shown_results(course, known.name)
        results = [result for result in shown.values() if result]
        _name_lost([student for student, result in shown.items() if result is None], known.name)
    if not results:
        raise CourseError(f"nothing of {known.name} is graded yet; run: autograder grade {known.name}")
    reports = _write_reports(course, known, results, grades(course, known.name), output)
    made = len(results) - len(reports.failed)
    print(f"Pages for {made} students. The class report: {_short(reports.index)}")
    _name_failed(reports)


@app.command()
def doctor() -> None:
    """Say whether this machine can grade, and which protections work on it.

    Exit code 1 says that the course would refuse to grade here.
    """
    course = Course.find()
    from autograder.protection import choose_wall, examined

    choice = examined()
    _print_protections(choice)
    choose_wall(course)
    print(
        f"This machine grades behind the tier {choice.tier!r}; the course asks for {course.minimum_tier!r}."
    )


@app.command()
def prove(
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="[ASSIGNMENT]", help="Such as 01_moving_averages; without it, all.", show_default=False
        ),
    ] = None,
    exercise: Annotated[
        str | None, typer.Option("--exercise", metavar="NAME", help="Only this exercise.")
    ] = None,
    jobs: Jobs = DEFAULT_JOBS,
) -> None:
    """Prove the grader: what is right passes, what is wrong fails and is called by its name.

    For authors of exercises. Exit code 1 says that it does not, in words below the table: such as two wrong
    formulas that the probes do not tell apart.
    """
    from autograder.exercises import ASSIGNMENT_NAMES

    names = ASSIGNMENT_NAMES if assignment is None else (_assignment(assignment).name,)
    asked = {known.title: _exercises(known, exercise) for known in map(_assignment, names)}
    if not any(asked.values()):
        raise CourseError(f"there is no exercise {exercise!r} in {', '.join(names)}")
    from autograder.prove.table import in_short, print_proofs, proofs

    proved = []
    for title, exercises in asked.items():
        if exercises:
            made = proofs(exercises, jobs)
            print_proofs(title, made)
            proved += made
    print(in_short(proved))
    holds = all(proof.holds for proof in proved)
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

    For authors, whose reference function is in `advsec` already; CONTRIBUTING.md goes on from here.
    """
    course = Course.find()
    from autograder.scaffold import scaffold

    for path in scaffold(course, _assignment(assignment), exercise):
        print(f"wrote {_short(path)}")
    print(f"Fill in what is TODO, then run: autograder prove {assignment} --exercise {exercise}")


# --- what the commands share ----------------------------------------------------------------------------


def _assignment(name: str) -> "Assignment":
    from autograder import exercises

    name = Path(name).name  # completed by a shell, it is the path of a folder
    if name not in exercises.ASSIGNMENT_NAMES:
        raise CourseError(
            f"there is no assignment {name!r}; there is {', '.join(exercises.ASSIGNMENT_NAMES)}"
        )
    return exercises.load(name)


def _exercises(assignment: "Assignment", only: str | None) -> list[str]:
    return [each.name for each in assignment.exercises if only in (None, each.name)]


def _due_date(course: Course, assignment: str) -> "datetime | None":
    from autograder.gradebook import due_date

    return due_date(course, assignment)


def _find_submissions(submitted: Path, assignment: "Assignment", student: str | None) -> list["Submission"]:
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
    return submissions


def _grade(
    course: Course,
    assignment: "Assignment",
    submitted: Path,
    student: str | None,
    workers: int,
    *,
    unsafe: bool,
    quiet: bool,
) -> tuple[list["Result"], "dict[str, Grade]"]:
    """Grade what is not known, publish it; the results in the order of the students, and all grades."""
    from autograder.batch import Batch
    from autograder.protection import choose_wall
    from autograder.sandbox.launcher import ZygoteProcess

    submissions = _find_submissions(submitted, assignment, student)
    with stoppable(), course.alone(_say_waiting), contextlib.ExitStack() as started:
        # What will be needed takes more than a second to import, in which the wall is tested.
        process = None
        if not all(
            (course.work / "autograded" / each.student / assignment.name).exists() for each in submissions
        ):
            process = started.enter_context(contextlib.closing(ZygoteProcess()))
        Thread(target=import_module, args=("autograder.publish",)).start()
        batch = Batch(course, assignment, choose_wall(course, unsafe=unsafe))
        if batch.wall.tier == "none":
            print("autograder: NOT ISOLATED: students' code runs with your rights", file=sys.stderr)
        jobs = batch.jobs(submissions)
        done = {job.submission.student: result for job in jobs if (result := batch.known(job))}
        new = [job for job in jobs if job.submission.student not in done]
        graded = started.enter_context(batch.grading(new, workers, process))
        shown = started.enter_context(_progress(graded, len(new), quiet))
        from autograder.gradebook import grades
        from autograder.publish import publish

        # Each result is written while others are being graded.
        coming = chain(done.values(), shown)
        times = {each.student: each.handed_in for each in submissions}
        results = {result.student: result for result in publish(coming, assignment, course, times)}
    ordered = [results[job.submission.student] for job in jobs]
    if not quiet:
        print(_accounting(ordered, len(new)))
    return ordered, grades(course, assignment.name)


def _say_waiting() -> None:
    print("autograder: somebody is grading this course; waiting until they have finished", file=sys.stderr)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Say what Ctrl-C means; Typer then ends the program with exit code 130."""
    before = sys.unraisablehook
    sys.unraisablehook = partial(_ask_again, before)
    try:
        yield
    except KeyboardInterrupt:
        print("autograder: stopped; what is graded is kept, the same command goes on", file=sys.stderr)
        raise
    finally:
        sys.unraisablehook = before


def _ask_again(otherwise: "Callable[[UnraisableHookArgs], object]", unheard: "UnraisableHookArgs") -> None:
    """Python drops an interrupt that arrives in a destructor; it is sent again when that is over."""
    if unheard.exc_type is KeyboardInterrupt:
        again = Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        again.daemon = True
        again.start()
    else:
        otherwise(unheard)


@contextlib.contextmanager
def _progress(results: "Iterator[Result]", total: int, quiet: bool) -> "Iterator[Iterator[Result]]":
    """The results as they come, with a bar where there is a terminal."""
    if quiet or not total or not sys.stderr.isatty():
        yield results
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Grading", total=total)

        def counted() -> "Iterator[Result]":
            for result in results:
                yield result
                bar.advance(task)

        yield counted()


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


def _print_table(
    results: list["Result"],
    assignment: "Assignment",
    grades: "Mapping[str, Grade]",
    rows: int | None = None,
) -> None:
    """Who, the score in the gradebook, the score per exercise, and what was wrong; of the first `rows`."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.report import plain_text, points

    table = Table(title=assignment.title, title_justify="left", show_lines=False, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    for number, _ in enumerate(assignment.exercises, start=1):
        table.add_column(f"{number}", justify="right", no_wrap=True)
    table.add_column("what was wrong")
    for result in results[:rows]:
        grade = grades[result.student]
        table.add_row(
            plain_text(result.student),
            points(grade.score),
            *(points(grade.points(assignment.test_cell(each))) for each in assignment.exercises),
            Text("\n".join(map(plain_text, (*_remarks(grade), *_words(result))))),
        )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    if left := len(results[len(results[:rows]) :]):
        console.print(f"And {left} more, with no fewer points, in the report.", highlight=False)
    names = ", ".join(f"{n} {each.name}" for n, each in enumerate(assignment.exercises, start=1))
    shown = [grades[result.student] for result in results]
    by_person = max((grade.waiting for grade in shown if grade.score is not None), default=0.0)
    total = f"Out of {points(shown[0].max_score)} points"
    if by_person:
        total += f", of which a person has yet to give up to {points(by_person)}"
    console.print(f"{total}. Exercises: {names}.", highlight=False)


def _remarks(grade: "Grade") -> Iterator[str]:
    """What else makes up the score."""
    from autograder.report import points

    if grade.penalty and grade.score is not None:
        yield f"handed in late: {points(grade.penalty)} points less"
    if given := [mark.cell for mark in grade.marks if mark.by_person]:
        yield f"given by a person: {', '.join(given)}"


def _print_collection(collection: "Collection") -> None:
    """What became of every file; folders are counted only."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.report import plain_text

    table = Table(title=f"Collected for {collection.assignment}", title_justify="left", pad_edge=False)
    for column in ("student", "outcome", "why", "name in the archive"):
        table.add_column(column)
    for entry in collection.entries:
        if not entry.name.endswith("/"):
            cells = (entry.student, entry.outcome, entry.why, entry.name)
            table.add_row(*(Text(plain_text(cell)) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    count = {
        outcome: sum(entry.outcome == outcome for entry in collection.entries)
        for outcome in ("collected", "skipped", "refused")
    }
    parts = " + ".join(f"{number} {outcome}" for outcome, number in count.items())
    print(f"{len(collection.entries)} entries = {parts}.")
    if collection.missing:
        missing = ", ".join(map(plain_text, collection.missing))
        print(f"On the roster and not in the archive ({len(collection.missing)}): {missing}")


def _words(result: "Result") -> list[str]:
    if result.outcome != "graded":
        return [result.reason, *result.notes]
    findings = [(each.exercise, each.finding) for each in result.judgements if each.finding]
    missing = [name for name, finding in findings if finding.kind == "not_implemented"]
    said = [f"{name}: {finding.message}" for name, finding in findings if name not in missing]
    return [*[f"not written yet: {', '.join(missing)}"] * bool(missing), *said, *result.notes]


def _write_reports(
    course: Course,
    assignment: "Assignment",
    results: list["Result"],
    grades: "Mapping[str, Grade]",
    output: Path | None = None,
) -> "Reports":
    from autograder.report import lecture_sections, write_reports

    directory = output or course.reports / assignment.name
    found = _flags(course, assignment, results)
    lecture = lecture_sections(course.lectures / f"{assignment.name}.ipynb")
    return write_reports(results, assignment, grades, directory, course.key(), found, lecture)


def _name_lost(students: list[str], assignment: str) -> None:
    """Name whose result is in the gradebook and no longer in its file."""
    if students:
        says = f"not in the report, since the results are no longer there: {', '.join(students)}"
        _complain(f"{says}; run: autograder grade {assignment}")


def _name_failed(reports: "Reports") -> None:
    """Name whose page could not be made; the exit code says so too."""
    if reports.failed:
        names = ", ".join(reports.failed)
        _complain(f"no page could be made for {names}; every other page is there")
        raise typer.Exit(3)


def _flags(
    course: Course, assignment: "Assignment", results: list["Result"]
) -> "dict[str, tuple[Flag, ...]]":
    """What a person should look at, beyond what everybody was given."""
    from autograder.flags import flags
    from autograder.notebook import read_release, sources

    given = course.release / assignment.name / f"{assignment.name}.ipynb"
    if not given.is_file():
        from autograder.gradebook import make_release

        make_release(course, assignment)
    return flags(results, assignment, sources(read_release(given)))


def _short(path: Path) -> str:
    """The path as one would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _print_protections(choice: "Choice") -> None:
    """Each protection, whether it is active, and how that was tested just now."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Protections, attacked from inside just now", title_justify="left")
    for column in ("protection", "what it does", "active", "tested by"):
        table.add_column(column)
    for row in choice.examination.table() if choice.examination else ():
        active = "yes" if row.active else "NO" if row.expected else "not in this tier"
        table.add_row(row.protection, row.purpose, active, "; ".join(row.tested_by))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    for reason in choice.reasons:
        print(f"- {reason}")
