"""Performing the calls of a probe on a student's functions; the results leave as plain values.

This runs inside the sandbox at grading, and in the student's own kernel for `check`. Nothing here is
trusted at grading: it can only report values, and values are judged on the other side.
"""

import builtins
import contextlib
import functools
import inspect
import io
import os
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from . import functions
from .values import Call, Earlier, Named, Seeded, Unsupported, is_repacked, plain


MESSAGE_LENGTH = 500
LINE_LENGTH = 120
# Where code lies that no student wrote: Python's, that of packages, and ours. Without `site`, as in a box,
# the prefixes do not know of a virtual environment.
LIBRARIES = tuple(
    {
        sys.prefix,
        sys.base_prefix,
        os.path.dirname(os.__file__),
        os.path.dirname(os.path.dirname(np.__file__)),
        os.path.dirname(__file__),
    }
)


@dataclass(frozen=True)
class Returned:
    """The call came back.

    `modified` says that an argument's array was changed, `printed` that it printed, and `repacked` that its
    numbers came in a list or in something else than arrays of numbers: they travel as an array.
    """

    value: Any
    modified: bool = False
    printed: bool = False
    repacked: bool = False


@dataclass(frozen=True)
class Raised:
    """The call raised; `where` is the line of the student's source, as text."""

    kind: str
    message: str
    where: str = ""


@dataclass(frozen=True)
class WrongSignature:
    """The function cannot be called as asked; `signature` is the one it has."""

    signature: str


@dataclass(frozen=True)
class NotCallable:
    type_name: str


@dataclass(frozen=True)
class NotDefined:
    pass


@dataclass(frozen=True)
class Stopped:
    """The call never came back: `reason` is time, memory, exit, signal or protocol."""

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class NotTaken:
    """The call takes up an earlier result, which has no such item."""


class Interrupted(KeyboardInterrupt):
    """Raised into a call by whoever does not wait any longer; never in the sandbox."""

    reason = "interrupt"
    detail = ""


Outcome = Returned | Raised | WrongSignature | NotCallable | NotDefined | NotTaken | Stopped


def perform(
    calls: Sequence[Call], namespace: Mapping[str, Any], *, ours: bool = False
) -> tuple[Outcome, ...]:
    """Make the calls one after the other; the first one that does not return ends the sequence.

    What the functions print or warn is swallowed, by replacing streams and filters of the whole process.
    Functions that are `ours` have nothing to say: they are called as they are, in any thread.
    """
    outcomes: list[Outcome] = []
    results: list[Any] = []
    printed = None if ours else Swallowed()
    with swallowing(printed) if printed else np.errstate(all="ignore"):
        for call in calls:
            outcome, result = _make(call, namespace, results, printed)
            outcomes.append(outcome)
            results.append(result)
            if not isinstance(outcome, Returned):
                break
    return tuple(outcomes)


def _make(
    call: Call, namespace: Mapping[str, Any], results: list[Any], printed: "Swallowed | None"
) -> tuple[Outcome, Any]:
    if call.function not in namespace:
        return NotDefined(), None
    function = namespace[call.function]
    if not callable(function):
        return NotCallable(type(function).__name__[:80]), None
    return _perform(function, call, results, printed)


def _perform(
    function: Callable[..., Any], call: Call, results: list[Any], printed: "Swallowed | None"
) -> tuple[Outcome, Any]:
    try:
        args, kwargs = call.resolve(lambda value: _argument(value, results))
    except Exception:  # whatever an earlier result is
        return NotTaken(), None
    binding = _bind(function, args, kwargs)
    if isinstance(binding, WrongSignature):
        return binding, None
    args, kwargs = binding
    arrays = [value for value in (*args, *kwargs.values()) if isinstance(value, np.ndarray)]
    before = [array.copy() for array in arrays]
    if printed:
        printed.anything = False
    try:
        result = function(*args, **kwargs)
    except Interrupted as stop:
        return Stopped(stop.reason, stop.detail), None
    except (KeyboardInterrupt, MemoryError) as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Stopped("memory"), None
    except BaseException as error:
        return _raised(error, printed is None), None
    changed = any(not _same(array, copy) for array, copy in zip(arrays, before, strict=True))
    value = plain(result)
    repacked = is_repacked(result) and not isinstance(value, Unsupported)
    return Returned(value, changed, printed is not None and printed.anything, repacked), result


