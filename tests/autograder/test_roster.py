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


@pytest.mark.parametrize(("one", "other"), [("सीता", "सुता"), ("กิ่ง", "กุ้ง"), ("கமல்", "காமாலி")])
def test_marks_tell_names_apart_where_vowels_are_marks(tmp_path: Path, one: str, other: str) -> None:
    """Or somebody who is not on the roster would be taken for somebody who is."""
    found = read(tmp_path, f"id,first_name,last_name\na,{one},X\n")
    assert found.find([f"{one} X"]) == "a"
    assert found.find([f"{other} X"]) is None


@pytest.mark.parametrize(
    "name", ["Zoë Ångström", "Zoe\u0308 A\u030angstro\u0308m", "ÅNGSTRÖM, zoë", "李 小龍"]
)
def test_accents_are_the_same_however_they_are_stored(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, "id,first_name,last_name\nz,Zoe\u0308,Ångstro\u0308m\nl,小龍,李\n")
    assert found.find([name]) == ("l" if "龍" in name else "z")


@pytest.mark.parametrize("other", ["jd,Max,Roe", "JD,Jane,Doe", "jd,,"])
def test_two_people_of_one_id_are_refused(tmp_path: Path, other: str) -> None:
    """Who comes later would take the place of who comes first, and their points."""
    with pytest.raises(CourseError, match=r"two people of one id, jd \(Jane Doe\) and .*an id of their own"):
        read(tmp_path, f"id,first_name,last_name\njd,Jane,Doe\n{other}\n")


def test_one_person_may_stand_in_two_lines(tmp_path: Path) -> None:
    """Such as for two groups."""
    found = read(tmp_path, "id,first_name,last_name,group\njd,Jane,Doe,Red\njd,Jane,Doe,Blue\n,No,Body,\n")
    assert found.students == ["jd"]
    assert found.members(["red"]) == found.members(["blue"]) == ("jd",)


# --- as the platforms export them -----------------------------------------------------------------------

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,01_moving_averages (77),Final Score
    Points Possible,,,,,20,(read only)
