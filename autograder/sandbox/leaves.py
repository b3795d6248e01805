"""Probes are performed in leaves: forks of the worker, so that neither their inputs nor what they leave
behind outlive them. One that hangs or crashes costs one probe; the rest goes on in the next leaf."""

import contextlib
import os
import random
import resource
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple, NoReturn

import numpy as np

from . import limits
from .attempts import attempt
from .clock import Watch, usage_of_child
from .figures import close_fonts
from .messages import (
    ATTEMPTS,
    QUESTIONS,
    REQUESTS,
    AttemptRequest,
    Instead,
    ProbeRequest,
    attempt_from_plain,
    encode_attempts,
    encode_outcomes,
    outcomes_to_plain,
    probes_from_plain,
    replies,
)
from .perform import MESSAGE_LENGTH, Returned, Stopped, perform
from .policy import Policy
from .values import Handed, plain, usual
from .wire import Frame, FrameType, decode, encode, receive, send


# The length of an answer, and whether every call returned.
HEADER = struct.Struct("<Q?")
# What is read at once, should there be so much: most answers are small. No more is made room for.
READ_BYTES, MOST_BYTES = 64 << 10, 1 << 20
OUT_OF_TIME = Stopped("time")
# Of the results of edits each by itself. So long those of one place may take, so many leaves they may end,
# and so much memory there is for all of a process.
LENGTH = struct.Struct("<Q")
PLACE_SECONDS = 0.5
ENDED_BY_EDITS = 3
ATTEMPT_MEMORY = 1 << 30
# However busy a machine is, within this time it lets everybody run for a moment who wants to.
STARVING_SECONDS = 0.5


def perform_probes(
    frame: Frame, connection: socket.socket, namespace: dict[str, Any], policy: Policy
) -> bytes:
    """The body of the answer to a PROBE frame: one tuple of outcomes for each probe in it.

    Forking is what costs, so exercises share a leaf; but nobody pays for what another function has left
    behind: an exercise with a call that does not return starts anew in a leaf where it is the first.
    """
    requests, replaced = decode(frame.body, REQUESTS)
    probes = probes_from_plain(requests)
    _lay_to_rest()
    close_fonts()
    answers: list[bytes] = []
    strikes: Counter[str] = Counter()
    while len(answers) < len(probes):
        rest = probes[len(answers) :]
        first = rest[0].exercise
        if strikes[first] == policy.time_strikes:
            answers.append(_stopped(OUT_OF_TIME))
            continue
        with _Leaf(_perform(rest, replaced, namespace, frame.call_id, connection)) as leaf:
            for probe in rest:
                answer = leaf.answer(probe.reply_bytes, policy.probe_seconds)
                in_time = answer.stopped != OUT_OF_TIME
                if in_time and not answer.returned and probe.exercise != first:
                    del answers[_start(probe.exercise, probes) :]
                    break
                answers.append(answer.body)
                strikes[probe.exercise] += not in_time
                if answer.stopped:
                    break
    return b"T" + struct.pack("<I", len(answers)) + b"".join(answers)


def attempt_edits(frame: Frame, namespace: dict[str, Any]) -> bytes:
    """The body of the answer to an ATTEMPT frame: for each edit the number of a result, and the results.

    What is the same is sent once. Edits of a place that end a leaf have no result, and the next place goes on
    in the next leaf. When the time is used up, those that are left have no number.
    """
    request = attempt_from_plain(decode(frame.body, REQUESTS))
    _lay_to_rest()
    places = [list(group) for _, group in groupby(request.edits, key=lambda edit: edit.place)]
    numbers: list[int] = []
    found: dict[bytes, int] = {}
    done = ended = 0
    while done < len(places) and ended <= ENDED_BY_EDITS:
        with _Leaf(_attempt(request, places[done:], namespace)) as leaf:
            for place in places[done:]:
                answer = leaf.answer(ATTEMPTS.frame_bytes, PLACE_SECONDS)
                if not (answer.returned or answer.stopped):  # it has no time left
                    return encode_attempts(numbers, tuple(found))
                done += 1
                bodies = list(_taken_apart(answer.body)) if answer.returned else [b""] * len(place)
                numbers += [found.setdefault(body, len(found)) if body else -1 for body in bodies]
                if answer.stopped:
                    ended += 1
                    break
    return encode_attempts(numbers, tuple(found))


def _attempt(
    request: AttemptRequest, places: list[list[Instead]], namespace: dict[str, Any]
) -> Iterator[tuple[bool, bytes]]:
    """For each place the results of its edits, as bytes behind their lengths."""
    resource.setrlimit(resource.RLIMIT_AS, (ATTEMPT_MEMORY, ATTEMPT_MEMORY))
    limits, room = replies(request.reply_bytes), ATTEMPTS.frame_bytes // 2
    for place in places:
        if time.process_time() > request.seconds or room < 0:
            yield False, b""
        bodies = [
            encode_outcomes(outcomes, limits) if outcomes else b""
            for outcomes in attempt(request.source, place, request.calls, namespace, reseed)
        ]
        body = b"".join(LENGTH.pack(len(each)) + each for each in bodies)
        room -= len(body)
        yield True, body


