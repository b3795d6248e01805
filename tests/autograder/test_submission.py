"""From a directory that students filled to bytes, or to a sentence that says what to do."""

import os
import shutil
from pathlib import Path

import pytest

from autograder import files, submission
from autograder.sandbox.reader import Unreadable
from autograder.submission import MAX_BYTES, REASONS, find_submissions, reason


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_file_without_permission(folder: Path) -> None:
    path = folder / f"{NAME}.ipynb"
    path.write_bytes(b"{}")
    path.chmod(0)
    assert refusal(handed_in(folder)) == "permission"


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
