"""Does the search for repairs find the place of every mistake in the catalogue, were it not there?

Each wrong formula is hidden from the matcher and given to the search, in this process: all of it is our own
text. Its true place is what is not the same in the syntax trees of the wrong function and of the solution
that it was made from, or of the right answer to which it is nearest; a repair has found it when every place
that it names touches one of those.
"""

import contextlib
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from autograder.exercise import Exercise, Misconception
from autograder.repair.differences import differences
from autograder.repair.own_source import own_source
from autograder.repair.places import Repair
from autograder.repair.search import search
from autograder.repair.source import Source, Span, parsed
from autograder.sandbox.attempts import attempt
from autograder.sandbox.leaves import reseed
from autograder.sandbox.messages import AttemptRequest
from autograder.sandbox.perform import Outcome
from autograder.sandbox.reader import Cell
from autograder.trials import Trial, draw_hidden, draw_public, try_out
from autograder.written import Written


KEY = b"key 0"
# Bytes that an edit may ask for.
ROOM = 256 << 20


@dataclass(frozen=True)
class Located:
    """A wrong answer and what the search says of it: `found` the place, `elsewhere` another one, or `silent`.

    `places` are the true ones, in the text of the function, seen from the solution and from the right answer
    that is nearest; `seconds` of CPU it took.
    """

    exercise: str
    name: str
    text: str
    places: tuple[tuple[Span, ...], ...]
    repair: Repair | None
    seconds: float

    @property
    def verdict(self) -> str:
        if self.repair is None:
            return "silent"
        named = self.repair.places
        return (
            "found"
            if any(all(_touches(each, true) for each in named) for true in self.places)
            else "elsewhere"
        )


def wrong_answers(exercise: Exercise) -> tuple[Misconception, ...]:
    """The entries of the catalogue that are wrong; inputs that test a function are no formulas."""
    return () if exercise.tests else tuple(each for each in exercise.misconceptions if not each.convention)


def pairs(exercise: Exercise) -> Iterator[Misconception]:
    """Two mistakes in one answer, from all over the catalogue."""
    both = () if exercise.tests else exercise.pairs
    yield from both[:: max(1, len(both) // 7)]


def locate(exercise: Exercise, entry: Misconception) -> Located:
    """Search the place of a mistake that nobody knows."""
    variant = entry.variant
    if exercise.solution is None or not isinstance(variant, Written):
        raise ValueError(f"`{entry.name}` of {exercise.name} is no text")
    text = _own_text(exercise, variant)
    own = (_own_text(exercise, each) for each in exercise.written_answers)
    solution, *others = (true_places(each, text) for each in own)
    places = solution, min((solution, *others), key=_characters)
    started = time.process_time()
    repair = search(exercise, text, _tried(exercise, variant), _here(exercise, variant))
    return Located(exercise.name, entry.name, text, places, repair, time.process_time() - started)


def says_nothing(exercise: Exercise, right: Written) -> bool:
    """Whether a right answer is left alone, even where somebody asks."""
    return search(exercise, right.text, _tried(exercise, right), _here(exercise, right)) is None


def _tried(exercise: Exercise, function: Callable[..., Any]) -> tuple[Trial, ...]:
    return tuple(
        try_out(each, each.made_by(function))
        for each in (*draw_public(exercise), *draw_hidden(exercise, KEY))
    )


def _here(
    exercise: Exercise, function: Written
) -> Callable[[AttemptRequest], tuple[tuple[Outcome, ...] | None, ...]]:
    """Tries edits in this process, in the place of a box, with as much time and room as there."""

    def here(request: AttemptRequest) -> tuple[tuple[Outcome, ...] | None, ...]:
        namespace = {**function.namespace, **exercise.namespace(function)}
        done: list[tuple[Outcome, ...] | None] = []
        started = time.process_time()
        with _room():
            for _, place in groupby(request.edits, key=lambda edit: edit.place):
                if time.process_time() - started > request.seconds:
                    break
                done += attempt(request.source, tuple(place), request.calls, namespace, reseed)
        return tuple(done)

    return here


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """No more memory than a small function needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM if soft < 0 else min(soft, taken + ROOM), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _own_text(exercise: Exercise, function: Written) -> str:
    own = own_source((Cell("code", function.text + "\n", "", None),), exercise.name)
    if own is None:
        raise ValueError(f"{exercise.name} has a variant that does not define it")
    return own.text


def _characters(places: Sequence[Span]) -> int:
    return sum(1 + end - start for start, end in places)


def true_places(right: str, wrong: str) -> tuple[Span, ...]:
    """What of a wrong function differs from the right one, as characters: the smallest parts of the trees."""
    trees = parsed(right), parsed(wrong)
    if trees[0] is None or trees[1] is None:
        raise ValueError("one of them is no single function")
    return tuple(each.place for each in differences(Source(wrong, trees[1]), trees[0]))


def _touches(place: Span, others: Sequence[Span]) -> bool:
    return any(place[0] <= end and start <= place[1] for start, end in others)
