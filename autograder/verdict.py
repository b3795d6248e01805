"""From what came back to a score and one sentence: the ladder of findings.

The same words are used in the student's notebook and at grading. A message is kind, specific and short:
what came back, what was asked, where to read. It never gives the solution away.
"""

import builtins
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.compare import Mismatch, compare, describe
from autograder.diagnose import Trial, compared, recognise
from autograder.exercise import Call, Earlier, Exercise, Misconception, Named, Probe, Seeded
from autograder.hints import hint
from autograder.sandbox.perform import (
    NotCallable,
    NotDefined,
    Outcome,
    Raised,
    Returned,
    Stopped,
    WrongSignature,
    perform,
)
from autograder.sandbox.values import Unsupported


# The first rung that any probe stands on is the finding; lower rungs cannot be judged before it is mended.
LADDER = (
    "not_defined",
    "not_callable",
    "not_implemented",
    "wrong_signature",
    "raised",
    "time_limit",
    "memory_limit",
    "stopped",
    "returned_none",
    "wrong_type",
    "wrong_shape",
    "not_finite",
    "wrong_values",
)


# A name that a student did not make up.
KNOWN_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)


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


@dataclass(frozen=True)
class ProbeTrials:
    """One probe as it was tried, on the inputs that everybody sees and on hidden ones."""

    probe: Probe
    public: Trial | None
    hidden: Trial | None

    @property
    def trials(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in (self.public, self.hidden) if trial)

    @property
    def passed(self) -> bool:
        return all(trial.passed for trial in self.trials)


@dataclass(frozen=True)
class _Problem:
    """Why a trial fails, and which of its calls shows it.

    `discreetly` is what is said instead when nobody has seen the inputs: nothing in which a student's code
    could have put them, such as the words of an error.
    """

    kind: str
    says: str
    call: int = -1
    discreetly: str = ""


def expected_outcomes(exercise: Exercise, calls: tuple[Call, ...]) -> tuple[Outcome, ...]:
    """What the reference makes of the calls; ask before the calls are sent anywhere."""
    return perform(calls, exercise.namespace(exercise.reference), ours=True)


def try_out(
    exercise: Exercise,
    probe: Probe,
    calls: tuple[Call, ...],
    outcomes: tuple[Outcome, ...],
    expected: tuple[Outcome, ...],
) -> Trial:
    """Record one trial of a probe and whether it passed."""
    return Trial(calls, outcomes, expected, _problem(exercise, probe, calls, outcomes, expected) is None)


def judge(
    exercise: Exercise, tried: Sequence[ProbeTrials], own_lines: Container[str] = frozenset()
) -> Judgement:
    """Score = points x share of probes passed, or the credit of the recognised variant if that is more.

    `own_lines` are the lines that the student handed in: of a hidden trial no other line is repeated.
    """
    passed = tuple((each.probe.name, each.passed) for each in tried)
    share = sum(ok for _, ok in passed) / len(passed)
    if share == 1:
        return Judgement(exercise.name, exercise.points, exercise.points, passed, _note(tried))
    recognised = recognise(exercise, [trial for each in tried for trial in each.trials])
    if recognised:
        share = max(share, *(1.0 if entry.convention else entry.credit for entry in recognised))
    finding = _finding(exercise, tried, recognised, own_lines)
    return Judgement(exercise.name, round(share * exercise.points, 2), exercise.points, passed, finding)


def _problem(
    exercise: Exercise,
    probe: Probe,
    calls: tuple[Call, ...],
    outcomes: tuple[Outcome, ...],
    expected: tuple[Outcome, ...],
    own_lines: Container[str] = frozenset(),
) -> _Problem | None:
    """Why this trial fails, as a rung of the ladder; None when it passes."""
    last = outcomes[-1]
    name = f"`{calls[len(outcomes) - 1].function}`"
    match last:
        case NotDefined():
            return _Problem("not_defined", f"{name} is not defined")
        case NotCallable(type_name):
            says = f"{name} is {_a(type_name)}, not a function"
            return _Problem("not_callable", says, discreetly=f"{name} is not a function")
        case WrongSignature(signature):
            asked = f"asked was {exercise.signature}"
            says, discreetly = f"{name} takes {signature}, {asked}", f"{name} takes other arguments, {asked}"
            return _Problem("wrong_signature", says, discreetly=discreetly)
        case Raised(kind="NotImplementedError"):
            return _Problem("not_implemented", f"{name} is not written yet: it raises NotImplementedError")
        case Raised(kind, message, where):
            line = f", in the line `{where}`" if where else ""
            says = f"{name} raised {kind}: {message}{line}" if message else f"{name} raised {kind}{line}"
            known = kind if kind in KNOWN_ERRORS else "an error"
            own = line if where in own_lines else ""
            return _Problem("raised", says, discreetly=f"{name} raised {known}{own}")
        case Stopped(reason, detail):
            return _stopped(name, reason, detail)
    if probe.holds:
        says = probe.holds(calls, tuple(getattr(outcome, "value", None) for outcome in outcomes))
        return _Problem("wrong_values", says) if says else None
    if not isinstance(expected[-1], Returned):
        raise RuntimeError(f"the reference of {exercise.name} fails on probe {probe.name!r}: {expected[-1]}")
    for index in compared(calls):
        returned, wanted = outcomes[index], expected[index]
        if mismatch := compare(returned.value, wanted.value, exercise.tolerance):
            return _Problem(
                mismatch.kind, _words(mismatch, returned), index, _discreet_words(mismatch, wanted)
            )
    return None


