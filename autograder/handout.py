"""What `check` needs in a student's hands, as data: no reference, no hidden input, and hardly any code.

`check` runs in the student's own process and shows what it expects, so the answers to the inputs that
everybody sees are no secret. They are recorded: each visible input, what the reference makes of it, what
every known-wrong variant makes of it, and the words for it. Of the hidden kinds the names alone are told.
Only where a student writes the inputs is nothing to be recorded: there the versions that are tried on them
travel folded, as those functions of a lecture do that an assignment asks for.
A recorded exercise is judged by the same engine as a live one, and in the same words.
"""

import dataclasses
import importlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from types import EllipsisType
from typing import Any, NoReturn

import numpy as np

from autograder import properties
from autograder.compare import Tolerance
from autograder.exercise import Assignment, Exercise, GradientOf, Misconception, Probe
from autograder.properties import Property
from autograder.sandbox.perform import (
    NotCallable,
    NotDefined,
    NotTaken,
    Raised,
    Returned,
    Stopped,
    WrongSignature,
)
from autograder.sandbox.values import Call, Earlier, Named, Oversized, Seeded, Unsupported
from autograder.tells_apart import TellsApart, packed, unpacked
from autograder.trials import Drawn, draw_public


# Where it lies in the package of a student: a file for each assignment that was handed out, by its name.
FOLDER, SUFFIX = "handouts", ".json"

KINDS = {
    kind.__name__: kind
    for kind in (
        Call, Earlier, Named, NotCallable, NotDefined, NotTaken, Oversized, Raised, Returned, Seeded, Stopped,
        Unsupported, WrongSignature,
    )
}  # fmt: skip
WORDS = ("name", "message", "read", "credit", "convention")


# --- recording ------------------------------------------------------------------------------------------


def recorded(assignment: Assignment) -> str:
    """The exercises of an assignment as JSON; raises ValueError for what cannot be recorded."""
    return json.dumps([_exercise(exercise) for exercise in assignment.exercises])


def _exercise(exercise: Exercise) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "signature": exercise.signature,
        "points": exercise.points,
        "read": exercise.read,
        "tolerance": dataclasses.asdict(exercise.tolerance),
        "beside": list(exercise.beside),
        "tests": exercise.tests,
        "gradient_of": exercise.gradient_of and dataclasses.asdict(exercise.gradient_of),
        "misconceptions": [
            {word: getattr(entry, word) for word in WORDS} for entry in exercise.misconceptions
        ],
        "shown": [_drawn(drawn) for drawn in draw_public(exercise)],
        "further": [probe.name for probe in exercise.probes if not probe.public],
    }


def _drawn(drawn: Drawn) -> dict[str, Any]:
    exercise = drawn.exercise
    variants = [entry.variant for entry in exercise.misconceptions]
    holds = drawn.probe.holds
    return {
        "name": drawn.probe.name,
        "own": drawn.probe.own,
        "holds": holds and _property(exercise, holds),
        "calls": _plain(drawn.calls),
        "expected": _plain(drawn.expected),
        "reply_bytes": drawn.reply_bytes,
        "made": [] if holds else [_plain(drawn.made_by(variant)) for variant in variants],
        "broken": [drawn.broken_by(variant) for variant in variants] if holds else [],
    }


def _property(exercise: Exercise, holds: Any) -> dict[str, Any]:
    """Where a property is found again: a function of `autograder.properties`, or a partial one."""
    if isinstance(holds, TellsApart):
        return {**_property(exercise, holds.allowed), "packed": packed(holds)}
    function, settings = (holds.func, holds.keywords) if isinstance(holds, partial) else (holds, {})
    if not _is_handed_out(function):
        raise ValueError(f"{exercise.name}: {_place(function)} is no function of {properties.__name__}")
    return {"module": function.__module__, "name": function.__name__, "settings": settings}


def left_at_home(exercise: Exercise) -> Iterator[str]:
    """What is wrong with the properties of shown probes: those that students do not have."""
    for probe in exercise.probes:
        if probe.public and probe.holds and not _is_handed_out(function := _function(probe.holds)):
            yield (
                f"shows the probe {probe.name!r}, whose property {_place(function)} students do not have; "
                f"take one of {properties.__name__}, or keep the probe with public=False"
            )


def _is_handed_out(function: Any) -> bool:
    plain = getattr(function, "__qualname__", "") == getattr(function, "__name__", None)
    return plain and function.__module__.startswith(f"{properties.__name__}.")


