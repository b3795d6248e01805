"""ILIAS: Exercise, Submissions and Grades, Download All Submissions.

`Doe_Jane_jdoe_123/homework.ipynb`, in a folder `Team 12` for each team, and in newer versions all of it in
`Homework 1/Submissions`. Umlauts and accents are written as plain letters. What is late begins with `Late
Submission - `. From `class.ilExSubmission.php` of ILIAS 5.2, and scripts of teachers for 7 to 9.
"""

import re
from collections.abc import Sequence

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text


PERSON = re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<login>.+)_(?P<id>\d+)")
TEAM = re.compile(r"\w+ \d+")
LATE = re.compile(r"(?:late submission|versp(?:ä|ae|a)tete abgabe) - (?P<file>.+)", re.IGNORECASE)


def claims(paths: Sequence[Parts], _text: Text, _assignments: Sequence[str]) -> Claims:
    found = {}
    for path in paths:
        inside = path[1:] if len(path) == 3 and TEAM.fullmatch(path[0]) else path
        if len(inside) == 2 and (match := PERSON.fullmatch(inside[0])):
            found[path] = (_claim(match, inside[1]),)
    return found


def _claim(match: re.Match[str], file: str) -> Claim:
    late = LATE.fullmatch(file)
    name = f"{match['first']} {match['last']}"
    return Claim(
        student=match["login"],
        names=(match["login"], name),
        among=(name,),
        file=late["file"] if late else file,
        identity=match["id"],
        late=bool(late),
    )


ILIAS = Platform("ILIAS", claims, strong=False)
