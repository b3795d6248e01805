"""A class graded by two workers of Dask on this machine, and by the local pool with two threads."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.batch import Batch, grade_all
from autograder.cluster import Cluster
from autograder.course import Course
from autograder.engine import Engine, LocalPool
from autograder.protection import choose_wall
from autograder.submission import find_submissions

from .grading import ASSIGNMENT, ROOT, make_class


WORKERS = 2


def main(copies: int = 40) -> None:
    """Print the seconds of both, and what of the pool's speed is left; starting is not counted."""
    print(f"Grading {copies} copies of a right submission, {WORKERS} workers")
    with TemporaryDirectory() as folder:
        config = (ROOT / "nbgrader_config.py").read_text()
        course = Course.find(make_class(Path(folder), config, copies))
        batch = Batch(course, course.assignment(ASSIGNMENT), choose_wall(course))
        with LocalPool(batch.wall, WORKERS, {ASSIGNMENT: batch.assignment}) as pool:
            alone = _seconds(batch, pool)
        with _machines(Path(folder)) as address, Cluster(address, course, batch.wall) as cluster:
            many = _seconds(batch, cluster)
    print(f"  {'local pool':22}{alone:8.1f} s\n  {'Dask':22}{many:8.1f} s")
    print(f"  {'efficiency':22}{alone / many:8.0%}")


def _seconds(batch: Batch, engine: Engine) -> float:
    """One after another has been graded, to have everything started."""
    jobs = batch.jobs(find_submissions(batch.course.submitted, ASSIGNMENT))
    _grade(batch, jobs[:WORKERS], engine)
    started = time.monotonic()
    _grade(batch, jobs, engine)
    return time.monotonic() - started


def _grade(batch: Batch, jobs: list, engine: Engine) -> None:
    outcomes = [result.outcome for result in grade_all(jobs, engine)]
    if outcomes != ["graded"] * len(jobs):
        sys.exit(f"not all were graded: {outcomes}")


@contextlib.contextmanager
def _machines(folder: Path) -> Iterator[str]:
    file = folder / "scheduler.json"
    command = (sys.executable, "-m", "dask")
    shared = ("--scheduler-file", str(file), "--no-dashboard", "--host", "127.0.0.1")
    with contextlib.ExitStack() as stack:
        for what in (("scheduler", "--port", "0"), *[("worker", "--nthreads", "1", "--no-nanny")] * WORKERS):
            process = subprocess.Popen(
                [*command, *what, *shared], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            while not file.is_file():
                time.sleep(0.05)
        yield json.loads(file.read_text())["address"]
