"""Arguments of all modules: taken as numbers and arrays, or refused in one sentence.

    ValueError: beta must be in [0, 1), got 1.0

names the parameter, its rule and the value, whether the value is out of range, nan, None or text.
"""

import functools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


__all__: list[str] = []


PLAIN = (float, int)  # a step on few weights must not pay for numpy's view of its plain numbers


class Rule(NamedTuple):
    """What a number has to be, in words and as a condition that also holds for every item of an array."""

    words: str
    holds: Callable[[Any], Any]


NUMBER = Rule("a number", lambda value: value == value)
MEMORY = Rule("in [0, 1)", lambda value: (value >= 0) & (value < 1))
KEPT_SHARE = Rule("in (0, 1]", lambda value: (value > 0) & (value <= 1))
SHARE = Rule("in [0, 1]", lambda value: (value >= 0) & (value <= 1))
POSITIVE = Rule("> 0", lambda value: value > 0)
NOT_NEGATIVE = Rule(">= 0", lambda value: value >= 0)


def at_least(least: float) -> Rule:
    return Rule(f">= {least}", lambda value: value >= least)


@functools.cache
def count(least: int) -> Rule:
    return Rule(f"an integer >= {least}", lambda value: (value >= least) & (value % 1 == 0))


def within(least: int, most: int) -> Rule:
    return Rule(f"in {least} .. {most}", lambda value: (value >= least) & (value <= most) & (value % 1 == 0))


def satisfies(value: object, rule: Rule) -> bool:
    """Whether this is one number, and keeps the rule."""
    return _is_number(value) and bool(rule.holds(value))


def check(name: str, value: object, rule: Rule = NUMBER) -> None:
    """Refuse what is not one number that keeps the rule."""
    if not satisfies(value, rule):
        raise ValueError(f"{name} must be {rule.words}, got {value!r}")


def check_each(name: str, value: object, rule: Rule = NUMBER) -> None:
    """Refuse what is not a number, or an array of them, that keeps the rule."""
    if isinstance(value, PLAIN):
        kept = rule.holds(value)
    else:
        is_array = isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf"
        kept = is_array and np.all(rule.holds(value))
    if not kept:
        raise ValueError(f"{name} must be {rule.words}, got {value!r}")


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    if not (isinstance(value, str) and value in choices):
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def check_function(name: str, value: object) -> None:
    if not callable(value):
        raise ValueError(f"{name} must be a function, got {value!r}")


def check_kind(name: str, value: object, kind: type) -> None:
    """Refuse what is of another class, such as a seed in place of a generator."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be a {kind.__name__}, got {value!r}")


def numbers(name: str, x: object) -> NDArray:
    """`x` as an array of numbers of their own type: labels stay integers."""
    array = x if type(x) is np.ndarray else _as_array(x)
    if array is None or array.dtype.kind not in "biufc":
        raise ValueError(f"{name} must be a number or an array of numbers, got {x!r}")
    return array


def floating(name: str, x: object, *, like: NDArray | None = None) -> NDArray:
    """`x` as a floating or complex array; Python numbers take the precision of `like`."""
    if type(x) is np.ndarray and x.dtype.kind in "fc":
        return x
    array = numbers(name, x)
    if like is not None and isinstance(x, PLAIN):
        return array.astype(like.dtype)
    return array if array.dtype.kind in "fc" else array.astype(np.float64)


def real(name: str, x: object, *, like: NDArray | None = None) -> NDArray:
    """As `floating`, where complex numbers have no meaning."""
    array = floating(name, x, like=like)
    if array.dtype.kind == "c":
        raise ValueError(f"{name} must be real numbers, got {x!r}")
    return array


def integers(name: str, x: object, rule: Rule) -> NDArray[np.int64]:
    """`x` as an array of integers that keep the rule."""
    array = _as_array(x)
    if array is not None and array.size == 0:
        return array.astype(np.int64)
    if array is None or array.dtype.kind not in "iu" or not np.all(rule.holds(array)):
        raise ValueError(f"{name} must be {rule.words} or an array of them, got {x!r}")
    return array.astype(np.int64)


def unpacked(name: str, value: object, fields: Sequence[str]) -> tuple[Any, ...]:
    """The items of a named tuple, or of any sequence of as many."""
    items = tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(items) != len(fields):
        raise ValueError(f"{name} must be a tuple ({', '.join(fields)}), got {value!r}")
    return items


def broadcastable(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def one_minus_power(beta: Any, t: float) -> Any:
    """1 - beta**t, to the last digits also where beta is so near 1 that the subtraction would cancel them."""
    if isinstance(beta, PLAIN) or np.ndim(beta) == 0:
        return -math.expm1(t * math.log(beta)) if beta > 0 else float(t > 0)
    with np.errstate(divide="ignore"):  # log(0) is what makes 0**t vanish
        return -np.expm1(t * np.log(beta))


@functools.lru_cache(maxsize=16)
def repeated(number: float, n: int, dtype: np.dtype) -> NDArray:
    """A vector of one number: the product with it adds up n rows or columns, faster than a sum does."""
    vector = np.full(n, number, dtype)
    vector.flags.writeable = False
    return vector


def _is_number(value: object) -> bool:
    if isinstance(value, PLAIN):
        return True
    return isinstance(value, np.ndarray | np.generic) and value.ndim == 0 and value.dtype.kind in "biuf"


def _as_array(x: Any) -> NDArray | None:
    """None for what numpy cannot make an array of, such as rows of different lengths."""
    try:
        return np.asarray(x)
    except (ValueError, TypeError):
        return None
