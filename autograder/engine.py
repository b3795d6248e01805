"""Engines: who turns tasks into results. `LocalPool` is the one of this machine."""

import contextlib
import ctypes
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from autograder.course import CourseError
from autograder.exercise import Assignment
from autograder.given import Given
from autograder.grading import grade_submission
from autograder.results import Origin, Result
from autograder.sandbox.launcher import Zygote, ZygoteProcess
from autograder.sandbox.reader import Unreadable
from autograder.sandbox.wall import Wall
from autograder.submission import reason


# So many results may wait for whoever writes them down; then grading waits, and memory stays what it is.
MOST_WAITING = 64

# Of glibc's malloc.h; and what is so large has memory of its own, which goes back when it is freed.
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
LARGE_BLOCK = 1 << 20


@dataclass(frozen=True)
class Task:
    """All that grading one submission needs, as plain values that can be sent anywhere; no file is named.

    `key` names the result. `assignment` is the name of one, whose cells may take so many seconds. `data` are
    the bytes that were handed in, or why they cannot be read. `course_key` is what hidden inputs are drawn
    from: an engine keeps it to itself.
    """

    key: str
    student: str
    assignment: str
    cell_seconds: float
    data: bytes | Unreadable
    course_key: bytes
    given: Given | None = None
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lost:
    """A task of which nothing has come, by a failure of ours: it is for the driver to hand it out again."""

    key: str
    why: str


# Left before its end, it has nothing more begun.
Results = Generator[Result | Lost, None, None]


class Engine(Protocol):
    """Grades tasks; a context manager that ends what still runs, its boxes included, when it is left.

    What an engine may assume: every task is complete in itself, so that grading it is a pure function whose
    result is the same wherever, whenever and however often it is done. What it must do: take tasks one at a
    time, from whichever thread, and only as many ahead as it has workers for, since each holds a whole file
    and is on record as running from then on; give for each, in any order, exactly one result of its key, or
    `Lost`, and try nothing again by itself; hold no more finished results than a few; see no file of the
    course, neither results nor journal nor gradebook. `grade` may be called again when it has come to its
    end, also for a single task that nothing else is to run beside.
    """

    def grade(self, tasks: Iterator[Task]) -> Results:
        """What has become of the tasks, as it comes; an error of `tasks` is raised here."""


def grade_task(task: Task, assignment: Assignment, zygote: Zygote) -> Result:
    """The result of a task, in a box of this zygote. Raises what goes wrong by a failure of ours."""
    if isinstance(task.data, Unreadable):
        origin = Origin(
            task.student, assignment, zygote.tier, key=task.key, notes=task.notes, beside=task.beside
        )
        return Result.rejected(origin, reason(task.data, assignment.name))
    return grade_submission(
        task.data,
        assignment,
        student=task.student,
        course_key=task.course_key,
        zygote=zygote,
        given=task.given,
        key=task.key,
        notes=task.notes,
        beside=task.beside,
    )


class LocalPool:
    """Threads of this process, each of which waits for a box; a zygote that has died is replaced.

    `assignments` are those that tasks name. `process` is a zygote's that has been started already.
    """

    def __init__(
        self,
        wall: Wall,
        workers: int,
        assignments: Mapping[str, Assignment],
        process: ZygoteProcess | None = None,
    ) -> None:
        self._workers = workers
        self._assignments = assignments
        self._zygotes = Zygotes(wall, process)
        self._work: _Work | None = None
        _keep_one_heap()

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._work:
            self._work.stop()
        self._zygotes.close()
        if self._work:
            self._work.join()

    def grade(self, tasks: Iterator[Task]) -> Results:
        """See `Engine`; begins at once, whether or not anybody asks for results."""
        self._work = _Work(tasks, self._grade, self._workers)
        return self._work.results()

    def _grade(self, task: Task) -> Result | Lost:
        with self._zygotes.borrowed() as zygote:
            try:
                return grade_task(task, self._assignments[task.assignment], zygote)
            except Exception as error:
                return Lost(task.key, f"{type(error).__name__}: {error}")


def _keep_one_heap() -> None:
    """Have all threads share a heap, of which no large array is a part.

    By itself glibc gives each thread one, where arrays come to lie as soon as one of their size has been
    freed, and gives little of it back: 40 MiB for each thread. Threads of Python hardly ever allocate at the
    same time. Elsewhere than with glibc nothing is to be done.
    """
    with contextlib.suppress(AttributeError, OSError):
        allocator = ctypes.CDLL(None)
        allocator.mallopt(M_ARENA_MAX, 1)
        allocator.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


class _Work:
    """Threads that have begun to work on tasks, and what they share."""

    def __init__(self, tasks: Iterator[Task], grade: Callable[[Task], Result | Lost], workers: int) -> None:
        self._tasks = tasks
        self._grade = grade
        self._lock = threading.Lock()
        self._room = threading.Semaphore(MOST_WAITING)
        self._done: SimpleQueue[Result | Lost | BaseException | None] = SimpleQueue()
        self._over = False
        self._threads = [threading.Thread(target=self._do) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def _do(self) -> None:
        """The life of a thread; the last that it says is None."""
        try:
            while task := self._next():
                self._done.put(self._grade(task))
        except BaseException as error:
            self._done.put(error)
        finally:
            self._done.put(None)

    def _next(self) -> Task | None:
        self._room.acquire()
        with self._lock:
            return None if self._over else next(self._tasks, None)

    def results(self) -> Results:
        """What the threads have done, until all have ended."""
        working = len(self._threads)
        try:
            while working:
                done = self._done.get()
                if done is None:
                    working -= 1
                elif isinstance(done, BaseException):
                    raise done
                else:
                    self._room.release()
                    yield done
        finally:
            self.stop()

    def stop(self) -> None:
        """Begin nothing more."""
        self._over = True
        self._room.release(len(self._threads))

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


class Zygotes:
    """The zygote of the moment: started when first needed, replaced when it has died."""

    def __init__(self, wall: Wall, process: ZygoteProcess | None) -> None:
        self._wall = wall
        self._process = process
        self._lock = threading.Lock()
        self._current: Zygote | None = None
        self._users: dict[Zygote, int] = {}
        self._closed = False

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[Zygote]:
        """The zygote, which is not closed as long as somebody uses it."""
        with self._lock:
            zygote = self._living()
            self._users[zygote] += 1
        try:
            yield zygote
        finally:
            with self._lock:
                self._users[zygote] -= 1
                if zygote is not self._current and not self._users[zygote]:
                    self._end(zygote)

    def _living(self) -> Zygote:
        if self._closed:
            raise RuntimeError("grading has been stopped")
        if self._current and not self._current.alive:
            dead, self._current = self._current, None
            if not self._users[dead]:
                self._end(dead)
        if self._current is None:
            process, self._process = self._process, None
            try:
                self._current = Zygote(self._wall, process).__enter__()
            except RuntimeError as error:  # which the next submission would see as well
                raise CourseError(str(error)) from None
            self._users[self._current] = 0
        return self._current

    def _end(self, zygote: Zygote) -> None:
        if self._users.pop(zygote, None) is not None:
            zygote.__exit__()

    def close(self) -> None:
        """End all, and what runs in their boxes."""
        with self._lock:
            self._closed, self._current = True, None
            if self._process:
                self._process.close()
            for zygote in list(self._users):
                self._end(zygote)
