"""From what came back to a score and one sentence: the ladder of findings.

The same words are used in the student's notebook and at grading. A message is kind, specific and short:
what came back, what was asked, where to read. It never gives the solution away.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.compare import describe
from autograder.diagnose import recognise
from autograder.exercise import Call, Earlier, Exercise, Misconception, Named, Seeded
from autograder.hints import hint
from autograder.sandbox.perform import Returned
from autograder.sandbox.values import Unsupported
from autograder.trials import LADDER, Problem, Trial, compared


@dataclass(frozen=True)
class Case:
    """The smallest failing case, as text."""

    call: str
    expected: str
    returned: str


@dataclass(frozen=True)
class Finding:
    """What to tell the student. `kind` is a rung of `LADDER`, or a note that costs nothing:
    convention, follow_through or input_modified."""

    kind: str
    message: str
    misconception: str | None = None
    read: str = ""
    case: Case | None = None


@dataclass(frozen=True)
class Judgement:
    """The score of one exercise, which probes passed, and the one thing to say about it."""

    exercise: str
    score: float
    max_score: float
    passed: tuple[tuple[str, bool], ...]
    finding: Finding | None


def judge(exercise: Exercise, trials: Sequence[Trial], own_lines: Container[str] = frozenset()) -> Judgement:
    """Score = points x share of probes passed, or the credit of the recognised variant if that is more.

    A probe passes when all its trials do. `own_lines` are the lines that the student handed in: of a hidden
    trial no other line is repeated.
    """
    probes = dict.fromkeys(trial.probe for trial in trials)
    passed = tuple(
        (probe.name, all(trial.passed for trial in trials if trial.probe is probe)) for probe in probes
    )
    share = sum(ok for _, ok in passed) / len(passed)
    if share == 1:
        return Judgement(exercise.name, exercise.points, exercise.points, passed, _note(trials))
    recognised = recognise(exercise, trials)
    if recognised:
        share = max(share, *(1.0 if entry.convention else entry.credit for entry in recognised))
    finding = _finding(exercise, trials, recognised, own_lines)
    return Judgement(exercise.name, round(share * exercise.points, 2), exercise.points, passed, finding)


def _finding(
    exercise: Exercise,
    trials: Sequence[Trial],
    recognised: Sequence[Misconception],
    own_lines: Container[str],
) -> Finding:
    failures = [(trial.problem, trial) for trial in trials if trial.problem]
    # The highest rung; on it a case that the student can see, and of these the smallest one.
    problem, trial = min(failures, key=lambda failure: _rank(*failure))
    case = _case(trial, problem) if trial.public else None
    if recognised:
        return _named(recognised, problem.kind, case)
    says = problem.words(public=trial.public, own_lines=own_lines)
    message = f"{says}."
    if problem.kind not in ("not_defined", "not_callable", "not_implemented", "wrong_signature"):
        if any(each.passed for each in trials):
            message = f"Tried on {trial.probe.name}: {says}."
        twins = [each for each in trials if each.probe is trial.probe and each.public]
        if not trial.public and twins and all(twin.passed for twin in twins):
            message += " The cases that your notebook shows pass; others of the same kind do not."
    if trial.public and (advice := hint(says)):
        message += f" {advice}"
    return Finding(problem.kind, message[0].upper() + message[1:], None, exercise.read, case)


def _rank(problem: Problem, trial: Trial) -> tuple[int, bool, float]:
    return LADDER.index(problem.kind), not trial.public, _size(trial.calls)


def _named(recognised: Sequence[Misconception], kind: str, case: Case | None) -> Finding:
    says = ", or when ".join(dict.fromkeys(entry.message for entry in recognised))
    names = "|".join(entry.name for entry in recognised)
    message = f"Your result is what you get when {says}."
    if all(entry.convention for entry in recognised):
        kind = "convention"
        message += " This is a published convention, so it costs nothing."
    return Finding(kind, message, names, recognised[0].read, case)


def _note(trials: Sequence[Trial]) -> Finding | None:
    """Something worth saying about a right answer."""
    outcomes = [trial.outcomes[-1] for trial in trials]
    if any(isinstance(outcome, Returned) and outcome.modified for outcome in outcomes):
        message = "The values are right. Your function changes its input arrays; work on a copy instead."
        return Finding("input_modified", message)
    return None


def _case(trial: Trial, problem: Problem) -> Case | None:
    index = range(len(trial.outcomes))[problem.call]
    wanted, got = trial.expected[index], trial.outcomes[index]
    if not isinstance(wanted, Returned):
        return None
    # Calls that do not build on each other explain themselves one by one.
    first = index if len(compared(trial.calls)) == len(trial.calls) else 0
    call_text = "; ".join(format_call(call) for call in trial.calls[first : index + 1])
    returned = format_value(got.value) if isinstance(got, Returned) else problem.says
    return Case(call_text, format_value(wanted.value), returned)


def _size(calls: tuple[Call, ...]) -> float:
    """How much there is to look at; a case without any number shows nothing."""
    return sum(np.size(value) for call in calls for value in (*call.args, *call.kwargs.values())) or np.inf


def format_call(call: Call) -> str:
    """A call as the student would write it."""
    arguments = [format_value(value) for value in call.args]
    arguments += [f"{name}={format_value(value)}" for name, value in call.kwargs.items()]
    return f"{call.function}({', '.join(arguments)})"


def format_value(value: Any) -> str:
    """A plain value as short text; long arrays are shortened in the middle."""
    match value:
        case np.ndarray():
            text = np.array2string(value, precision=6, threshold=12, edgeitems=3, separator=", ")
            return " ".join(text.split())
        case tuple():
            return "(" + ", ".join(map(format_value, value)) + ("," if len(value) == 1 else "") + ")"
        case dict():
            return "{" + ", ".join(f"{key!r}: {format_value(item)}" for key, item in value.items()) + "}"
        case Named():
            return f"{value.name}({', '.join(f'{number:g}' for number in value.parameters)})"
        case Seeded():
            return f"np.random.default_rng({value.seed})"
        case Earlier():
            return f"<result of call {value.call + 1}>"
        case float():
            return f"{value:.6g}"
        case Unsupported():
            return describe(value)
    return repr(value)[:200]
