"""What usually helps, for the errors that students meet."""

import numpy as np
import pytest

from autograder.hints import GONE_FROM_NUMPY, hint, newer_syntax


@pytest.mark.parametrize("name", GONE_FROM_NUMPY)
def test_of_a_name_that_numpy_has_given_up_the_new_one_is_said(name: str) -> None:
    instead = GONE_FROM_NUMPY[name]
    says = f"numpy has given up the name `np.{name}`: write `{instead}`."
    assert hint(f"`f` raised AttributeError: module 'numpy' has no attribute '{name}'") == says
    assert hint(f"ImportError: cannot import name '{name}' from 'numpy'") == says
    eval(instead, {"np": np, "x": np.ones(1)})


def test_of_other_names_of_numpy_nothing_is_made_up() -> None:
    assert hint("AttributeError: module 'numpy' has no attribute 'men'") == ""
    assert hint("AttributeError: module 'numpy' has no attribute 'float'").endswith("write `float`.")


NEWER = {
    (3, 12): (
        ("f-string: unmatched '['", 'print(f"{d["a"]}")', "quotes within the braces"),
        ("f-string expression part cannot include a backslash", "", "quotes within the braces"),
        ("invalid syntax", "x = 1\ntype Series[T] = list[T]", "`type` came with Python 3.12"),
        ("expected '('", "  async def f[T](x): ...", "`def f[T]` came with Python 3.12"),
    ),
    (3, 14): (
        ("invalid syntax", "x = t'{y}'", "template strings came with Python 3.14"),
        ("multiple exception types must be parenthesized", "try:\n  x\nexcept A, B:\n  y", "parentheses"),
    ),
}


def test_syntax_that_is_newer_than_the_grading_python_is_named() -> None:
    for since, cases in NEWER.items():
        for message, source, says in cases:
            before = (3, since[1] - 1)
            found = newer_syntax(f"SyntaxError: {message}", source, before)
            assert found.startswith(f"Python 3.{before[1]} grades"), source
            assert says in found
            assert newer_syntax(f"SyntaxError: {message}", source, since) == "", source


@pytest.mark.parametrize("source", ["def f(x):\n  return x[", "type(x) = 3", "x = list['a'", "except A:"])
def test_other_syntax_is_not_called_new(source: str) -> None:
    assert newer_syntax("SyntaxError: invalid syntax", source, (3, 11)) == ""
    # What is looked for over and over in a long line would never be done.
    for line in ("type ", "class ", "except ", "t"):
        assert newer_syntax("SyntaxError: invalid syntax", line + "a" * 200_000, (3, 11)) == ""
    assert newer_syntax("NameError: name 'x' is not defined", "type X = int", (3, 11)) == ""
