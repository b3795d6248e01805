"""What grading again would change: found before anything is written.

Compared is what the gradebook holds with what the grader of today finds. Points that a person has given stay
whatever is found, and lateness is left aside: it is worked out anew from the points that count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder.exercise import Assignment
from autograder.grades import Grade, Mark
from autograder.results import Result
from autograder.verdict import Finding


KINDS = ("up", "down", "graded now", "no longer graded", "other words", "new", "unchanged")


@dataclass(frozen=True)
class ExerciseChange:
    """The machine's points for an exercise and what it says, before and now; `kept` are a person's."""

    exercise: str
    before: float | None
    after: float | None
    said: str
    says: str
    kept: float | None = None


@dataclass(frozen=True)
class Difference:
    """What grading again means for one student; points are those before lateness, None is no grade.

    `why` tells of the whole submission, where it was or is not graded.
    """

    student: str
    kind: str
    before: float | None
    after: float | None
    changes: tuple[ExerciseChange, ...] = ()
    why: str = ""
    needs_human: bool = False


def difference(old: Result | None, grade: Grade | None, new: Result, assignment: Assignment) -> Difference:
    """Compare a result with the one that is shown now and with the student's grade, as far as they exist."""
    if grade is None or not grade.handed_in:
        after = new.score if new.outcome == "graded" else None
        return Difference(new.student, "new", None, after, (), new.reason, new.outcome == "needs_human")
    changes = tuple(_changes(old, grade, new, assignment))
    after = _with_machines(grade, new, assignment).raw_score
    kind = _kind(grade.raw_score, after, changed=bool(changes) or _outcome(old) != _outcome(new))
    why = new.reason or (old.reason if old and kind == "graded now" else "")
    needs_human = new.outcome == "needs_human"
    return Difference(new.student, kind, grade.raw_score, after, changes, why, needs_human)


def _outcome(result: Result | None) -> tuple[str, str]:
    return (result.outcome, result.reason) if result else ("", "")


def _kind(before: float | None, after: float | None, *, changed: bool) -> str:
    if before is None or after is None:
        if before is after:
            return "other words" if changed else "unchanged"
        return "graded now" if before is None else "no longer graded"
    if before != after:
        return "up" if after > before else "down"
    return "other words" if changed else "unchanged"


def _changes(
    old: Result | None, grade: Grade, new: Result, assignment: Assignment
) -> Iterator[ExerciseChange]:
    for exercise in assignment.exercises:
        mark = grade.mark(assignment.test_cell(exercise))
        before = mark.automatic if mark else None
        after = _points(new, exercise.name)
        said, says = _said(old, exercise.name), _said(new, exercise.name)
        if before != after or (old and said != says):
            kept = mark.manual if mark else None
            yield ExerciseChange(exercise.name, before, after, said, says, kept)


def _points(result: Result, exercise: str) -> float | None:
    return next((each.score for each in result.judgements if each.exercise == exercise), None)


def _said(result: Result | None, exercise: str) -> str:
    judgements = result.judgements if result else ()
    found: Finding | None = next((each.finding for each in judgements if each.exercise == exercise), None)
    return found.message if found else ""


def _with_machines(grade: Grade, new: Result, assignment: Assignment) -> Grade:
    """The grade with the machine's points of the new result, and everything of people's as it is."""
    tests = {assignment.test_cell(exercise): exercise.name for exercise in assignment.exercises}
    marks = (
        _with_automatic(mark, _points(new, tests[mark.cell])) if mark.cell in tests else mark
        for mark in grade.marks
    )
    return replace(grade, marks=tuple(marks))


def _with_automatic(mark: Mark, automatic: float | None) -> Mark:
    if mark.manual is not None:
        return replace(mark, automatic=automatic)
    score = None if automatic is None else automatic + mark.extra
    return replace(mark, automatic=automatic, score=score)


def counts(differences: Iterable[Difference]) -> dict[str, int]:
    """How many there are of each kind; the counts add up to everybody."""
    found = [each.kind for each in differences]
    return {kind: found.count(kind) for kind in KINDS}


def plain(each: Difference) -> dict[str, Any]:
    """The difference as `autograder regrade --json` prints it."""
    exercises = [
        {
            "exercise": change.exercise,
            "before": change.before,
            "after": change.after,
            "said": change.said,
            "says": change.says,
            "kept": change.kept,
        }
        for change in each.changes
    ]
    about = {"student": each.student, "kind": each.kind, "before": each.before, "after": each.after}
    return about | {"why": each.why, "exercises": exercises}
