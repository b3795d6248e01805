"""Memory in large pages: what a fork copies are the entries of the page table, one for each page."""

import contextlib
from collections.abc import Iterator

from . import kernel


__all__ = ["gather"]


LARGE = 2 << 20
MADV_COLLAPSE = 25


def gather() -> None:
    """Put the memory of this process into large pages where the system can, which changes nothing else.

    Every box is a chain of forks. A page that one of them writes to is still copied by itself.
    """
    if not kernel.supported():
        return
    with contextlib.suppress(OSError):
        for first, last in list(_own_memory()):
            for address in range(-(-first // LARGE) * LARGE, last - LARGE + 1, LARGE):
                with contextlib.suppress(OSError):  # a range with nothing in it, or an older kernel
                    kernel.call("madvise", address, LARGE, MADV_COLLAPSE)


def _own_memory() -> Iterator[tuple[int, int]]:
    """The addresses that can be written to and that belong to no file."""
    with open("/proc/self/maps") as file:
        for line in file:
            addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
            if rights.startswith("rw") and inode == "0" and "[stack]" not in name:
                first, _, last = addresses.partition("-")
                yield int(first, 16), int(last, 16)
