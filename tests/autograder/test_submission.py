"""From a directory that students filled to bytes, or to a sentence that says what to do."""

import os
import shutil
from pathlib import Path

import pytest

from autograder import files, submission
from autograder.files import readable_name
from autograder.sandbox.reader import Unreadable
from autograder.submission import MAX_BYTES, REASONS, find_submissions, ignored, reason

from .ordinary import folder_of_an_ordinary_user, rights_of_an_ordinary_user


NAME = "01_moving_averages"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a student who has handed in nothing yet."""
    folder = tmp_path / "ada" / NAME
    folder.mkdir(parents=True)
    return folder


def handed_in(folder: Path) -> submission.Submission:
    (found,) = find_submissions(folder.parents[1], NAME)
    return found


def refusal(submission: submission.Submission) -> str:
    with pytest.raises(Unreadable) as caught:
        submission.read()
    return caught.value.code


def test_everybody_who_handed_in_is_found_in_order(tmp_path: Path) -> None:
    for student in ("zoe", "ada", ".hidden", "bob"):
        (tmp_path / student / NAME).mkdir(parents=True)
    (tmp_path / "carl" / "another_assignment").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("no student")
    assert [found.student for found in find_submissions(tmp_path, NAME)] == ["ada", "bob", "zoe"]
    assert [found.student for found in find_submissions(tmp_path, NAME, "bob")] == ["bob"]
    assert find_submissions(tmp_path, NAME, "nobody") == []


def test_a_linked_student_is_no_student(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "eve").symlink_to(folder.parent)
    assert [found.student for found in find_submissions(tmp_path, NAME)] == ["ada"]


def test_a_linked_assignment_is_not_followed_and_not_forgotten(tmp_path: Path, folder: Path) -> None:
    (folder / f"{NAME}.ipynb").write_bytes(b"{}")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / NAME).symlink_to(folder)
    (linked,) = find_submissions(tmp_path, NAME, "eve")
    assert refusal(linked) == "not_a_file"


def test_a_directory_that_is_not_there_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        find_submissions(tmp_path / "missing", NAME)


def test_what_lies_beside_the_notebook_is_named_and_not_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / f"{NAME}.ipynb").write_bytes(b"{}")
    assert handed_in(folder).beside == ()
    (folder / "numpy.py").symlink_to("/dev/zero")
    (folder / "data").mkdir()
    (folder / os.fsdecode(b"\xff.csv")).touch()
    assert handed_in(folder).beside == ("=FF.csv", "data", "numpy.py")
    monkeypatch.setattr(submission, "MAX_NAMES", 2)
    assert len(handed_in(folder).beside) <= 2


def test_the_bytes_of_the_file(folder: Path) -> None:
    (folder / f"{NAME}.ipynb").write_bytes(b"{}")
    (folder / "scratch.ipynb").write_bytes(b"not this one")
    assert handed_in(folder).read() == b"{}"
    assert handed_in(folder).notes == ()


def test_a_single_notebook_of_another_name_is_taken_and_noted(folder: Path) -> None:
    (folder / "homework (2).ipynb").write_bytes(b"{}")
    assert handed_in(folder).read() == b"{}"
    assert "homework (2).ipynb" in handed_in(folder).notes[0]


def test_of_two_other_notebooks_none_is_guessed(folder: Path) -> None:
    for name in ("a.ipynb", "b.ipynb"):
        (folder / name).write_bytes(b"{}")
    assert refusal(handed_in(folder)) == "ambiguous"


@pytest.mark.parametrize(
    "name",
    [f"{NAME} (1).ipynb", f"{NAME}(2).ipynb", f"{NAME}.IPYNB", f"{NAME.upper()}.ipynb", f"{NAME}.ipynb.json",
     f"{NAME}.ipynb.txt", f"{NAME}.ipynb.ipynb", f"{NAME} (1).ipynb.txt"],
)  # fmt: skip
def test_what_programs_make_of_a_name_is_taken_and_noted(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"{}")
    (folder / "scratch.ipynb").write_bytes(b"not this one")
    assert handed_in(folder).read() == b"{}"
    assert handed_in(folder).notes == (f"The file is named {name}; it was graded as {NAME}.ipynb.",)


def test_a_copy_beside_the_notebook_is_named(folder: Path) -> None:
    (folder / f"{NAME}.ipynb").write_bytes(b"{}")
    (folder / f"{NAME} (1).ipynb").write_bytes(b"perhaps this one")
    assert handed_in(folder).read() == b"{}"
    assert handed_in(folder).notes == (f"Beside {NAME}.ipynb, which was graded, there is {NAME} (1).ipynb.",)


def test_a_notebook_that_lies_one_folder_too_high_is_taken_and_noted(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / f"{NAME}.ipynb").write_bytes(b"{}")
    (tmp_path / "ada" / "another.ipynb").write_bytes(b"")
    (found,) = find_submissions(tmp_path, NAME)
    assert found.read() == b"{}"
    assert "It lies in the folder ada and not in ada/01_moving_averages." in found.notes[-1]


def test_what_lies_in_the_place_of_a_notebook_is_named(folder: Path) -> None:
    (folder / "essay.pdf").write_bytes(b"%PDF")
    with pytest.raises(Unreadable) as caught:
        handed_in(folder).read()
    assert reason(caught.value, NAME).endswith("(what is there: essay.pdf)")


def test_names_that_are_not_utf_8_cost_nothing(tmp_path: Path) -> None:
    for name in ("José".encode("latin-1"), b"Jos=E9", "José".encode()):
        folder = tmp_path / os.fsdecode(name) / NAME
        folder.mkdir(parents=True)
        (folder / os.fsdecode(b"\xff.ipynb")).write_bytes(name)
    found = {each.student: each for each in find_submissions(tmp_path, NAME)}
    assert sorted(found) == ["Jos=E9", "Jos=E9=", "José"]
    assert {each.read() for each in found.values()} == {b"Jos\xe9", b"Jos=E9", b"Jos\xc3\xa9"}
    assert all(
        each.notes == (f"The file is named =FF.ipynb; it was graded as {NAME}.ipynb.",)
        for each in found.values()
    )


@pytest.mark.parametrize("mode", [0o000, 0o400])
@pytest.mark.parametrize("below", ["eve", f"eve/{NAME}"])
def test_a_folder_that_may_not_be_entered_is_named_and_stops_nobody(below: str, mode: int) -> None:
    with folder_of_an_ordinary_user() as course, rights_of_an_ordinary_user():
        for student in ("ada", "eve"):
            (course / student / NAME).mkdir(parents=True)
            (course / student / NAME / "mine.ipynb").write_bytes(b"{}")
        (course / below).chmod(mode)
        ada, eve = find_submissions(course, NAME)
        assert ada.read() == b"{}"
        with pytest.raises(Unreadable) as caught:
            eve.read()
    assert (eve.student, caught.value.code) == ("eve", "permission")


def test_of_a_folder_with_very_many_files_only_some_are_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "MAX_LOOKED_AT", 3)
    for number in range(10):
        (folder / f"{number}.txt").touch()
    (folder / f"{NAME}.ipynb").write_bytes(b"{}")
    assert handed_in(folder).read() == b"{}"


def test_an_empty_folder(folder: Path) -> None:
    assert refusal(handed_in(folder)) == "missing"


@pytest.mark.parametrize("target", ["/etc/passwd", "nowhere", "."])
def test_links_are_never_followed(target: str, folder: Path) -> None:
    (folder / f"{NAME}.ipynb").symlink_to(target)
    assert refusal(handed_in(folder)) == "not_a_file"


def test_a_file_with_a_second_name_is_not_read_and_its_copy_is(tmp_path: Path, folder: Path) -> None:
    path, theirs = folder / f"{NAME}.ipynb", tmp_path / "theirs"
    theirs.write_bytes(b"{}")
    path.hardlink_to(theirs)
    assert refusal(handed_in(folder)) == "hard_link"
    path.unlink()
    shutil.copy(theirs, path)
    assert handed_in(folder).read() == b"{}"


def test_a_file_system_that_does_not_count_names_is_believed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / f"{NAME}.ipynb").write_bytes(b"{}")
    fields = list(os.stat(folder / f"{NAME}.ipynb"))
    monkeypatch.setattr(files.os, "fstat", lambda _: os.stat_result([*fields[:3], 0, *fields[4:]]))
    assert handed_in(folder).read() == b"{}"


def test_a_pipe_is_never_waited_for(folder: Path) -> None:
    os.mkfifo(folder / f"{NAME}.ipynb")
    assert refusal(handed_in(folder)) == "not_a_file"


def test_a_folder_is_no_notebook(folder: Path) -> None:
    (folder / f"{NAME}.ipynb").mkdir()
    assert refusal(handed_in(folder)) == "not_a_file"


def test_a_file_without_permission() -> None:
    with folder_of_an_ordinary_user() as course, rights_of_an_ordinary_user():
        path = course / "ada" / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"{}")
        path.chmod(0)
        assert refusal(handed_in(path.parent)) == "permission"


def test_a_huge_file_is_not_read_to_its_end(folder: Path) -> None:
    with open(folder / f"{NAME}.ipynb", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert refusal(handed_in(folder)) == "too_large"
    with open(folder / f"{NAME}.ipynb", "wb") as file:
        file.truncate(MAX_BYTES)
    assert len(handed_in(folder).read()) == MAX_BYTES


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_a_sentence_for_the_student(code: str) -> None:
    sentence = reason(Unreadable(code), NAME)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert reason(Unreadable(code, "line 3"), NAME) == f"{sentence} (line 3)"


def test_of_a_soup_of_names_each_is_taken_or_named_and_nothing_twice(tmp_path: Path) -> None:
    """Brackets, two ways to write an accent, names as long as they may be, links, files and pipes."""
    handed_in = [
        "Smith [late]",
        "a*b?",
        "caf\u00e9",
        "cafe\u0301",
        "x" * 255,
        "=C3",
        " blank ",
        "-rf",
        "\u540d\u524d",
    ]
    for name in handed_in:
        (tmp_path / name / NAME).mkdir(parents=True)
        (tmp_path / name / NAME / f"{NAME}.ipynb").write_text("{}")
    (tmp_path / os.fsdecode(b"\xff\xfe") / NAME).mkdir(parents=True)
    (tmp_path / "typo" / "01_moving_avarages").mkdir(parents=True)
    (tmp_path / "other" / "02_optimizers").mkdir(parents=True)
    (tmp_path / "nothing").mkdir()
    (tmp_path / ".hidden" / NAME).mkdir(parents=True)
    (tmp_path / "linked").symlink_to(tmp_path / "Smith [late]")
    (tmp_path / "loose.ipynb").write_text("{}")
    os.mkfifo(tmp_path / "pipe")
    found = find_submissions(tmp_path, NAME)
    assert sorted(each.student for each in found) == sorted([*handed_in, "=FF=FE"])
    assert len({each.directory for each in found}) == len(found)
    named = ignored(tmp_path, [NAME, "02_optimizers"])
    assert sorted(named) == [
        ".hidden (hidden)",
        "linked (a link)",
        "loose.ipynb (no folder of a student)",
        "pipe (no folder of a student)",
        "typo/01_moving_avarages (no assignment)",
    ]
    everybody = {readable_name(name) for name in os.listdir(tmp_path)}
    accounted = {each.student for each in found} | {each.split(" (")[0].split("/")[0] for each in named}
    assert everybody - accounted == {"nothing", "other"}, "who has handed in nothing of this"


def test_a_folder_that_may_not_be_entered_is_a_rejection_and_not_ignored() -> None:
    with folder_of_an_ordinary_user() as folder, rights_of_an_ordinary_user():
        (folder / "eve" / NAME).mkdir(parents=True)
        (folder / "eve").chmod(0)
        (found,) = find_submissions(folder, NAME)
        assert ignored(folder, [NAME]) == []
        with pytest.raises(Unreadable, match="permission"):
            found.read()
