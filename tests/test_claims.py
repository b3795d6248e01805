"""A claim that does not hold turns the tests red: one of each lecture is broken, and no assertion is idle."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

import advsec
from advsec import plots
from tests import glance
from tests.claims import binds, judged, needed, uses
from tests.glance import Lecture, seconds_of
from tests.notebooks import NOTEBOOKS, assertions, experiments, is_widget


LECTURES = glance.lectures()


class Break(NamedTuple):
    """Code that makes one claim of a lecture false, and the experiment that must notice."""

    experiment: str
    code: str


BREAKS = {
    1: Break("X1.1", "averages.effective_window = lambda beta: 1 / (1 - beta)"),
    2: Break("X2.2", "optimizers.momentum_step = lambda w, dw, state, *, lr, **_: (w - lr * dw, state)"),
    3: Break("X3.2", "averages.ewma = averages.ewma_corrected"),
    4: Break(
        "X4.2",
        "right = loss_and_gradient\n"
        "loss_and_gradient = lambda *args: right(*args)._replace(dtheta=-right(*args).dtheta)",
    ),
    5: Break("X5.1", "sample_variance = lambda x: np.sum((x - x.mean(axis=0)) ** 2, axis=0) / (len(x) + 2)"),
    6: Break(
        "X6.1",
        "whole = dropout.dropout_penalty\n"
        "dropout.dropout_penalty = lambda *args, **kwargs: whole(*args, **kwargs) / 2  # as on the slide",
    ),
    7: Break("X7.10", "batchnorm_forward = lambda z, gamma, beta: (gamma * z + beta, None)"),
}


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is displayed."""
    monkeypatch.setattr(plots, "show", lambda *_, **__: None)
    monkeypatch.setattr(advsec, "show", lambda *_, **__: None)


def claims(lecture: Lecture, name: str) -> list[NotebookNode]:
    """The cells of an experiment that assert."""
    return [cell for cell in experiments(lecture.notebook)[name] if assertions([cell])]


# What takes longer is run by nbval alone, in its lecture.
QUICK = ("< 0.1", "0.1", "0.2", "0.5")
KNOWN = seconds_of(glance.as_it_is(glance.readme()))
quick_experiments = [
    pytest.param(lecture, name, id=name)
    for lecture in LECTURES.values()
    for name in experiments(lecture.notebook)
    if KNOWN.get(name) in QUICK
]


@pytest.mark.parametrize(("lecture", "name"), quick_experiments)
def test_every_assertion_is_reached_and_true_so_that_its_contrary_would_fail(lecture, name, unseen, capsys):
    for cell in claims(lecture, name):
        found = judged(needed(lecture.notebook.cells, cell), {})
        assert all(found[said] for said in assertions([cell])), found
        assert all(all(values) for values in found.values()), found


def test_of_every_lecture_one_claim_is_broken():
    assert set(BREAKS) >= set(LECTURES)
    assert all(one.experiment.startswith(f"X{number}.") for number, one in BREAKS.items())


