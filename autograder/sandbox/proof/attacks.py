"""What the self-test tries from inside the wall, and which protections have to stop it.

An attack raises OSError, or `StoppedError`, when it fails and returns what it got when it succeeds. It
runs behind `isolation.enter`, in a process that the next one may go on in if it fails. `stops` names every
protection that is enough to stop it: with one of them active it is expected to fail, and with all of them
left out it has to succeed, otherwise it would prove nothing.
"""

import contextlib
import mmap
import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from typing import NamedTuple

from .. import kernel, landlock
from ..wall import Wall


class Bait(NamedTuple):
    """What the attacks are after, laid out outside the wall by the self-test."""

    secret: str
    """A file that everybody may read."""
    drop: str
    """A directory that everybody may write to."""
    readable: str
    """A directory that the wall shows, with a file that everybody may change."""
    reference: tuple[tuple[str, str], ...]
    """Files of the reference packages, with their beginnings."""
    tcp_port: int
    udp_port: int
    abstract_socket: str
    path_socket: str
    victim: int
    """A process of the same user."""
    open_file: int
    open_inode: int
    shared_memory: int
    host: str
    control_group: str


class StoppedError(Exception):
    """The attack failed without an error of the system."""


class Attack(NamedTuple):
    """Something to try. What an honest student needs is tried in the same way: nothing may stop it."""

    name: str
    stops: tuple[str, ...]
    attempt: Callable[[Bait], str]


ATTACKS: list[Attack] = []
USES: list[Attack] = []

# Fewer than the usual wall allows.
THREADS = 40
# Parts of a protection that not every kernel or tier has.
NET_RULES, SCOPES, NO_SOCKETS = "landlock: TCP", "landlock: scopes", "seccomp: sockets"


def active(wall: Wall) -> frozenset[str]:
    """The protections of `wall` and their parts, as they are named in `stops`."""
    parts = set()
    if "landlock" in wall.protections:
        parts |= {NET_RULES} if landlock.version() >= landlock.NET_FROM else set()
        parts |= {SCOPES} if landlock.version() >= landlock.SCOPE_FROM else set()
    if "seccomp" in wall.protections and "net" not in wall.protections:
        parts.add(NO_SOCKETS)
    return wall.protections | parts


def _attack(name: str, *stops: str) -> Callable:
    def register(attempt: Callable[[Bait], str]) -> Callable[[Bait], str]:
        ATTACKS.append(Attack(name, stops, attempt))
        return attempt

    return register


def _use(name: str) -> Callable:
    def register(attempt: Callable[[Bait], str]) -> Callable[[Bait], str]:
        USES.append(Attack(name, (), attempt))
        return attempt

    return register


# --- files -----------------------------------------------------------------------------------------


@_attack("read a file of somebody else", "root", "landlock")
def _read_outside(bait: Bait) -> str:
    with open(bait.secret) as file:
        return file.read()


@_attack("write a file outside", "root", "landlock")
def _write_outside(bait: Bait) -> str:
    path = os.path.join(bait.drop, "written")
    with open(path, "w") as file:
        file.write("still here tomorrow")
    os.unlink(path)
    return path


@_attack("change what the next submission will read", "root", "landlock")
def _write_readable(bait: Bait) -> str:
    with open(os.path.join(bait.readable, "data"), "r+b"):
        return bait.readable


@_attack("lock what others read, for them to see", "seccomp")
def _lock_readable(bait: Bait) -> str:
    import fcntl

    with open(os.path.join(bait.readable, "data")) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return bait.readable


@_attack("read the reference package", "root", "landlock")
def _read_reference(bait: Bait) -> str:
    for path, beginning in bait.reference:
        try:
            with open(path, errors="replace") as file:
                if file.read(len(beginning)) == beginning:
                    return path
        except OSError:
            continue
    raise StoppedError("not there")


@_attack("run a program that was written just now", "root", "landlock")
def _run_written(bait: Bait) -> str:
    with open("program", "w") as file:
        file.write("#!/bin/sh\nexit 0\n")
    os.chmod("program", 0o700)
    subprocess.run(["./program"], check=True)
    return "it ran"


@_attack("fill the disk", "root")
def _fill_disk(bait: Bait) -> str:
    for number in range(12):
        with open(f"filler{number}", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 8 << 20)
    return "96 MiB in 12 files"


