"""The loop of a box: read the notebook, run its cells, perform probes in forked leaves.

It runs beside student code and can be taken over by it. That gains nothing: it holds no secret, and what
it says is only ever read as values.
"""

import contextlib
import os
import random
import select
import signal
import socket
import time
from typing import Any, NoReturn

import numpy as np

from .cells import CellShell, Stream
from .messages import (
    NOTEBOOK,
    OUTPUTS,
    REQUESTS,
    calls_from_plain,
    cell_result_to_plain,
    cells_to_plain,
    outcomes_to_plain,
    replies,
)
from .perform import Outcome, Returned, Stopped, perform
from .policy import Policy
from .reader import Unreadable, read_cells
from .values import Oversized
from .wire import Frame, FrameType, Limits, ProtocolError, decode, encode, receive, send


def serve(connection: socket.socket, shell: CellShell, policy: Policy) -> NoReturn:
    """Answer requests until the driver hangs up."""
    import sys

    sys.stdout, sys.stderr = Stream(shell.recorder, "stdout"), Stream(shell.recorder, "stderr")
    _reseed()
    while True:
        try:
            frame = receive(connection, REQUESTS)
        except (EOFError, OSError):
            os._exit(0)
        if frame.type is FrameType.READ:
            body = encode(_read(frame.body), NOTEBOOK)
        elif frame.type is FrameType.CELL:
            body = encode(cell_result_to_plain(shell.run(decode(frame.body, REQUESTS))), OUTPUTS)
        else:
            body = _probe(frame, connection, shell.user_ns, policy)
        send(connection, Frame(FrameType(frame.type + 1), frame.call_id, body))


def _reseed() -> None:
    """The same start for everybody who draws without a seed; a fork would share its parent's state anyway."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (students may use the old interface)


def _read(data: bytes) -> tuple[Any, ...]:
    try:
        return cells_to_plain(read_cells(data))
    except Unreadable as reason:
        return ("unreadable", reason.code, reason.detail)


def _probe(frame: Frame, connection: socket.socket, namespace: dict[str, Any], policy: Policy) -> bytes:
    """Perform the calls in a fork, so that neither their inputs nor what they leave behind outlive them."""
    plain_calls, replaced, reply_bytes = decode(frame.body, REQUESTS)
    limits = replies(int(reply_bytes))
    reading, writing = os.pipe()
    leaf = os.fork()
    if not leaf:
        _leaf(plain_calls, replaced, limits, namespace, frame, connection, writing)
    os.close(writing)
    try:
        body = _collect(reading, limits.frame_bytes, time.monotonic() + policy.probe_seconds)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(leaf, signal.SIGKILL)
        _, status = os.waitpid(leaf, 0)
    if isinstance(body, Stopped):
        return encode(outcomes_to_plain((body,)), replies())
    if not body:
        return encode(outcomes_to_plain((_ending(status),)), replies())
    return body


def _leaf(
    plain_calls: Any,
    replaced: tuple[str, ...],
    limits: Limits,
    namespace: dict[str, Any],
    frame: Frame,
    connection: socket.socket,
    writing: int,
) -> NoReturn:
    try:
        _reseed()
        for name in replaced:
            namespace[name] = _asker(name, frame.call_id, connection)
        body = _encode_outcomes(perform(calls_from_plain(plain_calls), namespace), limits)
        while body:
            body = body[os.write(writing, body) :]
    finally:
        os._exit(0)


def _encode_outcomes(outcomes: tuple[Outcome, ...], limits: Limits) -> bytes:
    try:
        return encode(outcomes_to_plain(outcomes), limits)
    except ProtocolError:
        # Too large to send: the shape says enough.
        *first, last = outcomes
        value = last.value if isinstance(last, Returned) else None
        shape = value.shape if isinstance(value, np.ndarray) else ()
        small = (Returned(Oversized(shape)),)
        return encode(outcomes_to_plain((*(Returned(None) for _ in first), *small)), limits)


def _asker(name: str, call_id: bytes, connection: socket.socket) -> Any:
    """A function that has the driver answer: the reference of another exercise, for follow-through marks."""

    def ask(*args: Any, **kwargs: Any) -> Any:
        body = encode((name, args, kwargs), REQUESTS)
        send(connection, Frame(FrameType.ASK, call_id, body))
        answer = decode(receive(connection, REQUESTS).body, REQUESTS)
        if isinstance(answer, tuple) and len(answer) == 2 and answer[0] == "raise":
            raise ValueError(answer[1])
        return answer[1]

    ask.__name__ = name
    return ask


def _collect(reading: int, limit: int, deadline: float) -> bytes | Stopped:
    pieces, size = [], 0
    while True:
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([reading], [], [], remaining)[0]:
            return Stopped("time")
        piece = os.read(reading, 1 << 16)
        if not piece:
            return b"".join(pieces)
        size += len(piece)
        if size > limit:
            return Stopped("protocol")
        pieces.append(piece)


def _ending(status: int) -> Stopped:
    if os.WIFSIGNALED(status):
        return Stopped("signal", f"signal {os.WTERMSIG(status)}")
    return Stopped("exit", f"exit code {os.WEXITSTATUS(status)}")
