"""What the wall lets through: data only. `isolation.enter` builds what is written here.

Read it as the answer to "what can a student's code see, use and call?". The numbers of `policy.py` say how
much of it. Every protection has a name, can be left out by a test, and is attacked by `proof/selftest.py`.
"""

import importlib.util
import math
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .paths import packages
from .policy import MIB, Policy


__all__ = ["PROTECTIONS", "Scratch", "Wall", "build_wall", "environment"]


# The protections, and what each one does.
PROTECTIONS = {
    "drop_root": "started as root, it continues as a user that owns nothing",
    "user": "its privileges, if it gains any, end at its own namespaces; the ones below need it",
    "root": "an own file system: system and environment to read, small directories in memory to write",
    "pid": "an own set of processes, which ends as a whole",
    "net": "an own, empty network",
    "ipc": "own shared memory segments, semaphores and message queues",
    "uts": "an own host name",
    "cgroup": "an own view of the control groups",
    "landlock": "the kernel refuses every path that is not granted, TCP, and reaching processes outside",
    "seccomp": "the kernel refuses the system calls below",
    "no_new_privs": "programs that change their user do not",
    "capabilities": "no privilege is left, not even over its own namespaces",
    "not_dumpable": "other processes cannot look into its memory, nor it into its own through /proc",
    "rlimits": "processes, memory, CPU seconds, files and their size are limited",
    "memory": "all processes together hold no more memory than they may",
    "oom": "the first to go when memory runs out",
    "close_fds": "no open file is inherited but the ones that are meant to be",
    "die_with_parent": "nobody is left when the zygote or the driver dies",
    "sweep": "processes that outlive the worker are hunted down",
}
TIERS = {
    "full": frozenset(PROTECTIONS) - {"sweep"},
    # Without user namespaces. Nothing here bounds what is written in total, nor hides process ids.
    "reduced": frozenset(PROTECTIONS) - {"user", "root", "pid", "net", "ipc", "uts", "cgroup"},
    # Not Linux, or a kernel without Landlock: no wall at all, only the limits that every system has.
    "none": frozenset({"rlimits", "close_fds"}),
}

# The users inside. Root becomes one of the slots (nobody else uses these ids: they lie between those that
# distributions and systemd hand out) and inside every user is 1000.
FIRST_SLOT = 60600
SLOTS = 500
INNER_ID = 1000

