"""The one entry of the wall: `enter` turns a forked child into a confined worker.

Three processes come of one child. The *guard* is the child itself: the zygote waits for it and may kill it.
The *keeper* below it is the first process of the new process namespace; when it ends, so does everything
else in there. The *worker* below that runs the student's code. Death is passed on in both directions:
the guard ends as the worker ended, and whoever loses its parent dies. While it waits, the guard watches how
much memory the processes below it hold together.
"""

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from . import kernel, landlock, limits, memory, namespaces, seccomp
from .wall import DEVICES, NO_SOCKETS, REFUSED, REFUSED_ARGUMENTS, Wall


__all__ = ["TOO_MUCH_MEMORY", "enter"]


STATUS = struct.Struct("=i")

# How the guard ends when all processes together hold more memory than they may, and how often it looks.
TOO_MUCH_MEMORY = 71
LOOK_SECONDS = 0.1


class Places(NamedTuple):
    """Where the worker may write: its working directory, and one for temporary files."""

    box: str
    tmp: str
    to_remove: str | None
    """The directory that holds both if they lie on the real file system."""


class Prepared(NamedTuple):
    """What is the same for all boxes behind a wall, made before they are forked."""

    paths: tuple[landlock.Opened, ...] | None
    """What they may read, open already; None where it is to be opened by each."""
    program: list[seccomp.Instruction]


def prepare(wall: Wall) -> Prepared:
    """Some of the work of `enter`; the files that are opened are closed in there."""
    paths = None
    # Without an own root it has to be found out whether the user who is left may go there.
    if {"landlock", "root"} <= wall.protections:
        with contextlib.suppress(OSError):  # which `enter` will say better
            paths = landlock.opened(readable=wall.granted, listed=wall.listed)
    return Prepared(paths, _filter(wall) if "seccomp" in wall.protections else [])


def enter(wall: Wall, prepared: Prepared, keep_fds: Iterable[int] = (), *, parent: int | None = None) -> None:
    """Return in a confined worker; in no other process does this function return.

    Call it in a fresh fork of a process with one thread. The worker has only the files in `keep_fds` open
    (standard streams that are not among them are /dev/null) and works in an empty directory. The caller's
    child ends with the status of the worker, by the same signal if it was one, or with TOO_MUCH_MEMORY; to
    kill it kills everything.

    If the wall cannot be built an OSError says which step failed, possibly in a child of the calling
    process: report it through one of `keep_fds` and leave with `os._exit`. Run nothing of the student's.

    Parameters
    ----------
    wall : Wall
        Made by `build_wall`.
    prepared : Prepared
        Made by `prepare` before the fork, of this wall or of the one for another slot.
    keep_fds : iterable of int
        Files that the worker may use.
    parent : int, optional
        Process id of the zygote, taken before the fork: then its death cannot be missed.
    """
    keep = tuple(keep_fds)
    if wall.tier == "none":
        _confine_anywhere(wall, keep)
        return
    parent = parent or os.getppid()
    os.setsid()
    if "oom" in wall.protections:
        limits.be_first_to_go()
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)  # of here: soon there is another one
    trees = namespaces.separate(wall)
    if "die_with_parent" in wall.protections:
        limits.die_with(parent, signal.SIGKILL)
    places = _make_places(wall)
    guard_end, keeper_end = socket.socketpair()
    if keeper := os.fork():
        _guard(wall, keeper, guard_end, proc)
    os.close(proc)
    guard_end.close()
    _become_keeper(wall, keeper_end)
    if "root" in wall.protections:
        namespaces.build_root(wall, trees)
    keeper = os.getpid()
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, _keeper_signals())
    if worker := os.fork():
        _keep(wall, worker, keeper_end, places)
    if "die_with_parent" in wall.protections:
        limits.die_with(keeper, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_SETMASK, previous)
    keeper_end.close()
    _settle(places)
    _confine(wall, keep, places, prepared)


def _confine(wall: Wall, keep: tuple[int, ...], places: Places, prepared: Prepared) -> None:
    """Take from this process what it does not need, last the right to ask for it."""
    active = wall.protections
    if "rlimits" in active:
        limits.set_rlimits(wall.rlimits)
        limits.set_rlimits([_process_limit(wall)])
    if "no_new_privs" in active:
        limits.forbid_new_privileges()
    if "landlock" in active:
        _restrict_paths(wall, places, prepared.paths)
    if "close_fds" in active:
        limits.close_files(keep)  # and with them what was open to be granted
    if "seccomp" in active:
        seccomp.install(prepared.program)
    if "capabilities" in active:
        limits.drop_capabilities()
    if "not_dumpable" in active:
        limits.forbid_dumps()


def _confine_anywhere(wall: Wall, keep: tuple[int, ...]) -> None:
    """What every Unix can do: no isolation. Systems differ in the limits that they accept; macOS, for
    one, refuses a limit of memory below the huge addresses that every process has there."""
    limits.close_files(keep)
    for limit in wall.rlimits:
        with contextlib.suppress(OSError, ValueError):
            limits.set_rlimits([limit])


def _process_limit(wall: Wall) -> tuple[str, int, int]:
    """The kernel counts by user. Where a box has none to itself others count as well, and may become more:
    without room for them an honest worker could not fork. There the limit is a wide one, and many copies of
    a worker are too much memory before they are too many."""
    room = wall.processes
    if "user" not in wall.protections and os.getuid() != wall.slot_id:
        room += limits.tasks_of_user() + wall.room_for_others
    return "RLIMIT_NPROC", room, room + wall.spare_processes


