"""An ordinary assignment of nbgrader's beside ours: run behind the wall, and its points are nbgrader's."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.ordinary import NotBehindTheWall, files_beside, outputs_of, run_cells
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.messages import CellResult, Output
from autograder.sandbox.perform import Stopped

from .course import ASSIGNMENT, make_course
from .test_grades import nbgrader


pytestmark = pytest.mark.filterwarnings("ignore")  # of nbgrader and what it imports


def words(output: dict[str, Any]) -> str:
    """What is printed, the name of an error, or a result."""
    match output:
        case {"output_type": "stream"}:
            return str(output["text"])
        case {"output_type": "error"}:
            return str(output["ename"])
    return str(output["data"]["text/plain"])


def shown(ran: list[CellResult | Stopped]) -> list[str]:
    return ["".join(map(words, outputs_of(each))) for each in ran]


def run_all(zygote: Zygote, *sources: str, seconds: float | None = 10.0, **beside: bytes) -> list[str]:
    return shown(run_cells(sources, beside, zygote, lambda _: seconds))


def test_cells_share_a_kernel_and_files_lie_beside_them(zygote: Zygote) -> None:
    assert run_all(zygote, "x = open('data').read()", "print(x)", "x * 2", data=b"ab") == [
        "",
        "ab\n",
        "'abab'",
    ]


def test_a_module_beside_the_notebook_is_imported_and_a_large_file_is_whole(zygote: Zygote) -> None:
    beside = {"helper.py": b"def two(): return 2", "big/of/all": bytes(range(256)) * 8192}
    sources = ("import helper\nhelper.two()", "d = open('big/of/all', 'rb').read()\nlen(d), d[-1]")
    assert shown(run_cells(sources, beside, zygote, lambda _: 10.0)) == ["2", "(2097152, 255)"]


def test_a_cell_that_hangs_or_ends_python_costs_itself(zygote: Zygote) -> None:
    cells = ("a = 1", "import time; time.sleep(60)", "a", "import os; os._exit(0)", "a + 1")
    assert run_all(zygote, *cells, seconds=1.0) == ["", "CellTimeoutError", "1", "Stopped", "2"]


def test_what_nbgrader_reads_points_from_is_shown_as_it_is() -> None:
    outputs = (Output("stream", "stderr", "a warning"), Output("result", "text/plain", "2.5"))
    first, second = outputs_of(CellResult("ok", outputs))
    assert (first["output_type"], first["name"]) == ("stream", "stderr")
    assert (second["output_type"], second["data"]["text/plain"]) == ("execute_result", "2.5")
    (kept,) = outputs_of(CellResult("error", ()))
    assert kept["output_type"] == "error"


def test_a_link_beside_the_notebook_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").symlink_to("/etc/passwd")
    with pytest.raises(NotBehindTheWall, match="secret beside the notebook cannot be used"):
        files_beside(tmp_path)


# --- through nbgrader -----------------------------------------------------------------------------------


def cell(source: str, grade_id: str, *, points: float | None = None, solution: bool = False) -> Any:
    about = {
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "grade_id": grade_id,
        "schema_version": 3,
    }
    if points is not None:
        about["points"] = points
    return new_code_cell(source, metadata={"nbgrader": about})


def homework(answer: str, gradebook: Path) -> Any:
    """A notebook whose last test nobody passes who is behind the wall."""
    notebook = new_notebook(
        cells=[
            cell(answer, "answer", solution=True),
            cell("assert double(2) == 4", "works", points=2.0),
            cell("2.0 if double('ab') == 'abab' else 0.5", "in-part", points=2.0),
            cell(f"open({str(gradebook)!r})", "outside", points=1.0),
        ]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


TESTS = ("works", "in-part", "outside")
ANSWERS = {
    "right": "def double(x):\n    return 2 * x",
    "partly": "def double(x):\n    return 2.0 * x if x != 'ab' else x",
    "wrong": "def double(x):\n    return 7",
    "ends": "import os; os._exit(0)",
}


def write(notebook: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def test_an_ordinary_assignment_beside_ours_is_graded_by_its_own_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course.find(make_course(tmp_path, ("ada-all-right",)))
    monkeypatch.chdir(tmp_path)
    solution = f"### BEGIN SOLUTION\n{ANSWERS['right']}\n### END SOLUTION"
    write(homework(solution, course.gradebook), course.source / "hw" / "p.ipynb")
    nbgrader("generate_assignment", "hw")
    for student, answer in ANSWERS.items():
        write(homework(answer, course.gradebook), course.submitted / student / "hw" / "p.ipynb")
    nbgrader("autograde", "hw")
    nbgrader("generate_assignment", ASSIGNMENT)
    nbgrader("autograde", ASSIGNMENT)
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        scores = {
            student: [gradebook.find_grade(name, "p", "hw", student).auto_score for name in TESTS]
            for student in ANSWERS
        }
        assert gradebook.find_submission(ASSIGNMENT, "ada-all-right").score == 26
    assert scores == {"right": [2, 2, 0], "partly": [2, 0.5, 0], "wrong": [0, 0.5, 0], "ends": [0, 0, 0]}
    nbgrader("generate_feedback", "hw")
    page = (course.work / "feedback" / "partly" / "hw" / "p.html").read_text()
    assert "Score: 2.5 / 5.0" in " ".join(page.split())
    nbgrader("export", "--to", "out.csv")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert [line for line in lines if line.startswith("hw,") and ",partly," in line and ",2.5," in line]
