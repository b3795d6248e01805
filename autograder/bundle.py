"""What students get of an assignment: one folder, and the same as a zip file.

    01_moving_averages/
        README.md                                     what to install, how to start, what to hand in
        assignments/01_moving_averages/...ipynb       the release of nbgrader: stubs, no solutions
        lectures/01_moving_averages.ipynb             with a link to the assignment
        advsec-0.1.0+h3fa9c1b2-py3-none-any.whl       all that both of them import

One line installs it on a machine that has nothing but Python. The wheel holds `check` with what it needs as
data (see `handout`), and of the course's package what the lecture imports, with the answers folded (see
`fold`), also those of other assignments, which a network needs. It serves the assignments that were handed
out before as well: students install it over theirs, and go back. There is no solution, no hidden input, no
assignment that is still to come, no grader and no catalogue in it. Of the properties by which random results
are judged those are there that the assignments use.
"""

import ast
import base64
import hashlib
import importlib.util
import io
import json
import re
import shutil
import zipfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from autograder import handout, when_shown
from autograder.course import Course, CourseError
from autograder.exercise import Assignment
from autograder.files import read_ours, write_ours
from autograder.fold import folded
from autograder.when_shown import WhenShown


PACKAGE, GRADER = "advsec", "autograder"
# `check` asks for these only where there is no handout.
LEFT_OUT = (f"{GRADER}.course",)
WHEEL = b"Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
# What JupyterLab does where this is installed, however it is started: nobody is asked about news, and the
# README is a page. It reads this file of its environment.
OF_JUPYTERLAB = "etc/jupyter/labconfig/default_setting_overrides.json"
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}
EARLIEST = (1980, 1, 1, 0, 0, 0)

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Bundle:
    """Where it lies; `worked_in` names a file for the sake of which the folder was left as it is."""

    folder: Path
    archive: Path
    worked_in: str | None


@dataclass(frozen=True)
class HandedOut:
    """An assignment, with nbgrader's release of it, and what `check` keeps back for later."""

    assignment: Assignment
    release: Path
    when: WhenShown | None = None


def make_bundle(course: Course, handed_out: HandedOut, before: Sequence[HandedOut] = ()) -> Bundle:
    """Write the bundle of a release: a zip file, and beside it the folder, unless somebody has worked in it.

    What is installed for it serves those of `before` too, since there is one place for what is installed and
    students go back. Raises CourseError where it cannot be written.
    """
    assignment, release = handed_out.assignment, handed_out.release
    lecture = _lecture(course, assignment)
    parts = [
        Part(
            each.assignment,
            _lecture(course, each.assignment),
            tuple(json.loads(read_ours(path)) for path in sorted(each.release.glob("*.ipynb"))),
            each.when,
        )
        for each in (handed_out, *before)
    ]
    wheel_name, wheel = make_wheel(parts, _asked_about(course, assignment))
    files = {
        "README.md": _readme(assignment, wheel_name, bool(lecture)).encode(),
        wheel_name: wheel,
        **{
            f"assignments/{assignment.name}/{path.relative_to(release).as_posix()}": path.read_bytes()
            for path in sorted(release.rglob("*"))
            if path.is_file()
        },
    }
    if lecture:
        files[f"lectures/{assignment.name}.ipynb"] = json.dumps(
            lecture, indent=1, ensure_ascii=False
        ).encode()
    return _write(course.handout, assignment.name, files)


def _write(folder: Path, name: str, files: Files) -> Bundle:
    target, archive = folder / name, folder / f"{name}.zip"
    worked_in = _touched(target, archive)
    if worked_in is None:
        shutil.rmtree(target, ignore_errors=True)
        for path, content in files.items():
            write_ours(target / path, content)
    write_ours(archive, _zipped({f"{name}/{path}": content for path, content in files.items()}))
    return Bundle(target, archive, worked_in)


def _touched(target: Path, archive: Path) -> str | None:
    """A file in the folder that is not the one that the zip file holds."""
    try:
        with zipfile.ZipFile(archive) as made:
            known = {path.removeprefix(f"{target.name}/"): made.read(path) for path in made.namelist()}
    except (OSError, zipfile.BadZipFile):
        known = {}
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if path.is_file() and ".ipynb_checkpoints" not in path.parts and not _holds(path, known.get(name)):
            return name
    return None


