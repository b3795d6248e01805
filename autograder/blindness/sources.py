"""Checks as teachers have them: a file of tests, the test cells of a notebook, doctests.

All of it is run anew for every formula, in a namespace that holds the function under its name. A file may
import that function from anywhere: it gets the formula instead.

    .py     functions `test_...` without arguments, methods `test_...` of classes `Test...` or unittest, and
            doctests in docstrings; where there is none of these, the file itself
    .ipynb  each test cell of nbgrader, or plain cell with an `assert`, that uses the function; what stands
            before it runs too, without its errors
    other   the doctests of a text
"""

import ast
import doctest
import inspect
import json
import re
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from autograder.blindness.aim import GIVEN, Check, Namespace, Part
from autograder.course import CourseError


# What a file is called; as `__main__` it would start the runner that some of them end in.
MODULE = "aimed_at"
MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
ARGUMENTS = (
    "takes arguments, as tests with fixtures or parameters do, which only pytest runs; write the cases into "
    "the test"
)


def read_check(path: Path, function: str) -> Check:
    """The tests of `function` in a file; raises CourseError for what are none."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None
    match path.suffix:
        case ".py":
            parts = _of_python(path, text, function)
        case ".ipynb":
            parts = _of_notebook(path, text, function)
        case _:
            parts = _of_text(path, text)
    return Check(path.name, tuple(parts))


# --- Python ----------------------------------------------------------------------------------------------


def _of_python(path: Path, text: str, function: str) -> Iterator[Part]:
    tree = _parsed(path, text)
    if not _uses(tree, function):
        raise CourseError(
            f"{path} does not call {function} by its name: write `{function}(...)`, or import it with "
            f"`from ... import {function}`"
        )
    documents = [
        (getattr(node, "name", path.name), words)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and (words := ast.get_docstring(node, clean=False))
        and ">>>" in words
    ]
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
    methods = [
        (node.name, each)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or _is_unittest(node))
        for each in node.body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test")
    ]
    for test, given in (*((test, 0) for test in tests), *((method, 1) for _, method in methods)):
        if _asks_for(test.args) > given:
            raise CourseError(f"{test.name} in {path} {ARGUMENTS}")
    code = compile(_aimed(tree, function), str(path), "exec")
    for test in tests:
        yield Part(test.name, _Function(code, path, test.name))
    for class_name, method in methods:
        yield Part(f"{class_name}.{method.name}", _Method(code, path, class_name, method.name))
    for name, words in documents:
        yield Part(f"doctest of {name}", _Doctest(words, name, code, path))
    if not (tests or methods or documents):
        yield Part(path.name, _Module(code, path))


def _parsed(path: Path, text: str) -> ast.Module:
    try:
        return ast.parse(text, str(path))
    except SyntaxError as error:
        raise CourseError(f"{path} is no Python: {error.msg}, line {error.lineno}") from None


def _uses(tree: ast.AST, function: str) -> bool:
    """Whether it is called by its name, or imported, or defined with doctests of its own."""
    return any(
        (isinstance(node, ast.Name) and node.id == function)
        or (isinstance(node, ast.FunctionDef) and node.name == function)
        or (isinstance(node, ast.ImportFrom) and any(alias.name == function for alias in node.names))
        for node in ast.walk(tree)
    )


def _is_unittest(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def _asks_for(arguments: ast.arguments) -> int:
    """How many arguments it cannot do without."""
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional + sum(default is None for default in arguments.kw_defaults)


def _aimed(tree: ast.Module, function: str) -> ast.Module:
    """The same with the formula wherever the file would define the function or bring it from elsewhere."""

    class Aimed(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
            return None if node.name == function and node in tree.body else self.generic_visit(node)

        def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
            if any(alias.name == "*" for alias in node.names):
                return [node, *_given_as(function, node)]
            ours = [alias for alias in node.names if alias.name == function]
            node.names = [alias for alias in node.names if alias.name != function]
            named = [each for alias in ours for each in _given_as(alias.asname or function, node)]
            return [*([node] if node.names else []), *named]

    return ast.fix_missing_locations(Aimed().visit(tree))


def _given_as(name: str, place: ast.stmt) -> Iterator[ast.stmt]:
    value = ast.Name(GIVEN, ast.Load())
    yield ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), place)


class _Module:
    """Runs a file; what it finds beside it can be imported."""

    def __init__(self, code: CodeType, path: Path) -> None:
        self.code, self.path = code, path

    def __call__(self, namespace: Namespace) -> None:
        sys.path.insert(0, str(self.path.resolve().parent))
        namespace |= {"np": np, "__name__": MODULE, "__file__": str(self.path)}
        exec(self.code, namespace)  # the tests of the teacher
        self.test(namespace)

    def test(self, namespace: Namespace) -> None:
        """What there is to do when everything is defined."""


class _Function(_Module):
    def __init__(self, code: CodeType, path: Path, name: str) -> None:
        super().__init__(code, path)
        self.name = name

    def test(self, namespace: Namespace) -> None:
        namespace[self.name]()


class _Method(_Module):
    def __init__(self, code: CodeType, path: Path, class_name: str, name: str) -> None:
        super().__init__(code, path)
        self.class_name, self.name = class_name, name

    def test(self, namespace: Namespace) -> None:
        kind = namespace[self.class_name]
        if issubclass(kind, unittest.TestCase):
            result = unittest.TestResult()
            unittest.TestSuite([kind(self.name)]).run(result)
            for _, says in (*result.errors, *result.failures):
                raise AssertionError(says.strip().splitlines()[-1])
            return
        one = kind()
        getattr(one, "setup_method", lambda *_: None)(*_as_asked(one, "setup_method", self.name))
        getattr(one, self.name)()


def _as_asked(one: object, name: str, method: str) -> tuple[Any, ...]:
    """pytest hands the method to those that ask for it."""
    there = getattr(one, name, None)
    return (getattr(one, method),) if there and inspect.signature(there).parameters else ()


class _Doctest(_Module):
    def __init__(self, words: str, name: str, code: CodeType, path: Path) -> None:
        super().__init__(code, path)
        self.words, self.name = words, name

    def test(self, namespace: Namespace) -> None:
        _examples(self.words, self.name, namespace)


def _examples(words: str, name: str, namespace: Namespace) -> None:
    """Raise where an example shows something else."""
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(words, namespace, name, None, 0)
    doctest.DocTestRunner(verbose=False).run(test, out=said.append, clear_globs=False)
    if said:
        raise AssertionError("an example shows something else")


def _of_text(path: Path, text: str) -> Iterator[Part]:
    if ">>>" not in text:
        raise CourseError(f"{path} has no example that begins with >>>, and is neither .py nor .ipynb")
    empty = compile("", str(path), "exec")
    yield Part(f"doctest of {path.name}", _Doctest(text, path.name, empty, path))


# --- notebooks -------------------------------------------------------------------------------------------


def _of_notebook(path: Path, text: str, function: str) -> Iterator[Part]:
    try:
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        sources = [MAGIC.sub("pass", "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError):
        raise CourseError(f"{path} is no notebook") from None
    found = False
    before: list[CodeType] = []
    for number, (cell, source) in enumerate(zip(cells, sources, strict=True)):
        marks = cell.get("metadata", {}).get("nbgrader", {})
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue  # not what is tested, or IPython's own
        uses = _uses(tree, function)
        defines = any(isinstance(node, ast.FunctionDef) and node.name == function for node in tree.body)
        is_test = marks.get("grade") and not marks.get("solution")
        asserts = not marks and any(isinstance(node, ast.Assert) for node in ast.walk(tree))
        code = compile(_aimed(tree, function), str(path), "exec")
        if (is_test or asserts) and not defines:
            if uses:
                found = True
                name = marks.get("grade_id") or f"cell {number + 1}"
                yield Part(name, _Cell(code, path, tuple(before), function))
        else:
            before.append(code)
    if not found:
        raise CourseError(f"{path} has no test cell that calls {function}")


class _Cell(_Module):
    """A test cell, after the cells before it: those may fail, as long as the test does not."""

    def __init__(self, code: CodeType, path: Path, before: tuple[CodeType, ...], function: str) -> None:
        super().__init__(compile("", str(path), "exec"), path)
        self.cell, self.before, self.function = code, before, function

    def test(self, namespace: Namespace) -> None:
        given = namespace[GIVEN]
        for code in self.before:
            try:
                exec(code, namespace)  # the notebook of the teacher
            except Exception:  # whatever they do
                continue
        namespace[self.function] = given
        exec(self.cell, namespace)
