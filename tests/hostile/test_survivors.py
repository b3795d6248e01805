"""EX25: nobody outlives the driver."""

import json
import signal
import subprocess
import sys

import pytest

from autograder.sandbox import kernel
from tests.hostile.laboratory import Laboratory, _descendants, _stragglers


# A driver with a box in which a cell has left daemons and goes on.
DRIVER = """
import json, sys

from autograder.sandbox.launcher import Zygote
from autograder.sandbox.policy import Policy
from autograder.sandbox.wall import build_wall

tier, without = json.loads(sys.argv[1])
with Zygote(build_wall(Policy(), tier).without(*without)) as zygote, zygote.box() as box:
    box.run_cell(sys.argv[2], 30)
    print("running", flush=True)
    box.run_cell("while True: pass", 60)
"""
DAEMONS = """
import os, signal, time

for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
"""


@pytest.mark.skipif(not kernel.supported(), reason="needs Linux")
def test_a_driver_that_is_killed_leaves_nobody(laboratory: Laboratory) -> None:
    if laboratory.choice.tier == "none":
        pytest.skip("without a wall daemons go on")
    before = _descendants()
    wall = json.dumps((laboratory.choice.tier, laboratory.choice.without))
    command = [sys.executable, "-c", DRIVER, wall, DAEMONS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout.readline() == "running\n"
        assert len(_descendants() - before) > 5
        driver.send_signal(signal.SIGKILL)
    assert not _stragglers(before)
