"""Whatever `check` accepts grading accepts, and the other way round: each form of an answer, tried in both.

All forms share one box; the same text is run here as `check` runs it, in the process of the caller.
"""

import importlib.util
import itertools
import textwrap
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.exercise import Exercise, Probe, call
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.messages import ProbeRequest
from autograder.sandbox.perform import Outcome, Returned
from autograder.student import check_quietly
from autograder.trials import Drawn, Trial, draw_public, try_here, try_out
from autograder.verdict import judge


PRELUDE = """
import array, collections, decimal, fractions
import numpy as np

class Subclass(np.ndarray):
    pass

class MyList(list):
    pass

class MyFloat(float):
    pass

class Pair(tuple):
    pass

Named = collections.namedtuple("Named", "half whole")

def filled(x):
    boxes = np.empty(x.shape, dtype=object)
    boxes[...] = x
    return boxes

def each(convert, x):
    return [each(convert, row) for row in x] if np.ndim(x) else convert(x)
"""


def _exercise(name: str, reference: Any, *probes: Any) -> Exercise:
    drawn = tuple(Probe(f"{name} {n}", lambda rng, x=x: call(x)) for n, x in enumerate(probes))
    return Exercise(name, reference, "(x)", len(probes), drawn, (), "Section")


SERIES = (np.array([1.5, -2.25, 4.0]), np.array([[1.0, 2.5], [3.25, 4.0], [8.0, 0.5]]), np.array([3.0]))
EXERCISES = {
    # Values that half precision holds too: what is tried is the form, not its digits.
    "array": _exercise("array", lambda x: x / 2, *SERIES),
    "number": _exercise("number", lambda x: x.sum(), *SERIES),
    "whole": _exercise("whole", lambda x: x.size, *SERIES),
    "truth": _exercise("truth", lambda x: x.sum() > 4, *SERIES),
    "pair": _exercise("pair", lambda x: (x / 2, float(x.sum())), *SERIES),
    "table": _exercise("table", lambda x: {"half": x / 2, "sum": x.sum()}, *SERIES),
}

# For each exercise, expressions of x, and whether they are right.
FORMS: dict[str, dict[str, bool]] = {
    "array": {
        **{f"(x / 2).astype(np.{kind})": True for kind in ("longdouble", "float32", "float16")},
        **{f"(x / 2).astype(np.{kind})": True for kind in ("complex64", "complex128", "clongdouble")},
        "(x / 2).astype('>f8')": True,
        "(x / 2).astype('>g')": True,
        "(x / 2).astype(int)": False,
        "(x / 2).astype(str)": False,
        "(x / 2).astype('datetime64[s]')": False,
        "x / 2 + 1j": False,
        "(x / 2).astype(object)": True,
        "filled(x / 2)": True,
        "filled(x / 3)": False,
        "filled((x / 2).astype(str))": False,
        "np.where(x > 2, None, x / 2)": False,
        "each(fractions.Fraction, x / 2)": True,
        "each(decimal.Decimal, x / 2)": True,
        "filled(np.vectorize(fractions.Fraction, otypes=[object])(x / 2))": True,
        "each(MyFloat, x / 2)": True,
        "each(np.longdouble, x / 2)": True,
        "each(np.asarray, x / 2)": True,
        "(x / 2).tolist()": True,
        "MyList((x / 2).tolist())": True,
        "tuple(x / 2)": True,
        "tuple((x / 2).tolist())": True,
        "Pair(x / 2)": True,
        "collections.deque(x / 2)": True,
        "list(map(tuple, x / 2)) if x.ndim > 1 else x / 2": True,
        "(x / 2).view(Subclass)": True,
        "np.asfortranarray(x / 2)": True,
        "np.broadcast_to(x / 2, x.shape)": True,
        "np.asmatrix(x / 2)": False,  # one axis more than a series has
        "np.ma.masked_array(x / 2)": True,
        "np.ma.masked_array(x / 2, mask=x > 2)": False,
        "memoryview(x / 2)": True,
        "array.array('d', x / 2) if x.ndim == 1 else x / 2": True,
        "x[None] / 2": False,
        "(x / 2).reshape(x.shape + (1,) * 12)": False,
        "np.zeros((2**31, 0))": False,
        "np.zeros((300, 300))": False,
        "(np.zeros(10**5),) * 3": False,
        "[list(range(n)) for n in range(3)]": False,
        "('word' * 10**4,) * 255": False,
        "(value for value in x / 2)": False,
        "map(float, x / 2)": False,
        "set((x / 2).ravel())": False,
        "dict(enumerate(x / 2))": False,
        "(x / 2).tobytes()": False,
        "str(x / 2)": False,
        "np.rec.fromarrays([x / 2])": False,
        "None": False,
        "...": False,
        "np": False,
    },
    "number": {
        "x.sum()": True,
        "float(x.sum())": True,
        "MyFloat(x.sum())": True,
        "np.longdouble(x.sum())": True,
        "np.clongdouble(x.sum())": True,
        "complex(x.sum())": True,
        "np.asarray(x.sum())": True,
        "np.asarray(x.sum(), dtype=object)": True,
        "fractions.Fraction(float(x.sum()))": True,
        "decimal.Decimal(float(x.sum()))": True,
        "[x.sum()]": False,
        "(x.sum(),)": False,
        "x.sum(keepdims=True)": False,
        "str(x.sum())": False,
        "10**400": False,
        "2**70": False,
    },
    "whole": {
        "x.size": True,
        "np.int8(x.size)": True,
        "np.uint64(x.size)": True,
        "float(x.size)": True,
        "np.longdouble(x.size)": True,
        "fractions.Fraction(x.size)": True,
        "np.asarray(x.size, dtype=object)": True,
        "x.size + 0.5": False,
        "x.size + 2**70": False,
        "x.size > 0": False,
    },
    "truth": {
        "x.sum() > 4": True,
        "bool(x.sum() > 4)": True,
        "np.asarray(x.sum() > 4, dtype=object)": True,
        "int(x.sum() > 4)": True,
        "float(x.sum() > 4)": True,
        "x.sum() <= 4": False,
        "str(x.sum() > 4)": False,
    },
    "pair": {
        "(x / 2, x.sum())": True,
        "[x / 2, x.sum()]": True,
        "Named(x / 2, x.sum())": True,
        "Pair((x / 2, np.longdouble(x.sum())))": True,
        "[filled(x / 2), fractions.Fraction(float(x.sum()))]": True,
        "((x / 2).tolist(), x.sum())": True,
        "np.array([x / 2, x.sum()], dtype=object)": False,
        "(x / 2, x.sum(), None)": False,
        "x / 2": False,
    },
    "table": {
        "{'half': x / 2, 'sum': x.sum()}": True,
        "{'sum': x.sum(), 'half': x / 2}": True,
        "collections.OrderedDict(half=x / 2, sum=x.sum())": True,
        "{'half': filled(x / 2), 'sum': np.longdouble(x.sum())}": True,
        "{'half': x / 2, 'sum': x.sum(), 3: 4}": False,
        "[x / 2, x.sum()]": False,
    },
}
if importlib.util.find_spec("pandas"):
    PRELUDE += "\nimport pandas as pd\n"
    FORMS["array"]["(pd.Series if x.ndim == 1 else pd.DataFrame)(x / 2)"] = True

