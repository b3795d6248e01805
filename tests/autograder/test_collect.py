"""Archives of learning platforms, honest and hostile, made here."""

import errno
import io
import json
import os
import shutil
import stat
import struct
import unicodedata
import warnings
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from nbgrader.utils import parse_utc

from autograder.collect import REFUSED, Collection, collect, folder_name, student_name
from autograder.collect.archive import MAX_ENTRIES
from autograder.collect.collecting import LATE, LATE_UNKNOWN, THE_TIME
from autograder.course import CourseError, Postponed
from autograder.roster import Roster
from autograder.submission import MAX_BYTES

from .course import ROOT, run


NAME = "01_moving_averages"
NAMES = (NAME, "02_optimizers")
FILE = f"{NAME}.ipynb"
ZIP64_END = b"PK\x06\x06"
ZIP64_LOCATOR = b"PK\x06\x07"
END = b"PK\x05\x06"


def entry(name: str, *, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = method
    return info


def pack(*entries: tuple[str | zipfile.ZipInfo, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two entries with one name
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


class Platform:
    """A folder into which archives are collected."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.submitted = folder / "submitted"

    def collect(self, data: bytes, **options: object) -> Collection:
        archive = self.folder / "archive.zip"
        archive.write_bytes(data)
        return collect(archive, NAMES, self.submitted, **({"assignment": NAME} | options))

    def collect_entries(self, *entries: tuple[str | zipfile.ZipInfo, bytes | str]) -> Collection:
        return self.collect(pack(*entries))

    def written(self) -> dict[str, bytes]:
        """All files anywhere below the folder but the archive, by student."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.name != "archive.zip"]
        assert all(path.relative_to(self.submitted).parts[1:] == (NAME, FILE) for path in files)
        return {path.parts[-3]: path.read_bytes() for path in files}

    def notebooks(self) -> dict[str, bytes]:
        """All notebooks that were collected, by student."""
        return {
            student_name(path.parts[-3]): path.read_bytes()
            for path in self.submitted.glob(f"*/{NAME}/{FILE}")
        }


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def reasons(collection: Collection) -> list[str]:
    return [each.why for each in collection.entries if each.outcome == "refused"]


def outcomes(collection: Collection) -> list[tuple[str, str, str]]:
    return [(each.student, each.outcome, each.why) for each in collection.entries]


def test_a_full_disk_may_pass_and_leaves_nothing_half(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was collected before stays; of the next one not even a folder is there, or it had handed in."""
    archive = pack((f"jane/{FILE}", "1"), (f"max/{FILE}", "2"))
    sync, room = os.fsync, iter([True])

    def full(descriptor: int) -> None:
        if not next(room, False):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(os, "fsync", full)
        with pytest.raises(Postponed, match=r"the disk is full .*; make room"):
            platform.collect(archive)
    assert platform.written() == {"jane": b"1"}
    assert os.listdir(platform.submitted) == ["jane"]
    assert [each.why for each in platform.collect(archive).entries] == ["the same as before", "new"]
    assert platform.written() == {"jane": b"1", "max": b"2"}


# --- layouts --------------------------------------------------------------------------------------------

LAYOUTS = {
    "Canvas": {f"doejane_1234_77_{FILE}": "doejane_1234", f"roemax_LATE_99_78_{FILE}": "roemax_99"},
    "Moodle": {
        f"Jane Doe_12_assignsubmission_file_/{FILE}": "Jane Doe",
        f"Max van Roe_7_assignsubmission_file/{FILE}": "Max van Roe",
    },
    "Moodle without folders": {
        f"Jane Doe_12_assignsubmission_file_{FILE}": "Jane Doe",
        f"Max Roe_7_assignsubmission_file_{FILE}": "Max Roe",
    },
    "nbgrader": {f"jane/{NAME}/{FILE}": "jane", f"max/{NAME}/{FILE}": "max"},
    "a folder each": {f"jane/{FILE}": "jane", "max/averages.ipynb": "max"},
    "a file each": {"jane.ipynb": "jane", f"max_{NAME}.ipynb": "max", f"{NAME} - zoe.ipynb": "zoe"},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_who_handed_in_what(platform: Platform, layout: str) -> None:
    platform.collect_entries(*LAYOUTS[layout].items())
    assert platform.written() == {student: student.encode() for student in LAYOUTS[layout].values()}


@pytest.mark.parametrize("layout", ["Canvas", "Moodle", "Moodle without folders", "nbgrader"])
def test_a_folder_around_all_students_is_seen_through(platform: Platform, layout: str) -> None:
    names = {f"submissions/{name}": student for name, student in LAYOUTS[layout].items()}
    platform.collect_entries(*names.items())
    assert platform.written() == {student: student.encode() for student in names.values()}


def test_a_folder_of_loose_notebooks_is_not_taken_apart(platform: Platform) -> None:
    assert (
        reasons(platform.collect_entries(("jane/a.ipynb", "1"), ("jane/b.ipynb", "2")))
        == [REFUSED["ambiguous"].format(assignment=NAME)] * 2
    )
    assert platform.written() == {}


def test_a_student_alone_in_an_archive_cannot_hand_in_for_others(platform: Platform) -> None:
    folder = "Jane Doe_12_assignsubmission_file_"
    collection = platform.collect_entries((f"{folder}/a_1_2_{FILE}", ""), (f"{folder}/b_3_4_{FILE}", ""))
    assert {each.student for each in collection.entries} == {"Jane Doe"}


def test_the_name_of_a_file_inside_a_students_folder_says_nothing(platform: Platform) -> None:
    platform.collect_entries(
        (f"jane/max_1_2_{FILE}", "jane's"),
        (f"max/{FILE}", "max's"),
        ("zoe/jane_3_assignsubmission_file_.ipynb", "z"),
    )
    assert platform.written() == {"jane": b"jane's", "max": b"max's", "zoe": b"z"}


@pytest.mark.parametrize(
    ("names", "latest"),
    [
        ([f"doe_1_77_{NAME}-2.ipynb", f"doe_1_78_{FILE}"], 1),  # the number of the upload is Canvas' own
        ([f"doe_1_77_{NAME}-10.ipynb", f"doe_1_77_{NAME}-9.ipynb", f"doe_1_77_{FILE}"], 0),
        ([f"doe_1/{NAME} (1).ipynb", f"doe_1/{FILE}"], 0),
        (["doe_1.ipynb", "doe_1 (2).ipynb", "doe_1(1).ipynb"], 1),
    ],
)
def test_the_latest_attempt_is_taken_and_the_others_are_reported(
    platform: Platform, names: list[str], latest: int
) -> None:
    collection = platform.collect_entries(*((name, str(place)) for place, name in enumerate(names)))
    assert platform.written() == {"doe_1": str(latest).encode()}
    expected = [("doe_1", "skipped", "an earlier attempt")] * len(names)
    expected[latest] = ("doe_1", "collected", "new")
    assert outcomes(collection) == expected


def test_the_named_notebook_is_taken_or_the_only_one(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"a/{FILE}", "a"), ("a/scratch.ipynb", "no"),
        ("b/homework.ipynb", "b"), ("b/02_optimizers.ipynb", "no"),
        ("c/02_optimizers.ipynb", "no"),
    )  # fmt: skip
    assert platform.written() == {"a": b"a", "b": b"b"}
    assert outcomes(collection) == [
        ("a", "collected", "new"),
        ("a", "skipped", f"not {NAME}"),
        ("b", "collected", "new; handed in as homework.ipynb"),
        ("b", "skipped", f"not {NAME}"),
        ("c", "skipped", f"not {NAME}"),
    ]


def test_what_a_person_should_know_of_a_collected_file_is_said(platform: Platform) -> None:
    late = platform.collect_entries((f"doe_LATE_1_2_{FILE}", ""))
    assert outcomes(late) == [("doe_1", "collected", f"new; {LATE_UNKNOWN}")]
    quoted = platform.collect_entries((f"O'Hara/{FILE}", ""))
    assert outcomes(quoted) == [("O'Hara", "collected", "new; in the folder O=27Hara")]


@pytest.mark.parametrize("ending", [".IPYNB", ".ipynb.json", ".ipynb.txt", " (1).ipynb.txt"])
def test_what_programs_make_of_a_name_is_collected_as_grading_would_take_it(
    platform: Platform, ending: str
) -> None:
    collection = platform.collect_entries((f"doe_1_77_{NAME}{ending}", "1"))
    assert platform.written() == {"doe_1": b"1"}
    assert outcomes(collection) == [("doe_1", "collected", f"new; handed in as {NAME}{ending}")]


@pytest.mark.parametrize(
    ("other", "mine", "data"),
    [
        ("doe_1_77_essay.pdf", f"roe_2_78_{FILE}", "roe_2_79_data.csv"),
        (f"doe_1_77_{NAME}.txt", f"roe_2_78_{FILE}", "roe_2_79_data.csv"),
        ("doe_LATE_1_link.html", f"roe_2_78_{FILE}", "roe_2_text.html"),
        (
            "Jane Doe_12_assignsubmission_file_/essay.docx",
            f"Max Roe_13_assignsubmission_file_/{FILE}",
            "Max Roe_13_assignsubmission_file_/data.csv",
        ),
    ],
)
def test_who_handed_in_another_file_only_is_named(
    platform: Platform, other: str, mine: str, data: str
) -> None:
    collection = platform.collect_entries((other, "x"), (mine, "1"), (data, "y"))
    (first, _, third) = collection.entries
    assert (first.outcome, first.why) == ("refused", REFUSED["no_notebook"])
    assert first.student in ("doe_1", "Jane Doe")
    assert third.outcome == "skipped"


def test_everything_is_accounted_for(platform: Platform) -> None:
    collection = platform.collect_entries(
        ("jane/", ""), (f"jane/{FILE}", "1"), ("jane/plot.png", ""), (f"__MACOSX/jane/._{FILE}", ""),
        ("jane/.DS_Store", ""), (f"zoe/.hidden/{FILE}", "2"), ("bob/essay.pdf", "3"), ("README.txt", ""),
        (f"jane/.ipynb_checkpoints/{FILE}", "old"), ("max/work.zip", "PK"), (FILE, "whose?"),
    )  # fmt: skip
    assert [(each.outcome, each.why) for each in collection.entries] == [
        ("skipped", "a folder"),
        ("collected", "new"),
        ("skipped", "not a notebook"),
        ("skipped", "a file that computers make, not people"),
        ("skipped", "a file that computers make, not people"),
        ("refused", REFUSED["hidden"]),
        ("refused", REFUSED["no_notebook"]),
        ("skipped", "not a notebook"),
        ("skipped", "a file that computers make, not people"),
        ("refused", REFUSED["archive"]),
        ("refused", REFUSED["nobody"]),
    ]
    assert platform.written() == {"jane": b"1"}


def test_a_second_time_only_what_differs_is_replaced(platform: Platform) -> None:
    platform.collect_entries((f"a/{FILE}", "a"), (f"b/{FILE}", "b"))
    before = os.stat(platform.submitted / "a" / NAME / FILE).st_ino
    collection = platform.collect_entries((f"a/{FILE}", "a"), (f"b/{FILE}", "better"), (f"c/{FILE}", "c"))
    assert [each.why for each in collection.entries] == [
        "the same as before", "replaces a different file", "new",
    ]  # fmt: skip
    assert os.stat(platform.submitted / "a" / NAME / FILE).st_ino == before
    assert platform.written() == {"a": b"a", "b": b"better", "c": b"c"}


def test_the_assignment_is_the_one_that_files_are_named_after(platform: Platform) -> None:
    assert platform.collect(pack((f"doe_1_2_{FILE}", "")), assignment=None).assignment == NAME
    for names in ([f"a/{FILE}", "b/02_optimizers.ipynb"], ["a.ipynb"]):
        with pytest.raises(CourseError, match="--assignment"):
            platform.collect(pack(*((name, "") for name in names)), assignment=None)


# --- the roster -----------------------------------------------------------------------------------------


def roster(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8-sig")
    return Roster.read(path)


def test_a_roster_turns_names_into_ids_and_says_who_is_missing(platform: Platform, tmp_path: Path) -> None:
    people = roster(
        tmp_path,
        "id,first_name,last_name,lms_user_id\njd,Jane,Doe,1234\njo,José,O'Hara,9\nnn,Nobody,Here,5\n",
    )
    canvas = platform.collect(
        pack((f"doejane_1234_77_{FILE}", "jd"), (f"stranger_99_77_{FILE}", "")), roster=people
    )
    assert [each.student for each in canvas.entries] == ["jd", "stranger_99"]
    assert reasons(canvas) == [REFUSED["not_on_roster"]]
    assert canvas.missing == ("jo", "nn")
    moodle = platform.collect(
        pack((f"Jose\u0301 O'Hara_3_assignsubmission_file_/{FILE}", "jo")), roster=people
    )
    assert [each.student for each in moodle.entries] == ["jo"]
    assert moodle.missing == ("jd", "nn")


def test_two_people_who_go_by_one_name_are_nobody(platform: Platform, tmp_path: Path) -> None:
    people = roster(tmp_path, "id,first_name,last_name\na,Jane,Doe\nb,Jane,Doe\nc,Max,Roe\n")
    data = pack((f"jane doe/{FILE}", ""), (f"max roe/{FILE}", ""), (f"Roe, Max/{FILE}", ""))
    collection = platform.collect(data, roster=people)
    assert reasons(collection) == [REFUSED["not_on_roster"], REFUSED["namesakes"], REFUSED["namesakes"]]


def test_namesakes_whom_moodle_tells_apart_are_not_mixed(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"Jane Doe_1_assignsubmission_file_/{FILE}", "1"), (f"Jane Doe_2_assignsubmission_file_/{FILE}", "2")
    )
    assert reasons(collection) == [REFUSED["namesakes"]] * 2


# --- hostile names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (f"/etc/{FILE}", "path"),
        (f"../../{FILE}", "path"),
        (f"jane/../../{FILE}", "path"),
        (f"jane/ ../{FILE}", "path"),
        (f"jane//{FILE}", "path"),
        (f"./{FILE}", "path"),
        (f"C:/jane/{FILE}", "path"),
        (f"C:jane{FILE}", "path"),
        (f"jane\\{FILE}", "name"),
        (f"..\\..\\{FILE}", "name"),
        (f"jane\n/{FILE}", "name"),
        (f"jane\x1b[2J/{FILE}", "name"),
        (f"jane\u202e/{FILE}", "name"),
        (f"jane\u2066/{FILE}", "name"),
        (f"{'j' * 200}/{FILE}", "long_name"),
        (f"{'[' * 100}/{FILE}", "long_name"),
    ],
)
def test_a_name_that_means_more_than_itself_is_refused(platform: Platform, name: str, code: str) -> None:
    assert reasons(platform.collect_entries((name, ""), (f"ok/{FILE}", "ok"))) == [REFUSED[code]]
    assert platform.written() == {"ok": b"ok"}


def test_a_name_does_not_end_where_c_would_end_it(platform: Platform) -> None:
    data = pack((f"jane/x{FILE}", "")).replace(b"jane/x", b"jane/\0")
    assert reasons(platform.collect(data)) == [REFUSED["name"]]


def test_entries_of_one_name_are_all_refused(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"jane/{FILE}", "1"), (f"jane/{FILE}", "2"), (f"José/{FILE}", "3"), (f"Jose\u0301/{FILE}", "4")
    )
    assert reasons(collection) == [REFUSED["duplicate"]] * 4


def test_names_that_a_file_system_may_take_for_one_are_refused(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"Straße/{FILE}", ""), (f"STRASSE/{FILE}", ""), (f"max/{FILE}", "")
    )
    assert reasons(collection) == [REFUSED["case"]] * 2
    assert reasons(platform.collect_entries((f"MAX/{FILE}", ""))) == [REFUSED["case"]]


NAMES_OF_STUDENTS = st.text(st.characters(codec="utf-8"), min_size=1)


@given(NAMES_OF_STUDENTS)
def test_the_name_of_a_folder_can_be_read_back(student: str) -> None:
    assert student_name(folder_name(student)) == unicodedata.normalize("NFC", student)


@given(NAMES_OF_STUDENTS)
def test_the_name_of_a_folder_is_harmless(student: str) -> None:
    folder = folder_name(student)
    assert unicodedata.is_normalized("NFC", folder)
    assert folder == folder_name(student_name(folder))
    assert not set(folder) & set("/\\:*?\"'<>|[]{}$%&;~`!#\0\n")
    assert folder.isprintable()
    assert folder[0] not in " -.@"
    assert folder[-1] not in " ."


@pytest.mark.parametrize(
    ("student", "folder"),
    [
        ("doejane_1234", "doejane_1234"),
        ("Jane Doe", "Jane Doe"),
        ("José", "José"),
        ("李小龙", "李小龙"),
        ("हिन्दी", "हिन्दी"),
        ("O'Hara", "O=27Hara"),
        ("Smith [late]", "Smith =5Blate=5D"),
        ("..", "=2E=2E"),
        ("-rf", "=2Drf"),
        ("a=b", "a=3Db"),
        ("nul.txt", "=6Eul.txt"),
        ("end. ", "end.=20"),
        ("\u0301", "=CC=81"),
        ("[\u0301", "=5B=CC=81"),
    ],
)
def test_names_of_folders_by_example(student: str, folder: str) -> None:
    assert folder_name(student) == folder


# --- hostile entries ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [(stat.S_IFLNK, "link"), (stat.S_IFIFO, "device"), (stat.S_IFCHR, "device"), (stat.S_IFSOCK, "device")],
)
def test_what_is_no_file_is_refused(platform: Platform, kind: int, code: str) -> None:
    collection = platform.collect_entries(
        (entry(f"jane/{FILE}", mode=kind | 0o777), "/etc/passwd"),
        (entry("jane/data.txt", mode=kind), "/etc/passwd"),
    )
    assert reasons(collection) == [REFUSED[code]] * 2
    assert platform.written() == {}


def test_modes_of_the_archive_are_ignored(platform: Platform) -> None:
    platform.collect_entries((entry(f"jane/{FILE}", mode=stat.S_IFREG | 0o7777), "x"))
    path = platform.submitted / "jane" / NAME / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_other_compressions_are_refused(platform: Platform) -> None:
    collection = platform.collect_entries((entry(f"jane/{FILE}", method=zipfile.ZIP_LZMA), "x" * 999))
    assert reasons(collection) == [REFUSED["method"]]


def test_encrypted_entries_are_refused(platform: Platform) -> None:
    data = bytearray(pack((f"jane/{FILE}", "x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert reasons(platform.collect(bytes(data))) == [REFUSED["encrypted"]]


# --- when it was handed in ------------------------------------------------------------------------------

DUE = datetime(2026, 11, 1, 22, 59)


def stamp_of(platform: Platform, student: str) -> Path:
    return platform.submitted / student / NAME / "timestamp.txt"


def test_what_canvas_marks_as_late_is_late(platform: Platform) -> None:
    data = pack((f"doe_LATE_1_2_{FILE}", "a"), (f"roe_3_4_{FILE}", "b"))
    collection = platform.collect(data, due={NAME: DUE}.get)
    assert [entry.why for entry in collection.entries] == [f"new; {LATE}", "new"]
    assert parse_utc(stamp_of(platform, "doe_1").read_text()) == DUE + timedelta(seconds=1)
    assert not stamp_of(platform, "roe_3").exists()


def test_what_canvas_marks_no_longer_is_late_no_longer(platform: Platform) -> None:
    platform.collect(pack((f"doe_LATE_1_2_{FILE}", "a")), due={NAME: DUE}.get)
    platform.collect(pack((f"doe_1_2_{FILE}", "a")), due={NAME: DUE}.get)
    assert not stamp_of(platform, "doe_1").exists()


@pytest.mark.parametrize(
    "text", ["2026-11-02 10:00:00 +0200\n", "2026-11-02T08:00:00Z", "2026-11-02 09:00 Europe/Berlin"]
)
def test_a_time_beside_the_notebook_is_written_so_that_nbgrader_reads_it(
    platform: Platform, text: str
) -> None:
    collection = platform.collect_entries((f"jane/{FILE}", "a"), ("jane/timestamp.txt", text))
    assert [(entry.student, entry.outcome, entry.why) for entry in collection.entries] == [
        ("jane", "collected", "new; handed in at 2026-11-02T08:00:00+00:00"),
        ("jane", "collected", THE_TIME),
    ]
    assert stamp_of(platform, "jane").read_text() == "2026-11-02T08:00:00+00:00"
    assert parse_utc(stamp_of(platform, "jane").read_text()) == datetime(2026, 11, 2, 8)


@pytest.mark.parametrize(
    "text", ["2026-11-02 10:00 CEST", "2026-11-02 11:59 PM", "02/11/2026", "", "x" * 10_000]
)
def test_a_time_that_can_be_misread_is_refused(platform: Platform, text: str) -> None:
    collection = platform.collect_entries((f"jane/{FILE}", "a"), ("jane/timestamp.txt", text))
    assert [entry.outcome for entry in collection.entries] == ["collected", "refused"]
    assert collection.entries[1].why == REFUSED["no_time"]
    assert not stamp_of(platform, "jane").exists()


def test_a_time_that_a_student_hands_in_to_a_platform_is_none(platform: Platform) -> None:
    folder = "Jane Doe_12_assignsubmission_file_"
    collection = platform.collect_entries(
        (f"{folder}/{FILE}", "a"), (f"{folder}/timestamp.txt", "2020-01-01 00:00 UTC")
    )
    assert [entry.outcome for entry in collection.entries] == ["collected", "skipped"]
    assert not stamp_of(platform, "Jane Doe").exists()


def test_of_another_file_the_old_time_does_not_count(platform: Platform) -> None:
    platform.collect_entries((f"jane/{FILE}", "a"), ("jane/timestamp.txt", "2026-11-02T08:00:00Z"))
    platform.collect_entries((f"jane/{FILE}", "a"))
    assert stamp_of(platform, "jane").exists()
    platform.collect_entries((f"jane/{FILE}", "b"))
    assert not stamp_of(platform, "jane").exists()


def test_a_latest_attempt_that_cannot_be_read_is_not_replaced_by_an_earlier_one(platform: Platform) -> None:
    collection = platform.collect_entries(
        (f"jane/{FILE}", "1"), (entry(f"jane/{NAME} (1).ipynb", mode=stat.S_IFLNK), "2")
    )
    assert [each.outcome for each in collection.entries] == ["skipped", "refused"]


# --- sizes ----------------------------------------------------------------------------------------------


def test_a_bomb_hurts_its_author_only(platform: Platform) -> None:
    collection = platform.collect_entries((f"bomb/{FILE}", bytes(4 * MAX_BYTES)), (f"ok/{FILE}", "ok"))
    assert reasons(collection) == [REFUSED["too_large"]]
    assert platform.written() == {"ok": b"ok"}


@pytest.mark.parametrize("data", [b"{" + b"a" * 594_000, b"the same line\n" * 25_000])
def test_what_packs_well_is_taken(platform: Platform, data: bytes) -> None:
    platform.collect_entries((f"jane/{FILE}", data))
    assert platform.written() == {"jane": data}


def test_a_notebook_larger_than_the_grader_reads_is_refused(platform: Platform) -> None:
    large = entry(f"jane/{FILE}", method=zipfile.ZIP_STORED)
    assert reasons(platform.collect_entries((large, bytes(MAX_BYTES + 1)))) == [REFUSED["too_large"]]


@pytest.mark.parametrize("claimed", [0, 10, 0xFFFFFFF0])
def test_the_size_in_a_header_is_not_believed(platform: Platform, claimed: int) -> None:
    data = bytearray(pack((f"jane/{FILE}", os.urandom(1000)), (f"ok/{FILE}", "ok")))
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, claimed)
    collection = platform.collect(bytes(data))
    assert platform.written().pop("ok") == b"ok"
    assert reasons(collection) == [REFUSED["damaged"]] or len(platform.written()["jane"]) == 1000


def overlapping(count: int, kernel: bytes) -> bytes:
    """An archive in which all entries are the same bytes; local headers are quoted by nobody."""
    one = pack((f"a0000/{FILE}", kernel))
    start, end = one.index(b"PK\x01\x02"), one.index(END)
    names = (one[start:end].replace(b"a0000", b"a%04d" % number) for number in range(count))
    directory = b"".join(names)
    tail = struct.pack("<4s4H2LH", END, 0, 0, count, count, len(directory), start, 0)
    return one[:start] + directory + tail


def test_entries_that_share_bytes_are_refused_but_for_the_real_one(platform: Platform) -> None:
    collection = platform.collect(overlapping(500, b"x" * 50))
    assert len(collection.entries) == 500
    assert set(reasons(collection)) <= {REFUSED["damaged"]}
    assert platform.written().keys() <= {"a0000"}


def test_all_entries_together_may_not_expand_without_end(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.collect.archive.MAX_EXPANDED", 100_000)
    data = os.urandom(40_000)
    collection = platform.collect_entries(*((f"s{number}/{FILE}", data) for number in range(5)))
    assert reasons(collection) == [REFUSED["expanded"]] * 3
    assert platform.written().keys() == {"s0", "s1"}


# --- archives that are refused as a whole ---------------------------------------------------------------


def many_entries(count: int) -> bytes:
    """A central directory alone, of entries without any bytes."""
    header = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, *[0] * 7, 8, *[0] * 6)
    directory = b"".join(header + b"%08x" % number for number in range(count))
    few = min(count, 0xFFFF)
    return directory + struct.pack("<4s4H2LH", END, 0, 0, few, few, len(directory), 0, 0)


def zip64_lie(size: int, offset: int) -> bytes:
    """An end of the archive that says of its directory what it likes."""
    data = pack((f"jane/{FILE}", "x"))
    body = data[: data.index(END)]
    record = struct.pack("<4sQ2H2L4Q", ZIP64_END, 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = struct.pack("<4sLQL", ZIP64_LOCATOR, 0, len(body), 1)
    return (
        body + record + locator + struct.pack("<4s4H2LH", END, 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    )


HONEST = pack((f"jane/{FILE}", "x"))
WHOLE_ARCHIVES = {
    "nothing": (b"", "not a zip archive"),
    "text": (b"not a zip", "not a zip archive"),
    "a tar": (b"jane".ljust(1024, b"\0"), "not a zip archive"),
    "cut at its end": (HONEST[:-10], "not a zip archive"),
    "cut in its directory": (HONEST[: HONEST.index(b"PK\x01\x02") + 20], "not a zip archive"),
    "one entry too many": (many_entries(MAX_ENTRIES + 1), "more than 20000 entries"),
    "a hundred thousand entries": (many_entries(100_000), "more than 20000 entries"),
    "an endless directory": (zip64_lie(2**62, 0), "not a zip archive"),
    "a directory of the size of the archive": (zip64_lie(2**21, 2**64 - 2**21), "not a zip archive"),
}


@pytest.mark.parametrize("case", WHOLE_ARCHIVES)
def test_an_archive_that_is_none_is_one_sentence(platform: Platform, case: str) -> None:
    data, says = WHOLE_ARCHIVES[case]
    with pytest.raises(CourseError, match=says):
        platform.collect(data)
    assert platform.written() == {}


def test_a_huge_file_is_not_read(platform: Platform) -> None:
    archive = platform.folder / "archive.zip"
    with open(archive, "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(CourseError, match="not a zip archive"):
        collect(archive, NAMES, platform.submitted)


def test_a_pipe_is_not_waited_for(platform: Platform) -> None:
    archive = platform.folder / "archive.zip"
    os.mkfifo(archive)
    with pytest.raises(CourseError, match="not an ordinary file"):
        collect(archive, NAMES, platform.submitted)


@pytest.mark.parametrize("path", ["missing.zip", "."])
def test_an_archive_that_cannot_be_opened_is_one_sentence(tmp_path: Path, path: str) -> None:
    with pytest.raises(CourseError, match="cannot be read"):
        collect(tmp_path / path, NAMES, tmp_path)


@given(data=st.data())
def test_damage_anywhere_is_an_outcome(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(pack((f"jane/{FILE}", "x" * 40), (f"doe_1_2_{FILE}", "y")))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    platform = Platform(tmp_path_factory.mktemp("damaged"))
    try:
        collection = platform.collect(bytes(whole))
    except CourseError:
        assert platform.written() == {}
    else:
        collected = [each.student for each in collection.entries if each.outcome == "collected"]
        assert platform.written().keys() == {folder_name(student) for student in collected}


# --- what is there already ------------------------------------------------------------------------------


def test_nothing_is_written_through_a_link(platform: Platform) -> None:
    outside = platform.folder / "outside"
    outside.mkdir()
    (platform.submitted / "max").mkdir(parents=True)
    (platform.submitted / "jane").symlink_to(outside)
    (platform.submitted / "max" / NAME).symlink_to(outside)
    collection = platform.collect_entries((f"jane/{FILE}", ""), (f"max/{FILE}", ""))
    assert reasons(collection) == [REFUSED["folder_in_the_way"]] * 2
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_the_notebook_is_replaced_and_not_followed(platform: Platform) -> None:
    secret = platform.folder / "secret"
    secret.write_text("secret")
    folder = platform.submitted / "jane" / NAME
    folder.mkdir(parents=True)
    (folder / FILE).symlink_to(secret)
    platform.collect_entries((f"jane/{FILE}", "new"))
    assert (folder / FILE).read_text() == "new"
    assert secret.read_text() == "secret"


def test_a_folder_in_the_place_of_the_notebook_stays(platform: Platform) -> None:
    (platform.submitted / "jane" / NAME / FILE).mkdir(parents=True)
    collection = platform.collect_entries((f"jane/{FILE}", ""), (f"max/{FILE}", "ok"))
    assert reasons(collection) == [REFUSED["folder_in_the_way"]]
    assert platform.written() == {"max": b"ok"}


# --- the command ----------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def test_the_command_says_what_became_of_every_file(course: Path) -> None:
    archive = course / "submissions.zip"
    archive.write_bytes(pack((f"doe_1_2_{FILE}", "x"), ("doe_1_4_[red]roe\u200b.txt", "")))
    done = run("autograder", "collect", "submissions.zip", cwd=course)
    assert done.returncode == 0, done.stderr
    assert "2 entries = 1 collected + 1 skipped + 0 refused." in done.stdout
    assert "[red]roe⟦U+200B⟧" in done.stdout
    assert (course / ".course" / "submitted" / "doe_1" / NAME / FILE).read_text() == "x"
    again = run("autograder", "collect", "submissions.zip", "--json", cwd=course)
    first, _ = map(json.loads, again.stdout.splitlines())
    assert first == {
        "name": f"doe_1_2_{FILE}", "outcome": "collected", "why": "the same as before", "student": "doe_1",
    }  # fmt: skip


def test_the_command_ends_with_3_where_something_is_refused(course: Path) -> None:
    (course / "a.zip").write_bytes(pack((f"../{FILE}", "x")))
    assert run("autograder", "collect", "a.zip", "--assignment", NAME, cwd=course).returncode == 3
    (course / "b.zip").write_bytes(b"")
    refused = run("autograder", "collect", "b.zip", cwd=course)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)


def test_whatever_order_archives_come_in_the_latest_file_is_there(platform: Platform) -> None:
    """Collected three times, the older one last: as when two teaching assistants download."""
    old = ((f"jane/{FILE}", "old"), ("jane/timestamp.txt", "2026-11-01 10:00 UTC"))
    new = ((f"jane/{FILE}", "new"), ("jane/timestamp.txt", "2026-11-02 10:00 UTC"))
    assert outcomes(platform.collect_entries(*new))[0][1] == "collected"
    assert outcomes(platform.collect_entries(*new))[0][2].startswith("the same as before")
    late = outcomes(platform.collect_entries(*old))[0]
    assert late == ("jane", "skipped", "an earlier attempt than the one that is there")
    assert platform.notebooks() == {"jane": b"new"}
    stamp = platform.submitted / "jane" / NAME / "timestamp.txt"
    assert stamp.read_text().startswith("2026-11-02T10:00")
