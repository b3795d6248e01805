"""How long student code has been at work, however busy the machine is, and the end of its patience.

What is counted is the CPU time of all its processes together. Seconds in which all of them sleep count as
well, though less, so that nobody waits for ever. Seconds in which they would run and wait for a core are
the machine's fault: they count next to nothing.
"""

import math
import os
import select
import socket
import time
from collections.abc import Callable
from typing import NamedTuple

from . import processes


__all__ = ["Tally", "Usage", "UsageBelow", "Watch", "usage_of_child"]


# What a second costs in which everybody sleeps, and one in which somebody waits for a core.
ASLEEP = 1 / 2
WAITING = 1 / 20
# And one, of few, in which nobody has looked.
UNSEEN = 1 / 2
# Who gets less of a core than this shares it with too many others for a verdict that rests on time. It does
# not rest on that where more than this share of what counts was spent asleep.
ENOUGH = 1 / 2
SLEEPER = 9 / 10
# What counts of the silence within answers that have begun: whoever sends one does nothing else meanwhile.
SILENCE_SECONDS = 1.0

LOOK_SECONDS = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What some processes have used so far: seconds of CPU; and whether one of them could use more now."""

    cpu: float
    runnable: bool


class Tally:
    """What some work has cost, from looks at what its processes have used."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._seen: Usage | None = None
        self._asleep = self._cpu = self._runnable = 0.0

    @property
    def starved(self) -> bool:
        """Whether the work was kept from running so much that a quiet machine might have seen its end."""
        return self._cpu < ENOUGH * self._runnable and self._asleep <= SLEEPER * self.spent

    def add(self, passed: float, usage: Usage | None) -> None:
        """Count the seconds that have passed since the last look; None where the system does not tell."""
        seen, self._seen = self._seen, usage
        if usage is None:
            self.spent += ASLEEP * passed
        elif seen is None:
            self.spent += UNSEEN * min(passed, LOOK_SECONDS)
        else:
            cpu = usage.cpu - seen.cpu
            counts = max(cpu, passed * (WAITING if usage.runnable else ASLEEP))
            self.spent += counts
            self._asleep += 0.0 if usage.runnable else counts
            self._cpu += cpu
            self._runnable += passed if usage.runnable else 0.0


class Watch:
    """Waits for work that may take so many seconds, and looks now and then at what it has used.

    Most work has ended before the first look, and costs none. `until` is a moment of the clock on the wall at
    which patience ends, whatever has been used.
    """

    def __init__(self, seconds: float, usage: Callable[[], Usage | None], until: float = math.inf) -> None:
        self._seconds = seconds
        self._usage = usage
        self._until = until
        self._tally = Tally()
        self._last = time.monotonic()
        self._silent = self._silence = 0.0

    @property
    def spent(self) -> float:
        """Seconds that count, until now."""
        return self._tally.spent + UNSEEN * min(time.monotonic() - self._last, LOOK_SECONDS)

    @property
    def starved(self) -> bool:
        """Whether a quiet machine might have seen the end; see `Tally`."""
        return self._tally.starved or self.out_of_patience

    @property
    def out_of_patience(self) -> bool:
        """Whether the moment has come at which nothing is waited for any more."""
        return time.monotonic() >= self._until

    @property
    def halted(self) -> bool:
        """Whether there was too much silence within answers."""
        return self._silence >= SILENCE_SECONDS

    def wait(self, file: int | socket.socket, *, to_write: bool = False, under_way: bool = False) -> None:
        """Return when the file can be read, or written; raises TimeoutError when the seconds are used up.

        Until the rest comes of what is `under_way`, there is silence, which may be short only.
        """
        ready = select.poll()
        ready.register(file, select.POLLOUT if to_write else select.POLLIN)
        while not (self._tally.spent >= self._seconds or self.out_of_patience or self.halted):
            before = time.monotonic()
            remaining = self._last + LOOK_SECONDS - before
            if remaining <= 0:
                self._look()
                continue
            is_ready = ready.poll(math.ceil(1000 * remaining))
            self._silent += time.monotonic() - before if under_way else 0.0
            if is_ready:
                return
        raise TimeoutError

    def _look(self) -> None:
        now, spent, usage = time.monotonic(), self._tally.spent, self._usage()
        self._tally.add(now - self._last, usage)
        # While nobody listens here, as on a busy machine, nobody there can be heard; and where the system
        # does not tell, they may be waiting for a core.
        if usage is not None:
            self._silence += min(self._tally.spent - spent, self._silent)
        self._last, self._silent = now, 0.0


class UsageBelow:
    """What a process and everybody below it have used, seen from outside.

    A process adds to its own time that of the children it has waited for. Children that nobody waits for
    vanish with theirs, so that of everybody who was ever seen is kept too; of the two sums, neither of which
    ever holds too much, the larger one counts.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._cpu = 0.0
        self._own: dict[tuple[str, int], float] = {}
        self._vanished = 0.0

    def __call__(self) -> Usage | None:
        """None where the system does not show the process."""
        total, runnable, own = 0.0, False, {}
        for directory in processes.tree(self._process):
            if stat := _stat(directory):
                total += stat.own + stat.waited_for
                own[directory, stat.started] = stat.own
                runnable = runnable or stat.runnable or _has_runnable_thread(directory)
        if not own:
            return None
        for (directory, started), seconds in self._own.items():
            if (directory, started) in own:
                continue
            # It has ended, or was moved below somebody else while we were looking.
            if (stat := _stat(directory)) and stat.started == started:
                own[directory, started] = stat.own
            else:
                self._vanished += seconds
        self._own = own
        self._cpu = max(self._cpu, total, self._vanished + sum(own.values()))
        return Usage(self._cpu, runnable)


class _Stat(NamedTuple):
    runnable: bool
    own: float
    waited_for: float
    started: int


def _stat(directory: str) -> _Stat | None:
    """Of a process, or a thread of it; None when it is gone, or not to be seen."""
    try:
        with open(f"{directory}/stat", "rb") as file:
            # The name of the program stands in parentheses and may hold anything.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    user, system, children_user, children_system = map(int, fields[11:15])
    own, waited_for = (user + system) / TICKS, (children_user + children_system) / TICKS
    return _Stat(fields[0] == b"R", own, waited_for, int(fields[19]))


def _has_runnable_thread(directory: str) -> bool:
    threads = processes.tasks(directory)
    return len(threads) > 1 and any((stat := _stat(thread)) and stat.runnable for thread in threads)


def usage_of_child(process: int, patience: float) -> Callable[[], Usage | None]:
    """What a child that is not waited for yet has used, which needs no /proc.

    It is taken for one that could use more as long as it gets some of a core in every `patience` seconds.
    """
    clock = ~process << 3 | 2  # CPUCLOCK_SCHED of the process, see clock_getcpuclockid(3)
    last, since = -math.inf, 0.0

    def usage() -> Usage | None:
        nonlocal last, since
        try:
            cpu = time.clock_gettime(clock)
        except (AttributeError, OSError):
            return None
        now = time.monotonic()
        if cpu > last + 0.01 * patience:
            last, since = cpu, now
        return Usage(cpu, now - since < patience)

    return usage
