"""Formgrader's page of a submission, made by its exporter with the settings of a course."""

import re
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.notebook import with_mark_schemes

from .course import ROOT


pytestmark = pytest.mark.filterwarnings("ignore")  # of nbconvert and what it imports

ABOUT = {"schema_version": 3, "locked": False, "points": 4}
ANSWER = ABOUT | {"grade_id": "why", "grade": True, "solution": True, "task": False}
MARKS = ABOUT | {"grade_id": "why-marks", "grade": False, "solution": False, "task": True, "points": 0}
SCHEME = "*How it is marked.*\n\n### BEGIN MARK SCHEME\nOne point for $n^2$.\n### END MARK SCHEME"


def cell(source: str, about: dict) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"nbgrader": about})


def for_marking(answer: str) -> nbformat.NotebookNode:
    """A released notebook with an answer in it, as those see it who mark."""
    release = {"cells": [cell(answer, ANSWER), cell("*How it is marked.*", MARKS)], "metadata": {}}
    source = {"cells": [cell("It is $n$ squared.", ANSWER), cell(SCHEME, MARKS)]}
    cells = with_mark_schemes(release, source)["cells"]
    return nbformat.from_dict(nbformat.v4.new_notebook(cells=cells))


def page(notebook: nbformat.NotebookNode) -> str:
    from nbconvert.exporters import HTMLExporter

    exporter = HTMLExporter(config=Course.find(ROOT).settings())
    about = {"index": 0, "total": 1, "base_url": "/user", "submission_id": "1", "notebook_id": "01"}
    return exporter.from_notebook_node(notebook, resources=about)[0]


def test_the_page_asks_nobody_for_anything() -> None:
    made = page(for_marking("$a$"))
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", made)
    assert addresses
    assert [address for address in addresses if not re.match(r"/user/formgrader/|#", address)] == []


@pytest.mark.parametrize("written", ["$a_1$", "$$a_1$$", r"\begin{align}a_1\end{align}"])
def test_formulas_are_set(written: str) -> None:
    made = page(for_marking(f"It is {written} then."))
    (answer,) = re.findall(r"It is (.*?) then", made, re.DOTALL)
    assert answer.startswith("<math")
    assert not re.search(r"[$\\]", answer)


def test_the_mark_scheme_is_there_with_the_model_answer_folded_and_no_markers() -> None:
    made = page(for_marking("I do not know."))
    (scheme,) = re.findall(r"<section.*?</section>", made, re.DOTALL)
    assert "One point for <math" in scheme
    assert re.search(r"<details>\s*<summary>Model answer</summary>.*squared\..*</details>", scheme, re.DOTALL)
    assert "MARK SCHEME" not in made
    # Nothing to give points for there, and so no field that the Tab key would stop at.
    assert "<input" not in scheme
    assert made.count('class="score tabbable"') == 1


def test_a_task_with_points_keeps_its_fields() -> None:
    notebook = for_marking("I do not know.")
    notebook.cells[1].metadata.nbgrader.points = 2
    assert page(notebook).count('class="score tabbable"') == 2


def test_feedback_of_an_ordinary_assignment_keeps_the_page_of_nbgrader(tmp_path: Path) -> None:
    from autograder.plugins import FeedbackExporter

    assert FeedbackExporter(config=Course.find(ROOT).settings()).template_name == "feedback"
