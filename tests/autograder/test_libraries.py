"""What a message says of a library is what that library computes."""

import numpy as np
import pytest

from advsec.conventions import DEFAULTS
from autograder.exercises.libraries import libraries
from autograder.exercises.optimizers.adam_step import ADAM_STEP
from autograder.exercises.optimizers.amsgrad_step import AMSGRAD_STEP
from autograder.exercises.optimizers.momentum_step import MOMENTUM_STEP
from autograder.exercises.optimizers.rmsprop_step import RMSPROP_STEP
from tests.parity import vectors


# Exercise, how many arrays of zeros its state begins with, algorithm, and the library of each entry.
NAMED = [
    (MOMENTUM_STEP, 1, "momentum", {"heavy_ball": ["torch", "keras", "optax", "river"]}),
    (RMSPROP_STEP, 1, "rmsprop", {"eps_outside": ["torch", "mlx"]}),
    (
        ADAM_STEP,
        2,
        "adam",
        {
            "eps_outside": ["torch", "optax", "jax", "autograd"],
            "eps_hat": ["keras", "sklearn", "river"],
            "no_correction_with_eps_outside": ["mlx"],
        },
    ),
    (AMSGRAD_STEP, 3, "amsgrad", {"optax": ["optax"], "pytorch": ["torch"], "keras": ["keras", "river"]}),
]
AS_THEY_COME = vectors.load("P25")


@pytest.mark.parametrize(
    ("exercise", "arrays", "algorithm", "name", "library"),
    [
        (exercise, arrays, algorithm, name, library)
        for exercise, arrays, algorithm, entries in NAMED
        for name, of in entries.items()
        for library in of
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_entry_takes_the_steps_of_the_library_that_its_message_names(
    exercise, arrays, algorithm, name, library
):
    (entry,) = [each for each in exercise.misconceptions if each.name == name]
    inputs, case = AS_THEY_COME["inputs"], AS_THEY_COME["cases"][f"{library}, {algorithm}"]
    w, path = inputs["w0"], []
    state = (*(np.zeros_like(w) for _ in range(arrays)), 0)
    for gradient in inputs["gradients"]:
        numbers = DEFAULTS.get(library, {}).get(algorithm, {})
        w, state = entry.variant(w, gradient, state, lr=inputs["lr"], **numbers)
        path.append(w)
    np.testing.assert_allclose(path, case["expected"], rtol=case["rtol"], atol=case["atol"])


def test_the_message_names_three_libraries_at_most_and_the_best_known_first():
    messages = {
        entry.name: entry.message
        for exercise, _, _, entries in NAMED
        for entry in exercise.misconceptions
        if entry.name in entries
    }
    assert "as in PyTorch, Keras, optax and others" in messages["heavy_ball"]
    assert "as in Keras, scikit-learn, ONNX and others" in messages["eps_hat"]
    assert "as in MLX unless" in messages["no_correction_with_eps_outside"]
    assert "as in optax" in messages["optax"]
    assert libraries("running", unbiased=True) == "PyTorch, MLX and tinygrad"


def test_a_convention_that_no_library_has_any_more_is_no_message():
    with pytest.raises(ValueError, match=r"adam has .* in no library"):
        libraries("adam", debias_second="before_max")
