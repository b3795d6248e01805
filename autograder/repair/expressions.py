"""What may be in the place of an expression: less, more, or the same in another way."""

import ast
from collections.abc import Iterator
from itertools import permutations

from autograder.repair.calls import TOO_MUCH, Instead, of_call, operator_of, with_argument
from autograder.repair.source import Edit, Source, is_no_value


USUAL_OPERATORS = ("+", "-", "*", "/", "**", "//", "%")
NO_SYMMETRY = ("-", "/", "**", "@", "//", "%")
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
# Nothing is worked out with these as a whole.
NO_TERMS = (ast.Slice, ast.Starred, ast.Tuple, ast.List, ast.Lambda, ast.Dict, ast.Compare, ast.BoolOp)
# What stands alone needs no brackets.
ALONE = (ast.Assign, ast.Return, ast.Expr, ast.keyword)
# A number, or an array of them.
VALUES = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.BinOp)


def of_expressions(source: Source) -> Iterator[Edit]:
    """The edits of all expressions of a function."""
    for node, parent in source.places:
        if is_no_value(node, parent):
            continue
        start, end = source.span(node)
        for text, kind, cost in (*_otherwise(source, node), *_with_more(source, node, parent)):
            bare = text.isidentifier() or text.replace(".", "").isdigit() or isinstance(parent, ALONE)
            yield Edit(start, end, text if bare else f"({text})", kind, cost)
        if isinstance(node, ast.Subscript):
            yield from (Edit(start, end, text, "slice", 1.0) for text in _other_slices(source, node))


# --- the same in another way, and less ------------------------------------------------------------------


def _otherwise(source: Source, node: ast.expr) -> Iterator[Instead]:
    text, atom = source.text, source.atom
    match node:
        case ast.BinOp():
            yield from _of_operation(source, node)
        case ast.UnaryOp(_, operand):
            yield text(operand), "sign", 0.9
        case ast.Compare(left, [operator], [right]):
            own = COMPARISONS.get(type(operator))
            for other in (other for other in COMPARISONS.values() if own and other != own):
                yield f"{atom(left)} {other} {atom(right)}", "comparison", 1.0
            yield from ((switch, "comparison", 1.2) for switch in source.switches)
        case ast.BoolOp(_, values):
            joint = " or " if isinstance(node.op, ast.And) else " and "
            yield joint.join(map(atom, values)), "comparison", 1.0
            yield from ((text(value), "superfluous", 1.2) for value in values)
        case ast.IfExp(test, body, orelse):
            yield f"{text(orelse)} if {text(test)} else {text(body)}", "order", 1.0
            yield text(body), "superfluous", 1.2
            yield text(orelse), "superfluous", 1.2
        case ast.Subscript(value, index):
            yield text(value), "superfluous", TOO_MUCH
            if isinstance(index, ast.Tuple) and len(index.elts) == 2:
                one, two = map(text, index.elts)
                yield f"{text(value)}[{two}, {one}]", "axis", 1.2
        case ast.Attribute(value, "T" | "real"):
            yield text(value), "transposed", 1.0
        case ast.Constant(bool() as value):
            yield str(not value), "number", 1.0
        case ast.Constant(int() | float() as value):
            yield from _of_number(source, value)
        case ast.Name(name) if name in source.names:
            # What nothing reads any more was worked out for nothing: that is hardly meant.
            last = name in source.variables and source.loads[name] == 1
            yield from ((other, "name", 1.6 if last else 1.0) for other in source.names if other != name)
        case ast.Call():
            yield from of_call(source, node)
        case ast.Tuple(elements) | ast.List(elements):
            yield from _of_several(source, elements, "()" if isinstance(node, ast.Tuple) else "[]")


def _of_number(source: Source, value: float) -> Iterator[Instead]:
    near = {value + 1, value - 1, 0, 1, 2, 2 * value, value / 2, -value, 0.5}
    for number in sorted(near, key=str):
        yield f"{number!r}", "number", 1.0 if abs(number - value) == 1 else 1.2
    for name in (*source.quantities, "np.inf", "-np.inf"):
        yield name, "name" if name.isidentifier() else "number", 1.5


