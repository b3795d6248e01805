"""Why a name is not defined, in words."""

import pytest

from autograder.exercises import load
from autograder.hints import newer_syntax
from autograder.results import CellRecord
from autograder.sandbox.messages import CellResult, Output
from autograder.sandbox.reader import Cell
from autograder.undefined import defined_again, with_reason
from autograder.verdict import Finding, Judgement


MISSING = Judgement("ewma", 0, 3, (("a series", False),), Finding("not_defined", "`ewma` is not defined."))


def reason(*sources: str) -> str:
    records = tuple(CellRecord(Cell("code", source, "", None), None, None) for source in sources)
    finding = with_reason(MISSING, records).finding
    assert finding is not None
    return finding.message


def test_a_mistyped_name_is_found() -> None:
    assert reason("x = 1", "def emwa(x, beta):\n    return x") == (
        "`ewma` is not defined: the name in cell 2 is `emwa`."
    )
    assert reason("def EWMA(x):\n    return x") == "`ewma` is not defined: the name in cell 1 is `EWMA`."


def test_another_exercise_is_not_meant_by_it() -> None:
    others = ("cumulative_mean", "ewma_weights", "ewma_corrected", "window", "stochastic_average")
    assert reason(*(f"def {name}(x):\n    return x" for name in others)) == "`ewma` is not defined."


@pytest.mark.parametrize(
    ("magic", "says"),
    [
        ("%%timeit -n 3", "`%%timeit`, which forgets what is defined in it"),
        ("%%writefile ewma.py", "`%%writefile`, which writes it to a file and does not run it"),
        ("%%cython", "`%%cython`, which does not run it as Python here"),
    ],
)
def test_a_magic_that_swallows_definitions_is_named(magic: str, says: str) -> None:
    source = f"{magic}\ndef ewma(x, beta):\n    return x"
    assert reason("x = 1", source) == f"`ewma` is not defined: cell 2, which defines it, begins with {says}."
    records = tuple(CellRecord(Cell("code", each, "")) for each in ("def ewma(x):\n    ...", source))
    assert defined_again(load("01_moving_averages"), records) == (
        f"`ewma` in cell 2 does not count: the cell begins with {says}.",
    )


def test_a_name_that_was_removed_is_told() -> None:
    sources = "def ewma(x, beta):\n    return x", "x = 1\ndel x, ewma"
    assert reason(*sources) == "`ewma` is not defined: cell 2 removes it with `del`."
    assert reason("def ewma(x, beta):\n    return x", "del ewma_weights") == "`ewma` is not defined."


@pytest.mark.parametrize("magic", ["%%time", "%%capture out"])
def test_a_magic_that_keeps_definitions_is_not_blamed(magic: str) -> None:
    assert reason(f"{magic}\ndef ewma(x, beta):\n    return x") == "`ewma` is not defined."


def test_the_advice_on_syntax_knows_the_source() -> None:
    source = "type Series = list\n\ndef ewma(x, beta):\n    return x ="
    error = Output("error", "SyntaxError", "SyntaxError: invalid syntax")
    record = CellRecord(Cell("code", source, ""), CellResult("error", (error,)))
    finding = with_reason(MISSING, (record,)).finding
    assert finding is not None
    advice = newer_syntax("SyntaxError: invalid syntax", source)
    assert finding.message.endswith("`SyntaxError: invalid syntax`" + (f". {advice}." if advice else "."))
