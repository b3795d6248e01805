"""Pictures that students paste into what they answer in words: from the file to the page of who marks it."""

import base64
import dataclasses
import io
import json
import re
from typing import Any

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter
from PIL import Image

from autograder.exercises import load
from autograder.notebook import autograded_notebook
from autograder.results import CellRecord, Result
from autograder.sandbox.messages import (
    TOO_MANY_PICTURES,
    CellResult,
    Output,
    cells_from_plain,
    cells_to_plain,
)
from autograder.sandbox.reader import MAX_SOURCE, Attachment, Cell, read_cells
from autograder.sandbox.wire import ProtocolError
from tests.make_submissions import ASSIGNMENT


NO_EXERCISES = dataclasses.replace(load(ASSIGNMENT), exercises=())
EMPTY = {"cells": [], "metadata": {}}


def image(kind: str = "PNG", size: tuple[int, int] = (30, 20)) -> bytes:
    pixels = np.random.default_rng(0).integers(256, size=(*size[::-1], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def cell_of(source: str, attachments: Any = None, kind: str = "markdown") -> Cell:
    cell = {"cell_type": kind, "metadata": {}, "source": source, "attachments": attachments}
    (read,) = read_cells(json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}).encode())
    return read


def handed_over(*cells: Cell, room: int = 1 << 20) -> tuple[Cell, ...]:
    """The cells as the driver gets them."""
    name, plain = cells_to_plain(cells)
    assert name == "cells"
    return cells_from_plain(plain, room)


def pages(cell: Cell) -> tuple[dict[str, Any], str]:
    """The cell in the autograded notebook, and the HTML that nbconvert makes of that."""
    result = Result("a", ASSIGNMENT, "graded", "", 0.0, 0.0, cells=(CellRecord(cell),))
    shown = autograded_notebook(result, NO_EXERCISES, EMPTY)
    notebook = nbformat.from_dict(shown)
    nbformat.validate(notebook)
    html, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    return shown["cells"][0], html.partition("<body")[2]


def of_size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
        return opened.size


SHOWN = "My sketch:\n\n![sketch](attachment:image.png)"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_was_pasted_is_shown(kind: str) -> None:
    held = {"image.png": {f"image/{kind.lower()}": text(image(kind))}}
    (cell,) = handed_over(cell_of(SHOWN, held))
    (picture,) = cell.attachments
    assert (picture.name, of_size(picture.image), picture.problem) == ("image.png", (30, 20), "")
    shown, html = pages(cell)
    assert shown["source"] == SHOWN
    assert f'src="data:image/png;base64,{text(picture.image)}"' in html


def test_a_picture_that_colab_writes_into_the_text_is_shown_and_does_not_count_as_text() -> None:
    data = text(image(size=(400, 300)))
    assert len(data) > MAX_SOURCE
    (cell,) = handed_over(
        cell_of(f"See ![a](data:image/png;base64,{data}) and ![b](data:image/png;base64,{data})")
    )
    assert cell.source == "See ![a](attachment:pasted-1.png) and ![b](attachment:pasted-2.png)"
    shown, html = pages(cell)
    assert shown["source"] == cell.source
    assert html.count('src="data:image/png;base64,') == 2


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg onload='alert(1)'></svg>", "it is neither PNG nor JPEG"),
        (image()[:50], "it is a damaged PNG"),
        (b"", "it is neither PNG nor JPEG"),
    ],
)
def test_of_a_picture_that_cannot_be_shown_the_reason_is_said(data: bytes, why: str) -> None:
    (cell,) = handed_over(cell_of(SHOWN, {"image.png": {"image/png": text(data)}}))
    assert cell.attachments == (Attachment("image.png", problem=why),)
    shown, html = pages(cell)
    assert shown["source"].endswith(f"[The picture image.png is not shown: {why}.]")
    assert "attachments" not in shown
    assert "<img" not in html


def test_large_pictures_are_made_smaller_and_too_many_are_left_out() -> None:
    held = {f"{n}.png": {"image/png": text(image(size=(1300, 10)))} for n in range(3)}
    (first, *others) = handed_over(cell_of("", held), room=40_000)[0].attachments
    assert of_size(first.image)[0] == 1200
    assert [other.problem for other in others] == [TOO_MANY_PICTURES] * 2


LIVE = (
    "![sketch](attachment:another.png)",
    "![sketch](https://a.b/c.png)",
    "<img src='attachment:image.png'>",
    "<![sketch](attachment:image.png)",
    "![<script>](attachment:image.png)",
    "[![sketch](attachment:image.png)](javascript:alert)",
    "![sketch](attachment:image.png onerror=x)",
)


@pytest.mark.parametrize("source", LIVE)
def test_nothing_else_in_a_text_comes_to_life(source: str) -> None:
    (cell,) = handed_over(cell_of(source, {"image.png": {"image/png": text(image())}}))
    _, html = pages(cell)
    assert "<img" not in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    "attachments",
    [5, {"a.png": None}, {"a.png": {"text/html": "<b>"}}, {"a b<.png": {"image/png": ""}}, {"a.png": {}}],
)
def test_what_is_no_picture_is_left_out(attachments: Any) -> None:
    assert cell_of("x", attachments).attachments == ()
    assert cell_of("x", {"a.png": {"image/png": text(image())}}, kind="code").attachments == ()


def test_a_box_can_hand_over_nothing_but_pictures() -> None:
    for picture in (("a.png", b"GIF89a"), ("<b>", "why"), ("a.png", np.zeros((2, 2))), "a.png"):
        with pytest.raises(ProtocolError):
            cells_from_plain((("markdown", "", "", None, (picture,)),))


def test_a_figure_of_the_student_has_a_name_on_the_page_of_who_marks_it():
    """formgrader and nbgrader's feedback extend this template; it frames an image without words in red."""
    code = Cell("code", "plot()", "")
    drawn = CellResult("ok", (Output("display", "image/png", png=image()),))
    records = (CellRecord(Cell("markdown", "words", "")), CellRecord(code, drawn))
    result = Result("a", ASSIGNMENT, "graded", "", 0.0, 0.0, cells=records)
    notebook = nbformat.from_dict(autograded_notebook(result, NO_EXERCISES, EMPTY))
    nbformat.validate(notebook)
    html, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert re.findall(r'<img [^>]*?alt="([^"]*)"', html) == ["Image made by cell 2"]
