"""The proof of the grader over all assignments, and that catalogue, notebook and lecture say the same."""

import ast
import functools
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.case import format_calls
from autograder.exercise import Exercise
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.prove import CHECKS, Bench


NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ASSIGNMENTS = [load(name) for name in ASSIGNMENT_NAMES]
EXERCISES = {
    f"{assignment.name}.{exercise.name}": exercise
    for assignment in ASSIGNMENTS
    for exercise in assignment.exercises
}

# As many as a seed has, and what differs from 1 by as little as a step of 1e-5 tells.
LEGIBLE = 10

every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=ASSIGNMENT_NAMES)


@functools.lru_cache(maxsize=1)
def bench_of(exercise: Exercise) -> Bench:
    """What is worked out for one check serves all others; pytest runs those of an exercise together."""
    return Bench(exercise)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES, scope="module")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_proof(exercise, check):
    assert not list(check(bench_of(exercise)))


def digits(number: str) -> int:
    return len(re.sub(r"e.*|[.]", "", number).strip("0"))


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_inputs_are_numbers_that_a_student_can_read(exercise):
    """What a panel says was tried can be pasted, so its numbers have to be short where they are drawn."""
    printed = [
        line
        for probe in exercise.probes
        for seed in range(3)
        for line in format_calls(exercise.draw(probe, np.random.default_rng(seed)))
    ]
    numbers = {number for line in printed for number in re.findall(r"\d+(?:\.\d*)?(?:e[-+]?\d+)?", line)}
    assert printed
    assert [number for number in sorted(numbers) if digits(number) > LEGIBLE] == []


def test_no_two_exercises_ask_for_the_same_function():
    names = [exercise.name for exercise in EXERCISES.values()]
    assert len(set(names)) == len(names)


# --- lecture and assignment say the same ------------------------------------------------------------------


def _cells(path: Path) -> list[Any]:
    return nbformat.read(path, as_version=4).cells


def _lecture(name: str) -> Path:
    return NOTEBOOKS / "lectures" / f"{name}.ipynb"


@pytest.mark.parametrize(
    "assignment", [each for each in ASSIGNMENTS if _lecture(each.name).exists()], ids=lambda each: each.name
)
def test_every_section_to_read_is_a_heading_of_the_lecture(assignment):
    cells = _cells(_lecture(assignment.name))
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = {heading.replace("*", "") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    asked = {exercise.read for exercise in assignment.exercises}
    asked |= {entry.read for exercise in assignment.exercises for entry in exercise.misconceptions}
    assert asked <= headings


@every_assignment
def test_the_notebook_asks_for_the_exercises_in_order_and_for_their_points(assignment):
    path = NOTEBOOKS / "assignments" / assignment.name / f"{assignment.name}.ipynb"
    marked = {cell.metadata.nbgrader.grade_id: cell for cell in _cells(path) if "nbgrader" in cell.metadata}
    expected = [name for each in assignment.exercises for name in (each.name, assignment.test_cell(each))]
    assert [name for name in marked if name in expected] == expected
    for exercise in assignment.exercises:
        solution, test = marked[exercise.name], marked[assignment.test_cell(exercise)]
        assert (solution.metadata.nbgrader.solution, solution.metadata.nbgrader.grade) == (True, False)
        assert (test.metadata.nbgrader.grade, test.metadata.nbgrader.locked) == (True, True)
        assert test.metadata.nbgrader.points == exercise.points
        assert test.source == f"check({exercise.name})"
        assert f"def {exercise.name}{exercise.signature}:" in solution.source
    graded = {name for name, cell in marked.items() if cell.metadata.nbgrader.grade}
    by_machine = {assignment.test_cell(exercise) for exercise in assignment.exercises}
    assert all(marked[name].metadata.nbgrader.solution for name in graded - by_machine), "graded by hand"


@every_assignment
def test_the_solutions_of_the_notebook_are_those_of_the_catalogue(assignment):
    path = NOTEBOOKS / "assignments" / assignment.name / f"{assignment.name}.ipynb"
    solutions = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in _cells(path)
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }
    for exercise in assignment.exercises:
        assert _without_docstring(solutions[exercise.name]) == ast.unparse(ast.parse(exercise.solution.text))


def _without_docstring(source: str) -> str:
    tree = ast.parse(source)
    function = tree.body[-1]
    assert isinstance(function, ast.FunctionDef)
    del function.body[0]
    return ast.unparse(tree)
