"""What is special about the exercises on bias and variance: folds that chance decides on."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import call
from autograder.exercises import find_exercise
from autograder.exercises.bias_variance.k_fold_indices import K_FOLD_INDICES
from autograder.properties import Broken
from autograder.properties.folds import shuffled_folds
from autograder.prove import Bench


Folds = list[tuple[Any, Any]]
BENCH = Bench(K_FOLD_INDICES)
# What students draw from, where it is not the generator that they are given.
CHANCE = np.random.default_rng(5)


def pairs(vals: list[Any], m: int) -> Folds:
    return [(np.setdiff1d(np.arange(m), val), val) for val in vals]


# --- folds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("m", "k"), [(20, 4), (23, 3), (21, 10), (7, 7), (40, 7)])
def test_no_right_folds_are_broken(m: int, k: int) -> None:
    """Of 500 draws none; the chance is less than one in a thousand million."""
    rng = np.random.default_rng(0)
    for _ in range(500):
        drawn = [np.array_split(rng.permutation(m), k) for _ in range(2)]
        assert shuffled_folds((call(m, k), call(m, k)), tuple(pairs(vals, m) for vals in drawn)) is None


def by_the_global_generator(m: int, k: int, *, rng: Any) -> Folds:
    return pairs(np.array_split(np.random.permutation(m), k), m)  # noqa: NPY002


def by_python(m: int, k: int, *, rng: Any) -> Folds:
    import random

    rows = random.sample(range(m), m)
    return [([row for row in rows if row not in rows[i::k]], rows[i::k]) for i in range(k)]


@pytest.mark.parametrize("answer", [by_the_global_generator, by_python])
def test_every_source_of_chance_is_right(answer: Callable[..., Folds]) -> None:
    assert BENCH.judged(answer).score == K_FOLD_INDICES.points


def a_new_shuffle_for_each_fold(m: int, k: int, *, rng: Any) -> Folds:
    return pairs([CHANCE.permutation(m)[: m // k] for _ in range(k)], m)


def a_seed_of_its_own(m: int, k: int, *, rng: Any) -> Folds:
    return pairs(np.array_split(np.random.default_rng(7).permutation(m), k), m)


def dropped(m: int, k: int, *, rng: Any) -> Folds:
    return pairs(list(CHANCE.permutation(m)[: m // k * k].reshape(k, -1)), m)


def left_to_the_last(m: int, k: int, *, rng: Any) -> Folds:
    return pairs(np.split(CHANCE.permutation(m), np.arange(1, k) * (m // k)), m)


def labels(m: int, k: int, *, rng: Any) -> Folds:
    drawn = CHANCE.integers(k, size=m)
    return pairs([np.flatnonzero(drawn == i) for i in range(k)], m)


def blocks(m: int, k: int, *, rng: Any) -> Folds:
    return pairs([CHANCE.permutation(block) for block in np.array_split(np.arange(m), k)], m)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (a_new_shuffle_for_each_fold, "drawn_anew"),
        (a_seed_of_its_own, "same_for_every_generator"),
        (dropped, "remainder_dropped"),
        (left_to_the_last, "remainder_in_one_fold"),
        (labels, "sizes"),
        (blocks, "shuffled_too_late"),
    ],
)
def test_a_mistake_is_named_whatever_numbers_are_drawn(answer: Callable[..., Folds], name: str) -> None:
    finding = BENCH.judged(answer).finding
    assert finding is not None
    assert finding.misconception == name


def broken(value: Any, m: int = 20, k: int = 4) -> Any:
    return shuffled_folds((call(m, k),), (value,))


RIGHT = pairs(np.array_split(np.random.default_rng(1).permutation(20), 4), 20)


@pytest.mark.parametrize(
    "value",
    [
        None,
        np.float64(2),
        (1, 2, 3, 4),
        {"train": 0},
        (RIGHT[0], RIGHT[1], RIGHT[2], None),
        tuple((train, val, val) for train, val in RIGHT),
        tuple((train, "rows") for train, _ in RIGHT),
    ],
)
def test_of_anything_else_it_is_said_what_is_asked_for(value: Any) -> None:
    says = broken(value)
    assert says == "returned something else than k pairs (train, val) of row numbers"


def test_rows_that_are_not_there_are_no_mistake_with_a_name() -> None:
    shifted = tuple((train - 1, val - 1) for train, val in RIGHT)
    assert broken(shifted) == "returned row numbers that are not among 0 .. m - 1"
    halves = tuple((train / 2, val / 2) for train, val in RIGHT)
    assert broken(halves) == "returned numbers that are not whole where row numbers are asked for"


def test_rows_that_are_nowhere_or_twice_are_seen() -> None:
    (train, val), *others = RIGHT
    assert broken(((train[1:], val), *others)) == "some rows are neither in train nor in val"
    twice = np.append(train[1:], train[-1])
    assert broken(((np.append(train, train[0]), val), *others)) == "some rows occur twice in one train"
    assert broken(((twice, val), *others)) is not None
    shared = broken(((np.append(train[1:], val[0]), val), *others))
    assert isinstance(shared, Broken)
    assert shared.name == "shared_rows"


# --- the others -------------------------------------------------------------------------------------------


def test_an_answer_that_looks_back_from_each_step_is_right() -> None:
    """The loss before `patience` others that are no smaller is the best: else training had stopped."""

    def early_stopping_step(val_losses: Any, *, patience: int) -> int | None:
        for t in range(patience, len(val_losses)):
            if all(val_losses[t - i] >= val_losses[t - patience] for i in range(patience)):
                return t - patience
        return None

    assert Bench(find_exercise("early_stopping_step")).judged(early_stopping_step).finding is None
