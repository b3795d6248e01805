"""Files around a course: a stranger's is read under limits and through no link, ours are written whole."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.course import CourseError, Postponed
from autograder.failpoints import failpoint
from autograder.sandbox.reader import Unreadable


# How half-written files of ours end.
TEMPORARY = ".tmp"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def read_strangers(path: Path, limit: int) -> bytes:
    """The bytes of a file that somebody handed in. Links, devices and pipes are never opened.

    Raises Unreadable: permission, not_a_file, hard_link, or too_large for more than `limit` bytes.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        raise Unreadable("permission") from None
    except OSError:
        raise Unreadable("not_a_file") from None
    try:
        _check(os.fstat(descriptor))
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError:  # a disk that fails
        raise Unreadable("not_a_file") from None
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise Unreadable("too_large")
    return data


def _check(status: os.stat_result) -> None:
    """Raises Unreadable for what is no ordinary file, or has a second name."""
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("not_a_file")
    # By its other name it may be somebody else's. Some file systems do not count, and say 0.
    if status.st_nlink > 1:
        raise Unreadable("hard_link")


def read_ours(path: Path) -> str:
    """The text of a file of the course; raises CourseError."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CourseError(f"{path} is damaged: it is not text in UTF-8") from None


def write_ours(path: Path, data: bytes) -> None:
    """Write a file of the course, whole or not at all, and its folder with it; raises CourseError.

    When this returns the disk has it, whatever happens to the power.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    kind = path.suffix or path.name
    with cannot_be_written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            failpoint(f"write: before {kind}")
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                failpoint(f"write: written {kind}")
                os.fsync(file.fileno())
            failpoint(f"write: synced {kind}")
            os.replace(temporary, path)
            failpoint(f"write: renamed {kind}")
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk know which files there are; what cannot do that, such as some shares, need not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def cannot_be_written(path: Path) -> Iterator[None]:
    """An OSError on the way is a CourseError that names the file; a full disk is one that may pass."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            says = f"the disk is full ({error.strerror}); make room, and the same command goes on"
            raise Postponed(f"{path} cannot be written: {says}") from None
        raise CourseError(f"{path} cannot be written: {error.strerror}") from None


def remove_temporaries(folder: Path) -> None:
    """Remove what a run that was killed has left half-written; nobody else may be writing there."""
    for path in folder.glob(f".*{TEMPORARY}"):
        with contextlib.suppress(OSError):
            path.unlink()


def readable_name(name: str) -> str:
    """The name of a file as text: of what is not UTF-8 each byte becomes `=` and two digits."""
    data = os.fsencode(name)
    text = data.decode(errors="surrogateescape")
    return "".join(f"={ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in text)
