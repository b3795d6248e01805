"""What students are given: the release that nbgrader makes holds every question and no answer."""

import ast
import functools
import importlib
import inspect
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

import advsec
from advsec.source import source
from autograder import bundle
from autograder.bundle import HandedOut, make_bundle
from autograder.catalogue import STILL_BROKEN
from autograder.course import Course
from autograder.exercise import Assignment
from autograder.exercises import ASSIGNMENT_NAMES, find_exercise, load
from autograder.student import check_quietly
from tests.autograder.course import ROOT, make_course, run


SOURCES = ROOT / "notebooks" / "assignments"
REGION = re.compile(r"### BEGIN (SOLUTION|MARK SCHEME)\n(.*?)### END \1", re.DOTALL)

# Lines of a solution that the question gives.
GIVEN = {"N = (1 + beta) / (1 - beta)"}

every_assignment = pytest.mark.parametrize("name", ASSIGNMENT_NAMES)


def _lecture(name: str) -> Path:
    return ROOT / "notebooks" / "lectures" / f"{name}.ipynb"


every_lecture = pytest.mark.parametrize(
    "name", [name for name in ASSIGNMENT_NAMES if _lecture(name).is_file()]
)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which every assignment has been released, with what its author's front end has left."""
    folder = make_course(tmp_path_factory.mktemp("course"), ())
    for name in ASSIGNMENT_NAMES:
        path = folder / "notebooks" / "assignments" / name / f"{name}.ipynb"
        source = nbformat.read(path, as_version=4)
        source.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"7f": {}}}}
        source.metadata.author = "secret"
        source.cells[3].metadata.execution = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
        nbformat.write(source, path)
        made = run("autograder", "release", name, cwd=folder)
        assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def student(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine far from the course, on which the zip files were unpacked and the one line of a README run,
    that of the first assignment and then that of the last: who goes back finds all as it was.

    Other packages are borrowed from here, so that nothing is downloaded.
    """
    home = tmp_path_factory.mktemp("home")
    for name in ASSIGNMENT_NAMES:
        shutil.unpack_archive(course / "handout" / f"{name}.zip", home)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home / "venv"], check=True)
    (site,) = (home / "venv").glob("[lL]ib/**/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", python(home), "--disable-pip-version-check"]
    for name in (ASSIGNMENT_NAMES[0], ASSIGNMENT_NAMES[-1]):
        line = install_line(home / name).removeprefix("python -m pip ")
        command = [*pip, *line.split(), "--no-index", "--no-deps", "--quiet"]
        subprocess.run(command, cwd=home / name, check=True)
    return home


def install_line(bundle: Path) -> str:
    (line,) = re.findall(
        r"^    (python -m pip install .+)$", (bundle / "README.md").read_text(), re.MULTILINE
    )
    return str(line)


def python(home: Path) -> str:
    return str(home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python")


def _source(name: str) -> Any:
    return nbformat.read(SOURCES / name / f"{name}.ipynb", as_version=4)


def _release(course: Path, name: str) -> Any:
    return nbformat.read(course / ".course" / "release" / name / f"{name}.ipynb", as_version=4)


def _marked(notebook: Any) -> dict[str, Any]:
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}


@every_assignment
def test_no_line_of_a_solution_or_a_mark_scheme_is_left(course, name):
    secrets = [
        line.strip()
        for cell in _source(name).cells
        for _, region in REGION.findall(cell.source)
        for line in region.splitlines()
        if line.strip()
    ]
    answers = [
        cell.source
        for cell in _marked(_source(name)).values()
        if cell.cell_type == "markdown" and cell.metadata.nbgrader.solution
    ]
    assert secrets
    assert answers
    given = _given_to_mend(name)
    secrets = [secret for secret in secrets if secret not in given]
    lines = [line for cell in _release(course, name).cells for line in cell.source.splitlines()]
    text = "\n".join(line for line in lines if line.strip() not in given)
    assert not [secret for secret in secrets + answers if secret in text]
    assert not re.search("BEGIN|END (SOLUTION|MARK SCHEME|HIDDEN TESTS)", text)


def _given_to_mend(name: str) -> set[str]:
    """The lines of the broken functions that students are given."""
    given = [exercise.as_given.variant.text for exercise in load(name).exercises if exercise.as_given]
    return {line.strip() for text in given for line in text.splitlines()}


@every_assignment
def test_what_an_author_has_left_in_the_metadata_is_not_handed_out(course, name):
    release = _release(course, name)
    assert set(release.metadata) == {"kernelspec", "language_info"}
    for cell in release.cells:
        assert set(cell.metadata) <= {"nbgrader", "deletable", "editable", "tags"}


@every_assignment
def test_every_question_is_left_as_it_was(course, name):
    source, release = _source(name), _release(course, name)
    assert [cell.id for cell in release.cells] == [cell.id for cell in source.cells]
    for before, after in zip(source.cells, release.cells, strict=True):
        if "nbgrader" not in before.metadata or not (
            before.metadata.nbgrader.solution or before.metadata.nbgrader.task
        ):
            assert after.source == before.source
        assert not after.get("outputs")
        assert after.get("execution_count") is None


@every_assignment
def test_a_student_starts_from_a_stub_with_the_question_in_it(course, name):
    cells, namespace = _marked(_release(course, name)), {"np": np}
    assignment: Assignment = load(name)
    for exercise in assignment.exercises:
        exec(cells[exercise.name].source, namespace)
        stub = namespace[exercise.name]
        assert stub.__doc__
        judgement = check_quietly(stub, exercise)
        assert judgement.score == 0
        found = judgement.finding.kind, judgement.finding.misconception
        assert found == (("as_given", "as_given") if exercise.as_given else ("not_implemented", None))


@every_assignment
def test_what_is_to_be_mended_is_given_broken_with_its_question(course, name):
    cells, solved = _marked(_release(course, name)), _marked(_source(name))
    for exercise in (each for each in load(name).exercises if each.as_given):
        given, right = cells[exercise.name].source, solved[exercise.name].source
        assert given != right
        assert ast.get_docstring(ast.parse(given).body[-1]) == ast.get_docstring(ast.parse(right).body[-1])
        assert _bare_body(given) == _bare_body(exercise.as_given.variant.text)
        assert "YOUR CODE HERE" not in given


def _bare_body(source: str) -> str:
    function = ast.parse(source).body[-1]
    assert isinstance(function, ast.FunctionDef)
    return ast.unparse(function.body[1:] if ast.get_docstring(function) else function.body)


@every_assignment
def test_the_tests_show_no_input(course, name):
    cells = _marked(_release(course, name))
    for exercise in load(name).exercises:
        test = cells[Assignment.test_cell(exercise)]
        assert test.source == f"check({exercise.name})"
        assert not test.metadata.editable


@every_assignment
def test_nothing_but_check_and_progress_is_imported_from_the_grader_or_the_reference(course, name):
    code = "\n".join(cell.source for cell in _release(course, name).cells if cell.cell_type == "code")
    assert re.findall(r"^.*\b(?:autograder|advsec)\b.*$", code, re.MULTILINE) == [
        "from autograder import check, progress"
    ]


@every_assignment
def test_the_written_question_is_worth_points_and_has_its_marks(course, name):
    source, release = _marked(_source(name)), _marked(_release(course, name))
    by_hand = [
        grade_id
        for grade_id, cell in release.items()
        if cell.metadata.nbgrader.grade and cell.metadata.nbgrader.solution
    ]
    assert by_hand == list(load(name).answers_in_words)
    assert by_hand
    for grade_id in by_hand:
        assert release[grade_id].metadata.nbgrader.points > 0
        assert release[grade_id].source == "YOUR ANSWER HERE"
    schemes = [cell for cell in source.values() if "BEGIN MARK SCHEME" in cell.source]
    assert len(schemes) == len(by_hand)


# --- the bundle -----------------------------------------------------------------------------------------


def _everything(bundle: Path) -> Iterator[tuple[str, str]]:
    """Every file of a bundle as text, those in the wheel too."""
    for path in bundle.rglob("*"):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                yield from ((name, wheel.read(name).decode()) for name in wheel.namelist())
        elif path.is_file():
            yield path.relative_to(bundle).as_posix(), path.read_text("utf-8")


@every_assignment
def test_the_folder_and_the_zip_file_hold_the_same_in_sight(course, name):
    folder = course / "handout" / name
    assert not any(part.startswith(".") for part in folder.relative_to(course).parts)
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        packed = {path: archive.read(path) for path in archive.namelist()}
    found = {
        f"{name}/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()
    }
    assert {path: file.read_bytes() for path, file in found.items()} == packed
    released = course / ".course" / "release" / name / f"{name}.ipynb"
    assert packed[f"{name}/assignments/{name}/{name}.ipynb"] == released.read_bytes()


@every_assignment
def test_no_solution_and_no_hidden_input_is_in_a_bundle(course, name):
    bundle = course / "handout" / name
    lines = {
        line.strip().partition("  #")[0]
        for cell in _source(name).cells
        for _, region in REGION.findall(cell.source)
        for line in region.splitlines()
    }
    asked = [exercise.reference for exercise in load(name).exercises if not exercise.tests]
    lines = (lines | _body_lines(asked)) - _body_lines(_not_asked())  # what guards all functions says nothing
    said = "".join(function.__doc__ or "" for function in asked)
    telling = {line for line in lines if len(line) > 24 and line not in said} - GIVEN - _given_to_mend(name)
    assert len(telling) > 10
    for path, text in _everything(bundle):
        assert not [line for line in telling if line in text], path
        assert not re.search("BEGIN (SOLUTION|HIDDEN|MARK)", text), path
        assert "course_key" not in text, path


@functools.cache
def _not_asked() -> list[Any]:
    """The functions of the course's package that no student is asked to write."""
    asked = {exercise.name for each in ASSIGNMENT_NAMES for exercise in load(each).exercises}
    modules = [
        importlib.import_module(f"advsec.{each.name}") for each in pkgutil.iter_modules(advsec.__path__)
    ]
    functions = [each for module in modules for each in vars(module).values() if inspect.isfunction(each)]
    # From Python 3.14 on a module has a function __annotate__, which nobody wrote.
    written = [each for each in functions if not each.__name__.startswith("__")]
    return [each for each in written if each.__module__.startswith("advsec") and each.__name__ not in asked]


def _body_lines(functions: Iterable[Any]) -> set[str]:
    """Without the heads and docstrings, which a lecture shows."""
    lines: set[str] = set()
    for function in functions:
        text = source(function)
        (node,) = ast.parse(text).body
        body = node.body[ast.get_docstring(node) is not None :]
        lines |= {line.strip() for line in text.splitlines()[body[0].lineno - 1 :]} if body else set()
    return lines


@every_assignment
def test_a_bundle_holds_neither_grader_nor_catalogue(course, name):
    members = {path for path, _ in _everything(course / "handout" / name)}
    assert "autograder/student.py" in members
    assert not [
        path
        for path in members
        if re.search("exercises|grad(ing|ebook)|autograder/batch|zygote|catalogue", path)
    ]


@every_assignment
def test_in_a_bundle_no_answer_of_any_assignment_stands_open(course, name):
    """A lecture on one topic trains networks, which use what others ask for."""
    asked = {
        (exercise.reference.__module__, exercise.name)
        for each in ASSIGNMENT_NAMES
        for exercise in load(each).exercises
    }
    answers = {
        (path.removesuffix(".py").replace("/", "."), node.name): ast.unparse(node.body[-1])
        for path, text in _everything(course / "handout" / name)
        if path.startswith("advsec/") and path.endswith(".py")
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }
    assert [answer for answer in asked & set(answers) if answers[answer] != "..."] == []


@every_lecture
def test_in_the_modules_that_are_asked_about_only_what_the_lecture_prints_stands_open(course, name):
    files = dict(_everything(course / "handout" / name))
    handed_out = ASSIGNMENT_NAMES[: ASSIGNMENT_NAMES.index(name) + 1]
    printed = {
        function.rpartition(".")[2]
        for each in handed_out
        for function in re.findall(r"^advsec\.show\(([\w.]+)\)$", _lecture_code(each), re.MULTILINE)
    }
    asked = {exercise.reference for exercise in load(name).exercises}
    asked = {function for function in asked if function.__module__.startswith("advsec.")}
    assert not printed & {function.__name__ for function in asked}
    for module in {function.__module__ for function in asked}:
        tree = ast.parse(files[module.replace(".", "/") + ".py"])
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        public = [node for node in functions if not node.name.startswith("_")]
        names = {node.name for node in public}
        assert {node.name for node in public if ast.unparse(node.body[-1]) != "..."} == printed & names
        assert {function.__name__ for function in asked if function.__module__ == module} <= names


def _lecture_code(name: str) -> str:
    """The code of the lecture, if there is one of this name."""
    if not _lecture(name).is_file():
        return ""
    notebook = nbformat.read(_lecture(name), as_version=4)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


@every_lecture
def test_the_lecture_of_a_bundle_leads_to_the_assignment(course, name):
    lecture = course / "handout" / name / "lectures" / f"{name}.ipynb"
    links = set(re.findall(r"\]\(((?!https?:|#)[^)\s]+)\)", _prose(lecture)))
    assert f"../assignments/{name}/{name}.ipynb" in links
    assert [link for link in links if not (lecture.parent / link.partition("#")[0]).is_file()] == []


def _prose(notebook: Path) -> str:
    cells = nbformat.read(notebook, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_another_lecture_is_no_link_in_a_bundle(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    course, name = Course.find(tmp_path), ASSIGNMENT_NAMES[1]
    course.lectures.mkdir(parents=True)
    text = (
        "In [lecture 1](01_moving_averages.ipynb#1.7-Starting) and [below](#2.1-One); then *02_optimizers*."
    )
    cells = [nbformat.v4.new_markdown_cell(text, id="text")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), course.lectures / f"{name}.ipynb")
    (cell,) = bundle._lecture(course, load(name))["cells"]
    assert "".join(cell["source"]) == (
        "In lecture 1 and [below](#2.1-One);"
        " then [*02_optimizers*](../assignments/02_optimizers/02_optimizers.ipynb)."
    )


@every_assignment
def test_a_bundle_asks_for_what_the_notebooks_import_and_no_more(course, name):
    (metadata,) = (text for path, text in _everything(course / "handout" / name) if path.endswith("METADATA"))
    asked = set(re.findall(r"^Requires-Dist: ([\w-]+)", metadata, re.MULTILINE))
    assert {"numpy", "jupyterlab", "matplotlib"} <= asked
    lecture = {"anywidget", "pillow", "ipywidgets", "scikit-learn", "threadpoolctl"}
    assert asked <= {"numpy", "jupyterlab", "matplotlib"} | lecture


@every_assignment
def test_a_bundle_holds_the_figures_that_move_with_all_that_they_read(course, name):
    files = dict(_everything(course / "handout" / name))
    if "advsec/widgets/__init__.py" in files:
        there = {path for path in files if path.startswith("advsec/widgets/") and path.endswith(".js")}
        assert there == {f"advsec/widgets/{path.name}" for path in (ROOT / "advsec" / "widgets").glob("*.js")}
    lecture = nbformat.reads(files[f"lectures/{name}.ipynb"], as_version=4)
    moving = any("widget(" in cell.source for cell in lecture.cells if cell.cell_type == "code")
    assert moving == ("advsec/widgets/__init__.py" in files)


def test_what_somebody_has_worked_in_is_left_and_the_zip_file_made_all_the_same(course, tmp_path):
    name = ASSIGNMENT_NAMES[0]
    release = course / ".course" / "release" / name
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    here = Course.find(tmp_path)
    made = make_bundle(here, HandedOut(load(name), release))
    assert made.worked_in is None
    checkpoint = made.folder / "assignments" / name / ".ipynb_checkpoints" / "copy.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text("{}")
    archive = made.archive.read_bytes()
    assert make_bundle(here, HandedOut(load(name), release)) == made
    assert made.archive.read_bytes() == archive
    for path in ("README.md", "mine.txt"):
        before = (made.folder / path).read_text() if (made.folder / path).exists() else None
        (made.folder / path).write_text("mine")
        assert make_bundle(here, HandedOut(load(name), release)).worked_in == path
        assert (made.folder / path).read_text() == "mine"
        assert made.archive.read_bytes() == archive
        (made.folder / path).unlink() if before is None else (made.folder / path).write_text(before)
    assert make_bundle(here, HandedOut(load(name), release)).worked_in is None


RUN = """
import json, sys
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

notebook = nbformat.read(sys.argv[1], as_version=4)
config = Config(KernelManager={"transport_encryption": "auto"})
NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=120, config=config).execute()
nbformat.write(notebook, sys.argv[1])
"""


@pytest.fixture(scope="module")
def worked(student: Path) -> dict[str, Any]:
    """The assignment as it was released, then solved, then spoilt: run in the kernel of the student."""
    name = ASSIGNMENT_NAMES[0]
    solutions = {grade_id: cell.source for grade_id, cell in _marked(_source(name)).items()}
    path = student / name / "assignments" / name / f"{name}.ipynb"
    released = nbformat.read(path, as_version=4)
    cells = [cell for cell in released.cells if cell.cell_type == "code"]
    probing = [
        "import advsec.averages, autograder, inspect; advsec.averages.__file__, autograder.__file__",
        "inspect.getsource(advsec.averages.ewma)",
        "advsec.averages.ewma([4.0, 4.0, 4.0], 0.5).tolist()",
        "ewma = advsec.averages.ewma; check(ewma)",
        "import autograder.exercises",
    ]
    solved = [
        nbformat.from_dict(
            cell | {"id": f"{cell.id}-2", "source": solutions.get(_grade_id(cell), cell.source)}
        )
        for cell in cells
    ]
    notebook = nbformat.v4.new_notebook(cells=[*cells, *solved, *map(nbformat.v4.new_code_cell, probing)])
    nbformat.write(notebook, path)
    subprocess.run([python(student), "-c", RUN, path], cwd=path.parent, check=True)  # as Jupyter does
    done = nbformat.read(path, as_version=4).cells
    return {"unsolved": done[: len(cells)], "solved": done[len(cells) : 2 * len(cells)], "probed": done[-5:]}


def _grade_id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _checks(cells: Any) -> list[Any]:
    return [cell for cell in cells if _grade_id(cell).startswith("test-")]


def test_on_a_students_machine_what_is_not_written_is_one_line(worked):
    for cell in _checks(worked["unsolved"]):
        exercise = find_exercise(_grade_id(cell).removeprefix("test-"))
        (output,) = cell.outputs
        given = exercise.as_given and f"It is yours to mend: {STILL_BROKEN}."
        assert output.data["text/plain"] == (given or f"`{exercise.name}` is not written yet.")


def test_on_a_students_machine_what_is_right_passes(worked):
    assert len(_checks(worked["solved"])) == len(load(ASSIGNMENT_NAMES[0]).exercises)
    for cell in _checks(worked["solved"]):
        (output,) = cell.outputs
        assert "tests pass. Grading repeats them with other numbers" in output.data["text/plain"]
        assert "text/html" in output.data


def test_on_a_students_machine_the_notebook_tells_how_far_it_is(worked):
    texts = [
        cell.outputs[0].data["text/plain"]
        for part in ("unsolved", "solved")
        for cell in worked[part]
        if _grade_id(cell) == "progress"
    ]
    assert [text.splitlines()[0] for text in texts] == [
        "Your progress: all of it lies before you.",
        "Your progress: 9 of 9 exercises pass, 26 of 26 points so far.",
    ]
    assert all(name in texts[0] for name in ASSIGNMENT_NAMES)


def test_on_a_students_machine_there_is_the_package_and_not_the_answer(worked, student):
    where, text, values, checked, exercises = (cell.outputs[-1] for cell in worked["probed"])
    assert where.data["text/plain"].count(str(student)) == 2
    assert "Folded: part of the assignment" in text.data["text/plain"]
    assert "stochastic_average(" not in text.data["text/plain"]
    assert values.data["text/plain"] == "[2.0, 3.0, 3.5]"
    assert "the course's own `ewma`" in checked.evalue
    assert exercises.ename == "ModuleNotFoundError"


def test_on_a_students_machine_the_lecture_shows_what_it_shows_here(student):
    """The cells that only show code; the others are run by the tests of the lecture itself."""
    name = ASSIGNMENT_NAMES[0]
    lecture = json.loads((student / name / "lectures" / f"{name}.ipynb").read_text("utf-8"))
    cells = [cell for cell in lecture["cells"] if cell["cell_type"] == "code"]
    code = ["".join(cell["source"]) for cell in cells if "import" in "".join(cell["source"])[:6]]
    shows = [cell for cell in cells if "".join(cell["source"]).startswith("advsec.show")]
    code += ["".join(cell["source"]) for cell in shows]
    done = subprocess.run(
        [python(student), "-"], input="\n".join(code), capture_output=True, text=True, check=True
    )
    texts = ["".join(output["data"]["text/plain"]) for cell in shows for output in cell["outputs"]]
    assert done.stdout.strip().splitlines() == "\n".join(texts).splitlines()
