"""Pages, tables and file names hold whatever strangers write, and nothing that they write does anything."""

import base64
import copy
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, strategies as st

from autograder import submission
from autograder.behaviour import Answered
from autograder.course import CourseError
from autograder.exercises import load
from autograder.flags import WHAT_A_FLAG_MEANS, Flag
from autograder.grades import Grade, Mark
from autograder.named import Named
from autograder.report import (
    class_page,
    page_name,
    plain_text,
    scores_csv,
    student_page,
    words,
    write_reports,
)
from autograder.report.safe import spreadsheet_text
from autograder.report.student import PAGE_CHARACTERS, PAGE_IMAGES, PAGE_OUTPUTS
from autograder.report.whole_course import Part, course_page
from autograder.results import CellRecord, Result
from autograder.sandbox.images import png_of
from autograder.sandbox.messages import CellResult, Output
from autograder.sandbox.perform import Stopped
from autograder.sandbox.reader import Attachment, Cell, Unreadable
from autograder.verdict import LADDER, Case, Finding, Judgement

from .grades import grade_of, grades_of
from .test_prose import assert_harmless_prose


ASSIGNMENT = load("01_moving_averages")
EWMA = ASSIGNMENT.exercise("ewma")
KEY = b"a key for the tests"

# What a stranger would load or run, were it taken for HTML.
BEACON = "http://127.0.0.1:9/beacon"
ATTACKS = {
    "script": "<script>window.pwned=1</script>",
    "script closing a cell": "</code></pre></td></table><script>window.pwned=1</script>",
    "script closing the style": "</style></title></textarea><script>window.pwned=1</script>",
    "script in a comment": "--><!--><script>window.pwned=1</script><!--",
    "event handler": "<img src=x onerror=window.pwned=1><svg onload=window.pwned=1>",
    "event handler in an attribute": '" onfocus=window.pwned=1 autofocus tabindex=1 x="',
    "event handler in a quoted attribute": "' onmouseover='window.pwned=1' x='",
    "javascript link": "<a href='javascript:window.pwned=1'>points</a>[a](javascript:window.pwned=1)",
    "data link": "<iframe src='data:text/html,<script>parent.pwned=1</script>'></iframe>",
    "template": "{{ 7 * 7 }}{% raw %}{{ cycler.__init__.__globals__ }}{{ '<b>'|safe }}",
    "entities": "&lt;script&gt;window.pwned=1&lt;/script&gt;&#60;script&#62;",
    "CDATA": "<![CDATA[<script>window.pwned=1</script>]]>",
    "pixel": f"<img src='{BEACON}'><link rel=stylesheet href='{BEACON}'>",
    "import of a style": f"<style>@import url({BEACON});*{{background:url({BEACON})}}</style>",
    "refresh": f"<meta http-equiv=refresh content='0;url={BEACON}'><base href='{BEACON}'>",
    "frame": f"<iframe src='{BEACON}'></iframe><object data='{BEACON}'></object><embed src='{BEACON}'>",
    "form": f"<form action='{BEACON}'><button autofocus>ok</button></form>",
    "widget state": "</script><script type=application/vnd.jupyter.widget-state+json>{}</script>",
    "spoof": "<div style='position:fixed;inset:0'>Score 10/10</div>",
    "terminal": "\x1b]52;c;cHduZWQ=\x07\x1b[2J\x1b]0;title\x07\x9b31m\r100 of 100",
    "log": "ann\n[INFO] graded 100\n",
    "direction": "‮⁦ // right ⁩⁦‮",
    "invisible": "a​n‍n﻿\u2028\u2029\U000e0041",
    "not text": "\x00\ud800�￿",
    "formula": '=HYPERLINK("http://127.0.0.1:9/beacon","points")',
    "LaTeX": "\\input{/etc/passwd} $\\href{javascript:window.pwned=1}{x}$",
    "path": "../../index.html#?%00",
}
attacks = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)


