"""The proof of whole assignments as tables, as `autograder prove` prints them."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from autograder.course import Course
from autograder.prove.proof import Proof, prove


COLUMNS = (
    *("entries", "named", "ambiguous", "wrong names"),
    *("mutants", "equivalent", "killed", "survivors", "alternatives"),
)


def proofs(course: Course, assignment: str, exercises: Sequence[str], jobs: int = 1) -> list[Proof]:
    """The proofs of exercises of an assignment by their names, several at a time."""
    with ProcessPoolExecutor(min(jobs, len(exercises), os.cpu_count() or 1)) as pool:
        made = pool.map(partial(_prove, course, assignment), exercises)
        console = Console(stderr=True)
        return list(
            track(
                made,
                "Proving",
                len(exercises),
                console=console,
                transient=True,
                disable=not console.is_terminal,
            )
        )


def _prove(course: Course, assignment: str, name: str) -> Proof:
    """What travels to another process are names: the exercises are imported there."""
    return prove(course.assignment(assignment).exercise(name))


def print_proofs(title: str, made: Sequence[Proof]) -> None:
    """A line for each exercise, the sums, and in words what is not so."""
    table = Table(title=title, title_justify="left", pad_edge=False, show_footer=True)
    table.add_column("exercise", "all", no_wrap=True)
    for name, total in zip(COLUMNS, _cells(_sum(made)), strict=True):
        table.add_column(name, total, justify="right")
    for proof in made:
        table.add_row(proof.exercise, *_cells(proof), style="" if proof.holds else "bold red")
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    console.print(table)
    for proof in made:
        for problem in proof.problems:
            console.print(f"[bold]{proof.exercise}[/bold]: {escape(problem)}", soft_wrap=True)


def in_short(made: Sequence[Proof]) -> str:
    """The shares that count: entries that are named, and changes that are noticed where they are wrong."""
    total = _sum(made)
    named, killed = (
        f"{count} of {of} ({count / max(of, 1):.1%})"
        for count, of in ((total.named, total.entries), (total.killed, total.to_kill))
    )
    return (
        f"Entries that hear their own name: {named}. Small changes of solutions that are noticed: {killed}, "
        f"besides {total.equivalent} that leave them right."
    )


def _cells(proof: Proof) -> tuple[str, ...]:
    recognised = (proof.entries, proof.named, proof.ambiguous, proof.misnamed)
    noticed = (proof.mutants, proof.equivalent, proof.killed, proof.to_kill - proof.killed)
    return *map(str, (*recognised, *noticed)), f"{proof.at_full_marks} of {proof.alternatives}"


def _sum(made: Sequence[Proof]) -> Proof:
    return Proof(
        exercise="all",
        entries=sum(proof.entries for proof in made),
        named=sum(proof.named for proof in made),
        ambiguous=sum(proof.ambiguous for proof in made),
        misnamed=sum(proof.misnamed for proof in made),
        mutants=sum(proof.mutants for proof in made),
        equivalent=sum(proof.equivalent for proof in made),
        killed=sum(proof.killed for proof in made),
        alternatives=sum(proof.alternatives for proof in made),
        at_full_marks=sum(proof.at_full_marks for proof in made),
        problems=(),
    )
