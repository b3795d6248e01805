"""`check` as a student meets it: what it says, when it stops waiting, and what it does not take."""

import builtins
import contextlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jupyter_client.manager import KernelManager
from traitlets.config import Config

import advsec.averages
from advsec import averages
from autograder import CheckFailed, check, student
from autograder.exercises import find_exercise
from autograder.patience import limited
from autograder.sandbox.perform import Interrupted
from tests.autograder.course import ROOT


EWMA = find_exercise("ewma")
TESTS = sum(probe.public for probe in EWMA.probes)
course_ewma = averages.ewma


def right(x: np.ndarray, beta: float, *, init: Any = 0.0) -> np.ndarray:
    means = np.empty(x.shape)
    mean = np.zeros(x.shape[1:]) + init
    for t, observation in enumerate(x):
        mean = means[t] = beta * mean + (1 - beta) * observation
    return means


def named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = name
    return function


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(student, "SECONDS", 0.05)


def said(function: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> tuple[str, CheckFailed | None]:
    """What is shown of a function, and what is raised."""
    failed = None
    try:
        check(function)
    except CheckFailed as error:
        failed = error
    return capsys.readouterr().out, failed


# --- what it says ---------------------------------------------------------------------------------------


def test_a_right_answer_hears_which_kinds_of_input_grading_adds(capsys: Any) -> None:
    shown, failed = said(named("ewma", right), capsys)
    headline = shown.splitlines()[0]
    assert failed is None
    assert headline.startswith(
        f"ewma: all {TESTS} tests pass. Grading repeats them with other numbers and tries"
    )
    assert all(probe.name in headline for probe in EWMA.probes if not probe.public)


def swapped(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    return right(x, 1 - beta, init=init)


def test_each_thing_is_said_once(capsys: Any) -> None:
    shown, failed = said(named("ewma", swapped), capsys)
    assert shown.count("Your result is what you get when") == 1
    assert failed is not None
    assert failed._render_traceback_() == ["CheckFailed: see above."]


def raises(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    return x.nothing


def test_an_error_is_no_value_that_was_returned(capsys: Any) -> None:
    shown, _ = said(named("ewma", raises), capsys)
    assert shown.count("AttributeError") == 1
    assert "expected:" in shown
    assert "returned:" not in shown


def unwritten(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    raise NotImplementedError


def test_of_what_is_not_written_one_line_is_shown_and_nothing_raised(capsys: Any) -> None:
    assert said(named("ewma", unwritten), capsys) == ("`ewma` is not written yet.\n", None)


def test_validate_hears_of_everything_and_cuts_no_formula(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    for function, words in ((unwritten, "not written yet"), (swapped, "+ (1 - beta) * mean`")):
        _, failed = said(named("ewma", function), capsys)
        assert failed is not None
        lines = failed._render_traceback_()
        assert words in " ".join(lines)
        assert max(map(len, lines)) <= 83  # nbgrader indents by 4 and keeps 87 characters


def test_no_mistake_is_named_that_may_be_that_of_another_function(capsys: Any) -> None:
    """Corrected as it should be, an average that forgets to weigh looks like a mistake of the correction."""
    notebook: dict[str, Any] = {"np": np}
    corrected = "def ewma_corrected(x, beta):\n    return ewma(x, beta)"
    exec("def ewma(x, beta, *, init=0.0):\n    return x + 1.0", notebook)
    exec(corrected, notebook)
    shown, failed = said(notebook["ewma_corrected"], capsys)
    assert failed is not None
    assert "builds on `ewma`; look there first: its results are not the ones that are asked for." in shown
    notebook["ewma"] = named("ewma", right)
    shown, _ = said(notebook["ewma_corrected"], capsys)
    assert "Your result is what you get when" in shown
    assert "builds on" not in shown


def test_where_a_function_of_another_exercise_is_missing_its_cell_is_to_be_run(capsys: Any) -> None:
    notebook: dict[str, Any] = {"np": np}
    exec("def ewma_corrected(x, beta):\n    return ewma(x, beta)", notebook)
    shown, _ = said(notebook["ewma_corrected"], capsys)
    assert "name 'ewma' is not defined" in shown
    assert "Run the cell in which you write `ewma`, then this one again." in shown
    exec("def ewma_corrected(x, beta):\n    return mistyped(x, beta)", notebook)
    shown, _ = said(notebook["ewma_corrected"], capsys)
    assert "name 'mistyped' is not defined" in shown
    assert "Run the cell" not in shown


# --- under which name, and whose ------------------------------------------------------------------------


def test_a_mistyped_name_is_answered_with_the_right_one(capsys: Any) -> None:
    _, failed = said(named("emwa", right), capsys)
    assert str(failed).endswith("If you mean `ewma`, give it that name.")
    _, failed = said(named("completely_different", right), capsys)
    assert str(failed).endswith("Its name has to be that of the task.")


@pytest.mark.parametrize("value", [np.zeros(3), 7, "ewma", None])
def test_the_result_is_no_function(value: Any, capsys: Any) -> None:
    _, failed = said(value, capsys)
    assert "without brackets" in str(failed)


def test_as_in_grading_the_name_in_the_notebook_counts(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ewma", lambda x, beta, *, init=0.0: right(x, beta, init=init))
    shown, failed = said(globals()["ewma"], capsys)
    assert shown.startswith(f"ewma: all {TESTS} tests pass.")
    assert failed is None


def through_a_name(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    return course_ewma(x, beta, init=init)


def through_the_package(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    return advsec.averages.ewma(x, beta, init=init)


def through_an_import_of_its_own(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    from advsec.averages import ewma

    return ewma(x, beta, init=init)


def through_another_function(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    return [through_a_name(x, beta, init=init)][0]


@pytest.mark.parametrize(
    "function",
    [
        averages.ewma,
        through_a_name,
        through_the_package,
        through_an_import_of_its_own,
        through_another_function,
    ],
)
def test_the_functions_of_the_course_are_no_answer(function: Any, capsys: Any) -> None:
    function = function if function is averages.ewma else named("ewma", function)
    shown, failed = said(function, capsys)
    assert not shown
    assert "the course's own" in str(failed)
    assert "not there when your work is graded" in str(failed)


# --- how long it waits ----------------------------------------------------------------------------------


def endless(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    while True:
        pass


def asleep(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    time.sleep(1000)


def stubborn(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    while True:
        with contextlib.suppress(Exception):
            builtins.sum(range(1000))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("function", [endless, asleep, stubborn])
def test_what_does_not_come_back_is_not_waited_for(function: Any, capsys: Any) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    shown, failed = said(named("ewma", function), capsys)
    assert "`ewma` did not come back in time (0.05 s)." in shown
    assert f"0 of {TESTS} tests pass, {TESTS - 1} not tried." in shown
    assert failed is not None
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def interrupted(x: Any, beta: Any, *, init: Any = 0.0) -> Any:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_shows_the_panel(capsys: Any) -> None:
    shown, failed = said(named("ewma", interrupted), capsys)
    assert "`ewma` was interrupted before it came back." in shown
    assert failed is not None
    with pytest.raises(KeyboardInterrupt):  # and Ctrl-C is what it was
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def thread() -> Callable[[Callable[[], None]], None]:
    def run(work: Callable[[], None]) -> None:
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()

    return run


@pytest.mark.usefixtures("impatient")
def test_in_another_thread_it_does_not_wait_either(thread: Any) -> None:
    seen: list[object] = []
    thread(lambda: seen.append(student.check_quietly(endless, EWMA)))
    assert seen[0].finding.kind == "time_limit"  # type: ignore[attr-defined]


def test_without_signals_a_watcher_stops_the_main_thread_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "setitimer")
    with pytest.raises(Interrupted), limited(0.05):
        endless(None, None)


def test_whoever_is_in_time_is_left_alone(thread: Any) -> None:
    def many() -> None:
        for _ in range(200):
            with contextlib.suppress(Interrupted), limited(0.0005):
                sum(range(1000))
        for _ in range(1000):
            os.getpid()  # a late exception would arrive here
        finished.append(True)

    finished: list[bool] = []
    before = threading.active_count()
    thread(many)
    many()
    assert len(finished) == 2
    while threading.active_count() > before:  # no watcher stays, or it would ask again for ever
        time.sleep(0.01)


@pytest.mark.usefixtures("impatient")
def test_what_is_printed_afterwards_is_seen(capsys: Any) -> None:
    streams = sys.stdout, sys.stderr
    said(named("ewma", endless), capsys)
    assert (sys.stdout, sys.stderr) == streams


def test_outside_of_a_course_nobody_knows_what_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(student, "_catalogue", student._catalogue.__wrapped__)
    monkeypatch.setattr(student, "assignments", student.assignments.__wrapped__)
    with pytest.raises(CheckFailed, match=r"check does not know .* is not inside a course"):
        check(right)


# --- in a kernel ----------------------------------------------------------------------------------------


STEPS = """
from pathlib import Path
import time
from autograder import check, student

def ewma(x, beta, *, init=0.0):
    Path("running").touch()
    while True:
        time.sleep(0.01)
"""


def test_a_kernel_outlives_what_hangs_and_what_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    manager = KernelManager(config=Config(KernelManager={"transport_encryption": "auto"}))
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        hung = outputs(client, STEPS + "student.SECONDS = 0.2\ncheck(ewma)")
        (tmp_path / "running").unlink()
        message = client.execute("student.SECONDS = 600\ncheck(ewma)")
        while not (tmp_path / "running").exists():
            time.sleep(0.05)
        manager.interrupt_kernel()
        stopped = replies(client, message)
        alive = outputs(client, "print(6 * 7)")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    for shown, words in (
        (hung, "did not come back in time"),
        (stopped, "was interrupted before it came back"),
    ):
        panel, error = shown
        assert words in panel["data"]["text/plain"]
        assert error["traceback"] == ["CheckFailed: see above."]
    assert alive == [{"name": "stdout", "text": "42\n"}]


def outputs(client: Any, code: str) -> list[Any]:
    return replies(client, client.execute(code))


def replies(client: Any, message: str) -> list[Any]:
    """What one request shows, until the kernel is idle again."""
    shown = []
    while True:
        reply = client.get_iopub_msg(timeout=120)
        if reply["parent_header"].get("msg_id") != message:
            continue
        if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
            return shown
        if reply["msg_type"] in ("display_data", "error", "stream"):
            shown.append(reply["content"])
