"""One submission to one result.

Student code runs in a box behind the wall and only ever returns values; here, outside, the reference is
asked, values are compared and points are given. A cell that hangs or crashes ends its box; the notebook is
run again without that cell, so that every other exercise still counts.
"""

import functools
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder import submission
from autograder.diagnose import Trial
from autograder.exercise import Assignment, Exercise, Probe, hidden_generator, public_generator
from autograder.notes import notes
from autograder.results import Result
from autograder.sandbox.launcher import Answer, BoxStopped, Zygote
from autograder.sandbox.messages import ProbeRequest
from autograder.sandbox.perform import Outcome, Returned, perform
from autograder.sandbox.reader import Unreadable
from autograder.sandbox.values import Call
from autograder.session import Session
from autograder.undefined import defined_again, with_reason
from autograder.verdict import Finding, Judgement, ProbeTrials, expected_outcomes, judge, try_out


# An answer may be this much larger than the right one before only its shape is looked at.
REPLY_FACTOR = 4
REPLY_ROOM = 64 << 10


@dataclass(frozen=True)
class _Drawn:
    """A probe whose inputs are drawn: the calls to make, and what the reference makes of them."""

    probe: Probe
    calls: tuple[Call, ...]
    expected: tuple[Outcome, ...]


def rejected(assignment: Assignment, student: str, code: str, detail: str = "", **known: Any) -> Result:
    """The result of a file that cannot be graded: a reason, and no score at all."""
    sentence = submission.reason(code, assignment.name, detail)
    return Result(student, assignment.name, "rejected", sentence, None, assignment.max_score, **known)


def grade_submission(
    data: bytes, assignment: Assignment, *, student: str, course_key: bytes, zygote: Zygote
) -> Result:
    """Grade the bytes of one notebook. The same bytes and key give the same inputs and the same result."""
    started = time.monotonic()
    digest = hashlib.sha256(data).hexdigest()
    known = {"tier": zygote.tier, "sha256": digest}
    with Session(data, assignment, zygote) as session:
        try:
            session.start()
        except Unreadable as problem:
            return rejected(assignment, student, problem.code, problem.detail, **known)
        except BoxStopped:
            return rejected(assignment, student, "crashed_reader", **known)
        public = {exercise.name: _draw_public(exercise) for exercise in assignment.exercises}
        names = (assignment.name, student, digest)
        hidden = {e.name: _draw_hidden(e, course_key, names) for e in assignment.exercises}
        # No box that has seen a hidden input is asked for anything that a student gets to read.
        shown, tried = _try(session, public), _try(session, hidden)
        judgements: dict[str, Judgement] = {}
        for exercise in assignment.exercises:
            probes = [
                ProbeTrials(probe, shown[exercise.name].get(probe), trial)
                for probe, trial in tried[exercise.name].items()
            ]
            judgement = with_reason(judge(exercise, probes, session.lines()), session.records())
            drawn = hidden[exercise.name]
            judgements[exercise.name] = _followed_through(session, exercise, judgement, drawn, judgements)
        records = session.records()
        visible = {name: trials.values() for name, trials in shown.items()}
    return Result(
        student,
        assignment.name,
        "graded",
        "",
        round(sum(judgement.score for judgement in judgements.values()), 2),
        assignment.max_score,
        tuple(judgements.values()),
        records,
        (*defined_again(assignment, records), *notes(visible, judgements, records)),
        seconds=round(time.monotonic() - started, 3),
        **known,
    )


@functools.cache
def _draw_public(exercise: Exercise) -> tuple[_Drawn, ...]:
    """The inputs that everybody sees, drawn once for a whole class."""
    public = (probe for probe in exercise.probes if probe.public)
    return tuple(_draw(exercise, probe, public_generator(exercise, probe)) for probe in public)


def _draw_hidden(exercise: Exercise, course_key: bytes, names: tuple[str, ...]) -> tuple[_Drawn, ...]:
    return tuple(
        _draw(exercise, probe, hidden_generator(course_key, *names, exercise.name, probe.name))
        for probe in exercise.probes
    )


def _draw(exercise: Exercise, probe: Probe, generator: np.random.Generator) -> _Drawn:
    """The reference is asked before anything is sent, on arrays that never come back."""
    calls = exercise.draw(probe, generator)
    return _Drawn(probe, calls, expected_outcomes(exercise, calls))


def _followed_through(
    session: Session,
    exercise: Exercise,
    judgement: Judgement,
    hidden: tuple[_Drawn, ...],
    judgements: dict[str, Judgement],
) -> Judgement:
    """What an exercise deserves that builds on others which failed: it is tried with their references too."""
    failed = tuple(
        used for used in exercise.uses if judgements[used.name].score < judgements[used.name].max_score
    )
    if judgement.score == judgement.max_score or not failed:
        return judgement
    answers = {used.name: _reference_answer(used) for used in failed}
    trials = _try(session, {exercise.name: hidden}, answers)[exercise.name]
    probes = [ProbeTrials(probe, None, trial) for probe, trial in trials.items()]
    again = judge(exercise, probes, session.lines())
    if again.score <= judgement.score:
        return judgement
    helpers = " and ".join(f"`{used.name}`" for used in failed)
    message = (
        f"Judged with a right {helpers}, on which your `{exercise.name}` builds; look at {helpers} first."
    )
    if again.finding:
        message = f"{again.finding.message} ({message})"
        return replace(again, finding=replace(again.finding, message=message))
    return replace(again, finding=Finding("follow_through", message))


def _try(
    session: Session,
    probes: dict[str, tuple[_Drawn, ...]],
    answers: dict[str, Answer] | None = None,
) -> dict[str, dict[Probe, Trial]]:
    """Try each exercise on its probes, and compare with what its reference makes of them."""
    requests = tuple(
        ProbeRequest(name, drawn.calls, _room(drawn.expected))
        for name, of_exercise in probes.items()
        for drawn in of_exercise
    )
    outcomes = iter(session.perform(requests, answers or {}))

    def trial(exercise: Exercise, drawn: _Drawn) -> Trial:
        return try_out(exercise, drawn.probe, drawn.calls, next(outcomes), drawn.expected)

    return {
        name: {drawn.probe: trial(session.assignment.exercise(name), drawn) for drawn in of_exercise}
        for name, of_exercise in probes.items()
    }


def _reference_answer(exercise: Exercise) -> Callable[[str, tuple[Any, ...], dict[str, Any]], Any]:
    """What a box may ask for: the reference, under the signature of the exercise and no other switch."""

    def answer(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        exercise.bind(args, kwargs)
        (outcome,) = perform((Call(name, args, kwargs),), {name: exercise.reference}, ours=True)
        if not isinstance(outcome, Returned):
            raise ValueError(getattr(outcome, "message", "the call does not return"))
        return outcome.value

    return answer


def _room(expected: tuple[Outcome, ...]) -> int:
    size = sum(_bytes(outcome.value) for outcome in expected if isinstance(outcome, Returned))
    return REPLY_FACTOR * size + REPLY_ROOM


def _bytes(value: Any) -> int:
    if isinstance(value, tuple | dict):
        return sum(map(_bytes, value.values() if isinstance(value, dict) else value))
    return getattr(value, "nbytes", 64)
