from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.gradient_checking.check_blocks import CHECK_BLOCKS, check_blocks, checked, weights
from autograder.exercises.gradient_checking.sections import CLINIC


NAMES = ("W1", "b1", "W2", "b2")
# How many times too large a gradient is; the errors are about 1/2, 1/3, 1/5 and 1/9.
FACTORS = (3.0, 2.0, 1.5, 1.25)
TOLERANCES = "strict tolerances, and a generous one"
# Of these the last layer's is neither the first nor the last by size, by the alphabet or from the input.
MIXED = "W1 W2 b1"


def first_wrong_block(
    f: Any, grad: Any, params: Mapping[str, ArrayLike], *, eps: float = 1e-5, tol: float = 1e-7
) -> str | None:
    """The wrong block that a backward pass, which begins at the last one, comes to first."""
    checks = check_blocks(f, grad, params, eps=eps, tol=tol)
    return next((name for name in reversed(checks) if not checks[name][1]), None)


def wrong(rng: np.random.Generator, blocks: str, eps: float = 0.2, tol: float = 0.05) -> Call:
    """A call whose gradient is wrong in these blocks, of which the first has the largest error."""
    factors = dict(zip(blocks.split(), FACTORS, strict=False))
    off = tuple(factors.get(name, 1.0) for name in NAMES)
    return checked(rng, weights(rng), off, off, eps=eps, tol=tol)


def whole(each: Call) -> Call:
    params = {name: np.arange(1, block.size + 1).reshape(block.shape) for name, block in each.args[2].items()}
    return call(*each.args[:2], params, **each.kwargs)


def usual(each: Call) -> Call:
    """The same without a step and a tolerance."""
    return call(*each.args)


def something_is_wrong(call: Call) -> bool:
    weights = np.array(call.args[0].parameters)
    return not np.allclose(call.args[1].parameters, (*4 * weights, *3 * weights))


def pair(name: str, first: str, second: str, *, public: bool = True) -> Probe:
    """Two gradients that are wrong in these blocks."""
    return Probe(name, lambda rng: (wrong(rng, first), wrong(rng, second)), public)


CHECKS, LOOP = "check_blocks(f, grad, params, eps=eps, tol=tol)", "for name in reversed(list(params)):"
IF, NAME, NONE = "if not checks[name][1]:", "return name", "return None"

