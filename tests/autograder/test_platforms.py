"""What each platform packs is given to those who handed it in, or the archive is refused as a whole."""

import random
import string
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from autograder.collect import REFUSED, Collection
from autograder.collect.collecting import DATED, LATE_UNKNOWN, NO_ZONE, STANDS_FOR
from autograder.course import CourseError
from autograder.roster import Roster

from .test_collect import FILE, NAME, Platform, entry, outcomes, pack, platform, reasons, roster, stamp_of


__all__ = ["platform"]  # a fixture

LIST = """submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '3001'
    :email: jane@example.org
  :created_at: 2026-11-01 10:00:00.123456789 Z
  :score: 0.0
submission_12:
  :submitters:
  - :name: Max Roe
    :sid:
    :email: max@example.org
  - :name: Zoe Lee
    :sid: '3003'
  :created_at: 2026-11-01 09:30:00 Z
"""

# Every file of an archive with who hands it in; what is not handed in is a pair with its text.
ARCHIVES: dict[str, dict[str, str | tuple[str, str]]] = {
    "Canvas, hidden names": {
        f"anon_Xy12z_77_{FILE}": "anon_Xy12z",
        f"LATE_anon_ab345_78_{FILE}": "anon_ab345",
    },
    "Canvas, a name without letters": {f"_12_77_{FILE}": "_12", f"roe_2_78_{FILE}": "roe_2"},
    "Canvas, a group with a line below": {f"team_a_12_77_{FILE}": "team_a_12", f"roe_2_78_{FILE}": "roe_2"},
    "Moodle, hidden names": {
        f"Participant_12_assignsubmission_file/{FILE}": "Participant 12",
        f"Participant_9_assignsubmission_file/{FILE}": "Participant 9",
    },
    "Moodle, hidden names, one alone, in German": {
        f"Teilnehmerin_12_assignsubmission_file_/{FILE}": "Teilnehmerin 12"
    },
    "Moodle, hidden names in a language that is not known": {
        f"Osallistuja_{number}_assignsubmission_file_{FILE}": f"Osallistuja {number}" for number in (1, 2, 3)
    },
    "Moodle, groups": {
        f"Team A_3_assignsubmission_file/{FILE}": "Team A",
        f"Team B_4_assignsubmission_file/{FILE}": "Team B",
        f"Default group_assignsubmission_file/{FILE}": "Default group",
    },
    "Moodle, folders of a student, texts and pictures": {
        f"Jane Doe_12_assignsubmission_file/my work/{FILE}": "Jane Doe",
        "Jane Doe_12_assignsubmission_onlinetext/onlinetext.html": ("", ""),
        "Jane Doe_12_assignsubmission_file/my work/plot.png": ("", ""),
        f"Max Roe_7_assignsubmission_file/{FILE}": "Max Roe",
    },
    "Blackboard": {
        f"Homework 1_jdoe_attempt_2026-11-01-10-00-00_{FILE}": "jdoe",
        "Homework 1_jdoe_attempt_2026-11-01-10-00-00.txt": ("", "Name: Jane Doe (jdoe)\nAssignment: H"),
        f"Homework 1_mroe_attempt_2026-11-01-11-00-00_{FILE}": "mroe",
        "Homework 1_mroe_attempt_2026-11-01-11-00-00.txt": ("", "Name: Max Roe (mroe)\r\nAssignment: H"),
    },
    "Blackboard, lines below": {
        f"Homework_1_s_1_poging_2026-11-01-10-00-00_{FILE}": "s_1",
        "Homework_1_s_1_poging_2026-11-01-10-00-00.txt": ("", "Naam: Jane Doe (s_1)\n"),
        f"Homework_1_s_2_poging_2026-11-01-11-00-00_{FILE}": "s_2",
        "Homework_1_s_2_poging_2026-11-01-11-00-00.txt": ("", "\ufeffNaam: Max (M.) Roe (s_2)\n"),
    },
    "Blackboard without its texts": {
        f"{NAME}_s_1_attempt_2026-11-01-10-00-00_{FILE}": "s_1",
        f"{NAME}_s_2_attempt_2026-11-01-11-00-00_{FILE}": "s_2",
    },
    "Brightspace": {
        f"1234-99 - Jane Doe - Nov 1, 2026 1105 AM/{FILE}": "Jane Doe",
        f"1235-99 - Max van-der Roe - Nov 1, 2026 105 PM/{FILE}": "Max van-der Roe",
        "index.html": ("", "<html>"),
    },
    "Brightspace without folders": {
        f"1234-99 - Jane Doe - Nov 1, 2026 1105 AM - {FILE}": "Jane Doe",
        f"1235-99 - Max Roe - Nov 1, 2026 1305 - my - {FILE}": "Max Roe",
        "index.html": ("", "<html>"),
    },
    "Brightspace, long ago": {f"1-9 - Jane Doe - {FILE}": "Jane Doe", f"2-9 - Max Roe - {FILE}": "Max Roe"},
    "Gradescope": {
        f"assignment_9_export/submission_11/{FILE}": "3001",
        "assignment_9_export/submission_metadata.yml": ("", LIST),
    },
    "Google Classroom": {
        "Homework/Jane Doe - Means.ipynb": "Jane Doe",
        "Homework/Max Roe - Means.ipynb": "Max Roe",
    },
    "Sakai": {
        f"Homework 1/Doe, Jane(jdoe)/Submission attachment(s)/{FILE}": "jdoe",
        f"Homework 1/Roe, Max(m_roe@x.org)/Submission attachment(s)/{FILE}": "m_roe@x.org",
        f"Homework 1/Roe, Max(m_roe@x.org)/Feedback Attachment(s)/{FILE}": ("", "of last year"),
        "Homework 1/grades.csv": ("", "Homework 1,Points"),
    },
    "Sakai without folders": {
        f"H/Doe, Jane(jdoe)_Submission attachment(s)_{FILE}": "jdoe",
        f"H/Roe,(mroe)_Submission attachment(s)_{FILE}": "mroe",
    },
    "Sakai, hidden names": {
        f"H/8c5fc4bf-69fa-4bfd-a5f6-9a90df394a65 Anonymous/Submission attachment(s)/{FILE}": (
            "8c5fc4bf-69fa-4bfd-a5f6-9a90df394a65 Anonymous"
        ),
    },
    "ILIAS": {
        f"Homework 1/Submissions/Doe_Jane_jdoe_123/{FILE}": "jdoe",
        f"Homework 1/Submissions/von Roe_Max_m_roe_7/Late Submission - {FILE}": "m_roe",
        "Homework 1/status.csv": ("", ""),
    },
    "ILIAS, teams": {
        f"Team 1/Doe_Jane_jdoe_123/{FILE}": "jdoe",
        f"Team 2/Roe_Max_mroe_7/{FILE}": "mroe",
    },
    "nbgrader in two folders": {
        f"course/submitted/jane/{NAME}/{FILE}": "jane",
        f"course/submitted/max/{NAME}/{FILE}": "max",
    },
    "nbgrader's exchange": {
        f"inbound/jane+{NAME}+2026-11-01 10:00:00.123456 UTC+abc=/{FILE}": "jane",
        f"inbound/max+{NAME}+2026-11-01 10:00:00.123456 UTC/{FILE}": "max",
    },
    "folders in two folders": {f"a/b/jane/{FILE}": "jane", "a/b/max/homework.ipynb": "max"},
    "folders of students, and a folder in each": {f"jane/hw/{FILE}": "jane", f"max/hw/{FILE}": "max"},
}  # fmt: skip


