"""Masks of dropout: drawn at random, or all that there are."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.properties import Broken, deviation
from autograder.sandbox.values import Call


# Of a right mask nothing is said that happens to it more often.
CHANCE = 1e-12

SCALES = {
    "scaled": "a kept unit is marked by 1 / keep_prob where True, or 1, is asked for",
    "scaled_by_the_rest": "a kept unit is marked by 1 / (1 - keep_prob) where True, or 1, is asked for",
    "multiplied": "a kept unit is marked by keep_prob where True, or 1, is asked for",
    "another_mark": "a kept unit is marked by another number than 1",
}


# --- drawn at random ------------------------------------------------------------------------------------


def are_random_masks(calls: tuple[Call, ...], values: tuple[Any, ...]) -> Broken | None:
    """Of calls of `(shape, keep_prob, rng)`: each unit of each mask is kept by itself, with that probability.

    The share of small masks is that of all of them together.
    """
    masks = [_numbers(value) for value in values]
    for each, mask in zip(calls, masks, strict=True):
        if problem := _wrong_shape(mask.shape, each.args[0]) or _wrong_values(mask):
            return problem
    keep_probs = [each.args[1] for each in calls]
    kept = [mask != 0 for mask in masks]
    wrong = [
        next(filter(None, map(_scale, masks, keep_probs)), None),
        _clearest(list(map(_together, kept, keep_probs))) or _share(kept, keep_probs),
    ]
    if not any(wrong):
        return _repeated(kept)
    return Broken(
        "+".join(each.name for each in wrong if each), ", and ".join(each.says for each in wrong if each)
    )


def _numbers(value: Any) -> NDArray:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError("no array of numbers or truth values")
    return array


def _repeated(kept: list[NDArray]) -> Broken | None:
    """What is the same in every call."""
    if len(kept) < 2 or len({mask.shape for mask in kept}) > 1:
        return None
    if all(np.array_equal(mask, kept[0]) for mask in kept):
        return Broken("same_mask_each_time", "every call returns the same mask")
    if len({int(mask.sum()) for mask in kept}) == 1:
        return Broken("same_number_each_time", "every mask keeps exactly the same number of units")
    return None


def _wrong_shape(shape: tuple[int, ...], asked: tuple[int, ...]) -> Broken | None:
    if shape == asked:
        return None
    if not shape:
        return Broken("single_value", "one value is returned, where a mask of many units is asked for")
    if len(shape) == 1:
        return Broken("one_axis", "the mask has one axis, whatever shape is asked for")
    if shape == asked[:2]:
        return Broken("two_axes", "the mask has two axes, whatever shape is asked for")
    if shape == (1, *asked[1:]):
        return Broken("one_row", "the mask has one row, whatever shape is asked for")
    if shape == (*asked[:-1], 1):
        return Broken("one_column", "the mask has one column, whatever shape is asked for")
    name = "transposed" if shape == asked[::-1] else "another_shape"
    return Broken(name, "the mask has another shape than the one that is asked for")


def _wrong_values(mask: NDArray) -> Broken | None:
    """Two values tell kept from dropped, and 0 stands for dropped."""
    values = np.unique(mask)
    if np.isnan(values).any():
        return Broken("not_a_number", "the mask holds values that are no numbers")
    if len(values) <= 2 and (not len(values) or values[0] == 0 or len(values) == 1):
        return None
    if values.tolist() == [-1, 1]:
        return Broken("minus_one", "a dropped unit is marked by -1 where False, or 0, is asked for")
    if values[0] >= 0 and values[-1] < 1:
        return Broken("between", "the mask holds all sorts of numbers between 0 and 1")
    return Broken("other_values", "the mask holds other values than True and False, or 1 and 0")


def _scale(mask: NDArray, keep_prob: float) -> Broken | None:
    mark = float(mask.max(initial=0))
    if mark in (0, 1):
        return None
    rest = 1 / (1 - keep_prob) if keep_prob < 1 else math.inf
    marks = {"scaled": 1 / keep_prob, "scaled_by_the_rest": rest, "multiplied": keep_prob}
    name = next((name for name, value in marks.items() if np.isclose(mark, value)), "another_mark")
    return Broken(name, SCALES[name])


def _together(kept: NDArray, keep_prob: float) -> Broken | None:
    """Units that are not kept independently of each other."""
    if keep_prob == 1 or not kept.size:
        return None
    if kept.all() or not kept.any():
        return Broken("all_alike", f"{'all' if kept.any() else 'no'} units are kept")
    for axis in range(kept.ndim):
        if kept.shape[axis] > 1 and (kept == kept.take([0], axis)).all():
            name = {0: "one_row_for_all", kept.ndim - 1: "one_column_for_all"}.get(axis, "one_for_an_axis")
            return Broken(name, f"what is kept is the same all along axis {axis}")
    counts = kept.reshape(len(kept), -1).sum(axis=1)
    # The most frequent number is about as frequent as a normal density is high.
    frequency = 1 / math.sqrt(2 * math.pi * kept[0].size * keep_prob * (1 - keep_prob))
    if len(set(counts.tolist())) == 1 and frequency ** (len(kept) - 1) < CHANCE:
        return Broken("same_number_in_each_row", "every example keeps exactly the same number of units")
    return None


def _clearest(found: list[Broken | None]) -> Broken | None:
    """Of a few units that are kept together, all may be kept by chance, which says less than another mask."""
    wrong = sorted(filter(None, found), key=lambda each: each.name == "all_alike")
    return wrong[0] if wrong else None


def _share(kept: list[NDArray], keep_probs: list[float]) -> Broken | None:
    """How many are kept, of all masks with the same probability."""
    for keep_prob in dict.fromkeys(keep_probs):
        alike = [mask.ravel() for mask, other in zip(kept, keep_probs, strict=True) if other == keep_prob]
        together = np.concatenate(alike)
        if together.size and (problem := _wrong_share(together.mean(), keep_prob, deviation(together.size))):
            return problem
    return None


def _wrong_share(share: float, keep_prob: float, far: float) -> Broken | None:
    """All shares that it may be: what cannot be told apart has one name."""
    normal = (1 + math.erf(keep_prob / math.sqrt(2))) / 2
    shares = {
        "keeps_the_others": 1 - keep_prob,
        "normal_below": normal,
        "normal_above": 1 - normal,
        "half": 0.5,
    }
    if share == 1 if keep_prob == 1 else abs(share - keep_prob) <= far:
        return None
    names = [name for name, expected in shares.items() if abs(share - expected) <= far]
    says = f"about {share:.0%} of the units are kept, which is too {'many' if share > keep_prob else 'few'}"
    return Broken(" or ".join(names) or "another_share", says)


# --- all of them ----------------------------------------------------------------------------------------


def are_all_masks(calls: tuple[Call, ...], values: tuple[Any, ...]) -> Broken | None:
    """Of calls of `(n,)`: every mask of n units once, one per row, in any order."""
    for each, value in zip(calls, values, strict=True):
        if problem := _not_all(_numbers(value), each.args[0]):
            return problem
    return None


def _not_all(masks: NDArray, n: int) -> Broken | None:
    if masks.shape == (2**n,):
        return Broken(
            "one_number_each",
            "there is one number for each mask, where a row with a value for each unit is asked for",
        )
    if masks.shape == (n, 2**n):
        return Broken("in_columns", "the masks stand in the columns, where one in each row is asked for")
    if masks.ndim != 2 or masks.shape[1] != n:
        return Broken("another_shape", "there is not one row for each mask with one value for each unit")
    if problem := _wrong_values(masks):
        return problem
    if masks.max(initial=0) not in (0, 1):
        return Broken("another_mark", "a kept unit is marked by another number than 1")
    rows = {tuple(row) for row in (masks != 0).tolist()}
    twice, missing = len(masks) - len(rows), 2**n - len(rows)
    if twice and missing:
        return Broken("some_twice", "some masks are missing, and others are there more than once")
    if twice:
        return Broken("twice", "all masks are there, and some of them more than once")
    return _missing(rows, n) if missing else None


def _missing(rows: set[tuple[bool, ...]], n: int) -> Broken:
    missing = 2**n - len(rows)
    empty, full = (False,) * n not in rows, (True,) * n not in rows
    if missing == empty + full:
        which = [*["drops every unit"] * empty, *["keeps every unit"] * full]
        name = {(True, False): "no_empty_mask", (False, True): "no_full_mask"}.get((empty, full), "neither")
        masks = " and ".join(f"the mask that {each}" for each in which)
        return Broken(name, f"{masks} {'is' if len(which) == 1 else 'are'} missing")
    counts = sorted(map(sum, rows))
    if counts == [1] * n:
        return Broken("one_kept", "there are only masks that keep a single unit")
    if counts == list(range(n + 1)):
        return Broken("one_of_each_number", "there is one mask for each number of kept units")
    return Broken("some_are_missing", "some masks are missing")
