"""A new course: the files of `autograder/newcourse`, copied into a folder."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from autograder.course import CONFIG_FILE, CourseError
from autograder.files import write_ours


PATTERN = "newcourse"
# A file of this name in a package would be read by tools that build or search it.
NAMES = {"gitignore": ".gitignore"}


def begin(folder: Path) -> list[Path]:
    """Write a course with one assignment into a folder; the files. Raises CourseError.

    What is there already is never changed: where one of the files is, nothing is written. That which makes
    the folder a course comes last.
    """
    files = _files(resources.files("autograder") / PATTERN, folder)
    if there := [path for path in files if path.exists() or path.is_symlink()]:
        raise CourseError(
            f"{there[0]} is there already; nothing is written, begin in a folder that has none of these files"
        )
    for path in sorted(files, key=lambda path: path == folder / CONFIG_FILE):
        write_ours(path, files[path].read_bytes())
    return sorted(files)


def _files(pattern: Traversable, folder: Path) -> dict[Path, Traversable]:
    found: dict[Path, Traversable] = {}
    for entry in pattern.iterdir():
        if entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        path = folder / NAMES.get(entry.name, entry.name)
        found |= _files(entry, path) if entry.is_dir() else {path: entry}
    return found
