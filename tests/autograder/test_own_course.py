"""A course of one's own: how its exercises are found, and what is said where they cannot be used."""

import ast
import contextlib
import json
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

import autograder
from autograder.begin import begin
from autograder.cli import app
from autograder.course import MINIMUM_TIER, Course, CourseError, grader_version
from autograder.exercises import ASSIGNMENT_NAMES
from autograder.protection import examined
from autograder.prove.cells import problems
from autograder.sandbox.policy import Policy
from autograder.sandbox.tiers import is_enough
from autograder.sandbox.wall import build_wall
from autograder.scaffold import scaffold
from tests.autograder.course import ROOT


@pytest.fixture
def course(tmp_path: Path) -> Course:
    begin(tmp_path)
    return Course.find(tmp_path)


def add_reference(course: Course, name: str = "half") -> None:
    with (course.root / "exercises" / "references.py").open("a") as file:
        file.write(f'\n\ndef {name}(x, *, by=2.0):\n    """Half of a number."""\n    return x / by\n')


def test_a_course_has_the_exercises_of_its_folder(course: Course) -> None:
    assert course.assignments.names == ("01_softmax",)
    assert [exercise.name for exercise in course.assignment("01_softmax").exercises] == ["softmax"]
    assert list(problems(course, course.assignment("01_softmax"))) == []
    with pytest.raises(CourseError, match=r"there is no assignment '02_optimizers'; there is 01_softmax$"):
        course.assignment("02_optimizers")


def test_ours_are_found_by_the_same_means() -> None:
    course = Course.find(ROOT)
    assert course.assignments.package == course.settings().Autograder.exercises == "autograder.exercises"
    assert course.assignments.names == ASSIGNMENT_NAMES


