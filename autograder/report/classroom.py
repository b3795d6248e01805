"""The page of a class: who got what, who needs help, and which mistakes are common."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.exercise import Assignment, Exercise
from autograder.flags import WHAT_A_FLAG_MEANS, Flag
from autograder.report import pages, words
from autograder.results import Result
from autograder.verdict import Judgement


# Bars of the score distribution.
BINS = 10


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart: `count` of `total`. `named` bars are filled, the others hollow."""

    label: str
    count: int
    total: int
    named: bool = True
    says: str = ""


@dataclass(frozen=True)
class ExerciseReport:
    """What the class made of one exercise."""

    exercise: Exercise
    mean: float
    right: int
    total: int
    findings: tuple[Bar, ...]
    probes: tuple[Bar, ...]


def class_page(
    results: Sequence[Result], assignment: Assignment, flags: Mapping[str, Sequence[Flag]] = {}
) -> str:
    """One self-contained HTML page about the whole class; `flags` are what a person should look at."""
    everybody = sorted(results, key=lambda result: (result.student.casefold(), result.student))
    graded = [result for result in everybody if result.outcome == "graded"]
    rejected = [result for result in everybody if result.outcome == "rejected"]
    others = [result for result in everybody if result.outcome not in ("graded", "rejected")]
    scores = [result.score for result in graded if result.score is not None]
    return pages.render(
        "class.html",
        assignment=assignment,
        everybody=[(result, _by_exercise(result)) for result in everybody],
        graded=graded,
        rejected=rejected,
        others=others,
        noted=[result for result in everybody if result.notes],
        flagged=[(result, flags[result.student]) for result in everybody if flags.get(result.student)],
        what_a_flag_means=WHAT_A_FLAG_MEANS,
        bins=_bins(scores, assignment.max_score),
        median=statistics.median(scores) if scores else None,
        mean=statistics.fmean(scores) if scores else None,
        exercises=[_exercise(exercise, graded) for exercise in assignment.exercises],
        tiers=Counter(result.tier or "unknown" for result in everybody).most_common(),
        seconds=sum(result.seconds for result in everybody),
    )


def _by_exercise(result: Result) -> dict[str, Judgement]:
    return {judgement.exercise: judgement for judgement in result.judgements}


def _exercise(exercise: Exercise, graded: Sequence[Result]) -> ExerciseReport:
    judgements = [
        judgement
        for result in graded
        for judgement in result.judgements
        if judgement.exercise == exercise.name
    ]
    return ExerciseReport(
        exercise,
        statistics.fmean(judgement.score for judgement in judgements) if judgements else 0.0,
        sum(words.status(judgement) == "right" for judgement in judgements),
        len(judgements),
        _findings(exercise, judgements),
        _probes(exercise, judgements),
    )


def _findings(exercise: Exercise, judgements: Sequence[Judgement]) -> tuple[Bar, ...]:
    """How often each thing was said, the named misconceptions first, the most frequent on top."""
    sentences = {entry.name: entry.message for entry in exercise.misconceptions}
    counts: Counter[tuple[bool, str, str]] = Counter()
    for judgement in judgements:
        finding = judgement.finding
        if finding is None:
            continue
        names = (finding.misconception or "").split("|")
        says = "; or ".join(sentences[name] for name in names if name in sentences)
        counts[bool(finding.misconception), words.short_finding(finding), says] += 1
    ordered = sorted(counts.items(), key=lambda item: (not item[0][0], -item[1], item[0][1]))
    return tuple(Bar(label, count, len(judgements), named, says) for (named, label, says), count in ordered)


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
    counts = Counter(min(int(BINS * score / max_score), BINS - 1) for score in scores)
    return tuple(
        Bar(
            f"{words.points(low)} to {'' if i == BINS - 1 else 'below '}{words.points(high)}",
            counts[i],
            len(scores),
        )
        for i, (low, high) in enumerate(pairwise(edges))
    )