def packed(archive: str) -> tuple[bytes, dict[str, bytes]]:
    """The archive, and what is to be collected, by student."""
    files, expected = [], {}
    for name, what in ARCHIVES[archive].items():
        if isinstance(what, str):
            expected[what] = f"of {what}".encode()
        files.append((name, what[1] if isinstance(what, tuple) else f"of {what}"))
    return pack(*files), expected


@pytest.mark.parametrize("archive", ARCHIVES)
def test_everybody_gets_what_is_theirs(platform: Platform, archive: str) -> None:
    data, expected = packed(archive)
    collection = platform.collect(data)
    assert reasons(collection) == []
    found = {each.student for each in collection.entries if each.outcome == "collected"}
    assert found == set(expected)
    assert sorted(platform.notebooks().values()) == sorted(expected.values())
    (names,) = {collection.names}
    assert names == "of students" or names.split()[1] in archive


@pytest.mark.parametrize("around", ["a/", "a/b/", "a/b/c/d/"])
@pytest.mark.parametrize("archive", ARCHIVES)
def test_folders_around_it_change_nothing(platform: Platform, archive: str, around: str) -> None:
    _, expected = packed(archive)
    files = [
        (around + name, what[1] if isinstance(what, tuple) else f"of {what}")
        for name, what in ARCHIVES[archive].items()
    ]
    try:
        platform.collect_entries(*files)
    except CourseError:
        assert len(expected) == 1  # a folder around one file may be anybody's
        assert platform.notebooks() == {}
    else:
        assert sorted(platform.notebooks().values()) == sorted(expected.values())


