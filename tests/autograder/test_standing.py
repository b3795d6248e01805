"""`progress()`: what passes, what is open, and the course as it was saved."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from advsec import averages
from autograder import standing
from autograder.exercises import load
from autograder.panel import RECORD
from autograder.standing import Progress, Row, Standing
from autograder.student import CheckFailed


ASSIGNMENT = load("01_moving_averages")
UNWRITTEN = "def {name}(*args, **kwargs):\n    raise NotImplementedError()\n"
Asked = Callable[..., Progress]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Ask in a notebook in a folder of its own, in which nothing is written but the answers."""

    def ask(**answers: str) -> Progress:
        notebook: dict[str, Any] = {"np": np, "progress": standing.progress}
        unwritten = {each.name: UNWRITTEN.format(name=each.name) for each in ASSIGNMENT.exercises}
        for text in (unwritten | answers).values():
            exec(text, notebook)
        (tmp_path / ASSIGNMENT.name).mkdir(exist_ok=True)
        standing.student.assignments()  # found from the folder of the course
        monkeypatch.chdir(tmp_path / ASSIGNMENT.name)
        return eval("progress()", notebook)

    return ask


def answer(name: str, misconception: str | None = None) -> str:
    exercise = ASSIGNMENT.exercise(name)
    texts = {entry.name: entry.variant.text for entry in exercise.misconceptions}
    return texts[misconception] if misconception else exercise.solution.text


def test_each_exercise_is_right_wrong_or_open(asked: Asked) -> None:
    shown = asked(ewma=answer("ewma"), window=answer("window", "half_life"), cumulative_mean="")
    rows = {row.exercise: row for row in shown.here.rows}
    assert list(rows) == [each.name for each in ASSIGNMENT.exercises]
    assert rows["ewma"] == Row("ewma", "✓", 3, 3)
    assert rows["cumulative_mean"] == Row("cumulative_mean", "–", 0, 3, "run its cell first")
    assert rows["ewma_weights"] == Row("ewma_weights", "–", 0, 3, "still to be written")
    assert rows["window"].sign == "✗"
    assert 0 <= rows["window"].score < 3
    assert re.fullmatch(r"\d of \d tests pass", rows["window"].says)
    assert shown.here.words.startswith("1 of 9 exercises pass, ")


def test_the_points_are_those_of_check(asked: Asked) -> None:
    """Part of an answer earns its part, as `check` finds."""
    window = answer("window").replace("n_eff = ", "n_eff = 2 * ")
    (row,) = (row for row in asked(window=window).here.rows if row.exercise == "window")
    assert (row.sign, row.score) == ("✗", 2)


def test_a_function_to_be_mended_that_nobody_touched_is_open(asked: Asked) -> None:
    (broken,) = (each for each in ASSIGNMENT.exercises if each.as_given)
    (row,) = (
        row
        for row in asked(**{broken.name: broken.as_given.variant.text}).here.rows
        if row.exercise == broken.name
    )
    assert (row.sign, row.score, row.says) == ("–", 0, "still to be mended")


def test_what_check_refuses_is_not_right(asked: Asked) -> None:
    shown = asked(ewma="from advsec.averages import ewma")
    assert averages.ewma
    (row,) = (row for row in shown.here.rows if row.exercise == "ewma")
    assert row == Row("ewma", "✗", 0, 3, "its check has a word for you")


def test_it_says_what_comes_next(asked: Asked) -> None:
    assert "Next: cumulative_mean." in repr(asked())
    assert "Next: check(window) says what differs." in repr(asked(window="def window(beta):\n    return 1"))
    everything = {each.name: each.solution.text for each in ASSIGNMENT.exercises}
    shown = asked(**everything)
    assert "9 of 9 exercises pass, 26 of 26 points so far." in repr(shown)
    assert "Before you hand in: Restart Kernel" in repr(shown)


def test_text_and_html_say_the_same(asked: Asked) -> None:
    shown = asked(ewma=answer("ewma"))
    plain = re.sub(r"<[^>]+>|&nbsp;", " ", shown._repr_html_())
    for piece in (
        "1 of 9 exercises pass, 3 of 26 points so far.",
        "ewma",
        "3 of 3",
        "✓",
        "–",
        "Next: ",
        "Grading",
    ):
        assert piece in plain
        assert piece in repr(shown)


def test_without_any_function_it_says_what_to_do() -> None:
    with pytest.raises(CheckFailed, match="run the cells above first"):
        eval("progress()", {"progress": standing.progress})


