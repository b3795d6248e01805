"""Edits of one function are tried one after the other: each is put into its source and called.

All that may stand in the same place is compiled at once, as one long choice between alternatives, since
compiling is what costs. It runs in a leaf of the box, and in the tests.
"""

import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from types import CodeType
from typing import Any

from .perform import Interrupted, Outcome, Stopped, perform
from .values import Call


# Characters from, to; what stands there instead; whether that is an expression, as what stands there is.
Instead = tuple[int, int, str, bool]

CHOICE = "_choice_"
# Alternatives that are compiled together: the compiler goes down one level for each of them.
TOGETHER = 40
# Seconds of CPU of one call sequence, and how many of one place may take longer before it is left.
SECONDS = 0.02
LATE = 2


def attempt(
    source: str, name: str, edits: Sequence[Instead], calls: Sequence[Call], namespace: dict[str, Any]
) -> Iterator[tuple[Outcome, ...] | None]:
    """What each edited function makes of the calls; None where an edit makes no function. In their order.

    The namespace is changed: give it one that nobody needs any more.
    """
    for _, group in groupby(edits, key=lambda edit: (edit[0], edit[1], edit[3])):
        late = 0
        for number, code in _compiled(source, list(group)):
            if number == 0 and code is not None:
                exec(code, namespace)
            namespace[CHOICE] = number
            outcomes = None if code is None or late > LATE else _called(calls, namespace)
            late += bool(outcomes) and isinstance(outcomes[-1], Stopped)
            yield outcomes


def _compiled(source: str, edits: list[Instead]) -> Iterator[tuple[int, CodeType | None]]:
    """For each edit the number of its choice, and the code that makes it."""
    for first in range(0, len(edits), TOGETHER):
        some = edits[first : first + TOGETHER]
        start, end, _, is_expression = some[0]
        if is_expression and (code := _code(source[:start] + _choice(some) + source[end:])):
            yield from ((number, code) for number in range(len(some)))
        else:
            yield from ((0, _code(source[:start] + text + source[end:])) for _, _, text, _ in some)


def _choice(edits: Sequence[Instead]) -> str:
    choices = [f"({text}) if {CHOICE} == {number} else" for number, (_, _, text, _) in enumerate(edits[:-1])]
    return f"({' '.join([*choices, f'({edits[-1][2]})'])})"


def _code(text: str) -> CodeType | None:
    try:
        return compile(text, "<edited>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _called(calls: Sequence[Call], namespace: dict[str, Any]) -> tuple[Outcome, ...]:
    try:
        with _limited(SECONDS):
            return perform(calls, namespace, ours=True)
    except Interrupted as stop:
        return (Stopped(stop.reason),)


class _OutOfTime(Interrupted):
    reason = "time"


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise into what takes longer, as far as Python can be interrupted."""

    def stop(*_: object) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
