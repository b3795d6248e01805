"""All that is one small change away from a model solution, for wrong answers that nobody foresaw."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import TypeGuard

from autograder.written import Written


OPERATORS: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


# Signatures are given, and the functions of numpy are no formulas.
NO_FORMULAS = ("func", "annotation", "returns")
# A list that is put into itself has no end.
INTO_ITSELF = re.compile(r"\b(\w+)\.append\(.*\b\1\b")


def near(solution: Written) -> Iterator[tuple[str, Written]]:
    """Each changed function, after the expression of it in which the change is."""
    tree = ast.parse(solution.text)
    names = _variables(tree)
    seen = {ast.unparse(tree)}
    for put, node, shown in list(_places(tree)):
        for instead in _instead_of(node, names):
            put(instead)
            text = ast.unparse(tree)
            if text not in seen and not INTO_ITSELF.search(text):
                seen.add(text)
                yield ast.unparse(shown), solution.rewritten(text)
        put(node)


def _places(tree: ast.AST) -> Iterator[tuple[Callable[[ast.expr], None], ast.expr, ast.AST]]:
    """Every expression that is read: how to put another in its place, itself, and what to show of it."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.Tuple) and isinstance(parent.ctx, ast.Store):
            continue
        for field, value in ast.iter_fields(parent):
            if field in NO_FORMULAS:
                continue
            if _is_read(value):
                yield _put_into(parent, field), value, _shown(parent)
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if _is_read(item):
                        yield _put_at(value, index), item, _shown(parent)


def _is_read(value: object) -> TypeGuard[ast.expr]:
    """And not written, as the left side of an assignment is."""
    return isinstance(value, ast.expr) and not isinstance(getattr(value, "ctx", None), ast.Store)


def _put_into(parent: ast.AST, field: str) -> Callable[[ast.expr], None]:
    return lambda instead: setattr(parent, field, instead)


def _put_at(items: list[ast.expr], index: int) -> Callable[[ast.expr], None]:
    return lambda instead: items.__setitem__(index, instead)


def _shown(parent: ast.AST) -> ast.AST:
    """A loop without its body."""
    return parent.iter if isinstance(parent, ast.For) else parent


def _variables(tree: ast.AST) -> tuple[str, ...]:
    nodes = list(ast.walk(tree))
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return tuple(dict.fromkeys([node.arg for node in nodes if isinstance(node, ast.arg)] + stored))


def _instead_of(node: ast.expr, names: tuple[str, ...]) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, operator, right):
            yield from (left, right, ast.BinOp(right, operator, left))
            yield from (ast.BinOp(left, other(), right) for other in OPERATORS)
            yield from map(ast.Name, names)
            # Another place of the brackets.
            if isinstance(left, ast.BinOp):
                yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, operator, right))
            if isinstance(right, ast.BinOp):
                yield ast.BinOp(ast.BinOp(left, operator, right.left), right.op, right.right)
        case ast.Constant(int() as number) if not isinstance(number, bool):
            yield from (ast.Constant(number + 1), ast.Constant(number - 1))
        case ast.Name(name) if name in names:
            yield from (ast.Name(other) for other in names if other != name)
            one, two = ast.Constant(1), ast.Constant(2)
            yield from (ast.BinOp(node, ast.Add(), one), ast.BinOp(node, ast.Sub(), one))
            yield from (ast.BinOp(one, ast.Sub(), node), ast.BinOp(node, ast.Pow(), two))
