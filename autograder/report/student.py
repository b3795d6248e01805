"""The page of one student: points, one thing to look at per exercise, and the notebook as it ran."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

from markupsafe import Markup

from autograder.exercise import Assignment
from autograder.grades import Grade, Mark
from autograder.report import pages, words
from autograder.report.prose import prose
from autograder.report.reading import sections
from autograder.results import CellRecord, Result
from autograder.sandbox import notices
from autograder.sandbox.messages import Output
from autograder.sandbox.perform import Stopped
from autograder.sandbox.reader import Attachment
from autograder.trials import NEVER_CALLED
from autograder.verdict import Judgement


# What a page shows of a notebook at most, so that it opens on any machine.
PAGE_CHARACTERS = 2_000_000
PAGE_OUTPUTS = 1000
PAGE_IMAGES = 50
# Of text with formulas there is less: it takes longer to set.
PAGE_PROSE = 60_000
PAGE_IMAGE_CHARACTERS = 24_000_000

# Terminals colour text with these; on a page they are only in the way of reading.
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

STREAMS = {"stdout": "printed", "stderr": "printed to stderr", notices.STREAM: "said by the grading"}


@dataclass(frozen=True)
class ShownOutput:
    """An output ready to be shown: a label and either text or the address of an image."""

    label: str
    text: str = ""
    image: str = ""
    error: bool = False


@dataclass(frozen=True)
class ShownCell:
    """A cell ready to be shown: `tests` names the exercise that it tests, `by_hand` is an answer in words.

    `prose` is the source of a text cell as its writer sees it.
    """

    number: int
    kind: str
    source: str
    prose: Markup | None
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
    prose_characters: int = PAGE_PROSE
    image_characters: int = PAGE_IMAGE_CHARACTERS

    def clip(self, text: str) -> str:
        kept = text[: self.characters]
        self.characters -= len(kept)
        left_out = len(text) - len(kept)
        return f"{kept}\n[… {left_out} characters are not shown …]" if left_out else kept

    def prose(self, text: str) -> Markup | None:
        """The text as prose, if there is room for it."""
        self.prose_characters -= len(text)
        return prose(text) if self.prose_characters >= 0 else None

    def image(self, png: bytes) -> str | None:
        """The image as an address, if there is room for it."""
        address = "data:image/png;base64," + base64.b64encode(png).decode()
        self.images -= 1
        self.image_characters -= len(address)
        return address if min(self.images, self.image_characters) >= 0 else None


@dataclass(frozen=True)
class ShownExercise:
    """An exercise ready to be shown: its points in the gradebook, what was found, what a person says."""

    judgement: Judgement
    mark: Mark
    comment: Markup

    @property
    def status(self) -> str:
        return words.status(self.mark.score, self.mark.max_score)

    @property
    def code(self) -> tuple[tuple[str, bool], ...]:
        """The lines in which a mistake is located, in pieces, and whether each is the place."""
        found = self.judgement.finding and self.judgement.finding.located
        if not found:
            return ()
        edges = [0, *(edge for mark in found.marks for edge in mark), len(found.code)]
        pieces = [found.code[start:end] for start, end in pairwise(edges)]
        return tuple((text, index % 2 == 1) for index, text in enumerate(pieces))


@dataclass(frozen=True)
class ShownAnswer:
    """An answer in words ready to be shown; `number` is that of its cell, 0 where there is none."""

    mark: Mark
    comment: Markup
    number: int


def student_page(
    result: Result,
    assignment: Assignment,
    grade: Grade,
    lecture: Mapping[str, str] = MappingProxyType({}),
    held: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """One self-contained HTML page that tells a student what they got, and why.

    Of exercises that are `held` back it says when they are shown, and nothing else; then the points are those
    of the others, before lateness.

    What they are asked to read again of the `lecture` (`lecture_sections`) stands on the page itself: it is
    mailed and read where nothing else of the course lies.
    """
    if held and result.outcome == "graded":
        result, grade = _without(held, result, assignment, grade)
    cells = tuple(_cells(result.cells, assignment))
    tests = {exercise.name: assignment.test_cell(exercise) for exercise in assignment.exercises}
    shown = [
        _shown_exercise(judgement, tests.get(judgement.exercise, ""), grade)
        for judgement in result.judgements
    ]
    return pages.render(
        "student.html",
        result=result,
        assignment=assignment,
        grade=grade,
        late=words.how_late(grade),
        days_used=words.late_days(grade),
        signatures={exercise.name: exercise.signature for exercise in assignment.exercises},
        cells=cells,
        sections=sections((each.finding.read for each in result.judgements if each.finding), lecture),
        exercises=shown,
        answers=_shown_answers(grade, result.cells),
        unfinished=[each for each in shown if each.judgement.score < each.judgement.max_score],
        never_called=NEVER_CALLED,
        held=held if result.outcome == "graded" else {},
    )


def _without(
    held: Mapping[str, str], result: Result, assignment: Assignment, grade: Grade
) -> tuple[Result, Grade]:
    """What is left of a result and of its grade when these exercises are kept back."""
    hidden = {assignment.test_cell(each) for each in assignment.exercises if each.name in held}
    marks = tuple(mark for mark in grade.marks if mark.cell not in hidden)
    maximum = grade.max_score - sum(mark.max_score for mark in grade.marks if mark.cell in hidden)
    judgements = tuple(each for each in result.judgements if each.exercise not in held)
    notes = tuple(note for note in result.notes if not any(f"`{name}`" in note for name in held))
    return (
        replace(result, judgements=judgements, notes=notes),
        replace(grade, marks=marks, max_score=maximum, penalty=0.0),
    )


def _shown_exercise(judgement: Judgement, cell: str, grade: Grade) -> ShownExercise:
    machines = Mark(cell, judgement.score, judgement.max_score, judgement.score)
    return ShownExercise(judgement, grade.mark(cell) or machines, _comment(grade, judgement.exercise))


def _comment(grade: Grade, cell: str) -> Markup:
    """What a person writes, in Markdown and formulas, as formgrader offers it."""
    text = grade.comment(cell)
    said = prose(text)
    return Markup("<p>{}</p>").format(text) if said is None else said


def _shown_answers(grade: Grade, records: tuple[CellRecord, ...]) -> list[ShownAnswer]:
    """What a person reads, where there is something to get or to say."""
    numbers = {record.cell.grade_id: number for number, record in enumerate(records, start=1)}
    answers = [
        ShownAnswer(mark, _comment(grade, mark.cell), numbers.get(mark.cell, 0))
        for mark in grade.marks
        if mark.in_words
    ]
    return [each for each in answers if each.mark.max_score or each.mark.score or each.comment]


def _cells(records: tuple[CellRecord, ...], assignment: Assignment) -> Iterator[ShownCell]:
    tests = {assignment.test_cell(exercise): exercise.name for exercise in assignment.exercises}
    room = _Room()
    for number, record in enumerate(records, start=1):
        cell, result = record.cell, record.result
        yield ShownCell(
            number,
            cell.kind,
            room.clip(cell.source),
            room.prose(cell.source) if cell.kind == "markdown" else None,
            tests.get(cell.grade_id, ""),
            cell.grade_id in assignment.answers_in_words,
            _says(record),
            (
                *_outputs(result.outputs if result else (), number, room),
                *_pictures(cell.attachments, number, room),
            ),
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


def _pictures(attachments: tuple[Attachment, ...], number: int, room: _Room) -> Iterator[ShownOutput]:
    """The pictures that were pasted into a text."""
    for each in attachments:
        address = room.image(each.image) if each.image else None
        if address:
            yield ShownOutput(f"picture in cell {number}", image=address)
        else:
            yield ShownOutput(
                f"a picture that is not shown: {each.problem or 'there is no room for it here'}"
            )


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
