"""Text cells as prose: set as their writers see them, and nothing in them runs, loads or leads anywhere."""

import re
import unicodedata
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.report import lecture_sections
from autograder.report.formulas import ATTRIBUTES, ELEMENTS
from autograder.report.prose import MAX_PROSE, prose


LECTURES = Path(__file__).resolve().parents[2] / "notebooks" / "lectures"

MADE = (
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h4",
    "hr",
    "li",
    "math",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
)
MADE += ("tbody", "td", "th", "thead", "tr", "ul")
NAMES = ("display", "scope", "start")


def assert_harmless_prose(elements: Iterable[tuple[str, dict[str, str]]]) -> None:
    for tag, attributes in elements:
        assert tag in ELEMENTS.union(MADE)
        assert attributes.keys() <= ATTRIBUTES.union(NAMES)


class Elements(HTMLParser):
    """The elements of a piece of HTML in order; all of them are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


# Pieces of which Markdown, LaTeX and attacks are made.
PIECES = [
    r"$",
    r"$$",
    r"\\",
    r"\frac",
    r"\href{javascript:x}{y}",
    r"\style{position:fixed}{x}",
    r"\class{a}{b}",
    r"{",
    r"}",
    r"_",
    r"^",
    r"&",
    r"\begin{align}",
    r"\end{align}",
    r"\color{red}",
    r"\text{",
    r"\unicode{x41}",
    r"<script>",
    r"x",
    r"-",
    r"1.",
    r">",
    r"|",
    r"[a](javascript:x)",
    r"![a](http://b)",
    r"`",
    r"**",
    r"~~",
    r"<http://c>",
    r"[r]",
    r"[r]:http://d",
    r"&lt;",
    r"\hspace{-99em}",
    r"```",
    r"#",
    r"<img/onerror=x>",
    r"](",
    r"<!--",
    r"-->",
    r"\left(",
    r"\right)",
    r"\sqrt",
    r"\mathbb{R}",
]
SPACES = [" ", "\n", "\n\n", "    ", "\n|a|b|\n|-|-|\n", "\ud800", "\x1b[31m", "\u202e"]


@given(st.lists(st.sampled_from(PIECES + SPACES), max_size=25).map("".join))
def test_no_text_is_more_than_prose(text: str) -> None:
    made = prose(text)
    assert made is not None
    assert_harmless_prose(Elements(made.replace("<br />", "").replace("<hr />", "")).found)
    assert {c for c in made if unicodedata.category(c) in ("Cc", "Cf", "Cs")} <= {"\n", "\t"}


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (
            r"Let $\beta^t$ go.",
            '<p>Let <math display="inline"><mrow><msup><mi>β</mi><mi>t</mi></msup></mrow></math> go.</p>',
        ),
        ("$5 and $6", "<p>$5 and $6</p>"),
        (r"`$x$` and \$y\$", "<p><code>$x$</code> and $y$</p>"),
        ("## Head", "<h4>Head</h4>"),
        ("[the lecture](../lectures/01.ipynb)", "<p>the lecture (../lectures/01.ipynb)</p>"),
        ("<https://numpy.org>", "<p>https://numpy.org</p>"),
        ("![a plot](plot.png)", "<p>[picture: a plot]</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        (r"$}{$", "<p><code>}{</code></p>"),
        ("```python\nx = '<'\n```", "<pre>x = '&lt;'\n</pre>"),
    ],
)
def test_prose_is_set_as_its_writer_sees_it(source: str, made: str) -> None:
    found = prose(source)
    assert found is not None
    assert found.strip() == made


@pytest.mark.parametrize("source", [r"$$\sum_{i=1}^{n} x_i$$", "$$\n\\sum_{i=1}^{n} x_i\n$$"])
def test_a_displayed_formula_is_set_as_one(source: str) -> None:
    elements = Elements(prose(source) or "").found
    assert ("math", {"display": "block"}) in elements
    assert "munderover" in [tag for tag, _ in elements]


def test_what_paints_or_links_in_a_formula_is_left_out() -> None:
    made = prose(r"$\href{javascript:x}{a}\style{position:fixed}{b}\class{c}{d}\hspace{-99em}\color{red}{e}$")
    assert made is not None
    assert not [name for name in ("href", "style=", "class", "-99em", "red") if name in made]
    assert all(f"<mi>{letter}</mi>" in made for letter in "abde")


def test_a_text_that_nobody_writes_is_no_prose() -> None:
    assert prose("x" * (MAX_PROSE + 1)) is None


@pytest.mark.parametrize("name", [name for name in ASSIGNMENT_NAMES if (LECTURES / f"{name}.ipynb").exists()])
def test_every_section_that_is_named_is_in_the_lecture(name: str) -> None:
    sections = lecture_sections(LECTURES / f"{name}.ipynb")
    for exercise in load(name).exercises:
        for each in (exercise, *exercise.misconceptions):
            assert prose(sections[each.read])
    made = "".join(prose(text) or "" for text in sections.values())
    assert not re.search(r"<code>\s*\\[a-z]", made), "a formula that cannot be set"
    assert "$" not in made


def test_of_a_lecture_that_is_none_there_are_no_sections(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"cells": [3]}', '{"cells": [{"cell_type": "markdown"}]}'):
        (tmp_path / "broken.ipynb").write_text(text)
        assert lecture_sections(tmp_path / "broken.ipynb") == {}
    assert lecture_sections(tmp_path / "none.ipynb") == {}
