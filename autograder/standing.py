"""`progress()`: which exercises of an assignment pass, which are open, and how far the course is.

Of the notebook at hand it asks `check`, function by function. Of the other assignments that lie beside it, it
reads what `check` left in their outputs when they were saved. Nothing is kept anywhere else.
"""

import contextlib
import html
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder import student
from autograder.exercise import AS_GIVEN
from autograder.panel import BAD, GOOD, NEUTRAL, RECORD, code, framed, inline_code, is_right
from autograder.trials import Drawn
from autograder.verdict import UNTOUCHED


PASSES, WRONG, OPEN = "✓", "✗", "–"
NOT_BEGUN = "not begun"
# More than that is no notebook that somebody works in.
LARGEST = 50_000_000
# From the folder of an assignment to the others: as nbgrader lays them out, and as bundles lie side by side.
PLACES = ((1, "*/*.ipynb"), (3, "*/assignments/*/*.ipynb"))


@dataclass(frozen=True)
class Row:
    """How far one exercise is; `sign` is one of PASSES, WRONG and OPEN."""

    exercise: str
    sign: str
    score: float
    points: float
    says: str = ""


@dataclass(frozen=True)
class Standing:
    """How far one assignment is. People read `by_people` points worth of answers in words."""

    name: str
    rows: tuple[Row, ...]
    by_people: float = 0.0
    link: str = ""

    @property
    def words(self) -> str:
        if all(row.sign == OPEN for row in self.rows):
            return NOT_BEGUN
        passing = sum(row.sign == PASSES for row in self.rows)
        score, points = sum(row.score for row in self.rows), sum(row.points for row in self.rows)
        pass_ = "exercise passes" if len(self.rows) == 1 else "exercises pass"
        return f"{passing} of {len(self.rows)} {pass_}, {score:.4g} of {points:g} points"


