"""Many submissions: what is graded already is not run again; the rest runs in a local pool."""

import contextlib
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from autograder.course import Course, grader_version
from autograder.exercise import Assignment
from autograder.grading import grade_submission, rejected
from autograder.results import Result, ResultStore
from autograder.sandbox.launcher import Zygote, ZygoteProcess
from autograder.sandbox.wall import Wall
from autograder.submission import Submission, read_bytes


# Our own failures are tried again; a submission is never scored by one.
ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """A submission whose bytes are read, and the key of its result."""

    submission: Submission
    data: bytes | str
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

    def jobs(self, submissions: Iterable[Submission]) -> list[Job]:
        """Read the files and work out what their results depend on."""
        course_key = self.course.key()
        found = []
        for submission in submissions:
            data = read_bytes(submission)
            content = data if isinstance(data, bytes) else data.encode()
            parts = (self.assignment.name, submission.student, grader_version(), self.wall.label)
            message = "\0".join((*parts, *submission.notes, *submission.beside)).encode() + b"\0"
            digest = hmac.new(course_key, message + hashlib.sha256(content).digest(), hashlib.sha256)
            found.append(Job(submission, data, digest.hexdigest()))
        return found

    def known(self, job: Job) -> Result | None:
        """The result of an earlier run, if nothing that it depends on has changed."""
        return self.store.load(job.key)

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
            futures = [pool.submit(self.grade_one, job, zygote) for job in jobs]
            try:
                yield (future.result() for future in as_completed(futures))
            finally:
                for future in futures:
                    future.cancel()

    def grade_one(self, job: Job, zygote: Zygote) -> Result:
        """Grade one job and save its result. A failure of ours is not saved: the next run tries again."""
        student = job.submission.student
        if isinstance(job.data, str):
            result = rejected(self.assignment, student, job.data, tier=zygote.tier)
        else:
            result = self._grade_bytes(job.data, student, zygote)
        notes = (*job.submission.notes, *result.notes)
        result = replace(result, key=job.key, notes=notes, beside=job.submission.beside)
        if result.outcome != "needs_human":
            self.store.save(result)
        return result

    def _grade_bytes(self, data: bytes, student: str, zygote: Zygote) -> Result:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return grade_submission(
                    data, self.assignment, student=student, course_key=self.course.key(), zygote=zygote
                )
            except Exception as error:
                failure = f"{type(error).__name__}: {error}"
                if attempt == ATTEMPTS:
                    break
        reason = f"The grader itself failed {ATTEMPTS} times ({failure[:200]}); a person has to look at it."
        return Result(
            student,
            self.assignment.name,
            "needs_human",
            reason,
            None,
            self.assignment.max_score,
            tier=zygote.tier,
        )


def result_store(course: Course, assignment: str) -> ResultStore:
    """Where the results of an assignment lie."""
    return ResultStore(course.results / assignment)
