"""What of a function is written otherwise than in a right answer, and edits that take some of it from there.

Two syntax trees are laid side by side, lines by which of them resemble each other most. What differs are the
smallest parts that are not the same. Most of it may be right in both; which of it is wrong, trying shows.
"""

import ast
import copy
import difflib
import functools
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Any

from autograder.repair.source import Edit, Source, Span, arguments_of, bodies, likeliest


# A function of more lines is not compared. A right answer that differs in more parts is another way
# altogether; so many of them may be wrong at once, and so many nodes be put in.
MOST_LINES, MOST_PARTS, MOST_WRONG, MOST_NODES = 40, 8, 4, 30
# Edits of one function.
MOST = 500
# So many nodes that are put in cost as much as a step from one kind of edit to another; what each further
# place costs, and what is not written as in the model solution.
STEEP = 12
FURTHER, OTHERWISE = 0.5, 1.0
# Names resemble each other if what they stand for does, by this ratio of difflib.
ALIKE = 0.8
NO_BRACKETS = (ast.Name, ast.Constant, ast.Call, ast.Slice, ast.Starred, ast.Tuple)


@dataclass(frozen=True)
class Difference:
    """`text` of a right answer for the characters from `start` to `end`, and the `place` that is wrong then.

    Of a line that is missing the place is what is between its neighbours. `kind` is that of the edit that
    it makes, or "block" where that would be no small change: a loop or condition as a whole, a variable that
    the function does not have, or another place to store a number. `nodes` of the tree are put in.
    """

    start: int
    end: int
    text: str
    kind: str
    nodes: int
    place: Span


def differences(source: Source, right: ast.FunctionDef, *, steps: bool = True) -> tuple[Difference, ...]:
    """The smallest parts of a function that a right answer has otherwise, from the first to the last.

    Names of variables, documentation and annotations are no difference, and, without `steps`, nor is what
    only one of them works out in a line of its own.
    """
    theirs, ours = _with_names_of(source, right), source.function
    if not steps:
        theirs, ours = _without_steps(theirs, _stored(ours)), _without_steps(ours, _stored(theirs))
    found = _of_lines(source, _body(theirs), _body(ours))
    for one, other in _defaults(theirs, ours):
        found += _of_nodes(source, one, other)
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


def with_differences(source: Source, right: Iterable[ast.FunctionDef]) -> tuple[Edit, ...]:
    """The edits that take one part of a function, or several, from a right answer; the first is the model."""
    if sum(isinstance(node, ast.stmt) for node in ast.walk(source.function)) > MOST_LINES:
        return ()
    found = []
    for number, each in enumerate(right):
        several = differences(source, each, steps=False)
        small = [difference for difference in several if difference.kind != "block"]
        counts = range(1, MOST_WRONG + 1) if len(several) <= MOST_PARTS else ()
        together = chain.from_iterable(combinations(small, count) for count in counts)
        small_enough = (some for some in together if sum(one.nodes for one in some) <= MOST_NODES)
        found += [_together(source, some, OTHERWISE if number else 0.0) for some in small_enough]
    return likeliest(source, found, MOST)


def _together(source: Source, some: Sequence[Difference], more: float) -> Edit:
    start, end = some[0].start, max(each.end for each in some)
    text, done = "", start
    for each in some:
        text += source.source[done : each.start] + each.text
        done = each.end
    cost = 2 + sum(each.nodes for each in some) / STEEP + FURTHER * (len(some) - 1) + more
    kind = some[0].kind if len(some) == 1 else "several"
    return Edit(start, end, text, kind, cost, kind != "expression", tuple(each.place for each in some))


# --- trees side by side ---------------------------------------------------------------------------------


def _of_nodes(source: Source, theirs: Any, ours: Any) -> list[Difference]:
    if ast.dump(theirs) == ast.dump(ours):
        return []
    parts = _parts(theirs, ours)
    if parts is None:
        return [_whole(source, theirs, ours)]
    found = []
    for one, other in parts:
        found += (_of_lines if isinstance(other, list) else _of_nodes)(source, one, other)
    return found


