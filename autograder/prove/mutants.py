"""Small wrong changes to a model solution, made in its syntax tree."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from autograder.written import Written


OPERATORS: dict[type[ast.AST], tuple[type[Any], ...]] = {
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
# Functions and methods by the name of another that takes the same.
FUNCTIONS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
    "mean": "sum",
    "sum": "mean",
    "cumsum": "cumprod",
    "cumprod": "cumsum",
    "sqrt": "square",
    "square": "sqrt",
    "var": "std",
    "std": "var",
    "sin": "cos",
    "cos": "sin",
    "ceil": "floor",
    "floor": "ceil",
}


@dataclass(frozen=True)
class Mutant:
    """A changed function, and the line of it that is another one."""

    line: str
    function: Written


def mutants(solution: Written) -> Iterator[Mutant]:
    """Every mutant: operators, functions, comparisons, numbers (one more, one less), switches, signs and
    slices are changed, and named arguments and lines of a loop left out, one at a time.
    """
    tree = ast.parse(solution.text)
    for number, (_, replacement) in enumerate(_changes(tree)):
        mutated = copy.deepcopy(tree)
        place = list(_changes(mutated))[number][0]
        _replace(mutated, place, replacement)
        before, after = (ast.unparse(each).splitlines() for each in (tree, mutated))
        old, new = next((old, new) for old, new in zip_longest(before, after, fillvalue="") if new != old)
        line = f"{old.strip()}  # left out" if isinstance(replacement, ast.Pass) else new.strip()
        yield Mutant(line, solution.rewritten("\n".join(after)))


def _changes(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    for node in ast.walk(tree):
        match node:
            case ast.For(body=[*lines]):
                for line in lines:
                    yield line, ast.Pass()
            case ast.BinOp(left, operator, right):
                for other in OPERATORS.get(type(operator), ()):
                    yield node, ast.BinOp(left, other(), right)
            case ast.AugAssign(target, operator, value):
                for other in OPERATORS.get(type(operator), ()):
                    yield node, ast.AugAssign(target, other(), value)
            case ast.Compare(left, [operator], [right]):
                for other in OPERATORS.get(type(operator), ()):
                    yield node, ast.Compare(left, [other()], [right])
            case ast.BoolOp(operator, values):
                for other in OPERATORS.get(type(operator), ()):
                    yield node, ast.BoolOp(other(), values)
            case ast.Call(ast.Attribute(value, name, ctx) as function, arguments, keywords):
                for index in range(len(keywords)):
                    yield node, ast.Call(function, arguments, keywords[:index] + keywords[index + 1 :])
                if name in FUNCTIONS:
                    yield node, ast.Call(ast.Attribute(value, FUNCTIONS[name], ctx), arguments, keywords)
            case ast.UnaryOp(ast.USub() | ast.Not(), operand):
                yield node, operand
            case ast.Constant(bool() as value):
                yield node, ast.Constant(not value)
            case ast.Constant(int() | float() as value):
                yield node, ast.Constant(value + 1)
                yield node, ast.Constant(value - 1)
            case ast.Subscript(value, ast.Slice(lower, upper, step), ctx) if lower or upper or step:
                yield node, ast.Subscript(value, ast.Slice(), ctx)


def _replace(tree: ast.AST, place: ast.AST, replacement: ast.AST) -> None:
    class Replacer(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is place else super().generic_visit(node)

    Replacer().visit(tree)
    ast.fix_missing_locations(tree)
