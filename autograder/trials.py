"""Probes with inputs, and what became of them: drawn, asked of the reference, tried, and what is wrong.

The same for the student's notebook, for grading and for the tests; only who performs the calls differs.
"""

import builtins
import functools
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.compare import Mismatch, Tolerance, compare, describe, parts_right, without
from autograder.endings import ending_of, with_detail
from autograder.exercise import Call, Earlier, Exercise, Probe, hidden_generator, public_generator
from autograder.properties import Broken, Property
from autograder.sandbox.messages import carried, shape_only
from autograder.sandbox.perform import (
    NotCallable,
    NotDefined,
    NotTaken,
    Outcome,
    Raised,
    Returned,
    Stopped,
    WrongSignature,
    perform,
)


# The first rung that any probe stands on is the finding; lower rungs cannot be judged before it is mended.
LADDER = (
    "not_defined",
    "not_callable",
    "not_implemented",
    "wrong_signature",
    "raised",
    "time_limit",
    "memory_limit",
    "stopped",
    "returned_none",
    "wrong_type",
    "wrong_shape",
    "not_finite",
    "wrong_values",
)
# On the first of them nothing could be called, on the others something was and did wrong.
NEVER_CALLED = LADDER[: LADDER.index("raised")]
CALLED = LADDER[LADDER.index("raised") :]


# A name that a student did not make up.
KNOWN_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)


# Results that a later call cannot go on from: what it raises is their doing.
MALFORMED = ("returned_none", "wrong_type", "wrong_shape")

# As close as half precision comes.
HALF = Tolerance(rtol_single=4e-3, atol_single=4e-3)

# An answer may be this much larger than the right one before only its shape is looked at.
REPLY_FACTOR = 4
REPLY_ROOM = 64 << 10
# What a student's own state or cache may take up of it.
OWN_ROOM = 256 << 10


@dataclass(frozen=True, eq=False)
class Drawn:
    """A probe whose inputs are drawn: the calls to make, and what the reference makes of them.

    Everybody may see the inputs of a `public` one, nobody those of another. An answer may have `reply_bytes`.
    Of what is judged by a property the shapes alone are expected. Equal to itself only.
    """

    exercise: Exercise
    probe: Probe
    calls: tuple[Call, ...]
    expected: tuple[Outcome, ...]
    public: bool
    reply_bytes: int
    _made: dict[Callable[..., Any], tuple[Outcome, ...]] = field(default_factory=dict, repr=False)
    _first: dict[Callable[..., Any], Outcome] = field(default_factory=dict, init=False, repr=False)
    _broken: dict[Callable[..., Any], str | None] = field(default_factory=dict, repr=False)

    def made_by(self, function: Callable[..., Any]) -> tuple[Outcome, ...]:
        """What a function of ours makes of the calls, worked out once."""
        if function not in self._made:
            outcomes = perform(self.calls, self.exercise.namespace(function), ours=True)
            self._made[function] = _judged(self.exercise, self.probe, self.calls, outcomes, self.expected)
        return self._made[function]

    def first_made_by(self, function: Callable[..., Any]) -> Outcome:
        """What it makes of the first call, which tells most functions apart; worked out once, too."""
        if function in self._made:
            return self._made[function][0]
        if function not in self._first:
            outcomes = perform(self.calls[:1], self.exercise.namespace(function), ours=True)
            judged = _judged(self.exercise, self.probe, self.calls, outcomes, self.expected)
            self._first[function] = judged[0]
        return self._first[function]

    def broken_by(self, function: Callable[..., Any]) -> str | None:
        """The name of the property that what a function of ours makes of the calls does not have."""
        if function not in self._broken:
            self._broken[function] = try_out(self, self.made_by(function)).broken
        return self._broken[function]

    @functools.cached_property
    def compared(self) -> tuple[int, ...]:
        """The calls whose results are compared: those of the exercise's own function. The interesting one
        first, which is the first where they build on each other, and else the last."""
        if self.probe.holds:
            return ()
        own = tuple(index for index, call in enumerate(self.calls) if call.function == self.exercise.name)
        return own if taken_up(self.calls) else own[::-1]

    @functools.cached_property
    def telling(self) -> tuple[int, ...]:
        """The compared calls that tell formulas apart: on an empty series every code has its own way."""
        return tuple(index for index in self.compared if not any(map(_is_empty, self.calls[index].args)))

    @functools.cached_property
    def given(self) -> tuple["Given", ...]:
        """What goes into each call."""
        return tuple(Given.of(call) for call in self.calls)


@dataclass(frozen=True)
class Given:
    """Of the floats that go into a call, whether some are in single precision, and how large they get."""

    single: bool
    scale: float

    @classmethod
    def of(cls, call: Call) -> "Given":
        arrays = list(floats(call.args))
        return cls(any(map(is_single, arrays)), max(map(scale, arrays), default=0.0))


