"""A roster finds people by whatever a platform calls them, and nobody where that is not clear."""

from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.roster import Roster


PEOPLE = """id,first_name,last_name,email,lms_user_id
jd,Jane,Doe,jane@example.org,1234
jo,José,O'Hara,,9
d1,Max,Roe,,
d2,Max,Roe,,
,Without,Id,,77
"""


def read(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8-sig")
    return Roster.read(path)


def test_its_students_are_those_with_an_id(tmp_path: Path) -> None:
    assert read(tmp_path, PEOPLE).students == ["jd", "jo", "d1", "d2"]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("jd", "jd"),
        ("1234", "jd"),
        ("jane@example.org", "jd"),
        ("Jane Doe", "jd"),
        ("doe, jane", "jd"),
        ("DOEJANE", "jd"),
        ("Jose\u0301 O\u2019Hara", "jo"),
        ("Max Roe", None),  # two go by it
        ("d2", "d2"),
        ("Without Id", None),
        ("", None),
        ("...", None),
    ],
)
def test_somebody_is_found_by_id_number_address_and_names(
    tmp_path: Path, name: str, student: str | None
) -> None:
    assert read(tmp_path, PEOPLE).find([name]) == student


def test_the_first_name_that_anybody_goes_by_counts(tmp_path: Path) -> None:
    roster = read(tmp_path, PEOPLE)
    assert roster.find(["nobody", "9", "jd"]) == "jo"
    assert roster.find(["Max Roe", "jd"]) is None


@pytest.mark.parametrize("text", ["", "name,mail\na,b\n"])
def test_it_needs_ids(tmp_path: Path, text: str) -> None:
    with pytest.raises(CourseError, match="no column named id"):
        read(tmp_path, text)


def test_one_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"^the roster .* cannot be read: "):
        Roster.read(tmp_path / "missing.csv")
    (tmp_path / "latin.csv").write_bytes(b"id,last_name\na,Mu\xfcller\n")
    with pytest.raises(CourseError, match=r"^the roster .* cannot be read: "):
        Roster.read(tmp_path / "latin.csv")
