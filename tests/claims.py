"""A claim of a lecture by itself: the cells that an experiment needs, and what its assertions come to.

A lecture takes half a minute; most of its claims need few of its cells.
"""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode


MUTATING = {"append", "extend", "update", "setdefault", "add"}
SCOPES = (ast.Lambda, ast.FunctionDef, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)


def needed(cells: Iterable[NotebookNode], last: NotebookNode) -> list[NotebookNode]:
    """The code cells, in order, that bind a name on which the last one depends, and that one."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    chosen = [last]
    wanted = uses(last.source)
    for cell in reversed(code[: code.index(last)]):
        bound, changed = binds(cell.source)
        if wanted & (bound | changed):
            wanted = (wanted - bound) | uses(cell.source)
            chosen.append(cell)
    return chosen[::-1]


def uses(code: str) -> set[str]:
    """Names that the code reads before it binds them."""
    bound: set[str] = set()
    read: set[str] = set()
    for statement in ast.parse(code).body:
        read |= _read(statement) - bound
        bound |= _stored(statement)
    return read


def _read(node: ast.AST) -> set[str]:
    """Names that a statement reads, less those of its functions and comprehensions alone.

    A loop may read what an earlier one of its statements has bound.
    """
    names = {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    }
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.add(node.target.id)
    for scope in (each for each in ast.walk(node) if isinstance(each, SCOPES)):
        outside = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - {
            each.id for each in ast.walk(scope) if isinstance(each, ast.Name)
        }
        names -= _local(scope) - outside
    if isinstance(node, ast.For):
        names -= _stored(node) - _read(node.iter)
    return names


def _local(scope: ast.AST) -> set[str]:
    arguments = {each.arg for each in ast.walk(scope) if isinstance(each, ast.arg)}
    return arguments | {
        each.id for each in ast.walk(scope) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def binds(code: str) -> tuple[set[str], set[str]]:
    """Names that the code binds, and those of which it changes what they stand for."""
    tree = ast.parse(code)
    bound = {name for statement in tree.body for name in _stored(statement)}
    changed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            changed.add(_root(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATING:
            changed.add(_root(node.func))
    return bound, changed - {""}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _stored(statement: ast.AST) -> set[str]:
    """Names that a statement binds where it stands, not within a function."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    inner = {
        id(each) for scope in ast.walk(statement) if isinstance(scope, SCOPES) for each in ast.walk(scope)
    }
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in inner
    } | {
        name
        for each in ast.walk(statement)
        if isinstance(each, ast.FunctionDef | ast.Import | ast.ImportFrom) and each is not statement
        for name in _stored(each)
    }


class _Judged(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        said = ast.Constant(ast.unparse(node.test))
        call = ast.Call(ast.Name("_judge", ast.Load()), [said, node.test], [])
        return ast.copy_location(ast.Expr(call), node)


def judged(cells: Iterable[NotebookNode], given: Mapping[str, Any]) -> dict[str, list[bool]]:
    """What each assertion of the cells comes to, as often as it is reached, by its condition."""
    trees = [ast.parse(cell.source) for cell in cells]
    found: dict[str, list[bool]] = {
        ast.unparse(node.test): []
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    }
    names = {"_judge": lambda said, value: found[said].append(bool(value)), **given}
    for tree in trees:
        judging = ast.fix_missing_locations(_Judged().visit(tree))
        exec(compile(judging, "<lecture>", "exec"), names)
    return found
