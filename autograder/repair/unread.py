"""What a function works out for nothing: nobody reads it."""

import ast
from collections.abc import Container, Iterator


# Calls that put something into what they are called of.
PUT_IN = ("append", "extend", "insert", "add", "update")


def read(function: ast.FunctionDef) -> set[str]:
    """The names of which somebody reads the value; who writes into an array or a list does not.

    A line that only gives a variable a value reads something if somebody reads that variable.
    """
    return _alive(function)[0]


def unread_characters(function: ast.FunctionDef) -> int:
    """How long the lines are together that serve nothing but what nobody reads."""
    _, unread = _alive(function)
    return sum(len(ast.unparse(line)) for line in unread)


def _alive(function: ast.FunctionDef) -> tuple[set[str], set[ast.stmt]]:
    """The names that are read in the end, and the lines that only serve others."""
    stored = {line: _stored(line) for line in ast.walk(function) if isinstance(line, ast.stmt)}
    waiting = {line for line, names in stored.items() if names}
    names = set(_read(function, waiting))
    while alive := {line for line in waiting if stored[line] & names}:
        waiting -= alive
        names.update(*(_read(line, ()) for line in alive))
    return names, waiting


def _stored(line: ast.stmt) -> set[str]:
    """The names that a simple line gives a value or puts something into; none if it does anything else."""
    match line:
        case ast.Assign(targets):
            return {name for target in targets for node in ast.walk(target) for name in _target(node)}
        case ast.AugAssign(ast.Name(name)):
            return {name}
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), method))) if method in PUT_IN:
            return {name}
    return set()


def _target(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(name, ast.Store()) | ast.Subscript(ast.Name(name), _, ast.Store()):
            yield name


def _read(node: ast.AST, without: Container[ast.AST]) -> Iterator[str]:
    match node:
        case ast.Name(name, ast.Load()):
            yield name
        case ast.Subscript(ast.Name(), index, ast.Store()):
            yield from _read(index, without)
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(), method), arguments, keywords)) if method in PUT_IN:
            for each in (*arguments, *keywords):
                yield from _read(each, without)
        case _:
            for child in ast.iter_child_nodes(node):
                if child not in without:
                    yield from _read(child, without)
