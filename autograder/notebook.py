"""The notebook as a person sees it after grading: the student's cells, our outputs, our verdicts.

Built as plain nbformat-4 JSON. What is locked comes from the release, whatever the submission says; points,
flags and grade ids come from the release too.
"""

import base64
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.course import CourseError
from autograder.endings import ending
from autograder.exercise import Assignment
from autograder.files import read_ours
from autograder.panel import panel_html, panel_text
from autograder.results import CellRecord, Result
from autograder.sandbox.messages import Output
from autograder.sandbox.reader import Attachment
from autograder.verdict import Judgement


# Where the autograded notebook remembers which result it shows.
METADATA_KEY = "autograder"

# nbgrader's pages render text cells as they are, in a browser in which somebody grades. A space behind
# these makes tags, loaded images and links of formulas plain characters again.
LIVE_IN_TEXT = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)|\\(?=href)")
# A picture that lies beside the text; behind another character it may be a part of something else.
PICTURE = re.compile(r"(?<!\S)!\[[^\[\]<\\\n]{0,1000}\]\(attachment:([\w.%+-]{1,100})\)")

# The lines between which nbgrader looks for what is handed out to nobody.
MARKER = re.compile(r"^.*(?:BEGIN|END) MARK SCHEME.*\n?", re.MULTILINE)
MODEL_ANSWER = "\n\n<details><summary>Model answer</summary>\n\n{}\n\n</details>"


def read_release(path: Path) -> dict[str, Any]:
    """The notebook that students were given; our own file, so trusted. Raises CourseError."""
    try:
        notebook = json.loads(read_ours(path))
    except (ValueError, RecursionError):
        notebook = None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise CourseError(f"{path} is damaged; make it anew with: autograder release {path.stem}")
    return notebook


