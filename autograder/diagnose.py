"""Which known-wrong variant of the reference produced these numbers?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.compare import Tolerance, compare, items_of, parts_of
from autograder.exercise import Exercise, Misconception
from autograder.sandbox.perform import Outcome, Raised, Returned
from autograder.trials import Given, Trial, errors_aside, floats, is_single, scale


# Two formulas count as one only when they agree far better than any tolerance forgives.
RECOGNITION = Tolerance(rtol=1e-7, atol=1e-10, rtol_single=2e-4, atol_single=1e-5)


def recognise(exercise: Exercise, trials: Sequence[Trial]) -> tuple[Misconception, ...]:
    """The catalogued variants that give the student's numbers wherever there are some.

    A variant must explain a failed trial, one on hidden inputs where there are such, and contradict none:
    neither one coincidence nor a table of what everybody sees is evidence. A few errors aside do not hide a
    formula. More than one variant comes back when the inputs cannot tell them apart. Where none does, a
    formula near the right one is looked for, and two mistakes in one answer.
    """
    # What fails tells most formulas apart at once.
    evidence = sorted(_evidence(trials), key=lambda trial: (trial.passed, trial.probe.holds is not None))
    if described := _all_of(exercise.misconceptions, evidence):
        return described
    # Truth values are too few numbers for more: they fit something by chance.
    # So does what is the same number everywhere, such as zeros that were never filled, and one property.
    by_values = [trial for trial in evidence if not trial.probe.holds]
    if all(trial.passed for trial in by_values):
        return ()
    if not any(_has_fractions(trial.expected[-1]) for trial in by_values) or _is_one_number(by_values):
        return ()
    # What is equal is all the same to the student: one way to write it is enough.
    return _all_of(exercise.near, evidence)[:1] or _fewest_changes(_all_of(exercise.pairs, evidence))


def _fewest_changes(pairs: Sequence[Misconception]) -> tuple[Misconception, ...]:
    """Of pairs with the same result the one with the fewest changes, if there is only one."""
    fewest = min((len(pair.change) for pair in pairs), default=0)
    found = tuple(pair for pair in pairs if len(pair.change) == fewest)
    return found if len(found) == 1 else ()


def _all_of(entries: Iterable[Misconception], evidence: Sequence[Trial]) -> tuple[Misconception, ...]:
    return tuple(
        entry for entry in entries if evidence and all(_explains(entry, trial) for trial in evidence)
    )


def recognise_parts(exercise: Exercise, trials: Sequence[Trial]) -> dict[int, tuple[Misconception, ...]]:
    """Of several values that are asked for, the variants that give the student's in one of them: there may be
    a mistake in each. No variant counts that is wrong in a value which the student has right. Truth values
    alone are too few to tell: then all that is wrong in the variant has to be the student's."""
    cases = [_Case(trial, index) for trial in _evidence(trials) for index in trial.drawn.telling]
    if not all(case.parts(case.trial.outcomes) for case in cases):
        return {}
    unseen = [case for case in cases if not case.trial.public] or cases
    wrong = _wrong_parts(unseen, [case.parts(case.trial.outcomes) for case in unseen], exercise.tolerance)
    found: dict[int, list[tuple[int, Misconception]]] = {part: [] for part in sorted(wrong)}
    for entry in exercise.misconceptions:
        if alike := _parts_alike(entry, cases, wrong):
            made = [case.made_by(entry) for case in cases]
            its_wrong = _wrong_parts(cases, made, exercise.tolerance)
            tells = its_wrong <= alike or any(not _is_truth(cases[0], part) for part in its_wrong & alike)
            for part in its_wrong & alike if its_wrong <= wrong and tells else ():
                found[part].append((len(its_wrong), entry))
    return {part: _closest(entries) for part, entries in found.items() if entries}


def _is_truth(case: "_Case", part: int) -> bool:
    return _kind(case.parts(case.trial.expected)[part]) == "b"


def _parts_alike(entry: Misconception, cases: Sequence["_Case"], parts: set[int]) -> set[int]:
    """Those of the parts that are the variant's in every case."""
    for case in cases:
        made = case.made_by(entry)
        parts = {part for part in parts if made and case.agrees(part, made)}
        if not parts:
            break
    return parts


@dataclass(frozen=True)
class _Case:
    """A compared call of a trial, of which several values are asked."""

    trial: Trial
    index: int

    def parts(self, outcomes: Sequence[Outcome]) -> tuple[Any, ...]:
        """The values that came back, or none."""
        outcome, right = outcomes[min(self.index, len(outcomes) - 1)], self.trial.expected[self.index]
        if not isinstance(outcome, Returned) or not isinstance(right, Returned):
            return ()
        return parts_of(outcome.value, right.value)

    def made_by(self, entry: Misconception) -> tuple[Any, ...]:
        """The values of a variant, or none."""
        return self.parts(self.trial.drawn.made_by(entry.variant))

    def agrees(self, part: int, values: tuple[Any, ...]) -> bool:
        theirs = self.parts(self.trial.outcomes)[part]
        return _agree(theirs, values[part], self.trial.drawn.given[self.index])


