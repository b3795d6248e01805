"""Whether the notebook of an assignment asks for its exercises; each sentence is something that is not so."""

import ast
from collections.abc import Iterator
from typing import Any

from autograder.course import Course
from autograder.exercise import Assignment, Exercise
from autograder.notebook import read_release


def problems(course: Course, assignment: Assignment) -> Iterator[str]:
    """What does not fit in the teacher's notebook. Raises CourseError where it cannot be read."""
    notebook = read_release(course.source / assignment.name / f"{assignment.name}.ipynb")
    cells: dict[str, Any] = {
        mark["grade_id"]: cell
        for cell in notebook["cells"]
        if (mark := cell["metadata"].get("nbgrader")) and "grade_id" in mark
    }
    expected = [name for each in assignment.exercises for name in (each.name, assignment.test_cell(each))]
    for name in expected:
        if name not in cells:
            yield f"no cell has the grade_id {name}"
    found = [name for name in cells if name in expected]
    if found != [name for name in expected if name in cells]:
        yield f"the cells stand in the order {', '.join(found)}, and not in that of the exercises"
    for exercise in assignment.exercises:
        if solution := cells.get(exercise.name):
            yield from _in_solution(exercise, solution)
        if test := cells.get(assignment.test_cell(exercise)):
            yield from _in_test(exercise, test)
    for name, cell in cells.items():
        mark = cell["metadata"]["nbgrader"]
        if mark.get("grade") and name not in expected and not mark.get("solution"):
            yield f"the cell {name} has points, and nothing says who gives them: it is no exercise"


def _in_solution(exercise: Exercise, cell: dict[str, Any]) -> Iterator[str]:
    mark, source = cell["metadata"]["nbgrader"], "".join(cell["source"])
    if not mark.get("solution") or mark.get("grade"):
        yield f"the cell {exercise.name} has to be one for an answer, without points"
    if f"def {exercise.name}{exercise.signature}:" not in source:
        yield f"the cell {exercise.name} does not define {exercise.name}{exercise.signature}"
    elif exercise.solution is not None and _code(source) != _code(exercise.solution.text):
        yield f"the solution in the cell {exercise.name} is another one than that of the exercise"


def _in_test(exercise: Exercise, cell: dict[str, Any]) -> Iterator[str]:
    mark, source = cell["metadata"]["nbgrader"], "".join(cell["source"])
    name = mark["grade_id"]
    if not mark.get("grade") or not mark.get("locked"):
        yield f"the cell {name} has to be locked, with points"
    if mark.get("points") != exercise.points:
        yield f"the cell {name} has {mark.get('points')} points, and the exercise {exercise.points:g}"
    if source.strip() != f"check({exercise.name})":
        yield f"the cell {name} has to be check({exercise.name})"


def _code(source: str) -> str:
    """Code as such, without the docstring and comments."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.unparse(tree)
