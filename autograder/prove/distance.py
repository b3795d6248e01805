"""How far the results of two functions lie apart."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.compare import Tolerance, compare
from autograder.diagnose import RECOGNITION
from autograder.prove.bench import KEYS, Bench
from autograder.sandbox.perform import Returned


# Two values are told apart when they differ by this many tolerances.
CLEARLY = 10


def differ(bench: Bench, one: Callable[..., Any], other: Callable[..., Any], key: bytes = KEYS[0]) -> bool:
    """Whether the inputs of one key tell two functions apart clearly, in some call in which both return."""
    return any(distance > CLEARLY for distance in _distances(bench, one, other, key))


def _distances(bench: Bench, one: Any, other: Any, key: bytes) -> Iterator[float]:
    """How many tolerances the results differ by, call by call."""
    tolerance = bench.exercise.tolerance
    for pair in zip(bench.tried(one, key), bench.tried(other, key), strict=True):
        if pair[0].probe.holds and pair[0].broken != pair[1].broken:
            yield math.inf
        if all(len(trial.outcomes) == len(trial.calls) for trial in pair):
            for index in pair[0].drawn.compared:
                first, second = (trial.outcomes[index] for trial in pair)
                if isinstance(first, Returned) and isinstance(second, Returned):
                    yield distance(first.value, second.value, tolerance)


def distance(one: Any, other: Any, tolerance: Tolerance) -> float:
    """How many tolerances two plain values differ by; infinitely many where they are of other kinds."""
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return max((distance(a, b, tolerance) for a, b in zip(one, other, strict=True)), default=0.0)
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return max((distance(one[name], other[name], tolerance) for name in one), default=0.0)
    if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.shape == other.shape):
        return math.inf if compare(one, other, RECOGNITION) or compare(other, one, RECOGNITION) else 0.0
    one, other = one.astype(complex).ravel(), other.astype(complex).ravel()
    with np.errstate(all="ignore"):
        same = (one == other) | (np.isnan(one) & np.isnan(other))
        apart = np.abs(one - other) / (tolerance.atol + tolerance.rtol * np.abs(other))
    apart[same] = 0.0
    return math.inf if np.isnan(apart).any() else float(np.max(apart, initial=0.0))