def _whole(source: Source, theirs: ast.AST, ours: ast.AST) -> Difference:
    (start, end), nodes = source.span(ours), _size(theirs)
    if isinstance(ours, ast.stmt):
        kind = _kind(source, "line", theirs)
        return Difference(start, end, _written(theirs, ours.col_offset), kind, nodes, (start, end))
    text, kind = ast.unparse(theirs), _kind(source, "expression", theirs)
    if isinstance(ours, ast.Subscript) and isinstance(ours.ctx, ast.Store):  # it is stored somewhere else
        kind = "block"
    bare = isinstance(theirs, NO_BRACKETS)
    return Difference(start, end, text if bare else f"({text})", kind, nodes, (start, end))


def _parts(theirs: Any, ours: Any) -> list[tuple[Any, Any]] | None:
    """Pairs of parts that may differ, where nothing else does."""
    # Where the parts of an f-string stand, Python tells only since 3.12.
    if type(theirs) is not type(ours) or isinstance(ours, ast.JoinedStr):
        return None
    pairs: list[tuple[Any, Any]] = []
    for field in ours._fields:
        one, other = getattr(theirs, field, None), getattr(ours, field, None)
        several = _of_lists(one, other) if isinstance(one, list) and isinstance(other, list) else None
        if isinstance(one, ast.expr) and isinstance(other, ast.expr):
            pairs.append((one, other))
        elif several is not None:
            pairs += several
        elif _plain(one) != _plain(other):
            return None
    return pairs


def _of_lists(theirs: list[Any], ours: list[Any]) -> list[tuple[Any, Any]] | None:
    """Lines all together; expressions one by one, where there are as many of them."""
    if ours and all(isinstance(each, ast.stmt) for each in (*theirs, *ours)):
        return [(theirs, ours)]
    if len(theirs) == len(ours) and all(isinstance(each, ast.expr) for each in (*theirs, *ours)):
        return list(zip(theirs, ours, strict=True))
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_plain, value))
    return ast.dump(value) if isinstance(value, ast.AST) else value


def _size(node: ast.AST) -> int:
    return sum(not isinstance(each, ast.expr_context) for each in ast.walk(node))


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[ast.get_docstring(function) is not None :]


