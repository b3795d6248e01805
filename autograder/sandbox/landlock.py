"""Landlock: a process tells the kernel which paths it still needs, and can never take that back."""

import contextlib
import ctypes
import functools
import os
import stat
from collections.abc import Iterable
from typing import NamedTuple

from . import kernel, limits


CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

# Rights by the bit of the kernel's interface.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

# How many of the file rights each version of the interface knows; later ones know as many as the last.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NET_FROM, SCOPE_FROM = 4, 6
ALL_NET = 0b11  # bind and connect TCP
ALL_SCOPES = 0b11  # abstract Unix sockets and signals

TO_READ, TO_LIST = READ_FILE | READ_DIR | EXECUTE, READ_DIR
# Files that are opened for later, out of the way of others: some functions take only numbers below.
FIRST_OPENED = 1024


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


@functools.cache
def version() -> int:
    """Version of the kernel's interface, 0 where there is none."""
    if not kernel.supported():
        return 0
    try:
        return kernel.syscall("landlock_create_ruleset", None, 0, CREATE_RULESET_VERSION)
    except OSError:
        return 0


class Opened(NamedTuple):
    """A path that is open for later, and the rights that are granted there."""

    file: int
    rights: int


def opened(*, readable: Iterable[str], listed: Iterable[str]) -> tuple[Opened, ...]:
    """What many processes will keep, opened before they are forked: to find hundreds of paths takes long.

    Raises OSError, such as where there are more of them than files may be open.
    """
    import fcntl  # not everywhere

    paths = [(path, TO_READ) for path in readable] + [(path, TO_LIST) for path in listed]
    with contextlib.ExitStack() as opening, limits.raised("RLIMIT_NOFILE"):
        found = []
        for path, rights in paths:
            low, rights = _opened(path, rights)
            try:
                file = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, FIRST_OPENED)
            finally:
                os.close(low)
            opening.callback(os.close, file)
            found.append(Opened(file, rights))
        opening.pop_all()
    return tuple(found)


def restrict(
    *,
    readable: Iterable[str] = (),
    listed: Iterable[str] = (),
    writable: Iterable[str],
    devices: Iterable[str],
    opened: Iterable[Opened] = (),
) -> None:
    """Keep only these paths, no TCP, and no signal or abstract socket to anyone outside.

    `readable` may be executed too, `writable` may not. Needs no-new-privs (or privilege).
    """
    known = (1 << FILE_RIGHTS[min(version(), max(FILE_RIGHTS))]) - 1
    ruleset = _create_ruleset(known)
    try:
        grants = (
            (readable, TO_READ),
            (listed, TO_LIST),
            (writable, known & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV)),
            (devices, READ_FILE | WRITE_FILE),
        )
        _grant(ruleset, opened)
        for paths, rights in grants:
            for path in paths:
                file, of_it = _opened(path, rights)
                try:
                    _grant(ruleset, [Opened(file, of_it)])
                finally:
                    os.close(file)
        kernel.syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _create_ruleset(file_rights: int) -> int:
    attributes = _Ruleset(files=file_rights)
    size = 8
    if version() >= NET_FROM:
        attributes.net, size = ALL_NET, 16
    if version() >= SCOPE_FROM:
        attributes.scopes, size = ALL_SCOPES, 24
    return kernel.syscall("landlock_create_ruleset", ctypes.byref(attributes), size, 0)


def _opened(path: str, rights: int) -> Opened:
    file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not stat.S_ISDIR(os.fstat(file).st_mode):
        rights &= OF_FILES
    return Opened(file, rights)


def _grant(ruleset: int, opened: Iterable[Opened]) -> None:
    rule = _PathBeneath()
    # Made once: there are hundreds of rules.
    add = kernel.prepared("landlock_add_rule", ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    for rule.parent_fd, rule.allowed in opened:
        add()
