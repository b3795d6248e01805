"""Whether what was handed in is the assignment at all: of another notebook nobody gets zero points."""

from collections.abc import Sequence

from autograder.exercise import Assignment, Exercise
from autograder.sandbox.reader import Cell
from autograder.undefined import defines


def wrong_notebook(assignment: Assignment, cells: Sequence[Cell]) -> str:
    """That fewer than half of the exercises are in a file, in a sentence for the student; or nothing."""
    exercises = assignment.exercises
    found = sum(any(_belongs(cell, exercise, assignment) for cell in cells) for exercise in exercises)
    if 2 * found >= len(exercises):
        return ""
    number, are = f"only {found}" if found else "none", "are" if found > 1 else "is"
    return (
        f"This is not the assignment {assignment.name}: {number} of its {len(exercises)} exercises {are} in "
        f"the file. If you handed in another notebook by mistake, hand in {assignment.name}.ipynb."
    )


def _belongs(cell: Cell, exercise: Exercise, assignment: Assignment) -> bool:
    return cell.grade_id in (exercise.name, assignment.test_cell(exercise)) or defines(cell, exercise.name)
