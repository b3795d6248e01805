"""An engine on many machines: Dask distributed (`pip install 'advsec[cluster]'`).

The scheduler and the workers have the same packages installed as the driver; they see no file of the course.
A worker is handed one task at a time per thread and sends a result back. A task whose worker dies is handed
to another one by the scheduler, up to its `allowed-failures`; then it is `Lost`, as with every engine.
Whoever can read what goes over the network can read hidden inputs: outside of a trusted network use Dask's
own `tls://`, of which its settings say the certificates.
"""

import contextlib
import tempfile
import uuid
import warnings
from asyncio import to_thread
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from distributed import Client, Future, WorkerPlugin, get_worker, wait
from distributed.comm.core import CommClosedError

from autograder.assignments import Assignments
from autograder.course import Course, CourseError, own_version
from autograder.engine import Lost, Results, Task, Zygotes, grade_task
from autograder.protection import build_strongest
from autograder.results import Result
from autograder.sandbox.wall import Wall


# So long a cluster may take to answer, and be without any worker.
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 5.0
KEPT = "what is graded is kept, the same command goes on"


@dataclass(frozen=True)
class Exercises:
    """A package of exercises, as it can be sent: the name of an installed one, or the files of a folder."""

    package: str
    files: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def of(cls, course: Course) -> "Exercises":
        """Those of a course."""
        return cls(course.assignments.package, course.assignments.files)

    def unpacked(self, folder: Path) -> Assignments:
        """The assignments, of a copy in `folder` where they were sent as files."""
        if not self.files:
            return Assignments(self.package)
        for name, data in self.files:
            path = folder / "exercises" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return Assignments.within(folder, "exercises")


class Grader(WorkerPlugin):
    """What a worker keeps between tasks: the exercises, the wall, and a zygote."""

    def __init__(self, exercises: Exercises, minimum_tier: str, label: str, version: str) -> None:
        self._exercises = exercises
        self._minimum_tier = minimum_tier
        self._label = label
        self._version = version
        self._open = contextlib.ExitStack()

    async def setup(self, worker: Any) -> None:
        """Make ready on a worker; raises CourseError where another verdict than the driver's could come."""
        await to_thread(self._make_ready, f"the worker {worker.address}")

    def _make_ready(self, me: str) -> None:
        if own_version() != self._version:
            raise CourseError(
                f"{me} has another version of the grader than this machine; install the same on both"
            )
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
        self._assignments = self._exercises.unpacked(folder)
        wall = build_strongest(self._minimum_tier, hidden=(self._assignments.folder, folder))
        if wall.label != self._label:
            raise CourseError(
                f"{me} offers the tier {wall.label!r}, this machine {self._label!r}; grade on machines that "
                "offer the same"
            )
        self._zygotes = self._open.enter_context(contextlib.closing(Zygotes(wall, None)))

    async def teardown(self, worker: Any) -> None:
        """End the boxes and the zygote."""
        await to_thread(self._open.close)

    def grade(self, task: Task) -> Result:
        """Grade a task in a thread of the worker."""
        assignment = self._assignments.load(task.assignment)
        with self._zygotes.borrowed() as zygote:
            return grade_task(task, assignment, zygote)


class Cluster:
    """The workers of a Dask scheduler, as an `Engine`."""

    def __init__(self, address: str, course: Course, wall: Wall) -> None:
        self._address = address
        self._grader = Grader(Exercises.of(course), course.minimum_tier, wall.label, own_version())
        # Of its own, so that two courses may be graded on one cluster.
        self._name = f"autograder-{uuid.uuid4().hex}"
        self._client: Client | None = None

    def __enter__(self) -> "Cluster":
        """Connect, and make every worker ready; raises CourseError."""
        try:
            client = Client(self._address, timeout=PATIENCE_SECONDS, set_as_default=False)
        except (OSError, ValueError, CommClosedError) as error:
            raise CourseError(f"there is no scheduler of Dask at {self._address}: {error}") from None
        try:
            client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
            client.register_plugin(self._grader, name=self._name)
        except TimeoutError:
            client.close()
            raise CourseError(
                f"the cluster {self._address} has no workers; start some with: dask worker"
            ) from None
        except BaseException:
            client.close()
            raise
        self._client = client
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
        if client:
            with contextlib.suppress(OSError, TimeoutError, CommClosedError):
                client.unregister_worker_plugin(self._name)
            client.close()

    def grade(self, tasks: Iterator[Task]) -> Results:
        """See `Engine`; raises CourseError where the whole cluster is lost."""
        running: dict[Future, str] = {}
        try:
            self._fill(running, tasks)
            while running:
                for future in self._done(running):
                    key = running.pop(future)
                    self._fill(running, tasks)
                    yield _outcome(future, key)
        finally:
            self._connected.cancel(list(running))

    @property
    def _connected(self) -> Client:
        if self._client is None:
            raise RuntimeError("the cluster is used as a context manager")
        return self._client

    def _fill(self, running: dict[Future, str], tasks: Iterator[Task]) -> None:
        """Hand out one task for every thread that has none."""
        for _ in range(sum(self._connected.nthreads().values()) - len(running)):
            if (task := next(tasks, None)) is None:
                return
            with warnings.catch_warnings():
                # A large notebook travels with its task: what is scattered is lost with its worker.
                warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
                future = self._connected.submit(_grade_there, self._name, task, pure=False)
            running[future] = task.key

    def _done(self, running: dict[Future, str]) -> set[Future]:
        """What has come to an end of what runs: one at least."""
        deserted = 0.0
        while True:
            try:
                with self._connected.as_current():
                    return wait(list(running), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                pass
            except CommClosedError as error:
                raise CourseError(f"the scheduler {self._address} is gone; {KEPT}") from error
            deserted = 0.0 if self._connected.nthreads() else deserted + LOOK_SECONDS
            if deserted >= PATIENCE_SECONDS:
                raise CourseError(f"the cluster {self._address} has lost all its workers; {KEPT}")


def _outcome(future: Future, key: str) -> Result | Lost:
    if future.status == "finished":
        return future.result()
    error = future.exception()
    return Lost(key, f"{type(error).__name__}: {error}")


def _grade_there(name: str, task: Task) -> Result:
    """Runs on a worker."""
    grader: Any = get_worker().plugins[name]
    return grader.grade(task)
