"""What a student's `check` is given as data leads to the same words and points as the exercises do."""

import json
from dataclasses import replace

import numpy as np
import pytest

from autograder.exercise import Assignment, Exercise, Probe, call
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.handout import _plain, _value, left_at_home, recorded, restored
from autograder.sandbox.perform import Raised, Returned
from autograder.sandbox.values import Call, Earlier, Named, Seeded
from autograder.trials import draw_public, try_here
from autograder.verdict import judge


@pytest.mark.parametrize("name", ASSIGNMENT_NAMES)
def test_a_recorded_exercise_is_judged_as_a_live_one(name: str) -> None:
    assignment = load(name)
    given = restored(recorded(assignment))
    assert list(given) == [exercise.name for exercise in assignment.exercises]
    for exercise in assignment.exercises:
        recorded_exercise = replace(given[exercise.name][0].exercise, beside=exercise.beside)
        drawn = [replace(each, exercise=recorded_exercise) for each in given[exercise.name]]
        variants = [entry.variant for entry in exercise.misconceptions]
        others = [lambda *args, **kwargs: None, lambda *args, **kwargs: 1 / 0, lambda: 0]
        for answer in (exercise.reference, *exercise.alternatives.values(), *variants, *others):
            live = judge(exercise, try_here(answer, draw_public(exercise)))
            assert judge(drawn[0].exercise, try_here(answer, drawn)) == live


@pytest.mark.parametrize("name", ASSIGNMENT_NAMES)
def test_of_hidden_kinds_the_names_alone_are_recorded(name: str) -> None:
    assignment = load(name)
    entries = {entry["name"]: entry for entry in json.loads(recorded(assignment))}
    for exercise in assignment.exercises:
        entry = entries[exercise.name]
        hidden = [probe.name for probe in exercise.probes if not probe.public]
        assert entry["further"] == hidden
        assert [each["name"] for each in entry["shown"]] == [p.name for p in exercise.probes if p.public]
        assert not [name for name in hidden if name in json.dumps(entry["shown"])]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        True,
        7,
        0.1,
        float("inf"),
        (1, (2.5, None)),
        {"array": 1, "tuple": (2,)},
        Call("f", (Named("power_steps", (1.0, 0.5)), Seeded(3), Earlier(0, 1)), {"init": 2.0}),
        (Returned((1.0, 2.0), modified=True), Raised("ValueError", "no", "x = 1")),
    ],
)
def test_values_are_restored(value: object) -> None:
    again = _value(json.loads(json.dumps(_plain(value))))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", [(), (0, 3), (4,), (2, 3)])
def test_arrays_are_restored_to_the_last_digit(dtype: str, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    value = (rng.normal(size=shape) * 1e3 + (1j * rng.normal(size=shape) if "complex" in dtype else 0)).real
    value = np.asarray(np.abs(value) if "u" in dtype else value).astype(dtype)
    again = _value(json.loads(json.dumps(_plain(value))))
    assert again.dtype == value.dtype
    assert again.shape == value.shape
    np.testing.assert_array_equal(again, value)


def test_what_cannot_be_recorded_is_an_error_of_ours() -> None:
    random = Probe("a seed", lambda rng: call(1), holds=lambda calls, results: None)
    exercise = Exercise("noise", lambda x: x, "(x)", 1, (random,), (), "Section")
    with pytest.raises(ValueError, match=r"noise: .* is no function of autograder.properties"):
        recorded(Assignment("a", "A", (exercise,)))
    (said,) = left_at_home(exercise)
    assert said.startswith("shows the probe 'a seed', whose property tests.autograder.test_handout.")
    assert said.endswith("take one of autograder.properties, or keep the probe with public=False")
    assert not list(left_at_home(replace(exercise, probes=(replace(random, public=False),))))
    with pytest.raises(ValueError, match="a value of type set cannot be recorded"):
        _plain({1})


def test_the_code_of_the_course_is_not_there() -> None:
    for drawn in restored(recorded(load(ASSIGNMENT_NAMES[0]))).values():
        exercise = drawn[0].exercise
        for function in (exercise.reference, *(entry.variant for entry in exercise.misconceptions)):
            with pytest.raises(NotImplementedError, match="not in the hands of students"):
                function(1)
