"""Write the class that the tests grade: what its students hand in, and what each of them deserves.

    python -m tests.make_submissions            write tests/submissions/
    python -m tests.make_submissions --check    write nothing, name each file that would change

Every notebook is the released assignment with the student's own cells in it. `expected.json` says what
grading has to find; it is worked out from `tests/students.py` and the points of the exercises alone,
never from what the grader says.
"""

import argparse
import contextlib
import copy
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from autograder.exercise import Assignment
from autograder.plugins import BreakSolutions
from autograder.sample import Student, cell_of, expected, filled
from tests import students
from tests.students import RIGHT, STUDENTS


ASSIGNMENT = students.ASSIGNMENT.name
NOTEBOOKS = Path(__file__).parents[1] / "notebooks" / "assignments"
SUBMISSIONS = Path(__file__).parent / "submissions"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.make_submissions", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--check", action="store_true", help="write nothing, name what would change")
    check = parser.parse_args(arguments).check
    made = files()
    there = {path for path in SUBMISSIONS.rglob("*") if path.is_file()}
    stale = there - set(made)
    changed = [path for path, data in made.items() if path not in there or path.read_bytes() != data]
    for path in sorted([*changed, *stale]):
        print(f"{path.relative_to(SUBMISSIONS)}: {'not made any more' if path in stale else 'changed'}")
    if check:
        return int(bool(changed or stale))
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made[path])
    for path in stale:
        path.unlink()
        with contextlib.suppress(OSError):  # until a folder holds something else
            os.removedirs(path.parent)
    print(f"{len(STUDENTS)} students; {len(changed)} files written, {len(stale)} removed")
    return 0


def files() -> dict[Path, bytes]:
    """Every file of the sample class and its content."""
    assignment = students.ASSIGNMENT
    template = release(assignment)
    made = {
        SUBMISSIONS / student.name / ASSIGNMENT / f"{ASSIGNMENT}.ipynb": hand_in(student, template)
        for student in STUDENTS
    }
    table = {student.name: expected(student, assignment) for student in STUDENTS}
    made[SUBMISSIONS / "expected.json"] = (json.dumps(table, indent=1, ensure_ascii=False) + "\n").encode()
    return made


# --- notebooks ------------------------------------------------------------------------------------------


def release(assignment: Assignment) -> NotebookNode:
    """The notebook as students get it: the instructor's, solutions cleared."""
    notebook = nbformat.read(NOTEBOOKS / assignment.name / f"{assignment.name}.ipynb", as_version=4)
    for preprocessor in (
        LockCells,
        ClearSolutions,
        BreakSolutions,
        ClearOutput,
        ClearHiddenTests,
        ClearMarkScheme,
        ComputeChecksums,
    ):
        notebook, _ = preprocessor().preprocess(notebook, {"nbgrader": {"assignment": assignment.name}})
    return notebook


def hand_in(student: Student, template: NotebookNode) -> bytes:
    """The bytes of the file that a student hands in."""
    notebook = filled(student, students.ASSIGNMENT, template)
    if edit := EDITS.get(student.edit):
        edit(notebook)
    data = (nbformat.writes(notebook) + "\n").encode()
    return BREAKS[student.edit](data) if student.edit in BREAKS else data


def _test_cell_twice(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "test-ewma")
    copied = copy.deepcopy(cell)
    copied.id = f"{cell.id}-copy"
    notebook.cells.insert(notebook.cells.index(cell) + 1, copied)


def _test_cell_deleted(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "test-ewma"))


def _test_cell_edited(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "test-ewma")
    cell.source = "assert True"
    cell.metadata.nbgrader.points = 100


def _helper_and_reordered(notebook: NotebookNode) -> None:
    """A helper in a cell of its own, used from above it; the last solution moved to the front."""
    answer = "def ewma(x, beta, *, init=0.0):\n    return averages(x, lambda n: 1 - beta, init)"
    cell_of(notebook, "ewma").source = answer
    source = RIGHT["stochastic_average"].replace(
        "stochastic_average(x, step_size, *,", "averages(x, step_size,"
    )
    helper = nbformat.v4.new_code_cell(source, id="my-helper")
    notebook.cells.append(helper)
    last = cell_of(notebook, "robbins_monro_conditions")
    notebook.cells.remove(last)
    notebook.cells.insert(0, last)


def _turned_to_text(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "ewma_weights")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


EDITS: dict[str, Callable[[NotebookNode], None]] = {
    "test_cell_twice": _test_cell_twice,
    "test_cell_deleted": _test_cell_deleted,
    "test_cell_edited": _test_cell_edited,
    "helper_and_reordered": _helper_and_reordered,
    "turned_to_text": _turned_to_text,
}
BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
}


if __name__ == "__main__":
    sys.exit(main())
