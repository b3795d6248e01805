"""Files of strangers are read under limits, files of the course are written whole or not at all."""

import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from autograder.course import CourseError
from autograder.files import read_ours, read_strangers, readable_name, write_ours
from autograder.sandbox.reader import Unreadable

from .ordinary import folder_of_an_ordinary_user, rights_of_an_ordinary_user


def refusal(path: Path, limit: int = 10) -> str:
    with pytest.raises(Unreadable) as caught:
        read_strangers(path, limit)
    return caught.value.code


def test_a_strangers_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert read_strangers(path, 10) == b"0123456789"
    assert refusal(path, 9) == "too_large"


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("pipe", "folder", "link", "nothing", "a name that is too long" * 20):
        assert refusal(tmp_path / name) == "not_a_file", name


def test_a_file_of_ours_is_written_with_its_folder_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"
    for text in ("one", "two: Ελένη"):
        write_ours(path, text.encode())
        assert read_ours(path) == text
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    for path in (tmp_path / "folder", tmp_path / "file" / "below"):
        with pytest.raises(CourseError, match=f"{path} cannot be written: "):
            write_ours(path, b"x")
    assert {each.name for each in tmp_path.iterdir()} == {"folder", "file"}
    assert (tmp_path / "file").read_text() == "kept"


def test_a_folder_in_which_nobody_may_write_is_named() -> None:
    with folder_of_an_ordinary_user() as folder:
        folder.chmod(0o500)
        with rights_of_an_ordinary_user(), pytest.raises(CourseError, match=r"cannot be written: Permission"):
            write_ours(folder / "file", b"x")


def test_a_file_of_ours_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff")
    for path, says in (
        ("nothing", "cannot be read: No such file"),
        ("binary", "is damaged"),
        (".", "cannot"),
    ):
        with pytest.raises(CourseError, match=says):
            read_ours(tmp_path / path)


@given(st.binary(min_size=1))
def test_every_name_can_be_said(name: bytes) -> None:
    said = readable_name(os.fsdecode(name))
    said.encode()
    try:
        assert said == name.decode()
    except UnicodeDecodeError:
        assert "=" in said


def test_of_a_name_in_another_encoding_the_bytes_are_said() -> None:
    assert readable_name(os.fsdecode("José".encode("latin-1"))) == "Jos=E9"