@_attack("use up the files of the disk", "root")
def _fill_directory(bait: Bait) -> str:
    for number in range(5000):
        os.symlink("nowhere", f"link{number}")  # which is a file as well, made in one call
    return "5000 files"


@_attack("read a setting of the kernel", "root", "landlock")
def _read_kernel(bait: Bait) -> str:
    with open("/proc/sys/kernel/core_pattern") as file:
        return file.read().strip()


# --- processes -------------------------------------------------------------------------------------


@_attack("signal a process outside", "pid", SCOPES)
def _signal_victim(bait: Bait) -> str:
    os.kill(bait.victim, 0)
    return f"process {bait.victim}"


@_attack("make a process outside wait", "pid", "seccomp")
def _slow_victim(bait: Bait) -> str:
    os.setpriority(os.PRIO_PROCESS, bait.victim, 19)
    return f"process {bait.victim}"


@_attack("trace a process outside", "user", "landlock", "seccomp")
def _trace_victim(bait: Bait) -> str:
    attach, detach = 16, 17
    kernel.call("ptrace", attach, bait.victim, None, None)
    os.waitpid(bait.victim, 0x40000000)
    kernel.call("ptrace", detach, bait.victim, None, None)
    return f"process {bait.victim}"


@_attack("read the environment variables of a process outside", "user", "root", "landlock")
def _read_victim(bait: Bait) -> str:
    with open(f"/proc/{bait.victim}/environ", "rb") as file:
        return f"{len(file.read())} bytes"


@_attack("read its own memory through /proc", "not_dumpable")
def _read_own_memory(bait: Bait) -> str:
    with open("/proc/self/mem", "rb"):
        return "/proc/self/mem"


@_attack("use a file that the driver had open", "close_fds")
def _use_inherited(bait: Bait) -> str:
    if os.fstat(bait.open_file).st_ino != bait.open_inode:
        raise StoppedError("another file")
    return f"file {bait.open_file}"


# --- network and other ways to talk ----------------------------------------------------------------


@_attack("connect to a port of this computer", "net", NET_RULES, "seccomp")
def _connect_tcp(bait: Bait) -> str:
    with socket.create_connection(("127.0.0.1", bait.tcp_port), timeout=2):
        return f"port {bait.tcp_port}"


@_attack("send a datagram", "net", "seccomp")
def _send_datagram(bait: Bait) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", bait.udp_port))
        return f"port {bait.udp_port}"


@_attack("connect to an abstract socket", "net", SCOPES, NO_SOCKETS)
def _connect_abstract(bait: Bait) -> str:
    return _connect_unix(bait.abstract_socket)


@_attack("connect to a socket in the file system", "root", NO_SOCKETS)
def _connect_path(bait: Bait) -> str:
    return _connect_unix(bait.path_socket)


def _connect_unix(address: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        return repr(address)


@_attack("open a socket to the kernel", "seccomp")
def _open_netlink(bait: Bait) -> str:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW):
        return "netlink"


@_attack("attach shared memory of somebody else", "ipc", "seccomp")
def _attach_shared_memory(bait: Bait) -> str:
    return f"segment {kernel.call('shmget', bait.shared_memory, 0, 0)}"


@_attack("learn the name of the computer", "uts")
def _host_name(bait: Bait) -> str:
    if os.uname().nodename != bait.host:
        raise StoppedError("another name")
    return bait.host


@_attack("learn the control groups of the driver", "cgroup")
def _control_group(bait: Bait) -> str:
    with open("/proc/self/cgroup") as file:
        groups = file.read()
    if groups != bait.control_group or groups.count("/") == groups.count(":/\n"):
        raise StoppedError("nothing to see")
    return groups


# --- privileges ------------------------------------------------------------------------------------


@_attack("be root outside", "drop_root")
def _be_root(bait: Bait) -> str:
    try:
        with open("/proc/self/uid_map") as file:
            outside = int(file.read().split()[1])
    except OSError:
        outside = os.getuid()
    if outside != 0:
        raise StoppedError(f"user {outside}")
    return "user 0"


