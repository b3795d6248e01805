"""Limits that are not tried by an attack."""

import subprocess
import sys

import pytest

from .behind import PACKAGE


pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are those of Linux")


def run(code, stream="stdout"):
    """In a process of its own: limits cannot be taken back."""
    start = "import os, resource, sys\nsys.path.insert(0, sys.argv[1])\nfrom sandbox import limits\n"
    command = [sys.executable, "-I", "-c", start + code, str(PACKAGE.parent)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return getattr(ended, stream).strip()


def test_a_limit_is_never_raised():
    code = """
resource.setrlimit(resource.RLIMIT_NOFILE, (50, 100))
limits.set_rlimits([("RLIMIT_NOFILE", 256, 256)])
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    assert run(code) == "(100, 100)"


def test_limits_that_a_system_does_not_know_are_left_out():
    assert run('limits.set_rlimits([("RLIMIT_OF_THE_MOON", 1, 1)]); print("fine")') == "fine"


def test_the_tasks_of_a_user_are_processes_and_threads():
    code = """
import threading
before = limits.tasks_of_user()
stop = threading.Event()
for _ in range(20): threading.Thread(target=stop.wait).start()
print(limits.tasks_of_user() - before > 10)
stop.set()
"""
    assert run(code) == "True"


def test_files_in_between_are_closed_and_missing_streams_are_null():
    code = """
for fd in (5, 6, 7, 300): os.dup2(2, fd)
limits.close_files([2, 6])
open_files = [fd for fd in map(int, os.listdir("/proc/self/fd")) if os.path.exists(f"/proc/self/fd/{fd}")]
print(sorted(open_files), os.readlink("/proc/self/fd/1"), file=sys.stderr)
"""
    assert run(code, stream="stderr") == "[0, 1, 2, 6] /dev/null"


def test_a_child_whose_parent_is_gone_ends_at_once():
    code = """
child = os.fork()
if not child:
    limits.die_with(os.getppid() + 1, 9)
    os._exit(0)
print(os.waitpid(child, 0)[1])
"""
    assert run(code) == str(1 << 8)