def _of_several(source: Source, elements: list[ast.expr], brackets: str) -> Iterator[Instead]:
    texts = list(map(source.text, elements))
    if len(texts) == 1:
        yield texts[0], "superfluous", 1.2
        return
    orders = permutations(texts) if len(texts) <= 3 else ()
    for order in orders:
        yield brackets[0] + ", ".join(order) + brackets[1], "order", 1.1
    for index in range(len(texts)):
        rest = ", ".join(texts[:index] + texts[index + 1 :])
        yield f"{brackets[0]}{rest}{',' * (brackets == '()')}{brackets[1]}", "superfluous", 1.2


def _of_operation(source: Source, node: ast.BinOp) -> Iterator[Instead]:
    left, own, right = source.atom(node.left), operator_of(node), source.atom(node.right)
    for other in USUAL_OPERATORS:
        if other != own:
            yield f"{left} {other} {right}", "operator", 1.0 if other in "+-*/" else 1.3
    if own == "@":
        yield f"{left}.T @ {right}", "transposed", 1.0
        yield f"{left} @ {right}.T", "transposed", 1.0
        yield f"{right}.T @ {left}", "transposed", 1.2
        yield f"{right} @ {left}.T", "transposed", 1.2
    if own == "*":
        yield f"{left} @ {right}", "operator", 1.2
    if own in NO_SYMMETRY:
        yield f"{right} {own} {left}", "order", 1.0
    yield source.text(node.left), "superfluous", 1.0
    yield source.text(node.right), "superfluous", 1.1
    yield from _brackets(source, node)
    yield from _in_or_out(source, node)


def _brackets(source: Source, node: ast.BinOp) -> Iterator[Instead]:
    """Another place of the brackets."""
    atom, left, own, right = source.atom, node.left, operator_of(node), node.right
    if isinstance(left, ast.BinOp):
        first, inner, second = atom(left.left), operator_of(left), atom(left.right)
        yield f"{first} {inner} ({second} {own} {atom(right)})", "brackets", 1.0
        yield f"({first} {own} {atom(right)}) {inner} {second}", "brackets", 1.0
        if isinstance(left.left, ast.BinOp):
            one, outer, two = atom(left.left.left), operator_of(left.left), atom(left.left.right)
            yield f"{one} {outer} ({two} {inner} {second} {own} {atom(right)})", "brackets", 1.1
    if isinstance(right, ast.BinOp):
        first, inner, second = atom(right.left), operator_of(right), atom(right.right)
        yield f"({atom(left)} {own} {first}) {inner} {second}", "brackets", 1.0
        yield f"{first} {inner} ({atom(left)} {own} {second})", "brackets", 1.0


def _in_or_out(source: Source, node: ast.BinOp) -> Iterator[Instead]:
    """What a function is taken of: sqrt(s) + eps or sqrt(s + eps)."""
    atom, left, own, right = source.atom, node.left, operator_of(node), node.right

    def taken_in(call: ast.Call) -> str:
        return with_argument(source, call, f"{atom(call.args[0])} {own} {atom(right)}")

    if isinstance(left, ast.Call) and left.args:
        yield taken_in(left), "in_or_out", 1.0
    if isinstance(right, ast.Call) and right.args:
        inside = f"{atom(left)} {own} {atom(right.args[0])}"
        yield with_argument(source, right, inside), "in_or_out", 1.0
    if isinstance(left, ast.BinOp):
        inner = operator_of(left)
        if isinstance(left.right, ast.Call) and left.right.args:
            yield f"{atom(left.left)} {inner} {taken_in(left.right)}", "in_or_out", 1.2
        if isinstance(left.left, ast.Call) and left.left.args:
            yield f"{taken_in(left.left)} {inner} {atom(left.right)}", "in_or_out", 1.2
    for call, other, first in ((left, right, True), (right, left, False)):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.BinOp):
            both = call.args[0]
            for kept, moved in ((both.left, both.right), (both.right, both.left)):
                within = with_argument(source, call, source.text(kept))
                out = f"({within} {operator_of(both)} {atom(moved)})"
                pair = (out, atom(other)) if first else (atom(other), out)
                yield f"{pair[0]} {own} {pair[1]}", "in_or_out", 1.0


