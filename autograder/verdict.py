"""From what came back to a score and one sentence: the ladder of findings.

The same words are used in the student's notebook and at grading. A message is kind, specific and short:
what came back, what was asked, where to read. It never gives the solution away.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.behaviour import Behaviour
from autograder.case import Case, case_of
from autograder.diagnose import fits, recognise, recognise_parts
from autograder.exercise import AS_GIVEN, Exercise, Misconception, Probe
from autograder.hints import hint
from autograder.sandbox.perform import Returned
from autograder.trials import LADDER, Problem, Trial, errors_aside


# Nothing is wrong yet with what nobody has touched.
UNTOUCHED = ("not_implemented", AS_GIVEN)


# How the words begin for a result that is recognised as a whole.
RECOGNISED = "Your result is what you get when"


@dataclass(frozen=True)
class Located:
    """Where in a student's function one change makes every test pass, and of what kind it is.

    `code` are the lines in which it is, from `line` of cell `cell` on, and `marks` the parts of them that
    change, as characters from and to. `before` and `after` say which change, for no student's eyes.
    """

    cell: int
    line: int
    code: str
    marks: tuple[tuple[int, int], ...]
    kind: str
    before: str
    after: str


@dataclass(frozen=True)
class Finding:
    """What to tell the student. `kind` is a rung of `LADDER`, as_given, or a note that costs nothing:
    convention, follow_through or input_modified. A mistake that has no name may be `located`."""

    kind: str
    message: str
    misconception: str | None = None
    read: str = ""
    case: Case | None = None
    located: Located | None = None


@dataclass(frozen=True)
class Judgement:
    """The score of one exercise, which probes passed, and the one thing to say about it.

    `behaviour` is kept where the answer is wrong by itself, and no other function's fault.
    """

    exercise: str
    score: float
    max_score: float
    passed: tuple[tuple[str, bool], ...]
    finding: Finding | None
    behaviour: Behaviour = ()


@dataclass(frozen=True)
class _Tried:
    """One kind of input: all that was tried of it."""

    probe: Probe
    trials: tuple[Trial, ...]

    @property
    def passed(self) -> bool:
        return all(trial.passed for trial in self.trials)

    @property
    def parts(self) -> tuple[bool, ...]:
        """Of each of several asked values, whether it is right wherever something else is wrong."""
        return _everywhere([trial.parts for trial in self.trials if not trial.passed])

    @property
    def share(self) -> float:
        """Of several values that are asked for each counts by itself, and a property may count in part; else
        it is all or nothing."""
        if self.parts:
            return sum(self.parts) / len(self.parts)
        return min(trial.share for trial in self.trials)


@dataclass(frozen=True)
class _Name:
    """What is recognised: names between `|` cannot be told apart, those between `&` are of several values."""

    misconception: str
    message: str
    read: str


def judge(exercise: Exercise, trials: Sequence[Trial], own_lines: Container[str] = frozenset()) -> Judgement:
    """Score = points x mean share of the probes, or the credit of the recognised variant if that is more.

    A probe passes when all its trials do; where several values are asked for, those of them that are right
    in all its trials earn their share of it. Of a broken function that does what it did when it was given,
    nothing counts. `own_lines` are the lines that the student handed in: of a hidden trial no other line is
    repeated.
    """
    tried = [
        _Tried(probe, of_probe)
        for probe in exercise.probes
        if (of_probe := tuple(trial for trial in trials if trial.probe is probe))
    ]
    passed = tuple((each.probe.name, each.passed) for each in tried)
    if all(each.passed for each in tried):
        return Judgement(exercise.name, exercise.points, exercise.points, passed, _note(trials))
    if exercise.as_given and fits(exercise.as_given, trials):
        return Judgement(exercise.name, 0.0, exercise.points, passed, _as_given(exercise.as_given))
    recognised = recognise(exercise, trials)
    fitting = [entry for entry in recognised if fits(entry, trials)]
    credit = max((1.0 if entry.convention else entry.credit for entry in fitting), default=0.0)
    share = max(sum(each.share for each in tried) / len(tried), credit)
    finding = _finding(exercise, tried, _name(exercise, trials, recognised), own_lines)
    if recognised and all(entry.convention and entry in fitting for entry in recognised):
        message = f"{finding.message} This is a published convention, so it costs nothing."
        finding = replace(finding, kind="convention", message=message)
    return Judgement(exercise.name, round(share * exercise.points, 2), exercise.points, passed, finding)


def _as_given(entry: Misconception) -> Finding:
    return Finding(AS_GIVEN, f"It is yours to mend: {entry.message}.", entry.name, entry.read)


def look_first(judgement: Judgement, helpers: Sequence[str]) -> Judgement:
    """The same of an answer that builds on functions which return something else than ours: its numbers may
    be theirs, so that no mistake is named."""
    finding = judgement.finding or Finding("wrong_values", "")
    names = " and ".join(f"`{name}`" for name in helpers)
    its = "its" if len(helpers) == 1 else "their"
    look = (
        f"Your `{judgement.exercise}` builds on {names}; look there first: {its} results are not the ones "
        "that are asked for."
    )
    message = look if finding.misconception else f"{finding.message} ({look})"
    return replace(judgement, finding=replace(finding, message=message, misconception=None))


def _finding(
    exercise: Exercise,
    tried: Sequence[_Tried],
    name: _Name | None,
    own_lines: Container[str],
) -> Finding:
    trials = [trial for each in tried for trial in each.trials]
    aside = errors_aside(trials)
    trial = _telling([trial for trial in trials if trial not in aside])
    if _problem(trial).kind == "not_implemented":
        return Finding("not_implemented", _sentence(_problem(trial).says))
    says = _words(trial, own_lines)
    finding = Finding(_problem(trial).kind, _placed(trial, trials, says), None, exercise.read, _case(trial))
    if name:
        message = f"{finding.message} {name.message}" if trial.share or exercise.tests else name.message
        finding = replace(finding, message=message, misconception=name.misconception, read=name.read)
    remarks = [_parts_words(tried)]
    if aside:
        worst = _telling(aside)
        remarks.append(f"Also, tried on {worst.probe.name}: {_words(worst, own_lines)}.")
    if trial.public and not name:
        remarks.append(hint(says))
    return replace(finding, message=" ".join(filter(None, [finding.message, *remarks])))


def _telling(trials: Sequence[Trial]) -> Trial:
    """A failed trial on the highest rung; on it one that the student can see, and of these the smallest."""
    failed = [trial for trial in trials if not trial.passed]
    return min(failed, key=lambda t: (LADDER.index(_problem(t).kind), not t.public, _size(t)))


def _problem(trial: Trial) -> Problem:
    if trial.problem is None:
        raise ValueError("a trial that passes has no problem")
    return trial.problem


def _words(trial: Trial, own_lines: Container[str]) -> str:
    return _problem(trial).words(public=trial.public, own_lines=own_lines)


def _placed(trial: Trial, trials: Sequence[Trial], says: str) -> str:
    """What is wrong, and on which kind of input if others are right."""
    if _problem(trial).kind == "wrong_values" and _is_modified(trial):
        name = trial.drawn.exercise.name
        says = f"`{name}` changes its input while it still needs it; work on a copy. So far {says}"
    message = _sentence(says)
    if _problem(trial).kind not in ("not_defined", "not_callable", "not_implemented", "wrong_signature"):
        if any(each.passed for each in trials):
            message = f"Tried on {trial.probe.name}: {says}."
        twins = [each for each in trials if each.probe is trial.probe and each.public]
        if not trial.public and twins and all(twin.passed for twin in twins):
            message += " The cases that your notebook shows pass; others of the same kind do not."
    return message


def _sentence(says: str) -> str:
    return f"{says[0].upper()}{says[1:]}."


def _name(exercise: Exercise, trials: Sequence[Trial], recognised: Sequence[Misconception]) -> _Name | None:
    if recognised:
        begins = "That is so when" if exercise.tests else RECOGNISED
        message = f"{begins} {_alternatives(recognised)}."
        return _Name("|".join(entry.name for entry in recognised), message, recognised[0].read)
    by_part = recognise_parts(exercise, trials)
    if not by_part:
        return None
    names = "&".join("|".join(entry.name for entry in entries) for entries in by_part.values())
    count = max(len(trial.parts) for trial in trials)
    says = (
        f"Value {part + 1} of {count} is what you get when {_alternatives(entries)}."
        for part, entries in by_part.items()
    )
    return _Name(names, " ".join(says), next(iter(by_part.values()))[0].read)


def _alternatives(entries: Sequence[Misconception]) -> str:
    return ", or when ".join(dict.fromkeys(entry.message for entry in entries))


def _parts_words(tried: Sequence[_Tried]) -> str:
    """Of several values that are asked for, how many are right throughout."""
    right = _everywhere([each.parts for each in tried if not each.passed])
    if not any(right):
        return ""
    count = sum(right)
    says = "is right and counts" if count == 1 else "are right and count"
    return f"{count} of the {len(right)} values {says}."


def _everywhere(parts: Sequence[tuple[bool, ...]]) -> tuple[bool, ...]:
    """Which parts are right in each of these; none where the numbers of parts differ."""
    return tuple(map(all, zip(*parts, strict=True))) if len(set(map(len, parts))) == 1 else ()


def _note(trials: Sequence[Trial]) -> Finding | None:
    """Something worth saying about a right answer."""
    if any(map(_is_modified, trials)):
        message = "The values are right. Your function changes its input arrays; work on a copy instead."
        return Finding("input_modified", message)
    return None


def _is_modified(trial: Trial) -> bool:
    return any(isinstance(outcome, Returned) and outcome.modified for outcome in trial.outcomes)


def _case(trial: Trial) -> Case | None:
    """The trial as text, where everybody may see it."""
    return case_of(trial, _problem(trial)) if trial.public else None


def _size(trial: Trial) -> float:
    """How much there is to look at in the call that shows it; with nothing in its arrays it shows nothing."""
    call = trial.calls[range(len(trial.outcomes))[_problem(trial).call]]
    sizes = [_entries(value) for value in (*call.args, *call.kwargs.values())]
    return sum(sizes) if all(sizes) else np.inf


def _entries(value: Any) -> int:
    if isinstance(value, tuple):
        return max(sum(map(_entries, value)), 1)
    return np.size(value)
