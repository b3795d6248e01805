"""A soak: as many submissions as are asked for, over all assignments, one in five hostile or broken.

    python -m tests.soak 1000
    python -m tests.soak 1000 6

The second number is how many are graded at a time: some of the hostile ones wait, and take no time of a core.
All must come to an end that the accounts know; memory, open files, mounts and processes must stay as they
are.
"""

import os
import random
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat

from autograder import sample
from autograder.batch import Batch
from autograder.course import Course
from autograder.engine import LocalPool
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.gradebook import make_release
from autograder.protection import choose_wall
from autograder.run import Account, grade_course
from autograder.sandbox.policy import Policy
from autograder.submission import find_submissions
from tests.autograder.course import make_course
from tests.hostile.corpus import FILE
from tests.hostile.families import FAMILIES
from tests.hostile.laboratory import _descendants


HOSTILE = 1 / 5
# Of the others so many have all right, as in a class.
RIGHT = 1 / 2
# What never ends need not run long to show it.
CELL_SECONDS = 3.0
LOOKS = 40
MIB = 1 << 20
# From a fifth of the way on. The tables of a whole course are in memory: some kilobytes for each submission.
GROWTH, OF_EACH = 64 * MIB, 4096
FILES, PROCESSES = 8, 8


@dataclass(frozen=True)
class Look:
    """What the program uses after so many submissions."""

    done: int
    seconds: float
    resident: int
    files: int
    mounts: int
    processes: int

    @classmethod
    def now(cls, done: int, began: float) -> "Look":
        status = Path("/proc/self/status").read_text().splitlines()
        resident = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS:"))
        mounts = len(Path("/proc/self/mountinfo").read_text().splitlines())
        files = len(os.listdir("/proc/self/fd"))
        return cls(done, time.monotonic() - began, resident, files, mounts, len(_descendants()))


@dataclass
class Watcher:
    """Looks now and then, and says how far it is."""

    total: int
    began: float = field(default_factory=time.monotonic)
    done: int = 0
    looks: list[Look] = field(default_factory=list)

    def say(self, says: str) -> None:
        print(says)

    def stopping(self) -> bool:
        return False

    def expect(self, number: int) -> None:
        self.total = max(self.total, number)

    def graded(self) -> None:
        self.done += 1
        if self.done % max(self.total // LOOKS, 1) == 0:
            look = Look.now(self.done, self.began)
            self.looks.append(look)
            print(
                f"{look.done:6} graded, {3600 * look.done / look.seconds:6.0f} an hour, "
                f"{look.resident / MIB:5.0f} MiB, {look.files:3} files, {look.mounts:3} mounts, "
                f"{look.processes:2} processes",
                flush=True,
            )


def hand_in(course: Course, number: int, draw: random.Random) -> int:
    """Let as many hand in all assignments as that takes; how many submissions are hostile or broken."""
    honest = {name: list(_honest(course, name)) for name in ASSIGNMENT_NAMES}
    hostile = list(_hostile(course.root / "hostile"))
    bad = 0
    for index in range(number):
        student, name = (
            f"s{index // len(ASSIGNMENT_NAMES):05}",
            ASSIGNMENT_NAMES[index % len(ASSIGNMENT_NAMES)],
        )
        folder = course.submitted / student / name
        if draw.random() < HOSTILE:
            bad += 1
            shutil.copytree(draw.choice(hostile), folder, symlinks=True)
            if os.path.lexists(folder / FILE):
                (folder / FILE).rename(folder / f"{name}.ipynb")
        else:
            folder.mkdir(parents=True)
            data = honest[name][0] if draw.random() < RIGHT else draw.choice(honest[name])
            (folder / f"{name}.ipynb").write_bytes(data)
    return bad


def _honest(course: Course, name: str) -> Iterator[bytes]:
    """The sample class, of whom the first has all right."""
    assignment = load(name)
    template = nbformat.read(make_release(course, assignment) / f"{name}.ipynb", as_version=4)
    for student in sample.sample_class(assignment):
        yield sample.hand_in(student, assignment, template)


def _hostile(folder: Path) -> Iterator[Path]:
    """Folders of the corpus of attacks and accidents, of those that need no limits of their own."""
    for cases in FAMILIES.values():
        for case in cases:
            if case.policy != Policy():
                continue
            made = folder / case.id.replace("/", "-") / "submitted" / "someone"
            made.mkdir(parents=True, exist_ok=True)
            try:
                case.hand_in(made)
                shutil.copytree(made, folder / "tried", symlinks=True)
            except (OSError, shutil.Error):  # what cannot be copied, such as a pipe, is another test's
                continue
            finally:
                shutil.rmtree(folder / "tried", ignore_errors=True)
            yield made


def grade(course: Course, number: int, workers: int) -> tuple[list[Account], Watcher]:
    assignments = [replace(load(name), cell_seconds=CELL_SECONDS) for name in ASSIGNMENT_NAMES]
    wall, watcher = choose_wall(course), Watcher(number)
    classes = [
        (Batch(course, each, wall), find_submissions(course.submitted, each.name)) for each in assignments
    ]
    with (
        course.alone(lambda: None),
        LocalPool(wall, workers, {each.name: each for each in assignments}) as pool,
    ):
        return grade_course(course, classes, pool, watcher), watcher


def check(accounts: list[Account], number: int, looks: list[Look]) -> None:
    """What must hold after it."""
    outcomes = Counter(result.outcome for account in accounts for result in account.results)
    print(f"{number} handed in = {' + '.join(f'{count} {name}' for name, count in sorted(outcomes.items()))}")
    assert sum(outcomes.values()) == sum(account.handed_in for account in accounts) == number
    assert [account.unaccounted for account in accounts] == [()] * len(accounts)
    early, late = looks[len(looks) // 5], looks[-1]
    assert late.resident - early.resident < GROWTH + OF_EACH * (late.done - early.done), "memory grows"
    assert late.mounts == early.mounts, "mounts are left behind"
    assert late.files <= early.files + FILES, "files are left open"
    assert late.processes <= early.processes + PROCESSES, "processes are left behind"


def main() -> None:
    warnings.simplefilter("ignore")
    number = int(sys.argv[1])
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        os.chdir(make_course(Path(folder), students=()))
        course = Course.find()
        bad = hand_in(course, number, random.Random(number))
        print(f"{number} submissions, {bad} of them hostile or broken, {workers} at a time", flush=True)
        cpu, began = sum(os.times()[:4]), time.monotonic()
        accounts, watcher = grade(course, number, workers)
        seconds = time.monotonic() - began
        check(accounts, number, watcher.looks)
        print(
            f"{3600 * number / seconds:.0f} submissions an hour; {1000 * seconds / number:.0f} ms and "
            f"{1000 * (sum(os.times()[:4]) - cpu) / number:.0f} ms of CPU each, with most boxes"
        )
        results = [result for account in accounts for result in account.results]
        unsettled = sum(not result.settled for result in results)
        longest = max(result.seconds for result in results)
        print(f"the longest took {longest:.0f} s; {unsettled} met a limit while the machine was busy")
        again = time.monotonic()
        accounts, watcher = grade(course, number, workers)
        fresh = sum(account.fresh for account in accounts)
        print(f"the same again: {fresh} graded anew, in {time.monotonic() - again:.1f} s")
        assert fresh == unsettled, "what is known is graded anew"


if __name__ == "__main__":
    main()
