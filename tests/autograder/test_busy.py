"""A busy machine costs nobody a point, and nobody's verdict rests on it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from autograder.grading import grade_submission
from autograder.results import Result
from autograder.sandbox.launcher import BUSY, Zygote, ZygoteProcess
from autograder.sandbox.policy import Policy
from autograder.sandbox.wall import Wall
from tests.hostile.corpus import ANSWER, ASSIGNMENT, BESIDE, code_cell, notebook


CPUS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
ENDLESS = "compute(1000)"
# Little enough that half of a core would not do, if a second were one of the clock on the wall.
LIMITS = Policy(probe_seconds=0.2)
CELL_SECONDS = 0.5
COMPUTE = """
import time

def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
"""


@pytest.fixture(scope="module")
def zygote(wall: Wall) -> Iterator[Zygote]:
    with Zygote(wall, ZygoteProcess(LIMITS)) as zygote:
        yield zygote


@pytest.fixture(scope="module", autouse=True)
def busy_machine(zygote: Zygote) -> Iterator[None]:
    """Four loops for each core; sessions of their own, since some kernels share out by session."""
    command = [sys.executable, "-I", "-S", "-c", "while True: pass"]
    loops = [subprocess.Popen(command, start_new_session=True) for _ in range(4 * CPUS)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


def grade(zygote: Zygote, *cells: str) -> Result:
    assignment = replace(ASSIGNMENT, cell_seconds=CELL_SECONDS)
    data = notebook(*map(code_cell, cells))
    return grade_submission(data, assignment, student="ada", course_key=b"a key for the tests", zygote=zygote)


def test_honest_work_that_takes_its_time_gets_full_marks(zygote: Zygote) -> None:
    slow = ANSWER.replace("    return means", "    compute(0.05)\n    return means")
    assert slow != ANSWER
    result = grade(zygote, COMPUTE, "compute(0.3)", slow, BESIDE)
    assert (result.outcome, result.score) == ("graded", result.max_score), result
    assert result.settled
    assert not any(record.stopped for record in result.cells)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere nobody knows who waits for a core"
)
@pytest.mark.parametrize("where", ["a cell", "a function"])
def test_what_met_its_limit_is_not_settled(where: str, zygote: Zygote) -> None:
    """On this machine nobody can tell whether it would have come to an end on a quiet one."""
    hog = (ENDLESS, ANSWER) if where == "a cell" else ("", f"def cumulative_mean(x):\n    {ENDLESS}")
    result = grade(zygote, COMPUTE, *hog, BESIDE)
    assert [judgement.score for judgement in result.judgements] == [3.0 * (where == "a cell"), 3.0]
    assert not result.settled
    assert any("The computer that grades was busy" in note for note in result.notes)


def test_when_patience_is_over_everything_is_left_for_another_run(wall: Wall) -> None:
    """Whatever the limits of cells and functions add up to on a machine that hardly gets on."""
    data = notebook(*map(code_cell, (COMPUTE, ANSWER, BESIDE, ENDLESS)))
    with Zygote(wall, ZygoteProcess(Policy(patience_seconds=3.0))) as hurried:
        result = grade_submission(
            data, ASSIGNMENT, student="ada", course_key=b"a key for the tests", zygote=hurried
        )
    assert [record.stopped and record.stopped.detail for record in result.cells][-1] == BUSY
    assert not result.settled
    assert any("The computer that grades was busy" in note for note in result.notes)
