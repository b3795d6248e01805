"""A cell whose statements are guarded does what it did without."""

import ast
import builtins
from typing import Any

import pytest

from autograder.sandbox.unavailable import GUARD, GuardImports, StandIn, Unavailable


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were told to be missing."""
    monkeypatch.setattr(builtins, GUARD, None, raising=False)
    return []


def run(source: str, told: list[str], shows: bool = False) -> dict[str, Any]:
    tree = GuardImports(told.append, lambda _: shows).visit(ast.parse(source))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(ast.fix_missing_locations(tree), "<cell>", "exec"), namespace)
    return namespace


ORDINARY = (
    "a = b = 1; (c, *d), e = [1, 2, 3], 4",
    "a: int = 3\nb: str\na += 2\ndel a\na = 7",
    "import os.path, math as m\nfrom math import pi\nfrom os.path import *\nx = join('a', 'b'), m.e",
    "from __future__ import annotations\ndef f(x: no_such_name) -> also_none: return x\ny = f(2)",
    "for i in range(3):\n    if i == 1: continue\nelse:\n    j = i",
    "while True:\n    k = 1\n    break\nassert k\nwith open('/dev/null') as file: pass\nok = file.closed",
    "try:\n    import no_such_module\nexcept ImportError:\n    no_such_module = None",
    "try:\n    1 / 0\nexcept* ZeroDivisionError as group:\n    n = 1\nfinally:\n    done = True",
    "match [1, 2]:\n    case [a, b]: c = a + b",
    "def outer(f): return lambda *a, **o: f(*a, **o) + 1\n"
    "@outer\ndef g(x: int = 2, *a: int, k: int = 1, **o: int) -> int: return x + k\nv = g(3), g(1, k=4)",
    "def f(x: int = 2, *a: int, k: int = 1, **o: int) -> int:\n    'Says.'\n    import math\n    return x",
    "class A(dict, metaclass=type):\n    import math\n    x: int = 1\n    def f(self): return len(self)\n"
    "n = A().f()",
    "async def f(): return 1\ng = (y := 5) + len([x for x in (1, 2)])\nglobal z\nz = 1",
    "if False:\n    import no_such_module\nelse:\n    a = 1\n1\n'last'",
)


@pytest.mark.parametrize("source", ORDINARY)
@pytest.mark.parametrize("shows", [False, True])
def test_an_ordinary_cell_is_left_as_it_is(source: str, shows: bool, missing: list[str]) -> None:
    plain: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec"), plain)
    found = run(source, missing, shows)
    assert missing == []
    assert [*found] == [*plain]
    for name, value in plain.items():
        if isinstance(value, int | str | float | tuple | list | bool | None):
            assert found[name] == value, name
    if callable(function := found.get("f")) and hasattr(function, "__annotations__"):
        assert function.__annotations__ == plain["f"].__annotations__
        assert function.__code__.co_firstlineno == plain["f"].__code__.co_firstlineno


@pytest.mark.parametrize(
    "source", ["x = {}['a']", "import math\nmath.none", "for i in 3: pass", "class A(5): pass"]
)
def test_an_ordinary_error_ends_the_cell_where_it_did(source: str, missing: list[str]) -> None:
    with pytest.raises(Exception) as plain:  # noqa: PT011 (whichever it is)
        exec(compile(source, "<cell>", "exec"), {})
    with pytest.raises(type(plain.value)) as guarded:
        run(source, missing)
    assert str(guarded.value) == str(plain.value)
    assert guarded.traceback[-1].lineno == plain.traceback[-1].lineno


TAINTED = (
    "x = none.f()",
    "x: int = none[0]",
    "x = 1\nx += none",
    "for x in none: y = 1",
    "with none as x: pass",
    "class x(none.Base): pass",
    "x, (y, *z) = none",
    "if none > 1: x = 1",
    "x = -none, 1 + none, none @ 1, float(none), 2 ** none",
)


@pytest.mark.parametrize("source", TAINTED)
def test_what_is_made_of_something_missing_is_missing_too(source: str, missing: list[str]) -> None:
    found = run(f"import no_such_module as none\n{source}\nlast = 3", missing)
    assert (missing, found["last"]) == (["no_such_module"], 3)
    with pytest.raises(Unavailable, match="No module named 'no_such_module'"):
        found["x"]()


def test_of_several_names_those_that_are_there_are_imported(missing: list[str]) -> None:
    found = run("import math, none_a.b\nfrom math import pi, none_c\nimport os.none_d", missing)
    assert missing == ["none_a.b", "math.none_c", "os.none_d"]
    assert found["math"].pi == found["pi"]
    assert isinstance(found["none_a"], StandIn)
    assert isinstance(found["none_c"], StandIn)
    assert found["os"].sep
