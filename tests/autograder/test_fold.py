"""Folded functions do what they did, and show nothing of it."""

import importlib.util
import inspect
from pathlib import Path
from types import ModuleType

import pytest

from advsec.source import source
from autograder.fold import folded


SOURCE = '''"""A module."""

import functools

SCALE = 3


def shown(x):
    """Stays."""
    return _helper(x)


@functools.cache
def asked(x, *, y: int = SCALE) -> int:
    """What it is for.

    And more of it.
    """
    return recursion(x) + shown(y)


def recursion(n):
    return n * recursion(n - 1) if n else SCALE


def _helper(x):
    return x + 1


TABLE = {"asked": asked}
'''


def load(tmp_path: Path, text: str) -> ModuleType:
    path = tmp_path / "folded_here.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("folded_here", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    return load(tmp_path, folded(SOURCE, {"asked", "recursion"}, "Yours to write."))


def test_what_is_folded_runs_as_before(module: ModuleType) -> None:
    assert module.asked(2) == 2 * 3 + 4
    assert module.asked(2, y=0) == 2 * 3 + 1
    assert module.recursion(3) == 18
    assert (module.asked.__module__, module.asked.__wrapped__.__name__) == ("folded_here", "asked")
    assert module.shown(1) == 2


def test_nobody_reads_it_by_accident(module: ModuleType, tmp_path: Path) -> None:
    text = (tmp_path / "folded_here.py").read_text()
    assert "recursion(n - 1)" not in text
    assert "shown(y)" not in text
    assert "return _helper(x)" in text
    assert inspect.getsource(module.recursion) == "def recursion(n):\n    ...  # Yours to write.\n"
    assert "recursion(x)" not in inspect.getsource(module.asked.__wrapped__)
    assert source(module.shown).endswith("return _helper(x)")


def test_what_it_is_for_stays_in_sight(module: ModuleType) -> None:
    assert inspect.getdoc(module.asked) == "What it is for.\n\nAnd more of it."
    assert str(inspect.signature(module.asked)) == "(x, *, y: int = 3) -> int"
    original = 'def asked(x, *, y: int = SCALE) -> int:\n    """What it is for."""\n    ...'
    assert source(module.asked.__wrapped__, body=False).removeprefix("@functools.cache\n") == original


def test_where_nothing_is_to_be_folded_nothing_changes() -> None:
    assert folded(SOURCE, {"unknown"}, "Yours to write.") == SOURCE
