"""A function's text with the places of its parts, and edits of it."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby


# More of it than this is no small function any more.
LONGEST = 6000
DEEPEST = 60
# Of an expression that is put in elsewhere.
SHORT = 24

MODULES = ("np", "numpy", "math", "random")
SUBMODULES = ("random", "linalg")
ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute, ast.List, ast.Dict)

Span = tuple[int, int]


@dataclass(frozen=True)
class Edit:
    """`text` in the place of the characters from `start` to `end` of the function's source.

    `kind` is a key of `words.KINDS`; what costs less is the likelier slip. It is an expression in the place
    of one, or else `lines`. Of those only some may change: these are its `places`.
    """

    start: int
    end: int
    text: str
    kind: str
    cost: float
    lines: bool = False
    places: tuple[Span, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where something changes."""
        return self.places or ((self.start, self.end),)


def parsed(source: str) -> ast.FunctionDef | None:
    """The function that a text defines, if that is short and not nested deeply: it is a stranger's."""
    if len(source) > LONGEST or _depth(source) > DEEPEST:
        return None
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    function = body[0] if len(body) == 1 else None
    if not isinstance(function, ast.FunctionDef) or function.decorator_list or _is_deep(function):
        return None
    return function


def _is_deep(tree: ast.AST) -> bool:
    """Whether what goes down the tree, and calls itself for that, could come to the end of Python's stack."""
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


def _depth(source: str) -> int:
    """How deep the parser may have to go, at most: by brackets, and by what stands before a value."""
    depth = deepest = 0
    for letter in source:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    signs = (len(list(run)) for is_sign, run in groupby(source, "-+~ ".__contains__) if is_sign)
    words = max(map(source.count, ("not", "lambda", "else", "await", "**")))
    return max(deepest, words, *signs, 0)


def _switches(arguments: ast.arguments) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from _true_or_false(positional[len(positional) - len(arguments.defaults) :], arguments.defaults)
    yield from _true_or_false(arguments.kwonlyargs, arguments.kw_defaults)


def _true_or_false(arguments: Sequence[ast.arg], defaults: Sequence[ast.expr | None]) -> Iterator[str]:
    for each, value in zip(arguments, defaults, strict=True):
        if isinstance(value, ast.Constant) and isinstance(value.value, bool):
            yield each.arg


class Source:
    """A function's text with the places of its parts.

    `places` are the expressions that are read, each with what it stands in; `names` those of its arguments
    and variables, of which lines give `variables` a value, and `loads` counts how often each is read.
    `switches` are arguments that are true or false when nobody gives them, and `quantities` the other names:
    one does not calculate with a switch.
    `bodies` are its blocks of lines, and `heads` the places of its lines, of a loop or a condition without
    what it holds.
    """

    def __init__(self, source: str, function: ast.FunctionDef) -> None:
        self.source, self.function = source, function
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        nodes = list(ast.walk(function))
        stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        inner = [node.arg for node in nodes if isinstance(node, ast.arg)]
        self.names = tuple(dict.fromkeys([*arguments_of(function), *stored, *inner]))
        self.switches = tuple(_switches(function.args))
        self.quantities = tuple(name for name in self.names if name not in self.switches)
        assigned = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
        self.variables = frozenset(
            node.id for target in assigned for node in ast.walk(target) if isinstance(node, ast.Name)
        )
        self.functions = frozenset(
            node.name for node in nodes if isinstance(node, ast.FunctionDef) and node is not function
        )
        self.places = tuple(self._places())
        self.loads = Counter(node.id for node, _ in self.places if isinstance(node, ast.Name))
        # What the function is given and does not look at, it may miss.
        self.unread = tuple(
            combinations([name for name in arguments_of(function) if not self.loads[name]], 2)
        )
        self.bodies = tuple(bodies(function))
        self.heads = tuple(self._head(each) for body in self.bodies for each in body)
        # Variables that are returned or stored as they are.
        self.handed_on = frozenset(
            self.span(node)
            for node, parent in self.places
            if isinstance(node, ast.Name)
            and node.id in self.variables
            and isinstance(parent, ast.Return | ast.Assign | ast.Tuple)
        )
        self.expressions = self._expressions()

    def span(self, node: ast.AST) -> Span:
        """The characters of a part."""
        return (
            self._offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self._offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def atom(self, node: ast.AST) -> str:
        """Its text, in brackets where it would not stay together."""
        return self.text(node) if isinstance(node, ATOMS) else f"({self.text(node)})"

    def _offset(self, line: int, column: int) -> int:
        """Trees count bytes of a line, and we characters."""
        text = self._lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode())
        return self._starts[line - 1] + column

    def _places(self) -> Iterator[tuple[ast.expr, ast.AST]]:
        waiting: list[ast.AST] = list(reversed(self.function.body))
        while waiting:
            node = waiting.pop()
            for child in reversed(list(ast.iter_child_nodes(node))):
                if isinstance(child, ast.JoinedStr | ast.arguments) or isinstance(node, ast.Raise):
                    continue
                waiting.append(child)
                read = isinstance(child, ast.expr) and isinstance(getattr(child, "ctx", ast.Load()), ast.Load)
                if read and not (isinstance(node, ast.Expr) and isinstance(child, ast.Constant)):
                    yield child, node  # type: ignore[misc]

    def _expressions(self) -> tuple[str, ...]:
        """Its own short expressions, for other places of it."""
        found: dict[str, None] = {}
        for node, _ in self.places:
            if isinstance(node, ast.BinOp | ast.Call | ast.Subscript | ast.Attribute) and not is_module(node):
                text = self.text(node)
                if len(text) <= SHORT and "\n" not in text:
                    found.setdefault(text)
        return tuple(found)

    def _head(self, statement: ast.stmt) -> Span:
        start, end = self.span(statement)
        body = getattr(statement, "body", None)
        return start, self.span(body[0])[0] if body else end


def arguments_of(function: ast.FunctionDef) -> tuple[str, ...]:
    """The names of what it is given."""
    args = function.args
    return tuple(each.arg for each in (*args.posonlyargs, *args.args, *args.kwonlyargs))


def bodies(function: ast.FunctionDef) -> Iterable[list[ast.stmt]]:
    for node in ast.walk(function):
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield body


def is_module(node: ast.AST) -> bool:
    """Whether it is `np`, or `np.random`."""
    if isinstance(node, ast.Attribute):
        return node.attr in SUBMODULES and is_module(node.value)
    return isinstance(node, ast.Name) and node.id in MODULES


def is_no_value(node: ast.expr, parent: ast.AST) -> bool:
    """Whether it is a module, or the function of a call."""
    return is_module(node) or (isinstance(parent, ast.Call) and node is parent.func)


def likeliest(source: Source, several: Iterable[Edit], most: int) -> tuple[Edit, ...]:
    """So many of edits, the likelier first, without those that change nothing."""
    found: dict[tuple[int, int, str], Edit] = {}
    for edit in several:
        key = edit.start, edit.end, edit.text
        if edit.text != source.source[edit.start : edit.end] and (
            key not in found or edit.cost < found[key].cost
        ):
            found[key] = edit
    return tuple(sorted(found.values(), key=lambda edit: (edit.cost, edit.start, edit.end))[:most])
