"""Frames: what is sent comes back equal, and nothing else is ever believed."""

import select
import socket
import struct
import threading
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from autograder.sandbox.values import Earlier, Handed, Named, Seeded
from autograder.sandbox.wire import (
    HEADER,
    MAGIC,
    VERSION,
    Frame,
    FrameType,
    Limits,
    ProtocolError,
    decode,
    encode,
    receive,
    send,
)

from .strategies import only_requests, plain_values, same


LIMITS = Limits()
REQUESTS = Limits(requests=True)
QUESTIONS = Limits(questions=True)


@given(plain_values)
def test_what_is_encoded_decodes_to_the_same(value: Any) -> None:
    assert same(decode(encode(value, LIMITS), LIMITS), value)


@given(only_requests)
def test_requests_travel_in_one_direction_only(value: Any) -> None:
    body = encode(value, REQUESTS)
    assert same(decode(body, REQUESTS), value)
    with pytest.raises(ProtocolError):
        decode(body, LIMITS)


def test_a_function_that_is_handed_over_travels_in_questions_only() -> None:
    body = encode((Handed(0), Handed(3)), QUESTIONS)
    assert decode(body, QUESTIONS) == (Handed(0), Handed(3))
    for limits in (LIMITS, REQUESTS):
        with pytest.raises(ProtocolError):
            decode(body, limits)


def test_python_numbers_arrive_as_arrays_without_axes() -> None:
    for number in (True, 3, 0.1, 1j):
        arrived = decode(encode(number, LIMITS), LIMITS)
        assert arrived.shape == ()
        assert arrived == number


@given(
    st.one_of(plain_values, only_requests),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=6),
    st.integers(0, 3),
    st.binary(max_size=12),
)
def test_a_mutated_body_is_a_value_or_a_protocol_error(
    value: Any, changes: list[tuple[int, int]], cut: int, appended: bytes
) -> None:
    body = bytearray(encode(value, REQUESTS))
    for position, byte in changes:
        body[position % len(body)] = byte
    mutated = bytes(body[: len(body) - cut]) + appended
    for limits in (LIMITS, REQUESTS, QUESTIONS):
        _decode_or_refuse(mutated, limits)


@given(st.binary(max_size=200))
def test_noise_is_a_value_or_a_protocol_error(body: bytes) -> None:
    for limits in (REQUESTS, QUESTIONS):
        _decode_or_refuse(body, limits)


def _decode_or_refuse(body: bytes, limits: Limits) -> None:
    try:
        value = decode(body, limits)
    except ProtocolError:
        return
    # What is believed can be said again.
    assert same(decode(encode(value, limits), limits), value)


def _array(code: int, shape: tuple[int, ...], length: int, data: bytes = b"") -> bytes:
    head = struct.pack(f"<cBB{len(shape)}IQ", b"A", code, len(shape), *shape, length)
    return head + data


BOASTS = {
    "an array of 16 TiB": _array(11, (2**31, 2**10), 2**44),
    "an array whose size wraps around": _array(11, (2**32 - 1,) * 8, 8),
    "long axes around no entry": _array(11, (2**32 - 1, 0), 0),
    "a text of 4 GiB": b"S" + struct.pack("<I", 2**32 - 1),
    "four thousand million items": b"T" + struct.pack("<I", 2**32 - 1),
    "a dictionary of as many": b"D" + struct.pack("<I", 2**32 - 1),
    "tuples without end": (b"T" + struct.pack("<I", 1)) * 1000,
    "255 items at every level": (b"T" + struct.pack("<I", 255)) * 9,
    "the name of a very long type": b"U" + struct.pack("<I", 2**31),
}


