"""Reasons for a person to look twice; never a score.

Functions are compared with the reference and with each other by fingerprints of their tokens (winnowing:
Schleimer, Wilkerson and Aiken, 2003), without comments and docstrings, and without what the template gave
to everybody. Functions have to be alike in the structure, in which all names, numbers and strings are the
same, and in one view more: the names themselves, or the flow, in which the names of variables are only told
apart, so that it stays when a variable is renamed.

Student text is cut into tokens, under caps; it is never parsed or compiled.
"""

import inspect
import keyword
import re
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, combinations, product
from typing import NamedTuple

from autograder.exercise import Assignment
from autograder.results import Result


WHAT_A_FLAG_MEANS = (
    "A flag says where to look, not what happened, and it changes no score. There are few good ways to "
    "write a short function, and many students read the same lecture. Before you think of copying, put the "
    "two texts side by side, see whether what agrees stands in the lecture, the template or the "
    "documentation, and let the student explain the function or change it while you watch; five minutes are "
    "enough. What follows is for the rules of your department. Keep this list, and how it is made, to "
    "yourself."
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

# A person writes shorter lines and cells; what is longer is not looked at.
MAX_LINE, MAX_CELL, MAX_SUBMISSION = 200, 32 << 10, 64 << 10
RESTARTS = 8

REFERENCE_PACKAGE = "advsec"
BUILTINS_THAT_RUN_TEXT = frozenset(("exec", "eval", "compile", "__import__"))
DECODERS = frozenset(("b64decode", "b32decode", "b85decode", "a85decode", "unhexlify", "marshal"))
CODE_READERS = frozenset(("getsource", "getsourcelines", "zipimport", "runpy", "exec_module"))
ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
ENCODED_BYTES = 2048
DEFINITION = re.compile(r"\bdef \w+\(")


@dataclass(frozen=True)
class Flag:
    """Something for a person to look at: `kind` is similar, reference, hidden_code, embedded or long."""

    kind: str
    message: str


def flags(
    results: Iterable[Result], assignment: Assignment, release_sources: Mapping[str, str]
) -> dict[str, tuple[Flag, ...]]:
    """What to look at, by student; students without a flag are left out.

    `release_sources` are the cells that students were given (`notebook.sources`).
    """
    template = _Template(release_sources.values())
    found: dict[str, list[Flag]] = defaultdict(list)
    functions: list[_Function] = []
    students = 0
    for result in results:
        students += 1
        cells = tuple(_cells(result))
        found[result.student] += _mentions(cells, template)
        for cell in cells:
            functions += _functions(cell.segments, result.student, cell.number, template)
    matches = _matches(functions, _reference_functions(assignment, template))
    for student, flag in _listed(matches, max(2, int(LISTED * students))):
        found[student].append(flag)
    return {student: tuple(own) for student, own in found.items() if own}


# --- tokens ---------------------------------------------------------------------------------------------

Tokens = list[tokenize.TokenInfo]
SILENT = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
BETWEEN_STATEMENTS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


class _Cell(NamedTuple):
    number: int
    source: str
    segments: list[Tokens]
    is_cut: bool


def _cells(result: Result) -> Iterator[_Cell]:
    """The code cells, as far as a submission is looked at."""
    left = MAX_SUBMISSION
    for number, record in enumerate(result.cells, start=1):
        if record.cell.kind == "code" and left > 0:
            source = record.cell.source[: min(left, MAX_CELL)]
            left -= len(source)
            yield _Cell(number, source, list(_segments(source)), len(source) < len(record.cell.source))


def _segments(source: str) -> Iterator[Tokens]:
    """The tokens of a source; where it is no Python, those before, and those from the next line on."""
    lines = [line + "\n" if len(line) <= MAX_LINE else "\n" for line in source.split("\n")]
    for _ in range(RESTARTS):
        tokens: Tokens = []
        try:
            for token in tokenize.generate_tokens(iter(lines).__next__):
                if token.type not in SILENT:
                    tokens.append(token)
            yield tokens
            return
        except (tokenize.TokenError, SyntaxError):
            yield tokens
            lines = lines[max(1, tokens[-1].end[0] if tokens else 1) :]


def _is_docstring(tokens: Tokens, place: int) -> bool:
    """Whether a string is a statement of its own, which does nothing."""
    if tokens[place].type != tokenize.STRING:
        return False
    alone_before = place == 0 or tokens[place - 1].type in BETWEEN_STATEMENTS
    return alone_before and place + 1 < len(tokens) and tokens[place + 1].type == tokenize.NEWLINE


class _Word(NamedTuple):
    """A token that says something: itself, what stands for it in the structure, and if it is a variable."""

    text: str
    part: str
    variable: bool = False


def _words(tokens: Tokens) -> list[_Word]:
    words: list[_Word] = []
    for place, token in enumerate(tokens):
        text = token.string
        if token.type in (*BETWEEN_STATEMENTS, tokenize.ENDMARKER) or _is_docstring(tokens, place):
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


class _Template:
    """What everybody was given."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.lines: set[str] = set()
        self.grams: set[bytes] = set()
        for source in sources:
            self.lines.update(line.strip() for line in source.split("\n"))
            for tokens in _segments(source):
                self.grams.update(_digest(_text(gram)) for gram in _grams(_words(tokens), K))

    def holds(self, text: str) -> bool:
        """Whether every line of the text is one of the template's."""
        return all(line.strip() in self.lines for line in text.strip().split("\n"))


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
    segments: Iterable[Tokens], student: str, cell: int, template: _Template
) -> Iterator[_Function]:
    """The functions that are long enough, without what the template holds."""
    for tokens in segments:
        for name, own in _definitions(tokens):
            words = _words(own)
            new = _new(words, template)
            if sum(new) >= MIN_TOKENS:
                views = ((K, _parts), (K, _text), (FLOW_K, _flow))
                yield _Function(student, name, cell, *(_winnowed(words, new, *view) for view in views))


