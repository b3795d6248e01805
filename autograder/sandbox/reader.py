"""Hostile bytes to the code of a notebook. Runs in a box of its own, never in the driver.

What comes out is a tuple of cells (kind, source, grade_id), or the name of what is wrong with the file.
Metadata is looked at for one thing, the grade_id; points and flags of the file are ignored. Of its outputs
the words are kept, to say where they are other ones than those of the run.
"""

import ast
import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .foreign import kind_of, kind_of_object, kind_of_text


MAX_CELLS = 2000
MAX_SOURCE = 256 * 1024
MAX_DEPTH = 200
# Longer outputs are not compared, and of very many words the first ones are.
MAX_SAVED = 48 * 1024
MAX_WORDS = 4000

MAX_ATTACHMENTS = 20
ATTACHMENT_NAME = re.compile(r"[\w.%+-]{1,100}")
DATA_IN_TEXT = re.compile(r"(!\[[^\[\]\n]{0,1000}\])\(data:image/[\w.+-]{1,20};base64,([A-Za-z0-9+/=]+)\)")

PYTHON = ("python", "ipython")
CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
# Strings are matched whole, so that brackets inside them do not count.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)

ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
# Lines of %time and %timeit: which ones are there depends on the machine and on how long things took.
TIMING = re.compile(
    r"^(?:(?:CPU times|Wall time|Compiler(?: time)?|Parser) *:|The slowest run took |.* per loop\b).*$",
    re.MULTILINE,
)
# Not those that are glued to numbers: what differs from run to run is numbers, and names made of them.
WORD = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")
# Words that numbers bring along.
OF_NUMBERS = frozenset(("ns", "us", "µs", "μs", "ms", "min", "nan", "inf"))


@dataclass(frozen=True)
class Attachment:
    """A picture that a text shows: as it lies in the file, or the PNG that the driver has made of it.

    `problem` says why there is none.
    """

    name: str
    image: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a submission: `kind` is code, markdown or raw.

    `saved` are the words of the outputs in the file (`words_of`); None where there is nothing to compare.
    """

    kind: str
    source: str
    grade_id: str
    saved: str | None = None
    attachments: tuple[Attachment, ...] = ()


class Unreadable(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """Why a file is no notebook: a code of `submission.REASONS`, and where."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def read_cells(data: bytes) -> tuple[Cell, ...]:
    """The cells of a notebook; raises Unreadable."""
    if not data.strip(b"\0 \t\r\n"):  # zeros are what a disk that was full leaves
        raise Unreadable("empty")
    if kind := kind_of(data):
        raise Unreadable(kind)
    text = _text(data)
    if not text.strip():
        raise Unreadable("empty")
    document = _document(text)
    if not isinstance(document, dict):
        raise Unreadable("not_a_notebook", f"the file holds a JSON {type(document).__name__}")
    if kind := kind_of_object(document):
        raise Unreadable(kind)
    cells = _raw_cells(document)
    if len(cells) > MAX_CELLS:
        raise Unreadable("too_many_cells", f"{len(cells)} cells")
    read = tuple(_cell(cell) for cell in cells if isinstance(cell, dict))
    _check_language(document, read)
    return read


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
        if kind := kind_of_text(text):
            raise Unreadable(kind) from None
        raise Unreadable("json", f"line {error.lineno}, column {error.colno}") from None


def _shallow(text: str) -> str:
    """The JSON text with everything below MAX_DEPTH levels left out; cells lie far above that."""
    kept: list[str] = []
    depth, start = 0, 0
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
    number = version.removesuffix(".0")  # some editors write 4.0
    if number == "3":
        sheets = document.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        return [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
    if number != "4":
        raise Unreadable("nbformat", version[:20] or "none given")
    if not isinstance(document.get("cells"), list):
        raise Unreadable("not_a_notebook", "it has no list of cells")
    return document["cells"]


def _check_language(document: dict[str, Any], cells: Iterable[Cell]) -> None:
    """Raises Unreadable where another language is named and no cell shows that it is Python after all."""
    metadata = _dict(document.get("metadata"))
    kernel, language = _dict(metadata.get("kernelspec")), _dict(metadata.get("language_info"))
    for name in (kernel.get("language"), language.get("name")):
        if isinstance(name, str) and name and name.lower() not in PYTHON:
            if any(map(_defines_in_python, cells)):  # editors for several languages name one of them
                return
            raise Unreadable("language", name[:40])


def _defines_in_python(cell: Cell) -> bool:
    """Whether a cell is Python and defines a function: no other language writes that in the same way."""
    lines = (line for line in cell.source.splitlines() if not line.startswith(("%", "!", "#!")))
    try:
        tree = ast.parse("\n".join(lines)) if cell.kind == "code" else ast.Module([], [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", cell.get("input", ""))  # nbformat 3 called it input
    source = _joined(source)
    pictures: list[Attachment] = []
    if cell.get("cell_type") == "markdown":
        pictures += _attachments(_dict(cell.get("attachments")))
        source = _without_data(source, pictures)
    if len(source) > MAX_SOURCE:
        raise Unreadable("cell_too_long", f"{len(source)} characters")
    kind = cell.get("cell_type")
    grade_id = _dict(_dict(cell.get("metadata")).get("nbgrader")).get("grade_id")
    return Cell(
        kind if kind in ("code", "markdown", "raw") else "raw",
        source.encode("utf-8", "replace").decode("utf-8"),  # lone surrogates cannot be sent
        grade_id if isinstance(grade_id, str) else "",
        _saved(_list(cell.get("outputs"))),
        tuple(pictures[:MAX_ATTACHMENTS]),
    )


def _attachments(held: dict[str, Any]) -> Iterator[Attachment]:
    """Pictures that were pasted into a text in Jupyter."""
    for name, kinds in held.items():
        data = [_joined(data) for kind, data in _dict(kinds).items() if kind.startswith("image/")]
        if ATTACHMENT_NAME.fullmatch(name) and data:
            yield Attachment(name, _decoded(data[0]))


def _without_data(source: str, pictures: list[Attachment]) -> str:
    """The text with pictures beside it that Colab writes into it; they are added to `pictures`."""

    def beside(found: re.Match[str]) -> str:
        name = f"pasted-{len(pictures) + 1}.png"
        pictures.append(Attachment(name, _decoded(found[2])))
        return f"{found[1]}(attachment:{name})"

    return DATA_IN_TEXT.sub(beside, source)


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data)
    except ValueError:
        return b""


def words_of(text: str) -> str:
    """The words of a text in alphabetical order: what runs of the same code have in common.

    Numbers, times and addresses differ from run to run, and with them the order and the number of things.
    """
    words = set(WORD.findall(ADDRESS.sub("", TIMING.sub("", text)))) - OF_NUMBERS
    return " ".join(sorted(words))[:MAX_WORDS]


def _saved(outputs: list[Any]) -> str | None:
    """The words of the outputs that can be compared: not of warnings, and not of images."""
    texts = [text for output in outputs if (text := _saved_text(_dict(output))) is not None]
    text = "\n".join(texts)
    return words_of(text) if texts and len(text) <= MAX_SAVED else None


def _saved_text(output: dict[str, Any]) -> str | None:
    match output:
        case {"output_type": "stream", "name": "stdout", "text": text}:
            return _joined(text)
        case {"output_type": "error", "ename": str(name)}:
            return name
        case {"output_type": "execute_result" | "display_data", "data": {"text/plain": text, **others}}:
            return None if any(str(kind).startswith("image/") for kind in others) else _joined(text)
    return None


def _joined(text: Any) -> str:
    """A text of the file, which may be in lines."""
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