def test_what_a_group_hands_in_is_each_members(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"submission_11/{FILE}", "1"), (f"submission_12/{FILE}", "2"), ("submission_metadata.yml", LIST)
    )
    assert platform.notebooks() == {"3001": b"1", "max@example.org": b"2", "3003": b"2"}
    assert [each.student for each in collection.entries if each.outcome == "collected"] == [
        "3001", "max@example.org", "3003",
    ]  # fmt: skip
    platform.collect_entries((f"H/Doe, Jane(jd); Roe, Max(mr)/Submission attachment(s)/{FILE}", "3"))
    assert platform.notebooks()["jd"] == platform.notebooks()["mr"] == b"3"


# --- attempts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("H_jd_attempt_2026-11-01-09-00-00_a.ipynb", "H_jd_attempt_2026-11-01-10-00-00_a.ipynb"),
        (
            f"jd+{NAME}+2026-11-01 09:00:00.1 UTC+x/a.ipynb",
            f"jd+{NAME}+2026-11-01 10:00:00.2 +0000+y/a.ipynb",
        ),
        ("1-2 - Jane Doe - Nov 1, 2026 958 AM/a.ipynb", "1-2 - Jane Doe - Nov 1, 2026 1203 PM/a.ipynb"),
        ("1-2 - Jane Doe - Nov 9, 2026 1105 AM - a.ipynb", "1-2 - Jane Doe - Nov 10, 2026 105 AM - a.ipynb"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_latest_by_the_clock_is_taken(platform: Platform, early: str, late: str, turned: bool) -> None:
    files = [(early, "early"), (late, "late")]
    collection = platform.collect_entries(*(files[::-1] if turned else files))
    assert list(platform.notebooks().values()) == [b"late"]
    skipped = next(each for each in collection.entries if each.name == early)
    assert skipped.why == "an earlier attempt"


def test_who_has_another_number_at_brightspace_is_somebody_else(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"1-2 - Jane Doe - Nov 1, 2026 958 AM/{FILE}", "1"),
        (f"3-2 - Jane Doe - Nov 1, 2026 959 AM/{FILE}", "2"),
    )
    assert reasons(collection) == [REFUSED["namesakes"]] * 2


def test_of_several_in_folders_of_one_student_none_counts(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"doe_1/{FILE}", "0"), (f"doe_1/b/{FILE}", "1"), (f"max/{FILE}", "2")
    )
    assert reasons(collection) == [REFUSED["several"]] * 2
    assert platform.notebooks() == {"max": b"2"}


@pytest.mark.parametrize(
    "names",
    [
        (f"doe_1/{FILE}", f"doe_1/{NAME}.IPYNB"),
        (f"H_jd_attempt_2026-13-01-10-00-00_{FILE}", f"H_jd_attempt_2026-14-01-10-00-00_{FILE}"),
        (f"jd+{NAME}+2026-11-01 09:00:00 CEST+x/a.ipynb", f"jd+{NAME}+2026-11-01 10:00:00 CEST+y/a.ipynb"),
    ],
)
def test_where_nothing_says_which_is_the_latest_none_counts(
    platform: Platform, names: tuple[str, str]
) -> None:
    collection = platform.collect_entries(*((name, name) for name in names))
    assert reasons(collection) == [REFUSED["several"]] * 2


