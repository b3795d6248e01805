"""The journal of a course: what became of everybody's submission, line by line.

A file to which lines are appended, each with its checksum: the simplest that survives whatever ends us, on
any file system. A line that was cut short by a kill or a full disk is no line; a damaged one is noticed. All
that the journal knows beyond results and gradebook is what was being graded when a run ended, and how often.
Lost altogether, it is begun anew, and costs nobody a point.
"""

import json
import os
import threading
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.failpoints import failpoint
from autograder.files import cannot_be_written


# Received; to be graded, or to be saved; being graded; graded, and to be entered into the gradebook; what is
# there now.
RECEIVED, QUEUED, RUNNING, RESULT = "received", "queued", "running", "result"
PUBLISHED, REJECTED, NEEDS_HUMAN = "published", "rejected", "needs_human"
TERMINAL = (PUBLISHED, REJECTED, NEEDS_HUMAN)


@dataclass(frozen=True)
class Entry:
    """One line: the state of what a student handed in for an assignment.

    `key` names the result, `result` is the hash of its file. `lease` is the process that grades it, `alone`
    says that it does nothing else meanwhile. `lost` says that a run ended before its result was there.
    """

    state: str
    assignment: str
    student: str
    key: str
    at: str = ""
    result: str = ""
    lease: str = ""
    alone: bool = False
    lost: bool = False


@dataclass(frozen=True)
class Losses:
    """How many runs have ended while a submission was being graded, and how many while nothing else was."""

    all: int = 0
    alone: int = 0


class Journal:
    """Opened by one grader at a time, see `Course.alone`. Raises CourseError where it cannot be written.

    `damaged` is the number of lines that could not be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self._lock = threading.Lock()
        self._latest: dict[tuple[str, str], Entry] = {}
        self._losses: dict[str, Losses] = {}
        with cannot_be_written(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                self._end = self._replay()
                os.ftruncate(self._file, self._end)
                self._recover()
            except BaseException:
                os.close(self._file)
                raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def latest(self, assignment: str, student: str) -> Entry | None:
        """The last that is known of a student's submission."""
        return self._latest.get((assignment, student))

    def losses(self, key: str) -> Losses:
        return self._losses.get(key, Losses())

    def note(self, *entries: Entry) -> None:
        """Append, and return when the disk has it; nothing is written where all is known already."""
        self._append([each for each in entries if self._is_new(each)], durable=True)

    def note_running(self, entry: Entry) -> None:
        """The same of what begins now, which need not survive a power cut."""
        self._append([replace(entry, lease=str(os.getpid()))], durable=False)

    def note_returned(self, assignment: str, student: str) -> None:
        """What was running is no longer: its result is to be saved, which may take a while."""
        running = self._latest[assignment, student]
        self._append([replace(running, state=QUEUED, lease="", alone=False)], durable=False)

    def _is_new(self, entry: Entry) -> bool:
        known = self.latest(entry.assignment, entry.student)
        return known is None or (known.state, known.key) != (entry.state, entry.key)

    def _replay(self) -> int:
        """Read what there is; where the last whole line ends."""
        end = 0
        with open(self._file, "rb", closefd=False) as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                if entry := _read(line):
                    self._apply(entry)
                else:
                    self.damaged += 1
        return end

    def _recover(self) -> None:
        """What was being graded when a run ended is to be graded again."""
        lost = [each for each in self._latest.values() if each.state == RUNNING]
        self._append([replace(each, state=QUEUED, lease="", lost=True) for each in lost], durable=True)

    def _apply(self, entry: Entry) -> None:
        self._latest[entry.assignment, entry.student] = entry
        if entry.lost:
            known = self.losses(entry.key)
            self._losses[entry.key] = Losses(known.all + 1, known.alone + entry.alone)
        elif entry.state == RESULT:
            self._losses.pop(entry.key, None)

    def _append(self, entries: Iterable[Entry], *, durable: bool) -> None:
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        entries = [replace(each, at=now) for each in entries]
        if not entries:
            return
        states = "+".join(sorted({each.state for each in entries}))
        with self._lock, cannot_be_written(self.path):
            failpoint(f"journal: before {states}")
            self._write(b"".join(map(_line, entries)))
            failpoint(f"journal: written {states}")
            if durable:
                os.fsync(self._file)
                failpoint(f"journal: synced {states}")
            for each in entries:
                self._apply(each)

    def _write(self, data: bytes) -> None:
        """Append all or nothing."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(data)


def _line(entry: Entry) -> bytes:
    known = {name: value for name, value in asdict(entry).items() if value}
    text = json.dumps(known, ensure_ascii=True, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _read(line: bytes) -> Entry | None:
    """The entry of a line; None where it is not the line that was written."""
    check, _, text = line.rstrip(b"\n").partition(b" ")
    if check != b"%08x" % zlib.crc32(text):
        return None
    try:
        return Entry(**json.loads(text))
    except (ValueError, TypeError):  # of another version of ours
        return None
