"""JupyterLab as `make lab` opens it, and as somebody starts it who has installed a handout."""

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.bundle import Part, make_wheel
from autograder.exercises import load
from tests.browser import watch
from tests.browser.lab import Lab
from tests.browser.servers import COURSE, SETTINGS


FIRST = "01_moving_averages"
NEWS = "get notified about official Jupyter news"
PANELS = {f"nbgrader:open-{each}" for each in ("formgrader", "create-assignment", "course-list")}
LIST = "nbgrader:open-assignment-list"


@pytest.mark.parametrize(
    ("role", "opens"),
    [("student", f"handout/{FIRST}/lectures/{FIRST}.ipynb"), ("teacher", "notebooks/README.md")],
)
def test_make_lab_opens_the_course_with_the_settings_of_the_role(
    tmp_path: Path, role: str, opens: str
) -> None:
    """The programs are others here, which say what they are asked for."""
    for name, text in {"autograder": "", "jupyter": 'echo "$JUPYTER_CONFIG_PATH" "$@"'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    made = ("--silent", f"--assume-old={tmp_path}/.ready", f"VENV={tmp_path}", f"BIN={tmp_path}")
    asked = subprocess.check_output(
        ["make", *made, "lab", f"ROLE={role}"], cwd=COURSE, text=True, env=os.environ | {"MAKEFLAGS": ""}
    )
    settings, command, page, *_ = asked.split()
    assert tuple(map(Path, settings.split(os.pathsep))) == SETTINGS[role]
    assert (command, page) == ("lab", f"--LabApp.default_url=/lab/tree/{opens}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("course")
    (made / "README.md").write_text("# The course\n\nThis is **what there is**.\n")
    return made


def commands(page: Page) -> set[str]:
    return set(
        page.evaluate("jupyterapp.commands.listCommands().filter(each => each.startsWith('nbgrader'))")
    )


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_the_page_that_opens_can_be_read_and_panels_are_those_of_the_role(
    page: Page, jupyterlab: Callable[..., Lab], folder: Path, role: str
) -> None:
    lab = jupyterlab(folder, role)
    errors, off = watch.console_errors(page), watch.requests_off(page)
    page.goto(lab.url(""))
    expect(page.locator(".jp-MarkdownViewer h1")).to_contain_text("The course")
    page.wait_for_function("jupyterapp.restored.then(() => true)")
    assert commands(page) & (PANELS | {LIST}) == (PANELS if role == "teacher" else set())
    menu = page.get_by_role("menuitem", name="Nbgrader")
    expect(menu).to_have_count(1 if role == "teacher" else 0)
    expect(page.get_by_text(NEWS)).to_have_count(0)
    assert (errors, off) == ([], [])


def test_a_handout_brings_its_settings_where_jupyterlab_is_started_by_itself(
    page: Page, jupyterlab: Callable[..., Lab], folder: Path, tmp_path: Path
) -> None:
    _, wheel = make_wheel([Part(load(FIRST))], {})
    zipfile.ZipFile(io.BytesIO(wheel)).extractall(tmp_path)
    (brought,) = tmp_path.glob("*.data/data/etc/jupyter")
    ours = json.loads((COURSE / ".jupyter/labconfig/default_setting_overrides.json").read_text())
    theirs = json.loads((brought / "labconfig/default_setting_overrides.json").read_text())
    assert theirs.items() <= ours.items()
    lab = jupyterlab(folder, "plain", JUPYTER_CONFIG_PATH=str(brought))
    page.goto(lab.url("lab/tree/README.md"))
    expect(page.locator(".jp-MarkdownViewer h1")).to_contain_text("The course")
    page.wait_for_function("jupyterapp.restored.then(() => true)")
    expect(page.get_by_text(NEWS)).to_have_count(0)
