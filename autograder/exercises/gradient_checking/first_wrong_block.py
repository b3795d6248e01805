from collections.abc import Mapping

import numpy as np

from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.gradient_checking.sections import CLINIC


TWO_LAYERS = ("W1", "b1", "W2", "b2")
THREE_LAYERS = ("W1", "gamma1", "beta1", "W2", "gamma2", "beta2", "W3", "b3")
# Of these the last is neither the first nor the last by size, by the alphabet or from the input.
MIXED = "W1 W2 b1"


def first_wrong_block(checks: Mapping[str, tuple[float, bool]]) -> str | None:
    """The wrong block that a backward pass, which begins at the last one, comes to first."""
    return next((name for name in reversed(list(checks)) if not checks[name][1]), None)


def checked(
    rng: np.random.Generator, wrong: str, names: tuple[str, ...] = TWO_LAYERS, right: float = 1e-10
) -> Call:
    """What a check returns: of the wrong blocks the first has the largest error, and right ones have one of
    about that size."""
    errors = {name: right * rng.uniform(0.1, 0.9) for name in names}
    for number, name in enumerate(wrong.split()):
        errors[name] = 0.9 / (number + 1) * rng.uniform(0.9, 1)
    return call({name: (float(f"{xi:.3g}"), name not in wrong.split()) for name, xi in errors.items()})


def pair(
    name: str, first: str, second: str, names: tuple[str, ...] = TWO_LAYERS, *, public: bool = True
) -> Probe:
    """Two checks in which these blocks are wrong."""
    return Probe(name, lambda rng: (checked(rng, first, names), checked(rng, second, names)), public)


def something_is_wrong(call: Call) -> bool:
    return not all(passed for _, passed in call.args[0].values())


def exact(call: Call) -> bool:
    """Right blocks have errors that every tolerance lets pass."""
    return all(xi < 1e-7 for xi, passed in call.args[0].values() if passed)


LOOP, NAME, NONE = "for name in reversed(list(checks)):", "return name", "return None"
IF = "if not checks[name][1]:"

FIRST_WRONG_BLOCK = exercise(
    solution="""
        def first_wrong_block(checks):
            for name in reversed(list(checks)):
                if not checks[name][1]:
                    return name
            return None
    """,
    reference=first_wrong_block,
    points=2,
    read=CLINIC,
    probes=(
        pair("a fault in the first layer", MIXED, "W1 b1"),
        pair("a fault in the second layer", MIXED, "b1 W2 b2 W1"),
        pair("a gradient that is right", MIXED, ""),
        Probe(
            "a generous tolerance",
            lambda rng: (checked(rng, MIXED, right=1e-2), checked(rng, "b1", right=1e-2)),
        ),
        pair("three layers", "W1 gamma2 beta2 gamma1 W2", "W1 beta1 gamma1", THREE_LAYERS, public=False),
        pair("one wrong block, and several", "W1", MIXED, public=False),
    ),
    misconceptions=(
        Wrong(
            "nearest_to_the_input",
            {LOOP: "for name in checks:"},
            "it is the wrong block nearest to the input: a backward pass comes from the other side, so that "
            "this one may be wrong only because of those after it",
        ),
        Wrong(
            "largest_error",
            {LOOP: "for name in sorted(checks, key=lambda name: -checks[name][0]):"},
            "it is the block with the largest error, which may be as large only because of another "
            "block: `max(xi)`",
        ),
        Wrong(
            "smallest_error",
            {LOOP: "for name in sorted(checks, key=lambda name: checks[name][0]):"},
            "it is the wrong block with the smallest error",
        ),
        Wrong(
            "all_wrong_blocks",
            {
                LOOP: "found = tuple(name for name in checks if not checks[name][1])\nfor name in found[:1]:",
                NAME: "return found",
            },
            "all wrong blocks are returned, and not the one to look at first",
            kind="wrong_type",
        ),
        Wrong(
            "all_wrong_blocks_backwards",
            {
                LOOP: "found = tuple(name for name in reversed(checks) if not checks[name][1])\n"
                "for name in found[:1]:",
                NAME: "return found",
            },
            "all wrong blocks are returned, in the order in which the backward pass comes to them, and not "
            "the one to look at first",
            kind="wrong_type",
        ),
        Wrong(
            "all_wrong_blocks_or_none",
            {
                LOOP: "for name in checks:",
                NAME: "pass",
                NONE: "return tuple(name for name in checks if not checks[name][1])",
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
            {LOOP: "for name in sorted(checks, reverse=True):"},
            "the blocks are taken in the order of the alphabet, and not in that of the layers: `sorted(...)`",
        ),
        Wrong(
            "place",
            {NAME: "return list(checks).index(name)"},
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
            "by_its_own_tolerance",
            {IF: "if checks[name][0] > 1e-7:"},
            "the errors are compared with a tolerance once more, and the verdicts are not used: `{}`",
            passes=(exact,),
            credit=SLIP,
        ),
    ),
    alternatives={
        "loop": """
            def first_wrong_block(checks):
                found = None
                for name, (xi, passed) in checks.items():
                    if not passed:
                        found = name
                return found
        """,
        "a list of wrong ones": """
            def first_wrong_block(checks):
                wrong = [name for name in checks if not checks[name][1]]
                return wrong[-1] if wrong else None
        """,
        "an array of names": """
            def first_wrong_block(checks):
                names = np.array(list(checks))
                passed = np.array([check[1] for check in checks.values()])
                if not passed.all():
                    return names[~passed][-1]
        """,
        "next": """
            def first_wrong_block(checks):
                return next((name for name in reversed(checks) if checks[name][1] == False), None)
        """,
        "taken away": """
            def first_wrong_block(checks):
                left = dict(checks)
                while left:
                    name, (xi, passed) = left.popitem()
                    if not passed:
                        return name
                return None
        """,
    },
)
