"""A backward pass that is the exact gradient of the student's own forward pass, whatever that computes.

The forward pass is a function beside it. Where it is wrong, so is every result of a right backward pass. That
one is judged by differences of the forward pass in random directions: nobody loses twice.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercise import Exercise, GradientOf
from autograder.sandbox.values import Call
from autograder.trials import Drawn, Trial
from autograder.verdict import Finding, Judgement


# A wrong gradient is right in none of them but by chance zero.
DIRECTIONS = 6
STEP = 1e-5
# What rounding and curvature leave of the difference of two passes, relative to the largest gradient.
CLOSE = 1e-5
# What the exact gradient of a forward pass is worth that nobody has described: that one may be a simple one.
OF_ANY_FORWARD = 0.5


def own_gradients(
    judgements: Mapping[Exercise, Judgement],
    tried: Mapping[Exercise, Sequence[Trial]],
    attempt: Callable[[Sequence[Drawn]], Sequence[Trial]],
) -> dict[Exercise, Judgement]:
    """New judgements of the backward passes that fail beside a forward pass that is not right."""
    made: dict[Exercise, Judgement] = {}
    for exercise, judgement in judgements.items():
        forward = exercise.gradient_of.forward if exercise.gradient_of else ""
        for other, before in judgements.items():
            both_fail = before.score < before.max_score and judgement.score < judgement.max_score
            if other.name == forward and both_fail:
                differences = by_differences(tried[exercise])
                trials = attempt(differences) if differences else ()
                made[exercise] = counted(judgement, before, other, trials)
    return made


def by_differences(trials: Sequence[Trial]) -> tuple[Drawn, ...]:
    """What to try of a backward pass that failed these trials; nothing where it is none, or does not run."""
    failed = [trial for trial in trials if not trial.passed]
    spec = failed[0].drawn.exercise.gradient_of if failed else None
    if spec is None or not all(trial.returned for trial in failed):
        return ()
    return tuple(_with_differences(trial.drawn, spec) for trial in failed)


def _with_differences(drawn: Drawn, spec: GradientOf) -> Drawn:
    """The same calls, and then the forward pass on either side of where it was made, in random directions."""
    forward = next(call for call in drawn.calls if call.function == spec.forward)
    differences = tuple(call for pair in _pairs(forward, spec) for call in pair)
    calls = (*drawn.calls, *differences)
    holds = _IsGradient(spec, len(drawn.calls))
    room = drawn.reply_bytes * (1 + len(differences))
    return Drawn(drawn.exercise, replace(drawn.probe, holds=holds), calls, drawn.expected, drawn.public, room)


def _directions(forward: Call, place: int) -> Iterator[np.ndarray]:
    """Directions in which one argument goes; the same whenever they are asked for."""
    value = np.asarray(forward.args[place], dtype=float)
    rng = np.random.default_rng(place)
    for _ in range(DIRECTIONS):
        yield rng.normal(size=value.shape)


def _pairs(forward: Call, spec: GradientOf) -> Iterator[tuple[Call, Call]]:
    for place in spec.wrt:
        value = np.asarray(forward.args[place], dtype=float)
        for direction in _directions(forward, place):
            ahead, behind = (
                replace(forward, args=_put(forward.args, place, value + step * direction))
                for step in (STEP, -STEP)
            )
            yield ahead, behind


def _put(args: tuple[Any, ...], place: int, value: np.ndarray) -> tuple[Any, ...]:
    return (*args[:place], value, *args[place + 1 :])


@dataclass(frozen=True)
class _IsGradient:
    """The property of the last of the first `count` calls that it returns the gradient of the others."""

    spec: GradientOf
    count: int

    def __call__(self, calls: tuple[Call, ...], values: tuple[Any, ...]) -> str | None:
        forward = next(call for call in calls if call.function == self.spec.forward)
        dout, results = calls[self.count - 1].args[self.spec.dout], values[self.count - 1]
        gradients = results if isinstance(results, tuple) else (results,)
        passes = iter(values[self.count :])
        for place, gradient in zip(self.spec.wrt, gradients, strict=True):
            slopes = [
                (
                    float(np.sum(dout * (_out(ahead) - _out(behind)))) / (2 * STEP),
                    float(np.sum(gradient * way)),
                )
                for way in _directions(forward, place)
                for ahead, behind in [(next(passes), next(passes))]
            ]
            by_difference, returned = np.array(slopes).T
            largest = max(1.0, float(np.max(np.abs(by_difference))))
            if np.shape(gradient) != np.shape(forward.args[place]):
                return "the gradient has another shape than what it belongs to"
            if not np.all(np.abs(by_difference - returned) <= CLOSE * largest):
                return "it is not the gradient of the forward pass"
        return None


def _out(result: Any) -> np.ndarray:
    return np.asarray(result[0] if isinstance(result, tuple) else result, dtype=float)


def counted(
    judgement: Judgement, forward: Judgement, catalogue: Exercise, trials: Sequence[Trial]
) -> Judgement:
    """The judgement of a backward pass, of which these differences were tried; `catalogue` is that of the
    forward pass."""
    if not trials or not all(trial.passed for trial in trials):
        return judgement
    named = re.findall(r"\w+", (forward.finding and forward.finding.misconception) or "")
    is_known = bool(named) and {*named} <= {entry.name for entry in catalogue.misconceptions}
    share, counts = (1.0, "in full") if is_known else (OF_ANY_FORWARD, "in part")
    says = (
        f"`{judgement.exercise}` returns the exact gradient of your own `{forward.exercise}`, so it counts "
        f"{counts}. Look at `{forward.exercise}` first, which is not right yet."
    )
    score = max(judgement.score, round(share * judgement.max_score, 2))
    return replace(judgement, score=score, finding=Finding("follow_through", says))
