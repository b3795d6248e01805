"""nbgrader's exchange: its folder `inbound`, packed.

`jane+01_moving_averages+2026-11-01 10:00:00.123456 UTC+random/homework.ipynb`, a folder for each attempt.
From `exchange/default/submit.py` of nbgrader 0.6 to 0.9.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text, by_pattern, in_order
from autograder.timestamps import NoTime, parsed


PATTERN = re.compile(
    r"(?P<student>.+?)\+[^+]+\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*(?:\+\d{4})?)(?:\+[^+]+)?"
)


def claims(paths: Sequence[Parts], _text: Text, _assignments: Sequence[str]) -> Claims:
    return {
        path: (_claim(path, match),) for path, match in by_pattern(PATTERN, paths).items() if len(path) > 1
    }


def _claim(path: Parts, match: re.Match[str]) -> Claim:
    student, time = match["student"], _time(match["time"])
    return Claim(
        student,
        (student,),
        path[-1],
        identity=student,
        attempt=in_order(time),
        folder=path[1:-1],
        handed_in=time,
    )


def _time(text: str) -> datetime | None:
    try:
        return parsed(text.strip()).replace(tzinfo=UTC)
    except NoTime:
        return None


EXCHANGE = Platform("nbgrader's exchange", claims)
