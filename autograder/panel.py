"""What a judgement looks like in a notebook: HTML where there is a browser, text elsewhere."""

import html
from collections.abc import Iterator
from typing import Any

from autograder.verdict import UNTOUCHED, Judgement


GOOD, BAD, NEUTRAL = "#009E73", "#D55E00", "#8C8C8C"
# A test in which an answer by another convention is right, with numbers of its own.
OTHERWISE = "≈"
# Under this name the metadata of an output says what came out of a check.
RECORD = "autograder_check"


class Panel:
    """The result of a check: HTML where there is a browser, text elsewhere.

    `untried` are kinds of input that nobody waited for, `further` those that only grading tries.
    """

    def __init__(
        self, judgement: Judgement, untried: tuple[str, ...] = (), further: tuple[str, ...] = ()
    ) -> None:
        self.judgement = judgement
        self.untried = untried
        if is_right(judgement):
            tests = "them" if all(ok for _, ok in judgement.passed) else "the tests"
            self.remark = f"Grading repeats {tests} with other numbers"
            self.remark += f" and tries further kinds of input: {'; '.join(further)}." if further else "."
        else:
            self.remark = ""

    @property
    def record(self) -> dict[str, Any]:
        """For the metadata of the output, where `autograder.standing` finds it again in a saved notebook."""
        return {RECORD: {"exercise": self.judgement.exercise, "score": self.judgement.score}}

    def __repr__(self) -> str:
        return panel_text(self.judgement, self.untried, self.remark)

    def _repr_html_(self) -> str:
        return panel_html(self.judgement, self.untried, self.remark)


def panel_text(judgement: Judgement, untried: tuple[str, ...] = (), remark: str = "") -> str:
    """The panel as plain text."""
    finding = judgement.finding
    if finding and finding.kind in UNTOUCHED:
        return finding.message
    lines = [f"{judgement.exercise}: {_headline(judgement, untried)} {remark}".rstrip()]
    lines += [f"  {sign} {name}" for sign, name in _tests(judgement, untried)]
    if finding:
        lines.append(finding.message)
        lines += [f"  {name + ':':<9} {text}" for name, text in _case(judgement)]
        if finding.read:
            lines.append(f"Read again: lecture, section “{finding.read}”.")
    return "\n".join(lines)


def panel_html(judgement: Judgement, untried: tuple[str, ...] = (), remark: str = "") -> str:
    """The panel as HTML; everything that comes from a student is escaped."""
    escape = html.escape
    finding = judgement.finding
    if finding and finding.kind in UNTOUCHED:
        return f"{framed(NEUTRAL)}{inline_code(finding.message)}</div>"
    sign, colour = ("✓", GOOD) if is_right(judgement) else ("✗", BAD)
    parts = [
        framed(colour),
        f"<strong>{sign} {code(judgement.exercise)}</strong> ",
        escape(f"{_headline(judgement, untried)} {remark}".rstrip()),
        '<div style="margin:0.3em 0">',
        " ".join(
            f'<span style="display:inline-block;margin-right:1em">{sign}&nbsp;{escape(name)}</span>'
            for sign, name in _tests(judgement, untried)
        ),
        "</div>",
    ]
    if finding:
        parts.append(f'<p style="margin:0.4em 0">{inline_code(finding.message)}</p>')
        # No table: on a narrow page its first column would take half of it.
        parts += [
            f'<p style="margin:0.2em 0"><strong>{name}</strong> {code(text)}</p>'
            for name, text in _case(judgement)
        ]
        if finding.read:
            parts.append(
                f'<p style="margin:0.4em 0">Read again: lecture, section “{escape(finding.read)}”.</p>'
            )
    return "".join(parts) + "</div>"


def framed(colour: str) -> str:
    return f'<div style="border-left:4px solid {colour};padding:0.4em 0.9em;line-height:1.5;max-width:60em">'


def _tests(judgement: Judgement, untried: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    other = OTHERWISE if is_right(judgement) else "✗"
    yield from (("✓" if ok else other, name) for name, ok in judgement.passed)
    yield from (("–", name) for name in untried)


def _case(judgement: Judgement) -> Iterator[tuple[str, str]]:
    """The failing case as rows; what never came back was said already."""
    case = judgement.finding.case if judgement.finding else None
    expected, returned = ("ours", "yours") if is_right(judgement) else ("expected", "returned")
    if case:
        yield "tried", case.call
        if case.expected:
            yield expected, case.expected
        if case.returned:
            yield returned, case.returned


def inline_code(text: str) -> str:
    """Escaped text with `code` between backticks set as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return html.escape(text)
    return "".join(code(piece) if i % 2 else html.escape(piece) for i, piece in enumerate(pieces))


def code(text: str) -> str:
    """Escaped text as code that breaks where it must: numbers without a space never end."""
    return f'<code style="overflow-wrap:break-word">{html.escape(text)}</code>'


def is_right(judgement: Judgement) -> bool:
    return judgement.score == judgement.max_score


def _headline(judgement: Judgement, untried: tuple[str, ...]) -> str:
    passed, tried = sum(ok for _, ok in judgement.passed), len(judgement.passed)
    if passed == tried:
        return f"all {passed} tests pass."
    if is_right(judgement):
        return f"right, by another convention ({OTHERWISE}: other numbers than ours)."
    if untried:
        return f"{passed} of {tried + len(untried)} tests pass, {len(untried)} not tried."
    return f"{passed} of {tried} tests pass."
