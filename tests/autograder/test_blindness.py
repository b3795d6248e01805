"""How blind a check is: what is known of published ones comes out, and those of teachers can be aimed at."""

import json
import random
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from typer.testing import CliRunner

from autograder.begin import begin
from autograder.blindness import Blindness, aim
from autograder.blindness.aim import right_answers, wrong_answers
from autograder.blindness.sources import read_check
from autograder.cli import app
from autograder.course import Course, CourseError
from autograder.exercise import Exercise
from autograder.exercises.optimizers import ASSIGNMENT
from autograder.exercises.published import CHECKS, Row, measured
from autograder.exercises.published.adam import ADAM_OF_THE_PAPER
from autograder.exercises.published.checks import regression
from autograder.exercises.published.pages import lecture_table, page, text
from autograder.prove import Bench
from tests import notebooks
from tests.autograder.course import ROOT


# --- published checks ------------------------------------------------------------------------------------


def row_of(name: str) -> Row:
    return next(row for row in measured() if row.published is CHECKS[name])


def unseen(name: str) -> list[str]:
    return [tried.answer.name for tried in row_of(name).blindness.unseen]


# What was counted by others, by the numbers of the formulas in their list, which is in the same order.
EPSILON = {3, 4, 5, 6}
KNOWN = {
    "tinytorch": {3, 4, 5, 6, 9, 10, 12, 17, 19, 20, 22, 23, 24},
    "deep-ml-87": {3, 4, 5, 6, 9, 10, 17, 19, 22, 23, 24},
    "deep-ml-49": EPSILON,
    "cs336": EPSILON,
    "arena": set(),
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_of_published_checks_of_adam_comes_out(name: str) -> None:
    numbers = {entry.name: number for number, entry in enumerate(ADAM_OF_THE_PAPER.misconceptions, 1)}
    assert len(numbers) == 24
    assert {numbers[each] for each in unseen(name)} == KNOWN[name]
    assert not row_of(name).blindness.turned_away


def test_where_the_usual_numbers_are_tried_nobody_sees_epsilon_and_no_other_formula_is_that_safe() -> None:
    usual = [
        set(unseen(name))
        for name, published in CHECKS.items()
        if published.exercise is ADAM_OF_THE_PAPER and name != "arena"
    ]
    assert len(usual) == 5
    assert set.intersection(*usual) == {"eps_inside", "eps_hat", "eps_after_the_division", "no_eps"}


def test_a_decay_in_the_wrong_order_passes_after_a_thousand_steps() -> None:
    step = ADAM_OF_THE_PAPER.reference
    first, last = regression(step), regression(step, decay_first=False)
    assert 0 < np.abs(first - last).max() < 1e-4


def test_the_learning_rate_is_one_minus_the_decay_where_one_is_0_01_and_the_other_0_99() -> None:
    assert "learning_rate_for_the_rest" in unseen("cs231n-rmsprop")
    assert "count_stuck" in unseen("cs231n-adam")


def test_a_fixed_mask_turns_right_ways_to_draw_away() -> None:
    """Of three ways one: `binomial(1, p)` draws as `rand < p` does where p is above one half."""
    turned_away = {tried.answer.name for tried in row_of("deep-ml-151").blindness.turned_away}
    assert "above one minus the probability" in turned_away
    assert "the solution" not in turned_away
    legacy = np.random.RandomState(42)
    uniform = np.random.RandomState(42).rand(2, 2)
    assert np.array_equal(legacy.binomial(1, 0.8, (2, 2)), uniform < 0.8)
    assert not np.array_equal(uniform < 0.8, uniform > 0.2)


def test_printed_digits_see_what_four_digits_do_not() -> None:
    """To all digits only those pass that no input of the check could show."""
    all_digits, four_digits = set(unseen("deep-ml-115")), set(unseen("deep-ml-115-rounded"))
    assert all_digits == {"one_eps_for_all", "cut_to_whole_numbers"}
    assert {"no_eps", "eps_squared", "eps_after_the_division"} <= four_digits
    assert all_digits < four_digits


def test_our_own_check_sees_everything_by_the_same_count() -> None:
    own = [row for row in measured() if row.published is None]
    assert [row.exercise.name for row in own] == list(dict.fromkeys(row.exercise.name for row in measured()))
    for row in own:
        assert row.blindness.sees, row.blindness
        assert len(row.blindness.wrong) >= 24


def test_the_paper_has_an_exercise_that_tells_its_formulas_apart() -> None:
    """What is right passes with all of its forms, whatever is drawn, and what is wrong does not."""
    bench = Bench(ADAM_OF_THE_PAPER)
    for kind, answer in bench.right.items():
        assert all(judgement.score == judgement.max_score for _, judgement in bench.judgements(answer)), kind
    for entry in ADAM_OF_THE_PAPER.misconceptions:
        judged = [judgement for _, judgement in bench.judgements(entry.variant, bench.few_keys)]
        assert all(judgement.score < judgement.max_score for judgement in judged), entry.name


def test_the_table_of_the_lecture_is_what_is_measured() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "lectures" / "02_optimizers.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells}
    assert f"\n\n{lecture_table()}\n\n" in cells["published-verdict"]
    assert re.findall(r"\| (\d+) \|$", lecture_table(), re.MULTILINE)[-1] == "0"


def test_the_table_of_the_lecture_is_written_with_the_notebooks() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "lectures" / "02_optimizers.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.id == "published-verdict")
    right, cell.source = cell.source, cell.source.replace("| 13 |", "| 0 |")
    assert cell.source != right
    notebooks.fill(notebook)
    assert cell.source == right


def test_the_page_and_the_command_say_what_is_measured() -> None:
    for row in measured():
        found = row.blindness
        assert f"| {len(found.unseen)} of {len(found.wrong)} | {len(found.turned_away)} of" in page()
        assert f"{len(found.unseen)} of {len(found.wrong)}  " in text()
    for published in CHECKS.values():
        assert published.source in page()
        assert published.dated in text()


# --- tests of teachers -----------------------------------------------------------------------------------

ADAM_STEP = ASSIGNMENT.exercise("adam_step")
ONE_STEP = """
    w, _ = {}(np.array([1.0, 2.0]), np.array([0.1, 0.2]), (np.zeros(2), np.zeros(2), 0), lr=0.01)
    assert np.allclose(w, [0.99, 1.99], rtol=1e-6)
"""


@pytest.fixture
def softmax(tmp_path: Path) -> Exercise:
    begin(tmp_path)
    return Course.find(tmp_path).assignment("01_softmax").exercises[0]


def aimed(folder: Path, name: str, content: str, exercise: Exercise, seconds: float = 10.0) -> Blindness:
    path = folder / name
    path.write_text(content, "utf-8")
    return aim(read_check(path, exercise.name), exercise, seconds=seconds)


def names(found: Blindness) -> set[str]:
    return {tried.answer.name for tried in found.unseen}


@pytest.mark.parametrize(
    "content",
    [
        "def test_one():" + ONE_STEP.format("adam_step"),
        "from homework import adam_step\ndef test_one():" + ONE_STEP.format("adam_step"),
        "from .homework import adam_step as mine\ndef test_one():" + ONE_STEP.format("mine"),
        "from math import *\ndef test_one():" + ONE_STEP.format("adam_step"),
        "def adam_step(): ...\nif True:" + ONE_STEP.format("adam_step"),
        "class TestAdam:\n    def test_one(self):" + ONE_STEP.format("adam_step").replace("\n", "\n    "),
        "import unittest\nclass Adam(unittest.TestCase):\n    def test_one(self):"
        + ONE_STEP.format("adam_step").replace("\n", "\n    "),
    ],
    ids=["bare", "imported", "renamed", "all names", "a file that runs", "class", "unittest"],
)
def test_a_test_gets_the_formula_however_it_would_get_the_function(tmp_path: Path, content: str) -> None:
    found = aimed(tmp_path, "tests.py", content, ADAM_STEP)
    assert len(found.check.parts) == 1
    assert {"eps_outside", "betas_swapped", "count_not_carried", "largest_so_far"} <= names(found)
    assert not {"slide", "no_root", "no_correction", "s_of_the_size"} & names(found)
    assert not found.turned_away


def test_tests_are_counted_alone_and_together(tmp_path: Path, softmax: Exercise) -> None:
    content = """
import numpy as np
def test_a_sum():
    "The shares add up to 1."
    assert np.allclose(np.sum(softmax(np.array([1.0, 3.0]))), 1)
def test_large():
    '''
    >>> float(np.round(softmax(np.array([1000.0, 1000.0]))[0], 3))
    0.5
    '''
    with np.errstate(all="raise"):
        assert np.argmax(softmax(np.array([1.0, 2.0, 1.5]))) == 1
"""
    found = aimed(tmp_path, "tests.py", content, softmax)
    assert [part.name for part in found.check.parts] == [
        "test_a_sum",
        "test_large",
        "doctest of test_large",
    ]
    alone = [names(found.of_part(number)) for number in range(3)]
    assert set.intersection(*alone) == names(found)
    assert "not_shifted" in alone[0]
    assert "not_shifted" not in alone[2]
    assert len(found.wrong) == len(list(wrong_answers(softmax)))
    assert len(found.right) == len(list(right_answers(softmax)))


def test_the_examples_of_a_text_are_a_check(tmp_path: Path, softmax: Exercise) -> None:
    found = aimed(tmp_path, "page.md", "As in\n\n>>> softmax(np.zeros(4)).tolist()[0]\n0.25\n", softmax)
    assert names(found)
    assert all("an example shows something else" in tried.problems for tried in found.turned_away)


def cell(source: str, **marks: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": marks} if marks else {})


def test_the_test_cells_of_a_notebook_are_a_check(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell("%matplotlib inline\nimport numpy as np\nhelper = 0.01"),
            cell("1 / 0"),
            cell("def adam_step(): raise NotImplementedError", grade=False, solution=True, grade_id="adam"),
            cell(
                f"if helper:{ONE_STEP.format('adam_step')}    ### BEGIN HIDDEN TESTS\n    assert w[0] < 1",
                grade=True,
                solution=False,
                grade_id="test-adam",
            ),
            cell("assert other() == 3"),
        ]
    )
    found = aimed(tmp_path, "notebook.ipynb", nbformat.writes(notebook), ADAM_STEP)
    assert [part.name for part in found.check.parts] == ["test-adam"]
    assert {"eps_outside", "betas_swapped"} <= names(found)
    assert "slide" not in names(found)
    assert not found.turned_away


def test_our_own_notebook_is_one_too(softmax: Exercise, tmp_path: Path) -> None:
    """Its test cells call `check`, which knows the exercises of this course."""
    notebook = ROOT / "notebooks" / "assignments" / "02_optimizers" / "02_optimizers.ipynb"
    assert aim(read_check(notebook, "adam_step"), ADAM_STEP).sees


def test_a_test_that_ends_the_program_has_not_passed(tmp_path: Path, softmax: Exercise) -> None:
    content = (
        "import sys\ndef test_all():\n    if abs(softmax(np.ones(2)).sum() - 1) > 0.1:\n        sys.exit(0)\n"
    )
    found = aimed(tmp_path, "tests.py", content, softmax)
    ended = [tried for tried in found.wrong if tried.problems == ("ended by sys.exit",)]
    assert ended
    assert not found.turned_away


def test_a_test_that_never_ends_with_a_wrong_formula_is_left(tmp_path: Path, softmax: Exercise) -> None:
    content = """
import time
def test_all():
    while not np.isfinite(softmax(np.array([1000.0, 0.0]))).all(): time.sleep(0.01)
def test_nothing():
    softmax
"""
    found = aimed(tmp_path, "tests.py", content, softmax, seconds=4.0)
    stuck = {tried.answer.name for tried in found.wrong if tried.problems == ("not done after 4 seconds", "")}
    assert stuck == {"not_shifted"}
    assert len(names(found)) == len(found.wrong) - 1


def test_a_test_that_never_ends_with_the_solution_is_said_at_once(tmp_path: Path, softmax: Exercise) -> None:
    content = "def test_all():\n    softmax\n    while True: pass\n"
    with pytest.raises(CourseError, match=r"^test_all is not done after 0.3 seconds with the model solution"):
        aimed(tmp_path, "tests.py", content, softmax, seconds=0.3)


def test_every_formula_meets_the_same_random_numbers_and_ours_go_on(
    tmp_path: Path, softmax: Exercise
) -> None:
    content = """
import random, sys
def test_same():
    softmax
    print("heard by nobody")
    assert (random.random(), np.random.rand()) == (0.8444218515250481, 0.5488135039273248)
    sys.path.clear()
"""
    random.seed(5)
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002 (that of the tests)
    found = aimed(tmp_path, "tests.py", content, softmax)
    assert len(found.unseen) == len(found.wrong)
    after = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    assert after == before


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("tests.py", "import homework\nassert homework.softmax(1)", r"does not call softmax by its name: "),
        ("tests.py", "def test_a(", r"is no Python: .*, line 1$"),
        (
            "tests.py",
            "def test_a(n):\n    softmax(n)",
            r"^test_a in .* takes arguments, as tests with fixtures",
        ),
        ("tests.py", "class TestA:\n    def test_a(self, n): softmax(n)", r"^test_a in .* takes arguments"),
        ("tests.txt", "softmax", r"has no example that begins with >>>"),
        ("a.ipynb", "{}", r"is no notebook$"),
        ("a.ipynb", json.dumps({"cells": []}), r"has no test cell that calls softmax$"),
    ],
)
def test_what_is_no_test_of_the_function_is_said(
    tmp_path: Path, softmax: Exercise, name: str, content: str, says: str
) -> None:
    with pytest.raises(CourseError, match=says):
        aimed(tmp_path, name, content, softmax)


def test_the_command_counts_in_a_course_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("tests.py").write_text("def test_sum():\n    assert abs(softmax(np.ones(3)).sum() - 1) < 1e-6\n")
    run = CliRunner().invoke(app, ["blindness", "softmax", "tests.py"])
    assert run.exit_code == 1
    assert re.search(r"all together\W+\d+ of \d+\W+0 of \d+", run.stdout)
    assert "These wrong formulas pass:" in run.stdout
    Path("tests.py").write_text("def test_it():\n    assert softmax(np.ones(3)) == 'something else'\n")
    run = CliRunner().invoke(app, ["blindness", "softmax", "tests.py"])
    assert run.exit_code == 1
    assert "No right answer passes: the tests ask for something else" in run.stdout
    run = CliRunner().invoke(app, ["blindness", "sotfmax", "tests.py"])
    assert "there is no exercise 'sotfmax'; there is softmax" in str(run.exception)
    run = CliRunner().invoke(app, ["blindness", "softmax", "nowhere.py"])
    assert "nowhere.py cannot be read" in str(run.exception)
