"""Formulas that nobody has tried, kept from running for ever.

Wherever one small change of a solution is possible, one of them lets a loop go on or a number explode. What
is made here ends after so many steps and never makes a large whole number, by count and not by the clock:
which formula is recognised must not depend on the machine.
"""

import ast
import functools
import math
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograder.written import Written


# Steps of all loops of one call, and whole numbers: as many as an array may have entries.
STEPS = 20_000
LARGEST = 10**7


class TooMuchError(ArithmeticError):
    """It goes on for too long, or its numbers are too large."""


class Bounded(Written):
    """The same function within limits; it raises `TooMuchError` beyond them."""

    def __init__(self, written: Written) -> None:
        super().__init__(written.text, written.__name__, written.beside)
        self._left = threading.local()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._left.steps = STEPS
        return self.function(*args, **kwargs)

    @functools.cached_property
    def namespace(self) -> dict[str, Any]:
        """What the text defines; its loops and products are ours."""
        tree = ast.fix_missing_locations(_Limits().visit(ast.parse(self.text)))
        namespace = {"np": np, **self.beside, "_step": self._step, "_each": self._each}
        namespace |= {"_product": _product, "_power": _power, "_factor": _factor, "_exponent": _exponent}
        exec(compile(tree, f"<{self.__name__}>", "exec"), namespace)  # our own text, of this repository
        return namespace

    def _step(self) -> None:
        self._left.steps = getattr(self._left, "steps", STEPS) - 1
        if self._left.steps < 0:
            raise TooMuchError(f"more than {STEPS} steps")

    def _each(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._step()
            yield item


class _Limits(ast.NodeTransformer):
    """Puts calls of the functions below in the place of loops and products."""

    def visit_For(self, node: ast.For) -> ast.AST:
        node.iter = _called("_each", node.iter)
        return self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter = _called("_each", node.iter)
        return self.generic_visit(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        node.body.insert(0, ast.Expr(_called("_step")))
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = {ast.Mult: "_product", ast.Pow: "_power"}.get(type(node.op))
        return _called(name, node.left, node.right) if name else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        name = {ast.Mult: "_factor", ast.Pow: "_exponent"}.get(type(node.op))
        if name and isinstance(node.target, ast.Name):
            node.value = _called(name, ast.Name(node.target.id, ast.Load()), node.value)
        return node


def _called(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


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
