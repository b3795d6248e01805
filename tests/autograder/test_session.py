"""One submission has one budget of time, whatever it does, and what uses it up costs others little."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from autograder.exercises import load
from autograder.given import Given
from autograder.sandbox.launcher import BoxStopped, Zygote as RealZygote
from autograder.sandbox.messages import CellResult, ProbeRequest
from autograder.sandbox.perform import Returned, Stopped
from autograder.sandbox.policy import Policy
from autograder.sandbox.reader import Cell
from autograder.sandbox.values import Call
from autograder.session import NO_TIME_LEFT, Session


ASSIGNMENT = replace(load("01_moving_averages"), cell_seconds=10.0)
NAMES = tuple(exercise.name for exercise in ASSIGNMENT.exercises)
POLICY = Policy(notebook_seconds=30.0, submission_seconds=60.0, restarts=2)
RIGHT = (Returned(1.0),)
OK = CellResult("ok", ())


@dataclass
class Box:
    """In the place of a real one: takes all the time that it is given where something hangs."""

    hogs: frozenset[str]
    alive: bool = True
    starved: bool = False
    spent: float = 0.0
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def read(self, data: bytes) -> tuple[Cell, ...]:
        return tuple(Cell("code", source, "") for source in data.decode().split())

    def run_cell(self, source: str, seconds: float) -> CellResult:
        if source == "hang":
            self._hang(seconds)
            raise BoxStopped(Stopped("time", f"{seconds:g} s"))
        self.spent += float(source)
        return OK

    def perform(
        self, probes: tuple[ProbeRequest, ...], answers: dict[str, Any], seconds: float
    ) -> tuple[Any, ...]:
        names = tuple(dict.fromkeys(probe.exercise for probe in probes))
        self.asked.append(names)
        if self.hogs.isdisjoint(names):
            return tuple(RIGHT for _ in probes)
        self._hang(seconds)
        return tuple((Stopped("time"),) for _ in probes)

    def close(self) -> None:
        self.alive = False

    def _hang(self, seconds: float) -> None:
        assert seconds > 0
        self.spent += seconds
        self.alive = False


@dataclass
class Zygote:
    hogs: frozenset[str] = frozenset()
    policy: Policy = POLICY

    def box(self, until: float) -> Box:
        return Box(self.hogs)


Start = Callable[..., Session]


@pytest.fixture
def start() -> Start:
    def start(*cells: str, hogs: tuple[str, ...] = ()) -> Session:
        data, zygote = " ".join(cells).encode(), cast(RealZygote, Zygote(frozenset(hogs)))
        session = Session(data, ASSIGNMENT, zygote, Given.nothing(ASSIGNMENT))
        session.start()
        return session

    return start


def try_each(session: Session, *names: str) -> dict[str, Any]:
    """What comes of two probes of each exercise."""
    wanted = names or NAMES
    probes = tuple(ProbeRequest(name, (Call(name),), 100) for name in wanted for _ in range(2))
    outcomes = iter(session.perform(probes, {}))
    return {name: (next(outcomes), next(outcomes))[-1] for name in wanted}


def asked(session: Session) -> list[tuple[str, ...]]:
    return [names for box in session.boxes for names in cast(Box, box).asked]


def test_no_submission_takes_more_than_its_budget(start: Start) -> None:
    session = start(*["hang"] * 20, hogs=NAMES)
    for _ in range(10):
        try_each(session)
    assert 0 < session.left < 1


def test_what_hangs_costs_the_others_nothing(start: Start) -> None:
    session = start("0.1", hogs=("ewma",))
    for _ in range(2):
        outcomes = try_each(session)
        assert outcomes.pop("ewma") == (Stopped("time"),)
        assert outcomes == dict.fromkeys(outcomes, RIGHT)
    assert session.left > 0


def test_who_ended_a_box_together_is_not_tried_together_again(start: Start) -> None:
    session = start("0.1", hogs=("ewma",))
    try_each(session)
    assert asked(session) == [NAMES, *((name,) for name in NAMES)]
    try_each(session)
    assert asked(session)[1 + len(NAMES) :] == [(name,) for name in NAMES]


def test_who_ends_no_box_is_tried_together(start: Start) -> None:
    session = start("0.1")
    for _ in range(2):
        assert try_each(session) == dict.fromkeys(NAMES, RIGHT)
    assert asked(session) == [NAMES, NAMES]
    assert len(session.boxes) == 1


def test_cells_that_hang_are_left_out_and_the_others_run(start: Start) -> None:
    session = start("0.1", "hang", "0.2", "hang", "0.3")
    assert session.stopped == {1: Stopped("time", "10 s"), 3: Stopped("time", "10 s")}
    assert set(session.results) == {0, 2, 4}


def test_cells_leave_time_for_the_functions(start: Start) -> None:
    session = start(*["9.0"] * 10)
    assert session.stopped == {index: Stopped("not_run") for index in range(4, 10)}
    assert session.left == pytest.approx(60 - 4 * 9)
    assert try_each(session, "ewma") == {"ewma": RIGHT}


def test_a_cell_that_has_less_than_usual_is_told_why(start: Start) -> None:
    session = start("9.0", "9.0", "9.0", "hang")
    assert session.stopped == {3: Stopped("time", NO_TIME_LEFT)}


def test_where_no_time_is_left_nothing_is_tried(start: Start) -> None:
    session = start("0.1")
    session.boxes[-1].spent += session.left
    boxes = len(session.boxes)
    assert try_each(session) == dict.fromkeys(NAMES, (Stopped("time", NO_TIME_LEFT),))
    assert len(session.boxes) == boxes


def test_when_patience_is_over_nothing_more_is_begun_and_nothing_is_settled(start: Start) -> None:
    session = start("0.1")
    assert not session.starved
    session.began -= POLICY.patience_seconds
    boxes = len(session.boxes)
    assert session.left == 0
    assert try_each(session) == dict.fromkeys(NAMES, (Stopped("time", NO_TIME_LEFT),))
    assert len(session.boxes) == boxes
    assert session.starved


def test_one_hurried_box_makes_a_hurried_session(start: Start) -> None:
    session = start("0.1", hogs=("ewma",))
    assert not session.starved
    session.boxes[0].starved = True
    try_each(session)
    assert session.starved
