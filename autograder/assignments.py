"""Which assignments there are: those of a package of exercises, installed or in the folder of a course.

The package names them in `ASSIGNMENTS`: from the name of each, which is that of its notebook, to the package
in it that holds an `ASSIGNMENT`. Its code is the teacher's and trusted. It runs where the verdict is reached,
and never where a student's code runs.
"""

import functools
import hashlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from autograder.course import CourseError


if TYPE_CHECKING:
    from autograder.exercise import Assignment, Exercise


# What the names of packages begin with that are imported by their path.
IN_A_COURSE = "_exercises_"


@dataclass(frozen=True)
class Assignments:
    """The assignments of a package of exercises, by the name under which Python imports it.

    Everything raises CourseError where the package cannot be used.
    """

    package: str

    @classmethod
    def within(cls, root: Path, name: str) -> "Assignments":
        """Those in the folder `name` of a course, or else of the installed package of that name."""
        folder = root / name
        return cls(_loaded(folder)) if folder.is_dir() else cls(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._register)

    def __contains__(self, name: object) -> bool:
        return name in self._register

    def load(self, name: str) -> "Assignment":
        """The assignment of that name; raises KeyError for a name that is not in `names`."""
        from autograder.exercise import Assignment

        module = _imported(self.package_of(name))
        assignment = getattr(module, "ASSIGNMENT", None)
        if not isinstance(assignment, Assignment):
            raise CourseError(f"{module.__file__} defines no ASSIGNMENT, which describes {name}")
        if assignment.name != name:
            raise CourseError(
                f"{module.__file__} belongs to {name}, and its ASSIGNMENT has the name {assignment.name!r}"
            )
        return assignment

    def package_of(self, name: str) -> str:
        """The package that holds the exercises of an assignment."""
        return f"{self.package}.{self._register[name]}"

    def find_exercise(self, function_name: str) -> "Exercise":
        """The exercise that asks for a function of that name; raises KeyError when none does."""
        for name in self.names:
            for exercise in self.load(name).exercises:
                if exercise.name == function_name:
                    return exercise
        raise KeyError(function_name)

    @property
    def folder(self) -> Path:
        """Where the package lies."""
        return _folder(_imported(self.package))

    @property
    def files(self) -> tuple[tuple[str, bytes], ...]:
        """Name and content of every file of a package that lies in a course; of an installed one nothing."""
        if not self.package.startswith(IN_A_COURSE):
            return ()
        return tuple(
            (path.relative_to(self.folder).as_posix(), path.read_bytes()) for path in _files(self.folder)
        )

    @property
    def version(self) -> str:
        """A hash of all that is in the package, as it was when it was imported."""
        return _version(self.package)

    @property
    def _register(self) -> dict[str, str]:
        module = _imported(self.package)
        register = getattr(module, "ASSIGNMENTS", None)
        if not isinstance(register, dict):
            raise CourseError(f"{module.__file__} has no dictionary ASSIGNMENTS, which names what there is")
        return register


def _loaded(folder: Path) -> str:
    """Import a package by its path; the name under which it is known.

    The name is no word that anybody else imports, and another one when a file has changed: what runs for
    long, such as formgrader, reads the exercises anew then.
    """
    name = f"{IN_A_COURSE}{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}_{_digest(folder)[:24]}"
    if name not in sys.modules:
        path = folder / "__init__.py"
        if not path.is_file():
            raise CourseError(f"{folder} is no package of exercises: it has no __init__.py")
        spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(folder)])
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise CourseError(_says(str(folder), folder, error)) from error
    return name


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        package, _, inside = name.rpartition(".")
        if isinstance(error, ModuleNotFoundError) and error.name in (name, name.partition(".")[0]):
            if package in sys.modules:
                says = f"{sys.modules[package].__file__} names the package {inside}, which is not there"
            else:
                says = f"this course has no folder {name} with its exercises, and no package is called so"
            raise CourseError(says) from error
        top = name.partition(".")[0]
        folder = _folder(sys.modules[top]) if top in sys.modules else Path(name)
        raise CourseError(_says(str(folder), folder, error)) from error


def _says(where: str, folder: Path, error: Exception) -> str:
    """One sentence, with the line of the author's that it comes from."""
    problem = f"{type(error).__name__}: {error}".splitlines()[0]
    lines = [
        f"{Path(frame.filename).relative_to(folder)}, line {frame.lineno}: "
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(folder)
    ]
    return f"the exercises in {where} cannot be used ({lines[-1] if lines else ''}{problem})"


def _folder(module: ModuleType) -> Path:
    return Path(next(iter(module.__path__)))


@functools.cache
def _version(package: str) -> str:
    return _digest(_folder(_imported(package)))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """What an author wrote, and not what Python or an editor leaves beside it."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            yield path
