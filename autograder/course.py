"""A course: where its things lie, which assignments it has, its settings and its secret."""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from traitlets.config import Config

    from autograder.assignments import Assignments
    from autograder.exercise import Assignment


CONFIG_FILE = "nbgrader_config.py"
# Where a course that says nothing else has its exercises.
EXERCISES = "exercises"
# Behind which wall at least it is graded.
MINIMUM_TIER = "reduced"
# A secret that nobody can guess; ours have twice as many.
MIN_KEY_DIGITS = 32
KEY = re.compile(rb"(?:[0-9a-fA-F]{2}){%d,}" % (MIN_KEY_DIGITS // 2))


class CourseError(Exception):
    """Something about the course that a person has to put right; the message says what."""

    exit_code = 1


class Postponed(CourseError):  # noqa: N818 (nothing is wrong)
    """Nothing is wrong with the course, and nothing is lost: the same command goes on where it can."""

    exit_code = 75  # EX_TEMPFAIL, see sysexits.h


@dataclass(frozen=True)
class Course:
    """The folder of a course, and in it that of everything that grading writes (`.course`)."""

    root: Path
    work: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Course":
        """The course that `start` (the current directory) lies in; raises CourseError."""
        start = (start or Path.cwd()).resolve()
        for root in (start, *start.parents):
            if (root / CONFIG_FILE).is_file():
                return cls(root, root / ".course")
        raise CourseError(
            f"{start} is not inside a course: no {CONFIG_FILE} there or above; "
            "to begin one in an empty folder: autograder init"
        )

    @property
    def assignments(self) -> "Assignments":
        """Those of the folder or package `c.Autograder.exercises`, or of the folder `exercises`."""
        from autograder.assignments import Assignments

        return Assignments.within(self.root, str(self.settings().Autograder.get("exercises", EXERCISES)))

    def assignment(self, name: str) -> "Assignment":
        """The assignment of that name; raises CourseError."""
        known = self.assignments
        if name not in known:
            raise CourseError(f"there is no assignment {name!r}; there is {', '.join(known.names) or 'none'}")
        return known.load(name)

    @property
    def source(self) -> Path:
        """The notebooks with solutions, where nbgrader looks for them."""
        return self.root / str(self.settings().CourseDirectory.get("source_directory", "source"))

    @property
    def lectures(self) -> Path:
        """The lectures, as far as there are any, beside the assignments."""
        return self.source.parent / "lectures"

    @property
    def handout(self) -> Path:
        """What students get; in sight, since JupyterLab serves no hidden folder."""
        return self.root / "handout"

    @property
    def release(self) -> Path:
        return self.work / "release"

    @property
    def submitted(self) -> Path:
        return self.work / "submitted"

    @property
    def gradebook(self) -> Path:
        return self.work / "gradebook.db"

    @property
    def roster(self) -> Path:
        """The list of people with which `autograder collect` was run last."""
        return self.work / "roster.csv"

    @property
    def results(self) -> Path:
        return self.work / "results"

    @property
    def journal(self) -> Path:
        return self.work / "journal"

    @property
    def backups(self) -> Path:
        """Copies of the gradebook, from before each run that changed it."""
        return self.work / "backups"

    @property
    def reports(self) -> Path:
        return self.work / "reports"

    @property
    def minimum_tier(self) -> str:
        """The weakest wall behind which this course grades: `c.Autograder.minimum_tier`, or MINIMUM_TIER."""
        return str(self.settings().Autograder.get("minimum_tier", MINIMUM_TIER))

    def settings(self) -> "Config":
        """What nbgrader_config.py says; raises CourseError."""
        from traitlets.config.loader import PyFileConfigLoader

        try:
            return PyFileConfigLoader(CONFIG_FILE, path=str(self.root)).load_config()
        except Exception as error:  # it is a program, and may fail in any way
            path, says = self.root / CONFIG_FILE, f"{type(error).__name__}: {error}"
            raise CourseError(f"the settings in {path} cannot be used ({says.splitlines()[0]})") from None

    @contextlib.contextmanager
    def alone(self, waiting: Callable[[], None]) -> Iterator[None]:
        """One grader at a time: whoever comes second says so by `waiting`, and waits. Raises CourseError."""
        import fcntl  # not on Windows, where students read lectures

        path = self.work / "lock"
        try:
            self.work.mkdir(parents=True, exist_ok=True)
            file = open(path, "w")  # noqa: SIM115 (closed below)
        except OSError as error:
            raise CourseError(f"{path} cannot be written: {error.strerror}") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError:  # some network file systems have no locks; rows are written with care anyhow
                pass
            yield

    def key(self) -> bytes:
        """The secret from which hidden inputs are drawn; made on first use, readable by its owner only.

        Raises CourseError where it cannot be read or written, or is too short to be a secret.
        """
        path = self.work / "course_key"
        try:
            if not os.path.lexists(path):
                _make_key(path)
            text = path.read_bytes().strip()
        except OSError as error:
            raise CourseError(f"the course key {path} cannot be read or made: {error.strerror}") from None
        if not KEY.fullmatch(text):
            raise CourseError(
                f"the course key {path} must be at least {MIN_KEY_DIGITS} hexadecimal digits; put back the "
                "one of a backup, or move it away: then a new one is made, and everything is graded anew"
            )
        return bytes.fromhex(text.decode())


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        os.link(temporary, path)  # the first of two that start at once wins
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def grader_version(course: Course) -> str:
    """A hash of the grader, the reference and the exercises: a change to any of them grades anew."""
    return hashlib.sha256(f"{own_version()} {course.assignments.version}".encode()).hexdigest()


@cache
def own_version() -> str:
    """A hash of the grader and the reference that are installed."""
    import advsec
    import autograder

    digest = hashlib.sha256()
    for package in (advsec, autograder):
        (location,) = package.__path__
        folder = Path(location)
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
