"""Lateness in nbgrader's gradebook: the plugin with a bank of late days, and penalties settled for everybody.

An extension is nbgrader's own: `SubmittedAssignment.extension`, which formgrader and all of nbgrader honour.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from itertools import groupby
from types import MappingProxyType
from typing import Any

from autograder import quick_nbgrader  # noqa: F401
from autograder.course import CourseError
from autograder.lateness import LateDays, Rules, Work, share_out


# isort: split

from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import BasePlugin
from sqlalchemy import or_, select, update
from traitlets import Float, Int, TraitError
from traitlets.config import Config


# Of ids that are like one that nobody has so many are named.
CLOSE = 3


class LateDaysPlugin(BasePlugin):  # type: ignore[misc]
    """`c.AssignLatePenalties.plugin_class`: late days that are free, and a price for each further one."""

    bank = Int(0, min=0, help="Late days that every student has for the whole course.").tag(config=True)
    grace_minutes = Float(0.0, min=0.0, help="Who is late by no more than this is in time.").tag(config=True)
    per_day = Float(
        0.1, min=0.0, max=1.0, help="The share of the points that each day beyond the bank costs."
    ).tag(config=True)

    @property
    def rules(self) -> Rules:
        """What the settings say."""
        return Rules(self.bank, timedelta(minutes=self.grace_minutes), self.per_day)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points that a notebook loses; asked by nbgrader while it has a submission in its hands."""
        asks = self.parent
        found = late_days(asks.gradebook, self.rules, student_id).get(student_id, {})
        return penalty(found.get(asks.assignment_id), score, self.rules)


def penalty(days: LateDays | None, score: float, rules: Rules) -> float | None:
    """The points that somebody loses; None for nothing, as nbgrader has it."""
    return (days and days.penalty(score, rules)) or None


def late_days(
    gradebook: Gradebook, rules: Rules, student: str | None = None
) -> dict[str, dict[str, LateDays]]:
    """The late days of everybody, or of one, by student and assignment."""
    works = groupby(_works(gradebook, student), key=lambda each: each[0])
    return {who: share_out((work for _, work in theirs), rules) for who, theirs in works}


def _works(gradebook: Gradebook, student: str | None) -> Iterator[tuple[str, Work]]:
    """Whose work was handed in when, as far as it is known, in the order of the students."""
    columns = (
        api.SubmittedAssignment.student_id,
        api.Assignment.name,
        api.Assignment.duedate,
        api.SubmittedAssignment.timestamp,
        api.SubmittedAssignment.extension,
    )
    query = select(*columns).join(api.Assignment).order_by(api.SubmittedAssignment.student_id)
    for who, name, due, handed_in, extension in gradebook.db.execute(of_student(query, student)):
        if due is not None and handed_in is not None:
            yield who, Work(name, due + (extension or timedelta()), handed_in)


def settle(
    gradebook: Gradebook,
    assignment: str,
    config: Config,
    times: Mapping[str, datetime | None] = MappingProxyType({}),
    student: str | None = None,
) -> dict[str, LateDays]:
    """Work out anew what everybody, or one, loses for lateness; `times` of handing in are those now known.

    Since a bank of late days is one for the whole course, all assignments are settled. The late days at
    this one are returned by student, where the course has a bank. Raises CourseError.
    """
    _note_times(gradebook, assignment, times)
    gradebook.db.expire_all()
    late = _late(gradebook, student)
    if not late and "AssignLatePenalties" not in config:
        gradebook.db.commit()
        return {}
    asks, plugin = _plugin(config)
    asks.gradebook = gradebook
    days = late_days(gradebook, plugin.rules, student) if isinstance(plugin, LateDaysPlugin) else {}
    changed = []
    for name, who, due, timestamp, extension, notebook, score, loses_now in late:
        asks.assignment_id = name
        asked, seconds = None, seconds_late(due, timestamp, extension)
        if seconds and isinstance(plugin, LateDaysPlugin):  # known already for everybody
            asked = penalty(days.get(who, {}).get(name), score, plugin.rules)
        elif seconds:
            asked = plugin.late_submission_penalty(who, score, seconds)
        loses = asked and min(max(asked, 0.0), score)
        if loses_now != loses:
            changed.append({"id": notebook, "late_submission_penalty": loses})
    _change(gradebook, api.SubmittedNotebook, changed)
    gradebook.db.commit()
    return {who: theirs[assignment] for who, theirs in days.items() if assignment in theirs}


def _note_times(gradebook: Gradebook, assignment: str, times: Mapping[str, datetime | None]) -> None:
    """Have the rows of those who handed in say when."""
    columns = (
        api.SubmittedAssignment.student_id,
        api.SubmittedAssignment.id,
        api.SubmittedAssignment.timestamp,
    )
    query = select(*columns).join(api.Assignment).where(api.Assignment.name == assignment)
    rows = gradebook.db.execute(query) if times else ()
    changed = [
        {"id": identity, "timestamp": times[who]}
        for who, identity, known in rows
        if who in times and times[who] != known
    ]
    _change(gradebook, api.SubmittedAssignment, changed)


