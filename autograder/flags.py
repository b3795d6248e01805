"""Reasons for a person to look twice; never a score, and never a blame.

What the source of a submission, the files beside it and the rest of the class have to say that no value
says. Everything of it can be honest.
"""

import math
import re
import sys
import tokenize
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercise import Assignment, Exercise
from autograder.results import Result
from autograder.similarity import similar
from autograder.timestamps import TIMESTAMP
from autograder.tokens import (
    BETWEEN_STATEMENTS,
    MAX_LINE,
    CodeCell,
    Template,
    Tokens,
    code_cells,
    definitions,
    is_docstring,
)
from autograder.trials import draw_public


WHAT_A_FLAG_MEANS = (
    "A flag says where to look, not what happened, and it changes no score. There are few good ways to "
    "write a short function, and many students read the same lecture. Before you think of copying, put the "
    "two texts side by side, see whether what agrees stands in the lecture, the template or the "
    "documentation, and let the student explain the function or change it while you watch; five minutes are "
    "enough. What follows is for the rules of your department. Keep this list, and how it is made, to "
    "yourself."
)

REFERENCE_PACKAGE = "advsec"
BUILTINS_THAT_RUN_TEXT = frozenset(("exec", "eval", "compile", "__import__"))
DECODERS = frozenset(("b64decode", "b32decode", "b85decode", "a85decode", "unhexlify", "marshal"))
CODE_READERS = frozenset(("getsource", "getsourcelines", "zipimport", "runpy", "exec_module"))
ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
ENCODED_BYTES = 2048
WORD = re.compile(r"\w+")

NAMES_REFERENCE = ("reference", f"The code names `{REFERENCE_PACKAGE}`, which is absent while grading")
RUNS_OR_READS = "`{}` can run or read code that is not seen here"
UNREAD = "The code could not be looked through ({error}); read it yourself."
DEFINITION = re.compile(r"\bdef \w+\(")
SAME_FILE = "This is the file that {others} handed in as well, byte for byte"
# So many of them are named.
NAMED = 5


# Different numbers in one function or assignment. Formulas of the course need a handful.
MANY_NUMBERS = 20
# As many of them that stand in the visible tests are no chance: of those only numbers that nobody thinks of.
VISIBLE_NUMBERS = 2

# Of the characters that cannot be seen, those that belong to the writing of languages and emoji.
ORDINARY = frozenset("\u00ad\u200c\u200d\u200e\u200f\u061c")
# Cyrillic letters, small and capital, then capital Greek ones, and the Latin letters that they look like.
LOOK_ALIKE = str.maketrans(
    "\u0430\u0441\u0435\u04bb\u0456\u0458\u043e\u0440\u0455\u0445\u0443"
    "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405\u0422\u0425"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf",
    "acehijopsxyABCEHIJKMOPSTXABEZHIKMNOPTYXo",
)

# A file of such a name would be imported in the place of the package, where it may be.
PACKAGES = frozenset(("IPython", "advsec", "autograder", "matplotlib", "numpy", "pandas", "scipy", "sklearn"))


@dataclass(frozen=True)
class Flag:
    """Something for a person to look at.

    `kind` is similar, same_file, reference, hidden_code, embedded, long, literal_table, invisible,
    look_alike, shadow_module, timestamp or unread.
    """

    kind: str
    message: str


def flags(
    results: Iterable[Result],
    assignment: Assignment,
    release_sources: Mapping[str, str],
    groups: Iterable[frozenset[str]] = (),
) -> dict[str, tuple[Flag, ...]]:
    """What to look at, by student; students without a flag are left out.

    `release_sources` are the cells that students were given (`notebook.sources`). The same file is each
    member's where one of the `groups` of students has handed in that one file and no other.
    """
    results = tuple(results)
    template = Template(release_sources.values())
    visible = {exercise.name: _visible_numbers(exercise) for exercise in assignment.exercises}
    # Numbers are asked for where a test is written.
    tests = frozenset(exercise.name for exercise in assignment.exercises if exercise.tests)
    submissions: dict[str, tuple[CodeCell, ...]] = {}
    found: dict[str, list[Flag]] = defaultdict(list)
    for result in results:
        try:
            cells = tuple(code_cells(result))
            found[result.student] += [
                *_signs(cells, template),
                *_literal_tables(cells, template, visible, leave_out=tests),
                *_look_alikes(cells, template, visible),
                *_shadows(result.beside),
            ]
            submissions[result.student] = cells
        except Exception as error:  # one strange text costs nobody else their flags
            found[result.student] = [Flag("unread", UNREAD.format(error=type(error).__name__))]
    for student in _dated(results):
        found[student].append(Flag("timestamp", DATED))
    groups = tuple(groups)
    for same in _of_one_file(results, submissions, template):
        if not any(same == group & submissions.keys() for group in groups):
            for student in same:
                found[student].append(Flag("same_file", SAME_FILE.format(others=_listed(same - {student}))))
        # What one of them has in common with somebody else, all have.
        for student in sorted(same)[1:]:
            del submissions[student]
    for student, says in similar(submissions, assignment, template):
        found[student].append(Flag("similar", says))
    return {student: tuple(own) for student, own in found.items() if own}