# --- when it was handed in ------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "name",
    [f"H_jd_attempt_2026-07-01-12-05-00_{FILE}", f"1-2 - jd - Jul 1, 2026 1205 PM/{FILE}"],
)
def test_a_time_without_its_zone_counts_where_somebody_says_the_zone(platform: Platform, name: str) -> None:
    collection = platform.collect_entries((name, "1"))
    assert collection.entries[0].why.startswith(f"new; {NO_ZONE.format(time='2026-07-01 12:05')}")
    assert not stamp_of(platform, "jd").exists()
    collection = platform.collect(pack((name, "1")), zone=BERLIN)
    assert DATED.format(time="2026-07-01T10:05:00+00:00") in collection.entries[0].why
    assert stamp_of(platform, "jd").read_text() == "2026-07-01T10:05:00+00:00"
    platform.collect(pack((name, "1")))
    assert stamp_of(platform, "jd").exists()  # of the same file
    platform.collect(pack((name, "2")))
    assert not stamp_of(platform, "jd").exists()


def test_gradescope_and_sakai_say_the_zone(platform: Platform) -> None:
    platform.collect_entries((f"submission_11/{FILE}", "1"), ("submission_metadata.yml", LIST))
    assert stamp_of(platform, "3001").read_text() == "2026-11-01T10:00:00.123456+00:00"
    platform.collect_entries(
        (f"H/Doe, Jane(jd)/Submission attachment(s)/{FILE}", "1"),
        ("H/Doe, Jane(jd)/Submission attachment(s)/timestamp.txt", "2020-01-01T00:00:00Z"),
        ("H/Doe, Jane(jd)/timestamp.txt", "2026-11-01T10:00:00Z"),
    )
    assert stamp_of(platform, "jd").read_text() == "2026-11-01T10:00:00+00:00"


def test_what_ilias_calls_late_is_late(platform: Platform) -> None:
    files = ((f"Doe_Jane_jd_1/{FILE}", "1"), (f"Roe_Max_mr_2/Verspaetete Abgabe - {FILE}", "2"))
    assert platform.collect_entries(*files).entries[1].why == f"new; {LATE_UNKNOWN}"
    platform.collect(pack(*files), due=lambda _: datetime(2026, 11, 1, 12))
    assert stamp_of(platform, "mr").read_text() == "2026-11-01T12:00:01+00:00"
    assert not stamp_of(platform, "jd").exists()


# --- archives that are refused as a whole ---------------------------------------------------------------

WHOLE = {
    "two platforms": (("doe_1_2_a.ipynb", "Jane Doe_3_assignsubmission_file_a.ipynb"), "is named as Canvas"),
    "a platform and a person": (
        ("doe_1_2_a.ipynb", "jane.ipynb"), "is named as Canvas does it and 'jane.ipynb'",
    ),
    "Gradescope without its list": (("submission_1/a.ipynb",), "submission_metadata.yml"),
    "Brightspace in another language": (("1-2 - Jane Doe - 1 nov. 2026 1105/a.ipynb",), "English"),
    "a day that there is not": (("1-2 - Jane Doe - Feb 31, 2026 1105 AM/a.ipynb",), "English"),
    "Blackboard with two readings": (
        ("H_s_1_attempt_2026-11-01-10-00-00_a.ipynb", "H_s_2_attempt_2026-11-01-10-00-00_a.ipynb"),
        "leave the text files of Blackboard",
    ),
    "two levels of folders": (
        ("red/jane/a.ipynb", "blue/max/a.ipynb"), "'blue' and 'red', or like 'jane' and",
    ),
    "one student in two folders": (("a/b/a.ipynb",), "may be named like 'a', or like 'b'"),
    "one file in a folder": (("submissions/doe_1_2_a.ipynb",), "pack it without the folder"),
    "nbgrader's release": ((f"release/{NAME}/{FILE}",), "'release' is a folder of nbgrader"),
    "all of nbgrader's folders": (
        (f"c/source/{NAME}/{FILE}", f"c/submitted/jane/{NAME}/{FILE}"), "may be named like",
    ),
    "files in a folder of the assignment": ((f"{NAME}/jane.ipynb", f"{NAME}/max.ipynb"), "of an assignment"),
    "nothing to collect": (("a.txt", "b/c.png"), "there is no notebook"),
}  # fmt: skip


