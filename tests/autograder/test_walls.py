"""Behind every wall that can be built here everybody gets the same: the sample class, and the catalogue.

The catalogue is handed in as notebooks. The first holds the first alternative of every exercise, the second
the second one and so on, the shorter lists again and again; then come known-wrong variants in the same way,
of which test_exercises.py proves every one without a wall.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import pytest
from nbformat import NotebookNode

from autograder.behaviour import behaviour
from autograder.exercise import Exercise
from autograder.exercises import load
from autograder.grading import BUSY, grade_submission
from autograder.results import Result
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.policy import Policy
from autograder.sandbox.proof.selftest import examine
from autograder.sandbox.tiers import STRENGTH
from autograder.sandbox.wall import Wall, build_wall
from autograder.trials import draw_hidden, draw_public, try_here
from autograder.verdict import Judgement, judge
from autograder.written import Written
from tests.autograder.sample_class import EXPECTED, KEY, assert_deserved, grade
from tests.make_submissions import ASSIGNMENT, hand_in, release
from tests.students import Student


@pytest.fixture(scope="module")
def zygotes(wall: Wall) -> Iterator[list[Zygote]]:
    """One for each wall that can be built here, the strongest first."""
    weaker = [tier for tier in reversed(STRENGTH[: STRENGTH.index(wall.tier)]) if _can_be_built(tier)]
    with contextlib.ExitStack() as stack:
        walls = [wall, *(build_wall(Policy(), tier) for tier in weaker)]
        yield [stack.enter_context(Zygote(each)) for each in walls]


def _can_be_built(tier: str) -> bool:
    return tier == "none" or examine(Policy(), tier, only=()).failure is None


def graded_alike(grade: Callable[[Zygote], Result], zygotes: list[Zygote]) -> Result:
    """What `grade` finds behind the strongest wall, once it has found the same behind all others."""
    with ThreadPoolExecutor(len(zygotes)) as pool:
        strongest, *weaker = (_on_a_quiet_machine(result) for result in pool.map(grade, zygotes))
    for result in weaker:
        assert replace(result, tier=strongest.tier, seconds=strongest.seconds) == strongest, result.tier
    return strongest


def _on_a_quiet_machine(result: Result) -> Result:
    """The result without the remark that a limit was met while others had the cores."""
    return replace(result, settled=True, notes=tuple(note for note in result.notes if note != BUSY))


# --- the sample class -----------------------------------------------------------------------------------


@pytest.mark.parametrize("student", EXPECTED)
def test_everybody_gets_what_they_deserve(student: str, zygotes: list[Zygote]) -> None:
    expected = EXPECTED[student]
    result = graded_alike(lambda zygote: grade(student, zygote), zygotes)
    assert_deserved(result, expected)


# --- the catalogue --------------------------------------------------------------------------------------

EXERCISES = load(ASSIGNMENT).exercises


@dataclass(frozen=True)
class Entries:
    """One entry of the catalogue for each exercise, by the name of the exercise."""

    name: str
    written: dict[str, Written]

    def __str__(self) -> str:
        return self.name

    def notebook(self) -> bytes:
        answers = {name: written.text for name, written in self.written.items()}
        return hand_in(Student(self.name, answers), _template())


def _in_turn(name: str, entries: Callable[[Exercise], list[Written]], most: int = 1000) -> list[Entries]:
    """As many notebooks as the longest list is long, but not more than `most`, among which it is spread."""
    lists = {exercise.name: entries(exercise) for exercise in EXERCISES}
    count = min(most, max(map(len, lists.values())))

    def taken(k: int, written: list[Written]) -> Written:
        return written[k * len(written) // count if len(written) > count else k % len(written)]

    return [
        Entries(f"{name}-{k}", {name: taken(k, written) for name, written in lists.items()})
        for k in range(count)
    ]


RIGHT = _in_turn("right", lambda exercise: list(exercise.alternatives.values()))
WRONG = _in_turn("wrong", lambda exercise: [entry.variant for entry in exercise.misconceptions], most=24)


@pytest.mark.parametrize("entries", RIGHT, ids=str)
def test_every_other_right_answer_gets_full_marks(entries: Entries, zygotes: list[Zygote]) -> None:
    result = graded_alike(lambda zygote: _grade(entries, zygote), zygotes)
    assert (result.outcome, result.score) == ("graded", result.max_score), result.judgements
    assert not any(judgement.finding for judgement in result.judgements), result.judgements


@pytest.mark.parametrize("entries", WRONG, ids=str)
def test_a_wrong_answer_is_judged_as_without_any_box(entries: Entries, zygotes: list[Zygote]) -> None:
    """Follow-through does not blur this: no entry calls what another cell defines."""
    result = graded_alike(lambda zygote: _grade(entries, zygote), zygotes)
    here = tuple(_judged_here(entries, each, result.sha256) for each in EXERCISES)
    assert tuple(map(_without_lines, result.judgements)) == tuple(map(_without_lines, here))


def _without_lines(judgement: Judgement) -> Judgement:
    """Only where it is a cell of a notebook has an entry lines that can be quoted."""
    finding = judgement.finding
    message = finding and re.sub(r", in the line `[^`]*`", "", finding.message)
    return replace(judgement, finding=finding and replace(finding, message=message))


def _grade(entries: Entries, zygote: Zygote) -> Result:
    data, assignment = entries.notebook(), load(ASSIGNMENT)
    return grade_submission(data, assignment, student=entries.name, course_key=KEY, zygote=zygote)


def _judged_here(entries: Entries, exercise: Exercise, digest: str) -> Judgement:
    """What grading has to find, worked out in this process on the inputs that grading draws."""
    hidden = draw_hidden(exercise, KEY, ASSIGNMENT, entries.name, digest)
    tried = try_here(entries.written[exercise.name], (*draw_public(exercise), *hidden))
    judgement = judge(exercise, tried)
    wrong = judgement.score < judgement.max_score
    return replace(judgement, behaviour=behaviour(tried) if wrong else ())


@cache
def _template() -> NotebookNode:
    return release(load(ASSIGNMENT))
