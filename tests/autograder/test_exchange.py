"""Feedback through nbgrader's exchange: handed in, collected, graded, released and fetched.

All students are one user of this machine here, so who may read what of the exchange is nbgrader's to test.
"""

import json
from pathlib import Path

import pytest

from autograder.course import Course

from .course import ASSIGNMENT as NAME, SUBMISSIONS, make_course
from .test_grades import autograder, mark, nbgrader, say


pytestmark = pytest.mark.filterwarnings("ignore")  # of nbgrader and what it imports

RIGHT, BROKEN, OTHER, OUTSIDE = "ada-all-right", "truncated-file", "other-notebook", "ben-vectorised"
EXCHANGE = """
c.Exchange.root = {root!r}
c.Exchange.cache = {cache!r}
c.CourseDirectory.course_id = "ml"
c.ExchangeCollect.check_owner = False  # who is only one user
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course with an exchange, whose assignment is released; one student hands in elsewhere."""
    folder = tmp_path / "course"
    folder.mkdir()
    make_course(folder, (OUTSIDE,))
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange").chmod(0o777)
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(EXCHANGE.format(root=str(tmp_path / "exchange"), cache=str(tmp_path / "cache-of-course")))
    monkeypatch.chdir(folder)
    nbgrader("generate_assignment", NAME)
    nbgrader("release_assignment", NAME)
    return Course.find(folder)


def notebook_of(student: str) -> bytes:
    """What a student hands in: one from the sample class, or another notebook under the right name."""
    if student != OTHER:
        return (SUBMISSIONS / student / NAME / f"{NAME}.ipynb").read_bytes()
    cell = {"cell_type": "code", "source": "print('my other course')", "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell | {"metadata": {}}] * 3, "metadata": {}, "nbformat": 4,
                       "nbformat_minor": 4}).encode()  # fmt: skip


class Student:
    """Somebody with a folder and settings of their own, as in a JupyterHub."""

    def __init__(self, name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name, self.folder, self.monkeypatch = name, place / f"home-of-{name}", monkeypatch
        self.folder.mkdir()
        settings = EXCHANGE.format(root=str(place / "exchange"), cache=str(self.folder / "cache"))
        settings += f"c.CourseDirectory.student_id = {name!r}\n"
        (self.folder / "nbgrader_config.py").write_text(f"c = get_config()\n{settings}")

    def hands_in(self) -> None:
        (self.folder / NAME).mkdir()
        (self.folder / NAME / f"{NAME}.ipynb").write_bytes(notebook_of(self.name))
        self.monkeypatch.chdir(self.folder)
        nbgrader("submit", NAME)

    def fetches(self) -> list[str]:
        """The pages that this student gets."""
        self.monkeypatch.chdir(self.folder)
        nbgrader("fetch_feedback", NAME)
        return [page.read_text() for page in sorted(self.folder.glob(f"{NAME}/feedback/*/*.html"))]


def test_everybody_who_handed_in_gets_their_page_and_nothing_else(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    students = [Student(name, tmp_path, monkeypatch) for name in (RIGHT, BROKEN, OTHER)]
    for student in students:
        student.hands_in()
    monkeypatch.chdir(course.root)
    nbgrader("collect", NAME)
    autograder("grade", NAME)
    say(course, RIGHT, "choice-answer", "Which noise do you mean?")
    mark(course, RIGHT, "choice-answer", 2.5)
    nbgrader("generate_feedback", NAME)
    nbgrader("release_feedback", NAME)
    released = list((tmp_path / "exchange" / "ml" / "feedback").iterdir())
    assert len(released) == len(students)
    assert f"not released there: {OUTSIDE}." in capfd.readouterr().err

    pages = {}
    for student in students:
        (pages[student.name],) = student.fetches()
    assert "<strong>28.5</strong> of 30 points" in pages[RIGHT]
    assert "Which noise do you mean?" in pages[RIGHT]
    assert "Your file could not be graded yet" in pages[BROKEN]
    assert "A person will look at your work" in pages[OTHER]
    source = (course.source / NAME / f"{NAME}.ipynb").read_text()
    for scheme in ("Model answer", "One point: any", "whose window lies between"):
        assert scheme in source
        assert not [name for name, page in pages.items() if scheme in page]
    for name, page in pages.items():
        assert not [other for other in (RIGHT, BROKEN, OTHER, OUTSIDE) if other != name and other in page]

    # A point more, and the page of the same submission is the new one.
    mark(course, RIGHT, "choice-answer", 3.5)
    monkeypatch.chdir(course.root)
    nbgrader("generate_feedback", NAME, "--force")
    nbgrader("release_feedback", NAME)
    assert "<strong>29.5</strong> of 30 points" in students[0].fetches()[0]
