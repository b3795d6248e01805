"""What a case of the corpus is, and the notebooks that cases hand in.

Each case is one row of the catalogue of attacks and accidents: VF forges a verdict, GT tampers with the
notebook's data, RX exhausts, EX escapes, VW attacks who looks at it, and HS are the faults of honest
students. A case says what is handed in and how it must end; everything that it does not name must be as if
nothing had been tried.
"""

import dataclasses
import json
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.collect import collect
from autograder.exercise import Assignment
from autograder.exercises import load
from autograder.exercises.moving_averages import CUMULATIVE_MEAN, WINDOW_EXERCISE
from autograder.results import Result
from autograder.sandbox.policy import Policy
from tests.make_submissions import ASSIGNMENT as NAME
from tests.students import RIGHT


# Two exercises: one that is attacked, and one beside it that must not notice.
ASSIGNMENT: Assignment = dataclasses.replace(load(NAME), exercises=(CUMULATIVE_MEAN, WINDOW_EXERCISE))
FILE = f"{NAME}.ipynb"

ANSWER, BESIDE = RIGHT["cumulative_mean"], RIGHT["window"]
# Wrong on every input, and no mistake that anybody has a name for.
WRONG = ANSWER.replace("/ n", "/ (n + 2)")

# Whatever a payload leaves behind bears this name, so that the oracle finds it.
MARK = "hostile-corpus"

HandIn = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """One way to hand in, and how it must end. What is not named must be right and in full.

    `hand_in` writes into the folder of the submission; see `cells` and `files`. `ends` is "graded" or the
    code of `submission.REASONS` for a file that cannot be graded. `scores` and `findings` (kinds) are those
    of the exercises that do not get full marks without a word. `says` are texts that the student reads in
    the reasons, findings, notes and outputs; `page_lacks` are texts that their page must not hold,
    and `tags_lack` those that no tag on it must hold.
    `flags` are the kinds of what the teaching assistant is to look at. `tier` is the weakest wall behind
    which this is promised.
    """

    id: str
    title: str
    hand_in: HandIn
    ends: str = "graded"
    scores: Mapping[str, float] = field(default_factory=dict)
    findings: Mapping[str, str | None] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    page_lacks: tuple[str, ...] = ()
    tags_lack: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    also: Callable[[Result], None] | None = None
    student: str = "mallory"
    tier: str = "none"
    policy: Policy = Policy()  # noqa: RUF009 (frozen)
    cell_seconds: float | None = None

    @property
    def assignment(self) -> Assignment:
        """What is graded; with less time for cases in which somebody waits."""
        if self.cell_seconds is None:
            return ASSIGNMENT
        return dataclasses.replace(ASSIGNMENT, cell_seconds=self.cell_seconds)


# What most attacks on the verdict deserve: nothing for wrong numbers, everything beside them.
NOTHING = {"cumulative_mean": 0.0}


def code(text: str) -> str:
    """Source of a cell, written indented."""
    return textwrap.dedent(text).strip("\n")


def files(content: Mapping[str, bytes | HandIn]) -> HandIn:
    """Hand in files by name; something that is no plain file is made by a function of its path."""

    def hand_in(folder: Path) -> None:
        for name, made in content.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(made, bytes):
                path.write_bytes(made)
            else:
                made(path)

    return hand_in


def file(data: bytes) -> HandIn:
    """Hand in these bytes as the notebook."""
    return files({FILE: data})


def zipped(content: Mapping[str, bytes | zipfile.ZipInfo], data: bytes = b"") -> HandIn:
    """Hand in by an archive of the learning platform; `data` is in the entries that are given by headers."""

    def hand_in(folder: Path) -> None:
        archive = folder.parents[1] / "archive.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for name, made in content.items():
                file.writestr(*((name, made) if isinstance(made, bytes) else (made, data)))
        try:
            collect(archive, [NAME], folder.parents[1], assignment=NAME)
        finally:
            archive.unlink()

    return hand_in


def cells(*sources: str, answer: str = ANSWER, after: tuple[str, ...] = ()) -> HandIn:
    """Hand in a notebook: some cells, the answers, and cells after them."""
    return file(notebook(*map(code_cell, (*sources, answer, BESIDE, *after))))


def attack(*sources: str, after: tuple[str, ...] = ()) -> HandIn:
    """Cells around wrong numbers: whatever they do, it must not pay."""
    return cells(*sources, answer=WRONG, after=after)


def code_cell(source: str, **more: Any) -> dict[str, Any]:
    """A code cell as JupyterLab writes it, numpy imported in each."""
    text = "import numpy as np\n\n" + code(source)
    return {
        "cell_type": "code",
        "metadata": {},
        "source": text,
        "outputs": [],
        "execution_count": None,
    } | more


def notebook(*content: Any, **more: Any) -> bytes:
    """A notebook of these cells; `more` replaces what stands around them."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": content} | more).encode()
