"""What goes back to the platforms: the gradebook's grades, blank where there is none, to the right person."""

import csv
import io
import random
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.cli.export import Platform
from autograder.course import CourseError
from autograder.exercises import load
from autograder.exports import PLATFORMS, composed, filled, in_bytes
from autograder.grades import Grade, Mark
from autograder.roster import Table

from .course import ASSIGNMENT


MEANS = load(ASSIGNMENT)
CELLS = [MEANS.test_cell(each) for each in MEANS.exercises]


def grade(student: str, points: float | None, **about: str) -> Grade:
    marks = tuple(Mark(cell, None if points is None else points / len(CELLS), 3.0, points) for cell in CELLS)
    return replace(Grade(student, 20.0, marks), **about)


GRADES = {
    each.student: each
    for each in (
        grade("jd", 8.5, first_name="Jane", last_name="Doe", email="j@x", lms_user_id="1234"),
        grade("O=27Hara", 20.0, first_name="=1+1", last_name="O'Hara", email="o@x", lms_user_id="9"),
        grade("broken", None, email="b@x"),
        Grade("absent", 20.0, email="a@x"),
    )
}
POINTS = {"jd": "8.5", "O'Hara": "20", "broken": "", "absent": ""}


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_command_knows_the_platforms() -> None:
    assert [each.value for each in Platform] == list(PLATFORMS)