def _place(function: Any) -> str:
    return f"{function.__module__}.{getattr(function, '__qualname__', type(function).__qualname__)}"


def property_modules(assignment: Assignment) -> frozenset[str]:
    """The modules of the properties by which visible results are judged."""
    probes = (probe for exercise in assignment.exercises for probe in exercise.probes if probe.public)
    functions = (_function(probe.holds) for probe in probes if probe.holds)
    return frozenset(function.__module__ for function in functions)


def _function(holds: Any) -> Any:
    if isinstance(holds, TellsApart):
        return holds.allowed
    return holds.func if isinstance(holds, partial) else holds


def _plain(value: Any) -> Any:
    """A plain value, a call or an outcome as what JSON can hold."""
    match value:
        case None | str() | bool() | int() | float():
            return value
        case EllipsisType():
            return {"tuple": None}
        case np.generic() | complex():
            return _plain(np.asarray(value))
        case np.ndarray():
            flat = value.ravel()
            numbers = flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat
            return {"array": value.dtype.name, "shape": value.shape, "of": numbers.tolist()}
        case tuple():
            return {"tuple": [_plain(item) for item in value]}
        case dict():
            return {"dict": {key: _plain(item) for key, item in value.items()}}
    if type(value).__name__ not in KINDS:
        raise ValueError(f"a value of type {type(value).__name__} cannot be recorded")
    fields = {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return {type(value).__name__: fields}


# --- restoring ------------------------------------------------------------------------------------------


def restored(text: str) -> Mapping[str, tuple[Drawn, ...]]:
    """By name of the exercise, its visible inputs and all that is made of them."""
    return {entry["name"]: _restored(entry) for entry in json.loads(text)}


def _restored(entry: dict[str, Any]) -> tuple[Drawn, ...]:
    variants = tuple(_NotHere() for _ in entry["misconceptions"])
    shown = tuple(_probe(**each) for each in entry["shown"])
    exercise = Exercise(
        name=entry["name"],
        reference=_not_here,
        signature=entry["signature"],
        points=entry["points"],
        probes=(*shown, *(Probe(name, _not_here, public=False) for name in entry["further"])),
        misconceptions=tuple(
            Misconception(variant=variant, **words)
            for variant, words in zip(variants, entry["misconceptions"], strict=True)
        ),
        read=entry["read"],
        tolerance=Tolerance(**entry["tolerance"]),
        beside=dict.fromkeys(entry["beside"], _not_here),
        tests=entry["tests"],
        gradient_of=_gradient_of(**entry["gradient_of"]) if entry["gradient_of"] else None,
    )
    return tuple(
        Drawn(
            exercise,
            probe,
            _value(each["calls"]),
            _value(each["expected"]),
            True,
            each["reply_bytes"],
            dict(zip(variants, map(_value, each["made"]), strict=False)),
            dict(zip(variants, each["broken"], strict=False)),
        )
        for probe, each in zip(shown, entry["shown"], strict=True)
    )


def _gradient_of(*, forward: str, wrt: list[int], dout: int) -> GradientOf:
    return GradientOf(forward, tuple(wrt), dout)


def _probe(*, name: str, own: list[int], holds: dict[str, Any] | None, **_: Any) -> Probe:
    return Probe(name, _not_here, holds=_found(**holds) if holds else None, own=tuple(own))


def _found(module: str, name: str, settings: dict[str, Any], packed: str = "") -> Property:
    function = getattr(importlib.import_module(module), name)
    if packed:
        return unpacked(packed, function)
    return partial(function, **settings) if settings else function


class _NotHere:
    """Stands for a variant: what it makes of each input is recorded."""

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        _not_here()


def _not_here(*args: Any, **kwargs: Any) -> NoReturn:
    raise NotImplementedError("the code of the course is not in the hands of students")


def _value(plain: Any) -> Any:
    """The inverse of `_plain`."""
    if not isinstance(plain, dict):
        return plain
    if "array" in plain:
        dtype = np.dtype(plain["array"])
        numbers = np.array(plain["of"], dtype=np.empty(0, dtype).real.dtype)
        return numbers.view(dtype).reshape(plain["shape"])
    ((kind, content),) = plain.items()
    if kind == "tuple":
        return ... if content is None else tuple(map(_value, content))
    if kind == "dict":
        return {key: _value(item) for key, item in content.items()}
    return KINDS[kind](**{name: _value(item) for name, item in content.items()})