@dataclass(frozen=True)
class Progress:
    """The assignment at hand, and all of the course that lies beside it, itself among them."""

    here: Standing
    course: tuple[Standing, ...] = ()

    def __repr__(self) -> str:
        width = max(len(row.exercise) for row in self.here.rows)
        lines = [f"Your progress: {_so_far(self.here)}"]
        lines += [
            f"  {row.sign} {row.exercise:<{width}}  {row.score:.4g} of {row.points:g}"
            + (f"  {row.says}" if row.says else "")
            for row in self.here.rows
        ]
        lines += [_next(self.here).replace("`", ""), _remark(self.here)]
        if self.course:
            width = max(len(each.name) for each in self.course)
            lines += [SAVED, *(f"  {each.name:<{width}}  {each.words}" for each in self.course)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = self.here.rows
        colour = GOOD if all(row.sign == PASSES for row in rows) else NEUTRAL
        if any(row.sign == WRONG for row in rows):
            colour = BAD
        parts = [
            framed(colour),
            f"<strong>Your progress:</strong> {_so_far(self.here)}",
            _list(f"{row.sign} {code(row.exercise)} &nbsp; {_points(row)}" for row in rows),
            _paragraph(inline_code(_next(self.here))),
            _paragraph(html.escape(_remark(self.here))),
        ]
        if self.course:
            parts.append(_paragraph(SAVED))
            parts.append(_list(f"{_sign(each)} {_linked(each)} &nbsp; {each.words}" for each in self.course))
        return "".join([*parts, "</div>"])


SAVED = "The course, as its notebooks were last saved, and this one as it is now:"


def progress() -> Progress | None:
    """How far the notebook is that calls it, and the course: a table, or as text where it is printed.

    Asks for every exercise what `check` asks, with the tests that everybody sees. While nbgrader validates
    a notebook it has nothing to add. Raises CheckFailed where the notebook has none of the functions.
    """
    if student.validating():
        return None
    notebook = sys._getframe(1).f_globals
    name, asked = _assignment_of(notebook)
    beside = {each.name: each for each in saved(Path.cwd())}
    rows = tuple(_row(exercise, drawn, notebook) for exercise, drawn in asked.items())
    by_people = beside[name].by_people if name in beside else 0.0
    here = Standing(name, rows, by_people)
    if not set(beside) - {name}:
        return Progress(here)
    return Progress(here, tuple(here if each == name else beside[each] for each in sorted({name, *beside})))


def _assignment_of(notebook: Mapping[str, Any]) -> tuple[str, Mapping[str, tuple[Drawn, ...]]]:
    """The assignment of which a notebook has most functions."""
    known = student.assignments()
    count, name = max((sum(each in notebook for each in asked), name) for name, asked in known.items())
    if count == 0:
        raise student.CheckFailed("None of the functions is there yet: run the cells above first.")
    return name, known[name]


def _row(exercise: str, drawn: tuple[Drawn, ...], notebook: Mapping[str, Any]) -> Row:
    points = drawn[0].exercise.points
    if exercise not in notebook:
        return Row(exercise, OPEN, 0.0, points, "run its cell first")
    try:
        panel = student.checked(notebook[exercise], notebook)
    except student.CheckFailed:
        return Row(exercise, WRONG, 0.0, points, "its check has a word for you")
    judgement = panel.judgement
    if judgement.finding and judgement.finding.kind in UNTOUCHED:
        says = "still to be mended" if judgement.finding.kind == AS_GIVEN else "still to be written"
        return Row(exercise, OPEN, 0.0, points, says)
    if is_right(judgement):
        return Row(exercise, PASSES, judgement.score, points)
    passed, tests = sum(ok for _, ok in judgement.passed), len(drawn)
    return Row(exercise, WRONG, judgement.score, points, f"{passed} of {tests} tests pass")


# --- what was saved -------------------------------------------------------------------------------------


def saved(folder: Path) -> Iterator[Standing]:
    """The assignments that lie in and beside the folder of one, as they were saved.

    What is no notebook of an assignment is passed over.
    """
    seen = set()
    for up, pattern in PLACES:
        if len(folder.parents) >= up:
            for path in sorted(folder.parents[up - 1].glob(pattern)):
                link = Path(*[".."] * up, path.relative_to(folder.parents[up - 1])).as_posix()
                if path.stem == path.parent.name and path not in seen and (standing := _read(path, link)):
                    seen.add(path)
                    yield standing


def _read(path: Path, link: str) -> Standing | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        if path.stat().st_size > LARGEST:
            return None
        cells = {
            about["grade_id"]: (cell, about)
            for cell in json.loads(path.read_bytes())["cells"]
            if (about := cell["metadata"].get("nbgrader"))
        }
        graded = {name: each for name, each in cells.items() if each[1]["grade"]}
        rows = tuple(
            _saved_row(name.removeprefix("test-"), cell, float(about["points"]), cells)
            for name, (cell, about) in graded.items()
            if not about["solution"]
        )
        by_people = sum(float(about["points"]) for _, about in graded.values() if about["solution"])
        return Standing(path.stem, rows, by_people, link) if rows else None
    return None


def _saved_row(
    exercise: str, test: dict[str, Any], points: float, cells: Mapping[str, tuple[dict[str, Any], Any]]
) -> Row:
    said = [output.get("metadata", {}) for output in test["outputs"]]
    records = [metadata[RECORD] for metadata in said if RECORD in metadata]
    if not records:
        return Row(exercise, OPEN, 0.0, points)
    solution = cells.get(exercise, ({}, None))[0]
    if (solution.get("execution_count") or 0) > (test.get("execution_count") or 0):
        return Row(exercise, OPEN, 0.0, points)  # written anew, and not checked since
    score = float(records[-1]["score"])
    if not 0 <= score <= points:  # no words of ours
        return Row(exercise, OPEN, 0.0, points)
    return Row(exercise, PASSES if score == points else WRONG, score, points)


# --- words ----------------------------------------------------------------------------------------------


def _so_far(standing: Standing) -> str:
    return "all of it lies before you." if standing.words == NOT_BEGUN else f"{standing.words} so far."


def _next(standing: Standing) -> str:
    begun = [row.exercise for row in standing.rows if row.sign == WRONG]
    waiting = [row.exercise for row in standing.rows if row.sign == OPEN]
    if begun:
        return f"Next: `check({begun[0]})` says what differs."
    if waiting:
        return f"Next: `{waiting[0]}`."
    return "All of them pass. Before you hand in: Restart Kernel and Run All Cells, look at it, and save."


def _remark(standing: Standing) -> str:
    remark = "Grading repeats the tests with other numbers and tries further kinds of input"
    words = f"; people read what you answer in words, for up to {standing.by_people:g} points more"
    return f"{remark}{words if standing.by_people else ''}."


def _points(row: Row) -> str:
    return f"{row.score:.4g} of {row.points:g}" + (f" &nbsp; {html.escape(row.says)}" if row.says else "")


def _sign(standing: Standing) -> str:
    signs = {row.sign for row in standing.rows}
    return PASSES if signs == {PASSES} else OPEN if signs == {OPEN} else "…"


def _linked(standing: Standing) -> str:
    name = html.escape(standing.name)
    return f'<a href="{quote(standing.link)}">{name}</a>' if standing.link else name


def _list(lines: Iterator[str]) -> str:
    """Each line with a sign of its own in place of a bullet; it fits a narrow page, as a table does not."""
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<ul style="list-style-type:none;margin:0.4em 0;padding:0">{items}</ul>'


def _paragraph(text: str) -> str:
    return f'<p style="margin:0.4em 0">{text}</p>'
