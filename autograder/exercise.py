"""What an exercise is: a reference, probes that tell it from its known-wrong variants, and words.

An assignment is a module of `autograder.exercises` that defines one `ASSIGNMENT`. Names of exercises are
names of functions: the student writes a function of that name, the notebook has a solution cell whose
grade_id is that name and a test cell whose grade_id is `test-` and that name.
"""

import functools
import hashlib
import hmac
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from autograder.bounded import Bounded
from autograder.compare import Tolerance
from autograder.near import near
from autograder.properties import Property
from autograder.sandbox.policy import Policy
from autograder.sandbox.values import Call, Earlier, Named, Seeded
from autograder.written import Change, Written


__all__ = [
    "Assignment",
    "Call",
    "Earlier",
    "Exercise",
    "GradientOf",
    "Misconception",
    "Named",
    "Probe",
    "Right",
    "Seeded",
    "call",
    "hidden_generator",
    "public_generator",
]


def call(*args: Any, function: str = "", **kwargs: Any) -> Call:
    """One call of a probe; without `function` it calls the exercise's own function."""
    return Call(function, args, kwargs)


@dataclass(frozen=True)
class Probe:
    """A kind of input on which an answer is tried, drawn anew from a generator each time.

    `name` says to the student what was tried ("several columns at once"). `draw` returns the calls to make,
    the interesting one last. `holds`, for random functions, judges the results of all calls by a property
    instead of by the reference (see `autograder.properties`).
    `own` are the places of the function's results whose layout is the student's own, such as a state or a
    cache: they are never compared, and a later call may take them up as `Earlier`.
    A probe that is not `public` is used at grading only.
    """

    name: str
    draw: Callable[[np.random.Generator], Call | tuple[Call, ...]]
    public: bool = True
    holds: Property | None = None
    own: tuple[int, ...] = ()


# The broken function that students are given to mend, among the wrong variants of the right one.
AS_GIVEN = "as_given"

# A probe on which a wrong formula is right all the same: its name, or a rule that holds for all of its calls.
Right = str | Callable[[Call], bool]


@dataclass(frozen=True)
class Misconception:
    """A known-wrong variant of the reference, and what to say to somebody who wrote it.

    `message` completes "Your result is what you get when ..." and quotes the wrong formula, never the right
    one. `read` names the section of the lecture. `credit` is the share of the points it is worth.
    A `convention` is no mistake but another published formula: full marks, with the message as a note.
    `passes`, `parts` and `kind` say by hand what the grader has to find: the probes that it passes, which of
    several values are right on the others, and its rung of the ladder. `change` is what it changes in the
    solution.
    """

    name: str
    variant: Callable[..., Any]
    message: str
    read: str
    credit: float = 0.0
    convention: bool = False
    passes: tuple[Right, ...] = ()
    parts: tuple[int, ...] = ()
    kind: str = "wrong_values"
    change: Change = ""

    def is_right_on(self, probe: "Probe", calls: tuple[Call, ...]) -> bool:
        """Whether `passes` says that it is right on a probe, of which `calls` were drawn."""
        return any(
            right == probe.name if isinstance(right, str) else all(map(right, calls)) for right in self.passes
        )


@dataclass(frozen=True)
class GradientOf:
    """What a backward pass returns the gradient of: a function beside it.

    It returns one for each of the arguments `wrt` of the forward pass, by their places. The gradient of the
    output, which is the first result of that, is its own argument `dout`.
    """

    forward: str
    wrt: tuple[int, ...]
    dout: int = 0