def _holds(path: Path, content: bytes | None) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _zipped(files: Files) -> bytes:
    """The same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, EARLIEST)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


# --- the lecture ----------------------------------------------------------------------------------------


def _lecture(course: Course, assignment: Assignment) -> dict[str, Any] | None:
    """The lecture of the same name, in which the assignment is a link; None where there is no lecture."""
    path = course.lectures / f"{assignment.name}.ipynb"
    if not path.is_file():
        return None
    text, name = read_ours(path), assignment.name
    link = f"[*{name}*](../assignments/{name}/{name}.ipynb)"
    text = re.sub(r"\[([^\[\]]+)\]\(\d\d_\w+\.ipynb[^()\s]*\)", r"\1", text)  # other lectures are not here
    notebook: dict[str, Any] = json.loads(text.replace(f"*{name}*", link))
    return notebook


def _code(notebook: dict[str, Any]) -> str:
    """The code cells of a notebook as one text; lines for IPython are left out."""
    cells = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    return re.sub(r"^[ \t]*[%!].*$", "pass", "\n".join(cells), flags=re.MULTILINE)


def _open_functions(lecture: dict[str, Any] | None) -> frozenset[str]:
    """The functions whose bodies the lecture prints."""
    nodes = ast.walk(ast.parse(_code(lecture))) if lecture else ()
    return frozenset(
        ast.unparse(node.args[0]).rpartition(".")[2]
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{PACKAGE}.show" and not node.keywords
    )


# --- the wheel ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What a wheel is for: an assignment with its lecture and its notebooks."""

    assignment: Assignment
    lecture: dict[str, Any] | None = None
    notebooks: tuple[dict[str, Any], ...] = ()
    when: WhenShown | None = None


def make_wheel(parts: Sequence[Part], owners: Mapping[str, str]) -> tuple[str, bytes]:
    """The name and the bytes of the wheel that these assignments need, of which the first is handed out now.

    `owners` are the assignments of the course by the functions that they ask for. Raises CourseError for what
    students do not have.
    """
    for part in parts:
        for exercise in part.assignment.exercises:
            for problem in handout.left_at_home(exercise):
                raise CourseError(f"{part.assignment.name} cannot be handed out: {exercise.name} {problem}")
    codes = [_code(each) for part in parts for each in (*part.notebooks, part.lecture) if each]
    imports = {name for code in codes for name in _imports(ast.parse(code), "")}
    properties = {name for part in parts for name in handout.property_modules(part.assignment)}
    modules = _closure({f"{GRADER}.student", f"{GRADER}.standing", *imports, *properties})
    open_functions = {name for part in parts for name in _open_functions(part.lecture)}
    first = parts[0].assignment.name
    files = {_path(name): _source(name).encode() for name in sorted(modules)}
    files |= {path: content for name in modules for path, content in _javascript(name)}
    files |= {f"{package}/py.typed": b"" for package in {name.partition(".")[0] for name in modules}}
    for name in modules:
        public = _public(_source(name)) if name.startswith(f"{PACKAGE}.") else frozenset[str]()
        if asked := sorted(public & set(owners), key=lambda each: (owners[each] != first, each)):
            names, owner = public - open_functions, owners[asked[0]]
            files[_path(name)] = folded(
                _source(name), names, f"Folded: part of the assignment {owner}."
            ).encode()
    for part in parts:
        place = f"{GRADER}/{handout.FOLDER}/{part.assignment.name}"
        files[place + handout.SUFFIX] = handout.recorded(part.assignment).encode()
        if part.when and part.when.when:
            files[place + when_shown.SUFFIX] = when_shown.recorded(part.when).encode()
    needed = {top for name in modules for top in _imports_of(name)} | {
        name.partition(".")[0] for name in imports
    }
    return packed(files, list(_requirements(needed)), {OF_JUPYTERLAB: json.dumps(SETTINGS).encode()})


def _asked_about(course: Course, assignment: Assignment) -> dict[str, str]:
    """The functions that students write, each with the assignment that asks for it.

    A lecture on one topic trains networks, and those use answers of others.
    """
    known = course.assignments
    others = [known.load(name) for name in known.names if name != assignment.name]
    return {exercise.name: each.name for each in (*others, assignment) for exercise in each.exercises}


