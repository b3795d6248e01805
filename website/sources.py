"""What the site is built from, as one folder: `stage` writes it. Nothing of the repository is changed.

source/    pages, for Sphinx: notebooks, and what is written in Markdown anywhere in the repository
extra/     files that the pages lead to: figures, widgets, notebooks and what students get, as they are
"""

import importlib
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import nbformat

from autograder.exercises.published.pages import page as blindness_page
from website.errata import errata_page
from website.notebooks import page, to_headings
from website.reference import reference_pages


ROOT = Path(__file__).parents[1]
PAGES = Path(__file__).parent / "pages"
NOTEBOOK = re.compile(r"\d\d_\w+")
# Documents of the repository that are pages, wherever they lead to each other.
DOCUMENTS = {
    "README.md": "about.md",
    "CONTRIBUTING.md": "contributing.md",
    "docs/teachers.md": "teachers.md",
    "docs/grading.md": "grading.md",
    "notebooks/README.md": "glance.md",
    "advsec/errata.py": "errata.md",
    "autograder/exercises/published/pages.py": "blindness.md",
}
LINK = re.compile(r"(?P<before>!?\[[^\]]*\]\()(?P<path>[^()\s#:]+)(?P<anchor>#[^()\s]*)?\)")


def lectures() -> dict[str, nbformat.NotebookNode]:
    folder = ROOT / "notebooks" / "lectures"
    paths = sorted(path for path in folder.glob("*.ipynb") if NOTEBOOK.fullmatch(path.stem))
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def stage(folder: Path, say: Callable[[str], None]) -> None:
    """Write `source` and `extra` below `folder`, anew."""
    source, extra = folder / "source", folder / "extra"
    for each in (source, extra):
        shutil.rmtree(each, ignore_errors=True)
    say("lectures")
    known = lectures()
    for name, notebook in known.items():
        _stage_notebook(notebook, name, source / "lectures", extra)
        _copy(ROOT / "notebooks" / "lectures" / f"{name}.ipynb", extra / "download")
    say("assignments, as students get them")
    with tempfile.TemporaryDirectory() as course:
        for path, bundle in released(Path(course)):
            _stage_notebook(nbformat.read(path, as_version=4), path.stem, source / "assignments", extra)
            _copy(bundle, extra / "download")
    say("reference, errata, guides, how blind tests are")
    _write_all(source / "reference", reference_pages())
    prose = {
        name: "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        for name, notebook in known.items()
    }
    _write_all(source, {"errata.md": errata_page(prose), "blindness.md": blindness_page()})
    _write_all(source, dict(_documents()))
    _write_all(extra / "widgets", widgets())
    for path in PAGES.rglob("*.md"):
        text = path.read_text("utf-8").replace("LECTURES", _cards(known))
        _write_all(source, {path.relative_to(PAGES).as_posix(): text})


def _stage_notebook(notebook: nbformat.NotebookNode, name: str, folder: Path, extra: Path) -> None:
    shown = page(notebook, name)
    _write_all(folder, {f"{name}.ipynb": nbformat.writes(shown.notebook)})
    for path, content in shown.figures.items():
        (extra / path).parent.mkdir(parents=True, exist_ok=True)
        (extra / path).write_bytes(content)


# --- assignments ----------------------------------------------------------------------------------------


def released(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Of each assignment the notebook without solutions, and the zip file that students get.

    They are made in a course of its own in `folder`: that of the repository may be in use.
    """
    from autograder.bundle import HandedOut, make_bundle
    from autograder.course import Course
    from autograder.gradebook import make_release

    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    _copy(ROOT / "nbgrader_config.py", folder)
    course = Course.find(folder)
    for name in course.assignments.names:
        assignment = course.assignments.load(name)
        release = make_release(course, assignment)
        yield release / f"{name}.ipynb", make_bundle(course, HandedOut(assignment, release)).archive


# --- text -----------------------------------------------------------------------------------------------


def _documents() -> Iterator[tuple[str, str]]:
    for path, target in DOCUMENTS.items():
        if path.endswith(".md"):
            yield target, document((ROOT / path).read_text("utf-8"), Path(path).parent)


def document(text: str, folder: Path) -> str:
    """A document of the repository, which lies in `folder` there, with links that lead within the site."""

    def led(found: re.Match[str]) -> str:
        path = os.path.normpath(folder / found["path"])
        if path in DOCUMENTS:
            return f"{found['before']}{DOCUMENTS[path]}{found['anchor'] or ''})"
        if path.startswith("notebooks/lectures/"):
            return f"{found['before']}{path.removeprefix('notebooks/')}{found['anchor'] or ''})"
        return found["before"].removeprefix("[").removesuffix("](")

    return to_headings(LINK.sub(led, text))


def _cards(known: Mapping[str, nbformat.NotebookNode]) -> str:
    """The lectures as cards, each with what it begins with and the time it takes."""
    return "\n".join(_card(name, notebook.cells[0].source) for name, notebook in known.items())


def _card(name: str, opening: str) -> str:
    title, first, *_ = opening.split("\n\n")
    minutes = re.search(r"about (\d+) minutes", opening)
    time = f" *{minutes[1]} minutes*" if minutes else ""
    return f'<div class="card">\n\n**[{title[2:]}](lectures/{name}.ipynb)**{time}\n\n{first}\n\n</div>\n'


def widgets() -> dict[str, str]:
    """The modules of the figures that move, by the names of their files."""
    if importlib.util.find_spec("advsec.widgets") is None:
        return {}
    module = importlib.import_module("advsec.widgets")
    return {f"{name}.js": module.source(name) for name in module.NAMES}


# --- files ----------------------------------------------------------------------------------------------


def _write_all(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _copy(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / path.name)