@pytest.mark.parametrize(
    ("platform", "above", "headings", "who", "points"),
    [
        ("canvas", 0, ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", ASSIGNMENT], 3, 5),
        ("moodle", 0, ["Username", "Email address", "First name", "Last name", ASSIGNMENT], 0, 4),
        ("blackboard", 0, ["Last Name", "First Name", "Username", ASSIGNMENT], 2, 3),
        (
            "brightspace", 0,
            ["Username", f"{ASSIGNMENT} Points Grade <Numeric MaxPoints:20>", "End-of-Line Indicator"], 0, 1,
        ),
        ("gradescope", 0, ["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points"], 2, 4),
        ("sakai", 2, ["Display ID", "ID", "Last Name", "First Name", "grade"], 1, 4),
    ],
)  # fmt: skip
def test_every_platform_gets_its_columns(
    platform: str, above: int, headings: list[str], who: int, points: int
) -> None:
    rows = rows_of(composed(platform, MEANS, GRADES))
    assert rows[above] == headings
    below = rows[above + 1 :]
    if platform == "canvas":
        assert below.pop(0) == ["    Points Possible", "", "", "", "", "20"]
    assert {row[who]: row[points] for row in below} == POINTS
    assert all(len(row) == len(headings) for row in below)
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_an_own_table_can_be_read_as_a_roster_again(tmp_path: Path) -> None:
    for platform in PLATFORMS:
        path = tmp_path / f"{platform}.csv"
        path.write_text(composed(platform, MEANS, {"jd": GRADES["jd"]}), newline="")
        assert [cells for _, cells in Table.read(path).people()], platform


def test_the_points_of_each_exercise_are_beside_the_whole() -> None:
    header, possible, *rows = rows_of(composed("canvas", MEANS, GRADES, by_exercise=True))
    names = [each.name for each in MEANS.exercises]
    assert header[5:] == [ASSIGNMENT, *(f"{ASSIGNMENT} {each}" for each in (*names, *MEANS.answers_in_words))]
    assert possible[6] == "3"
    jane = next(row for row in rows if row[3] == "jd")
    assert sum(map(float, jane[6 : 6 + len(names)])) == pytest.approx(8.5)
    broken = next(row for row in rows if row[3] == "broken")
    assert broken[5:] == [""] * len(broken[5:])


@pytest.mark.parametrize("name", ["doejane_1234", "_1234"])
def test_who_was_collected_from_canvas_without_a_roster_has_canvas_number(name: str) -> None:
    (row,) = rows_of(composed("canvas", MEANS, {name: grade(name, 3.0)}))[2:]
    assert row == [name, "1234", "", "", "", "3"]


# --- tables of the platforms ----------------------------------------------------------------------------

TABLES = {
    "Canvas": (
        f"Student,ID,SIS User ID,SIS Login ID,Section,{ASSIGNMENT} (77),02_optimizers (78)\n"
        "    Points Possible,,,,,20.0,10\n"
        '"Doe, Jane",1234,,,A,,1\n"=1+1, O\'Hara",9,,,A,3,1\n"Lee, Zoë",7,,,A,5,\n'
    ),
    "Moodle": (
        'Identifier,"Full name","Email address",Grade,"Maximum Grade"\n'
        '"Participant 1","Doe, Jane",j@x,,"20,00"\n"Participant 2","Max",o@x,,"20,00"\n'
        '"Participant 3",Zoë,z@x,5,"20,00"\n'
    ),
    "Blackboard": (
        f'"Last Name"\t"First Name"\t"Username"\t"Availability"\t"{ASSIGNMENT} [Total Pts: 20 Score] |123"\n'
        '"Doe"\t"Jane"\t"jd"\t"Yes"\t""\n"X"\t"Y"\t"O\'Hara"\t"Yes"\t""\n"Lee"\t"Zoë"\t"zl"\t"Yes"\t"5"\n'
    ),
    "Brightspace": (
        f"OrgDefinedId,Username,{ASSIGNMENT} Points Grade <Numeric MaxPoints:20>,End-of-Line Indicator\n"
        "#1,#jd,,#\n#2,#O'Hara,,#\n#3,#zl,5,#\n"
    ),
    "Sakai": (
        '"Means","SCORE_GRADE_TYPE"\n""\n"Display ID","ID","Last Name","First Name","grade"\n'
        '"1","jd","Doe","Jane",""\n"2","O\'Hara","O","H",""\n"3","zl","Lee","Zoë","5"\n'
    ),
}  # fmt: skip
TWO = {student: GRADES[student] for student in ("jd", "O=27Hara", "absent")}


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Table:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return Table.read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("platform", TABLES)
def test_a_table_of_a_platform_is_filled_and_else_unchanged(
    tmp_path: Path, platform: str, encoding: str
) -> None:
    text = TABLES[platform]
    done = filled(table(tmp_path, text, encoding), MEANS, TWO)
    assert done.missing == ()
    after = in_bytes(done.table).decode(encoding)
    delimiter = done.table.delimiter
    before_cells = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    cells = list(csv.reader(io.StringIO(after), delimiter=delimiter))
    changed = {
        (was, now)
        for row, new in zip(before_cells, cells, strict=True)
        for was, now in zip(row, new, strict=True)
        if was != now
    }
    assert changed == {("", "8.5"), ("", "20") if platform != "Canvas" else ("3", "20")}
    assert any("5" in row for row in cells)  # of somebody whom the gradebook does not know


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_lines_of_a_filled_table_end_as_they_did(tmp_path: Path, ends: str) -> None:
    text = TABLES["Canvas"].replace("\n", ends)
    after = in_bytes(filled(table(tmp_path, text), MEANS, TWO).table).decode()
    assert after == text.replace(",,,A,,1", ",,,A,8.5,1").replace(",,,A,3,1", ",,,A,20,1")


def test_who_is_not_in_the_table_is_named_and_a_failure_is_blank(tmp_path: Path) -> None:
    text = TABLES["Brightspace"].replace("#zl", "#broken")
    done = filled(table(tmp_path, text), MEANS, GRADES | {"new": grade("new", 1.0)})
    assert done.missing == ("new",)
    assert in_bytes(done.table).decode().splitlines()[-1] == "#3,#broken,,#"


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        (TABLES["Canvas"].replace(ASSIGNMENT, "Homework"), None, "no column named grade or .*; name it"),
        (TABLES["Canvas"], "Home", "no column named 'Home'"),
        (TABLES["Canvas"].replace("20.0", "100"), None, "out of 100 points and the gradebook out of 20"),
        (TABLES["Moodle"].replace("20,00", "100,00"), None, "out of 100 points"),
        (TABLES["Blackboard"].replace("Pts: 20", "Pts: 10"), None, "out of 10 points"),
        (TABLES["Canvas"].replace("02_optimizers", ASSIGNMENT), None, "has 2 columns"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_refused(
    tmp_path: Path, text: str, column: str | None, says: str
) -> None:
    with pytest.raises(CourseError, match=says):
        filled(table(tmp_path, text), MEANS, TWO, column)


def test_a_column_can_be_named(tmp_path: Path) -> None:
    renamed = TABLES["Canvas"].replace(ASSIGNMENT, "Homework 1")
    for column in ("Homework 1", "homework 1 (77)"):
        assert filled(table(tmp_path, renamed), MEANS, TWO, column).heading == "Homework 1 (77)"


def test_two_students_never_share_a_line(tmp_path: Path) -> None:
    two = {"jd": GRADES["jd"], "1234": grade("1234", 1.0)}
    with pytest.raises(CourseError, match="have the same line"):
        filled(table(tmp_path, TABLES["Canvas"]), MEANS, two)


def test_in_whatever_order_everybody_gets_their_own(tmp_path: Path) -> None:
    rng = random.Random(0)
    names = [f"{first} {last}" for first in ("Jo", "Joan", "Jo Ann") for last in ("Doe", "Ann Doe", "Lee")]
    grades = {f"s{place}": grade(f"s{place}", place, email=f"{place}@x") for place, _ in enumerate(names)}
    lines = [f"Participant {place + 50},{name},{place}@x,,20" for place, name in enumerate(names)]
    rng.shuffle(lines)
    text = "Identifier,Full name,Email address,Grade,Maximum Grade\n" + "\n".join(lines) + "\n"
    done = filled(table(tmp_path, text), MEANS, grades)
    assert {row[2]: row[3] for row in done.table.rows} == {
        f"{place}@x": str(place) for place, _ in enumerate(names)
    }
