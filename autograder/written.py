"""Functions that are given as text, and small changes of them."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


# What stands in the solution, and what the wrong formula has in its place. Every left side stands there
# exactly once; the empty one stands for the first line of the body. Or the text of a whole function.
Change = Mapping[str, str] | str


class Written:
    """A function that is given as text, and compiled when it is first called.

    It sees numpy as `np`, as a cell of the notebook does, and the functions `beside` it.
    """

    def __init__(
        self, text: str, name: str = "", beside: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        """`name` is that of the function, where it is known: it is read from the text otherwise."""
        self.text = textwrap.dedent(text).strip("\n") if text[:1].isspace() else text
        self._name = name
        self.beside = beside or {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"Written({self.text!r})"

    @functools.cached_property
    def function(self) -> Callable[..., Any]:
        function: Callable[..., Any] = self.namespace[self.__name__]
        return function

    @functools.cached_property
    def namespace(self) -> dict[str, Any]:
        """The function among all that the text defines, and what is beside it."""
        namespace: dict[str, Any] = {"np": np, **self.beside}
        exec(compile(self.text, f"<{self.__name__}>", "exec"), namespace)  # our own text, of this repository
        return namespace

    @functools.cached_property
    def __name__(self) -> str:
        return self._name or self._definition.name

    @functools.cached_property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @functools.cached_property
    def signature(self) -> str:
        """The signature as a student reads it, e.g. "(x, beta, *, init=0.0)"; as it is written, with 1e-8."""
        line = self.text.splitlines()[self._definition.lineno - 1].strip()
        return line.removeprefix(f"def {self._definition.name}").removesuffix(":")

    @functools.cached_property
    def _definition(self) -> ast.FunctionDef:
        """The last definition of the text; helpers stand before it."""
        return [node for node in ast.parse(self.text).body if isinstance(node, ast.FunctionDef)][-1]

    def put_into(self, stub: str) -> str:
        """The source of a cell with the body of this function in that of its stub, whose docstring stays."""
        lines = stub.splitlines()
        (there,) = [
            node
            for node in ast.parse(stub).body
            if isinstance(node, ast.FunctionDef) and node.name == self.__name__
        ]
        start = there.body[0].end_lineno if ast.get_docstring(there) else there.body[0].lineno - 1
        own, first = self.text.splitlines(), self._definition.body[0].lineno - 1
        while own[first - 1].lstrip().startswith("#"):
            first -= 1
        body = own[first : self._definition.end_lineno]
        return "\n".join([*lines[:start], *body, *lines[there.end_lineno :]])

    def changed(self, change: Change) -> "Written":
        """The same with a change made; raises ValueError where it does not fit."""
        if isinstance(change, str):
            return Written(change, beside=self.beside)
        text, end = "", 0
        for (start, stop), instead in sorted((self._place(right), change[right]) for right in change):
            if start < end:
                raise ValueError(f"two changes overlap at {self.text[start:stop]!r}")
            put_in = instead if stop > start else f"{instead}\n"
            text += self.text[end:start] + put_in.replace("\n", f"\n{self._indentation(start)}")
            end = stop
        lines = (text + self.text[end:]).splitlines()
        return self.rewritten("\n".join(line for line in lines if line.strip()))

    def rewritten(self, text: str) -> "Written":
        """A function of the same name in the same place."""
        return Written(text, self.__name__, self.beside)

    def _place(self, right: str) -> tuple[int, int]:
        if not right:
            first = self._definition.body[0]
            start = sum(map(len, self.text.splitlines(keepends=True)[: first.lineno - 1])) + first.col_offset
            return start, start
        if (count := self.text.count(right)) != 1:
            raise ValueError(f"{right!r} stands {count} times in the solution, and not once")
        start = self.text.index(right)
        return start, start + len(right)

    def _indentation(self, place: int) -> str:
        line = self.text[self.text.rfind("\n", 0, place) + 1 :]
        return line[: len(line) - len(line.lstrip())]
