"""What an ordinary user may do, for tests that may be run by root."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


NOBODY = 65534


@contextlib.contextmanager
def rights_of_an_ordinary_user() -> Iterator[None]:
    """Root has the rights of nobody meanwhile; anybody else has their own."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextlib.contextmanager
def folder_of_an_ordinary_user() -> Iterator[Path]:
    """A folder that such a user may write in; pytest's own can only be entered by who runs the tests."""
    with rights_of_an_ordinary_user():
        folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder)
