"""A class through the grader: what is graded already is not run again; an engine grades the rest."""

import contextlib
import functools
import hashlib
import hmac
import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from autograder.course import Course, grader_version
from autograder.engine import Engine, Results, Task, grade_task
from autograder.exercise import Assignment
from autograder.failpoints import failpoint
from autograder.given import Given
from autograder.journal import RESULT, RUNNING, Entry, Journal
from autograder.notebook import read_release
from autograder.results import Origin, Result, ResultStore
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.reader import Unreadable
from autograder.sandbox.wall import Wall
from autograder.submission import Submission


# Our own failures are tried again; a submission is never scored by one.
ATTEMPTS = 3
# How a box ends that somebody else has ended, and one that does so itself.
KILLED = ("signal", f"signal {signal.SIGKILL.value}")


@dataclass(frozen=True)
class Batch:
    """Submissions of one assignment of a course, and the wall behind which they are graded."""

    course: Course
    assignment: Assignment
    wall: Wall

    @property
    def store(self) -> ResultStore:
        """Where the results of the assignment lie."""
        return result_store(self.course, self.assignment.name)

    @functools.cached_property
    def version(self) -> str:
        """Of the grader and of the exercises."""
        return grader_version(self.course)

    @functools.cached_property
    def given(self) -> Given | None:
        """The cells that students did not write, of our own notebook of the assignment."""
        path = self.course.source / self.assignment.name / f"{self.assignment.name}.ipynb"
        return Given.of(read_release(path)) if path.is_file() else None

    def jobs(self, submissions: Iterable[Submission]) -> list["Job"]:
        """Work out what the results depend on; of the files one at a time is in memory."""
        return [Job(self, each, self._key(each, _content(each))) for each in submissions]

    def _key(self, submission: Submission, content: bytes | Unreadable) -> str:
        """The name of a result: it says all that the result depends on."""
        parts = (
            self.assignment.name,
            submission.student,
            self.version,
            self.wall.label,
            repr(self.given),
        )
        about = "\0".join((*parts, *submission.notes, *submission.beside))
        data = repr(content.args).encode() if isinstance(content, Unreadable) else content
        message = about.encode(errors="surrogatepass") + b"\0" + hashlib.sha256(data).digest()
        return hmac.new(self.course.key(), message, hashlib.sha256).hexdigest()

    def known(self, job: "Job") -> Result | None:
        """The result of an earlier run, if nothing that it depends on has changed.

        One that rests on how busy the machine was, or on a failure of ours, may be another one today.
        """
        result = self.store.load(job.key)
        return result if result and result.settled else None

    def task(self, job: "Job") -> Task:
        """What an engine needs to grade the file as it is now, which may be another one than before."""
        submission, content = job.submission, _content(job.submission)
        return Task(
            self._key(submission, content),
            submission.student,
            self.assignment.name,
            self.assignment.cell_seconds,
            content,
            self.course.key(),
            self.given,
            submission.notes,
            submission.beside,
        )

    def grade_one(self, job: "Job", zygote: Zygote) -> Result:
        """Grade one job here and now, and save its result; a failure of ours is for the next run, too."""
        task = self.task(job)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result = grade_task(task, self.assignment, zygote)
                break
            except Exception as error:
                if attempt == ATTEMPTS:
                    result = self.set_aside(task, f"{type(error).__name__}: {error}")
        return self.saved(result)[0]

    def saved(self, result: Result) -> tuple[Result, str]:
        """The result as it is kept from now on, and the hash of its file."""
        dated = replace(result, version=self.version)
        return dated, self.store.save(dated)

    def set_aside(self, task: Task, failure: str) -> Result:
        """The result of what was lost too often: a person has to look, and the next run tries it again."""
        origin = Origin(
            task.student, self.assignment, self.wall.label, key=task.key, notes=task.notes, beside=task.beside
        )
        why = f"The grader itself failed {ATTEMPTS} times ({failure[:200]}); a person has to look at it."
        return Result.needs_human(origin, why, settled=False)


@dataclass(frozen=True)
class Job:
    """A submission, and the key of its result: what it holds is read again when its turn comes."""

    batch: Batch
    submission: Submission
    key: str


