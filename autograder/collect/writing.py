"""Submissions on the disk: a student's name as that of a folder, and files that are whole or not there."""

import contextlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path

from autograder.files import read_strangers
from autograder.sandbox.reader import Unreadable
from autograder.submission import MAX_BYTES


SAME = "the same as before"
SAFE = frozenset("-_.@ ")
DEVICES_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def folder_name(student: str) -> str:
    """The name of a student as the name of a folder, on any file system; `student_name` is its inverse.

    Letters and digits of all scripts, `-`, `_`, `.`, `@` and spaces stay. Everything else
    becomes `=` and two digits per byte of UTF-8, and so does what would make the name hidden, an option
    or a device at its beginning, or disappear at its end: `O'Hara` is `O=27Hara`.
    """
    student = unicodedata.normalize("NFC", student)
    last = len(student) - 1
    written: list[str] = []
    plain = not DEVICES_OF_WINDOWS.fullmatch(student)
    for place, character in enumerate(student):
        if place == 0:
            plain = plain and (character.isalnum() or character == "_")
        elif unicodedata.category(character).startswith("M"):
            pass  # an accent is written like its letter, or it would sit on the last digit
        else:
            plain = character.isalnum() or (character in SAFE and not (place == last and character in " ."))
        written.append(character if plain else _bytes_in_digits(character))
    return "".join(written)


def student_name(folder: str) -> str:
    """The student that a folder is named after."""
    return re.sub(r"(?:=[0-9A-F]{2})+", lambda run: bytes.fromhex(run[0].replace("=", "")).decode(), folder)


def store(folder: Path, name: str, data: bytes) -> str:
    """Write a submission whole or not at all, readable by its owner only; say what that changed."""
    for each in (folder.parent, folder):
        if each.is_symlink():
            raise FileExistsError(each)
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    there = os.path.lexists(path)
    if there and _holds(path, data):
        return SAME
    try:
        _write(path, data)
    except BaseException:
        # An empty folder would say that something was handed in, and is lost.
        with contextlib.suppress(OSError):
            folder.rmdir()
            folder.parent.rmdir()
        raise
    return "replaces a different file" if there else "new"


def _write(path: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read_strangers(path, MAX_BYTES) == data
    except Unreadable:
        return False


def folders(directory: Path) -> list[str]:
    return os.listdir(directory) if directory.is_dir() else []


def _bytes_in_digits(character: str) -> str:
    return "".join(f"={byte:02X}" for byte in character.encode())
