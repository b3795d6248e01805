"""Aim the catalogue of an exercise at a check: which wrong formulas pass, and which right answers fail.

What is run are formulas of the catalogue and the check of a teacher, in this process and with its rights. A
check that never ends is left after a while, and one that calls `sys.exit` has not passed.
"""

import contextlib
import io
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.course import CourseError
from autograder.exercise import Exercise
from autograder.patience import limited
from autograder.sandbox.perform import Interrupted
from autograder.student import check_quietly
from autograder.written import Written


# For one formula in one part of a check.
SECONDS = 10.0

# What a check finds by its name: the function that it is aimed at, and those that go with it.
Namespace = dict[str, Any]
# The function once more, under a name that no check gives to anything else.
GIVEN = "_the_function_under_test"


@dataclass(frozen=True)
class Part:
    """One test. It raises, whatever it is, where the function of the namespace does not pass."""

    name: str
    run: Callable[[Namespace], None]


@dataclass(frozen=True)
class Check:
    """Tests that belong together: a function passes when it passes each of them."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Answer:
    """A way to write the function: right, or wrong as `says` completes "what you get when ..."."""

    name: str
    function: Callable[..., Any]
    says: str = ""


@dataclass(frozen=True)
class Tried:
    """An answer at a check: of each part why it was turned away, or nothing where it passes."""

    answer: Answer
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not any(self.problems)


@dataclass(frozen=True)
class Blindness:
    """What became of every answer at a check."""

    check: Check
    wrong: tuple[Tried, ...]
    right: tuple[Tried, ...]

    @property
    def unseen(self) -> tuple[Tried, ...]:
        """The wrong formulas that pass."""
        return tuple(tried for tried in self.wrong if tried.passed)

    @property
    def turned_away(self) -> tuple[Tried, ...]:
        """The right answers that fail."""
        return tuple(tried for tried in self.right if not tried.passed)

    @property
    def sees(self) -> bool:
        """Whether it tells all that is wrong from all that is right."""
        return not self.unseen and not self.turned_away

    def of_part(self, number: int) -> "Blindness":
        """The same of one part alone."""
        return Blindness(
            Check(self.check.parts[number].name, (self.check.parts[number],)),
            *(
                tuple(Tried(tried.answer, (tried.problems[number],)) for tried in several)
                for several in (self.wrong, self.right)
            ),
        )


def wrong_answers(exercise: Exercise) -> Iterator[Answer]:
    """The wrong formulas of the catalogue; what follows another convention is no mistake."""
    for entry in exercise.misconceptions:
        if not entry.convention:
            yield Answer(entry.name, _plain(entry.variant), entry.message)


def right_answers(exercise: Exercise) -> Iterator[Answer]:
    """The model solution, and the alternatives by what is different about them."""
    yield Answer("the solution", _plain(exercise.solution or exercise.reference))
    for kind, alternative in exercise.alternatives.items():
        yield Answer(kind, _plain(alternative))


def aim(check: Check, exercise: Exercise, *, seconds: float = SECONDS) -> Blindness:
    """Try every answer of the catalogue, each for so many seconds at most in every part of the check.

    Raises CourseError where the model solution takes longer: so would all others.
    """

    def tried(answer: Answer) -> Tried:
        return Tried(answer, tuple(_problem(part, exercise, answer, seconds) for part in check.parts))

    solution, *others = right_answers(exercise)
    first = tried(solution)
    for part, problem in zip(check.parts, first.problems, strict=True):
        if problem == _too_long(seconds):
            raise CourseError(f"{part.name} is {problem} with the model solution; let it end, then aim again")
    wrong = tuple(map(tried, wrong_answers(exercise)))
    return Blindness(check, wrong, (first, *map(tried, others)))


def own_check(exercise: Exercise) -> Check:
    """What `check` does in the notebook of a student, on the inputs that everybody sees."""

    def run(namespace: Namespace) -> None:
        judgement = check_quietly(namespace[exercise.name], exercise)
        assert judgement.score == judgement.max_score, judgement.finding and judgement.finding.message

    return Check("check", (Part("check", run),))


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """As a student's is: with a name, a signature and a file."""
    return function.function if isinstance(function, Written) else function


def _problem(part: Part, exercise: Exercise, answer: Answer, seconds: float) -> str:
    """Why an answer does not pass, in words; nothing where it does."""
    namespace = {**exercise.namespace(answer.function), GIVEN: answer.function}
    try:
        with _apart(), limited(seconds):
            part.run(namespace)
    except Interrupted as stop:
        if stop.reason != "time":
            raise KeyboardInterrupt from None
        return _too_long(seconds)
    except KeyboardInterrupt:
        raise
    except SystemExit:
        return "ended by sys.exit"
    except BaseException as error:  # whatever a test raises, and its libraries
        said = next(iter(str(error).strip().splitlines()), "")
        return f"{type(error).__name__}: {said}" if said else type(error).__name__
    return ""


def _too_long(seconds: float) -> str:
    return f"not done after {seconds:g} seconds"


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    """Every answer meets the same streams of random numbers, and nothing it says is heard."""
    before, numbers = random.getstate(), np.random.get_state()  # noqa: NPY002 (that of the tests)
    path = list(sys.path)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    quiet = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(quiet),
            contextlib.redirect_stderr(quiet),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(before)
        np.random.set_state(numbers)  # noqa: NPY002
        sys.path[:] = path