"Doe, Jane",1234,s1,jdoe,A and B,,
"O'Hara, José",9,s2,johara,A,8,
"Student, Test",55,,bbbc6740f0b946af,A,,
"""
WORKSHEET = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed"
"Participant 12","Jane Doe",jane@example.org,"Submitted for grading",,20.00,Yes
"Teilnehmer/in 9","José O'Hara",jose@example.org,"No submission",,20.00,Yes
"""
LISTS = {
    "nbgrader": (PEOPLE, "jd", "jo", ["1234", "Jane Doe"]),
    "nbgrader with semicolons": (PEOPLE.replace(",", ";"), "jd", "jo", ["1234"]),
    "Excel's hint": ("sep=;\n" + PEOPLE.replace(",", ";"), "jd", "jo", ["1234"]),
    "Canvas": (CANVAS, "jdoe", "johara", ["1234", "s1", "doejane", "Jane Doe"]),
    "Canvas' group set": (
        "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
        '"Doe, Jane",1234,s1,jdoe,A,Red,7,\n"O\'Hara, José",9,s2,johara,A,,,\n',
        "jdoe", "johara", ["1234", "s1", "doejane", "Jane Doe"],
    ),
    "Moodle's worksheet": (WORKSHEET, "jane@example.org", "jose@example.org", ["participant 12", "Jane Doe"]),
    "Moodle's worksheet with names": (
        WORKSHEET.replace("Status", "Username").replace('"Submitted for grading"', "jd").replace(
            '"No submission"', "jo"
        ),
        "jd", "jo", ["participant 12", "jane@example.org"],
    ),
    "Moodle's participants": (
        "First name,Surname,ID number,Email address\nJane,Doe,,j@x\nJosé,O'Hara,7,o@x\n",
        "j@x", "o@x", ["Doe, Jane"],
    ),
    "Moodle's newer participants": (
        "First name\tLast name\tEmail address\tGroups\nJane\tDoe\tj@x\t\nJosé\tO'Hara\to@x\tA\n",
        "j@x", "o@x", ["Jane Doe"],
    ),
    "Google Classroom": (
        "Last Name,First Name,Email Address,Means\nDate,,,2026-11-01\nPoints,,,20\n"
        "Doe,Jane,j@x,\nO'Hara,José,o@x,3\n",
        "j@x", "o@x", ["Jane Doe"],
    ),
    "Blackboard": (
        '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Availability"\t"H [Total Pts: 20] |7"\n'
        '"Doe"\t"Jane"\t"jd"\t"77"\t"Yes"\t""\n"O\'Hara"\t"José"\t"jo"\t""\t"Yes"\t""\n',
        "jd", "jo", ["77", "Jane Doe"],
    ),
    "Brightspace": (
        "OrgDefinedId,Username,Last Name,First Name,Email,M Points Grade <Numeric MaxPoints:20>,"
        "End-of-Line Indicator\n"
        "#007,#jd,Doe,Jane,j@x,,#\n#008,#jo,O'Hara,José,o@x,3,#\n",
        "jd", "jo", ["007", "j@x"],
    ),
    "Gradescope": (
        "First Name,Last Name,SID,Email,Sections\nJane,Doe,301,j@x,A\nJosé,O'Hara,302,o@x,A\n", "301", "302",
        ["j@x", "Jane Doe"],
    ),
    "Gradescope's other list": ("Name,SID,Email,Role\nJane Doe,,j@x,Student\nJosé O'Hara,302,o@x,Student\n",
                                "j@x", "o@x", ["Jane Doe"]),
    "Sakai": (
        '"Means","SCORE_GRADE_TYPE"\n""\n"Display ID","ID","Last Name","First Name","grade","Late"\n'
        '"77","jd","Doe","Jane","",""\n"78","jo","O\'Hara","José","",""\n',
        "jd", "jo", ["77", "Jane Doe"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", LISTS)
def test_the_lists_of_platforms_are_read(tmp_path: Path, name: str, encoding: str) -> None:
    text, first, second, names = LISTS[name]
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding=encoding)
    roster = Roster.read(path)
    assert roster.students[:2] == [first, second]
    assert name.startswith(("nbgrader", "Excel")) or len(roster.students) == 2
    assert [roster.find([each]) for each in names] == [first] * len(names)
    assert roster.find(["o hara JOSÉ"]) == second
    assert roster.people[first]["last_name"] == "Doe"


def test_what_a_list_says_of_people_is_kept(tmp_path: Path) -> None:
    canvas = read(tmp_path, CANVAS)
    assert canvas.people["johara"] == {"first_name": "José", "last_name": "O'Hara", "lms_user_id": "9"}
    worksheet = read(tmp_path, WORKSHEET)
    assert "lms_user_id" not in worksheet.people["jane@example.org"]  # it is another one next time


def test_of_several_columns_the_first_that_everybody_has_is_the_id(tmp_path: Path) -> None:
    assert read(tmp_path, CANVAS.replace("johara", "")).students == ["s1", "s2"]
    assert read(tmp_path, CANVAS.replace("johara", "jdoe")).students == ["s1", "s2"]
    with pytest.raises(CourseError, match="no column says who everybody is: in each of sid, email"):
        read(tmp_path, "Name,SID,Email\nA,,a@x\nB,2,\n")


def test_another_name_has_to_agree_where_it_is_known(tmp_path: Path) -> None:
    roster = read(tmp_path, PEOPLE)
    assert roster.find(["1234"], ["doe jane"]) == "jd"
    assert roster.find(["1234"], ["José O'Hara"]) is None
    assert roster.find(["1234"], ["nobody knows"]) == "jd"
    assert roster.find(["Max Roe"], ["d2"]) == "d2"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"Vorname,Nachname,E-Mail-Adresse\nJane,Doe,j@x\n", "headings of Canvas, .* in English"),
        (b"PK\x03\x04...", "is a workbook"),
        (b"\xd0\xcf\x11\xe0...", "is a workbook"),
        ("id,first_name\na,b\n".encode("utf-16-le"), "UTF-16 with its mark"),
        (b"id\n\xff\n", "save it as CSV in UTF-8"),
    ],
)
def test_a_list_that_is_not_understood_is_one_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(CourseError, match=says):
        Roster.read(path)
