"""A class of right submissions graded by stock nbgrader and by the grader of the course.

A second peer is an interpreter that has imported and drawn before, and runs the same cells without any wall.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.exercises import load
from autograder.given import Given
from autograder.grading import grade_submission
from autograder.notebook import read_release
from autograder.sandbox import processes
from autograder.sandbox.launcher import Box, Zygote
from autograder.sandbox.messages import ProbeRequest
from autograder.sandbox.policy import MIB, Policy
from autograder.sandbox.tiers import choose
from autograder.sandbox.wall import build_wall
from autograder.trials import Drawn, draw_hidden, draw_public
from tests.bench.cpu import counted


ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = "01_moving_averages"
SOURCE = ROOT / "notebooks" / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
RIGHT = ROOT / "tests" / "submissions" / "ada-all-right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
KEY = bytes(32)

RUNS = 3
# How often a stage is measured, and the cells in a warm interpreter.
REPEATS = 12

LESS_CPU, LESS_WALL = 12, 20
WARM = 1.5
MEMORY_MIB = 60


# Stock nbgrader: the same folders, none of our settings.
STOCK_CONFIG = """
from autograder.settings import lay_out
c = get_config()
lay_out(c, __file__)
c.CourseDirectory.source_directory = "notebooks/assignments"
"""


def main(copies: int = 40) -> None:
    """Print seconds and CPU seconds per submission of everybody, the ratios, and where ours go.

    In larger classes the start of the program costs each submission less: the ratios approach those of each
    further one.
    """
    print(f"Grading {copies} copies of a right submission, {os.cpu_count()} cores")
    with counted() as cpu:
        stock, stock_alone = _stock(copies, cpu), _stock(1, cpu)
        ours, alone = _ours(copies, cpu), _ours(1, cpu)
        warm, without_checks = _warm()
        stages, private = _stages(cpu)
    wall, used = ours[0] / copies, ours[1] / copies
    print(f"{'':28}{'wall s':>10}{'CPU s':>10}   per submission")
    print(f"  {'nbgrader autograde':26}{stock[0] / copies:10.3f}{stock[1] / copies:10.3f}")
    print(f"  {'autograder grade':26}{wall:10.3f}{used:10.3f}")
    print(f"  {'ratio':26}{stock[0] / ours[0]:10.1f}{stock[1] / ours[1]:10.1f}")
    more = [(stock[i] - stock_alone[i]) / (ours[i] - alone[i]) for i in (0, 1)]
    print(f"  {'ratio of each further one':26}{more[0]:10.1f}{more[1]:10.1f}   the starts left out")
    _tell(f"at least {LESS_CPU} times less CPU", stock[1] >= LESS_CPU * ours[1])
    _tell(f"at least {LESS_WALL} times less wall time", stock[0] >= LESS_WALL * ours[0])

    graded = sum(stages.values())
    print(f"  {'the cells, warm':36}{warm:10.3f}   {without_checks:.3f} without those that check")
    print(f"  {'ratio of one graded':36}{graded / warm:10.2f}")
    _tell(f"at most {WARM:g} times the CPU", graded <= WARM * warm)

    another = (ours[1] - alone[1]) / (copies - 1)
    rest = {
        "gradebook and files": another - graded,
        f"start, shared by {copies}": (alone[1] - another) / copies,
    }
    print("  where the CPU of a submission goes, in ms (the last two are what is left of whole runs)")
    for name, seconds in (stages | rest).items():
        print(f"    {name:34}{1e3 * seconds:10.1f}")
    if private is None:
        print("  private memory of a worker: only root may look")
        return
    print(f"  {'private memory of a worker':36}{private / MIB:10.1f} MiB")
    _tell(f"at most {MEMORY_MIB} MiB", private <= MEMORY_MIB * MIB)


def _tell(target: str, met: bool) -> None:
    print(f"  target: {target}: {'met' if met else 'NOT MET'}")


def _stock(copies: int, cpu: Callable[[], float]) -> tuple[float, float]:
    return _measure(copies, STOCK_CONFIG, ["nbgrader", "autograde", ASSIGNMENT], cpu)


def _ours(copies: int, cpu: Callable[[], float]) -> tuple[float, float]:
    config, command = (ROOT / "nbgrader_config.py").read_text(), ["autograder", "grade", ASSIGNMENT, "--json"]
    # A run of a few seconds meets other programs, or escapes them; nbgrader's is long enough to do neither.
    return sorted(_measure(copies, config, command, cpu) for _ in range(RUNS))[RUNS // 2]


def _measure(copies: int, config: str, command: list[str], cpu: Callable[[], float]) -> tuple[float, float]:
    """Wall and CPU seconds of one command on a fresh course, its release made beforehand."""
    with TemporaryDirectory() as folder:
        course = make_class(Path(folder), config, copies)
        _run(["nbgrader", "generate_assignment", ASSIGNMENT], course)
        before, started = cpu(), time.monotonic()
        _run(command, course)
        return time.monotonic() - started, cpu() - before


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


def _run(command: list[str], course: Path) -> str:
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
    return done.stdout


def _warm() -> tuple[float, float]:
    """CPU seconds of the cells in a warm interpreter: of all, and without those that check answers."""
    python = Path(sys.executable).name
    said = _run([python, "-m", "tests.bench.warm", str(RIGHT), str(REPEATS)], ROOT)
    every, without_checks = map(float, said.split()[-2:])
    return every, without_checks


def _stages(cpu: Callable[[], float]) -> tuple[dict[str, float], int | None]:
    """CPU seconds of each stage of grading, and the bytes that a worker has to itself at the end."""
    assignment, data = load(ASSIGNMENT), RIGHT.read_bytes()
    given = Given.of(read_release(SOURCE))
    undrawn = data.replace(b"plt.show()", b"plt.close('all')")
    assert undrawn != data
    public = [each for exercise in assignment.exercises for each in draw_public(exercise)]
    hidden = [each for e in assignment.exercises for each in draw_hidden(e, KEY, ASSIGNMENT, "ada", "")]
    private: list[int | None] = []

    def go(zygote: Zygote, stage: int) -> None:
        with zygote.box() as box:
            if stage == 0:
                return
            cells = box.read(undrawn if stage == 2 else data)
            if stage == 1:
                return
            for step in given.steps(cells):
                box.run_cell(step.source, Policy.cell_seconds)
            if stage == 4:
                for drawn in (public, hidden):
                    box.perform(_requests(drawn), {})
                private.append(_private_bytes(box))

    def grade(zygote: Zygote) -> None:
        options = {"student": "ada", "course_key": KEY, "zygote": zygote, "given": given}
        result = grade_submission(data, assignment, **options)
        assert result.score == result.max_score

    choice = choose(Policy())
    wall = build_wall(Policy(), choice.tier).without(*choice.without)
    times: list[list[float]] = []
    with Zygote(wall) as zygote:
        for _ in range(REPEATS + 1):
            row = []
            for stage in range(6):
                before = cpu()
                grade(zygote) if stage == 5 else go(zygote, stage)
                row.append(cpu() - before)
            times.append(row)
    sums = [statistics.median(column) for column in zip(*times[1:], strict=True)]
    names = (
        "isolation",
        "reading",
        "the student's cells",
        "figures",
        "probes",
        "inputs, references, verdict",
    )
    steps = [after - before for before, after in zip([0.0, *sums], sums, strict=False)]
    return dict(zip(names, steps, strict=True)), private[-1]


def _requests(drawn: list[Drawn]) -> tuple[ProbeRequest, ...]:
    return tuple(ProbeRequest(each.exercise.name, each.calls, each.reply_bytes) for each in drawn)


def _private_bytes(box: Box) -> int | None:
    """What the processes of a box share with nobody; None where that is not for us to see."""
    total = 0
    try:
        for directory in processes.tree(box._pid or 0):
            lines = Path(directory, "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Private_"))
    except OSError:
        return None
    return total
