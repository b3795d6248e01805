"""How much memory a process holds together with everybody below it, as far as others may know.

What is exact about memory (`smaps`) is closed to everybody but root, since nobody may look into a box. What
is left errs upwards: pages that a fork still shares with its parent count for both. Memory that belongs to
no process is not seen at all, which is why the wall refuses to make any (`wall.UNSEEN_MEMORY`).
"""

from . import processes


__all__ = ["held"]


def held(process: int, proc: str = "/proc") -> int:
    """Bytes of private memory, swapped out or not, of a process and all its descendants."""
    # The tasks of a process share their memory; the first of them may have ended before the others.
    return sum(
        next(filter(None, map(_private_bytes, processes.tasks(directory))), 0)
        for directory in processes.tree(process, proc)
    )


def _private_bytes(task: str) -> int:
    """0 for a task that has ended."""
    try:
        with open(f"{task}/status", "rb") as file:
            sizes = [line.split()[1] for line in file if line.startswith((b"RssAnon:", b"VmSwap:"))]
    except OSError:
        return 0
    return sum(map(int, sizes)) << 10