# What is visible of the system. Entries that do not exist here are left out.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
CONFIGURATION = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")
ENVIRONMENT_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")
# Not /dev/zero: mapped, it is memory that belongs to no process.
DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")
ETC = {
    "passwd": f"student:x:{INNER_ID}:{INNER_ID}::/box:/bin/sh\n",
    "group": f"student:x:{INNER_ID}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
HOST_NAME = "sandbox"

# What must not be visible: the packages that know the answers.
REFERENCE_PACKAGES = ("advsec", "autograder")
INSTALLED = ("{}-*.dist-info", "__editable__*{}*")

REFERENCE_ABSENT = "the reference package is not available while your work is graded"

# What makes memory that is not part of any process, so that nobody sees how much of it a box holds; some of
# it would even outlive the box. Memory for several processes is made of files in /dev/shm, as Python does.
UNSEEN_MEMORY = "memfd_create shmget msgget semget"

# System calls: this errno instead of the call. ENOSYS makes the C library fall back to the older call, and
# ENOLCK is what file systems say that have no such locks: on what all boxes read, each would see those of
# the others. Locks as data bases take them (`lockf`) need a file to write to, which nobody shares.
REFUSED = {
    "ENOSYS": "clone3 io_uring_setup io_uring_enter io_uring_register",
    "ENOLCK": "flock",
    "EPERM": f"""
        {UNSEEN_MEMORY}
        unshare setns mount umount2 pivot_root chroot
        fsopen fsmount fsconfig fspick move_mount open_tree open_tree_attr mount_setattr
        open_by_handle_at name_to_handle_at mknod mknodat
        ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd
        bpf perf_event_open userfaultfd memfd_secret vmsplice
        keyctl add_key request_key
        init_module finit_module delete_module kexec_load kexec_file_load reboot
        swapon swapoff acct quotactl quotactl_fd nfsservctl lookup_dcookie uselib vhangup syslog
        iopl ioperm modify_ldt migrate_pages move_pages mbind set_mempolicy
        settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname
        fanotify_init inotify_init inotify_init1
    """,
}


@dataclass(frozen=True)
class ArgumentRule:
    """Refuse `call` when its argument (from 0) compares so with `value`; both are 32 bits wide."""

    call: str
    argument: int
    comparison: str  # "==", "!=", "&" (any of these bits) or "&=" (all of them)
    value: int
    errno: str


NEW_NAMESPACES = 0x7E020000
OWN_PROCESS = 0
AF_UNIX = 1
QUERY = 0xFFFFFFFF
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
SHARED_AND_ANONYMOUS = 0x21
PRIO_PROCESS, IOPRIO_WHO_PROCESS = 0, 1
SCHEDULING = ("affinity", "attr", "param", "scheduler")
# F_GETLK, F_OFD_GETLK, F_SETLEASE and F_NOTIFY: who has locked a part of a file, and who opens it.
WATCHING = (5, 36, 1024, 1026)

REFUSED_ARGUMENTS = (
    ArgumentRule("clone", 0, "&", NEW_NAMESPACES, "EPERM"),
    *(ArgumentRule("fcntl", 1, "==", command, "EINVAL") for command in WATCHING),
    ArgumentRule("ioctl", 1, "==", TIOCSTI, "EPERM"),
    ArgumentRule("ioctl", 1, "==", TIOCLINUX, "EPERM"),
    ArgumentRule("mmap", 3, "&=", SHARED_AND_ANONYMOUS, "EPERM"),  # unseen memory as well
    ArgumentRule("personality", 0, "!=", QUERY, "EPERM"),
    ArgumentRule("prlimit64", 0, "!=", OWN_PROCESS, "EPERM"),
    # Without own processes, those of the same user could be made to wait.
    ArgumentRule("setpriority", 0, "!=", PRIO_PROCESS, "EPERM"),
    ArgumentRule("setpriority", 1, "!=", OWN_PROCESS, "EPERM"),
    ArgumentRule("ioprio_set", 0, "!=", IOPRIO_WHO_PROCESS, "EPERM"),
    ArgumentRule("ioprio_set", 1, "!=", OWN_PROCESS, "EPERM"),
    *(ArgumentRule(f"sched_set{what}", 0, "!=", OWN_PROCESS, "EPERM") for what in SCHEDULING),
    ArgumentRule("socket", 0, "!=", AF_UNIX, "EAFNOSUPPORT"),
)
# Without a network namespace no socket at all: a path socket (the one of Docker, say) is only a file away.
# asyncio and multiprocessing use socketpair, which reaches nobody.
NO_SOCKETS = {"EPERM": "socket"}


@dataclass(frozen=True)
class Scratch:
    """A directory in memory, the only kind of place to write to."""

    path: str
    bytes: int
    files: int


@dataclass(frozen=True)
class Wall:
    """One wall, ready to be built in a forked child. Made by `build_wall`."""

    tier: str
    protections: frozenset[str]
    readable: tuple[str, ...]
    """Files and whole directories to read and to execute, but for what is masked in them."""
    granted: tuple[str, ...]
    """The same cut into pieces that hold nothing masked, since a grant of Landlock has no exceptions."""
    listed: tuple[str, ...]
    """What had to be cut for that: directories of which only the names of the entries may be read."""
    links: tuple[tuple[str, str], ...]
    """Symbolic links (path, target) that lead to readable entries."""
    masked: tuple[str, ...]
    """What must be absent inside, by every path that would lead there."""
    rlimits: tuple[tuple[str, int, int], ...]
    """Name, soft limit, hard limit."""
    processes: int
    """Processes and threads that the sandbox may have at once."""
    spare_processes: int
    """What the worker may have beyond that, to go on in."""
    memory_bytes: int
    """What all of them together may hold."""
    room_for_others: int = 200
    """Processes and threads that the user may start meanwhile whose name the sandbox shares, if it does."""
    slot_id: int = FIRST_SLOT
    scratch: tuple[Scratch, ...] = (
        Scratch("/box", 64 * MIB, 4096),
        Scratch("/tmp", 64 * MIB, 4096),
        Scratch("/dev/shm", 16 * MIB, 256),
    )

    @property
    def label(self) -> str:
        """The tier, and what of it is missing."""
        missing = sorted(TIERS[self.tier] - self.protections)
        return f"{self.tier} without {', '.join(missing)}" if missing else self.tier

    def without(self, *protections: str) -> "Wall":
        """The same wall with some protections left out."""
        unknown = set(protections) - set(PROTECTIONS)
        if unknown:
            raise ValueError(f"protections must be among {sorted(PROTECTIONS)}, got {sorted(unknown)}")
        return replace(self, protections=self.protections - set(protections))

    def showing(self, path: str) -> "Wall":
        """The same wall with one more file or directory to read."""
        return replace(self, readable=(*self.readable, path), granted=(*self.granted, path))

    def to_plain(self) -> dict[str, Any]:
        """The wall as JSON can hold it, for the way to the zygote."""
        return asdict(self) | {"protections": sorted(self.protections)}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Wall":
        """The inverse of `to_plain`."""
        names = ("readable", "granted", "listed", "masked")
        return cls(
            **plain
            | {name: tuple(plain[name]) for name in names}
            | {name: tuple(map(tuple, plain[name])) for name in ("links", "rlimits")}
            | {"protections": frozenset(plain["protections"])}
            | {"scratch": tuple(Scratch(**each) for each in plain["scratch"])}
        )

    def for_slot(self, slot: int) -> "Wall":
        """The same wall for another box that runs at the same time: as root, each has its own user."""
        if not 0 <= slot < SLOTS:
            raise ValueError(f"slot must be in [0, {SLOTS}), got {slot!r}")
        return replace(self, slot_id=FIRST_SLOT + slot)


def build_wall(
    policy: Policy,
    tier: str = "full",
    *,
    extra: Iterable[str | Path] = (),
    hidden: Iterable[str | Path] = (),
) -> Wall:
    """The wall around code that runs in this interpreter with its packages.

    Parameters
    ----------
    policy : Policy
        How much of everything.
    tier : {"full", "reduced", "none"}
        What the system can do; see `tiers.py`.
    extra : iterable of paths
        More to read, such as the data of an assignment.
    hidden : iterable of paths
        What must be absent besides the reference packages, such as the exercises of a course.

    Raises
    ------
    ValueError
        "tier must be one of full, reduced, none, got 'strong'".
    """
    if tier not in TIERS:
        raise ValueError(f"tier must be one of {', '.join(TIERS)}, got {tier!r}")
    paths = _outermost([*map(str, extra), *_system_paths(), *_interpreter_paths()])
    masked = _aliases({*_reference_paths(), *map(os.path.realpath, hidden)}, paths)
    links = tuple((path, os.readlink(path)) for path in paths if os.path.islink(path))
    whole = [path for path in paths if not os.path.islink(path) and not _is_below_any(path, masked)]
    pieces = [piece for path in whole for piece in _without_masked(path, masked)]
    return Wall(
        tier=tier,
        protections=TIERS[tier],
        readable=tuple(whole),
        granted=tuple(path for path, complete in pieces if complete),
        listed=tuple(path for path, complete in pieces if not complete),
        links=links,
        masked=tuple(sorted(masked)),
        rlimits=_rlimits(policy),
        processes=policy.processes,
        spare_processes=policy.spare_processes,
        memory_bytes=policy.box_memory_bytes,
    )


def environment() -> dict[str, str]:
    """The only environment variables of the zygote; everything else stays with the driver."""
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        "PATH": os.pathsep.join(dict.fromkeys([os.path.dirname(sys.executable), "/usr/bin", "/bin"])),
        "HOME": "/box",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(threads, "1"),
    }


