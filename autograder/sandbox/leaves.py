"""Probes are performed in leaves: forks of the worker, so that neither their inputs nor what they leave
behind outlive them. One that hangs or crashes costs one probe; the rest goes on in the next leaf."""

import contextlib
import os
import random
import select
import signal
import socket
import struct
import time
from typing import Any, NoReturn

import numpy as np

from .messages import QUESTIONS, REQUESTS, calls_from_plain, outcomes_to_plain, replies
from .perform import Outcome, Returned, Stopped, perform
from .policy import Policy
from .values import Oversized, plain
from .wire import Frame, FrameType, Limits, ProtocolError, decode, encode, receive, send


LENGTH = struct.Struct("<Q")


def perform_probes(
    frame: Frame, connection: socket.socket, namespace: dict[str, Any], policy: Policy
) -> bytes:
    """The body of the answer to a PROBE frame: one tuple of outcomes for each probe in it."""
    probes, replaced, reply_bytes = decode(frame.body, REQUESTS)
    limits = replies(int(reply_bytes))
    answers: list[bytes] = []
    strikes = 0
    while len(answers) < len(probes):
        if strikes == policy.time_strikes:
            answers.append(_stopped(Stopped("time")))
            continue
        rest = probes[len(answers) :]
        reading, writing = os.pipe()
        leaf = os.fork()
        if not leaf:
            os.close(reading)
            _leaf(rest, replaced, limits, namespace, frame.call_id, connection, writing)
        os.close(writing)
        ending = None
        try:
            for _ in rest:
                answer = _collect(reading, limits.frame_bytes, time.monotonic() + policy.probe_seconds)
                if not isinstance(answer, bytes):
                    ending = answer
                    break
                answers.append(answer)
        finally:
            os.close(reading)
            with contextlib.suppress(ProcessLookupError):
                os.kill(leaf, signal.SIGKILL)
            _, status = os.waitpid(leaf, 0)
        if len(answers) < len(probes):
            answers.append(_stopped(ending or _ending(status)))
            strikes += ending == Stopped("time")
    return b"T" + struct.pack("<I", len(answers)) + b"".join(answers)


def reseed() -> None:
    """The same start for everybody who draws without a seed; a fork would share its parent's state anyway."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (students may use the old interface)


def _leaf(
    probes: Any,
    replaced: tuple[str, ...],
    limits: Limits,
    namespace: dict[str, Any],
    call_id: bytes,
    connection: socket.socket,
    writing: int,
) -> NoReturn:
    try:
        for name in replaced:
            namespace[name] = _asker(name, call_id, connection)
        for calls in probes:
            reseed()
            body = _encode_outcomes(perform(calls_from_plain(calls), namespace), limits)
            message = LENGTH.pack(len(body)) + body
            while message:
                message = message[os.write(writing, message) :]
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
        small = (*(Returned(None) for _ in first), Returned(Oversized(shape)))
        return encode(outcomes_to_plain(small), replies())


def _asker(name: str, call_id: bytes, connection: socket.socket) -> Any:
    """A function that has the driver answer: the reference of another exercise, for follow-through marks."""

    def ask(*args: Any, **kwargs: Any) -> Any:
        question = (name, tuple(map(plain, args)), {key: plain(value) for key, value in kwargs.items()})
        send(connection, Frame(FrameType.ASK, call_id, encode(question, QUESTIONS)))
        kind, answer = decode(receive(connection, REQUESTS).body, REQUESTS)
        if kind == "raise":
            raise ValueError(answer)
        return answer

    ask.__name__ = name
    return ask


def _collect(reading: int, limit: int, deadline: float) -> bytes | Stopped | None:
    """The next answer of a leaf; None when the leaf has ended."""
    header = _read(reading, LENGTH.size, deadline)
    if not isinstance(header, bytes):
        return header
    (length,) = LENGTH.unpack(header)
    return Stopped("protocol") if length > limit else _read(reading, length, deadline)


def _read(reading: int, count: int, deadline: float) -> bytes | Stopped | None:
    pieces = []
    while count:
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([reading], [], [], remaining)[0]:
            return Stopped("time")
        piece = os.read(reading, min(count, 1 << 20))
        if not piece:
            return None
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _stopped(reason: Stopped) -> bytes:
    return encode(outcomes_to_plain((reason,)), replies())


def _ending(status: int) -> Stopped:
    if os.WIFSIGNALED(status):
        return Stopped("signal", f"signal {os.WTERMSIG(status)}")
    return Stopped("exit", f"exit code {os.WEXITSTATUS(status)}")