@pytest.mark.parametrize("case", WHOLE)
def test_what_is_not_clear_is_refused_as_a_whole_in_one_sentence(platform: Platform, case: str) -> None:
    names, says = WHOLE[case]
    with pytest.raises(CourseError, match=says.replace("(", r"\(")) as refused:
        platform.collect_entries(*((name, "x") for name in names))
    assert "\n" not in str(refused.value)
    assert platform.notebooks() == {}


@pytest.mark.parametrize(
    "text", ["", "- a", "a: [", "submission_11: {}", "{" * 5000, "submission_11: 3", "a: 2026-13-01"]
)
def test_a_list_of_gradescope_that_says_nothing_is_refused(platform: Platform, text: str) -> None:
    with pytest.raises(CourseError, match=r"submission_metadata\.yml"):
        platform.collect_entries((f"submission_11/{FILE}", "1"), ("submission_metadata.yml", text))


def test_a_list_of_gradescope_that_unfolds_without_end_costs_nothing(platform: Platform) -> None:
    laughs = "a: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    text = f"{laughs}submission_11: {{':submitters': [{{':name': *a29}}]}}\n"
    with pytest.raises(CourseError, match="does not say whose"):
        platform.collect_entries((f"submission_11/{FILE}", "1"), ("submission_metadata.yml", text))


def test_a_student_cannot_write_for_blackboard(platform: Platform) -> None:
    """Only the first line of its texts is its own."""
    front = "H_jd_attempt_2026-11-01-10-00-00"
    platform.collect_entries(
        (f"{front}_{FILE}", "1"), (f"{front}.txt", "Name: Jane (jd)\nComments:\nName: Max (mr)\n")
    )
    platform.collect_entries((f"{front}_{FILE}", "1"), (f"{front}.txt", "Name: Max Roe (mr)\n"))
    assert set(platform.notebooks()) == {"jd"}


def test_a_list_in_the_folder_of_a_student_says_nothing(platform: Platform) -> None:
    forged = LIST.replace("'3001'", "'3003'")
    platform.collect_entries(
        (f"submission_11/{FILE}", "1"),
        ("submission_11/submission_metadata.yml", forged),
        ("submission_metadata.yml", LIST),
    )
    assert set(platform.notebooks()) == {"3001"}


# --- with a roster --------------------------------------------------------------------------------------


def test_a_roster_says_which_folder_is_the_student(platform: Platform, tmp_path: Path) -> None:
    people = roster(tmp_path, "id,first_name,last_name\njane,,\nmax,,\n")
    platform.collect(pack(("red/jane/a.ipynb", "1"), ("blue/max/a.ipynb", "2")), roster=people)
    assert platform.notebooks() == {"jane": b"1", "max": b"2"}


@pytest.mark.parametrize("column", ["group", "groups"])
def test_what_lies_under_the_name_of_a_group_is_each_members(
    platform: Platform, tmp_path: Path, column: str
) -> None:
    others = ",Blue" if column == "groups" else ""
    people = roster(tmp_path, f'id,first_name,last_name,{column}\njd,,,"Red{others}"\nmr,,,Red\nxy,,,\n')
    moodle = platform.collect(
        pack(
            (f"Red_7_assignsubmission_file/{FILE}", "1"),
            (f"xy_8_assignsubmission_file/{FILE}", "2"),
            (f"Default group_assignsubmission_file/{FILE}", "3"),
        ),
        roster=people,
    )
    assert platform.notebooks() == {"jd": b"1", "mr": b"1", "xy": b"2"}
    assert reasons(moodle) == [REFUSED["not_on_roster"]]
    assert not moodle.missing


