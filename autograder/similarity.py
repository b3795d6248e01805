"""Functions that are like the reference, or like another student's.

They are compared with the reference and with each other by fingerprints of their tokens (winnowing:
Schleimer, Wilkerson and Aiken, 2003), without comments and docstrings, and without what the template gave
to everybody. They have to be alike in the structure, in which all names, numbers and strings are the
same, and in one view more: the names themselves, or the flow, in which the names of variables are only told
apart, so that it stays when a variable is renamed.
"""

import inspect
import keyword
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, combinations, product
from typing import NamedTuple

from autograder.exercise import Assignment
from autograder.tokens import (
    BETWEEN_STATEMENTS,
    CodeCell,
    Template,
    Tokens,
    definitions,
    is_docstring,
    segments,
)


# Tokens per fingerprint, and of how many neighbouring ones the smallest is kept.
K, WINDOW = 8, 4
# The flow of values needs a longer look.
FLOW_K = 16
MIN_TOKENS = 120
# Shares of the fingerprints of the smaller function from which on two functions are alike in a view.
STRUCTURE, NAMES, FLOW = 0.8, 0.4, 0.8
# A text that repeats itself has few; that two of those agree says nothing.
MIN_FINGERPRINTS = 20
# What more students than these share comes from a source of all, not from one another.
COMMON = 20
# The list ends after this share of the class, and never before one pair.
LISTED = 0.02


def similar(
    submissions: Mapping[str, Iterable[CodeCell]], assignment: Assignment, template: Template
) -> Iterator[tuple[str, str]]:
    """The students of the strongest matches, each with a sentence that says what is like what."""
    given = _grams_of(template)
    functions = [
        function
        for student, cells in submissions.items()
        for cell in cells
        for function in _functions(cell.segments, student, cell.number, given)
    ]
    matches = _matches(functions, _reference_functions(assignment, given))
    yield from _listed(matches, max(2, int(LISTED * len(submissions))))


# --- words ----------------------------------------------------------------------------------------------


class _Word(NamedTuple):
    """A token that says something: itself, what stands for it in the structure, and if it is a variable."""

    text: str
    part: str
    variable: bool = False


def _words(tokens: Tokens) -> list[_Word]:
    words: list[_Word] = []
    for place, token in enumerate(tokens):
        text = token.string
        if token.type in (*BETWEEN_STATEMENTS, tokenize.ENDMARKER) or is_docstring(tokens, place):
            continue
        if token.type == tokenize.OP or keyword.iskeyword(text):
            words.append(_Word(text, text))
        elif token.type == tokenize.NAME:
            words.append(_Word(text, "name", variable=not words or words[-1].text != "."))
        else:
            words.append(_Word(text, "constant"))
    return words


# --- fingerprints ---------------------------------------------------------------------------------------

Fingerprints = frozenset[bytes]


@dataclass(frozen=True)
class _Function:
    """One function of a student, or of the reference, whose `student` is empty, in all views."""

    student: str
    name: str
    cell: int
    structure: Fingerprints
    names: Fingerprints
    flow: Fingerprints

    def described(self) -> str:
        name = f"`{self.name[:60]}`"
        return f"{name} of {self.student} (cell {self.cell})" if self.student else f"{name} of the reference"


def _functions(
    segments: Iterable[Tokens], student: str, cell: int, given: Fingerprints
) -> Iterator[_Function]:
    """The functions that are long enough, without what was given to everybody."""
    for tokens in segments:
        for name, own in definitions(tokens):
            words = _words(own)
            new = _new(words, given)
            if sum(new) >= MIN_TOKENS:
                views = ((K, _parts), (K, _text), (FLOW_K, _flow))
                yield _Function(student, name, cell, *(_winnowed(words, new, *view) for view in views))


def _grams_of(template: Template) -> Fingerprints:
    words = (_words(tokens) for source in template.sources for tokens in segments(source))
    return frozenset(_digest(_text(gram)) for each in words for gram in _grams(each, K))


def _new(words: list[_Word], given: Fingerprints) -> list[bool]:
    """Which of the words lie outside of everything that was given."""
    new = [True] * len(words)
    for place, gram in enumerate(_grams(words, K)):
        if _digest(_text(gram)) in given:
            new[place : place + K] = [False] * K
    return new


