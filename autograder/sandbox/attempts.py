"""Edits of one function are tried one after the other: each is put into its source and called.

All that may stand in the same place is compiled at once, as one long choice between alternatives, since
compiling is what costs. It runs in a leaf of the box; the proof of the search runs it where it is.
"""

import contextlib
import gc
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from types import CodeType
from typing import Any

from .messages import Instead
from .perform import Interrupted, Outcome, Returned, Stopped, Swallowed, perform, swallowing
from .values import Call


CHOICE = "_choice_"
# Alternatives that are compiled together: the compiler goes down one level for each of them.
TOGETHER = 40
# Seconds of CPU that the calls may take, and how often they may take longer before a place is left.
SECONDS = 0.02
LATE = 2
# What came late by less than so many times as much is tried again: a moment of the machine may have done it.
MOMENT = 5


def attempt(
    source: str,
    edits: Sequence[Instead],
    calls: Sequence[Call],
    namespace: dict[str, Any],
    before_each: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Outcome, ...] | None]:
    """What each edited function makes of the calls, in their order; None unless all of them return.

    The namespace is changed: give it one that nobody needs any more. Nothing that is printed gets out.
    """
    for _, group in groupby(edits, key=lambda edit: edit.place):
        late = 0
        for number, code in _compiled(source, list(group)):
            with swallowing(Swallowed()):
                if number == 0 and code is not None:
                    exec(code, namespace)
                namespace[CHOICE] = number
                before_each()
                started = time.process_time()
                outcomes = _called(calls, namespace) if code and late <= LATE else None
                took = time.process_time() - started
                if late == 0 and took < MOMENT * SECONDS and _is_late(outcomes):
                    before_each()
                    outcomes = _called(calls, namespace)
            late += _is_late(outcomes)
            yield outcomes if outcomes and isinstance(outcomes[-1], Returned) else None


def _compiled(source: str, edits: list[Instead]) -> Iterator[tuple[int, CodeType | None]]:
    """For each edit the number of its choice, and the code that makes it."""
    for first in range(0, len(edits), TOGETHER):
        some = edits[first : first + TOGETHER]
        together = _choice(some).put_into(source) if some[0].is_expression else ""
        if code := _code(together) if together else None:
            yield from ((number, code) for number in range(len(some)))
        else:
            yield from ((0, _code(edit.put_into(source))) for edit in some)


def _choice(edits: Sequence[Instead]) -> Instead:
    """An expression that is one of them, by its number."""
    *others, last = edits
    chosen = [f"({each.text}) if {CHOICE} == {number} else" for number, each in enumerate(others)]
    return Instead(last.start, last.end, f"({' '.join([*chosen, f'({last.text})'])})")


def _code(text: str) -> CodeType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as that a number has no items
            return compile(text, "<edited>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _called(calls: Sequence[Call], namespace: dict[str, Any]) -> tuple[Outcome, ...]:
    try:
        with _limited(SECONDS):
            return perform(calls, namespace, ours=True)
    except Interrupted as stop:
        return (Stopped(stop.reason),)


def _is_late(outcomes: tuple[Outcome, ...] | None) -> bool:
    return outcomes is not None and isinstance(outcomes[-1], Stopped)


class _OutOfTime(Interrupted):
    reason = "time"


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise into what takes longer, as far as Python can be interrupted."""

    def stop(*_: object) -> None:
        raise _OutOfTime

    before, collects = signal.signal(signal.SIGVTALRM, stop), gc.isenabled()
    gc.disable()  # what strikes while others' garbage is collected is lost, and its time is not the edit's
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if collects:
            gc.enable()
