"""Grading a case for real, and the oracle that holds for every case.

Whatever a submission does: an honest one before and after it gets full marks, the driver stays small,
nothing is left behind, and nothing that is secret stands in anything that a person gets to read.
"""

import base64
import contextlib
import inspect
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advsec import averages
from autograder.batch import Batch
from autograder.course import Course
from autograder.exercise import hidden_generator
from autograder.notebook import autograded_notebook
from autograder.report import student_page
from autograder.results import Result
from autograder.sandbox import kernel
from autograder.sandbox.launcher import Zygote, ZygoteProcess
from autograder.sandbox.policy import Policy
from autograder.sandbox.tiers import Choice, choose, is_enough
from autograder.sandbox.wall import Wall, build_wall
from autograder.submission import Submission, find_submissions
from tests.autograder.grades import grade_of
from tests.hostile.corpus import ASSIGNMENT, MARK, NAME, Case, cells
from tests.make_submissions import release as make_release


MIB = 1 << 20
GROWTH = 64 * MIB
SETTLE_SECONDS = 5.0

# What only the driver knows: a token in its environment, and a file of another student.
TOKEN = f"token-of-the-driver-{os.urandom(8).hex()}"
NEIGHBOUR = f"answer-of-the-neighbour-{os.urandom(8).hex()}"

SETTINGS = "c = get_config()\nc.Autograder.exercises = 'autograder.exercises'\n"
HONEST = Case("honest", "an honest student", cells(), student="ada")
PLACES = (*map(Path, ("/tmp", "/var/tmp", "/dev/shm")), Path.home(), Path.cwd())


@dataclass(frozen=True)
class Graded:
    """A result, and everything that people get to read of it."""

    result: Result
    artefacts: dict[str, str]


@dataclass
class Laboratory:
    """A course of its own, one wall, and a zygote for each policy that a case asks for."""

    course: Course
    choice: Choice
    stack: contextlib.ExitStack
    zygotes: dict[Policy, Zygote] = field(default_factory=dict)

    def wall(self, policy: Policy) -> Wall:
        return build_wall(policy, self.choice.tier).without(*self.choice.without)

    def zygote(self, policy: Policy) -> Zygote:
        if policy not in self.zygotes:
            zygote = Zygote(self.wall(policy), ZygoteProcess(policy))
            self.zygotes[policy] = self.stack.enter_context(zygote)
        return self.zygotes[policy]

    def can_run(self, case: Case) -> bool:
        return is_enough(self.choice.tier, case.tier)

    def run(self, case: Case) -> Graded:
        """Hand the case in, grade it as the batch does, and take everything back that was written."""
        folder = self.course.submitted / case.student / NAME
        folder.mkdir(parents=True)
        try:
            case.hand_in(folder)
            (found,) = find_submissions(self.course.submitted, NAME, case.student)
            return self._grade(case, found)
        finally:
            shutil.rmtree(folder.parent)

    def _grade(self, case: Case, submission: Submission) -> Graded:
        zygote = self.zygote(case.policy)
        batch = Batch(self.course, case.assignment, zygote.wall)
        (job,) = batch.jobs([submission])
        result = batch.grade_one(job, zygote)
        path = batch.store.directory / f"{job.key}.json"
        notebook = autograded_notebook(result, case.assignment, release())
        artefacts = {
            "the result": path.read_text(),
            "the autograded notebook": json.dumps(notebook, ensure_ascii=False),
            "the page": student_page(result, case.assignment, grade_of(result, case.assignment)),
        }
        assert batch.store.load(job.key) == result
        path.unlink()
        return Graded(result, artefacts)

    @contextlib.contextmanager
    def unharmed(self, case: Case) -> Iterator[None]:
        """What must hold around every case: nothing grows, nothing stays, nobody else pays for it."""
        self.zygote(case.policy)
        before, processes = self._surroundings(), _descendants()
        resident = _forget_peak()
        yield
        assert _peak() - resident < GROWTH, "the driver grew"
        assert not _stragglers(processes), "processes were left behind"
        after = self._surroundings()
        changed = [
            f"{name}: {before[name]} -> {after[name]}" for name in after if after[name] != before[name]
        ]
        assert not changed, "; ".join(changed)
        honest = self.run(HONEST).result
        assert (honest.outcome, honest.score) == ("graded", honest.max_score), "an honest student paid"

    def _surroundings(self) -> dict[str, object]:
        """Mounts, open files, and files that outlive a box."""
        return {
            "mounts": Path("/proc/self/mountinfo").read_text(),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "course": sorted(str(path) for path in self.course.root.rglob("*")),
            "marked": sorted(str(path) for place in PLACES for path in place.glob(f"*{MARK}*")),
        }

    def secrets(self, case: Case, result: Result) -> dict[str, tuple[str, ...]]:
        """What must not stand in any artefact."""
        return {
            "the reference": reference_lines(),
            "the driver's environment": (TOKEN,),
            "the neighbour's file": (NEIGHBOUR,),
            "the course key": (self.course.key().hex(),),
            "hidden inputs": tuple(self._hidden_inputs(case, result)),
        }

    def _hidden_inputs(self, case: Case, result: Result) -> Iterator[str]:
        """The numbers of every hidden input, the ways in which one would write them down."""
        for exercise in case.assignment.exercises:
            for probe in exercise.probes:
                names = (NAME, case.student, result.sha256, exercise.name, probe.name)
                for call in exercise.draw(probe, hidden_generator(self.course.key(), *names)):
                    for value in (*call.args, *call.kwargs.values()):
                        yield from _written(np.asarray(value))


