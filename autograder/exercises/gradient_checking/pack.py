from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import gradient_check
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.gradient_checking.inputs import blocks
from autograder.exercises.gradient_checking.sections import ONE_VECTOR
from autograder.properties.gradient_checking import one_vector


def pack(params: Mapping[str, ArrayLike]) -> NDArray:
    """All parameters in one vector; any order will do that is the same every time."""
    return gradient_check.pack(params)[0]


def twice(rng: np.random.Generator, shapes: dict[str, tuple[int, ...]]) -> tuple[Call, Call]:
    """The same shapes with other numbers."""
    return call(blocks(rng, shapes)), call(blocks(rng, shapes))


def partly_whole(rng: np.random.Generator) -> tuple[Call, Call]:
    """Whole numbers in the first block and in the last, and fractions between them."""
    shapes = {"W1": (3, 2), "b1": (4,), "W2": (2, 4), "b2": (5,)}
    first, second = twice(rng, shapes)
    for params in (first.args[0], second.args[0]):
        whole = rng.permutation(np.arange(4, 40))
        params["W1"], params["b2"] = whole[:6].reshape(3, 2), whole[6:11]
    return first, second


def probe(name: str, shapes: dict[str, tuple[int, ...]], *, public: bool = True) -> Probe:
    return Probe(name, lambda rng: twice(rng, shapes), public, one_vector)


ROOM, RETURN = "np.zeros(sum(block.size for block in params.values()))", "return theta"
SOME_WHOLE = "whole numbers in some blocks"
ALL_OTHERS = (
    "two layers",
    "two wide layers",
    "blocks that are vectors or columns",
    "three axes",
    "more blocks",
)


def joined(blocks: str) -> dict[str, str]:
    return {RETURN: f"return np.concatenate([block.ravel() for block in {blocks}])"}


PACK = exercise(
    solution="""
        def pack(params):
            theta = np.zeros(sum(block.size for block in params.values()))
            start = 0
            for block in params.values():
                theta[start : start + block.size] = block.ravel()
                start = start + block.size
            return theta
    """,
    reference=pack,
    points=2,
    read=ONE_VECTOR,
    probes=(
        probe("two layers", {"W1": (2, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}),
        probe("two wide layers", {"U": (2, 7), "p": (7,), "X": (3, 5), "q": (5,)}),
        probe("blocks that are vectors or columns", {"V": (4, 1), "a": (4,), "W": (1, 3), "c": (1,)}),
        Probe(SOME_WHOLE, partly_whole, holds=one_vector),
        probe("three axes", {"K": (2, 2, 3), "b": (3,), "W": (3, 2)}, public=False),
        probe(
            "more blocks",
            {"f": (2, 2), "e": (2,), "d": (1, 4), "c": (4,), "b": (2, 3), "a": (1,)},
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "only_the_first_block",
            joined("list(params.values())[:1]"),
            "only the first block is packed, as by a `return` within the loop",
        ),
        Wrong(
            "only_the_last_block",
            joined("list(params.values())[-1:]"),
            "only the last block is packed, because each one takes the place of those before: "
            "`theta = block.ravel()`",
        ),
        Wrong(
            "first_is_missing",
            joined("list(params.values())[1:]"),
            "the first block is missing",
        ),
        Wrong(
            "last_is_missing",
            joined("list(params.values())[:-1]"),
            "the last block is missing",
        ),
        Wrong(
            "only_matrices",
            joined("params.values() if block.ndim > 1"),
            "only the weights are packed, and the offsets are missing",
        ),
        Wrong(
            "sorted_numbers",
            {RETURN: "return np.sort(theta)"},
            "the numbers themselves are sorted, so that nobody can find the way back: `np.sort(theta)`",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {ROOM: f"{ROOM[:-1]}, dtype=next(iter(params.values())).dtype)"},
            "the numbers of all blocks are cut to whole numbers where the first block holds such, because "
            "they are stored in an array of its type: `np.zeros(n, dtype=block.dtype)`",
            passes=ALL_OTHERS,
            credit=SLIP,
        ),
        Wrong(
            "all_cut",
            {RETURN: "return theta.astype(int)"},
            "all numbers are cut to whole numbers: `theta.astype(int)`",
        ),
        Wrong(
            "moved_on_by_rows",
            {"start = start + block.size": "start = start + len(block)"},
            "blocks lie over one another, with zeros left at the end, because the place where the next one "
            "begins is moved on by too little, such as the number of rows: `len(block)`",
        ),
        Wrong(
            "two_axes",
            {RETURN: "return theta[None]"},
            "the result has two axes, as a single row or a single column: `theta.reshape(1, -1)`",
        ),
        Wrong(
            "not_joined",
            {RETURN: "return tuple(block.ravel() for block in params.values())"},
            "each block is a vector of its own, in a list: they are not joined",
        ),
        Wrong(
            "length",
            {RETURN: "return len(theta)"},
            "the number of parameters is returned and not the parameters: `theta.size`",
        ),
        Wrong(
            "never_filled",
            {RETURN: "return 0 * theta"},
            "the vector has the right length, and nothing is written into it: `np.zeros(n)`",
        ),
        Wrong(
            "empty",
            {RETURN: "return np.array([])"},
            "the vector is empty, as when `np.append(theta, block)` stands alone: it returns a new array and "
            "changes none",
        ),
    ),
    alternatives={
        "loop": """
            def pack(params):
                theta = []
                for name in params:
                    for number in params[name].flatten():
                        theta.append(number)
                return theta
        """,
        "column by column": """
            def pack(params):
                return np.hstack([block.ravel(order="F") for block in params.values()])
        """,
        "sorted names": """
            def pack(params):
                return np.concatenate([np.reshape(params[name], -1) for name in sorted(params)])
        """,
        "from the last block to the first": """
            def pack(params):
                theta = np.array([])
                for name in reversed(list(params)):
                    theta = np.append(theta, params[name])
                return theta
        """,
        "single precision": """
            def pack(params):
                return np.concatenate([block.ravel() for block in params.values()]).astype(np.float32)
        """,
        "filled in": """
            def pack(params):
                theta = np.empty(sum(block.size for block in params.values()))
                start = 0
                for block in params.values():
                    theta[start : start + block.size] = block.flat
                    start += block.size
                return theta
        """,
    },
)
