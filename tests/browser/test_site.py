"""The site as `make site` builds it: every page, light, dark and on a telephone; nothing from elsewhere."""

import ast
import html
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import nbformat
import pytest

from autograder.exercise import Exercise
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.written import Written
from tests.browser import watch
from tests.browser.conftest import new_page
from tests.notebooks import assignments, lectures, read


ROOT = Path(__file__).parents[2]
TELEPHONE = {"width": 360, "height": 740}
# Shorter lines are part of many programs.
LINE = 16


class Page(HTMLParser):
    """What a page leads to, and what can be led to on it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {value for key in ("id", "name") if (value := given.get(key))}
        self.links += [value for key in ("href", "src") if (value := given.get(key))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "website", "--folder", str(folder)]
    command += ["--repository", "https://github.com/somebody/course.git"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert built.returncode == 0, built.stdout + built.stderr
    assert built.stderr == ""
    return folder / "html"


@pytest.fixture(scope="module")
def address(site: Path, static_site) -> str:
    return static_site(site)


def pages(site: Path) -> list[str]:
    """Every page of ours, by its path; JupyterLite is a program of others."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return sorted(path for path in found if not path.startswith(("lite/", "_static/")))


def test_it_has_a_page_for_everything(site):
    there = set(pages(site))
    assert {f"lectures/{path.stem}.html" for path in lectures()} <= there
    assert {f"assignments/{name}.html" for name in ASSIGNMENT_NAMES} <= there
    assert {
        "index.html",
        "errata.html",
        "teachers.html",
        "grading.html",
        "blindness.html",
        "search.html",
    } <= there
    assert "reference/averages.html" in there


def test_every_link_within_it_leads_somewhere(site):
    known = {path: Page(site / path) for path in pages(site)}
    astray = []
    for path, page in known.items():
        for link in page.links:
            target, anchor = urldefrag(link)
            if urlsplit(target).scheme or link.startswith("data:"):
                continue
            place = (site / path).parent / unquote(urlsplit(target).path) if target else site / path
            name = place.resolve().relative_to(site.resolve()).as_posix()
            missing = not place.is_file() or (
                anchor and name in known and unquote(anchor) not in known[name].ids
            )
            if missing and not (name == "search.html" or anchor.startswith("svg-")):
                astray.append((path, link))
    assert astray == []


def test_every_page_can_be_read_by_everybody_and_asks_nobody_else(site, address, browser):
    found = {}
    with new_page(browser) as page:
        errors, asked = watch.console_errors(page), watch.requests_off(page, address)
        for path in pages(site):
            page.set_viewport_size({"width": 1300, "height": 1000})
            page.emulate_media(color_scheme="light")
            page.goto(address + path)
            # Formulas are the converter's, in the colour of their words. Code has thousands of parts: that of
            # the lectures has the colours of all other code.
            without = ("math", ".highlight") if path.startswith("lectures/") else ("math",)
            wrong = [*watch.axe(page, without=without), *watch.images_without_alt(page)]
            page.emulate_media(color_scheme="dark")
            wrong += [f"dark: {each}" for each in watch.axe(page, "article", without, ("color-contrast",))]
            page.set_viewport_size(TELEPHONE)
            if (width := page.evaluate("document.documentElement.scrollWidth")) > TELEPHONE["width"]:
                wrong.append(f"is {width} pixels wide on a telephone")
            found[path] = [*wrong, *errors, *asked]
            errors.clear(), asked.clear()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_figures_come_when_they_are_seen_and_formulas_with_the_page(site):
    for path in lectures():
        text = (site / "lectures" / f"{path.stem}.html").read_text(encoding="utf-8")
        figures = [
            output for cell in read(path).cells for output in cell.get("outputs", [])
            if "<img" in output.get("data", {}).get("text/html", "")
        ]  # fmt: skip
        images = re.findall(r"<img [^>]*>", text)
        assert len(images) == len(figures) > 0
        assert all('loading="lazy"' in image and "data:" not in image for image in images)
        assert "<math" in text
        assert "$" not in re.sub(
            r"<pre>.*?</pre>|<code.*?</code>|<script.*?</script>", "", text, flags=re.DOTALL
        )


def test_formulas_are_set_in_the_font_of_the_site(address, page):
    page.goto(f"{address}lectures/01_moving_averages.html")
    page.wait_for_function("document.fonts.ready.then(() => true)")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)")
    assert any("Course Math" in family for family in loaded)