def _wrong_parts(cases: Sequence[_Case], values: Sequence[tuple[Any, ...]], tolerance: Tolerance) -> set[int]:
    """Which of the values are wrong in some case."""
    return {
        part
        for case, parts in zip(cases, values, strict=True)
        for part, (value, right) in enumerate(zip(parts, case.parts(case.trial.expected), strict=True))
        if compare(value, right, tolerance)
    }


def _closest(entries: Sequence[tuple[int, Misconception]]) -> tuple[Misconception, ...]:
    """Those that are wrong in the fewest values besides."""
    fewest = min(count for count, _ in entries)
    return tuple(entry for count, entry in entries if count == fewest)


def _evidence(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """What a formula has to explain; nothing where that would prove none."""
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
    return tuple(evidence)


def _has_fractions(outcome: Outcome) -> bool:
    return isinstance(outcome, Returned) and any(True for _ in floats(outcome.value))


def _is_one_number(trials: Iterable[Trial]) -> bool:
    """Whether all that came back is one and the same number."""
    returned = [
        outcome.value for each in trials for outcome in each.outcomes if isinstance(outcome, Returned)
    ]
    numbers = [values.ravel() for value in returned for values in floats(value)]
    return len(np.unique(np.concatenate(numbers))) == 1 if numbers else False


def fits(entry: Misconception, trials: Sequence[Trial]) -> bool:
    """Whether all that was tried came out as with this variant: only then it has credit.

    An error where the variant returns contradicts it: else a formula could be claimed for a few inputs, and
    all others be avoided.
    """
    return all(_explains(entry, trial) if trial.returned else _raises(entry, trial) for trial in trials)


def _is_cut(trial: Trial) -> bool:
    """Whether whole numbers came back where the right values have fractions."""
    return any(
        isinstance(right, Returned) and isinstance(theirs, Returned) and _cuts(theirs.value, right.value)
        for theirs, right in ((trial.outcomes[i], trial.expected[i]) for i in trial.drawn.telling)
    )


def _cuts(value: Any, right: Any) -> bool:
    if isinstance(right, tuple):
        return any(map(_cuts, items_of(value, len(right)) or (value,) * len(right), right))
    if isinstance(value, tuple):  # another number of values than was asked for
        return any(_cuts(item, right) for item in value)
    return _kind(right) in "fc" and _kind(value) in "iu"


def _explains(misconception: Misconception, trial: Trial) -> bool:
    """Whether the variant returns the same; what is random breaks the same property by name, or none."""
    if trial.probe.holds:
        return trial.broken != "" and trial.drawn.broken_by(misconception.variant) == trial.broken
    if 0 in trial.drawn.telling and len(trial.calls) > 1:
        first = trial.drawn.first_made_by(misconception.variant)
        if not _same(trial.outcomes[0], first, trial.drawn.given[0]):
            return False
    would_be = trial.drawn.made_by(misconception.variant)
    return all(
        index < len(would_be) and _same(trial.outcomes[index], would_be[index], trial.drawn.given[index])
        for index in trial.drawn.telling
    )


def _raises(misconception: Misconception, trial: Trial) -> bool:
    """Whether the variant raises where the trial does."""
    would_be = trial.drawn.made_by(misconception.variant)
    return len(trial.outcomes) == len(would_be) and all(
        isinstance(outcomes[-1], Raised) for outcomes in (trial.outcomes, would_be)
    )


def _same(theirs: Outcome, would_be: Outcome, given: Given) -> bool:
    if not isinstance(theirs, Returned) or not isinstance(would_be, Returned):
        return False
    return _agree(theirs.value, would_be.value, given)


def _agree(value: Any, would_be: Any, given: Given) -> bool:
    if value is would_be or value is None or would_be is None:
        return value is would_be
    if isinstance(value, dict) and isinstance(would_be, dict) and value.keys() != would_be.keys():
        return False
    if not given.single and clearly_other(value, would_be):
        return False
    return compare(value, would_be, _agreement(given, would_be)) is None


def clearly_other(value: Any, would_be: Any) -> bool:
    """Whether the first numbers tell it already, as they do of most variants."""
    if isinstance(value, tuple) and isinstance(would_be, tuple):
        return any(map(clearly_other, value, would_be))
    if isinstance(value, dict) and isinstance(would_be, dict):
        return any(clearly_other(value[name], would_be[name]) for name in value.keys() & would_be)
    if not (isinstance(value, np.ndarray) and isinstance(would_be, np.ndarray)):
        return False
    if not value.size or not would_be.size or is_single(value) or is_single(would_be):
        return False
    first, second = value.item(0), would_be.item(0)
    return abs(first - second) > 0.01 * (1 + abs(second))


def _agreement(given: Given, value: Any) -> Tolerance:
    """How closely two hands agree on one formula. From single precision some compute in it and some in
    double, whatever they store the result in, and what they lose is relative to the largest number."""
    atol_single = RECOGNITION.atol_single * max((1.0, given.scale, *map(scale, floats(value))))
    if given.single:
        return Tolerance(RECOGNITION.rtol_single, atol_single, RECOGNITION.rtol_single, atol_single)
    return replace(RECOGNITION, atol_single=atol_single)


def _kind(value: Any) -> str:
    return value.dtype.kind if isinstance(value, np.ndarray) else "?"
