"""What may be in the place of whole lines: none, another order, or another way to give a variable a value."""

import ast
from collections.abc import Iterator
from itertools import permutations

from autograder.repair.calls import operator_of
from autograder.repair.source import Edit, Source


def of_lines(source: Source) -> Iterator[Edit]:
    """The edits of all lines of a function."""
    for body in source.bodies:
        for index, line in enumerate(body):
            if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
                continue
            start, end = source.span(line)
            if not isinstance(line, ast.Return | ast.FunctionDef):
                yield Edit(start, end, "pass", "superfluous_line", 1.2, lines=True)
            yield from (
                Edit(start, end, text, kind, cost, lines=True)
                for text, kind, cost in _given_otherwise(source, line)
            )
            for last in range(index + 1, len(body)):
                yield from _in_another_order(source, body[index : last + 1])
            if isinstance(line, ast.If):
                yield from _of_condition(source, line)


def _given_otherwise(source: Source, line: ast.stmt) -> Iterator[tuple[str, str, float]]:
    match line:
        case ast.AugAssign(target, _, value):
            yield f"{source.text(target)} = {source.text(value)}", "operator", 1.0
            for other in "+-*/":
                if other != operator_of(line):
                    yield f"{source.text(target)} {other}= {source.text(value)}", "operator", 1.0
        case ast.Assign([target], value):
            for other in "+-*/":
                yield f"{source.text(target)} {other}= {source.text(value)}", "operator", 1.2
            if isinstance(target, ast.Tuple) and 2 <= len(target.elts) <= 3:
                for order in permutations(map(source.text, target.elts)):
                    yield f"{', '.join(order)} = {source.text(value)}", "order", 1.0
            if isinstance(target, ast.Name):
                for name in source.names:
                    if name != target.id:
                        yield f"{name} = {source.text(value)}", "name", 1.9


def _of_condition(source: Source, line: ast.If) -> Iterator[Edit]:
    start, end = source.span(line.test)
    yield Edit(start, end, f"not ({source.text(line.test)})", "comparison", 1.0)
    yield Edit(start, end, "True", "comparison", 1.3)
    yield Edit(start, end, "False", "comparison", 1.3)


def _in_another_order(source: Source, lines: list[ast.stmt]) -> Iterator[Edit]:
    """The first of several lines behind the others, and the last before them."""
    if any(isinstance(each, ast.FunctionDef | ast.Return) for each in lines):
        return
    if lines[0].lineno == lines[-1].lineno:
        return
    start, end = source.span(lines[0])[0], source.span(lines[-1])[1]
    margin = "\n" + " " * lines[0].col_offset
    first, *others = texts = list(map(source.text, lines))
    cost = 1.1 + 0.05 * len(others)
    yield Edit(start, end, margin.join([*others, first]), "line_order", cost, lines=True)
    if len(others) > 1:
        yield Edit(start, end, margin.join([texts[-1], *texts[:-1]]), "line_order", cost, lines=True)
