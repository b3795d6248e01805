"""Sakai: Assignments, View Submissions, Download All.

`Homework 1/Doe, Jane(jdoe)/Submission attachment(s)/homework.ipynb`, where `timestamp.txt` in a student's
folder says when, in UTC; a group is `Doe, Jane(jdoe); Roe, Max(mroe)`. Without folders it is
`Doe, Jane(jdoe)_Submission attachment(s)_homework.ipynb`. Where names are hidden, a submission's id stands in
the place of the name. What was handed back lies in `Feedback Attachment(s)`. From
`AssignmentServiceImpl.java` of Sakai 12 to 23.
"""

import re
from collections.abc import Iterator, Sequence

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text, by_pattern


PERSON = re.compile(r"(?P<name>[^;()]+,[^;()]*)\((?P<id>[^()]+)\)")
PEOPLE = re.compile(rf"(?P<people>{PERSON.pattern}(?:; ?[^;()]+,[^;()]*\([^()]+\))*)(?:_(?P<file>.+))?")
HIDDEN = re.compile(r"(?P<people>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} [^_]+)(?:_(?P<file>.+))?")
HANDED_IN = "Submission attachment(s)"
HANDED_BACK = "Feedback Attachment(s)"
STAMP = "timestamp.txt"


def claims(paths: Sequence[Parts], _text: Text, _assignments: Sequence[str]) -> Claims:
    matches = by_pattern(PEOPLE, paths) | by_pattern(HIDDEN, paths)
    return {
        path: tuple(_claims(path, match)) for path, match in matches.items() if len(path) > 1 or match["file"]
    }


def _claims(path: Parts, match: re.Match[str]) -> Iterator[Claim]:
    flat = len(path) == 1
    inside = (match["file"],) if flat else path[1:]
    if inside[0].startswith(HANDED_BACK) or inside == (STAMP,):
        return
    if not flat and inside[0] == HANDED_IN:
        inside = inside[1:]
    file = inside[-1].removeprefix(f"{HANDED_IN}_")
    people = [(each["id"], each["name"].strip(" ,")) for each in PERSON.finditer(match["people"])]
    for identity, name in people or [(match["people"], match["people"])]:
        yield Claim(
            student=identity,
            names=(identity, name),
            among=(name,),
            file=file,
            identity=identity,
            folder=inside[:-1],
            stamp=None if flat else (path[0], STAMP),
        )


SAKAI = Platform("Sakai", claims)
