"""The catalogue: one package per assignment with an `ASSIGNMENT`, and in it one module per exercise."""

import importlib

from autograder.exercise import Assignment, Exercise


_MODULES = {
    "01_moving_averages": "moving_averages",
    "02_optimizers": "optimizers",
    "03_learning_rate": "learning_rates",
    "04_gradient_checking": "gradient_checking",
    "05_bias_variance": "bias_variance",
    "06_dropout": "dropout",
    "07_batch_normalization": "batch_normalization",
}

ASSIGNMENT_NAMES = tuple(_MODULES)


def load(name: str) -> Assignment:
    """The assignment of that name; raises KeyError for a name that is not in `ASSIGNMENT_NAMES`."""
    return importlib.import_module(package_of(name)).ASSIGNMENT


def package_of(name: str) -> str:
    """The package that holds the exercises of an assignment."""
    return f"autograder.exercises.{_MODULES[name]}"


def find_exercise(function_name: str) -> Exercise:
    """The exercise that asks for a function of that name; raises KeyError when none does."""
    for name in ASSIGNMENT_NAMES:
        for exercise in load(name).exercises:
            if exercise.name == function_name:
                return exercise
    raise KeyError(function_name)
