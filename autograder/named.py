"""Names that a teaching assistant has given to groups of wrong answers, and who hears them.

They lie in a file of the course, by what the answers do and not by who gave them: everybody hears a name
whose answer does the same, also who hands in later. Nothing is graded for it, and no score changes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.behaviour import Answered, Behaviour, alike
from autograder.clusters import is_unnamed
from autograder.course import Course, CourseError
from autograder.exercise import Assignment, Exercise
from autograder.files import read_ours, write_ours
from autograder.results import Result
from autograder.verdict import RECOGNISED, Judgement


FOLDER = "named"
# How the sentence begins, after what happened, where there is no result that one could get.
NO_RESULT = "That is so when"
ENDS = ("raised", "time_limit", "memory_limit", "stopped")


@dataclass(frozen=True)
class Named:
    """A name for what answers do. `message` completes "Your result is what you get when ...", and `read` is
    a section of the lecture, or nothing."""

    exercise: str
    name: str
    message: str
    read: str
    behaviour: Behaviour

    def fits(self, exercise: Exercise, does: Behaviour) -> bool:
        """Whether it is a name for an answer that does this."""
        return self.exercise == exercise.name and alike(self.behaviour, does, exercise.tolerance)


def names_file(course: Course, assignment: str) -> Path:
    """Where the names lie; outside of nbgrader's folders, which it hands out."""
    return course.root / FOLDER / f"{assignment}.json"


def read_names(course: Course, assignment: Assignment) -> tuple[Named, ...]:
    """The names of an assignment, if there are any; raises CourseError."""
    path = names_file(course, assignment.name)
    if not path.exists():
        return ()
    try:
        rows = _is(json.loads(read_ours(path)), list, "it is no list")
        names = tuple(_named(row, number) for number, row in enumerate(rows, start=1))
    except (ValueError, RecursionError) as problem:
        raise CourseError(
            f"{path} cannot be used: {problem}; correct it, or put back the one of the last commit"
        ) from None
    known = {exercise.name for exercise in assignment.exercises}
    if stray := next((each for each in names if each.exercise not in known), None):
        raise CourseError(
            f"{path} cannot be used: {assignment.name} has no exercise {stray.exercise!r}, which "
            f"{stray.name!r} is for; take that entry out"
        )
    return names


def write_names(course: Course, assignment: Assignment, names: Iterable[Named]) -> Path:
    """Write the names of an assignment, whole or not at all; raises CourseError."""
    path = names_file(course, assignment.name)
    rows = [
        {
            "exercise": each.exercise,
            "name": each.name,
            "message": each.message,
            "read": each.read,
            "behaviour": [
                {
                    "probe": answered.probe,
                    "kind": answered.kind,
                    "form": answered.form,
                    "numbers": " ".join(f"{number:.10g}" for number in answered.numbers),
                    "single": answered.single,
                }
                for answered in each.behaviour
            ],
        }
        for each in names
    ]
    write_ours(path, f"{json.dumps(rows, indent=1, ensure_ascii=False)}\n".encode())
    return path


def with_names(result: Result, assignment: Assignment, names: Sequence[Named]) -> Result:
    """The result as it is said, with these names for what has none in the catalogue."""
    exercises = {exercise.name: exercise for exercise in assignment.exercises}
    if not names:
        return result
    said = tuple(_said(judgement, exercises, names) for judgement in result.judgements)
    return replace(result, judgements=said)


def unheard(names: Iterable[Named], results: Iterable[Result]) -> tuple[Named, ...]:
    """The names that nobody's answer has (any more), in results as they are said."""
    heard = {
        (each.exercise, each.finding.misconception)
        for result in results
        for each in result.judgements
        if each.finding
    }
    return tuple(each for each in names if (each.exercise, each.name) not in heard)


def _said(judgement: Judgement, exercises: Mapping[str, Exercise], names: Sequence[Named]) -> Judgement:
    exercise, finding = exercises.get(judgement.exercise), judgement.finding
    if exercise is None or finding is None or not is_unnamed(judgement):
        return judgement
    name = next((each for each in names if each.fits(exercise, judgement.behaviour)), None)
    if name is None:
        return judgement
    if finding.kind in ENDS or exercise.tests:
        message = f"{finding.message} {NO_RESULT} {name.message}."
    else:
        message = f"{RECOGNISED} {name.message}. {finding.message}"
    said = replace(finding, message=message, misconception=name.name, read=name.read or finding.read)
    return replace(judgement, finding=said)


def _named(row: Any, number: int) -> Named:
    """A row of the file; raises ValueError with a sentence."""
    where = f"entry {number}"
    row = _is(row, dict, f"{where} is no object")
    exercise, name, message, read = (
        _text(row, key, where) for key in ("exercise", "name", "message", "read")
    )
    if not name.isidentifier():
        raise ValueError(f"{where} has the name {name!r}, which is no identifier")
    answers = _is(row.get("behaviour"), list, f"{where} has no list 'behaviour'")
    return Named(exercise, name, message, read, tuple(_answered(each, where) for each in answers))


def _answered(row: Any, where: str) -> Answered:
    row = _is(row, dict, f"{where} has something else than objects in 'behaviour'")
    probe, kind, form, numbers = (_text(row, key, where) for key in ("probe", "kind", "form", "numbers"))
    single = _is(row.get("single"), bool, f"{where} has no truth value 'single'")
    try:
        return Answered(probe, kind, form, tuple(map(float, numbers.split())), single)
    except ValueError:
        raise ValueError(f"{where} has something else than numbers in 'numbers'") from None


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    return str(_is(row.get(key), str, f"{where} has no text {key!r}"))


def _is(value: Any, kind: type, says: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(says)
    return value
