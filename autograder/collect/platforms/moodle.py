"""Moodle: Assignment, View all submissions, Download all submissions.

`Jane Doe_123_assignsubmission_file/homework.ipynb`, with or without a last `_`, or `..._file_homework.ipynb`
without folders. The number is that of the person in this assignment, the "Participant 123" of its grading
worksheet, and another one in the next assignment. Where names are hidden, everybody has the name
"Participant", in the language of who downloads. Groups have their name and number, and who is in none of
them is in the "Default group", which has no number. From `mod/assign/classes/downloader.php` of Moodle 4.1
to 5.1, and `locallib.php` of those before.
"""

import re
from collections.abc import Sequence

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text, by_pattern


PATTERN = re.compile(r"(?P<name>[^_]+)(?:_(?P<id>\d+))?_assignsubmission_[a-z]+(?:_(?P<file>.*))?")
# In English, German, French, Spanish and Portuguese, Italian, Dutch, Polish, without what no file name holds.
HIDDEN = (
    "participant",
    "teilnehmerin",
    "teilnehmer",
    "participante",
    "partecipante",
    "deelnemer",
    "uczestnik",
)
# So many people of one name, and nobody of another, are no namesakes.
ONE_NAME = 3


def claims(paths: Sequence[Parts], _text: Text, _assignments: Sequence[str]) -> Claims:
    matches = by_pattern(PATTERN, paths)
    names = {match["name"].casefold() for match in matches.values()}
    numbers = {match["id"] for match in matches.values()}
    hidden = len(names) == 1 and (names <= set(HIDDEN) or len(numbers) >= ONE_NAME)
    return {
        path: (_claim(path, match, hidden),)
        for path, match in matches.items()
        if len(path) > 1 or match["file"]
    }


def _claim(path: Parts, match: re.Match[str], hidden: bool) -> Claim:
    name, number = match["name"], match["id"] or ""
    file, folder = (path[-1], path[1:-1]) if len(path) > 1 else (match["file"], ())
    participant = (f"participant {number}",) if number else ()
    if hidden and number:
        return Claim(f"{name} {number}", participant, file, identity=number, folder=folder)
    return Claim(name, (name,), file, identity=number or name, among=participant, folder=folder)


MOODLE = Platform("Moodle", claims)
