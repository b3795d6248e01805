"""Many submissions: what is graded already is not run again; the rest runs in a local pool."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from autograder.course import Course, grader_version
from autograder.exercise import Assignment
from autograder.grading import grade_submission, rejected
from autograder.results import Result, ResultStore
from autograder.sandbox.launcher import Zygote
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
    """Everything needed to grade submissions of one assignment of a course."""

    course: Course
    assignment: Assignment
    make_zygote: Callable[[], Zygote] = Zygote

    @property
    def store(self) -> ResultStore:
        return ResultStore(self.course.results / self.assignment.name)

    def jobs(self, submissions: Iterable[Submission]) -> list[Job]:
        """Read the files and work out what their results depend on."""
        course_key, tier = self.course.key(), self.make_zygote().tier
        found = []
        for submission in submissions:
            data = read_bytes(submission)
            content = data if isinstance(data, bytes) else data.encode()
            parts = (self.assignment.name, submission.student, grader_version(), tier, *submission.notes)
            message = "\0".join(parts).encode() + b"\0" + hashlib.sha256(content).digest()
            found.append(Job(submission, data, hmac.new(course_key, message, hashlib.sha256).hexdigest()))
        return found

    def known(self, job: Job) -> Result | None:
        """The result of an earlier run, if nothing that it depends on has changed."""
        return self.store.load(job.key)

    def grade(self, jobs: list[Job], workers: int) -> Iterator[Result]:
        """Grade the jobs and yield each result as soon as it is there, saved."""
        if not jobs:
            return
        with self.make_zygote() as zygote, ThreadPoolExecutor(workers) as pool:
            futures = [pool.submit(self._grade, job, zygote) for job in jobs]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()

    def _grade(self, job: Job, zygote: Zygote) -> Result:
        student = job.submission.student
        if isinstance(job.data, str):
            result = rejected(self.assignment, student, job.data, tier=zygote.tier)
        else:
            result = self._grade_bytes(job.data, student, zygote)
        result = replace(result, key=job.key, notes=(*job.submission.notes, *result.notes))
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
