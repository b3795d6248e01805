"""A function that is given broken: unchanged it earns nothing and hears so, mended it is like any other."""

import inspect
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder import handout, plugins
from autograder.catalogue import STILL_BROKEN, Wrong, exercise
from autograder.exercise import Assignment, Probe, call
from autograder.panel import panel_text
from autograder.trials import draw_hidden, draw_public, try_here
from autograder.verdict import Judgement, judge


def numbers(rng: np.random.Generator) -> Any:
    return call(rng.uniform(1, 9, 4))


MIDDLE = exercise(
    solution="""
        def middle(x):
            # the largest and the smallest number
            low, high = x.min(), x.max()
            return (low + high) / 2
    """,
    reference=lambda x: (np.min(x) + np.max(x)) / 2,
    points=2,
    read="Section",
    probes=(
        Probe("numbers", numbers),
        Probe("negative ones", lambda rng: call(-rng.uniform(1, 9, 4))),
        Probe("one number", lambda rng: call(rng.uniform(1, 9, 1))),
        Probe("more", numbers, public=False),
    ),
    misconceptions=(Wrong("mean", {"(low + high) / 2": "x.mean()"}, "`{}`", passes=("one number",)),),
    alternatives={},
    broken={"(low + high)": "(high - low)"},
)
UNSEEN = exercise(
    solution=MIDDLE.solution.text,
    reference=MIDDLE.reference,
    points=2,
    read="Section",
    probes=MIDDLE.probes,
    misconceptions=(),
    alternatives={},
    broken={"x.min(), x.max()": "x[0], x.max()"},
    broken_passes=("one number",),
)


def graded(answer: Any, asked: Any = MIDDLE) -> Judgement:
    return judge(asked, try_here(answer, draw_hidden(asked, b"key")))


def test_as_it_was_given_it_earns_nothing_and_is_one_neutral_line() -> None:
    for asked in (MIDDLE, UNSEEN):
        judgement = graded(asked.as_given.variant, asked)
        assert (judgement.score, judgement.finding.kind) == (0, "as_given")
        assert panel_text(judgement) == f"It is yours to mend: {STILL_BROKEN}."
    assert dict(graded(UNSEEN.as_given.variant, UNSEEN).passed)["one number"], "and yet it earns nothing"


def test_what_is_written_otherwise_and_does_the_same_is_not_mended() -> None:
    assert graded(lambda x: 0.5 * (max(x) - min(x))).finding.kind == "as_given"


def test_mended_it_has_all_points() -> None:
    assert (graded(MIDDLE.solution).score, graded(MIDDLE.solution).finding) == (2, None)


def test_another_mistake_has_its_own_name() -> None:
    assert graded(lambda x: np.mean(x)).finding.misconception == "mean"


def test_check_says_the_same_from_what_is_recorded() -> None:
    drawn = handout.restored(handout.recorded(Assignment("a", "A", (MIDDLE,))))["middle"]
    for answer in (MIDDLE.as_given.variant, MIDDLE.solution, lambda x: np.mean(x)):
        live = judge(MIDDLE, try_here(answer, draw_public(MIDDLE)))
        assert judge(drawn[0].exercise, try_here(answer, drawn)) == live


COURSE = {
    "nbgrader_config.py": "c = get_config()",
    "exercises/__init__.py": 'ASSIGNMENTS = {"a": "package"}',
    "exercises/package.py": f"""
from autograder.exercise import Assignment
from {__name__} import MIDDLE
ASSIGNMENT = Assignment("a", "A", (MIDDLE,))
""",
}


def test_in_the_release_the_broken_body_stands_below_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in COURSE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    stub = inspect.cleandoc('''
        def helper(): ...


        def middle(x):
            """Half way between the smallest and the largest number.

            returns : a number
            """
            # YOUR CODE HERE
            raise NotImplementedError()


        print(1)
    ''')
    monkeypatch.chdir(tmp_path)
    cells = [
        nbformat.v4.new_code_cell(stub, metadata={"nbgrader": {"grade_id": grade_id}})
        for grade_id in ("middle", "other")
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    released, _ = plugins.BreakSolutions().preprocess(notebook, {"nbgrader": {"assignment": "a"}})
    assert released.cells[0].source == stub.replace(
        "    # YOUR CODE HERE\n    raise NotImplementedError()",
        "    # the largest and the smallest number\n"
        "    low, high = x.min(), x.max()\n    return (high - low) / 2",
    )
    assert released.cells[1].source == stub
