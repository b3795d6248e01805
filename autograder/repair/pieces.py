"""Edits that put in a piece of a right answer: what is missing altogether is not made of what is there.

The pieces are those of the model solution and of its alternatives. They are tried behind the wall, and are
never shown to a student.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from autograder.repair.source import Edit, Source, is_no_value, likeliest


MOST = 1800
LONGEST = 160
KNOWN = frozenset(dir(builtins)) | {"np"}
# Of two pieces the smaller one is the likelier: so many nodes cost as much as a step from one kind of edit to
# another. What is written otherwise than in the model solution costs more.
STEEP = 12
OTHERWISE = 2.0

SIMPLE = (ast.Assign, ast.AugAssign, ast.Return)


@dataclass(frozen=True)
class Piece:
    """A piece of a right answer: its text, the names that it reads and gives a value, and what it costs.

    `line` is the type of line that it is, if it is one, and else nothing. `model`: of the model solution.
    """

    text: str
    reads: frozenset[str]
    stores: frozenset[str]
    cost: float
    line: str
    model: bool


def pieces(right: Iterable[str]) -> tuple[Piece, ...]:
    """The expressions and the simple lines of right answers, of which the first is the likeliest."""
    found: dict[tuple[str, str], Piece] = {}
    for number, text in enumerate(right):
        for node in ast.walk(ast.parse(text)):
            read = isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
            trivial = isinstance(node, ast.Constant | ast.Name | ast.JoinedStr | ast.Slice)
            if isinstance(node, SIMPLE) or (read and not trivial):
                piece = _piece(node, model=number == 0)
                if len(piece.text) <= LONGEST:
                    found.setdefault((piece.text, piece.line), piece)
    return tuple(found.values())


def _piece(node: ast.AST, *, model: bool) -> Piece:
    nodes = list(ast.walk(node))
    names = [each for each in nodes if isinstance(each, ast.Name)]
    bound = {each.arg for each in nodes if isinstance(each, ast.arg)}
    stored = frozenset(each.id for each in names if isinstance(each.ctx, ast.Store))
    line = type(node).__name__ if isinstance(node, ast.stmt) else ""
    read = frozenset(each.id for each in names if isinstance(each.ctx, ast.Load)) - bound
    cost = len(nodes) / STEEP + (0.0 if model else OTHERWISE)
    return Piece(ast.unparse(node), read if line else read - stored, stored, cost, line, model)


def with_pieces(source: Source, right: Iterable[Piece]) -> tuple[Edit, ...]:
    """The edits of a function that put in pieces of right answers which it does not have."""
    nodes = (node for node in ast.walk(source.function) if isinstance(node, ast.expr | ast.stmt))
    have, known = set(map(ast.unparse, nodes)), KNOWN | set(source.names) | source.functions
    new = [each for each in right if each.text not in have and each.reads <= known | each.stores]
    expressions, lines = [each for each in new if not each.line], [each for each in new if each.line]
    return likeliest(source, chain(_expressions(source, expressions), _lines(source, lines)), MOST)


def _expressions(source: Source, right: list[Piece]) -> Iterator[Edit]:
    for node, parent in source.places:
        if not is_no_value(node, parent) and not _is_passed_on(source, node, parent):
            start, end = source.span(node)
            for piece in right:
                yield Edit(start, end, f"({piece.text})", "expression", 2 + piece.cost)


def _is_passed_on(source: Source, node: ast.expr, parent: ast.AST) -> bool:
    """Whether it is a variable, of which the value is worked out elsewhere."""
    whole = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name)
    return isinstance(node, ast.Name) and node.id in source.variables and not whole


def _lines(source: Source, right: list[Piece]) -> Iterator[Edit]:
    """Lines in the place of others, and lines that are missing between two, or at an end."""
    for body in source.bodies:
        spans = list(map(source.span, body))
        for index, (line, (start, end)) in enumerate(zip(body, spans, strict=True)):
            margin = "\n" + " " * line.col_offset
            before = (spans[index - 1][1] if index else start, start)
            is_last = index + 1 == len(body) and not isinstance(line, ast.Return)
            for piece in right:
                cost = 2.4 + piece.cost
                if isinstance(line, SIMPLE) and (piece.line == "Return") <= isinstance(line, ast.Return):
                    yield Edit(start, end, piece.text, "line", cost, lines=True)
                if piece.line != "Return":
                    yield Edit(start, start, piece.text + margin, "missing_line", cost, True, (before,))
                if is_last:
                    yield Edit(end, end, margin + piece.text, "missing_line", cost, lines=True)