def test_nothing_in_the_grader_knows_our_exercises() -> None:
    """But as what an author may use."""
    (folder,) = map(Path, autograder.__path__)
    for path in folder.rglob("*.py"):
        if path.is_relative_to(folder / "exercises"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            assert not any(str(name).startswith("autograder.exercises") for name in names), path


def test_a_course_may_take_over_exercises_and_assignments_of_ours(course: Course) -> None:
    folder = course.root / "exercises"
    (folder / "__init__.py").write_text('ASSIGNMENTS = {"01_moving_averages": "ours", "mine": "mine"}')
    (folder / "ours.py").write_text("from autograder.exercises.moving_averages import ASSIGNMENT")
    mine = (
        "from autograder.exercise import Assignment\nfrom autograder.exercises.moving_averages import EWMA\n"
    )
    (folder / "mine.py").write_text(f'{mine}ASSIGNMENT = Assignment("mine", "Mine", (EWMA,))')
    assert course.assignment("01_moving_averages").max_score == 26
    assert [each.name for each in course.assignment("mine").exercises] == ["ewma"]


def test_exercises_that_have_changed_are_read_anew_and_graded_anew(course: Course) -> None:
    """Also in a process that runs for long, as formgrader's does."""
    before, version = course.assignment("01_softmax").exercises[0], grader_version(course)
    assert grader_version(course) == version
    path = course.root / "exercises" / "softmax" / "softmax.py"
    path.write_text(path.read_text().replace("points=4", "points=40"))
    after = course.assignment("01_softmax").exercises[0]
    assert (before.points, after.points) == (4, 40)
    assert grader_version(course) != version


BROKEN = {
    "no folder": ({}, "no folder exercises with its exercises, and no package is called so"),
    "no package": ({"README": ""}, "is no package of exercises: it has no __init__.py"),
    "no register": ({"__init__.py": ""}, "has no dictionary ASSIGNMENTS"),
    "a name too many": (
        {"__init__.py": 'ASSIGNMENTS = {"a": "b"}'},
        "names the package b, which is not there",
    ),
    "no syntax": (
        {"__init__.py": 'ASSIGNMENTS = {"a": "b"}', "b.py": "x = 1 +"},
        r"cannot be used \(SyntaxError: invalid syntax \(b.py, line 1\)\)",
    ),
    "fails": (
        {"__init__.py": 'ASSIGNMENTS = {"a": "b"}', "b.py": "\nx = 1 / 0"},
        r"cannot be used \(b.py, line 2: ZeroDivisionError: division by zero\)",
    ),
    "fails at once": (
        {"__init__.py": "import no_such_module"},
        r"\(__init__.py, line 1: ModuleNotFoundError",
    ),
    "no assignment": (
        {"__init__.py": 'ASSIGNMENTS = {"a": "b"}', "b.py": ""},
        "b.py defines no ASSIGNMENT, which describes a",
    ),
    "another name": (
        {
            "__init__.py": 'ASSIGNMENTS = {"a": "b"}',
            "b.py": 'from autograder.exercise import Assignment\nASSIGNMENT = Assignment("c", "C", ())',
        },
        "belongs to a, and its ASSIGNMENT has the name 'c'",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_exercises_that_cannot_be_used_are_one_sentence(kind: str, tmp_path: Path) -> None:
    files, says = BROKEN[kind]
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()")
    for name, text in files.items():
        (tmp_path / "exercises").mkdir(exist_ok=True)
        (tmp_path / "exercises" / name).write_text(text)
    with pytest.raises(CourseError, match=says) as caught:
        Course.find(tmp_path).assignment("a")
    assert "\n" not in str(caught.value)


def test_a_first_exercise_begins_its_assignment(course: Course) -> None:
    add_reference(course)
    made = [str(path.relative_to(course.root)) for path in scaffold(course, "02_first_steps", "half")]
    assert made == [
        "assignments/02_first_steps/02_first_steps.ipynb",
        "exercises/first_steps/__init__.py",
        "exercises/__init__.py",
        "exercises/first_steps/half.py",
        "tests/test_half.py",
    ]
    assert course.assignments.names == ("01_softmax", "02_first_steps")
    known = course.assignment("02_first_steps")
    assert (known.title, [each.name for each in known.exercises]) == ("First steps", ["half"])
    notebook = course.source / "02_first_steps" / "02_first_steps.ipynb"
    nbformat.validate(nbformat.read(notebook, as_version=4))
    assert list(problems(course, known)) == []
    add_reference(course, "third")
    scaffold(course, "02_first_steps", "third")
    assert [each.name for each in course.assignment("02_first_steps").exercises] == ["half", "third"]
    assert list(problems(course, course.assignment("02_first_steps"))) == []


@pytest.mark.parametrize("name", ["02 x", "../x", "02_", "Übung", "softmax"])
def test_a_name_that_cannot_be_one_begins_nothing(name: str, course: Course) -> None:
    add_reference(course)
    before = sorted(course.root.rglob("*.py"))
    with pytest.raises(CourseError, match=r"a new one needs a name such as|is there already"):
        scaffold(course, name, "half")
    assert sorted(course.root.rglob("*.py")) == before


def test_a_notebook_that_asks_for_something_else_is_named(course: Course) -> None:
    path = course.source / "01_softmax" / "01_softmax.ipynb"
    notebook = json.loads(path.read_text())
    test = next(cell for cell in notebook["cells"] if cell["source"] == ["check(softmax)"])
    test["metadata"]["nbgrader"] |= {"points": 5, "locked": False}
    test["source"] = ["check(softmax)  # now"]
    solution = next(cell for cell in notebook["cells"] if cell["source"][0].startswith("def softmax"))
    solution["source"] = ["def softmax(y):\n", "    pass"]
    path.write_text(json.dumps(notebook))
    assert list(problems(course, course.assignment("01_softmax"))) == [
        "the cell softmax does not define softmax(x)",
        "the cell test-softmax has to be locked, with points",
        "the cell test-softmax has 5 points, and the exercise 4",
        "the cell test-softmax has to be check(softmax)",
    ]


def test_what_is_there_already_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(CourseError, match=r"README.md is there already; nothing is written"):
        begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize("tier", ["full", "reduced"])
def test_exercises_in_a_folder_that_boxes_see_are_absent_in_them(tier: str, course: Course) -> None:
    """As those of a package that is installed would lie in one."""
    hidden = course.assignments.folder
    open_to_all = build_wall(Policy(), tier, extra=[course.root])
    wall = build_wall(Policy(), tier, extra=[course.root], hidden=[hidden])
    assert any(hidden.is_relative_to(path) for path in open_to_all.granted)
    assert not any(hidden.is_relative_to(path) for path in wall.granted)
    assert str(hidden.resolve()) in wall.masked


def test_a_machine_is_examined_before_there_is_a_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tier = examined().tier
    monkeypatch.chdir(tmp_path)
    says = f"behind the tier {tier!r}; no course is here, and others ask for 'reduced'."
    enough = is_enough(tier, MINIMUM_TIER)
    with contextlib.nullcontext() if enough else pytest.raises(CourseError, match="this machine offers"):
        assert says in CliRunner().invoke(app, ["doctor"], catch_exceptions=False).stdout
