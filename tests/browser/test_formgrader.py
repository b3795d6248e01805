"""Formgrader as a teaching assistant uses it, from a hand-in to the page that its author reads.

It runs in JupyterLab with the settings of `make lab ROLE=teacher`, and grades behind the wall. Students hand
in by nbgrader's exchange; all are one user of this machine here.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from autograder.batch import result_store
from autograder.course import Course
from autograder.results import Result
from tests.autograder.course import ASSIGNMENT as NAME, SUBMISSIONS, make_course, run
from tests.browser import watch
from tests.browser.conftest import new_page
from tests.browser.lab import MARKING, Lab


RIGHT, CURIOUS, BROKEN = "ada", "curious", "truncated"
ANSWER = r"""1. With $N = 39$ and $\beta = 0.95$ the noise falls to $\frac{2}{\sqrt{39}}$.

<script>window.pwned = 1</script>"""
COMMENT = r"Right. Which noise do you mean, $\sigma$ or $\sigma^2$?"
EXCHANGE = """
c.Exchange.root = {root!r}
c.Exchange.cache = {cache!r}
c.CourseDirectory.course_id = "ml"
c.CourseDirectory.student_id = {student!r}
c.ExchangeCollect.check_owner = False  # who is only one user
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with an exchange, into which three students have handed in."""
    place = tmp_path_factory.mktemp("classroom")
    (place / "course").mkdir()
    (place / "exchange").mkdir()
    (place / "exchange").chmod(0o777)
    folder = make_course(place / "course", ())
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(_exchange(place, "*"))
    _nbgrader("generate_assignment", NAME, cwd=folder)
    _nbgrader("release_assignment", NAME, cwd=folder)
    for student, notebook in _handed_in(folder).items():
        home = place / student
        (home / NAME).mkdir(parents=True)
        (home / "nbgrader_config.py").write_text(f"c = get_config()\n{_exchange(place, student)}")
        (home / NAME / f"{NAME}.ipynb").write_bytes(notebook)
        _nbgrader("submit", NAME, cwd=home)
    return Course.find(folder)


def _exchange(place: Path, student: str) -> str:
    return EXCHANGE.format(
        root=str(place / "exchange"), cache=str(place / f"cache-{len(student)}"), student=student
    )


def _nbgrader(*command: str, cwd: Path) -> None:
    done = run("nbgrader", *command, cwd=cwd)
    assert done.returncode == 0, done.stderr


def _handed_in(course: Path) -> dict[str, bytes]:
    """Three files: all right, with an answer in words; one that looks around; and half a file."""
    path = SUBMISSIONS / "ada-all-right" / NAME / f"{NAME}.ipynb"
    right = nbformat.read(path, as_version=4)
    curious = nbformat.read(path, as_version=4)
    for cell in right.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "choice-answer":
            cell.source = ANSWER
    looks = f"""
import os, pathlib
for place in ({str(course)!r}, {str(course / ".course" / "gradebook.db")!r}, os.path.expanduser("~/.ssh")):
    try:
        seen = os.listdir(place) if pathlib.Path(place).is_dir() else pathlib.Path(place).read_bytes()
        print("SEEN", place, len(seen))
    except OSError as error:
        print("not seen:", type(error).__name__)
"""
    curious.cells.append(nbformat.v4.new_code_cell(looks))
    text = nbformat.writes(right).encode()
    return {RIGHT: text, CURIOUS: nbformat.writes(curious).encode(), BROKEN: text[: len(text) // 2]}


@pytest.fixture(scope="module")
def lab(course: Course, jupyterlab: Callable[..., Lab]) -> Lab:
    return jupyterlab(course.root, role="teacher")


@pytest.fixture(scope="module")
def graded(course: Course, lab: Lab, browser: Browser) -> dict[str, str]:
    """What formgrader's list says of each student, after its buttons have collected and graded everybody."""
    with new_page(browser) as page:
        errors, off = watch.console_errors(page), watch.requests_off(page)
        formgrader = open_formgrader(lab, page)
        row = formgrader.locator("tr", has_text=NAME)
        confirm(row.locator(".collect a"), formgrader)
        row.locator(".num-submissions a", has_text="3").click()
        for student in (RIGHT, CURIOUS, BROKEN):
            confirm(row_of(formgrader, student).locator(".autograde a"), formgrader)
        rows = {name: row_of(formgrader, name).inner_text() for name in (RIGHT, CURIOUS, BROKEN)}
        assert errors == []
        assert off == []
    return rows


def open_formgrader(lab: Lab, page: Page) -> FrameLocator:
    """Formgrader in its panel of JupyterLab, as the menu opens it."""
    page.goto(f"{lab.url()}&reset")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_text("Formgrader", exact=True).click()
    return page.frame_locator("#formgrader iframe")


def go(lab: Lab, page: Page, path: str) -> None:
    """A page of formgrader without JupyterLab around it; these do not keep a token."""
    page.goto(f"{lab.url('login')}&next={path}")


def row_of(formgrader: FrameLocator, student: str) -> Locator:
    return formgrader.locator("tbody tr", has=formgrader.get_by_text(student, exact=True))


def confirm(button: Locator, formgrader: FrameLocator) -> str:
    """Press a button, and take note of what formgrader says when it is done, which must be a success."""
    button.click()
    said = formgrader.locator(".modal.in")
    text = said.inner_text()
    assert "Success" in text, text
    said.get_by_role("button", name="OK").click()
    said.wait_for(state="hidden")
    return text


