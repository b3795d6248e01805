"""Nobody loses twice: what builds on a function that is not ours in its results is judged with ours.

What an answer builds on is seen when it runs: other functions that fail are replaced by ours, which answer
from outside of the box and remember that they were asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercise import Exercise
from autograder.sandbox.conversation import Answer
from autograder.sandbox.perform import Returned, perform
from autograder.sandbox.values import NUMERIC_KINDS, Call
from autograder.trials import NEVER_CALLED, Trial
from autograder.verdict import RECOGNISED, Finding, Judgement, look_first


# It may have asked for more than is answered.
NO_ANSWER = ("time_limit", "memory_limit", "stopped")

# What our functions do is done outside of the box and of its limits: steps of one call, and of all calls.
# Not every large number is one of steps: it may be how far to move, far from zero.
LARGEST_QUESTION = 20_000
MOST_WORK = 300_000
# So many entries of a result are as much work as a step.
ENTRIES = 100

Attempt = Callable[[Exercise, Mapping[str, Answer]], Sequence[Trial]]


@dataclass
class _Helper:
    """The reference of an exercise in the place of a student's function of that name."""

    exercise: Exercise
    asked: bool = False
    refused: bool = False
    left: int = MOST_WORK

    def __call__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Answer as it is asked for, under the signature of the exercise and no other switch.

        Raises ValueError where the reference has no answer, or where it would be too much work.
        """
        self.asked = True
        try:
            self.exercise.bind(args, kwargs)
            self._account_for(_work((args, kwargs)))
            (outcome,) = perform((Call(name, args, kwargs),), {name: self.exercise.reference}, ours=True)
            if isinstance(outcome, Returned):
                self.left -= int(_size(outcome.value) / ENTRIES)
                return outcome.value
            raise ValueError(getattr(outcome, "message", "the call does not return"))
        except Exception:
            self.refused = True
            raise

    def _account_for(self, work: float) -> None:
        self.left -= int(min(work, MOST_WORK))
        if not work <= LARGEST_QUESTION or self.left < 0:
            raise ValueError("this is more than a right function is asked for while grading")


def _work(value: Any) -> float:
    """How long a loop over it may be: the length of a series, or a number that may stand for one."""
    match value:
        case tuple():
            return sum(map(_work, value))
        case dict():
            return sum(map(_work, value.values()))
        case np.ndarray() if value.dtype.kind in NUMERIC_KINDS:
            return len(value) if value.ndim else float(abs(value))
    return 1.0


def _size(value: Any) -> float:
    """The number of its entries."""
    if isinstance(value, tuple | dict):
        return sum(map(_size, value.values() if isinstance(value, dict) else value))
    return float(np.size(value))


@dataclass(frozen=True)
class _Again:
    """An exercise as it was tried with right helpers."""

    helpers: Mapping[str, _Helper]
    trials: Sequence[Trial]

    @property
    def asked(self) -> Set[str]:
        return {name for name, helper in self.helpers.items() if helper.asked}

    @property
    def refused(self) -> bool:
        return any(helper.refused for helper in self.helpers.values())


def follow_through(
    judgements: Mapping[Exercise, Judgement],
    attempt: Attempt,
    judge: Callable[[Exercise, Sequence[Trial]], Judgement],
    mentioned: Callable[[str], bool],
) -> dict[Exercise, Judgement]:
    """New judgements of the exercises that fail and build on others that fail, or follow another convention.

    `attempt` tries an exercise with other answers in the place of some functions; `mentioned` says whether
    any code may call a function of that name. Functions that build on each other in a circle compute nothing,
    and earn nothing through each other.
    """
    failing = [each for each, judgement in judgements.items() if judgement.score < judgement.max_score]
    beside = {name for exercise in failing for name in exercise.beside}
    helpers = [
        each
        for each, judgement in judgements.items()
        if _is_other(judgement) and (each.name in beside or mentioned(each.name))
    ]
    again = {
        exercise: _try(exercise, others, attempt)
        for exercise in failing
        if (others := [each for each in helpers if each is not exercise])
        and _runs(exercise, judgements[exercise])
    }
    builds_on = {exercise.name: each.asked for exercise, each in again.items()}
    made: dict[Exercise, Judgement] = {}
    for exercise, each in again.items():
        allowed = {name for name in each.asked if not _reaches(name, exercise.name, builds_on)}
        if allowed < each.asked:
            each = _try(exercise, [other for other in helpers if other.name in allowed], attempt)
        if allowed:
            before, after = judgements[exercise], judge(exercise, each.trials)
            usual = all(_is_convention(judgements[other]) for other in helpers if other.name in allowed)
            # Of two functions that go together the catalogue may know this very pair.
            if usual and RECOGNISED in _message(before) and after.score <= before.score:
                continue
            made[exercise] = _better(exercise, before, after, each)
    return made


def _is_other(judgement: Judgement) -> bool:
    """Whether it computes something else than ours: what is wrong, or another published formula."""
    return _is_convention(judgement) or judgement.score < judgement.max_score


def _is_convention(judgement: Judgement) -> bool:
    return judgement.finding is not None and judgement.finding.kind == "convention"


def _message(judgement: Judgement) -> str:
    return judgement.finding.message if judgement.finding else ""


def _runs(exercise: Exercise, judgement: Judgement) -> bool:
    """Whether there is code; where other functions are called first, what is missing may be one of those."""
    return judgement.finding is not None and bool(
        exercise.beside or judgement.finding.kind not in NEVER_CALLED
    )


def _try(exercise: Exercise, others: Iterable[Exercise], attempt: Attempt) -> _Again:
    helpers = {other.name: _Helper(other) for other in others}
    return _Again(helpers, attempt(exercise, helpers))


def _reaches(start: str, goal: str, builds_on: Mapping[str, Set[str]]) -> bool:
    """Whether one function builds on another, directly or through others."""
    reached, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += builds_on.get(name, ())
    return goal in reached


def _takes_the_cache_apart(exercise: Exercise, name: str | None) -> bool:
    """Whether that is what is wrong: with ours it has to be, where theirs has another order."""
    return any(
        entry.name == name
        and isinstance(entry.change, Mapping)
        and any("= cache" in at for at in entry.change)
        for entry in exercise.misconceptions
    )


def _better(exercise: Exercise, before: Judgement, after: Judgement, again: _Again) -> Judgement:
    """The higher score; what is still wrong with right helpers, and nothing else, is the student's own."""
    asked = [name for name in again.helpers if name in again.asked]
    helpers = " and ".join(f"`{name}`" for name in asked)
    judged = (
        f"Judged with {helpers} as the text asks for it, on which your `{after.exercise}` builds; look "
        "there first."
    )
    best = max(after, before, key=lambda judgement: judgement.score)
    if after.finding is None:
        return replace(after, finding=Finding("follow_through", judged))
    if after.finding.kind in NEVER_CALLED:
        return after
    # What ours hand over may not be what theirs do: a cache has a layout of one's own.
    is_other = again.asked & exercise.beside.keys() and (
        _takes_the_cache_apart(exercise, after.finding.misconception)
        or (not after.finding.misconception and after.score <= before.score)
    )
    if again.refused or is_other or after.finding.kind in NO_ANSWER:
        return look_first(replace(best, finding=before.finding), asked)
    return replace(best, finding=replace(after.finding, message=f"{after.finding.message} ({judged})"))
