"""Files around a course: a stranger's is read under limits and through no link, ours are written whole."""

import contextlib
import os
import stat
from pathlib import Path

from autograder.course import CourseError
from autograder.sandbox.reader import Unreadable


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
    """Write a file of the course, whole or not at all, and its folder with it; raises CourseError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}") from None


def readable_name(name: str) -> str:
    """The name of a file as text: of what is not UTF-8 each byte becomes `=` and two digits."""
    data = os.fsencode(name)
    text = data.decode(errors="surrogateescape")
    return "".join(f"={ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in text)
