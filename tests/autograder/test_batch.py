"""A class is graded in a local pool, and what is known is not graded again."""

import contextlib
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from autograder import engine as engine_module
from autograder.batch import KILLED, Batch, Job, grade_all, in_turn
from autograder.course import Course
from autograder.engine import LocalPool
from autograder.exercises import load
from autograder.results import CellRecord, Origin, Result
from autograder.sandbox.perform import Stopped
from autograder.sandbox.policy import Policy
from autograder.sandbox.reader import Cell, Unreadable
from autograder.sandbox.wall import Wall, build_wall
from autograder.submission import MAX_BYTES, Submission
from autograder.verdict import Judgement


ASSIGNMENT = load("01_moving_averages")
STUDENTS = tuple("abcdef")
PATIENCE = 60


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.Autograder.exercises = 'autograder.exercises'\n"
    )
    return Batch(Course.find(tmp_path), ASSIGNMENT, build_wall(Policy(), "none"))


@pytest.fixture
def jobs(batch: Batch, tmp_path: Path) -> list[Job]:
    paths = {student: tmp_path / f"{student}.ipynb" for student in STUDENTS}
    for path in paths.values():
        path.write_text("{}")
    return batch.jobs(Submission(student, path.parent, path) for student, path in paths.items())


class Grader:
    """In the place of `grade_submission`: notes who is asked for, and waits where it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_go_on = Event()
        self.may_go_on.set()
        self.hurried: set[str] = set()
        """Whose result rests on a busy machine, as long as others are graded beside it."""
        self.alone = False
        self.poison = self.killed = ""

    def __call__(self, data: bytes, assignment: object, *, student: str, key: str, **_: object) -> Result:
        self.asked.append(student)
        assert self.may_go_on.wait(PATIENCE)
        if student == self.poison:
            raise EOFError("the zygote is gone")
        settled = student not in self.hurried or (self.alone and len(self.asked) > len(STUDENTS))
        score = ASSIGNMENT.max_score if settled else 0.0
        stopped = Stopped(*KILLED) if student == self.killed else None
        self.killed = "" if stopped else self.killed
        cells = (CellRecord(Cell("code", "", ""), stopped=stopped),) if student == "c" else ()
        judgement = Judgement("ewma", score, ASSIGNMENT.max_score, (), None)
        return Result.graded(Origin(student, ASSIGNMENT, key=key), [judgement], cells, settled=settled)

    def wait_for(self, count: int) -> None:
        patience = time.monotonic() + PATIENCE
        while len(self.asked) < count:
            assert time.monotonic() < patience, f"only {self.asked} were asked for"
            time.sleep(0.001)


@pytest.fixture
def grader(monkeypatch: pytest.MonkeyPatch) -> Grader:
    grader = Grader()
    monkeypatch.setattr(engine_module, "grade_submission", grader)
    monkeypatch.setattr(engine_module, "Zygote", lambda wall, _: FakeZygote(grader, wall))
    return grader


class FakeZygote:
    """Without a process; when it ends, its boxes do."""

    def __init__(self, grader: Grader, wall: Wall) -> None:
        self.grader, self.tier, self.alive = grader, wall.label, True

    def __enter__(self) -> "FakeZygote":
        return self

    def __exit__(self, *_: object) -> None:
        self.grader.may_go_on.set()


@contextlib.contextmanager
def grading(jobs: list[Job], workers: int) -> Iterator[Iterator[Result]]:
    """What comes of the jobs in a local pool."""
    with (
        LocalPool(build_wall(Policy(), "none"), workers, {ASSIGNMENT.name: ASSIGNMENT}) as pool,
        contextlib.closing(grade_all(jobs, pool)) as results,
    ):
        yield results


def test_every_job_has_a_result_that_is_known_from_then_on(
    batch: Batch, jobs: list[Job], grader: Grader
) -> None:
    assert not any(map(batch.known, jobs))
    with grading(jobs, workers=2) as graded:
        results = {result.student: result for result in graded}
    assert sorted(results) == sorted(grader.asked) == list(STUDENTS)
    assert {job.submission.student: batch.known(job) for job in jobs} == results


def test_who_was_hurried_is_graded_again_when_the_others_are_done(
    batch: Batch, jobs: list[Job], grader: Grader
) -> None:
    grader.hurried, grader.alone = {"b", "d"}, True
    with grading(jobs, workers=2) as graded:
        results = list(graded)
    assert grader.asked[len(STUDENTS) :] == [result.student for result in results[-2:]]
    assert {result.student for result in results[-2:]} == {"b", "d"}
    assert {result.score for result in results} == {ASSIGNMENT.max_score}
    assert {job.submission.student: batch.known(job) for job in jobs} == {
        result.student: result for result in results
    }


def test_a_result_that_rests_on_a_busy_machine_is_shown_but_not_known(
    batch: Batch, jobs: list[Job], grader: Grader
) -> None:
    grader.hurried = {"b"}
    with grading(jobs, workers=2) as graded:
        results = {result.student: result for result in graded}
    assert len(grader.asked) == len(STUDENTS) + 1
    assert [job.submission.student for job in jobs if batch.known(job) is None] == ["b"]
    assert batch.store.load(results["b"].key) == results["b"]


def test_the_others_are_graded_while_nobody_asks_for_results(
    batch: Batch, jobs: list[Job], grader: Grader
) -> None:
    with grading(jobs, workers=1) as graded:
        grader.wait_for(len(STUDENTS))
        assert sorted(result.student for result in graded) == list(STUDENTS)


def test_who_has_not_begun_when_nobody_waits_any_more_is_not_graded(
    batch: Batch, jobs: list[Job], grader: Grader
) -> None:
    grader.may_go_on.clear()
    with grading(jobs, workers=2):
        grader.wait_for(2)
    assert sorted(grader.asked) == ["a", "b"]
    assert not any(map(batch.known, jobs))


def test_who_ends_our_process_three_times_is_set_aside_and_nobody_else_pays(
    batch: Batch, jobs: list[Job], grader: Grader
) -> None:
    grader.poison = "c"
    with grading(jobs, workers=2) as graded:
        results = list(graded)
    assert grader.asked.count("c") == 3
    assert grader.asked[-2:] == ["c", "c"], "the second and third time nothing runs beside it"
    assert {result.student: result.outcome for result in results} == dict.fromkeys(STUDENTS, "graded") | {
        "c": "needs_human"
    }
    assert "The grader itself failed 3 times (EOFError: the zygote is gone)" in results[-1].reason
    assert [job.submission.student for job in jobs if not batch.known(job)] == ["c"], "to be tried again"


def test_what_somebody_else_may_have_killed_is_tried_again(
    batch: Batch, jobs: list[Job], grader: Grader
) -> None:
    """A box that ends by signal 9 was ended by its own code, or for want of memory on the machine."""
    grader.killed = "c"
    with grading(jobs, workers=2) as graded:
        results = {result.student: result for result in graded}
    assert grader.asked.count("c") == 2
    assert grader.asked[-1] == "c"
    assert [record.stopped for record in results["c"].cells] == [None]
    assert results["c"] == batch.known(next(job for job in jobs if job.submission.student == "c"))


def test_assignments_and_students_take_turns(batch: Batch, tmp_path: Path) -> None:
    several = [replace(batch, assignment=replace(ASSIGNMENT, name=name)) for name in ("x", "y", "z")]
    path = tmp_path / "a.ipynb"
    path.write_text("{}")
    classes = [each.jobs(Submission(student, tmp_path, path) for student in STUDENTS) for each in several]
    order = in_turn([classes[0], classes[1], classes[2][:2]])
    assert sorted(job.key for job in order) == sorted(
        job.key for jobs in (classes[0], classes[1], classes[2][:2]) for job in jobs
    )
    first = order[: len(STUDENTS)]
    assert {job.batch.assignment.name for job in first[:3]} == {"x", "y", "z"}
    assert max(Counter(job.submission.student for job in first).values()) <= 2, "nobody has all at once"
    assert in_turn([]) == in_turn([[], []]) == []


def test_of_a_class_one_file_at_a_time_is_in_memory(batch: Batch, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.ipynb" for number in range(12)]
    for path in paths:
        with path.open("wb") as file:
            file.truncate(4 << 20)
    tracemalloc.start()
    jobs = batch.jobs(Submission(path.stem, path.parent, path) for path in paths)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len({job.key for job in jobs}) == len(paths)
    assert peak < MAX_BYTES + (4 << 20), "room for one file, of whatever size it may be"


def test_a_file_that_was_replaced_meanwhile_is_known_as_what_it_is_now(
    batch: Batch, jobs: list[Job], grader: Grader, tmp_path: Path
) -> None:
    (tmp_path / "a.ipynb").write_text("replaced")
    with grading(jobs[:1], workers=1) as graded:
        (result,) = graded
    assert batch.known(jobs[0]) is None
    (again,) = batch.jobs([jobs[0].submission])
    assert batch.known(again) == result


def test_a_file_that_cannot_be_read_is_a_result_like_any_other(
    batch: Batch, grader: Grader, tmp_path: Path
) -> None:
    submission = Submission("eve", tmp_path, Unreadable("permission", "eve/01: Permission denied"))
    (job,) = batch.jobs([submission])
    with grading([job], workers=1) as graded:
        (result,) = graded
    assert (result.outcome, result.score) == ("rejected", None)
    assert result.reason.endswith("(eve/01: Permission denied)")
    assert batch.known(job) == result
    assert grader.asked == []


def test_nothing_is_started_for_nothing(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "Zygote", None)
    with grading([], workers=2) as graded:
        assert list(graded) == []