def test_while_nbgrader_validates_there_is_nothing_to_say(
    monkeypatch: pytest.MonkeyPatch, asked: Asked
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert asked() is None


# --- what was saved -------------------------------------------------------------------------------------


def saved(folder: Path, name: str, *scores: float | None, counts: tuple[int, int] = (1, 2)) -> Path:
    """An assignment with exercises of 2 points each, checked with these scores, and a question in words."""
    cells = []
    for number, score in enumerate(scores):
        marks = {"schema_version": 3, "solution": True, "grade": False, "locked": False, "task": False}
        about = marks | {"grade_id": f"f{number}"}
        solution = nbformat.v4.new_code_cell("", metadata={"nbgrader": about}, execution_count=counts[0])
        about = marks | {"solution": False, "grade": True, "grade_id": f"test-f{number}", "points": 2}
        test = nbformat.v4.new_code_cell("", metadata={"nbgrader": about}, execution_count=counts[1])
        if score is not None:
            record = {RECORD: {"exercise": f"f{number}", "score": score}}
            test.outputs = [nbformat.v4.new_output("display_data", {"text/plain": ""}, metadata=record)]
        cells += [solution, test]
    about = marks | {"grade": True, "grade_id": "words", "points": 4}
    cells.append(nbformat.v4.new_markdown_cell("", metadata={"nbgrader": about}))
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.mark.parametrize("between", ["", "assignments"])
def test_the_course_is_read_from_what_lies_beside(tmp_path: Path, between: str) -> None:
    """As nbgrader lays it out, and as bundles lie side by side."""
    folders = [
        tmp_path / (Path(name) / between if between else "") / name for name in ("01_a", "02_b", "03_c")
    ]
    saved(folders[0], "01_a", 2, 0.5, None)
    saved(folders[1], "02_b", None)
    saved(folders[2], "03_c", 2, 2)
    saved(folders[2], "03_c-Copy1", 0)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.ipynb").write_text("no notebook")
    found = list(standing.saved(folders[0]))
    assert [(each.name, each.words) for each in found] == [
        ("01_a", "1 of 3 exercises pass, 2.5 of 6 points"),
        ("02_b", "not begun"),
        ("03_c", "2 of 2 exercises pass, 4 of 4 points"),
    ]
    assert {each.by_people for each in found} == {4}
    assert all((folders[0] / each.link).resolve().is_file() for each in found)


def test_what_was_written_anew_since_its_check_is_open_again(tmp_path: Path) -> None:
    saved(tmp_path / "01_a", "01_a", 2, counts=(7, 3))
    (one,) = standing.saved(tmp_path / "01_a")
    assert one.words == "not begun"


def test_no_record_is_worth_more_than_the_exercise(tmp_path: Path) -> None:
    saved(tmp_path / "01_a", "01_a", 1e9, -5.0, float("nan"), 2)
    (one,) = standing.saved(tmp_path / "01_a")
    assert [row.score for row in one.rows] == [0, 0, 0, 2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"cells": 3}',
        '{"cells": [{"metadata": {"nbgrader": {"grade_id": "test-f"}}}]}',
        '{"cells": [{"metadata": 7}]}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_what_is_no_assignment_is_passed_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "02_b" / "02_b.ipynb"
    path.parent.mkdir()
    path.write_bytes(text.encode(errors="surrogateescape"))
    saved(tmp_path / "01_a", "01_a", 2)
    assert [each.name for each in standing.saved(tmp_path / "01_a")] == ["01_a"]


def test_names_of_folders_are_no_html() -> None:
    hostile = Standing("<b>&", (Row("f", "✓", 1, 1),), link="../<b>&/'\"")
    shown = Progress(hostile, (hostile,))._repr_html_()
    assert "<b>" not in shown
    assert "'" not in re.sub(r'"[^"]*"', "", shown)


def test_the_notebook_at_hand_is_told_as_it_is_and_the_others_as_they_were_saved(
    asked: Asked, tmp_path: Path
) -> None:
    saved(tmp_path / "02_b", "02_b", 2)
    saved(tmp_path / ASSIGNMENT.name, ASSIGNMENT.name, None)
    shown = asked(ewma=answer("ewma"))
    assert [each.name for each in shown.course] == [ASSIGNMENT.name, "02_b"]
    assert shown.course[0] is shown.here
    assert "people read what you answer in words, for up to 4 points more." in repr(shown)
    assert '<a href="../02_b/02_b.ipynb">02_b</a>' in shown._repr_html_()
    assert "02_b                1 of 1 exercise passes, 2 of 2 points" in repr(shown)