def _of_one_file(
    results: Iterable[Result], submissions: Mapping[str, Iterable[CodeCell]], template: Template
) -> list[frozenset[str]]:
    """The students, several each time, whose files are the same and not what everybody was given."""
    students: dict[str, set[str]] = defaultdict(set)
    for result in results:
        cells = submissions.get(result.student, ())
        if result.sha256 and not all(template.holds(cell.source) for cell in cells):
            students[result.sha256].add(result.student)
    return [frozenset(same) for same in students.values() if len(same) > 1]


def _listed(students: Iterable[str]) -> str:
    names = sorted(students)
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


# --- in the code ----------------------------------------------------------------------------------------


def _signs(cells: Iterable[CodeCell], template: Template) -> Iterator[Flag]:
    """One flag for each kind of sign, with the cells in which it shows."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in cells:
        signs = {sign for tokens in cell.segments for sign in _attempts(tokens, template)}
        signs |= {sign for line in _long_lines(cell.source, template) for sign in _named_in(line)}
        signs.update(_invisible(cell.source, template))
        if _encoded_bytes(cell.source, template) >= ENCODED_BYTES:
            signs.add(("embedded", "The code holds a large piece of encoded data"))
        if cell.is_cut:
            signs.add(("long", "There is more code than a person writes, and not all was looked at"))
        for sign in sorted(signs):
            found[sign].append(str(cell.number))
    for (kind, what), numbers in found.items():
        yield Flag(kind, f"{what} (cell {', '.join(numbers)}).")


def _long_lines(source: str, template: Template) -> list[str]:
    """The lines that are not cut into tokens."""
    return [line for line in source.split("\n") if len(line) > MAX_LINE and not template.holds(line)]


def _named_in(line: str) -> Iterator[tuple[str, str]]:
    for word in set(WORD.findall(line)):
        if word == REFERENCE_PACKAGE:
            yield NAMES_REFERENCE
        elif word in BUILTINS_THAT_RUN_TEXT | DECODERS | CODE_READERS:
            yield "hidden_code", RUNS_OR_READS.format(word)


def _literal_tables(
    cells: Sequence[CodeCell],
    template: Template,
    visible: Mapping[str, frozenset[float]],
    leave_out: Container[str],
) -> Iterator[Flag]:
    """Functions that hold a table of numbers, and those that were asked for and use a name that does."""
    segments = [(cell.number, tokens) for cell in cells for tokens in cell.segments]
    tables = {name: own for _, tokens in segments for name, own in _tables(tokens, template)}
    every = frozenset().union(*visible.values())
    for number, tokens in segments:
        for name, own in definitions(tokens):
            if name in leave_out:
                continue
            held = _numbers(own, template)
            if name in visible:
                held = held.union(*(tables.get(used, ()) for used in _names_from_outside(own)))
            says = f"`{name[:60]}` (cell {number}) takes from a table of"
            if len(held & visible.get(name, every)) >= VISIBLE_NUMBERS:
                yield Flag("literal_table", f"{says} numbers that stand in the visible tests.")
            elif len(held) >= MANY_NUMBERS:
                yield Flag("literal_table", f"{says} many numbers: of answers, perhaps.")


def _names_from_outside(function: Tokens) -> set[str]:
    """The names in a function that are neither parameters of it nor assigned in it."""
    own: set[str] = set()
    depth, in_head = 0, True
    for before, token, after in zip(function, function[1:], function[2:], strict=False):
        depth += {"(": 1, ")": -1}.get(before.string, 0)
        in_head = in_head and (before.string != ")" or depth > 0)
        parameter = in_head and depth == 1 and before.string in ("(", ",", "*", "**")
        assigned = before.type in BETWEEN_STATEMENTS and after.string == "="
        if token.type == tokenize.NAME and (parameter or assigned):
            own.add(token.string)
    return {token.string for token in function if token.type == tokenize.NAME} - own


def _tables(tokens: Tokens, template: Template) -> Iterator[tuple[str, frozenset[float]]]:
    """The names of whole statements that assign something, and the numbers in it."""
    start = 0
    for place, token in enumerate(tokens):
        if token.type in BETWEEN_STATEMENTS:
            match tokens[start:place]:
                case [name, equals, *content] if equals.string == "=":
                    yield name.string, _numbers(content, template)
            start = place + 1


def _numbers(tokens: Tokens, template: Template) -> frozenset[float]:
    """The different numbers of the code, but for those that everybody was given."""
    numbers = (token for token in tokens if token.type == tokenize.NUMBER and not template.holds(token.line))
    return frozenset(map(_value, {token.string for token in numbers}))


def _value(text: str) -> float:
    """What a number of the source is; nan where it is no plain one."""
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return math.nan


def _visible_numbers(exercise: Exercise) -> frozenset[float]:
    """The numbers of two digits and more behind the point in the tests that everybody sees."""
    calls = (call for drawn in draw_public(exercise) for call in drawn.calls)
    given = (
        np.ravel(np.abs(value)) for call in calls for value in _arrays((*call.args, *call.kwargs.values()))
    )
    return frozenset(float(value) for values in given for value in values if round(value, 1) != value)


def _arrays(values: Iterable[Any]) -> Iterator[np.ndarray]:
    for value in values:
        if isinstance(value, np.ndarray | float) and np.asarray(value).dtype.kind == "f":
            yield np.asarray(value)
        elif isinstance(value, tuple):
            yield from _arrays(value)


def _invisible(source: str, template: Template) -> Iterator[tuple[str, str]]:
    """Formatting characters: what they do to a text is not what is run."""
    lines = (line for line in source.split("\n") if not line.isascii() and not template.holds(line))
    found = {character for line in lines for character in line if unicodedata.category(character) == "Cf"}
    if found := found - ORDINARY:
        numbers = ", ".join(f"U+{ord(character):04X}" for character in sorted(found)[:5])
        yield (
            "invisible",
            "Characters that cannot be seen, or turn the direction of writing, stand in the code: "
            f"{numbers}. Text from elsewhere brings them along; read it where they are shown",
        )


def _look_alikes(cells: Iterable[CodeCell], template: Template, asked: Container[str]) -> Iterator[Flag]:
    """Names that look like another one of the notebook, or like one that was asked for, and are not it."""
    places: dict[str, int] = {}
    for cell in cells:
        for token in (token for tokens in cell.segments for token in tokens):
            if token.type == tokenize.NAME and not template.holds(token.line):
                places.setdefault(unicodedata.normalize("NFKC", token.string), cell.number)
    for name, number in places.items():
        plain = name.translate(LOOK_ALIKE)
        if plain != name and (plain in places or plain in asked):
            letters = [f"U+{ord(a):04X}" for a, b in zip(name, plain, strict=True) if a != b]
            yield Flag(
                "look_alike",
                f"A name looks like `{plain[:60]}` and is another one: it has {', '.join(letters[:5])} in it "
                f"(cell {number}). A keyboard with two alphabets is enough for that.",
            )


def _encoded_bytes(source: str, template: Template) -> int:
    """Length of the longest run of lines that hold base64 or hexadecimal digits."""
    longest = run = 0
    for line in source.split("\n"):
        encoded = 0 if template.holds(line) else sum(map(len, ENCODED.findall(line)))
        run = run + encoded if encoded else 0
        longest = max(longest, run)
    return longest


def _attempts(tokens: Tokens, template: Template) -> Iterator[tuple[str, str]]:
    for place, token in enumerate(tokens):
        if template.holds(token.line) or is_docstring(tokens, place):
            continue
        text = token.string
        if token.type == tokenize.NAME:
            after_dot = place > 0 and tokens[place - 1].string == "."
            if text == REFERENCE_PACKAGE:
                yield NAMES_REFERENCE
            elif text in DECODERS | CODE_READERS or (text in BUILTINS_THAT_RUN_TEXT and not after_dot):
                yield "hidden_code", RUNS_OR_READS.format(text)
        elif token.type == tokenize.STRING:
            if REFERENCE_PACKAGE in text:
                yield "reference", f"A string names `{REFERENCE_PACKAGE}`, which is absent while grading"
            if DEFINITION.search(text):
                yield "embedded", "A string holds the source of a function"


# --- beside the notebook --------------------------------------------------------------------------------

DATED = (
    f"`{TIMESTAMP}` lies beside the notebook, and not beside most others. nbgrader takes the time of handing "
    "in from it; see where it comes from before that counts."
)


def _shadows(names: Iterable[str]) -> Iterator[Flag]:
    for name in names:
        stem, _, ending = name.partition(".")
        is_module = ending in ("py", "pyc") and stem in PACKAGES | sys.stdlib_module_names
        if is_module or name in PACKAGES:
            says = (
                f"`{name}` lies beside the notebook and is named like a module. Grading used nothing of it."
            )
            yield Flag("shadow_module", says)


def _dated(results: Sequence[Result]) -> list[str]:
    """Who has a time stamp where most have none."""
    dated = [result.student for result in results if TIMESTAMP in result.beside]
    return dated if 2 * len(dated) < len(results) else []
