"""One request to a box, which may ask something before it answers.

A question may hand over functions: they stay in the box, and whoever works out the answer has them called.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .messages import QUESTIONS, REQUESTS
from .values import Handed, plain, usual
from .wire import Frame, FrameType, Limits, ProtocolError, Wait, decode, encode, receive, send


Answer = Callable[[str, tuple[Any, ...], dict[str, Any]], Any]

MAX_QUESTIONS = 1000
# Calls of functions that are handed over, and how deep questions may lie in the calls of others.
MAX_CALLS = 5000
MAX_DEPTH = 8


@dataclass
class Conversation:
    """All that is said about one request; a frame of another one is refused."""

    connection: socket.socket
    call_id: bytes
    limits: Limits
    wait: Wait
    answers: Mapping[str, Answer]
    questions: int = 0
    calls: int = 0
    depth: int = 0
    broken: BaseException | None = None
    """What has ended it while an answer was worked out; whoever does that may have caught it."""

    def ask(self, kind: FrameType, body: bytes) -> Frame:
        """The frame that answers a request; questions until then are answered.

        Raises ProtocolError, whatever `wait` raises, and EOFError or OSError when the box is gone.
        """
        send(self.connection, Frame(kind, self.call_id, body), self.wait)
        while (frame := self._receive()).type is not FrameType(kind + 1):
            if frame.type is not FrameType.ASK or not self.answers:
                raise ProtocolError("a frame is of a type that was not asked for")
            self._answer(decode(frame.body, QUESTIONS))
        return frame

    def _receive(self) -> Frame:
        frame = receive(self.connection, self.limits, self.wait)
        if frame.call_id != self.call_id:
            raise ProtocolError("a frame answers a request that was never made")
        return frame

    def _answer(self, question: Any) -> None:
        self.questions += 1
        if self.questions > MAX_QUESTIONS or self.depth == MAX_DEPTH:
            raise ProtocolError("too many questions")
        self.depth += 1
        reply = encode(self._reply(question), REQUESTS)
        self.depth -= 1
        send(self.connection, Frame(FrameType.ASK_DONE, self.call_id, reply), self.wait)

    def _reply(self, question: Any) -> tuple[Any, ...]:
        match question:
            case (str(name), tuple(args), dict(kwargs)) if name in self.answers:
                pass
            case _:
                raise ProtocolError("a question names no function that may be asked for")
        try:
            given = {key: self._given(value) for key, value in kwargs.items()}
            return ("return", self.answers[name](name, tuple(map(self._given, args)), given))
        except Exception as error:  # a wrong call of ours is the student's to see
            return ("raise", str(error)[:200])
        finally:
            if self.broken:
                raise self.broken

    def _given(self, value: Any) -> Any:
        if not isinstance(value, Handed):
            return value
        return lambda *args, **kwargs: self._call(value.number, args, kwargs)

    def _call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Have a function called that stayed in the box."""
        self.calls += 1
        if self.broken or self.calls > MAX_CALLS:
            raise ValueError("a function that was handed over is called too often")
        try:
            frame = self.ask(FrameType.CALL, encode(plain((number, args, kwargs)), REQUESTS))
            kind, value = _read(decode(frame.body, QUESTIONS))
        except BaseException as error:
            self.broken = error
            raise
        if kind == "raise":
            raise ValueError(value)
        return usual(value)


def _read(reply: Any) -> tuple[str, Any]:
    match reply:
        case ("return" | "raise" as kind, value):
            return kind, value
    raise ProtocolError("a call was answered with something else than its result")