def _defaults(theirs: ast.FunctionDef, ours: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    for field in ("defaults", "kw_defaults"):
        one, other = getattr(theirs.args, field), getattr(ours.args, field)
        if len(one) == len(other):
            yield from ((a, b) for a, b in zip(one, other, strict=True) if a and b)


# --- lines side by side ---------------------------------------------------------------------------------


def _of_lines(source: Source, theirs: list[ast.stmt], ours: list[ast.stmt]) -> list[Difference]:
    """Each line beside the one that resembles it most, in their order, or beside none."""

    @functools.cache
    def best(i: int, j: int) -> tuple[int, tuple[Difference, ...]]:
        """How much differs from the i-th line of theirs and the j-th of ours on, and what."""
        if i == len(theirs) and j == len(ours):
            return 0, ()
        options = []
        # What would come behind a line that returns would be left out.
        returns = i < len(theirs) and isinstance(theirs[i], ast.Return)
        if i < len(theirs) and j < len(ours) and returns <= isinstance(ours[j], ast.Return):
            options.append((_of_nodes(source, theirs[i], ours[j]), best(i + 1, j + 1)))
        if j < len(ours):
            options.append(([_superfluous(source, ours[j])], best(i, j + 1)))
        if i < len(theirs) and not (returns and j < len(ours)):
            options.append(([_missing(source, theirs[i], ours, j)], best(i + 1, j)))
        every = [(cost + sum(1 + each.nodes for each in new), (*new, *rest)) for new, (cost, rest) in options]
        return min(every, key=lambda option: option[0])

    return list(best(0, 0)[1])


def _superfluous(source: Source, line: ast.stmt) -> Difference:
    start, end = source.span(line)
    return Difference(start, end, "pass", "superfluous_line", _size(line), (start, end))


def _missing(source: Source, line: ast.stmt, ours: list[ast.stmt], index: int) -> Difference:
    margin, is_last = ours[0].col_offset, index == len(ours)
    start, end = source.span(ours[index - is_last])
    before = source.span(ours[index - 1])[1] if index else start
    text, apart = _written(line, margin), f"\n{' ' * margin}"
    place, text = (end, apart + text) if is_last else (start, text + apart)
    return Difference(place, place, text, _kind(source, "missing_line", line), _size(line), (before, place))


def _kind(source: Source, kind: str, theirs: ast.AST) -> str:
    match theirs:
        case ast.Assign(targets):
            new = set().union(*map(_stored, targets)) - {*source.names}
        case ast.Name(_, ast.Store()) | ast.Tuple(_, ast.Store()):
            new = _stored(theirs) - {*source.names}
        case _:
            new = set()
    is_block = isinstance(theirs, ast.stmt) and hasattr(theirs, "body")
    return "block" if is_block or new else kind


def _written(node: ast.AST, margin: int) -> str:
    return textwrap.indent(ast.unparse(node), " " * margin).lstrip()


# --- names ----------------------------------------------------------------------------------------------


def _with_names_of(source: Source, right: ast.FunctionDef) -> ast.FunctionDef:
    """A right answer whose variables are called as those of a function that are worked out alike."""
    theirs, ours = _worked_out(right), _worked_out(source.function)
    for known in {*(theirs.keys() & ours.keys()), *arguments_of(right), *arguments_of(source.function)}:
        theirs.pop(known, None)
        ours.pop(known, None)
    ratios = (
        (difflib.SequenceMatcher(None, one, other).ratio(), new, old)
        for (old, one), (new, other) in product(theirs.items(), ours.items())
    )
    called: dict[str, str] = {}
    for ratio, new, old in sorted(ratios, reverse=True):
        if ratio >= ALIKE and old not in called and new not in called.values():
            called[old] = new
    return _Renamed(called).visit(ast.parse(ast.unparse(right)).body[0]) if called else right


def _worked_out(function: ast.FunctionDef) -> dict[str, str]:
    """What gives each variable its value first, without the names of any."""
    found: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.For):
            value = node.value if isinstance(node, ast.Assign) else node.iter
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            for number, name in enumerate(names):
                found.setdefault(name, f"{type(node).__name__} {number} {ast.unparse(value)}")
    if not found:
        return found
    any_of_them = re.compile(rf"\b({'|'.join(map(re.escape, found))})\b")
    return {name: any_of_them.sub("_", text) for name, text in found.items()}


class _Renamed(ast.NodeTransformer):
    def __init__(self, called: dict[str, str]) -> None:
        self._called = called

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._called.get(node.id, node.id), node.ctx)


# --- steps ----------------------------------------------------------------------------------------------


def _without_steps(function: ast.FunctionDef, known: set[str]) -> ast.FunctionDef:
    """A copy in which a variable that is read once, and not known, is worked out where it is read.

    Every part keeps the place in which it is written.
    """
    function = copy.deepcopy(function)
    for body in bodies(function):
        for index in reversed(range(len(body) - 1)):
            line = body[index]
            match line:
                case ast.Assign([ast.Name(name)], value) if name not in known:
                    before = body[:index] if body is function.body else []
                    reader = _only_reader(function, name, value, body[index + 1 :], [line, *before])
                    if reader:
                        _Put(name, value).visit(reader)
                        del body[index]
    return function


def _only_reader(
    function: ast.FunctionDef, name: str, value: ast.expr, after: list[ast.stmt], past: list[ast.stmt]
) -> ast.stmt | None:
    """The line after it that reads a variable, if it alone does and once, with the value that it had."""
    needs = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    if name in arguments_of(function) and name not in needs:  # it is overwritten
        return None
    for line in after:
        if not isinstance(line, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
            return None
        if count := _reads(line, name):
            elsewhere = _reads(function, name) - sum(_reads(each, name) for each in past)
            return line if count == elsewhere == 1 else None
        if needs & _stored(line):
            return None
    return None


def _reads(node: ast.AST, name: str) -> int:
    loads = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))
    return sum(each.id == name for each in loads)


def _stored(node: ast.AST) -> set[str]:
    """The names that get a value, or of which a part does."""
    parts = [each for each in ast.walk(node) if isinstance(getattr(each, "ctx", None), ast.Store)]
    return {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}


class _Put(ast.NodeTransformer):
    """An expression in the place of a variable that is read."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self._name, self._value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._value if node.id == self._name and isinstance(node.ctx, ast.Load) else node