def _definitions(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    """Name and tokens of each function; a function inside of another one is a part of that."""
    start, base, depth = None, 0, 0
    for place, token in enumerate(tokens):
        depth += {tokenize.INDENT: 1, tokenize.DEDENT: -1}.get(token.type, 0)
        ended = tokens[place - 1].type in BETWEEN_STATEMENTS and token.type != tokenize.INDENT
        if start is not None and depth <= base and ended:
            yield tokens[start + 1].string, tokens[start:place]
            start = None
        if start is None and token.string == "def" and token.type == tokenize.NAME:
            start, base = place, depth
    if start is not None and start + 1 < len(tokens):
        yield tokens[start + 1].string, tokens[start:]


def _new(words: list[_Word], template: _Template) -> list[bool]:
    """Which of the words lie outside of everything that the template holds."""
    new = [True] * len(words)
    for place, gram in enumerate(_grams(words, K)):
        if _digest(_text(gram)) in template.grams:
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

    def flag(self, student: str) -> Flag:
        mine, other = self.function, self.other
        if student != mine.student:
            mine, other = other, mine
        views = " and ".join(f"{view} ({share:.0%})" for view, share in self.signals.items())
        return Flag("similar", f"{mine.described()} is like {other.described()} in {views}.")


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


def _listed(matches: Iterable[_Match], limit: int) -> Iterator[tuple[str, Flag]]:
    """The strongest matches that concern no more than `limit` students; each student is listed once."""
    listed: set[str] = set()
    for match in sorted(matches, key=lambda match: (-match.strength, match.students)):
        new = [student for student in match.students if student not in listed]
        if len(listed) + len(new) > limit:
            return
        listed.update(new)
        for student in new:
            yield student, match.flag(student)


def _reference_functions(assignment: Assignment, template: _Template) -> list[_Function]:
    modules = {inspect.getmodule(exercise.reference) for exercise in assignment.exercises}
    sources = [inspect.getsource(module) for module in modules if module]
    return [each for source in sources for each in _functions(_segments(source), "", 0, template)]


# --- attempts to bring the answers along ----------------------------------------------------------------


def _mentions(cells: Iterable[_Cell], template: _Template) -> Iterator[Flag]:
    """One flag for each kind of attempt, with the cells in which it shows."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in cells:
        attempts = {attempt for tokens in cell.segments for attempt in _attempts(tokens, template)}
        if _encoded_bytes(cell.source, template) >= ENCODED_BYTES:
            attempts.add(("embedded", "The code holds a large piece of encoded data"))
        if cell.is_cut:
            attempts.add(("long", "There is more code than a person writes, and not all was looked at"))
        for attempt in sorted(attempts):
            found[attempt].append(str(cell.number))
    for (kind, what), numbers in found.items():
        yield Flag(kind, f"{what} (cell {', '.join(numbers)}).")


def _encoded_bytes(source: str, template: _Template) -> int:
    """Length of the longest run of lines that hold base64 or hexadecimal digits."""
    longest = run = 0
    for line in source.split("\n"):
        encoded = 0 if template.holds(line) else sum(map(len, ENCODED.findall(line)))
        run = run + encoded if encoded else 0
        longest = max(longest, run)
    return longest


def _attempts(tokens: Tokens, template: _Template) -> Iterator[tuple[str, str]]:
    for place, token in enumerate(tokens):
        if template.holds(token.line) or _is_docstring(tokens, place):
            continue
        text = token.string
        if token.type == tokenize.NAME:
            after_dot = place > 0 and tokens[place - 1].string == "."
            if text == REFERENCE_PACKAGE:
                yield "reference", f"The code names `{REFERENCE_PACKAGE}`, which is absent while grading"
            elif text in DECODERS | CODE_READERS or (text in BUILTINS_THAT_RUN_TEXT and not after_dot):
                yield "hidden_code", f"`{text}` can run or read code that is not seen here"
        elif token.type == tokenize.STRING:
            if REFERENCE_PACKAGE in text:
                yield "reference", f"A string names `{REFERENCE_PACKAGE}`, which is absent while grading"
            if DEFINITION.search(text):
                yield "embedded", "A string holds the source of a function"
