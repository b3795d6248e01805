"""Every public function refuses a bad argument in one sentence: parameter, rule and value."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.advsec.examples import examples, public_functions
from tests.advsec.test_guarantees import consume, sections


EXAMPLES = examples()
# A figure draws what a lecture computed, and whatever object a range test is given is handed on.
FUNCTIONS = {name: f for name, f in public_functions().items() if not name.startswith("plots.")}
UNCHECKED = {"bool", "any", "data-type", "None"}

NAN = float("nan")
WORDS = "seven"
# Bad values by how the docstring's type begins; None is added where the parameter has no default None.
BAD = {
    "float": (WORDS, [0.5], NAN, {}),
    "int": (WORDS, [2], 1.5, NAN, -7),
    "array_like": (WORDS, ["a", "b"], [[1.0], [1.0, 2.0]], {}),
    "ndarray": (WORDS, {}),
    "callable": (WORDS, 0.5),
    "numpy.random.Generator": (WORDS, 0),
    "mapping": (WORDS, 0.5),
    "dict": (WORDS, 0.5, [1]),
    "sequence": (WORDS, 0.5),
    "MLP": (WORDS, 0.5),
    '"': (WORDS, 0.5, ["central"]),
    "str": (WORDS, 0.5, ["adam"]),
}
STATE = (WORDS, 0.5, (1.0,))
# Values just outside of the range that the type names.
OUTSIDE = {
    "in [0, 1)": (-0.1, 1.0),
    "in (0, 1]": (0.0, 1.1),
    "in [0, 1]": (-0.1, 1.1),
    "> 0": (0.0, -1.0),
    "> 1": (1.0,),
    "> 2": (2.0,),
    ">= 0": (-1,),
    ">= 1": (0,),
    ">= 2": (1,),
}


def parameters(name: str) -> Iterator[tuple[str, str]]:
    """Each parameter of a function with the type that its docstring gives."""
    text = sections(FUNCTIONS[name]).get("Parameters", "")
    for names, kind in re.findall(r"^([\w, ]+) : (.+)$", text, re.MULTILINE):
        parts, kinds = names.split(", "), kind.split(", ")
        one_each = len(kinds) == len(parts) and "default" not in kind
        yield from zip(parts, kinds if one_each else [kind] * len(parts), strict=True)


def bad_values(name: str, parameter: str, kind: str) -> Iterator[Any]:
    start = next((start for start in BAD if kind.startswith(start)), None)
    bad = STATE if start is None else BAD[start]
    takes_lists = "array" in kind and start != "array_like"
    yield from (value for value in bad if not (takes_lists and isinstance(value, list)))
    if start in ("float", "int"):
        for words, values in OUTSIDE.items():
            if re.search(rf"{re.escape(words)}(?![\d.])", kind):
                yield from values
    default = inspect.signature(FUNCTIONS[name]).parameters[parameter].default
    if default is not None and "None" not in kind:
        yield None


CASES = [
    (name, parameter, kind)
    for name in sorted(FUNCTIONS)
    for parameter, kind in parameters(name)
    if not any(kind.startswith(start) for start in UNCHECKED) and "Any" not in kind.split(" or ")
]


@pytest.mark.parametrize(("name", "parameter", "kind"), CASES, ids=[f"{n}-{p}" for n, p, _ in CASES])
def test_a_bad_argument_is_refused_in_one_sentence(name, parameter, kind):
    for value in bad_values(name, parameter, kind):
        with pytest.raises(ValueError, match=r" must be .*, got ") as refusal:
            consume(FUNCTIONS[name](**EXAMPLES[name].arguments() | {parameter: value}))
        assert re.match(rf"{parameter}\b|{names_inside(parameter)}", str(refusal.value)), str(refusal.value)


def names_inside(parameter: str) -> str:
    """What a sentence may name in place of the parameter: an item of it."""
    items = {
        "state": "[vst]",
        "stats": "mu|var|t|stats",
        "result": "lrs|smoothed",
        "cache": "cache",
        "hyper": "hyper",
    }
    return items.get(parameter, parameter) + r"\b"