def grade_all(
    jobs: Iterable[Job],
    engine: Engine,
    journal: Journal | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Generator[Result, None, None]:
    """Have all jobs graded, from now on; each result comes as soon as it is there, saved.

    What rests on how busy the machine was, was killed, or was lost by a failure of ours, comes last, one
    after the other and with nothing beside it: so it is known who is to blame. Once it is `stopping`, nothing
    more is begun.
    """
    grading = _Grading(engine, journal, stopping)
    return grading.results(engine.grade(grading.tasks(jobs, alone=False)))


def grade_alone(
    jobs: Iterable[Job],
    engine: Engine,
    journal: Journal | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Result]:
    """The same of what has come to nothing before."""
    grading = _Grading(engine, journal, stopping)
    return filter(None, map(grading.alone, jobs))


@dataclass(frozen=True)
class _Grading:
    engine: Engine
    journal: Journal | None
    stopping: Callable[[], bool]
    handed_out: dict[str, Job] = field(default_factory=dict)

    def tasks(self, jobs: Iterable[Job], *, alone: bool) -> Iterator[Task]:
        """What engines take; a task is on record as running before it is out of our hands."""
        for job in jobs:
            if self.stopping():
                return
            task = job.batch.task(job)
            self.handed_out[task.key] = job
            if self.journal:
                entry = Entry(RUNNING, task.assignment, task.student, task.key, alone=alone)
                self.journal.note_running(entry)
            failpoint("engine: sent")
            yield task

    def results(self, coming: Results) -> Generator[Result, None, None]:
        again: list[Job] = []
        with contextlib.closing(coming):
            for done in coming:
                job = self.received(done.key)
                if isinstance(done, Result) and done.settled and not _may_be_ours(done):
                    yield self.kept(job, done)
                else:
                    again.append(job)
        yield from filter(None, map(self.alone, again))

    def received(self, key: str) -> Job:
        """The job that has come back: whatever ends us from now on, such as a slow disk, is not its fault."""
        failpoint("engine: received")
        job = self.handed_out.pop(key)
        if self.journal:
            self.journal.note_returned(job.batch.assignment.name, job.submission.student)
        return job

    def alone(self, job: Job) -> Result | None:
        """What comes of a job that nothing runs beside, after one attempt that came to nothing."""
        why = ""
        for _ in range(1, ATTEMPTS):
            for done in self.engine.grade(self.tasks([job], alone=True)):
                self.received(done.key)
                if isinstance(done, Result):
                    return self.kept(job, done)
                why = done.why
            if self.stopping():
                return None
        return self.kept(job, job.batch.set_aside(job.batch.task(job), why))

    def kept(self, job: Job, result: Result) -> Result:
        """The result, saved, and on record as such."""
        saved, digest = job.batch.saved(result)
        if self.journal:
            entry = Entry(RESULT, saved.assignment, saved.student, saved.key, result=digest)
            self.journal.note(entry)
        return saved


def _may_be_ours(result: Result) -> bool:
    """Whether somebody else may have ended a box, such as the system for want of memory."""
    stops = (record.stopped for record in result.cells)
    return any(stop is not None and (stop.reason, stop.detail) == KILLED for stop in stops)


def in_turn(classes: Sequence[Sequence[Job]]) -> list[Job]:
    """The jobs of several assignments in an order in which no assignment and no student waits for others.

    Assignments take turns; each begins with another part of the class, so that students take turns as well.
    """
    longest = max(map(len, classes), default=0)
    turned = [
        [*jobs[shift:], *jobs[:shift]]
        for number, jobs in enumerate(classes)
        for shift in [number * len(jobs) // max(len(classes), 1)]
    ]
    return [jobs[place] for place in range(longest) for jobs in turned if place < len(jobs)]


def _content(submission: Submission) -> bytes | Unreadable:
    try:
        return submission.read()
    except Unreadable as problem:
        return problem


def result_store(course: Course, assignment: str) -> ResultStore:
    """Where the results of an assignment lie."""
    return ResultStore(course.results / assignment)
