"""Edits that put in a piece of a right answer: what is missing altogether is not made of what is there.

The pieces are those of the model solution and of its alternatives. They are tried behind the wall, and are
never shown to a student.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

from autograder.repair.edits import Edit, Source, likeliest


LONGEST = 160
MOST = 3000
KNOWN = frozenset(dir(builtins)) | {"np"}


@dataclass(frozen=True)
class Piece:
    """A piece of a right answer: its text without places, the names that it reads, how many nodes it has."""

    text: str
    names: frozenset[str]
    stores: frozenset[str]
    size: int
    statement: bool
    kind: str


def pieces(right: Iterable[str]) -> tuple[Piece, ...]:
    """The expressions and the simple statements of right answers."""
    found: dict[tuple[str, bool], Piece] = {}
    for text in right:
        for node in ast.walk(ast.parse(text)):
            simple = isinstance(node, ast.Assign | ast.AugAssign | ast.Return)
            expression = isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
            if (simple or expression) and not isinstance(node, ast.Constant | ast.Name | ast.JoinedStr | ast.Slice):
                piece = _piece(node, simple)
                if len(piece.text) <= LONGEST:
                    found.setdefault((piece.text, simple), piece)
    return tuple(found.values())


def _piece(node: ast.AST, statement: bool) -> Piece:
    nodes = list(ast.walk(node))
    names = [each for each in nodes if isinstance(each, ast.Name)]
    bound = {each.arg for each in nodes if isinstance(each, ast.arg)}
    stored = {each.id for each in names if isinstance(each.ctx, ast.Store)}
    inner = set() if statement else stored
    read = frozenset(each.id for each in names if isinstance(each.ctx, ast.Load)) - bound - inner
    return Piece(ast.unparse(node), read, frozenset(stored), len(nodes), statement, type(node).__name__)


def with_pieces(made: Source, right: Iterable[Piece]) -> tuple[Edit, ...]:
    """The edits of a function that put in pieces of right answers which it does not have."""
    have = {ast.unparse(node) for node in ast.walk(made.function) if isinstance(node, ast.expr | ast.stmt)}
    known = KNOWN | set(made.names) | made.functions
    new = [each for each in right if each.text not in have and each.names <= known | each.stores]
    expressions = [each for each in new if not each.statement and each.names <= known]
    statements = [each for each in new if each.statement]
    return likeliest(made, (*_expressions(made, expressions), *_lines(made, statements), *_two_lines(made, statements)), MOST)


def _expressions(made: Source, right: list[Piece]) -> Iterator[Edit]:
    for node, parent in made.places:
        if made.is_fixed(node, parent) or _is_passed_on(made, node, parent):
            continue
        start, end = made.span(node)
        for piece in right:
            yield Edit(start, end, f"({piece.text})", "expression", 2 + piece.size / 40)


def _is_passed_on(made: Source, node: ast.expr, parent: ast.AST) -> bool:
    """What a variable holds is worked out elsewhere."""
    whole = isinstance(parent, ast.Assign) and parent.value is node
    return isinstance(node, ast.Name) and node.id in made.passed_on and not whole


def _lines(made: Source, right: list[Piece]) -> Iterator[Edit]:
    for body in made.bodies:
        for statement in body:
            start, end = made.span(statement)
            margin = "\n" + " " * statement.col_offset
            for piece in right:
                cost = 2.6 + piece.size / 40
                if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return):
                    yield Edit(start, end, piece.text, "line", cost, True)
                yield Edit(start, start, piece.text + margin, "missing_line", cost, True)
                if not isinstance(statement, ast.Return):
                    yield Edit(end, end, margin + piece.text, "missing_line", cost, True)


def _two_lines(made: Source, right: list[Piece]) -> Iterator[Edit]:
    """Two lines at once, by others that give a value to the same variables."""
    simple = [each for body in made.bodies for each in body if isinstance(each, ast.Assign | ast.AugAssign | ast.Return)]
    simple.sort(key=made.span)
    instead = {each: [piece for piece in right if _is_alike(each, piece)] for each in simple}
    for one, other in combinations(simple, 2):
        (start, middle), (again, end) = made.span(one), made.span(other)
        between = made.source[middle:again]
        for first, second in product(instead[one], instead[other]):
            cost = 4 + (first.size + second.size) / 40
            text = f"{first.text}{between}{second.text}"
            yield Edit(start, end, text, "two_lines", cost, True, ((start, middle), (again, end)))


def _is_alike(statement: ast.stmt, piece: Piece) -> bool:
    if isinstance(statement, ast.Return):
        return piece.kind == "Return"
    stored = {each.id for each in ast.walk(statement) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return piece.kind != "Return" and piece.stores == stored and bool(stored)
