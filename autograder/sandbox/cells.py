"""Running the cells of a notebook in an IPython shell, with every output recorded under caps."""

import ast
import base64
import collections
import contextlib
import importlib
import io
import sys
import types
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from .images import pixels_of
from .messages import Output, Picture
from .perform import Swallowed, swallowing
from .policy import Policy


TRACEBACK_CHARACTERS = 8 * 1024
TRACEBACK_FRAMES = 40
IMAGE_TYPES = ("image/png", "image/jpeg")


class OutputFlood(BaseException):
    """A cell printed far more than anybody could read; raised inside the cell to end it."""


class Recorder:
    """The outputs of one cell, in order; of long streams only the head and the tail are kept."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.start()

    def start(self) -> None:
        self.outputs: list[Output | Picture] = []
        self.tail: collections.deque[tuple[str, str]] = collections.deque()
        self.head_size = self.tail_size = self.dropped = self.total = self.rich = self.image_bytes = 0
        self.failed = False

    @property
    def flooded(self) -> bool:
        return self.total > self.policy.output_flood_bytes

    def write(self, stream: str, text: str) -> None:
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

    def show(self, kind: str, bundle: dict[str, Any]) -> None:
        """Keep the image of a rich output, or its text."""
        self.rich += 1
        if self.rich > self.policy.rich_outputs:
            return
        images = [content for name in IMAGE_TYPES if (content := bundle.get(name))]
        text = bundle.get("text/plain")
        if images:
            self.outputs.append(self._picture(kind, images[0]))
        elif isinstance(text, str):
            self.outputs.append(Output(kind, "text/plain", text[: self.policy.output_head_bytes]))

    def _picture(self, kind: str, content: Any) -> Output | Picture:
        try:
            pixels = pixels_of(_image_bytes(content))
            self.image_bytes += pixels.nbytes
            if self.image_bytes > self.policy.image_bytes:
                raise ValueError("the images of this cell are too many, or too large")
        except ValueError as reason:
            return Output(kind, "text/plain", f"[An image is not shown: {reason}.]")
        return Picture(kind, pixels)

    def fail(self, name: str, text: str) -> None:
        self.failed = True
        self.outputs.append(Output("error", name[:80], text[-TRACEBACK_CHARACTERS:]))

    def finish(self) -> tuple[Output | Picture, ...]:
        outputs = list(self.outputs)
        if left_out := max(self.rich - self.policy.rich_outputs, 0):
            outputs.append(Output("stream", "stdout", f"[{left_out} more outputs are not shown.]\n"))
        if self.tail:
            note = f"\n[... {self.dropped} characters are not shown ...]\n" if self.dropped else ""
            text = "".join(text for _, text in self.tail)
            outputs.append(Output("stream", self.tail[0][0], note + text))
        return tuple(outputs)


class Stream(io.TextIOBase):
    """What student code sees as stdout or stderr."""

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


def _import_for_functions(source: str) -> None:
    """Import what functions import when they are called.

    A cell has the time for that; a call, on a busy machine, has not, and would import it in every leaf anew.
    """
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    for node in (node for function in functions for node in ast.walk(function)):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case _:
                continue
        for name in modules:
            # Whatever goes wrong is for the call to show, if there ever is one.
            with contextlib.suppress(BaseException), swallowing(Swallowed()):
                importlib.import_module(name)


def _cut_middle(traceback: types.TracebackType | None) -> None:
    """Leave the ends of a long traceback; IPython takes milliseconds to format each frame of it."""
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    if len(entries) > TRACEBACK_FRAMES:
        half = TRACEBACK_FRAMES // 2
        entries[half - 1].tb_next = entries[-half]


class _Publisher(DisplayPublisher):
    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.shell.recorder.show("display", data)

    def clear_output(self, wait: bool = False) -> None:
        pass


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.recorder.show("result", format_dict)


class CellShell(InteractiveShell):
    """An IPython shell without history, terminal or input; its outputs go to `recorder`."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def __init__(self, policy: Policy) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.colors = "NoColor"
        config.InteractiveShell.xmode = "Context"
        super().__init__(config=config)
        self.recorder = Recorder(policy)

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to serve events for."""

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        """Two errors of ours: without memory there is none for a traceback, after a flood no room."""
        error = sys.exc_info()[1]
        if isinstance(error, MemoryError):
            self.recorder.fail("MemoryError", "MemoryError: this cell asked for more memory than there is")
        elif isinstance(error, OutputFlood):
            self.recorder.fail(
                "OutputFlood", "This cell printed more than there is room for and was stopped."
            )
        else:
            if error is not None:
                _cut_middle(error.__traceback__)
            super().showtraceback(exc_tuple, *args, **kwargs)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.recorder.fail(getattr(etype, "__name__", "Error"), "\n".join(stb))

    def run(self, source: str) -> tuple[str, tuple[Output | Picture, ...]]:
        """Run one cell as JupyterLab would: how it ended and what it showed. Raises nothing of the cell's."""
        self.recorder.start()
        result = self.run_cell(source, store_history=True)
        if self.recorder.flooded:
            return "flood", self.recorder.finish()
        if result.success:
            # Not transformed once more: transformers can be the student's, and count.
            _import_for_functions(result.info.transformed_cell)
        status = "ok" if result.success and not self.recorder.failed else "error"
        return status, self.recorder.finish()
