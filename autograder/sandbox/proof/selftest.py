"""The self-test: attack the wall from inside, and compare what is found with what its tier promises.

It is run in a clean interpreter, by `examine`, because a wall is built in a fork of a process with one
thread, and because no other process should stand beside it.
"""

import contextlib
import errno
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NoReturn

from .. import isolation, kernel, namespaces
from ..policy import MIB, Policy
from ..wall import PROTECTIONS, SLOTS, Wall, build_wall, environment
from .attacks import ATTACKS, USES, Attack, Bait, StoppedError, active


__all__ = ["Examination", "Finding", "ProtectionRow", "examine", "run"]


ATTEMPT_SECONDS = 10
# Where one attempt works.
DIRECTORY = "attempt"
END_SECONDS = 3.0
EXAMINATION_SECONDS = 60
# Where the kernel counts the processes of a user, others may take the room of a self-test meanwhile.
CROWDED_PAUSES = (0.1, 0.3, 1.0, 3.0)
BOOTSTRAP = """
import sys
sys.path.insert(0, sys.argv[1])
from importlib import import_module
import_module(sys.argv[2] + ".proof.selftest").main(sys.argv[3:])
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was tried."""

    tried: str
    stops: tuple[str, ...]
    """The protections that are enough to stop it; none for what an honest student needs."""
    must_fail: bool
    failed: bool
    found: str

    @property
    def ok(self) -> bool:
        """Whether the wall is as it should be. Where a tier promises nothing, nothing can be wrong."""
        return self.failed or not self.must_fail if self.stops else not self.failed


@dataclass(frozen=True)
class ProtectionRow:
    """One line of the table that `autograder doctor` prints."""

    protection: str
    purpose: str
    expected: bool
    active: bool
    tested_by: tuple[str, ...]


@dataclass(frozen=True)
class Examination:
    """What the self-test found about one wall."""

    tier: str
    protections: frozenset[str]
    findings: tuple[Finding, ...]
    failure: str | None = None
    """Why the wall could not be built at all."""

    @property
    def deviations(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.ok)

    @property
    def crowded(self) -> bool:
        """Whether it went wrong because a process could not be started, which says nothing of the wall."""
        if self.failure is not None:
            return os.strerror(errno.EAGAIN) in self.failure
        return {finding.found for finding in self.deviations} == {"EAGAIN"}

    @property
    def holds(self) -> bool:
        return self.failure is None and bool(self.findings) and not self.deviations

    def table(self) -> list[ProtectionRow]:
        """By protection: it counts as active when everything that it should stop was stopped."""
        rows = []
        for name, purpose in PROTECTIONS.items():
            expected = name in self.protections
            tests = [f for f in self.findings if any(stop.split(":")[0] == name for stop in f.stops)]
            works = expected and bool(tests) and all(f.failed for f in tests if f.must_fail)
            rows.append(ProtectionRow(name, purpose, expected, works, tuple(f.tried for f in tests)))
        return rows


def examine(
    policy: Policy,
    tier: str,
    *,
    without: Iterable[str] = (),
    only: Iterable[str] | None = None,
    python: str = sys.executable,
) -> Examination:
    """Run the self-test of a wall in a clean interpreter, again where other processes got in its way.

    Parameters
    ----------
    policy : Policy
    tier : {"full", "reduced"}
    without : iterable of str
        Protections to leave out, which is for tests and for systems that lack one.
    only : iterable of str, optional
        What to try; everything by default.
    python : path
        The interpreter whose environment the wall shows.
    """
    package = Path(__file__).resolve().parents[1]
    wanted = {
        "policy": asdict(policy),
        "tier": tier,
        "without": list(without),
        "only": None if only is None else list(only),
    }
    command = [python, "-I", "-c", BOOTSTRAP, str(package.parent), package.name, json.dumps(wanted)]
    examination = _examine_once(tier, command)
    for pause in CROWDED_PAUSES:
        if not examination.crowded:
            break
        time.sleep(pause)
        examination = _examine_once(tier, command)
    return examination


