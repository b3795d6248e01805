"""Test functions are the same in a box and as text that a student pastes."""

import inspect
from typing import Any

import numpy as np
import pytest

from autograder.sandbox.functions import FUNCTIONS, TEXTS, make, text
from autograder.sandbox.values import Named


# How many numbers a function with any number of them is made with.
ANY = 8
ARRAY = np.array([[2.0, 0.5], [1.0, 3.0]])
BLOCKS = {name: np.arange(1.0, 4.0) / size for size, name in enumerate(("W1", "b1", "W2", "b2"), 1)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_text_of_a_function_is_that_function(name: str) -> None:
    named = Named(name, tuple(np.linspace(0.3, 1.2, _count(name)).round(2).tolist()))
    pasted = eval(text(named), {"np": np})
    made, shown = make(named)(*_arguments(name)), pasted(*_arguments(name))
    if isinstance(made, dict):
        assert list(made) == list(shown)
        made, shown = np.array([*made.values()]), np.array([*shown.values()])
    assert np.allclose(np.array(made), np.array(shown), rtol=1e-14, atol=0)


def _arguments(name: str) -> tuple[Any, ...]:
    if name.endswith("_steps"):
        return (3,)
    if name.endswith("_step"):
        return ARRAY, ARRAY / 2, ARRAY / 4, 0.1
    if name.endswith("_predictions"):
        return ARRAY, np.array([1.0, 2.0]), ARRAY / 2
    return (BLOCKS if name.endswith(("_blocks", "_last")) else ARRAY,)


def _count(name: str) -> int:
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    return ANY if any(each.kind is each.VAR_POSITIONAL for each in parameters) else len(parameters)


def test_every_function_has_a_text() -> None:
    assert FUNCTIONS.keys() == TEXTS.keys()
