"""The processes below one, as far as the kernel shows them to others."""

import contextlib
import os
from collections.abc import Iterator


__all__ = ["are_shown", "tasks", "tree"]


def tree(process: int, proc: str = "/proc") -> Iterator[str]:
    """The directories in /proc of a process and of all its descendants, parents first."""
    ahead = [process]
    while ahead:
        directory = f"{proc}/{ahead.pop()}"
        yield directory
        ahead += (child for task in tasks(directory) for child in _children(task))


def tasks(directory: str) -> list[str]:
    """The directories of the threads of a process; none once it has ended."""
    try:
        return [f"{directory}/task/{task}" for task in os.listdir(f"{directory}/task")]
    except OSError:
        return []


def are_shown(proc: str = "/proc") -> bool:
    """Whether this system tells the children of a process, and of the processes of others."""
    return os.path.exists(f"{proc}/self/task/{os.getpid()}/children") and not _are_hidden(proc)


def _children(task: str) -> list[int]:
    with contextlib.suppress(OSError), open(f"{task}/children", "rb") as file:
        return [int(child) for child in file.read().split()]
    return []


def _are_hidden(proc: str) -> bool:
    """Whether /proc is mounted so that nobody sees the processes of others, nor those that hide."""
    with open(f"{proc}/self/mounts") as file:
        mounts = [line.split() for line in file]
    return any("hidepid=" in options for _, place, _, options, *_ in mounts if place == "/proc")