def _words(mismatch: Mismatch, returned: Returned) -> str:
    if mismatch.kind == "returned_none" and returned.printed:
        return f"{mismatch.says}. It printed something: a value that is printed is not returned"
    return f"item {mismatch.path[0]!r}: {mismatch.says}" if mismatch.path else mismatch.says


def _discreet_words(mismatch: Mismatch, wanted: Returned) -> str:
    asked = f"{describe(wanted.value)} was asked"
    return {
        "wrong_type": f"returned something of another type, {asked}",
        "wrong_shape": f"returned something of another shape, {asked}",
        "wrong_values": "the values differ",
    }.get(mismatch.kind, mismatch.says)


def _stopped(name: str, reason: str, detail: str) -> _Problem:
    kind, says = {
        "time": ("time_limit", f"{name} did not come back in time"),
        "memory": ("memory_limit", f"{name} asked for more memory than there is"),
        "exit": ("stopped", f"{name} ended the whole Python process"),
        "signal": ("stopped", f"{name} crashed the Python process"),
        "output": ("stopped", f"{name} printed more than there is room for"),
    }.get(reason, ("stopped", f"{name} gave no readable answer"))
    return _Problem(kind, f"{says} ({detail})" if detail else says, discreetly=says)


def _finding(
    exercise: Exercise,
    tried: Sequence[ProbeTrials],
    recognised: Sequence[Misconception],
    own_lines: Container[str],
) -> Finding:
    failures = [
        (problem, each, trial)
        for each in tried
        for trial in each.trials
        if (problem := _problem(exercise, each.probe, trial.calls, trial.outcomes, trial.expected, own_lines))
    ]
    # The highest rung; on it a case that the student can see, and of these the smallest one.
    problem, each, trial = min(
        failures,
        key=lambda f: (LADDER.index(f[0].kind), f[2] is not f[1].public, _size(f[2].calls)),
    )
    visible = trial is each.public
    case = _case(trial, problem) if visible else None
    if recognised:
        kind = "convention" if all(entry.convention for entry in recognised) else problem.kind
        says = ", or when ".join(dict.fromkeys(entry.message for entry in recognised))
        names = "|".join(entry.name for entry in recognised)
        message = f"Your result is what you get when {says}."
        if kind == "convention":
            message += " This is a published convention, so it costs nothing."
        return Finding(kind, message, names, recognised[0].read, case)
    says = problem.says if visible else problem.discreetly or problem.says
    message = f"{says}."
    if problem.kind not in ("not_defined", "not_callable", "not_implemented", "wrong_signature"):
        everywhere = all(not trial.passed for each in tried for trial in each.trials)
        message = f"{says}." if everywhere else f"Tried on {each.probe.name}: {says}."
        if not visible and each.public is not None and each.public.passed:
            message += " The cases that your notebook shows pass; others of the same kind do not."
    if visible and (advice := hint(says)):
        message += f" {advice}"
    return Finding(problem.kind, message[0].upper() + message[1:], None, exercise.read, case)


def _note(tried: Sequence[ProbeTrials]) -> Finding | None:
    """Something worth saying about a right answer."""
    outcomes = [trial.outcomes[-1] for each in tried for trial in each.trials]
    if any(isinstance(outcome, Returned) and outcome.modified for outcome in outcomes):
        message = "The values are right. Your function changes its input arrays; work on a copy instead."
        return Finding("input_modified", message)
    return None


def _case(trial: Trial, problem: _Problem) -> Case | None:
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


def _a(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


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