def _change(gradebook: Gradebook, kind: Any, rows: list[dict[str, Any]]) -> None:
    """Change so many rows at once, each by its id."""
    if rows:
        gradebook.db.execute(update(kind), rows)


def _plugin(config: Config) -> tuple[Any, Any]:
    """nbgrader's step that asks for penalties, and the plugin that says them. Raises CourseError."""
    from nbgrader.preprocessors import AssignLatePenalties  # with what converts notebooks

    try:
        asks = AssignLatePenalties(config=config)
        return asks, asks.plugin_class(parent=asks)
    except (TraitError, ImportError) as problem:
        says = str(problem).splitlines()[0]
        raise CourseError(f"the settings for late work cannot be used ({says})") from None


def seconds_late(due: datetime | None, handed_in: datetime | None, extension: timedelta | None) -> float:
    """nbgrader's own count; that fails where there is an extension of no due date."""
    if due is None or handed_in is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or timedelta())).total_seconds())


def _late(gradebook: Gradebook, student: str | None) -> list[Any]:
    """Wherever something was, or may have been, handed in late.

    The name of the assignment, the student, when it was due and handed in, the extension, and of the notebook
    the id, the score and the penalty.
    """
    columns = (
        api.Assignment.name,
        api.SubmittedAssignment.student_id,
        api.Assignment.duedate,
        api.SubmittedAssignment.timestamp,
        api.SubmittedAssignment.extension,
        api.SubmittedNotebook.id,
        api.SubmittedNotebook.score,
        api.SubmittedNotebook.late_submission_penalty,
    )
    query = (
        select(*columns)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .where(
            or_(
                api.SubmittedNotebook.late_submission_penalty.is_not(None),
                api.SubmittedAssignment.timestamp > api.Assignment.duedate,
            )
        )
    )
    return list(gradebook.db.execute(of_student(query, student)))


def submissions_of(gradebook: Gradebook, assignment: str, student: str | None = None) -> list[Any]:
    """nbgrader's rows of everybody who handed in, or of one."""
    query = select(api.SubmittedAssignment).join(api.Assignment).where(api.Assignment.name == assignment)
    return list(gradebook.db.scalars(of_student(query, student)))


def of_student(query: Any, student: str | None) -> Any:
    """The query for this student only, if one is named."""
    return query if student is None else query.where(api.SubmittedAssignment.student_id == student)


def grant_extension(gradebook: Gradebook, assignment: str, student: str, time: timedelta) -> datetime:
    """Give a student so much more time in place of what they had; when their work is due now, in UTC.

    Somebody who has not handed in gets a row for it, which `read_grades` does not take for work. Raises
    CourseError for a student that nobody knows and where nothing is due.
    """
    try:
        due = gradebook.find_assignment(assignment).duedate
    except MissingEntry:
        raise CourseError(
            f"the gradebook does not know {assignment}; make it with: autograder release {assignment}"
        ) from None
    if student not in (known := [each.id for each in gradebook.students]):
        raise CourseError(_unknown(student, known))
    if due is None:
        raise CourseError(
            f"{assignment} has no due date that could be extended; give it one with: "
            f"nbgrader db assignment add {assignment} --duedate=2026-11-01T23:59:00+01:00"
        )
    if student not in {each.student_id for each in submissions_of(gradebook, assignment, student)}:
        for notebook in gradebook.add_submission(assignment, student).notebooks:
            for grade in notebook.grades:
                grade.needs_manual_grade = False  # there is nothing yet that a person could grade
    gradebook.grant_extension(assignment, student, minutes=time.total_seconds() / 60)
    if not time and not any(is_work(grade) for grade in _grades(gradebook, assignment, student)):
        gradebook.remove_submission(assignment, student)
    return due + time


def _unknown(student: str, known: Sequence[str]) -> str:
    """Nobody has this id: who is meant perhaps, or how the course learns of its students."""
    folded = {each.casefold(): each for each in known}
    meant = [folded[each] for each in get_close_matches(student.casefold(), folded, CLOSE)]
    if meant:
        return f"the gradebook knows no student {student!r}; did you mean {' or '.join(meant)}?"
    return (
        f"the gradebook knows no student {student!r}; autograder collect ARCHIVE --roster people.csv enters "
        "who takes the course"
    )


def is_work(grade: Any) -> bool:
    """Whether this grade says that something was handed in, and not only that there is more time for it."""
    return grade.needs_manual_grade or grade.auto_score is not None or grade.manual_score is not None


def _grades(gradebook: Gradebook, assignment: str, student: str) -> list[Any]:
    submission = gradebook.find_submission(assignment, student)
    return [grade for notebook in submission.notebooks for grade in notebook.grades]
