"""An own view of the system: file system, processes, network, shared memory, host name, control groups.

The order is forced by the kernel. A user namespace gives the right to make the others, and needs a process
with one thread. A tree can only be bound by someone who may read the way to it: root does that while it is
still root, everybody else with the rights of the user namespace. Processes enter a new process namespace
at the next fork, and only from there can its /proc be mounted.
"""

import ctypes
import os
import stat
from collections.abc import Iterable
from typing import NamedTuple

from . import kernel
from .wall import DEVICES, ETC, HOST_NAME, INNER_ID, REFERENCE_ABSENT, Wall


CLONE_FLAGS = {
    "user": 0x10000000,
    "root": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}

AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000
OPEN_TREE_CLONE = 1
MOVE_MOUNT_F_EMPTY_PATH = 4

# Flags of mount_setattr, which lead a life of their own beside those of mount.
ATTR_READ_ONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC = 1, 2, 4, 8

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND = 0x20, 0x1000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
MNT_DETACH = 2

# The new root grows on top of this directory, which every system has; its content is not touched.
STAGE = "/tmp"


class Tree(NamedTuple):
    """A detached copy of a mount, waiting for its place in the new root."""

    path: str
    fd: int


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def separate(wall: Wall) -> list[Tree]:
    """Move this process into new namespaces; returns what `build_root` is to put in place.

    The process namespace begins with the next child.
    """
    flags = 0
    for name, flag in CLONE_FLAGS.items():
        flags |= flag if name in wall.protections else 0
    as_root = os.geteuid() == 0
    trees = clone_trees(wall) if as_root else []
    if as_root and "drop_root" in wall.protections:
        become(wall.slot_id)
    user, group = os.geteuid(), os.getegid()
    if flags:
        kernel.call("unshare", flags)
    if "user" in wall.protections:
        _map_ids(user, group)
    if "uts" in wall.protections:
        kernel.call("sethostname", HOST_NAME, len(HOST_NAME))
    return trees if as_root else clone_trees(wall)


def become(user: int) -> None:
    """Give root up for good. The process may be written to by its new self: it has to map its ids."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)


def clone_trees(wall: Wall) -> list[Tree]:
    """Copies of everything that the new root binds, read-only already; none without a new root."""
    if "root" not in wall.protections:
        return []
    locked = ATTR_READ_ONLY | ATTR_NOSUID | ATTR_NODEV
    trees = [_clone(path, AT_RECURSIVE, locked) for path in wall.readable]
    return trees + [_clone(path, 0, ATTR_NOSUID | ATTR_NOEXEC) for path in DEVICES if os.path.exists(path)]


def build_root(wall: Wall, trees: Iterable[Tree]) -> None:
    """Replace the file system by a new one that holds `trees`, small directories in memory and /proc."""
    kernel.call("mount", None, "/", None, MS_REC | MS_PRIVATE, None)
    _mount_tmpfs(STAGE, MS_NOEXEC, "size=1m,nr_inodes=16k,mode=755")
    for directory in ("/etc", "/proc", "/dev"):
        os.mkdir(STAGE + directory)
    for scratch in wall.scratch:
        os.makedirs(STAGE + scratch.path, exist_ok=True)
        options = f"size={scratch.bytes},nr_inodes={scratch.files},mode=700"
        _mount_tmpfs(STAGE + scratch.path, MS_NOEXEC, options)
    for tree in trees:  # after /tmp, below which an environment may live
        _place(tree)
    for path, target in wall.links:
        os.makedirs(os.path.dirname(STAGE + path), exist_ok=True)
        os.symlink(target, STAGE + path)
    _write_small_files()
    _cover([path for path in wall.masked if os.path.exists(STAGE + path)])
    _mount_proc()
    _switch_to_stage()


def _clone(path: str, recursive: int, attributes: int) -> Tree:
    fd = kernel.syscall("open_tree", AT_FDCWD, path, OPEN_TREE_CLONE | os.O_CLOEXEC | recursive)
    wanted = _MountAttributes(set=attributes, propagation=MS_PRIVATE)
    size = ctypes.sizeof(wanted)
    kernel.syscall("mount_setattr", fd, "", AT_EMPTY_PATH | recursive, ctypes.byref(wanted), size)
    return Tree(path, fd)


def _place(tree: Tree) -> None:
    target = STAGE + tree.path
    if stat.S_ISDIR(os.fstat(tree.fd).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_CLOEXEC, 0o444))
    kernel.syscall("move_mount", tree.fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)
    os.close(tree.fd)


def _mount_tmpfs(path: str, flags: int, options: str) -> None:
    kernel.call("mount", "tmpfs", path, "tmpfs", flags | MS_NOSUID | MS_NODEV, options)


def _mount_proc() -> None:
    """The processes of this sandbox and nothing else of /proc. In a container whose own /proc is partly
    covered the kernel refuses; then /proc stays empty, which shows less, not more."""
    try:
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        kernel.call("mount", "proc", STAGE + "/proc", "proc", flags, "subset=pid,hidepid=invisible")
    except PermissionError:
        pass


def _write_small_files() -> None:
    for name, text in ETC.items():
        kernel.write(f"{STAGE}/etc/{name}", text, os.O_CREAT)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"{STAGE}/dev/{name}")


def _cover(paths: Iterable[str]) -> None:
    """Put in the place of each package, or module, one that only says that it is not here."""
    stub = STAGE + "/etc/absent"
    os.mkdir(stub)
    absent = f"raise ModuleNotFoundError({REFERENCE_ABSENT!r}, name=__name__)\n"
    kernel.write(f"{stub}/__init__.py", absent, os.O_CREAT)
    for path in paths:
        source = stub if os.path.isdir(STAGE + path) else f"{stub}/__init__.py"
        kernel.call("mount", source, STAGE + path, None, MS_BIND, None)
        _close_for_writing(STAGE + path)


def _switch_to_stage() -> None:
    """Make the stage the root, let the old root go, and close the new one for writing."""
    os.chdir(STAGE)
    kernel.syscall("pivot_root", ".", ".")
    kernel.call("umount2", ".", MNT_DETACH)
    os.chdir("/")
    _close_for_writing("/")


def _close_for_writing(mount: str) -> None:
    flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
    kernel.call("mount", None, mount, None, flags, None)


def _map_ids(user: int, group: int) -> None:
    """One user and one group exist inside; outside they are the ones that this process already has."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INNER_ID} {user} 1"),
        ("gid_map", f"{INNER_ID} {group} 1"),
    ):
        kernel.write(f"/proc/self/{name}", text)
