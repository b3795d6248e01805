"""Frames on the wire between the trusted driver and the sandbox: no pickle, no JSON, nothing executable.

A frame is  magic(4) version(1) type(1) call_id(16) length(u64)  and a body of that length: one value.
A value is a tag byte and what the tag asks for; numbers are little-endian. Everything a length claims is
checked against what is there before anything is allocated.

    N none | S text | A array | T tuple | D dictionary | U unsupported | O oversized     both ways
    G seed | F named function | E earlier result                                         to the sandbox only
    H function that is handed over                                                       in questions only
"""

import contextlib
import functools
import math
import socket
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

import numpy as np

from .values import MAX_ITEMS, Earlier, Handed, Named, Oversized, Seeded, Unsupported


MAGIC = b"ADVS"
VERSION = 1
HEADER = struct.Struct("<4sBB16sQ")

DTYPES = tuple(
    np.dtype(code)
    for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)
CODES = {dtype: code for code, dtype in enumerate(DTYPES)}
COUNT, LENGTH, BYTE, KIND, ITEM = map(struct.Struct, ("<I", "<Q", "<B", "<BB", "<Bi"))
DOUBLE, FLOAT = np.dtype("f8"), struct.Struct("<cBBQd")
LITTLE_ENDIAN = tuple(dtype.newbyteorder("<") for dtype in DTYPES)


class FrameType(IntEnum):
    """What a frame is about. Requests go to the sandbox, questions come from it; each is answered by the type
    after it."""

    READ = 1
    READ_DONE = 2
    CELL = 3
    CELL_DONE = 4
    PROBE = 5
    PROBE_DONE = 6
    ASK = 7
    ASK_DONE = 8
    CALL = 9
    CALL_DONE = 10
    ATTEMPT = 11
    ATTEMPT_DONE = 12


class Wait(Protocol):
    """Returns when a connection can be read, or written; raises TimeoutError when that takes too long.

    What is `under_way` is the rest of what has begun to come.
    """

    def __call__(
        self, connection: socket.socket, /, *, to_write: bool = False, under_way: bool = False
    ) -> None: ...


class ProtocolError(Exception):
    """What came over the wire is not a frame that was asked for."""


@dataclass(frozen=True)
class Limits:
    """How much one frame may carry."""

    frame_bytes: int = 64 << 20
    string_bytes: int = 4 << 10
    items: int = MAX_ITEMS
    dimensions: int = 8
    depth: int = 10
    # Kinds of values that only ever travel to the sandbox are refused on the way back.
    requests: bool = False
    questions: bool = False


@dataclass(frozen=True)
class Frame:
    type: FrameType
    call_id: bytes
    body: bytes


# --- values ---------------------------------------------------------------------------------------------


def encode(value: Any, limits: Limits) -> bytes:
    """A plain value as bytes; raises ProtocolError where it exceeds the limits."""
    parts: list[bytes] = []
    _encode(value, limits, parts, 0)
    body = b"".join(parts)
    if len(body) > limits.frame_bytes:
        raise ProtocolError(f"a value of {len(body)} bytes exceeds the limit of {limits.frame_bytes}")
    return body


