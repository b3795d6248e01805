"""One submission to one result.

Student code runs in a box behind the wall and only ever returns values; here, outside, the reference is
asked, values are compared and points are given. A cell that hangs or crashes ends its box; the notebook is
run again without that cell, so that every other exercise still counts.
"""

import functools
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder import submission
from autograder.diagnose import Trial
from autograder.exercise import Assignment, Exercise, Probe, hidden_generator, public_generator
from autograder.hints import hint
from autograder.notes import notes
from autograder.results import CellRecord, Result, ending
from autograder.sandbox.launcher import Answer, Box, BoxStopped, Zygote
from autograder.sandbox.messages import CellResult, Output, ProbeRequest
from autograder.sandbox.perform import LINE_LENGTH, Outcome, Returned, Stopped, perform
from autograder.sandbox.reader import CONFLICT, Cell, Unreadable
from autograder.sandbox.values import Call
from autograder.verdict import Finding, Judgement, ProbeTrials, expected_outcomes, judge, try_out


# An answer may be this much larger than the right one before only its shape is looked at.
REPLY_FACTOR = 4
REPLY_ROOM = 64 << 10

MISSING_NAME = re.compile(r"NameError: name '(\w+)' is not defined")


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
    with _Session(data, assignment, zygote) as session:
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
            judgement = _with_reason(judge(exercise, probes, session.lines()), session.records())
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
        (*_defined_again(assignment, records), *notes(visible, judgements, records)),
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
    session: "_Session",
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
    session: "_Session",
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


def _with_reason(judgement: Judgement, records: tuple[CellRecord, ...]) -> Judgement:
    """A name is missing, of the function or within it, for a reason that is worth more than the fact."""
    finding = judgement.finding
    if finding is None:
        return judgement
    missing = MISSING_NAME.search(finding.message)
    name = missing[1] if missing else judgement.exercise
    if not (missing or finding.kind == "not_defined") or not (why := _why_undefined(name, records)):
        return judgement
    before = f"{finding.message} " if missing else ""
    return replace(judgement, finding=replace(finding, message=f"{before}`{name}` is not defined: {why}."))


def _why_undefined(name: str, records: tuple[CellRecord, ...]) -> str:
    for number, record in enumerate(records, start=1):
        if not _defines(record, name):
            continue
        its_cell = f"cell {number}, which defines it,"
        if record.cell.kind != "code":
            return f"it stands in cell {number}, which is not a code cell"
        if conflict := CONFLICT.search(record.cell.source):
            line = record.cell.source.count("\n", 0, conflict.start()) + 1
            return f"{its_cell} holds the marks of a git merge conflict (line {line})"
        if record.stopped:
            return f"{its_cell} {ending(record.stopped)}"
        if record.result and record.result.status != "ok":
            error = next((output for output in record.result.outputs if output.kind == "error"), None)
            return f"{its_cell} ends with {_error(error, records[number:], number + 1)}"
    return ""


def _defined_again(assignment: Assignment, records: tuple[CellRecord, ...]) -> tuple[str, ...]:
    """A note for each function that several cells define: somebody may expect an earlier one to count."""
    code = {number: record for number, record in enumerate(records, start=1) if record.cell.kind == "code"}
    notes = []
    for exercise in assignment.exercises:
        numbers = [str(number) for number, record in code.items() if _defines(record, exercise.name)]
        if len(numbers) > 1:
            cells = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
            notes.append(f"`{exercise.name}` is defined in the cells {cells}; the last one counts.")
    return tuple(notes)


def _defines(record: CellRecord, name: str) -> bool:
    """Whether the source of a cell looks like it; in a text only a function does.

    Blanks are matched within a line: over the ends of lines a text of nothing else would take for ever.
    """
    name = re.escape(name)
    pattern = rf"^[ \t]*(async[ \t]+)?(def|class)[ \t]+{name}\b"
    if record.cell.kind == "code":
        pattern += rf"|^{name}[ \t]*=[^=]|^[ \t]*(import|from)[ \t].*\b{name}\b"
    return re.search(pattern, record.cell.source, re.MULTILINE) is not None


