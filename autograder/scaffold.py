"""A new exercise, as far as it writes itself: module, place in the assignment, cells and a first test."""

import ast
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import advsec
from autograder.course import Course, CourseError
from autograder.exercise import Assignment
from autograder.exercises import package_of


MODULE = '''from advsec import {home}
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call


{constant} = exercise(
    # TODO: the model answer, and inputs that tell right from wrong.
    solution="""
        def {name}{signature}:
            raise NotImplementedError
    """,
    reference={home}.{name},
    points=2,
    read={read!r},
    probes=(
        Probe("a number", lambda rng: call(rng.uniform(2, 9))),
        Probe("another number", lambda rng: call(-rng.uniform(2, 9))),
        Probe("one that is kept", lambda rng: call(rng.uniform(2, 9)), public=False),
    ),
    misconceptions=(
        # Wrong("name", {{"right": "wrong"}}, "something is done that completes the sentence: `{{}}`"),
    ),
    alternatives={{
        # "what is different": """...""",
    }},
)
'''

TEST = '''"""What is special about {name}."""

from autograder.exercises import find_exercise


def test_the_solution_gives_what_was_worked_out_by_hand() -> None:
    {name} = find_exercise("{name}").solution
    assert {name} is not None
    # TODO: an input and its result, such as `assert {name}(2.0) == 1.0`.
'''

STUB = '''def {name}{signature}:
    """{summary}"""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION'''


def scaffold(course: Course, assignment: Assignment, name: str) -> list[Path]:
    """Write what a new exercise needs; the files that were made or changed. Raises CourseError."""
    reference = _reference(name)
    package = Path(inspect.getfile(importlib.import_module(package_of(assignment.name)))).parent
    module = package / f"{name}.py"
    notebook = course.source / assignment.name / f"{assignment.name}.ipynb"
    test = course.root / "tests" / "autograder" / f"test_{name}.py"
    for path in (module, test):
        if path.exists():
            raise CourseError(f"{path} is there already; nothing is changed")
    about = {
        "name": name,
        "constant": name.upper(),
        "signature": _plain(str(inspect.signature(reference))),
        "home": reference.__module__.rpartition(".")[2],
        "read": assignment.exercises[-1].read,
        "summary": (inspect.getdoc(reference) or "What is asked for.").splitlines()[0],
    }
    cells = _with_cells(json.loads(notebook.read_text("utf-8")), assignment, about)
    register = package / "__init__.py"
    register.write_text(_registered(register.read_text("utf-8"), package_of(assignment.name), name), "utf-8")
    module.write_text(MODULE.format(**about), "utf-8")
    notebook.write_text(json.dumps(cells, indent=1, ensure_ascii=False) + "\n", "utf-8")
    test.write_text(TEST.format(**about), "utf-8")
    return [module, register, notebook, test]


def _reference(name: str) -> Callable[..., Any]:
    """The function of advsec that has the name of the exercise."""
    for found in pkgutil.iter_modules(advsec.__path__):
        if not found.name.startswith("_") and not found.ispkg:
            function = getattr(importlib.import_module(f"advsec.{found.name}"), name, None)
            if inspect.isfunction(function) and function.__module__ == f"advsec.{found.name}":
                return function
    raise CourseError(f"advsec has no function {name!r}: write the reference first, with its docstring")


def _plain(signature: str) -> str:
    """The parameters without the types, as the student reads them."""
    (function,) = ast.parse(f"def f{signature}: ...").body
    assert isinstance(function, ast.FunctionDef)
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return f"({ast.unparse(function.args)})"


def _registered(text: str, package: str, name: str) -> str:
    """The package of the assignment with the exercise as its last."""
    line = f"from {package}.{name} import {name.upper()}\n"
    imports = re.findall(rf"^from {re.escape(package)}\..+\n", text, re.MULTILINE)
    after = max((found for found in imports if found < line), default=None)
    text = text.replace(after, after + line) if after else text.replace(imports[0], line + imports[0])
    (exercises,) = (
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.keyword) and node.arg == "exercises"
    )
    lines = text.splitlines(keepends=True)
    lines.insert((exercises.end_lineno or 0) - 1, f"        {name.upper()},\n")
    return "".join(lines)


def _with_cells(notebook: dict[str, Any], assignment: Assignment, about: dict[str, str]) -> dict[str, Any]:
    """The notebook with a question, a solution cell and a test cell behind those of the last exercise."""
    cells, name = notebook["cells"], about["name"]
    last = assignment.test_cell(assignment.exercises[-1])
    grade_ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    place, ident = grade_ids.index(last) + 1, name.replace("_", "-")
    question = f"## {about['summary'].rstrip('.')} (2 points)\n\nTODO: the formula, and what is asked for."
    test = {"grade_id": f"test-{name}", "grade": True, "locked": True, "points": 2}
    cells[place:place] = [
        _cell("markdown", f"{ident}-question", question, grade_id=f"{ident}-question", locked=True),
        _cell("code", ident, STUB.format(**about), grade_id=name, solution=True),
        _cell("code", f"{ident}-test", f"check({name})", **test),
    ]
    return notebook


def _cell(kind: str, ident: str, source: str, **marks: Any) -> dict[str, Any]:
    nbgrader = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}
    metadata = {"nbgrader": dict(sorted((nbgrader | marks).items()))}
    cell: dict[str, Any] = {"cell_type": kind, "id": ident, "metadata": metadata}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell | {"source": source.splitlines(keepends=True)}
