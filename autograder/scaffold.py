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
from autograder.course import EXERCISES, Course, CourseError
from autograder.exercise import Assignment


# In a course of one's own: the module of the exercises that holds the references.
REFERENCES = "references"

MODULE = '''{imports}


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

from pathlib import Path

from autograder.course import Course


def test_the_solution_gives_what_was_worked_out_by_hand() -> None:
    course = Course.find(Path(__file__).parent)
    {name} = course.assignments.find_exercise("{name}").solution
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
    known = course.assignments
    own, package = known.folder == course.root / EXERCISES, known.package_of(assignment.name)
    reference = _reference(name, known.package if own else None)
    folder = Path(inspect.getfile(importlib.import_module(package))).parent
    module = folder / f"{name}.py"
    notebook = course.source / assignment.name / f"{assignment.name}.ipynb"
    tests = course.root / "tests"
    test = (tests / "autograder" if (tests / "autograder").is_dir() else tests) / f"test_{name}.py"
    for path in (module, test):
        if path.exists():
            raise CourseError(f"{path} is there already; nothing is changed")
    about = {
        "name": name,
        "constant": name.upper(),
        "signature": _plain(str(inspect.signature(reference))),
        "home": reference.__module__.rpartition(".")[2],
        "imports": _imports(reference),
        "read": assignment.exercises[-1].read,
        "summary": (inspect.getdoc(reference) or "What is asked for.").splitlines()[0],
    }
    cells = _with_cells(json.loads(notebook.read_text("utf-8")), assignment, about)
    register = folder / "__init__.py"
    register.write_text(_registered(register.read_text("utf-8"), "" if own else package, name), "utf-8")
    module.write_text(MODULE.format(**about), "utf-8")
    notebook.write_text(json.dumps(cells, indent=1, ensure_ascii=False) + "\n", "utf-8")
    test.write_text(TEST.format(**about), "utf-8")
    return [module, register, notebook, test]


def _reference(name: str, own: str | None) -> Callable[..., Any]:
    """The function of that name among the references of an `own` package of exercises, or of advsec."""
    modules = [f"{own}.{REFERENCES}"] if own else []
    modules += [
        f"advsec.{found.name}"
        for found in pkgutil.iter_modules(advsec.__path__)
        if not found.name.startswith("_") and not found.ispkg
    ]
    for module in modules:
        function = getattr(importlib.import_module(module), name, None)
        if inspect.isfunction(function) and function.__module__ == module:
            return function
    where = f"{EXERCISES}/{REFERENCES}.py" if own else "advsec"
    raise CourseError(f"{where} has no function {name!r}: write the reference first, with its docstring")


def _imports(reference: Callable[..., Any]) -> str:
    package, _, home = reference.__module__.rpartition(".")
    ours = "from autograder.catalogue import Wrong, exercise\nfrom autograder.exercise import Probe, call\n"
    if package == advsec.__name__:
        return f"from {package} import {home}\n{ours}"
    return f"{ours}\nfrom .. import {home}\n"


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
    if isinstance(exercises, ast.Tuple) and exercises.lineno == exercises.end_lineno:
        line, names = lines[exercises.lineno - 1], [*map(ast.unparse, exercises.elts), name.upper()]
        inside = "".join(f"\n        {each}," for each in names)
        lines[exercises.lineno - 1] = (
            f"{line[: exercises.col_offset]}({inside}\n    ){line[exercises.end_col_offset :]}"
        )
    else:
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
