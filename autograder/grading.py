"""One submission to one result.

Student code runs in a box behind the wall and only ever returns values; here, outside, the reference is
asked, values are compared and points are given. A cell that hangs or crashes ends its box; the notebook is
run again without that cell, so that every other exercise still counts.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from autograder import submission
from autograder.exercise import Assignment, Exercise
from autograder.given import Given
from autograder.notes import notes
from autograder.results import Result
from autograder.sandbox.launcher import Answer, Zygote
from autograder.sandbox.messages import ProbeRequest
from autograder.sandbox.perform import Returned, perform
from autograder.sandbox.reader import Unreadable
from autograder.sandbox.values import Call
from autograder.session import Session
from autograder.trials import Drawn, Trial, draw_hidden, draw_public, try_out
from autograder.undefined import defined_again, with_reason
from autograder.verdict import Finding, Judgement, judge


BUSY = (
    "The computer that grades was busy. Where something here did not come to an end in time, it is tried "
    "again the next time."
)


def rejected(assignment: Assignment, student: str, problem: Unreadable, **known: Any) -> Result:
    """The result of a file that cannot be graded: a reason, and no score at all."""
    sentence = submission.reason(problem, assignment.name)
    return Result(student, assignment.name, "rejected", sentence, None, assignment.max_score, **known)


def grade_submission(
    data: bytes,
    assignment: Assignment,
    *,
    student: str,
    course_key: bytes,
    zygote: Zygote,
    given: Given | None = None,
) -> Result:
    """Grade the bytes of one notebook, of which `given` are the cells that students did not write.

    The same arguments give the same inputs and the same result.
    """
    started = time.monotonic()
    digest = hashlib.sha256(data).hexdigest()
    known = {"tier": zygote.tier, "sha256": digest}
    given = given or Given.nothing(assignment)
    with Session(data, assignment, zygote, given) as session:
        try:
            session.start()
        except Unreadable as problem:
            return rejected(assignment, student, problem, settled=not session.starved, **known)
        public = [each for exercise in assignment.exercises for each in draw_public(exercise)]
        names = (assignment.name, student, digest)
        hidden = {e.name: draw_hidden(e, course_key, *names) for e in assignment.exercises}
        # No box that has seen a hidden input is asked for anything that a student gets to read.
        shown = _try(session, public)
        tried = _try(session, [each for drawn in hidden.values() for each in drawn])
        judgements: dict[str, Judgement] = {}
        for exercise in assignment.exercises:
            trials = [trial for trial in (*shown, *tried) if trial.drawn.exercise is exercise]
            judgement = with_reason(judge(exercise, trials, session.lines()), session.records())
            drawn = hidden[exercise.name]
            judgements[exercise.name] = _followed_through(session, exercise, judgement, drawn, judgements)
        records = session.records()
        settled = not session.starved
    return Result(
        student,
        assignment.name,
        "graded",
        "",
        round(sum(judgement.score for judgement in judgements.values()), 2),
        assignment.max_score,
        tuple(judgements.values()),
        records,
        (
            *given.notes(session.cells),
            *defined_again(assignment, records),
            *notes(shown, judgements, records),
            *[BUSY] * (not settled),
        ),
        seconds=round(time.monotonic() - started, 3),
        settled=settled,
        **known,
    )


def _followed_through(
    session: Session,
    exercise: Exercise,
    judgement: Judgement,
    hidden: tuple[Drawn, ...],
    judgements: dict[str, Judgement],
) -> Judgement:
    """What an exercise deserves that builds on others which failed: it is tried with their references too."""
    failed = tuple(
        used for used in exercise.uses if judgements[used.name].score < judgements[used.name].max_score
    )
    if judgement.score == judgement.max_score or not failed:
        return judgement
    answers = {used.name: _reference_answer(used) for used in failed}
    again = judge(exercise, _try(session, hidden, answers), session.lines())
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
    session: Session, drawn: Sequence[Drawn], answers: dict[str, Answer] | None = None
) -> tuple[Trial, ...]:
    """Try the student's functions, and compare with what the references make of the same calls."""
    requests = tuple(ProbeRequest(each.exercise.name, each.calls, each.reply_bytes) for each in drawn)
    return tuple(map(try_out, drawn, session.perform(requests, answers or {})))


def _reference_answer(exercise: Exercise) -> Callable[[str, tuple[Any, ...], dict[str, Any]], Any]:
    """What a box may ask for: the reference, under the signature of the exercise and no other switch."""

    def answer(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        exercise.bind(args, kwargs)
        (outcome,) = perform((Call(name, args, kwargs),), {name: exercise.reference}, ours=True)
        if not isinstance(outcome, Returned):
            raise ValueError(getattr(outcome, "message", "the call does not return"))
        return outcome.value

    return answer