FIRST_WRONG_BLOCK = exercise(
    solution="""
        def first_wrong_block(f, grad, params, *, eps=1e-5, tol=1e-7):
            checks = check_blocks(f, grad, params, eps=eps, tol=tol)
            for name in reversed(list(params)):
                if not checks[name][1]:
                    return name
            return None
    """,
    reference=first_wrong_block,
    beside={"check_blocks": CHECK_BLOCKS.solution or check_blocks},
    points=3,
    read=CLINIC,
    probes=(
        pair("a fault in the first layer", MIXED, "W1 b1"),
        pair("a fault in the second layer", MIXED, "b1 W2 b2 W1"),
        pair("a gradient that is right", MIXED, ""),
        Probe(
            TOLERANCES,
            lambda rng: (
                wrong(rng, MIXED, eps=0.01, tol=1e-3),
                wrong(rng, MIXED, tol=0.42),
                wrong(rng, MIXED, tol=1e-3),
            ),
        ),
        Probe(
            "the usual step and tolerance",
            lambda rng: (usual(wrong(rng, MIXED)), usual(wrong(rng, ""))),
            public=False,
        ),
        Probe("whole numbers", lambda rng: (whole(wrong(rng, MIXED)), whole(wrong(rng, "b1"))), public=False),
    ),
    misconceptions=(
        Wrong(
            "nearest_to_the_input",
            {LOOP: "for name in params:"},
            "it is the wrong block nearest to the input: a backward pass comes from the other side, so that "
            "this one may be wrong only because of those after it",
        ),
        Wrong(
            "largest_error",
            {LOOP: "for name in sorted(params, key=lambda name: -checks[name][0]):"},
            "it is the block with the largest error, which may be as large only because of another "
            "block: `max(xi)`",
        ),
        Wrong(
            "smallest_error",
            {LOOP: "for name in sorted(params, key=lambda name: checks[name][0]):"},
            "it is the wrong block with the smallest error",
        ),
        Wrong(
            "all_wrong_blocks",
            {
                LOOP: "found = tuple(name for name in params if not checks[name][1])\nfor name in found[:1]:",
                NAME: "return found",
            },
            "all wrong blocks are returned, and not the one to look at first",
            kind="wrong_type",
        ),
        Wrong(
            "all_wrong_blocks_or_none",
            {
                LOOP: "for name in params:",
                NAME: "pass",
                NONE: "return tuple(name for name in params if not checks[name][1])",
            },
            "all wrong blocks are returned, and an empty list where there are none",
            kind="wrong_type",
        ),
        Wrong(
            "last_right_block",
            {IF: "if checks[name][1]:"},
            "it is a block that passes: `{}`",
            kind="returned_none",
        ),
        Wrong(
            "last_block",
            {IF: "if not all(passed for _, passed in checks.values()):"},
            "it is the last block of all wherever some block is wrong",
        ),
        Wrong(
            "by_the_alphabet",
            {LOOP: "for name in sorted(params, reverse=True):"},
            "the blocks are taken in the order of the alphabet, and not in that of the layers: `sorted(...)`",
        ),
        Wrong(
            "place",
            {NAME: "return list(params).index(name)"},
            "the place of the block is returned and not its name",
            kind="wrong_type",
        ),
        Wrong(
            "error",
            {NAME: "return checks[name][0]"},
            "the error of the block is returned and not its name",
            kind="wrong_type",
        ),
        Wrong(
            "verdict",
            {NAME: "return False", NONE: "return True"},
            "a verdict is returned and not a name",
            kind="wrong_type",
        ),
        Wrong(
            "words_for_none",
            {NONE: "return 'none'"},
            "words are returned where nothing is wrong, and not None",
            passes=(something_is_wrong,),
            credit=SLIP,
            kind="wrong_type",
        ),
        Wrong(
            "empty_for_none",
            {NONE: "return ''"},
            "an empty text is returned where nothing is wrong, and not None",
            passes=(something_is_wrong,),
            credit=SLIP,
            kind="wrong_type",
        ),
        Wrong(
            "first_block_for_none",
            {NONE: "return name"},
            "some block is named also where nothing is wrong",
            passes=(something_is_wrong,),
            credit=SLIP,
            kind="wrong_type",
        ),
        Wrong(
            "tol_is_not_used",
            {CHECKS: "check_blocks(f, grad, params, eps=eps)"},
            "the tolerance is always the usual one: `{}`",
            passes=(lambda call: not call.kwargs,),
            kind="wrong_type",
        ),
        Wrong(
            "eps_is_not_used",
            {CHECKS: "check_blocks(f, grad, params, tol=tol)"},
            "the step is always the usual one: `{}`",
            passes=(lambda call: bool(call.kwargs.get("tol") in (None, 0.05)),),
            credit=SLIP,
        ),
        Wrong(
            "eps_and_tol_are_not_used",
            {CHECKS: "check_blocks(f, grad, params)"},
            "step and tolerance are always the usual ones: `check_blocks(f, grad, params)`",
            passes=(lambda call: bool(call.kwargs.get("tol") in (None, 0.05)),),
            credit=SLIP,
        ),
    ),
    alternatives={
        "loop": """
            def first_wrong_block(f, grad, params, *, eps=1e-5, tol=1e-7):
                found = None
                for name, (xi, passed) in check_blocks(f, grad, params, eps=eps, tol=tol).items():
                    if not passed:
                        found = name
                return found
        """,
        "a list of wrong ones": """
            def first_wrong_block(f, grad, params, *, eps=1e-5, tol=1e-7):
                checks = check_blocks(f, grad, params, eps=eps, tol=tol)
                wrong = [name for name in params if not checks[name][1]]
                return wrong[-1] if wrong else None
        """,
        "an array of names": """
            def first_wrong_block(f, grad, params, eps=1e-5, tol=1e-7):
                checks = check_blocks(f, grad, params, eps=eps, tol=tol)
                names = np.array(list(params))
                wrong = names[[checks[name][0] > tol for name in names]]
                if wrong.size:
                    return wrong[-1]
        """,
        "by its own check": """
            def first_wrong_block(f, grad, params, *, eps=1e-5, tol=1e-7):
                exact = grad(params)
                for name in list(params)[::-1]:
                    block, approx = params[name], []
                    for move in np.eye(block.size):
                        move = eps * move.reshape(block.shape)
                        rise = f({**params, name: block + move}) - f({**params, name: block - move})
                        approx.append(rise / (2 * eps))
                    a, b = np.array(approx), exact[name].ravel()
                    if np.linalg.norm(a - b) > tol * (np.linalg.norm(a) + np.linalg.norm(b)):
                        return name
                return None
        """,
        "next": """
            def first_wrong_block(f, grad, params, *, eps=1e-5, tol=1e-7):
                checks = check_blocks(f, grad, params, eps=eps, tol=tol)
                return next((name for name in reversed(checks) if not checks[name][1]), None)
        """,
    },
)
