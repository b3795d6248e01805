"""Why a name is not defined, in words."""

from autograder.results import CellRecord
from autograder.sandbox.reader import Cell
from autograder.undefined import with_reason
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
