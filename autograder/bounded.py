"""Formulas that nobody has tried, kept from running for ever.

Wherever one small change of a solution is possible, one of them lets a loop go on or a number explode. What
is made here ends after so many steps and never makes a large whole number, by count and not by the clock:
which formula is recognised must not depend on the machine.
"""

import ast
import functools
import inspect
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from autograder.written import Written


# Steps of all loops of one call, and whole numbers: as many as an array may have entries.
STEPS = 20_000
LARGEST = 10**7


class TooMuchError(ArithmeticError):
    """It goes on for too long, or its numbers are too large."""


class Bounded(Written):
    """The same function within limits; it raises `TooMuchError` beyond them.

    There are thousands of them in a course, of which most are tried once: what is compiled is not kept.
    """

    def __init__(self, written: Written) -> None:
        super().__init__(written.text, written.__name__, written.beside)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        namespace, steps = _compiled(self)
        steps.left = STEPS
        return namespace[self.__name__](*args, **kwargs)

    @property
    def function(self) -> Callable[..., Any]:  # type: ignore[override]
        function: Callable[..., Any] = self.namespace[self.__name__]
        return function

    @property
    def namespace(self) -> dict[str, Any]:  # type: ignore[override]
        """What the text defines; its loops and products are ours."""
        return _compiled(self)[0]

    @property
    def __signature__(self) -> inspect.Signature:  # type: ignore[override]
        return inspect.signature(self.function)


class _Steps(threading.local):
    """How many are left, in each thread."""

    left = STEPS

    def one(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooMuchError(f"more than {STEPS} steps")

    def each(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.one()
            yield item


@functools.lru_cache(maxsize=256)
def _compiled(bounded: Bounded) -> tuple[dict[str, Any], _Steps]:
    tree, steps = ast.parse(bounded.text), _Steps()
    _limited(tree)
    namespace = {"np": np, **bounded.beside, "_step": steps.one, "_each": steps.each}
    namespace |= {"_product": _product, "_power": _power, "_factor": _factor, "_exponent": _exponent}
    exec(compile(tree, f"<{bounded.__name__}>", "exec"), namespace)  # our own text, of this repository
    return namespace, steps


def _limited(node: ast.AST) -> ast.AST:
    """The tree with calls of the functions below in the place of its loops and products.

    It is made for thousands of formulas, which is why it goes through the tree by itself, and only once.
    """
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            value[:] = [_limited(item) if isinstance(item, ast.AST) else item for item in value]
        elif isinstance(value, ast.AST):
            setattr(node, field, _limited(value))
    match node:
        case ast.For() | ast.comprehension():
            node.iter = _called("_each", node.iter)
        case ast.While():
            node.body.insert(0, ast.copy_location(ast.Expr(_called("_step", at=node.test)), node.test))
        case ast.BinOp(op=ast.Mult()):
            return _called("_product", node.left, node.right)
        case ast.BinOp(op=ast.Pow()):
            return _called("_power", node.left, node.right)
        case ast.AugAssign(target=ast.Name(name), op=ast.Mult() | ast.Pow() as operator):
            before = ast.copy_location(ast.Name(name, ast.Load()), node.value)
            instead = "_factor" if isinstance(operator, ast.Mult) else "_exponent"
            node.value = _called(instead, before, node.value)
    return node


def _called(name: str, *args: ast.expr, at: ast.expr | None = None) -> ast.Call:
    """A call where the first of its arguments stands."""
    place = at or args[0]
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, list(args), []), place)


def _product(left: Any, right: Any) -> Any:
    return left * _factor(left, right)


def _power(base: Any, exponent: Any) -> Any:
    return base ** _exponent(base, exponent)


def _factor(left: Any, right: Any) -> Any:
    """The right factor, if the product may be made."""
    if isinstance(left, int) and isinstance(right, int) and abs(left * right) > LARGEST:
        raise TooMuchError(f"a whole number above {LARGEST}")
    return right


def _exponent(base: Any, exponent: Any) -> Any:
    """The exponent, if the power may be made."""
    whole = isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1
    if whole and exponent * math.log(abs(base)) > math.log(LARGEST):
        raise TooMuchError(f"a whole number above {LARGEST}")
    return exponent
