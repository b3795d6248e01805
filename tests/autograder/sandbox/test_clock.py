"""What is counted: CPU seconds of everybody below, half of the time asleep, and hardly any waiting."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.sandbox import clock, processes
from autograder.sandbox.clock import LOOK_SECONDS, Tally, Usage, UsageBelow, Watch, usage_of_child


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shows this")

PATIENCE = 60
USED = 0.5
# Computes for so many seconds of CPU, whatever the machine is doing.
COMPUTE = f"""
import os, signal, sys, threading, time
def compute(seconds={USED}):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def say_and_stay():
    print("ready", flush=True)
    signal.pause()
"""
WAYS = {
    "itself": "compute()",
    "a thread that has ended": "thread = threading.Thread(target=compute); thread.start(); thread.join()",
    "a child that is waited for": "os.fork() or (compute(), os._exit(0)); os.wait()",
    "a child that is not waited for": """
if os.fork() == 0:
    compute()
    os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
""",
    "a child that lives": "os.fork() or (compute(), say_and_stay())\nsignal.pause()",
    "a grandchild whose parent has ended": """
import ctypes
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # as the keeper of a box: orphans become its children
if os.fork() == 0:
    if os.fork() == 0:
        compute()
    os._exit(0)
os.wait()
os.wait()
""",
}


# --- the tally ------------------------------------------------------------------------------------------


def tally(*looks: tuple[float, Usage | None]) -> Tally:
    """Looks, each after so many seconds."""
    made = Tally()
    for passed, usage in looks:
        made.add(passed, usage)
    return made


def steady(seconds: float, share: float, *, runnable: bool) -> Tally:
    """Work that got so much of a core all the time, after the look that only says where it starts."""
    looks = [(0.1, Usage(share * 0.1 * n, runnable)) for n in range(1, round(seconds / 0.1) + 1)]
    return tally((0.0, Usage(0.0, runnable)), *looks)


@pytest.mark.parametrize("share", [0.06, 0.25, 1.0, 4.0])
def test_who_computes_spends_what_they_use(share: float) -> None:
    assert steady(10.0, share, runnable=True).spent == pytest.approx(10.0 * share)


def test_who_sleeps_spends_half_of_it() -> None:
    assert steady(10.0, 0.0, runnable=False).spent == pytest.approx(5.0)


def test_who_waits_for_a_core_spends_next_to_nothing_but_not_for_ever() -> None:
    assert steady(10.0, 0.0, runnable=True).spent == pytest.approx(0.5)


def test_where_nothing_is_shown_everything_counts_as_asleep() -> None:
    assert tally(*[(0.1, None)] * 100).spent == pytest.approx(5.0)


def test_what_was_used_before_costs_nothing_and_a_late_first_look_no_more_than_one_in_time() -> None:
    assert tally((7.0, Usage(100.0, True))).spent == pytest.approx(LOOK_SECONDS / 2)


@pytest.mark.parametrize(
    ("share", "runnable", "starved"),
    [(0.9, True, False), (0.6, True, False), (0.4, True, True), (0.0, False, False), (2.0, True, False)],
)
def test_starved_is_who_wanted_to_run_and_got_less_than_half_a_core(
    share: float, runnable: bool, starved: bool
) -> None:
    assert steady(10.0, share, runnable=runnable).starved is starved


def test_who_sleeps_nearly_all_the_time_is_not_starved_by_the_moments_of_waking_up() -> None:
    """A look that finds somebody awake who has used nothing says little of the machine."""
    looks = [(0.1, Usage(0.001 * n, n % 10 == 0)) for n in range(1, 300)]
    assert not tally((0.0, Usage(0.0, False)), *looks).starved


def test_who_sleeps_a_while_and_then_waits_for_a_core_is_starved() -> None:
    looks = [(0.1, Usage(0.02 * n, n > 20)) for n in range(1, 100)]
    assert tally((0.0, Usage(0.0, False)), *looks).starved


# --- what processes have used ---------------------------------------------------------------------------


@pytest.fixture
def running() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts a program that says when it has done what it should; it and all below it are ended."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-c", f"{COMPUTE}\n{code}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@linux
@pytest.mark.parametrize("way", WAYS)
def test_seconds_count_whoever_has_used_them(
    way: str, running: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    process = running(f"{WAYS[way]}\nsay_and_stay()")
    usage = UsageBelow(process.pid)()
    assert usage is not None
    # The kernel counts in ticks, of each process what is whole; starting Python takes some as well.
    assert USED - 0.05 <= usage.cpu < 5 * USED


@linux
def test_seconds_of_a_child_that_vanishes_with_them_count_once_they_were_seen(
    running: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    """Nobody adds up the time of children whose end their parent ignores."""
    process = running("""
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
reading, writing = os.pipe()
for round in range(2):
    if os.fork() == 0:
        compute()
        os.write(writing, b".")
        signal.pause()
    os.read(reading, 1)
