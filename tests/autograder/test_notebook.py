"""The notebook that was given out: our own file, and yet one that may be damaged."""

from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.notebook import read_release


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"cells": {}}', "[" * 100_000, '{"nbformat": 4}'])
def test_a_damaged_release_says_how_it_is_made_anew(text: str, tmp_path: Path) -> None:
    path = tmp_path / "01_moving_averages.ipynb"
    path.write_text(text)
    with pytest.raises(
        CourseError, match=r"is damaged; make it anew with: autograder release 01_moving_averages"
    ):
        read_release(path)


def test_a_release_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"none\.ipynb cannot be read: No such file"):
        read_release(tmp_path / "none.ipynb")


def test_a_release_is_read_whatever_the_encoding_of_the_machine_is(tmp_path: Path) -> None:
    path = tmp_path / "01.ipynb"
    path.write_text('{"cells": [], "metadata": {"title": "Ελένη"}}', encoding="utf-8")
    assert read_release(path)["metadata"]["title"] == "Ελένη"
