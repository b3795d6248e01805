"""Files of students: every one is either a list of cells or has a reason that can be told."""

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from autograder.sandbox.reader import MAX_CELLS, MAX_SOURCE, Cell, Unreadable, read_cells
from autograder.submission import REASONS, reason


def notebook(*cells: Any, **fields: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | fields).encode()


def cell_of(source: Any = "", **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}} | fields


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_cells(data)
    return caught.value.code


def test_the_cells_of_a_notebook() -> None:
    graded = cell_of(["x = 1\n", "y = 2"], metadata={"nbgrader": {"grade_id": "ewma", "points": 100}})
    text = {"cell_type": "markdown", "source": "# Title", "metadata": {}}
    assert read_cells(notebook(text, graded)) == (
        Cell("markdown", "# Title", ""),
        Cell("code", "x = 1\ny = 2", "ewma"),
    )


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_a_mark_of_byte_order_is_no_reason_to_refuse(mark: bytes) -> None:
    assert read_cells(mark + notebook(cell_of("1"))) == (Cell("code", "1", ""),)


def test_utf_16_with_a_mark_is_read() -> None:
    assert read_cells(notebook(cell_of("1")).decode().encode("utf-16")) == (Cell("code", "1", ""),)


UNREADABLE = {
    "nothing": (b"", "empty"),
    "white space": (b" \n\t ", "empty"),
    "zeros": (b"\0" * 5000, "empty"),
    "binary": (b"\x89ELF\r\n\x1a\n", "encoding"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "picture"),
    "a zip": (b"PK\x03\x04" + b"\0" * 30, "archive"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "document"),
    "a rich text": (b"{\\rtf1\\ansi", "document"),
    "a pointer of git-lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "lfs_pointer",
    ),
    "a shortcut": (b'{"url": "https://drive.google.com/open?id=1", "doc_id": "1"}', "shortcut"),
    "an R program": (b"library(ggplot2)\nx <- 1\n", "script"),
    "an exported program": (b"#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n", "script"),
    "a saved notebook page": (b"\n<html>\n<head><title>01 - JupyterLab</title></head></html>", "web_page"),
    "cut off": (notebook(cell_of("x = 1"))[:-10], "json"),
    "a web page": (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", "web_page"),
    "a Python file": (b"def ewma(x):\n    return x\n", "script"),
    "a letter": (b"Dear grader, import taxes ate it.", "json"),
    "conflict": (b"{\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> main\n}", "conflict"),
    "a list": (b"[]", "not_a_notebook"),
    "a number": (b"1", "not_a_notebook"),
    "no cells": (b'{"nbformat": 4}', "not_a_notebook"),
    "cells that are no list": (notebook(cells={"0": cell_of()}), "not_a_notebook"),
    "no format": (b'{"cells": []}', "nbformat"),
    "a format to come": (notebook(nbformat=5), "nbformat"),
    "another language": (notebook(metadata={"kernelspec": {"language": "R"}}), "language"),
    "too many cells": (notebook(*[cell_of()] * (MAX_CELLS + 1)), "too_many_cells"),
    "a very long cell": (notebook(cell_of("#" * (MAX_SOURCE + 1))), "cell_too_long"),
    "two sources": (b'{"nbformat": 4, "cells": [{"source": "a", "source": "b"}]}', "duplicate_key"),
    "two lists of cells": (b'{"nbformat": 4, "cells": [], "cells": []}', "duplicate_key"),
}


@pytest.mark.parametrize(("data", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_has_its_reason(data: bytes, code: str) -> None:
    assert refusal(data) == code
    assert code in REASONS


def test_a_string_that_looks_like_a_conflict_is_none() -> None:
    assert read_cells(notebook(cell_of("<<<<<<< not a conflict\n======="))) != ()


def test_old_notebooks_are_read() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["x = 1"]}]}
    data = json.dumps({"nbformat": 3, "worksheets": [sheet, "no sheet"]}).encode()
    assert read_cells(data) == (Cell("code", "x = 1", ""),)