CASES = [(exercise, form) for exercise, forms in FORMS.items() for form in forms]


def _source(number: int) -> str:
    return f"def answer_{number}(x):\n    return {CASES[number][1]}"


def _drawn(number: int) -> tuple[Drawn, ...]:
    return draw_public(EXERCISES[CASES[number][0]])


@pytest.fixture(scope="module")
def at_grading(zygote: Zygote) -> list[tuple[Trial, ...]]:
    """What comes back from a box, for each case."""
    requests = [
        ProbeRequest(
            f"answer_{number}",
            tuple(replace(each, function=f"answer_{number}") for each in drawn.calls),
            drawn.reply_bytes,
        )
        for number in range(len(CASES))
        for drawn in _drawn(number)
    ]
    with zygote.box() as box:
        for source in (PRELUDE, *map(_source, range(len(CASES)))):
            assert box.run_cell(source, seconds=60).status == "ok"
        answers = [box.perform(tuple(requests[n : n + 200]), {}) for n in range(0, len(requests), 200)]
    outcomes = itertools.chain.from_iterable(answers)
    return [tuple(try_out(drawn, next(outcomes)) for drawn in _drawn(number)) for number in range(len(CASES))]


@pytest.fixture(scope="module")
def namespace() -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(textwrap.dedent(PRELUDE), namespace)
    return namespace


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{name}: {form}" for name, form in CASES])
def test_check_and_grading_say_the_same(
    number: int, at_grading: list[tuple[Trial, ...]], namespace: dict[str, Any]
) -> None:
    name, form = CASES[number]
    exec(_source(number), namespace)
    here, there = try_here(namespace[f"answer_{number}"], _drawn(number)), at_grading[number]
    for one, other in zip(here, there, strict=True):
        assert all(map(_same, one.outcomes, other.outcomes)), (one.outcomes, other.outcomes)
    graded = judge(EXERCISES[name], there)
    assert check_quietly(namespace[f"answer_{number}"], EXERCISES[name]) == graded
    assert all(passed for _, passed in graded.passed) == FORMS[name][form], graded.finding


def _same(one: Outcome, other: Outcome) -> bool:
    if isinstance(one, Returned) and isinstance(other, Returned):
        return replace(one, value=None) == replace(other, value=None) and _equal(one.value, other.value)
    return one == other


def _equal(one: Any, other: Any) -> bool:
    """Whether two plain values are one and the same, down to the types of their numbers."""
    if isinstance(one, tuple):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and list(one) == list(other)
            and _equal((*one.values(),), (*other.values(),))
        )
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    return bool(one == other)
