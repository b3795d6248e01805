"""Findings and outcomes in a few words, the same on every page and in the terminal."""

import math

from autograder.endings import ending
from autograder.grades import Grade
from autograder.results import Result
from autograder.sandbox.perform import Stopped
from autograder.verdict import Finding


FINDINGS = {
    "not_defined": "not defined",
    "not_callable": "not a function",
    "not_implemented": "not written yet",
    "as_given": "still as it was given",
    "wrong_signature": "other arguments than asked",
    "raised": "raises an error",
    "time_limit": "does not come back in time",
    "memory_limit": "asks for too much memory",
    "stopped": "ends Python",
    "returned_none": "returns None",
    "wrong_type": "wrong type",
    "wrong_shape": "wrong shape",
    "not_finite": "not finite",
    "wrong_values": "wrong values",
    "convention": "another convention",
    "follow_through": "judged with a right helper",
    "input_modified": "changes its input",
}

OUTCOMES = {"graded": "graded", "rejected": "rejected", "needs_human": "needs a person"}


def short_finding(finding: Finding | None) -> str:
    """The finding in two or three words: the misconception by its name, or what kind of thing it is."""
    if finding is None:
        return ""
    if finding.misconception:
        return misconception_words(finding.misconception)
    return FINDINGS.get(finding.kind, finding.kind.replace("_", " "))


def misconception_words(names: str) -> str:
    """Names of mistakes in words: `|` cannot be told apart, `+` are both made, `&` are of several values."""
    return names.replace("_", " ").replace("|", " or ").replace("+", " and ").replace("&", " and ")


def outcome_words(result: Result | None, grade: Grade) -> str:
    """What became of a submission, in a word or two; a person may have graded what the machine could not."""
    if result is None:
        return grade.outcome
    if result.outcome != "graded" and grade.score is not None:
        return "graded by a person"
    return OUTCOMES.get(result.outcome, OUTCOMES["needs_human"])


def stopped_words(stopped: Stopped) -> str:
    """Why a cell has no results, as a sentence."""
    return f"This cell {ending(stopped)}."


def status(score: float | None, max_score: float) -> str:
    """right, partly or wrong: how the score of an exercise is shown; nothing while there is none."""
    if score is None:
        return ""
    if score >= max_score:
        return "right"
    return "partly" if score > 0 else "wrong"


def duration(seconds: float) -> str:
    """A length of time in its largest unit: 3 days, 1 hour, 20 minutes; nothing below a minute."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = math.floor(seconds / length)
            return f"{count} {unit}{'s' * (count > 1)}"
    return ""


def how_late(grade: Grade) -> str:
    """3 days late, less than a minute late; nothing where it is in time, or nobody knows when it came."""
    return f"{duration(grade.seconds_late) or 'less than a minute'} late" if grade.seconds_late > 0 else ""


def lateness(grade: Grade) -> str:
    """How late a work is, and what that costs: 3 days late, 2 points less."""
    late = how_late(grade)
    if not late:
        return ""
    if grade.raw_score is None:
        return late
    return f"{late}, {points(grade.penalty)} points less" if grade.penalty else f"{late}, which costs nothing"


def correlation(value: float | None) -> str:
    """0.31, −0.05; an en dash where there is none."""
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def late_days(grade: Grade) -> str:
    """Of a bank of late days how many are used, and by this work; nothing where late days are not counted."""
    days = grade.late_days
    if days is None or not (days.bank or days.charged):
        return ""
    if not days.bank:
        return f"{days.charged} late day{'s' * (days.charged > 1)}, of which none is free"
    here = f", {days.from_bank} of them here" if days.from_bank else ""
    beyond = f"; {days.charged} more {'was' if days.charged == 1 else 'were'} not free" * bool(days.charged)
    return f"{days.used} of {days.bank} late days used{here}{beyond}"


def points(value: float | None) -> str:
    """2.5, 3; an en dash where there is no score."""
    return "–" if value is None else f"{round(value, 2):g}"