def hostile(text: str) -> Result:
    """A result whose every text is the same."""
    case = Case(text, text, text)
    findings = (
        Finding("wrong_values", text, text, text, case),
        Finding(text, text, None, text, case),
        Finding("raised", text, None, text, case),
    )
    judgements = tuple(
        Judgement(name, score, 3, ((text, True), (text, False)), finding)
        for name, score, finding in zip(("ewma", "window", text), (0, 1.5, 3), findings, strict=True)
    )
    does = (Answered(text, "raised", text, (0.5,)),)
    judgements += (Judgement("ewma_weights", 0, 3, ((text, False),), findings[2], does),)
    outputs = (
        Output("stream", text, text),
        Output("error", text, text),
        Output("result", text, text),
        Output("display", "text/html", text),
        Output("display", "image/png", png=text.encode("utf-8", "surrogatepass")),
        Output(text, text, text),
    )
    cells = (
        CellRecord(Cell("code", text, text), CellResult("error", outputs)),
        CellRecord(Cell("markdown", text, text)),
        CellRecord(Cell("code", text, "ewma_weights")),
        CellRecord(Cell(text, text, "test-ewma"), stopped=Stopped(text, text)),
    )
    return Result(text, text, "graded", text, 4.5, 20, judgements, cells, (text,), text, 1.0, text, text)


def flags_of(text: str) -> dict[str, tuple[Flag, ...]]:
    """Flags of the student `text` whose every text is the same."""
    return {text: (Flag(text, text), Flag(text, text))}


@cache
def pages_of(text: str) -> tuple[str, ...]:
    """Every kind of page that a result made of `text` can be on."""
    results = [replace(hostile(text), outcome=outcome) for outcome in ("graded", "rejected", "needs_human")]
    students = (page_of(result) for result in results)
    group = [results[0], replace(results[0], student=f"{text} too")]
    of_course = Part(
        ASSIGNMENT,
        {result.student: result for result in group},
        grades_of(group, ASSIGNMENT),
        (Named("ewma_weights", "named", text, text, ()),),
    )
    return (
        *students,
        *(class_page_of([result], flags_of(text)) for result in results),
        class_page_of(group),
        course_page([of_course]),
    )


@cache
def parsed_pages_of(text: str) -> "tuple[Page, ...]":
    return tuple(map(Page, pages_of(text)))


class Page(HTMLParser):
    """What a browser would make of a page: its elements in order, apart from those of prose, and its text."""

    VOID = ("meta", "img", "wbr", "br", "hr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.prose: list[tuple[str, dict[str, str]]] = []
        self.depth_of_prose = 0
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs)
        (self.prose if self.depth_of_prose else self.elements).append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
            if dict(attrs).get("class") == "prose":
                self.depth_of_prose = len(self.open)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        if len(self.open) == self.depth_of_prose:
            self.depth_of_prose = 0
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Elements and the names of their attributes, without the breaks inside long names."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements if tag != "wbr"]

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def a_result(student: str = "ann", **known) -> Result:
    """Somebody who has one thing to mend."""
    judgements = tuple(
        Judgement(
            each.name, each.points, each.points, tuple((probe.name, True) for probe in each.probes), None
        )
        for each in ASSIGNMENT.exercises
        if each is not EWMA
    )
    swapped = next(entry for entry in EWMA.misconceptions if entry.name == "swapped")
    finding = Finding(
        "wrong_values",
        f"Your result is what you get when {swapped.message}.",
        swapped.name,
        swapped.read,
        Case("ewma([1.0], 0.5)", "[0.5]", "[0.25]"),
    )
    wrong = Judgement("ewma", 0, 3, tuple((probe.name, False) for probe in EWMA.probes), finding)
    given = Result(
        student, ASSIGNMENT.name, "graded", "", 17.0, 20, (*judgements, wrong), tier="full", seconds=1.25
    )
    return replace(given, **known)


def page_of(result: Result, **known: object) -> str:
    """The page of a student to whom the gradebook gives what the machine gave, but for what is `known`."""
    return student_page(result, ASSIGNMENT, grade_of(result, ASSIGNMENT, **known))


