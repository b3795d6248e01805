"""What is known about a submission once it is graded, and the file that keeps it."""

import contextlib
import dataclasses
import functools
import hashlib
import json
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.exercise import Assignment
from autograder.files import write_ours
from autograder.grades import Grade
from autograder.sandbox.messages import CellResult
from autograder.sandbox.perform import Stopped
from autograder.sandbox.reader import Cell
from autograder.verdict import Judgement


@dataclass(frozen=True)
class CellRecord:
    """A cell of the submission and what running it did; `stopped` when it ended its box."""

    cell: Cell
    result: CellResult | None = None
    stopped: Stopped | None = None


@dataclass(frozen=True)
class Origin:
    """What is known of a submission whatever comes of it; `key` names its result, `notes` are on the file.

    `beside` are the names of what else lay in the folder.
    """

    student: str
    assignment: Assignment
    tier: str = ""
    sha256: str = ""
    key: str = ""
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """All that is known about one submission after grading it; one JSON file.

    Made by `graded`, `rejected` or `needs_human`.
    """

    student: str
    assignment: str
    outcome: str  # graded, rejected or needs_human
    reason: str
    score: float | None
    max_score: float
    judgements: tuple[Judgement, ...] = ()
    cells: tuple[CellRecord, ...] = ()
    notes: tuple[str, ...] = ()
    tier: str = ""
    seconds: float = 0.0
    key: str = ""
    sha256: str = ""
    beside: tuple[str, ...] = ()
    settled: bool = True
    """False when another try may end otherwise: the machine was busy, or the grader itself failed."""
    version: str = ""
    """That of the grader, see `course.grader_version`."""

    @classmethod
    def graded(
        cls,
        origin: Origin,
        judgements: Iterable[Judgement],
        cells: tuple[CellRecord, ...] = (),
        notes: tuple[str, ...] = (),
        *,
        seconds: float = 0.0,
        settled: bool = True,
    ) -> "Result":
        """Every exercise has its judgement, and the points add up to the score."""
        found = tuple(judgements)
        return cls._of(
            origin,
            "graded",
            score=round(sum(judgement.score for judgement in found), 2),
            judgements=found,
            cells=cells,
            notes=(*origin.notes, *notes),
            seconds=seconds,
            settled=settled,
        )

    @classmethod
    def rejected(cls, origin: Origin, reason: str, *, settled: bool = True) -> "Result":
        """A file that cannot be graded: a sentence for the student, and no score at all."""
        return cls._of(origin, "rejected", reason=reason, settled=settled)

    @classmethod
    def needs_human(
        cls, origin: Origin, reason: str, cells: tuple[CellRecord, ...] = (), *, settled: bool = True
    ) -> "Result":
        """Neither points nor a fault of the file: a person has to look, and learns why."""
        return cls._of(origin, "needs_human", reason=reason, cells=cells, settled=settled)

    @classmethod
    def _of(cls, origin: Origin, outcome: str, **known: Any) -> "Result":
        shared: dict[str, Any] = {
            "student": origin.student,
            "assignment": origin.assignment.name,
            "outcome": outcome,
            "reason": "",
            "score": None,
            "max_score": origin.assignment.max_score,
            "notes": origin.notes,
            "tier": origin.tier,
            "key": origin.key,
            "sha256": origin.sha256,
            "beside": origin.beside,
        }
        return cls(**shared | known)


def summary(result: Result, assignment: Assignment, grade: Grade) -> dict[str, Any]:
    """The result as `autograder grade --json` prints it; all points are those of the gradebook."""
    findings = {judgement.exercise: judgement.finding for judgement in result.judgements}
    marks = {each.name: grade.mark(assignment.test_cell(each)) for each in assignment.exercises}
    return {
        "student": result.student,
        "assignment": result.assignment,
        "outcome": result.outcome,
        "reason": result.reason,
        "score": grade.score,
        "max_score": grade.max_score,
        "waiting": grade.waiting,
        "late_penalty": grade.penalty,
        "exercises": {
            name: {
                "score": mark.score,
                "max_score": mark.max_score,
                "finding": finding
                and {
                    "kind": finding.kind,
                    "misconception": finding.misconception,
                    "message": finding.message,
                },
            }
            for name, mark in marks.items()
            if mark and mark.score is not None
            for finding in [findings.get(name)]
        },
        "tier": result.tier,
        "seconds": result.seconds,
    }


