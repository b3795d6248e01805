"""What `pip install advsec` brings, tried on the wheel itself and away from the checkout."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.wheel import build


ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel."""
    path, unpacked = build(tmp_path_factory), tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(unpacked)
    return unpacked


@pytest.fixture
def run(wheel: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Python in an empty folder; it finds our packages in the wheel."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(wheel)}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )

    return run


def test_the_wheel_holds_the_two_packages_and_what_they_read(wheel):
    assert {path.name for path in wheel.iterdir()} == {
        "advsec",
        "autograder",
        f"advsec-{version('advsec')}.dist-info",
    }
    files = {path.relative_to(ROOT) for path in (ROOT / "autograder").rglob("*.py")}
    files |= {path.relative_to(ROOT) for path in (ROOT / "advsec").rglob("*.[pj][ys]")}
    files |= {path.relative_to(ROOT) for path in (ROOT / "autograder/report/templates").iterdir()}
    files |= {
        path.relative_to(ROOT)
        for path in (ROOT / "autograder/newcourse").rglob("*")
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts[-4:])
    }
    assert files <= {path.relative_to(wheel) for path in wheel.rglob("*")}


def test_the_command_runs_from_the_wheel(wheel, run):
    found = run("-c", "import autograder; print(autograder.__file__)")
    assert Path(found.stdout.strip()).is_relative_to(wheel)
    assert version("advsec") in run("-m", "autograder", "--version").stdout
    assert "collect" in run("-m", "autograder", "--help").stdout


def test_the_command_that_is_installed_is_the_module_that_is_run(wheel):
    scripts = ConfigParser()
    scripts.read(next(wheel.glob("*.dist-info")) / "entry_points.txt")
    assert scripts["console_scripts"]["autograder"] == "autograder.__main__:main"


def test_without_the_extra_one_sentence_says_what_to_install(run):
    # -S leaves out site-packages, and with it everything that the extra brings.
    result = run("-S", "-m", "autograder", "--help")
    sentence = "autograder needs typer, which is not installed: pip install 'advsec[grading]'\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)
