"""Every small edit of a function, as text in the place of a part of it.

An edit says what kind of change it is and how much it changes: what costs less is the likelier slip. What it
puts in is made of the function's own names and parts, and of what numerics mixes up: axes, degrees of
freedom, roots and squares, sums and means.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby, permutations


OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
USUAL_OPERATORS = ("+", "-", "*", "/", "**", "//", "%")
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
# Functions that take the same and are taken for each other.
FAMILIES = (
    ("sum", "mean", "prod", "max", "min", "median", "cumsum", "var", "std"),
    ("sqrt", "square", "abs", "exp", "log", "log2", "log10", "log1p", "expm1", "sign"),
    ("sin", "cos", "tan"),
    ("floor", "ceil", "round", "trunc", "int", "float"),
    ("argmin", "argmax", "argsort"),
    ("maximum", "minimum", "fmax", "fmin"),
    ("any", "all"),
    ("zeros", "ones", "empty"),
    ("zeros_like", "ones_like", "empty_like"),
    ("ones", "zeros"),
    ("random", "standard_normal", "normal", "uniform"),
    ("dot", "outer", "inner", "multiply"),
    ("vstack", "hstack", "concatenate", "stack"),
    ("min", "max", "sum", "len", "abs"),
    ("append", "extend"),
    ("zeros_like", "array"),
)
# More of it than this is no small function any more.
LONGEST = 6000
DEEPEST = 60
MOST = 4500


@dataclass(frozen=True)
class Edit:
    """`text` in the place of the characters from `start` to `end` of the function's source.

    `kind` is a key of `words.KINDS`.
    """

    start: int
    end: int
    text: str
    kind: str
    cost: float
    stmt: bool = False
    places: tuple[tuple[int, int], ...] = ()

    def of(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]


def edits(made: "Source") -> tuple[Edit, ...]:
    """The small edits of a function, the likelier first."""
    return likeliest(made, made.all(), MOST)


def likeliest(made: "Source", of: Iterable[Edit], most: int) -> tuple[Edit, ...]:
    """So many of edits, without those that change nothing."""
    found: dict[tuple[int, int, str], Edit] = {}
    for edit in of:
        key = edit.start, edit.end, edit.text
        if edit.text != made.source[edit.start : edit.end] and (
            key not in found or edit.cost < found[key].cost
        ):
            found[key] = edit
    return tuple(sorted(found.values(), key=_by_cost)[:most])


def parsed(source: str) -> ast.FunctionDef | None:
    """The function that a text defines, if that is short and not nested deeply: it is a stranger's."""
    if len(source) > LONGEST or _depth(source) > DEEPEST:
        return None
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    function = body[0] if len(body) == 1 else None
    return function if isinstance(function, ast.FunctionDef) and not function.decorator_list else None


def _depth(source: str) -> int:
    """How deep the parser may have to go: brackets, signs and blanks at the start of a line, at most."""
    depth = deepest = 0
    for letter in source:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    signs = max((len(list(group)) for is_sign, group in groupby(source, "-+~".__contains__) if is_sign), default=0)
    return max(deepest, signs, source.count("not not"))


def _by_cost(edit: Edit) -> tuple[float, int, int]:
    return edit.cost, edit.start, edit.end


