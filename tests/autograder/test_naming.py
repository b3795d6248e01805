"""A teaching assistant names a group of wrong answers once, on the command line, and everybody hears it."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .course import ASSIGNMENT, make_course, run
from .test_clusters import MEDIAN, MEDIAN_TOO


RIGHT = "ada-all-right"
SAID = "the median stands in the place of the mean"


def hand_in(course: Path, student: str, answer: str) -> None:
    """Somebody hands in what the right student did, but for their `cumulative_mean`."""
    submitted = course / ".course" / "submitted"
    folder = submitted / student / ASSIGNMENT
    shutil.copytree(submitted / RIGHT / ASSIGNMENT, folder)
    path = folder / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [
        each
        for each in notebook["cells"]
        if each["metadata"].get("nbgrader", {}).get("grade_id") == "cumulative_mean"
    ]
    cell["source"] = answer
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which two made the same mistake in other words, and one made none."""
    course = make_course(tmp_path_factory.mktemp("course"), (RIGHT,))
    hand_in(course, "ann", MEDIAN)
    hand_in(course, "bo", MEDIAN_TOO)
    assert run("autograder", "grade", ASSIGNMENT, cwd=course).returncode == 0
    with closing(sqlite3.connect(course / ".course" / "gradebook.db")) as gradebook, gradebook:
        gradebook.execute("update comment set manual_comment = 'well tried' where auto_comment is not null")
    assert run("autograder", "report", ASSIGNMENT, cwd=course).returncode == 0
    return course


def told(course: Path) -> dict[str, dict[str, str]]:
    """What each student is told about their `cumulative_mean`: by the gradebook, and by their page."""
    with closing(sqlite3.connect(course / ".course" / "gradebook.db")) as gradebook:
        comments = gradebook.execute(
            "select student_id, auto_comment from comment as c join submitted_notebook as n "
            "on n.id = c.notebook_id join submitted_assignment as a on a.id = n.assignment_id "
            "join base_cell as b on b.id = c.cell_id where b.name = 'cumulative_mean'"
        )
        found = {student: {"comment": comment or ""} for student, comment in comments}
    for page in (course / ".course" / "reports" / ASSIGNMENT / "students").iterdir():
        student = next(each for each in found if page.name.startswith(f"{each}."))
        found[student]["page"] = page.read_text(encoding="utf-8")
    return found


def scores(course: Path) -> list[tuple]:
    with closing(sqlite3.connect(course / ".course" / "gradebook.db")) as gradebook:
        return sorted(gradebook.execute("select id, auto_score, manual_score from grade"))


def written(course: Path) -> dict[str, bytes]:
    results = course / ".course" / "results"
    return {str(path): path.read_bytes() for path in results.rglob("*.json")}


def group_on(course: Path) -> str:
    index = (course / ".course" / "reports" / ASSIGNMENT / "index.html").read_text(encoding="utf-8")
    (group,) = re.findall(r'id="group-(\w+)"', index)
    return str(group)


def test_a_name_reaches_everybody_without_a_new_run_and_those_who_come_later(course: Path) -> None:
    before, results, group = scores(course), written(course), group_on(course)
    assert not any(SAID in text for texts in told(course).values() for text in texts.values())

    refused = run("autograder", "name", ASSIGNMENT, "00000000", "median_mean", "--message", SAID, cwd=course)
    assert refused.returncode == 1
    assert refused.stderr.startswith("autograder: there is no group '00000000'")
    assert not (course / "named").exists()

    done = run(
        "autograder", "name", ASSIGNMENT, group, "median_mean", "--message", SAID, "--as-entry", cwd=course
    )
    assert done.returncode == 0, done.stderr
    assert "2 hear it now" in done.stderr
    assert "match nobody" not in done.stderr
    assert done.stdout.startswith("# By a student")
    assert 'Wrong(\n    "median_mean",' in done.stdout
    for student, texts in told(course).items():
        for text in texts.values():
            assert (SAID in text) == (student != RIGHT)
    assert scores(course) == before
    assert written(course) == results
    assert "moving_averages/cumulative_mean.py" in done.stderr
    with closing(sqlite3.connect(course / ".course" / "gradebook.db")) as gradebook:
        kept = gradebook.execute("select count(*) from comment where manual_comment = 'well tried'")
        assert kept.fetchone()[0] >= 2

    feedback = run("nbgrader", "generate_feedback", ASSIGNMENT, "--student", "ann", cwd=course)
    assert feedback.returncode == 0, feedback.stderr
    (page,) = (course / ".course" / "feedback" / "ann" / ASSIGNMENT).glob("*.html")
    assert SAID in page.read_text(encoding="utf-8")

    hand_in(course, "cy", MEDIAN.replace("8", "8.0"))
    for folder in ("notebooks/assignments/ps1", ".course/submitted/cy/ps1", ".course/submitted/cy/ps11"):
        (course / folder).mkdir()  # an assignment of nbgrader's own, and one that is misspelt
    table = run("autograder", "grade", ASSIGNMENT, cwd=course)
    assert "not looked at (1): cy/ps11 (no assignment)" in table.stderr
    assert "1 graded just now" in table.stdout
    assert re.sub(r"\W+", " ", table.stdout).count(SAID) == 3
    assert SAID in told(course)["cy"]["comment"]


def test_the_course_has_a_page_over_all_assignments(course: Path) -> None:
    done = run("autograder", "course", cwd=course)
    assert done.returncode == 0, done.stderr
    page = (course / ".course" / "reports" / "index.html").read_text(encoding="utf-8")
    for link in re.findall(r'href="([^"#]+)', page):
        assert (course / ".course" / "reports" / link).exists()
    for student in (RIGHT, "ann", "bo"):
        assert f"<bdi>{student}</bdi>" in page


def test_a_course_of_which_nothing_is_graded_is_one_sentence(tmp_path: Path) -> None:
    empty = make_course(tmp_path, ())
    for command in (("course",), ("name", ASSIGNMENT, "0", "a", "--message", "b")):
        done = run("autograder", *command, cwd=empty)
        assert done.returncode == 1
        assert re.fullmatch(r"autograder: nothing of .* graded yet; run: autograder grade .*\n", done.stderr)


def test_a_file_of_names_that_is_spoilt_stops_before_anything_is_written(course: Path) -> None:
    before, path = scores(course), course / "named" / f"{ASSIGNMENT}.json"
    kept = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text("[{]")
    done = run("autograder", "grade", ASSIGNMENT, cwd=course)
    assert done.returncode == 1
    assert re.fullmatch(r"autograder: .*named/01_moving_averages.json cannot be used: .*\n", done.stderr)
    assert scores(course) == before
    path.unlink()
    if kept is not None:
        path.write_bytes(kept)
