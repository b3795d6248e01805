"""A failing case as text: what is shown as a call can be pasted, and what differs looks different."""

import copy

import numpy as np
import pytest

from autograder.case import case_of, format_argument, format_calls, format_value
from autograder.exercise import Call, Earlier, Exercise, Named, Probe, Seeded, call
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.sandbox.functions import FUNCTIONS
from autograder.sandbox.perform import perform
from autograder.sandbox.values import plain
from autograder.trials import draw_hidden, draw_public, try_here


EXERCISES = [exercise for name in ASSIGNMENT_NAMES for exercise in load(name).exercises]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_call_of_the_catalogue_can_be_pasted(exercise: Exercise) -> None:
    for drawn in (*draw_public(exercise), *draw_hidden(exercise, b"key")):
        functions = exercise.namespace(exercise.reference)
        expected = perform(drawn.calls, functions)
        notebook = {"np": np, **functions}
        for outcome, text in zip(expected, format_calls(drawn.calls), strict=True):
            with np.errstate(all="ignore"):
                exec(f"pasted = {text}", notebook)
            np.testing.assert_equal(plain(notebook["pasted"]), outcome.value)


@pytest.mark.parametrize(
    "value",
    [
        np.array([1.0, 2.0, -4.5]),
        np.array([[1 / 3, -2.0], [3e-300, 4e300]]),
        np.arange(3),
        np.array([1.5, np.nan, -np.inf], np.float32),
        np.array([True, False]),
        np.array([1 + 2j]),
        np.zeros((0, 3)),
        np.zeros(0),
        np.zeros((2, 2, 2)),
        np.arange(300) / 7,
    ],
)
def test_an_array_is_made_again_as_it_was(value: np.ndarray) -> None:
    again = eval(format_argument(value), {"np": np})
    assert (again.dtype, again.shape) == (value.dtype, value.shape)
    np.testing.assert_array_equal(again, value)


W = np.array([0.5, 3.0])
EXAMPLES = np.array([[0.5, 1.0], [3.0, -1.0], [2.0, 2.5]]), np.array([1.0, 4.0, 2.0]), np.array([[2.5, 2.0]])
BLOCKS = {"W1": np.array([[1.0, 2.0]]), "b1": np.array([-0.5]), "W2": np.array([[3.0], [0.25]]), "b2": W}
# Numbers to make a function, and what to call it with.
GIVEN = {
    "columns": ((0.75,), (np.array([[0.5, 1.0], [0.25, -1.0]]),)),
    "constant_steps": ((0.75,), (7,)),
    "cubic_gradient": ((0.75, 2.5), (W,)),
    "exponentials": ((0.75,), (W,)),
    "flattened_bowl": ((0.75, 2.5), (W,)),
    "harmonic_steps": ((0.75, 2.5), (7,)),
    "heavy_ball_step": ((0.75,), (W, W - 1, W - 2, 0.1)),
    "logarithms": ((0.75,), (W,)),
    "loss_within_bounds": ((0.75, 2.5, 4.0), (W / 2,)),
    "momentum_steps": ((0.75, 2.5), (W, W - 2, 0.1)),
    "momentum_steps_in_place": ((0.75, 2.5), (W, W - 2, 0.1)),
    "nearest_predictions": ((), EXAMPLES),
    "power_steps": ((0.75, 2.5), (7,)),
    "ridge_predictions": ((0.75,), EXAMPLES),
    "shrinking_step": ((2.5,), (W, W - 1, 3, 0.1)),
    "slope_of_exponentials": ((0.75,), (W,)),
    "slope_of_logarithms": ((0.75,), (W,)),
    "slopes_from_the_last": ((1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), (BLOCKS,)),
    "slopes_of_blocks": ((1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), (BLOCKS,)),
    "slopes_towards": ((0.75, 2.5), (W,)),
    "squares": ((0.75,), (W,)),
    "sum_over_blocks": ((1.0, 2.0, 3.0, 4.0), (BLOCKS,)),
    "valley": ((0.75, 2.5), (W,)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_test_function_is_spelled_out(name: str) -> None:
    parameters, given = GIVEN[name]
    function = eval(format_argument(Named(name, parameters)), {"np": np})
    once, again = copy.deepcopy((given, given))
    result, expected = function(*once), FUNCTIONS[name](*parameters)(*again)
    np.testing.assert_equal((result, once), (expected, again))
    if isinstance(expected, dict):
        assert list(result) == list(expected)


def test_other_arguments_are_python_too() -> None:
    made = Call("f", ((1, None), Seeded(3), np.asarray(2.0)), {"init": np.float64(0.1), "mode": "same"})
    assert format_calls((made,)) == ["f((1, None), np.random.default_rng(3), 2.0, init=0.1, mode='same')"]


def test_a_result_that_is_taken_up_has_a_name() -> None:
    forward, backward = Call("forward", (2,)), Call("backward", (Earlier(0, 1), Earlier(0)))
    assert format_calls((forward, backward)) == [
        "result_1 = forward(2)",
        "backward(result_1[1], result_1)",
    ]


def case(reference: object, answer: object, *given: object) -> tuple[str, str]:
    probe = Probe("some", lambda rng: call(*given))
    asked = Exercise("f", reference, "(x)", 1, (probe,), (), "Section 1")  # type: ignore[arg-type]
    (trial,) = try_here(answer, draw_public(asked))  # type: ignore[arg-type]
    shown = case_of(trial, trial.problem)
    return shown.expected, shown.returned


X = np.array([1.0, 2.0])


def test_where_the_shape_is_the_point_it_is_shown() -> None:
    assert case(lambda x: x[:1], lambda x: x[0], X) == ("[1.], of shape (1,)", "1., a single number")
    assert case(lambda x: x, lambda x: x[:, None], X)[1] == "[[1.], [2.]], of shape (2, 1)"


def test_values_that_differ_in_the_eighth_digit_look_different() -> None:
    expected, returned = case(lambda x: x / 3, lambda x: x / 3 + 2e-6 * x, 1.0)
    assert expected != returned
    expected, returned = case(lambda x: x / 3, lambda x: x / 3 * (1 + 1.2e-6), X / 100)
    assert expected != returned


def test_what_never_came_back_is_not_shown_as_returned() -> None:
    assert case(lambda x: x, lambda x: x.nothing, X) == ("[1., 2.]", "")


def test_values_are_short() -> None:
    assert format_value((X[:1],)) == "([1.],)"
    assert format_value({"mean": None}) == "{'mean': None}"
    assert len(format_value(np.zeros((100, 100)))) < 200
