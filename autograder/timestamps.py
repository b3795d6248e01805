"""When somebody handed in: `timestamp.txt` beside the notebook, in nbgrader's layout.

Lateness costs points, so a time is read as one or not at all: nothing is guessed.
"""

import re
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.files import read_strangers
from autograder.sandbox.reader import Unreadable


TIMESTAMP = "timestamp.txt"
MAX_BYTES = 200

# Such as nbgrader writes it; without a zone it is UTC, as for nbgrader. Short names of zones other than
# UTC mean several offsets, or another one in summer.
FORM = re.compile(
    r"(?P<time>20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
    r" ?(?:(?P<utc>Z|UTC|GMT)|(?P<offset>[+-]\d\d:?\d\d)|(?P<zone>[A-Za-z]+(?:/[A-Za-z_+-]+)+))?"
)
UNREADABLE = {
    "permission": "it may not be opened",
    "not_a_file": "it is not an ordinary file",
    "hard_link": "it has a second name (a hard link)",
    "too_large": "it is too long for a time",
}


class NoTime(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """Why a file does not say a time."""


def written(moment: datetime) -> str:
    """A time in UTC, which may lack its zone, in a form that every reader takes for the same."""
    return moment.replace(tzinfo=UTC).isoformat()


def local(moment: datetime) -> str:
    """The same for people: 2026-11-03 23:59+01:00, as the clocks of this machine show it."""
    return moment.replace(tzinfo=UTC).astimezone().isoformat(" ", "minutes")


def handed_in(folder: Path) -> datetime | None:
    """The time in UTC, without a zone as nbgrader keeps it; None without a file. Raises NoTime."""
    path = folder / TIMESTAMP
    try:
        path.lstat()
    except OSError:
        return None
    try:
        data = read_strangers(path, MAX_BYTES)
    except Unreadable as problem:
        raise NoTime(UNREADABLE[problem.code]) from None
    return parsed(data.decode("ascii", "replace").strip())


def parsed(text: str) -> datetime:
    """The time in UTC that a text names, such as `2026-11-29 13:05:00 +0100`; raises NoTime."""
    match = FORM.fullmatch(text)
    if match is None:
        raise NoTime("it is no time such as 2026-11-29 13:05:00 UTC, or +01:00 in place of UTC")
    try:
        naive = datetime.fromisoformat(match["time"])
        zone: tzinfo = ZoneInfo(match["zone"]) if match["zone"] else UTC
        if match["offset"]:
            zone = datetime.strptime(match["offset"], "%z").tzinfo or UTC
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise NoTime("there is no such date, time or zone") from None
    return naive.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
