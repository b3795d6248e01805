"""A student in JupyterLab: fetch, solve, check, validate, hand in, read the feedback.

Everything here is on loopback: an exchange in a temporary folder, and the students' wheel, which is what
their kernels import.
"""

import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from autograder.exercises import load
from tests.autograder.course import ROOT, make_course, run
from tests.autograder.test_exchange import EXCHANGE
from tests.browser import lab as in_lab, watch
from tests.browser.lab import Lab
from tests.browser.servers import SETTINGS


NAME, STUDENT = "01_moving_averages", "ada"
ASSIGNMENT = load(NAME)
SOURCE = nbformat.read(ROOT / "notebooks" / "assignments" / NAME / f"{NAME}.ipynb", as_version=4)
# Where there is an exchange, the settings that hide nbgrader's panels leave the list of assignments on.
WITH_EXCHANGE = '{"disabledExtensions": {"@jupyter/nbgrader:assignment-list": false}}'


@dataclass(frozen=True)
class Classroom:
    """A course with an exchange, and a student of it."""

    course: Path
    home: Path
    installed: Path

    def teacher(self, *commands: str) -> None:
        for command in commands:
            done = run(*command.split(), NAME, cwd=self.course)
            assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    place = tmp_path_factory.mktemp("classroom")
    room = Classroom(place / "course", place / "ada", place / "installed")
    for folder in (room.course, room.home, place / "exchange"):
        folder.mkdir()
    (place / "exchange").chmod(0o777)
    make_course(room.course, ())
    exchange = str(place / "exchange")
    with (room.course / "nbgrader_config.py").open("a") as file:
        file.write(EXCHANGE.format(root=exchange, cache=str(place / "cache-of-course")))
    room.teacher("autograder release", "nbgrader release_assignment")
    (wheel,) = (room.course / "handout" / NAME).glob("*.whl")
    zipfile.ZipFile(wheel).extractall(room.installed)
    settings = EXCHANGE.format(root=exchange, cache=str(place / "cache-of-ada"))
    text = f"c = get_config()\n{settings}c.CourseDirectory.student_id = {STUDENT!r}\n"
    (room.home / "nbgrader_config.py").write_text(text)
    return room


@pytest.fixture(scope="module")
def lab(
    classroom: Classroom, jupyterlab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory
) -> Lab:
    """The student's, with nothing of the course but what it handed out."""
    settings = tmp_path_factory.mktemp("settings")
    (settings / "labconfig").mkdir()
    (settings / "labconfig" / "page_config.json").write_text(WITH_EXCHANGE)
    return jupyterlab(
        classroom.home,
        PYTHONPATH=str(classroom.installed),
        JUPYTER_CONFIG_PATH=os.pathsep.join(map(str, (settings, *SETTINGS["student"]))),
    )


def press(page: Page, button: str, of: str) -> None:
    """A button in nbgrader's list of assignments."""
    in_lab.execute(page, "nbgrader:open-assignment-list")
    listed = page.locator("#nbgrader-assignment-list .list_item", has_text=of)
    listed.get_by_role("button", name=button, exact=True).first.click()


def validated(page: Page) -> str:
    """What Validate says."""
    page.locator(".validate-button").first.click()
    dialog = page.locator(".jp-Dialog", has_text=re.compile("Success|fail"))
    dialog.wait_for()
    says = dialog.inner_text()
    dialog.get_by_role("button").first.click()
    dialog.wait_for(state="detached")
    return says


def test_a_student_fetches_solves_checks_validates_hands_in_and_reads_the_feedback(
    page: Page, lab: Lab, classroom: Classroom
) -> None:
    errors, off = watch.console_errors(page), watch.requests_off(page)
    page.goto(f"{lab.url()}&reset")
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget")

    press(page, "Fetch", NAME)
    notebook = classroom.home / NAME / f"{NAME}.ipynb"
    page.locator("#nbgrader-assignment-list").get_by_role("button", name="Submit", exact=True).wait_for()
    assert notebook.is_file()

    lab.open(page, f"{NAME}/{NAME}.ipynb")
    in_lab.run(page, "imports")
    in_lab.run(page, "ewma")
    expect(in_lab.run(page, "test-ewma")).to_contain_text("ewma is not written yet.")

    # A formula that the catalogue knows, in the words of the grading.
    ewma = ASSIGNMENT.exercise("ewma")
    swapped = next(entry for entry in ewma.misconceptions if entry.name == "swapped")
    in_lab.write(page, "ewma", swapped.variant.text)
    in_lab.run(page, "ewma")
    panel = in_lab.run(page, "test-ewma").first
    expect(panel).to_contain_text(f"Your result is what you get when {swapped.message}".split("`")[0].strip())
    expect(panel.get_by_text("expected", exact=True)).to_be_visible()
    assert watch.axe(page, within=".jp-OutputArea-output") == []

    in_lab.save(page)
    assert "ewma" in validated(page)

    # Everything, as the model answers have it, and then handed in.
    for cell in SOURCE.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            in_lab.write(page, about["grade_id"], cell.source)
    in_lab.run_all(page)
    standing = in_lab.cell(page, "progress").locator(".jp-OutputArea-output")
    expect(standing).to_contain_text("9 of 9 exercises pass, 26 of 26 points so far.")
    in_lab.save(page)
    assert "Success" in validated(page)
    press(page, "Submit", NAME)
    page.locator("#submitted_assignments_list .list_item", has_text=NAME).first.wait_for()

    classroom.teacher("nbgrader collect", "autograder grade")
    classroom.teacher("nbgrader generate_feedback", "nbgrader release_feedback")
    press(page, "Fetch Feedback", NAME)
    page.locator("#nbgrader-assignment-list").get_by_text("View Feedback").first.wait_for()
    (feedback,) = classroom.home.glob(f"{NAME}/feedback/*/*.html")
    assert errors == []
    page.goto(lab.url(f"files/{feedback.relative_to(classroom.home).as_posix()}"))
    expect(page.locator("body")).to_contain_text("26 of 30 points")
    assert off == []
