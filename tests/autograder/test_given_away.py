"""No cell of a notebook that is handed out prints what another cell of it asks for."""

import ast
from collections.abc import Iterator

import nbformat
import pytest

from autograder.exercise import Assignment, Exercise
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.written import Written
from tests.notebooks import assignments, read


# Shorter formulas are no answers.
OPERATORS = 2
# An answer whose lines stand elsewhere, but for fewer than this share, is given away.
SHARE = 1 / 2


def handed_out(assignment: Assignment) -> Iterator[tuple[str, str]]:
    """The code of every cell as students get it, with its name; functions to be written are empty."""
    (path,) = (path for path in assignments() if path.stem == assignment.name)
    asked = {exercise.name: exercise for exercise in assignment.exercises}
    for cell in read(path).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name in asked:
            given = asked[name].as_given
            if given and isinstance(given.variant, Written):
                yield name, given.variant.text
        elif cell.cell_type == "code":
            yield cell.id, code_of(cell)


def code_of(cell: nbformat.NotebookNode) -> str:
    return "\n".join(line for line in cell.source.splitlines() if not line.startswith(("%", "!")))


def formulas(code: str) -> set[str]:
    """What its statements work out, but for the shortest ones; whoever sees one of them can rename it."""
    values = (
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Return)
    )
    return {renamed(value) for value in values if value and count_operators(value) >= OPERATORS}


def renamed(value: ast.expr) -> str:
    """A formula with numbers for names, the same for all that differ in names alone."""
    text = ast.unparse(value)
    numbers: dict[str, str] = {}
    tree = ast.parse(text, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = numbers.setdefault(node.id, f"v{len(numbers)}")
    return ast.unparse(tree)


def count_operators(value: ast.expr) -> int:
    return sum(isinstance(node, ast.BinOp | ast.Compare | ast.UnaryOp) for node in ast.walk(value))


def answers(exercise: Exercise) -> Iterator[Written]:
    for answer in (exercise.solution, *exercise.alternatives.values()):
        if isinstance(answer, Written):
            yield answer


def given_away(assignment: Assignment, cells: dict[str, str]) -> Iterator[str]:
    for exercise in assignment.exercises:
        printed = {
            formula for name, code in cells.items() if name != exercise.name for formula in formulas(code)
        }
        for answer in answers(exercise):
            asked = formulas(answer.text)
            if asked and len(asked & printed) >= SHARE * len(asked):
                yield f"{exercise.name}: {asked & printed}"


@pytest.mark.parametrize("name", ASSIGNMENT_NAMES)
def test_no_cell_prints_what_another_one_asks_for(name: str) -> None:
    assignment = load(name)
    assert not [*given_away(assignment, dict(handed_out(assignment)))]


def test_what_another_cell_prints_is_found() -> None:
    assignment = load("02_optimizers")
    averages = "def other():\n    s = beta2 * s + (1 - beta2) * dw**2"
    assert [*given_away(assignment, {"other": averages})]
    assert not [*given_away(assignment, {"other": averages.replace("dw**2", "abs(dw)")})]


def test_a_line_is_found_that_only_needs_other_names() -> None:
    """The mean and the variance are averaged alike: who sees one of the two lines has both."""
    assignment = load("07_batch_normalization")
    mean = "def other():\n    new_mu = decay * running_mu + (1 - decay) * mu"
    for line in (mean, mean.replace("mu", "z")):
        assert [each.split(":")[0] for each in given_away(assignment, {"other": line})] == ["running_update"]
