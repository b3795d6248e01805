"""Small wrong changes to a function of `advsec`, made in its syntax tree."""

import ast
import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any


OPERATORS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


@dataclass(frozen=True)
class Mutant:
    """`change` says in source text what was done, and where; `line` is that line before it was changed."""

    change: str
    line: str
    function: Callable[..., Any]


def mutants(function: Callable[..., Any]) -> Iterator[Mutant]:
    """Every mutant of a function and of the functions of its module that it builds on.

    Operators, comparisons, numbers (one more, one less), switches and signs are changed, one at a time.
    The refusal of bad arguments is left alone: no exercise asks for it.
    """
    module = inspect.getmodule(function)
    source = inspect.getsource(module)
    tree = ast.parse(source)
    for name in _reachable(tree, function.__name__):
        for number, (node, replacement) in enumerate(_changes(_definition(tree, name))):
            change = f"{name}: {ast.unparse(node)} -> {ast.unparse(replacement)}"
            mutated = copy.deepcopy(tree)
            place = list(_changes(_definition(mutated, name)))[number][0]
            _replace(mutated, place, replacement)
            line = source.splitlines()[node.lineno - 1].strip()
            yield Mutant(change, line, _load(mutated, module, function.__name__))


def _changes(definition: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in _graded(definition):
        match node:
            case ast.BinOp(left, operator, right):
                for other in OPERATORS.get(type(operator), ()):
                    yield node, ast.BinOp(left, other(), right)
            case ast.Compare(left, [operator], [right]):
                for other in OPERATORS.get(type(operator), ()):
                    yield node, ast.Compare(left, [other()], [right])
            case ast.BoolOp(operator, values):
                for other in OPERATORS.get(type(operator), ()):
                    yield node, ast.BoolOp(other(), values)
            case ast.UnaryOp(ast.USub() | ast.Not(), operand):
                yield node, operand
            case ast.Constant(bool() as value):
                yield node, ast.Constant(not value)
            case ast.Constant(int() | float() as value):
                yield node, ast.Constant(value + 1)
                yield node, ast.Constant(value - 1)
            case ast.Subscript(value, ast.Slice(lower, upper, step), ctx) if lower or upper or step:
                yield node, ast.Subscript(value, ast.Slice(), ctx)


def _graded(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, without annotations and without what only refuses bad arguments."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) or child in (
            getattr(node, "returns", None),
            getattr(node, "annotation", None),
        ):
            continue
        if isinstance(child, ast.If) and all(isinstance(inner, ast.Raise) for inner in child.body):
            continue
        yield child
        yield from _graded(child)


def _reachable(tree: ast.Module, name: str) -> list[str]:
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    found, queue = [], [name]
    while queue:
        current = queue.pop()
        found.append(current)
        nodes = list(ast.walk(_definition(tree, current)))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names -= {node.arg for node in nodes if isinstance(node, ast.arg)}
        queue += sorted((names & functions) - {*found, *queue})
    return found


def _definition(tree: ast.Module, name: str) -> ast.FunctionDef:
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


def _replace(tree: ast.AST, place: ast.AST, replacement: ast.AST) -> None:
    class Replacer(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is place else super().generic_visit(node)

    Replacer().visit(tree)
    ast.fix_missing_locations(tree)


def _load(tree: ast.Module, module: ModuleType, name: str) -> Callable[..., Any]:
    namespace = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(tree, module.__file__, "exec"), namespace)
    return namespace[name]
