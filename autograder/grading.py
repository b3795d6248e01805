"""One submission to one result.

Student code runs in a box behind the wall and only ever returns values; here, outside, the reference is
asked, values are compared and points are given. A cell that hangs or crashes ends its box; the notebook is
run again without that cell, so that every other exercise still counts.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from autograder import submission
from autograder.behaviour import behaviour
from autograder.exercise import Assignment
from autograder.follow_through import follow_through
from autograder.given import Given
from autograder.notes import notes as free_of_charge
from autograder.own_gradient import own_gradients
from autograder.repair import by_repair
from autograder.results import Origin, Result
from autograder.sandbox.conversation import Answer
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.messages import ProbeRequest
from autograder.sandbox.reader import Unreadable
from autograder.session import Session
from autograder.trials import Drawn, Trial, draw_hidden, draw_public, try_out
from autograder.undefined import defined_again, with_reason
from autograder.verdict import judge
from autograder.wrong_notebook import wrong_notebook


# A notebook may repeat what it does to a cell as often as it likes.
MAX_NOTES = 10
BUSY = (
    "The computer that grades was busy. Where something here did not come to an end in time, it is tried "
    "again the next time."
)


def grade_submission(
    data: bytes,
    assignment: Assignment,
    *,
    student: str,
    course_key: bytes,
    zygote: Zygote,
    given: Given | None = None,
    key: str = "",
    notes: tuple[str, ...] = (),
    beside: tuple[str, ...] = (),
) -> Result:
    """Grade the bytes of one notebook, of which `given` are the cells that students did not write.

    The same arguments give the same inputs and the same result, which keeps `key`, `notes` and `beside`
    (see `Origin`).
    """
    started = time.monotonic()
    digest = hashlib.sha256(data).hexdigest()
    origin = Origin(student, assignment, zygote.tier, digest, key, notes, beside)
    given = given or Given.nothing(assignment)
    with Session(data, assignment, zygote, given) as session:
        try:
            session.start()
        except Unreadable as problem:
            reason = submission.reason(problem, assignment.name)
            return Result.rejected(origin, reason, settled=not session.starved)
        public = [each for exercise in assignment.exercises for each in draw_public(exercise)]
        names = (assignment.name, student, digest)
        hidden = {e.name: draw_hidden(e, course_key, *names) for e in assignment.exercises}
        # No box that has seen a hidden input is asked for anything that a student gets to read.
        shown = _try(session, public)
        tried = _try(session, [each for drawn in hidden.values() for each in drawn])
        lines = session.lines()
        judgements = {
            exercise: judge(exercise, [t for t in (*shown, *tried) if t.drawn.exercise is exercise], lines)
            for exercise in assignment.exercises
        }
        by_themselves = dict(judgements)
        judgements |= follow_through(
            judgements,
            attempt=lambda exercise, answers: _try(session, hidden[exercise.name], answers),
            judge=lambda exercise, trials: judge(exercise, trials, lines),
            mentioned=session.mentions,
        )
        judgements |= own_gradients(
            judgements,
            {each: [t for t in tried if t.drawn.exercise is each] for each in assignment.exercises},
            attempt=lambda drawn: _try(session, drawn),
        )
        for exercise, judgement in by_themselves.items():
            # What came back from an answer that builds on others may be their doing.
            if judgement is judgements[exercise] and judgement.score < judgement.max_score:
                does = behaviour([trial for trial in shown if trial.drawn.exercise is exercise])
                judgements[exercise] = replace(judgement, behaviour=does)
        # Nothing of what these boxes say is repeated: which change it is was made here, and is compared here.
        judgements |= by_repair(judgements, (*shown, *tried), session.cells, session.attempt)
        records = session.records()
        found = {each.name: with_reason(judgement, records) for each, judgement in judgements.items()}
        settled = not session.starved
    scored = any(judgement.score for judgement in found.values())
    if not scored and (wrong := wrong_notebook(assignment, session.cells)):
        return Result.needs_human(origin, wrong, records, settled=settled)
    said = (
        *islice(given.notes(session.cells), MAX_NOTES),
        *defined_again(assignment, records)[:MAX_NOTES],
        *free_of_charge(shown, found, records),
        *[BUSY] * (not settled),
    )
    seconds = round(time.monotonic() - started, 3)
    return Result.graded(origin, found.values(), records, said, seconds=seconds, settled=settled)


def _try(
    session: Session, drawn: Sequence[Drawn], answers: Mapping[str, Answer] | None = None
) -> tuple[Trial, ...]:
    """Try the student's functions, and compare with what the references make of the same calls."""
    requests = tuple(ProbeRequest(each.exercise.name, each.calls, each.reply_bytes) for each in drawn)
    return tuple(map(try_out, drawn, session.perform(requests, answers or {})))