class Damaged(Exception):  # noqa: N818 (an outcome: it is graded anew)
    """The file of a result is not as it was written; `path` is where it lies."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class ResultStore:
    """A directory of results: for each key, which says all that a result depends on, JSON and its hash."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def holds(self, key: str) -> bool:
        """Whether there is a file of that key, whatever stands in it."""
        return self._path(key).exists()

    def load(self, key: str) -> Result | None:
        """The result of that key; None when there is none, or none that is as it was written."""
        with contextlib.suppress(Damaged):
            return self.read(key)
        return None

    def read(self, key: str) -> Result | None:
        """The result of that key, if there is one; raises Damaged where it is not as it was written."""
        path = self._path(key)
        try:
            text, _, check = path.read_bytes().rstrip(b"\n").rpartition(b"\n")
            if hashlib.sha256(text).hexdigest().encode() != check:
                raise Damaged(path)
            result = _restore(Result, json.loads(text))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, RecursionError):
            raise Damaged(path) from None
        if result.key != key:
            raise Damaged(path)
        return typing.cast(Result, result)

    def save(self, result: Result) -> str:
        """Write the result under its key, whole or not at all, with its hash; raises CourseError."""
        text = json.dumps(result, ensure_ascii=False, default=_convert).encode("utf-8", "replace")
        check = hashlib.sha256(text).hexdigest()
        write_ours(self._path(result.key), b"%s\n%s\n" % (text, check.encode()))
        return check

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}.json"


def _convert(value: Any) -> Any:
    """What JSON makes of what it does not know itself: a dataclass, of its fields; bytes, of their digits."""
    if isinstance(value, bytes):
        return value.hex()
    return {name: getattr(value, name) for name in _field_names(value.__class__)}


@functools.cache
def _field_names(kind: type) -> tuple[str, ...]:
    """Raises TypeError for what is no dataclass."""
    return tuple(field.name for field in dataclasses.fields(kind))


def _restore(kind: Any, plain: Any) -> Any:
    """The inverse of `_convert`, led by the types of the fields; raises ValueError or TypeError."""
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        inner = next(argument for argument in arguments if argument is not types.NoneType)
        return None if plain is None else _restore(inner, plain)
    if typing.get_origin(kind) is tuple:
        items = _checked(plain, list)
        if arguments[-1] is Ellipsis:
            return tuple(_restore(arguments[0], item) for item in items)
        return tuple(_restore(argument, item) for argument, item in zip(arguments, items, strict=True))
    if dataclasses.is_dataclass(kind):
        hints = _type_hints(typing.cast(type, kind))
        fields = _checked(plain, dict)
        if unknown := fields.keys() - hints.keys():
            raise ValueError(f"a result has no field {min(unknown)!r}")
        return typing.cast(Any, kind)(**{name: _restore(hints[name], item) for name, item in fields.items()})
    if kind is bytes:
        return bytes.fromhex(_checked(plain, str))
    return _checked(plain, (float, int) if kind is float else kind)


@functools.cache
def _type_hints(kind: type) -> dict[str, Any]:
    """Slow to find out, and asked for each of the many pieces of a result."""
    return typing.get_type_hints(kind)


def _checked(plain: Any, kind: Any) -> Any:
    """The value, which must be of that kind: a file of ours that somebody touched is none of ours."""
    if not isinstance(plain, kind):
        raise ValueError(f"a value of the type {type(plain).__name__} stands in the place of another")
    return plain
