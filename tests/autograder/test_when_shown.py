"""What a course holds back is on no page and in no panel before its time, and is said kindly."""

import io
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.bundle import Part, make_wheel
from autograder.exercises import load
from autograder.report import student_page
from autograder.results import Origin, Result
from autograder.verdict import Finding, Judgement
from autograder.when_shown import WhenShown, asked_for, recorded, restored

from .grades import grade_of


ASSIGNMENT = load("01_moving_averages")
NAME = ASSIGNMENT.name
NAMES = tuple(exercise.name for exercise in ASSIGNMENT.exercises)
KNOWN = frozenset((NAME, *NAMES))
DUE = datetime(2026, 11, 1, 22, 59)
NOW = DUE.replace(tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_an_exercise_is_held_back_until_its_time() -> None:
    shown = WhenShown({"ewma": "after_due", "window": "after_feedback"}, DUE)
    assert list(shown.held_back(NOW)) == ["ewma", "window"]
    assert list(shown.held_back(NOW + SECOND)) == ["window"]
    assert list(shown.held_back(NOW, released=True)) == ["ewma"]
    assert not shown.held_back(NOW + SECOND, released=True)
    assert shown.held_back(NOW)["ewma"] == "after the due date, 2026-11-01 22:59 UTC"
    assert WhenShown({"ewma": "after_due"}).held_back(NOW) == {"ewma": "after the due date"}
    assert restored(recorded(shown)) == shown
    assert restored(recorded(WhenShown())) == WhenShown()


def test_an_exercise_is_named_by_itself_or_with_its_assignment() -> None:
    assert asked_for({NAME: "after_due", "ewma": "at_once"}, NAME, NAMES, KNOWN) == {
        name: "after_due" for name in NAMES if name != "ewma"
    }
    assert asked_for({"ewma": "after_feedback"}, NAME, NAMES, KNOWN) == {"ewma": "after_feedback"}
    for wrong in ({"emwa": "after_due"}, {"ewma": "never"}, {"ewma": []}, "after_due"):
        with pytest.raises(ValueError, match=r"Autograder\.show"):
            asked_for(wrong, NAME, NAMES, KNOWN)


def page(held: dict[str, str], **known: object) -> str:
    """Of somebody whose `ewma` is wrong, and everything else right."""
    says = Finding("wrong_values", "It divides by one less.", "biased", read="Averages")
    judgements = [
        Judgement(each.name, each.points, each.points, (("short", True),), None)
        if each.name != "ewma"
        else Judgement("ewma", 1.25, each.points, (("kind of ewma", False),), says)
        for each in ASSIGNMENT.exercises
    ]
    notes = ("`ewma` changes its input.", "The file was named otherwise.")
    result = Result.graded(Origin("ann", ASSIGNMENT, key="k"), judgements, (), notes)
    return student_page(result, ASSIGNMENT, grade_of(result, ASSIGNMENT, **known), {}, held)


def test_a_page_holds_nothing_of_what_is_held_back() -> None:
    everything, held = page({}), page({"ewma": "after the due date"}, penalty=3.0, seconds_late=90000.0)
    for secret in ("It divides by one less.", "kind of ewma", "1.25 of", "24.25", "`ewma` changes"):
        text = secret.replace("`ewma`", "<code>ewma</code>")
        assert text in everything, text
        assert text not in held, text
    assert "<code>ewma</code>: points and what there is to say are shown after the due date." in held
    assert "The file was named otherwise." in held
    assert "Your points so far" in held
    assert "<strong>23</strong> of 27 points" in held
    assert "lateness is not counted in" in held
    assert "Well done" not in held


def test_a_page_of_which_everything_is_held_back_says_so() -> None:
    held = page(dict.fromkeys(NAMES, "with your feedback"))
    assert held.count("are shown with your feedback") == len(NAMES)
    assert "graded by a person" not in held
    assert "Well done" not in held


WRONG = """
from autograder.student import CheckFailed, check
def cumulative_mean(x):
    return x
try:
    check(cumulative_mean)
except CheckFailed as failed:
    print("raised:", failed)
"""


@pytest.mark.parametrize("when", ["after_due", "at_once"])
def test_check_tells_the_score_of_the_visible_tests_and_keeps_the_message_back(
    when: str, tmp_path: Path
) -> None:
    """In the wheel that students get, for the next hundred years."""
    due = datetime(2126, 1, 1)
    shown = WhenShown({"cumulative_mean": when} if when != "at_once" else {}, due)
    _, wheel = make_wheel([Part(ASSIGNMENT, when=shown)], {})
    zipfile.ZipFile(io.BytesIO(wheel)).extractall(tmp_path)
    environment = {"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", WRONG], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "tests pass." in done.stdout
    later = "shows after the due date, 2126-01-01 00:00 UTC what differs"
    assert (later in done.stdout) == (when == "after_due")
    assert ("expected:" in done.stdout) == (when == "at_once")