class Source:
    """A function's text with the places of its parts."""

    def __init__(self, source: str, function: ast.FunctionDef) -> None:
        self.source, self.function = source, function
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.lines = source.splitlines(keepends=True)
        self.ascii = source.isascii()
        arguments = function.args
        self.arguments = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        nodes = list(ast.walk(function))
        stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        inner = [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node is not function]
        inner_arguments = [node.arg for node in nodes if isinstance(node, ast.arg)]
        self.names = tuple(dict.fromkeys([*self.arguments, *stored, *inner_arguments]))
        self.functions = frozenset(inner)
        self.places = list(self._places())
        self.bodies = list(_bodies(function))
        read = {node.id for node, _ in self.places if isinstance(node, ast.Name)}
        # What the function is given and does not look at, it may miss.
        self.passed_on = frozenset(stored) - set(self.arguments)
        self.unread = list(combinations([name for name in self.arguments if name not in read], 2))
        self.donors = self._donors()

    # --- places -----------------------------------------------------------------------------------------

    def offset(self, line: int, column: int) -> int:
        if not self.ascii:
            column = len(self.lines[line - 1].encode()[:column].decode())
        return self.starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def atom(self, node: ast.AST) -> str:
        """Its text so that it stays together."""
        return self.text(node) if isinstance(node, _ATOMS) else f"({self.text(node)})"

    def is_fixed(self, node: ast.expr, parent: ast.AST) -> bool:
        """Whether it is no value: a module, or the function of a call."""
        return _is_module(node) or (isinstance(parent, ast.Call) and node is parent.func)

    def _places(self) -> Iterator[tuple[ast.expr, ast.AST]]:
        """The expressions that are read, each with what it stands in."""
        waiting: list[ast.AST] = list(reversed(self.function.body))
        while waiting:
            node = waiting.pop()
            for child in reversed(list(ast.iter_child_nodes(node))):
                if isinstance(child, ast.JoinedStr | ast.arguments) or isinstance(node, ast.Raise):
                    continue
                waiting.append(child)
                if isinstance(child, ast.expr) and isinstance(getattr(child, "ctx", ast.Load()), ast.Load):
                    if isinstance(node, ast.Expr) and isinstance(child, ast.Constant):
                        continue
                    yield child, node

    def _donors(self) -> tuple[str, ...]:
        """The function's own smaller expressions."""
        found: dict[str, None] = {}
        for node, _ in self.places:
            if isinstance(node, ast.BinOp | ast.Call | ast.Subscript | ast.Attribute) and not _is_module(node):
                text = self.text(node)
                if len(text) <= 24 and "\n" not in text:
                    found.setdefault(text)
        return tuple(found)

    # --- edits ------------------------------------------------------------------------------------------

    def all(self) -> Iterator[Edit]:
        for node, parent in self.places:
            if self.is_fixed(node, parent):
                continue
            start, end = self.span(node)
            for text, kind, cost in self._instead(node, parent):
                bare = _is_atomic(text) or isinstance(parent, ast.Assign | ast.Return | ast.Expr | ast.keyword)
                yield Edit(start, end, text if bare else f"({text})", kind, cost)
        yield from self._slices()
        yield from self._calls()
        yield from self._statements()

    def _instead(self, node: ast.expr, parent: ast.AST) -> Iterator[tuple[str, str, float]]:
        yield from self._structure(node)
        if isinstance(node, ast.Slice | ast.Starred | ast.Tuple | ast.List | ast.Lambda | ast.Dict):
            return
        if isinstance(parent, ast.Subscript) and node is parent.slice and isinstance(node, ast.Constant):
            if isinstance(node.value, int):
                yield from ((str(node.value + step), "number", 1.0) for step in (1, -1))
            return
        if isinstance(node, ast.Attribute) and node.attr in ("shape", "dtype"):
            return
        is_condition = isinstance(node, ast.Compare | ast.BoolOp)
        if not is_condition and not (isinstance(node, ast.Constant) and not isinstance(node.value, int | float)):
            yield from self._more(node, parent)

    def _structure(self, node: ast.expr) -> Iterator[tuple[str, str, float]]:
        text, atom = self.text, self.atom
        match node:
            case ast.BinOp(left, operator, right):
                own = OPERATORS.get(type(operator), "")
                for other in USUAL_OPERATORS:
                    if other != own:
                        yield f"{atom(left)} {other} {atom(right)}", "operator", 1.0 if other in "+-*/" else 1.3
                if own == "@":
                    yield f"{atom(left)}.T @ {atom(right)}", "transposed", 1.0
                    yield f"{atom(left)} @ {atom(right)}.T", "transposed", 1.0
                    yield f"{atom(right)}.T @ {atom(left)}", "transposed", 1.2
                    yield f"{atom(right)} @ {atom(left)}.T", "transposed", 1.2
                if own == "*":
                    yield f"{atom(left)} @ {atom(right)}", "operator", 1.2
                if own in ("-", "/", "**", "@", "//", "%"):
                    yield f"{atom(right)} {own} {atom(left)}", "order", 1.0
                yield text(left), "superfluous", 1.0
                yield text(right), "superfluous", 1.1
                yield from self._brackets(left, own, right)
            case ast.UnaryOp(_, operand):
                yield text(operand), "sign", 0.9
            case ast.Compare(left, [operator], [right]):
                own = COMPARISONS.get(type(operator), "")
                if own:
                    for other in COMPARISONS.values():
                        if other != own:
                            yield f"{atom(left)} {other} {atom(right)}", "comparison", 1.0
            case ast.BoolOp(operator, values):
                other = " or " if isinstance(operator, ast.And) else " and "
                yield other.join(map(atom, values)), "comparison", 1.0
                for value in values:
                    yield text(value), "superfluous", 1.2
            case ast.IfExp(_, body, orelse):
                yield text(body), "superfluous", 1.2
                yield text(orelse), "superfluous", 1.2
            case ast.Subscript(value, index):
                yield text(value), "superfluous", 1.0
                if isinstance(index, ast.Tuple) and len(index.elts) == 2:
                    one, two = map(text, index.elts)
                    yield f"{text(value)}[{two}, {one}]", "axis", 1.2
            case ast.Attribute(value, name) if name in ("T", "real"):
                yield text(value), "transposed", 1.0
            case ast.Constant(bool() as value):
                yield str(not value), "number", 1.0
            case ast.Constant(int() | float() as value):
                near = {value + 1, value - 1, 0, 1, 2, 2 * value, value / 2, -value, 0.5, 0.0, 1.0}
                for number in sorted(near, key=str):
                    if type(number) is not type(value) or number != value:
                        yield f"{number!r}", "number", 1.0 if abs(number - value) == 1 else 1.2
                for name in self.names:
                    yield name, "name", 1.5
                yield "np.inf", "number", 1.5
                yield "-np.inf", "number", 1.5
            case ast.Name(name) if name in self.names:
                for other in self.names:
                    if other != name:
                        yield other, "name", 1.0
            case ast.Call(function, args, keywords):
                yield from self._of_call(node, function, args, keywords)
            case ast.Tuple(elements) | ast.List(elements):
                brackets = "()" if isinstance(node, ast.Tuple) else "[]"
                if 2 <= len(elements) <= 3:
                    for order in permutations(elements):
                        yield brackets[0] + ", ".join(map(text, order)) + brackets[1], "order", 1.1
                if len(elements) == 1:
                    yield text(elements[0]), "superfluous", 1.2
                for index in range(len(elements)) if len(elements) > 1 else ():
                    rest = [text(each) for place, each in enumerate(elements) if place != index]
                    yield brackets[0] + ", ".join(rest) + "," * (brackets == "()") + brackets[1], "superfluous", 1.2
            case ast.ListComp(element, [ast.comprehension(_, _, [condition])]):
                pass

    def _brackets(self, left: ast.expr, own: str, right: ast.expr) -> Iterator[tuple[str, str, float]]:
        """Another place of the brackets, also of those of a function."""
        text, atom = self.text, self.atom
        if isinstance(left, ast.BinOp):
            first, inner, second = atom(left.left), OPERATORS.get(type(left.op), ""), atom(left.right)
            yield f"{first} {inner} ({second} {own} {atom(right)})", "brackets", 1.0
            # (a + b) / c: which of them is divided.
            yield f"({first} {own} {atom(right)}) {inner} {second}", "brackets", 1.0
            if isinstance(left.right, ast.Call) and left.right.args:
                yield f"{first} {inner} {self._with_first(left.right, own, right)}", "in_or_out", 1.2
            if isinstance(left.left, ast.Call) and left.left.args:
                yield f"{self._with_first(left.left, own, right)} {inner} {second}", "in_or_out", 1.2
            if isinstance(left.left, ast.BinOp):
                one, op, two = left.left.left, OPERATORS.get(type(left.left.op), ""), left.left.right
                yield f"{atom(one)} {op} ({atom(two)} {inner} {second} {own} {atom(right)})", "brackets", 1.1
        if isinstance(right, ast.BinOp):
            first, inner, second = atom(right.left), OPERATORS.get(type(right.op), ""), atom(right.right)
            yield f"({atom(left)} {own} {first}) {inner} {second}", "brackets", 1.0
            yield f"{first} {inner} ({atom(left)} {own} {second})", "brackets", 1.0
            if isinstance(right.left, ast.Call) and right.left.args:
                pass
        if isinstance(left, ast.Call) and left.args:
            yield self._with_first(left, own, right), "in_or_out", 1.0
            if isinstance(left.func, ast.Attribute) and not _is_module(left.func.value):
                pass
        if isinstance(right, ast.Call) and right.args:
            inside = f"{atom(left)} {own} {atom(right.args[0])}"
            yield self._with_arg(right, inside), "in_or_out", 1.0
        for one, other, first in ((left, right, True), (right, left, False)):
            if isinstance(one, ast.Call) and one.args and isinstance(one.args[0], ast.BinOp):
                inner = OPERATORS.get(type(one.args[0].op), "")
                for kept, moved in (
                    (one.args[0].left, one.args[0].right),
                    (one.args[0].right, one.args[0].left),
                ):
                    call = self._with_arg(one, text(kept))
                    out = f"({call} {inner} {atom(moved)})"
                    yield (f"{out} {own} {atom(other)}" if first else f"{atom(other)} {own} {out}"), "in_or_out", 1.0

    def _with_first(self, call: ast.Call, operator: str, other: ast.expr) -> str:
        return self._with_arg(call, f"{self.atom(call.args[0])} {operator} {self.atom(other)}")

    def _with_arg(self, call: ast.Call, instead: str, index: int = 0) -> str:
        """The call with another argument."""
        args = [self.text(each) for each in call.args]
        args[index] = instead
        keywords = [self.text(each) for each in call.keywords]
        return f"{self.text(call.func)}({', '.join([*args, *keywords])})"

    def _of_call(
        self, node: ast.Call, function: ast.expr, args: list[ast.expr], keywords: list[ast.keyword]
    ) -> Iterator[tuple[str, str, float]]:
        text, atom = self.text, self.atom
        written = [*map(text, args), *map(text, keywords)]
        inside = ", ".join(written)
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        before = f"{atom(function.value)}." if isinstance(function, ast.Attribute) else ""
        for family in FAMILIES:
            if name in family:
                for other in family:
                    if other != name:
                        yield f"{before}{other}({inside})", "function", 1.0
        for arg in args:
            yield text(arg), "superfluous", 1.0
        is_method = isinstance(function, ast.Attribute) and not _is_module(function.value)
        if is_method and isinstance(function, ast.Attribute):
            yield text(function.value), "superfluous", 1.0
        if len(args) == 2:
            yield f"{text(function)}({', '.join([written[1], written[0], *written[2:]])})", "order", 1.0
        if len(args) == 3:
            for order in permutations(written[:3]):
                yield f"{text(function)}({', '.join([*order, *written[3:]])})", "order", 1.1
        for index in range(len(written)) if len(written) > 1 else ():
            rest = ", ".join(written[:index] + written[index + 1 :])
            yield f"{text(function)}({rest})", "argument", 1.0
        # Out of the function: f(a + b) -> f(a) + b.
        if args and isinstance(args[0], ast.BinOp):
            operator = OPERATORS.get(type(args[0].op), "")
            left, right = args[0].left, args[0].right
            yield f"{self._with_arg(node, text(left))} {operator} {atom(right)}", "in_or_out", 1.0
            yield f"{atom(left)} {operator} {self._with_arg(node, text(right))}", "in_or_out", 1.0
            yield (
                f"{self._with_arg(node, text(left))} {operator} {self._with_arg(node, text(right))}",
                "in_or_out",
                1.2,
            )
        # f(a ** 2) -> f(a) ** 2 is among those; f(g(x)) -> g(f(x)).
        if len(args) == 1 and isinstance(args[0], ast.Call) and len(args[0].args) >= 1:
            inner = args[0]
            yield self._with_arg(inner, self._with_arg(node, text(inner.args[0]))), "in_or_out", 1.1
        named = {each.arg for each in keywords}
        if name in _REDUCTIONS:
            for axis in ("0", "1", "-1", "None"):
                if "axis" in named:
                    others = [text(each) for each in keywords if each.arg != "axis"]
                    yield f"{text(function)}({', '.join([*map(text, args), *others, f'axis={axis}'])})", "axis", 0.9
                elif axis != "None":
                    yield f"{text(function)}({', '.join([*written, f'axis={axis}'])})", "axis", 1.0
                    if "keepdims" not in named:
                        more = [*written, f"axis={axis}", "keepdims=True"]
                        yield f"{text(function)}({', '.join(more)})", "axis", 1.4
            if "keepdims" not in named:
                yield f"{text(function)}({', '.join([*written, 'keepdims=True'])})", "argument", 1.0
        if name in ("var", "std"):
            others = [text(each) for each in keywords if each.arg != "ddof"]
            yield f"{text(function)}({', '.join([*map(text, args), *others, 'ddof=1'])})", "argument", 0.9
        if name in ("zeros_like", "ones_like", "empty_like", "array", "asarray", "full_like") and "dtype" not in named:
            yield f"{text(function)}({', '.join([*written, 'dtype=float'])})", "type", 1.0
            yield f"{text(function)}({', '.join([*written, 'float'])})", "type", 1.05

    def _more(self, node: ast.expr, parent: ast.AST) -> Iterator[tuple[str, str, float]]:
        """What may be missing around an expression."""
        text, atom = self.text(node), self.atom(node)
        number = isinstance(node, ast.Constant)
        if not number:
            yield f"-{atom}", "sign", 1.0
            yield f"{atom} + 1", "number", 1.2
            yield f"{atom} - 1", "number", 1.2
            yield f"1 - {atom}", "missing", 1.3
            yield f"{atom} ** 2", "missing", 1.2
            yield f"np.sqrt({text})", "missing", 1.2
            yield f"1 / {atom}", "missing", 1.4
            yield f"2 * {atom}", "missing", 1.4
            yield f"{atom} / 2", "missing", 1.4
            yield f"np.abs({text})", "missing", 1.3
            if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.BinOp):
                yield f"{atom}.copy()", "copy", 1.4
                yield f"{atom}.T", "transposed", 1.4
                yield f"{atom}[::-1]", "missing", 1.5
                yield f"{atom}[0]", "missing", 1.5
                yield f"{atom}[-1]", "missing", 1.5
                yield f"{atom}[1:]", "missing", 1.5
                yield f"{atom}[:-1]", "missing", 1.5
                for function in ("exp", "log", "sum", "mean", "cumsum"):
                    yield f"np.{function}({text})", "missing", 1.5
                for axis in ("0", "1"):
                    yield f"np.sum({text}, axis={axis})", "missing", 1.6
                    yield f"np.mean({text}, axis={axis})", "missing", 1.6
                yield f"{atom}.astype(float)", "type", 1.5
        inside_term = isinstance(parent, ast.BinOp)
        for other in self.names:
            if other != text:
                for operator in "*/+-":
                    yield f"{atom} {operator} {other}", "missing", 1.6 if inside_term else 1.55
                yield f"{atom} ** {other}", "missing", 1.7
                yield f"{atom} * (1 - {other})", "missing", 1.7
                yield f"{atom} / (1 - {other})", "missing", 1.8
                if not number and not isinstance(node, ast.Name):
                    yield other, "name", 1.5
        for donor in self.donors:
            if donor != text:
                yield donor, "expression", 1.7
        for one, other in self.unread:
            yield f"{one} * {atom} + {other}", "missing", 1.7
            yield f"{other} * {atom} + {one}", "missing", 1.7

    def _slices(self) -> Iterator[Edit]:
        for node, _ in self.places:
            if not isinstance(node, ast.Subscript):
                continue
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            for index, part in enumerate(parts):
                if not isinstance(part, ast.Slice):
                    continue
                lower, upper, step = (self.text(each) if each else "" for each in (part.lower, part.upper, part.step))
                options = set()
                for low in {lower, "", "1", f"{lower} + 1" if lower else "1", f"{lower} - 1" if lower else ""}:
                    options.add((low, upper, step))
                for up in {upper, "", "-1", f"{upper} + 1" if upper else "", f"{upper} - 1" if upper else "-1"}:
                    options.add((lower, up, step))
                options |= {(lower, upper, ""), (lower, upper, "-1"), ("", lower, step), (upper, "", step)}
                for low, up, by in sorted(options):
                    made = f"{low}:{up}" + (f":{by}" if by else "")
                    others = [self.text(each) for each in parts]
                    others[index] = made
                    start, end = self.span(node)
                    yield Edit(start, end, f"{self.text(node.value)}[{', '.join(others)}]", "slice", 1.0)

    def _calls(self) -> Iterator[Edit]:
        return iter(())

    def _statements(self) -> Iterator[Edit]:
        for body in _bodies(self.function):
            for index, statement in enumerate(body):
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    continue
                start, end = self.span(statement)
                if not isinstance(statement, ast.Return | ast.FunctionDef):
                    yield Edit(start, end, "pass", "superfluous_line", 1.2, True)
                for later in range(index + 1, len(body)):
                    other = body[later]
                    if isinstance(other, ast.Return) and later == len(body) - 1:
                        break
                    yield from self._swapped(body, index, later)
                if isinstance(statement, ast.AugAssign):
                    target, value = self.text(statement.target), self.text(statement.value)
                    own = OPERATORS.get(type(statement.op), "")
                    yield Edit(start, end, f"{target} = {value}", "operator", 1.0, True)
                    for other in "+-*/":
                        if other != own:
                            yield Edit(start, end, f"{target} {other}= {value}", "operator", 1.0, True)
                if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                    target, value = self.text(statement.targets[0]), self.text(statement.value)
                    for other in "+-*/":
                        yield Edit(start, end, f"{target} {other}= {value}", "operator", 1.2, True)
                    if isinstance(statement.targets[0], ast.Tuple) and 2 <= len(statement.targets[0].elts) <= 3:
                        for order in permutations(map(self.text, statement.targets[0].elts)):
                            yield Edit(start, end, f"{', '.join(order)} = {value}", "order", 1.0, True)
                    if isinstance(statement.targets[0], ast.Name):
                        for name in self.names:
                            if name != target:
                                yield Edit(start, end, f"{name} = {value}", "name", 1.3, True)
                if isinstance(statement, ast.If):
                    yield from self._of_if(statement)

    def _of_if(self, statement: ast.If) -> Iterator[Edit]:
        start, end = self.span(statement.test)
        yield Edit(start, end, f"not ({self.text(statement.test)})", "comparison", 1.0)
        yield Edit(start, end, "True", "comparison", 1.3)
        yield Edit(start, end, "False", "comparison", 1.3)

    def _swapped(self, body: list[ast.stmt], index: int, later: int) -> Iterator[Edit]:
        """A line that stands later, or earlier."""
        first, last = body[index], body[later]
        if any(isinstance(each, ast.FunctionDef | ast.Return) for each in body[index : later + 1]):
            return
        start, _ = self.span(first)
        _, end = self.span(last)
        margin = "\n" + " " * first.col_offset
        lines = [self.text(each) for each in body[index : later + 1]]
        if first.lineno == last.lineno:
            return
        yield Edit(start, end, margin.join([*lines[1:], lines[0]]), "line_order", 1.1 + 0.05 * (later - index), True)
        if later > index + 1:
            yield Edit(start, end, margin.join([lines[-1], *lines[:-1]]), "line_order", 1.1 + 0.05 * (later - index), True)


_ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute, ast.List, ast.Dict)
_REDUCTIONS = ("sum", "mean", "var", "std", "max", "min", "prod", "cumsum", "median", "all", "any", "argmax", "argmin")


def _is_atomic(text: str) -> bool:
    return text.isidentifier() or text.replace(".", "").isdigit()


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "math", "random") or (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in ("random", "linalg")
    )


def _bodies(function: ast.FunctionDef) -> Iterable[list[ast.stmt]]:
    for node in ast.walk(function):
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield body
