"""Pages made of the results of hostile notebooks, opened in a browser: no script runs, no request leaves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Page, Route

from autograder.notebook import autograded_notebook
from autograder.report import write_reports
from autograder.report.student import student_page
from autograder.results import Result
from tests.autograder.grades import grade_of, grades_of
from tests.browser.watch import script_ran
from tests.hostile import viewers
from tests.hostile.corpus import ASSIGNMENT
from tests.hostile.laboratory import HONEST, Laboratory, laboratory as open_laboratory, release


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    with open_laboratory() as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def results(laboratory: Laboratory) -> list[Result]:
    """What grading makes of the cases, each under a name of its own."""
    graded = (laboratory.run(case).result for case in viewers.CASES)
    return [replace(each, student=f"{number} {each.student}") for number, each in enumerate(graded)]


@pytest.fixture
def wanted(page: Page) -> list[str]:
    """The page reaches nothing but files; this is what it wanted."""
    addresses: list[str] = []

    def refuse(route: Route) -> None:
        addresses.append(route.request.url)
        route.abort()

    page.route(lambda address: not address.startswith(("file:", "data:")), refuse)
    return addresses


def test_our_pages_run_nothing_and_load_nothing(
    results: list[Result], page: Page, wanted: list[str], tmp_path: Path
) -> None:
    write_reports(results, ASSIGNMENT, grades_of(results, ASSIGNMENT), tmp_path, b"key")
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) == len(viewers.CASES) + 1
    assert [path.name for path in pages if script_ran(page, path)] == []
    assert wanted == []


def rendered_by_nbgrader(result: Result, path: Path) -> Path:
    """The cells of the autograded notebook, the way formgrader and its feedback pages show them."""
    notebook = nbformat.from_dict(autograded_notebook(result, ASSIGNMENT, release()))
    path.write_text(HTMLExporter(template_name="classic").from_notebook_node(notebook)[0])
    return path


def test_pages_of_nbgrader_run_and_load_nothing_of_the_students(
    results: list[Result], page: Page, wanted: list[str], tmp_path: Path
) -> None:
    pages = [rendered_by_nbgrader(result, tmp_path / f"{n}.html") for n, result in enumerate(results)]
    ran = [result.student for result, path in zip(results, pages, strict=True) if script_ran(page, path)]
    assert ran == []
    assert [address for address in wanted if address.startswith(viewers.BEACON)] == []


def test_these_attacks_are_some(page: Page, wanted: list[str], tmp_path: Path) -> None:
    """Without any care a script runs and a request leaves."""
    for number, attack in enumerate((viewers.SCRIPT, viewers.SVG, f"<img src=x onerror={viewers.PWN}>")):
        path = tmp_path / f"{number}.html"
        path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{attack}")
        assert script_ran(page, path)
    naive = tmp_path / "naive.html"
    naive.write_text(f"<!DOCTYPE html><body>{viewers.LOADS}")
    page.goto(naive.as_uri())
    assert len(wanted) >= 5


def test_without_the_policy_of_the_page_a_script_runs(
    laboratory: Laboratory, page: Page, tmp_path: Path
) -> None:
    """On a page that is not escaped, which is what the policy is for."""
    result = laboratory.run(HONEST).result
    text = student_page(result, ASSIGNMENT, grade_of(result, ASSIGNMENT))
    torn = text.replace("<main>", f"<main>{viewers.SCRIPT}", 1)
    path = tmp_path / "page.html"
    path.write_text(torn)
    assert not script_ran(page, path)
    path.write_text(torn.replace("Content-Security-Policy", "X-Policy"))
    assert script_ran(page, path)
