"""What running a cell does besides running it."""

import os
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox import notices
from autograder.sandbox.launcher import Box, Zygote
from autograder.sandbox.messages import CellResult, ProbeRequest
from autograder.sandbox.paths import without_places
from autograder.sandbox.perform import Raised, Returned
from autograder.sandbox.policy import Policy
from autograder.sandbox.values import Call
from autograder.sandbox.wall import build_wall


ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(build_wall(Policy(), "none")) as started:
        yield started


@pytest.fixture
def box(zygote: Zygote) -> Iterator[Box]:
    with zygote.box() as started:
        yield started


def run(box: Box, source: str) -> CellResult:
    return box.run_cell(textwrap.dedent(source), 30)


def shown(result: CellResult) -> list[str]:
    """The texts of the outputs, without what is said about the grading."""
    return [output.text for output in result.outputs if output.name != notices.STREAM]


def said(result: CellResult) -> list[str]:
    """What is said about the grading."""
    texts = (output.text for output in result.outputs if output.name == notices.STREAM)
    return [line for text in texts for line in text.splitlines()]


@pytest.mark.parametrize("statement", ["import wave", "import wave as w", "from wave import open as o"])
def test_what_a_function_imports_is_there_before_its_first_call(statement: str, box: Box) -> None:
    assert run(box, "import sys\nassert 'wave' not in sys.modules").status == "ok"
    run(box, f"def f():\n    if True:\n        {statement}")
    assert run(box, "assert 'wave' in sys.modules").status == "ok"


def test_an_import_for_a_function_is_silent_and_may_fail(box: Box) -> None:
    module = "print('loud')\nimport warnings\nwarnings.warn('louder')\nraise SystemExit"
    found = run(
        box,
        f"""
        import importlib.util, sys

        class Finder:
            def find_spec(self, name, path=None, target=None):
                return importlib.util.spec_from_loader(name, self) if name == "loud" else None

            def create_module(self, spec):
                pass

            def exec_module(self, module):
                tried.append(module.__name__)
                exec({module!r})

        tried = []
        sys.meta_path.append(Finder())

        def f():
            import loud
            import there_is_no_such_module
        """,
    )
    assert (found.status, found.outputs) == ("ok", ())
    assert run(box, "assert tried == ['loud']").status == "ok"


def test_magics_do_not_hinder_it(box: Box) -> None:
    assert run(box, "%config InlineBackend.figure_format = 'png'\ndef f():\n    import wave").status == "ok"
    assert run(box, "import sys\nassert 'wave' in sys.modules").status == "ok"


def test_a_cell_is_transformed_once(box: Box) -> None:
    run(
        box,
        """
        def watch(lines):
            seen.append(lines)
            return lines

        seen = []
        get_ipython().input_transformers_cleanup.append(watch)
        """,
    )
    assert run(box, "x = 1").status == "ok"
    assert run(box, "assert len(seen) == 2").status == "ok"


# --- what is not available ------------------------------------------------------------------------------


def test_an_import_that_fails_costs_only_what_uses_it(box: Box) -> None:
    result = run(
        box,
        """
        import no_such_package as nsp, math
        from numpy import array, no_such_name
        from no_such_package.parts import *
        import scipy.no_such_part
        from google.colab import drive

        drive.mount("/content")
        device = nsp.device("gpu")
        if device:
            print("never")
        class Net(nsp.Module):
            pass

        @nsp.faster
        def double(x: nsp.Tensor, *rest: nsp.Tensor, by: int = 2) -> nsp.Tensor:
            return by * x

        def uses(x):
            return nsp.sum(x)

        print(double(3), math.tau > 6, array([1]).sum(), scipy.__name__)
        """,
    )
    assert (result.status, shown(result)) == ("ok", ["6 True 1 scipy\n"])
    names = (
        "no_such_package",
        "numpy.no_such_name",
        "no_such_package.parts",
        "scipy.no_such_part",
        "google.colab",
    )
    assert said(result) == [notices.unavailable(name) for name in names]
    for use in ("uses(1)", "nsp.sum", "Net()", "device + 1", "no_such_name[0]", "len(drive)", "[*nsp]"):
        result = run(box, use)
        assert result.status == "error", use
        assert "ModuleNotFoundError" in shown(result)[0] or "cannot import name" in shown(result)[0]
        assert "autograder" not in shown(result)[0]  # the trace ends in the student's line


def test_a_notebook_that_asks_whether_a_package_is_there_is_told_the_truth(box: Box) -> None:
    result = run(
        box,
        """
        try:
            import no_such_package
        except ImportError:
            no_such_package = None
        print(no_such_package)
        """,
    )
    assert (shown(result), said(result)) == (["None\n"], [])


def test_only_what_is_not_available_is_passed_over(box: Box) -> None:
    assert run(box, "import no_such_package\nx = {}['a']\nprint('never')").status == "error"
    assert run(box, "x").status == "error"
    assert run(box, "from __future__ import annotations\nimport math\nmath.tau").status == "ok"


