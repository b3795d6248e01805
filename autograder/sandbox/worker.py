"""The loop of a box: read the notebook, run its cells, have probes performed.

It runs beside student code and can be taken over by it. That gains nothing: it holds no secret, and what
it says is only ever read as values.
"""

import os
import socket
import sys
from typing import Any, NoReturn

from .cells import CellShell
from .leaves import attempt_edits, perform_probes, reseed
from .messages import NOTEBOOK, OUTPUTS, REQUESTS, cell_result_to_plain, cells_to_plain
from .policy import Policy
from .reader import Unreadable, read_cells
from .recorder import Stream
from .wire import Frame, FrameType, decode, encode, receive, send


def serve(connection: socket.socket, shell: CellShell, policy: Policy) -> NoReturn:
    """Answer requests until the driver hangs up."""
    sys.stdout, sys.stderr = Stream(shell.recorder, "stdout"), Stream(shell.recorder, "stderr")
    sys.path.insert(0, "")  # a cell can import what an earlier one has written
    reseed()
    while True:
        try:
            frame = receive(connection, REQUESTS)
        except (EOFError, OSError):
            os._exit(0)
        if frame.type is FrameType.READ:
            body = encode(_read(frame.body), NOTEBOOK)
        elif frame.type is FrameType.CELL:
            body = encode(cell_result_to_plain(*shell.run(decode(frame.body, REQUESTS))), OUTPUTS)
        elif frame.type is FrameType.ATTEMPT:
            shell.is_watched = False
            body = attempt_edits(frame, shell.user_ns)
            shell.is_watched = True
        else:
            shell.is_watched = False
            body = perform_probes(frame, connection, shell.user_ns, policy)
            shell.is_watched = True
        send(connection, Frame(FrameType(frame.type + 1), frame.call_id, body))


def _read(data: bytes) -> tuple[Any, ...]:
    try:
        return cells_to_plain(read_cells(data))
    except Unreadable as reason:
        return ("unreadable", reason.code, reason.detail)
