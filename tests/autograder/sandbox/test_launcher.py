"""A zygote's process may be started before its wall is known."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox import launcher
from autograder.sandbox.launcher import Zygote, ZygoteProcess
from autograder.sandbox.messages import ProbeRequest
from autograder.sandbox.perform import Returned
from autograder.sandbox.policy import Policy
from autograder.sandbox.values import Call
from autograder.sandbox.wall import build_wall

from .behind import needs_full


ROOT = Path(__file__).resolve().parents[3]
WALL = build_wall(Policy(), "none")

# What somebody who grades in an environment that borrows its packages finds in a box of theirs.
BORROWER = """
import sys
import beside, numpy
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.policy import Policy
from autograder.sandbox.wall import build_wall

with Zygote(build_wall(Policy(), "full")) as zygote, zygote.box() as box:
    places = {"numpy": numpy.__file__, "beside": beside.__file__, "root": sys.argv[1]}
    result = box.run_cell(sys.stdin.read().format(**places), 60)
    print(*(output.text for output in result.outputs), end="")
"""
IN_THE_BOX = """
import glob, importlib.util, os, numpy
print("numpy is the same:", numpy.__file__ == {numpy!r})
try:
    open(numpy.__file__, "a")
except OSError:
    print("it can only be read")
print("what lies beside:", importlib.util.find_spec("beside"), os.path.exists({beside!r}))
packages = os.path.dirname(os.path.dirname(numpy.__file__))
def text(path):
    try:
        return open(path).read()
    except OSError:  # where Landlock is there too, what is covered may not even be opened
        return ""
texts = map(text, glob.glob(packages + "/__editable__*advsec*"))
print("says where the reference is:", any({root!r} in each for each in texts))
"""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that the launcher starts."""
    processes: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def keep(*args: object, **kwargs: object) -> subprocess.Popen[bytes]:
        processes.append(popen(*args, **kwargs))
        return processes[-1]

    monkeypatch.setattr(launcher.subprocess, "Popen", keep)
    return processes


def test_a_process_that_was_started_before_is_the_one_that_serves(
    started: list[subprocess.Popen[bytes]],
) -> None:
    process = ZygoteProcess(Policy(output_head_bytes=3, output_tail_bytes=0))
    with Zygote(WALL, process) as zygote, zygote.box() as box:
        assert box.run_cell("def two(): return 2\nprint('abcdef')", 20).outputs[0].text == "abc"
        ((outcome,),) = box.perform((ProbeRequest("two", (Call("two"),), 100),), {})
    assert isinstance(outcome, Returned)
    assert outcome.value == 2
    assert len(started) == 1
    assert started[0].returncode == 0


def test_a_process_that_nobody_needs_ends(started: list[subprocess.Popen[bytes]]) -> None:
    process = ZygoteProcess()
    process.close()
    assert started[0].returncode is not None


def test_a_process_may_be_closed_by_whoever_started_it_as_well() -> None:
    process = ZygoteProcess()
    with Zygote(WALL, process):
        pass
    process.close()


def test_a_process_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """Also when no wall was ever given to it."""
    script = (
        "import os\n"
        "from autograder.sandbox.launcher import ZygoteProcess\n"
        "process = ZygoteProcess()\n"
        "print(process._process.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    # What it leaves behind, killed like this, is left in the folder of the test.
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path("/proc") / done.stdout.strip()
    patience = time.monotonic() + 60
    while folder.exists() and "Z (zombie)" not in (folder / "status").read_text():
        assert time.monotonic() < patience, "it is still there"
        time.sleep(0.05)


def test_one_that_cannot_start_says_why(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "BOOT", "raise SystemExit('there is no room for a zygote')")
    with (
        pytest.raises(
            RuntimeError, match=r"^the sandbox could not be started: there is no room for a zygote$"
        ),
        Zygote(WALL),
    ):
        pass
    assert started[0].returncode == 1


@needs_full
@pytest.mark.parametrize("way", ["system", "path", "file"])
def test_packages_may_be_borrowed_and_nothing_beside_them(way: str, tmp_path: Path) -> None:
    """An environment with those of the user and the system, by PYTHONPATH, or by a .pth file."""
    kind = ["--system-site-packages"] if way == "system" else []
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", *kind, tmp_path / "venv"], check=True)
    (own,) = (tmp_path / "venv").glob("lib/*/site-packages")
    borrowed = Path(np.__file__).parents[1]
    user = tmp_path / "user" / own.relative_to(tmp_path / "venv")
    user.parent.mkdir(parents=True)
    user.symlink_to(borrowed)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "beside.py").touch()
    named = [tmp_path / "notes", *([borrowed] if way == "file" else [])]
    (own / "all.pth").write_text("".join(f"{each}\n" for each in named))
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "python", "-c", BORROWER, str(ROOT)],
        input=IN_THE_BOX,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONUSERBASE": str(tmp_path / "user"),
            "PYTHONPATH": str(borrowed) if way == "path" else "",
        },
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [
        "numpy is the same: True",
        "it can only be read",
        "what lies beside: None False",
        "says where the reference is: False",
    ], done.stderr


def test_a_question_may_be_larger_than_the_reply_that_it_is_for() -> None:
    """Such as one about the columns of a matrix, of which one number is asked."""

    def helper(name: str, args: tuple[np.ndarray, ...], kwargs: dict[str, object]) -> np.ndarray:
        return np.asarray(args[0].sum())

    with Zygote(WALL) as zygote, zygote.box() as box:
        box.run_cell("import numpy as np\ndef total(n): return helper(np.ones(n))", 20)
        calls = (Call("total", (np.asarray(100_000),)),)
        ((outcome,),) = box.perform((ProbeRequest("total", calls, 100),), {"helper": helper})
    assert isinstance(outcome, Returned)
    assert outcome.value == 100_000


def test_a_start_that_takes_too_long_says_so(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "START_SECONDS", 0.001)
    with pytest.raises(RuntimeError, match=r"could not be started: it was not ready after 0\.001 s$"):
        Zygote(WALL).__enter__()
    assert started[0].returncode is not None