OF_CANVAS = (
    "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
    '"Doe, Jane",11,,jd,A,Team 1,7,\n"Roe, Max",12,,mr,A,Team 1,7,\n"Lee, Ann",1,,al,A,Red_1,8,\n'
    '"Poe, Eve",13,,ep,A,Red_1,8,\n"Xu, Yi",14,,xy,A,,,\n'
)
CANVAS_GROUPS = {
    "a group's": ({f"team1_12_77_{FILE}": "1"}, {"jd": b"1", "mr": b"1"}),
    "late": ({f"team1_LATE_12_77_{FILE}": "1"}, {"jd": b"1", "mr": b"1"}),
    "of who is in no group": ({f"yixu_14_78_{FILE}": "2"}, {"xy": b"2"}),
    # The first of its three numbers is that of somebody else.
    "of a name that ends in a number": ({f"red_1_13_79_{FILE}": "3"}, {"al": b"3", "ep": b"3"}),
    "of such a name, late": ({f"red_1_LATE_13_79_{FILE}": "3"}, {"al": b"3", "ep": b"3"}),
    "a member's own, in another assignment": ({f"roemax_12_80_{FILE}": "4"}, {"mr": b"4"}),
    "a file that begins with a number": ({"roemax_12_80_1_a.ipynb": "5"}, {"mr": b"5"}),
    "of a group that the member has left": ({f"red1_12_77_{FILE}": "6"}, {"mr": b"6"}),
}


@pytest.mark.parametrize("case", CANVAS_GROUPS)
def test_canvas_names_a_group_and_the_number_of_one_member(
    platform: Platform, tmp_path: Path, case: str
) -> None:
    files, expected = CANVAS_GROUPS[case]
    collection = platform.collect(pack(*files.items()), roster=roster(tmp_path, OF_CANVAS))
    assert platform.notebooks() == expected
    assert not [each for each in collection.entries if each.outcome != "collected"]


def test_who_has_the_number_of_a_strange_name_is_said_to_stand_for_a_group(
    platform: Platform, tmp_path: Path
) -> None:
    people = roster(tmp_path, "id,first_name,last_name,lms_user_id\njd,Jane,Doe,11\nmr,Max,Roe,12\n")
    collection = platform.collect(
        pack((f"doejane_11_76_{FILE}", "1"), (f"team1_12_77_{FILE}", "2")), roster=people
    )
    whys = {each.student: each.why for each in collection.entries}
    assert STANDS_FOR.format(name="team1", student="mr") in whys["mr"]
    assert "group" not in whys["jd"]


def test_numbers_that_fit_two_people_are_nobodys(platform: Platform, tmp_path: Path) -> None:
    people = roster(tmp_path, "id,lms_user_id\njd,11\nmr,12\nxy,14\n")
    collection = platform.collect(
        pack((f"red_11_12_77_{FILE}", "1"), (f"x_14_78_{FILE}", "2")), roster=people
    )
    assert platform.notebooks() == {"xy": b"2"}
    assert reasons(collection) == [REFUSED["two_ways"]]


def test_no_upload_has_a_number_that_begins_with_zero(platform: Platform, tmp_path: Path) -> None:
    """So that a file with the name of an assignment is nobody else's, whatever its upload is counted."""
    assert FILE.startswith("0")
    people = roster(tmp_path, "id,lms_user_id\njd,11\nmr,12\n")
    platform.collect(pack((f"doejane_11_12_{FILE}", "1"), (f"roemax_12_13_{FILE}", "2")), roster=people)
    assert platform.notebooks() == {"jd": b"1", "mr": b"2"}


def test_a_number_that_belongs_to_somebody_else_by_name_is_nobody(platform: Platform, tmp_path: Path) -> None:
    people = roster(tmp_path, "id,first_name,last_name,lms_user_id\njd,Jane,Doe,1\nmr,Max,Roe,2\n")
    collection = platform.collect(
        pack((f"doejane_2_77_{FILE}", "1"), (f"lee_2_78_{FILE}", "2")), roster=people
    )
    assert [each.student for each in collection.entries] == ["doejane_2", "mr"]
    assert reasons(collection) == [REFUSED["not_on_roster"]]


