"""The search for repairs, tried on the catalogue, as a table that `autograder prove --repair` prints."""

import statistics
import sys
from collections.abc import Sequence
from itertools import islice

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from autograder.exercise import Exercise
from autograder.prove.repairs import Located, locate, pairs, says_nothing, wrong_answers


COLUMNS = ("mistakes", "found", "silent", "elsewhere", "right answers", "left alone", "median s", "worst s")


def print_located(exercises: Sequence[Exercise], every: int = 1) -> bool:
    """Print what is found of each `every`-th mistake, and of as many pairs; whether nothing is elsewhere."""
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    waiting = [(each, entry, False) for each in exercises for entry in wrong_answers(each)][::every]
    for each in exercises:
        count = sum(one is each for one, _, _ in waiting)
        waiting += [(each, pair, True) for pair in islice(pairs(each), count // 4)]
    progress = Console(stderr=True)
    tried = [
        (located, is_pair)
        for exercise, entry, is_pair in track(
            waiting, "Searching", console=progress, transient=True, disable=not progress.is_terminal
        )
        if (located := locate(exercise, entry))
    ]
    singles, both = ([each for each, is_pair in tried if is_pair is kind] for kind in (False, True))
    right = {each.name: _right(each) for each in exercises if not each.tests}
    table = Table(title="Located by repair", title_justify="left", pad_edge=False)
    table.add_column("exercise", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for name, alone in right.items():
        table.add_row(name, *_cells([each for each in singles if each.exercise == name], alone))
    everybody = [left_alone for alone in right.values() for left_alone in alone]
    table.add_section()
    table.add_row("all", *_cells(singles, everybody))
    table.add_row("pairs of mistakes", *_cells(both, []))
    console.print(table)
    elsewhere = [found for found, _ in tried if found.verdict == "elsewhere"]
    for found in elsewhere:
        spans = found.repair.places if found.repair else ()
        places = " and ".join(found.text[start:end] for start, end in spans)
        console.print(f"[bold]{found.exercise}[/bold]: `{found.name}` is looked for at `{escape(places)}`")
    return not elsewhere and all(everybody)


def _right(exercise: Exercise) -> list[bool]:
    """Of each right answer, whether it is left alone."""
    return [says_nothing(exercise, each) for each in exercise.written_answers]


def _cells(tried: Sequence[Located], alone: Sequence[bool]) -> tuple[str, ...]:
    verdicts = [each.verdict for each in tried]
    seconds = [each.seconds for each in tried] or [0.0]
    counts = (len(tried), *(verdicts.count(kind) for kind in ("found", "silent", "elsewhere")))
    return (
        *map(str, (*counts, len(alone), sum(alone))),
        f"{statistics.median(seconds):.2f}",
        f"{max(seconds):.2f}",
    )
