"""One table says how what never came back has ended: a cell, and a call."""

import pytest

from autograder.endings import ENDINGS, OTHERWISE, ending
from autograder.exercises import load
from autograder.sandbox.perform import Stopped
from autograder.trials import draw_public, try_out
from autograder.verdict import LADDER


EWMA = load("01_moving_averages").exercise("ewma")


@pytest.mark.parametrize("reason", [*ENDINGS, "protocol"])
def test_a_cell_and_a_call_end_in_the_words_of_the_table(reason: str) -> None:
    line = ENDINGS.get(reason, OTHERWISE)
    (drawn, *_) = draw_public(EWMA)
    problem = try_out(drawn, (Stopped(reason, "3 of them"),)).problem
    assert problem is not None
    assert ending(Stopped(reason, "3 of them")) == f"{line.says} (3 of them)"
    assert ending(Stopped(reason)) == line.says
    assert problem.kind == line.rung
    assert problem.says == f"`ewma` {line.says_of_a_call or line.says} (3 of them)"
    assert line.rung in LADDER
