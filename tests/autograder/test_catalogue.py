"""An exercise as it is written down: a solution, and wrong formulas as changes of it."""

import inspect

import numpy as np
import pytest

from autograder.catalogue import Wrong, exercise
from autograder.exercise import Exercise, Probe, call
from autograder.written import Written


SOLUTION = """
    def scaled(x, factor, *, shift=0.0):
        total = np.zeros(x.shape)
        for i in range(len(x)):
            total[i] = factor * x[i] + shift
        return total
"""
MADE, UPDATE = "np.zeros(x.shape)", "factor * x[i] + shift"


def scaled(*misconceptions: Wrong) -> Exercise:
    return exercise(
        solution=SOLUTION,
        reference=lambda x, factor, *, shift=0.0: factor * x + shift,
        points=1,
        read="Section 1",
        probes=(Probe("no shift", lambda rng: call(np.ones(2), 2.0)),),
        misconceptions=misconceptions,
        alternatives={},
    )


def variant(change: dict[str, str] | str) -> Written:
    return Written(SOLUTION).changed(change)


def test_name_and_signature_are_those_of_the_solution() -> None:
    assert (scaled().name, scaled().signature) == ("scaled", "(x, factor, *, shift=0.0)")
    assert str(inspect.signature(variant({}))) == "(x, factor, *, shift=0.0)"


def test_a_change_is_the_variant_and_what_its_message_quotes() -> None:
    (entry,) = scaled(Wrong("ignores", {UPDATE: "x[i] + shift"}, "it is not scaled: `{}`")).misconceptions
    assert entry.variant(np.array([1.0, 2.0]), 5.0).tolist() == [1.0, 2.0]
    assert entry.message == "it is not scaled: `x[i] + shift`"
    assert entry.read == "Section 1"


def test_changes_are_made_at_once_so_that_two_lines_can_be_swapped() -> None:
    swapped = Written("def f(a):\n    a = a + 1\n    a = a * 2\n    return a").changed(
        {"a + 1": "a * 2", "a * 2": "a + 1"}
    )
    assert swapped(1) == 3


def test_a_change_may_have_several_lines_and_be_a_first_one() -> None:
    changed = variant({"": "x = -x\nfactor = 1.0", UPDATE: "x[i]\ntotal[i] += shift"})
    assert changed.text == inspect.cleandoc("""
        def scaled(x, factor, *, shift=0.0):
            x = -x
            factor = 1.0
            total = np.zeros(x.shape)
            for i in range(len(x)):
                total[i] = x[i]
                total[i] += shift
            return total
    """)


def test_a_row_may_hold_a_whole_function() -> None:
    assert variant("def scaled(x, factor, *, shift=0.0):\n    return 'scaled'")(1, 2) == "scaled"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"x[j]": "x"}, "'x[j]' stands 0 times in the solution, and not once"),
        ({"x": "y"}, "'x' stands 4 times in the solution, and not once"),
        ({UPDATE: "x", "x[i] + shift": "y"}, "two changes overlap at 'x[i] + shift'"),
    ],
)
def test_a_change_that_does_not_fit_names_exercise_and_row(change: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match="scaled, typo: ") as caught:
        scaled(Wrong("typo", change, "no"))
    assert says in str(caught.value)


def test_a_wrong_formula_is_right_on_the_probes_that_it_names_and_where_its_rule_holds() -> None:
    wrong = Wrong("shifts", {}, "", passes=("no shift", lambda call: "shift" not in call.kwargs))
    (entry,) = scaled(wrong).misconceptions
    named, other = (Probe(name, lambda rng: call(1.0)) for name in ("no shift", "another"))
    assert entry.is_right_on(named, (call(1.0, shift=2.0),))
    assert entry.is_right_on(other, (call(1.0), call(2.0)))
    assert not entry.is_right_on(other, (call(1.0), call(2.0, shift=1.0)))


def test_an_answer_may_call_a_function_beside_it_and_so_may_its_changes() -> None:
    four_times = Written("def four_times(x):\n    return twice(twice(x))", beside={"twice": lambda x: 2 * x})
    assert four_times(3) == 12
    assert four_times.changed({"twice(twice(x))": "twice(x)"})(3) == 6
    assert four_times.rewritten("def four_times(x):\n    return twice(x) ** 2")(3) == 36
