"""The tables that are printed: a graded class, and what became of an archive."""

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from autograder.collect import Collection
    from autograder.exercise import Assignment
    from autograder.grades import Grade
    from autograder.results import Result


def print_table(
    results: list["Result"],
    assignment: "Assignment",
    grades: "Mapping[str, Grade]",
    rows: int | None = None,
) -> None:
    """Who, the score in the gradebook, the score per exercise, and what was wrong; of the first `rows`."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.report import plain_text, points

    table = Table(title=assignment.title, title_justify="left", show_lines=False, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    for number, _ in enumerate(assignment.exercises, start=1):
        table.add_column(f"{number}", justify="right", no_wrap=True)
    table.add_column("what was wrong")
    for result in results[:rows]:
        grade = grades[result.student]
        table.add_row(
            plain_text(result.student),
            points(grade.score),
            *(points(grade.points(assignment.test_cell(each))) for each in assignment.exercises),
            Text("\n".join(map(plain_text, (*_remarks(grade), *_words(result))))),
        )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    if left := len(results[len(results[:rows]) :]):
        console.print(f"And {left} more, with no fewer points, in the report.", highlight=False)
    names = ", ".join(f"{n} {each.name}" for n, each in enumerate(assignment.exercises, start=1))
    shown = [grades[result.student] for result in results]
    by_person = max((grade.waiting for grade in shown if grade.score is not None), default=0.0)
    total = f"Out of {points(shown[0].max_score)} points"
    if by_person:
        total += f", of which a person has yet to give up to {points(by_person)}"
    console.print(f"{total}. Exercises: {names}.", highlight=False)


def _remarks(grade: "Grade") -> Iterator[str]:
    """What else makes up the score."""
    from autograder.report import points

    if grade.penalty and grade.score is not None:
        yield f"handed in late: {points(grade.penalty)} points less"
    if given := [mark.cell for mark in grade.marks if mark.by_person]:
        yield f"given by a person: {', '.join(given)}"


def _words(result: "Result") -> list[str]:
    if result.outcome != "graded":
        return [result.reason, *result.notes]
    findings = [(each.exercise, each.finding) for each in result.judgements if each.finding]
    missing = [name for name, finding in findings if finding.kind == "not_implemented"]
    said = [f"{name}: {finding.message}" for name, finding in findings if name not in missing]
    return [*[f"not written yet: {', '.join(missing)}"] * bool(missing), *said, *result.notes]


def print_collection(collection: "Collection") -> None:
    """What became of every file; folders are counted only."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.report import plain_text

    title = f"Collected for {collection.assignment}"
    if collection.names:
        title += f", names {collection.names}"
    table = Table(title=title, title_justify="left", pad_edge=False)
    for column in ("student", "outcome", "why", "name in the archive"):
        table.add_column(column)
    for entry in collection.entries:
        if not entry.name.endswith("/"):
            cells = (entry.student, entry.outcome, entry.why, entry.name)
            table.add_row(*(Text(plain_text(cell)) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    count = {
        outcome: sum(entry.outcome == outcome for entry in collection.entries)
        for outcome in ("collected", "skipped", "refused")
    }
    parts = " + ".join(f"{number} {outcome}" for outcome, number in count.items())
    print(f"{len(collection.entries)} entries = {parts}.")
    if collection.missing:
        missing = ", ".join(map(plain_text, collection.missing))
        print(f"On the roster and not in the archive ({len(collection.missing)}): {missing}")
