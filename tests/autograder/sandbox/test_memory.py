"""What the sum counts: every process below, whatever has become of its parents, threads and pages."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from autograder.sandbox import memory, processes
from autograder.sandbox.policy import MIB

from .behind import PACKAGE


pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shows this")

SIZE = 64 * MIB
HOLDER = """
import os, signal, sys, threading, ctypes
def stay():
    print("ready", flush=True)
    signal.pause()
"""
HOLDERS = {
    "a process": "held = b'x' * size\nstay()",
    "a child": "held = os.fork() == 0 and b'x' * size\nos.getppid() == parent or stay()\nos.wait()",
    "a child of a thread": """
def fork():
    if os.fork() == 0:
        held = b'x' * size
        stay()
threading.Thread(target=fork).start()
signal.pause()
""",
    "a process whose first thread has ended": """
held = b'x' * size
def outlast(first):
    while open(f'/proc/self/task/{first}/stat').read().split()[2] != 'Z': pass
    stay()
threading.Thread(target=outlast, args=(os.getpid(),)).start()
ctypes.CDLL(None).syscall(60 if os.uname().machine == 'x86_64' else 93, 0)
""",
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_memory_is_seen_wherever_it_is_held(holder: str) -> None:
    code = f"{HOLDER}\nparent, size = int(sys.argv[1]), {SIZE}\n{HOLDERS[holder]}"
    with subprocess.Popen(
        [sys.executable, "-I", "-c", code, str(os.getpid())], stdout=subprocess.PIPE
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            assert SIZE <= memory.held(child.pid) < SIZE + 64 * MIB
        finally:
            for process in (*map(int, children(child.pid)), child.pid):
                os.kill(process, 9)


def children(process: int) -> list[str]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [child for task in tasks for child in task.read_text().split()]


def test_a_process_that_has_ended_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-I", "-c", "pass"]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert memory.held(child.pid) == 0
    assert memory.held(child.pid) == 0


def test_what_a_fork_shares_is_counted_for_both() -> None:
    code = f"""
import os, sys
sys.path.insert(0, {str(PACKAGE.parent)!r})
from sandbox import memory
held, (reading, writing) = b"x" * {SIZE}, os.pipe()
child = os.fork()
if not child:
    os.read(reading, 1)
    os._exit(0)
print(memory.held(os.getpid()) >= 2 * {SIZE})
os.write(writing, b".")
"""
    ended = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "True\n"


@pytest.mark.parametrize(
    ("options", "children", "shown"),
    [
        ("rw,nosuid,nodev,noexec,relatime", True, True),
        ("rw,relatime,hidepid=invisible", True, False),
        ("rw,relatime,hidepid=2,gid=4", True, False),
        ("rw,relatime", False, False),
    ],
)
def test_a_system_that_hides_processes_is_known(
    options: str, children: bool, shown: bool, tmp_path: Path
) -> None:
    task = tmp_path / f"self/task/{os.getpid()}"
    task.mkdir(parents=True)
    mounts = ("/dev/vda / ext4 rw 0 0", f"proc /proc proc {options} 0 0", "proc /box/proc proc hidepid=1 0 0")
    (tmp_path / "self/mounts").write_text("\n".join(mounts))
    if children:
        (task / "children").touch()
    assert processes.are_shown(str(tmp_path)) is shown


def test_threads_of_this_process_count_once() -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=stop.wait) for _ in range(8)]
    before = memory.held(os.getpid())
    for thread in threads:
        thread.start()
    assert memory.held(os.getpid()) - before < 32 * MIB
    stop.set()
    for thread in threads:
        thread.join()
