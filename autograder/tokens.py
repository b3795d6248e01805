"""The code cells of a submission, cut into tokens under caps. Student text is never parsed or compiled."""

import re
import tokenize
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from autograder.results import Result


# A person writes shorter lines and cells; what is longer is not looked at.
MAX_LINE, MAX_CELL, MAX_SUBMISSION = 200, 32 << 10, 64 << 10
RESTARTS = 8
# As Python reads a file. In one line the tokenizer of Python 3.12 trips over a bare carriage return.
END_OF_LINE = re.compile(r"\r\n?|\n")

Tokens = list[tokenize.TokenInfo]
SILENT = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
BETWEEN_STATEMENTS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


class CodeCell(NamedTuple):
    number: int
    source: str
    segments: list[Tokens]
    is_cut: bool


def code_cells(result: Result) -> Iterator[CodeCell]:
    """The code cells, as far as a submission is looked at."""
    left = MAX_SUBMISSION
    for number, record in enumerate(result.cells, start=1):
        if record.cell.kind == "code" and left > 0:
            source = record.cell.source[: min(left, MAX_CELL)]
            left -= len(source)
            yield CodeCell(number, source, list(segments(source)), len(source) < len(record.cell.source))


def segments(source: str) -> Iterator[Tokens]:
    """The tokens of a source; where it is no Python, those before, and those from the next line on."""
    lines = [line + "\n" if len(line) <= MAX_LINE else "\n" for line in END_OF_LINE.split(source)]
    for _ in range(RESTARTS):
        tokens: Tokens = []
        try:
            for token in tokenize.generate_tokens(iter(lines).__next__):
                if token.type not in SILENT:
                    tokens.append(token)
            yield tokens
            return
        except (tokenize.TokenError, SyntaxError, ValueError):
            yield tokens
            lines = lines[max(1, tokens[-1].end[0] if tokens else 1) :]


def is_docstring(tokens: Tokens, place: int) -> bool:
    """Whether a string is a statement of its own, which does nothing."""
    if tokens[place].type != tokenize.STRING:
        return False
    alone_before = place == 0 or tokens[place - 1].type in BETWEEN_STATEMENTS
    return alone_before and place + 1 < len(tokens) and tokens[place + 1].type == tokenize.NEWLINE


def definitions(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
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


class Template:
    """What everybody was given."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.sources = tuple(sources)
        self.lines = {line.strip() for source in self.sources for line in source.split("\n")}

    def holds(self, text: str) -> bool:
        """Whether every line of the text is one of the template's."""
        return all(line.strip() in self.lines for line in text.strip().split("\n"))
