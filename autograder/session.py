"""The notebook of one submission in the sandbox: its cells are run, then its functions are called."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from autograder.exercise import Assignment
from autograder.given import Given
from autograder.results import CellRecord
from autograder.sandbox.conversation import Answer
from autograder.sandbox.launcher import Box, BoxStopped, Zygote
from autograder.sandbox.messages import AttemptRequest, CellResult, ProbeRequest
from autograder.sandbox.perform import LINE_LENGTH, Outcome, Stopped
from autograder.sandbox.reader import Cell, Unreadable


NO_TIME_LEFT = "the time for the whole notebook is used up"


@dataclass
class Session:
    """The notebook of one submission, run in as many boxes as it takes, which share one budget of time."""

    data: bytes
    assignment: Assignment
    zygote: Zygote
    given: Given
    cells: tuple[Cell, ...] = ()
    results: dict[int, CellResult] = field(default_factory=dict)
    stopped: dict[int, Stopped] = field(default_factory=dict)
    boxes: list[Box] = field(default_factory=list)
    one_by_one: bool = False
    """Whether exercises are tried each by itself, since together they have ended a box."""
    began: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for box in self.boxes:
            box.close()

    @property
    def left(self) -> float:
        """Seconds that are left of what everything together may take."""
        if time.monotonic() >= self._until:
            return 0.0
        return self.zygote.policy.submission_seconds - sum(box.spent for box in self.boxes)

    @property
    def starved(self) -> bool:
        """Whether a time limit was met that a quiet machine might not have met."""
        return time.monotonic() >= self._until or any(box.starved for box in self.boxes)

    @property
    def _until(self) -> float:
        """When nothing more is begun, however busy the machine is; by the clock on the wall."""
        return self.began + self.zygote.policy.patience_seconds

    def start(self) -> None:
        """Read the notebook and run its cells; raises Unreadable."""
        self.cells = self._read()
        self._run_cells()

    def _read(self) -> tuple[Cell, ...]:
        try:
            return self._box().read(self.data)
        except BoxStopped:
            raise Unreadable("crashed_reader") from None

    def _box(self) -> Box:
        """The box that lives, or a new one."""
        if not self.boxes or not self.boxes[-1].alive:
            self.boxes.append(self.zygote.box(self._until))
        return self.boxes[-1]

    def _run_cells(self) -> None:
        for _ in range(self.zygote.policy.restarts + 1):
            if self._run_through():
                return
        # Too many cells were stopped: what comes after the last one of them is left out.
        for index in range(max(self.stopped) + 1, len(self.cells)):
            self.stopped.setdefault(index, Stopped("not_run"))
        self._run_through()

    def _run_through(self) -> bool:
        """Run the cells that are not known to be bad; False when one more of them is."""
        box, for_others = self._box(), max(self.left - self.zygote.policy.notebook_seconds, 0.0)
        last: int | None = None
        for step in self.given.steps(self.cells):
            if step.index in self.stopped:
                continue
            last = last if step.index is None else step.index
            left, usual = self.left - for_others, self.assignment.cell_seconds
            if left <= 0:
                self._stop(step.index, Stopped("not_run"))
                continue
            try:
                result = box.run_cell(step.source, min(left, usual))
            except BoxStopped as stop:
                # What was given does no harm: what stood before it did.
                if last is None:
                    raise
                out_of_time = stop.stopped.reason == "time" and left < usual
                self._stop(last, Stopped("time", NO_TIME_LEFT) if out_of_time else stop.stopped)
                return False
            if step.index is not None:
                self.results[step.index] = result
        return True

    def _stop(self, index: int | None, stopped: Stopped) -> None:
        if index is not None:
            self.results.pop(index, None)
            self.stopped[index] = stopped

    def perform(
        self, probes: tuple[ProbeRequest, ...], answers: Mapping[str, Answer]
    ) -> tuple[tuple[Outcome, ...], ...]:
        """The outcomes of each probe. Where the box does not survive, each exercise is tried by itself."""
        names = tuple(dict.fromkeys(probe.exercise for probe in probes))
        # Whatever this uses up of what it may, as much is left for what comes after.
        if not self.one_by_one:
            outcomes = self._perform(probes, answers, 1 / 2)
            if self.boxes[-1].alive or len(names) == 1:
                return outcomes
            self.one_by_one = True
        of_each = (tuple(probe for probe in probes if probe.exercise == name) for name in names)
        shares = (1 / max(count, 2) for count in range(len(names), 0, -1))
        return tuple(
            outcome
            for of_one, share in zip(of_each, shares, strict=True)
            for outcome in self._perform(of_one, answers, share)
        )

    def _perform(
        self, probes: tuple[ProbeRequest, ...], answers: Mapping[str, Answer], share: float
    ) -> tuple[tuple[Outcome, ...], ...]:
        """The outcomes of these probes, for which there is this share of the time that is left."""
        if self.left > 0 and not self.boxes[-1].alive:
            self._run_cells()
        if self.left <= 0:
            return tuple((Stopped("time", NO_TIME_LEFT),) for _ in probes)
        return self._box().perform(probes, answers, share * self.left)

    def attempt(self, request: AttemptRequest) -> tuple[tuple[Outcome, ...] | None, ...]:
        """What the calls return with each edit of a function of the student's; fewer where time is short."""
        if self.left > 0 and not self.boxes[-1].alive:
            self._run_cells()
        return self._box().attempt(request) if self.left > request.seconds else ()

    def lines(self) -> frozenset[str]:
        """The lines of the student's cells, as errors name them."""
        lines = (line for cell in self.cells for line in cell.source.splitlines())
        return frozenset(line.strip()[:LINE_LENGTH] for line in lines)

    def mentions(self, name: str) -> bool:
        """Whether a cell names the function elsewhere than where it is defined: else nothing can call it."""
        used = re.compile(rf"(?<!\bdef )\b{re.escape(name)}\b")
        return any(used.search(step.source) for step in self.given.steps(self.cells))

    def records(self) -> tuple[CellRecord, ...]:
        return tuple(
            CellRecord(cell, self.results.get(index), self.stopped.get(index))
            for index, cell in enumerate(self.cells)
        )
