"""A class of right submissions graded by stock nbgrader and by the grader of the course."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil


ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = "01_moving_averages"
RIGHT = ROOT / "tests" / "submissions" / "ada-all-right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"

RUNS = 3

# Stock nbgrader: the same folders, none of our settings.
STOCK_CONFIG = """
from autograder.settings import lay_out
c = get_config()
lay_out(c, __file__)
c.CourseDirectory.source_directory = "notebooks/assignments"
"""


def main(copies: int = 40) -> None:
    """Print seconds and CPU seconds per submission of both, and the ratios."""
    print(f"Grading {copies} copies of a right submission, {os.cpu_count()} cores")
    stock = _measure(copies, STOCK_CONFIG, ["nbgrader", "autograde", ASSIGNMENT])
    config, command = (ROOT / "nbgrader_config.py").read_text(), ["autograder", "grade", ASSIGNMENT, "--json"]
    # A run of a few seconds meets other programs, or escapes them; nbgrader's is long enough to do neither.
    ours = sorted(_measure(copies, config, command) for _ in range(RUNS))[RUNS // 2]
    print(f"{'':24}{'wall s':>10}{'CPU s':>10}   per submission")
    for name, (wall, cpu) in (("nbgrader autograde", stock), ("autograder grade", ours)):
        print(f"  {name:22}{wall / copies:10.3f}{cpu / copies:10.3f}")
    print(f"  {'ratio':22}{stock[0] / ours[0]:10.1f}{stock[1] / ours[1]:10.1f}")


def _measure(copies: int, config: str, command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one command on a fresh course, its release made beforehand."""
    with TemporaryDirectory() as folder:
        course = make_class(Path(folder), config, copies)
        _run(["nbgrader", "generate_assignment", ASSIGNMENT], course)
        before, started = _cpu_seconds(), time.monotonic()
        _run(command, course)
        return time.monotonic() - started, _cpu_seconds() - before


def make_class(course: Path, config: str, copies: int) -> Path:
    """A course with these settings, in which everybody has handed in the same."""
    (course / "nbgrader_config.py").write_text(config)
    source = Path("notebooks") / "assignments" / ASSIGNMENT
    shutil.copytree(ROOT / source, course / source)
    for number in range(copies):
        target = course / ".course" / "submitted" / f"student-{number:02}" / ASSIGNMENT
        target.mkdir(parents=True)
        shutil.copy(RIGHT, target)
    return course


def _run(command: list[str], course: Path) -> None:
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("JUPYTER_CONFIG_PATH", None)
    done = subprocess.run(
        [str(bin_folder / command[0]), *command[1:]],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")


def _cpu_seconds() -> float:
    """Of the whole machine: what a box has used is lost to its parents when it is killed."""
    used = psutil.cpu_times()
    return used.user + used.system
