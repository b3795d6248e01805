"""What cannot be imported costs only what uses it.

At home a notebook may find packages that are absent while grading. A line that imports one is no reason to
lose the cell: the name stands for something whose use raises, and lines of the cell that use it are passed
over. What they would have made stands for it too, so a function that needs it says so when it is called.
"""

import ast
import builtins
import copy
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn


# A name that is looked up in a cell only where something is not available.
GUARD = "__unavailable__"
PATH = re.compile(r" \((?:/|[A-Za-z]:\\|unknown location)[^()]*\)$")

# Of all definitions the part that is run at once and can be done without.
Definition = ast.FunctionDef | ast.AsyncFunctionDef
GUARDED = (
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.Expr,
    ast.If,
    ast.For,
    ast.While,
    ast.With,
    ast.Assert,
    ast.Delete,
    ast.ClassDef,
)


class Unavailable(ModuleNotFoundError):  # noqa: N818 (the student reads another name)
    """Something is used that could not be imported."""


# To the student it is what the import raised.
Unavailable.__name__ = Unavailable.__qualname__ = ModuleNotFoundError.__name__


class StandIn:
    """Stands for what could not be imported, or for what was to be made of it: every use raises."""

    def __init__(self, message: str) -> None:
        self.__message = message

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what Python and IPython look for in anything
            raise AttributeError(name)
        self.__raise()

    def __raise(self, *_: Any, **__: Any) -> NoReturn:
        raise Unavailable(self.__message)

    __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __bool__ = __contains__ = __raise
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __raise
    __matmul__ = __rmatmul__ = __pow__ = __rpow__ = __neg__ = __lt__ = __le__ = __gt__ = __ge__ = __raise
    __float__ = __int__ = __index__ = __array__ = __enter__ = __exit__ = __mro_entries__ = __raise


class Guard:
    """What a guarded cell asks; `tell` hears once of each name that is not available."""

    Unavailable = Unavailable

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.has_told = False

    def imported(self, module: str, name: str, package: str) -> Any:
        """In the place of what an import that has just failed was to bind: `module`, or `name` of it."""
        error = sys.exception()
        absent = getattr(error, "name", None)
        if not isinstance(error, ModuleNotFoundError) or not isinstance(absent, str):
            absent = f"{module}.{name}"
        self.has_told = True
        # Of `google.colab` Python says that `google` is absent.
        self._tell(module if module.startswith(f"{absent}.") else absent.removesuffix("."))
        # `import scipy.nothing` is no reason to lose `scipy`.
        return sys.modules.get(package) or StandIn(PATH.sub("", str(error)))

    def made(self) -> StandIn:
        """In the place of what could not be made without it."""
        return StandIn(str(sys.exception()))


class GuardImports(ast.NodeTransformer):
    """Guards the statements of a cell, each by itself. What is in a `try` or a function is left alone.

    `shows` says of which statements IPython shows the value: only of those that it sees as they are.
    """

    def __init__(self, tell: Callable[[str], None], shows: Callable[[ast.stmt], bool]) -> None:
        self._shows = shows
        self._guard = Guard(tell)
        setattr(builtins, GUARD, self._guard)

    def concerns(self, cell: ast.Module) -> bool:
        """Whether there is anything to guard: an import, or use of what an earlier one has not found."""
        return self._guard.has_told or any(
            isinstance(each, ast.Import | ast.ImportFrom) for each in cell.body
        )

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = list(self._guarded(node.body))
        return node

    def _guarded(self, body: list[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in body:
            is_last = statement is body[-1]
            match statement:
                case ast.Import(names=names):
                    yield from (_guarded_import(ast.Import([name]), name, statement) for name in names)
                case ast.ImportFrom(module=str(module), names=names, level=0) if module != "__future__":
                    for name in names:
                        yield _guarded_import(ast.ImportFrom(module, [name], 0), name, statement)
                case ast.FunctionDef() | ast.AsyncFunctionDef() if _runs_at_once(statement):
                    yield _try(statement, [_bare(statement)], statement)
                case ast.Expr() if is_last:
                    yield statement
                case _ if isinstance(statement, GUARDED) and not self._shows(statement):
                    bound = sorted(set(_bound(statement)))
                    lost: list[ast.stmt] = [_assign(name, f"{GUARD}.made()") for name in bound]
                    yield _try(statement, lost or [ast.Pass()], statement)
                case _:
                    yield statement


def _guarded_import(statement: ast.Import | ast.ImportFrom, name: ast.alias, place: ast.stmt) -> ast.Try:
    """One name of an import, which may fail by itself."""
    if isinstance(statement, ast.ImportFrom):
        module, of_it, bound, package = str(statement.module), name.name, name.asname or name.name, ""
    else:
        module, of_it, bound = name.name, "", name.asname or name.name.split(".")[0]
        package = "" if name.asname else bound
    lost = f"{GUARD}.imported({module!r}, {of_it!r}, {package!r})"
    handler = ast.parse(lost).body[0] if bound == "*" else _assign(bound, lost)
    return _try(statement, [handler], place, "ImportError")


def _try(
    statement: ast.stmt, instead: list[ast.stmt], place: ast.stmt, error: str = f"{GUARD}.Unavailable"
) -> ast.Try:
    handler = ast.ExceptHandler(ast.parse(error, mode="eval").body, None, instead)
    guarded = ast.Try([ast.copy_location(statement, place)], [handler], [], [])
    return ast.copy_location(guarded, place)


def _assign(name: str, expression: str) -> ast.Assign:
    value = ast.parse(expression, mode="eval").body
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _runs_at_once(function: Definition) -> bool:
    arguments = function.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    annotated = function.returns or any(argument.annotation for argument in every)
    return bool(function.decorator_list or annotated)


def _bare(function: Definition) -> Definition:
    """The function without decorators and annotations: those of an absent package make it faster, or say
    what it takes, and it does what it does without them."""
    bare = copy.copy(function)
    bare.decorator_list, bare.returns, bare.args = [], None, copy.deepcopy(function.args)
    for argument in ast.walk(bare.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return bare


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds itself; those of definitions in it are theirs."""
    if isinstance(statement, ast.ClassDef | Definition):
        yield statement.name
        return
    for node in ast.iter_child_nodes(statement):
        if isinstance(node, ast.stmt):
            yield from _bound(node)
        else:
            stores = (name for name in ast.walk(node) if isinstance(name, ast.Name))
            yield from (name.id for name in stores if isinstance(name.ctx, ast.Store))
