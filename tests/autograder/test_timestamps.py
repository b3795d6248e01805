"""A time of handing in is read as one or not at all."""

import contextlib
import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from nbgrader.utils import parse_utc

from autograder.submission import find_submissions
from autograder.timestamps import TIMESTAMP, NoTime, handed_in, parsed, written


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-07-29 13:05:00.123456 UTC", 13),  # as nbgrader writes it
        ("2026-07-29 13:05:00", 13),
        ("2026-07-29T13:05", 13),
        ("2026-07-29T13:05:00Z", 13),
        ("2026-07-29 13:05:00 GMT", 13),
        ("2026-07-29 13:05:00 +0200", 11),  # which nbgrader takes for 200 seconds
        ("2026-07-29T13:05:00+02:00", 11),
        ("2026-07-29 13:05:00 -0530", 18),
        ("2026-07-29 13:05:00 Europe/Berlin", 11),
    ],
)
def test_a_time_is_taken_in_utc(text: str, hour: int) -> None:
    assert parsed(text).replace(microsecond=0, second=0) in (
        datetime(2026, 7, 29, hour, 5),
        datetime(2026, 7, 29, hour, 35),
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "not a date", "1700000000", "2026-07-29", "2026-13-01 00:00", "2026-07-29 25:00",
        "0001-01-01 00:00 +0200", "2026-07-29 11:59 PM", "2026-07-29 13:05:00 CEST", "07/08/2026 13:05",
        "2026-07-29 13:05:00 EDT", "2026-07-29 13:05 +2500", "2026-07-29 13:05 No/Such_Zone",
        "2026-07-29 13:05 ../../etc/passwd",
    ],
)  # fmt: skip
def test_what_may_mean_another_time_is_none(text: str) -> None:
    with pytest.raises(NoTime):
        parsed(text)


@given(st.text(max_size=40))
def test_no_text_is_more_than_a_time_or_none(text: str) -> None:
    with contextlib.suppress(NoTime):
        assert parsed(text).tzinfo is None


def nothing(path: Path) -> None:
    pass


def a_time(path: Path) -> None:
    path.write_text("2026-07-29 13:05:00 UTC\n")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(200)))


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def megabytes(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


def link(path: Path) -> None:
    a_time(path.parents[2] / "a time")
    path.symlink_to(path.parents[2] / "a time")


def hard_link(path: Path) -> None:
    a_time(path.parents[2] / "a time")
    path.hardlink_to(path.parents[2] / "a time")


@pytest.mark.parametrize("left", [nothing, a_time, binary, folder, pipe, megabytes, link, hard_link])
def test_whatever_lies_there_costs_at_most_a_note(tmp_path: Path, left: object) -> None:
    home = tmp_path / "ada" / "01"
    home.mkdir(parents=True)
    (home / "01.ipynb").write_bytes(b"{}")
    left(home / TIMESTAMP)
    (found,) = find_submissions(tmp_path, "01")
    assert found.read() == b"{}"
    if left in (nothing, a_time):
        assert found.notes == ()
        assert found.handed_in == (datetime(2026, 7, 29, 13, 5) if left is a_time else None)
    else:
        (note,) = found.notes
        assert note.startswith("When this was handed in is not known: timestamp.txt lies beside it, and it ")
        assert found.handed_in is None
        with pytest.raises(NoTime):
            handed_in(home)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_what_is_written_is_read_as_the_same_by_us_and_by_nbgrader(time: datetime) -> None:
    assert parsed(written(time)) == parse_utc(written(time)) == time
