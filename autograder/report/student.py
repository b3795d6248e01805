"""The page of one student: points, one thing to look at per exercise, and the notebook as it ran."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.exercise import Assignment
from autograder.report import pages, words
from autograder.results import CellRecord, Result
from autograder.sandbox.messages import Output
from autograder.sandbox.perform import Stopped


# What a page shows of a notebook at most, so that it opens on any machine.
PAGE_CHARACTERS = 2_000_000
PAGE_OUTPUTS = 1000
PAGE_IMAGES = 50
PAGE_IMAGE_CHARACTERS = 24_000_000

# Findings of functions that could not be called, of which a case says nothing.
NEVER_CALLED = ("not_defined", "not_callable", "not_implemented", "wrong_signature")

# Terminals colour text with these; on a page they are only in the way of reading.
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

STREAMS = {"stdout": "printed", "stderr": "printed to stderr"}


@dataclass(frozen=True)
class ShownOutput:
    """An output ready to be shown: a label and either text or the address of an image."""

    label: str
    text: str = ""
    image: str = ""
    error: bool = False


@dataclass(frozen=True)
class ShownCell:
    """A cell ready to be shown: `tests` names the exercise that it tests, `by_hand` is an answer in words."""

    number: int
    kind: str
    source: str
    tests: str
    by_hand: bool
    says: str
    outputs: tuple[ShownOutput, ...]


@dataclass
class _Room:
    """What is left of the page; whatever does not fit is named, not dropped silently."""

    characters: int = PAGE_CHARACTERS
    outputs: int = PAGE_OUTPUTS
    images: int = PAGE_IMAGES
    image_characters: int = PAGE_IMAGE_CHARACTERS

    def clip(self, text: str) -> str:
        kept = text[: self.characters]
        self.characters -= len(kept)
        left_out = len(text) - len(kept)
        return f"{kept}\n[… {left_out} characters are not shown …]" if left_out else kept

    def image(self, png: bytes) -> str | None:
        """The image as an address, if there is room for it."""
        address = "data:image/png;base64," + base64.b64encode(png).decode()
        self.images -= 1
        self.image_characters -= len(address)
        return address if min(self.images, self.image_characters) >= 0 else None


def student_page(result: Result, assignment: Assignment) -> str:
    """One self-contained HTML page that tells a student what they got, and why."""
    exercises = {exercise.name: exercise for exercise in assignment.exercises}
    cells = tuple(_cells(result.cells, assignment))
    unfinished = [judgement for judgement in result.judgements if words.status(judgement) != "right"]
    return pages.render(
        "student.html",
        result=result,
        assignment=assignment,
        signatures={name: exercise.signature for name, exercise in exercises.items()},
        cells=cells,
        by_hand=[cell for cell in cells if cell.by_hand],
        unfinished=unfinished,
        never_called=NEVER_CALLED,
    )


def _cells(records: tuple[CellRecord, ...], assignment: Assignment) -> Iterator[ShownCell]:
    tests = {assignment.test_cell(exercise): exercise.name for exercise in assignment.exercises}
    room = _Room()
    for number, record in enumerate(records, start=1):
        cell, result = record.cell, record.result
        yield ShownCell(
            number,
            cell.kind,
            room.clip(cell.source),
            tests.get(cell.grade_id, ""),
            cell.grade_id in assignment.answers_in_words,
            _says(record),
            tuple(_outputs(result.outputs if result else (), number, room)),
        )


def _says(record: CellRecord) -> str:
    """What happened to a cell, where it did not simply run."""
    if record.stopped:
        says = words.stopped_words(record.stopped)
        return says if record.stopped.reason == "not_run" else f"{says} The others were run without it."
    match record.result and record.result.status:
        case None | "ok":
            return ""
        case "flood":
            return words.stopped_words(Stopped("output"))
    return "This cell ended with an error."


def _outputs(outputs: tuple[Output, ...], number: int, room: _Room) -> Iterator[ShownOutput]:
    for index, output in enumerate(outputs):
        if room.outputs <= 0:
            yield ShownOutput(f"{len(outputs) - index} more outputs are not shown")
            return
        room.outputs -= 1
        yield _output(output, number, room)


def _output(output: Output, number: int, room: _Room) -> ShownOutput:
    match output.kind:
        case "stream":
            return ShownOutput(STREAMS.get(output.name, "printed"), room.clip(COLOURS.sub("", output.text)))
        case "error":
            return ShownOutput("error", room.clip(COLOURS.sub("", output.text) or output.name), error=True)
    if not output.png:
        return ShownOutput("result" if output.kind == "result" else "displayed", room.clip(output.text))
    address = room.image(output.png)
    if address is None:
        return ShownOutput("an image for which there is no room here")
    return ShownOutput(f"image made by cell {number}", image=address)
