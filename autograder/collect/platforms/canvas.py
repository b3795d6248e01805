"""Canvas: Assignment, Download Submissions.

`doejane_LATE_1234_5678_homework-2.ipynb` is of the user 1234, whose sortable name is Doe, Jane; 5678 counts
uploads, and `-2` is Canvas' own for a name that is handed in once more. `doejane_1234_text.html` and
`doejane_1234_link.html` are what somebody typed in. Where names are hidden,
`anon_Xy12z_5678_homework.ipynb`, with `LATE_` in front. What a group hands in has the name of the group and
the number of one member: `red_1234_5678_homework.ipynb`. From `lib/content_zipper.rb` of canvas-lms, 2024,
and `representatives` of its `Assignment`. Where the group is called Red_1, or the file 5_homework.ipynb,
there are three numbers and two ways to read them.
"""

import re
from collections.abc import Sequence

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text


# Of a name without letters nothing is left.
NAMED = re.compile(r"(?P<name>.*?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)")
HIDDEN = re.compile(r"(?P<late>LATE_)?(?P<name>anon)_(?P<id>[0-9A-Za-z]{5})_(?P<upload>\d+)_(?P<file>.+)")
OTHERWISE = re.compile(r"(?P<name>.+?_\d+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>[1-9]\d*)_(?P<file>.+)")
TYPED = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)(?P<upload>)_(?P<file>(?:text|link)\.html)")


def claims(paths: Sequence[Parts], _text: Text, _assignments: Sequence[str]) -> Claims:
    found: dict[Parts, tuple[Claim, ...]] = {}
    for path in paths:
        match = next(filter(None, (each.fullmatch(path[0]) for each in (HIDDEN, NAMED, TYPED))), None)
        if match and len(path) == 1:
            other = OTHERWISE.fullmatch(path[0]) if match.re is NAMED else None
            differs = other is not None and other.start("id") != match.start("id")
            found[path] = (_claim(match, _claim(other) if other and differs else None),)
    return found


def _claim(match: re.Match[str], otherwise: Claim | None = None) -> Claim:
    name, identity = match["name"], match["id"]
    return Claim(
        student=f"{name}_{identity}",
        names=(identity, name),
        among=(name,),
        stands_for=name,
        otherwise=otherwise,
        file=match["file"],
        identity=identity,
        attempt=(int(match["upload"][:18] or 0),),
        late=bool(match["late"]),
    )


CANVAS = Platform("Canvas", claims)
