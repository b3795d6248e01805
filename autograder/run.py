"""One run over a course: what is new is graded, all results enter the gradebook, and the accounts must agree.

Whatever ends a run, the next one goes on: results are whole files, the journal knows what was being graded,
and the gradebook is compared with what it should hold.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from autograder.batch import ATTEMPTS, Batch, Job, grade_all, grade_alone, in_turn
from autograder.course import Course
from autograder.engine import Engine
from autograder.files import remove_temporaries
from autograder.journal import NEEDS_HUMAN, PUBLISHED, QUEUED, RECEIVED, REJECTED, TERMINAL, Entry, Journal
from autograder.results import Damaged, Result
from autograder.submission import Submission


if TYPE_CHECKING:
    from autograder.grades import Grade
    from autograder.publish import Outbox

# What a result is on record as, once the gradebook has it.
STATE = {"graded": PUBLISHED, "rejected": REJECTED, "needs_human": NEEDS_HUMAN}
OURS = "the program ended each time while it was at work on this"


class Watcher(Protocol):
    """Who looks at a run."""

    def say(self, says: str) -> None:
        """One sentence for the person at the terminal."""

    def stopping(self) -> bool:
        """Whether nothing more is to be begun."""

    def expect(self, number: int) -> None:
        """So many submissions more are to be graded."""

    def graded(self) -> None:
        """One of them is, and the gradebook has it."""


@dataclass(frozen=True)
class Account:
    """What became of all who handed in an assignment.

    `results` are without cells and outputs, in the order of the students; `fresh` is how many were graded
    just now, `unaccounted` who is not where journal, results and gradebook should have them.
    """

    assignment: str
    results: tuple[Result, ...]
    grades: "Mapping[str, Grade]"
    handed_in: int
    fresh: int
    unaccounted: tuple[str, ...] = ()

    def count(self, outcome: str) -> int:
        return sum(result.outcome == outcome for result in self.results)


def grade_course(
    course: Course,
    classes: Sequence[tuple[Batch, Sequence[Submission]]],
    engine: Engine,
    watcher: Watcher,
    *,
    insist: bool = False,
) -> list[Account]:
    """Grade what is not graded yet, of some assignments at once; nobody else may be grading the course.

    What has ended the program three times is set aside for a person, unless they `insist`. A run that was to
    stop gives the accounts as far as it came. Raises CourseError.
    """
    for folder in (course.work, *(batch.store.directory for batch, _ in classes)):
        remove_temporaries(folder)
    with Journal(course.journal) as journal:
        if journal.damaged:
            watcher.say(
                f"{journal.damaged} lines of {course.journal} are damaged; what they said is found out anew"
            )
        run = _Run(course, journal, engine, watcher, insist)
        return run.do([(batch, batch.jobs(submissions)) for batch, submissions in classes])


@dataclass
class _Run:
    course: Course
    journal: Journal
    engine: Engine
    watcher: Watcher
    insist: bool
    done: dict[tuple[str, str], Result] = field(default_factory=dict)
    fresh: dict[str, int] = field(default_factory=dict)

    def do(self, classes: list[tuple[Batch, list[Job]]]) -> list[Account]:
        self.journal.note(*(self._received(job) for _, jobs in classes for job in jobs))
        new = in_turn([[job for job in jobs if not self._is_kept(job)] for _, jobs in classes])
        kept = [job for _, jobs in classes for job in jobs if self._is_kept(job)]
        later = [job for job in new if self.journal.losses(job.key).all]
        at_once = [job for job in new if not self.journal.losses(job.key).all]
        self.journal.note(*(replace(self._received(job), state=QUEUED) for job in new))
        self.watcher.expect(len(new))
        coming = grade_all(at_once, self.engine, self.journal, self.watcher.stopping)
        with contextlib.closing(coming), self._outbox(classes) as outbox:
            for job in kept:
                if result := self._known(job):
                    self._enter(outbox, result)
                else:
                    self.watcher.expect(1)
                    later.append(job)
                if self.watcher.stopping():
                    break
            for result in coming:
                self._enter_fresh(outbox, result)
            for result in self._alone(later):
                self._enter_fresh(outbox, result)
            for batch, jobs in classes:
                times = {job.submission.student: job.submission.handed_in for job in jobs}
                outbox.settle(batch.assignment.name, times)
            return [self._account(batch, jobs, outbox) for batch, jobs in classes]

    def _alone(self, jobs: list[Job]) -> Iterator[Result]:
        """What has come to nothing before comes last; what has ended the program too often, not at all."""
        tried = []
        for job in jobs:
            losses = self.journal.losses(job.key)
            if losses.all < ATTEMPTS or losses.alone < ATTEMPTS - 1 or self.insist:
                tried.append(job)
            else:
                yield job.batch.saved(job.batch.set_aside(job.batch.task(job), OURS))[0]
        yield from grade_alone(tried, self.engine, self.journal, self.watcher.stopping)

    @contextlib.contextmanager
    def _outbox(self, classes: list[tuple[Batch, list[Job]]]) -> "Iterator[Outbox]":
        # Slow to import, while others are being graded already.
        from autograder.publish import Outbox, remove_left_behind

        remove_left_behind(self.course)
        with Outbox(self.course, [batch.assignment for batch, _ in classes], self._waiting) as outbox:
            yield outbox

    def _waiting(self) -> None:
        self.watcher.say("another program is using the gradebook; waiting for up to a minute")

    def _received(self, job: Job) -> Entry:
        known = self.journal.latest(job.batch.assignment.name, job.submission.student)
        if known and known.key == job.key:
            return known
        return Entry(RECEIVED, job.batch.assignment.name, job.submission.student, job.key)

    @staticmethod
    def _is_kept(job: Job) -> bool:
        return job.batch.store.holds(job.key)

    def _known(self, job: Job) -> Result | None:
        """The result of an earlier run, as it was written, if another try would not change it."""
        try:
            result = job.batch.store.read(job.key)
        except Damaged as damaged:
            self.watcher.say(f"the result {damaged.path} is damaged; it is graded anew")
            return None
        return result if result and result.settled else None

    def _enter(self, outbox: "Outbox", result: Result) -> None:
        """Have the gradebook hold a result, and the journal say so."""
        entered = outbox.publish(result)
        state = STATE[result.outcome]
        self.journal.note(Entry(state, result.assignment, result.student, result.key))
        self.done[result.assignment, result.student] = _light(entered)

    def _enter_fresh(self, outbox: "Outbox", result: Result) -> None:
        self._enter(outbox, result)
        self.fresh[result.assignment] = self.fresh.get(result.assignment, 0) + 1
        self.watcher.graded()

    def _account(self, batch: Batch, jobs: list[Job], outbox: "Outbox") -> Account:
        name = batch.assignment.name
        students = [job.submission.student for job in jobs]
        grades = outbox.grades(name)
        results = tuple(self.done[name, each] for each in students if (name, each) in self.done)
        wrong = tuple(each for each in students if not self._agree(name, each, grades.get(each)))
        return Account(name, results, grades, len(students), self.fresh.get(name, 0), wrong)

    def _agree(self, assignment: str, student: str, grade: "Grade | None") -> bool:
        """Whether result, journal and gradebook say the same of a student."""
        result, entry = self.done.get((assignment, student)), self.journal.latest(assignment, student)
        if not (result and entry and grade and grade.handed_in):
            return False
        by_machine = [mark.automatic is not None for mark in grade.marks if not mark.in_words]
        shown = all(by_machine) if result.outcome == "graded" else not any(by_machine)
        return (
            shown
            and entry.state in TERMINAL
            and (entry.state, entry.key)
            == (
                STATE[result.outcome],
                result.key,
            )
        )


def _light(result: Result) -> Result:
    """What tables need of a result; of a whole course all are in memory."""
    judgements = tuple(
        replace(each, passed=(), behaviour=(), finding=each.finding and replace(each.finding, case=None))
        for each in result.judgements
    )
    return replace(result, cells=(), judgements=judgements)
