"""Large pages: where the system has them the zygote's memory moves, and nothing else changes."""

import subprocess
import sys

import pytest

from autograder.sandbox import kernel


GATHER = """
import hashlib, re
from autograder.sandbox import pages

def large():
    with open("/proc/self/smaps_rollup") as file:
        return int(re.search(r"AnonHugePages: +([0-9]+)", file.read())[1])

data = bytearray(range(256)) * (1 << 16)  # 16 MiB
before = large()
pages.gather()
assert data == bytearray(range(256)) * (1 << 16)
print(large() - before)
"""


@pytest.mark.skipif(not kernel.supported(), reason="another system, or another machine")
def test_memory_is_gathered_and_holds_what_it_held() -> None:
    done = subprocess.run([sys.executable, "-c", GATHER], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if int(done.stdout) <= 0:
        pytest.skip("the kernel gives no large pages on request (Linux 6.1 does)")
    assert int(done.stdout) >= 8 << 10  # kB