def _rlimits(policy: Policy) -> tuple[tuple[str, int, int], ...]:
    both = {
        "RLIMIT_AS": policy.memory_bytes,
        "RLIMIT_FSIZE": policy.file_bytes,
        "RLIMIT_STACK": policy.stack_bytes,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_SIGPENDING": 128,
        "RLIMIT_RTPRIO": 0,
        "RLIMIT_NICE": 0,
    }
    # For each process by itself, so only in case that nobody looks at the clock. SIGXCPU, which tells what
    # happened, comes a little before SIGKILL.
    seconds = math.ceil(policy.submission_seconds)
    cpu = ("RLIMIT_CPU", seconds, seconds + 4)
    files = ("RLIMIT_NOFILE", policy.open_files, policy.open_files + policy.spare_files)
    return (cpu, files, *((name, value, value) for name, value in both.items()))


def _system_paths() -> Iterator[str]:
    yield from (path for path in (*SYSTEM, *CONFIGURATION) if os.path.lexists(path))


def _interpreter_paths() -> Iterator[str]:
    """The running interpreter, its standard library, its packages and the shared libraries it has loaded."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes.add(os.path.dirname(os.path.dirname(os.path.realpath(sys.executable))))
    for prefix in sorted(prefixes | set(map(os.path.realpath, prefixes))):
        yield from (path for part in ENVIRONMENT_PARTS if os.path.lexists(path := os.path.join(prefix, part)))
    yield from packages()
    yield from _mapped_libraries()


def _mapped_libraries() -> Iterator[str]:
    try:
        maps = Path("/proc/self/maps").read_text(errors="surrogateescape")
    except OSError:
        return
    mapped = {line.split(maxsplit=5)[5] for line in maps.splitlines() if line.count("/")}
    yield from sorted(path for path in mapped if ".so" in os.path.basename(path) and os.path.isfile(path))


def _reference_paths() -> Iterator[str]:
    """Every copy of the reference packages that this interpreter, or one of the system, could import, and
    what an installer wrote about them, which says where they lie. Of that the names stay: a name in a
    directory cannot be covered, only what it leads to.
    """
    here = Path(__file__).resolve().parents[1]
    roots = {here.parent, *map(Path, sys.path)}
    for prefix in {sys.prefix, sys.base_prefix, "/usr", "/usr/local"}:
        roots.update(Path(prefix).glob("lib*/python3*/*-packages"))
    for name in REFERENCE_PACKAGES:
        candidates = [root / name for root in roots] + [root / f"{name}.py" for root in roots]
        candidates += [path for root in roots for form in INSTALLED for path in root.glob(form.format(name))]
        candidates += map(Path, _importable(name))
        yield from {str(path.resolve()) for path in candidates if path.exists()}


def _importable(name: str) -> Iterator[str]:
    """Where `name` would be imported from: an editable install is on no path."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return
    if spec is not None:
        if spec.submodule_search_locations is not None:
            yield from spec.submodule_search_locations
        elif spec.origin is not None:
            yield spec.origin


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths and what they lead to, without those that lie in another one."""
    absolute = {os.path.abspath(path) for path in paths}
    outermost: list[str] = []
    for path in sorted(absolute | set(map(os.path.realpath, absolute)), key=lambda path: path.count("/")):
        if not _is_below_any(path, outermost):
            outermost.append(path)
    return sorted(outermost)


def _aliases(masked: set[str], paths: Iterable[str]) -> set[str]:
    """`masked` (real paths) by every name that it has below `paths`, which may be reached by a link."""
    aliases = set(masked)
    for path in paths:
        real = os.path.realpath(path)
        aliases.update(path + entry[len(real) :] for entry in masked if _is_below(entry, real))
    return aliases


def _without_masked(path: str, masked: set[str]) -> Iterator[tuple[str, bool]]:
    """Cut `path` into the largest pieces that hold nothing masked; False for those it had to cut."""
    if path in masked or os.path.islink(path):
        return
    complete = not any(_is_below(other, path) for other in masked)
    yield path, complete
    if not complete:
        for entry in sorted(os.listdir(path)):
            yield from _without_masked(os.path.join(path, entry), masked)


def _is_below_any(path: str, others: Iterable[str]) -> bool:
    return any(_is_below(path, other) for other in others)


def _is_below(path: str, other: str) -> bool:
    return path == other or path.startswith(other.rstrip("/") + "/")