def floats(value: Any) -> Iterator[np.ndarray]:
    """The arrays of floats in a plain value."""
    if isinstance(value, tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from floats(item)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield value


def is_single(array: np.ndarray) -> bool:
    return array.dtype.kind == "f" and array.dtype.itemsize <= 4


def scale(array: np.ndarray) -> float:
    """The size of its largest finite number."""
    return float(np.max(np.abs(array), initial=0.0, where=np.isfinite(array)))


def _is_empty(value: Any) -> bool:
    return isinstance(value, np.ndarray) and not value.size


def _bytes(value: Any) -> int:
    if isinstance(value, tuple | dict):
        return sum(map(_bytes, value.values() if isinstance(value, dict) else value))
    return int(getattr(value, "nbytes", 64))


@dataclass(frozen=True)
class Problem:
    """Why a trial fails, and which of its calls shows it.

    `discreetly` is what is said instead when nobody has seen the inputs: nothing in which a student's code
    could have put them, such as the words of an error. `line` is where it happened, `broken` the name of the
    property that is broken, if it has one, and `share` what counts all the same.
    """

    kind: str
    says: str
    call: int = -1
    discreetly: str = ""
    line: str = ""
    broken: str = ""
    share: float = 0.0

    def words(self, *, public: bool, own_lines: Container[str]) -> str:
        """What to say of it; of an input that nobody has seen, no line but one of `own_lines` is repeated."""
        if public:
            return self.says + _in_line(self.line)
        return (self.discreetly or self.says) + _in_line(self.line if self.line in own_lines else "")


@dataclass(frozen=True)
class Trial:
    """One probe as it was tried: what the student's code made of its calls, and what is wrong with that.

    `parts` says of each of several asked values whether it is right in every call.
    """

    drawn: Drawn
    outcomes: tuple[Outcome, ...]
    problem: Problem | None
    parts: tuple[bool, ...] = ()

    @property
    def probe(self) -> Probe:
        return self.drawn.probe

    @property
    def calls(self) -> tuple[Call, ...]:
        return self.drawn.calls

    @property
    def expected(self) -> tuple[Outcome, ...]:
        return self.drawn.expected

    @property
    def public(self) -> bool:
        return self.drawn.public

    @property
    def passed(self) -> bool:
        return self.problem is None

    @property
    def share(self) -> float:
        """What it is worth as a whole."""
        return self.problem.share if self.problem else 1.0

    @property
    def broken(self) -> str | None:
        """The name of the property that it breaks, if that has one; None where it passes."""
        return self.problem.broken if self.problem else None

    @property
    def returned(self) -> bool:
        """Whether every call came back."""
        return isinstance(self.outcomes[-1], Returned)


# --- drawing --------------------------------------------------------------------------------------------


@functools.cache
def draw_public(exercise: Exercise) -> tuple[Drawn, ...]:
    """The inputs that everybody sees, drawn once for a whole class."""
    public = (probe for probe in exercise.probes if probe.public)
    return tuple(draw(exercise, probe, public_generator(exercise, probe), public=True) for probe in public)


def draw_hidden(exercise: Exercise, key: bytes, *names: str) -> tuple[Drawn, ...]:
    """Inputs of every probe; `names` are those of the assignment, the student and the submission."""
    return tuple(
        draw(exercise, probe, hidden_generator(key, *names, exercise.name, probe.name))
        for probe in exercise.probes
    )


def draw(exercise: Exercise, probe: Probe, rng: np.random.Generator, *, public: bool = False) -> Drawn:
    """Draw the calls of a probe, and ask the reference before they are sent anywhere.

    Raises RuntimeError where the reference does not return.
    """
    calls = exercise.draw(probe, rng)
    expected = perform(calls, exercise.namespace(exercise.reference), ours=True)
    if not isinstance(expected[-1], Returned):
        raise RuntimeError(f"the reference of {exercise.name} fails on probe {probe.name!r}: {expected[-1]}")
    size = sum(_bytes(outcome.value) for outcome in expected if isinstance(outcome, Returned))
    room = REPLY_FACTOR * size + REPLY_ROOM + (OWN_ROOM if taken_up(calls) else 0)
    judged = map(_form, expected) if probe.holds else _judged(exercise, probe, calls, expected, expected)
    return Drawn(exercise, probe, calls, tuple(judged), public, room)


def _form(outcome: Outcome) -> Outcome:
    return replace(outcome, value=shape_only(outcome.value)) if isinstance(outcome, Returned) else outcome


def taken_up(calls: Sequence[Call]) -> frozenset[int]:
    """The calls whose results later ones take up."""
    values = (value for call in calls for value in (*call.args, *call.kwargs.values()))
    return frozenset(earlier.call for earlier in _earlier(values))


def _judged(
    exercise: Exercise,
    probe: Probe,
    calls: Sequence[Call],
    outcomes: Sequence[Outcome],
    right: Sequence[Outcome],
) -> tuple[Outcome, ...]:
    """The outcomes without what is not compared, for which `...` stands."""
    if probe.holds:
        return tuple(map(_of_any_form, outcomes))
    return tuple(_compared_part(exercise, probe, *each) for each in zip(calls, outcomes, right, strict=False))


def _of_any_form(outcome: Outcome) -> Outcome:
    return replace(outcome, repacked=False) if isinstance(outcome, Returned) else outcome


def _compared_part(exercise: Exercise, probe: Probe, call: Call, outcome: Outcome, right: Outcome) -> Outcome:
    """Of what functions beside the exercise's own return nothing, and no place that is the student's own."""
    if not isinstance(outcome, Returned):
        return outcome
    if call.function != exercise.name:
        return Returned(...)
    if not probe.own:
        return outcome
    return replace(
        outcome, value=without(outcome.value, probe.own, getattr(right, "value", None)), repacked=False
    )


def _earlier(values: Iterable[Any]) -> Iterator[Earlier]:
    for value in values:
        if isinstance(value, Earlier):
            yield value
        elif isinstance(value, tuple | dict):
            yield from _earlier(value.values() if isinstance(value, dict) else value)


# --- trying ---------------------------------------------------------------------------------------------


def try_here(function: Callable[..., Any], drawn: Iterable[Drawn]) -> tuple[Trial, ...]:
    """Try a function in this process."""
    return tuple(try_out(each, perform_here(function, each)) for each in drawn)


def perform_here(function: Callable[..., Any], drawn: Drawn) -> tuple[Outcome, ...]:
    """What a function makes of the calls in this process; its values go the way of those of a box.

    Other functions that the calls name are those of the same notebook; ours where they are not there.
    """
    notebook = getattr(function, "__globals__", {})
    beside = {name: notebook[name] for name in drawn.exercise.beside if name in notebook}
    outcomes = perform(drawn.calls, drawn.exercise.namespace(function) | beside)
    return carried(outcomes, drawn.calls, drawn.reply_bytes)


def try_out(drawn: Drawn, outcomes: tuple[Outcome, ...]) -> Trial:
    """Record what came back, why it fails if it does, and which parts of it are right."""
    outcomes = _judged(drawn.exercise, drawn.probe, drawn.calls, outcomes, drawn.expected)
    problem = _problem(drawn, outcomes)
    return Trial(drawn, outcomes, problem, _parts(drawn, outcomes) if problem else ())


def errors_aside(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """The errors of an answer that is wrong on more kinds of input than it raises on, such as an index that
    an empty series does not have: they are worth a remark, and its values say more."""
    values = {trial.probe for trial in trials if trial.returned and not trial.passed}
    lost = [trial for trial in trials if not trial.returned]
    only_errors = all(trial.problem and trial.problem.kind == "raised" for trial in lost)
    return tuple(lost) if only_errors and len({trial.probe for trial in lost}) < len(values) else ()


def _parts(drawn: Drawn, outcomes: tuple[Outcome, ...]) -> tuple[bool, ...]:
    if drawn.probe.holds or not isinstance(outcomes[-1], Returned):
        return ()
    pairs, tolerance = _pairs(drawn, outcomes), drawn.exercise.tolerance
    calls = [parts_right(returned.value, wanted.value, tolerance) for _, returned, wanted in pairs]
    return tuple(map(all, zip(*calls, strict=True))) if len(set(map(len, calls))) == 1 else ()


def _problem(drawn: Drawn, outcomes: tuple[Outcome, ...]) -> Problem | None:
    """Why this fails, as a rung of the ladder; None when it passes."""
    exercise, probe, calls = drawn.exercise, drawn.probe, drawn.calls
    call, last = calls[len(outcomes) - 1], outcomes[-1]
    mismatch = _mismatch(drawn, outcomes)
    if mismatch and mismatch.kind in MALFORMED and isinstance(last, Raised) and _takes_up(call):
        return mismatch
    if not isinstance(last, Returned | NotTaken):
        is_own = call.function == exercise.name
        name = f"`{call.function}`" if is_own else f"your `{call.function}`, with which it is tried,"
        return _no_value(name, last, exercise.signature if is_own else "")
    if probe.holds and isinstance(last, Returned):
        problem = _broken(probe.holds, drawn, [getattr(outcome, "value", None) for outcome in outcomes])
        return replace(problem, says=f"{problem.says}{_printed(problem.kind, last)}") if problem else None
    return mismatch or (_not_taken(call, calls) if isinstance(last, NotTaken) else None)


def _mismatch(drawn: Drawn, outcomes: tuple[Outcome, ...]) -> Problem | None:
    """The first of the compared results that is another one than expected."""
    if drawn.probe.holds:
        return None
    for index, returned, wanted in _pairs(drawn, outcomes):
        if mismatch := compare(returned.value, wanted.value, drawn.exercise.tolerance):
            says, discreetly = _words(mismatch, returned, wanted), _discreet_words(mismatch, wanted)
            return Problem(mismatch.kind, says, index, discreetly)
    return None


def _takes_up(call: Call) -> bool:
    return any(True for _ in _earlier((*call.args, *call.kwargs.values())))


def _broken(holds: Property, drawn: Drawn, values: Sequence[Any]) -> Problem | None:
    """What a property says; where it cannot read what came back, that is the problem."""
    try:
        with np.errstate(all="ignore"):
            found = holds(drawn.calls, tuple(values))
    except Exception:  # whatever came back
        wanted = getattr(drawn.expected[-1], "value", None)
        kind = "returned_none" if values[-1] is None else "wrong_type"
        says = f"returned {describe(values[-1])} where {describe(wanted)} is asked for"
        return Problem(kind, says, discreetly=f"returned something else than {describe(wanted)}")
    if isinstance(found, Broken):
        return Problem("wrong_values", found.says, broken=found.name, share=found.share)
    return Problem("wrong_values", found) if found else None


def _not_taken(call: Call, calls: Sequence[Call]) -> Problem:
    """A call goes on with what an earlier one does not return."""
    taken = [each for each in _earlier((*call.args, *call.kwargs.values())) if each.item is not None]
    item, earlier = max((each.item or 0, each.call) for each in taken)
    name = calls[earlier].function
    return Problem(
        "wrong_type", f"`{name}` returned no value {item + 1}, which a later call takes up", earlier
    )


def _pairs(drawn: Drawn, outcomes: tuple[Outcome, ...]) -> Iterator[tuple[int, Returned, Returned]]:
    """Of each compared call its number, what came back and what is right."""
    for index in (index for index in drawn.compared if index < len(outcomes)):
        returned, wanted = outcomes[index], drawn.expected[index]
        if isinstance(returned, Returned) and isinstance(wanted, Returned):
            yield index, returned, wanted


def _no_value(name: str, outcome: Outcome, signature: str) -> Problem:
    match outcome:
        case NotDefined():
            return Problem("not_defined", f"{name} is not defined")
        case NotCallable(type_name):
            says = f"{name} is {_a(type_name)}, not a function"
            return Problem("not_callable", says, discreetly=f"{name} is not a function")
        case WrongSignature(theirs):
            asked = f"where {signature or 'something else'} is asked for"
            says, discreetly = f"{name} takes {theirs} {asked}", f"{name} takes other arguments {asked}"
            return Problem("wrong_signature", says, discreetly=discreetly)
        case Raised(kind="NotImplementedError"):
            return Problem("not_implemented", f"{name} is not written yet")
        case Raised(kind, message, where):
            says = f"{name} raised {kind}: {message}" if message else f"{name} raised {kind}"
            known = kind if kind in KNOWN_ERRORS else "an error"
            return Problem("raised", says, discreetly=f"{name} raised {known}", line=where)
        case Stopped():
            ending = ending_of(outcome)
            says = f"{name} {ending.says_of_a_call or ending.says}"
            return Problem(ending.rung, with_detail(says, outcome), discreetly=says)
    raise TypeError(outcome)


def _words(mismatch: Mismatch, returned: Returned, wanted: Returned) -> str:
    says = f"{_place(mismatch.path[0], returned)}: {mismatch.says}" if mismatch.path else mismatch.says
    if remark := _printed(mismatch.kind, returned):
        return f"{says}{remark}"
    halved = isinstance(returned.value, np.ndarray) and returned.value.dtype == np.float16
    if mismatch.kind == "wrong_values" and halved and compare(returned.value, wanted.value, HALF) is None:
        return f"{says}: float16 keeps three digits, which are too few. Work in float64"
    return says


def _printed(kind: str, returned: Returned) -> str:
    """What to say to somebody who printed the result."""
    if kind == "returned_none" and returned.printed:
        return ". It printed something: a value that is printed is not returned"
    return ""


def _place(item: int | str, returned: Returned) -> str:
    """Which of several values, counted as people do."""
    return f"value {item + 1} of {len(returned.value)}" if isinstance(item, int) else f"value {item!r}"


def _discreet_words(mismatch: Mismatch, wanted: Returned) -> str:
    asked = f"where {describe(wanted.value)} is asked for"
    return {
        "wrong_type": f"returned something of another type {asked}",
        "wrong_shape": f"returned something of another shape {asked}",
        "wrong_values": "the values differ",
    }.get(mismatch.kind, mismatch.says)


def _in_line(line: str) -> str:
    return f", in the line `{line}`" if line else ""


def _a(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"
