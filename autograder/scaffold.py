"""A new exercise, as far as it writes itself: module, place in the assignment, cells and a first test.

In a course of one's own the first exercise of an assignment begins that as well.
"""

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
from autograder.assignments import Assignments
from autograder.course import EXERCISES, Course, CourseError
from autograder.exercise import Assignment
from autograder.files import read_ours, write_ours


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
{read}    probes=(
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


PACKAGE = '''"""TODO: what it is about."""

from autograder.exercise import Assignment

ASSIGNMENT = Assignment(
    name="{assignment}",
    title="{title}",
    exercises=(),
)
'''

TITLE = """# {title}: the assignment

**How it works.** Write your function where it says `YOUR CODE HERE`, then run the cell with `check(...)`. \
The check calls your function on inputs of several kinds and shows what it expected and what came back. \
When it recognises the formula that you wrote, it tells you which one that is. Grading repeats all this \
with other numbers and further kinds of input."""

IMPORTS = "import numpy as np\nfrom autograder import check, progress"
PROGRESS = "# How far you are, here and in the course. Run this as often as you like.\nprogress()"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def scaffold(course: Course, assignment: str, name: str) -> list[Path]:
    """Write what a new exercise needs; the files that were made or changed. Raises CourseError."""
    known = course.assignments
    own = known.folder == course.root / EXERCISES
    reference = _reference(name, known.package if own else None)
    _must_be_new(_test(course, name))
    begun = _begin(course, known, assignment) if own and assignment not in known else []
    return list(dict.fromkeys([*begun, *_add(course, course.assignment(assignment), reference, own)]))


def _add(course: Course, assignment: Assignment, reference: Callable[..., Any], own: bool) -> list[Path]:
    name, package = reference.__name__, course.assignments.package_of(assignment.name)
    folder = Path(inspect.getfile(importlib.import_module(package))).parent
    module = folder / f"{name}.py"
    notebook, test = _notebook(course, assignment.name), _test(course, name)
    _must_be_new(module)
    read = next((each.read for each in reversed(assignment.exercises)), "")
    about = {
        "name": name,
        "constant": name.upper(),
        "signature": _plain(str(inspect.signature(reference))),
        "home": reference.__module__.rpartition(".")[2],
        "imports": _imports(reference),
        "read": f'    read="{read}",\n' if read else "",
        "summary": (inspect.getdoc(reference) or "What is asked for.").splitlines()[0],
    }
    cells = _with_cells(json.loads(read_ours(notebook)), assignment, about)
    register = folder / "__init__.py"
    write_ours(register, _registered(read_ours(register), "" if own else package, name).encode())
    write_ours(module, MODULE.format(**about).encode())
    _write_notebook(notebook, cells)
    write_ours(test, TEST.format(**about).encode())
    return [module, register, notebook, test]


def _begin(course: Course, known: Assignments, assignment: str) -> list[Path]:
    """An assignment without exercises, in a course of one's own."""
    words = re.fullmatch(r"(?:\d+_)?([a-z][a-z0-9_]*)", assignment)
    if words is None:
        raise CourseError(
            f"there is no assignment {assignment!r}, and a new one needs a name such as 02_regression"
        )
    title = words[1].replace("_", " ").capitalize()
    package, notebook = known.folder / words[1], _notebook(course, assignment)
    _must_be_new(package, notebook)
    cells = [
        _cell("markdown", "title", TITLE.format(title=title), grade_id="title", locked=True),
        _cell("code", "imports", IMPORTS, grade_id="imports", locked=True),
        _cell("code", "progress", PROGRESS, grade_id="progress", locked=True),
    ]
    _write_notebook(notebook, {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5})
    about = {"assignment": assignment, "title": title}
    write_ours(package / "__init__.py", PACKAGE.format(**about).encode())
    register = known.folder / "__init__.py"
    write_ours(register, _named(read_ours(register), assignment, words[1]).encode())
    return [notebook, package / "__init__.py", register]


def _test(course: Course, name: str) -> Path:
    tests = course.root / "tests"
    return (tests / "autograder" if (tests / "autograder").is_dir() else tests) / f"test_{name}.py"


def _notebook(course: Course, assignment: str) -> Path:
    return course.source / assignment / f"{assignment}.ipynb"


def _write_notebook(path: Path, notebook: dict[str, Any]) -> None:
    write_ours(path, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())


def _must_be_new(*paths: Path) -> None:
    for path in paths:
        if path.exists():
            raise CourseError(f"{path} is there already; nothing is changed")


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
        return f"from {package} import {home}\n{ours}\n"
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
    if after:
        text = text.replace(after, after + line)
    elif imports:
        text = text.replace(imports[0], line + imports[0])
    else:  # its first exercise
        (first,) = re.findall(r"^from autograder\.exercise import .+\n", text, re.MULTILINE)
        text = text.replace(first, f"{first}\n{line}")
    (exercises,) = (
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.keyword) and node.arg == "exercises"
    )
    there = [ast.unparse(each) for each in exercises.elts] if isinstance(exercises, ast.Tuple) else []
    return _with_last(text, exercises, there, name.upper(), 4)


def _named(text: str, assignment: str, package: str) -> str:
    """The package of all exercises with the assignment as its last."""
    (register,) = (
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ASSIGNMENTS"
    )
    pairs = zip(register.keys, register.values, strict=True) if isinstance(register, ast.Dict) else ()
    there = [f'"{ast.literal_eval(key)}": "{ast.literal_eval(value)}"' for key, value in pairs if key]
    return _with_last(text, register, there, f'"{assignment}": "{package}"', 0)


def _with_last(text: str, inside: ast.expr, there: list[str], entry: str, indent: int) -> str:
    """The text with one more entry in a tuple or dictionary, of which each has a line of its own then."""
    lines, space = text.splitlines(keepends=True), " " * indent
    if inside.lineno == inside.end_lineno:
        line = lines[inside.lineno - 1]
        start, end = line[: inside.col_offset + 1], line[(inside.end_col_offset or 0) - 1 :]
        if isinstance(inside, ast.Tuple) and not there:
            lines[inside.lineno - 1] = f"{start}{entry},{end}"
            return "".join(lines)
        entries = "".join(f"{space}    {each},\n" for each in (*there, entry))
        lines[inside.lineno - 1] = f"{start}\n{entries}{space}{end}"
    else:
        lines.insert((inside.end_lineno or 0) - 1, f"{space}    {entry},\n")
    return "".join(lines)


def _with_cells(notebook: dict[str, Any], assignment: Assignment, about: dict[str, str]) -> dict[str, Any]:
    """The notebook with a question, a solution cell and a test cell behind those of the last exercise; the
    first of all stand before the progress."""
    cells, name = notebook["cells"], about["name"]
    grade_ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    tests = [assignment.test_cell(each) for each in assignment.exercises]
    behind = grade_ids.index("progress") if "progress" in grade_ids else len(cells)
    place, ident = grade_ids.index(tests[-1]) + 1 if tests else behind, name.replace("_", "-")
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
