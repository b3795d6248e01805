from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import gradient_check
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Earlier, Probe, call
from autograder.exercises.gradient_checking.inputs import blocks, network
from autograder.exercises.gradient_checking.pack import pack
from autograder.exercises.gradient_checking.sections import ONE_VECTOR


def unpack(theta: ArrayLike, params: Mapping[str, ArrayLike]) -> dict[str, NDArray]:
    """The way back from `pack`: names and shapes are those of `params`."""
    return gradient_check.pack(params)[1](theta)


SHAPED = "theta[start : start + block.size].reshape(block.shape)"
ADVANCE = "start = start + block.size"
ITEMS, RETURN = "params.items()", "return blocks"


def there_and_back(rng: np.random.Generator, params: dict[str, NDArray]) -> tuple[Call, Call]:
    """Packed by the student's own function, and unpacked after the model of other numbers."""
    model = {name: rng.integers(1, 9, block.shape) for name, block in params.items()}
    return call(params, function="pack"), call(Earlier(0), model)


def probe(name: str, shapes: dict[str, tuple[int, ...]], *, public: bool = True) -> Probe:
    return Probe(name, lambda rng: there_and_back(rng, blocks(rng, shapes)), public)


UNPACK = exercise(
    solution="""
        def unpack(theta, params):
            blocks, start = {}, 0
            for name, block in params.items():
                blocks[name] = theta[start : start + block.size].reshape(block.shape)
                start = start + block.size
            return blocks
    """,
    reference=unpack,
    beside={"pack": pack},
    points=2,
    read=ONE_VECTOR,
    probes=(
        Probe("two layers", lambda rng: there_and_back(rng, network(rng))),
        Probe("other names", lambda rng: there_and_back(rng, network(rng, ("V", "a", "W", "c")))),
        probe("a long first layer", {"W1": (5, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}),
        probe("three axes", {"K1": (2, 3, 4), "b1": (4,), "K2": (4, 2, 3), "b2": (2,)}, public=False),
        probe("wide layers", {"U": (2, 7), "p": (7,), "X": (3, 5), "q": (5,)}, public=False),
    ),
    misconceptions=(
        Wrong(
            "all_from_the_start",
            {ADVANCE: ""},
            "every block is cut from the start of the vector, because the place where the next "
            "one begins is not moved on",
            parts=(0,),
        ),
        Wrong(
            "moved_on_by_rows",
            {ADVANCE: "start = start + len(block)"},
            "the next block begins after as many numbers as the last one has rows, not numbers: `len(block)`",
            parts=(0,),
        ),
        Wrong(
            "moved_on_from_zero",
            {ADVANCE: "start = block.size"},
            "the next block begins after as many numbers as the last one has, and those of the blocks before "
            "it are not counted: `{}`",
            parts=(0, 1),
        ),
        Wrong(
            "one_too_far",
            {ADVANCE: "start = start + block.size - 1"},
            "each block begins with the last number of the one before: `start + block.size - 1`",
            parts=(0,),
        ),
        Wrong(
            "columns_first",
            {SHAPED: "theta[start : start + block.size].reshape(block.shape, order='F')"},
            "the matrices are filled column by column, and were packed row by row: `reshape(..., order='F')`",
            parts=(1, 3),
        ),
        Wrong(
            "packed_columns_first",
            {
                SHAPED: "theta[start : start + block.size].reshape(block.shape)"
                ".ravel(order='F').reshape(block.shape)",
            },
            "the matrices are filled row by row, and were packed column by column: `ravel(order='F')`",
            parts=(1, 3),
        ),
        Wrong(
            "transposed",
            {SHAPED: "theta[start : start + block.size].reshape(block.shape).T"},
            "the matrices are turned over: `.T`",
            kind="wrong_shape",
            parts=(1, 3),
        ),
        Wrong(
            "blocks_stay_flat",
            {SHAPED: "theta[start : start + block.size]"},
            "the blocks are cut out and not brought into their shapes",
            kind="wrong_shape",
            parts=(1, 3),
        ),
        Wrong(
            "columns_for_vectors",
            {SHAPED: "theta[start : start + block.size].reshape(block.shape if block.ndim > 1 else (-1, 1))"},
            "vectors become columns with two axes: `reshape(-1, 1)`",
            kind="wrong_shape",
            parts=(0, 2),
        ),
        Wrong(
            "the_model_itself",
            {SHAPED: "block"},
            "the blocks of `params` come back and theta is not used: only names and shapes are to be "
            "taken from there",
        ),
        Wrong(
            "added_to_the_model",
            {SHAPED: "block + theta[start : start + block.size].reshape(block.shape)"},
            "the numbers are added to those of `params`, of which only names and shapes are to be taken: "
            "`block + ...`",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {SHAPED: "theta[start : start + block.size].reshape(block.shape).astype(block.dtype)"},
            "the numbers are cut to whole numbers, because they are put into arrays of the type of `params`: "
            "`np.zeros_like(block)`",
        ),
        Wrong(
            "never_filled",
            {SHAPED: "np.zeros(block.shape)"},
            "the blocks have the right shapes, and nothing is written into them: `np.zeros(block.shape)`",
        ),
        Wrong(
            "names_in_another_order",
            {ITEMS: "sorted(params.items())"},
            "the blocks are taken in another order than that in which they were packed: `sorted(params)`",
            parts=(0, 3),
        ),
        Wrong(
            "packed_in_another_order",
            {
                "": "at = dict(zip(params, np.cumsum([0] + [block.size for block in params.values()])))\n"
                "parts = [theta[at[name] : at[name] + params[name].size] for name in sorted(params)]\n"
                "theta = np.concatenate(parts)",
            },
            "the blocks were packed in another order than that in which they are taken: `sorted(params)`",
            parts=(0, 3),
        ),
        Wrong(
            "backwards",
            {ITEMS: "reversed(params.items())"},
            "the blocks are taken from the last to the first, and were packed from the first to the last",
        ),
        Wrong(
            "only_the_last",
            {RETURN: "return {name: blocks[name]}"},
            "only the last block is returned, because each one takes the place of those before: "
            "`blocks = {{...}}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_first",
            {RETURN: "return dict(list(blocks.items())[:1])"},
            "only the first block is returned, as by a `return` within the loop",
            kind="wrong_shape",
        ),
        Wrong(
            "only_matrices",
            {RETURN: "return {name: block for name, block in blocks.items() if block.ndim > 1}"},
            "only the weights come back, and the offsets are missing",
            kind="wrong_shape",
        ),
        Wrong(
            "without_names",
            {RETURN: "return tuple(blocks.values())"},
            "the blocks come back without their names: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "the_vector",
            {RETURN: "return theta"},
            "the vector comes back as it is: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "shapes",
            {SHAPED: "np.array(block.shape)"},
            "the shapes come back and not the numbers: `block.shape`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "vectorised": """
            def unpack(theta, params):
                ends = np.cumsum([block.size for block in params.values()])
                parts = np.split(np.asarray(theta), ends[:-1])
                return {name: part.reshape(params[name].shape) for name, part in zip(params, parts)}
        """,
        "eats the vector": """
            def unpack(theta, params):
                rest, result = list(theta), dict()
                for name in params:
                    n = np.prod(params[name].shape)
                    result[name] = np.array(rest[:n]).reshape(params[name].shape)
                    rest = rest[n:]
                return result
        """,
        "fills arrays of its own": """
            def unpack(theta, params):
                result, i = {}, 0
                for name, block in params.items():
                    result[name] = np.zeros(block.shape)
                    for index in np.ndindex(block.shape):
                        result[name][index] = theta[i]
                        i += 1
                return result
        """,
        "lists": """
            def unpack(theta, params):
                result, start = {}, 0
                for name, block in params.items():
                    result[name] = np.reshape(theta[start : start + block.size], block.shape).tolist()
                    start += block.size
                return result
        """,
        "single precision": """
            def unpack(theta, params):
                result, stop = {}, 0
                for name, block in params.items():
                    start, stop = stop, stop + block.size
                    result[name] = np.float32(theta[start:stop]).reshape(block.shape)
                return result
        """,
        "from the back": """
            def unpack(theta, params):
                result, stop = {}, len(theta)
                for name in reversed(list(params)):
                    start = stop - params[name].size
                    result[name] = theta[start:stop].reshape(params[name].shape).copy()
                    stop = start
                return result
        """,
    },
)