def test_values_are_shown_as_ipython_is_told(box: Box) -> None:
    assert shown(run(box, "1\nx = 2\n3")) == ["3"]
    run(box, "get_ipython().ast_node_interactivity = 'all'")
    assert shown(run(box, "1\nx = 2\n3")) == ["1", "3"]
    run(box, "get_ipython().ast_node_interactivity = 'last_expr_or_assign'")
    assert shown(run(box, "1\nx = 2")) == ["2"]


def test_an_error_inside_a_library_quotes_the_line_of_the_student(box: Box) -> None:
    run(
        box,
        """
        import numpy as np, json

        def f(x):
            return np.no_such_name(x)

        def g(x):
            return np.apply_along_axis(lambda row: row + np.ones(3), 0, x)

        def h(x):
            return json.loads("{")
        """,
    )
    probes = tuple(ProbeRequest(name, (Call(name, (np.ones(2),)),), 1000) for name in "fgh")
    assert [outcome.where for (outcome,) in box.perform(probes, {}) if isinstance(outcome, Raised)] == [
        "return np.no_such_name(x)",
        "return np.apply_along_axis(lambda row: row + np.ones(3), 0, x)",
        'return json.loads("{")',
    ]


def test_what_a_function_displays_is_not_drawn(box: Box) -> None:
    run(
        box,
        """
        class Figure:
            def _repr_png_(self):
                drawn.append(self)
                return b""

        drawn = []

        def f(x):
            display(Figure())
            return len(drawn)
        """,
    )
    probe = ProbeRequest("f", (Call("f", (1,)),), 1000)
    assert box.perform((probe,), {}) == ((Returned(np.array(0)),),)
    run(box, "display(Figure())")
    assert shown(run(box, "len(drawn)")) == ["1"]


def test_a_progress_bar_costs_nothing(box: Box) -> None:
    """Whether or not tqdm is installed."""
    result = run(
        box,
        """
        import tqdm
        from tqdm import tqdm as bar, trange
        from tqdm.auto import tqdm as another
        from tqdm.notebook import tqdm_notebook

        steps = bar([1, 2, 3], desc="steps", total=3)
        for step in steps:
            steps.set_postfix(loss=step)
        with another(total=2) as told:
            told.update(1)
        tqdm.tqdm.write("said")
        print(list(bar(range(2))), list(trange(1, 3)), len(another([1, 2])), list(tqdm.auto.trange(2)))
        """,
    )
    printed = "".join(output.text for output in result.outputs if output.name == "stdout")
    assert (result.status, printed) == ("ok", "said\n[0, 1] [1, 2] 2 [0, 1]\n")


# --- what does nothing ----------------------------------------------------------------------------------


FOR_THE_FRONT_END = {
    "!pip install seaborn": notices.SHELL,
    "files = !ls": notices.SHELL,
    "%ls": notices.SHELL,
    "%sx ls": notices.SHELL,
    "%pip install seaborn": notices.magic("pip"),
    "%conda install seaborn": notices.magic("conda"),
    "%reset -f": notices.magic("reset"),
    "%tensorflow_version 2.x": notices.magic("tensorflow_version"),
    "%load_ext nb_black": notices.unavailable("nb_black"),
    "%run -i helper.py": notices.unavailable("helper.py"),
    "%matplotlib widget": notices.FIGURES,
    "%matplotlib qt": notices.FIGURES,
    "import matplotlib\nmatplotlib.use('TkAgg')": notices.FIGURES,
    "import matplotlib.pyplot as plt\nplt.switch_backend('Agg')": notices.FIGURES,
    "exit()": notices.EXIT,
}
NOTHING_TO_SAY = ("%matplotlib inline", "%load_ext autoreload", "%config InlineBackend.rc = {}", "exit")


def test_a_line_for_the_front_end_does_nothing_and_says_so(box: Box) -> None:
    for line, sentence in FOR_THE_FRONT_END.items():
        result = run(box, f"before = 1\n{line}\nprint(before)")
        assert (result.status, shown(result), said(result)) == ("ok", ["1\n"], [sentence]), line
    for line in NOTHING_TO_SAY:
        result = run(box, f"{line}\nprint(before)")
        assert (result.status, shown(result), said(result)) == ("ok", ["1\n"], []), line


def test_a_cell_in_another_language_does_nothing_and_says_so(box: Box) -> None:
    for magic, sentence in {"sql": notices.cell_magic("sql"), "bash": notices.SHELL}.items():
        result = run(box, f"%%{magic}\nselect 1")
        assert (result.status, shown(result), said(result)) == ("ok", [], [sentence])


def test_only_sentences_of_ours_are_repeated() -> None:
    ours = [
        notices.SHELL,
        notices.unavailable("a" * 500),
        notices.unavailable("a\nb"),
        notices.magic("<b>"),
        notices.image("svg+xml"),
    ]
    assert list(notices.sentences("\n".join(ours))) == ours
    forged = (
        "Full marks.",
        f"{notices.SHELL} Full marks.",
        notices.unavailable("x").replace("x", "full marks"),
    )
    assert notices.sentences("\n".join(forged)) == ()


