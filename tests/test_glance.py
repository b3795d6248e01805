"""The page about the course says what the notebooks say, and what is missing in them is found."""

import re
from urllib.parse import unquote

import pytest

from advsec.errata import ERRATA
from tests import glance
from tests.glance import Lecture, as_it_is, lectures, missing, page, seconds_of
from tests.notebooks import published
from tests.slides import BEYOND, EXPERIMENTS, HEADINGS


def test_the_page_is_that_of_the_notebooks():
    """Of the committed ones, or of those that `make notebooks` has just run."""
    text = as_it_is(glance.readme())
    assert text in [page(lectures(read), seconds_of(text)) for read in (published, as_it_is)]


def test_nothing_is_missing():
    assert missing(lectures()) == []


def test_every_lecture_is_known_by_its_number():
    assert set(lectures()) <= {heading.lecture for heading in HEADINGS} == set(range(1, 8))
    assert all(lecture.sections[0].title == f"{n} {lecture.title}" for n, lecture in lectures().items())


def test_experiments_are_numbered_from_one():
    numbers: dict[str, list[str]] = {}
    for name in EXPERIMENTS:
        lecture, number = name.removeprefix("X").split(".")
        numbers.setdefault(lecture, []).append(number)
    assert list(numbers) == list("1234567")
    assert all(found == [str(i + 1) for i in range(len(found))] for found in numbers.values())


def test_every_heading_stands_once_and_every_erratum_under_one():
    titles = [heading.title for heading in HEADINGS]
    assert len(set(titles)) == len(titles)
    cited = {
        title.removesuffix(" (literature)") for one in ERRATA.values() for title in one.heading.split("; ")
    }
    assert cited <= set(titles)


def test_what_is_beyond_the_slides_is_claimed_by_no_more_than_an_outline():
    claims = [section for heading in HEADINGS[1:] for section in heading.sections]
    assert not set(claims) & set(BEYOND)


FIRST = lectures()[1]
TEXT = published(FIRST.path)


def changed(*changes: tuple[str, str]) -> Lecture:
    """The first lecture with parts of its text replaced."""
    text = TEXT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return Lecture(FIRST.path, text)


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            ("## 1.4 The price", "## 1.40 The price"),
            [
                "'Weighted moving averages' of the slides has no section 1.4 in lecture 1",
                "section '1.40 The price of forgetting: a floor' is claimed by no heading and not named as"
                " beyond the slides",
            ],
        ),
        (
            ("## A map of the course", "## A plan"),
            ["'Lecture outline' of the slides has no section A map of the course in lecture 1"],
        ),
        (('"X1.2"', '"X1.20"'), ["no cell of lecture 1 has the tag X1.2"]),
        (
            ('"X1.2"', '"X2.1"'),
            ["no cell of lecture 1 has the tag X1.2", "cell 'floor-run' of lecture 1 has the tag X2.1"],
        ),
        (("assert half_way == 7", "half_way == 7"), []),
        (("assert 0.95 < measured / floor", "0.95 < measured / floor"), ["X1.2 has no assertion"]),
        (("| E5 |", "| |"), ["E5 is in no table of lecture 1"]),
        (("| E5 |", "| E4, E5 |"), []),
        (("## 1.9 Where it returns", "## 1.9 Beyond the slides: where it returns"), []),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(change, sentences):
    assert missing({1: changed(change)}) == sentences


def test_an_erratum_of_an_unknown_heading_is_found(monkeypatch):
    erratum = ERRATA["E1"]._replace(id="E99", heading="Nowhere")
    monkeypatch.setattr(glance, "ERRATA", {"E99": erratum})
    assert missing({}) == ["E99 cites 'Nowhere', which is no heading of the slides"]


def test_a_lecture_that_does_not_exist_is_announced_with_all_that_it_will_hold():
    text = page({}, {})
    assert missing({}) == []
    assert all(
        f"| {name} | {what} | lecture {name[1]} (to come) |" in text for name, what in EXPERIMENTS.items()
    )
    assert all(f"| {heading.title} | lecture {heading.lecture} (to come) |" in text for heading in HEADINGS)
    assert [f"| {number} (to come) |" in text for number in range(1, 9)] == [True] * 7 + [False]


def test_a_row_has_the_criterion_the_place_and_what_was_printed():
    (row,) = re.findall(r"^\| X1\.6 .*$", page({1: FIRST}, {"X1.6": "0.5"}), re.MULTILINE)
    assert (
        "(lectures/01_moving_averages.ipynb#1.3-How-many-observations-does-it-remember?) `jump-assert`" in row
    )
    assert "| `half_way == 7`<br>`1 - np.exp(-2) < response[18] < 0.865` |" in row
    assert "half-way after 7, and at 86.49% after 19 | 0.5 |" in row


def test_what_is_shown_of_an_experiment_is_short_and_a_figure_has_words():
    assert all(len(glance.measured(cells)) <= 182 for cells in glance.experiments(FIRST.notebook).values())
    figure = next(cell for cell in FIRST.notebook.cells if cell.id == "jump-run")
    assert glance.measured([figure]).startswith("The average climbs from 0 towards 1")


def test_bars_do_not_end_a_cell_of_a_table():
    lecture = changed(("assert half_way == 7", "assert half_way | 1 == 7"))
    assert r"`half_way \| 1 == 7`" in page({1: lecture}, {})


@pytest.mark.parametrize(
    ("seconds", "old", "said"),
    [
        (0.03, "", "< 0.1"),
        (0.03, "0.2", "< 0.1"),
        (0.13, "", "0.1"),
        (0.16, "", "0.2"),
        (3.9, "", "5"),
        (8.0, "", "10"),
        (23.0, "", "20"),
        (23.0, "20", "20"),
        (19.0, "10", "10"),
        (21.0, "10", "20"),
        (4.0, "10", "5"),
        (1.0, "< 0.1", "1"),
    ],
)
def test_seconds_are_rough_and_stay_while_they_are_about_right(seconds, old, said):
    assert glance._roughly(seconds, old) == said


def test_seconds_are_read_from_the_page_and_renewed_for_one_lecture_alone():
    course = {1: FIRST, 2: FIRST}
    old = {"1": "10", "2": "20", "X1.1": "0.1", "X1.6": "0.5"}
    assert {name: text for name, text in seconds_of(page(course, old)).items() if text} == old
    used = {
        "": 55.0,
        "imports": 9.0,
        "window-run": 0.2,
        "window-assert": 0.9,
        "jump-run": 0.3,
        "jump-assert": 0.1,
    }
    new = glance.renewed(old, FIRST, used)
    assert {name: new[name] for name in ("1", "2", "X1.1", "X1.2", "X1.6")} == {
        "1": "50", "2": "20", "X1.1": "1", "X1.2": "< 0.1", "X1.6": "0.5",
    }  # fmt: skip


def test_links_lead_to_headings_and_are_whole():
    text = page(lectures(), {})
    links = re.findall(r"\]\(lectures/(\w+)\.ipynb#([^)\s]+)\)", text)
    assert len(links) == text.count(".ipynb#") >= 20
    headings = {
        (lecture.path.stem, title.replace(" ", "-"))
        for lecture in lectures().values()
        for title, *_ in lecture.sections
    }
    assert {(name, unquote(anchor)) for name, anchor in links} <= headings
