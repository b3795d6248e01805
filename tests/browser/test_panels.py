"""All panels of all catalogues in JupyterLab, at twice the size.

`python -m tests.browser.panels FOLDER` writes the same notebooks, for people to look at.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from autograder.exercises import ASSIGNMENT_NAMES, load
from tests.browser import panels
from tests.browser.conftest import new_page
from tests.browser.lab import Lab


PANEL = ".jp-OutputArea-output > div[style*=border-left]"
# What sticks out of its panel to the right, where a reader does not look for more.
STICKING_OUT = """panels => panels.flatMap(panel => {
    const right = panel.getBoundingClientRect().right + 1;
    const inside = [...panel.querySelectorAll("*")];
    const out = inside.filter(each => each.getBoundingClientRect().right > right);
    return out.slice(-1).map(each => each.outerHTML.slice(0, 200));
})"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebooks, and what they link to."""
    made = tmp_path_factory.mktemp("panels")
    (made / "README.md").write_text("# Linked")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of wrong formulas, which divide by zero
        for name in ASSIGNMENT_NAMES:
            nbformat.write(panels.notebook(load(name)), made / f"{name}.ipynb")
    return made


@pytest.fixture(scope="module")
def lab(folder: Path, jupyterlab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """It draws all cells of a notebook, those out of sight too."""
    settings = tmp_path_factory.mktemp("settings")
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}')
    return jupyterlab(folder, JUPYTERLAB_SETTINGS_DIR=str(settings))


@pytest.fixture(scope="module")
def enlarged(browser: Browser) -> Iterator[Page]:
    """A window of 1300 x 1000 at 200 %."""
    with new_page(browser, viewport={"width": 650, "height": 500}, device_scale_factor=2) as page:
        yield page


def opened(page: Page, lab: Lab, name: str) -> None:
    """Open the panels of an assignment, and wait for the last one."""
    page.goto(f"{lab.url(f'lab/tree/{name}.ipynb')}&reset")
    cells = nbformat.read(lab.folder / f"{name}.ipynb", as_version=4).cells
    count = sum(len(cell.outputs) for cell in cells)
    page.wait_for_function(
        "([panel, count]) => document.querySelectorAll(panel).length === count", arg=[PANEL, count]
    )


def test_no_result_has_more_digits_than_anybody_reads(folder: Path) -> None:
    """A call that was tried has all of them, so that who pastes it sees the same."""
    outputs = [
        output
        for path in folder.glob("0*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.outputs
    ]
    lines = [line for output in outputs for line in output.data["text/plain"].splitlines()]
    assert len(outputs) > 2000
    assert [line for line in lines if re.search(r"\d\.\d{9,}", line) and "tried:" not in line] == []


@pytest.mark.parametrize("name", ASSIGNMENT_NAMES)
def test_every_panel_fits_at_twice_the_size(enlarged: Page, lab: Lab, name: str) -> None:
    opened(enlarged, lab, name)
    assert enlarged.locator(PANEL).evaluate_all(STICKING_OUT) == []
