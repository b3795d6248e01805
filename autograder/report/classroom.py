"""The page of a class: who got what, who needs help, and which mistakes are common."""

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from markupsafe import Markup

from autograder.clusters import clusters
from autograder.exercise import Assignment, Exercise
from autograder.flags import WHAT_A_FLAG_MEANS, Flag
from autograder.grades import Grade
from autograder.named import Named, unheard
from autograder.report import charts, pages, words
from autograder.report.items import FEWEST, Item, items
from autograder.report.misunderstood import (
    alone,
    coverage,
    misunderstood,
    repaired,
    sentence,
    unexplained,
    unnamed,
    unseen,
)
from autograder.report.reading import sections
from autograder.results import Result
from autograder.verdict import Judgement


# Columns of the score distribution.
BINS = 10
STATES = ("graded", "rejected", "needs_human", "missing")
# Which points of an exercise a column stands for: the smallest share that is no longer in it.
SHARES = (("none", 1e-9), ("to ⅓", 1 / 3 + 1e-9), ("to ⅔", 2 / 3 + 1e-9), ("less", 1.0), ("all", 2.0))
# Of the submissions that took longest so many are named.
SLOWEST = 3


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
class ProbeReport:
    """A test of an exercise: how many passed it of those on whom it was tried."""

    bar: Bar
    item: Item


@dataclass(frozen=True)
class ExerciseReport:
    """What the class made of one exercise: its points by the gradebook, what was wrong by the machine."""

    exercise: Exercise
    cell: str
    mean: float
    right: int
    partly: int
    total: int
    item: Item
    picture: Markup
    distribution: Markup
    findings: tuple[Bar, ...]
    probes: tuple[ProbeReport, ...]


def class_page(
    results: Sequence[Result],
    assignment: Assignment,
    grades: Mapping[str, Grade],
    flags: Mapping[str, Sequence[Flag]] = MappingProxyType({}),
    names: Mapping[str, str] = MappingProxyType({}),
    failed: Sequence[str] = (),
    lecture: Mapping[str, str] = MappingProxyType({}),
    given: Sequence[Named] = (),
) -> str:
    """One self-contained HTML page about everybody in the gradebook.

    `flags` are what a person should look at, `names` the files of the students' pages, and `failed` are the
    students of whom no page could be made. Of the `lecture` the sections that answer a mistake stand on the
    page; names that a person has `given` to mistakes are in the results.
    """
    known = {result.student: result for result in results}
    ordered = sorted(grades.values(), key=lambda grade: (grade.student.casefold(), grade.student))
    everybody = [Row(grade, known.get(grade.student)) for grade in ordered]
    rows = {state: [row for row in everybody if row.state == state] for state in STATES}
    graded = rows["graded"]
    scores = [row.grade.score for row in graded if row.grade.score is not None]
    maximum = max((row.grade.max_score for row in everybody), default=assignment.max_score)
    handed_in = [row for row in everybody if row.result]
    machines = [row.result for row in graded if row.result]
    mistakes, groups = misunderstood(machines, assignment, given), clusters(machines, assignment)
    covered = coverage(machines, mistakes, groups)
    seconds = sorted(result.seconds for result in known.values() if result.outcome == "graded")
    return pages.render(
        "class.html",
        assignment=assignment,
        names=names,
        failed=failed,
        everybody=everybody,
        rows={row.student: row for row in everybody},
        handed_in=handed_in,
        graded=graded,
        rejected=rows["rejected"],
        others=rows["needs_human"],
        missing=rows["missing"],
        max_score=maximum,
        waiting=max((row.grade.waiting for row in graded), default=0.0),
        late=any(row.grade.penalty for row in graded),
        noted=[row for row in handed_in if row.result and row.result.notes],
        flagged=[(row, flags[row.student]) for row in handed_in if flags.get(row.student)],
        what_a_flag_means=WHAT_A_FLAG_MEANS,
        histogram=_histogram(scores, maximum),
        bins=_bins(scores, maximum),
        median=statistics.median(scores) if scores else None,
        mean=statistics.fmean(scores) if scores else None,
        exercises=_exercises(assignment, graded, given),
        fewest=FEWEST,
        mistakes=mistakes,
        unnamed=unnamed(groups),
        alone=alone(groups),
        unseen=unseen(groups),
        unheard=unheard(given, known.values()),
        of_others=_of_other_versions(known.values()),
        unexplained=unexplained(machines),
        repaired=repaired(machines, assignment),
        coverage=covered,
        curve=charts.curve(
            covered.shares,
            covered.named,
            f"Share of {covered.total} wrong answers that the most frequent findings explain",
        ),
        sections=sections((each.read for each in mistakes), lecture),
        tiers=Counter(result.tier or "unknown" for result in known.values()).most_common(),
        seconds=sum(result.seconds for result in known.values()),
        usual=statistics.median(seconds) if seconds else None,
        timings=charts.dots(
            seconds,
            max(seconds, default=0.0),
            statistics.median(seconds) if seconds else None,
            "Seconds of grading per submission, from 0 to the slowest; the line is the median",
        ),
        slowest=_slowest(handed_in),
    )


def _of_other_versions(results: Iterable[Result]) -> list[str]:
    """Who was graded by another version of the grader than most, before or after an upgrade."""
    students: dict[str, list[str]] = {}
    for result in results:
        students.setdefault(result.version, []).append(result.student)
    of_most = max(students.values(), key=len, default=[])
    return sorted(each for some in students.values() if some is not of_most for each in some)


