"""What a student is told although it costs nothing, and that nobody is told what does not concern them."""

import ast
import copy
import json
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

from autograder.exercise import Exercise, Probe, call
from autograder.exercises import load
from autograder.grading import grade_submission
from autograder.notes import notes
from autograder.results import CellRecord, Result
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.messages import CellResult, Output
from autograder.sandbox.perform import Outcome, Raised, Returned
from autograder.sandbox.reader import Cell, read_cells, words_of
from autograder.submission import find_submissions
from autograder.trials import Trial, draw, try_out
from autograder.verdict import Finding, Judgement
from tests.make_submissions import ASSIGNMENT, SUBMISSIONS


HALF, SINGLE, DOUBLE = (np.ones(3, kind) for kind in (np.float16, np.float32, np.float64))


def said(
    outcome: Outcome, *, given: Any = DOUBLE, expected: Any = DOUBLE, finding: Finding | None = None
) -> tuple[str, ...]:
    """The notes on one function that was tried once."""
    trial = tried("f", given, outcome, expected)
    return notes((trial,), {"f": Judgement("f", 1, 1, (), finding)}, ())


def tried(name: str, given: Any, outcome: Outcome, expected: Any) -> Trial:
    """A function of that name, tried once in sight."""
    probe = Probe("a probe", lambda rng: call(given))
    exercise = Exercise(name, lambda x: expected, "(x)", 1, (probe,), (), "Section")
    drawn = draw(exercise, probe, np.random.default_rng(0), public=True)
    return Trial(drawn, (outcome,), None)


# --- values ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [HALF, SINGLE, np.ones(3, np.complex64), (DOUBLE, SINGLE)])
def test_lost_digits_are_said(value: Any) -> None:
    assert said(Returned(value), expected=value) == (
        "In the values of `f` the numbers have fewer digits than float64 has, so fewer digits were compared.",
    )


def test_digits_that_were_never_given_are_not_missed() -> None:
    assert said(Returned(SINGLE), given=SINGLE) == ()


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Returned(DOUBLE, repacked=True), DOUBLE),
        (Returned((DOUBLE, DOUBLE)), np.ones((2, 3))),
        (Returned(DOUBLE, repacked=True), (1.0, 2.0, 3.0)),
    ],
)
def test_another_container_is_said(outcome: Outcome, expected: Any) -> None:
    (note,) = said(outcome, expected=expected)
    assert note.startswith("In the values of `f` a list, a tuple or objects stand where arrays are asked for")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(np.ones((1, 3)), DOUBLE), (np.ones((3, 1)), DOUBLE), ((DOUBLE, np.ones((1, 3))), (DOUBLE, DOUBLE))],
)
def test_an_axis_too_many_is_said(value: Any, expected: Any) -> None:
    (note,) = said(Returned(value), expected=expected)
    assert note.startswith(
        "In the values of `f` an array has one axis of length 1 more or less than is asked"
    )
    assert said(Returned(expected), expected=expected) == ()


def test_a_changed_input_is_said_where_the_finding_does_not_say_it() -> None:
    changed = Returned(DOUBLE, modified=True)
    (note,) = said(changed, finding=Finding("wrong_values", ""))
    assert note.startswith("Arrays that are given to `f` are changed")
    assert said(changed, finding=Finding("input_modified", "Your function changes its input arrays.")) == ()
    assert said(changed, finding=Finding("wrong_values", "`f` changes its input while it needs it.")) == ()


@pytest.mark.parametrize(
    "outcome", [Returned(DOUBLE), Returned((DOUBLE,)), Returned(None), Raised("ValueError", "no")]
)
def test_of_most_there_is_nothing_to_say(outcome: Outcome) -> None:
    assert said(outcome, expected=(DOUBLE,)) == ()