def _encode(value: Any, limits: Limits, parts: list[bytes], depth: int) -> None:
    if depth > limits.depth:
        raise ProtocolError("values are nested too deeply")
    match value:
        case None:
            parts.append(b"N")
        case np.ndarray():
            _encode_array(value, limits, parts)
        case tuple():
            _check_count(len(value), limits)
            parts += (b"T", COUNT.pack(len(value)))
            for item in value:
                _encode(item, limits, parts, depth + 1)
        case str():
            parts += (b"S", _text(value, limits.string_bytes))
        case float():  # as most are
            parts.append(FLOAT.pack(b"A", CODES[DOUBLE], 0, DOUBLE.itemsize, value))
        case bool() | int() | complex():
            _encode_array(np.asarray(value), limits, parts)
        case dict():
            _check_count(len(value), limits)
            parts += (b"D", COUNT.pack(len(value)))
            for key, item in value.items():
                parts.append(_text(key, limits.string_bytes))
                _encode(item, limits, parts, depth + 1)
        case Unsupported():
            parts += (b"U", _text(value.type_name, limits.string_bytes))
        case Oversized():
            count = len(value.shape)
            parts += (b"O", BYTE.pack(count), _several(count, "I").pack(*_short(value.shape)))
        case Seeded():
            parts += (b"G", LENGTH.pack(value.seed))
        case Named():
            parts += (b"F", _text(value.name, limits.string_bytes))
            count = len(value.parameters)
            parts += (BYTE.pack(count), _several(count, "d").pack(*value.parameters))
        case Handed():
            parts += (b"H", BYTE.pack(value.number))
        case Earlier():
            parts += (b"E", ITEM.pack(value.call, -1 if value.item is None else value.item))
        case _:
            raise ProtocolError(f"a value of type {type(value).__name__} cannot be sent")


def _encode_array(array: np.ndarray, limits: Limits, parts: list[bytes]) -> None:
    code, shape = CODES.get(array.dtype), array.shape
    if code is None or len(shape) > limits.dimensions:
        raise ProtocolError(f"an array of dtype {array.dtype} and {array.ndim} axes cannot be sent")
    _check_axes(shape, limits)
    data = array.astype(LITTLE_ENDIAN[code], copy=False).tobytes()
    parts += (_before_array(len(shape)).pack(b"A", code, len(shape), *_short(shape), len(data)), data)


def _short(shape: tuple[int, ...]) -> list[int]:
    return [min(size, 2**32 - 1) for size in shape]


@functools.cache
def _before_array(axes: int) -> struct.Struct:
    return struct.Struct(f"<cBB{axes}IQ")


@functools.cache
def _several(count: int, letter: str) -> struct.Struct:
    """The layout of `count` numbers; there are 256 at most."""
    return struct.Struct(f"<{count}{letter}")


def _text(text: str, limit: int) -> bytes:
    data = text.encode("utf-8", "replace")[:limit]
    return COUNT.pack(len(data)) + data


def _check_count(count: int, limits: Limits) -> None:
    if count > limits.items:
        raise ProtocolError(f"{count} items exceed the limit of {limits.items}")


def _check_axes(shape: tuple[int, ...], limits: Limits) -> None:
    """Without entries an array takes no room however long its axes are, but a loop over it takes for ever."""
    if shape and math.prod([size or 1 for size in shape]) > limits.frame_bytes:
        raise ProtocolError(f"an array of shape {shape} exceeds the limit of {limits.frame_bytes} bytes")


def decode(body: bytes, limits: Limits) -> Any:
    """The value that a body holds; raises ProtocolError for anything else than exactly one value."""
    if len(body) > limits.frame_bytes:
        raise ProtocolError(f"a body of {len(body)} bytes exceeds the limit of {limits.frame_bytes}")
    reader = _Reader(body, limits)
    value = reader.value(0)
    if reader.position != len(body):
        raise ProtocolError(f"{len(body) - reader.position} bytes follow the value")
    return value