# --- names in other encodings ---------------------------------------------------------------------------


def renamed(data: bytes, name: bytes) -> bytes:
    """The archive with another name for `jane`, of the same length, and no mark of its encoding."""
    assert len(name) == 4
    return data.replace(b"jane", name)


def test_utf_8_without_its_mark_is_read_as_macos_means_it(platform: Platform) -> None:
    platform.collect(renamed(pack((f"jane/{FILE}", "1")), "Zoë".encode()))
    assert platform.notebooks() == {"Zoë": b"1"}


@pytest.mark.parametrize("name", ["Zoë!".encode("cp850"), "Jür!".encode("latin-1"), "Юрий".encode("cp1251")])
def test_a_name_in_an_encoding_that_nobody_says_is_refused(platform: Platform, name: bytes) -> None:
    collection = platform.collect(renamed(pack((f"jane/{FILE}", "1"), (f"max/{FILE}", "2")), name))
    assert reasons(collection) == [REFUSED["encoding"]]
    assert platform.notebooks() == {"max": b"2"}


# --- classes of any size and names ----------------------------------------------------------------------


def test_a_class_of_two_thousand_with_pictures(platform: Platform) -> None:
    class_ = [f"student {number:04d}" for number in range(2000)]
    files = [(f"{name}_{place + 1}_assignsubmission_file/{file}", name)
             for place, name in enumerate(class_) for file in (FILE, "plot.png", "photo.jpg")]  # fmt: skip
    collection = platform.collect_entries(*files)
    assert platform.notebooks() == {name: name.encode() for name in class_}
    assert len(collection.entries) == 6000


Class = list[tuple[str, str, str, int]]
LETTERS = string.ascii_letters + "äöüßéñ"
WORD = st.text(LETTERS, min_size=1, max_size=8)
LOGIN = st.from_regex(r"[a-d][a-d_.0-9]{0,5}", fullmatch=True)
PERSON = st.tuples(WORD, WORD, LOGIN, st.integers(1, 10**6))


def canvas(people: Class) -> Iterable[tuple[str, str]]:
    for first, last, login, number in people:
        yield f"{(last + first).lower()}_{number}_{number + 7}_{FILE}", login


def moodle(people: Class) -> Iterable[tuple[str, str]]:
    for first, last, login, number in people:
        yield f"{first} {last}_{number}_assignsubmission_file/{FILE}", login


def hidden_moodle(people: Class) -> Iterable[tuple[str, str]]:
    for *_, login, number in people:
        yield f"Participant_{number}_assignsubmission_file_{FILE}", login


def blackboard(people: Class) -> Iterable[tuple[str, str]]:
    for first, last, login, number in people:
        front = f"Home_work_{login}_attempt_2026-11-01-10-{number % 60:02d}-00"
        yield f"{front}_{FILE}", login
        yield f"{front}.txt", f"Name: {first} {last} ({login})\nComments: Name: Jane (jane)\n"


def bare_blackboard(people: Class) -> Iterable[tuple[str, str]]:
    for *_, login, number in people:
        yield f"Home_work_{login}_attempt_2026-11-01-10-{number % 60:02d}-00_{FILE}", login


def brightspace(people: Class) -> Iterable[tuple[str, str]]:
    for first, last, login, number in people:
        yield f"{number}-88 - {first} {last} - Nov 1, 2026 {number % 12 + 1}05 AM/{FILE}", login


def gradescope(people: Class) -> Iterable[tuple[str, str]]:
    known = {
        f"submission_{number}": {":submitters": [{":name": f"{first} {last}", ":sid": login}]}
        for first, last, login, number in people
    }
    yield "export/submission_metadata.yml", yaml.safe_dump(known, allow_unicode=True)
    for *_, login, number in people:
        yield f"export/submission_{number}/{FILE}", login


def classroom(people: Class) -> Iterable[tuple[str, str]]:
    for first, last, login, _ in people:
        yield f"{first} {last} - Home - work.ipynb", login


