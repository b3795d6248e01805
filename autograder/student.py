"""`check(function)`: what a student calls in the notebook.

It tries the function on the inputs that everybody sees, in the student's own kernel, with the engine and
the words of the grading. Grading repeats it elsewhere, on inputs that nobody has seen.
"""

import html
from collections.abc import Callable
from typing import Any

from autograder.exercise import Exercise, public_generator
from autograder.exercises import find_exercise
from autograder.sandbox.perform import perform
from autograder.verdict import Judgement, ProbeTrials, expected_outcomes, judge, try_out


class CheckFailed(Exception):  # noqa: N818 (a check that fails is no error of the program)
    """The function does not do yet what was asked; the message says what to look at."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a traceback through the grader, which would help nobody."""
        return [f"CheckFailed: {self}"]


class Panel:
    """The result of a check: HTML where there is a browser, text elsewhere."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement

    def __repr__(self) -> str:
        return panel_text(self.judgement)

    def _repr_html_(self) -> str:
        return panel_html(self.judgement)


def check(function: Callable[..., Any]) -> None:
    """Try `function` on the visible inputs of the exercise that carries its name.

    Shows a panel with what was tried and, when something differs, the first thing to look at. Raises
    `CheckFailed` then, so that nbgrader's Validate button reports it.
    """
    name = getattr(function, "__name__", None)
    try:
        exercise = find_exercise(str(name))
    except KeyError:
        raise CheckFailed(
            f"no exercise asks for a function named {name!r}; call check(your_function)"
        ) from None
    judgement = check_quietly(function, exercise)
    _display(Panel(judgement))
    if judgement.score < judgement.max_score and judgement.finding:
        raise CheckFailed(judgement.finding.message)


def check_quietly(function: Callable[..., Any], exercise: Exercise) -> Judgement:
    """Judge a function on the visible inputs of an exercise, in this process."""
    tried = []
    for probe in exercise.probes:
        if not probe.public:
            continue
        calls = exercise.draw(probe, public_generator(exercise, probe))
        expected = expected_outcomes(exercise, calls)
        outcomes = perform(calls, exercise.namespace(function))
        tried.append(ProbeTrials(probe, try_out(exercise, probe, calls, outcomes, expected), None))
    return judge(exercise, tried)


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


def _display(panel: Panel) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(panel)
        return
    if get_ipython() is None:
        print(panel)
    else:
        display(panel)
