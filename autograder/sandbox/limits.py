"""Limits of one process: resources, privileges, open files, and who it dies with."""

import contextlib
import ctypes
import os
from collections.abc import Iterable, Iterator

from . import kernel


CAPABILITY_VERSION = 0x20080522
LAST_CAPABILITY = 63
HIGHEST_FILE = 2**32 - 1


def set_rlimits(limits: Iterable[tuple[str, int, int]]) -> None:
    """Set each (name, soft, hard), or the lower one in force already; systems know different names."""
    import resource

    for name, soft, hard in limits:
        if (limit := getattr(resource, name, None)) is not None:
            ceiling = resource.getrlimit(limit)[1]
            if ceiling != resource.RLIM_INFINITY:
                hard = min(hard, ceiling)
            resource.setrlimit(limit, (min(soft, hard), hard))


@contextlib.contextmanager
def raised(name: str) -> Iterator[None]:
    """As much as the hard limit of that name allows, for a while."""
    import resource

    limit = getattr(resource, name)
    soft, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(limit, (soft, hard))


def tasks_of_user() -> int:
    """Processes and threads that this user has already; a limit on them counts those too."""
    user, tasks = str(os.getuid()), 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/status", errors="replace") as file:
            status = dict(line.split(":", 1) for line in file if ":" in line)
            tasks += int(status["Threads"]) if status["Uid"].split()[0] == user else 0
    return tasks


def close_files(keep: Iterable[int]) -> None:
    """Close everything but `keep`; standard streams that are not kept become /dev/null."""
    kept = sorted({0, 1, 2, *keep})
    null = os.open(os.devnull, os.O_RDWR)
    for stream in {0, 1, 2} - set(keep):
        os.dup2(null, stream)
    for fd, following in zip(kept, [*kept[1:], HIGHEST_FILE + 1], strict=True):
        _close_range(fd + 1, following - 1)


def be_first_to_go() -> None:
    """Let the kernel choose this process and its children when memory runs out."""
    kernel.write("/proc/self/oom_score_adj", "1000")


def die_with(parent: int, death: int) -> None:
    """Get the signal `death` when the parent dies; end at once if that has happened already.

    To be called after the last change of user: that clears it.
    """
    kernel.prctl(kernel.PR_SET_PDEATHSIG, death)
    if os.getppid() != parent:
        os._exit(1)


def forbid_new_privileges() -> None:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def forbid_dumps() -> None:
    """No core file, no look into the memory by others, and /proc/self/mem is closed even to itself."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def drop_capabilities() -> None:
    """Give up every privilege over the own namespaces, now and for programs to come."""
    for capability in range(LAST_CAPABILITY + 1):
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
        except OSError:
            break  # the kernel knows no more of them, or there is no privilege to give up
    kernel.prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    kernel.syscall("capset", ctypes.byref(header), ctypes.byref(nothing))


def _close_range(first: int, last: int) -> None:
    if first > last:
        return
    if kernel.supported():
        kernel.syscall("close_range", first, last, 0)
    else:
        os.closerange(first, min(last, os.sysconf("SC_OPEN_MAX")) + 1)