def _examine_once(tier: str, command: list[str]) -> Examination:
    try:
        finished = subprocess.run(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            timeout=EXAMINATION_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Examination(tier, frozenset(), (), f"the self-test hung for {EXAMINATION_SECONDS} seconds")
    try:
        answer = json.loads(finished.stdout)
    except ValueError:
        last = (finished.stderr.strip() or "the self-test ended without an answer").splitlines()[-1]
        return Examination(tier, frozenset(), (), failure=last)
    findings = tuple(Finding(**{**item, "stops": tuple(item["stops"])}) for item in answer["findings"])
    return Examination(tier, frozenset(answer["protections"]), findings, answer["failure"])


def main(arguments: list[str]) -> None:
    """What the clean interpreter runs."""
    wanted = json.loads(arguments[0])
    wall = build_wall(Policy(**wanted["policy"]), wanted["tier"]).without(*wanted["without"])
    # Beside other self-tests, whose processes count as well and are soon gone.
    wall = replace(wall.for_slot(os.getpid() % SLOTS), room_for_others=0)
    findings: list[Finding] = []
    failure = None
    try:
        findings = run(wall, wanted["only"])
    except OSError as error:
        failure = str(error)
    protections = sorted(wall.protections)
    print(
        json.dumps({"findings": list(map(asdict, findings)), "failure": failure, "protections": protections})
    )


def run(wall: Wall, only: Container[str] | None = None) -> list[Finding]:
    """Attack `wall`; only in a process with one thread. OSError says why the wall cannot be built.

    What the tier does not promise to stop is tried only when `only` names it.
    """
    enough = active(wall)
    findings = []
    attempts: list[Attack] = []
    trials: list[_Trial] = []
    items: tuple[Attack | _Trial, ...] = (*ATTACKS, *USES, *TRIALS)
    for item in items:
        must_fail = not enough.isdisjoint(item.stops)
        if item.name in only if only is not None else must_fail or not item.stops:
            if isinstance(item, _Trial):
                trials.append(item)
            else:
                attempts.append(item)
        elif only is None:
            findings.append(
                Finding(item.name, item.stops, must_fail, False, "not tried: nothing stops it here")
            )
    with _baits(wall) as bait:
        outcomes = _try_inside(wall.showing(bait.readable), bait, attempts)
    prepared = isolation.prepare(wall)
    for trial in trials:
        failed = _try_from_outside(wall, prepared, trial)
        outcomes.append((failed, "nothing is left" if failed else "it went on"))
    tried: tuple[Attack | _Trial, ...] = (*attempts, *trials)
    for item, (failed, found) in zip(tried, outcomes, strict=True):
        findings.append(Finding(item.name, item.stops, not enough.isdisjoint(item.stops), failed, found))
    return findings


def _try_inside(wall: Wall, bait: Bait, attacks: list[Attack]) -> list[tuple[bool, str]]:
    """Build the wall in a child and try everything there, in processes below it."""
    prepared = isolation.prepare(wall)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with _report_failure(writing):
            isolation.enter(wall, prepared, (writing,))
            outcomes: list[tuple[bool, str]] = []
            while rest := attacks[len(outcomes) :]:
                outcomes += _attempt(rest, bait)
            _write_all(writing, b"\n" + json.dumps(outcomes).encode())
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as answer:
        failure, _, found = answer.read().partition(b"\n")
    _, status = os.waitpid(child, 0)
    if failure or status:
        raise OSError(failure.decode() or f"the self-test ended inside the wall, status {status}")
    return [(failed, says) for failed, says in json.loads(found)]


def _attempt(attacks: list[Attack], bait: Bait) -> list[tuple[bool, str]]:
    """What comes of the first of them, in a fork that may well not survive it; as many as it does survive."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        for attack in attacks:
            signal.alarm(ATTEMPT_SECONDS)
            with _own_directory():
                outcome = _outcome(attack, bait)
            _write_all(writing, json.dumps(outcome).encode() + b"\n")
            failed, _ = outcome
            if attack.stops and not failed:
                break  # what has got through may have made another process of this one
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as answer:
        outcomes = [(failed, says) for failed, says in map(json.loads, answer)]
    _, status = os.waitpid(child, 0)
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    if status or not outcomes:
        outcomes.append((True, f"ended with status {status}"))
    return outcomes


@contextlib.contextmanager
def _own_directory() -> Iterator[None]:
    here = os.getcwd()
    os.mkdir(DIRECTORY)
    os.chdir(DIRECTORY)
    yield
    with contextlib.suppress(OSError):  # the attack may have gone where there is no such place
        os.chdir(here)
        shutil.rmtree(DIRECTORY)


def _outcome(attack: Attack, bait: Bait) -> tuple[bool, str]:
    try:
        return False, str(attack.attempt(bait))[:200]
    except OSError as error:
        return True, errno.errorcode.get(error.errno or 0, str(error))
    except StoppedError as stopped:
        return True, str(stopped)
    except Exception as error:
        # Not a refusal: an attack that cannot be tried proves nothing, a use that breaks is broken.
        return not attack.stops, f"{type(error).__name__}: {error}"[:200]


# --- attacks that are judged from outside -----------------------------------------------------------


@dataclass(frozen=True)
class _Trial:
    """`inside` runs behind the wall, `outside` does something to it; True when the wall held."""

    name: str
    stops: tuple[str, ...]
    inside: Callable[[int], None]
    outside: Callable[[int, int, int], bool]
    memory_bytes: int | None = None
    """Less than the policy allows: who takes too much need not take that much."""


def _try_from_outside(wall: Wall, prepared: isolation.Prepared, trial: _Trial) -> bool:
    """Run `trial` under a zygote of its own, which may be killed."""
    wall = replace(wall, memory_bytes=trial.memory_bytes or wall.memory_bytes)
    reading, writing = os.pipe()
    numbers, number = os.pipe()
    zygote = os.fork()
    if not zygote:
        _wait_for_guard(wall, prepared, trial, writing, number)
    os.close(writing)
    os.close(number)
    guard = int(os.read(numbers, 20))
    os.close(numbers)
    try:
        if (sign := os.read(reading, 1000)) != SIGN:
            raise OSError(sign.decode() or "the self-test ended inside the wall")
        return trial.outside(zygote, guard, reading)
    finally:
        for process in (guard, zygote):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        os.waitpid(zygote, 0)
        os.close(reading)


def _wait_for_guard(
    wall: Wall, prepared: isolation.Prepared, trial: _Trial, writing: int, number: int
) -> NoReturn:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    guard = os.fork()
    if not guard:
        with _report_failure(writing):
            isolation.enter(wall, prepared, (writing,))
            trial.inside(writing)
            os._exit(0)
    os.close(writing)
    os.write(number, str(guard).encode())
    os.close(number)
    os.waitpid(guard, 0)
    os._exit(0)


def _leave_daemon(pipe: int) -> None:
    """A process without a parent, in a session of its own, that nobody inside waits for."""
    started, starting = os.pipe()
    if not os.fork():
        os.setsid()
        if not os.fork():
            os.write(starting, SIGN)
            time.sleep(2 * END_SECONDS)
        os._exit(0)
    os.close(starting)
    os.write(pipe, os.read(started, 1))


def _leave_daemon_and_stay(pipe: int) -> None:
    _leave_daemon(pipe)
    time.sleep(2 * END_SECONDS)


def _fork_with_memory(pipe: int) -> None:
    """Little memory that is counted for each of many processes."""
    held = b"x" * (32 * MIB)
    os.write(pipe, SIGN)
    for _ in range(8):
        if not os.fork():
            break
    time.sleep(2 * END_SECONDS)
    del held


def _all_gone(zygote: int, guard: int, pipe: int) -> bool:
    """Whether everybody who could write into `pipe` ends soon."""
    ready, _, _ = select.select([pipe], [], [], END_SECONDS)
    return bool(ready)


def _kill_guard(zygote: int, guard: int, pipe: int) -> bool:
    os.kill(guard, signal.SIGKILL)
    return _all_gone(zygote, guard, pipe)


def _kill_zygote(zygote: int, guard: int, pipe: int) -> bool:
    os.kill(zygote, signal.SIGKILL)
    return _all_gone(zygote, guard, pipe)


def _goes_first(zygote: int, guard: int, pipe: int) -> bool:
    """Children inherit the mark that the guard carries."""
    return Path(f"/proc/{guard}/oom_score_adj").read_text().strip() == "1000"


SIGN = b"+"
TRIALS = (
    _Trial("outlive the submission as a daemon", ("pid", "sweep"), _leave_daemon, _all_gone),
    _Trial("outlive its guard", ("die_with_parent",), _leave_daemon_and_stay, _kill_guard),
    _Trial("outlive the zygote", ("die_with_parent",), _leave_daemon_and_stay, _kill_zygote),
    _Trial(
        "hold more memory together than is allowed",
        ("memory",),
        _fork_with_memory,
        _all_gone,
        memory_bytes=128 * MIB,
    ),
    _Trial("survive others when memory runs out", ("oom",), _leave_daemon_and_stay, _goes_first),
)


# --- the baits --------------------------------------------------------------------------------------


@contextlib.contextmanager
def _baits(wall: Wall) -> Iterator[Bait]:
    """Lay out everything that an attack could be after."""
    directory = tempfile.mkdtemp(prefix="bait-", dir="/tmp")
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(shutil.rmtree, directory, ignore_errors=True)
        os.chmod(directory, 0o755)
        secret = Path(directory, "secret")
        secret.write_text("a secret that everybody on this computer may read")
        secret.chmod(0o644)
        drop = Path(directory, "drop")
        drop.mkdir()
        drop.chmod(0o777)
        readable = Path(directory, "readable")
        readable.mkdir()
        readable.joinpath("data").write_text("the same for everybody")
        readable.joinpath("data").chmod(0o666)
        abstract = f"\0bait-{os.getpid()}"
        tcp = _listen(cleanup, socket.AF_INET, ("127.0.0.1", 0))
        udp = cleanup.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        _listen(cleanup, socket.AF_UNIX, abstract)
        path_socket = os.path.join(directory, "socket")
        _listen(cleanup, socket.AF_UNIX, path_socket)
        os.chmod(path_socket, 0o777)
        yield Bait(
            secret=str(secret),
            drop=str(drop),
            readable=str(readable),
            reference=tuple(_beginnings(wall.masked)),
            tcp_port=tcp.getsockname()[1],
            udp_port=udp.getsockname()[1],
            abstract_socket=abstract,
            path_socket=path_socket,
            victim=_victim(cleanup, wall),
            open_file=_open_file(cleanup, secret),
            open_inode=secret.stat().st_ino,
            shared_memory=_shared_memory(cleanup),
            host=os.uname().nodename,
            control_group=Path("/proc/self/cgroup").read_text(),
        )


def _listen(cleanup: contextlib.ExitStack, family: int, address: tuple[str, int] | str) -> socket.socket:
    listener = cleanup.enter_context(socket.socket(family))
    listener.bind(address)
    listener.listen()
    return listener


def _victim(cleanup: contextlib.ExitStack, wall: Wall) -> int:
    """A process that belongs to the same user as the worker will."""
    ready, done = os.pipe()
    victim = os.fork()
    if not victim:
        if os.geteuid() == 0 and "drop_root" in wall.protections:
            namespaces.become(wall.slot_id)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.write(done, SIGN)
        while True:
            signal.pause()
    cleanup.callback(os.waitpid, victim, 0)
    cleanup.callback(os.kill, victim, signal.SIGKILL)
    os.close(done)
    os.read(ready, 1)
    os.close(ready)
    return victim


def _open_file(cleanup: contextlib.ExitStack, path: Path) -> int:
    return cleanup.enter_context(path.open("rb")).fileno()


def _shared_memory(cleanup: contextlib.ExitStack) -> int:
    """Key of a System V segment that everybody may read, from the number of this process."""
    key, create, remove = 0x5EC00000 + os.getpid() % 0x10000, 0o1000, 0
    segment = kernel.call("shmget", key, 4096, create | 0o666)
    cleanup.callback(kernel.call, "shmctl", segment, remove, None)
    return key


def _beginnings(masked: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Up to three files of every masked package, with their first characters."""
    for path in map(Path, masked):
        files = sorted(path.glob("*.py")) if path.is_dir() else [path]
        for file in [file for file in files if file.is_file() and file.stat().st_size][:3]:
            yield str(file), file.read_text(errors="replace")[:200]


# --- talking ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _report_failure(pipe: int) -> Iterator[None]:
    """In a child: say what went wrong and leave, whatever happens."""
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(pipe, f"{type(error).__name__}: {error}".encode())
    os._exit(1)


def _write_all(pipe: int, data: bytes) -> None:
    with open(pipe, "wb", closefd=False) as file:
        file.write(data)
