"""Brightspace (D2L): Assignments, Download, or Download All Users.

`123456-789012 - Jane Doe - Nov 1, 2026 1105 AM/homework.ipynb`, a folder for each attempt, or the same with
` - homework.ipynb` without folders; before 2015 without a time. `index.html` beside them lists them. Times
are in the zone of who downloads, which is not said. From d2lmf (2015), cs-mcmaster and other scripts of
teachers up to 2025; what the two numbers count is not documented, so whoever has others is somebody else.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text, Unclear, in_order


FRONT = re.compile(r"\d+-\d+ - .+")
# The hour is written without its colon.
TIME = (
    r"(?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4}) "
    r"(?P<hour>\d{1,2}?)(?P<minute>\d\d)(?: (?P<half>[AP]M))?"
)
TIMED = re.compile(rf"(?P<id>\d+-\d+) - (?P<name>.+?) - {TIME}(?: - (?P<file>.+))?")
UNTIMED = re.compile(r"(?P<id>\d+-\d+) - (?P<name>.+?) - (?P<file>.+\.\w+)")


def claims(paths: Sequence[Parts], _text: Text, _assignments: Sequence[str]) -> Claims:
    return {path: (_claim(path),) for path in paths if FRONT.fullmatch(path[0])}


def _claim(path: Parts) -> Claim:
    match = TIMED.fullmatch(path[0]) or (UNTIMED.fullmatch(path[0]) if len(path) == 1 else None)
    time = _time(match) if match and match.re is TIMED else None
    flat = len(path) == 1
    if match is None or flat != bool(match["file"]) or (match.re is TIMED and time is None):
        raise Unclear(
            f"{path[0]!r} begins as Brightspace's names do and goes on in another way; "
            "set its language to English and download the archive anew"
        )
    return Claim(
        student=match["name"],
        names=(match["name"],),
        file=match["file"] if flat else path[-1],
        identity=match["id"],
        attempt=in_order(time),
        folder=path[1:-1],
        handed_in=time,
    )


def _time(match: re.Match[str]) -> datetime | None:
    moment = " ".join(match[part] for part in ("month", "day", "year", "hour", "minute"))
    form = "%b %d %Y %H %M"
    if match["half"]:
        moment, form = f"{moment} {match['half']}", "%b %d %Y %I %M %p"
    try:
        return datetime.strptime(moment, form)
    except ValueError:
        return None


BRIGHTSPACE = Platform("Brightspace", claims)
