"""Reports as files: a page per student, the page of the class and the scores as a table."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.exercise import Assignment
from autograder.flags import Flag
from autograder.grades import Grade
from autograder.report.classroom import class_page
from autograder.report.safe import page_name, spreadsheet_text
from autograder.report.student import student_page
from autograder.report.words import outcome_words
from autograder.results import Result


STUDENTS = "students"


def write_reports(
    results: Sequence[Result],
    assignment: Assignment,
    grades: Mapping[str, Grade],
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
        _replace(pages / page_name(result.student), student_page(result, assignment, grades[result.student]))
    # The mark at the start tells spreadsheets that the file is UTF-8.
    _replace(directory / "scores.csv", "\ufeff" + scores_csv(results, assignment, grades))
    index = directory / "index.html"
    _replace(index, class_page(results, assignment, grades, flags))
    return index


def scores_csv(results: Sequence[Result], assignment: Assignment, grades: Mapping[str, Grade]) -> str:
    """The gradebook as a table file: a line per student, safe to open in a spreadsheet.

    Who has no grade has empty fields, never a zero; so has who handed in nothing.
    """
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    cells = {each.name: assignment.test_cell(each) for each in assignment.exercises}
    cells |= {cell: cell for cell in assignment.answers_in_words}
    about = ("last_name", "first_name", "email", "outcome", "score", "max_score", "waiting", "late_penalty")
    writer.writerow(("student", *about, *cells, "reason", "comments"))
    known = {result.student: result for result in results}
    for student, grade in sorted(grades.items()):
        result = known.get(student)
        writer.writerow(
            (
                *map(spreadsheet_text, (student, grade.last_name, grade.first_name, grade.email)),
                outcome_words(result, grade),
                _number(grade.score),
                _number(grade.max_score),
                *(
                    _number(each if grade.score is not None else None)
                    for each in (grade.waiting, grade.penalty)
                ),
                *(_number(grade.points(cell)) for cell in cells.values()),
                spreadsheet_text(result.reason if result else ""),
                spreadsheet_text("; ".join(f"{cell}: {comment}" for cell, comment in grade.comments)),
            )
        )
    return file.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(text.encode())
    os.replace(temporary, path)
