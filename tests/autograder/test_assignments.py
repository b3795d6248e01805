"""What students are given: the release that nbgrader makes holds every question and no answer."""

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.exercise import Assignment
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.student import check_quietly
from tests.autograder.course import ROOT, run


SOURCES = ROOT / "notebooks" / "assignments"
REGION = re.compile(r"### BEGIN (SOLUTION|MARK SCHEME)\n(.*?)### END \1", re.DOTALL)

every_assignment = pytest.mark.parametrize("name", ASSIGNMENT_NAMES)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which every assignment has been released."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(SOURCES, folder / "notebooks" / "assignments")
    (folder / ".course").mkdir()
    for name in ASSIGNMENT_NAMES:
        made = run("nbgrader", "generate_assignment", name, "--create", cwd=folder)
        assert made.returncode == 0, made.stderr
    return folder


def _source(name: str) -> Any:
    return nbformat.read(SOURCES / name / f"{name}.ipynb", as_version=4)


def _release(course: Path, name: str) -> Any:
    return nbformat.read(course / ".course" / "release" / name / f"{name}.ipynb", as_version=4)


def _marked(notebook: Any) -> dict[str, Any]:
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}


@every_assignment
def test_no_line_of_a_solution_or_a_mark_scheme_is_left(course, name):
    secrets = [
        line.strip()
        for cell in _source(name).cells
        for _, region in REGION.findall(cell.source)
        for line in region.splitlines()
        if line.strip()
    ]
    answers = [
        cell.source
        for cell in _marked(_source(name)).values()
        if cell.cell_type == "markdown" and cell.metadata.nbgrader.solution
    ]
    assert secrets
    assert answers
    text = "\n".join(cell.source for cell in _release(course, name).cells)
    assert not [secret for secret in secrets + answers if secret in text]
    assert not re.search("BEGIN|END (SOLUTION|MARK SCHEME|HIDDEN TESTS)", text)


@every_assignment
def test_every_question_is_left_as_it_was(course, name):
    source, release = _source(name), _release(course, name)
    assert [cell.id for cell in release.cells] == [cell.id for cell in source.cells]
    for before, after in zip(source.cells, release.cells, strict=True):
        if "nbgrader" not in before.metadata or not (
            before.metadata.nbgrader.solution or before.metadata.nbgrader.task
        ):
            assert after.source == before.source
        assert not after.get("outputs")
        assert after.get("execution_count") is None


@every_assignment
def test_a_student_starts_from_a_stub_with_the_question_in_it(course, name):
    cells, namespace = _marked(_release(course, name)), {"np": np}
    assignment: Assignment = load(name)
    for exercise in assignment.exercises:
        exec(cells[exercise.name].source, namespace)
        stub = namespace[exercise.name]
        assert stub.__doc__
        finding = check_quietly(stub, exercise).finding
        assert (finding.kind, finding.misconception) == ("not_implemented", None)


@every_assignment
def test_the_tests_show_no_input(course, name):
    cells = _marked(_release(course, name))
    for exercise in load(name).exercises:
        test = cells[Assignment.test_cell(exercise)]
        assert test.source == f"check({exercise.name})"
        assert not test.metadata.editable


@every_assignment
def test_nothing_but_the_check_is_imported_from_the_grader_or_the_reference(course, name):
    code = "\n".join(cell.source for cell in _release(course, name).cells if cell.cell_type == "code")
    assert re.findall(r"^.*\b(?:autograder|advsec)\b.*$", code, re.MULTILINE) == [
        "from autograder import check"
    ]


@every_assignment
def test_the_written_question_is_worth_points_and_has_its_marks(course, name):
    source, release = _marked(_source(name)), _marked(_release(course, name))
    by_hand = [
        grade_id
        for grade_id, cell in release.items()
        if cell.metadata.nbgrader.grade and cell.metadata.nbgrader.solution
    ]
    assert by_hand == list(load(name).answers_in_words)
    assert by_hand
    for grade_id in by_hand:
        assert release[grade_id].metadata.nbgrader.points > 0
        assert release[grade_id].source == "YOUR ANSWER HERE"
    schemes = [cell for cell in source.values() if "BEGIN MARK SCHEME" in cell.source]
    assert len(schemes) == len(by_hand)