def with_mark_schemes(release: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """The release for the eyes of those who mark: its task cells say again how they are marked.

    The model answer to what such a cell marks is folded below.
    """
    schemes: dict[str, str] = {}
    model_answer = ""
    for cell in source["cells"]:
        about, text = cell["metadata"].get("nbgrader", {}), "".join(cell["source"])
        if about.get("task"):
            schemes[_grade_id(cell)] = MARKER.sub("", text) + model_answer
            model_answer = ""
        elif about.get("grade") and about.get("solution"):
            model_answer = MODEL_ANSWER.format(text)
    cells = [cell | {"source": schemes.get(_grade_id(cell), cell["source"])} for cell in release["cells"]]
    return release | {"cells": cells}


def autograded_notebook(result: Result, assignment: Assignment, release: dict[str, Any]) -> dict[str, Any]:
    """The notebook of a result; for a rejected one the release itself, with the reason on top."""
    if result.outcome == "graded":
        cells = _merge(result, assignment, release)
    else:
        cells = [_markdown(f"**This submission was not graded.** {result.reason}"), *release["cells"]]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {
        "cells": cells,
        "metadata": {**release["metadata"], METADATA_KEY: {"key": result.key, "settled": result.settled}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def sources(notebook: dict[str, Any]) -> dict[str, str]:
    """The source of every cell that has a grade_id."""
    return {grade_id: "".join(cell["source"]) for cell in notebook["cells"] if (grade_id := _grade_id(cell))}


def _merge(result: Result, assignment: Assignment, release: dict[str, Any]) -> list[dict[str, Any]]:
    """The student's cells in their order, each known one with the release's metadata, and what is missing."""
    known = {_grade_id(cell): cell for cell in release["cells"] if _grade_id(cell)}
    judgements = {assignment.test_cell(exercise): exercise.name for exercise in assignment.exercises}
    by_name = {judgement.exercise: judgement for judgement in result.judgements}
    placed: set[str] = set()
    merged: list[dict[str, Any]] = []
    for number, record in enumerate(result.cells, start=1):
        grade_id = record.cell.grade_id
        master = known.get(grade_id) if grade_id not in placed else None
        if master:
            placed.add(grade_id)
        own, cell = _own_version(record, master, number), _cell(record, master, number)
        if own:
            cell["outputs"] = []
        merged += [*own, cell]
    for position, cell in enumerate(release["cells"]):
        grade_id = _grade_id(cell)
        if grade_id and grade_id not in placed:
            merged.insert(_after(merged, release["cells"][:position]), json.loads(json.dumps(cell)))
    for cell in merged:
        if name := judgements.get(_grade_id(cell)):
            cell["outputs"] = [_verdict_output(by_name[name])]
    return merged


def _own_version(record: CellRecord, master: dict[str, Any] | None, number: int) -> list[dict[str, Any]]:
    """What a student made of locked code, as a cell of theirs above it."""
    ran = record.result is not None or record.stopped is not None
    if not (master and _is_locked(master) and ran):
        return []
    if "".join(master["source"]).split() == record.cell.source.split():
        return []
    return [_cell(record, None, number)]


def _cell(record: CellRecord, master: dict[str, Any] | None, number: int) -> dict[str, Any]:
    """One cell of the student's: locked text from the release, everything else theirs."""
    locked = master is not None and _is_locked(master)
    cell: dict[str, Any] = {
        "cell_type": master["cell_type"] if master else record.cell.kind,
        "metadata": dict(master["metadata"]) if master else {},
        "source": "".join(master["source"]) if master and locked else record.cell.source,
    }
    if not locked and cell["cell_type"] != "code":
        cell["source"] = _inert(cell["source"], record.cell.attachments)
        if pictures := {each.name: each.image for each in record.cell.attachments if each.image}:
            cell["attachments"] = {name: _png_data(png) for name, png in pictures.items()}
    if cell["cell_type"] == "code":
        cell["execution_count"] = None
        cell["outputs"] = _outputs(record, number)
    return cell


def _is_locked(master: dict[str, Any]) -> bool:
    return bool(master["metadata"]["nbgrader"].get("locked", False))


def _inert(source: str, attachments: Iterable[Attachment]) -> str:
    """A student's text in which nothing is live but the pictures that are kept beside it."""
    kept = {each.name for each in attachments if each.image}
    place = 0
    pieces: list[str] = []
    for picture in PICTURE.finditer(source):
        if picture[1] in kept:
            pieces += (_defused(source[place : picture.start()]), picture[0])
            place = picture.end()
    pieces.append(_defused(source[place:]))
    problems = ((each.name, each.problem) for each in attachments if each.problem)
    pieces += (_defused(f"\n\n[The picture {name} is not shown: {why}.]") for name, why in problems)
    return "".join(pieces)


def _defused(text: str) -> str:
    return LIVE_IN_TEXT.sub(r"\g<0> ", text)


def _after(merged: list[dict[str, Any]], before: list[dict[str, Any]]) -> int:
    """Where a missing cell belongs: behind the last cell that stands before it in the release."""
    earlier = {_grade_id(cell) for cell in before} - {""}
    places = [index for index, cell in enumerate(merged) if _grade_id(cell) in earlier]
    return places[-1] + 1 if places else 0


def _outputs(record: CellRecord, number: int) -> list[dict[str, Any]]:
    outputs = [_output(output, number) for output in record.result.outputs] if record.result else []
    if record.stopped:
        text = f"This cell {ending(record.stopped)}; the others were run without it.\n"
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    return outputs


def _output(output: Output, number: int) -> dict[str, Any]:
    if output.kind == "stream":
        # nbgrader takes anything on stderr for a failure; a warning is none.
        return {"output_type": "stream", "name": "stdout", "text": output.text}
    if output.kind == "error":
        lines = output.text.splitlines()
        return {"output_type": "error", "ename": output.name, "evalue": "", "traceback": lines}
    # The name of anything else comes from the box, which may say that it is HTML.
    if not output.png:
        return {"output_type": "display_data", "data": {"text/plain": output.text}, "metadata": {}}
    return {
        "output_type": "display_data",
        "data": _png_data(output.png),
        "metadata": {"image/png": {"alt": f"Image made by cell {number}"}},
    }


def _png_data(png: bytes) -> dict[str, str]:
    return {"image/png": base64.b64encode(png).decode()}


def _verdict_output(judgement: Judgement) -> dict[str, Any]:
    data = {"text/plain": panel_text(judgement), "text/html": panel_html(judgement)}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _grade_id(cell: dict[str, Any]) -> str:
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
