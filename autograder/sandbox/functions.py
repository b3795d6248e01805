"""Test functions that exercises pass as arguments, by name: the same code on both sides of the wall."""

from collections.abc import Callable
from typing import Any

from .values import Named


def constant_steps(size: float) -> Callable[[int], float]:
    """The step size `size` for every n."""
    return lambda n: size


def power_steps(scale: float, exponent: float) -> Callable[[int], float]:
    """The step sizes scale * n**-exponent; n counts from 1."""
    return lambda n: scale * float(n) ** -exponent


def harmonic_steps(scale: float, offset: float) -> Callable[[int], float]:
    """The step sizes scale / (n + offset); with an offset above 0 also for n = 0."""
    return lambda n: scale / (n + offset)


FUNCTIONS: dict[str, Callable[..., Callable[..., Any]]] = {
    "constant_steps": constant_steps,
    "harmonic_steps": harmonic_steps,
    "power_steps": power_steps,
}

# The same as a student would write them.
TEXTS = {
    "constant_steps": "lambda n: {0}",
    "harmonic_steps": "lambda n: {0} / (n + {1})",
    "power_steps": "lambda n: {0} * n**-{1}",
}


def make(named: Named) -> Callable[..., Any]:
    """The function that `named` stands for."""
    return FUNCTIONS[named.name](*named.parameters)


def text(named: Named) -> str:
    """Python for the function that `named` stands for."""
    return TEXTS[named.name].format(*named.parameters)
