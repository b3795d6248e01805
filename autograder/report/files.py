"""Reports as files: a page per student, the page of the class and the scores as a table."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from autograder.exercise import Assignment
from autograder.files import write_ours
from autograder.flags import Flag
from autograder.grades import Grade
from autograder.named import Named
from autograder.report import pages
from autograder.report.classroom import class_page, statistics_of
from autograder.report.safe import page_name, spreadsheet_text
from autograder.report.student import student_page
from autograder.report.words import outcome_words
from autograder.results import Result


STUDENTS = "students"


@dataclass(frozen=True)
class Reports:
    """What was written: the page of the class, and whose page could not be made."""

    index: Path
    failed: tuple[str, ...] = ()


def write_reports(
    results: Sequence[Result],
    assignment: Assignment,
    grades: Mapping[str, Grade],
    directory: Path,
    key: bytes,
    flags: Mapping[str, Sequence[Flag]] = MappingProxyType({}),
    lecture: Mapping[str, str] = MappingProxyType({}),
    given: Sequence[Named] = (),
    held: Mapping[str, str] = MappingProxyType({}),
) -> Reports:
    """Write all pages, `scores.csv` and `statistics.csv` below `directory`; raises CourseError where nothing
    can be written.

    Each file is replaced as a whole, and the page of the class comes last: what it links to is there. A
    page that cannot be made is one sentence in its place, and costs nobody else theirs. The names of pages
    are drawn from the course's `key`, so that nobody finds another's. The flags (`flags.flags`) stand on the
    page of the class alone; students see theirs only, and of exercises that are `held` back nothing yet.
    """
    names = {result.student: page_name(result.student, key) for result in results}
    if len(names) < len(results):
        students = [result.student for result in results]
        twice = next(student for student in students if students.count(student) > 1)
        raise ValueError(f"results must be one per student, got two of {twice!r}")
    failed: dict[str, None] = {}

    def without_failing(make: Callable[[Sequence[Result]], str]) -> str:
        good, bad = _sorted_out(make, results)
        failed.update(dict.fromkeys(result.student for result in bad))
        return make(good)

    for result in results:
        student = result.student
        try:
            page = student_page(result, assignment, grades[student], lecture, held)
        except Exception:  # whatever somebody wrote
            page = pages.render("excuse.html", assignment=assignment, student=student)
            failed[student] = None
        write_ours(directory / STUDENTS / names[student], page.encode())
    table = without_failing(lambda some: scores_csv(some, assignment, grades))
    # The mark at the start tells spreadsheets that the file is UTF-8.
    write_ours(directory / "scores.csv", f"\ufeff{table}".encode())
    table = without_failing(lambda some: statistics_csv(some, assignment, grades))
    write_ours(directory / "statistics.csv", f"\ufeff{table}".encode())

    def of_class(some: Sequence[Result]) -> str:
        left_out = names.keys() - {result.student for result in some}
        shown = {student: grade for student, grade in grades.items() if student not in left_out}
        return class_page(some, assignment, shown, flags, names, tuple(failed), lecture, given)

    write_ours(directory / "index.html", without_failing(of_class).encode())
    return Reports(directory / "index.html", tuple(failed))


def _sorted_out(
    make: Callable[[Sequence[Result]], str], results: Sequence[Result]
) -> tuple[list[Result], list[Result]]:
    """The results of which a page about all of them can be made, and the others."""
    if _can_make(make, results):
        return list(results), []
    good = [result for result in results if _can_make(make, [result])]
    return good, [result for result in results if result not in good]


def _can_make(make: Callable[[Sequence[Result]], str], results: Sequence[Result]) -> bool:
    try:
        make(results)
    except Exception:
        return False
    return True


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


def statistics_csv(results: Sequence[Result], assignment: Assignment, grades: Mapping[str, Grade]) -> str:
    """A line per exercise and per probe: on how many it was tried, the share that the class has, and the
    discrimination. What has no meaning is left empty, and `note` says why.
    """
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(
        ("assignment", "exercise", "probe", "shown", "students", "difficulty", "discrimination", "note")
    )
    for exercise, probe, shown, item in statistics_of(results, assignment, grades):
        numbers = (_number(each and round(each, 6)) for each in (item.difficulty, item.discrimination))
        about = (assignment.name, exercise.name, probe, str(int(shown)) if probe else "")
        writer.writerow((*about, str(item.students), *numbers, item.says))
    return file.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
