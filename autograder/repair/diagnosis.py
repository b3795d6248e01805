"""Judgements of wrong answers that have no name, with the place of the mistake where a repair is found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.clusters import is_unnamed
from autograder.exercise import Exercise
from autograder.repair.own_source import own_source
from autograder.repair.search import Attempt, search
from autograder.repair.words import located
from autograder.sandbox.reader import Cell
from autograder.trials import Trial
from autograder.verdict import Judgement


# Of one submission so many functions are looked through, the first that are wrong.
MOST = 3
# What never came back costs too long to be tried thousands of times.
TOO_SLOW = ("time_limit", "memory_limit", "stopped")


def by_repair(
    judgements: Mapping[Exercise, Judgement],
    trials: Sequence[Trial],
    cells: Sequence[Cell],
    attempt: Attempt,
) -> dict[Exercise, Judgement]:
    """New judgements of unnamed wrong answers that one small change makes right.

    A broken function that was given to find its fault is left to the student.
    """
    unnamed = [each for each, judgement in judgements.items() if _is_open(each, judgement)]
    found = {}
    for exercise in unnamed[:MOST]:
        own = own_source(cells, exercise.name)
        tried = [trial for trial in trials if trial.drawn.exercise is exercise]
        repair = search(exercise, own.text, tried, attempt) if own else None
        finding = judgements[exercise].finding
        if own and repair and finding:
            where, says = located(exercise.name, own, repair)
            finding = replace(finding, message=f"{finding.message} {says}", located=where)
            found[exercise] = replace(judgements[exercise], finding=finding)
    return found


def _is_open(exercise: Exercise, judgement: Judgement) -> bool:
    return (
        is_unnamed(judgement)
        and not (exercise.tests or exercise.as_given)
        and judgement.finding is not None
        and judgement.finding.kind not in TOO_SLOW
    )
