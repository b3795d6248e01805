"""Exercises share a leaf, and nobody pays for what another function has left behind."""

import dataclasses
import textwrap
from collections.abc import Iterator

import pytest

from autograder.sandbox.launcher import Box, Zygote, ZygoteProcess
from autograder.sandbox.messages import ProbeRequest
from autograder.sandbox.perform import Outcome, Raised, Returned, Stopped
from autograder.sandbox.policy import Policy
from autograder.sandbox.values import Call
from autograder.sandbox.wall import build_wall


PATIENCE = 0.5
POLICY = Policy(probe_seconds=PATIENCE, time_strikes=2)
FAILURES = {
    "an error": "raise ValueError('spoilt')",
    "an exit": "os._exit(3)",
    "a signal": "os.kill(os.getpid(), 9)",
    "no memory": "return np.ones((10**7, 10**6))",
}
every_failure = pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(build_wall(POLICY, "none"), ZygoteProcess(POLICY)) as started:
        yield started


@pytest.fixture
def box(zygote: Zygote) -> Iterator[Box]:
    with zygote.box() as started:
        define(started, "import os, time\nimport numpy as np\n\nspoilt = False")
        yield started


def define(box: Box, source: str) -> None:
    assert box.run_cell(textwrap.dedent(source), 30).status == "ok"


def perform(box: Box, *functions: str, probes: int = 2, reply_bytes: int = 4096) -> dict[str, list[Outcome]]:
    """What each function makes of so many probes without arguments."""
    requests = tuple(
        ProbeRequest(name, (Call(name),), reply_bytes) for name in functions for _ in range(probes)
    )
    outcomes = iter(box.perform(requests, {}))
    return {name: [next(outcomes)[-1] for _ in range(probes)] for name in functions}


def values(outcomes: list[Outcome]) -> set[int]:
    assert all(isinstance(outcome, Returned) for outcome in outcomes), outcomes
    return {int(outcome.value) for outcome in outcomes}


def test_what_returns_shares_one_leaf_which_is_not_the_worker(box: Box) -> None:
    define(box, "here = os.getpid()\n\ndef f(): return os.getpid()\ndef g(): return os.getpid()")
    define(box, "def h(): return here")
    found = perform(box, "f", "g", "h")
    leaf, worker = values(found["f"]), values(found["h"])
    assert leaf == values(found["g"])
    assert len(leaf) == len(worker) == 1
    assert leaf != worker


def test_what_a_leaf_leaves_behind_ends_with_it(box: Box) -> None:
    define(box, "def f():\n    global spoilt\n    spoilt += 1\n    return spoilt")
    assert values(perform(box, "f")["f"]) == {1, 2}
    assert values(perform(box, "f")["f"]) == {1, 2}


@every_failure
def test_an_exercise_is_not_failed_by_what_another_one_left_behind(box: Box, failure: str) -> None:
    define(box, "def f():\n    global spoilt\n    spoilt = True\n    return os.getpid()")
    define(box, f"def g():\n    if spoilt:\n        {failure}\n    return os.getpid()")
    found = perform(box, "f", "g")
    assert values(found["f"]).isdisjoint(values(found["g"]))


@every_failure
def test_an_exercise_that_fails_by_itself_costs_the_others_nothing(box: Box, failure: str) -> None:
    define(box, f"def f():\n    return 1\n\ndef g():\n    {failure}\n\ndef h():\n    return 2")
    found = perform(box, "f", "g", "h")
    assert values(found["f"]) == {1}
    assert values(found["h"]) == {2}
    assert all(isinstance(outcome, Raised | Stopped) for outcome in found["g"])


def test_a_function_that_hangs_is_given_up_and_the_others_go_on(box: Box) -> None:
    define(box, "calls = 0\n\ndef f(): return 1\ndef h(): return 2")
    define(box, "def g():\n    while True:\n        time.sleep(1)")
    found = perform(box, "f", "g", "h", probes=4)
    assert values(found["f"]) == {1}
    assert values(found["h"]) == {2}
    assert found["g"] == [Stopped("time")] * 4


def test_a_function_that_hangs_is_tried_no_more_often_than_it_may(box: Box, tmp_path) -> None:
    marks = tmp_path / "tried"
    define(box, f"def f():\n    open({str(marks)!r}, 'a').write('x')\n    time.sleep(100)")
    define(box, "def e(): return 1")
    perform(box, "e", "f", probes=5)
    assert marks.read_text() == "x" * POLICY.time_strikes


def test_an_answer_that_is_too_large_comes_back_as_its_shape(box: Box) -> None:
    define(box, "def f():\n    return np.ones((100, 1000))\n\ndef g():\n    return 1")
    found = perform(box, "f", "g")
    assert [outcome.value.shape for outcome in found["f"]] == [(100, 1000)] * 2
    assert values(found["g"]) == {1}


def test_a_worker_that_is_killed_ends_every_probe_in_words(box: Box) -> None:
    define(box, "def f():\n    os.kill(os.getppid(), 9)\n    os._exit(0)\n\ndef g(): return 1")
    found = perform(box, "f", "g")
    assert found["f"] == found["g"] == [Stopped("signal", "signal 9")] * 2
    assert not box.alive


def test_the_policy_of_these_tests_is_the_usual_one_but_for_its_patience() -> None:
    assert dataclasses.replace(POLICY, probe_seconds=Policy.probe_seconds) == Policy()