def _restrict_paths(wall: Wall, places: Places, paths: tuple[landlock.Opened, ...] | None) -> None:
    own_root = "root" in wall.protections
    writable = [scratch.path for scratch in wall.scratch] if own_root else [places.box, places.tmp]
    readable, listed = ((), ()) if paths else (wall.granted, wall.listed)
    landlock.restrict(
        opened=paths or (),
        # Without an own /proc the worker sees which libraries it has loaded, which scikit-learn asks for.
        readable=(*readable, *(("/etc", "/proc") if own_root else ("/proc/self/maps",))),
        listed=(*listed, "/", "/dev") if own_root else listed,
        writable=writable,
        devices=[path for path in DEVICES if os.path.exists(path)],
    )


def _filter(wall: Wall) -> list[seccomp.Instruction]:
    refused = dict(REFUSED)
    if "net" not in wall.protections:
        refused = {code: names + " " + NO_SOCKETS.get(code, "") for code, names in refused.items()}
    return seccomp.assemble(refused, REFUSED_ARGUMENTS, os.uname().machine)


def _make_places(wall: Wall) -> Places:
    if "root" in wall.protections:
        return Places("/box", "/tmp", None)
    directory = tempfile.mkdtemp(prefix="box-", dir="/tmp")
    places = Places(os.path.join(directory, "box"), os.path.join(directory, "tmp"), directory)
    os.mkdir(places.box, 0o700)
    os.mkdir(places.tmp, 0o700)
    return places


def _settle(places: Places) -> None:
    os.chdir(places.box)
    os.umask(0o077)
    caches = {name: os.path.join(places.tmp, name.lower()) for name in ("MPLCONFIGDIR", "IPYTHONDIR")}
    os.environ.update(HOME=places.box, TMPDIR=places.tmp, **caches)
    tempfile.tempdir = None  # it was found outside


def _guard(wall: Wall, keeper: int, keeper_link: socket.socket, proc: int) -> NoReturn:
    """Wait for the word of the keeper and end the way the worker ended."""
    with contextlib.suppress(BaseException):
        os.fchdir(proc)
        limits.close_files([keeper_link.fileno()])
        limits.drop_capabilities()
        limits.forbid_dumps()
    if "memory" in wall.protections:
        _watch_memory(wall, keeper, keeper_link)
    word = b""
    with contextlib.suppress(OSError):
        word = keeper_link.recv(STATUS.size)
    _, own_status = os.waitpid(keeper, 0)
    _end_like(STATUS.unpack(word)[0] if len(word) == STATUS.size else own_status)


def _watch_memory(wall: Wall, keeper: int, keeper_link: socket.socket) -> None:
    """Return when the keeper speaks; end, and everybody with this process, when all hold too much."""
    while not select.select([keeper_link], [], [], LOOK_SECONDS)[0]:
        if memory.held(keeper, proc=".") > wall.memory_bytes:
            os._exit(TOO_MUCH_MEMORY)


def _become_keeper(wall: Wall, guard_link: socket.socket) -> None:
    """Die with the guard; its death shows as the end of the link, since its number may not be visible."""
    if "sweep" in wall.protections:
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    if "die_with_parent" not in wall.protections:
        return
    # Outside a process namespace the keeper has to end the others itself first.
    last_word = signal.SIGKILL if "pid" in wall.protections else signal.SIGTERM
    kernel.prctl(kernel.PR_SET_PDEATHSIG, last_word)
    guard_link.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        guard_link.recv(1)  # nobody ever writes to it: this is the end of the link
        os._exit(1)
    guard_link.setblocking(True)


def _keep(wall: Wall, worker: int, guard_link: socket.socket, places: Places) -> NoReturn:
    """Reap until the worker is gone, end whoever is left, tell the guard."""
    status = None
    with contextlib.suppress(BaseException):
        limits.close_files([guard_link.fileno()])
        limits.drop_capabilities()
        limits.forbid_dumps()
        status = _reap_until_gone(worker)
        if "sweep" in wall.protections:
            _sweep()
        if places.to_remove is not None:
            _remove(places.to_remove)
    with contextlib.suppress(OSError):
        if status is not None:
            guard_link.send(STATUS.pack(status))
    os._exit(0)


def _keeper_signals() -> set[signal.Signals]:
    return {signal.SIGCHLD, signal.SIGTERM}


def _reap_until_gone(worker: int) -> int | None:
    """Status of the worker, or None if the guard died first."""
    while True:
        while (reaped := os.waitpid(-1, os.WNOHANG))[0]:
            if reaped[0] == worker:
                return reaped[1]
        if signal.sigwait(_keeper_signals()) == signal.SIGTERM:
            return None


def _sweep() -> None:
    """Kill every descendant: what loses its parent becomes a child of this process, a subreaper."""
    while True:
        for child in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)  # grandchildren arrive when their parents are gone


def _children() -> Iterable[int]:
    me = os.getpid()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                # The name of the program stands in parentheses and may hold anything.
                if int(file.read().rpartition(b")")[2].split()[1]) == me:
                    yield int(name)


def _remove(directory: str) -> None:
    """Remove a directory that a student filled: of any depth, with any permissions."""
    for command in (["chmod", "-R", "u+rwx", directory], ["rm", "-rf", directory]):
        subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _end_like(status: int) -> NoReturn:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
