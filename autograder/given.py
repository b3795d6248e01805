"""The cells that students were given, and what of a submission is run in which order.

Locked code, such as the imports, runs as it was given, whatever was done to it: before everything that stands
below it in the assignment. What a student made of it runs after it. Test cells do nothing while grading and
are left out, unless a student has defined something in one.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.exercise import Assignment
from autograder.sandbox.reader import Cell


DEFINITION = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w|^\w+[ \t]*=[ \t]*lambda\b", re.MULTILINE
)


@dataclass(frozen=True)
class Given:
    """An assignment as it was given: the grade_ids of its cells in order, and the locked code among them.

    `tests` are the sources of the test cells.
    """

    order: tuple[str, ...] = ()
    locked: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def nothing(cls, assignment: Assignment) -> "Given":
        """Where no notebook says what was given: test cells as `CONTRIBUTING.md` describes them."""
        return cls(tests={assignment.test_cell(each): f"check({each.name})" for each in assignment.exercises})

    @classmethod
    def of(cls, notebook: Mapping[str, Any]) -> "Given":
        """What is given by a notebook of ours, with solutions or without."""
        order: list[str] = []
        locked: dict[str, str] = {}
        tests: dict[str, str] = {}
        for cell in notebook["cells"]:
            about = cell["metadata"].get("nbgrader", {})
            if grade_id := about.get("grade_id"):
                order.append(grade_id)
                if cell["cell_type"] == "code" and about.get("locked"):
                    (tests if about.get("grade") else locked)[grade_id] = "".join(cell["source"])
        return cls(tuple(order), locked, tests)

    def is_changed(self, cell: Cell) -> bool:
        """Whether a locked code cell is not as it was given; blanks at the ends of lines do not count."""
        given = {**self.locked, **self.tests}.get(cell.grade_id)
        return given is not None and (cell.kind != "code" or _lines(cell.source) != _lines(given))

    def steps(self, cells: Sequence[Cell]) -> Iterator["Step"]:
        """The sources to run, in order."""
        first = {cell.grade_id: index for index, cell in reversed([*enumerate(cells)])}
        waiting = [grade_id for grade_id in self.order if grade_id in self.locked]
        places = {grade_id: self._place(grade_id, first) for grade_id in waiting}
        for index, cell in enumerate(cells):
            for grade_id in [each for each in waiting if places[each] == index]:
                # What stands where it was given is the student's own cell too.
                if first.get(grade_id) != index or self.is_changed(cell):
                    yield Step(self.locked[grade_id])
            if self._is_run(cell):
                yield Step(cell.source, index)
        yield from (Step(self.locked[each]) for each in waiting if places[each] == len(cells))
        yield from (Step(source) for each in waiting if (source := _restoring(self.locked[each])))

    def notes(self, cells: Sequence[Cell]) -> Iterator[str]:
        """What a student should know about locked cells that are not as they were given."""
        for number, cell in enumerate(cells, 1):
            if not self.is_changed(cell):
                continue
            if cell.grade_id in self.locked:
                yield f"Cell {number} is locked, and was changed: it ran as it was given, then as it is now."
            elif self._is_run(cell):
                yield f"Cell {number} is a test cell: your code in it was run. Write answers above it."
        known = {cell.grade_id for cell in cells}
        if not known.isdisjoint(self.order):
            for grade_id in (each for each in self.locked if each not in known):
                yield f"The locked cell `{grade_id}` is missing: it ran as it was given."

    def _is_run(self, cell: Cell) -> bool:
        is_test = cell.grade_id in self.tests
        return cell.kind == "code" and (not is_test or DEFINITION.search(cell.source) is not None)

    def _place(self, grade_id: str, first: Mapping[str, int]) -> int:
        """Before which cell of a submission a locked one runs."""
        position = self.order.index(grade_id)
        below = [first[each] for each in self.order[position:] if each in first]
        above = [first[each] for each in self.order[:position] if each in first]
        return min(below) if below else max(above) + 1 if above else 0


@dataclass(frozen=True)
class Step:
    """Something to run: the cell of that index, or what was given."""

    source: str
    index: int | None = None


def _lines(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().splitlines()]


def _restoring(given: str) -> str:
    """Code that brings back names of imports that are gone, as after `del np`; one of a student's stays."""
    python = "\n".join(line for line in given.splitlines() if not line.startswith(("%", "!")))
    lines = []
    for statement in ast.parse(python).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                one: ast.stmt = ast.Import([alias])
                if isinstance(statement, ast.ImportFrom):
                    one = ast.ImportFrom(statement.module, [alias], statement.level)
                name = alias.asname or alias.name.split(".")[0]
                lines.append(f"if {name!r} not in globals():\n    {ast.unparse(one)}")
    return "\n".join(lines)