def packed(files: Files, requirements: list[str], beside: Files | None = None) -> tuple[str, bytes]:
    """A wheel, as https://packaging.python.org/en/latest/specifications/binary-distribution-format asks.

    The version says which contents they are, so that pip replaces those of another assignment. What lies
    `beside` the packages goes where the environment begins.
    """
    beside = beside or {}
    about = metadata.metadata(PACKAGE)
    digest = hashlib.sha256(
        repr((sorted(files.items()), sorted(beside.items()), requirements)).encode()
    ).hexdigest()
    version = f"{about['Version']}+h{digest[:8]}"
    info = f"{PACKAGE}-{version}.dist-info"
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {PACKAGE}",
        f"Version: {version}",
        f"Summary: {about['Summary']}",
    ]
    lines += [
        f"Requires-Python: {about['Requires-Python']}",
        *(f"Requires-Dist: {each}" for each in requirements),
    ]
    files = {
        **files,
        **{f"{PACKAGE}-{version}.data/data/{path}": content for path, content in beside.items()},
        f"{info}/METADATA": "\n".join([*lines, ""]).encode(),
        f"{info}/WHEEL": WHEEL,
    }
    record = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    return f"{PACKAGE}-{version}-py3-none-any.whl", _zipped(files)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _requirements(imported: Container[str]) -> Iterator[str]:
    """JupyterLab, and of what the course installs what is imported, in the versions that it allows."""
    provided = {
        distribution.lower(): module
        for module, distributions in metadata.packages_distributions().items()
        for distribution in distributions
        if module in imported
    }
    for line in metadata.requires(PACKAGE) or ():
        requirement, _, marker = line.partition(";")
        name = re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0].lower()
        if (not marker or 'extra == "course"' in marker) and (name == "jupyterlab" or name in provided):
            yield requirement.strip()


# --- which modules --------------------------------------------------------------------------------------


def _closure(names: set[str]) -> set[str]:
    """The modules of our two packages that these import, directly or not."""
    found: set[str] = set()
    waiting = [part for name in names for part in _with_parents(name)]
    while waiting:
        name = waiting.pop()
        if name in found or not _is_ours(name):
            continue
        found.add(name)
        waiting += [part for each in _imports(ast.parse(_source(name)), name) for part in _with_parents(each)]
    return found


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _is_ours(name: str) -> bool:
    if name.partition(".")[0] not in (PACKAGE, GRADER) or name.startswith(LEFT_OUT):
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a name of a module, such as a function
        return False


def _imports(tree: ast.AST, module: str) -> Iterator[str]:
    """What is imported anywhere in a module; of `from a import b` both a and a.b, which may be a module."""
    package = module.split(".") if module and _is_package(module) else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *(node.module or "").split(".")]).strip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _imports_of(name: str) -> Iterator[str]:
    return (each.partition(".")[0] for each in _imports(ast.parse(_source(name)), name))


def _file(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise CourseError(f"there is no module {name}")
    return Path(spec.origin)


def _is_package(name: str) -> bool:
    return _file(name).name == "__init__.py"


def _javascript(name: str) -> Iterator[tuple[str, bytes]]:
    """What a package reads that runs in the browser: the figures that move."""
    if _is_package(name):
        folder = Path(_path(name)).parent
        yield from (
            ((folder / path.name).as_posix(), path.read_bytes())
            for path in sorted(_file(name).parent.glob("*.js"))
        )


def _source(name: str) -> str:
    return _file(name).read_text("utf-8")


def _path(name: str) -> str:
    return name.replace(".", "/") + ("/__init__.py" if _is_package(name) else ".py")


def _public(source: str) -> frozenset[str]:
    return frozenset(
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    )


# --- the words ------------------------------------------------------------------------------------------


def _readme(assignment: Assignment, wheel: str, has_lecture: bool) -> str:
    python = metadata.metadata(PACKAGE)["Requires-Python"].removeprefix(">=")
    notebook = f"assignments/{assignment.name}/{assignment.name}.ipynb"
    lecture = f"lectures/{assignment.name}.ipynb"
    reading = f"Read `{lecture}` first. " if has_lecture else ""
    return f"""\
# {assignment.title}

You need Python {python} or newer, on Linux, macOS or Windows, and this folder, unpacked. No account, no git.

## Once: install

Open a terminal in this folder, and make a place for what is installed:

    python3 -m venv .venv
    source .venv/bin/activate

On Windows these are `py -m venv .venv` and `.venv\\Scripts\\activate`. Then

    python -m pip install ./{wheel}

brings JupyterLab and all that the notebooks use. The next assignment can go into the same place.

## Each time: start

    source .venv/bin/activate
    python -m jupyter lab

{reading}Your work goes into

    {notebook}

Write each function where it says `YOUR CODE HERE`, or mend the one that stands there, and run the cell with
`check(...)` below it. It tells you what differs, and often which formula you wrote instead.

## In the end: hand in

In JupyterLab choose Kernel > Restart Kernel and Run All Cells, look whether everything is as you want it, and
save. Hand in this one file, under its name, where your course collects it.
"""
