"""What a wrong answer does, in few numbers: what came back on the inputs that everybody sees.

Hidden inputs are drawn for each student, public ones are the same for all: what comes back on these can be
compared between students, when everything is graded and nothing is run any more.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.compare import Tolerance, describe
from autograder.sandbox.perform import Raised, Returned, Stopped
from autograder.trials import Trial, is_single


# Numbers that are kept of an answer as they are. Of more, so many from all over it and two sums of all.
NUMBERS = 24
# Far more digits than any tolerance reads.
DIGITS = 10
# Text that is kept of an answer.
FORM = 240

# Of the words of an error these differ from student to student: names, addresses, and who wrote them.
OF_ONE_PERSON = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|0x[0-9a-fA-F]+")
NUMBER = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")


@dataclass(frozen=True)
class Answered:
    """What came back on one kind of input.

    `kind` is the rung of the ladder, nothing where it passes: then the answer is the right one, and no more
    is kept. `form` is all but the numbers: types and shapes, or how it failed, and which numbers are none
    (0 stands in their place). `single` says that some of the numbers were in single precision.
    """

    probe: str
    kind: str
    form: str = ""
    numbers: tuple[float, ...] = ()
    single: bool = False


Behaviour = tuple[Answered, ...]


def behaviour(trials: Sequence[Trial]) -> Behaviour:
    """What came back on the inputs that everybody sees."""
    return tuple(_answered(trial) for trial in trials if trial.public)


def alike(one: Behaviour, other: Behaviour, tolerance: Tolerance) -> bool:
    """Whether two answers are the same, as far as the comparator's tolerance tells."""
    return form_of(one) == form_of(other) and bool(
        close(numbers_of(one), numbers_of(other), _tolerance((*one, *other), tolerance))
    )


def form_of(does: Behaviour) -> tuple[tuple[str, str, str, int], ...]:
    """What has to be equal in answers that are alike."""
    return tuple((each.probe, each.kind, each.form, len(each.numbers)) for each in does)


def numbers_of(does: Behaviour) -> np.ndarray:
    """What has to be close in answers that are alike."""
    return np.array([number for each in does for number in each.numbers])


def close(one: np.ndarray, others: np.ndarray, tolerance: tuple[float, float]) -> np.ndarray:
    """Whether these numbers are within (rtol, atol) of each of the others, which may be several rows."""
    rtol, atol = tolerance
    with np.errstate(all="ignore"):
        room = atol + rtol * np.maximum(np.abs(one), np.abs(others))
        same = (one == others) | (np.isnan(one) & np.isnan(others))
        near = np.isfinite(one) & np.isfinite(others) & (np.abs(one - others) <= room)
    return np.asarray((same | near).all(axis=-1))


def tolerance_of(several: Sequence[Behaviour], tolerance: Tolerance) -> tuple[float, float]:
    """(rtol, atol) that the least precise of them needs."""
    return _tolerance([each for does in several for each in does], tolerance)


def digest(does: Behaviour) -> str:
    """A short name for exactly this; answers that are alike may have different ones."""
    text = repr([(each.probe, each.kind, each.form, each.numbers) for each in does])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _tolerance(answers: Sequence[Answered], tolerance: Tolerance) -> tuple[float, float]:
    if any(each.single for each in answers):
        return tolerance.rtol_single, tolerance.atol_single
    return tolerance.rtol, tolerance.atol


def _answered(trial: Trial) -> Answered:
    problem = trial.problem
    if problem is None:
        return Answered(trial.probe.name, "")
    last, arrays = trial.outcomes[-1], list[np.ndarray]()
    match last:
        case Returned() if trial.probe.holds:
            # Of what is random no number is compared, and which property is broken is the same for all.
            form = problem.broken or NUMBER.sub("#", problem.says)
        case Returned():
            form, arrays = _returned(trial)
        case Raised(kind, message):
            form = f"{kind}: {OF_ONE_PERSON.sub('…', message)}"
        case Stopped(reason):
            form = reason
        case _:
            form = ""
    single = any(map(is_single, arrays))
    numbers, infinite = _few(arrays)
    return Answered(trial.probe.name, problem.kind, _bounded(form + infinite), numbers, single)


def _bounded(form: str) -> str:
    form = form.encode("utf-8", "replace").decode()
    return form if len(form) <= FORM else f"{form[:FORM]}… {hashlib.sha256(form.encode()).hexdigest()[:8]}"


def _returned(trial: Trial) -> tuple[str, list[np.ndarray]]:
    """What the compared calls returned."""
    found = [trial.outcomes[index] for index in trial.drawn.compared if index < len(trial.outcomes)]
    parts = [_taken_apart(each.value) for each in found if isinstance(each, Returned)]
    return "; ".join(form for form, _ in parts), [array for _, arrays in parts for array in arrays]


def _taken_apart(value: Any) -> tuple[str, list[np.ndarray]]:
    """The form of a plain value, and the numbers in it."""
    if isinstance(value, tuple | dict):
        items = value.items() if isinstance(value, dict) else (("", item) for item in value)
        forms, arrays = [], []
        for name, item in items:
            form, numbers = _taken_apart(item)
            forms.append(f"{name}={form}" if name else form)
            arrays += numbers
        return f"({', '.join(forms)})", arrays
    if isinstance(value, np.ndarray):
        kind = {"b": "truth", "c": "complex"}.get(value.dtype.kind, "number")
        return f"{kind}{list(value.shape) if value.shape else ''}", [value]
    return ("..." if value is ... else describe(value)), []


def _few(arrays: Sequence[np.ndarray]) -> tuple[tuple[float, ...], str]:
    """The finite numbers in arrays, and the places of others in words.

    Where they are many, some from all over them and two sums.
    """
    with np.errstate(all="ignore"):
        flat = [np.stack([a.real, a.imag], axis=-1) if a.dtype.kind == "c" else a for a in arrays]
        numbers = np.concatenate([np.empty(0), *(array.ravel().astype(float) for array in flat)])
        if len(numbers) > NUMBERS:
            chosen = np.linspace(0, len(numbers) - 1, NUMBERS).astype(int)
            size, weight = np.abs(numbers), np.linspace(1, 2, len(numbers))
            numbers = np.append(numbers[chosen], [np.mean(size), np.mean(size * weight)])
    finite = np.isfinite(numbers)
    # A result with a value that is not equal to itself is not equal to its own file.
    others = ", ".join(f"{place}: {numbers[place]}" for place in np.flatnonzero(~finite))
    kept = tuple(float(f"{number:.{DIGITS}g}") for number in np.where(finite, numbers, 0.0))
    return kept, f" but {others}" if others else ""
