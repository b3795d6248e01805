"""An exercise is added as CONTRIBUTING.md says: each step of the page is followed in a copy of the course."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.autograder.course import ROOT


PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add an exercise")[2].partition("\n## ")[0]
(REFERENCE, EXERCISE) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(NEW, PROVE) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PACKAGE = Path("autograder") / "exercises" / "moving_averages"
NOTEBOOK = Path("notebooks") / "assignments" / "01_moving_averages" / "01_moving_averages.ipynb"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in which the first step is done: the reference is written."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in ("advsec", "autograder", NOTEBOOK.parent):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (folder / "tests" / "autograder").mkdir(parents=True)
    with (folder / "advsec" / "averages.py").open("a") as file:
        file.write(f"\n\n{REFERENCE}")
    return folder


def typed(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A line as an author types it, of the copy's own packages."""
    command = [sys.executable, "-m", *line.split()]
    environment = {**os.environ, "PYTHONPATH": str(cwd)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def begun(copy: Path) -> subprocess.CompletedProcess[str]:
    return typed(NEW, copy)


def test_the_exercise_is_begun(copy: Path, begun: subprocess.CompletedProcess[str]) -> None:
    assert begun.returncode == 0, begun.stderr
    wrote = [line.removeprefix("wrote ") for line in begun.stdout.splitlines() if line.startswith("wrote ")]
    assert wrote == [
        str(PACKAGE / "half.py"),
        str(PACKAGE / "__init__.py"),
        str(NOTEBOOK),
        "tests/autograder/test_half.py",
    ]
    assert begun.stdout.splitlines()[-1].endswith(PROVE.strip())
    register = (copy / PACKAGE / "__init__.py").read_text()
    assert re.search(r"moving_averages\.half import HALF\n", register)
    assert re.search(r"        HALF,\n    \),\n", register)


def test_its_cells_stand_behind_those_of_the_last_exercise(
    copy: Path, begun: subprocess.CompletedProcess[str]
) -> None:
    before = nbformat.read(ROOT / NOTEBOOK, as_version=4).cells
    cells = nbformat.read(copy / NOTEBOOK, as_version=4).cells
    nbformat.validate(nbformat.read(copy / NOTEBOOK, as_version=4))
    added = [cell for cell in cells if cell.id not in {each.id for each in before}]
    assert [cell for cell in cells if cell not in added] == before
    question, solution, test = added
    last = cells[cells.index(question) - 1].metadata.nbgrader.grade_id
    assert last.startswith("test-")
    assert not any(
        cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("test-")
        for cell in cells[cells.index(test) + 1 :]
    )
    assert question.metadata.nbgrader.locked
    assert (solution.metadata.nbgrader.grade_id, solution.metadata.nbgrader.solution) == ("half", True)
    assert 'def half(x):\n    """Half of a number."""\n    ### BEGIN SOLUTION\n' in solution.source
    assert test.source == "check(half)"
    about = test.metadata.nbgrader
    assert (about.grade_id, about.grade, about.locked, about.points) == ("test-half", True, True, 2)


def test_what_is_there_already_is_left_alone(copy: Path, begun: subprocess.CompletedProcess[str]) -> None:
    again = typed(NEW, copy)
    assert again.returncode == 1
    assert "test_half.py is there already; nothing is changed" in again.stderr
    unknown = typed(NEW.replace("half", "third"), copy)
    assert (
        unknown.stderr
        == "autograder: advsec has no function 'third': write the reference first, with its docstring\n"
    )


def test_what_is_not_described_yet_is_no_proof(copy: Path, begun: subprocess.CompletedProcess[str]) -> None:
    done = typed(PROVE, copy)
    assert done.returncode == 1
    assert "half: has 0 alternatives, and 4 are asked for" in done.stdout
    assert "half: the solution gets 0 of 2 points: `half` is not written yet." in done.stdout


def test_described_as_on_the_page_it_is_proved(copy: Path, begun: subprocess.CompletedProcess[str]) -> None:
    (copy / PACKAGE / "half.py").write_text(EXERCISE)
    done = typed(PROVE, copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"│half\s+│\s+2 │\s+2 │\s+0 │\s+0 │\s+\d+ │", done.stdout)


def test_its_first_test_runs(copy: Path, begun: subprocess.CompletedProcess[str]) -> None:
    (copy / PACKAGE / "half.py").write_text(EXERCISE)
    test = copy / "tests" / "autograder" / "test_half.py"
    (line,) = re.findall(r"    # TODO: .*`(assert .*)`\.\n", test.read_text())
    test.write_text(test.read_text() + f"    {line}\n")
    done = typed(f"pytest -q -p no:cacheprovider -c {os.devnull} --rootdir {copy} {test}", copy)
    assert "1 passed" in done.stdout, done.stdout
