"""A home for the zygote, which writes caches: this user's alone, under no name that others can take first."""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path
from types import TracebackType


__all__ = ["Home"]


NAME = "autograder"
PREFIX = "autograder-home-"
PRIVATE = 0o700


class Home:
    """The user's own folder of caches, which stays; a temporary one where there is none to write to.

    A temporary folder is locked while it is in use: one that nobody locks any more was left behind by a
    process that was killed, and is removed when the next one is made.
    """

    def __init__(self) -> None:
        self._lock: int | None = None
        self.path = _kept() or self._temporary()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder if it is a temporary one."""
        if self._lock is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = None

    def _temporary(self) -> Path:
        _sweep(Path(tempfile.gettempdir()))
        while True:
            path = Path(tempfile.mkdtemp(prefix=PREFIX))
            # Somebody who sweeps may have been faster; then it is gone, or will be.
            with contextlib.suppress(OSError):
                lock = _locked(path)
                if path.exists():
                    self._lock = lock
                    return path
                os.close(lock)


def _kept() -> Path | None:
    """The folder below the one for caches, if that is this user's; made where it is missing."""
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        path = caches / NAME
        path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        return path if _is_private(path) and os.access(path, os.W_OK) else None
    except (OSError, RuntimeError):  # no home is known, or it may not be written to
        return None


def _is_private(path: Path) -> bool:
    """A folder of this user, no link, into which nobody else may write."""
    status = path.lstat()
    others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not others


def _locked(path: Path) -> int:
    """A descriptor that keeps the folder locked; raises OSError where somebody else keeps it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sweep(place: Path) -> None:
    """Remove what processes of this user have left behind, and nothing of anybody who lives."""
    for path in place.glob(f"{PREFIX}*"):
        # Whatever cannot be looked at, locked or removed stays.
        with contextlib.suppress(OSError):
            if not _is_private(path):
                continue
            lock = _locked(path)
            try:
                shutil.rmtree(path)
            finally:
                os.close(lock)
