"""The driver's end: start a zygote, get a box from it, talk to the box with deadlines, kill it."""

import contextlib
import json
import math
import os
import queue
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from . import zygote
from .clock import UsageBelow, Watch
from .conversation import Answer, Conversation
from .folders import Home
from .isolation import TOO_MUCH_MEMORY
from .messages import (
    ATTEMPTS,
    NOTEBOOK,
    OUTPUTS,
    QUESTIONS,
    REQUESTS,
    AttemptRequest,
    CellResult,
    ProbeRequest,
    attempt_to_plain,
    attempts_from_plain,
    cell_result_from_plain,
    cells_from_plain,
    outcomes_from_plain,
    probes_to_plain,
    replies,
)
from .paths import packages
from .perform import Outcome, Stopped
from .policy import Policy
from .reader import Cell, Unreadable
from .wall import SLOTS, Wall, environment
from .wire import Frame, FrameType, Limits, ProtocolError, decode, encode


# Loads this package alone, by its path: neither the grader nor the reference can be imported in a zygote.
BOOT = """
import importlib.util, json, sys
fd, package, settings = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
sys.path[:] += settings["path"]
origin, places = package + "/__init__.py", [package]
spec = importlib.util.spec_from_file_location("sandbox", origin, submodule_search_locations=places)
sys.modules["sandbox"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["sandbox"])
from sandbox.policy import Policy
from sandbox.zygote import main
main(fd, Policy(**settings["policy"]))
"""

# Counted by `clock.py`, so that a busy machine has as long as it needs.
START_SECONDS = 30.0
GRACE_SECONDS = 3.0
REPLY_HEADER_BYTES = 1024
# Why a box is given up that has not used up its time.
BUSY = "the computer that grades was too busy"
HALTED = "what it says came to a halt"


class BoxStopped(Exception):  # noqa: N818 (an outcome of a submission, not an error of the program)
    """The box is gone or was killed; `stopped` says why."""

    def __init__(self, stopped: Stopped) -> None:
        super().__init__(stopped.reason, stopped.detail)
        self.stopped = stopped