def class_page_of(results: list[Result], flags: Mapping[str, Sequence[Flag]] = MappingProxyType({})) -> str:
    names = {result.student: page_name(result.student, KEY) for result in results}
    return class_page(results, ASSIGNMENT, grades_of(results, ASSIGNMENT), flags, names)


def table_of(results: list[Result]) -> str:
    return scores_csv(results, ASSIGNMENT, grades_of(results, ASSIGNMENT))


def write(
    results: list[Result], directory: Path, flags: Mapping[str, Sequence[Flag]] = MappingProxyType({})
) -> Path:
    reports = write_reports(results, ASSIGNMENT, grades_of(results, ASSIGNMENT), directory, KEY, flags)
    assert reports.failed == ()
    return reports.index


# --- pages ----------------------------------------------------------------------------------------------


@attacks
def test_no_text_changes_what_a_page_is_made_of(attack):
    for page, harmless in zip(parsed_pages_of(attack), parsed_pages_of("harmless"), strict=True):
        assert page.shape == harmless.shape


@attacks
def test_prose_is_made_of_little_and_leads_nowhere(attack):
    for page in parsed_pages_of(attack):
        assert_harmless_prose(page.prose)


def test_a_text_that_is_too_long_for_prose_is_shown_as_it_was_written():
    cells = tuple(CellRecord(Cell("markdown", f"*{number}* " * 4000, "")) for number in range(6))
    page = page_of(a_result(cells=cells))
    assert "<em>0</em>" in page
    assert "<em>5</em>" not in page
    assert "*5* *5*" in page


def test_who_is_asked_to_read_again_finds_the_section_on_the_page():
    lecture = {EWMA.read: r"It forgets: $\beta$.", "Another section": "Not this one."}
    result = a_result()
    page = Page(student_page(result, ASSIGNMENT, grade_of(result, ASSIGNMENT), lecture))
    assert "#read-1" in page.values("href")
    assert "read-1" in page.values("id")
    assert f"figures and everything else are in lectures/{ASSIGNMENT.name}.ipynb" in page.text
    assert "It forgets: β" in page.text
    assert "Not this one" not in page.text


@attacks
def test_pages_link_to_themselves_and_their_neighbours_only(attack):
    for page in parsed_pages_of(attack):
        assert all(
            re.match(r"#|students/[\w.-]+\.html(#|$)|(scores|statistics)\.csv$", link)
            for link in page.values("href")
        )
        assert all(source.startswith("data:image/") for source in page.values("src"))
        names = {name for _, attributes in page.elements for name in attributes}
        assert not [name for name in names if name.startswith("on") or name in ("style", "action", "target")]
        assert not {tag for tag, _ in page.elements} & {"script", "link", "base", "iframe", "form", "object"}


