"""Pages made of the results of hostile notebooks, opened in a browser: no script runs, no request leaves."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from autograder.notebook import autograded_notebook
from autograder.report import write_reports
from autograder.results import Result
from tests.autograder import test_report
from tests.autograder.grades import grades_of
from tests.hostile import viewers
from tests.hostile.corpus import ASSIGNMENT
from tests.hostile.laboratory import Laboratory, release


pytestmark = pytest.mark.browser
browser = test_report.browser


@pytest.fixture(scope="module")
def results(laboratory: Laboratory) -> list[Result]:
    """What grading makes of the cases, each under a name of its own."""
    graded = (laboratory.run(case).result for case in viewers.CASES)
    return [replace(each, student=f"{number} {each.student}") for number, each in enumerate(graded)]


@dataclass
class Tab:
    """A page of the browser that reaches nothing but files, and remembers what it wanted."""

    browser: Any

    def __post_init__(self) -> None:
        self.wanted: list[str] = []
        self.page = self.browser.new_page()
        self.page.route(lambda address: not address.startswith(("file:", "data:")), self._refuse)

    def _refuse(self, route: Any) -> None:
        self.wanted.append(route.request.url)
        route.abort()

    def ran(self, path: Path) -> bool:
        """Whether a script of the notebook runs on this page, opened and touched."""
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.mouse.move(200, 200)
        for _ in range(3):
            self.page.keyboard.press("Tab")
        return self.page.evaluate("'pwned' in window")


def test_our_pages_run_nothing_and_load_nothing(results: list[Result], browser: Any, tmp_path: Path) -> None:
    write_reports(results, ASSIGNMENT, grades_of(results, ASSIGNMENT), tmp_path, b"key")
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) == len(viewers.CASES) + 1
    tab = Tab(browser)
    assert [path.name for path in pages if tab.ran(path)] == []
    assert tab.wanted == []


def rendered_by_nbgrader(result: Result, path: Path) -> Path:
    """The cells of the autograded notebook, the way formgrader and its feedback pages show them."""
    notebook = nbformat.from_dict(autograded_notebook(result, ASSIGNMENT, release()))
    path.write_text(HTMLExporter(template_name="classic").from_notebook_node(notebook)[0])
    return path


def test_pages_of_nbgrader_run_and_load_nothing_of_the_students(
    results: list[Result], browser: Any, tmp_path: Path
) -> None:
    tab = Tab(browser)
    pages = [rendered_by_nbgrader(result, tmp_path / f"{n}.html") for n, result in enumerate(results)]
    ran = [result.student for result, path in zip(results, pages, strict=True) if tab.ran(path)]
    assert ran == []
    assert [address for address in tab.wanted if address.startswith(viewers.BEACON)] == []


def test_these_attacks_are_some(browser: Any, tmp_path: Path) -> None:
    """Without any care a script runs and a request leaves."""
    tab = Tab(browser)
    for number, attack in enumerate((viewers.SCRIPT, viewers.SVG, f"<img src=x onerror={viewers.PWN}>")):
        path = tmp_path / f"{number}.html"
        path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{attack}")
        assert tab.ran(path)
    naive = tmp_path / "naive.html"
    naive.write_text(f"<!DOCTYPE html><body>{viewers.LOADS}")
    tab.page.goto(naive.as_uri())
    assert len(tab.wanted) >= 5
