"""How blind a check is, as `autograder blindness` prints it."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.blindness.aim import Blindness, Tried


COLUMNS = ("wrong formulas that pass", "right answers that fail")
# Of an error that a right answer meets so much is shown.
WIDTH = 100


def print_blindness(found: Blindness, function: str) -> None:
    """A line for each test, one for all of them together, and the answers that it gets wrong."""
    table = Table(
        title=f"How blind {found.check.name} is to {function}", title_justify="left", pad_edge=False
    )
    table.add_column("test", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    if len(found.check.parts) > 1:
        for number, part in enumerate(found.check.parts):
            table.add_row(escape(part.name), *counts(found.of_part(number)))
        table.add_section()
    table.add_row("all together", *counts(found), style="" if found.sees else "bold")
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    console.print(table)
    for line in in_words(found):
        console.print(line, soft_wrap=True)


def counts(found: Blindness) -> tuple[str, str]:
    return tuple(
        f"{len(amiss)} of {len(several)}"
        for amiss, several in ((found.unseen, found.wrong), (found.turned_away, found.right))
    )  # type: ignore[return-value]


def in_words(found: Blindness) -> Iterator[str]:
    """What passes and should not, what fails and should not, and what to make of it."""
    if found.unseen:
        yield "These wrong formulas pass:"
        for tried in found.unseen:
            yield f"  [bold]{escape(tried.answer.name)}[/bold]: {escape(tried.answer.says)}"
    if found.turned_away:
        yield "These right answers fail:"
        for tried in found.turned_away:
            yield f"  [bold]{escape(tried.answer.name)}[/bold]: {escape(_first_problem(tried))}"
    if found.right and len(found.turned_away) == len(found.right):
        yield "No right answer passes: the tests ask for something else, or need what is not there."
    elif found.sees:
        yield "Every wrong formula fails, and every right answer passes."


def _first_problem(tried: Tried) -> str:
    says = next(problem for problem in tried.problems if problem)
    return says if len(says) <= WIDTH else f"{says[: WIDTH - 1]}…"
