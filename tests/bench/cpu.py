"""Seconds of CPU that this program and all it starts have used, whatever else the machine does.

What a box has used is lost to its parents when it is killed, so that a control group counts it; where none
can be made, the whole machine does.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil


ROOT = Path("/sys/fs/cgroup")
# What ends has memory to give back after it was waited for.
SETTLING_SECONDS = 0.05


@contextlib.contextmanager
def counted() -> Iterator[Callable[[], float]]:
    """Within the context a function that says how many seconds have been used so far."""
    try:
        home = _own_group()
        group = home / f"bench-{os.getpid()}"
        group.mkdir()
        _enter(group)
    except (OSError, LookupError):
        print("(CPU of the whole machine is counted: no control group can be made)")
        yield _of_the_machine
        return
    try:
        yield lambda: _of_group(group)
    finally:
        _enter(home)
        time.sleep(SETTLING_SECONDS)
        group.rmdir()


def _own_group() -> Path:
    """The group of this process that counts CPU; raises LookupError."""
    lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    groups = {names: path.lstrip("/") for _, names, path in lines}
    for names, path in groups.items():
        if "cpuacct" in names.split(","):
            return ROOT / names / path
    return ROOT / groups[""]


def _enter(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _of_group(group: Path) -> float:
    time.sleep(SETTLING_SECONDS)
    with contextlib.suppress(FileNotFoundError):
        return int((group / "cpuacct.usage").read_text()) / 1e9
    lines = (line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(dict(lines)["usage_usec"]) / 1e6


def _of_the_machine() -> float:
    time.sleep(SETTLING_SECONDS)
    used = psutil.cpu_times()
    return used.user + used.system
