"""A variant is recognised when it explains every number that came back, and not otherwise."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.diagnose import fits, recognise
from autograder.exercise import Call, Exercise, Misconception, Probe, call
from autograder.sandbox.perform import Raised
from autograder.trials import Trial, draw, try_here


def misconception(name: str, variant: Callable[..., Any]) -> Misconception:
    return Misconception(name, variant, f"of {name}", "Section")


DOUBLE = Exercise(
    name="double",
    reference=lambda x: 2 * x,
    signature="(x)",
    points=4,
    read="Section",
    probes=(Probe("a number", lambda rng: call(rng.normal())),),
    misconceptions=(
        misconception("squares", lambda x: np.float64(x) * x),
        misconception("adds_two", lambda x: x + 2),
        misconception("nothing", lambda x: None),
        misconception("fails", lambda x: x.no_such_attribute),
    ),
)


def trials(function: Callable[..., Any], *inputs: Any, public: bool = False) -> list[Trial]:
    return [trial_of((call(np.asarray(x)),), function, public=public) for x in inputs]


def trial_of(calls: tuple[Call, ...], function: Callable[..., Any], *, public: bool = False) -> Trial:
    probe = Probe("numbers", lambda rng: calls)
    drawn = draw(DOUBLE, probe, np.random.default_rng(0), public=public)
    return try_here(function, (drawn,))[0]


def names(found: tuple[Misconception, ...]) -> list[str]:
    return [each.name for each in found]


def test_a_wrong_formula_is_recognised_by_its_numbers() -> None:
    assert names(recognise(DOUBLE, trials(lambda x: x**2, 3.0, 2.0, 5.0))) == ["squares"]


def test_one_number_that_contradicts_is_enough() -> None:
    def nearly(x: float) -> float:
        return x**2 if x < 5 else x**2 + 1e-3

    assert recognise(DOUBLE, trials(nearly, 3.0, 5.0)) == ()


def test_what_inputs_cannot_tell_apart_is_not_told_apart() -> None:
    """2 * 2 = 2 + 2, and for -1 and 2 adding two is squaring."""
    assert names(recognise(DOUBLE, trials(lambda x: x**2, -1.0, 2.0))) == ["squares", "adds_two"]


def test_a_right_answer_has_no_misconception() -> None:
    assert recognise(DOUBLE, trials(lambda x: 2 * x, 2.0)) == ()
    assert recognise(DOUBLE, trials(lambda x: 2 * x, 2.0, 3.0)) == ()


def test_a_coincidence_is_no_evidence() -> None:
    """Where the only number that came back is the right one, nothing is recognised."""

    def right_or_raises(x: float) -> float:
        if x != 2:
            raise ValueError
        return 2 * x

    assert recognise(DOUBLE, trials(right_or_raises, 2.0, 3.0)) == ()


def squares_up_to(limit: float) -> Callable[[float], float]:
    def squares(x: float) -> float:
        if x > limit:
            raise ValueError
        return x * x

    return squares


def test_a_few_errors_aside_do_not_hide_a_formula_but_leave_it_without_credit() -> None:
    tried = trials(squares_up_to(5), 3.0, 4.0, 6.0)
    assert isinstance(tried[2].outcomes[0], Raised)
    (entry,) = recognise(DOUBLE, tried)
    assert entry.name == "squares"
    assert fits(entry, tried[:2])
    assert not fits(entry, tried)


def test_an_error_that_the_formula_has_too_is_no_contradiction() -> None:
    halves = misconception("halves", lambda x: x / 2 if x else None.real)
    tried = trials(lambda x: 0.5 * x if x else 1 // 0, 3.0, 4.0, 0.0)
    assert isinstance(tried[2].outcomes[0], Raised)
    assert fits(halves, tried)
    assert not fits(misconception("halves", lambda x: x / 2), tried)


def test_a_formula_is_not_claimed_by_avoiding_all_other_inputs() -> None:
    assert recognise(DOUBLE, trials(squares_up_to(5), 3.0, 6.0)) == ()
    assert recognise(DOUBLE, trials(squares_up_to(5), 3.0, 6.0, 7.0)) == ()


def test_what_everybody_sees_is_no_evidence_where_something_is_hidden() -> None:
    def learnt(x: float) -> float:
        return x * x if x == 3 else 2 * x

    seen, hidden = trials(learnt, 3.0, public=True), trials(learnt, 5.0)
    assert names(recognise(DOUBLE, seen)) == ["squares"]
    assert recognise(DOUBLE, [*seen, *hidden]) == ()


def test_returning_nothing_is_recognised_only_where_a_variant_does() -> None:
    assert names(recognise(DOUBLE, trials(lambda x: None, 3.0))) == ["nothing"]


def test_recognition_is_stricter_than_marking() -> None:
    """An answer that is off by less than marking forgives is right; off by so much from a variant, it is
    another formula."""
    assert names(recognise(DOUBLE, trials(lambda x: x * x * (1 + 1e-12), 3.0))) == ["squares"]
    assert recognise(DOUBLE, trials(lambda x: x * x * (1 + 1e-5), 3.0)) == ()


def test_single_precision_does_not_hide_a_formula() -> None:
    assert names(recognise(DOUBLE, trials(lambda x: np.float32(x) ** 2, 1.1, 3.3))) == ["squares"]
    x = np.array([1.1, 3.3], dtype=np.float32)
    assert names(recognise(DOUBLE, trials(lambda x: x.astype(float) ** 2, x))) == ["squares"]


def test_who_computes_in_single_precision_and_stores_in_double_is_recognised_whatever_is_drawn() -> None:
    """From single precision it depends on the hand which digits are lost, and on the numbers which differ."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        x = rng.uniform(-90, 90, 5).astype(np.float32)
        mixed = trials(lambda x: (x * x * np.float32(3) / np.float32(3)).astype(float), x)
        assert names(recognise(DOUBLE, mixed)) == ["squares"]
        assert recognise(DOUBLE, trials(lambda x: (x * x * 1.001).astype(float), x)) == ()


def test_every_call_has_to_be_explained() -> None:
    calls = tuple(Call("double", (np.asarray(x),)) for x in (3.0, 5.0))
    assert names(recognise(DOUBLE, [trial_of(calls, lambda x: x * x)])) == ["squares"]
    assert recognise(DOUBLE, [trial_of(calls, lambda x: x * x if x == 5 else 0.0)]) == ()
