"""The command line as a teaching assistant uses it."""

import json
import re
import shutil
import signal
import sqlite3
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from autograder import cli

from .course import ASSIGNMENT, make_course, run, start


RIGHT = "ada-all-right"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path, (RIGHT,))


Typed = Callable[..., tuple[int, str, str]]
Spoil = Callable[[Path], list[str]]


@pytest.fixture
def typed(course: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Typed:
    """What a command answers that is typed in the course: its exit code, what it says and what it complains.

    It runs in this process, which has imported everything already.
    """

    def answer(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(course)
        monkeypatch.setattr(sys, "argv", ["autograder", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return code if isinstance(code, int) else 0, *capfd.readouterr()

    return answer


@pytest.mark.parametrize("arguments", [["--help"], ["grade", "--help"], ["demo", "-h"]])
def test_help_is_readable_and_needs_nothing_slow(arguments: list[str], tmp_path: Path) -> None:
    done = run("autograder", *arguments, cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage: autograder" in done.stdout
    loaded = "import sys; sys.argv[1:] = ['--help']\nfrom autograder.cli import main\n"
    loaded += "try: main()\nexcept SystemExit: print({'numpy', 'nbformat', 'nbgrader'} & set(sys.modules))"
    assert run("python", "-c", loaded, cwd=tmp_path).stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    ("command", "default"),
    [
        ("collect", ".course/submitted"),
        ("grade", ".course/submitted"),
        ("report", ".course/reports/ASSIGNMENT"),
    ],
)
def test_help_says_where_things_lie_by_default(command: str, default: str, tmp_path: Path) -> None:
    assert f"[default: ({default})]" in run("autograder", command, "--help", cwd=tmp_path).stdout


def test_json_is_one_object_per_submission(course: Path) -> None:
    done = run("autograder", "grade", ASSIGNMENT, "--json", "-j", "1", cwd=course)
    (line,) = done.stdout.splitlines()
    result = json.loads(line)
    assert list(result) == [
        "student", "assignment", "outcome", "reason", "score", "max_score", "waiting", "late_penalty",
        "exercises", "tier", "seconds",
    ]  # fmt: skip
    assert result["score"] == result["max_score"] - result["waiting"] == 26
    assert all(each == {"score": each["max_score"], "max_score": each["max_score"], "finding": None}
               for each in result["exercises"].values())  # fmt: skip


def test_a_second_run_grades_nothing_anew_and_says_so(course: Path) -> None:
    first = run("autograder", "grade", ASSIGNMENT, cwd=course)
    second = run("autograder", "grade", ASSIGNMENT, cwd=course)
    assert "1 graded just now" in first.stdout
    assert "nothing graded anew" in second.stdout
    notebook = course / ".course" / "submitted" / RIGHT / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook.write_text(notebook.read_text() + "\n")
    assert "1 graded just now" in run("autograder", "grade", ASSIGNMENT, cwd=course).stdout


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopping_keeps_what_is_graded_and_waits_a_little(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    course = make_course(tmp_path, (RIGHT, "loop-forever"))
    results = course / ".course" / "results" / ASSIGNMENT
    with start("autograder", "grade", ASSIGNMENT, "-j", "1", cwd=course) as grading:
        while not list(results.glob("*.json")):
            assert grading.poll() is None
            time.sleep(0.01)
        grading.send_signal(number)
        _, said = grading.communicate()
    assert said.splitlines() == [
        "autograder: stopping; what is being graded has 5 s to end",
        "autograder: stopped; what is graded is kept, the same command goes on",
    ]
    assert grading.returncode == code
    assert len(list(results.glob("*.json"))) == 1
    again = run("autograder", "grade", ASSIGNMENT, "--student", RIGHT, cwd=course)
    assert "nothing graded anew" in again.stdout


def test_the_submissions_may_lie_elsewhere(course: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "handed in"
    shutil.move(course / ".course" / "submitted", elsewhere)
    done = run("autograder", "grade", ASSIGNMENT, "--submitted", str(elsewhere), "--json", cwd=course)
    assert json.loads(done.stdout)["student"] == RIGHT


def test_release_makes_what_students_get_and_what_nbgrader_needs(course: Path) -> None:
    done = run("autograder", "release", ASSIGNMENT, cwd=course)
    assert done.returncode == 0
    says = f"For students: handout/{ASSIGNMENT}.zip, and the same as a folder beside it.\n"
    assert done.stdout == says
    (course / "handout" / ASSIGNMENT / "mine.txt").write_text("mine")
    again = run("autograder", "release", ASSIGNMENT, cwd=course)
    left = f"But handout/{ASSIGNMENT} is left as it was: somebody has worked in it (mine.txt).\n"
    assert again.stdout == says + left
    assert (course / "handout" / ASSIGNMENT / "README.md").is_file()
    assert (course / ".course" / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").is_file()


def test_report_writes_a_page_for_everybody(course: Path) -> None:
    before = run("autograder", "report", ASSIGNMENT, cwd=course)
    assert before.returncode == 1
    assert "nothing of 01_moving_averages is graded yet" in before.stderr
    run("autograder", "grade", ASSIGNMENT, cwd=course)
    done = run("autograder", "report", ASSIGNMENT, cwd=course)
    assert done.returncode == 0
    index = course / done.stdout.split(": ")[-1].strip()
    assert RIGHT in index.read_text()


def test_the_class_report_flags_what_is_not_from_the_release(course: Path) -> None:
    path = course / ".course" / "submitted" / RIGHT / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(path.read_text())
    source = "try:\n    import advsec\nexcept ImportError:\n    pass"
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    path.write_text(json.dumps(notebook | {"cells": [*notebook["cells"], cell | {"id": "mine"}]}))
    run("autograder", "grade", ASSIGNMENT, cwd=course)
    shutil.rmtree(course / ".course" / "release")  # it is made again
    done = run("autograder", "report", ASSIGNMENT, cwd=course)
    page = (course / done.stdout.split(": ")[-1].strip()).read_text()
    number = len(notebook["cells"]) + 1
    assert f"which is absent while grading (cell {number})." in page
    assert page.count("<code>advsec</code>") == 1


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    for command in (("autograder",), ("python", "-m", "autograder")):
        assert run(*command, "--version", cwd=tmp_path).stdout == f"autograder {version('advsec')}\n"


@pytest.mark.parametrize("name", [f"{ASSIGNMENT}/", f"notebooks/assignments/{ASSIGNMENT}/"])
def test_a_name_that_the_shell_completed_is_taken(typed: Typed, name: str) -> None:
    code, _, complaint = typed("report", name)
    assert code == 1
    assert f"nothing of {ASSIGNMENT} is graded yet; run: autograder grade {ASSIGNMENT}\n" in complaint


def test_any_name_can_be_printed_anywhere(course: Path) -> None:
    with zipfile.ZipFile(course / "some.zip", "w") as archive:
        archive.writestr(f"Ελένη/{ASSIGNMENT}.ipynb", "{}")
    environment = {"PYTHONIOENCODING": "ascii"}
    as_json = run("autograder", "collect", "some.zip", "--json", cwd=course, **environment)
    assert json.loads(as_json.stdout)["student"] == "Ελένη"
    table = run("autograder", "collect", "some.zip", cwd=course, **environment)
    assert table.returncode == 0, table.stderr
    assert table.stdout.isascii()
    assert "\\u0395" in table.stdout


def test_names_of_files_that_are_read_as_another_encoding_are_refused(course: Path) -> None:
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run("autograder", "doctor", cwd=course, **environment)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "autograder: here Python reads the names of files as ascii; set PYTHONUTF8=1"
    )
    assert done.stderr.count("\n") == 1


INTERRUPTED = """
import signal, time
from autograder.cli.running import stoppable

class Last:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
with stoppable():
    Last()
    time.sleep(60)
    print("not stopped")
"""


def test_an_interrupt_that_arrives_in_a_destructor_is_heard(tmp_path: Path) -> None:
    done = run("python", "-c", INTERRUPTED, cwd=tmp_path)
    assert done.stdout == ""
    assert "Exception ignored" not in done.stderr
    assert done.stderr.startswith("autograder: stopped; what is graded is kept")


# --- what a person has to put right ---------------------------------------------------------------------


def no_such_assignment(course: Path) -> list[str]:
    return ["grade", "99_nothing"]


def no_submissions(course: Path) -> list[str]:
    shutil.rmtree(course / ".course" / "submitted")
    return ["grade", ASSIGNMENT]


def nobody_handed_in(course: Path) -> list[str]:
    shutil.rmtree(course / ".course" / "submitted" / RIGHT)
    return ["grade", ASSIGNMENT]


def unknown_student(course: Path) -> list[str]:
    return ["grade", ASSIGNMENT, "--student", "nobody"]


def a_file_for_a_folder(course: Path) -> list[str]:
    return ["grade", ASSIGNMENT, "--submitted", "nbgrader_config.py"]


def half_made_gradebook(course: Path) -> list[str]:
    with closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection, connection:
        connection.execute("create table student (id text)")
    return ["grade", ASSIGNMENT]


def garbage_gradebook(course: Path) -> list[str]:
    (course / ".course" / "gradebook.db").write_bytes(b"not a database" * 100)
    return ["grade", ASSIGNMENT]


def outside_of_a_course(course: Path) -> list[str]:
    (course / "nbgrader_config.py").unlink()
    return ["grade", ASSIGNMENT]


def settings_that_do_not_run(course: Path) -> list[str]:
    (course / "nbgrader_config.py").write_text("c = (")
    return ["doctor"]


def short_key(course: Path) -> list[str]:
    (course / ".course" / "course_key").write_text("")
    return ["grade", ASSIGNMENT]


def results_that_are_a_file(course: Path) -> list[str]:
    (course / ".course" / "results").write_text("no folder")
    return ["grade", ASSIGNMENT]


def autograded_that_is_a_file(course: Path) -> list[str]:
    (course / ".course" / "autograded").write_text("no folder")
    return ["grade", ASSIGNMENT]


def work_that_is_a_file(course: Path) -> list[str]:
    shutil.move(course / ".course" / "submitted", course / "elsewhere")
    (course / ".course").rmdir()
    (course / ".course").write_text("no folder")
    return ["grade", ASSIGNMENT, "--submitted", "elsewhere"]


def truncated_source(course: Path) -> list[str]:
    path = course / "notebooks" / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.write_text(path.read_text()[:1000])
    return ["release", ASSIGNMENT]


def no_source(course: Path) -> list[str]:
    shutil.rmtree(course / "notebooks")
    return ["release", ASSIGNMENT]


def no_archive(course: Path) -> list[str]:
    return ["collect", "no.zip"]


def no_roster(course: Path) -> list[str]:
    with zipfile.ZipFile(course / "some.zip", "w") as archive:
        archive.writestr("jane.ipynb", "{}")
    return ["collect", "some.zip", "--roster", "no.csv"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (no_such_assignment, "there is no assignment '99_nothing'"),
        (no_submissions, "there is no folder"),
        (nobody_handed_in, "nobody has handed in"),
        (unknown_student, "nobody named 'nobody'"),
        (a_file_for_a_folder, "is not a folder"),
        (half_made_gradebook, "gradebook"),
        (garbage_gradebook, "gradebook"),
        (outside_of_a_course, "not inside a course"),
        (settings_that_do_not_run, "nbgrader_config.py cannot be used (SyntaxError"),
        (short_key, "course_key must be at least 32 hexadecimal digits"),
        (results_that_are_a_file, "cannot be written: Not a directory"),
        (autograded_that_is_a_file, "autograded"),
        (work_that_is_a_file, ".course"),
        (truncated_source, ASSIGNMENT),
        (no_source, ASSIGNMENT),
        (no_archive, "no.zip cannot be read: No such file"),
        (no_roster, "no.csv cannot be read"),
    ],
)
def test_bad_input_is_one_sentence_and_no_traceback(
    typed: Typed, course: Path, spoil: Spoil, says: str
) -> None:
    notebook = course / ".course" / "submitted" / RIGHT / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook.write_text("")  # whose grading takes no time
    code, _, complaint = typed(*spoil(course))
    assert code == 1
    assert says in complaint
    assert complaint.startswith("autograder: ")
    assert len(complaint.strip().splitlines()) == 1, complaint


def test_on_a_terminal_the_bar_ends_with_what_it_shows(
    typed: Typed, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / ".course" / "submitted" / RIGHT / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").write_text("")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    before = set(threading.enumerate())
    code, _, complaint = typed(*half_made_gradebook(course))
    assert code == 1
    assert "Traceback" not in complaint
    assert "autograder: the gradebook " in complaint.splitlines()[-1]
    for thread in set(threading.enumerate()) - before:
        thread.join(60)  # rich tells its own to end, and does not wait for that
    assert set(threading.enumerate()) <= before


def test_demo_uses_folders_of_its_own(course: Path) -> None:
    # Not the first: somebody in it takes all the time there is, and is tried again on a busy machine.
    name = "02_optimizers"
    before = sorted((course / ".course").iterdir())
    done = run("autograder", "demo", name, cwd=course)
    assert done.returncode == 0, done.stderr
    rows = [line.split("│") for line in done.stdout.splitlines() if re.match("│[a-z]", line)]
    assert [row[2].strip() for row in rows[:2]] == ["–", "0"], "the worst first"
    assert "not written yet: momentum_step, rmsprop_step," in done.stdout
    assert re.search(r"^And \d+ more, with no fewer points, in the report\.$", done.stdout, re.MULTILINE)
    assert "nothing graded anew" not in done.stdout
    assert sorted((course / ".course").iterdir()) == sorted([*before, course / ".course" / "demo"])
    report = course / ".course" / "demo" / "reports" / name / "index.html"
    assert "ada-all-right" in report.read_text()
    assert f"Open in a browser:\n  {report.relative_to(course)}\n" in done.stdout
    assert "nothing graded anew" in run("autograder", "demo", name, cwd=course).stdout