@pytest.fixture
def mark(graded: dict[str, str], lab: Lab, page: Page) -> Iterator[Callable[[str], None]]:
    """Opens the page on which the work of a student is marked; nothing may go wrong on it."""
    errors, off = watch.console_errors(page), watch.requests_off(page)

    def opened(student: str) -> None:
        go(lab, page, f"/formgrader/manage_students/{student}/{NAME}")
        page.get_by_role("link", name=NAME).last.click()
        page.wait_for_function(MARKING)
        page.wait_for_load_state("networkidle")

    yield opened
    assert errors == []
    assert off == []


def result_of(course: Course, student: str) -> Result:
    """The result that the button has left in the store of the engine."""
    path = course.work / "autograded" / student / NAME / f"{NAME}.ipynb"
    key = json.loads(path.read_text())["metadata"]["autograder"]["key"]
    result = result_store(course, NAME).load(key)
    assert result is not None
    return result


# --- grading --------------------------------------------------------------------------------------------


def test_the_button_grades_and_leaves_what_a_person_reads_to_a_person(graded: dict[str, str]) -> None:
    assert "26 / 30" in graded[RIGHT]
    assert all("needs manual grading" in row for row in graded.values())


def test_the_button_grades_behind_the_wall(graded: dict[str, str], course: Course) -> None:
    (looked,) = (
        "".join(output.text for output in record.result.outputs)
        for record in result_of(course, CURIOUS).cells
        if "SEEN" in record.cell.source and record.result
    )
    assert looked.count("not seen:") == 3
    assert "SEEN" not in looked


# --- marking --------------------------------------------------------------------------------------------


def test_an_answer_stands_beside_its_mark_scheme_with_formulas_that_are_set(mark, page: Page) -> None:
    mark(RIGHT)
    answer = page.locator(".nbgrader_cell", has=page.locator("#choice-answer"))
    scheme = page.get_by_role("region", name="Mark scheme")
    assert scheme.locator("math").count() > 3
    assert answer.locator("math").count() == 3
    assert not re.search(r"\$|MARK SCHEME", answer.inner_text() + scheme.inner_text())
    assert page.evaluate("'pwned' in window") is False
    left, right = answer.bounding_box(), scheme.bounding_box()
    assert right["x"] >= left["x"] + left["width"]
    assert abs(right["y"] - left["y"]) < 20
    expect(scheme.get_by_text("whose window lies between")).to_be_visible()
    expect(scheme.get_by_text("a tenth of a jump")).to_be_hidden()
    scheme.get_by_text("Model answer", exact=True).click()
    expect(scheme.get_by_text("a tenth of a jump")).to_be_visible()
    page.set_viewport_size({"width": 800, "height": 900})
    left, right = answer.bounding_box(), scheme.bounding_box()
    assert right["y"] >= left["y"] + left["height"]


def test_marking_begins_with_what_waits_and_goes_on_by_keyboard(mark, page: Page) -> None:
    mark(CURIOUS)
    score = page.locator("#choice-answer")
    expect(score).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#choice-answer_extra_credit")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#choice-answer-comment")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(score).to_be_focused()
    before = page.url
    page.keyboard.type("1.5")
    page.keyboard.press("Control+.")
    page.wait_for_url(lambda url: url.partition("?")[0] != before.partition("?")[0])


def test_what_could_not_be_graded_says_why_and_is_no_zero(mark, page: Page, course: Course) -> None:
    mark(BROKEN)
    expect(page.get_by_text("This submission was not graded.")).to_be_visible()
    score = page.locator("#test-ewma")
    expect(score).to_have_class(re.compile("needs_manual_grade"))
    assert not score.get_attribute("placeholder")
    run("nbgrader", "export", cwd=course.root)
    (line,) = [line for line in (course.root / "grades.csv").read_text().splitlines() if BROKEN in line]
    assert ",not graded," in line
    assert not re.search(r",0(\.0)?,", line)


def test_a_student_reads_what_a_person_has_marked(mark, page: Page, lab: Lab, course: Course) -> None:
    mark(RIGHT)
    page.locator("#choice-answer").fill("3.5")
    page.locator("#choice-answer-comment").fill(COMMENT)
    with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.ok):
        page.keyboard.press("Tab")
    formgrader = open_formgrader(lab, page)
    formgrader.locator("tr", has_text=NAME).locator(".num-submissions a").click()
    row = row_of(formgrader, RIGHT)
    expect(row).to_contain_text("29.5 / 30")
    expect(row).to_contain_text("graded")
    confirm(row.locator(".generate-feedback a"), formgrader)
    confirm(row.locator(".release-feedback a"), formgrader)

    home = course.root.parent / RIGHT
    _nbgrader("fetch_feedback", NAME, cwd=home)
    (feedback,) = home.glob(f"{NAME}/feedback/*/*.html")
    page.goto(feedback.as_uri())
    expect(page.get_by_text("29.5 of 30 points")).to_be_visible()
    said = page.locator(".finding", has_text="Which noise do you mean")
    expect(said).to_be_visible()
    assert said.locator("math").count() == 2
    assert "MARK SCHEME" not in page.content()
    assert "a tenth of a jump" not in page.content()


def test_the_preview_of_a_release_opens(graded: dict[str, str], lab: Lab, page: Page) -> None:
    """It lies in a hidden folder, which Jupyter does not show unless it is told to."""
    go(lab, page, "/formgrader/manage_assignments")
    with page.context.expect_page() as opened:
        page.locator("tr", has_text=NAME).locator(".preview a").click()
    folder = opened.value.get_by_text(f"{NAME}.ipynb").first
    folder.wait_for()