def _taken_apart(body: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(body):
        (length,) = LENGTH.unpack_from(body, place)
        place += LENGTH.size + length
        yield body[place - length : place]


def _start(exercise: str, probes: tuple[ProbeRequest, ...]) -> int:
    return next(index for index, probe in enumerate(probes) if probe.exercise == exercise)


def reseed() -> None:
    """The same start for everybody who draws without a seed; a fork would share its parent's state anyway."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (students may use the old interface)


class _Answer(NamedTuple):
    """What a leaf says of one probe: whether all calls returned, or else how the leaf has ended."""

    body: bytes
    returned: bool = False
    stopped: Stopped | None = None


class _Leaf:
    """A fork that performs probes one after the other and sends each answer through a pipe."""

    def __init__(self, work: Iterator[tuple[bool, bytes]]) -> None:
        self._ahead = b""
        # Student code may have used up what it may have of both.
        with limits.raised("RLIMIT_NOFILE"):
            self._reading, writing = os.pipe()
            with limits.raised("RLIMIT_NPROC"):
                self._pid = os.fork()
            if not self._pid:
                self._work(work, writing)
        os.close(writing)
        _lead_a_group(self._pid)

    def __enter__(self) -> "_Leaf":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._reading)
        if self._pid:
            self._end()

    def _work(self, work: Iterator[tuple[bool, bytes]], writing: int) -> NoReturn:
        try:
            _lead_a_group(0)
            os.close(self._reading)
            for returned, body in work:
                message = HEADER.pack(len(body), returned) + body
                while message:
                    message = message[os.write(writing, message) :]
        finally:
            os._exit(0)

    def answer(self, limit: int, seconds: float) -> _Answer:
        """What it says of the next probe, of `limit` bytes at most."""
        watch = Watch(seconds, usage_of_child(self._pid, STARVING_SECONDS))
        try:
            length, returned = HEADER.unpack(self._read(HEADER.size, watch))
            if length <= limit:
                return _Answer(self._read(length, watch), returned)
            stopped = Stopped("protocol")
        except TimeoutError:
            stopped = OUT_OF_TIME
        except EOFError:
            stopped = self._end()
        return _Answer(_stopped(stopped), stopped=stopped)

    def _read(self, count: int, watch: Watch) -> bytes:
        pieces = [self._ahead]
        missing = count - len(self._ahead)
        while missing > 0:
            watch.wait(self._reading)
            piece = os.read(self._reading, min(max(missing, READ_BYTES), MOST_BYTES))
            if not piece:
                raise EOFError
            pieces.append(piece)
            missing -= len(piece)
        read = b"".join(pieces)
        self._ahead = read[count:]
        return read[:count]

    def _end(self) -> Stopped:
        pid, self._pid = self._pid, 0
        for kill in (os.kill, os.killpg):
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        return _ending(os.waitpid(pid, 0)[1])


def _lead_a_group(process: int) -> None:
    """What a leaf starts belongs to its group, and ends with it. Both it and its parent see to that."""
    with contextlib.suppress(OSError):  # it has ended already
        os.setpgid(process, 0)


def _lay_to_rest() -> None:
    """The children that cells have left: who is dead counts among the processes until it is waited for."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _perform(
    probes: tuple[ProbeRequest, ...],
    replaced: tuple[str, ...],
    namespace: dict[str, Any],
    call_id: bytes,
    connection: socket.socket,
) -> Iterator[tuple[bool, bytes]]:
    """For each probe whether all its calls returned, and its outcomes."""
    for name in replaced:
        _replace(namespace.get(name), _asker(name, call_id, connection), name, namespace)
    for probe in probes:
        reseed()
        outcomes = perform(probe.calls, namespace)
        returned = all(isinstance(outcome, Returned) for outcome in outcomes)
        yield returned, encode_outcomes(outcomes, replies(probe.reply_bytes))


def _replace(theirs: Any, ours: Any, name: str, namespace: dict[str, Any]) -> None:
    """Put a function in the place of a student's, also under other names that they gave it."""
    others = [other for other, value in namespace.items() if value is theirs is not None]
    namespace |= dict.fromkeys([name, *others], ours)


def _asker(name: str, call_id: bytes, connection: socket.socket) -> Any:
    """A function that has the driver answer: the reference of another exercise, for follow-through marks.

    Functions among its arguments stay here: the driver has them called as often as it needs their values.
    """

    def ask(*args: Any, **kwargs: Any) -> Any:
        handed: list[Any] = []
        given = tuple(_sent(value, handed) for value in args)
        question = (name, given, {key: _sent(value, handed) for key, value in kwargs.items()})
        send(connection, Frame(FrameType.ASK, call_id, encode(question, QUESTIONS)))
        while (frame := receive(connection, REQUESTS)).type is FrameType.CALL:
            number, values, options = usual(decode(frame.body, REQUESTS))
            value = encode(_called(handed[number], values, options), QUESTIONS)
            send(connection, Frame(FrameType.CALL_DONE, call_id, value))
        kind, answer = decode(frame.body, REQUESTS)
        if kind == "raise":
            raise ValueError(answer)
        return usual(answer)

    ask.__name__ = name
    return ask


def _sent(value: Any, handed: list[Any]) -> Any:
    if not callable(value):
        return plain(value)
    handed.append(value)
    return Handed(len(handed) - 1)


def _called(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    try:
        return ("return", plain(function(*args, **kwargs)))
    except BaseException as error:  # the student's to see, once it has gone to the driver and back
        return ("raise", str(error)[:MESSAGE_LENGTH])


def _stopped(reason: Stopped) -> bytes:
    return encode(outcomes_to_plain((reason,)), replies())


def _ending(status: int) -> Stopped:
    if os.WIFSIGNALED(status):
        return Stopped("signal", f"signal {os.WTERMSIG(status)}")
    return Stopped("exit", f"exit code {os.WEXITSTATUS(status)}")
