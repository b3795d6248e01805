"""What holds for every test, and nbval, which runs every notebook.

A lecture must give its committed outputs again, an assignment must only run.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from nbval.plugin import IPyNbCell, IPyNbFile
from xdist.scheduler import LoadScopeScheduling

from autograder.sandbox import limits, seccomp


# No test depends on how fast a machine is. Where CI is set, hypothesis repeats the same examples.
settings.register_profile("course", settings.default, deadline=None)
settings.load_profile("course")

# The notebooks of the sample class are broken on purpose.
collect_ignore = ["tests/submissions"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without-namespaces", action="store_true", help="test behind the reduced wall, as in a container"
    )
    parser.addoption(
        "--whole-lectures", action="store_true", help="run every lecture in a browser and move every control"
    )


def pytest_configure(config: pytest.Config) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the kernels that nbval starts, as `tests.notebooks` does
    if config.getoption("--without-namespaces"):
        limits.forbid_new_privileges()
        seccomp.install(seccomp.assemble({"EPERM": "unshare"}, (), os.uname().machine))


class OneAssignment(LoadScopeScheduling):
    """Spread tests by file, and the proof of the exercises, which is the longest, by assignment."""

    def _split_scope(self, nodeid: str) -> str:
        assignment = re.search(r"\[(?:\w+-)?(\d\d_\w+)\.\w+\]$", nodeid)
        return super()._split_scope(nodeid) + (f"[{assignment[1]}]" if assignment else "")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneAssignment | None:
    return OneAssignment(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A copy of a notebook that somebody works on is no notebook of the course."""
    of_the_course = r"/(lectures/\d\d_\w+|assignments/(\d\d_\w+)/\2)\.ipynb$"
    is_copy = collection_path.suffix == ".ipynb" and not re.search(of_the_course, collection_path.as_posix())
    return True if is_copy else None


def pytest_collectstart(collector: pytest.Collector) -> None:
    if isinstance(collector, IPyNbFile):
        collector.compare_outputs = collector.path.parent.name == "lectures"
        # Another matplotlib draws other pixels; size and words of a figure are compared.
        collector.sanitize_patterns[r"data:image/png;base64,[^\"]+"] = "pixels"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """nbval would expect the cells behind one that took too long to fail, and call it a failure if not."""
    if isinstance(item, IPyNbCell) and item.parent.timed_out:
        pytest.skip("a cell before it took too long")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """nbval looks for an error among the outputs; of some, such as an unknown magic, only the reply tells."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    with recorded_replies(item.parent.kernel) as replies:
        result = yield
    if item.parent.timed_out:
        item.raise_cell_error(f"The cell took longer than {item.config.option.nbval_cell_timeout:g} s")
    errors = [reply["ename"] for reply in replies if reply["status"] == "error"]
    if errors and not item.options["check_exception"]:
        item.raise_cell_error(f"The cell raised {errors[0]}")
    return result


@contextmanager
def recorded_replies(kernel: Any) -> Iterator[list[dict[str, Any]]]:
    """What the kernel answers to requests for execution, which nbval reads and does not keep."""
    replies: list[dict[str, Any]] = []
    read = kernel.get_message

    def record(stream: str, timeout: float | None = None) -> dict[str, Any]:
        message = read(stream=stream, timeout=timeout)
        if message["msg_type"] == "execute_reply":
            replies.append(message["content"])
        return message

    kernel.get_message = record
    try:
        yield replies
    finally:
        kernel.get_message = read