@pytest.mark.parametrize("body", BOASTS.values(), ids=BOASTS)
def test_nothing_is_allocated_that_was_not_sent(body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            decode(body, LIMITS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 18


REFUSED = {
    "nothing": b"",
    "an unknown tag": b"Z",
    "two values": b"NN",
    "an unknown dtype": _array(14, (), 8, bytes(8)),
    "nine axes": _array(11, (1,) * 9, 8, bytes(8)),
    "less data than the shape": _array(11, (2,), 8, bytes(8)),
    "more data than the shape": _array(11, (1,), 16, bytes(16)),
    "a length that its shape does not have": _array(11, (0, 2**31), 8, bytes(8)),
    "a boolean that is neither": _array(0, (1,), 1, b"\2"),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_no_value_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(body, REQUESTS)


def test_limits_hold_on_both_ends() -> None:
    small = Limits(frame_bytes=100, items=2, depth=2)
    for value in (
        np.zeros(100),
        np.zeros((101, 0)),
        (None,) * 3,
        {"a": None, "b": None, "c": None},
        ((((),),),),
    ):
        with pytest.raises(ProtocolError):
            encode(value, small)
        with pytest.raises(ProtocolError):
            decode(encode(value, LIMITS), small)


def test_a_long_text_is_cut_when_it_is_sent() -> None:
    assert decode(encode("ä" * 5000, LIMITS), LIMITS).rstrip("\N{REPLACEMENT CHARACTER}") == "ä" * 2048


@pytest.mark.parametrize("value", [object(), [1.0], {1, 2}, np.array([None]), np.array("text"), b"bytes"])
def test_what_is_no_plain_value_is_not_sent(value: Any) -> None:
    with pytest.raises(ProtocolError):
        encode(value, REQUESTS)


def test_a_number_arrives_as_it_was_made() -> None:
    for extreme in (np.uint64(2**64 - 1), np.int64(-(2**63)), np.float64(5e-324), np.float16(65504)):
        arrived = decode(encode(np.asarray(extreme), LIMITS), LIMITS)
        assert arrived.dtype == extreme.dtype
        assert arrived == extreme


def test_what_arrives_is_fresh_and_may_be_written_to() -> None:
    array = decode(encode(np.ones(3), LIMITS), LIMITS)
    assert array.flags.writeable
    assert array.flags.owndata or array.base.flags.owndata


# --- frames ---------------------------------------------------------------------------------------------


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


Ends = tuple[socket.socket, socket.socket]


def test_a_frame_arrives_whole(ends: Ends) -> None:
    frame = Frame(FrameType.PROBE, bytes(range(16)), bytes(3 << 20))
    sender = threading.Thread(target=send, args=(ends[0], frame))
    sender.start()
    assert receive(ends[1], LIMITS) == frame
    sender.join()


def _header(magic: bytes = MAGIC, version: int = VERSION, kind: int = 5, length: int = 0) -> bytes:
    return HEADER.pack(magic, version, kind, bytes(16), length)


@pytest.mark.parametrize(
    "header",
    [_header(magic=b"HTTP"), _header(version=2), _header(kind=0), _header(kind=99), _header(length=2**63)],
    ids=["magic", "version", "type zero", "unknown type", "length"],
)
def test_what_is_no_frame_is_refused_by_its_header(header: bytes, ends: Ends) -> None:
    ends[0].sendall(header)
    with pytest.raises(ProtocolError):
        receive(ends[1], LIMITS)


def test_a_frame_that_is_cut_off_is_the_end(ends: Ends) -> None:
    ends[0].sendall(_header(length=100) + bytes(50))
    ends[0].close()
    with pytest.raises(EOFError):
        receive(ends[1], LIMITS)


def test_every_piece_of_a_frame_is_waited_for(ends: Ends) -> None:
    """So that one byte now and then ends nobody's patience later than nothing at all."""
    waited, begun = [], list[bool]()

    def wait(connection: socket.socket, *, to_write: bool = False, under_way: bool = False) -> None:
        assert (connection, to_write, under_way) == (ends[1], False, bool(begun))
        begun.append(True)
        if len(waited) == 20:
            raise TimeoutError
        waited.append(ends[0].send(b"\0"))

    ends[0].sendall(_header(length=10**6))
    with pytest.raises(TimeoutError):
        receive(ends[1], LIMITS, wait)


def test_nobody_who_does_not_listen_is_written_to_for_ever(ends: Ends) -> None:
    waited = []

    def wait(connection: socket.socket, *, to_write: bool = False, under_way: bool = False) -> None:
        assert (connection, to_write) == (ends[0], True)
        if not select.select([], [connection], [], 0)[1]:
            raise TimeoutError
        waited.append(connection)

    with pytest.raises(TimeoutError):
        send(ends[0], Frame(FrameType.CELL, bytes(16), bytes(16 << 20)), wait)
    assert waited


def test_what_is_waited_for_arrives_whole(ends: Ends) -> None:
    frame = Frame(FrameType.PROBE, bytes(range(16)), bytes(range(256)) * (1 << 14))

    def wait(connection: socket.socket, *, to_write: bool = False, under_way: bool = False) -> None:
        select.select(*([[], [connection]] if to_write else [[connection], []]), [], 30)

    sender = threading.Thread(target=send, args=(ends[0], frame, wait))
    sender.start()
    assert receive(ends[1], LIMITS, wait) == frame
    sender.join()


def test_requests_that_the_other_side_knows() -> None:
    value = (Seeded(7), Named("power_steps", (1.0, 0.5)), Earlier(0, 1), Earlier(2))
    assert decode(encode(value, REQUESTS), REQUESTS) == value
