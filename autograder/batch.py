"""A class through the grader: what is graded already is not run again; an engine grades the rest."""

import contextlib
import functools
import hashlib
import hmac
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from autograder.course import Course, grader_version
from autograder.engine import Engine, Results, Task, grade_task
from autograder.exercise import Assignment
from autograder.given import Given
from autograder.notebook import read_release
from autograder.results import Origin, Result, ResultStore
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.reader import Unreadable
from autograder.sandbox.wall import Wall
from autograder.submission import Submission


# Our own failures are tried again; a submission is never scored by one.
ATTEMPTS = 3


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
        return self.saved(result)

    def saved(self, result: Result) -> Result:
        """The result, which is kept from now on."""
        self.store.save(result)
        return result

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


_Tasks = Callable[[Iterable[Job]], Iterator[Task]]


def grade_all(jobs: Iterable[Job], engine: Engine) -> Generator[Result, None, None]:
    """Have all jobs graded; each result comes as soon as it is there, saved.

    What rests on how busy the machine was, or was lost by a failure of ours, comes last, one after the other
    and with nothing beside it: so it is known who is to blame. An engine that is left before its end leaves
    what is not graded as it was.
    """
    handed_out: dict[str, Job] = {}

    def tasks(some: Iterable[Job]) -> Iterator[Task]:
        for job in some:
            task = job.batch.task(job)
            handed_out[task.key] = job
            yield task

    return _saved(engine.grade(tasks(jobs)), handed_out, engine, tasks)


def _saved(
    coming: Results,
    handed_out: dict[str, Job],
    engine: Engine,
    tasks: Callable[[Iterable[Job]], Iterator[Task]],
) -> Generator[Result, None, None]:
    again: list[Job] = []
    with contextlib.closing(coming):
        for done in coming:
            job = handed_out.pop(done.key)
            if isinstance(done, Result) and done.settled:
                yield job.batch.saved(done)
            else:
                again.append(job)
    for job in again:
        yield job.batch.saved(_alone(job, engine, tasks))


def _alone(job: Job, engine: Engine, tasks: _Tasks) -> Result:
    """What comes of a job that nothing runs beside, after one attempt that came to nothing."""
    why = ""
    for _ in range(1, ATTEMPTS):
        (done,) = engine.grade(tasks([job]))
        if isinstance(done, Result):
            return done
        why = done.why
    return job.batch.set_aside(job.batch.task(job), why)


def _content(submission: Submission) -> bytes | Unreadable:
    try:
        return submission.read()
    except Unreadable as problem:
        return problem


def result_store(course: Course, assignment: str) -> ResultStore:
    """Where the results of an assignment lie."""
    return ResultStore(course.results / assignment)