def _slowest(rows: Sequence[Row]) -> list[Row]:
    """Those of the machine's whose grading took longest."""
    timed = [(row.result.seconds, row) for row in rows if row.result and row.result.outcome == "graded"]
    return [row for _, row in sorted(timed, key=lambda each: -each[0])[:SLOWEST]]


def statistics_of(
    results: Sequence[Result], assignment: Assignment, grades: Mapping[str, Grade]
) -> Iterator[tuple[Exercise, str, bool, Item]]:
    """Of every exercise, and of every probe by its name and whether it is shown, how the class does."""
    known = {result.student: result for result in results}
    graded = [
        row for grade in grades.values() if (row := Row(grade, known.get(grade.student))).state == "graded"
    ]
    for report in _exercises(assignment, graded, ()):
        yield report.exercise, "", False, report.item
        for probe, each in zip(report.exercise.probes, report.probes, strict=True):
            yield report.exercise, probe.name, probe.public, each.item


def _exercises(assignment: Assignment, graded: Sequence[Row], given: Sequence[Named]) -> list[ExerciseReport]:
    cells = {exercise.name: assignment.test_cell(exercise) for exercise in assignment.exercises}
    shares = [
        {
            name: mark.score / mark.max_score
            for name, cell in cells.items()
            if (mark := row.grade.mark(cell)) and mark.score is not None and mark.max_score
        }
        for row in graded
    ]
    tried = [
        {
            _probe(judgement.exercise, name): float(passed)
            for judgement in (row.result.judgements if row.result else ())
            for name, passed in judgement.passed
        }
        for row in graded
    ]
    of_probes = items(
        tried, [[_probe(each.name, probe.name) for probe in each.probes] for each in assignment.exercises]
    )
    of_exercises = items(shares, [[name] for name in cells])
    return [
        _exercise(exercise, cells[exercise.name], graded, of_exercises[exercise.name], of_probes, given)
        for exercise in assignment.exercises
    ]


def _probe(exercise: str, name: str) -> str:
    return f"{exercise}: {name}"


def _exercise(
    exercise: Exercise,
    cell: str,
    graded: Sequence[Row],
    item: Item,
    of_probes: Mapping[str, Item],
    given: Sequence[Named],
) -> ExerciseReport:
    marks = [mark for row in graded if (mark := row.grade.mark(cell)) and mark.score is not None]
    judgements = [judgement for row in graded if (judgement := row.judgement(exercise))]
    status = Counter(words.status(mark.score, mark.max_score) for mark in marks)
    says = ", ".join(
        f"{status[each]} {shown}"
        for each, shown in (("right", "all points"), ("partly", "some points"), ("wrong", "no points"))
    )
    return ExerciseReport(
        exercise,
        cell,
        statistics.fmean(mark.score or 0.0 for mark in marks) if marks else 0.0,
        status["right"],
        status["partly"],
        len(marks),
        item,
        charts.parts(status["right"], status["partly"], status["wrong"], f"{exercise.name}: {says}"),
        _distribution(exercise, [(mark.score or 0.0) / mark.max_score for mark in marks if mark.max_score]),
        _findings(exercise, judgements, given),
        _probes(exercise, judgements, of_probes),
    )


def _distribution(exercise: Exercise, shares: Sequence[float]) -> Markup:
    """How many have which share of the points."""
    counts = Counter(
        next((label for label, below in SHARES if share < below), SHARES[-1][0]) for share in shares
    )
    labels = [label for label, _ in SHARES]
    return charts.columns(
        [counts[label] for label in labels],
        labels,
        f"{exercise.name}: how many have which share of the points",
        height=90,
    )


def _findings(exercise: Exercise, judgements: Sequence[Judgement], given: Sequence[Named]) -> tuple[Bar, ...]:
    """How often each thing was said, the named misconceptions first, the most frequent on top."""
    counts: Counter[tuple[bool, str, str]] = Counter()
    for judgement in judgements:
        finding = judgement.finding
        if finding is None:
            continue
        says = sentence(finding.misconception or "", exercise, given)
        counts[bool(finding.misconception), words.short_finding(finding), says] += 1
    ordered = sorted(counts.items(), key=lambda item: (not item[0][0], -item[1], item[0][1]))
    return tuple(Bar(label, count, len(judgements), named, says) for (named, label, says), count in ordered)


def _probes(
    exercise: Exercise, judgements: Sequence[Judgement], of_probes: Mapping[str, Item]
) -> tuple[ProbeReport, ...]:
    """How many passed each probe, in the order of the exercise."""
    tried = [dict(judgement.passed) for judgement in judgements]
    return tuple(
        ProbeReport(
            Bar(
                probe.name,
                sum(passed.get(probe.name, False) for passed in tried),
                sum(probe.name in passed for passed in tried),
                says="" if probe.public else "only at grading",
            ),
            of_probes[_probe(exercise.name, probe.name)],
        )
        for probe in exercise.probes
    )


def _histogram(scores: Sequence[float], max_score: float) -> Markup:
    edges = [words.points(max_score * i / BINS) if i % 2 == 0 else "" for i in range(BINS + 1)]
    counts = [each.count for each in _bins(scores, max_score)]
    return charts.columns(counts, edges, "How many students have how many points", height=150)


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
