"""Published checks, described anew: what they try and compare, and none of their code.

Where a check compares with a library, the formula of the paper stands for it; where it draws random numbers,
others are drawn. What they ask of a class is asked of a function. All of them compute in float64 here.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import network
from autograder.blindness.aim import Blindness, Check, Namespace, Part, aim, own_check
from autograder.exercise import Exercise
from autograder.exercises.batch_normalization.batchnorm_forward import BATCHNORM_FORWARD
from autograder.exercises.dropout.sample_mask import SAMPLE_MASK
from autograder.exercises.optimizers.rmsprop_step import RMSPROP_STEP
from autograder.exercises.published.adam import ADAM_OF_THE_PAPER


Step = Callable[..., tuple[Any, Any]]

DEEP_ML = "https://github.com/Open-Deep-ML/DML-OpenProblem"
CS231N = "https://cs231n.github.io/assignments2017/assignment2/"


@dataclass(frozen=True)
class Published:
    """A check of a course: whose, since when or of when, where it stands, what it does, and of what."""

    course: str
    dated: str
    source: str
    does: str
    exercise: Exercise
    run: Callable[[Namespace], None]

    @property
    def check(self) -> Check:
        return Check(self.course, (Part(self.course, self.run),))


# --- Adam ------------------------------------------------------------------------------------------------


def steps_along(step: Step, w: NDArray, dws: NDArray, state: Any, **hyper: float) -> tuple[Any, Any]:
    """The weights and the state after one step along each gradient; nothing that is given is changed."""
    for dw in dws:
        w, state = step(np.array(w), np.array(dw), state, **hyper)
    return w, state


def at_rest(w: NDArray) -> tuple[NDArray, NDArray, int]:
    return np.zeros_like(w), np.zeros_like(w), 0


def _close(made: Any, right: Any, *, rtol: float = 0.0, atol: float = 0.0) -> None:
    np.testing.assert_allclose(made, right, rtol=rtol, atol=atol)


def _rounded_alike(made: Any, right: Any, decimals: int) -> None:
    np.testing.assert_array_equal(np.round(made, decimals), np.round(right, decimals))


def _as_the_paper(made: Callable[[Step], NDArray], rtol: float, atol: float) -> Callable[[Namespace], None]:
    """A check that compares with what the right formula makes in its place."""

    @functools.cache
    def right() -> NDArray:
        return made(ADAM_OF_THE_PAPER.reference)

    return lambda namespace: _close(made(namespace["adam_step"]), right(), rtol=rtol, atol=atol)


TWO_WEIGHTS, TWO_GRADIENTS = np.array([1.0, 2.0]), np.array([0.1, 0.2])


def first_step(step: Step) -> NDArray:
    w, _ = steps_along(step, TWO_WEIGHTS, TWO_GRADIENTS[None], at_rest(TWO_WEIGHTS), lr=0.01)
    return np.asarray(w)


def step_and_averages(namespace: Namespace) -> None:
    step, right = namespace["adam_step"], ADAM_OF_THE_PAPER.reference
    for w, dw in ((np.array(1.0), np.array(0.1)), (TWO_WEIGHTS, TWO_GRADIENTS)):
        (made, (v, s, *_)), (wanted, (right_v, right_s, _)) = (
            steps_along(each, w, dw[None], at_rest(w), lr=0.001) for each in (step, right)
        )
        for pair in ((made, wanted), (v, right_v), (s, right_s)):
            _rounded_alike(*pair, decimals=5)


def ten_steps(step: Step) -> NDArray:
    """On the sum of the squares, from two places."""
    ends = []
    for w in (np.array([1.0, 1.0]), np.array([0.2, 12.3])):
        state = at_rest(w)
        for _ in range(10):
            w, state = step(np.array(w), 2 * np.array(w), state, lr=0.001)
        ends.append(w)
    return np.array(ends)


def regression(step: Step, *, decay_first: bool = True) -> NDArray:
    """A thousand steps, one example each, of a linear map from three numbers to two, with weight decay."""
    rng = np.random.default_rng(42)
    W = rng.uniform(-1, 1, (2, 3)) / np.sqrt(3)
    state, rate, decay = at_rest(W), 0.001, 0.01
    for x in rng.random((1000, 3)):
        gradient = 2 * np.outer(W @ x - np.array([x[0] + x[1], -x[2]]), x)
        before = W * (1 - rate * decay) if decay_first else W
        W, state = step(np.array(before), gradient, state, lr=rate)
        W = W if decay_first else W * (1 - rate * decay)
    return np.asarray(W)


MOONS = network.MLP((2, 32, 32, 2))
SETTINGS: tuple[tuple[float, float, float, float, float], ...] = (
    (0.1, 0.8, 0.95, 0.001, 0.0),
    (0.1, 0.8, 0.9, 0.001, 0.05),
    (0.2, 0.9, 0.95, 0.01, 0.08),
)


def four_batches(step: Step) -> NDArray:
    """The first layer of a network after four batches, with three settings of all numbers."""
    layers = []
    for lr, beta1, beta2, eps, decay in SETTINGS:
        rng = np.random.default_rng(819)
        theta = network.init_params(MOONS, rng=rng, n_seeds=1)[0]
        state = at_rest(theta)
        for X, y in _moons(rng):
            gradient = network.loss_and_gradient(MOONS, theta, X, y).dtheta + decay * theta
            theta, state = step(np.array(theta), gradient, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
            if not np.isfinite(theta).all():
                break
        layers.append(MOONS.views(np.asarray(theta))["W1"])
    return np.array(layers)


def _moons(rng: np.random.Generator) -> Iterator[tuple[NDArray, NDArray]]:
    """Four batches of two half circles that reach into each other."""
    for _ in range(4):
        angle, y = rng.uniform(0, np.pi, 128), rng.integers(0, 2, 128)
        X = np.column_stack([np.cos(angle), np.sin(angle)]) * (1 - 2 * y)[:, None] + np.outer(y, [1.0, 0.5])
        yield X + rng.normal(0, 0.05, X.shape), y


def _relative(made: Any, right: Any) -> float:
    made, right = np.asarray(made), np.asarray(right)
    return float(np.max(np.abs(made - right) / np.maximum(1e-8, np.abs(made) + np.abs(right))))


def _line(first: float, last: float) -> NDArray:
    return np.linspace(first, last, 20).reshape(4, 5)


def adam_under_way(namespace: Namespace) -> None:
    w, dw, state = _line(-0.4, 0.6), _line(-0.6, 0.4), (_line(0.6, 0.9), _line(0.7, 0.5), 5)
    right = ADAM_OF_THE_PAPER.reference(w, dw, state, lr=0.01)
    made = namespace["adam_step"](w.copy(), dw.copy(), (state[0].copy(), state[1].copy(), 5), lr=0.01)
    assert _relative(made[0], right[0]) < 1e-6
    assert all(_relative(*pair) < 1e-6 for pair in zip(made[1][:2], right[1][:2], strict=True))


def rmsprop_under_way(namespace: Namespace) -> None:
    w, dw, s = _line(-0.4, 0.6), _line(-0.6, 0.4), _line(0.6, 0.9)
    new_s = 0.99 * s + 0.01 * dw**2
    right = w - 0.01 * dw / (np.sqrt(new_s) + 1e-8)
    made, state = namespace["rmsprop_step"](w.copy(), dw.copy(), (s.copy(), 5), lr=0.01, beta2=0.99)
    assert _relative(made, right) < 1e-6
    assert _relative(state[0], new_s) < 1e-6


# --- dropout, batch normalisation ------------------------------------------------------------------------


def fixed_stream(namespace: Namespace) -> None:
    """The mask of the binomial distribution, from the stream that is drawn from; two masks; their mean."""
    sample_mask = namespace["sample_mask"]
    rng, before = np.random.default_rng(42), np.random.default_rng(42)
    np.random.seed(42)  # noqa: NPY002 (of those who draw from numpy's own stream)
    everybody = np.random.RandomState(42)
    mask = sample_mask((2, 2), 0.8, rng=rng)
    assert any(np.array_equal(mask, stream.binomial(1, 0.8, (2, 2))) for stream in (before, everybody))
    one, other = (sample_mask((1000, 1000), 0.8, rng=rng) for _ in range(2))
    assert not np.array_equal(one, other)
    assert abs(np.mean(sample_mask((1000, 1000), 0.7, rng=rng)) / 0.7 - 1) < 0.1


def channels(precision: float) -> Callable[[Namespace], None]:
    """Two channels of eight normal numbers: twice as they are, and with all scales 1/2 and all shifts 1."""

    def run(namespace: Namespace) -> None:
        for seed, scale, shift in ((42, 1.0, 0.0), (101, 1.0, 0.0), (101, 0.5, 1.0)):
            images = np.random.RandomState(seed).randn(2, 2, 2, 2)
            z = images.transpose(0, 2, 3, 1).reshape(8, 2)
            right = scale * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5) + shift
            made, _ = namespace["batchnorm_forward"](z.copy(), np.full(2, scale), np.full(2, shift))
            _close(made, right, atol=precision)

    return run


# The check reads the average out of the state, whose layout is free in the exercise, and asks for the root
# plus epsilon, which the exercise calls a slip.
FREE_LAYOUT, ASKED_FOR = ("loop, as lists", "a dictionary from the second step on"), "eps_outside"
RMSPROP = replace(
    RMSPROP_STEP,
    misconceptions=tuple(entry for entry in RMSPROP_STEP.misconceptions if entry.name != ASKED_FOR),
    alternatives={kind: each for kind, each in RMSPROP_STEP.alternatives.items() if kind not in FREE_LAYOUT},
)


# --- all of them -----------------------------------------------------------------------------------------


CHECKS: Mapping[str, Published] = {
    "tinytorch": Published(
        "TinyTorch, module 06",
        "December 2025",
        "https://github.com/harvard-edge/cs249r_book",
        "one step from rest with the usual numbers, weights to a relative `1e-6`",
        ADAM_OF_THE_PAPER,
        _as_the_paper(first_step, rtol=1e-6, atol=1e-8),
    ),
    "deep-ml-87": Published(
        "deep-ml 87",
        "2025",
        DEEP_ML,
        "one step from rest with the usual numbers, weights and both averages to 5 decimals",
        ADAM_OF_THE_PAPER,
        step_and_averages,
    ),
    "deep-ml-49": Published(
        "deep-ml 49",
        "2025",
        DEEP_ML,
        "ten steps on a sum of squares from two places with the usual numbers, to 8 decimals",
        ADAM_OF_THE_PAPER,
        lambda namespace: _rounded_alike(
            ten_steps(namespace["adam_step"]), ten_steps(ADAM_OF_THE_PAPER.reference), 8
        ),
    ),
    "cs336": Published(
        "Stanford CS336, assignment 1",
        "April 2025",
        "https://github.com/stanford-cs336/assignment1-basics",
        "1,000 steps of a regression with weight decay and the usual numbers, to `1e-4`",
        ADAM_OF_THE_PAPER,
        _as_the_paper(regression, rtol=1e-5, atol=1e-4),
    ),
    "cs231n-adam": Published(
        "Stanford CS231n, assignment 2",
        "April 2017",
        CS231N,
        "one step in mid-run with the usual numbers, weights and both averages to a relative `1e-6`",
        ADAM_OF_THE_PAPER,
        adam_under_way,
    ),
    "arena": Published(
        "ARENA 2.0",
        "August 2025",
        "https://github.com/callummcdougall/ARENA_2.0",
        "a network on four batches, three settings of unusual numbers with eps of 0.001 and 0.01, to `1e-5`",
        ADAM_OF_THE_PAPER,
        _as_the_paper(four_batches, rtol=0.0, atol=1e-5),
    ),
    "cs231n-rmsprop": Published(
        "Stanford CS231n, assignment 2",
        "April 2017",
        CS231N,
        "one step in mid-run, learning rate 0.01 and decay 0.99, weights and average to a relative `1e-6`",
        RMSPROP,
        rmsprop_under_way,
    ),
    "deep-ml-151": Published(
        "deep-ml 151",
        "2025",
        DEEP_ML,
        "four entries of one fixed mask, two masks that differ, and a mean to 0.1",
        SAMPLE_MASK,
        fixed_stream,
    ),
    "deep-ml-115": Published(
        "deep-ml 115",
        "2025",
        DEEP_ML,
        "three batches with equal scales and equal shifts, to the 8 decimals that are printed",
        BATCHNORM_FORWARD,
        channels(1e-8),
    ),
    "deep-ml-115-rounded": Published(
        "deep-ml 115, read to 4 decimals",
        "2025",
        DEEP_ML,
        "the same three batches, to `1e-4`",
        BATCHNORM_FORWARD,
        channels(1e-4),
    ),
}


@dataclass(frozen=True)
class Row:
    """A check and what became of the catalogue at it; `published` is nothing where it is our own."""

    exercise: Exercise
    blindness: Blindness
    published: Published | None = None


@functools.cache
def measured() -> tuple[Row, ...]:
    """Every published check, and behind those of one function our own `check` of it."""
    exercises = dict.fromkeys(published.exercise for published in CHECKS.values())
    rows = []
    for exercise in exercises:
        for published in CHECKS.values():
            if published.exercise is exercise:
                rows.append(Row(exercise, aim(published.check, exercise), published))
        rows.append(Row(exercise, aim(own_check(exercise), exercise)))
    return tuple(rows)
