"""What folds have to be: every row validates once, and trains wherever it does not."""

from itertools import pairwise
from typing import Any

import numpy as np

from autograder.properties import Broken
from autograder.sandbox.values import Call


def shuffled_folds(calls: tuple[Call, ...], values: tuple[Any, ...]) -> str | Broken | None:
    """Folds from the calls (m, k), each with a generator of its own.

    So few of all ways to cut m >= 20 rows into k >= 3 folds are blocks of neighbours, or the same for two
    generators, that no right answer is among them.
    """
    asked = [(int(call.args[0]), int(call.args[1])) for call in calls]
    for (m, k), value in zip(asked, values, strict=True):
        try:
            broken = _form(value) or _partition([_pair(pair) for pair in value], m, k)
        except (TypeError, ValueError):
            return "returned something else than k pairs (train, val) of row numbers"
        if broken:
            return broken
    if all(m > k for m, k in asked):
        return _at_random([[_pair(pair)[1] for pair in value] for value in values])
    return None


Pair = tuple[np.ndarray, np.ndarray]


def _form(value: Any) -> str | Broken | None:
    """Pairs, of one array each."""
    if all(len(pair) != 2 and np.ndim(pair) == 1 for pair in value):
        return Broken("only_vals", "returned arrays of row numbers where pairs (train, val) are asked for")
    if any(isinstance(train, tuple) or np.shape(train)[1:] not in ((), (1,)) for train, _ in value):
        return Broken("train_in_pieces", "train consists of several arrays where one is asked for")
    return None


def _pair(pair: Any) -> Pair:
    train, val = pair
    return np.asarray(train).reshape(len(train)), np.asarray(val).reshape(len(val))


def _partition(pairs: list[Pair], m: int, k: int) -> str | Broken | None:
    """The rows of train and val of every pair, as numbers and in number."""
    broken = _count(pairs, m, k) or _rows(pairs, m) or _repeated(pairs) or _apart(pairs)
    return broken or _each_once(pairs, m, k) or _all_others(pairs, m) or _sizes(pairs, m // k)


def _count(pairs: list[Pair], m: int, k: int) -> str | Broken | None:
    if len(pairs) == k:
        return None
    if len(pairs) in (m // k, -(-m // k)):
        return Broken("folds_of_k_rows", "k is the number of folds, and not of the rows in each")
    return Broken("number_of_folds", f"returned {len(pairs)} pairs where k are asked for")


def _rows(pairs: list[Pair], m: int) -> str | Broken | None:
    parts = [part for pair in pairs for part in pair if part.size]
    if any(part.dtype.kind == "b" for part in parts):
        return Broken("masks", "returned truth values where row numbers are asked for")
    rows = np.concatenate(parts)
    if np.any(rows != np.floor(rows)):
        return "returned numbers that are not whole where row numbers are asked for"
    if rows.min() == 1 and rows.max() == m:
        return Broken("counted_from_one", "rows are counted from 1: the first one is row 0")
    if rows.min() < 0 or rows.max() >= m:
        return "returned row numbers that are not among 0 .. m - 1"
    return None


def _repeated(pairs: list[Pair]) -> str | Broken | None:
    if all(len(np.unique(val)) == len(val) for _, val in pairs):
        return None
    return Broken("drawn_with_replacement", "some rows occur twice in one val")


def _apart(pairs: list[Pair]) -> str | Broken | None:
    """No row trains the model that it validates."""
    shared = [np.intersect1d(train, val).size for train, val in pairs]
    if not any(shared):
        return None
    if all(np.array_equal(np.sort(train), np.sort(val)) for train, val in pairs):
        return Broken("train_is_val", "train and val hold the same rows")
    if all(count == np.unique(val).size for count, (_, val) in zip(shared, pairs, strict=True)):
        return Broken("trains_on_all", "the rows that validate are all among those that train")
    return Broken("shared_rows", "some rows are in train and in val of the same pair")


def _each_once(pairs: list[Pair], m: int, k: int) -> str | Broken | None:
    """Every row validates in exactly one pair."""
    times = np.bincount(np.concatenate([val for _, val in pairs]).astype(int), minlength=m)
    if times.min() == times.max() == 1:
        return None
    if times.min() == times.max() == k - 1:
        return Broken("swapped", "every row validates k - 1 times: train and val are swapped")
    if times.max() > 1:
        return Broken("drawn_anew", "some rows validate in several pairs and others in none")
    if int((times == 0).sum()) == m % k:
        return Broken("remainder_dropped", "the rows that are left over by a division never validate")
    return "some rows never validate"


def _all_others(pairs: list[Pair], m: int) -> str | Broken | None:
    """Whatever does not validate trains, once."""
    if all(len(train) == m - len(val) == len(np.unique(train)) for train, val in pairs):
        return None
    before = [np.concatenate([np.empty(0), *(val for _, val in pairs[:i])]) for i in range(len(pairs))]
    if all(np.array_equal(np.sort(train), np.sort(b)) for (train, _), b in zip(pairs, before, strict=True)):
        return Broken("earlier_folds", "only the folds before its own train a model")
    if all(len(train) <= max(len(val) for _, val in pairs) for train, _ in pairs):
        return Broken("one_other_fold", "a single other fold trains each model")
    if any(len(train) > len(np.unique(train)) for train, _ in pairs):
        return "some rows occur twice in one train"
    return "some rows are neither in train nor in val"


def _sizes(pairs: list[Pair], whole: int) -> str | Broken | None:
    sizes = [len(val) for _, val in pairs]
    if max(sizes) - min(sizes) <= 1:
        return None
    if set(sizes[:-1]) == {whole}:
        return Broken("remainder_in_one_fold", "the last fold is larger than the others by more than 1")
    if set(sizes[:-1]) == {whole + 1}:
        return Broken("last_fold_smaller", "the last fold is smaller than the others by more than 1")
    return Broken("sizes", f"the sizes of the folds differ by more than 1: they are {sizes}")


def _at_random(results: list[list[np.ndarray]]) -> str | Broken | None:
    """The vals of results are drawn at random, and anew for each generator."""
    if all(_is_block(val) for vals in results for val in vals):
        if all(np.array_equal(val, np.sort(val)) for vals in results for val in vals):
            return Broken("not_shuffled", "the rows are cut into blocks in the order in which they stand")
        return Broken("shuffled_too_late", "each val is a block of neighbouring rows, shuffled by itself")
    if all(np.unique(val % len(vals)).size == 1 for vals in results for val in vals):
        return Broken("dealt_in_turn", "every k-th row validates together: the rows are not shuffled")
    if all(_same(one, other) for one, other in pairwise(results)):
        return Broken("same_for_every_generator", "the folds are the same for two different generators")
    return None


def _is_block(val: np.ndarray) -> bool:
    return int(val.max() - val.min()) == len(val) - 1


def _same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(np.sort(a), np.sort(b)) for a, b in zip(one, other, strict=True))