class Swallowed(io.TextIOBase):
    """Takes any amount of text and remembers only whether there was some."""

    anything = False

    def write(self, text: str) -> int:
        self.anything = self.anything or bool(str(text).strip())
        return len(text)

    def writable(self) -> bool:
        return True


@contextlib.contextmanager
def swallowing(printed: Swallowed) -> Iterator[None]:
    """Nothing that is printed or warned gets out, and numpy's treatment of errors stays as it was."""
    show = builtins.print

    def note(*values: Any, file: Any = None, **options: Any) -> None:
        """Of what nobody reads the first text is enough: numbers take longer to write than to compute."""
        if file not in (None, sys.stdout, sys.stderr) or not printed.anything:
            show(*values, file=file, **options)

    with (
        np.errstate(),
        warnings.catch_warnings(),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(Swallowed()),
    ):
        warnings.simplefilter("ignore")
        builtins.print = note
        try:
            yield
        finally:
            builtins.print = show


def _argument(value: Any, results: list[Any]) -> Any:
    """A fresh object for one argument, so that a call cannot spoil the next one's."""
    if isinstance(value, Earlier):
        result = results[value.call]
        return result if value.item is None else result[value.item]
    if isinstance(value, Seeded):
        return np.random.default_rng(value.seed)
    if isinstance(value, Named):
        return functions.make(value)
    if isinstance(value, tuple):
        return tuple(_argument(item, results) for item in value)
    if isinstance(value, dict):
        return {key: _argument(item, results) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        # A 0-d array stands for a Python number: that is what a student would pass.
        return value.copy() if value.ndim else value.item()
    return value


def _bind(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | WrongSignature:
    """The arguments in a form that the function takes: as asked, or all of them by position."""
    find = _found_once if type(function) is types.FunctionType else _found
    form = find(function, len(args), tuple(kwargs))
    if isinstance(form, WrongSignature):
        return form
    return (args, kwargs) if form is Form.AS_ASKED else ((*args, *kwargs.values()), {})


class Form(Enum):
    """How arguments are handed over."""

    AS_ASKED = "as asked"
    BY_POSITION = "all by position"


def _found(function: Callable[..., Any], count: int, names: tuple[str, ...]) -> Form | WrongSignature:
    """The form in which a function takes `count` arguments by position and those of these names."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return Form.AS_ASKED
    for form, places, by_name in (
        (Form.AS_ASKED, count, names),
        (Form.BY_POSITION, count + len(names), ()),
    ):
        try:
            signature.bind(*range(places), **dict.fromkeys(by_name))
        except TypeError:
            continue
        return form
    return WrongSignature(str(signature)[:200])


# Of a function that `def` has made, which equals itself alone; a probe calls it again and again. Not by weak
# references: a time limit that strikes while Python tidies one up would be lost.
_found_once = functools.lru_cache(maxsize=256)(_found)


def _raised(error: BaseException, ours: bool) -> Raised:
    try:
        message = str(error)[:MESSAGE_LENGTH]
    except BaseException:
        message = ""
    if ours:
        return Raised(type(error).__name__[:80], message)
    # The last line of the student's own code; frames of libraries are of no help to them.
    frames = traceback.extract_tb(error.__traceback__)
    own = (frame.line for frame in reversed(frames) if not frame.filename.startswith(LIBRARIES))
    where = next(filter(None, own), "")
    return Raised(type(error).__name__[:80], message, where[:LINE_LENGTH])


def _same(array: np.ndarray, copy: np.ndarray) -> bool:
    return array.shape == copy.shape and array.dtype == copy.dtype and array.tobytes() == copy.tobytes()
