"""Why a name is not defined: what happened to the cell that defines it, in words."""

import re
from dataclasses import replace

from autograder.endings import ending
from autograder.exercise import Assignment
from autograder.hints import hint, meant, newer_syntax
from autograder.results import CellRecord
from autograder.sandbox.messages import Output
from autograder.sandbox.perform import LINE_LENGTH
from autograder.sandbox.reader import CONFLICT, Cell
from autograder.verdict import Judgement


MISSING_NAME = re.compile(r"NameError: name '(\w+)' is not defined")
DEFINED = re.compile(r"^def[ \t]+(\w+)", re.MULTILINE)

CELL_MAGIC = re.compile(r"\s*%%(\w{1,40})")
KEEPS_DEFINITIONS = ("time", "capture", "prun", "debug")
WRITES = "writes it to a file and does not run it"
FORGETS = {
    "timeit": "forgets what is defined in it",
    "writefile": WRITES,
    "file": WRITES,
}


def with_reason(judgement: Judgement, records: tuple[CellRecord, ...]) -> Judgement:
    """A name is missing, of the function or within it, for a reason that is worth more than the fact."""
    finding = judgement.finding
    if finding is None:
        return judgement
    missing = MISSING_NAME.search(finding.message)
    name = missing[1] if missing else judgement.exercise
    if not (missing or finding.kind == "not_defined") or not (why := _why_undefined(name, records)):
        return judgement
    before = f"{finding.message} " if missing else ""
    return replace(judgement, finding=replace(finding, message=f"{before}`{name}` is not defined: {why}."))


def _why_undefined(name: str, records: tuple[CellRecord, ...]) -> str:
    for number, record in enumerate(records, start=1):
        if not defines(record.cell, name):
            continue
        its_cell = f"cell {number}, which defines it,"
        if record.cell.kind != "code":
            return f"it stands in cell {number}, which is not a code cell"
        if conflict := CONFLICT.search(record.cell.source):
            line = record.cell.source.count("\n", 0, conflict.start()) + 1
            return f"{its_cell} holds the marks of a git merge conflict (line {line})"
        if swallowed := _swallowed(record):
            return f"{its_cell} {swallowed}"
        if record.stopped:
            return f"{its_cell} {ending(record.stopped)}"
        if record.result and record.result.status != "ok":
            error = next((output for output in record.result.outputs if output.kind == "error"), None)
            return f"{its_cell} ends with {_error(error, record.cell.source, records[number:], number + 1)}"
    return _removed(name, records) or _mistyped(name, records)


def _removed(name: str, records: tuple[CellRecord, ...]) -> str:
    """That a cell has taken it away again."""
    removal = re.compile(rf"^[ \t]*del\b.*\b{re.escape(name)}\b", re.MULTILINE)
    code = ((number, record.cell) for number, record in enumerate(records, 1) if record.cell.kind == "code")
    number = next((number for number, cell in code if removal.search(cell.source)), None)
    return f"cell {number} removes it with `del`" if number else ""


def _mistyped(name: str, records: tuple[CellRecord, ...]) -> str:
    """That a function with nearly this name is defined."""
    code = (
        (number, record.cell.source) for number, record in enumerate(records, 1) if record.cell.kind == "code"
    )
    written = {found: number for number, source in code for found in DEFINED.findall(source)}
    instead = meant(name, written)
    return f"the name in cell {written[instead]} is `{instead}`" if instead and name not in written else ""


def defined_again(assignment: Assignment, records: tuple[CellRecord, ...]) -> tuple[str, ...]:
    """A note for each function that several cells define: somebody may expect an earlier one to count."""
    code = {number: record for number, record in enumerate(records, start=1) if record.cell.kind == "code"}
    notes = []
    for exercise in assignment.exercises:
        defining = {number: record for number, record in code.items() if defines(record.cell, exercise.name)}
        numbers = [str(number) for number, record in defining.items() if not _swallowed(record)]
        for number, record in defining.items() if numbers else ():
            if swallowed := _swallowed(record):
                notes.append(f"`{exercise.name}` in cell {number} does not count: the cell {swallowed}.")
        if len(numbers) > 1:
            cells = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
            notes.append(f"`{exercise.name}` is defined in the cells {cells}; the last one counts.")
    return tuple(notes)


def _swallowed(record: CellRecord) -> str:
    """What the magic on top of a cell does with definitions, if they do not outlive the cell."""
    magic = CELL_MAGIC.match(record.cell.source)
    if record.cell.kind != "code" or magic is None or magic[1] in KEEPS_DEFINITIONS:
        return ""
    return f"begins with `%%{magic[1]}`, which {FORGETS.get(magic[1], 'does not run it as Python here')}"


def defines(cell: Cell, name: str) -> bool:
    """Whether the source of a cell looks like it; in a text only a function does.

    Blanks are matched within a line: over the ends of lines a text of nothing else would take for ever.
    """
    name = re.escape(name)
    pattern = rf"^[ \t]*(async[ \t]+)?(def|class)[ \t]+{name}\b"
    if cell.kind == "code":
        pattern += rf"|^{name}[ \t]*=[^=]|^[ \t]*(import|from)[ \t].*\b{name}\b"
    return re.search(pattern, cell.source, re.MULTILINE) is not None


def _error(error: Output | None, source: str, below: tuple[CellRecord, ...], next_number: int) -> str:
    """The last line of an error, and what helps against it."""
    if error is None:
        return "an error"
    lines = [line.strip() for line in error.text.strip().splitlines()]
    line = lines[-1] if lines else error.name
    advice = newer_syntax(line, source) or hint(line)
    if missing := MISSING_NAME.search(line):
        later = (
            number for number, record in enumerate(below, next_number) if defines(record.cell, missing[1])
        )
        if number := next(later, None):
            advice = f"`{missing[1]}` is only defined further down, in cell {number}"
    return f"`{line[:LINE_LENGTH]}`" + (f". {advice.rstrip('.')}" if advice else "")