def test_one_sentence_is_enough_for_several_functions() -> None:
    names = ("f", "g", "h")
    trials = [tried(name, DOUBLE, Returned(SINGLE), DOUBLE) for name in names]
    judgements = {name: Judgement(name, 1, 1, (), None) for name in names}
    (note,) = notes(trials, judgements, ())
    assert note.startswith("In the values of `f`, `g` and `h` the numbers")


def test_nothing_is_taken_from_what_ends_in_an_error() -> None:
    probe = Probe("none, and some", lambda rng: (call(DOUBLE[:0]), call(DOUBLE)))
    exercise = Exercise("f", lambda x: x, "(x)", 1, (probe,), (), "Section")
    drawn = draw(exercise, probe, np.random.default_rng(0))
    trial = try_out(drawn, (Returned(DOUBLE[:0], repacked=True), Raised("ValueError", "no")))
    assert notes((trial,), {"f": Judgement("f", 0, 1, (), None)}, ()) == ()


# --- saved outputs --------------------------------------------------------------------------------------


def cell(*outputs: Any) -> Cell:
    """A cell as it is read from a file with these outputs."""
    raw = {"cell_type": "code", "source": "", "metadata": {}, "outputs": list(outputs)}
    (read,) = read_cells(json.dumps({"nbformat": 4, "metadata": {}, "cells": [raw]}).encode())
    return read


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: Any) -> dict[str, Any]:
    names = {"text": "text/plain", "png": "image/png"}
    return {"output_type": "display_data", "data": {names[name]: text for name, text in data.items()}}


def differs(saved: Cell, *outputs: Output) -> bool:
    return bool(notes({}, {}, [CellRecord(saved, CellResult("ok", outputs))]))


def printed(text: str) -> Output:
    return Output("stream", "stdout", text)


@pytest.mark.parametrize(
    ("saved", "ours"),
    [
        ("All tests passed", ""),
        ("converged", "diverged"),
        ("the mean is 3", "NameError"),
        ("converged\nWall time: 3 s", "Wall time: 3 s\ndiverged"),
        ("the slowest loop: 3", "the fastest loop: 3"),
    ],
)
def test_other_words_are_said(saved: str, ours: str) -> None:
    assert differs(cell(stream(saved)), printed(ours))
    assert differs(cell(stream([saved])), printed(ours))
    assert differs(cell(shown(text=saved)), printed(ours))


def test_an_error_that_was_none_is_said() -> None:
    assert differs(cell(stream("3")), Output("error", "NameError", "NameError: name 'x' is not defined"))
    error = {"output_type": "error", "ename": "NameError", "evalue": "", "traceback": ["cell 7"]}
    assert not differs(cell(error), Output("error", "NameError", "another traceback"))
    assert differs(cell(error), printed("3"))


LOOPS = "per loop (mean ± std. dev. of 7 runs, 1 loop each)"


@pytest.mark.parametrize(
    ("saved", "ours"),
    [
        ("[0.1 0.2]", "[0.30000000000000004 nan -inf 1e-05]"),
        ("<function f at 0x7f3abc>", "<function f at 0x55ffed>"),
        ("CPU times: user 3 µs, sys: 0 ns", "CPU times: user 1.2 ms, sys: 2 us"),
        ("CPU times: total: 15.6 ms\nWall time: 16 ms",
         "CPU times: user 3 µs, total: 3 µs\nWall time: 4 µs\nCompiler : 103 ms\nParser   : 120 ms"),
        (f"1.2 ms ± 3 µs {LOOPS}", f"831 ns ± 9 ns {LOOPS.replace('1 loop', '1,000,000 loops')}"),
        (f"1.2 ms ± 3 µs {LOOPS}",
         "The slowest run took 5.19 times longer than the fastest. This could mean that an intermediate "
         f"result is being cached.\n3 ms ± 2 ms {LOOPS}\nCompiler time: 0.12 s"),
        ("{'a', 'word'} 12:03:04", "{'word', 'a'} 2026-01-02"),
        ("epoch 1\nepoch 2\n", "epoch 1\n"),
    ],
)  # fmt: skip
def test_numbers_times_addresses_and_order_differ_in_every_run(saved: str, ours: str) -> None:
    assert not differs(cell(stream(saved)), printed(ours))