# --- Jupyter's rules ------------------------------------------------------------------------------------


def test_figures_are_pictures_whatever_a_notebook_asks_for(box: Box) -> None:
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    for wish in ("figure_format = 'svg'", "figure_formats = {'pdf', 'svg'}"):
        result = run(box, f"%config InlineBackend.{wish}\n{draw}")
        assert [output.name for output in result.outputs] == ["image/png"]
    for backend in ("notebook", "widget", "qt"):
        result = run(box, f"%matplotlib {backend}\n{draw}")
        assert [output.name for output in result.outputs] == [notices.STREAM, "image/png"]


def test_an_image_that_is_not_kept_is_named(box: Box) -> None:
    result = run(box, "from IPython.display import SVG\nSVG('<svg></svg>')")
    assert said(result) == [notices.image("svg+xml")]


def test_what_is_cleared_is_gone(box: Box) -> None:
    run(box, "from IPython.display import clear_output")
    assert shown(run(box, "print(1)\nclear_output()\nprint(2)")) == ["2\n"]
    assert shown(run(box, "print(1)\nclear_output(wait=True)\nprint(2)")) == ["2\n"]
    assert shown(run(box, "print(1)\nclear_output(wait=True)")) == ["1\n"]
    assert shown(run(box, "for n in range(3):\n    clear_output(wait=True)\n    display(n)")) == ["2"]
    result = run(box, "print(1)\nclear_output(wait=True)\n1 / 0")
    assert (result.status, len(shown(result))) == ("error", 1)


def test_a_display_is_updated_where_it_stands(box: Box) -> None:
    result = run(box, "a = display('a', display_id=True)\nprint(1)\na.update('b')")
    assert shown(result) == ["'b'", "1\n"]
    assert shown(run(box, "a.update('c')")) == []


def test_a_legend_that_took_long_on_a_busy_machine_looks_like_any_other(box: Box) -> None:
    run(box, "import time\nimport matplotlib.pyplot as plt\nseconds = iter(range(0, 1000, 5))")
    run(box, "time.perf_counter = lambda: next(seconds)")
    result = run(box, "plt.plot([1, 2], label='one')\nplt.legend()\nplt.show()\nnext(seconds)")
    assert [output.kind for output in result.outputs] == ["display", "result"]
    assert int(result.outputs[1].text) >= 10, "somebody has asked for the time"


def test_many_updates_of_a_figure_cost_the_room_of_one(box: Box) -> None:
    result = run(
        box,
        """
        import matplotlib.pyplot as plt
        figure, axes = plt.subplots(figsize=(20, 15))
        place = display(figure, display_id=True)
        for n in range(3):
            place.update(figure)
        plt.close()
        """,
    )
    assert [output.name for output in result.outputs] == ["image/png"]


def test_help_is_shown_in_a_pane_of_its_own(box: Box) -> None:
    assert shown(run(box, "print(1)\nlen?")) == ["1\n"]


def test_that_another_process_may_print_is_said(box: Box) -> None:
    result = run(box, "import os\nif not os.fork():\n    os._exit(0)\nos.wait();")
    assert said(result) == [notices.PROCESSES]


def test_of_the_processes_that_a_module_starts_as_it_is_imported_nothing_is_said(
    box: Box, tmp_path: Path
) -> None:
    run(box, f"%cd -q {tmp_path}")
    run(box, "%%writefile asks.py\nimport os\nif not os.fork():\n    os._exit(0)\nos.wait()\nx = 5")
    result = run(box, "import asks\nasks.x")
    assert shown(result) == ["5"]
    assert said(result) == []


def test_a_cell_can_import_what_an_earlier_one_has_written(box: Box, tmp_path: Path) -> None:
    run(box, f"%cd -q {tmp_path}")
    run(box, "%%writefile helper.py\nx = 5")
    assert shown(run(box, "import helper\nhelper.x")) == ["5"]


def test_of_the_machine_no_folder_is_named(box: Box) -> None:
    source = """
        import json, numpy, traceback
        print(numpy.__file__)
        traceback.print_stack()
        try:
            json.loads("{")
        except ValueError:
            traceback.print_exc()
        numpy.linalg.inv([[1, 2]])
        """
    texts = "\n".join(shown(run(box, source)))
    assert "…/numpy/linalg/_linalg.py" in texts
    assert "…/json/decoder.py" in texts
    assert not [place for place in (sys.prefix, sys.base_prefix, str(ROOT)) if f"{place}/" in texts]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"{os.__file__}:3", "…/os.py:3"),
        (f"a {np.__file__} b", "a …/numpy/__init__.py b"),
        ("/home/ada/data.csv and ~/x and /usr/bin", "/home/ada/data.csv and ~/x and /usr/bin"),
    ],
)
def test_the_folders_of_python_are_left_out_and_no_others(text: str, kept: str) -> None:
    assert without_places(text) == kept
