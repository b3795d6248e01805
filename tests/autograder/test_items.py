"""Difficulty and discrimination mean something, or are left out with the reason."""

import csv
import io
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, strategies as st

from autograder.report import charts, words
from autograder.report.items import FEWEST, items


def of(table: np.ndarray):
    """The items of a class: a row for each student, a column for each item."""
    names = [str(number) for number in range(table.shape[1])]
    shares = [dict(zip(names, row, strict=True)) for row in table.tolist()]
    return [items(shares, [[name] for name in names])[name] for name in names]


@pytest.mark.parametrize("seed", range(3))
def test_they_are_the_mean_and_the_correlation_with_all_others(seed):
    table = np.random.default_rng(seed).integers(0, 3, (40, 5)) / 2
    for column, item in enumerate(of(table)):
        rest = np.delete(table, column, axis=1).mean(axis=1)
        assert item.students == 40
        assert item.difficulty == pytest.approx(table[:, column].mean())
        assert item.discrimination == pytest.approx(np.corrcoef(table[:, column], rest)[0, 1])


@pytest.mark.parametrize("seed", range(3))
def test_tests_of_one_exercise_are_held_against_those_of_others(seed):
    """Else each would agree with those that stand and fall with it."""
    table = np.random.default_rng(seed).integers(0, 2, (40, 4)).astype(float)
    table[:, 1] = table[:, 0]
    shares = [dict(zip("abcd", row, strict=True)) for row in table.tolist()]
    rest = table[:, 2:].mean(axis=1)
    for name in "ab":
        item = items(shares, ["ab", "cd"])[name]
        assert item.discrimination == pytest.approx(np.corrcoef(table[:, 0], rest)[0, 1])
    # Where there is one exercise alone, they are all that there is.
    assert items(shares, ["abcd"])["a"].discrimination == pytest.approx(
        np.corrcoef(table[:, 0], table[:, 1:].mean(axis=1))[0, 1]
    )


def test_an_item_that_goes_against_all_others_is_negative_and_said_so():
    knows = np.linspace(0, 1, 20)
    table = np.column_stack([knows, knows**2, np.sqrt(knows), 1 - knows])
    assert of(table)[0].says == ""
    assert of(table)[3].discrimination < -0.9
    assert "look whether" in of(table)[3].says


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (np.eye(FEWEST - 1, 3), "fewer than 10 students"),
        (
            np.column_stack([np.ones(20), np.arange(20) / 20, np.arange(20) % 2]),
            "everybody has the same here",
        ),
        (np.column_stack([np.arange(20) % 2, np.ones(20), np.ones(20)]), "or on everything else"),
    ],
    ids=["few", "the same here", "the same elsewhere"],
)
def test_what_has_no_meaning_has_no_number(table, says):
    item = of(table)[0]
    assert item.discrimination is None
    assert says in item.says
    assert item.difficulty == pytest.approx(table[:, 0].mean())


def test_what_nobody_tried_and_what_stands_alone_has_none_either():
    assert items([], [["a"]])["a"].difficulty is None
    assert items([{"a": 1.0}] * 20, [["a"], ["b"]])["b"].students == 0
    assert items([{"a": share / 20} for share in range(20)], [["a"]])["a"].discrimination is None


def test_who_did_not_try_an_item_does_not_count_for_it():
    shares = [{"a": n % 2, "b": n % 2} for n in range(20)] + [{"b": 1.0}] * 5
    item = items(shares, [["a"], ["b"]])["a"]
    assert item.students == 20
    assert item.discrimination == pytest.approx(1)


def test_a_correlation_in_words():
    assert list(map(words.correlation, (None, 0.314, -0.05, -0.001))) == ["–", "0.31", "−0.05", "0.00"]


# --- pictures -------------------------------------------------------------------------------------------

TITLE = "<script>\x1b & “title”"


def drawn(markup: str) -> ElementTree.Element:
    """A picture as XML: it is well formed, has a title, and every number of it is one."""
    root = ElementTree.fromstring(markup)
    assert root.attrib["role"] == "img"
    assert root[0].tag == "title"
    for element in root.iter():
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"):
            if name in element.attrib:
                assert np.isfinite(float(element.attrib[name]))
        assert not {"style", "href", "onload"} & element.attrib.keys()
    return root


def test_a_title_is_text():
    assert drawn(charts.columns([1], ["a"], TITLE))[0].text == "<script>␛ & “title”"


@given(st.lists(st.integers(0, 10**4), min_size=1, max_size=12))
def test_columns_are_as_high_as_what_they_count(counts):
    root = drawn(charts.columns(counts, [str(n) for n in range(len(counts) + 1)], "t"))
    heights = [float(each.attrib["height"]) for each in root.iter("rect")]
    assert heights == pytest.approx(
        [max(heights) * count / max(counts) for count in counts if count], abs=0.02
    )
    labels = [each.text for each in root.iter("text") if each.attrib["class"] == "label"]
    assert labels == [str(count) for count in counts if count]


@given(st.tuples(*[st.integers(0, 500)] * 3))
def test_the_parts_of_a_bar_fill_it(counts):
    root = drawn(charts.parts(*counts, "t"))
    widths = {
        each.attrib["class"]: float(each.attrib["width"])
        for each in root.iter("rect")
        if each.attrib["class"] != "plate"
    }
    assert len(widths) == sum(map(bool, counts))
    for name, count in zip(("all", "some", "none"), counts, strict=True):
        if count:
            assert widths[name] == pytest.approx(max(charts.WIDTH * count / sum(counts) - 1.5, 0.5), abs=0.02)


@given(st.lists(st.floats(0, 1), max_size=60).map(sorted), st.integers(0, 60))
def test_a_curve_never_falls_and_says_where_names_end(shares, named):
    named = min(named, len(shares))
    root = drawn(charts.curve(shares, named, "t"))
    ways = [each.attrib["points"].split() for each in root.iter("polyline")]
    heights = [float(point.split(",")[1]) for way in ways for point in way]
    assert all(after <= before for before, after in pairwise(heights))
    kinds = [each.attrib["class"] for each in root.iter("polyline")]
    assert kinds == ["line"] * bool(named) + ["broken"] * (named < len(shares))


@given(st.lists(st.floats(0, 1e4), max_size=30), st.none() | st.floats(0, 1e4))
def test_a_dot_for_each(values, middle):
    root = drawn(charts.dots(values, max(values, default=0.0), middle, "t"))
    assert len(list(root.iter("circle"))) == len(values)
    assert all(0 <= float(each.attrib["cx"]) <= charts.WIDTH for each in root.iter("circle"))


def test_the_statistics_are_a_table_with_a_line_per_exercise_and_probe():
    from autograder.report.files import statistics_csv

    from .grades import grades_of
    from .test_report import ASSIGNMENT, a_result

    results = [a_result(f"s{number}") for number in range(12)]
    header, *lines = csv.reader(
        io.StringIO(statistics_csv(results, ASSIGNMENT, grades_of(results, ASSIGNMENT)))
    )
    assert len(lines) == sum(1 + len(exercise.probes) for exercise in ASSIGNMENT.exercises)
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    of_ewma = [row for row in rows if row["exercise"] == "ewma"]
    assert {row["difficulty"] for row in of_ewma} == {"0"}
    assert {row["students"] for row in rows} == {"12"}
    assert {row["discrimination"] for row in rows} == {""}, "everybody is the same"
    assert all("everybody has the same" in row["note"] for row in rows)
    assert [row["shown"] for row in of_ewma] == [
        "",
        *(str(int(probe.public)) for probe in ASSIGNMENT.exercise("ewma").probes),
    ]
