"""What running a cell does besides running it."""

import textwrap
from collections.abc import Iterator

import pytest

from autograder.sandbox.launcher import Box, Zygote
from autograder.sandbox.messages import CellResult
from autograder.sandbox.policy import Policy
from autograder.sandbox.wall import build_wall


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