@dataclass(frozen=True, eq=False)
class Exercise:
    """One function to write, with all that is needed to judge it; equal to itself only.

    `signature` is the text the student was given, e.g. "(x, beta, *, init=0.0)". `alternatives` are right
    answers written differently; the tests prove that they get full marks. `beside` are other functions of
    the notebook that probes call, with our reference of each: what they return is not judged. Of an exercise
    in which a test is written `tests` names the function that is to be tested; a backward pass counts when it
    is the `gradient_of` the student's own forward pass, whatever that is.
    `solution` is the model answer; `autograder.catalogue` makes an exercise of it and of its changes. Of its
    lines with a small change `equivalent` are those that change no result, each with the reason.
    """

    name: str
    reference: Callable[..., Any]
    signature: str
    points: float
    probes: tuple[Probe, ...]
    misconceptions: tuple[Misconception, ...]
    read: str
    alternatives: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    tolerance: Tolerance = field(default_factory=Tolerance)
    solution: Written | None = None
    beside: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    tests: str = ""
    gradient_of: GradientOf | None = None
    equivalent: Mapping[str, str] = field(default_factory=dict)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> inspect.BoundArguments:
        """The arguments under the signature of the exercise; raises TypeError where they do not fit."""
        return self._signature.bind(*args, **kwargs)

    @property
    def _signature(self) -> inspect.Signature:
        namespace: dict[str, Any] = {}
        exec(f"def function{self.signature}: ...", namespace)  # our own text, from this repository
        return inspect.signature(namespace["function"])

    @functools.cached_property
    def as_given(self) -> Misconception | None:
        """The broken function that students start from, where there is one to mend."""
        return next((entry for entry in self.misconceptions if entry.name == AS_GIVEN), None)

    @functools.cached_property
    def written_answers(self) -> tuple[Written, ...]:
        """The right answers that are given as text, the model solution first."""
        answers = (self.solution, *self.alternatives.values())
        return tuple(each for each in answers if isinstance(each, Written))

    @functools.cached_property
    def near(self) -> tuple[Misconception, ...]:
        """Formulas that nobody described, one small change away from the solution."""
        changed = near(self.solution) if self.solution else ()
        return tuple(
            Misconception(
                f"near_formula_{number}", Bounded(variant), f"`{shown}` stands in the formula", self.read
            )
            for number, (shown, variant) in enumerate(changed)
        )

    @functools.cached_property
    def pairs(self) -> tuple[Misconception, ...]:
        """Two misconceptions in one answer, wherever both can be changed in the solution."""
        entries = [entry for entry in self.misconceptions if isinstance(entry.change, Mapping)]
        return tuple(
            pair for one, other in combinations(entries, 2) if (pair := self._both(one, other)) is not None
        )

    def _both(self, one: Misconception, other: Misconception) -> Misconception | None:
        if self.solution is None or isinstance(one.change, str) or isinstance(other.change, str):
            return None
        if one.change.keys() & other.change.keys():
            return None
        try:
            variant = self.solution.changed({**one.change, **other.change})
        except ValueError:  # they overlap
            return None
        name, message = f"{one.name}+{other.name}", f"{one.message}, and when {other.message}"
        change = {**one.change, **other.change}
        return Misconception(
            name, Bounded(variant), message, one.read, one.credit * other.credit, change=change
        )

    def namespace(self, function: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
        """The functions that a probe may call, with `function` in the place of the student's. A text may
        bring functions beside it that it goes on from."""
        written = inspect.unwrap(function)
        brought = written.namespace if isinstance(written, Written) else {}
        beside = {name: brought.get(name, ours) for name, ours in self.beside.items()}
        return {**beside, self.name: function}

    def draw(self, probe: Probe, rng: np.random.Generator) -> tuple[Call, ...]:
        """The calls of one probe, each with its function's name filled in."""
        calls = probe.draw(rng)
        calls = (calls,) if isinstance(calls, Call) else tuple(calls)
        return tuple(Call(each.function or self.name, each.args, each.kwargs) for each in calls)


@dataclass(frozen=True)
class Assignment:
    """The exercises of one notebook; a cell of it may take `cell_seconds`, if the usual ones are too few.

    `answers_in_words` are the grade_ids of the cells whose answers a person reads.
    """

    name: str
    title: str
    exercises: tuple[Exercise, ...]
    answers_in_words: tuple[str, ...] = ()
    cell_seconds: float = Policy.cell_seconds

    @property
    def max_score(self) -> float:
        """Points that the machine can give; questions graded by hand come on top."""
        return sum(exercise.points for exercise in self.exercises)

    def exercise(self, name: str) -> Exercise:
        return next(exercise for exercise in self.exercises if exercise.name == name)

    @staticmethod
    def test_cell(exercise: Exercise) -> str:
        """The grade_id of the cell whose points are those of the exercise."""
        return f"test-{exercise.name}"


def public_generator(exercise: Exercise, probe: Probe) -> np.random.Generator:
    """The same inputs for everybody: what the student's notebook shows."""
    return _generator(b"public", exercise.name, probe.name)


def hidden_generator(key: bytes, *names: str) -> np.random.Generator:
    """Inputs that nobody can know before handing in, and that an appeal can draw again.

    `names` are the assignment, the student, the hash of the submission, the exercise and the probe.
    """
    return _generator(key, *names)


def _generator(key: bytes, *names: str) -> np.random.Generator:
    digest = hmac.new(key, "\0".join(names).encode(), hashlib.sha256).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))