def test_what_came_out_is_folded_until_it_is_predicted(address, page):
    page.goto(f"{address}lectures/01_moving_averages.html")
    folded = page.locator("details.hide").first
    assert not folded.locator(".cell_output").is_visible()
    folded.locator("summary").press("Enter")
    assert folded.locator(".cell_output").is_visible()


def test_search_finds_a_lecture(address, page):
    page.goto(address)
    page.get_by_role("textbox", name="Search").fill("Robbins Monro")
    page.keyboard.press("Enter")
    page.locator("#search-results a", has_text="1 Moving averages").first.wait_for()


def test_dark_is_kept_from_page_to_page(address, page):
    page.goto(address)
    for _ in range(3):
        if page.evaluate("document.body.dataset.theme") != "dark":
            page.locator(".theme-toggle:visible").first.click()
    page.goto(f"{address}errata.html")
    assert page.evaluate("document.body.dataset.theme") == "dark"


def test_a_lecture_can_be_taken_along_and_run_elsewhere(site, address, page):
    for path in lectures():
        assert (site / "download" / path.name).read_bytes() == path.read_bytes()
        page.goto(f"{address}lectures/{path.stem}.html")
        links = dict(page.locator(".actions a").evaluate_all("all => all.map(a => [a.textContent, a.href])"))
        binder = "https://mybinder.org/v2/gh/somebody/course/HEAD?urlpath="
        assert unquote(links["Run it on Binder"]) == f"{binder}lab/tree/notebooks/lectures/{path.name}"
        assert links["Download the notebook"] == f"{address}download/{path.name}"


def test_a_figure_moves_in_each_lecture(site, address, browser):
    for path in lectures():
        with new_page(browser) as page:
            errors, asked = watch.console_errors(page), watch.requests_off(page, address)
            page.goto(f"{address}lectures/{path.stem}.html")
            figure = page.locator("figure[data-widget].moves")
            figure.scroll_into_view_if_needed()
            assert not figure.locator("> img").is_visible()
            before = figure.locator(".says").inner_text()
            figure.locator("input[type=range]").first.press("Home")
            says = figure.locator(".says").inner_text()
            figure.locator("input[type=range]").first.press("End")
            assert len({before, says, figure.locator(".says").inner_text()}) > 1
            assert errors + asked == []


# --- in the reader's browser ----------------------------------------------------------------------------


def test_jupyterlite_opens_a_lecture_and_asks_nobody_but_the_server_of_pyodide(address, page):
    asked = watch.requests_off(page, address)
    # The kernel may start before the page has settled, or when the first cell is run.
    with page.expect_event("request", lambda request: "pyodide" in request.url and "//cdn." in request.url):
        page.goto(f"{address}lite/lab/index.html?path=lectures/{lectures()[0].name}")
        page.locator(".jp-MarkdownCell h1").first.wait_for()
        page.locator(".jp-NotebookPanel", has_text="You run this in your browser").wait_for()
        page.keyboard.press("Shift+Enter")
    assert {urlsplit(each).hostname for each in asked} == {"cdn.jsdelivr.net"}


