"""Grading a class on the command line: the pool, the bar, the accounting, and Ctrl-C."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from threading import Thread, Timer
from typing import TYPE_CHECKING

from autograder.cli.asked import found_submissions
from autograder.course import Course


if TYPE_CHECKING:
    from sys import UnraisableHookArgs

    from autograder.exercise import Assignment
    from autograder.grades import Grade
    from autograder.results import Result


def grade_class(
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
    from autograder.batch import Batch, grade_all
    from autograder.engine import LocalPool
    from autograder.protection import choose_wall
    from autograder.sandbox.launcher import ZygoteProcess

    submissions = found_submissions(submitted, assignment, student)
    with stoppable(), course.alone(say_waiting), contextlib.ExitStack() as started:
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
        engine = started.enter_context(LocalPool(batch.wall, workers, {assignment.name: assignment}, process))
        graded = started.enter_context(contextlib.closing(grade_all(new, engine)))
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


def say_waiting() -> None:
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
