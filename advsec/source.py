"""Show the source of a function inside a lecture, so that nothing on the page is hidden behind an import."""

import ast
import inspect
import textwrap
from collections.abc import Callable


__all__ = ["show", "source"]


def show(function: Callable[..., object], *, body: bool = True) -> None:
    """Display the source of a function, highlighted in a notebook and as plain text elsewhere.

    Parameters
    ----------
    function : callable
        A function written in Python.
    body : bool, default True
        Whether to show how it works, or only what it is for; of what readers are to write themselves.

    Raises
    ------
    ValueError
        "function must be written in Python, got <built-in function len>".
    """
    from IPython.display import display  # only a notebook needs it

    display(_Code(source(function, body=body)))


class _Code(str):
    def _repr_markdown_(self) -> str:
        # nbconvert lets code in an output inherit the letters of what is around it.
        return f'<div style="font-family: monospace">\n\n```python\n{self}\n```\n\n</div>'

    def __repr__(self) -> str:
        return str(self)


def source(function: Callable[..., object], *, body: bool = True) -> str:
    """Source of a function, its docstring cut to the first line; `help(function)` prints the rest.

    Parameters
    ----------
    function : callable
        A function written in Python.
    body : bool, default True
        Whether what follows the docstring is part of it, or `...` stands in its place.

    Returns
    -------
    code : str
        Not indented, without a newline at the end.

    Raises
    ------
    ValueError
        "function must be written in Python, got <built-in function len>".

    Examples
    --------
    >>> def double(x):
    ...     '''Twice x.
    ...
    ...     A longer story.
    ...     '''
    ...     return 2 * x
    >>> print(source(double))
    def double(x):
        '''Twice x.'''
        return 2 * x
    >>> print(source(double, body=False))
    def double(x):
        '''Twice x.'''
        ...
    """
    try:
        code = textwrap.dedent(inspect.getsource(function)).rstrip()
    except (TypeError, OSError):
        raise ValueError(f"function must be written in Python, got {function!r}") from None
    definition = _definition(code)
    if definition is None:
        raise ValueError(f"function must be written with `def`, got {function!r}")
    lines = code.splitlines()
    first_statement = definition.body[0]
    docstring = first_statement if ast.get_docstring(definition) is not None else None
    if not body:
        start = (docstring.end_lineno or docstring.lineno) if docstring else first_statement.lineno - 1
        lines[start:] = [" " * first_statement.col_offset + "..."]
    if docstring is None:
        return "\n".join(lines)
    first, last = docstring.lineno - 1, docstring.end_lineno or docstring.lineno
    if last > first + 1:
        lines[first:last] = [lines[first] + lines[last - 1].strip()[-3:]]
    return "\n".join(lines)


def _definition(code: str) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
    """What the source defines; None for a lambda, whose source is the line that it stands on."""
    try:
        statement = ast.parse(code).body[0]
    except SyntaxError:
        return None
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return statement if isinstance(statement, kinds) else None