def steps_of(number: int) -> list[NotebookNode]:
    """The cells that lead to the claims of which one is broken, and those."""
    lecture = LECTURES[number]
    cells = lecture.notebook.cells
    steps = [needed(cells, claim) for claim in claims(lecture, BREAKS[number].experiment)]
    return [cell for cell in cells if any(cell in each for each in steps)]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of one notebook for each lecture: the cells of a claim, the break, the cells again."""
    folder = tmp_path_factory.mktemp("broken")
    for number in LECTURES:
        sources = [cell.source for cell in steps_of(number)]
        again = [source for source in sources if "import " not in source]
        sources = [*sources, BREAKS[number].code, *again]
        write_lax(folder, f"{number:02}_claim", sources)
    (folder / "conftest.py").write_text((NOTEBOOKS.parent / "conftest.py").read_text())
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600).stdout


def write_lax(folder: Path, name: str, sources: list[str]) -> None:
    """As an assignment: its outputs are not compared, so that nothing fails but what raises."""
    path = folder / "assignments" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)


@pytest.mark.parametrize("number", LECTURES)
def test_a_claim_that_is_broken_is_seen(broken, number):
    outcomes = re.findall(rf"^assignments/{number:02}_\S+::Cell \d+ (\w+)", broken, re.MULTILINE)
    steps = steps_of(number)
    again = [cell for cell in steps if "import " not in cell.source]
    assert outcomes[: len(steps) + 1] == ["PASSED"] * (len(steps) + 1)
    failed = [
        cell for cell, outcome in zip(again, outcomes[len(steps) + 1 :], strict=True) if outcome == "FAILED"
    ]
    assert any(cell in claims(LECTURES[number], BREAKS[number].experiment) for cell in failed)
    assert "AssertionError" in broken


@pytest.mark.parametrize("lecture", LECTURES.values(), ids=lambda lecture: lecture.path.stem)
def test_a_widget_that_is_moved_at_the_end_means_what_it_did(lecture):
    """What its function reads when it is called must not have been bound anew by a later cell."""
    code = [cell for cell in lecture.notebook.cells if cell.cell_type == "code"]
    widgets = [cell for cell in code if is_widget(cell)]
    assert widgets
    for cell in widgets:
        later = {name for other in code[code.index(cell) + 1 :] for name in binds(other.source)[0]}
        assert later & read_in_functions(cell.source) == set(), cell.id


def read_in_functions(code: str) -> set[str]:
    """Names that a call of a function of the cell looks up; defaults are looked up when it is defined."""
    found: set[str] = set()
    own = binds(code)[0]
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            node.args.defaults, node.args.kw_defaults = [], [None] * len(node.args.kwonlyargs)
            node.decorator_list = []
            found |= uses(ast.unparse(node)) - own
    return found


def test_names_that_a_function_looks_up_when_it_is_called():
    code = "k = 2\n@d(q)\ndef f(a, b=c):\n    e = a\n    return e + g[k] * b"
    assert read_in_functions(code) == {"g"}


# --- the cells that a claim needs ---------------------------------------------------------------------------


def cells(*sources: str) -> list[NotebookNode]:
    return [new_code_cell(source) for source in sources]


def test_the_cells_that_a_claim_needs_are_those_that_bind_its_names():
    notebook = cells(
        "import numpy as np\nfrom os import path",
        "y = 5",
        "x = np.ones(3)",
        "x = np.zeros(3)",
        "found = {}",
        "for i in range(3):\n    found[i] = x[i] + scale(y)",
        "def scale(y):\n    z = 2\n    return y * z",
        "unused = found",
        "assert found[0] == 10",
    )
    assert [notebook.index(cell) for cell in needed(notebook, notebook[-1])] == [0, 1, 3, 4, 5, 8]
    notebook.insert(1, notebook.pop(6))
    assert [notebook.index(cell) for cell in needed(notebook, notebook[-1])] == [0, 1, 2, 4, 5, 6, 8]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("y = 1\nprint(y)", {"print"}),
        ("y = y + 1", {"y"}),
        ("n += 1", {"n"}),
        ("for a in values:\n    b = a + c\n    print(b)", {"values", "c", "print"}),
        ("[k * m for k in items]", {"m", "items"}),
        ("k = max(lambda k: k + q)", {"max", "q"}),
        ("def f(a, b=d):\n    c = a\n    return c + e", {"d", "e"}),
        ("x = [x for x in y]\nx", {"y"}),
    ],
)
def test_names_that_are_read_before_they_are_bound(code, names):
    assert uses(code) == names


def test_names_that_are_bound_and_those_that_change():
    assert binds("import a.b\nfrom c import d as e\nf, (g, h) = 1, (2, 3)\ndef i(j):\n    k = 1")[0] == set(
        "aefghi"
    )
    assert binds("a[0] = 1\nb.c = 2\nd.append(3)\ne['x'].update(y=1)\nf = [g for g in h]") == (
        set("f"),
        set("abde"),
    )


def test_an_assertion_that_is_never_reached_or_false_is_seen():
    found = judged(cells("x = 3", "for i in []:\n    assert i\nassert x == 3, 'three'\nassert x > 3"), {})
    assert found == {"i": [], "x == 3": [True], "x > 3": [False]}