def _error(error: Output | None, below: tuple[CellRecord, ...], next_number: int) -> str:
    """The last line of an error, and what helps against it."""
    if error is None:
        return "an error"
    lines = [line.strip() for line in error.text.strip().splitlines()]
    line = lines[-1] if lines else error.name
    advice = hint(line)
    if missing := MISSING_NAME.search(line):
        later = (number for number, record in enumerate(below, next_number) if _defines(record, missing[1]))
        if number := next(later, None):
            advice = f"`{missing[1]}` is only defined further down, in cell {number}"
    return f"`{line[:LINE_LENGTH]}`" + (f". {advice.rstrip('.')}" if advice else "")


@dataclass
class _Session:
    """The notebook of one submission, run in as many boxes as it takes."""

    data: bytes
    assignment: Assignment
    zygote: Zygote
    cells: tuple[Cell, ...] = ()
    results: dict[int, CellResult] = field(default_factory=dict)
    stopped: dict[int, Stopped] = field(default_factory=dict)
    box: Box | None = None

    def __enter__(self) -> "_Session":
        self.deadline = time.monotonic() + self.zygote.policy.submission_seconds
        return self

    def __exit__(self, *_: object) -> None:
        if self.box:
            self.box.close()

    def start(self) -> None:
        """Read the notebook and run its cells; raises Unreadable, or BoxStopped if reading ends the box."""
        self.box = self.zygote.box()
        self.cells = self.box.read(self.data)
        self._run_cells()

    def _run_cells(self) -> None:
        policy = self.zygote.policy
        for _ in range(policy.restarts + 1):
            if self.box is None or not self.box.alive:
                self.box = self.zygote.box()
            if self._run_through(time.monotonic() + policy.notebook_seconds):
                return
        # Too many cells were stopped: what comes after the last one of them is left out.
        for index in range(max(self.stopped) + 1, len(self.cells)):
            self.stopped.setdefault(index, Stopped("not_run"))
        self.box = self.zygote.box()
        self._run_through(time.monotonic() + policy.notebook_seconds)

    def _run_through(self, deadline: float) -> bool:
        """Run the cells that are not known to be bad; False when one more of them is."""
        tests = {self.assignment.test_cell(exercise) for exercise in self.assignment.exercises}
        for index, cell in enumerate(self.cells):
            if cell.kind != "code" or cell.grade_id in tests or index in self.stopped:
                continue
            left = min(deadline, self.deadline) - time.monotonic()
            if left <= 0:
                self.stopped[index] = Stopped("not_run")
                continue
            try:
                self.results[index] = self.box.run_cell(cell.source, min(left, self.assignment.cell_seconds))
            except BoxStopped as stop:
                self.results.pop(index, None)
                self.stopped[index] = stop.stopped
                return False
        return True

    def perform(
        self, probes: tuple[ProbeRequest, ...], answers: dict[str, Answer]
    ) -> tuple[tuple[Outcome, ...], ...]:
        """The outcomes of each probe. Where the box does not survive, each exercise is tried by itself."""
        outcomes = self._perform(probes, answers)
        exercises = tuple(dict.fromkeys(probe.exercise for probe in probes))
        if self.box.alive or len(exercises) == 1:
            return outcomes
        alone = (tuple(probe for probe in probes if probe.exercise == name) for name in exercises)
        return tuple(outcome for probes in alone for outcome in self._perform(probes, answers))

    def _perform(
        self, probes: tuple[ProbeRequest, ...], answers: dict[str, Answer]
    ) -> tuple[tuple[Outcome, ...], ...]:
        if time.monotonic() > self.deadline:
            out_of_time = Stopped("time", "the time for the whole notebook is used up")
            return tuple((out_of_time,) for _ in probes)
        if not self.box.alive:
            self._run_cells()
        return self.box.perform(probes, answers)

    def lines(self) -> frozenset[str]:
        """The lines of the student's cells, as errors name them."""
        lines = (line for cell in self.cells for line in cell.source.splitlines())
        return frozenset(line.strip()[:LINE_LENGTH] for line in lines)

    def records(self) -> tuple[CellRecord, ...]:
        return tuple(
            CellRecord(cell, self.results.get(index), self.stopped.get(index))
            for index, cell in enumerate(self.cells)
        )
