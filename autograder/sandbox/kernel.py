"""The system calls of Linux that Python does not offer. The C library is opened at the first call."""

import ctypes
import functools
import os
import platform
from collections.abc import Callable
from typing import Any


# Name of a call -> its number on (x86-64, aarch64). None: that machine has no such call.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # Used by the wall itself.
    "capset": (126, 91),
    "close_range": (436, 436),
    "landlock_add_rule": (445, 445),
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "seccomp": (317, 277),
    # Judged by their arguments.
    "clone": (56, 220),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "ioprio_set": (251, 30),
    "mmap": (9, 222),
    "personality": (135, 92),
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "setpriority": (141, 140),
    "socket": (41, 198),
    # Refused.
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "clone3": (435, 435),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "flock": (73, 32),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "semget": (64, 190),
    "set_mempolicy": (238, 237),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "shmget": (29, 194),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, None),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
    "vmsplice": (278, 75),
}
MACHINES = ("x86_64", "aarch64")

PR_SET_PDEATHSIG = 1
PR_GET_DUMPABLE = 3
PR_SET_DUMPABLE = 4
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_GET_NO_NEW_PRIVS = 39
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


@functools.cache
def number(name: str, machine: str | None = None) -> int | None:
    """Number of the system call `name`, or None where the machine does not have it."""
    return NUMBERS[name][MACHINES.index(machine or platform.machine())]


def supported() -> bool:
    """Whether the numbers above are those of this system."""
    return platform.system() == "Linux" and platform.machine() in MACHINES


def syscall(name: str, *arguments: Any) -> int:
    """Make a system call by name; a refusal raises OSError that names the call."""
    return prepared(name, *arguments)()


def prepared(name: str, *arguments: Any) -> Callable[[], int]:
    """The same call to be made later, and often; what its arguments point to may change."""
    number_of_it = number(name)
    if number_of_it is None:
        raise OSError(38, f"{name} does not exist on {platform.machine()}")
    syscall, given = libc().syscall, (ctypes.c_long(number_of_it), *map(_argument, arguments))
    return lambda: _checked(name, syscall(*given))


def call(function: str, *arguments: Any) -> int:
    """Call a function of the C library that returns -1 and sets errno when it fails."""
    return _checked(function, getattr(libc(), function)(*map(_argument, arguments)))


def prctl(option: int, argument: int = 0) -> int:
    return _checked("prctl", libc().prctl(option, argument, 0, 0, 0))


def write(path: str, text: str, flags: int = 0) -> None:
    """Write a short text into a file, without the layers that `open` puts between: a fork copies each page of
    them that it uses."""
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, 0o644)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


@functools.cache
def libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    library.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return library


def _argument(value: Any) -> Any:
    """Integers as C longs: the C library would take a plain Python integer as a 32-bit one."""
    if isinstance(value, int):
        return ctypes.c_long(value)
    if isinstance(value, str):
        return ctypes.c_char_p(os.fsencode(value))
    return ctypes.c_char_p(value) if isinstance(value, bytes) else value


def _checked(name: str, result: int) -> int:
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result
