"""The zygote: a fresh interpreter that has imported what students use and forks one box per submission.

It is started by `launcher.py` and has never seen the reference, the exercises, a token or the gradebook, so
a box that searches its own memory finds nothing. It has one thread: only then is forking sound.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import struct
import sys
import types
import warnings
from importlib.abc import MetaPathFinder
from typing import Any, NoReturn

from . import isolation, pages
from .policy import Policy
from .wall import REFERENCE_ABSENT, REFERENCE_PACKAGES, Wall


# One message each way: four letters and a number.
MESSAGE = struct.Struct("<4sq")
READY, SPAWN, SPAWNED, REAP, REAPED = b"redy", b"spwn", b"born", b"reap", b"dead"

# Behind the wall as JSON, which is the first that the launcher says.
END_OF_WALL = b"\0"

# What a box says first, once its wall stands.
BEHIND_THE_WALL = b"\1"


class HiddenPackages(MetaPathFinder):
    """A friendly word where the reference would be imported; the wall is what keeps it away."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.split(".")[0] in REFERENCE_PACKAGES:
            raise ModuleNotFoundError(f"{name}: {REFERENCE_ABSENT}", name=name)


def main(control_fd: int, policy: Policy) -> NoReturn:
    """Prepare, hear of the wall, say so, and fork on request until the launcher hangs up."""
    control = socket.socket(fileno=control_fd)
    gc.disable()  # of what is imported nothing is for the bin
    shell = _prepare(policy)
    wall = _receive_wall(control)
    prepared = isolation.prepare(wall)
    gc.freeze()
    gc.enable()
    pages.gather()
    if sys.platform == "linux" and len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("the zygote has more than one thread; forking it would not be sound")
    control.sendall(MESSAGE.pack(READY, os.getpid()))
    boxes: set[int] = set()
    while True:
        message, fds = _receive(control)
        if not message:
            for box in boxes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(box, signal.SIGKILL)
            os._exit(0)
        kind, number = MESSAGE.unpack(message)
        if kind == SPAWN:
            box = _fork(control, fds[0], shell, wall.for_slot(number), prepared, policy)
            boxes.add(box)
            control.sendall(MESSAGE.pack(SPAWNED, box))
        elif kind == REAP:
            _, status = os.waitpid(number, 0)
            boxes.discard(number)
            control.sendall(MESSAGE.pack(REAPED, status))


def _receive_wall(control: socket.socket) -> Wall:
    text = b""
    while not text.endswith(END_OF_WALL):
        piece = control.recv(1 << 16)
        if not piece:
            os._exit(0)
        text += piece
    return Wall.from_plain(json.loads(text.removesuffix(END_OF_WALL)))


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    message, fds, _, _ = socket.recv_fds(control, MESSAGE.size, 1)
    while message and len(message) < MESSAGE.size:
        rest = control.recv(MESSAGE.size - len(message))
        message = message + rest if rest else b""
    return message, fds


def _prepare(policy: Policy) -> Any:
    """Import what is slow to import, once, and make the shell that every box starts with."""
    import bdb  # noqa: F401 (which IPython leaves until the first cell is run)
    import resource  # noqa: F401 (each box limits itself with it)

    import IPython.core.logger  # noqa: F401 (likewise)
    import numpy as np
    import numpy.random  # which numpy leaves until it is first used

    from . import figures, images, progress, worker  # noqa: F401 (with all that it imports)
    from .cells import CellShell

    shell = CellShell.instance(policy=policy)  # display() asks for the instance
    with contextlib.suppress(ImportError):
        import matplotlib.pyplot as plt

        shell.enable_matplotlib("inline")
        # It depends on how long that took, and nothing that is shown may depend on how busy a machine is.
        warnings.filterwarnings("ignore", 'Creating legend with loc="best" can be slow')
        # Drawing loads fonts and backends and fills caches; a box would pay for it each time.
        figure, axes = plt.subplots()
        axes.plot(np.arange(2), label="line")
        axes.legend()
        if shell.display_formatter:
            shell.display_formatter.format(figure)
        plt.close(figure)
        images.pixels_of(images.png_of(np.zeros((1, 1, 3), np.uint8)))
        shell.stay_inline()
        figures.close_fonts()
    progress.stand_in()
    sys.meta_path.insert(0, HiddenPackages())
    sys.modules["autograder"] = _student_side()
    return shell


def _student_side() -> types.ModuleType:
    """What `from autograder import ...` finds in a box: the notebook's own tests are no part of grading."""
    module = types.ModuleType("autograder", "While your work is graded, the tests run outside of it.")

    def check(function: Any) -> None:
        print("check: while your work is graded, the tests run outside of it.")

    def progress() -> None:
        print("progress: while your work is graded, the tests run outside of it.")

    module.check = check  # type: ignore[attr-defined]
    module.progress = progress  # type: ignore[attr-defined]
    module.CheckFailed = type("CheckFailed", (Exception,), {})  # type: ignore[attr-defined]
    return module


def _fork(
    control: socket.socket,
    fd: int,
    shell: Any,
    wall: Wall,
    prepared: isolation.Prepared,
    policy: Policy,
) -> int:
    zygote = os.getpid()
    box = os.fork()
    if box:
        os.close(fd)
        return box
    try:
        control.close()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(fd, 3)
        isolation.enter(wall, prepared, keep_fds=(3,), parent=zygote)
        connection = socket.socket(fileno=3)
        connection.sendall(BEHIND_THE_WALL)
        from .worker import serve  # imported by _prepare already

        serve(connection, shell, policy)
    finally:
        os._exit(70)