@contextlib.contextmanager
def laboratory() -> Iterator[Laboratory]:
    """A laboratory that is gone afterwards; the driver's environment holds a token meanwhile."""
    # What a box leaves alone behind becomes a child of this process, where it is seen.
    if kernel.supported():
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LMS_TOKEN", TOKEN)
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="laboratory-")))
        (root / "nbgrader_config.py").write_text(SETTINGS)
        course = Course(root, root / ".course")
        course.key()
        neighbour = course.submitted / "neighbour" / NAME
        neighbour.mkdir(parents=True)
        (neighbour / "answers.py").write_text(NEIGHBOUR)
        laboratory = Laboratory(course, choose(Policy()), stack)
        laboratory.run(HONEST)
        yield laboratory


@cache
def release() -> dict[str, Any]:
    """The notebook that students were given."""
    return make_release(ASSIGNMENT)


@cache
def reference_lines() -> tuple[str, ...]:
    """Lines of the reference that nobody writes by accident."""
    source = inspect.getsource(averages)
    return tuple(line.strip() for line in source.splitlines() if len(line.strip()) > 60)


def _written(value: np.ndarray) -> Iterator[str]:
    """Some ways to write down numbers, if there are enough of them to be recognised."""
    if value.dtype.kind not in "if" or value.size < 4:
        return
    numbers = [repr(number) for number in value.ravel().tolist()[:4]]
    yield from (separator.join(numbers) for separator in (", ", ",", " ", "_"))
    head = value.tobytes()[:32]
    yield from (head.hex(), base64.b64encode(head[:30]).decode())


def _stragglers(known: set[int]) -> set[int]:
    """Processes below this one that are new; the dying get a moment to be gone."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (new := _descendants() - known) and time.monotonic() < deadline:
        time.sleep(0.01)
    return new


def _descendants() -> set[int]:
    """The living processes below this one; those that it inherited and that have ended are laid to rest."""
    for child in _children(os.getpid()):
        if _is_dead(child):
            os.waitpid(child, 0)
    found, ahead = set(), _children(os.getpid())
    while ahead:
        child = ahead.pop()
        found.add(child)
        ahead += _children(child)
    return found


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


def _is_dead(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def _forget_peak() -> int:
    """Bytes of memory in use; from here on the peak is counted anew."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))