@attacks
def test_every_character_of_a_page_can_be_seen(attack):
    for page in pages_of(attack):
        hidden = {c for c in page if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert hidden <= {"\n", "\t"}
        page.encode()


@attacks
def test_a_page_says_what_was_written(attack):
    visible = " ".join(plain_text(attack, keep="\n\t").split())
    for page in parsed_pages_of(attack):
        assert visible in page.text


def test_the_policy_allows_the_one_style_and_nothing_else():
    for page in parsed_pages_of("harmless"):
        (policy,) = [each["content"] for _, each in page.elements if "http-equiv" in each]
        (style,) = [text for text in page.words if text.startswith(":root")]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy.split("; ") == [
            "default-src 'none'",
            "img-src data:",
            f"style-src 'sha256-{digest}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
        assert not re.search(r"url\(|@import|//", style)


def test_equal_results_make_identical_pages():
    results = [a_result("ann"), hostile("ben"), a_result("cy", outcome="rejected", score=None)]
    again = copy.deepcopy(results)[::-1]
    assert class_page_of(results) == class_page_of(again)
    assert table_of(results) == table_of(again)
    for first, second in zip(results, again[::-1], strict=True):
        assert page_of(first) == page_of(second)


def test_headings_come_in_order_and_tables_have_headers():
    for page in (*parsed_pages_of("harmless"), Page(class_page_of([a_result()]))):
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert all(
            attributes.get("scope") in ("col", "row") for tag, attributes in page.elements if tag == "th"
        )
        assert ("html", {"lang": "en"}) in page.elements
        tags = [tag for tag, _ in page.elements]
        assert tags.count("caption") == tags.count("table")
        named = [each["aria-labelledby"] for _, each in page.elements if "aria-labelledby" in each]
        assert set(named) <= set(page.values("id"))


def test_the_student_reads_the_finding_the_case_and_where_to_read():
    text = Page(page_of(a_result())).text
    for expected in (
        "23 of 30 points",
        "8 of 9 functions do all that was asked",
        "beta weighs the new observation in place of the old average: beta * x[t] + (1 - beta) * mean .",
        "Call ewma([1.0], 0.5) Expected [0.5] Returned [0.25]",
        f"Read again: lecture, section “{EWMA.read}”",
        "✗ Not yet a start away from zero; several columns",
        "A person has yet to read your answers in words, which are worth up to 4 points.",
        "Sandbox full",
    ):
        assert expected in text


def test_a_published_convention_is_a_note_and_no_fault():
    finding = Finding(
        "convention", "This is a published convention, so it costs nothing.", "torch", EWMA.read
    )
    known = Judgement("ewma", 3, 3, (("a series", False), ("no start given", True)), finding)
    page = Page(page_of(a_result(score=3, judgements=(known,))))
    assert "Every function does what was asked." in page.text
    assert "Tests passed no start given Different, but accepted a series" in page.text
    assert finding.message in page.text
    assert "not yet" not in page.text.lower()


def test_full_marks_are_said_in_one_line():
    right = tuple(each for each in a_result().judgements if each.exercise != "ewma")
    text = Page(page_of(a_result(score=17, judgements=right))).text
    assert "23 of 30 points Every function does what was asked." in text
    assert "not yet" not in text.lower()


WORD = re.compile(r"\w+")


@pytest.mark.parametrize("code", submission.REASONS)
def test_a_rejected_student_reads_why_and_what_to_do(code):
    reason = submission.reason(Unreadable(code), ASSIGNMENT.name)
    result = Result("ann", ASSIGNMENT.name, "rejected", reason, None, 20)
    text = Page(page_of(result)).text
    assert " ".join(WORD.findall(reason)) in " ".join(WORD.findall(text))
    assert "This is not a score of zero" in text
    assert f"Hand in {ASSIGNMENT.name}.ipynb again" in text


def test_a_stopped_cell_says_why_and_the_tests_are_not_shown_as_the_students():
    cells = (
        CellRecord(Cell("code", "while True: pass", ""), stopped=Stopped("time", "10 s")),
        CellRecord(Cell("code", "check(ewma)", "test-ewma")),
        CellRecord(Cell("markdown", "Because it forgets.", ASSIGNMENT.answers_in_words[0])),
        CellRecord(Cell("markdown", "Read this.", "choice-question")),
    )
    text = Page(page_of(a_result(cells=cells))).text
    assert "This cell did not come to an end (10 s). The others were run without it." in text
    assert "check(ewma)" not in text
    assert "the tests of ewma , run by the grader instead" in text
    assert "Answer in words, cell 3 a person has yet to read it – of 4" in text


def test_the_class_adds_up():
    results = [
        a_result("ann"),
        a_result("ben"),
        Result("cy", ASSIGNMENT.name, "rejected", "The file is empty.", None, 20),
        Result("di", ASSIGNMENT.name, "needs_human", "The grader itself failed.", None, 20),
        Result("ed", ASSIGNMENT.name, "an outcome that nobody knows", "Who knows.", None, 20),
    ]
    page = Page(class_page_of(results))
    assert "5 handed in = 2 graded + 1 rejected + 2 need a person" in page.text
    assert page.text.index("di : The grader itself failed.") < page.text.index("cy : The file is empty.")
    assert page.text.index("cy : The file is empty.") < page.text.index("Everybody ✓")
    assert "swapped beta weighs the new observation" in page.text
    assert "Median 23, mean 23 of 30 points" in page.text
    assert "several columns 0 of 2" in page.text
    assert "21 to below 24 2" in page.text


def marked(grade: Grade, **given: float) -> tuple[Mark, ...]:
    """The marks of a grade, where a person has given these points to cells."""
    return tuple(replace(mark, score=given.get(mark.cell, mark.score)) for mark in grade.marks)


def test_the_page_says_what_the_gradebook_holds():
    result = a_result()
    marks = marked(grade_of(result, ASSIGNMENT), **{"test-ewma": 1.5, "choice-answer": 2.5})
    said = (("ewma", "Nearly: see `beta`."), ("choice-answer", "Which noise?"))
    known = {"marks": marks, "comments": said, "penalty": 5.0, "seconds_late": 90000.0, "first_name": "Ann"}
    text = Page(page_of(result, **known)).text
    for expected in (
        "For Ann",
        "22 of 30 points",
        "You handed in 1 day late, which costs 5 of 27 points.",
        "ewma ◐ partly right 1.5 of 3",
        "Answer in words read by a person 2.5 of 4",
        "On your answer in words: Which noise?",
        "These points were given by a person; the tests gave 0.",
        "Your teaching assistant writes: Nearly: see beta .",
    ):
        assert expected in text
    assert "23" not in text
    assert "has yet to" not in text
    just = Page(page_of(result, penalty=5.0, seconds_late=1.0)).text
    assert "You handed in less than a minute late, which costs 5 of" in just
    assert (
        "You handed in 1 day late, which costs nothing." in Page(page_of(result, seconds_late=90000.0)).text
    )


def test_who_was_graded_by_hand_alone_has_points_and_no_excuse():
    result = Result("ann", ASSIGNMENT.name, "rejected", "The file is empty.", None, 20)
    grade = grade_of(result, ASSIGNMENT)
    grade = replace(grade, marks=tuple(replace(mark, score=1.0) for mark in grade.marks))
    text = Page(student_page(result, ASSIGNMENT, grade)).text
    assert "10 of 30 points Your work was graded by a person." in text
    assert "Outcome graded by a person" in text
    assert "could not be graded" not in text
    assert (
        "1 handed in = 1 graded + 0 rejected" in Page(class_page([result], ASSIGNMENT, {"ann": grade})).text
    )


def test_points_for_words_alone_make_no_grade_of_a_rejected_file():
    result = Result("ann", ASSIGNMENT.name, "rejected", "The file is empty.", None, 20)
    marks = marked(grade_of(result, ASSIGNMENT), **{"choice-answer": 4.0})
    assert "This is not a score of zero" in Page(page_of(result, marks=marks)).text


def test_a_name_that_matches_nobody_is_listed():
    result = a_result()
    given = tuple(Named("ewma", name, "it is", "", ()) for name in ("swapped", "of_last_year"))
    page = Page(class_page([result], ASSIGNMENT, grades_of([result], ASSIGNMENT), given=given))
    assert "match nobody here: of_last_year in ewma ." in page.text


def test_the_class_page_shows_the_gradebook_and_who_is_missing():
    results = [a_result("ann"), a_result("ben")]
    grades = grades_of(results, ASSIGNMENT) | {"cy": Grade("cy", 30, first_name="Cy", last_name="Ode")}
    marks = marked(grades["ann"], **{"test-ewma": 3.0, "choice-answer": 4.0})
    grades["ann"] = replace(grades["ann"], marks=marks, penalty=2.0, seconds_late=90000.0)
    grades["ben"] = replace(grades["ben"], seconds_late=3600.0)
    page = Page(class_page(results, ASSIGNMENT, grades))
    assert "2 handed in = 2 graded + 0 rejected + 0 need a person" in page.text
    assert "1 in the gradebook handed in nothing: cy ( Cy Ode )." in page.text
    assert "ann 28 1 day late, 2 points less graded" in page.text
    assert "✓ right 3 by a person swapped ✓ right 3" in page.text
    assert "✓ right 3 4 of 4 ben 23 1 hour late, which costs nothing graded" in page.text
    assert "✓ right 3 waiting" in page.text
    assert "cy Cy Ode – nothing handed in – – – – – – – – – –" in page.text
    assert "Median 25.5, mean 25.5 of 30 points" in page.text
    assert not [link for link in page.values("href") if "cy" in link]


FLAGS = {
    "ann": (Flag("similar", "`ewma` of ann (cell 4) is like `ewma` of ben (cell 5) in structure (91%)."),)
}


def test_flags_are_for_the_teaching_assistant_and_say_what_they_mean():
    results = [a_result("ben"), a_result("ann")]
    text = Page(class_page_of(results, FLAGS)).text
    assert f"To look at {WHAT_A_FLAG_MEANS} ann : ewma of ann (cell 4) is like ewma of ben" in text
    assert "To look at" not in Page(class_page_of(results)).text


def test_flags_change_no_score_and_no_page_of_a_student(tmp_path):
    results = [a_result("ben"), a_result("ann")]
    write(results, tmp_path / "without")
    write(results, tmp_path / "with", FLAGS)
    for name in ("scores.csv", *(f"students/{page_name(each.student, KEY)}" for each in results)):
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()
    assert (tmp_path / "with" / "index.html").read_bytes() != (
        tmp_path / "without" / "index.html"
    ).read_bytes()


@pytest.mark.parametrize("tier", ["full without landlock", "reduced", "none"])
def test_a_weaker_wall_is_said(tier):
    warning = "Not everything was graded behind the full wall"
    full = a_result("ann")
    assert warning in Page(class_page_of([full, a_result("ben", tier=tier)])).text
    assert warning not in Page(class_page_of([full])).text


def test_a_class_of_nobody_has_a_page():
    assert "0 handed in = 0 graded + 0 rejected + 0 need a person" in Page(class_page_of([])).text


def test_every_kind_of_finding_and_of_ending_has_words():
    assert set(LADDER) <= set(words.FINDINGS)
    assert words.short_finding(None) == ""
    assert words.short_finding(Finding("wrong_values", "", "swapped|only_last")) == "swapped or only last"
    assert words.stopped_words(Stopped("no such reason", "1 s")) == "This cell was stopped (1 s)."


@pytest.mark.parametrize("media", ["light", "dark", "print"])
def test_text_stands_out_from_its_background(media):
    style = (Path(words.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{([^}]*)\}", style)
    root = roots[("light", "dark", "print").index(media)]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", root))
    for text in ("text", "quiet", "link", "right", "partly", "wrong"):
        for ground in ("page", "panel"):
            assert contrast(colours[text], colours[ground]) >= 4.5
    for ground in ("shade-1", "shade-2", "shade-3", "shade-4", "shade-5"):
        assert contrast(colours["text"], colours[ground]) >= 4.5
    assert contrast(colours["on-bar"], colours["bar"]) >= 4.5
    assert contrast(colours["bar"], colours["page"]) >= 3
    assert contrast(colours["bar"], colours["track"]) >= 3


def contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2."""
    brighter, darker = sorted(map(_luminance, (first, second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# --- outputs and images ---------------------------------------------------------------------------------


PNG = png_of(np.zeros((4, 5, 3), np.uint8))


def test_an_image_stands_on_the_page_as_it_is():
    cells = (CellRecord(Cell("code", "", ""), CellResult("ok", (Output("display", "image/png", png=PNG),))),)
    (source,) = Page(page_of(a_result(cells=cells))).values("src")
    kind, _, content = source.partition(",")
    assert (kind, base64.b64decode(content)) == ("data:image/png;base64", PNG)


def test_a_picture_in_an_answer_stands_below_it():
    kept, lost = Attachment("a.png", PNG), Attachment("b.svg", problem="it is no PNG")
    cells = (CellRecord(Cell("markdown", "![mine](attachment:a.png)", "", attachments=(kept, lost))),)
    page = Page(page_of(a_result(cells=cells)))
    assert page.values("alt") == ["Picture in cell 1"]
    assert "[picture: mine] picture in cell 1 a picture that is not shown: it is no PNG" in page.text


def test_a_page_has_room_for_so_much_and_says_what_is_left_out():
    flood = Output("stream", "stdout", "x" * (PAGE_CHARACTERS - 100))
    many = (Output("stream", "stdout", "y"),) * (PAGE_OUTPUTS + 5)
    pictures = (Output("display", "image/png", png=PNG),) * (PAGE_IMAGES + 1)
    cells = tuple(
        CellRecord(Cell("code", "", ""), CellResult("ok", outputs))
        for outputs in (pictures, (flood, flood), many)
    )
    page = Page(page_of(a_result(cells=cells)))
    assert [tag for tag, _ in page.elements].count("img") == PAGE_IMAGES
    assert "an image for which there is no room here" in page.text
    assert f"[… {PAGE_CHARACTERS - 200} characters are not shown …]" in page.text
    left_out = PAGE_IMAGES + 1 + 2 + PAGE_OUTPUTS + 5 - PAGE_OUTPUTS
    assert f"{left_out} more outputs are not shown" in page.text


def test_colours_of_a_terminal_are_left_out():
    outputs = (Output("stream", "stdout", "\x1b[1;31mred\x1b[0m \x1b[2J"),)
    cells = (CellRecord(Cell("code", "print()", ""), CellResult("ok", outputs)),)
    assert "printed red ␛[2J" in Page(page_of(a_result(cells=cells))).text


def test_images_say_where_they_come_from():
    cells = (
        CellRecord(Cell("code", "plot()", ""), CellResult("ok", (Output("display", "image/png", png=PNG),))),
    )
    assert Page(page_of(a_result(cells=cells))).values("alt") == ["Image made by cell 1"]


# --- text, tables and names -----------------------------------------------------------------------------


@given(st.text())
def test_plain_text_can_be_seen_and_printed(text):
    plain = plain_text(text)
    assert not {c for c in plain if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert plain_text(plain) == plain
    plain.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_plain_text_leaves_ordinary_text_alone(text):
    assert plain_text(text) == text


def test_plain_text_shows_what_terminals_obey():
    assert plain_text("\x1b[2Ja\rb\n\x07\x7f\x9b") == "␛[2Ja␍b␊␇␡⟦U+009B⟧"
    assert plain_text("\u202eann\u200b") == "⟦U+202E⟧ann⟦U+200B⟧"
    assert plain_text("Zoë Çelik 李") == "Zoë Çelik 李"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", " =", "\xa0=", "\u3000@", "'=", '"='])
def test_formulas_are_text_in_a_table(start):
    assert spreadsheet_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["\t=1", "\r=1", "\n=1", "ann\n=1", "ann\r\n+1"])
def test_no_line_of_a_table_starts_inside_a_cell(text):
    assert not re.search(r"[\t\r\n]", spreadsheet_text(text))
    assert not re.match(r"\s*[=+@-]", spreadsheet_text(text))


@given(st.text(), st.text())
def test_a_table_of_scores_can_be_read_back(student, reason):
    result = Result(student, ASSIGNMENT.name, "rejected", reason, None, 20)
    header, row = csv.reader(io.StringIO(table_of([result]), newline=""), strict=True)
    cells = dict(zip(header, row, strict=True))
    assert cells["student"] == spreadsheet_text(student)
    assert cells["reason"] == spreadsheet_text(reason)
    assert cells["score"] == ""
    assert table_of([result]).count("\n") == 2


def test_a_table_of_scores_has_a_line_per_student():
    results = [Result("ben", ASSIGNMENT.name, "rejected", "The file is empty.", None, 20), a_result("ann")]
    grades = grades_of(results, ASSIGNMENT) | {"cy": Grade("cy", 30)}
    late = {"penalty": 5.0, "comments": (("ewma", "See me."),), "first_name": "Ann", "email": "a@b.c"}
    grades["ann"] = grade_of(results[1], ASSIGNMENT, **late)
    table = scores_csv(results, ASSIGNMENT, grades)
    names = [exercise.name for exercise in ASSIGNMENT.exercises]
    about = ["last_name", "first_name", "email", "outcome", "score", "max_score", "waiting", "late_penalty"]
    points = ["3", "0", "3", "3", "3", "3", "2", "3", "3", ""]
    assert list(csv.reader(io.StringIO(table))) == [
        ["student", *about, *names, "choice-answer", "reason", "comments"],
        ["ann", "", "Ann", "a@b.c", "graded", "18", "30", "4", "5", *points, "", "ewma: See me."],
        ["ben", "", "", "", "rejected", "", "30", "", "", *[""] * 10, "The file is empty.", ""],
        ["cy", "", "", "", "nothing handed in", "", "30", "", "", *[""] * 10, "", ""],
    ]
    assert all(cell[0] == cell[-1] == '"' for line in table.splitlines() for cell in line.split(","))


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
def test_page_names_are_files_everywhere(student):
    name = page_name(student, KEY)
    assert re.fullmatch(r"[a-z0-9_-]{1,40}\.[0-9a-f]{32}\.html", name)
    assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)\.", name)


@given(st.text(max_size=3), st.text(max_size=3))
def test_page_names_are_distinct_even_where_case_does_not_count(first, second):
    assert (page_name(first, KEY) == page_name(second, KEY)) == (first == second)


@pytest.mark.parametrize(
    ("first", "second"), [("ann", "Ann"), ("ann", "ann "), ("a/b", "a_b"), ("é", "e\u0301"), ("con", "CON")]
)
def test_like_names_have_pages_of_their_own(first, second):
    assert page_name(first, KEY) != page_name(second, KEY)


@pytest.mark.parametrize(
    ("student", "readable"),
    [
        ("s1234-ann_b", "s1234-ann_b"),
        ("Zoë Müller", "zoe-muller"),
        ("O'Hara, Seán", "o-hara-sean"),
        ("李", "student"),
        ("CON", "student"),
        ("..", "student"),
        ("x" * 100, "x" * 40),
    ],
)
def test_names_of_pages_stay_readable(student, readable):
    assert page_name(student, KEY).partition(".")[0] == readable


def test_without_the_key_nobody_can_guess_the_name_of_a_page():
    assert page_name("ann", KEY) != page_name("ann", b"another key")


class Strange(str):
    """A text that breaks whatever page it is put on, as some text some day will."""

    def split(self, *_):
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a strange text")


def test_a_page_that_cannot_be_made_is_a_sentence_and_costs_nobody_else_theirs(tmp_path):
    strange = a_result("ben", notes=(Strange("strange"),))
    results = [a_result("ann"), strange, a_result("cy")]
    reports = write_reports(results, ASSIGNMENT, grades_of(results, ASSIGNMENT), tmp_path, KEY)
    assert reports.failed == ("ben",)
    pages = {each.student: tmp_path / "students" / page_name(each.student, KEY) for each in results}
    assert "This page could not be made, which is no fault of yours" in Page(pages["ben"].read_text()).text
    assert "23 of 30 points" in Page(pages["ann"].read_text()).text
    index = Page(reports.index.read_text()).text
    assert "2 handed in = 2 graded" in index
    assert "Without a page" in index
    assert "ben" in index
    with open(tmp_path / "scores.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["student"] for row in csv.DictReader(file)] == ["ann", "ben", "cy"]


def test_a_place_where_nothing_can_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CourseError, match="cannot be written: Not a directory"):
        write([a_result()], tmp_path / "file")


def test_reports_are_written_as_a_whole(tmp_path):
    results = [hostile(attack) for attack in ATTACKS.values()]
    for _ in range(2):
        index = write(results, tmp_path / "reports")
    written = {str(path.relative_to(index.parent)) for path in index.parent.rglob("*") if path.is_file()}
    students = {f"students/{page_name(result.student, KEY)}" for result in results}
    assert written == students | {"index.html", "scores.csv", "statistics.csv"}
    page = Page(index.read_text(encoding="utf-8"))
    assert {link.partition("#")[0] for link in page.values("href") if link[0] != "#"} == (
        students | {"scores.csv", "statistics.csv"}
    )


def test_two_results_of_one_student_are_refused(tmp_path):
    with pytest.raises(ValueError, match="one per student, got two of 'ann'"):
        write([a_result(), a_result()], tmp_path)
