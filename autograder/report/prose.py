"""Text cells as their writers see them: Markdown with formulas.

A stranger's text becomes nothing that runs, loads or leads anywhere: HTML stays text, a link shows where it
leads, and a picture is its description.
"""

import re
from functools import cache, lru_cache
from typing import Any

import mistune
from markupsafe import Markup

from autograder.report.formulas import formula
from autograder.report.safe import plain_block


# A longer text is shown as it was written.
MAX_PROSE = 20_000

INLINE = r"\$(?![\s$])(?P<inline_formula_latex>(?:\\[^\n]|[^$\\\n]){1,500})(?<!\s)\$(?!\d)"
DISPLAYED = r"\$\$(?P<displayed_formula_latex>(?:\\[\s\S]|[^$\\]){1,2000})\$\$"
ENVIRONMENT = (
    r"(?P<environment_latex>\\begin\{(?P<environment_name>[a-z]{1,20}\*?)\}"
    r"[^$]{0,2000}?\\end\{(?P=environment_name)\})"
)


@lru_cache(maxsize=1000)  # most texts of a class are those of its template
def prose(text: str) -> Markup | None:
    """The text as HTML; None for one that is too long to be read as prose."""
    return Markup(_markdown()(plain_block(text))) if len(text) <= MAX_PROSE else None


@cache
def _markdown() -> mistune.Markdown:
    markdown = mistune.create_markdown(renderer=_Renderer(), plugins=["table", "strikethrough"])
    _add_formulas(markdown)
    return markdown


def _add_formulas(markdown: mistune.Markdown) -> None:
    """Formulas between dollars, and environments of LaTeX."""
    rules = {"inline_formula": INLINE, "displayed_formula": DISPLAYED, "environment": ENVIRONMENT}
    for name in ("displayed_formula", "inline_formula", "environment"):

        def found(_: Any, match: re.Match[str], state: Any, name: str = name) -> int:
            latex = match[f"{name}_latex"]
            state.append_token({"type": name, "raw": latex})
            return match.end()

        markdown.inline.register(name, rules[name], found, before="escape")


class _Renderer(mistune.HTMLRenderer):
    """HTML without anything that loads or leads elsewhere; headings stay below those of the page."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def inline_formula(self, text: str) -> str:
        return formula(text, block=False)

    def displayed_formula(self, text: str) -> str:
        return formula(text, block=True)

    environment = displayed_formula

    def link(self, text: str, url: str, title: str | None = None) -> str:
        address = mistune.escape(url)
        return text if text == address else f"{text} ({address})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[picture: {text}]"

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<h4>{text}</h4>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        return f'<th scope="col">{text}</th>\n' if head else f"<td>{text}</td>\n"

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre>{mistune.escape(code)}</pre>\n"
