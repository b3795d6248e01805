"""The ladder of findings: the first rung that any input stands on, in words that help."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import Call, Exercise, Misconception, Probe, Seeded, call
from autograder.sandbox.perform import NotCallable, NotDefined, Outcome, Raised, Returned, Stopped
from autograder.sandbox.values import Unsupported
from autograder.trials import LADDER, draw_hidden, draw_public, try_here, try_out
from autograder.verdict import Judgement, judge


X = np.array([1.0, 2.0, 4.0])


def exercise(**changes: Any) -> Exercise:
    """Halve an array: four kinds of input, one of them hidden, each worth a point."""
    return Exercise(
        **{
            "name": "halve",
            "reference": lambda x: x / 2,
            "signature": "(x)",
            "points": 4,
            "read": "Section 1",
            "probes": (
                Probe("a series", lambda rng: call(X)),
                Probe("a longer series", lambda rng: call(np.arange(1.0, 10))),
                Probe("negative numbers", lambda rng: call(-X)),
                Probe("columns", lambda rng: call(np.ones((2, 2))), public=False),
            ),
            "misconceptions": (
                Misconception("doubles", lambda x: x * 2, "x is doubled: `x * 2`", "Section 2"),
                Misconception("floors", lambda x: x // 2, "halves are cut", "Section 3", credit=0.75),
                Misconception("torch", lambda x: -x / 2, "signs are PyTorch's", "Section 4", convention=True),
            ),
        }
        | changes
    )


def judged(answer: Callable[..., Any] | Outcome, exercise: Exercise | None = None) -> Judgement:
    """Judge a function, or one outcome that every call had."""
    exercise = exercise or HALVE
    drawn = (*draw_public(exercise), *draw_hidden(exercise, b"key"))
    if callable(answer):
        return judge(exercise, try_here(answer, drawn))
    return judge(exercise, [try_out(each, (answer,)) for each in drawn])


HALVE = exercise()


def test_a_right_answer_has_all_points_and_nothing_to_hear() -> None:
    judgement = judged(lambda x: x * 0.5)
    assert (judgement.score, judgement.finding) == (4, None)
    assert judgement.passed == tuple((probe.name, True) for probe in HALVE.probes)


RUNGS = {
    "not_defined": NotDefined(),
    "not_callable": NotCallable("int"),
    "not_implemented": Raised("NotImplementedError", ""),
    "wrong_signature": lambda x, y: x,
    "raised": lambda x: x.nothing,
    "time_limit": Stopped("time"),
    "memory_limit": Stopped("memory"),
    "stopped": Stopped("signal", "signal 11"),
    "returned_none": lambda x: None,
    "wrong_type": lambda x: "text",
    "wrong_shape": lambda x: x[:1],
    "not_finite": lambda x: x * np.nan,
    "wrong_values": lambda x: x + 7,
}


@pytest.mark.parametrize("kind", LADDER)
def test_every_rung_is_reached_and_worth_nothing(kind: str) -> None:
    judgement = judged(RUNGS[kind])
    assert judgement.score == 0
    assert judgement.finding.kind == kind
    message = judgement.finding.message
    assert not message[0].islower()
    assert message.endswith(".")


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (NotCallable("int"), "`halve` is an int, not a function."),
        (Raised("ValueError", "bad", "y = x[7]"), "`halve` raised ValueError: bad, in the line `y = x[7]`."),
        (Raised("ValueError", ""), "`halve` raised ValueError."),
        (Stopped("time", "2 s"), "`halve` did not come back in time (2 s)."),
        (Stopped("something new"), "`halve` gave no readable answer."),
        (Returned(Unsupported("generator")), "Returned an object of type generator where "),
    ],
)
def test_what_happened_is_said(outcome: Outcome, says: str) -> None:
    assert judged(outcome).finding.message.startswith(says)


def test_the_highest_rung_is_the_finding() -> None:
    """A wrong shape can be mended before anybody looks at values."""

    def several(x: np.ndarray) -> np.ndarray:
        return x[:1] if x.size == 9 else abs(x) / 2

    judgement = judged(several)
    assert judgement.finding.kind == "wrong_shape"
    assert judgement.finding.message.startswith("Tried on a longer series: ")


def test_kinds_of_input_are_told_in_the_order_of_the_exercise() -> None:
    turned = exercise(probes=HALVE.probes[::-1])
    assert [name for name, _ in judged(lambda x: x / 2, turned).passed] == [p.name for p in turned.probes]


def test_points_are_the_share_of_probes_passed() -> None:
    judgement = judged(lambda x: abs(x) / 2)
    assert judgement.score == 3
    assert [name for name, passed in judgement.passed if not passed] == ["negative numbers"]


def test_a_failing_case_that_everybody_may_see_is_shown_the_smallest_first() -> None:
    case = judged(lambda x: x + 7).finding.case
    assert case.call == "halve(np.array([1., 2., 4.]))"
    assert case.expected == "[0.5, 1., 2.]"
    assert case.returned == "[8., 9., 11.]"


def test_a_hidden_case_is_not_shown() -> None:
    judgement = judged(lambda x: x / 2 if x.ndim == 1 else x / 3)
    assert judgement.score == 3
    assert judgement.finding.case is None
    assert "columns" in judgement.finding.message


def test_the_visible_cases_alone_are_not_enough() -> None:
    one_kind = exercise(probes=HALVE.probes[:1])
    learnt = try_here(lambda x: x / 2, draw_public(one_kind))
    judgement = judge(one_kind, (*learnt, *try_here(lambda x: x / 3, draw_hidden(one_kind, b"key"))))
    assert judgement.score == 0
    assert judgement.finding.message.endswith(
        "The cases that your notebook shows pass; others of the same kind do not."
    )


def test_what_was_printed_is_not_returned() -> None:
    assert "a value that is printed is not returned" in judged(lambda x: print(x / 2)).finding.message
    assert "printed" not in judged(lambda x: None).finding.message


def test_who_has_too_few_digits_is_told_so() -> None:
    thirds = exercise(probes=(Probe("a third", lambda rng: call(X / 3)),), misconceptions=())
    said = "float16 keeps three digits, which are too few. Work in float64."
    assert said in judged(lambda x: (x / 2).astype(np.float16), thirds).finding.message
    assert said not in judged(lambda x: (x / 3).astype(np.float16), thirds).finding.message


# --- recognised -----------------------------------------------------------------------------------------


def test_a_recognised_mistake_is_named_and_says_where_to_read() -> None:
    judgement = judged(lambda x: 2 * x)
    finding = judgement.finding
    assert judgement.score == 0
    assert (finding.kind, finding.misconception, finding.read) == ("wrong_values", "doubles", "Section 2")
    assert finding.message == "Your result is what you get when x is doubled: `x * 2`."


def test_credit_counts_where_it_is_more_than_the_probes_passed() -> None:
    halves = exercise(probes=HALVE.probes[:3])
    assert judged(lambda x: np.floor(x / 2), halves).score == 3  # no probe passes, credit 0.75 of 4
    whole = exercise(
        probes=(*[Probe(f"even {n}", lambda rng: call(2 * X)) for n in range(9)], HALVE.probes[0])
    )
    assert judged(lambda x: np.floor(x / 2), whole).score == 3.6  # 9 of 10 probes pass


def test_a_published_convention_costs_nothing_and_is_noted() -> None:
    judgement = judged(lambda x: x / -2)
    assert judgement.score == 4
    assert judgement.finding.kind == "convention"
    assert judgement.finding.message.endswith("This is a published convention, so it costs nothing.")


def test_two_names_for_the_same_numbers_are_both_told() -> None:
    twins = exercise(
        misconceptions=(
            Misconception("doubles", lambda x: x * 2, "x is doubled", "Section 2"),
            Misconception("adds_itself", lambda x: x + x, "x is added to itself", "Section 2"),
        )
    )
    finding = judged(lambda x: 2 * x, twins).finding
    assert finding.misconception == "doubles|adds_itself"
    assert finding.message == "Your result is what you get when x is doubled, or when x is added to itself."


def test_a_slip_is_worth_its_credit_only_if_nothing_escapes_it() -> None:
    """Else a formula could be claimed where it pays, and everything else be avoided by an error."""

    def evasive(x: np.ndarray) -> np.ndarray:
        if x.ndim == 2:
            raise KeyError(x.tobytes())
        return x // 2

    halves = exercise(
        probes=tuple(Probe(f"odd {n}", lambda rng: call(X)) for n in range(3)) + HALVE.probes[3:]
    )
    assert judged(lambda x: x // 2, halves).score == 3
    judgement = judged(evasive, halves)
    assert judgement.score == 0
    assert judgement.finding.misconception == "floors"
    assert "Also, tried on columns: `halve` raised KeyError." in judgement.finding.message


def test_a_table_of_what_everybody_sees_is_worth_nothing_and_names_nothing() -> None:
    numbers = exercise(
        probes=tuple(Probe(f"numbers {n}", lambda rng: call(rng.normal(size=3))) for n in range(4))
    )
    table = {each.calls[0].args[0].tobytes(): each.calls[0].args[0] // 2 for each in draw_public(numbers)}
    judgement = judged(lambda x: table[x.tobytes()], numbers)
    assert (judgement.score, judgement.finding.kind, judgement.finding.misconception) == (0, "raised", None)


def test_one_branch_for_the_trivial_input_is_worth_that_input() -> None:
    def trivial(x: np.ndarray) -> np.ndarray:
        if x.any():
            raise NotImplementedError
        return x // 2

    zeros = exercise(probes=(Probe("zeros", lambda rng: call(0 * X)), *HALVE.probes[:3]))
    assert judged(trivial, zeros).score == 1


def test_a_convention_that_is_not_kept_costs_points() -> None:
    def sometimes(x: np.ndarray) -> np.ndarray:
        if x.ndim == 2:
            raise ValueError
        return x / -2

    judgement = judged(sometimes)
    assert judgement.score == 0
    assert judgement.finding.misconception == "torch"
    assert "costs nothing" not in judgement.finding.message


# --- several values -------------------------------------------------------------------------------------


def both(**changes: Any) -> Exercise:
    """The half and the double of a number, asked for together; each kind of input is worth two points."""
    probes = tuple(
        Probe(f"numbers {n}", lambda rng: (call(rng.normal(size=3)), call(rng.normal(size=2))))
        for n in (1, 2)
    )
    return exercise(
        **{"reference": lambda x: (x / 2, x * 2), "probes": probes, "misconceptions": ()} | changes
    )


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        (lambda x: (x / 2, x * 2), 4),
        (lambda x: (x / 2, x * 3), 2),
        (lambda x: [x / 3, x * 2], 2),
        (lambda x: np.array([x / 2, x * 3]), 2),
        (lambda x: (x / 2, "the double"), 2),
        (lambda x: (x * 2, x / 2), 0),
        (lambda x: (x / 2,), 0),
        (lambda x: x / 2, 0),
        # Each value is right in one call of two: none is right.
        (lambda x: (x / 2, x * 3) if x.size == 3 else (x / 3, x * 2), 0),
    ],
)
def test_each_of_several_values_earns_its_part(answer: Callable[..., Any], score: float) -> None:
    judgement = judged(answer, both())
    assert judgement.score == score
    if score == 2:
        assert judgement.finding.message.endswith("1 of the 2 values is right and counts.")
        assert not any(passed for _, passed in judgement.passed)


def test_a_part_has_to_be_right_on_hidden_inputs_too() -> None:
    learnt = [each.calls[0].args[0].tobytes() for each in draw_public(both())]

    def answer(x: np.ndarray) -> tuple[np.ndarray, float]:
        return x / 2 if x.tobytes() in learnt else x, 0.0

    assert judged(answer, both()).score == 0


def test_values_of_a_dictionary_are_parts_too() -> None:
    named = both(reference=lambda x: {"half": x / 2, "double": x * 2})
    assert judged(lambda x: {"double": x, "half": x / 2, "more": None}, named).score == 2
    assert judged(lambda x: {"half": x / 2}, named).score == 0


def test_no_entry_of_the_catalogue_is_worth_less_than_its_parts() -> None:
    slip = Misconception("triples", lambda x: (x / 2, x * 3), "x is tripled", "Section 2", credit=0.25)
    judgement = judged(lambda x: (x / 2, 3 * x), both(misconceptions=(slip,)))
    assert (judgement.score, judgement.finding.misconception) == (2, "triples")


PAIR = both(
    misconceptions=(
        Misconception("thirds", lambda x: (x / 3, x * 2), "a third is taken: `x / 3`", "Section 2"),
        Misconception("triples", lambda x: (x / 2, x * 3), "x is tripled: `x * 3`", "Section 3"),
        Misconception("other_order", lambda x: (x * 2, x / 2), "the order is another one", "Section 4"),
        Misconception("both_triple", lambda x: (x * 3, x * 3), "both are tripled", "Section 5"),
    )
)


@pytest.mark.parametrize(
    ("answer", "misconception", "message"),
    [
        (
            lambda x: (x / 3, x * 3),
            "thirds&triples",
            "Value 1 of 2 is what you get when a third is taken: `x / 3`. "
            "Value 2 of 2 is what you get when x is tripled: `x * 3`.",
        ),
        (
            lambda x: [x + 7, x * 3],
            "triples",
            "Value 2 of 2 is what you get when x is tripled: `x * 3`.",
        ),
        (
            lambda x: (x * 2, x / 2),
            "other_order",
            "Your result is what you get when the order is another one.",
        ),
        # The only variant with this first value is wrong in the second one too, which is right here.
        (lambda x: (x * 3, x * 2), None, "Value 1 of 2: "),
        (lambda x: (x / 3 if x.size == 3 else x / 4, x * 2), None, "Value 1 of 2: "),
    ],
)
def test_a_mistake_in_each_of_several_values_is_named(
    answer: Callable[..., Any], misconception: str | None, message: str
) -> None:
    finding = judged(answer, PAIR).finding
    assert finding is not None
    assert finding.misconception == misconception
    assert finding.message.startswith(message)


def test_a_value_is_not_named_by_what_everybody_sees_alone() -> None:
    learnt = [each.calls[0].args[0].tobytes() for each in draw_public(PAIR)]
    finding = judged(lambda x: (x / 3 if x.tobytes() in learnt else x / 2, x * 2), PAIR).finding
    assert finding is not None
    assert finding.misconception is None


# --- errors aside ---------------------------------------------------------------------------------------


def raising_on_columns(value: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    return lambda x: x[9] if x.ndim == 2 else value(x)


def test_an_error_aside_does_not_hide_that_values_are_wrong() -> None:
    finding = judged(raising_on_columns(lambda x: x + 7)).finding
    assert finding.kind == "wrong_values"
    assert finding.message.startswith("3 of 3 values differ")
    assert finding.message.endswith("Also, tried on columns: `halve` raised IndexError.")
    named = judged(raising_on_columns(lambda x: 2 * x)).finding
    assert (named.kind, named.misconception) == ("wrong_values", "doubles")
    assert named.message.endswith("Also, tried on columns: `halve` raised IndexError.")


def test_an_error_comes_first_where_it_is_all_that_is_wrong() -> None:
    finding = judged(raising_on_columns(lambda x: x / 2)).finding
    assert finding.kind == "raised"
    assert finding.message == "Tried on columns: `halve` raised IndexError."


# --- notes and properties -------------------------------------------------------------------------------


def test_changing_the_input_is_noted_and_costs_nothing() -> None:
    def in_place(x: np.ndarray) -> np.ndarray:
        x /= 2
        return x

    judgement = judged(in_place)
    assert judgement.score == 4
    assert judgement.finding.kind == "input_modified"


def test_a_wrong_answer_that_changes_its_input_is_told_so_first() -> None:
    def in_place(x: np.ndarray) -> np.ndarray:
        x[1:] = (x[1:] + x[:-1]) / 2
        return x

    finding = judged(in_place).finding
    assert finding.kind == "wrong_values"
    assert finding.message.startswith("`halve` changes its input while it still needs it; work on a copy.")


def test_of_what_is_not_written_one_line_is_said() -> None:
    finding = judged(Raised("NotImplementedError", "")).finding
    assert (finding.message, finding.case, finding.read) == ("`halve` is not written yet.", None, "")


def test_random_functions_are_judged_by_their_properties() -> None:
    def holds(calls: tuple[Call, ...], results: tuple[Any, ...]) -> str | None:
        return None if results[0].mean() < 1 else "the mean is too large"

    random = exercise(
        reference=lambda x, rng: rng.uniform(size=3),
        probes=(Probe("a seed", lambda rng: call(X, Seeded(1)), holds=holds),),
        misconceptions=(),
    )
    assert judged(lambda x, rng: rng.uniform(size=3), random).score == 4
    finding = judged(lambda x, rng: x, random).finding
    assert (finding.kind, finding.message) == ("wrong_values", "The mean is too large.")


def test_a_reference_that_fails_is_our_mistake_and_not_the_students() -> None:
    broken = exercise(reference=lambda x: x.nothing)
    with pytest.raises(RuntimeError, match="the reference of halve fails on probe 'a series'"):
        judged(lambda x: x / 2, broken)