def _other_slices(source: Source, node: ast.Subscript) -> Iterator[str]:
    """One step more or less at an end, the other way round, or all of it."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for index, part in enumerate(parts):
        if not isinstance(part, ast.Slice):
            continue
        low, up, by = (source.text(each) if each else "" for each in (part.lower, part.upper, part.step))
        options = {(low, up, ""), (low, up, "-1"), ("", low, by), (up, "", by)}
        options |= {(each, up, by) for each in ("", "1", *((f"{low} + 1", f"{low} - 1") if low else ()))}
        options |= {(low, each, by) for each in ("", "-1", *((f"{up} + 1", f"{up} - 1") if up else ()))}
        for lower, upper, step in sorted(options):
            written = [source.text(each) for each in parts]
            written[index] = f"{lower}:{upper}" + (f":{step}" if step else "")
            yield f"{source.text(node.value)}[{', '.join(written)}]"


# --- more -----------------------------------------------------------------------------------------------


def _with_more(source: Source, node: ast.expr, parent: ast.AST) -> Iterator[Instead]:
    """What may be missing around an expression, and what else may be meant."""
    if isinstance(node, NO_TERMS) or (isinstance(node, ast.Attribute) and node.attr in ("shape", "dtype")):
        return
    number = isinstance(node, ast.Constant)
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float):
        return
    if number and isinstance(parent, ast.Subscript):
        return
    atom, within = source.atom(node), 1.6 if isinstance(parent, ast.BinOp) else 1.55
    if not number:
        yield from _around(source, node)
    for other in source.names:
        if other == source.text(node):
            continue
        if other in source.quantities:
            for operator in "*/+-":
                yield f"{atom} {operator} {other}", "missing", within
            yield f"{atom} ** {other}", "missing", 2.2
            yield f"{atom} * (1 - {other})", "missing", 1.7
            yield f"{atom} / (1 - {other})", "missing", 1.8
        if not number and not isinstance(node, ast.Name):
            yield other, "name", 1.5
    yield from ((own, "expression", 1.7) for own in source.expressions if own != source.text(node))
    for one, other in source.unread:
        yield f"{one} * {atom} + {other}", "missing", 1.7
        yield f"{other} * {atom} + {one}", "missing", 1.7


def _around(source: Source, node: ast.expr) -> Iterator[Instead]:
    text, atom = source.text(node), source.atom(node)
    yield f"-{atom}", "sign", 1.0
    yield f"{atom} + 1", "number", 1.2
    yield f"{atom} - 1", "number", 1.2
    yield f"{atom} ** 2", "missing", 1.2
    yield f"np.sqrt({text})", "missing", 1.2
    yield f"np.abs({text})", "missing", 1.3
    yield f"1 - {atom}", "missing", 1.3
    for around in (f"1 / {atom}", f"2 * {atom}", f"{atom} / 2"):
        yield around, "missing", 1.4
    if isinstance(node, VALUES):
        yield f"{atom}.copy()", "copy", 1.4
        yield f"{atom}.T", "transposed", 1.4
        yield f"{atom}.astype(float)", "type", 1.5
        # What reverses already is rather one reversal too long than one too short.
        reverse = () if "[::-1]" in source.source else ("[::-1]",)
        for part in (*reverse, "[0]", "[-1]", "[1:]", "[:-1]"):
            yield f"{atom}{part}", "missing", 1.5
        for function in ("exp", "log", "sum", "mean", "cumsum"):
            yield f"np.{function}({text})", "missing", 1.5
        for axis in ("0", "1"):
            yield f"np.sum({text}, axis={axis})", "missing", 1.6
            yield f"np.mean({text}, axis={axis})", "missing", 1.6
