"""From a directory of hostile files to bytes, and a sentence for every file that cannot be graded.

nbgrader's layout is read: `DIR/<student>/<assignment>/<assignment>.ipynb`. The bytes are looked at only
inside the sandbox (`sandbox/reader.py`).
"""

import os
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path


MAX_BYTES = 20 << 20
MAX_NAMES = 100

# Addressed to the student. Each is completed by a detail in brackets where there is one.
REASONS = {
    "missing": "There is no notebook in the folder you handed in; hand in {assignment}.ipynb.",
    "ambiguous": "There is more than one notebook and none is named {assignment}.ipynb; hand in one.",
    "not_a_file": "What was handed in as {assignment}.ipynb is not an ordinary file.",
    # Tools that keep one copy of equal files make such links as well, on the computer where grading happens.
    "hard_link": "The file has a second name as well (a hard link), so it may be somebody else's; ask your "
    "teaching assistant to put a copy in its place: `cp FILE COPY`, then `mv COPY FILE`.",
    "permission": "The file cannot be opened; ask your teaching assistant to look at its permissions.",
    "too_large": "The file is larger than 20 MB; clear the outputs of the notebook and hand it in again.",
    "empty": "The file is empty; save the notebook in JupyterLab and hand it in again.",
    "encoding": "The file is not text in UTF-8; save the notebook in JupyterLab and hand it in again.",
    "json": "The file ends or breaks in the middle; save the notebook in JupyterLab and hand it in again.",
    "conflict": "The file holds the marks of a git merge conflict; resolve it and hand it in again.",
    "duplicate_key": "A cell has two contents; save the notebook in JupyterLab and hand it in again.",
    "not_a_notebook": "The file is not a Jupyter notebook; hand in {assignment}.ipynb.",
    "nbformat": "The file is of a notebook format that cannot be read; open and save it in JupyterLab.",
    "language": "The notebook is not a Python notebook; choose the Python 3 kernel and hand it in again.",
    "too_many_cells": "The notebook has more than 2000 cells; remove those you do not need.",
    "cell_too_long": "A cell of the notebook is longer than 256 KB; move data out of the code.",
    "crashed_reader": "The file cannot be read without exhausting the machine; save it anew in JupyterLab.",
}


@dataclass(frozen=True)
class Submission:
    """One student's file. `rejected` is a code of `REASONS` when there is no file to look into.

    `beside` are the names of what else lies in the folder.
    """

    student: str
    directory: Path
    path: Path | None
    rejected: str = ""
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def reason(code: str, assignment: str, detail: str = "") -> str:
    """The sentence for a file that cannot be graded."""
    sentence = REASONS[code].format(assignment=assignment)
    return f"{sentence} ({detail})" if detail else sentence


def find_submissions(directory: Path, assignment: str, student: str | None = None) -> list[Submission]:
    """Everybody who handed in, by name; raises OSError where the directory cannot be read."""
    found = []
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        if student is not None and entry.name != student:
            continue
        folder = Path(entry.path) / assignment
        if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
            continue
        if folder.is_symlink():  # to what somebody else handed in, perhaps
            found.append(Submission(entry.name, folder, None, "not_a_file"))
        elif folder.is_dir():
            found.append(_choose(entry.name, folder, assignment))
    return found


def _choose(student: str, folder: Path, assignment: str) -> Submission:
    wanted = folder / f"{assignment}.ipynb"
    try:
        if wanted.exists() or wanted.is_symlink():
            return Submission(student, folder, wanted, beside=names_beside(wanted))
        others = sorted(folder.glob("*.ipynb"))
    except OSError:
        return Submission(student, folder, None, "permission")
    if len(others) == 1:
        note = f"The file is named {others[0].name}; it was graded as {wanted.name}."
        return Submission(student, folder, others[0], notes=(note,), beside=names_beside(others[0]))
    if not others:
        return Submission(student, folder, None, "missing")
    note = "The notebooks are: " + ", ".join(other.name for other in others[:10])
    return Submission(student, folder, None, "ambiguous", (note,))


def names_beside(path: Path) -> tuple[str, ...]:
    """The names of some files beside that one; nothing of them is opened."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, MAX_NAMES)]
    except OSError:
        return ()
    return tuple(sorted(name.encode(errors="replace").decode() for name in names if name != path.name))


def read_bytes(submission: Submission) -> bytes | str:
    """The bytes of the file, or a code of `REASONS`. Links, devices and pipes are never opened."""
    if submission.path is None:
        return submission.rejected
    try:
        descriptor = os.open(submission.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        return "permission"
    except OSError:
        return "not_a_file"
    if problem := _problem(os.fstat(descriptor)):
        os.close(descriptor)
        return problem
    with open(descriptor, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    return data if len(data) <= MAX_BYTES else "too_large"


def _problem(status: os.stat_result) -> str | None:
    """What speaks against reading a file that can be opened; a code of `REASONS`."""
    if not stat.S_ISREG(status.st_mode):
        return "not_a_file"
    # By its other name it may be somebody else's. Some file systems do not count, and say 0.
    return "hard_link" if status.st_nlink > 1 else None
