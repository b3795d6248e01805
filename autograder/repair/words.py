"""What is said of a repair: to the student where it is and of what kind, to their teachers what it is."""

import re
import textwrap

from autograder.repair.own_source import OwnSource
from autograder.repair.places import Repair
from autograder.repair.source import Edit
from autograder.verdict import Located


# Of what kind a change is, after "at `...`: ".
KINDS = {
    "operator": "another operation belongs there",
    "order": "the order of what stands there is another one",
    "brackets": "the brackets belong elsewhere",
    "in_or_out": "{the} is taken of something else than you think",
    "function": "another function is meant",
    "argument": "look at what the function is given",
    "axis": "look at the axis",
    "number": "look at the number",
    "name": "another variable is meant",
    "expression": "something else than this has to be worked out there",
    "superfluous": "something there is too much",
    "missing": "something is missing there",
    "sign": "look at the sign",
    "comparison": "look at the condition",
    "slice": "look at where the slice begins and ends",
    "copy": "look at which array is changed there",
    "type": "look at the type of the array",
    "transposed": "look at which way round the matrices stand",
    "superfluous_line": "this line is too much",
    "line_order": "these lines stand in another order than they have to",
    "line": "something else than this has to be worked out there",
    "missing_line": "something is missing between these lines",
    "several": "something else than this has to be worked out in each of them",
}
FUNCTIONS = {
    "sqrt": "the root",
    "square": "the square",
    "sum": "the sum",
    "mean": "the mean",
}
COUNTED = {1: "One", 2: "Two", 3: "Three", 4: "Four"}
# What is quoted of one place.
QUOTED = 80


def located(name: str, own: OwnSource, repair: Repair) -> tuple[Located, str]:
    """Where a repair of the function of that name is, and the sentence for the student."""
    text, spans = own.text, [_trimmed(own.text, *span) for span in repair.places]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    start = text.rfind("\n", 0, first) + 1
    end = text.find("\n", last) if "\n" in text[last:] else len(text)
    lines = sorted({own.line + text.count("\n", 0, place) for span in spans for place in span})
    edit = repair.edit
    what = f"{COUNTED[len(spans)]} change{'s' * (len(spans) > 1)}"
    says = (
        f"{what} in {_numbered(lines)} of cell {own.cell}, {_named(own, spans)}, would make all tests "
        f"of `{name}` pass: {KINDS[repair.kind].format(the=_function_in(text[first:last]))}."
    )
    marks = tuple((one - start, other - start) for one, other in spans)
    before, after = _change(text, edit)
    line = own.line + text.count("\n", 0, start)
    return Located(own.cell, line, text[start:end], marks, repair.kind, before, after), says


def _change(text: str, edit: Edit) -> tuple[str, str]:
    """What would be another text, and that: of several places their whole lines."""
    if len(edit.spans) == 1:
        return text[edit.start : edit.end], edit.text.strip()
    start = text.rfind("\n", 0, edit.start) + 1
    rest = text[edit.end :].split("\n", 1)[0]
    return (
        textwrap.dedent(text[start : edit.end] + rest),
        textwrap.dedent(text[start : edit.start] + edit.text + rest),
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A place without the blanks around it; of one between two lines both ends."""
    while start < end and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _numbered(lines: list[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    if lines == list(range(lines[0], lines[-1] + 1)) and len(lines) > 2:
        return f"lines {lines[0]} to {lines[-1]}"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"


def _named(own: OwnSource, spans: list[tuple[int, int]]) -> str:
    """Each place by what stands there, or by the line behind which something is missing."""
    quotes = [re.sub(r"\s+", " ", own.text[start:end]) for start, end in spans]
    shown = [quote if len(quote) <= QUOTED else f"{quote[:QUOTED]}..." for quote in quotes]
    if len(spans) == 1:
        return f"at `{shown[0]}`" if shown[0] else "at this place"
    named = [
        f"`{quote}`" if quote else _between(own, start)
        for quote, (start, _) in zip(shown, spans, strict=True)
    ]
    *others, last = sorted(named, key=lambda each: not each.startswith("`"))
    return f"{'at ' if others[0].startswith('`') else ''}{', '.join(others)} and {last}"


def _between(own: OwnSource, place: int) -> str:
    line = own.line + own.text.count("\n", 0, place)
    is_first = not own.text[:place].rsplit("\n", 1)[-1].strip()
    return f"{'before' if is_first else 'after'} line {line}"


def _function_in(text: str) -> str:
    found = re.search(r"\b(\w+)\(", text)
    name = found[1] if found else ""
    return FUNCTIONS.get(name, f"`{name}`" if name else "the function")
