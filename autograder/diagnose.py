"""Which known-wrong variant of the reference produced these numbers?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.compare import Tolerance, compare
from autograder.exercise import Exercise, Misconception
from autograder.sandbox.perform import Outcome, Raised, Returned
from autograder.sandbox.values import Call
from autograder.trials import Trial, compared, errors_aside


# Two formulas count as one only when they agree far better than any tolerance forgives.
RECOGNITION = Tolerance(rtol=1e-7, atol=1e-10, rtol_single=2e-4, atol_single=1e-5)


def recognise(exercise: Exercise, trials: Sequence[Trial]) -> tuple[Misconception, ...]:
    """The catalogued variants that give the student's numbers wherever there are some.

    A variant must explain a failed trial, one on hidden inputs where there are such, and contradict none:
    neither one coincidence nor a table of what everybody sees is evidence. A few errors aside do not hide a
    formula. More than one variant comes back when the inputs cannot tell them apart.
    """
    returned = [trial for trial in trials if trial.returned]
    if len(returned) + len(errors_aside(trials)) < len(trials):
        return ()
    # Cut to whole numbers by the array that it was stored in, a value says little about its formula: where
    # others are wrong too, those are the evidence, and where only such are wrong, the cut is the mistake.
    whole = [trial for trial in returned if not _is_cut(trial)]
    evidence = returned if all(trial.passed for trial in whole) else whole
    only_public = all(trial.public for trial in trials)
    if all(trial.passed for trial in evidence if only_public or not trial.public):
        return ()
    return tuple(
        entry for entry in exercise.misconceptions if all(_explains(entry, trial) for trial in evidence)
    )


def fits(entry: Misconception, trials: Sequence[Trial]) -> bool:
    """Whether all that was tried came out as with this variant: only then it has credit.

    An error where the variant returns contradicts it: else a formula could be claimed for a few inputs, and
    all others be avoided.
    """
    return all(_explains(entry, trial) if trial.returned else _raises(entry, trial) for trial in trials)


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
    would_be = trial.drawn.made_by(misconception.variant)
    return all(
        index < len(would_be) and _same(trial.outcomes[index], would_be[index], trial.calls[index])
        for index in _telling(trial.calls)
    )


def _raises(misconception: Misconception, trial: Trial) -> bool:
    """Whether the variant raises where the trial does."""
    would_be = trial.drawn.made_by(misconception.variant)
    return len(trial.outcomes) == len(would_be) and all(
        isinstance(outcomes[-1], Raised) for outcomes in (trial.outcomes, would_be)
    )


def _same(theirs: Outcome, would_be: Outcome, call: Call) -> bool:
    if not isinstance(theirs, Returned) or not isinstance(would_be, Returned):
        return False
    if theirs.value is None or would_be.value is None:
        return theirs.value is would_be.value
    return compare(theirs.value, would_be.value, _agreement(call, would_be.value)) is None


def _agreement(call: Call, value: Any) -> Tolerance:
    """How closely two hands agree on one formula. From single precision some compute in it and some in
    double, whatever they store the result in, and what they lose is relative to the largest number."""
    given = list(_floats(call.args))
    atol_single = RECOGNITION.atol_single * max((1.0, *map(_scale, (*given, *_floats(value)))))
    if any(array.dtype.itemsize <= 4 for array in given):
        return Tolerance(RECOGNITION.rtol_single, atol_single, RECOGNITION.rtol_single, atol_single)
    return replace(RECOGNITION, atol_single=atol_single)


def _floats(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, tuple):
        for item in value:
            yield from _floats(item)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield value


def _scale(array: np.ndarray) -> float:
    return float(np.max(np.abs(array), initial=0.0, where=np.isfinite(array)))


def _kind(value: Any) -> str:
    return value.dtype.kind if isinstance(value, np.ndarray) else "?"
