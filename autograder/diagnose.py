"""Which known-wrong variant of the reference produced these numbers?"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.compare import Tolerance, compare
from autograder.exercise import Exercise, Misconception
from autograder.sandbox.perform import Outcome, Returned
from autograder.sandbox.values import Call
from autograder.trials import Trial, compared


# Two formulas count as one only when they agree far better than any tolerance forgives.
RECOGNITION = Tolerance(rtol=1e-7, atol=1e-10, rtol_single=2e-4, atol_single=1e-5)


def recognise(exercise: Exercise, trials: Sequence[Trial]) -> tuple[Misconception, ...]:
    """The catalogued variants that give the student's numbers on every probe that returned some.

    A variant must explain at least one failed probe, and contradict none: one coincidence is not evidence.
    More than one variant comes back when the inputs cannot tell them apart.
    """
    telling = [trial for trial in trials if isinstance(trial.outcomes[-1], Returned)]
    if all(trial.passed for trial in telling):
        return ()
    # Cut to whole numbers by the array that it was stored in, a value says little about its formula: where
    # others are wrong too, those are the evidence, and where only such are wrong, the cut is the mistake.
    whole = [trial for trial in telling if not _is_cut(trial)]
    evidence = telling if all(trial.passed for trial in whole) else whole
    return tuple(
        misconception
        for misconception in exercise.misconceptions
        if all(_explains(misconception, trial) for trial in evidence)
    )


def _telling(calls: Sequence[Call]) -> tuple[int, ...]:
    """The compared calls that tell formulas apart: on an empty series every code has its own way."""
    return tuple(
        index
        for index in compared(calls)
        if not any(isinstance(value, np.ndarray) and not value.size for value in calls[index].args)
    )


def _is_cut(trial: Trial) -> bool:
    """Whether whole numbers came back where the right values have fractions."""
    return any(
        isinstance(right, Returned)
        and isinstance(theirs, Returned)
        and _kind(right.value) in "fc"
        and _kind(theirs.value) in "iu"
        for theirs, right in ((trial.outcomes[i], trial.expected[i]) for i in _telling(trial.calls))
    )


def _explains(misconception: Misconception, trial: Trial) -> bool:
    would_be = trial.drawn.made_by(misconception.name, misconception.variant)
    return all(
        index < len(would_be) and _same(trial.outcomes[index], would_be[index])
        for index in _telling(trial.calls)
    )


def _same(theirs: Outcome, would_be: Outcome) -> bool:
    if not isinstance(theirs, Returned) or not isinstance(would_be, Returned):
        return False
    if theirs.value is None or would_be.value is None:
        return theirs.value is would_be.value
    return compare(theirs.value, would_be.value, RECOGNITION) is None


def _kind(value: Any) -> str:
    return value.dtype.kind if isinstance(value, np.ndarray) else "?"
