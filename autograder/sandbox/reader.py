"""Hostile bytes to the code of a notebook. Runs in a box of its own, never in the driver.

What comes out is a tuple of cells (kind, source, grade_id), or the name of what is wrong with the file.
Metadata is looked at for one thing, the grade_id; points, flags and outputs of the file are ignored.
"""

import json
import re
from dataclasses import dataclass
from typing import Any


MAX_CELLS = 2000
MAX_SOURCE = 256 * 1024
MAX_DEPTH = 200

PYTHON = ("python", "ipython")
CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
# Strings are matched whole, so that brackets inside them do not count.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """One cell of a submission: `kind` is code, markdown or raw."""

    kind: str
    source: str
    grade_id: str


class Unreadable(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """Why a file is no notebook: a code of `submission.REASONS`, and where."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def read_cells(data: bytes) -> tuple[Cell, ...]:
    """The cells of a notebook; raises Unreadable."""
    text = _text(data)
    if not text.strip():
        raise Unreadable("empty")
    document = _document(text)
    if not isinstance(document, dict):
        raise Unreadable("not_a_notebook", f"the file holds a JSON {type(document).__name__}")
    cells = _raw_cells(document)
    if len(cells) > MAX_CELLS:
        raise Unreadable("too_many_cells", f"{len(cells)} cells")
    _check_language(document)
    return tuple(_cell(cell) for cell in cells if isinstance(cell, dict))


def _text(data: bytes) -> str:
    """The text of the file in the encoding that its first bytes declare."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("encoding", f"byte {error.start}") from None


def _document(text: str) -> Any:
    try:
        return _parse(text)
    except RecursionError:
        return _parse(_shallow(text))


def _parse(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        if conflict := CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise Unreadable("conflict", f"line {line}") from None
        raise Unreadable("json", f"line {error.lineno}, column {error.colno}") from None


def _shallow(text: str) -> str:
    """The JSON text with everything below MAX_DEPTH levels left out; cells lie far above that."""
    kept, depth, start = [], 0, 0
    for token in TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == MAX_DEPTH:
                kept += (text[start : token.start()], "null")
        elif token[0] in ("]", "}"):
            if depth == MAX_DEPTH:
                start = token.end()
            depth -= 1
    return "".join(kept) + text[start:]


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two sources in one cell: nobody can know which one was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        for key in ("cells", "source", "cell_type"):
            if keys.count(key) > 1:
                raise Unreadable("duplicate_key", key)
    return found


def _raw_cells(document: dict[str, Any]) -> list[Any]:
    version = str(document.get("nbformat", ""))
    if version == "3":
        sheets = document.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        return [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
    if version != "4":
        raise Unreadable("nbformat", version[:20] or "none given")
    if not isinstance(document.get("cells"), list):
        raise Unreadable("not_a_notebook", "it has no list of cells")
    return document["cells"]


def _check_language(document: dict[str, Any]) -> None:
    metadata = _dict(document.get("metadata"))
    kernel, language = _dict(metadata.get("kernelspec")), _dict(metadata.get("language_info"))
    for name in (kernel.get("language"), language.get("name")):
        if isinstance(name, str) and name and name.lower() not in PYTHON:
            raise Unreadable("language", name[:40])


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", cell.get("input", ""))  # nbformat 3 called it input
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    if len(source) > MAX_SOURCE:
        raise Unreadable("cell_too_long", f"{len(source)} characters")
    kind = cell.get("cell_type")
    grade_id = _dict(_dict(cell.get("metadata")).get("nbgrader")).get("grade_id")
    return Cell(
        kind if kind in ("code", "markdown", "raw") else "raw",
        source.encode("utf-8", "replace").decode("utf-8"),  # lone surrogates cannot be sent
        grade_id if isinstance(grade_id, str) else "",
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
