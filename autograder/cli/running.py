"""Grading on the command line: the pool, the bar, the accounts, and what Ctrl-C does."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from threading import Thread, Timer
from types import FrameType
from typing import TYPE_CHECKING

import typer

from autograder.cli.says import complain
from autograder.course import Course
from autograder.stopping import STOPS, Terminated


if TYPE_CHECKING:
    from sys import UnraisableHookArgs

    from rich.progress import Progress, TaskID

    from autograder.engine import Engine
    from autograder.exercise import Assignment
    from autograder.results import Result
    from autograder.run import Account
    from autograder.sandbox.wall import Wall
    from autograder.submission import Submission

# How long what is being graded may take to end when grading is to stop, in seconds.
DRAIN_SECONDS = 5.0
STOPPED = "stopped; what is graded is kept, the same command goes on"
# What `autograder grade --help` and docs/grading.md say of them.
SOMEBODY_HAS_TO_LOOK = 3
ACCOUNTS_DISAGREE = 4


def grade_class(
    course: Course,
    assignments: "Sequence[Assignment]",
    handed_in: "Mapping[str, list[Submission]]",
    workers: int,
    *,
    cluster: str | None = None,
    insist: bool = False,
    unsafe: bool,
    quiet: bool,
    absent: bool = True,
    before: "Callable[[Wall], None]" = lambda _: None,
) -> "list[Account]":
    """Grade what is not known, publish it, and print the accounts, which must agree.

    It is graded by so many `workers` here, or by those of the `cluster` at an address. What has ended the
    program three times is tried only where a person will `insist`. With `absent` the accounts also say how
    many handed in nothing. `before` is called when nobody else is grading any more, and nothing is written
    yet.
    """
    from autograder.batch import Batch
    from autograder.protection import choose_wall
    from autograder.run import grade_course
    from autograder.sandbox.launcher import ZygoteProcess

    with stoppable(), course.alone(say_waiting), contextlib.ExitStack() as started:
        # What will be needed takes more than a second to import, in which the wall is tested.
        process = None
        if not cluster and not _looks_graded(course, handed_in):
            process = started.enter_context(contextlib.closing(ZygoteProcess()))
        Thread(target=import_module, args=("autograder.publish",)).start()
        wall = choose_wall(course, unsafe=unsafe)
        if wall.tier == "none":
            complain("NOT ISOLATED: students' code runs with your rights")
        before(wall)
        watcher = started.enter_context(_Terminal(quiet))
        if cluster:
            from autograder.cluster import Cluster

            engine: Engine = started.enter_context(Cluster(cluster, course, wall))
        else:
            from autograder.engine import LocalPool

            known = {each.name: each for each in assignments}
            engine = started.enter_context(LocalPool(wall, workers, known, process))
        classes = [(Batch(course, each, wall), handed_in[each.name]) for each in assignments]
        accounts = grade_course(course, classes, engine, watcher, insist=insist)
        watcher.end_here()
    for account in accounts:
        _check(account)
        if not quiet:
            print(_says(account, short=len(accounts) > 1, absent=absent))
    return accounts


def graded_without_writing(
    course: Course,
    assignment: "Assignment",
    handed_in: "Sequence[Submission]",
    workers: int,
    *,
    unsafe: bool,
) -> "Iterator[Result]":
    """What grading would find, kept for whoever writes it; the gradebook is left alone."""
    from autograder.batch import Batch, grade_all
    from autograder.engine import LocalPool
    from autograder.journal import Journal
    from autograder.protection import choose_wall

    with stoppable(), course.alone(say_waiting), contextlib.ExitStack() as started:
        batch = Batch(course, assignment, choose_wall(course, unsafe=unsafe))
        jobs = batch.jobs(handed_in)
        new = []
        for job in jobs:
            if result := batch.known(job):
                yield result
            else:
                new.append(job)
        watcher = started.enter_context(_Terminal(quiet=False))
        engine = started.enter_context(LocalPool(batch.wall, workers, {assignment.name: assignment}))
        journal = started.enter_context(Journal(course.journal))
        watcher.expect(len(new))
        coming = started.enter_context(contextlib.closing(grade_all(new, engine, journal, watcher.stopping)))
        for result in coming:
            watcher.graded()
            yield result
        watcher.end_here()


def kept_results(
    course: Course, assignment: "Assignment", handed_in: "Sequence[Submission]", wall: "Wall"
) -> "list[Result]":
    """What `graded_without_writing` has kept, as far as nothing that it depends on has changed."""
    from autograder.batch import Batch

    batch = Batch(course, assignment, wall)
    found = (batch.store.load(job.key) for job in batch.jobs(handed_in))
    return [each for each in found if each]


def _looks_graded(course: Course, handed_in: "Mapping[str, list[Submission]]") -> bool:
    autograded = course.work / "autograded"
    return all(
        (autograded / each.student / name).exists() for name, some in handed_in.items() for each in some
    )


def say_waiting() -> None:
    complain("somebody is grading this course; waiting until they have finished")


def _says(account: "Account", *, short: bool, absent: bool) -> str:
    """Every submission is somewhere: the parts add up to the whole."""
    new = account.fresh
    fresh = f"{new} graded just now" if new else "nothing graded anew: all results were known"
    where = f"{account.assignment}: " if short else ""
    missing = sum(not grade.handed_in for grade in account.grades.values()) if absent else 0
    nothing = f" {missing} of the course handed in nothing." if missing else ""
    return (
        f"{where}{account.handed_in} handed in = {account.count('graded')} graded + "
        f"{account.count('rejected')} rejected + {account.count('needs_human')} for a person to look at "
        f"({fresh}).{nothing}"
    )


def _check(account: "Account") -> None:
    """Everybody who handed in has one result, which journal and gradebook have too, or we say so and end."""
    if not account.unaccounted and len(account.results) == account.handed_in:
        return
    names = ", ".join(account.unaccounted[:5]) + (" ..." if len(account.unaccounted) > 5 else "")
    complain(
        f"the accounts of {account.assignment} do not agree: of {account.handed_in} who handed in, results, "
        f"journal and gradebook say different things about {len(account.unaccounted)} ({names}); run the "
        "same command again, and if it says so again, put back the gradebook of a backup"
    )
    raise typer.Exit(ACCOUNTS_DISAGREE)


class _Terminal:
    """The bar, where there is a terminal, and the two ways to stop; a `run.Watcher`.

    The first Ctrl-C, or SIGTERM, lets what is being graded come to its end; a second one, or some seconds,
    end it.
    """

    def __init__(self, quiet: bool) -> None:
        self._asked = 0
        self._before: dict[int, object] = {}
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        if not quiet and sys.stderr.isatty():
            self._bar = _progress()

    def __enter__(self) -> "_Terminal":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:  # in the background of a shell
                    self._before[number] = signal.signal(number, self._hear)
            self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._bar:
            self._bar.stop()

    def say(self, says: str) -> None:
        complain(says)

    def stopping(self) -> bool:
        return bool(self._asked)

    def expect(self, number: int) -> None:
        if self._bar and number:
            if self._task is None:
                self._bar.start()
                self._task = self._bar.add_task("Grading", total=number)
            else:
                self._bar.update(self._task, total=(self._bar.tasks[0].total or 0) + number)

    def graded(self) -> None:
        if self._bar and self._task is not None:
            self._bar.advance(self._task)

    def end_here(self) -> None:
        """A run that was to stop has done so."""
        if self._asked:
            self._end(self._asked, None)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            self._end(number, frame)
        self._asked = number
        # Not by `print`, amid which the signal may have come.
        os.write(2, f"autograder: stopping; what is being graded has {DRAIN_SECONDS:g} s to end\n".encode())
        signal.setitimer(signal.ITIMER_REAL, DRAIN_SECONDS)

    def _end(self, number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if signal.SIGTERM in (number, self._asked):
            raise Terminated
        raise KeyboardInterrupt


def _progress() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{60 * task.speed:.0f} a minute" if task.speed else "")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
        speed_estimate_period=120,
    )


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Say what Ctrl-C means; Typer then ends the program with exit code 130."""
    before = sys.unraisablehook
    sys.unraisablehook = partial(_ask_again, before)
    try:
        yield
    except tuple(STOPS):
        complain(STOPPED)
        raise
    finally:
        sys.unraisablehook = before


def _ask_again(otherwise: "Callable[[UnraisableHookArgs], object]", unheard: "UnraisableHookArgs") -> None:
    """Python drops what a signal raises in a destructor; it is sent again when that is over."""
    if unheard.exc_type in STOPS:
        again = Timer(0.05, os.kill, (os.getpid(), STOPS[unheard.exc_type]))
        again.daemon = True
        again.start()
    else:
        otherwise(unheard)
