"""A course of its own for a test: the real settings and notebooks, in a temporary folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = "01_moving_averages"
SUBMISSIONS = ROOT / "tests" / "submissions"


def make_course(folder: Path, students: tuple[str, ...] | None = None) -> Path:
    """A course in `folder` in which these students of the sample class (or all) have handed in."""
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    names = (
        students
        if students is not None
        else tuple(entry.name for entry in SUBMISSIONS.iterdir() if entry.is_dir())
    )
    for name in names:
        shutil.copytree(SUBMISSIONS / name, folder / ".course" / "submitted" / name)
    return folder


def start(*command: str, cwd: Path, **settings: str) -> subprocess.Popen[str]:
    """Start a command as a TA types it; of Jupyter settings of the machine nothing is seen."""
    bin_folder = Path(sys.executable).parent
    environment = {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(cwd),
        "JUPYTER_CONFIG_DIR": str(cwd / "no-settings"),
        "LANG": "C.UTF-8",
        **settings,
    }
    return subprocess.Popen(
        [str(bin_folder / command[0]), *command[1:]],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*command: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """The same to its end."""
    with start(*command, cwd=cwd, **settings) as process:
        said, complained = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)
