"""The page of a class: who got what, who needs help, and which mistakes are common."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from autograder.exercise import Assignment, Exercise
from autograder.flags import WHAT_A_FLAG_MEANS, Flag
from autograder.grades import Grade
from autograder.report import pages, words
from autograder.results import Result
from autograder.verdict import Judgement


# Bars of the score distribution.
BINS = 10
STATES = ("graded", "rejected", "needs_human", "missing")


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart: `count` of `total`. `named` bars are filled, the others hollow."""

    label: str
    count: int
    total: int
    named: bool = True
    says: str = ""


@dataclass(frozen=True)
class Row:
    """A student with the grade that the gradebook holds; `result` is None where nothing was handed in."""

    grade: Grade
    result: Result | None

    @property
    def student(self) -> str:
        return self.grade.student

    @property
    def state(self) -> str:
        """graded (by whomever), rejected, needs_human or missing."""
        if self.result is None:
            return "missing"
        if self.grade.score is not None:
            return "graded"
        return "rejected" if self.result.outcome == "rejected" else "needs_human"

    def judgement(self, exercise: Exercise) -> Judgement | None:
        judgements = self.result.judgements if self.result else ()
        return next((each for each in judgements if each.exercise == exercise.name), None)


@dataclass(frozen=True)
class ExerciseReport:
    """What the class made of one exercise: its points by the gradebook, what was wrong by the machine."""

    exercise: Exercise
    cell: str
    mean: float
    right: int
    total: int
    findings: tuple[Bar, ...]
    probes: tuple[Bar, ...]


def class_page(
    results: Sequence[Result],
    assignment: Assignment,
    grades: Mapping[str, Grade],
    flags: Mapping[str, Sequence[Flag]] = MappingProxyType({}),
    names: Mapping[str, str] = MappingProxyType({}),
    failed: Sequence[str] = (),
) -> str:
    """One self-contained HTML page about everybody in the gradebook.

    `flags` are what a person should look at, `names` the files of the students' pages, and `failed` are the
    students of whom no page could be made.
    """
    known = {result.student: result for result in results}
    ordered = sorted(grades.values(), key=lambda grade: (grade.student.casefold(), grade.student))
    everybody = [Row(grade, known.get(grade.student)) for grade in ordered]
    rows = {state: [row for row in everybody if row.state == state] for state in STATES}
    scores = [row.grade.score for row in rows["graded"] if row.grade.score is not None]
    maximum = max((row.grade.max_score for row in everybody), default=assignment.max_score)
    handed_in = [row for row in everybody if row.result]
    return pages.render(
        "class.html",
        assignment=assignment,
        names=names,
        failed=failed,
        everybody=everybody,
        handed_in=handed_in,
        graded=rows["graded"],
        rejected=rows["rejected"],
        others=rows["needs_human"],
        missing=rows["missing"],
        max_score=maximum,
        waiting=max((row.grade.waiting for row in rows["graded"]), default=0.0),
        late=any(row.grade.penalty for row in rows["graded"]),
        noted=[row for row in handed_in if row.result and row.result.notes],
        flagged=[(row, flags[row.student]) for row in handed_in if flags.get(row.student)],
        what_a_flag_means=WHAT_A_FLAG_MEANS,
        bins=_bins(scores, maximum),
        median=statistics.median(scores) if scores else None,
        mean=statistics.fmean(scores) if scores else None,
        exercises=[_exercise(exercise, assignment, rows["graded"]) for exercise in assignment.exercises],
        tiers=Counter(result.tier or "unknown" for result in known.values()).most_common(),
        seconds=sum(result.seconds for result in known.values()),
    )


def _exercise(exercise: Exercise, assignment: Assignment, graded: Sequence[Row]) -> ExerciseReport:
    cell = assignment.test_cell(exercise)
    marks = [mark for row in graded if (mark := row.grade.mark(cell)) and mark.score is not None]
    judgements = [judgement for row in graded if (judgement := row.judgement(exercise))]
    return ExerciseReport(
        exercise,
        cell,
        statistics.fmean(mark.score or 0.0 for mark in marks) if marks else 0.0,
        sum(words.status(mark.score, mark.max_score) == "right" for mark in marks),
        len(marks),
        _findings(exercise, judgements),
        _probes(exercise, judgements),
    )


def _findings(exercise: Exercise, judgements: Sequence[Judgement]) -> tuple[Bar, ...]:
    """How often each thing was said, the named misconceptions first, the most frequent on top."""
    sentences = {entry.name: entry.message for entry in (*exercise.misconceptions, *exercise.near)}
    counts: Counter[tuple[bool, str, str]] = Counter()
    for judgement in judgements:
        finding = judgement.finding
        if finding is None:
            continue
        says = _said(finding.misconception or "", sentences)
        counts[bool(finding.misconception), words.short_finding(finding), says] += 1
    ordered = sorted(counts.items(), key=lambda item: (not item[0][0], -item[1], item[0][1]))
    return tuple(Bar(label, count, len(judgements), named, says) for (named, label, says), count in ordered)


def _said(names: str, sentences: Mapping[str, str]) -> str:
    """The sentences of names, some of which cannot be told apart and some of which are told together."""
    if names in sentences:
        return sentences[names]
    for sign, joint in (("&", "; and "), ("|", "; or "), ("+", "; and ")):
        if sign in names:
            return joint.join(filter(None, (_said(part, sentences) for part in names.split(sign))))
    return ""


def _probes(exercise: Exercise, judgements: Sequence[Judgement]) -> tuple[Bar, ...]:
    """How many passed each probe, in the order of the exercise."""
    tried = [dict(judgement.passed) for judgement in judgements]
    return tuple(
        Bar(
            probe.name,
            sum(passed.get(probe.name, False) for passed in tried),
            sum(probe.name in passed for passed in tried),
            says="" if probe.public else "only at grading",
        )
        for probe in exercise.probes
    )


def _bins(scores: Sequence[float], max_score: float) -> tuple[Bar, ...]:
    """Ten equal ranges of points; full marks have the last one."""
    edges = [max_score * i / BINS for i in range(BINS + 1)]
    counts = Counter(min(int(BINS * score / max_score), BINS - 1) if max_score else 0 for score in scores)
    return tuple(
        Bar(
            f"{words.points(low)} to {'' if i == BINS - 1 else 'below '}{words.points(high)}",
            counts[i],
            len(scores),
        )
        for i, (low, high) in enumerate(pairwise(edges))
    )
