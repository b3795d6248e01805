"""What may be in the place of a call: another function, other arguments, another axis, or less."""

import ast
from collections.abc import Iterator
from itertools import permutations

from autograder.repair.source import Source, is_module


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
    ("zeros_like", "ones_like", "empty_like", "array"),
    ("random", "standard_normal", "normal", "uniform"),
    ("dot", "outer", "inner", "multiply"),
    ("vstack", "hstack", "concatenate", "stack"),
    ("min", "max", "sum", "len", "abs"),
    ("append", "extend"),
)
ALONG_AN_AXIS = (
    *("sum", "mean", "median", "var", "std", "prod", "cumsum"),
    *("max", "min", "argmax", "argmin", "all", "any"),
)
# There are few of these, so that it is hardly by chance when one is right.
TOO_MUCH = 0.4
MAKE_AN_ARRAY = ("zeros_like", "ones_like", "empty_like", "array", "asarray", "full_like")

Instead = tuple[str, str, float]


def of_call(source: Source, call: ast.Call) -> Iterator[Instead]:
    """Texts for the place of a call, each with its kind and what it costs."""
    text, function = source.text, call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    before = f"{source.atom(function.value)}." if isinstance(function, ast.Attribute) else ""
    inside = ", ".join(map(text, (*call.args, *call.keywords)))
    for family in FAMILIES:
        if name in family:
            yield from ((f"{before}{other}({inside})", "function", 1.0) for other in family if other != name)
    for arg in call.args:
        yield text(arg), "superfluous", TOO_MUCH
    if isinstance(function, ast.Attribute) and not is_module(function.value):
        yield text(function.value), "superfluous", TOO_MUCH
    yield from _other_arguments(source, call)
    yield from _out_of_it(source, call)
    yield from _switches(source, call, name)


def with_argument(source: Source, call: ast.Call, instead: str) -> str:
    """The call with another first argument."""
    rest = map(source.text, (*call.args[1:], *call.keywords))
    return f"{source.text(call.func)}({', '.join([instead, *rest])})"


def _other_arguments(source: Source, call: ast.Call) -> Iterator[Instead]:
    function, count = source.text(call.func), len(call.args)
    written = list(map(source.text, (*call.args, *call.keywords)))
    if count in (2, 3):
        for order in permutations(written[:count]):
            cost = 1.0 if count == 2 else 1.1
            yield f"{function}({', '.join([*order, *written[count:]])})", "order", cost
    for index in range(len(written)) if len(written) > 1 else ():
        yield f"{function}({', '.join(written[:index] + written[index + 1 :])})", "argument", 1.0


def _out_of_it(source: Source, call: ast.Call) -> Iterator[Instead]:
    """f(a + b) -> f(a) + b, and f(g(x)) -> g(f(x))."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.BinOp):
        operator = operator_of(first)
        of_left, of_right = (
            with_argument(source, call, source.text(each)) for each in (first.left, first.right)
        )
        yield f"{of_left} {operator} {source.atom(first.right)}", "in_or_out", 1.0
        yield f"{source.atom(first.left)} {operator} {of_right}", "in_or_out", 1.0
        yield f"{of_left} {operator} {of_right}", "in_or_out", 1.2
    if len(call.args) == 1 and isinstance(first, ast.Call) and first.args:
        within = with_argument(source, call, source.text(first.args[0]))
        yield with_argument(source, first, within), "in_or_out", 1.1


def _switches(source: Source, call: ast.Call, name: str) -> Iterator[Instead]:
    """Axes, kept dimensions, degrees of freedom and types."""
    function, named = source.text(call.func), {each.arg for each in call.keywords}
    written = list(map(source.text, (*call.args, *call.keywords)))

    def with_switch(switch: str, *more: str) -> str:
        others = [source.text(each) for each in call.keywords if each.arg != switch.partition("=")[0]]
        return f"{function}({', '.join([*map(source.text, call.args), *others, switch, *more])})"

    if name in ALONG_AN_AXIS:
        for axis in ("0", "1", "-1"):
            yield with_switch(f"axis={axis}"), "axis", 0.9 if "axis" in named else 1.0
            if not named & {"axis", "keepdims"}:
                yield with_switch(f"axis={axis}", "keepdims=True"), "axis", 1.4
        if "axis" in named:
            yield with_switch("axis=None"), "axis", 0.9
        if "keepdims" not in named:
            yield with_switch("keepdims=True"), "argument", 1.0
    if name in ("var", "std"):
        yield with_switch("ddof=1"), "argument", 0.9
    if name in MAKE_AN_ARRAY and "dtype" not in named:
        yield with_switch("dtype=float"), "type", 1.0
        yield f"{function}({', '.join([*written, 'float'])})", "type", 1.05


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


def operator_of(node: ast.BinOp | ast.AugAssign) -> str:
    return OPERATORS.get(type(node.op), "")