def sakai(people: Class) -> Iterable[tuple[str, str]]:
    for first, last, login, _ in people:
        yield f"Homework/{last}, {first}({login})/Submission attachment(s)/{FILE}", login


def ilias(people: Class) -> Iterable[tuple[str, str]]:
    for first, last, login, number in people:
        yield f"Homework/Submissions/{last}_{first}_{login}_{number}/{FILE}", login


def folders(people: Class) -> Iterable[tuple[str, str]]:
    for *_, login, _ in people:
        yield f"{login}/{FILE}", login


def nbgrader(people: Class) -> Iterable[tuple[str, str]]:
    for *_, login, _ in people:
        yield f"course/submitted/{login}/{NAME}/{FILE}", login


PACKERS = (
    canvas, moodle, hidden_moodle, blackboard, bare_blackboard, brightspace, gradescope, classroom, sakai,
    ilias, folders, nbgrader,
)  # fmt: skip


@pytest.mark.parametrize("packer", PACKERS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    people=st.lists(
        PERSON, min_size=1, max_size=5, unique_by=(lambda each: each[2].casefold(), lambda each: each[3])
    ),
    seed=st.integers(0, 99),
)
def test_no_class_makes_anybody_somebody_else(
    tmp_path_factory: pytest.TempPathFactory,
    packer: Callable[[Class], Iterable[tuple[str, str]]],
    people: Class,
    seed: int,
) -> None:
    """Each gets their own, or is named among the refused, or the archive is refused."""
    platform = Platform(tmp_path_factory.mktemp("class"))
    files = list(packer(people))
    random.Random(seed).shuffle(files)
    rows = [
        {"id": login, "first_name": first, "last_name": last, "lms_user_id": f"participant {number}"
         if packer is hidden_moodle else str(number)}
        for first, last, login, number in people
    ]  # fmt: skip
    collection = collected_or_refused(platform, pack(*files), Roster(rows))
    assert all(content.decode() == student for student, content in platform.notebooks().items())
    assert_nothing_is_lost(platform, collection, len(people))
    unknown = Platform(tmp_path_factory.mktemp("unknown"))
    assert_nothing_is_lost(unknown, collected_or_refused(unknown, pack(*files), None), len(people))


def collected_or_refused(platform: Platform, data: bytes, roster: Roster | None) -> Collection | None:
    try:
        return platform.collect(data, roster=roster)
    except CourseError:
        return None


def assert_nothing_is_lost(platform: Platform, collection: Collection | None, people: int) -> None:
    """Of notebooks of which each is the only one of somebody, none counts as an earlier attempt."""
    written = platform.notebooks()
    assert len(set(written.values())) == len(written)
    if collection is None:
        assert written == {}
        return
    outcomes_ = [each.outcome for each in collection.entries if each.name.endswith(".ipynb")]
    assert len(outcomes_) == people
    assert outcomes_.count("collected") == len(written)
    assert outcomes_.count("refused") == people - len(written)


def test_most_classes_are_collected_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The test above would pass if everything were refused."""
    # Of Blackboard alone, names with lines below may be read in two ways.
    people = [("Jane", "Doe", "jd1", 11), ("Max", "Roe", "mr2", 12), ("Zoë", "Müller", "zm_3", 13)]
    for packer in set(PACKERS) - {bare_blackboard}:
        platform = Platform(tmp_path_factory.mktemp("class"))
        rows = [{"id": each[2], "first_name": each[0], "last_name": each[1],
                 "lms_user_id": f"participant {each[3]}" if packer is hidden_moodle else str(each[3])}
                for each in people]  # fmt: skip
        collection = platform.collect(pack(*packer(people)), roster=Roster(rows))
        assert reasons(collection) == [], packer
        assert platform.notebooks() == {each[2]: each[2].encode() for each in people}, packer
        assert collection.missing == ()


def test_a_notebook_that_is_a_link_is_nobodys(platform: Platform) -> None:
    collection = platform.collect_entries((entry(f"doe_1_2_{FILE}", mode=0o120777), "/etc/passwd"))
    assert outcomes(collection) == [("doe_1", "refused", REFUSED["link"])]