def _winnowed(
    words: list[_Word], new: list[bool], k: int, view: Callable[[list[_Word]], Iterable[str]]
) -> Fingerprints:
    """The smallest of every few neighbours: a sample that is the same wherever a text is copied to."""
    grams = [
        _digest(view(gram)) for place, gram in enumerate(_grams(words, k)) if any(new[place : place + k])
    ]
    windows = range(max(1, len(grams) - WINDOW + 1)) if grams else ()
    return frozenset(min(grams[place : place + WINDOW]) for place in windows)


def _grams(words: list[_Word], k: int) -> Iterator[list[_Word]]:
    return (words[place : place + k] for place in range(len(words) - k + 1))


def _digest(texts: Iterable[str]) -> bytes:
    return blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=8).digest()


def _text(gram: list[_Word]) -> list[str]:
    return [word.text for word in gram]


def _parts(gram: list[_Word]) -> list[str]:
    return [word.part for word in gram]


def _flow(gram: list[_Word]) -> list[str]:
    """Each variable by the number of its first appearance; everything else as it is."""
    numbers: dict[str, int] = {}
    return [
        str(numbers.setdefault(word.text, len(numbers))) if word.variable else f"={word.text}"
        for word in gram
    ]


# --- matches --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Match:
    """Two functions that are alike in several views; `other` may be the reference's."""

    function: _Function
    other: _Function
    signals: Mapping[str, float]

    @property
    def strength(self) -> float:
        return sum(self.signals.values())

    @property
    def students(self) -> tuple[str, ...]:
        return tuple(each.student for each in (self.function, self.other) if each.student)

    def says(self, student: str) -> str:
        mine, other = self.function, self.other
        if student != mine.student:
            mine, other = other, mine
        views = " and ".join(f"{view} ({share:.0%})" for view, share in self.signals.items())
        return f"{mine.described()} is like {other.described()} in {views}."


def _matches(functions: list[_Function], reference: list[_Function]) -> Iterator[_Match]:
    for first, second in chain(product(functions, reference), _candidates(functions)):
        if signals := _signals(first, second):
            yield _Match(first, second, signals)


def _candidates(functions: list[_Function]) -> Iterator[tuple[_Function, _Function]]:
    """Pairs of different students that share what few share; without looking at every pair of a class."""
    holders: dict[bytes, list[int]] = defaultdict(list)
    for number, function in enumerate(functions):
        for fingerprint in function.structure:
            holders[fingerprint].append(number)
    pairs: set[tuple[int, int]] = set()
    for numbers in holders.values():
        if 1 < len({functions[number].student for number in numbers}) <= COMMON:
            pairs.update(combinations(numbers[: 2 * COMMON], 2))
    for first, second in sorted(pairs):
        if functions[first].student != functions[second].student:
            yield functions[first], functions[second]


def _signals(first: _Function, second: _Function) -> dict[str, float]:
    """The views in which two functions are alike; none unless the structure and one more are."""
    structure = _shared(first.structure, second.structure)
    others = {
        "names": (_shared(first.names, second.names), NAMES),
        "flow": (_shared(first.flow, second.flow), FLOW),
    }
    alike = {view: share for view, (share, enough) in others.items() if share >= enough}
    return {"structure": structure, **alike} if structure >= STRUCTURE and alike else {}


def _shared(first: Fingerprints, second: Fingerprints) -> float:
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= MIN_FINGERPRINTS else 0.0


def _listed(matches: Iterable[_Match], limit: int) -> Iterator[tuple[str, str]]:
    """The strongest matches that concern no more than `limit` students; each student is listed once."""
    listed: set[str] = set()
    for match in sorted(matches, key=lambda match: (-match.strength, match.students)):
        new = [student for student in match.students if student not in listed]
        if len(listed) + len(new) > limit:
            return
        listed.update(new)
        for student in new:
            yield student, match.says(student)


def _reference_functions(assignment: Assignment, given: Fingerprints) -> list[_Function]:
    modules = {inspect.getmodule(exercise.reference) for exercise in assignment.exercises}
    sources = [inspect.getsource(module) for module in modules if module]
    return [each for source in sources for each in _functions(segments(source), "", 0, given)]
