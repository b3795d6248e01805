"""What the names in an archive say: whose a file is, which attempt, and when it was handed in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


Parts = tuple[str, ...]
# The text of a small file of the archive, by its path; None where there is none that can be read.
Text = Callable[[Parts], str | None]


class Unclear(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """Why nobody can say whose the files are, and what to do; the archive is refused as a whole."""


@dataclass(frozen=True)
class Claim:
    """Somebody handed in this file, as its name or a list of the platform says.

    `student` is what they are called where no roster says otherwise, `names` are those to look up in a
    roster, the surest first, and `among` what has to agree with it where the roster knows it. Who may have
    handed in for a group `stands_for` the one of this name. `otherwise` is how the name can be read as well.
    `identity` tells namesakes apart. `file` is the name with which it was handed in, empty where that says
    who it is and no more. `attempt` orders what one person handed in; `folder` is where in their own folders
    the file lies. `handed_in` has no time zone where the platform does not say which one it means; `stamp` is
    a file that says when.
    """

    student: str
    names: tuple[str, ...]
    file: str
    identity: str = ""
    among: tuple[str, ...] = ()
    stands_for: str = ""
    otherwise: "Claim | None" = None
    attempt: tuple[int, ...] = ()
    folder: Parts = ()
    handed_in: datetime | None = None
    late: bool = False
    stamp: Parts | None = None


# By path. No claims are of a file that the platform has put there; a path that is not there does not fit.
Claims = Mapping[Parts, tuple[Claim, ...]]


@dataclass(frozen=True)
class Platform:
    """How one platform names what it packs.

    `claims` are those of all paths that fit, by the paths, what is written in them, and the names of the
    assignments. `strong` says that nobody else names files like that, so that one student alone is enough.
    """

    name: str
    claims: Callable[[Sequence[Parts], Text, Sequence[str]], Claims]
    strong: bool = True


def clock(text: str) -> datetime | None:
    """A time such as `2026-11-01-10-00-00`, in no zone."""
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return None


def in_order(moment: datetime | None) -> tuple[int, ...]:
    """Times of one archive as attempts, the latest last."""
    if moment and moment.tzinfo:
        moment = moment.astimezone(UTC)
    return moment.timetuple()[:6] if moment else ()


def by_pattern(pattern: re.Pattern[str], paths: Sequence[Parts]) -> dict[Parts, re.Match[str]]:
    """What a pattern says of the outermost folder, or of a file that lies in none."""
    return {path: match for path in paths if (match := pattern.fullmatch(path[0]))}