def test_everything_else_that_jupyterlite_installs_is_pure_and_on_the_site(site):
    wheels = [path.name for path in (site / "lite" / "pypi").glob("*.whl")]
    assert all(name.endswith("-py3-none-any.whl") for name in wheels)
    packages = {name.partition("-")[0] for name in wheels}
    assert {"advsec", "anywidget", "comm", "ipywidgets", "jupyterlab_widgets", "psygnal"} == packages
    for path in (site / "lite" / "files").rglob("*.ipynb"):
        (version,) = re.findall(r"%pip install -q advsec==(\S+)\n?", "\n".join(sources(path)))
        with zipfile.ZipFile(site / "lite" / "pypi" / f"advsec-{version}-py3-none-any.whl") as wheel:
            (about,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
            assert b"jupyterlab" not in wheel.read(about)
            assert not any(name.endswith((".so", ".pyd")) for name in wheel.namelist())


def sources(path: Path) -> list[str]:
    return [cell.source for cell in read(path).cells]


# What a browser has not, taken away; then `check` says what is right and what is wrong.
IN_A_BROWSER = """
import subprocess, sys, sysconfig, threading
import numpy as np

sysconfig.get_config_vars()  # which are those of this machine

def refuse(*args, **kwargs):
    raise RuntimeError("not in a browser")

sys.platform, threading.Thread.start, subprocess.Popen = "emscripten", refuse, refuse
sys.path.insert(0, sys.argv[1])
from autograder import check
from autograder.student import CheckFailed

exec(sys.argv[2])
check(globals()[sys.argv[3]])
globals()[sys.argv[3]].__code__ = (lambda *args, **kwargs: 42).__code__
try:
    check(globals()[sys.argv[3]])
except CheckFailed:
    print("said so")
print(sys.modules["autograder"].__file__)
"""


def test_check_works_without_threads_and_processes(site, tmp_path):
    name = ASSIGNMENT_NAMES[0]
    (install,) = (
        source
        for source in sources(site / "lite" / "files" / "assignments" / f"{name}.ipynb")
        if source.startswith("%pip")
    )
    wheel = site / "lite" / "pypi" / f"advsec-{install.rpartition('==')[2]}-py3-none-any.whl"
    exercise = load(name).exercises[0]
    command = [sys.executable, "-c", IN_A_BROWSER, str(wheel), exercise.solution.text, exercise.name]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "said so" in ran.stdout
    assert str(wheel) in ran.stdout


# --- solutions ------------------------------------------------------------------------------------------


def solution_lines(exercise: Exercise, given: set[str]) -> set[str]:
    """The lines of the model answer that are not handed out with the question."""
    answer = exercise.solution
    return {*lines(answer.text)} - given if isinstance(answer, Written) else set()


def lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if len(joined := " ".join(line.split())) >= LINE:
            yield joined


def handed_out(name: str) -> set[str]:
    """The lines of an assignment beside its solutions, and of functions that are to be mended."""
    (source,) = (path for path in assignments() if path.stem == name)
    asked = {exercise.name: exercise for exercise in load(name).exercises}
    found = set()
    for cell in read(source).cells:
        exercise = asked.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if exercise is None:
            found |= {*lines(cell.source)}
        else:
            found |= {*lines(cell.source.partition("### BEGIN SOLUTION")[0])}
            if exercise.as_given and isinstance(exercise.as_given.variant, Written):
                found |= {*lines(exercise.as_given.variant.text)}
    return found


def written(site: Path) -> Iterator[tuple[str, set[str]]]:
    """The lines of every page and notebook, also of those in archives."""
    for path in pages(site):
        text = html.unescape(re.sub(r"<[^>]*>", "", (site / path).read_text(encoding="utf-8")))
        yield path, {*lines(text)}
    for path in [*site.rglob("*.ipynb"), *site.rglob("*.zip")]:
        for name, content in notebooks_in(path):
            cells = nbformat.reads(content, as_version=4).cells
            yield f"{path.name}: {name}", {line for cell in cells for line in lines(cell.source)}


def notebooks_in(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".ipynb":
        yield path.name, path.read_text(encoding="utf-8")
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".ipynb"):
                yield name, archive.read(name).decode()


def test_no_solution_stands_anywhere_on_it(site):
    # Lectures derive what assignments ask for, and docstrings state formulas; other tests watch over both.
    public = {line for path in lectures() for cell in read(path).cells for line in lines(cell.source)}
    public |= {line for path in (ROOT / "advsec").rglob("*.py") for line in docstring_lines(path)}
    secret = {
        name: set().union(*(solution_lines(each, handed_out(name) | public) for each in load(name).exercises))
        for name in ASSIGNMENT_NAMES
    }
    assert all(len(each) >= 10 for each in secret.values())
    (source,) = (path for path in assignments() if path.stem == ASSIGNMENT_NAMES[0])
    assert secret[ASSIGNMENT_NAMES[0]] & {line for cell in read(source).cells for line in lines(cell.source)}
    places = dict(written(site))
    assert len(places) > 60
    told = {
        place: hit for place, there in places.items() for each in secret.values() if (hit := each & there)
    }
    assert told == {}
    marks = ("BEGIN SOLUTION", "BEGIN HIDDEN", "BEGIN MARK SCHEME")
    assert [
        place for place, there in places.items() if any(mark in line for line in there for mark in marks)
    ] == []


def docstring_lines(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            yield from lines(ast.get_docstring(node) or "")
