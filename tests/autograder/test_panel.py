"""The panel of a judgement: one frame, each thing once, everything escaped."""

import re
from typing import Any

import pytest

from autograder.case import Case
from autograder.panel import Panel, panel_html, panel_text
from autograder.verdict import Finding, Judgement


TESTS = (("a series", True), ("<b>columns</b>", False))


def judgement(score: float = 1.5, **finding: Any) -> Judgement:
    about = {"kind": "wrong_values", "message": "1 of 3 values differ: `a < b`.", "read": "1.2 R&D"} | finding
    return Judgement("ewma", score, 3, TESTS, Finding(**about))


def test_everything_is_escaped() -> None:
    shown = panel_html(judgement(case=Case("ewma(x<y)", "[1.]", "<script>")))
    assert not re.search("<b>|<script|x<y|a < b|R&D", shown)
    assert ">a &lt; b</code>" in shown


def test_html_and_text_say_the_same() -> None:
    one = judgement(case=Case("ewma(1)", "[1.]", "[2.]"))
    plain = re.sub(r"<[^>]+>|&nbsp;", " ", panel_html(one))
    for piece in ("1 of 2 tests pass.", "✗", "a series", "tried", "ewma(1)", "[1.]", "[2.]", "Read again"):
        assert piece in plain
        assert piece in panel_text(one)


@pytest.mark.parametrize("paint", [panel_text, panel_html])
def test_a_row_that_holds_nothing_is_left_out(paint: Any) -> None:
    assert "returned" not in paint(judgement(case=Case("ewma(1)", "[1.]", "")))
    assert "tried" not in paint(judgement())


def test_what_is_not_written_is_one_neutral_line() -> None:
    one = judgement(0, kind="not_implemented", message="`ewma` is not written yet.", read="")
    assert panel_text(one) == "`ewma` is not written yet."
    shown = panel_html(one)
    assert "✗" not in shown
    assert "#D55E00" not in shown
    assert "columns" not in shown


@pytest.mark.parametrize("paint", [panel_text, panel_html])
def test_an_answer_by_another_convention_is_right_throughout(paint: Any) -> None:
    shown = paint(judgement(3, kind="convention", case=Case("ewma(1)", "[1.]", "[2.]")))
    assert "right, by another convention (≈: other numbers than ours)." in shown
    assert re.findall("[✓✗≈](?!:)", shown) == ["✓"] * (paint is panel_html) + ["✓", "≈"]
    assert not re.search("✗|#D55E00|expected|returned", shown)
    assert "ours" in shown
    assert "yours" in shown


def test_grading_repeats_the_tests_of_another_convention_too() -> None:
    accepted = repr(Panel(judgement(3, kind="convention")))
    assert "ours). Grading repeats the tests with other numbers." in accepted


def test_only_the_student_is_told_what_grading_will_do() -> None:
    right = Judgement("ewma", 3, 3, TESTS[:1], None)
    assert panel_text(right) == "ewma: all 1 tests pass.\n  ✓ a series"
    assert "tries further kinds of input: three axes; none." in repr(Panel(right, (), ("three axes", "none")))
    assert repr(Panel(right)).startswith("ewma: all 1 tests pass. Grading repeats them with other numbers.")


def test_what_was_not_tried_has_not_failed() -> None:
    shown = panel_text(judgement(), untried=("later",))
    assert shown.startswith("ewma: 1 of 3 tests pass, 1 not tried.")
    assert "  – later" in shown
