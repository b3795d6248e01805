"""Many submissions: what is graded already is not run again; the rest runs in a local pool."""

import contextlib
import functools
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from autograder.course import Course, grader_version
from autograder.exercise import Assignment
from autograder.given import Given
from autograder.grading import grade_submission
from autograder.notebook import read_release
from autograder.results import Origin, Result, ResultStore
from autograder.sandbox.launcher import Zygote, ZygoteProcess
from autograder.sandbox.reader import Unreadable
from autograder.sandbox.wall import Wall
from autograder.submission import Submission, reason


# Our own failures are tried again; a submission is never scored by one.
ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """A submission, and the key of its result: what it holds is read again when its turn comes."""

    submission: Submission
    key: str


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
    def given(self) -> Given | None:
        """The cells that students did not write, of our own notebook of the assignment."""
        path = self.course.source / self.assignment.name / f"{self.assignment.name}.ipynb"
        return Given.of(read_release(path)) if path.is_file() else None

    def jobs(self, submissions: Iterable[Submission]) -> list[Job]:
        """Work out what the results depend on; of the files one at a time is in memory."""
        return [Job(submission, self._key(submission, _content(submission))) for submission in submissions]

    def _key(self, submission: Submission, content: bytes | Unreadable) -> str:
        """The name of a result: it says all that the result depends on."""
        parts = (
            self.assignment.name,
            submission.student,
            grader_version(),
            self.wall.label,
            repr(self.given),
        )
        about = "\0".join((*parts, *submission.notes, *submission.beside))
        data = repr(content.args).encode() if isinstance(content, Unreadable) else content
        message = about.encode(errors="surrogatepass") + b"\0" + hashlib.sha256(data).digest()
        return hmac.new(self.course.key(), message, hashlib.sha256).hexdigest()

    def known(self, job: Job) -> Result | None:
        """The result of an earlier run, if nothing that it depends on has changed.

        One that rests on how busy the machine was, or on a failure of ours, may be another one today.
        """
        result = self.store.load(job.key)
        return result if result and result.settled else None

    @contextlib.contextmanager
    def grading(
        self, jobs: list[Job], workers: int, process: ZygoteProcess | None = None
    ) -> Iterator[Iterator[Result]]:
        """Start grading the jobs in a local pool; each result comes as soon as it is there, saved.

        `process` is a zygote's that has been started already. What is not graded when the context is left
        stays as it was: boxes that still run are ended.
        """
        if not jobs:
            yield iter(())
            return
        with ThreadPoolExecutor(workers) as pool, Zygote(self.wall, process) as zygote:
            futures = {pool.submit(self._grade_among_others, job, zygote): job for job in jobs}
            try:
                yield self._results(futures, pool, zygote)
            finally:
                for future in futures:
                    future.cancel()

    def _results(
        self, futures: dict[Future[Result], Job], pool: ThreadPoolExecutor, zygote: Zygote
    ) -> Iterator[Result]:
        """Each as it comes; those that rest on how busy the machine was come last, one after the other."""
        unsettled = []
        for future in as_completed(futures):
            if (result := future.result()).settled:
                yield result
            else:
                unsettled.append(futures[future])
        for job in unsettled:
            yield pool.submit(self.grade_one, job, zygote).result()

    def grade_one(self, job: Job, zygote: Zygote) -> Result:
        """Grade one job and save its result; a failure of ours is tried again by the next run."""
        result = self._grade(job, zygote)
        self.store.save(result)
        return result

    def _grade_among_others(self, job: Job, zygote: Zygote) -> Result:
        """The same on a machine that has more to do: what that may have spoilt is not saved."""
        result = self._grade(job, zygote)
        if result.settled:
            self.store.save(result)
        return result

    def _grade(self, job: Job, zygote: Zygote) -> Result:
        submission = job.submission
        content = _content(submission)
        key = self._key(submission, content)
        if not isinstance(content, Unreadable):
            return self._grade_bytes(content, key, submission, zygote)
        return Result.rejected(self._origin(key, submission, zygote), reason(content, self.assignment.name))

    def _grade_bytes(self, data: bytes, key: str, submission: Submission, zygote: Zygote) -> Result:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return grade_submission(
                    data,
                    self.assignment,
                    student=submission.student,
                    course_key=self.course.key(),
                    zygote=zygote,
                    given=self.given,
                    key=key,
                    notes=submission.notes,
                    beside=submission.beside,
                )
            except Exception as error:
                failure = f"{type(error).__name__}: {error}"
                if attempt == ATTEMPTS:
                    break
        why = f"The grader itself failed {ATTEMPTS} times ({failure[:200]}); a person has to look at it."
        return Result.needs_human(self._origin(key, submission, zygote), why, settled=False)

    def _origin(self, key: str, submission: Submission, zygote: Zygote) -> Origin:
        return Origin(
            submission.student,
            self.assignment,
            zygote.tier,
            key=key,
            notes=submission.notes,
            beside=submission.beside,
        )


def _content(submission: Submission) -> bytes | Unreadable:
    try:
        return submission.read()
    except Unreadable as problem:
        return problem


def result_store(course: Course, assignment: str) -> ResultStore:
    """Where the results of an assignment lie."""
    return ResultStore(course.results / assignment)
