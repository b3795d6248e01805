"""The table of published checks: printed by `make blindness`, in lecture 2, and as a page of the site."""

from collections.abc import Iterable, Iterator

from autograder.blindness.aim import Blindness, Tried
from autograder.blindness.table import COLUMNS, counts
from autograder.exercises.published.adam import ADAM_OF_THE_PAPER
from autograder.exercises.published.checks import Row, measured


OWN = "`check` of this course"

TITLES = {
    "adam_step": "Adam",
    "rmsprop_step": "RMSprop",
    "sample_mask": "The mask of dropout",
    "batchnorm_forward": "The forward pass of batch normalisation",
}

INTRODUCTION = """\
# How blind tests are

A test of a function is good if every wrong formula fails and every right answer passes. Both can be
counted: this course has a catalogue of wrong formulas for each function, and right answers that are
written in different ways. Here they meet tests that other courses have published; what these tests try
and compare is described anew, without their code. Where a test compares with a library, the published
formula stands for it; random numbers are drawn anew, and everything is computed in double precision. The
numbers on this page are measured as it is built.

A test is not a course: some of these were written to show that a program runs, and some belong to courses
that are among the best there are. The `check` of this course sees everything here because it is built to:
an exercise is refused as long as a formula of its catalogue slips through. What nobody has put into the
catalogue may.

[The guide for teachers](teachers.md#how-blind-are-your-own-tests) says how to aim it at your own tests."""

NOTES = {
    "adam_step": """\
The right answer is here that of the paper, with epsilon outside of the root, which these tests ask for.
Four formulas that misplace epsilon or leave it out pass wherever the usual numbers are tried. One step
from rest shows nothing of what is carried on.""",
    "rmsprop_step": """\
With a learning rate of 0.01 and a decay of 0.99 nobody sees whether the square has the weight 1 - decay
or the learning rate, a mistake that students have made. Either place of epsilon counts as right.""",
    "sample_mask": """\
Hardly two ways of drawing a mask use random numbers alike, so that a fixed mask turns right answers away:
here those that keep what lies above 1 - keep_prob. The test expects the mask of numpy's binomial
distribution, which for a keep_prob above one half is that of keeping what lies below it.""",
    "batchnorm_forward": """\
To the digits that are printed, what passes is what these inputs cannot show: another eps, and whole
numbers. But a right answer in single precision fails. Read to four digits it passes, and so do formulas
that misplace eps.""",
}


def lecture_table() -> str:
    """The tests of Adam, for lecture 2."""
    count = len(ADAM_OF_THE_PAPER.misconceptions)
    lines = [f"| test | what it tries | passed by, of {count} |", "|---|---|---|"]
    for row in _rows(ADAM_OF_THE_PAPER.name):
        lines.append(f"| {_whose(row)} | {_does(row)} | {len(row.blindness.unseen)} |")
    return "\n".join(lines)


def page() -> str:
    """The page of the site, in Markdown."""
    return "\n\n".join((INTRODUCTION, *(part for name in TITLES for part in _section(name)))) + "\n"


def text() -> str:
    """What `make blindness` prints."""
    return "\n".join(line for name in TITLES for line in (TITLES[name], *_lines(_rows(name)), ""))


def _rows(exercise: str) -> tuple[Row, ...]:
    return tuple(row for row in measured() if row.exercise.name == exercise)


def _section(name: str) -> Iterator[str]:
    rows = _rows(name)
    yield f"## {TITLES[name]}"
    yield NOTES[name]
    lines = [f"| test | what it tries | {COLUMNS[0]} | {COLUMNS[1]} |", "|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {_whose(row)} | {_does(row)} | {' | '.join(counts(row.blindness))} |")
    yield "\n".join(lines)
    wrong = {tried.answer.name: tried.answer.says for row in rows for tried in row.blindness.unseen}
    yield "What passes, and where:"
    yield "\n".join(f"* {says} ({'; '.join(_passed(rows, name))})" for name, says in wrong.items())
    for row in rows:
        if row.blindness.turned_away:
            names = "; ".join(_names(row.blindness.turned_away))
            yield f"Right answers that {_plainly(row)} turns away: {names}."


def _passed(rows: Iterable[Row], name: str) -> list[str]:
    return [_plainly(row) for row in rows if name in _names(row.blindness.unseen)]


def _names(several: Iterable[Tried]) -> list[str]:
    return [tried.answer.name for tried in several]


def _plainly(row: Row) -> str:
    return row.published.course if row.published else OWN


def _whose(row: Row) -> str:
    if row.published is None:
        return OWN
    return f"[{row.published.course}]({row.published.source}), {row.published.dated}"


def _does(row: Row) -> str:
    if row.published:
        return row.published.does
    return (
        f"{sum(probe.public for probe in row.exercise.probes)} kinds of input, chosen so that mistakes show"
    )


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    yield f"  {'':40}{COLUMNS[0]:>26}{COLUMNS[1]:>26}"
    for row in rows:
        whose = f"{_plainly(row)}, {row.published.dated}" if row.published else OWN
        wrong, right = counts(row.blindness)
        yield f"  {whose.replace('`', ''):40}{wrong:>26}{right:>26}"
        yield from _amiss(row.blindness)


def _amiss(found: Blindness) -> Iterator[str]:
    for word, several in (("passes", found.unseen), ("turned away", found.turned_away)):
        if several:
            yield f"      {word}: {', '.join(_names(several))}"
