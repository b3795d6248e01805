"""Requests and replies as plain values: the meaning of the frames, on both ends of the wire."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .images import pixels_of, png_of
from .paths import without_places
from .perform import (
    LINE_LENGTH,
    NotCallable,
    NotDefined,
    NotTaken,
    Outcome,
    Raised,
    Returned,
    Stopped,
    WrongSignature,
)
from .policy import Policy
from .reader import ATTACHMENT_NAME, MAX_WORDS, Attachment, Cell
from .values import Call, Oversized, Unsupported
from .wire import COUNT, Limits, ProtocolError, decode, encode


MIB = 1 << 20
# What was noticed about a call that returned, a letter for each: `modified`, `printed`, `repacked`.
NOTICED = "mpr"
# The pictures in the texts of a notebook: what is larger is made smaller, and how many pixels there may be.
PICTURE_SIDE = 1200
PICTURE_BYTES = 24 * MIB
TOO_MANY_PICTURES = "the pictures of this notebook are too many, or too large"
NOTEBOOK = Limits(frame_bytes=64 * MIB, string_bytes=MIB, items=2000)
OUTPUTS = Limits(frame_bytes=24 * MIB, string_bytes=3 * MIB, items=2000)
REQUESTS = Limits(frame_bytes=64 * MIB, string_bytes=MIB, requests=True)
# What a box may ask the driver to work out, which is a loop over it.
QUESTIONS = Limits(frame_bytes=MIB, questions=True)
# Results of edits of a function, of which there are thousands.
ATTEMPTS = Limits(frame_bytes=16 * MIB, items=10_000)


@dataclass(frozen=True)
class Output:
    """One output of a cell. `kind` is stream, display, result or error; `name` says which one of these.

    An image is a PNG that the driver has made.
    """

    kind: str
    name: str
    text: str = ""
    png: bytes = b""

    @property
    def size(self) -> int:
        """Characters or bytes, of which about as much is kept."""
        return len(self.text) + len(self.png)


@dataclass(frozen=True)
class Picture:
    """An image on its way out of the box: rows of pixels, see `images.py`."""

    kind: str
    pixels: np.ndarray


@dataclass(frozen=True)
class CellResult:
    """What running a cell did: `status` is ok, error or flood."""

    status: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True)
class ProbeRequest:
    """The calls of one probe of an exercise; an answer of more than `reply_bytes` comes back as its shape."""

    exercise: str
    calls: tuple[Call, ...]
    reply_bytes: int


@dataclass(frozen=True)
class Instead:
    """`text` in the place of the characters from `start` to `end` of a source.

    It is an expression in the place of another one, or else lines in the place of lines.
    """

    start: int
    end: int
    text: str
    is_expression: bool = True

    @property
    def place(self) -> tuple[int, int, bool]:
        return self.start, self.end, self.is_expression

    def put_into(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]


@dataclass(frozen=True)
class AttemptRequest:
    """Edits of the source of a function, each of which is tried on the same calls; those of one place stand
    together. They may take so many `seconds` of CPU, and the result of one so many bytes."""

    function: str
    source: str
    edits: tuple[Instead, ...]
    calls: tuple[Call, ...]
    reply_bytes: int
    seconds: float


def replies(reply_bytes: int = Policy.reply_bytes) -> Limits:
    """The limits of the answer to one probe."""
    return Limits(frame_bytes=reply_bytes)


# --- calls and outcomes ---------------------------------------------------------------------------------


def probes_to_plain(probes: tuple[ProbeRequest, ...]) -> tuple[Any, ...]:
    return tuple((probe.exercise, _calls_to_plain(probe.calls), probe.reply_bytes) for probe in probes)


def probes_from_plain(value: Any) -> tuple[ProbeRequest, ...]:
    return tuple(
        ProbeRequest(exercise, _calls_from_plain(calls), int(reply_bytes))
        for exercise, calls, reply_bytes in value
    )


def _calls_to_plain(calls: tuple[Call, ...]) -> tuple[Any, ...]:
    return tuple((call.function, call.args, call.kwargs) for call in calls)


def _calls_from_plain(value: Any) -> tuple[Call, ...]:
    return tuple(Call(function, args, kwargs) for function, args, kwargs in value)


def attempt_to_plain(request: AttemptRequest) -> tuple[Any, ...]:
    """Of thousands of small edits the numbers go in one array and the texts in one."""
    edits = request.edits
    table = np.array([(e.start, e.end, len(e.text), e.is_expression) for e in edits], np.int64).reshape(-1, 4)
    texts = "".join(each.text for each in edits)
    calls, seconds = _calls_to_plain(request.calls), np.asarray(request.seconds)
    return request.function, request.source, table, texts, calls, request.reply_bytes, seconds


def attempt_from_plain(value: Any) -> AttemptRequest:
    function, source, table, texts, calls, reply_bytes, seconds = value
    edits, place = [], 0
    for start, end, length, is_expression in table.tolist():
        edits.append(Instead(start, end, texts[place : place + length], bool(is_expression)))
        place += length
    calls = _calls_from_plain(calls)
    return AttemptRequest(function, source, tuple(edits), calls, int(reply_bytes), float(seconds))


def encode_attempts(numbers: Sequence[int], results: tuple[bytes, ...]) -> bytes:
    """Of each edit the number of its result, -1 where there is none, and the encoded results."""
    table = encode(np.array(numbers, np.int32), ATTEMPTS)
    return b"T" + COUNT.pack(2) + table + b"T" + COUNT.pack(len(results)) + b"".join(results)


def attempts_from_plain(value: Any, request: AttemptRequest) -> tuple[tuple[Outcome, ...] | None, ...]:
    """What came back for each edit, None where nothing did; fewer than were sent where time was short.

    Raises ProtocolError.
    """
    match value:
        case (np.ndarray() as numbers, tuple(results)) if numbers.ndim == 1 and numbers.dtype.kind == "i":
            if len(numbers) <= len(request.edits) and np.all((-1 <= numbers) & (numbers < len(results))):
                outcomes = [outcomes_from_plain(each, request.calls) for each in results]
                return tuple(outcomes[number] if number >= 0 else None for number in numbers.tolist())
    raise ProtocolError("the reply does not fit the edits")


def encode_outcomes(outcomes: tuple[Outcome, ...], limits: Limits) -> bytes:
    """The answer to one probe. Where it is too large only the shapes are sent, or only the types."""
    for reduce in (shape_only, _type):
        try:
            return encode(outcomes_to_plain(outcomes), limits)
        except ProtocolError:
            outcomes = tuple(
                replace(each, value=reduce(each.value)) if isinstance(each, Returned) else each
                for each in outcomes
            )
    return encode(outcomes_to_plain(outcomes), limits)


def shape_only(value: Any) -> Any:
    """A value with shapes in the place of its arrays."""
    match value:
        case np.ndarray() if value.ndim:
            return Oversized(value.shape)
        case tuple():
            return tuple(map(shape_only, value))
        case dict():
            return {key: shape_only(item) for key, item in value.items()}
    return value


def _type(value: Any) -> Any:
    return Unsupported(f"large {type(value).__name__}") if isinstance(value, tuple | dict) else value


def carried(outcomes: tuple[Outcome, ...], calls: tuple[Call, ...], reply_bytes: int) -> tuple[Outcome, ...]:
    """What is left of the outcomes once they have been in a frame: the same at home as behind the wall."""
    limits = replies(reply_bytes)
    return outcomes_from_plain(decode(encode_outcomes(outcomes, limits), limits), calls)


def outcomes_to_plain(outcomes: tuple[Outcome, ...]) -> tuple[Any, ...]:
    return tuple(_outcome_to_plain(outcome) for outcome in outcomes)


def _outcome_to_plain(outcome: Outcome) -> tuple[Any, ...]:
    match outcome:
        case Returned(value, modified, printed, repacked):
            noticed = zip(NOTICED, (modified, printed, repacked), strict=True)
            return ("returned", value, "".join([letter for letter, is_so in noticed if is_so]))
        case Raised(kind, message, where):
            return ("raised", kind, message, where)
        case WrongSignature(signature):
            return ("wrong_signature", signature)
        case NotCallable(type_name):
            return ("not_callable", type_name)
        case NotDefined():
            return ("not_defined",)
        case NotTaken():
            return ("not_taken",)
        case Stopped(reason, detail):
            return ("stopped", reason, detail)
    raise TypeError(outcome)


def outcomes_from_plain(value: Any, calls: tuple[Call, ...]) -> tuple[Outcome, ...]:
    """The outcomes that a reply holds; raises ProtocolError unless they fit the calls that were sent."""
    if not isinstance(value, tuple) or not 1 <= len(value) <= len(calls):
        raise ProtocolError("the reply does not fit the calls")
    outcomes = tuple(map(_outcome_from_plain, value))
    if not all(isinstance(outcome, Returned) for outcome in outcomes[:-1]):
        raise ProtocolError("a call came after one that did not return")
    if len(outcomes) < len(calls) and isinstance(outcomes[-1], Returned):
        raise ProtocolError("calls are missing from the reply")
    return outcomes


def _outcome_from_plain(value: Any) -> Outcome:
    match value:
        case ("returned", result, str(noticed)):
            return Returned(result, *[letter in noticed for letter in NOTICED])
        case ("raised", str(kind), str(message), str(where)):
            return Raised(kind[:80], without_places(message), where[:LINE_LENGTH])
        case ("wrong_signature", str(signature)):
            return WrongSignature(signature[:200])
        case ("not_callable", str(type_name)):
            return NotCallable(type_name[:80])
        case ("not_defined",):
            return NotDefined()
        case ("not_taken",):
            return NotTaken()
        case ("stopped", str(reason), str(detail)):
            return Stopped(reason[:20], detail[:80])
    raise ProtocolError("the reply holds no outcome")


# --- notebooks and cells --------------------------------------------------------------------------------


def cells_to_plain(cells: tuple[Cell, ...]) -> tuple[Any, ...]:
    """For the box: pictures become pixels."""
    room = [PICTURE_BYTES]
    return ("cells", tuple(_cell_to_plain(cell, room) for cell in cells))


def _cell_to_plain(cell: Cell, room: list[int]) -> tuple[Any, ...]:
    pictures = tuple((each.name, _pixels(each.image, room)) for each in cell.attachments)
    return (cell.kind, cell.source, cell.grade_id, cell.saved, pictures)


def _pixels(image: bytes, room: list[int]) -> np.ndarray | str:
    """The pixels of a picture in a text, or why there are none; of the room that is left they take theirs."""
    try:
        pixels = pixels_of(image, PICTURE_SIDE)
    except ValueError as reason:
        return str(reason)
    if pixels.nbytes > room[0]:
        return TOO_MANY_PICTURES
    room[0] -= pixels.nbytes
    return pixels


def cells_from_plain(value: Any, room: int = Policy.notebook_output_bytes) -> tuple[Cell, ...]:
    """The cells that a reply holds; pictures for which there is no more `room` are left out."""
    left = [room]
    return tuple(_cell_from_plain(cell, left) for cell in value)


def _cell_from_plain(value: Any, left: list[int]) -> Cell:
    match value:
        case (str(kind), str(source), str(grade_id), None | str() as saved, tuple(pictures)):
            attachments = tuple(_attachment_from_plain(picture, left) for picture in pictures)
            return Cell(kind, source, grade_id, saved and saved[:MAX_WORDS], attachments)
    raise ProtocolError("the reply holds no cell")


def _attachment_from_plain(value: Any, left: list[int]) -> Attachment:
    match value:
        case (str(name), str(problem)) if ATTACHMENT_NAME.fullmatch(name):
            return Attachment(name, problem=problem[:80])
        case (str(name), np.ndarray() as pixels) if ATTACHMENT_NAME.fullmatch(name):
            image = _png(pixels)
            left[0] -= len(image)
            return Attachment(name, image) if left[0] >= 0 else Attachment(name, problem=TOO_MANY_PICTURES)
    raise ProtocolError("the reply holds no picture")


def cell_result_to_plain(status: str, outputs: Iterable[Output | Picture]) -> tuple[Any, ...]:
    return (status, tuple(map(_output_to_plain, outputs)))


def _output_to_plain(output: Output | Picture) -> tuple[Any, ...]:
    match output:
        case Picture(kind, pixels):
            return (kind, pixels)
        case Output(kind, name, text):
            return (kind, name, text)
    raise TypeError(output)


def cell_result_from_plain(value: Any, room: int) -> CellResult:
    """What a reply holds; outputs that are together larger than `room` are left out, which is said."""
    match value:
        case (str(status), tuple(outputs)):
            return CellResult(status[:10], tuple(_within(room, map(_output_from_plain, outputs))))
    raise ProtocolError("the reply holds no outputs")


def _within(room: int, outputs: Iterator[Output]) -> Iterator[Output]:
    for output in outputs:
        room -= output.size
        if room < 0:
            yield Output("stream", "stdout", "[There is no room for more outputs of this notebook.]\n")
            return
        yield output


def _output_from_plain(value: Any) -> Output:
    match value:
        case (str(kind), str(name), str(text)):
            return Output(kind[:10], name[:80], without_places(text))
        case (str(kind), np.ndarray() as pixels):
            return Output(kind[:10], "image/png", png=_png(pixels))
    raise ProtocolError("the reply holds no output")


def _png(pixels: np.ndarray) -> bytes:
    try:
        return png_of(pixels)
    except ValueError as error:
        raise ProtocolError(str(error)) from None
