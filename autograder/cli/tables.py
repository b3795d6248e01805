"""The tables that are printed: a graded class, and what became of an archive."""

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from autograder.collect import Collection
    from autograder.exercise import Assignment
    from autograder.grades import Grade
    from autograder.regrade import Difference, ExerciseChange
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
    table.add_column("what was wrong", overflow="fold")
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
    from autograder.report import late_days, lateness

    if late := lateness(grade):
        yield late
    if grade.late_days and grade.late_days.days and (used := late_days(grade)):
        yield used
    if given := [mark.cell for mark in grade.marks if mark.by_person]:
        yield f"given by a person: {', '.join(given)}"


def _words(result: "Result") -> list[str]:
    if result.outcome != "graded":
        return [result.reason, *result.notes]
    findings = [(each.exercise, each.finding) for each in result.judgements if each.finding]
    missing = [name for name, finding in findings if finding.kind == "not_implemented"]
    said = [f"{name}: {finding.message}" for name, finding in findings if name not in missing]
    return [*[f"not written yet: {', '.join(missing)}"] * bool(missing), *said, *result.notes]


def print_differences(found: list["Difference"], assignment: "Assignment") -> None:
    """Who goes up or down, in which exercise and why; whose points stay are counted."""
    from collections import Counter

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.regrade import counts
    from autograder.report import plain_text, points

    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table(title=f"Graded again: {assignment.title}", title_justify="left", pad_edge=False)
    table.add_column("student", no_wrap=True)
    for column in ("before", "now"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    order = {"down": 0, "no longer graded": 1, "up": 2, "graded now": 3, "new": 4}
    moved = [each for each in found if each.kind in order]
    for each in sorted(moved, key=lambda each: (order[each.kind], each.student)):
        why = [f"{each.kind}: {each.why}" if each.why else each.kind]
        why += [line for change in each.changes for line in _change_in_words(change)]
        table.add_row(
            plain_text(each.student),
            points(each.before),
            points(each.after),
            Text("\n".join(map(plain_text, why))),
        )
    if moved:
        console.print(table)
    exercises = Counter(
        (change.exercise, "up" if (change.after or 0) > (change.before or 0) else "down")
        for each in found
        for change in each.changes
        if change.before is not None and change.after is not None and change.before != change.after
    )
    if exercises:
        parts = ", ".join(f"{name} {way} {number}" for (name, way), number in sorted(exercises.items()))
        console.print(f"Exercises: {parts}.", highlight=False)
    parts = " + ".join(f"{number} {kind}" for kind, number in counts(found).items() if number)
    console.print(f"{len(found)} graded again = {parts}. Points are those before lateness.", highlight=False)


def _change_in_words(change: "ExerciseChange") -> list[str]:
    """Line by line."""
    from autograder.report import points

    moved = f"{points(change.before)} → {points(change.after)}"
    kept = f" (stays at {points(change.kept)}, given by a person)" if change.kept is not None else ""
    said, says = change.said or "no mistake found", change.says or "no mistake found"
    first = f"{change.exercise}: {moved}{kept}"
    return [f"{first}; {says}"] if said == says else [first, f"  before: {said}", f"  now: {says}"]


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
        table.add_column(column, overflow="fold")
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
