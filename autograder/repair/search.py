"""Which small change of a student's own function makes every test pass?

The edits are tried behind the wall, and what they return is compared here, like every answer. A cheap input
on which the function fails rules most of them out; what is left has to pass all tests, hidden ones too. Where
a change in one place would do it and another one elsewhere as well, nobody can say which is meant, and
nothing is said. Two mistakes are a change in two places, which have to be made together.
"""

import ast
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.diagnose import clearly_other
from autograder.exercise import Exercise
from autograder.repair.differences import with_differences
from autograder.repair.edits import edits
from autograder.repair.pieces import Piece, pieces, with_pieces
from autograder.repair.places import Repair, is_rival, likeliest, likelihood, the_only_place
from autograder.repair.source import Edit, Source, parsed
from autograder.sandbox.messages import AttemptRequest, Instead
from autograder.sandbox.perform import Outcome, Returned
from autograder.trials import Drawn, Trial, try_out


# Seconds of CPU that edits may take on one input: first the likelier ones, then those that could be meant as
# well; and what passes, on a second input and on each other one. Who needs more learns nothing.
LIKELIER_SECONDS, FURTHER_SECONDS = 0.5, 0.9
SECOND_SECONDS, OTHER_SECONDS = 0.2, 0.1
LIKELIER_COST = 1.3
# Edits that are tried on the second input and on the others, and characters of all together.
SECOND_KEPT, OTHER_KEPT = 400, 50
CHARACTERS = 900_000
NOTHING = Edit(0, 0, "", "nothing", 0.0, lines=True)

Attempt = Callable[[AttemptRequest], tuple[tuple[Outcome, ...] | None, ...]]


@dataclass(frozen=True)
class _Search:
    exercise: Exercise
    source: str
    attempt: Attempt

    def passing(self, tried: Sequence[Edit], trials: Sequence[Trial], seconds: float) -> list[Edit] | None:
        """Those of some edits with which the function passes all trials; None where time is short."""
        first, *others = trials
        alive = self._right(tried, first.drawn, seconds)
        if alive and NOTHING in alive:  # what passes unchanged is not what was graded
            return None
        kept, seconds = SECOND_KEPT, SECOND_SECONDS
        for trial in others:
            if not alive:
                break
            alive = self._right(sorted(alive, key=likelihood)[:kept], trial.drawn, seconds)
            kept, seconds = OTHER_KEPT, OTHER_SECONDS
        return alive

    def _right(self, tried: Sequence[Edit], drawn: Drawn, seconds: float) -> list[Edit] | None:
        """Those with which it is right on these inputs."""
        order = sorted(tried, key=lambda edit: (edit.start, edit.end, edit.lines, edit.cost, edit.text))
        sent = tuple(Instead(edit.start, edit.end, edit.text, not edit.lines) for edit in order)
        name = self.exercise.name
        request = AttemptRequest(name, self.source, sent, drawn.calls, drawn.reply_bytes, seconds)
        outcomes = self.attempt(request)
        if len(outcomes) < len(order):
            return None
        right: dict[int, bool] = {}
        for each in outcomes:
            if id(each) not in right:
                right[id(each)] = each is not None and _passes(drawn, each)
        return [edit for edit, each in zip(order, outcomes, strict=True) if right[id(each)]]


def _passes(drawn: Drawn, outcomes: tuple[Outcome, ...]) -> bool:
    """Whether all that came back is right; the first number mostly says that it is not."""
    for index in drawn.compared[:1]:
        theirs, ours = outcomes[index], drawn.expected[index]
        if (
            isinstance(theirs, Returned)
            and isinstance(ours, Returned)
            and clearly_other(theirs.value, ours.value)
        ):
            return False
    return try_out(drawn, outcomes).passed


def search(exercise: Exercise, source: str, trials: Sequence[Trial], attempt: Attempt) -> Repair | None:
    """The change that makes all trials pass, if only one does; `source` is the student's function."""
    function, failing = parsed(source), sorted((trial for trial in trials if not trial.passed), key=_size)
    if function is None or not failing:
        return None
    text, this = Source(source, function), _Search(exercise, source, attempt)
    # What fails tells most edits apart.
    order = (*failing, *sorted((trial for trial in trials if trial.passed), key=_size))
    from_right = with_differences(text, _right(exercise))
    small = _once((*from_right, *edits(text), *with_pieces(text, _pieces(exercise))))
    likelier = {edit for edit in small if edit.cost <= LIKELIER_COST} | {*from_right}.intersection(small)
    found = this.passing([NOTHING, *likelier], order, LIKELIER_SECONDS)
    if found is None:
        return None
    best = likeliest(text, found)
    others = [edit for edit in small if edit not in likelier and (not best or is_rival(text, best, edit))]
    further = this.passing(others, order, FURTHER_SECONDS) if others else []
    return None if further is None else the_only_place(exercise, text, [*found, *further])


def _once(several: Iterable[Edit]) -> list[Edit]:
    """Each edit once, by what explains it most cheaply, as long as there is room for it."""
    found: dict[tuple[int, int, str], Edit] = {}
    left = CHARACTERS
    for edit in several:
        key = edit.start, edit.end, edit.text
        if key in found:
            found[key] = min(found[key], edit, key=likelihood)
        elif (left := left - len(edit.text)) >= 0:
            found[key] = edit
    return list(found.values())


@functools.cache
def _right(exercise: Exercise) -> tuple[ast.FunctionDef, ...]:
    """Its right answers."""
    trees = [ast.parse(each.text).body for each in exercise.written_answers]
    return tuple(each for tree in trees for each in tree[-1:] if isinstance(each, ast.FunctionDef))


@functools.cache
def _pieces(exercise: Exercise) -> tuple[Piece, ...]:
    """The pieces of its right answers."""
    return pieces([each.text for each in exercise.written_answers])


def _size(trial: Trial) -> float:
    """How long it takes to try it, about."""
    return sum(50 + sum(map(_entries, (*call.args, *call.kwargs.values()))) for call in trial.calls)


def _entries(value: object) -> int:
    if isinstance(value, tuple):
        return sum(map(_entries, value))
    return int(np.size(value)) if isinstance(value, np.ndarray) else 1
