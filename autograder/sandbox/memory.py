"""How much memory a process holds together with everybody below it, as far as others may know.

What is exact about memory (`smaps`) is closed to everybody but root, since nobody may look into a box. What
is left errs upwards: pages that a fork still shares with its parent count for both. Memory that belongs to
no process is not seen at all, which is why the wall refuses to make any (`wall.UNSEEN_MEMORY`).
"""

import contextlib
import os
from collections.abc import Iterator


__all__ = ["held", "measurable"]


def held(process: int, proc: str = "/proc") -> int:
    """Bytes of private memory, swapped out or not, of a process and all its descendants."""
    total, ahead = 0, [process]
    while ahead:
        tasks = list(_tasks(f"{proc}/{ahead.pop()}/task"))
        # The tasks of a process share their memory; the first of them may have ended before the others.
        total += next(filter(None, map(_private_bytes, tasks)), 0)
        ahead += (child for task in tasks for child in _children(task))
    return total


def measurable(proc: str = "/proc") -> bool:
    """Whether this system shows what is needed: the children of a process, and the processes of others."""
    return os.path.exists(f"{proc}/self/task/{os.getpid()}/children") and not _is_hidden(proc)


def _tasks(directory: str) -> Iterator[str]:
    with contextlib.suppress(OSError):  # it ended meanwhile
        yield from (f"{directory}/{task}" for task in os.listdir(directory))


def _private_bytes(task: str) -> int:
    """0 for a task that has ended."""
    try:
        with open(f"{task}/status", "rb") as file:
            sizes = [line.split()[1] for line in file if line.startswith((b"RssAnon:", b"VmSwap:"))]
    except OSError:
        return 0
    return sum(map(int, sizes)) << 10


def _children(task: str) -> list[int]:
    try:
        with open(f"{task}/children", "rb") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def _is_hidden(proc: str) -> bool:
    """Whether /proc is mounted so that nobody sees the processes of others, nor those that hide."""
    with open(f"{proc}/self/mounts") as file:
        mounts = [line.split() for line in file]
    return any("hidepid=" in options for _, place, _, options, *_ in mounts if place == "/proc")
