"""A backward pass that is the exact gradient of the student's own forward pass, whatever that computes.

The forward pass is a function beside it. Where it is wrong, so is every result of a right backward pass. That
one is judged by differences of the forward pass in random directions: nobody loses twice. Of several
gradients each counts by itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercise import Exercise, GradientOf
from autograder.properties import Broken
from autograder.sandbox.values import Call, Earlier
from autograder.trials import Drawn, Trial
from autograder.verdict import Finding, Judgement


# A wrong gradient is right in none of them but by chance zero.
DIRECTIONS = 6
STEP = 1e-6
# What rounding and curvature leave of the difference of two passes, relative to the largest gradient.
CLOSE, CLOSE_IN_SINGLE = 1e-5, 1e-3
# What the exact gradient of a forward pass is worth that nobody has described: that one may be a simple one.
OF_ANY_FORWARD = 0.5
# The name of a forward pass without a gradient, such as one that returns nan for a single example.
NOWHERE = "no_gradient"


def own_gradients(
    judgements: Mapping[Exercise, Judgement],
    tried: Mapping[Exercise, Sequence[Trial]],
    attempt: Callable[[Sequence[Drawn]], Sequence[Trial]],
) -> dict[Exercise, Judgement]:
    """New judgements of the backward passes that fail beside a forward pass that is another than ours."""
    made: dict[Exercise, Judgement] = {}
    for exercise, judgement in judgements.items():
        forward = exercise.gradient_of.forward if exercise.gradient_of else ""
        for other, before in judgements.items():
            if other.name == forward and before.finding and judgement.score < judgement.max_score:
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
    """The same calls, and then each forward pass on either side of where it was made."""
    differences = tuple(
        passed for forward, _ in _passes(drawn.calls, spec) for passed in _on_either_side(forward, spec)
    )
    holds = _IsGradient(spec, len(drawn.calls))
    return replace(
        drawn,
        probe=replace(drawn.probe, holds=holds),
        calls=(*drawn.calls, *differences),
        reply_bytes=drawn.reply_bytes * (1 + len(differences)),
        _made={},
        _broken={},
    )


def _passes(calls: Sequence[Call], spec: GradientOf) -> Iterator[tuple[Call, int]]:
    """Each forward pass, and the number of the call that goes back through it."""
    for number, call in enumerate(calls):
        for value in (*call.args, *call.kwargs.values()):
            if isinstance(value, Earlier) and calls[value.call].function == spec.forward:
                yield calls[value.call], number
                break


def _on_either_side(forward: Call, spec: GradientOf) -> Iterator[Call]:
    for place in spec.wrt:
        value = np.asarray(forward.args[place], dtype=float)
        for direction in _directions(forward, place):
            for step in (STEP, -STEP):
                yield replace(forward, args=_put(forward.args, place, value + step * direction))


def _directions(forward: Call, place: int) -> Iterator[np.ndarray]:
    """Directions in which one argument goes; the same whenever they are asked for."""
    rng = np.random.default_rng(place)
    for _ in range(DIRECTIONS):
        yield rng.normal(size=np.shape(forward.args[place]))


def _put(args: tuple[Any, ...], place: int, value: np.ndarray) -> tuple[Any, ...]:
    return (*args[:place], value, *args[place + 1 :])


@dataclass(frozen=True)
class _IsGradient:
    """The property of the first `count` calls that their ways back return the gradient of the others.

    Where some do not, it is called by the numbers of those that do.
    """

    spec: GradientOf
    count: int

    def __call__(self, calls: tuple[Call, ...], values: tuple[Any, ...]) -> str | Broken | None:
        others, right = iter(values[self.count :]), set(range(len(self.spec.wrt)))
        for forward, number in _passes(calls[: self.count], self.spec):
            dout, results = calls[number].args[self.spec.dout], values[number]
            gradients = results if isinstance(results, tuple) else (results,)
            for number, (place, gradient) in enumerate(zip(self.spec.wrt, gradients, strict=True)):
                slopes: Any = [
                    np.sum(dout * (_out(next(others)) - _out(next(others)))) / (2 * STEP)
                    for _ in range(DIRECTIONS)
                ]
                if not np.isfinite(slopes).all():
                    return Broken(NOWHERE, "the forward pass has no gradient here")
                if not _goes_along(forward, place, gradient, slopes):
                    right.discard(number)
        if len(right) == len(self.spec.wrt):
            return None
        return Broken(" ".join(map(str, sorted(right))), "it is not the gradient of the forward pass")


def _goes_along(forward: Call, place: int, gradient: Any, slopes: Any) -> bool:
    """Whether a gradient has these slopes in the directions in which the argument went."""
    if np.size(gradient) != np.size(forward.args[place]):
        return False
    # With an axis of length 1 more it may be right too.
    returned = [np.sum(np.reshape(gradient, np.shape(way)) * way) for way in _directions(forward, place)]
    largest = max(1.0, float(np.max(np.abs(slopes))))
    return np.allclose(returned, slopes, rtol=0, atol=_close(forward) * largest)


def _close(forward: Call) -> float:
    is_single = any(getattr(value, "dtype", None) == np.float32 for value in forward.args)
    return CLOSE_IN_SINGLE if is_single else CLOSE


def _out(result: Any) -> np.ndarray:
    return np.asarray(result[0] if isinstance(result, tuple) else result, dtype=float)


def counted(
    judgement: Judgement, forward: Judgement, catalogue: Exercise, trials: Sequence[Trial]
) -> Judgement:
    """The judgement of a backward pass, of which these differences were tried; `catalogue` is that of the
    forward pass."""
    right, count = _right(trials)
    named = re.findall(r"\w+", (forward.finding and forward.finding.misconception) or "")
    is_known = bool(named) and {*named} <= {entry.name for entry in catalogue.misconceptions}
    if not right or (len(right) < count and not is_known):
        return judgement
    share, counts = (1.0, "in full") if is_known else (OF_ANY_FORWARD, "in part")
    share, pass_ = share * len(right) / count, f"your own `{forward.exercise}`"
    score = max(judgement.score, round(share * judgement.max_score, 2))
    if len(right) < count:
        return _in_part(replace(judgement, score=score), right, count, pass_)
    says = f"`{judgement.exercise}` returns the exact gradient of {pass_}, so it counts {counts}."
    if forward.score < forward.max_score:
        says += f" Look at `{forward.exercise}` first, which is not right yet."
    return replace(judgement, score=score, finding=Finding("follow_through", says))


def _right(trials: Sequence[Trial]) -> tuple[set[int], int]:
    """The numbers of the gradients that are right wherever there are any, and how many there are."""
    judged = [trial for trial in trials if trial.broken != NOWHERE]
    spec = trials[0].drawn.exercise.gradient_of if trials else None
    count = len(spec.wrt) if spec else 0
    each = [
        set(range(count)) if trial.passed else {*map(int, (trial.broken or "").split())} for trial in judged
    ]
    return set.intersection(*each) if each else set(), count


def _in_part(judgement: Judgement, right: Set[int], count: int, pass_: str) -> Judgement:
    finding = judgement.finding or Finding("wrong_values", "")
    numbers = " and ".join(str(number + 1) for number in sorted(right))
    are, count_ = ("is the exact gradient", "counts") if len(right) == 1 else ("are exact gradients", "count")
    says = f"Of the {count} results number {numbers} {are} of {pass_}, and {count_}."
    return replace(judgement, finding=replace(finding, message=f"{finding.message} {says}"))