@_attack("have a privilege over its own namespaces", "capabilities")
def _have_capability(bait: Bait) -> str:
    import ctypes

    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    kernel.call("capget", ctypes.byref(header), ctypes.byref(sets))
    if not any(sets):
        raise StoppedError("none")
    return f"effective {sets[3]:08x}{sets[0]:08x}"


@_attack("gain privileges by running a program", "no_new_privs")
def _gain_privileges(bait: Bait) -> str:
    if kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) == 1:
        raise StoppedError("forbidden for good")
    return "not forbidden"


@_attack("mount a file system", "capabilities", "landlock", "seccomp")
def _mount(bait: Bait) -> str:
    kernel.call("mount", "tmpfs", "/tmp", "tmpfs", 0, None)
    return "a tmpfs on /tmp"


@_attack("make a user namespace", "seccomp")
def _make_namespace(bait: Bait) -> str:
    kernel.call("unshare", 0x10000000)
    return "and with it all privileges over it"


@_attack("use the kernel's keys", "seccomp")
def _use_keys(bait: Bait) -> str:
    get_keyring, session = 0, -3
    return f"keyring {kernel.syscall('keyctl', get_keyring, session, 0)}"


# --- resources -------------------------------------------------------------------------------------


@_attack("fork without end", "rlimits")
def _fork_bomb(bait: Bait) -> str:
    """Threads count as processes do and are started sooner: they leave room for a few forks only."""
    end = threading.Event()
    threads = [threading.Thread(target=end.wait) for _ in range(THREADS)]
    children: list[int] = []
    try:
        with contextlib.suppress(RuntimeError):  # a wall may allow fewer
            for thread in threads:
                thread.start()
        while len(children) < 300:
            if not (child := os.fork()):
                signal.pause()
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        end.set()
    return f"{len(children)} processes"


@_attack("allocate without end", "rlimits")
def _allocate(bait: Bait) -> str:
    no_reserve = 0x4000
    with mmap.mmap(-1, 64 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | no_reserve):
        return "64 GiB"


@_attack("make memory that belongs to no process", "seccomp")
def _shared_memory(bait: Bait) -> str:
    with mmap.mmap(-1, 1 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS):
        return "1 MiB"


@_attack("make one huge file", "rlimits")
def _huge_file(bait: Bait) -> str:
    with open("huge", "wb") as file:
        os.ftruncate(file.fileno(), 1 << 40)
    return "1 TiB"


@_attack("open files without end", "rlimits")
def _open_files(bait: Bait) -> str:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    files = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while len(files) < 4000:
            files.append(os.dup(files[0]))
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return f"{len(files)} files"


@_attack("compute without end", "rlimits")
def _compute(bait: Bait) -> str:
    import resource

    if resource.getrlimit(resource.RLIMIT_CPU)[1] != resource.RLIM_INFINITY:
        raise StoppedError("CPU seconds are limited")
    return "CPU seconds are not limited"


@_attack("leave a core file", "rlimits", "not_dumpable")
def _dump_core(bait: Bait) -> str:
    import resource

    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0 or not kernel.prctl(kernel.PR_GET_DUMPABLE):
        raise StoppedError("limited to 0 bytes")
    return "core files are not limited"


# --- what an honest student needs ------------------------------------------------------------------


@_use("import a module that was not imported before")
def _import_late(bait: Bait) -> str:
    import xml.dom.minidom

    return xml.dom.minidom.parseString("<x/>").nodeName


@_use("write files in the working directory and the temporary one")
def _write_files(bait: Bait) -> str:
    for directory in (os.getcwd(), tempfile.gettempdir()):
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(bytes(1 << 20))
    return "1 MiB each"


@_use("start a thread")
def _start_thread(bait: Bait) -> str:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    return "it ended"


@_use("run a program")
def _run_program(bait: Bait) -> str:
    subprocess.run(["/bin/sh", "-c", "true"], check=True)
    return "it ended well"


@_use("draw random bytes")
def _draw_random(bait: Bait) -> str:
    with open("/dev/urandom", "rb", buffering=0) as file:
        return f"{len(os.urandom(16) + file.read(16))} bytes"


@_use("run an event loop")
def _run_event_loop(bait: Bait) -> str:
    import asyncio

    return asyncio.run(asyncio.sleep(0, "it ran"))
