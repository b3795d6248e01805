"""From a directory of hostile files to bytes, and a sentence for every file that cannot be graded.

nbgrader's layout is read: `DIR/<student>/<assignment>/<assignment>.ipynb`. The bytes are looked at only
inside the sandbox (`sandbox/reader.py`).
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from autograder.files import read_strangers, readable_name
from autograder.sandbox.reader import Unreadable
from autograder.timestamps import TIMESTAMP, NoTime, handed_in


MAX_BYTES = 20 << 20
MAX_NAMES = 100
MAX_LOOKED_AT = 1000
# How many names of files a sentence lists.
LISTED = 5

# A notebook by its name; people and programs put another ending behind it or write it in capitals.
NOTEBOOK = re.compile(r"(?P<stem>.+?)\.ipynb(\.(json|txt|ipynb))*", re.IGNORECASE | re.DOTALL)
# What browsers append to the name of a file that is saved once more.
COPY = re.compile(r"(?P<stem>.+?) ?\((?P<copy>\d{1,4})\)", re.DOTALL)

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
    "web_page": "The file is a web page that was saved, and not the notebook; download the notebook itself "
    "(in JupyterLab: File, Download) and hand in {assignment}.ipynb.",
    "archive": "The file is an archive or an Office document under another name; hand in {assignment}.ipynb "
    "itself, which is not packed.",
    "document": "The file is a PDF or another document for reading; hand in {assignment}.ipynb itself, from "
    "which it was made.",
    "picture": "The file is a picture; hand in {assignment}.ipynb itself.",
    "script": "The file is a program and not a notebook; hand in {assignment}.ipynb with your answers in its "
    "cells.",
    "lfs_pointer": "The file is a placeholder of git-lfs, in which the notebook is not; run `git lfs pull` "
    "and hand in {assignment}.ipynb again.",
    "shortcut": "The file is a shortcut to a file in the cloud; download the notebook itself and hand in "
    "{assignment}.ipynb.",
    "not_a_notebook": "The file is not a Jupyter notebook; hand in {assignment}.ipynb.",
    "nbformat": "The file is of a notebook format that cannot be read; open and save it in JupyterLab.",
    "language": "The notebook is not a Python notebook; choose the Python 3 kernel and hand it in again.",
    "too_many_cells": "The notebook has more than 2000 cells; remove those you do not need.",
    "cell_too_long": "A cell of the notebook is longer than 256 KB; move data out of the code.",
    "crashed_reader": "The file cannot be read without exhausting the machine; save it anew in JupyterLab.",
}


@dataclass(frozen=True)
class Submission:
    """One student's file, or why there is none to look into.

    `beside` are the names of what else lies in the folder. `handed_in` is when, in UTC, where that is known.
    """

    student: str
    directory: Path
    file: Path | Unreadable
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    handed_in: datetime | None = None

    def read(self) -> bytes:
        """The bytes of the file; raises Unreadable."""
        if isinstance(self.file, Unreadable):
            raise self.file
        return read_strangers(self.file, MAX_BYTES)


def reason(problem: Unreadable, assignment: str) -> str:
    """The sentence for a file that cannot be graded."""
    sentence = REASONS[problem.code].format(assignment=assignment)
    return f"{sentence} ({problem.detail})" if problem.detail else sentence


def notebook_stem(name: str) -> str | None:
    """The name of a notebook without its ending; None where the name is not that of a notebook."""
    match = NOTEBOOK.fullmatch(name)
    return match["stem"] if match else None


def find_submissions(directory: Path, assignment: str, student: str | None = None) -> list[Submission]:
    """Everybody who handed in, by name; raises OSError where the directory cannot be read."""
    names = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir(follow_symlinks=False))
    found: dict[str, Submission] = {}
    for name in names:
        identity = readable_name(name)
        while identity in found:  # two names of which one is not UTF-8
            identity += "="
        if not name.startswith(".") and student in (None, identity):
            of_student = map(_dated, _of_student(identity, directory / name, assignment))
            found |= {each.student: each for each in of_student}
    return list(found.values())


def ignored(directory: Path, assignments: Iterable[str]) -> list[str]:
    """What lies in the directory and belongs to nobody, or to none of these assignments, with the reason."""
    known, found = set(assignments), []
    for entry in sorted(os.scandir(directory), key=lambda each: each.name):
        name = readable_name(entry.name)
        if entry.name.startswith("."):
            found.append(f"{name} (hidden)")
        elif not entry.is_dir(follow_symlinks=False):
            found.append(f"{name} ({'a link' if entry.is_symlink() else 'no folder of a student'})")
        else:
            found += [f"{name}/{other} (no assignment)" for other in _other_folders(entry, known)]
    return found


def _other_folders(home: os.DirEntry[str], assignments: set[str]) -> list[str]:
    """The folders of a student that are named like no assignment: one that is misspelt, perhaps."""
    try:
        with os.scandir(home) as entries:
            some = [each for each in islice(entries, MAX_LOOKED_AT) if each.is_dir(follow_symlinks=False)]
    except OSError:  # which is told where submissions are looked for
        return []
    return sorted(
        readable_name(each.name)
        for each in some
        if each.name not in assignments and not each.name.startswith(".")
    )


def _of_student(student: str, home: Path, assignment: str) -> Iterator[Submission]:
    """What a student handed in for the assignment, or nothing."""
    folder = home / assignment
    try:
        try:
            mode = os.lstat(folder).st_mode
        except FileNotFoundError:
            if loose := [name for name in _names(home) if _is_named(name, assignment)]:
                where = f"It lies in the folder {student} and not in {student}/{assignment}."
                taken = _taken(student, home, loose, assignment)
                yield replace(taken, notes=(*taken.notes, where))
            return
        if stat.S_ISDIR(mode):
            yield _choose(student, folder, assignment)
        elif stat.S_ISLNK(mode):  # to what somebody else handed in, perhaps
            yield Submission(student, folder, Unreadable("not_a_file"))
    except OSError as error:
        yield Submission(
            student, folder, Unreadable("permission", f"{student}/{assignment}: {error.strerror}")
        )


def _dated(submission: Submission) -> Submission:
    """The submission with the time of handing in, or with a note on why that is not known."""
    try:
        return replace(submission, handed_in=handed_in(submission.directory))
    except NoTime as problem:
        note = f"When this was handed in is not known: {TIMESTAMP} lies beside it, and {problem}."
        return replace(submission, notes=(*submission.notes, note))


def _choose(student: str, folder: Path, assignment: str) -> Submission:
    """The notebook of a folder that is named like the assignment, or the only one."""
    names = _names(folder, f"{assignment}.ipynb")
    notebooks = [name for name in names if notebook_stem(name) is not None]
    named = [name for name in notebooks if _is_named(name, assignment)]
    if notebooks:
        return _taken(student, folder, named or notebooks, assignment)
    there = f"what is there: {_listed(names)}" if names else ""
    return Submission(student, folder, Unreadable("missing", there), beside=names_beside(folder))


def _taken(student: str, folder: Path, names: list[str], assignment: str) -> Submission:
    """The one of these notebooks that is meant; which it was is noted where that is not plain."""
    wanted = f"{assignment}.ipynb"
    others = [name for name in names if name != wanted]
    if wanted not in names and len(others) > 1:
        return Submission(student, folder, Unreadable("ambiguous", f"they are {_listed(others)}"))
    if wanted in names:
        note = f"Beside {wanted}, which was graded, there is {_listed(others)}."
    else:
        note = f"The file is named {_listed(others)}; it was graded as {wanted}."
    chosen = wanted if wanted in names else others[0]
    return Submission(
        student, folder, folder / chosen, (note,) if others else (), names_beside(folder, chosen)
    )


def _is_named(name: str, assignment: str) -> bool:
    """Whether a notebook is named like the assignment, in any capitals and as a copy too."""
    stem = notebook_stem(name) or ""
    copy = COPY.fullmatch(stem)
    return assignment.casefold() in (stem.casefold(), (copy["stem"] if copy else stem).casefold())


def _listed(names: list[str]) -> str:
    listed = ", ".join(map(readable_name, names[:LISTED]))
    return f"{listed} and {len(names) - LISTED} more" if len(names) > LISTED else listed


def names_beside(folder: Path, chosen: str = "") -> tuple[str, ...]:
    """The names of some files of a folder, without the chosen one; nothing of them is opened."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, MAX_NAMES)]
    except OSError:
        return ()
    return tuple(sorted(readable_name(name) for name in names if name != chosen))


def _names(folder: Path, wanted: str = "") -> list[str]:
    """The names of the files of a folder: the wanted one if it is there, and of all others the first ones."""
    with os.scandir(folder) as entries:
        names = {entry.name for entry in islice(entries, MAX_LOOKED_AT)}
    if wanted and os.path.lexists(folder / wanted):
        names.add(wanted)
    return sorted(names)
