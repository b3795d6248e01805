"""The smallest failing case, as text: a call that can be pasted, and what was expected and returned."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

import numpy as np

from autograder.compare import describe
from autograder.exercise import Call, Earlier, Named, Seeded
from autograder.sandbox.functions import text as text_of_function
from autograder.sandbox.perform import Returned
from autograder.sandbox.values import Unsupported
from autograder.trials import Problem, Trial, taken_up


# Entries up to which an array is written out in full.
PASTED = 1000


@dataclass(frozen=True)
class Case:
    """The smallest failing case, as text: calls that can be pasted, and values.

    `expected` is empty where results are judged by a property, `returned` where nothing came back.
    """

    call: str
    expected: str
    returned: str


def case_of(trial: Trial, problem: Problem) -> Case | None:
    """The call that shows the problem; None where the reference returns nothing to hold against it."""
    index = range(len(trial.outcomes))[problem.call]
    wanted, got = trial.expected[index], trial.outcomes[index]
    if not isinstance(wanted, Returned):
        return None
    # Calls that do not build on each other explain themselves one by one.
    first = 0 if taken_up(trial.calls) else index
    call = format_calls(trial.calls[: index + 1])[first:]
    if trial.probe.holds:
        return Case("; ".join(call), "", format_value(got.value) if isinstance(got, Returned) else "")
    if not isinstance(got, Returned):
        return Case("; ".join(call), format_value(wanted.value), "")
    return Case("; ".join(call), *_side_by_side(wanted.value, got.value, problem.kind))


def _side_by_side(expected: Any, returned: Any, kind: str) -> tuple[str, str]:
    """Both as text, so that they differ where the values do."""
    if kind == "wrong_shape":
        return _with_shape(expected), _with_shape(returned)
    pair = format_value(expected), format_value(returned)
    if pair[0] == pair[1] and kind == "wrong_values":
        return format_value(expected, precision=17), format_value(returned, precision=17)
    return pair


def _with_shape(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return format_value(value)
    return f"{format_value(value)}, {f'of shape {value.shape}' if value.shape else 'a single number'}"


def format_calls(calls: Sequence[Call]) -> list[str]:
    """Calls that can be pasted into a notebook one after the other; a result that is taken up has a name."""
    taken = taken_up(calls)
    return [
        f"result_{number} = {format_call(call)}" if number - 1 in taken else format_call(call)
        for number, call in enumerate(calls, start=1)
    ]


def format_call(call: Call) -> str:
    """A call that can be pasted into a notebook in which numpy is `np`."""
    arguments = [format_argument(value) for value in call.args]
    arguments += [f"{name}={format_argument(value)}" for name, value in call.kwargs.items()]
    return f"{call.function}({', '.join(arguments)})"


def format_argument(value: Any) -> str:
    """Python that makes the argument again; only of arrays that nobody would paste the middle is left out."""
    match value:
        case np.generic() | np.ndarray(shape=()):
            return repr(value.item())
        case np.ndarray(size=0):
            return "np.array([])" if value.shape == (0,) else f"np.zeros({value.shape})"
        case np.ndarray():
            text = np.array2string(value, floatmode="unique", threshold=PASTED, separator=",")
            text = re.sub(r"\b(nan|inf)\b", r"np.\1", _on_one_line(text))
            plain = value.dtype in (np.float64, np.int64, np.bool_, np.complex128)
            return f"np.array({text}{'' if plain else f', dtype=np.{value.dtype.name}'})"
        case tuple():
            return "(" + ", ".join(map(format_argument, value)) + ("," if len(value) == 1 else "") + ")"
        case dict():
            return "{" + ", ".join(f"{key!r}: {format_argument(item)}" for key, item in value.items()) + "}"
        case Named():
            return text_of_function(value)
        case Seeded():
            return f"np.random.default_rng({value.seed})"
        case Earlier():
            return f"result_{value.call + 1}" + ("" if value.item is None else f"[{value.item}]")
    return repr(value)


def format_value(value: Any, *, precision: int = 6) -> str:
    """A plain value as short text; long arrays are shortened in the middle."""
    match value:
        case np.ndarray():
            text = np.array2string(value, precision=precision, threshold=12, edgeitems=3, separator=",")
            return _on_one_line(text)
        case tuple():
            items = [format_value(item, precision=precision) for item in value]
            return "(" + ", ".join(items) + ("," if len(value) == 1 else "") + ")"
        case dict():
            items = [f"{key!r}: {format_value(item, precision=precision)}" for key, item in value.items()]
            return "{" + ", ".join(items) + "}"
        case float():
            return f"{value:.{precision}g}"
        case EllipsisType():
            return "..."
        case Unsupported():
            return describe(value)
    return repr(value)[:200]


def _on_one_line(array: str) -> str:
    """The text of an array without the spaces that align its columns."""
    return "".join(array.split()).replace(",", ", ")