say_and_stay()
""")
    usage = UsageBelow(process.pid)
    seen = usage()
    assert seen is not None
    for child in processes.tree(process.pid):
        if (pid := int(Path(child).name)) != process.pid:
            os.kill(pid, signal.SIGKILL)
            until(lambda gone=Path(child): not gone.exists())
    later = usage()
    assert later is not None
    assert later.cpu >= seen.cpu >= 2 * USED - 0.05


@linux
@pytest.mark.parametrize("code", ["", "threading.Thread(target=signal.pause).start()\n"])
def test_who_computes_is_runnable_and_who_sleeps_is_not(
    code: str, running: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    busy = running(f"{code}print('ready', flush=True)\ncompute({PATIENCE})")
    asleep = running(f"{code}say_and_stay()")
    # A look may find the one between two steps, but not again and again.
    until(lambda: UsageBelow(busy.pid)().runnable)
    until(lambda: not UsageBelow(asleep.pid)().runnable)


@linux
def test_of_a_thread_that_computes_the_whole_is_runnable(
    running: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    code = "threading.Thread(target=compute, args=(60,), daemon=True).start()\nsay_and_stay()"
    process = running(code)
    until(lambda: UsageBelow(process.pid)().runnable)


@linux
def test_of_who_is_gone_nothing_is_known() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert UsageBelow(process.pid)() is None


def until(holds: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < patience
        time.sleep(0.01)


# --- waiting --------------------------------------------------------------------------------------------


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_what_can_be_read_is_not_waited_for(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b".")
    watch = Watch(1.0, lambda: pytest.fail("nobody has to look"))
    watch.wait(pipe[0])
    assert watch.spent < 1.0


def test_patience_ends_when_the_seconds_are_used_up_and_not_before(pipe: tuple[int, int]) -> None:
    used = iter(range(100))
    watch = Watch(5.0, lambda: Usage(next(used), True))
    with pytest.raises(TimeoutError):
        watch.wait(pipe[0])
    assert next(used) == 6  # the first look says where it starts
    assert watch.spent >= 5.0


def test_where_nothing_is_left_nothing_is_waited_for(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b".")
    with pytest.raises(TimeoutError):
        Watch(0.0, lambda: None).wait(pipe[0])


def test_who_trickles_is_looked_at_as_well() -> None:
    """Something to read at every moment starts no clock anew."""

    def wait_again_and_again(file: int) -> None:
        while True:
            watch.wait(file)

    watch = Watch(1.0, lambda: None)
    with open("/dev/zero", "rb") as endless, pytest.raises(TimeoutError):
        wait_again_and_again(endless.fileno())


def test_patience_ends_at_its_moment_and_the_machine_is_to_blame(pipe: tuple[int, int]) -> None:
    watch = Watch(1000.0, lambda: None, until=time.monotonic() + 0.3)
    with pytest.raises(TimeoutError):
        watch.wait(pipe[0])
    assert watch.out_of_patience
    assert watch.starved
    assert watch.spent < 1000.0


@pytest.fixture
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "SILENCE_SECONDS", 0.2)


@pytest.mark.usefixtures("short_silence")
def test_an_answer_that_has_begun_may_not_trickle(pipe: tuple[int, int]) -> None:
    over = threading.Event()

    def trickle() -> None:
        while not over.wait(0.02):
            os.write(pipe[1], b".")

    watch = Watch(1000.0, lambda: Usage(0.0, False))
    writer = threading.Thread(target=trickle)
    writer.start()
    try:
        with pytest.raises(TimeoutError):
            read_on_and_on(watch, pipe[0])
    finally:
        over.set()
        writer.join()
    assert watch.halted
    assert not watch.starved


def read_on_and_on(watch: Watch, file: int) -> None:
    while True:
        watch.wait(file, under_way=True)
        os.read(file, 1)


@pytest.mark.usefixtures("short_silence")
def test_where_nobody_knows_who_waits_for_a_core_silence_is_nobodys(pipe: tuple[int, int]) -> None:
    watch = Watch(1.0, lambda: None)
    with pytest.raises(TimeoutError):
        watch.wait(pipe[0], under_way=True)
    assert watch.spent >= 1.0
    assert not watch.halted


@pytest.mark.usefixtures("short_silence")
def test_who_is_slow_to_listen_hears_no_silence() -> None:
    watch = Watch(1000.0, lambda: Usage(0.0, False))
    with open("/dev/zero", "rb") as endless:
        for _ in range(10):
            time.sleep(1.2 * LOOK_SECONDS)
            watch.wait(endless.fileno(), under_way=True)
    assert watch.spent > 2 * 0.2
    assert not watch.halted


@pytest.mark.usefixtures("short_silence")
def test_silence_before_an_answer_is_none_within_it(pipe: tuple[int, int]) -> None:
    watch = Watch(1.0, lambda: Usage(0.0, False))
    with pytest.raises(TimeoutError):
        watch.wait(pipe[0])
    assert watch.spent >= 1.0
    assert not watch.halted


@linux
def test_a_child_is_known_by_its_own_clock_and_asleep_when_it_uses_nothing(
    running: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    usage = usage_of_child(running("compute()\nsay_and_stay()").pid, 0.2)
    first = usage()
    assert first is not None
    assert first.cpu >= USED
    assert first.runnable
    until(lambda: not usage().runnable)