class ZygoteProcess:
    """A clean interpreter that imports what students use; no wall needs to be known for that yet.

    Give it to a `Zygote`, which closes it, or close it.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self._home = Home()
        self.control, theirs = socket.socketpair()
        settings = {"path": packages(), "policy": asdict(self.policy)}
        package = str(Path(__file__).parent)
        with theirs:
            # -I and -S: no environment, no .pth file that would make the checkout importable.
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", BOOT, str(theirs.fileno()), package, json.dumps(settings)],
                # Matplotlib keeps its list of fonts in the home folder; boxes have another one.
                env=environment() | {"HOME": str(self._home.path)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def starting(self) -> Watch:
        """Waits for as long as it may take to start."""
        return Watch(START_SECONDS, UsageBelow(self._process.pid))

    def complaint(self, otherwise: str) -> str:
        """End it, and say why it would not start, as far as it has said so itself."""
        self._process.kill()
        _, complaint = self._process.communicate()
        return (complaint.decode(errors="replace").strip().splitlines() or [otherwise])[-1]

    def close(self) -> None:
        self.control.close()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
        self._home.close()


class Zygote:
    """A clean process that forks boxes behind a wall; use it as a context manager, from any thread.

    `process` is one that has been started already, or has a policy of its own; else one is started.
    """

    def __init__(self, wall: Wall, process: ZygoteProcess | None = None) -> None:
        self.wall = wall
        self.alive = True
        """False once it does not answer any more; then no box of it does."""
        self._process = process
        self._lock = threading.Lock()
        self._slots: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(SLOTS):
            self._slots.put(slot)

    @property
    def tier(self) -> str:
        """How strong the wall around its boxes is."""
        return self.wall.label

    def __enter__(self) -> "Zygote":
        self._process = self._process or ZygoteProcess()
        self.policy = self._process.policy
        self._control = self._process.control
        try:
            self._control.sendall(json.dumps(self.wall.to_plain()).encode() + zygote.END_OF_WALL)
            self._process.starting().wait(self._control)
            self._expect(zygote.READY)
        except (EOFError, OSError) as error:
            late = isinstance(error, TimeoutError)
            complaint = self._process.complaint(
                f"it was not ready after {START_SECONDS:g} s" if late else "no reason given"
            )
            self._process.close()
            raise RuntimeError(f"the sandbox could not be started: {complaint}") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.close()

    def box(self, until: float = math.inf) -> "Box":
        """A fresh box behind its wall; close it when done. Raises RuntimeError if that cannot be built.

        At the moment `until` of the clock on the wall (`time.monotonic`) all patience with it ends.
        """
        slot = self._slots.get()
        ours, theirs = socket.socketpair()
        try:
            with self._lock, theirs:
                socket.send_fds(self._control, [zygote.MESSAGE.pack(zygote.SPAWN, slot)], [theirs.fileno()])
                pid = self._expect(zygote.SPAWNED)
        except BaseException:  # the zygote is gone, such as when nobody waits for the results any more
            self.alive = False
            ours.close()
            raise
        box = Box(self, pid, ours, slot, until)
        try:
            Watch(START_SECONDS, UsageBelow(pid)).wait(ours)
            built = ours.recv(1) == zygote.BEHIND_THE_WALL
        except OSError:
            built = False
        if not built:
            raise RuntimeError(f"the wall could not be built: {box.close()}")
        return box

    def reap(self, pid: int, slot: int) -> int:
        """Wait for a box that is dying: its exit status. Its slot is free again."""
        try:
            with self._lock:
                self._control.sendall(zygote.MESSAGE.pack(zygote.REAP, pid))
                status = self._expect(zygote.REAPED)
        except BaseException:
            self.alive = False
            raise
        self._slots.put(slot)
        return status

    def _expect(self, kind: bytes) -> int:
        data = b""
        while len(data) < zygote.MESSAGE.size:
            piece = self._control.recv(zygote.MESSAGE.size - len(data))
            if not piece:
                raise EOFError("the zygote is gone")
            data += piece
        found, number = zygote.MESSAGE.unpack(data)
        if found != kind:
            raise RuntimeError(f"the zygote said {found!r} where {kind!r} was expected")
        return number


class Box:
    """One confined process that runs one submission. Every answer has a deadline that the driver holds."""

    def __init__(self, zygote: Zygote, pid: int, connection: socket.socket, slot: int, until: float) -> None:
        self._zygote = zygote
        self._slot = slot
        self._until = until
        self._pid: int | None = pid
        self._output_room = zygote.policy.notebook_output_bytes
        self._connection = connection
        self._usage = UsageBelow(pid)
        self.spent = 0.0
        """Seconds that its answers have taken, as `clock.py` counts them."""
        self.starved = False
        """Whether a time limit was met while the machine was busy; a quiet one may not meet it."""

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, data: bytes, seconds: float = Policy.read_seconds) -> tuple[Cell, ...]:
        """The cells of a notebook file; raises Unreadable, and BoxStopped when reading it kills the box."""
        frame, _ = self._ask(FrameType.READ, data, NOTEBOOK, seconds)
        match self._decode(frame, NOTEBOOK):
            case ("cells", tuple(cells)):
                return self._understood(lambda: cells_from_plain(cells))
            case ("unreadable", str(code), str(detail)):
                raise Unreadable(code, detail)
        raise self._stop(Stopped("protocol"))

    def run_cell(self, source: str, seconds: float) -> CellResult:
        """Run one cell; raises BoxStopped when it hangs, crashes or ends the process."""
        frame, _ = self._ask(FrameType.CELL, encode(source, REQUESTS), OUTPUTS, seconds)
        value = self._decode(frame, OUTPUTS)
        result = self._understood(lambda: cell_result_from_plain(value, self._output_room))
        self._output_room -= sum(output.size for output in result.outputs)
        return result

    def perform(
        self, probes: tuple[ProbeRequest, ...], answers: Mapping[str, Answer], seconds: float = math.inf
    ) -> tuple[tuple[Outcome, ...], ...]:
        """The outcomes of the calls of each probe; never raises for what student code does.

        `answers` replaces functions of the student's by ours, which are run here and never sent. All probes
        together may take so many `seconds`, should that be less than what they may take one by one.
        """
        policy = self._zygote.policy
        body = encode((probes_to_plain(probes), tuple(answers)), REQUESTS)
        room = REPLY_HEADER_BYTES + sum(probe.reply_bytes for probe in probes)
        limits = replies(min(room, policy.reply_bytes))
        seconds = min(seconds, len(probes) * policy.probe_seconds + GRACE_SECONDS)
        try:
            frame, starved = self._ask(FrameType.PROBE, body, limits, seconds, answers)
            value = self._decode(frame, limits)
            outcomes = self._understood(lambda: _outcomes(value, probes))
        except BoxStopped as stop:
            # How many seconds there were depends on what came before.
            stopped = Stopped("time") if stop.stopped.reason == "time" else stop.stopped
            return tuple((stopped,) for _ in probes)
        self.starved |= starved and any(_is_out_of_time(each[-1]) for each in outcomes)
        return outcomes

    def attempt(self, request: AttemptRequest) -> tuple[tuple[Outcome, ...] | None, ...]:
        """What the calls return with each edit of a function; see `attempts_from_plain`. Never raises."""
        try:
            body = encode(attempt_to_plain(request), REQUESTS)
            frame, _ = self._ask(FrameType.ATTEMPT, body, ATTEMPTS, request.seconds + GRACE_SECONDS)
            value = self._decode(frame, ATTEMPTS)
            return self._understood(lambda: attempts_from_plain(value, request))
        except BoxStopped:
            return ()

    @property
    def alive(self) -> bool:
        return self._pid is not None

    def close(self) -> Stopped | None:
        """Kill the box and wait for it; says how it ended when it did so by itself."""
        if self._pid is None:
            return None
        pid, self._pid = self._pid, None
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._connection.close()
        status = self._zygote.reap(pid, self._slot)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == TOO_MUCH_MEMORY:
            return Stopped("memory", f"{self._zygote.policy.box_memory_bytes >> 20} MiB for all processes")
        if os.WIFEXITED(status):
            return Stopped("exit", f"exit code {os.WEXITSTATUS(status)}")
        number = os.WTERMSIG(status)
        return Stopped("time") if number == signal.SIGXCPU else Stopped("signal", f"signal {number}")

    def _ask(
        self,
        kind: FrameType,
        body: bytes,
        limits: Limits,
        seconds: float,
        answers: Mapping[str, Answer] | None = None,
    ) -> tuple[Frame, bool]:
        """The answer, and whether the box was kept from running while it was waited for."""
        if self._pid is None:
            raise BoxStopped(Stopped("exit"))
        call_id = secrets.token_bytes(16)
        watch = Watch(seconds, self._usage, self._until)
        # A question may be larger than the reply that it is for, such as one about the columns of a matrix.
        room = max(limits.frame_bytes, QUESTIONS.frame_bytes) if answers else limits.frame_bytes
        either = replace(limits, frame_bytes=room)
        try:
            conversation = Conversation(self._connection, call_id, either, watch.wait, answers or {})
            return conversation.ask(kind, body), watch.starved
        except TimeoutError:
            self.starved |= watch.starved
            why = BUSY if watch.out_of_patience else HALTED if watch.halted else f"{seconds:.3g} s"
            raise self._stop(Stopped("time", why)) from None
        except (EOFError, ConnectionError, BrokenPipeError):
            self._wait_for_its_end()
            raise self._stop(None) from None
        except ProtocolError:
            raise self._stop(Stopped("protocol")) from None
        finally:
            self.spent += watch.spent

    def _decode(self, frame: Frame, limits: Limits) -> Any:
        return self._understood(lambda: decode(frame.body, limits))

    def _understood(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except ProtocolError:
            raise self._stop(Stopped("protocol")) from None

    def _wait_for_its_end(self) -> None:
        """How a box ends by itself is worth telling, and it tidies up first, which may take a while."""
        if self._pid is None:
            return
        try:
            end = os.pidfd_open(self._pid)
        except (AttributeError, OSError):  # not Linux, or an old one
            time.sleep(0.05)
            return
        try:
            select.select([end], [], [], GRACE_SECONDS)
        finally:
            os.close(end)

    def _stop(self, reason: Stopped | None) -> BoxStopped:
        ended = self.close()
        return BoxStopped(reason or ended or Stopped("exit"))


def _outcomes(value: Any, probes: tuple[ProbeRequest, ...]) -> tuple[tuple[Outcome, ...], ...]:
    if not isinstance(value, tuple) or len(value) != len(probes):
        raise ProtocolError("the reply does not fit the probes")
    return tuple(outcomes_from_plain(item, probe.calls) for item, probe in zip(value, probes, strict=True))


def _is_out_of_time(outcome: Outcome) -> bool:
    return isinstance(outcome, Stopped) and outcome.reason == "time"
