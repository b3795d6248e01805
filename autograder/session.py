"""The notebook of one submission in the sandbox: its cells are run, then its functions are called."""

import time
from dataclasses import dataclass, field
from typing import Self

from autograder.exercise import Assignment
from autograder.results import CellRecord
from autograder.sandbox.launcher import Answer, Box, BoxStopped, Zygote
from autograder.sandbox.messages import CellResult, ProbeRequest
from autograder.sandbox.perform import LINE_LENGTH, Outcome, Stopped
from autograder.sandbox.reader import Cell, Unreadable


@dataclass
class Session:
    """The notebook of one submission, run in as many boxes as it takes."""

    data: bytes
    assignment: Assignment
    zygote: Zygote
    cells: tuple[Cell, ...] = ()
    results: dict[int, CellResult] = field(default_factory=dict)
    stopped: dict[int, Stopped] = field(default_factory=dict)
    box: Box | None = None

    def __enter__(self) -> Self:
        self.deadline = time.monotonic() + self.zygote.policy.submission_seconds
        return self

    def __exit__(self, *_: object) -> None:
        if self.box:
            self.box.close()

    def start(self) -> None:
        """Read the notebook and run its cells; raises Unreadable."""
        self.box = self.zygote.box()
        self.cells = self._read()
        self._run_cells()

    def _read(self) -> tuple[Cell, ...]:
        try:
            return self.box.read(self.data)
        except BoxStopped:
            raise Unreadable("crashed_reader") from None

    def _run_cells(self) -> None:
        policy = self.zygote.policy
        for _ in range(policy.restarts + 1):
            if self.box is None or not self.box.alive:
                self.box = self.zygote.box()
            if self._run_through(time.monotonic() + policy.notebook_seconds):
                return
        # Too many cells were stopped: what comes after the last one of them is left out.
        for index in range(max(self.stopped) + 1, len(self.cells)):
            self.stopped.setdefault(index, Stopped("not_run"))
        self.box = self.zygote.box()
        self._run_through(time.monotonic() + policy.notebook_seconds)

    def _run_through(self, deadline: float) -> bool:
        """Run the cells that are not known to be bad; False when one more of them is."""
        tests = {self.assignment.test_cell(exercise) for exercise in self.assignment.exercises}
        for index, cell in enumerate(self.cells):
            if cell.kind != "code" or cell.grade_id in tests or index in self.stopped:
                continue
            left = min(deadline, self.deadline) - time.monotonic()
            if left <= 0:
                self.stopped[index] = Stopped("not_run")
                continue
            try:
                self.results[index] = self.box.run_cell(cell.source, min(left, self.assignment.cell_seconds))
            except BoxStopped as stop:
                self.results.pop(index, None)
                self.stopped[index] = stop.stopped
                return False
        return True

    def perform(
        self, probes: tuple[ProbeRequest, ...], answers: dict[str, Answer]
    ) -> tuple[tuple[Outcome, ...], ...]:
        """The outcomes of each probe. Where the box does not survive, each exercise is tried by itself."""
        outcomes = self._perform(probes, answers)
        exercises = tuple(dict.fromkeys(probe.exercise for probe in probes))
        if self.box.alive or len(exercises) == 1:
            return outcomes
        alone = (tuple(probe for probe in probes if probe.exercise == name) for name in exercises)
        return tuple(outcome for probes in alone for outcome in self._perform(probes, answers))

    def _perform(
        self, probes: tuple[ProbeRequest, ...], answers: dict[str, Answer]
    ) -> tuple[tuple[Outcome, ...], ...]:
        if time.monotonic() > self.deadline:
            out_of_time = Stopped("time", "the time for the whole notebook is used up")
            return tuple((out_of_time,) for _ in probes)
        if not self.box.alive:
            self._run_cells()
        return self.box.perform(probes, answers)

    def lines(self) -> frozenset[str]:
        """The lines of the student's cells, as errors name them."""
        lines = (line for cell in self.cells for line in cell.source.splitlines())
        return frozenset(line.strip()[:LINE_LENGTH] for line in lines)

    def records(self) -> tuple[CellRecord, ...]:
        return tuple(
            CellRecord(cell, self.results.get(index), self.stopped.get(index))
            for index, cell in enumerate(self.cells)
        )
