"""Example calls of every public function of `advsec`: test_guarantees.py checks its promises on them.

To register a function, add it to `EXAMPLES` in the module here that is named like its source module:

    EXAMPLES = {
        "debias": Example(
            lambda k=(3,): {"value": normal(*k), "beta": 0.9, "t": 2},
            raises={"t must be >= 1, got 0": {"t": 0}},
        ),
    }

A function whose docstring says that it takes any shape (`*k`) needs an example that can be built for any `k`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import advsec


@dataclass(frozen=True)
class Example:
    """How to call one function: `arguments()` makes fresh keyword arguments each time."""

    arguments: Callable[..., dict[str, Any]]
    # Error sentence -> the arguments that provoke it; every sentence the docstring quotes must be here.
    raises: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    # False only where the docstring says that the result does not depend on the precision of the input.
    keeps_float32: bool = True
    # Arguments that the function overwrites and may return; only `*_in_place` functions have any.
    modifies: tuple[str, ...] = ()
    # True where the complex step differentiates through the function.
    analytic: bool = False


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Reproducible numbers; arrays of equal size and seed hold the same numbers in the same order."""
    return np.random.default_rng(seed).normal(size=shape)


def public_functions() -> dict[str, Callable]:
    """Every function in the `__all__` of a module of `advsec`, as "module.function"."""
    functions = {}
    for info in pkgutil.iter_modules(advsec.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"advsec.{info.name}")
        for name, value in vars(module).items():
            if name in module.__all__ and callable(value) and not isinstance(value, type):
                functions[f"{info.name}.{name}"] = value
    return functions


def examples() -> dict[str, Example]:
    """Every registered example, as "module.function"."""
    return {
        f"{info.name}.{name}": example
        for info in pkgutil.iter_modules(__path__)
        for name, example in importlib.import_module(f"{__name__}.{info.name}").EXAMPLES.items()
    }
