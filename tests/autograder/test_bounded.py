"""Formulas that nobody has tried end, whatever they are."""

import numpy as np
import pytest

from autograder.bounded import Bounded, TooMuchError
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.near import near
from autograder.sandbox.perform import perform
from autograder.written import Written


def bounded(text: str) -> Bounded:
    return Bounded(Written(text))


@pytest.mark.parametrize(
    "body",
    [
        "while n:\n        n = n + 1",
        "for _ in range(10**7):\n        for _ in range(10**7):\n            n = n + 1",
        "return sum(n for _ in range(10**7) for _ in range(10**7))",
        "for _ in range(100):\n        n = n * n",
        "for _ in range(100):\n        n *= n",
        "for _ in range(100):\n        n = n**n",
        "for _ in range(100):\n        n **= n",
    ],
)
def test_what_never_ends_and_what_explodes_is_too_much(body: str) -> None:
    with pytest.raises(TooMuchError):
        bounded(f"def f(n):\n    {body}\n    return n")(3)


def test_the_limit_is_that_of_one_call() -> None:
    count = bounded("def f(n):\n    total = 0\n    for k in range(n):\n        total += k\n    return total")
    assert [count(15_000) for _ in range(3)] == [sum(range(15_000))] * 3


def test_a_list_is_never_put_into_itself() -> None:
    text = "def f(x):\n    kept = []\n    for each in x:\n        kept.append(each)\n    return kept"
    assert not [variant.text for _, variant in near(Written(text)) if "append(kept" in variant.text]


@pytest.mark.parametrize("name", ASSIGNMENT_NAMES)
def test_a_solution_computes_the_same_within_its_limits(name: str) -> None:
    for exercise in load(name).exercises:
        rng = np.random.default_rng(0)
        for probe in exercise.probes:
            calls = exercise.draw(probe, rng)
            made, limited = (
                [str(outcome) for outcome in perform(calls, exercise.namespace(function), ours=True)]
                for function in (exercise.solution, Bounded(exercise.solution))
            )
            assert made == limited
