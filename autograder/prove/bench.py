"""An exercise on the bench: inputs drawn with many keys, and what functions of ours make of them."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograder.exercise import Exercise
from autograder.student import check_quietly
from autograder.trials import Drawn, Trial, draw_hidden, try_out
from autograder.verdict import Judgement, judge


KEYS = tuple(f"key {number}".encode() for number in range(40))
# So many are enough where no name and no point hangs on what is drawn.
FEW = 8


class Bench:
    """Everything is drawn, tried and judged once, for all checks."""

    def __init__(self, exercise: Exercise, keys: Sequence[bytes] = KEYS) -> None:
        self.exercise = exercise
        self.keys, self.few_keys = keys, keys[:FEW]
        self._drawn: dict[bytes, tuple[Drawn, ...]] = {}
        self._tried: dict[tuple[Callable[..., Any], bytes], tuple[Trial, ...]] = {}
        self._judged: dict[tuple[Callable[..., Any], bytes], Judgement] = {}

    @functools.cached_property
    def right(self) -> dict[str, Callable[..., Any]]:
        """Every right answer that is known, by what is different about it."""
        own = {"the solution": self.exercise.solution} if self.exercise.solution else {}
        return {"the reference": self.exercise.reference, **own, **self.exercise.alternatives}

    def drawn(self, key: bytes = KEYS[0]) -> tuple[Drawn, ...]:
        """The hidden inputs of one key, for every probe."""
        if key not in self._drawn:
            self._drawn[key] = draw_hidden(self.exercise, key)
        return self._drawn[key]

    def tried(self, function: Callable[..., Any], key: bytes = KEYS[0]) -> tuple[Trial, ...]:
        """What a function makes of everything that is drawn."""
        if (function, key) not in self._tried:
            trials = tuple(try_out(each, each.made_by(function)) for each in self.drawn(key))
            self._tried[function, key] = trials
        return self._tried[function, key]

    def judged(self, function: Callable[..., Any], key: bytes = KEYS[0]) -> Judgement:
        """What grading makes of a function on hidden inputs."""
        if (function, key) not in self._judged:
            self._judged[function, key] = judge(self.exercise, self.tried(function, key))
        return self._judged[function, key]

    def judgements(
        self, function: Callable[..., Any], keys: Sequence[bytes] = ()
    ) -> Iterator[tuple[bytes, Judgement]]:
        return ((key, self.judged(function, key)) for key in keys or self.keys)

    def checked(self, function: Callable[..., Any]) -> Judgement:
        """What `check` makes of a function in the student's notebook."""
        return check_quietly(function, self.exercise)
