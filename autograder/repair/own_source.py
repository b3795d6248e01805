"""The text of a student's own function, in the cell in which it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.sandbox.reader import Cell


# What begins at the margin ends a function, but for brackets that close and for comments.
ENDS = re.compile(r"[^\s#)\]}]")


@dataclass(frozen=True)
class OwnSource:
    """A function as it was handed in: `cell` counts all cells from 1, `line` those of the cell."""

    cell: int
    line: int
    text: str


def own_source(cells: Sequence[Cell], name: str) -> OwnSource | None:
    """The last definition of a function at the margin of a cell, where there is one."""
    defined = re.compile(rf"^def[ \t]+{re.escape(name)}[ \t]*\(", re.MULTILINE)
    for number, cell in reversed(list(enumerate(cells, start=1))):
        found = list(defined.finditer(cell.source)) if cell.kind == "code" else []
        if found:
            start = found[-1].start()
            return OwnSource(number, cell.source.count("\n", 0, start) + 1, _function(cell.source[start:]))
    return None


def _function(text: str) -> str:
    """The first function of a text that begins with one."""
    first, *others = text.split("\n")
    lines = [first]
    for line in others:
        if ENDS.match(line):
            break
        lines.append(line)
    while not lines[-1].strip() or lines[-1].startswith("#"):
        lines.pop()
    return "\n".join(lines) + "\n"
