"""A class is graded by a real scheduler and real workers of Dask, of which one is killed."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.batch import Batch, grade_all
from autograder.course import Course, CourseError
from autograder.engine import LocalPool
from autograder.protection import choose_wall
from autograder.results import Result
from autograder.submission import find_submissions

from .course import ASSIGNMENT, make_course, run


distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

from autograder.cluster import Cluster  # noqa: E402 (needs distributed)


PATIENCE = 120
STUDENTS = (
    "ada-all-right",
    "ben-vectorised",
    "emil-lists-and-tuples",
    "empty-file",
    "ewma-swapped",
    "syntax-error",
)


class Machines:
    """A scheduler on the loopback interface, and workers of one thread each that nobody restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show", "--no-dashboard"
        )
        self._wait_for(self._file.is_file)
        self.address = json.loads(self._file.read_text())["address"]

    def add_worker(self) -> None:
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")
        self.workers.append(self._start("worker", *options, "--local-directory", str(self._folder)))

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", what, "--scheduler-file", str(self._file), *options],
            cwd=self._folder,
            env=os.environ | {"DASK_DISTRIBUTED__ADMIN__LOG_LENGTH": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _wait_for(self, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < until
            time.sleep(0.05)

    def close(self) -> None:
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with contextlib.closing(Machines(tmp_path_factory.mktemp("cluster"))) as machines:
        yield machines


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    course = Course.find(make_course(tmp_path_factory.mktemp("course"), students=STUDENTS))
    return Batch(course, course.assignment(ASSIGNMENT), choose_wall(course))


def by_student(results: Iterator[Result]) -> dict[str, Result]:
    found: dict[str, Result] = {}
    for result in results:
        assert result.student not in found
        found[result.student] = replace(result, seconds=0.0)
    return found


def test_a_killed_worker_loses_nothing_and_the_results_are_those_of_one_machine(
    batch: Batch, machines: Machines
) -> None:
    jobs = batch.jobs(find_submissions(batch.course.submitted, ASSIGNMENT))
    with LocalPool(batch.wall, 2, {ASSIGNMENT: batch.assignment}) as pool:
        here = by_student(grade_all(jobs, pool))
    machines.add_worker()
    machines.add_worker()
    with Cluster(machines.address, batch.course, batch.wall) as cluster:
        coming = grade_all(jobs, cluster)
        first = next(coming)
        machines.workers[-1].kill()
        there = by_student(iter([first, *coming]))
    assert there == here
    assert sorted(there) == sorted(STUDENTS)


def test_the_command_grades_on_a_cluster(batch: Batch, machines: Machines) -> None:
    machines.add_worker()
    shutil.rmtree(batch.course.results, ignore_errors=True)
    graded = run("autograder", "grade", ASSIGNMENT, "--cluster", machines.address, cwd=batch.course.root)
    assert (graded.returncode, graded.stderr) == (0, "")
    assert (
        "6 handed in = 5 graded + 1 rejected + 0 for a person to look at (6 graded just now)."
        in graded.stdout
    )


def test_where_no_scheduler_is_one_sentence_says_so(batch: Batch) -> None:
    with pytest.raises(CourseError, match="there is no scheduler of Dask at nowhere"):
        Cluster("nowhere", batch.course, batch.wall).__enter__()


def test_a_worker_behind_another_wall_is_not_asked(batch: Batch, machines: Machines) -> None:
    machines.add_worker()
    weaker = replace(batch.wall, tier="reduced")
    with pytest.raises(CourseError, match="grade on machines that offer the same"):
        Cluster(machines.address, batch.course, weaker).__enter__()