class _Reader:
    def __init__(self, body: bytes, limits: Limits) -> None:
        self.body = body
        self.limits = limits
        self.position = 0

    def value(self, depth: int) -> Any:
        if depth > self.limits.depth:
            raise ProtocolError("values are nested too deeply")
        match self.take(1):
            case b"A":
                return self.array()
            case b"T":
                return tuple([self.value(depth + 1) for _ in range(self.count())])
            case b"S":
                return self.text()
            case b"N":
                return None
            case b"D":
                return {self.text(): self.value(depth + 1) for _ in range(self.count())}
            case b"U":
                return Unsupported(self.text()[:80])
            case b"O":
                return Oversized(self.shape(*self.unpack(BYTE)))
            case b"H" if self.limits.questions:
                return Handed(*self.unpack(BYTE))
            case b"G" if self.limits.requests:
                return Seeded(*self.unpack(LENGTH))
            case b"F" if self.limits.requests:
                name = self.text()
                (count,) = self.unpack(BYTE)
                return Named(name, self.unpack(_several(count, "d")))
            case b"E" if self.limits.requests:
                call, item = self.unpack(ITEM)
                return Earlier(call, None if item < 0 else item)
            case tag:
                raise ProtocolError(f"unknown tag {tag!r}")

    def take(self, count: int) -> bytes:
        start = self.skip(count)
        return self.body[start : self.position]

    def skip(self, count: int) -> int:
        """Where the next so many bytes begin, which count as read."""
        start = self.position
        if count > len(self.body) - start:
            raise ProtocolError("the body ends within a value")
        self.position += count
        return start

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        return layout.unpack_from(self.body, self.skip(layout.size))

    def text(self) -> str:
        (length,) = self.unpack(COUNT)
        if length > self.limits.string_bytes:
            raise ProtocolError(f"a text of {length} bytes exceeds the limit of {self.limits.string_bytes}")
        return self.take(length).decode("utf-8", "replace")

    def count(self) -> int:
        (count,) = self.unpack(COUNT)
        _check_count(count, self.limits)
        return count

    def shape(self, ndim: int) -> tuple[int, ...]:
        if ndim > self.limits.dimensions:
            raise ProtocolError(f"{ndim} axes exceed the limit of {self.limits.dimensions}")
        return self.unpack(_several(ndim, "I"))

    def array(self) -> np.ndarray:
        code, ndim = self.unpack(KIND)
        if code >= len(DTYPES):
            raise ProtocolError(f"unknown dtype code {code}")
        dtype = DTYPES[code]
        shape = self.shape(ndim)
        _check_axes(shape, self.limits)
        (length,) = self.unpack(LENGTH)
        if math.prod(shape) * dtype.itemsize != length:
            raise ProtocolError(f"an array of shape {shape} and dtype {dtype} does not have {length} bytes")
        start = self.skip(length)
        if dtype.kind == "b" and self.body[start : self.position].strip(b"\0\1"):
            raise ProtocolError("a boolean array holds other bytes than 0 and 1")
        there: np.ndarray = np.ndarray(shape, LITTLE_ENDIAN[code], self.body, start)
        return there.astype(dtype)


# --- frames ---------------------------------------------------------------------------------------------


def send(connection: socket.socket, frame: Frame, wait: Wait | None = None) -> None:
    """Write one frame; raises OSError when cut off, and whatever `wait` raises."""
    message = memoryview(HEADER.pack(MAGIC, VERSION, frame.type, frame.call_id, len(frame.body)) + frame.body)
    if wait is None:
        connection.sendall(message)
        return
    connection.setblocking(False)
    while message:
        wait(connection, to_write=True)
        with contextlib.suppress(BlockingIOError):
            message = message[connection.send(message) :]


def receive(connection: socket.socket, limits: Limits, wait: Wait | None = None) -> Frame:
    """Read one frame.

    Raises EOFError when the other end is gone, ProtocolError for anything that is not a frame within the
    limits, and whatever `wait` raises, which is called before each piece is read.
    """
    magic, version, kind, call_id, length = HEADER.unpack(_read(connection, HEADER.size, wait))
    if magic != MAGIC or version != VERSION or kind not in FrameType._value2member_map_:
        raise ProtocolError("what arrived is no frame")
    if length > limits.frame_bytes:
        raise ProtocolError(f"a frame of {length} bytes exceeds the limit of {limits.frame_bytes}")
    return Frame(FrameType(kind), call_id, _read(connection, length, wait, under_way=True))


def _read(connection: socket.socket, count: int, wait: Wait | None, *, under_way: bool = False) -> bytes:
    pieces: list[bytes] = []
    while count:
        if wait is not None:
            wait(connection, under_way=under_way or bool(pieces))
        piece = connection.recv(min(count, 1 << 20))
        if not piece:
            raise EOFError("the other end closed the connection")
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