@pytest.mark.parametrize(
    "saved",
    [
        cell(),
        cell(stream("a warning", "stderr")),
        cell(shown(text="<Figure size>", png="AAAA")),
        cell(stream("many words " * 10_000)),
        cell(5, None, {"output_type": ["stream"]}, {"output_type": "display_data", "data": "none"}),
        Cell("code", "", ""),
    ],
)
def test_where_nothing_can_be_compared_nothing_is_said(saved: Cell) -> None:
    assert saved.saved is None
    assert not differs(saved, printed("anything else"))


@pytest.mark.parametrize(
    "ours", ["check: while your work is graded, the tests run outside", "[4 more outputs are not shown.]"]
)
def test_what_is_only_so_while_grading_is_no_difference(ours: str) -> None:
    assert not differs(cell(stream("passed")), printed(ours))


def test_a_cell_that_did_not_run_is_not_compared() -> None:
    assert notes({}, {}, [CellRecord(cell(stream("passed")))]) == ()


def test_the_words_of_a_text_are_few() -> None:
    assert words_of("the mean of the means_2 is x1 = 3.5e-7") == "is mean of the"
    assert (
        len(
            words_of(
                " ".join(
                    f"{a}{b}{c}" for a in "abcdefghijklm" for b in "abcdefghijklm" for c in "abcdefghijklm"
                )
            )
        )
        <= 4000
    )


# --- whole notebooks ------------------------------------------------------------------------------------

# Honest habits, as JupyterLab saves them.
HABITS = (
    "import numpy as np, matplotlib.pyplot as plt",
    "rng = np.random.default_rng()\nprint(rng.normal(size=(3, 4)))\nrng.integers(9)",
    "plt.plot(np.arange(3))\nplt.show()",
    "plt.plot(np.arange(3))",
    "plt.subplots()",
    "print(object(), {'one', 'two', 'three'}, print)",
    "%time sum(range(1000))",
    "%timeit -n 2 -r 2 sum(range(1000))",
    "import warnings, sys\nwarnings.warn('careful')\nprint('aside', file=sys.stderr)\nnp.ones(2) / 0",
    "1 / 0",
    "for n in range(3):\n    print('epoch', n, 'loss', rng.random())",
    "from IPython.display import display, HTML\ndisplay(HTML('<b>bold</b>'))\ndisplay({'a': 1})",
    "def f(x):\n    '''Twice.'''\n    return 2 * x\nf",
    "f?",
    "import time\nprint(time.ctime(0), time.time())\nnp.float32(3), [1, 2], 'text', None",
)


# What Jupyter shows in ways of its own.
DYNAMIC = (
    "from IPython.display import clear_output, display, update_display, SVG, Image",
    "for n in range(3):\n    clear_output(wait=True)\n    print('step' if n < 2 else 'done')",
    "print('gone')\nclear_output()\nprint('stays')",
    "handle = display('first', display_id=True)\nhandle.update('second')",
    "display('third', display_id='a')",
    "update_display('fourth', display_id='a')",
    "print('before')\nlen?\nlen??",
    "%config InlineBackend.figure_format = 'svg'\nplt.plot([1, 2])\nprint('drawn')",
    "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>')",
    "%matplotlib inline\n!echo from the shell",
    "files = !echo seen\nprint(files)",
    "import os, subprocess\nprint('by me')\nsubprocess.run(['echo', 'by another'])\nos.system('echo again');",
    "print('loading', end='\\r')\nprint('finished')",
    "import ipywidgets as widgets\nfrom ipywidgets import interact\n"
    "interact(lambda level: print('inside', level), level=(0, 3));",
    "out = widgets.Output()\nprint('outside')\nwith out:\n    print('within')\nout",
    "with out:\n    print('later')\nprint('beside')",
    "widgets.IntSlider()",
)
NAMES = "import builtins\nsorted({*globals(), *dir(builtins)})"


