"""Reports as files: a page per student, the page of the class and the scores as a table."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.exercise import Assignment
from autograder.flags import Flag
from autograder.report.classroom import class_page
from autograder.report.safe import page_name, spreadsheet_text
from autograder.report.student import student_page
from autograder.report.words import outcome_words
from autograder.results import Result


STUDENTS = "students"


def write_reports(
    results: Sequence[Result],
    assignment: Assignment,
    directory: Path,
    flags: Mapping[str, Sequence[Flag]] = {},
) -> Path:
    """Write all pages and `scores.csv` below `directory`; returns the page of the class.

    Each file is replaced as a whole, and the page of the class comes last: what it links to is there.
    The flags (`flags.flags`) stand on the page of the class alone; students see theirs only.
    """
    names = [result.student for result in results]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"results must be one per student, got two of {twice!r}")
    pages = directory / STUDENTS
    pages.mkdir(parents=True, exist_ok=True)
    for result in results:
        _replace(pages / page_name(result.student), student_page(result, assignment))
    # The mark at the start tells spreadsheets that the file is UTF-8.
    _replace(directory / "scores.csv", "\ufeff" + scores_csv(results, assignment))
    index = directory / "index.html"
    _replace(index, class_page(results, assignment, flags))
    return index


def scores_csv(results: Sequence[Result], assignment: Assignment) -> str:
    """The scores as a table file: a line per student, safe to open in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    exercises = [exercise.name for exercise in assignment.exercises]
    writer.writerow(("student", "outcome", "score", "max_score", *exercises, "reason"))
    for result in sorted(results, key=lambda result: result.student):
        scores = {judgement.exercise: judgement.score for judgement in result.judgements}
        writer.writerow(
            (
                spreadsheet_text(result.student),
                outcome_words(result),
                _number(result.score),
                _number(result.max_score),
                *(_number(scores.get(name)) for name in exercises),
                spreadsheet_text(result.reason),
            )
        )
    return file.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(text.encode())
    os.replace(temporary, path)
