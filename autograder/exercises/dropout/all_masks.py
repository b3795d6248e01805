import functools

import numpy as np
from numpy.typing import NDArray

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.dropout.sections import ALL_MASKS
from autograder.properties.masks import are_all_masks


NUMBERS, RETURN = "np.arange(2**n)[:, None]", "return (numbers >> np.arange(n)) & 1"
MASKS = RETURN.removeprefix("return ")


@functools.wraps(dropout.all_masks)
def all_masks(n: int) -> NDArray:
    """The reference, in one array."""
    return np.concatenate(list(dropout.all_masks(n)))


def wrong_numbers(name: str, numbers: str, message: str) -> Wrong:
    return Wrong(name, {NUMBERS: f"{numbers}[:, None]"}, message)


def other_masks(name: str, masks: str, message: str) -> Wrong:
    return Wrong(name, {MASKS: masks}, message)


ALL_MASKS_EXERCISE = exercise(
    solution="""
        def all_masks(n):
            numbers = np.arange(2**n)[:, None]
            return (numbers >> np.arange(n)) & 1
    """,
    reference=all_masks,
    points=2,
    read=ALL_MASKS,
    probes=(
        Probe("three units", lambda rng: call(3), holds=are_all_masks),
        Probe("four units", lambda rng: call(4), holds=are_all_masks),
        Probe("six or seven units", lambda rng: call(int(rng.integers(6, 8))), holds=are_all_masks),
        Probe("five units", lambda rng: call(5), public=False, holds=are_all_masks),
        Probe("nine units", lambda rng: call(9), public=False, holds=are_all_masks),
    ),
    misconceptions=(
        wrong_numbers(
            "no_empty_mask",
            "np.arange(1, 2**n)",
            "the mask that drops every unit is missing, as when counting starts at 1: `range(1, 2**n)`",
        ),
        wrong_numbers(
            "no_full_mask",
            "np.arange(2**n - 1)",
            "the mask that keeps every unit is missing: `range(2**n - 1)`",
        ),
        wrong_numbers(
            "neither_empty_nor_full",
            "np.arange(1, 2**n - 1)",
            "the masks that drop and that keep every unit are missing: `range(1, 2**n - 1)`",
        ),
        wrong_numbers(
            "one_too_many",
            "np.arange(2**n + 1)",
            "there is one mask too many, and one is there twice: `range(2**n + 1)`",
        ),
        wrong_numbers(
            "some_are_missing",
            "np.arange(2 * n)",
            "there are fewer masks than there are sets of kept units, as in `range(2 * n)`",
        ),
        other_masks(
            "in_columns",
            f"({MASKS}).T",
            "each mask stands in a column, and a row holds what becomes of one unit: `.T`",
        ),
        other_masks(
            "one_number_each",
            "numbers[:, 0]",
            "each mask is left as one whole number, whose digits are not taken apart: `range(2**n)`",
        ),
        other_masks(
            "one_kept",
            "np.eye(n, dtype=int)",
            "only the masks that keep a single unit are returned: `np.eye(n)`",
        ),
        other_masks(
            "one_of_each_number",
            "np.tri(n + 1, n, -1)",
            "there is one mask for each number of kept units, and not one for each set: `np.tri(n + 1, n)`",
        ),
        other_masks(
            "drawn_at_random",
            "np.random.default_rng(0).integers(0, 2, (2**n, n))",
            "some masks come twice and others never, as when they are drawn at random",
        ),
        other_masks(
            "minus_one",
            f"2 * ({MASKS}) - 1",
            "dropped units are marked by -1, where 0 or False is asked for",
        ),
    ),
    alternatives={
        "product": """
            from itertools import product


            def all_masks(n):
                return list(product([0, 1], repeat=n))
        """,
        "digits of a text": """
            def all_masks(n):
                return np.array([[digit == "1" for digit in f"{i:0{n}b}"] for i in range(2**n)])
        """,
        "doubling": """
            def all_masks(n):
                masks = np.zeros((1, 0), dtype=bool)
                for _ in range(n):
                    without = np.column_stack([masks, np.zeros(len(masks), dtype=bool)])
                    kept = np.column_stack([masks, np.ones(len(masks), dtype=bool)])
                    masks = np.concatenate([kept, without])
                return masks
        """,
        "a grid": """
            def all_masks(n):
                return np.stack(np.meshgrid(*[[1.0, 0.0]] * n), axis=-1).reshape(-1, n)
        """,
        "recursion, as tuples": """
            def all_masks(n):
                if n == 0:
                    return ((),)
                fewer = all_masks(n - 1)
                return tuple((kept, *mask) for mask in fewer for kept in (True, False))
        """,
    },
)
