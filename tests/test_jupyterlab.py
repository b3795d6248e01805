"""The first lecture as a reader meets it: in JupyterLab, in a browser, with the settings of the course."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import notebooks
from tests.autograder import test_report
from tests.notebooks import lectures, read


pytestmark = pytest.mark.browser
browser = test_report.browser
LECTURE = lectures()[0]
SETTINGS = notebooks.NOTEBOOKS.parent / ".jupyter"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves the lecture as another Python would have saved it."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copy(LECTURE, home)
    text = (home / LECTURE.name).read_text(encoding="utf-8")
    (home / LECTURE.name).write_text(text.replace('"version": "3.', '"version": "2.'), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root"),
        *(f"--ServerApp.root_dir={home}", "--IdentityProvider.token=reader"),
    ]
    settings = {"JUPYTER_CONFIG_PATH": str(SETTINGS), "HOME": str(home), "IPYTHONDIR": str(home / "ipython")}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | settings, cwd=home, stdout=log, stderr=log)
    try:
        yield address_in(home / "log", server)
    finally:
        server.terminate()
        server.wait()


def address_in(log: Path, server: subprocess.Popen) -> str:
    while server.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text()):
            return found[0]
        time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def page(browser: Any, lab: str) -> Any:
    """The lecture, opened; JupyterLab draws the cells that come into sight."""
    tab = browser.new_page(viewport={"width": 1200, "height": 1000})
    tab.set_default_timeout(120_000)
    tab.goto(f"{lab}lab/tree/{LECTURE.name}?token=reader&reset")
    tab.wait_for_selector(".jp-Notebook .jp-Cell")
    tab.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    tab.get_by_role("group", name="Predict").first.wait_for()
    return tab


def code_cell(page: Any, text: str) -> Any:
    cell = page.locator(".jp-CodeCell", has_text=text).first
    cell.scroll_into_view_if_needed()
    return cell


def test_a_lecture_that_was_only_opened_is_not_marked_as_changed(page):
    assert page.locator(".lm-TabBar-tab.jp-mod-current.lm-mod-current").count() == 1
    assert page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").count() == 0


def test_questions_are_framed_and_verdicts_folded(page):
    assert page.get_by_role("group", name="Predict").count() > 0
    verdicts = page.locator(".jp-MarkdownCell details", has_text="Verdict")
    assert verdicts.count() > 0
    assert not any(verdict.get_attribute("open") for verdict in verdicts.all())


def test_an_output_is_out_of_sight_until_its_cell_is_run(page):
    texts = ("import numpy as np", "x = np.array([2.0, 4.0, 9.0, 5.0])", "for start in (0.0, -3.0, 1e6)")
    predicted = code_cell(page, texts[-1])
    assert predicted.locator(".jp-OutputPlaceholder").count() == 1
    assert predicted.locator(".jp-OutputArea-output").count() == 0
    for text in texts:
        code_cell(page, text).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
    predicted.locator(".jp-OutputArea-output", has_text="1000000").wait_for()


def test_a_figure_has_words_for_who_cannot_see_it(page):
    """The notebook is not trusted: JupyterLab leaves of its outputs what cannot do harm."""
    shown = [cell for cell in read(LECTURE).cells if cell.id == "kernels-figure"]
    words = shown[0].outputs[0].data["text/plain"].removeprefix("Figure: ")
    figure = code_cell(page, "plots.kernels([0.5, 0.9, 0.98])").get_by_role("img", name=words)
    figure.wait_for()
    assert figure.evaluate("image => image.naturalWidth") > 1000


def test_a_control_has_a_name(page):
    cell = code_cell(page, "def explore_memory(beta)")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    cell.get_by_role("spinbutton", name="β").wait_for()