@pytest.mark.parametrize("version", [4.0, "4", "4.0"])
def test_a_version_may_be_written_as_another_number(version: object) -> None:
    assert read_cells(notebook(cell_of("1"), nbformat=version)) == (Cell("code", "1", ""),)


FOREIGN = ({"kernelspec": {"language": "C#"}}, {"language_info": {"name": "polyglot-notebook"}})
ANOTHER_LANGUAGE = {
    "R": "f <- function(x) x + 1",
    "Julia": "import Foo\nfunction f(x)\n  x + 1\nend",
    "Ruby": "def f(x)\n  x + 1\nend",
    "Scala": "def f(x: Int) = x + 1",
    "C#": "int f(int x) { return x + 1; }",
    "nothing": "x",
}


@pytest.mark.parametrize("metadata", FOREIGN)
def test_python_in_a_notebook_of_another_kernel_is_read(metadata: dict[str, Any]) -> None:
    source = "%pip install x\n#!python\nasync def f(x):\n    return x"
    assert read_cells(notebook(cell_of("int x;"), cell_of(source), metadata=metadata))[1].source == source
    for foreign in ANOTHER_LANGUAGE.values():
        text = {"cell_type": "markdown", "source": "def f(x): return x"}
        assert refusal(notebook(cell_of(foreign), text, metadata=metadata)) == "language"


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ({"cell_type": "code"}, Cell("code", "", "")),
        ({"cell_type": "heading", "source": "x"}, Cell("raw", "x", "")),
        ({"cell_type": ["code"], "source": {}}, Cell("raw", "", "")),
        (cell_of(["a", None, [], "b"]), Cell("code", "ab", "")),
        (cell_of("x", metadata=None), Cell("code", "x", "")),
        (cell_of("x", metadata={"nbgrader": "ewma"}), Cell("code", "x", "")),
        (cell_of("x", metadata={"nbgrader": {"grade_id": ["ewma"]}}), Cell("code", "x", "")),
    ],
)
def test_an_odd_cell_is_read_as_far_as_it_goes(cell: Any, read: Cell) -> None:
    assert read_cells(notebook(cell)) == (read,)


def test_what_is_no_cell_is_left_out() -> None:
    assert read_cells(notebook("x = 1", None, cell_of("y"), 3)) == (Cell("code", "y", ""),)


def test_lone_surrogates_become_something_that_can_be_sent() -> None:
    (cell,) = read_cells(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\ud800"}]}')
    assert cell.source.encode()


@pytest.mark.parametrize("depth", [10_000, 200_000])
def test_deep_nesting_beside_the_cells_does_not_hide_them(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    data = notebook(cell_of("x = 1"))[:-1] + b', "deep": ' + deep + b"}"
    assert read_cells(data) == (Cell("code", "x = 1", ""),)


def test_numbers_that_are_no_numbers_are_no_obstacle() -> None:
    data = notebook(cell_of("x"))[:-1] + b', "a": NaN, "b": 1' + b"0" * 10_000 + b"}"
    assert read_cells(data) == (Cell("code", "x", ""),)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)
KEYS = ("cells", "cell_type", "source", "metadata", "nbgrader", "nbformat", "worksheets", "kernelspec")


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.dictionaries(st.sampled_from(KEYS), JSON))
@settings(max_examples=50)
def test_any_json_is_read_or_refused(document: dict[str, Any], cell: dict[str, Any]) -> None:
    _read_or_refuse(json.dumps({"nbformat": 4, "cells": [cell]} | document).encode())


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refuse(data)


@given(st.integers(0, 400), st.binary(max_size=4))
def test_a_damaged_notebook_is_read_or_refused(position: int, damage: bytes) -> None:
    data = notebook(cell_of("x = 1", metadata={"nbgrader": {"grade_id": "ewma"}}), cell_of(["a", "b"]))
    _read_or_refuse(data[:position] + damage + data[position + len(damage) :])


def _read_or_refuse(data: bytes) -> None:
    try:
        cells = read_cells(data)
    except Unreadable as problem:
        reason(problem, "01_moving_averages")
        return
    assert all(isinstance(text, str) for cell in cells for text in (cell.kind, cell.source, cell.grade_id))
