"""The outputs of one cell as Jupyter would keep them, under caps."""

import base64
import collections
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import notices
from .figures import Drawn
from .images import pixels_of
from .messages import Output, Picture
from .policy import Policy


TRACEBACK_CHARACTERS = 8 * 1024
IMAGE_TYPES = ("image/png", "image/jpeg")
OTHER_IMAGES = re.compile(r"(?:image/([\w.+-]+)|application/(pdf))")


class OutputFlood(BaseException):
    """A cell printed far more than anybody could read; raised inside the cell to end it."""


class Recorder:
    """The outputs of one cell, in order; of long streams only the head and the tail are kept."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.start()

    def start(self) -> None:
        self.total = 0
        self.failed = False
        self.notices: dict[str, None] = {}  # an ordered set
        self._forget()

    def _forget(self) -> None:
        self.outputs: list[Output | Picture] = []
        self.tail: collections.deque[tuple[str, str]] = collections.deque()
        self.places: dict[str, list[int]] = collections.defaultdict(list)
        self.head_size = self.tail_size = self.dropped = self.rich = self.image_bytes = 0
        self.clears = False

    @property
    def flooded(self) -> bool:
        return self.total > self.policy.output_flood_bytes

    def clear(self, wait: bool) -> None:
        """Forget what was shown, or do so as soon as there is something else to show."""
        if wait:
            self.clears = True
        else:
            self._forget()

    def notice(self, sentence: str) -> None:
        """Say once what has no effect here; see `notices.py`."""
        self.notices.setdefault(sentence)

    def write(self, stream: str, text: str) -> None:
        if self.clears and text:
            self._forget()
        self.total += len(text)
        if self.flooded:
            raise OutputFlood
        room = self.policy.output_head_bytes - self.head_size
        if len(self.outputs) >= self.policy.outputs:
            room = 0
        head, rest = text[:room], text[max(room, 0) :]
        if head:
            self.head_size += len(head)
            match self.outputs:
                case [*_, Output("stream", name, text)] if name == stream:
                    self.outputs[-1] = Output("stream", stream, text + head)
                case _:
                    self.outputs.append(Output("stream", stream, head))
        if rest:
            self._keep_tail(stream, rest)

    def _keep_tail(self, stream: str, text: str) -> None:
        limit = self.policy.output_tail_bytes
        self.dropped += max(len(text) - limit, 0)
        self.tail.append((stream, text[-limit:]))
        self.tail_size += len(self.tail[-1][1])
        while self.tail_size - len(self.tail[0][1]) >= limit:
            _, gone = self.tail.popleft()
            self.tail_size -= len(gone)
            self.dropped += len(gone)

    def show(self, kind: str, bundle: Mapping[str, Any], display_id: str | None = None) -> None:
        """Keep the image of a rich output, or its text."""
        if self.clears:
            self._forget()
        self.rich += 1
        if self.rich > self.policy.rich_outputs:
            return
        shown = self._shown(kind, bundle)
        if shown and display_id is not None:
            self.places[display_id].append(len(self.outputs))
        self.outputs += [shown] if shown else []

    def update(self, display_id: str, bundle: Mapping[str, Any]) -> None:
        """Show something else wherever this display stands in the cell; there may be no such place."""
        for place in self.places.get(display_id, []):
            before = self.outputs[place]
            self.image_bytes -= before.pixels.nbytes if isinstance(before, Picture) else 0
            self.outputs[place] = self._shown("display", bundle) or before

    def _shown(self, kind: str, bundle: Mapping[str, Any]) -> Output | Picture | None:
        images = [content for name in IMAGE_TYPES if (content := bundle.get(name))]
        if images:
            return self._picture(kind, images[0])
        for other in filter(None, map(OTHER_IMAGES.fullmatch, bundle)):
            self.notice(notices.image(other[1] or other[2]))
        text = bundle.get("text/plain")
        if isinstance(text, str):
            return Output(kind, "text/plain", text[: self.policy.output_head_bytes])
        return None

    def _picture(self, kind: str, content: Any) -> Output | Picture:
        try:
            pixels = content.pixels if isinstance(content, Drawn) else pixels_of(_image_bytes(content))
            self.image_bytes += pixels.nbytes
            if self.image_bytes > self.policy.image_bytes:
                raise ValueError("the images of this cell are too many, or too large")
        except ValueError as reason:
            return Output(kind, "text/plain", f"[An image is not shown: {reason}.]")
        return Picture(kind, pixels)

    def fail(self, name: str, text: str) -> None:
        if self.clears:
            self._forget()
        self.failed = True
        self.outputs.append(Output("error", name[:80], text[-TRACEBACK_CHARACTERS:]))

    def finish(self) -> tuple[Output | Picture, ...]:
        return (*self._noticed(), *self.outputs, *self._left_out())

    def _noticed(self) -> Iterator[Output]:
        if self.notices:
            yield Output("stream", notices.STREAM, "\n".join([*self.notices][: self.policy.notices]) + "\n")

    def _left_out(self) -> Iterator[Output]:
        if left_out := max(self.rich - self.policy.rich_outputs, 0):
            yield Output("stream", "stdout", f"[{left_out} more outputs are not shown.]\n")
        if self.tail:
            note = f"\n[... {self.dropped} characters are not shown ...]\n" if self.dropped else ""
            text = "".join(text for _, text in self.tail)
            yield Output("stream", self.tail[0][0], note + text)


class Stream(io.TextIOBase):
    """What student code sees as stdout or stderr."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder = recorder
        self.stream = name

    def write(self, text: str) -> int:
        self.recorder.write(self.stream, str(text))
        return len(text)

    def writable(self) -> bool:
        return True


def _image_bytes(content: Any) -> bytes:
    """IPython hands images over as bytes or as base64 text."""
    if isinstance(content, str):
        try:
            return base64.b64decode(content, validate=False)
        except ValueError:
            return b""
    return content if isinstance(content, bytes) else b""
