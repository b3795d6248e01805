"""What a judgement looks like in a notebook: HTML where there is a browser, text elsewhere."""

import html

from autograder.verdict import Judgement


class Panel:
    """The result of a check: HTML where there is a browser, text elsewhere."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement

    def __repr__(self) -> str:
        return panel_text(self.judgement)

    def _repr_html_(self) -> str:
        return panel_html(self.judgement)


def panel_text(judgement: Judgement) -> str:
    """The panel as plain text."""
    lines = [f"{judgement.exercise}: {_headline(judgement)}"]
    lines += [f"  {'✓' if ok else '✗'} {name}" for name, ok in judgement.passed]
    if judgement.finding:
        finding = judgement.finding
        lines.append(finding.message)
        if finding.case:
            lines += [f"  tried:    {finding.case.call}", f"  expected: {finding.case.expected}"]
            lines.append(f"  returned: {finding.case.returned}")
        if finding.read:
            lines.append(f"Read again: lecture, section “{finding.read}”.")
    return "\n".join(lines)


def panel_html(judgement: Judgement) -> str:
    """The panel as HTML; everything that comes from a student is escaped."""
    escape = html.escape
    good = judgement.score == judgement.max_score
    colour, sign = ("#009E73", "✓") if good else ("#D55E00", "✗")
    parts = [
        f'<div style="border-left:4px solid {colour};padding:0.4em 0.9em;line-height:1.5;max-width:60em">',
        f"<strong>{sign} <code>{escape(judgement.exercise)}</code></strong> {escape(_headline(judgement))}",
        '<div style="margin:0.3em 0">'
        + " &nbsp; ".join(f"{'✓' if ok else '✗'}&nbsp;{escape(name)}" for name, ok in judgement.passed)
        + "</div>",
    ]
    if judgement.finding:
        finding = judgement.finding
        parts.append(f'<p style="margin:0.4em 0">{_inline_code(finding.message)}</p>')
        if finding.case:
            rows = (
                ("tried", finding.case.call),
                ("expected", finding.case.expected),
                ("returned", finding.case.returned),
            )
            parts.append("<table>")
            parts += [
                f'<tr><th style="text-align:left">{name}</th>'
                f'<td style="text-align:left"><code>{escape(text)}</code></td></tr>'
                for name, text in rows
            ]
            parts.append("</table>")
        if finding.read:
            parts.append(
                f'<p style="margin:0.4em 0">Read again: lecture, section “{escape(finding.read)}”.</p>'
            )
    return "".join(parts) + "</div>"


def _inline_code(text: str) -> str:
    """Escaped text with `code` between backticks set as code."""
    pieces = html.escape(text).split("`")
    if len(pieces) % 2 == 0:
        return html.escape(text)
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def _headline(judgement: Judgement) -> str:
    passed = sum(ok for _, ok in judgement.passed)
    if judgement.score == judgement.max_score:
        return f"all {passed} tests pass. Grading repeats them with other numbers."
    return f"{passed} of {len(judgement.passed)} tests pass."
