"""An ordinary notebook of nbgrader's, behind the wall: all of its cells, tests included, run as they stand.

Of such an assignment nobody but its own test cells knows what is right. They run beside the student's code
and what they show is what counts, as nbgrader has it: the machine and the other students are safe from that
code, the verdict is not. Assignments of the catalogue are judged outside (see `grading`).
"""

import base64
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.endings import ending
from autograder.files import read_strangers
from autograder.sandbox.launcher import Box, BoxStopped, Zygote
from autograder.sandbox.messages import CellResult, Output
from autograder.sandbox.perform import Stopped
from autograder.sandbox.reader import Unreadable


# What lies beside a notebook is there in the box as well, as far as there is room.
MAX_FILE_BYTES = 8 << 20
MAX_BESIDE_BYTES = 32 << 20
MAX_BESIDE = 1000
SETUP_SECONDS = 30.0
# What nbgrader calls it.
TIMED_OUT = "CellTimeoutError"
SETUP = """
import os as _os, sys as _sys
_os.environ["NBGRADER_EXECUTION"] = "autograde"
_sys.path.insert(0, _os.getcwd())
del _os, _sys
"""
# A request holds no longer text than a mebibyte.
PIECE = 512 << 10
WRITE = """
import base64 as _base64, os as _os
_os.makedirs(_os.path.dirname({name!r}) or ".", exist_ok=True)
with open({name!r}, "ab") as _file:
    _file.write(_base64.b64decode({data!r}))
del _base64, _os, _file
"""


class NotBehindTheWall(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """Why a notebook cannot be run here; the message says what to do."""


def files_beside(folder: Path) -> dict[str, bytes]:
    """What lies in the folder of a notebook, by its path from there; raises NotBehindTheWall for too much."""
    found: dict[str, bytes] = {}
    for path in sorted(_ordinary_files(folder)):
        try:
            data = read_strangers(path, MAX_FILE_BYTES)
        except Unreadable as problem:
            raise NotBehindTheWall(f"{path.name} beside the notebook cannot be used: {problem}") from None
        found[path.relative_to(folder).as_posix()] = data
        if len(found) > MAX_BESIDE or sum(map(len, found.values())) > MAX_BESIDE_BYTES:
            raise NotBehindTheWall(
                f"more than {MAX_BESIDE} files or {MAX_BESIDE_BYTES >> 20} MiB lie beside the notebook"
            )
    return found


def _ordinary_files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names if not name.endswith(".ipynb"))


def run_cells(
    sources: Sequence[str],
    beside: Mapping[str, bytes],
    zygote: Zygote,
    seconds: Callable[[int], float | None],
) -> list[CellResult | Stopped]:
    """What every cell showed, or why it has no results. `seconds` are those that a cell has, None for all.

    A cell that hangs or crashes ends its box; the others run again without it, in a new one.
    """
    stopped: dict[int, Stopped] = {}
    left = zygote.policy.submission_seconds
    for _ in range(zygote.policy.restarts + 1):
        with zygote.box() as box:
            results, last = _run_through(sources, beside, box, seconds, stopped, left)
            left -= box.spent
        if last is None:
            break
        stopped[last[0]] = last[1]
    ended: dict[int, CellResult | Stopped] = {**results, **stopped}
    return [ended.get(index, Stopped("not_run")) for index in range(len(sources))]


def _run_through(
    sources: Sequence[str],
    beside: Mapping[str, bytes],
    box: Box,
    seconds: Callable[[int], float | None],
    stopped: Mapping[int, Stopped],
    left: float,
) -> tuple[dict[int, CellResult], tuple[int, Stopped] | None]:
    """The results of the cells that are not known to be bad, and the first one more that is."""
    _lay_beside(beside, box)
    results: dict[int, CellResult] = {}
    for index, source in enumerate(sources):
        remaining = left - box.spent
        if index in stopped:
            continue
        if remaining <= 0:
            break
        try:
            results[index] = box.run_cell(source, min(seconds(index) or remaining, remaining))
        except BoxStopped as stop:
            return results, (index, stop.stopped)
    return results, None


def _lay_beside(beside: Mapping[str, bytes], box: Box) -> None:
    for name, data in beside.items():
        pieces = (data[start : start + PIECE] for start in range(0, max(len(data), 1), PIECE))
        for piece in pieces:
            text = WRITE.format(name=name, data=base64.b64encode(piece).decode())
            if box.run_cell(text, SETUP_SECONDS).status != "ok":
                raise NotBehindTheWall(f"{name} cannot be laid beside the notebook in the box")
    box.run_cell(SETUP, SETUP_SECONDS)


def outputs_of(ran: CellResult | Stopped) -> list[dict[str, Any]]:
    """What a cell showed, as nbgrader reads it: a result may be points, an error or a word on stderr is 0."""
    if isinstance(ran, Stopped):
        return [_error(TIMED_OUT if ran.reason == "time" else "Stopped", f"This cell {ending(ran)}.")]
    outputs = [_output(output) for output in ran.outputs]
    if ran.status != "ok" and not any(output["output_type"] == "error" for output in outputs):
        outputs.append(_error("Error", "This cell ended with an error that it has kept from being shown."))
    return outputs


def _output(output: Output) -> dict[str, Any]:
    match output.kind:
        case "stream":
            name = "stderr" if output.name == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": output.text}
        case "error":
            return _error(output.name, output.text)
    if output.png:
        data = {"image/png": base64.b64encode(output.png).decode(), "text/plain": "<Figure>"}
    else:
        data = {"text/plain": output.text}
    shown: dict[str, Any] = {"output_type": "display_data", "data": data, "metadata": {}}
    return (
        shown | {"output_type": "execute_result", "execution_count": None}
        if output.kind == "result"
        else shown
    )


def _error(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": "", "traceback": text.splitlines()}