@pytest.fixture(scope="module")
def at_home() -> nbformat.NotebookNode:
    """A notebook with these habits after Jupyter has run it; its last cell shows what names there are."""
    try:
        return run_at_home()
    except CellTimeoutError:  # beside many busy processes a reply of the kernel was lost once
        return run_at_home()


def run_at_home() -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in (*HABITS, *DYNAMIC, NAMES)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, allow_errors=True, kernel_name="python3", timeout=180).execute()
    return notebook


def test_a_notebook_that_was_run_before_it_was_handed_in_says_nothing_else(
    at_home: nbformat.NotebookNode, zygote: Zygote
) -> None:
    notebook = copy.deepcopy(at_home)
    del notebook.cells[len(HABITS) :]
    compared = [cell.saved for cell in read_cells(nbformat.writes(notebook).encode())]
    assert sum(bool(saved) for saved in compared) >= 7
    assert graded(notebook, zygote).notes == ()


def test_what_jupyter_shows_in_its_own_ways_is_no_other_output(
    at_home: nbformat.NotebookNode, zygote: Zygote
) -> None:
    notebook = copy.deepcopy(at_home)
    notebook.cells.pop()
    result = graded(notebook, zygote)
    assert result.notes
    assert not any("saved in your file" in note for note in result.notes), result.notes
    # Without widgets as well, which are where nothing is compared.
    del notebook.cells[-4:]
    result = graded(notebook, zygote)
    assert not any("saved in your file" in note for note in result.notes), result.notes


def graded(notebook: nbformat.NotebookNode, zygote: Zygote) -> Result:
    """What becomes of it as the assignment, which it is by the names that a text of it gives."""
    assignment = load(ASSIGNMENT)
    names = "\n".join(f"def {exercise.name}" for exercise in assignment.exercises)
    notebook = copy.deepcopy(notebook)
    notebook.cells.append(nbformat.v4.new_markdown_cell(names))
    data = nbformat.writes(notebook).encode()
    result = grade_submission(data, assignment, student="a", course_key=b"k", zygote=zygote)
    assert result.outcome == "graded"
    return result


def test_every_name_that_a_notebook_has_at_home_is_there(
    at_home: nbformat.NotebookNode, zygote: Zygote
) -> None:
    (output,) = at_home.cells[-1].outputs
    names = [*ast.literal_eval(output.data["text/plain"]), "_", "__", "___", "_i", "In", "Out", "help"]
    with zygote.box() as box:
        for source in (*HABITS, *DYNAMIC, NAMES):
            box.run_cell(source, 60)
        debugger = "execfile", "runfile"  # where one is installed, it brings these along
        wanted = [name for name in names if name not in debugger]
        missing = (
            f"[name for name in {wanted!r} if name not in globals() and not hasattr(__builtins__, name)]"
        )
        (shown,) = box.run_cell(missing, 60).outputs
    assert shown.text == "[]"


EXPECTED = json.loads((SUBMISSIONS / "expected.json").read_text())
NOTED = {"dev-single-precision": "fewer digits", "emil-lists-and-tuples": "a list, a tuple"}


@pytest.mark.parametrize(
    "student",
    [name for name, each in EXPECTED.items() if each["outcome"] == "graded" and each["score"] == 26],
)
def test_who_has_it_all_right_is_told_only_what_concerns_them(student: str, zygote: Zygote) -> None:
    (found,) = find_submissions(SUBMISSIONS, ASSIGNMENT, student)
    data = found.read()
    result = grade_submission(data, load(ASSIGNMENT), student=student, course_key=b"k", zygote=zygote)
    expected = [NOTED[student]] if student in NOTED else []
    assert len(result.notes) == len(expected)
    assert all(part in note for part, note in zip(expected, result.notes, strict=True))
