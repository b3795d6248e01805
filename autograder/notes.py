"""Good to know for the student, and free of charge: what was taken as it is, and what may surprise them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from autograder.compare import is_reshaped
from autograder.results import CellRecord
from autograder.sandbox import notices
from autograder.sandbox.messages import Output
from autograder.sandbox.perform import Outcome, Returned
from autograder.sandbox.reader import words_of
from autograder.sandbox.values import Call
from autograder.trials import Trial
from autograder.verdict import Judgement


# Of what has no effect while grading, as many sentences are repeated.
MAX_NOTICES = 10

# What a cell prints instead of what it printed at home: nobody checks, and pages show less.
NOT_COMPARED = ("while your work is graded", "while grading", "not shown")
# Widgets keep what is printed in other places than the cell, and a display can be changed by a later cell.
USES_WIDGETS = re.compile(r"\bipywidgets\b")
DISPLAYS_FOR_LATER = re.compile(r"\bdisplay_id\b")
# Of a line that is written over, a file may hold what it was or what it became.
OVERWRITTEN = re.compile(r"[\r\b](?!\n)")


def notes(
    shown: Iterable[Trial], judgements: Mapping[str, Judgement], records: Iterable[CellRecord]
) -> tuple[str, ...]:
    """Sentences for the student.

    `shown` are the trials on inputs that everybody sees: of others nothing is told.
    """
    records = tuple(records)
    shown = tuple(shown)
    returned: dict[str, list[tuple[Call, Returned, Outcome]]] = {}
    for trial in shown:
        returned.setdefault(trial.drawn.exercise.name, []).extend(_returned(trial))
    imprecise = [name for name, each in returned.items() if any(_is_imprecise(*one) for one in each)]
    repacked = [name for name, each in returned.items() if any(_is_repacked(*one) for one in each)]
    reshaped = list(dict.fromkeys(trial.drawn.exercise.name for trial in shown if _is_reshaped(trial)))
    changing = [
        name
        for name, each in returned.items()
        if any(outcome.modified for _, outcome, _ in each) and not _is_told(judgements[name])
    ]
    found = []
    if imprecise:
        says = "the numbers have fewer digits than float64 has, so fewer digits were compared."
        found.append(f"In the values of {_names(imprecise)} {says}")
    if repacked:
        says = "a list, a tuple or objects stand where arrays are asked for; their numbers count as they are."
        found.append(f"In the values of {_names(repacked)} {says}")
    if reshaped:
        says = (
            "an array has one axis of length 1 more or less than is asked for; its numbers count as they are."
        )
        found.append(f"In the values of {_names(reshaped)} {says}")
    if changing:
        says = "are changed, which may spoil what comes after; work on a copy."
        found.append(f"Arrays that are given to {_names(changing)} {says}")
    if differing := [str(number) for number in _differing(records)]:
        cells = f"cell {differing[0]}" if len(differing) == 1 else f"the cells {', '.join(differing)}"
        says = "differ from ours; they may be of an earlier version of the code."
        found.append(f"The outputs that are saved in your file for {cells} {says}")
    return (*found, *_noticed(records)[:MAX_NOTICES])


def _returned(trial: Trial) -> Iterator[tuple[Call, Returned, Outcome]]:
    """What came back, with what it was asked by and what was expected; nothing of what ended in an error."""
    if not trial.returned:
        return
    for call, outcome, expected in zip(trial.calls, trial.outcomes, trial.expected, strict=False):
        if isinstance(outcome, Returned):
            yield call, outcome, expected


def _is_reshaped(trial: Trial) -> bool:
    """Whether a right answer has another shape than was asked for, which is not always taken."""
    return trial.passed and any(
        isinstance(expected, Returned) and is_reshaped(outcome.value, expected.value)
        for _, outcome, expected in _returned(trial)
    )


def _is_imprecise(call: Call, outcome: Returned, _: Outcome) -> bool:
    """Whether digits were lost on the way: what is given in single precision may come back in it."""
    given = (*call.args, *call.kwargs.values())
    return _holds_single(outcome.value) and not any(map(_holds_single, given))


def _holds_single(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_holds_single, value))
    return isinstance(value, np.ndarray) and value.dtype in (np.float16, np.float32, np.complex64)


def _is_repacked(_: Call, outcome: Returned, expected: Outcome) -> bool:
    wanted = getattr(expected, "value", None)
    return outcome.repacked or (isinstance(outcome.value, tuple) and isinstance(wanted, np.ndarray))


def _is_told(judgement: Judgement) -> bool:
    return judgement.finding is not None and "changes its input" in judgement.finding.message


def _differing(records: tuple[CellRecord, ...]) -> Iterator[int]:
    """The numbers of the cells whose saved outputs can be compared with those of this run, and differ."""
    if any(USES_WIDGETS.search(record.cell.source) for record in records):
        return
    for number, record in enumerate(records, 1):
        if not DISPLAYS_FOR_LATER.search(record.cell.source) and _shows_others(record):
            yield number


def _shows_others(record: CellRecord) -> bool:
    """Whether the outputs in the student's file say something else than those of this run."""
    if record.cell.saved is None or record.result is None:
        return False
    text = "\n".join(map(_compared_text, record.result.outputs))
    if OVERWRITTEN.search(text) or any(part in text for part in NOT_COMPARED):
        return False
    return words_of(text) != record.cell.saved


def _compared_text(output: Output) -> str:
    match output:
        case Output("stream", "stderr"):
            return ""
        case Output("error", name):
            return name
    return output.text


def _noticed(records: Iterable[CellRecord]) -> list[str]:
    """What had no effect, and in which cells: of what a box says only what it can say."""
    cells: dict[str, list[str]] = defaultdict(list)
    for number, record in enumerate(records, 1):
        for output in record.result.outputs if record.result else ():
            if (output.kind, output.name) == ("stream", notices.STREAM):
                for sentence in notices.sentences(output.text):
                    cells[sentence].append(str(number))
    return [
        f"{sentence.removesuffix('.')} ({'cell' if len(numbers) == 1 else 'cells'} {', '.join(numbers)})."
        for sentence, numbers in cells.items()
    ]


def _names(names: list[str]) -> str:
    *others, last = (f"`{name}`" for name in names)
    return f"{', '.join(others)} and {last}" if others else last
